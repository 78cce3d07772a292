//! What answers look like, field by field, and what becomes of clients when a field is called something else.
//!
//! A client proves a field of an answer if it does not get by without it. So a run of clients is watched for the fields that it
//! was served, and then repeated with one of them under another name: if nothing fails, nobody outside has ever read that
//! field, and its name is as we believe it and no more than that. Off unless asked for, and then for answers in JSON alone.
//!
//! A field is written as its path in the answer, `items[].id`; `*` stands for a name that is an id.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};

/// What is put behind the name of a field that is renamed.
const RENAMED: &str = "_renamed";

/// The longest answer that is looked into.
const LONGEST: usize = 1 << 22;

/// The answers of one simulator.
#[derive(Debug, Clone, Default)]
pub struct Shapes(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    on: AtomicBool,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// The fields of answers, by method and path.
    served: BTreeMap<(String, String), BTreeSet<String>>,
    renames: Vec<Rename>,
}

/// A field that is called something else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    method: String,
    /// Templates of the path, e.g. `/v1/rooms/{roomId}`.
    paths: Vec<String>,
    /// Templates of paths that are meant by others.
    #[serde(default)]
    except: Vec<String>,
    field: String,
}

/// What is asked for: everything is forgotten, and it is begun anew.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    watch: bool,
    #[serde(default)]
    rename: Vec<Rename>,
}

impl Shapes {
    pub(super) fn begin(&self, wanted: Wanted) {
        *self.book() = Book { served: BTreeMap::new(), renames: wanted.rename };
        self.0.on.store(wanted.watch, Ordering::Release);
    }

    /// `[{"method", "path", "fields": […]}]`.
    pub(super) fn served(&self) -> Value {
        let book = self.book();
        let all = book.served.iter();
        all.map(|((method, path), fields)| json!({"method": method, "path": path, "fields": fields}))
            .collect()
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The middleware, outside of everything that makes an answer. `/_sim` is never touched.
pub(super) async fn watch(State(shapes): State<Shapes>, request: Request, next: Next) -> Response {
    if !shapes.0.on.load(Ordering::Acquire) || request.uri().path().starts_with("/_sim") {
        return next.run(request).await;
    }
    let (method, path) = (request.method().as_str().to_owned(), plain(request.uri().path()));
    let response = next.run(request).await;
    let json = response.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    if !response.status().is_success() || !json.is_some_and(|media| media.contains("json")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST).await else { return Response::from_parts(parts, Body::empty()) };
    let Ok(mut answer) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let mut book = shapes.book();
    fields(&answer, "", book.served.entry((method.clone(), path.clone())).or_default());
    let meant = |rename: &&Rename| {
        rename.method == method
            && rename.paths.iter().any(|template| fits(template, &path))
            && !rename.except.iter().any(|template| fits(template, &path))
    };
    let mut renamed = false;
    for rename in book.renames.iter().filter(meant) {
        renamed |= change(&mut answer, &rename.field);
    }
    drop(book);
    if !renamed {
        return Response::from_parts(parts, Body::from(bytes));
    }
    let text = answer.to_string();
    if parts.headers.contains_key(header::CONTENT_LENGTH) {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    }
    Response::from_parts(parts, Body::from(text))
}

/// A path in which what stands between slashes is written out.
fn plain(path: &str) -> String {
    path.replace("%3A", ":").replace("%2F", "/")
}

/// Whether a path is one of a template, whose names in braces stand for anything but a slash.
fn fits(template: &str, path: &str) -> bool {
    let Some((before, rest)) = template.split_once('{') else { return template.eq_ignore_ascii_case(path) };
    let Some((_, rest)) = rest.split_once('}') else { return false };
    let head = path.get(..before.len()).is_some_and(|head| head.eq_ignore_ascii_case(before));
    if !head {
        return false;
    }
    let tail = &path[before.len()..];
    let end = tail.find('/').unwrap_or(tail.len());
    tail.char_indices()
        .map(|(at, sign)| at + sign.len_utf8())
        .take_while(|at| *at <= end)
        .any(|at| fits(rest, &tail[at..]))
}

/// Every field below `value`, whose path is `at`.
fn fields(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let name = if is_id(name) { "*" } else { name };
                let path = if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
                fields(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => {
            let path = format!("{at}[]");
            for item in items {
                fields(item, &path, found);
            }
        }
        _ => {}
    }
}

/// Names of fields are words; an id has capitals and digits alone.
fn is_id(name: &str) -> bool {
    name.len() >= 8 && name.bytes().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
}

/// Gives a field another name, wherever it stands; whether it stood anywhere.
fn change(value: &mut Value, field: &str) -> bool {
    if let Some(rest) = field.strip_prefix("[]") {
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let Value::Array(items) = value else { return false };
        return items.iter_mut().fold(false, |changed, item| change(item, rest) | changed);
    }
    let end = field.find(['.', '[']).unwrap_or(field.len());
    let (name, rest) = field.split_at(end);
    let Value::Object(object) = value else { return false };
    if rest.is_empty() {
        let names: Vec<String> =
            object.keys().filter(|key| *key == name || (name == "*" && is_id(key))).cloned().collect();
        for name in &names {
            if let Some(value) = object.remove(name) {
                object.insert(format!("{name}{RENAMED}"), value);
            }
        }
        return !names.is_empty();
    }
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let inside = object.iter_mut().filter(|(key, _)| *key == name || (name == "*" && is_id(key)));
    inside.fold(false, |changed, (_, value)| change(value, rest) | changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_and_renamed() {
        let mut answer =
            json!({"items": [{"id": 1, "shares": {"C0123ABCD": [{"ts": "1"}]}}, {"id": 2}], "next": null});
        let mut found = BTreeSet::new();
        fields(&answer, "", &mut found);
        let wanted =
            ["items", "items[].id", "items[].shares", "items[].shares.*", "items[].shares.*[].ts", "next"];
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
        for field in wanted.iter().rev() {
            assert!(change(&mut answer, field), "{field}");
        }
        assert_eq!(
            answer,
            json!({"items_renamed": [
                {"id_renamed": 1, "shares_renamed": {"C0123ABCD_renamed": [{"ts_renamed": "1"}]}},
                {"id_renamed": 2},
            ], "next_renamed": null})
        );
        assert!(!change(&mut answer, "items"));
    }

    #[test]
    fn a_template_stands_for_what_is_between_slashes() {
        assert!(fits("/v1/rooms/{room}", "/v1/rooms/abc"));
        assert!(!fits("/v1/rooms/{room}", "/v1/rooms/"));
        assert!(!fits("/v1/rooms/{room}", "/v1/rooms/abc/more"));
        assert!(fits(
            "/v1.0/drives/{d}/items/{i}:/{p}:/content",
            "/v1.0/drives/b/items/root:/a.txt:/content"
        ));
        assert!(fits("/{tenant}/oauth2/v2.0/token", "/acme/oauth2/v2.0/token"));
        assert!(!fits("/v1.0/me", "/v1.0/me/chats"));
    }
}
