//! Just enough of HTTP/1.1 for two programs that know each other: heads are searched for their end and their length,
//! nothing else is read out of them.

use anyhow::{Context as _, ensure};
use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Wire {
    stream: TcpStream,
    read: BytesMut,
    out: Vec<u8>,
}

impl Wire {
    /// On this connection.
    pub(crate) fn new(stream: TcpStream) -> anyhow::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: BytesMut::with_capacity(4096), out: Vec::with_capacity(1024) })
    }

    /// Sends a request.
    pub(crate) async fn post(&mut self, path: &str, body: &[u8]) -> anyhow::Result<()> {
        self.out.clear();
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: floor\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        self.out.extend_from_slice(head.as_bytes());
        self.out.extend_from_slice(body);
        Ok(self.stream.write_all(&self.out).await?)
    }

    /// Answers a request.
    pub(crate) async fn ok(&mut self) -> anyhow::Result<()> {
        Ok(self.stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?)
    }

    /// Reads an answer, which must be 200.
    pub(crate) async fn answered(&mut self) -> anyhow::Result<()> {
        let (head, _) = self.message().await?.context("the connection was closed instead of an answer")?;
        ensure!(head.starts_with(b"HTTP/1.1 200 "), "not answered with 200");
        Ok(())
    }

    /// Reads a request's body; `None` when the other side is done.
    pub(crate) async fn receive(&mut self) -> anyhow::Result<Option<Bytes>> {
        Ok(self.message().await?.map(|(_, body)| body))
    }

    async fn message(&mut self) -> anyhow::Result<Option<(Bytes, Bytes)>> {
        loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let length = length(&self.read[..end])?;
                while self.read.len() < end + 4 + length {
                    ensure!(self.stream.read_buf(&mut self.read).await? > 0, "cut off within a body");
                }
                let head = self.read.split_to(end + 4).freeze();
                let body = self.read.split_to(length).freeze();
                return Ok(Some((head, body)));
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                ensure!(!self.read.has_remaining(), "cut off within a head");
                return Ok(None);
            }
        }
    }
}

fn length(head: &[u8]) -> anyhow::Result<usize> {
    let head = std::str::from_utf8(head)?;
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Ok(length.context("no length")?.1.trim().parse()?)
}
