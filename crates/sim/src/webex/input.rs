//! Bodies: JSON, forms, and `multipart/form-data` whose text parts carry the scalar fields and whose file part is the file
//! ("Message Attachments").

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::call::Call;
use crate::files::multipart::{self, Part};

/// A body of fields, as JSON or as multipart without a file.
///
/// # Errors
/// 415 for other media types, 400 for a body that cannot be read, 400 for a file part.
pub(super) fn fields<T: DeserializeOwned>(call: &Call) -> Result<T, Refusal> {
    let (fields, files) = fields_and_files(call)?;
    if files.is_empty() { Ok(fields) } else { Err(no_files()) }
}

/// A body of fields, as JSON or as multipart, and the file parts of the latter.
///
/// # Errors
/// 415 for other media types, 400 for a body that cannot be read.
pub(super) fn fields_and_files<T: DeserializeOwned>(call: &Call) -> Result<(T, Vec<Part>), Refusal> {
    match media(call).as_str() {
        "application/json" => Ok((json(call)?, Vec::new())),
        "multipart/form-data" => {
            let broken = || Refusal::bad("The multipart body could not be read.");
            let mut fields = Map::new();
            let mut files = Vec::new();
            for part in multipart::parts(&call.media, &call.body).ok_or_else(broken)? {
                if part.filename.is_some() {
                    files.push(part);
                } else {
                    let text = part.text().ok_or_else(broken)?;
                    fields.insert(part.name.clone(), Value::String(text.to_owned()));
                }
            }
            Ok((serde_json::from_value(Value::Object(fields)).map_err(unreadable)?, files))
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

/// What a file answers where none is taken.
pub(super) fn no_files() -> Refusal {
    Refusal::bad("File upload is not supported.")
}
