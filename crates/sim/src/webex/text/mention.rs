//! Mentions: `<@personId:ID|Name>`, `<@personEmail:ADDRESS|Name>`, `<@all>`. They are taken out before the Markdown is
//! read and put back where their place ends up, so that nothing in an id or a name is read as markup.

use uuid::Uuid;

use super::Directory;

/// Around the number of a mention that was taken out. Noncharacters, so no text has them; those in the source are
/// removed first.
pub(super) const OPEN: char = '\u{FDD0}';
pub(super) const CLOSE: char = '\u{FDD1}';

/// A mention that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mention {
    /// Somebody known, in the room or not.
    Person {
        uuid: Uuid,
        /// As shown: the name after the bar, or the display name.
        name: String,
    },
    /// Everybody.
    All,
    /// Nobody: an id or address that is not known. It does not fail the post.
    Nobody { name: String },
}

impl Mention {
    /// What the plain text shows; no `@`.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Person { name, .. } | Self::Nobody { name } => name,
            Self::All => "All",
        }
    }
}

/// The source with numbered placeholders, and the mentions by number.
pub(super) fn take_out(source: &str, directory: &Directory<'_>) -> (String, Vec<Mention>) {
    let mut left = source;
    let mut marked = String::with_capacity(source.len());
    let mut mentions = Vec::new();
    let keep = |marked: &mut String, text: &str| {
        marked.extend(text.chars().filter(|c| *c != OPEN && *c != CLOSE && *c != '\0'));
    };
    while let Some(start) = left.find("<@") {
        let (before, rest) = left.split_at(start);
        keep(&mut marked, before);
        if let Some((mention, length)) = read(&rest[2..], directory) {
            marked.push(OPEN);
            marked.push_str(&mentions.len().to_string());
            marked.push(CLOSE);
            mentions.push(mention);
            left = &rest[2 + length..];
        } else {
            marked.push_str("<@");
            left = &rest[2..];
        }
    }
    keep(&mut marked, left);
    (marked, mentions)
}

/// Reads what follows `<@`, up to and with the `>`.
fn read(rest: &str, directory: &Directory<'_>) -> Option<(Mention, usize)> {
    let end = rest.find('>')?;
    let inner = &rest[..end];
    if inner.contains('\n') {
        return None;
    }
    if inner.eq_ignore_ascii_case("all") {
        return Some((Mention::All, end + 1));
    }
    let (key, found) = if let Some(key) = inner.strip_prefix("personId:") {
        (key, directory.by_id)
    } else {
        (inner.strip_prefix("personEmail:")?, directory.by_email)
    };
    let (key, name) = key.split_once('|').unwrap_or((key, ""));
    let mention = match found(key.trim()) {
        Some((uuid, known)) => {
            Mention::Person { uuid, name: if name.is_empty() { known } else { name.to_owned() } }
        }
        None => Mention::Nobody { name: if name.is_empty() { key } else { name }.to_owned() },
    };
    Some((mention, end + 1))
}
