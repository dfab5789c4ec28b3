//! The answers that the program sends: their type, and how a body is held, told or broken off.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};

/// The body of an answer.
pub type ResponseBody = UnsyncBoxBody<Bytes, wasmtime_wasi_http::Error>;

/// An answer of a function or of the program itself.
pub type Response = http::Response<ResponseBody>;

/// The most bytes that an answer sent in one piece has.
const SHORT_ANSWER: u64 = 256 << 10;

/// Whether an answer says that it is short enough to be sent in one piece.
pub fn is_short(response: &Response) -> bool {
    length(response.headers()).is_some_and(|bytes| bytes <= SHORT_ANSWER)
}

/// A short answer in one piece: it leaves in one packet, and its instance is free for the next request however slowly the client
/// reads.
pub async fn in_one_piece(response: Response) -> Response {
    if !is_short(&response) {
        return response;
    }
    let (head, body) = response.into_parts();
    let body = match body.collect().await {
        Ok(body) => Full::new(body.to_bytes())
            .map_err(|never| match never {})
            .boxed_unsync(),
        Err(error) => broken_off(error),
    };
    http::Response::from_parts(head, body)
}

/// A body that ends with this error, for what its function did not finish.
pub fn broken_off(error: wasmtime_wasi_http::Error) -> ResponseBody {
    StreamBody::new(futures::stream::iter([Err(error)])).boxed_unsync()
}

/// The bytes that an answer says it has.
pub fn length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// An answer of the program itself.
pub fn text(status: StatusCode, kind: &'static str, text: String) -> Response {
    let body = Full::new(Bytes::from(text))
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
