//! Bytes that are too many to hold: a file on its way from one platform to another. They pass in pieces, are counted, and
//! never come to rest.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::CallError;
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::sync::Mutex;

/// The longest pause in the middle of a file. Longer, and it is taken for one that never ends.
const IDLE: Duration = Duration::from_secs(30);

/// Why a file's bytes end before the file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The connection failed or was closed.
    #[error("the connection broke")]
    Connection,
    /// Nothing came for too long.
    #[error("nothing came any more")]
    Stalled,
    /// Fewer bytes came than were told of.
    #[error("it is shorter than it was said to be")]
    Short,
    /// More bytes came than were told of, or than are taken.
    #[error("it is longer than it was said to be")]
    Long,
}

/// A body that comes piece by piece.
pub struct Content(Pin<Box<dyn Stream<Item = Result<Bytes, Broken>> + Send + 'static>>);

impl Content {
    /// Of a stream.
    pub fn new(stream: impl Stream<Item = Result<Bytes, Broken>> + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }

    /// With these bytes before and after it.
    #[must_use]
    pub fn between(self, before: Bytes, after: Bytes) -> Self {
        let one = |bytes| stream::once(std::future::ready(Ok(bytes)));
        Self::new(one(before).chain(self).chain(one(after)))
    }

    /// With an end after exactly `length` bytes and no pause longer than is patient; anything else breaks it.
    #[must_use]
    pub fn exactly(self, length: u64) -> Self {
        self.held_to(length, true)
    }

    /// The same for a file of which only is known how long it may be at most.
    #[must_use]
    pub fn at_most(self, length: u64) -> Self {
        self.held_to(length, false)
    }

    fn held_to(self, length: u64, exactly: bool) -> Self {
        Self::new(stream::unfold(Some((self, length)), move |state| async move {
            let (mut content, left) = state?;
            let piece = tokio::time::timeout(IDLE, content.next()).await;
            match piece {
                Err(_) => Some((Err(Broken::Stalled), None)),
                Ok(None) if exactly && left > 0 => Some((Err(Broken::Short), None)),
                Ok(None) => None,
                Ok(Some(Err(broken))) => Some((Err(broken), None)),
                Ok(Some(Ok(bytes))) => match left.checked_sub(bytes.len() as u64) {
                    Some(left) => Some((Ok(bytes), Some((content, left)))),
                    None => Some((Err(Broken::Long), None)),
                },
            }
        }))
    }

    /// All of it, if it is no longer than `most`.
    ///
    /// # Errors
    /// When it breaks, or is longer.
    pub async fn whole(self, most: u64) -> Result<Bytes, Broken> {
        let mut content = self.at_most(most);
        let mut whole = Vec::new();
        while let Some(bytes) = content.next().await {
            whole.extend_from_slice(&bytes?);
        }
        Ok(whole.into())
    }
}

impl Stream for Content {
    type Item = Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::new(stream::once(std::future::ready(Ok(bytes))))
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Content")
    }
}

/// A body that leaves in several requests, one after the other, none of which is ever held.
pub struct Parts(Arc<Mutex<(Content, Bytes)>>);

impl Parts {
    /// Of this body.
    pub fn new(content: Content) -> Self {
        Self(Arc::new(Mutex::new((content, Bytes::new()))))
    }

