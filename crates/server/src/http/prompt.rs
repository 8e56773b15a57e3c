//! Connections on which nothing comes.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// What a client of HTTP/2 says first (RFC 9113, section 3.4). HTTP/1 begins with something else.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection whose first bytes must come in time: up to where it is clear which HTTP is spoken, after which that keeps its
/// own times.
#[derive(Debug)]
pub(crate) struct Prompt<S> {
    stream: S,
    /// How many bytes of the preface have come, and until when the rest must have; `None`: it is clear.
    waiting: Option<(usize, Pin<Box<Sleep>>)>,
}

impl<S> Prompt<S> {
    pub(crate) fn new(stream: S, within: Duration) -> Self {
        Self { stream, waiting: Some((0, Box::pin(sleep(within)))) }
    }

    /// Looks at what has come.
    fn look(&mut self, come: &[u8]) {
        let Some((seen, _)) = &mut self.waiting else { return };
        let rest = PREFACE.get(*seen..).unwrap_or_default();
        *seen = seen.saturating_add(come.len());
        // The end, too, is clear.
        if come.is_empty() || come.len() >= rest.len() || !rest.starts_with(come) {
            self.waiting = None;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prompt<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(outcome) => {
                self.look(buffer.filled().get(before..).unwrap_or_default());
                Poll::Ready(outcome)
            }
            Poll::Pending => {
                let Some((_, deadline)) = &mut self.waiting else { return Poll::Pending };
                deadline.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prompt<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::{Duration, PREFACE, Prompt, io, sleep};

    /// What a server reads of two pieces that a client sends with time between them.
    async fn read(first: &[u8], second: &[u8]) -> io::Result<Vec<u8>> {
        let (mut client, server) = tokio::io::duplex(64);
        let mut server = Prompt::new(server, Duration::from_millis(40));
        let (mut told, first, second) = (Vec::new(), first.to_vec(), second.to_vec());
        let sending = async move {
            client.write_all(&first).await.unwrap();
            sleep(Duration::from_millis(120)).await;
            let _ = client.write_all(&second).await;
        };
        let (outcome, ()) = tokio::join!(server.read_to_end(&mut told), sending);
        outcome.map(|_| told)
    }

    #[test]
    fn who_says_nothing_or_only_how_it_may_begin_is_cut_off() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            for silent in [&b""[..], b"P", &PREFACE[..20]] {
                let error = read(silent, b"late").await.unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{silent:?}");
            }
            for begun in [&b"G"[..], b"PUT /", PREFACE] {
                assert_eq!(read(begun, b"late").await.unwrap(), [begun, b"late"].concat());
            }
        });
    }
}
