//! Files that a person attaches by hand, through `/_sim`: their bytes in base64, or only how many there are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;

use super::File;

/// A file in a body: `{"name", "type"?, "base64"}` or `{"name", "type"?, "length"}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attached {
    name: String,
    #[serde(rename = "type")]
    media: Option<String>,
    base64: Option<String>,
    length: Option<u64>,
}

impl Attached {
    /// The file itself. Bytes that somebody gives by hand are few, and kept.
    ///
    /// # Errors
    /// What is wrong with the body.
    pub(crate) fn file(&self) -> Result<File, &'static str> {
        let media = self.media.as_deref().unwrap_or_else(|| guess(&self.name));
        match (&self.base64, self.length) {
            (Some(text), None) => {
                let bytes = STANDARD.decode(text).map_err(|_| "a file's base64 cannot be read")?;
                Ok(File::new(&self.name, media, Bytes::from(bytes), true))
            }
            (None, Some(length)) => Ok(File::made(&self.name, media, length)),
            _ => Err("a file has either base64 or length"),
        }
    }
}

/// The media type that a name suggests.
pub(crate) fn guess(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "mp4" => "video/mp4",
        "mp3" => "audio/mpeg",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_as_bytes_or_as_a_length() {
        let read = |text| serde_json::from_str::<Attached>(text).unwrap().file();
        let file = read(r#"{"name": "a.PNG", "base64": "aGVsbG8="}"#).unwrap();
        assert_eq!((file.media.as_str(), file.size), ("image/png", 5));
        let file = read(r#"{"name": "a", "type": "text/plain", "length": 7}"#).unwrap();
        assert_eq!((file.media.as_str(), file.size), ("text/plain", 7));
        for wrong in [
            r#"{"name": "a"}"#,
            r#"{"name": "a", "length": 1, "base64": ""}"#,
            r#"{"name": "a", "base64": "?"}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
