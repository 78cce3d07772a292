//! `multipart/form-data` (RFC 7578) with files in it. Bodies are read whole before, so a part is a slice of the body and
//! nothing is copied.

use bytes::Bytes;
use memchr::memmem;

use super::percent_decoded;

/// One part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Whoever sends a file names it; a part without is a field.
    pub(crate) filename: Option<String>,
    /// `Content-Type` of the part.
    pub(crate) media: Option<String>,
    pub(crate) value: Bytes,
}

impl Part {
    /// The value of a field; `None` if it is no text.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.value).ok()
    }

    /// The type of a file, as it was sent, or the one for unknown bytes.
    pub(crate) fn media(&self) -> &str {
        self.media.as_deref().unwrap_or("application/octet-stream")
    }
}

/// The parts of a body whose `Content-Type` is `media`, in order; `None` if it cannot be read to its end.
pub(crate) fn parts(media: &str, body: &Bytes) -> Option<Vec<Part>> {
    let boundary = parameter(media, "boundary").filter(|boundary| !boundary.is_empty())?;
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(delimiter.as_bytes());
    // The first delimiter has no line break before it unless there is a preamble.
    let mut at = if body.starts_with(&delimiter.as_bytes()[2..]) {
        delimiter.len() - 2
    } else {
        finder.find(body)? + delimiter.len()
    };
    let mut parts = Vec::new();
    loop {
        let rest = &body[at..];
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        // White space may stand behind a delimiter.
        let head = at + memmem::find(rest, b"\r\n")?;
        let end = head + finder.find(&body[head..])?;
        parts.push(part(&body.slice(head..end))?);
        at = end + delimiter.len();
    }
}

/// A part between two delimiters: line break, headers, empty line, value.
fn part(whole: &Bytes) -> Option<Part> {
    let split = memmem::find(whole, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&whole[..split]);
    let headers = || head.lines().filter_map(|line| line.split_once(':'));
    let named = |wanted: &str| {
        headers().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let disposition = named("content-disposition")?;
    let encoded = parameter(disposition, "filename*");
    let encoded = encoded.as_deref().and_then(|value| value.splitn(3, '\'').nth(2)).map(percent_decoded);
    Some(Part {
        name: unescaped(&parameter(disposition, "name")?),
        filename: encoded.or_else(|| parameter(disposition, "filename").map(|name| unescaped(&name))),
        media: named("content-type").map(str::to_owned),
        value: whole.slice(split + 4..),
    })
}

/// What browsers write for the characters that would end a quoted name (WHATWG HTML, multipart form data).
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// A parameter of a header's value, out of its quotes.
pub(crate) fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, tail) = rest.split_once('=')?;
        let (value, tail) = value(tail.trim_start())?;
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = tail.trim_start().strip_prefix(';')?;
    }
}

/// The value at the beginning, quoted or not, and what is behind it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text[..end].trim_end().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_are_told_apart_and_bytes_stay_as_they_are() {
        let body = Bytes::from_static(
            b"--X\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\none\r\ntwo\r\n--X\r\n\
              content-type: image/png\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a; %22b%22.png\"\r\n\r\n\
              \x00\xff\r\n--\r\n--X--\r\n",
        );
        let parts = parts("multipart/form-data; boundary=\"X\"", &body).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].name.as_str(), parts[0].text()), ("text", Some("one\r\ntwo")));
        assert_eq!(parts[0].filename, None);
        assert_eq!(parts[1].filename.as_deref(), Some("a; \"b\".png"));
        assert_eq!((parts[1].media(), &parts[1].value[..]), ("image/png", &b"\x00\xff\r\n--"[..]));
    }

    #[test]
    fn an_empty_file_and_an_encoded_name_are_read() {
        let body = Bytes::from_static(
            b"--X\r\nContent-Disposition: form-data; name=file; filename=\"x\"; filename*=utf-8''caf%C3%A9.txt\r\n\r\n\r\n--X--",
        );
        let parts = parts("multipart/form-data; charset=utf-8; boundary=X", &body).unwrap();
        assert_eq!(parts[0].filename.as_deref(), Some("café.txt"));
        assert!(parts[0].value.is_empty());
        assert_eq!(parts[0].media(), "application/octet-stream");
    }

    #[test]
    fn a_body_that_ends_early_is_none() {
        for body in
            ["", "--X", "--X\r\n", "--X\r\nContent-Disposition: form-data; name=a\r\n\r\nb", "--Y--\r\n"]
        {
            assert!(parts("multipart/form-data; boundary=X", &Bytes::from(body)).is_none(), "{body}");
        }
        assert!(parts("multipart/form-data", &Bytes::from_static(b"--X--")).is_none());
    }
}
