//! Bodies that pass through. They go the same way as every other call: to configured addresses, under the limits, with the
//! same classes of failure. What differs: a body can be sent once, so a refused token is renewed but the call is not made
//! again here, and time is not counted as a whole but as the pauses in between.

use std::sync::{Arc, Mutex, PoisonError};

use entente_model::CallError;
use futures_util::stream::{self, StreamExt as _};
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use secrecy::ExposeSecret as _;
use tokio::time::Instant;
use url::Url;

use super::{Answer, Call, Failure, Http, without_answer};
use crate::classify;
use crate::content::{Content, OpenFile};
use crate::steps::Step;
use crate::tokens::Tokens;
use crate::transport::Undelivered;

/// The longest answer to an upload, and the longest refusal of a download, that is read.
const MOST: u64 = 1 << 20;

/// Where a vendor sends a call on to.
#[derive(Debug, Clone)]
pub enum Streamed {
    /// It was done.
    Done(Answer),
    /// It is to be done at this address instead; nothing was taken.
    Elsewhere(Url),
}

impl Http {
    /// Whether a file may be fetched from or sent to `url`: the host of a configured address or one below it, as well
    /// protected. Vendors keep files on hosts that they name as they go.
    pub fn allows_file(&self, url: &Url) -> bool {
        self.allows_below(url.scheme(), url, |port| url.port_or_known_default() == Some(port))
    }

    /// Sends a body of `length` bytes with a call that has none of its own.
    ///
    /// # Errors
    /// Everything but 2xx and a redirection. A token that is refused is renewed, and the call may be tried again.
    pub async fn upload(
        &self,
        mut call: Call,
        (media_type, length, content): (&str, u64, Content),
        tokens: Option<&dyn Tokens>,
    ) -> Result<Streamed, Failure> {
        let unsendable = |_| without_answer(CallError::Reject("unsendable".to_owned()));
        call.headers.insert(header::CONTENT_TYPE, HeaderValue::try_from(media_type).map_err(unsendable)?);
        call.headers.insert(header::CONTENT_LENGTH, length.into());
        let url = call.url.clone();
        let (parts, body) = self.streamed(&call, content, tokens).await?.into_parts();
        if let Some(elsewhere) = elsewhere(&url, parts.status, &parts.headers) {
            return elsewhere.map(Streamed::Elsewhere);
        }
        let read = tokio::time::timeout(self.total, body.whole(MOST)).await;
        let Ok(Ok(body)) = read else {
            return Err(without_answer(classify::undelivered(Undelivered::NoAnswer, call.effect)));
        };
        if call.visible
            && let Some(steps) = &self.steps
        {
            steps.reached(Step::Answered);
        }
        self.judge(&call, Answer { status: parts.status, headers: parts.headers, body }).map(Streamed::Done)
    }

    /// Opens a file. Redirections are followed a few times.
    ///
    /// # Errors
    /// Everything but 2xx; a file that does not say how long it is.
    pub async fn download(&self, mut call: Call, tokens: Option<&dyn Tokens>) -> Result<Opened, Failure> {
        for _ in 0..MOST_REDIRECTIONS {
            let (parts, body) =
                self.streamed(&call, Content::from(bytes::Bytes::new()), tokens).await?.into_parts();
            match elsewhere(&call.url, parts.status, &parts.headers) {
                Some(url) => {
                    call.url = url?;
                }
                None if parts.status.is_success() => {
                    return Ok(Opened { headers: parts.headers, content: body });
                }
                None => {
                    let body = body.whole(MOST).await.unwrap_or_default();
                    let answer = Answer { status: parts.status, headers: parts.headers, body };
                    self.judge(&call, answer)?;
                }
            }
        }
        Err(without_answer(CallError::Reject("sent on too often".to_owned())))
    }

