//! Bodies: JSON and forms, and the times that queries carry.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::answer::Refusal;
use super::call::Call;

/// A JSON body.
///
/// # Errors
/// 415 for other media types, 400 for a body that cannot be read.
pub(super) fn json<T: DeserializeOwned>(call: &Call) -> Result<T, Refusal> {
    if media(call) != "application/json" {
        return Err(Refusal::new(415, 300, "Content-Type must be application/json."));
    }
    let body: &[u8] = if call.body.is_empty() { b"{}" } else { &call.body };
    serde_json::from_slice(body).map_err(|error| {
        // The kind of mistake is told, what was written is not.
        Refusal::bad(format!("Request body is not readable at line {}.", error.line()))
    })
}

/// The parameters of a form, or of the query: the token endpoint takes either.
pub(super) fn parameters(call: &Call) -> Vec<(String, String)> {
    let mut all = call.parameters().to_vec();
    if media(call) == "application/x-www-form-urlencoded" {
        all.extend(url::form_urlencoded::parse(&call.body).into_owned());
    }
    all
}

/// A parameter that is not empty.
pub(super) fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = form.iter().find(|(key, _)| key == name)?;
    (!found.1.is_empty()).then_some(found.1.as_str())
}

/// `yyyy-MM-dd'T'HH:mm:ss'Z'` in milliseconds since the Unix epoch, the only form the reference allows.
///
/// # Errors
/// 400 with code 300 when it is written otherwise.
pub(super) fn time(name: &str, text: &str) -> Result<i64, Refusal> {
    let wrong = || Refusal::field(name, "Invalid field.");
    if text.len() != 20 || !text.ends_with('Z') || text.as_bytes().get(10) != Some(&b'T') {
        return Err(wrong());
    }
    let time: Timestamp = text.parse().map_err(|_| wrong())?;
    Ok(time.as_millisecond())
}

/// The first millisecond of a day, `yyyy-MM-dd` in UTC.
///
/// # Errors
/// 400 with code 300 when it is written otherwise.
pub(super) fn day(name: &str, text: &str) -> Result<i64, Refusal> {
    if text.len() != 10 {
        return Err(Refusal::field(name, "Invalid field."));
    }
    time(name, &format!("{text}T00:00:00Z"))
}

/// `true` or `false`, or `default` when it is not there.
///
/// # Errors
/// 400 with code 300 for anything else.
pub(super) fn flag(call: &Call, name: &str, default: bool) -> Result<bool, Refusal> {
    match call.query(name) {
        None => Ok(default),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(Refusal::field(name, "Invalid field.")),
    }
}

/// A whole number from 1 to `most`, or `default` when it is not there.
///
/// # Errors
/// 400 with code 300 for anything else.
pub(super) fn number(call: &Call, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
    match call.query(name) {
        None => Ok(default),
        Some(text) => match text.parse::<usize>() {
            Ok(number) if (1..=most).contains(&number) => Ok(number),
            _ => Err(Refusal::field(name, "Invalid field.")),
        },
    }
}

fn media(call: &Call) -> String {
    let media = call.media.split(';').next().unwrap_or("");
    media.trim().to_ascii_lowercase()
}
