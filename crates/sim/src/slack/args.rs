//! A method's arguments ("Using the Slack Web API", POST bodies): a query, a form, a multipart form or, where the method
//! takes it, a JSON object. In forms everything is text: nested values are JSON in a string, lists are separated by
//! commas, booleans are `true`, `false`, `1` or `0`. In JSON they are what they are, and `null` counts as absent.

use serde_json::{Map, Value};

use super::answer::Refusal;

/// The arguments of one call, by name.
#[derive(Debug, Default)]
pub(super) struct Args {
    fields: Map<String, Value>,
    /// Whether a JSON body came without saying its charset, which earns a warning.
    pub(super) without_charset: bool,
}

impl Args {
    /// Reads query and body. A JSON body of a method that takes none (`json` is false) is ignored, as the service does.
    ///
    /// # Errors
    /// The vendor's codes for bodies that cannot be read.
    pub(super) fn read(query: &str, media: &str, body: &[u8], json: bool) -> Result<Self, Refusal> {
        let mut args = Self::default();
        args.take_pairs(query.as_bytes());
        // A token is never taken from a query.
        args.fields.remove("token");
        if body.is_empty() {
            return Ok(args);
        }
        let kind = media.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => {
                args.without_charset = parameter(media, "charset").is_none();
                let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::new("invalid_json"))?;
                let Value::Object(fields) = body else { return Err(Refusal::new("json_not_object")) };
                if json {
                    args.fields.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
                }
                // A token in JSON is not looked at.
                args.fields.remove("token");
            }
            "application/x-www-form-urlencoded" => args.take_pairs(body),
            "multipart/form-data" => args.take_parts(media, body)?,
            "" => return Err(Refusal::new("missing_post_type")),
            _ => return Err(Refusal::new("invalid_post_type")),
        }
        Ok(args)
    }

    fn take_pairs(&mut self, text: &[u8]) {
        let pairs = url::form_urlencoded::parse(text).into_owned();
        self.fields.extend(pairs.map(|(name, value)| (name, Value::String(value))));
    }

    /// The text parts of a multipart body (RFC 7578).
    fn take_parts(&mut self, media: &str, body: &[u8]) -> Result<(), Refusal> {
        let broken = || Refusal::new("invalid_form_data");
        let boundary = parameter(media, "boundary").ok_or_else(broken)?;
        let delimiter = format!("--{boundary}");
        let body = std::str::from_utf8(body).map_err(|_| broken())?;
        for part in body.split(delimiter.as_str()).skip(1) {
            if part.starts_with("--") {
                return Ok(());
            }
            let (head, value) = part.split_once("\r\n\r\n").ok_or_else(broken)?;
            let value = value.strip_suffix("\r\n").ok_or_else(broken)?;
            let disposition = head.lines().find_map(|line| {
                let (name, rest) = line.split_once(':')?;
                name.trim().eq_ignore_ascii_case("content-disposition").then_some(rest)
            });
            let name = disposition.and_then(|line| parameter(line, "name")).ok_or_else(broken)?;
            self.fields.insert(name, Value::String(value.to_owned()));
        }
        Err(broken())
    }

    /// The value as it came; an empty text counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| value.as_str() != Some(""))
    }

    /// A text that is not empty; anything else counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// `invalid_arguments` that names the field.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        match self.get(name) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Refusal::arguments(&format!("must provide a string [json-pointer:/{name}]"))),
            None => Err(Refusal::arguments(&format!("missing required field: {name}"))),
        }
    }

    /// `true`, `1` or JSON's true.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => match text.as_str() {
                "true" | "1" | "True" => Some(true),
                "false" | "0" | "False" => Some(false),
                _ => None,
            },
            Value::Number(number) => number.as_i64().map(|number| number != 0),
            _ => None,
        }
    }

    /// A whole number, also as text. Odd values are adjusted by the caller, as the service adjusts most of them silently.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Texts separated by commas, or a JSON list of texts; without empty ones.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let items: Vec<String> = match self.get(name)? {
            Value::String(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
            Value::Array(items) => {
                items.iter().filter_map(Value::as_str).map(|item| item.trim().to_owned()).collect()
            }
            _ => return None,
        };
        Some(items.into_iter().filter(|item| !item.is_empty()).collect())
    }

    /// A nested value: itself in JSON, JSON in a string in forms. A string that is no JSON stays a string.
    pub(super) fn nested(&self, name: &str) -> Option<Value> {
        match self.get(name)? {
            Value::String(text) => {
                Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())))
            }
            value => Some(value.clone()),
        }
    }
}

/// A parameter of a header's value.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}
