//! A vendor call as the handlers see it.
//!
//! Graph has several spellings of one path: `//` collapses, ids come percent-encoded or raw, and the `OData` function
//! form `chats('id')/messages('id')` (the one notifications use) equals `chats/id/messages/id`. All of them become one
//! list of segments here, so that the table of routes needs one line each.

use bytes::Bytes;
use http::{HeaderMap, Method};

/// Method, path, query, headers and body of one call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// HTTP method.
    pub(crate) method: Method,
    /// The path as it was sent, for the ledger.
    pub(crate) path: String,
    /// The path's segments, decoded; key words in the vendor's capitals.
    pub(crate) segments: Vec<String>,
    /// The query, decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    /// The request's headers.
    pub(crate) headers: HeaderMap,
    /// The whole body.
    pub(crate) body: Bytes,
    /// Scheme and authority the caller reached us under, without a slash at the end.
    pub(crate) base: String,
}

impl Call {
    /// Takes a path with query apart.
    pub(crate) fn new(method: Method, target: &str, headers: HeaderMap, body: Bytes, base: String) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { method, path: path.to_owned(), segments: segments(path), query, headers, body, base }
    }

    /// The segments as slices, for matching.
    pub(crate) fn route(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// A query parameter. Names are compared without regard to case and with or without the `$`.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let bare = |text: &str| text.strip_prefix('$').unwrap_or(text).to_ascii_lowercase();
        let wanted = bare(name);
        self.query.iter().find(|(key, _)| bare(key) == wanted).map(|(_, value)| value.as_str())
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether a `Prefer` header asks for this.
    pub(crate) fn prefers(&self, wanted: &str) -> bool {
        self.headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|part| part.trim().eq_ignore_ascii_case(wanted))
    }

    /// The token of `Authorization: Bearer`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// The body as form fields.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

/// Words that are part of the interface and compared without regard to case, in the vendor's capitals.
const WORDS: [&str; 24] = [
    "me",
    "users",
    "chats",
    "messages",
    "members",
    "subscriptions",
    "reauthorize",
    "getAllMessages",
    "softDelete",
    "undoSoftDelete",
    "setReaction",
    "unsetReaction",
    "replyWithQuote",
    "markChatReadForUser",
    "markChatUnreadForUser",
    "hideForUser",
    "unhideForUser",
    "revokeSignInSessions",
    "installedApps",
    "appCatalogs",
    "teamsApps",
    "teamwork",
    "chat",
    "$batch",
];

/// The decoded segments of a path; see the module's comment.
pub(crate) fn segments(path: &str) -> Vec<String> {
    let mut out = Vec::with_capacity(8);
    for raw in path.split('/').filter(|raw| !raw.is_empty()) {
        let decoded = percent_decode(raw);
        match decoded.strip_suffix("')").and_then(|rest| rest.split_once("('")) {
            Some((name, id)) => {
                out.push(word(name));
                out.push(id.replace("''", "'"));
            }
            None => out.push(word(decoded.strip_suffix("()").unwrap_or(&decoded))),
        }
    }
    out
}

fn word(text: &str) -> String {
    let bare = text.strip_prefix("microsoft.graph.").unwrap_or(text);
    WORDS
        .iter()
        .find(|word| word.eq_ignore_ascii_case(bare))
        .map_or_else(|| text.to_owned(), |&w| w.to_owned())
}

/// Percent-decodes once; what is not valid stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    // A path has no `+` for a space, so the form decoder of `url` would be wrong here.
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) =
            pair.filter(|_| bytes[at] == b'%').and_then(|two| u8::from_str_radix(two, 16).ok())
        {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_path_are_one() {
        let plain = segments("/v1.0/chats/19:a_b@unq.gbl.spaces/messages/17");
        assert_eq!(plain, ["v1.0", "chats", "19:a_b@unq.gbl.spaces", "messages", "17"]);
        for spelling in [
            "/v1.0//chats/19%3Aa_b%40unq.gbl.spaces/messages/17",
            "/v1.0/chats('19:a_b@unq.gbl.spaces')/messages('17')",
            "/v1.0/Chats(%2719%3Aa_b%40unq.gbl.spaces%27)/MESSAGES/17/",
        ] {
            assert_eq!(segments(spelling), plain, "{spelling}");
        }
        assert_eq!(
            segments("/users/x/chats/microsoft.graph.getAllMessages()"),
            ["users", "x", "chats", "getAllMessages"]
        );
    }

    #[test]
    fn a_broken_escape_stays_as_it_is() {
        assert_eq!(percent_decode("100%+x%4"), "100%+x%4");
        assert_eq!(percent_decode("a%3Bb"), "a;b");
    }
}
