//! A form with a file in it (RFC 7578), written around bytes that pass through.

use std::hash::{BuildHasher as _, RandomState};

use bytes::Bytes;

use crate::content::Content;

/// A form with scalars and one file.
#[derive(Debug)]
pub struct Form {
    boundary: String,
    before: String,
}

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        // Nobody who writes a file may know what ends its part: it could go on with fields of its own.
        let [one, other] = [0, 1].map(|half| RandomState::new().hash_one(half));
        Self { boundary: format!("entente-{one:016x}{other:016x}"), before: String::new() }
    }

    /// With a field. The name is the vendor's, and so is the value, or it is an id.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        let head = format!("--{}\r\nContent-Disposition: form-data; name=\"{name}\"", self.boundary);
        self.before.extend([&head, "\r\n\r\n", value, "\r\n"]);
        self
    }

    /// With the file as its last field.
    pub fn file(self, field: &str, name: &str, media_type: &str, length: u64, content: Content) -> Filled {
        let Self { boundary, before } = self;
        let media_type = if media_type.parse::<http::HeaderValue>().is_ok() { media_type } else { UNKNOWN };
        let name = quoted(name);
        let before = format!(
            "{before}--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: {media_type}\r\n\r\n"
        );
        let after = format!("\r\n--{boundary}--\r\n");
        Filled {
            media_type: format!("multipart/form-data; boundary={boundary}"),
            length: before.len() as u64 + length + after.len() as u64,
            content: content.between(Bytes::from(before), Bytes::from(after)),
        }
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}

/// A form that is ready to leave.
#[derive(Debug)]
pub struct Filled {
    /// Its media type.
    pub media_type: String,
    /// How many bytes it has.
    pub length: u64,
    /// Its bytes.
    pub content: Content,
}

/// The type of a file of which none is told (RFC 2046, 4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// A name inside quotes. Browsers escape these three and leave everything else as UTF-8 (HTML, "Multipart form data").
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_form_is_what_the_standard_shows() {
        let file = Content::from(Bytes::from_static(b"abc"));
        let form = Form::new().text("roomId", "r1").file("files", "a \"b\"\r\n.txt", "text/plain", 3, file);
        let boundary = form.media_type.strip_prefix("multipart/form-data; boundary=").unwrap().to_owned();
        let whole = form.content.whole(1_000).await.unwrap();
        assert_eq!(whole.len() as u64, form.length);
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"roomId\"\r\n\r\nr1\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"files\"; filename=\"a %22b%22%0D%0A.txt\"\r\nContent-Type: text/plain\r\n\
             \r\nabc\r\n--{boundary}--\r\n"
        );
        assert_eq!(whole, expected);
    }

    #[test]
    fn nobody_knows_what_ends_a_part() {
        let boundary = || Form::new().boundary;
        assert_ne!(boundary(), boundary());
    }
}
