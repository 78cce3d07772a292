//! Answers whose body is not what the head promised: what a download over a bad line, or from a bad server, looks like.
//!
//! The head has left by the time the body fails, so none of these is a status. A body that fails makes hyper break the
//! connection; in process it reads as a broken answer.

use std::io;

use axum::body::{Body, HttpBody as _};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, future, stream};
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};

/// How the body of an answer, a download's as a rule, is spoilt.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoilt {
    /// It ends early.
    Cut {
        /// So many bytes come.
        after: u64,
        /// Whether it ends as if that were all, without a length; otherwise the connection breaks.
        #[serde(default)]
        clean: bool,
    },
    /// It stops, and the connection stays open.
    Stall {
        /// So many bytes come.
        after: u64,
    },
    /// It goes on for ever, with zeros. No length is said.
    Endless,
    /// Its length is not what `Content-Length` says.
    Length {
        /// The number of bytes that the header says.
        says: u64,
    },
}

/// What an endless body repeats.
const FILLER: Bytes = Bytes::from_static(&[0; 8192]);

/// Spoils the body of an answer; its head, the status included, stays true but for the length.
pub(super) fn spoil(how: Spoilt, response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    // A body made of a stream loses what hyper would have said of its length.
    if let Some(length) = body.size_hint().exact() {
        head.headers.entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    let data = body.into_data_stream();
    let body = match how {
        Spoilt::Cut { after, clean: true } => {
            // Whoever is not told the length elsewhere takes this for the whole.
            head.headers.remove(header::CONTENT_LENGTH);
            Body::from_stream(first(data, after))
        }
        Spoilt::Cut { after, clean: false } => {
            let broken = stream::once(future::ready(Err(broken())));
            Body::from_stream(first(data, after).chain(broken))
        }
        Spoilt::Stall { after } => Body::from_stream(first(data, after).chain(stream::pending())),
        Spoilt::Endless => {
            head.headers.remove(header::CONTENT_LENGTH);
            Body::from_stream(data.chain(stream::repeat_with(|| Ok(FILLER))))
        }
        Spoilt::Length { says } => {
            head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(says));
            Body::from_stream(data)
        }
    };
    Response::from_parts(head, body)
}

fn broken() -> axum::Error {
    axum::Error::new(io::Error::from(io::ErrorKind::ConnectionReset))
}

/// The first `most` bytes, and then the end.
fn first(
    data: impl Stream<Item = Result<Bytes, axum::Error>> + Send + Unpin + 'static,
    most: u64,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + Unpin + 'static {
    let cut = stream::unfold((data, most), |(mut data, left)| async move {
        if left == 0 {
            return None;
        }
        let piece = match data.next().await? {
            Ok(piece) => piece.slice(..piece.len().min(usize::try_from(left).unwrap_or(usize::MAX))),
            Err(error) => return Some((Err(error), (data, 0))),
        };
        let left = left.saturating_sub(piece.len() as u64);
        Some((Ok(piece), (data, left)))
    });
    Box::pin(cut)
}
