//! WASI's HTTP, and the router's. What a function asks its host costs more than most of what it does for an answer, so this asks only
//! for what routes read. (The SDK's own conversion asks for scheme, authority and options of every request, for its headers twice,
//! waits for the end of a body whose length is known, and yields once more than it waits.)

use axum::Router;
use axum::body::{Body, HttpBody as _};
use futures::stream::try_unfold;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use http_body_util::BodyExt as _;
use spin_sdk::wasip3::http::types::{Fields, Trailers};
use spin_sdk::wasip3::wit_bindgen::{
    FutureReader, FutureWriter, StreamReader, StreamResult, StreamWriter,
};
use spin_sdk::wasip3::{wit_future, wit_stream};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

pub use spin_sdk::wasip3::exports::http::handler::Guest;
pub use spin_sdk::wasip3::http::service;
pub use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};

/// Bytes of a body that are read at a time.
const PIECE: usize = 16 << 10;

/// Makes a function's crate the component that answers with its `routes()`. Natively there is no host to call it, and tests link
/// several functions into one program.
#[macro_export]
macro_rules! component {
    () => {
        #[cfg(target_family = "wasm")]
        mod component {
            use std::sync::LazyLock;
            use $crate::transport::{ErrorCode, Guest, Request, Response, serve, service};

            static ROUTER: LazyLock<axum::Router> =
                LazyLock::new(|| super::routes().into_router());

            struct Function;

            impl Guest for Function {
                async fn handle(request: Request) -> Result<Response, ErrorCode> {
                    serve(&ROUTER, request).await
                }
            }

            service::export!(Function with_types_in spin_sdk::wasip3);
        }
    };
}

/// Answers one request with a function's router.
pub async fn serve(router: &Router, request: Request) -> Result<Response, ErrorCode> {
    let mut router = router.clone();
    match tower_service::Service::call(&mut router, taken_in(request)?).await {
        Ok(response) => given_out(response),
        Err(never) => match never {},
    }
}

fn unreadable(error: impl std::fmt::Display) -> ErrorCode {
    ErrorCode::InternalError(Some(error.to_string()))
}

fn taken_in(request: Request) -> Result<http::Request<Body>, ErrorCode> {
    let method =
        Method::try_from(request.get_method()).map_err(|_| ErrorCode::HttpRequestMethodInvalid)?;
    let path = request.get_path_with_query();
    let fields = request.get_headers().copy_all();
    let mut headers = HeaderMap::with_capacity(fields.len() + 1);
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(unreadable)?;
        headers.append(name, HeaderValue::try_from(value).map_err(unreadable)?);
    }
    // Where a request that changes something comes from is compared with where it goes to.
    if !method.is_safe()
        && let Some(host) = request.get_authority()
    {
        let host = HeaderValue::try_from(host).map_err(unreadable)?;
        headers.insert(header::HOST, host);
    }
    let length = headers
        .get(header::CONTENT_LENGTH)
        .map(|length| {
            length
                .to_str()
                .map_err(unreadable)?
                .parse()
                .map_err(unreadable)
        })
        .transpose()?;
    let body = match length {
        Some(0) => Body::empty(),
        _ => Body::from_stream(try_unfold(Reading::NotBegun(request, length), piece)),
    };
    let mut taken = http::Request::new(body);
    *taken.uri_mut() = path.as_deref().unwrap_or("/").parse().map_err(unreadable)?;
    *taken.method_mut() = method;
    *taken.headers_mut() = headers;
    Ok(taken)
}

/// How far a body has been read.
enum Reading {
    /// With its length, where the request tells it.
    NotBegun(Request, Option<u64>),
    Begun {
        pieces: StreamReader<u8>,
        end: FutureReader<Result<Option<Trailers>, ErrorCode>>,
        left: Option<u64>,
    },
}

/// The next piece of a body.
async fn piece(reading: Reading) -> Result<Option<(Vec<u8>, Reading)>, ErrorCode> {
    let (mut pieces, end, left) = match reading {
        Reading::NotBegun(request, length) => {
            let (_taken, taken) = wit_future::new(|| Ok(()));
            let (pieces, end) = Request::consume_body(request, taken);
            (pieces, end, length)
        }
        Reading::Begun { left: Some(0), .. } => return Ok(None),
        Reading::Begun { pieces, end, left } => (pieces, end, left),
    };
    let size = left.map_or(PIECE, |left| {
        usize::try_from(left).map_or(PIECE, |left| left.min(PIECE))
    });
    let (result, piece) = pieces.read(Vec::with_capacity(size)).await;
    if piece.is_empty() && !matches!(result, StreamResult::Complete(_)) {
        // It ends, or was broken off.
        return end.await.map(|_| None);
    }
    let left = left.map(|left| left.saturating_sub(piece.len() as u64));
    Ok(Some((piece, Reading::Begun { pieces, end, left })))
}

fn given_out(response: http::Response<Body>) -> Result<Response, ErrorCode> {
    let (head, body) = response.into_parts();
    let fields: Vec<(String, Vec<u8>)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_owned()))
        .collect();
    let fields = Fields::from_list(&fields).map_err(|error| unreadable(format!("{error:?}")))?;
    let (end, trailers) = wit_future::new(|| Ok(None));
    let empty = body.size_hint().exact() == Some(0);
    let (pieces, contents) = match empty {
        true => (None, None),
        false => {
            let (pieces, contents) = wit_stream::new();
            (Some(pieces), Some(contents))
        }
    };
    let (response, _) = Response::new(fields, contents, trailers);
    response
        .set_status_code(head.status.as_u16())
        .map_err(|()| unreadable("status"))?;
    if let Some(pieces) = pieces {
        Writing::begin(write(pieces, end, body));
    }
    Ok(response)
}

async fn write(
    mut pieces: StreamWriter<u8>,
    end: FutureWriter<Result<Option<Trailers>, ErrorCode>>,
    mut body: Body,
) {
    while let Some(frame) = body.frame().await {
        let piece = match frame {
            // Trailers, which no route has, are no data.
            Ok(frame) => frame.into_data().unwrap_or_default(),
            Err(error) => {
                let _ = end.write(Err(unreadable(error))).await;
                return;
            }
        };
        if !pieces.write_all(piece.into()).await.is_empty() {
            // Nobody reads on.
            return;
        }
    }
}

/// An answer on its way out. Its own waker drives it: among the task's futures it would have the function called once more for
/// each answer.
struct Writing {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    woken: AtomicBool,
}

impl Writing {
    fn begin(future: impl Future<Output = ()> + Send + 'static) {
        let future = Mutex::new(Some(Box::pin(future) as Pin<Box<_>>));
        let woken = AtomicBool::new(false);
        Arc::new(Self { future, woken }).wake();
    }
}

impl Wake for Writing {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Relaxed);
        // Where it wakes itself, it is held, and the loop below goes on.
        let Ok(mut future) = self.future.try_lock() else {
            return;
        };
        let waker = Waker::from(self.clone());
        while self.woken.swap(false, Relaxed) {
            if let Some(writing) = future.as_mut()
                && writing
                    .as_mut()
                    .poll(&mut Context::from_waker(&waker))
                    .is_ready()
            {
                *future = None;
            }
        }
    }
}
