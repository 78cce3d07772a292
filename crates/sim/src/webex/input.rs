//! Bodies: JSON, forms, and `multipart/form-data` whose text parts carry the scalar fields ("Message Attachments").

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::call::Call;

/// A body of fields, as JSON or, where the vendor takes uploads, as multipart.
///
/// # Errors
/// 415 for other media types, 400 for a body that cannot be read, 400 for a file part: files are not carried here.
pub(super) fn fields<T: DeserializeOwned>(call: &Call) -> Result<T, Refusal> {
    match media(call).as_str() {
        "application/json" => json(call),
        "multipart/form-data" => {
            let fields = multipart(call)?;
            serde_json::from_value(Value::Object(fields)).map_err(unreadable)
        }
        _ => Err(unsupported(call)),
    }
}

/// A JSON body.
///
/// # Errors
/// 415 for other media types, 400 for a body that cannot be read.
pub(super) fn json<T: DeserializeOwned>(call: &Call) -> Result<T, Refusal> {
    if media(call) != "application/json" {
        return Err(unsupported(call));
    }
    serde_json::from_slice(&call.body).map_err(unreadable)
}

/// A form body, with the parameters in order.
///
/// # Errors
/// 415 for other media types.
pub(super) fn form(call: &Call) -> Result<Vec<(String, String)>, Refusal> {
    if media(call) != "application/x-www-form-urlencoded" {
        return Err(unsupported(call));
    }
    Ok(url::form_urlencoded::parse(&call.body).into_owned().collect())
}

/// A parameter of a form that is not empty.
pub(super) fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = form.iter().find(|(key, _)| key == name)?;
    (!found.1.is_empty()).then_some(found.1.as_str())
}

fn media(call: &Call) -> String {
    call.media.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

fn unsupported(call: &Call) -> Refusal {
    Refusal::new(415, format!("Content type '{}' not supported", call.media))
}

fn unreadable(_error: serde_json::Error) -> Refusal {
    // The parser's message may quote the body, and errors say nothing of content.
    Refusal::bad("The request body could not be read.")
}

/// The text parts of a multipart body (RFC 7578), by name.
fn multipart(call: &Call) -> Result<Map<String, Value>, Refusal> {
    let broken = || Refusal::bad("The multipart body could not be read.");
    let boundary = parameter(&call.media, "boundary").ok_or_else(broken)?;
    let delimiter = format!("--{boundary}");
    let body = std::str::from_utf8(&call.body).map_err(|_| no_files())?;
    let mut fields = Map::new();
    for part in body.split(delimiter.as_str()).skip(1) {
        if part.starts_with("--") {
            return Ok(fields);
        }
        let (head, value) = part.split_once("\r\n\r\n").ok_or_else(broken)?;
        let value = value.strip_suffix("\r\n").ok_or_else(broken)?;
        let disposition = head.lines().find_map(|line| {
            let (name, rest) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then_some(rest)
        });
        let disposition = disposition.ok_or_else(broken)?;
        if parameter(disposition, "filename").is_some() {
            return Err(no_files());
        }
        let name = parameter(disposition, "name").ok_or_else(broken)?;
        fields.insert(name, Value::String(value.to_owned()));
    }
    Err(broken())
}

/// What a post with a file answers.
pub(super) fn no_files() -> Refusal {
    Refusal::bad("File upload is not supported.")
}

fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}