    async fn streamed(
        &self,
        call: &Call,
        content: Content,
        tokens: Option<&dyn Tokens>,
    ) -> Result<http::Response<Content>, Failure> {
        if !self.allows_file(&call.url) {
            return Err(without_answer(CallError::Reject(
                "an address outside the configured ones".to_owned(),
            )));
        }
        // A token goes to addresses that the operator named, and no further.
        let tokens = tokens.filter(|_| self.allows(&call.url));
        let access = match tokens {
            Some(tokens) => Some(tokens.access().await.map_err(without_answer)?),
            None => None,
        };
        self.turn(call).await?;
        let token = access.as_ref().map(|access| access.token.expose_secret());
        let head = super::request(call, token);
        let head = head.map_err(|_| without_answer(CallError::Reject("unsendable".to_owned())))?;
        let request: Request<Content> = head.map(|_| content);
        let steps = self.steps.clone().filter(|_| call.visible);
        let pace = Pace::default();
        let request = request.map(|content| pace.of(content));
        let mut answered = self.transport.stream(request, steps);
        let answer = loop {
            let last = pace.moved();
            tokio::select! {
                answer = &mut answered => break answer,
                () = tokio::time::sleep_until(last.unwrap_or_else(Instant::now) + self.total) => {
                    if last.is_some() && pace.moved() == last {
                        break Err(Undelivered::NoAnswer);
                    }
                }
            }
        };
        let answer = answer.map_err(|why| without_answer(classify::undelivered(why, call.effect)))?;
        if answer.status() == StatusCode::UNAUTHORIZED
            && let (Some(tokens), Some(access)) = (tokens, &access)
        {
            // The next attempt has a new one.
            tokens.refused(access).await.map_err(without_answer)?;
            return Err(without_answer(CallError::Retry { after: None }));
        }
        Ok(answer)
    }
}

/// When a body on its way out last moved. While its source is waited for, the pause is the source's and ends by itself
/// ([`Content::exactly`]): taken for the platform's silence, a file that breaks off would be one of which nobody knows.
#[derive(Clone)]
struct Pace(Arc<Mutex<Option<Instant>>>);

impl Default for Pace {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Some(Instant::now()))))
    }
}

impl Pace {
    /// `None`: its source is waited for.
    fn moved(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, moved: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moved;
    }

    /// The same body, whose pace is told here.
    fn of(&self, content: Content) -> Content {
        Content::new(stream::unfold((content, self.clone()), |(mut content, pace)| async move {
            pace.set(None);
            let piece = content.next().await;
            pace.set(Some(Instant::now()));
            Some((piece?, (content, pace)))
        }))
    }
}

/// How often a vendor may send a call on.
const MOST_REDIRECTIONS: usize = 4;

/// A file as it was found.
#[derive(Debug)]
pub struct Opened {
    /// What was said of it.
    pub headers: HeaderMap,
    /// Its bytes.
    pub content: Content,
}

impl Opened {
    /// The file, held to the length that it was said to have. `named`: what it is called where the answer does not say.
    ///
    /// # Errors
    /// [`CallError::Reject`] when nothing was said of its length.
    pub fn file(self, named: Option<&str>) -> Result<OpenFile, CallError> {
        let text = |name| self.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let length: u64 = length.ok_or_else(|| CallError::Reject("a file of unknown length".to_owned()))?;
        let media_type = text(header::CONTENT_TYPE).unwrap_or("application/octet-stream").to_owned();
        let told = self.headers.get(header::CONTENT_DISPOSITION).and_then(disposition);
        let name = told.or_else(|| named.map(str::to_owned)).unwrap_or_else(|| "file".to_owned());
        Ok(OpenFile { name, media_type, length, content: self.content.exactly(length) })
    }
}

/// The name in `Content-Disposition` (RFC 6266, 4.3): `filename*` before `filename`.
fn disposition(value: &HeaderValue) -> Option<String> {
    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
    let parameter = |name: &str| {
        value.split(';').find_map(|part| {
            let (key, value) = part.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let extended = parameter("filename*").and_then(|value| {
        let encoded = value.split('\'').nth(2)?.to_owned();
        let decoded =
            url::form_urlencoded::parse(encoded.replace('+', "%2B").as_bytes()).next()?.0.into_owned();
        Some(decoded)
    });
    extended.or_else(|| parameter("filename")).filter(|name| !name.is_empty())
}

/// Where an answer sends its caller on to.
fn elsewhere(from: &Url, status: StatusCode, headers: &HeaderMap) -> Option<Result<Url, Failure>> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
    let url = location.and_then(|location| from.join(location).ok());
    Some(url.ok_or_else(|| without_answer(CallError::Reject("sent on to no address".to_owned()))))
}