    /// The next `length` bytes. To be read to its end before there is another part.
    #[must_use]
    pub fn next(&self, length: u64) -> Content {
        Content::new(stream::unfold(Some((Arc::clone(&self.0), length)), |state| async move {
            let (body, left) = state.filter(|(_, left)| *left > 0)?;
            let mut held = body.lock().await;
            let (content, rest) = &mut *held;
            while rest.is_empty() {
                match content.next().await {
                    Some(Ok(bytes)) => *rest = bytes,
                    Some(Err(broken)) => return Some((Err(broken), None)),
                    None => return Some((Err(Broken::Short), None)),
                }
            }
            let bytes = rest.split_to(rest.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
            drop(held);
            let left = left - bytes.len() as u64;
            Some((Ok(bytes), Some((body, left))))
        }))
    }

    /// What is left, all of it.
    #[must_use]
    pub fn rest(self) -> Content {
        Content::new(stream::unfold(Some(self.0), |state| async move {
            let body = state?;
            let mut held = body.lock().await;
            let (content, rest) = &mut *held;
            let piece = if rest.is_empty() { content.next().await? } else { Ok(std::mem::take(rest)) };
            drop(held);
            let more = piece.is_ok().then_some(body);
            Some((piece, more))
        }))
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Parts")
    }
}

/// A file that was opened on the platform where it is.
#[derive(Debug)]
pub struct OpenFile {
    /// What it is called, without any folder.
    pub name: String,
    /// Its media type (RFC 9110, 8.3), as the platform tells it.
    pub media_type: String,
    /// How many bytes it has.
    pub length: u64,
    /// Its bytes; exactly as many, or broken.
    pub content: Content,
}

/// How long is waited before a file is asked for, time after time.
const PATIENCE: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// A file that its vendor may not have looked at yet: as long as `ask` finds `None` it is asked for again, for some moments.
///
/// # Errors
/// What `ask` fails with; [`CallError::Reject`] when it is not there in the end.
pub async fn when_ready<F>(mut ask: impl FnMut() -> F) -> Result<OpenFile, CallError>
where
    F: Future<Output = Result<Option<OpenFile>, CallError>>,
{
    for pause in PATIENCE {
        tokio::time::sleep(pause).await;
        if let Some(open) = ask().await? {
            return Ok(open);
        }
    }
    Err(CallError::Reject("the file is not what it is said to be".to_owned()))
}

/// Where a file comes from, for a connector that passes it on. It may be opened more than once: where a vendor sends an
/// upload on to another address, or refuses a token, the bytes that left are gone.
#[async_trait]
pub trait FileSource: Send + Sync {
    /// What it is called.
    fn name(&self) -> &str;

    /// How many bytes it has.
    fn length(&self) -> u64;

    /// Its media type.
    fn media_type(&self) -> &str;

    /// Its bytes, from the first one.
    async fn open(&self) -> Result<Content, CallError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(pieces: &[&'static str]) -> Content {
        let pieces: Vec<_> = pieces.iter().map(|text| Ok(Bytes::from_static(text.as_bytes()))).collect();
        Content::new(stream::iter(pieces))
    }

    async fn read(mut content: Content) -> Result<String, Broken> {
        let mut whole = Vec::new();
        while let Some(bytes) = content.next().await {
            whole.extend_from_slice(&bytes?);
        }
        Ok(String::from_utf8(whole).unwrap())
    }

    #[tokio::test]
    async fn a_file_is_as_long_as_it_is_said_to_be() {
        assert_eq!(read(pieces(&["he", "llo"]).exactly(5)).await, Ok("hello".to_owned()));
        assert_eq!(read(pieces(&["he", "llo"]).exactly(6)).await, Err(Broken::Short));
        assert_eq!(read(pieces(&["he", "llo"]).exactly(4)).await, Err(Broken::Long));
        assert_eq!(read(pieces(&["he", "llo"]).at_most(9)).await, Ok("hello".to_owned()));
        assert_eq!(read(pieces(&[]).exactly(0)).await, Ok(String::new()));
        assert_eq!(pieces(&["hello"]).whole(4).await, Err(Broken::Long));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_never_ends_is_broken() {
        let content = Content::new(pieces(&["he"]).chain(stream::pending()));
        assert_eq!(read(content.exactly(5)).await, Err(Broken::Stalled));
    }

    #[tokio::test]
    async fn parts_of_a_size_are_cut_from_whatever_comes() {
        let parts = Parts::new(pieces(&["a", "bcdefg", "", "hi"]));
        assert_eq!(read(parts.next(3)).await, Ok("abc".to_owned()));
        assert_eq!(read(parts.next(0)).await, Ok(String::new()));
        assert_eq!(read(parts.next(3)).await, Ok("def".to_owned()));
        assert_eq!(read(parts.rest()).await, Ok("ghi".to_owned()));
        let parts = Parts::new(pieces(&["abc"]));
        assert_eq!(read(parts.next(4)).await, Err(Broken::Short));
        let parts = Parts::new(pieces(&["abc", "defg"]).exactly(5));
        assert_eq!(read(parts.next(3)).await, Ok("abc".to_owned()));
        assert_eq!(read(parts.rest()).await, Err(Broken::Long));
        let framed = pieces(&["b"]).between(Bytes::from_static(b"a"), Bytes::from_static(b"c"));
        assert_eq!(read(framed).await, Ok("abc".to_owned()));
    }
}
