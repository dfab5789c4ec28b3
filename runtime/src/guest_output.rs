//! What an instance sees of WASI: its environment, the shifted clock, and a place for its output, which is logged line by
//! line under its name. No files, no arguments, no sockets.

use crate::host::Grants;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

/// A line longer than this is logged in pieces.
const LINE: usize = 8 << 10;

pub fn wasi(grants: &Arc<Grants>) -> WasiCtx {
    let environment: Vec<(&str, &str)> = grants
        .environment
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let mut wasi = WasiCtx::builder();
    wasi.envs(&environment)
        .wall_clock(grants.clock)
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .stdout(Output::of(grants, Kind::Output))
        .stderr(Output::of(grants, Kind::Error));
    wasi.build()
}

/// What functions say on stderr are errors of theirs.
#[derive(Clone, Copy)]
enum Kind {
    Output,
    Error,
}

/// A component's stdout or stderr.
#[derive(Clone)]
struct Output {
    component: String,
    kind: Kind,
}

impl Output {
    fn of(grants: &Grants, kind: Kind) -> Self {
        Self {
            component: grants.component.clone(),
            kind,
        }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Lines {
            output: self.clone(),
            begun: Vec::new(),
        })
    }
}

struct Lines {
    output: Output,
    begun: Vec<u8>,
}

impl Lines {
    fn log_line(&mut self) {
        if !self.begun.is_empty() {
            let line = String::from_utf8_lossy(&self.begun);
            let component = &self.output.component;
            match self.output.kind {
                Kind::Output => tracing::info!(target: "function", component, "{line}"),
                Kind::Error => tracing::error!(target: "function", component, "{line}"),
            }
            self.begun.clear();
        }
    }
}

impl AsyncWrite for Lines {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        for byte in bytes {
            match byte {
                b'\n' => self.log_line(),
                _ => self.begun.push(*byte),
            }
            if self.begun.len() >= LINE {
                self.log_line();
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.log_line();
    }
}
