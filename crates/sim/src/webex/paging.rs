//! Paging as "REST API Basics" describes it: RFC 8288 `Link` headers whose URL is to be followed as it stands.
//!
//! The cursor is opaque. Clients are known to merge their original parameters into the URL again; those that the URL
//! has already win, and a stricter `before` narrows the page further, so both kinds of client see every item once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::answer::Refusal;
use super::call::Call;

/// The URL of the next page: this call's own, on the host that the caller used, with another cursor.
pub(super) fn next_url(call: &Call, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in call.parameters() {
        if key != "cursor" && !(key == "max" && value == "null") {
            query.append_pair(key, value);
        }
    }
    query.append_pair("cursor", cursor);
    format!("{}{}?{}", call.base, call.path, query.finish())
}

pub(super) fn seal(content: &str) -> String {
    URL_SAFE_NO_PAD.encode(content)
}

pub(super) fn unseal(cursor: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

pub(super) fn unknown_cursor() -> Refusal {
    Refusal::bad("Invalid cursor.")
}

/// One page of a list that is at hand as a whole and in order; `key` tells items apart and the cursor names the last
/// one of the page before. An item that is gone meanwhile restarts nothing: the list goes on behind where it was.
pub(super) fn page<T, K: Ord>(
    mut items: Vec<T>,
    call: &Call,
    max: usize,
    key: impl Fn(&T) -> K,
    write: impl Fn(&K) -> String,
    read: impl Fn(&str) -> Option<K>,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    if let Some(cursor) = call.query("cursor") {
        let last = unseal(cursor).and_then(|text| read(&text)).ok_or_else(unknown_cursor)?;
        let from = items.partition_point(|item| key(item) <= last);
        items.drain(..from);
    }
    let more = items.len() > max;
    items.truncate(max);
    let next = items.last().filter(|_| more).map(|last| next_url(call, &seal(&write(&key(last)))));
    Ok((items, next))
}
