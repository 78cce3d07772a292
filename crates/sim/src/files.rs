//! Files: what people attach and what is uploaded, with the bytes themselves.
//!
//! One room for all platforms, because a file is the same thing everywhere; ids, addresses and who may fetch it are each
//! platform's own. A [`File`] is cheap to clone, as its bytes are shared. Where a load run would fill the memory with them
//! (the switch `files_kept` of every simulator), only length and digest of what is uploaded stay, and a download serves made-up bytes of that
//! length. The same made-up bytes are what a file attached by hand with a length contains.

use std::convert::Infallible;
use std::sync::LazyLock;

use aws_lc_rs::digest::{Context, SHA256, digest};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};
use serde_json::{Value, json};

pub(crate) mod byhand;
pub(crate) mod multipart;

/// What is made up repeats after so many bytes.
const PERIOD: u64 = 1 << 16;

/// A file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// As it was named, without a path.
    pub(crate) name: String,
    /// A media type.
    pub(crate) media: String,
    /// Bytes.
    pub(crate) size: u64,
    /// Of what was uploaded, in lower-case hexadecimal.
    pub(crate) sha256: String,
    /// Absent where only length and digest were kept.
    bytes: Option<Bytes>,
}

impl File {
    /// A file as it was uploaded; `kept` says whether its bytes stay.
    pub(crate) fn new(name: &str, media: &str, bytes: Bytes, kept: bool) -> Self {
        Self {
            name: name.to_owned(),
            media: media.to_owned(),
            size: bytes.len() as u64,
            sha256: hex::encode(digest(&SHA256, &bytes)),
            bytes: kept.then_some(bytes),
        }
    }

    /// A file of `size` made-up bytes.
    pub(crate) fn made(name: &str, media: &str, size: u64) -> Self {
        let mut context = Context::new(&SHA256);
        for piece in made_up(size) {
            context.update(&piece);
        }
        let sha256 = hex::encode(context.finish());
        Self { name: name.to_owned(), media: media.to_owned(), size, sha256, bytes: None }
    }

    /// Its bytes as the body of an answer.
    pub(crate) fn body(&self) -> Body {
        match &self.bytes {
            Some(bytes) => Body::from(bytes.clone()),
            None => Body::from_stream(stream::iter(made_up(self.size).map(Ok::<_, Infallible>))),
        }
    }

    /// Status 200, its type and length, and its bytes.
    pub(crate) fn response(&self) -> Response {
        let mut response = Response::new(self.body());
        let headers = response.headers_mut();
        let media = HeaderValue::from_str(&self.media);
        let media = media.unwrap_or(HeaderValue::from_static("application/octet-stream"));
        headers.insert(header::CONTENT_TYPE, media);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(self.size));
        response
    }

    /// The same, to be saved under its name (RFC 6266).
    pub(crate) fn attachment(&self) -> Response {
        let mut response = self.response();
        if let Ok(disposition) = HeaderValue::from_str(&disposition(&self.name)) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }

    /// What tests, the ledger and pages see of it.
    pub(crate) fn facts(&self) -> Value {
        json!({"name": self.name, "type": self.media, "size": self.size, "sha256": self.sha256})
    }
}

/// `size` bytes, always the same ones, in pieces.
fn made_up(size: u64) -> impl Iterator<Item = Bytes> + Send {
    static BLOCK: LazyLock<Bytes> = LazyLock::new(|| {
        // A linear congruential generator (Knuth's MMIX); all that matters is that no two places look alike.
        let mut state = 1_u64;
        let bytes = (0..PERIOD).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        });
        bytes.collect()
    });
    let whole = std::iter::repeat_n((), usize::try_from(size / PERIOD).unwrap_or(usize::MAX));
    let rest = usize::try_from(size % PERIOD).unwrap_or(0);
    let rest = (rest > 0).then(|| BLOCK.slice(..rest));
    whole.map(|()| BLOCK.clone()).chain(rest)
}

/// `Content-Disposition` for a download. Names beyond ASCII come twice: approximated, and encoded (RFC 6266, 5 and D).
fn disposition(name: &str) -> String {
    let plain = |c: char| c.is_ascii() && !c.is_ascii_control() && c != '"' && c != '\\';
    let approximated: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if approximated == name {
        return format!("attachment; filename=\"{name}\"");
    }
    format!("attachment; filename=\"{approximated}\"; filename*=UTF-8''{}", percent_encoded(name))
}

/// Everything but what a URL leaves alone (RFC 3986, 2.3), as `%XX`.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    encoded
}

/// What `%XX` stands for; a sign that is none stays as it is.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| tail.get(..2).and_then(|two| hex::decode(two).ok())).flatten();
        bytes.push(escaped.as_ref().map_or(*first, |byte| byte[0]));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_made_up_has_its_length_and_its_digest() {
        for size in [0, 1, PERIOD, 3 * PERIOD + 17] {
            let file = File::made("a.bin", "application/octet-stream", size);
            let bytes = file.body().collect().await.unwrap().to_bytes();
            assert_eq!(bytes.len() as u64, size);
            let uploaded = File::new("a.bin", "application/octet-stream", bytes, true);
            assert_eq!(uploaded.sha256, file.sha256, "{size} bytes");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_not_kept_serves_as_many_other_bytes() {
        let file = File::new("a.txt", "text/plain", Bytes::from_static(b"hello"), false);
        let known = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!((file.size, file.sha256.as_str()), (5, known));
        let served = file.body().collect().await.unwrap().to_bytes();
        assert_eq!(served.len(), 5);
        assert_ne!(served, "hello");
    }

    #[test]
    fn names_travel_in_headers() {
        assert_eq!(disposition("plan.pdf"), "attachment; filename=\"plan.pdf\"");
        let accented = "attachment; filename=\"caf_ _1_.txt\"; filename*=UTF-8''caf%C3%A9%20%221%22.txt";
        assert_eq!(disposition("café \"1\".txt"), accented);
        assert_eq!(percent_decoded(&percent_encoded("café 100%.txt")), "café 100%.txt");
        assert_eq!(percent_decoded("100%zz"), "100%zz");
    }
}
