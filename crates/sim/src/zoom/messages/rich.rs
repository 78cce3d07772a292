//! `at_items` and `rich_text` of "Send a chat message": ranges over the text.
//!
//! The documents do not say what a position counts (a switch). A mention's end is exclusive in the events' examples and
//! inclusive in the send call's, so both are taken. Formats of lines widen to whole lines; a list takes away the other
//! list, quotes and indents on its lines, and a quote takes away lists and indents.

use serde::Deserialize;

use crate::zoom::answer::Refusal;
use crate::zoom::switches::{Switches, Unit};
use crate::zoom::world::World;
use crate::zoom::world::chats::{Mention, Rich};

/// One of `at_items` as it is sent.
#[derive(Debug, Deserialize)]
pub(super) struct AtItem {
    at_type: Option<u8>,
    at_contact: Option<String>,
    start_position: Option<usize>,
    end_position: Option<usize>,
}

/// One of `rich_text` as it is sent.
#[derive(Debug, Deserialize)]
pub(super) struct RichItem {
    start_position: Option<usize>,
    end_position: Option<usize>,
    format_type: Option<String>,
    format_attr: Option<String>,
}

const LISTS: [&str; 2] = ["BulletedList", "NumberedList"];
const LINES: [&str; 5] = ["BulletedList", "NumberedList", "Quote", "LeftIndent", "Paragraph"];

/// The mentions of a text.
///
/// # Errors
/// 400 with code 300 for a range that does not fit, 404 with 1001 for somebody unknown.
pub(super) fn mentions(
    world: &World,
    text: &str,
    items: &[AtItem],
    switches: &Switches,
) -> Result<Vec<Mention>, Refusal> {
    let length = switches.unit.length(text);
    let wrong = |field| Refusal::field(field, "Invalid field.");
    items
        .iter()
        .map(|item| {
            let start = item.start_position.ok_or_else(|| wrong("at_items.start_position"))?;
            let end = item.end_position.ok_or_else(|| wrong("at_items.end_position"))?;
            if switches.strict_positions {
                if end <= start || end > length {
                    return Err(wrong("at_items.end_position"));
                }
                if at(text, start, switches.unit) != Some('@') {
                    return Err(wrong("at_items.start_position"));
                }
            }
            let person = match item.at_type {
                Some(1) => {
                    let contact = item.at_contact.as_deref().unwrap_or("");
                    let found = world.people.find(contact);
                    let found = found.filter(|person| *person.id != *contact || switches.mention_by_user_id);
                    Some(found.ok_or_else(|| Refusal::no_user(contact))?.id.clone())
                }
                Some(2) => None,
                _ => return Err(wrong("at_items.at_type")),
            };
            Ok(Mention { person, start, end })
        })
        .collect()
}

/// The character that begins at a position.
fn at(text: &str, position: usize, unit: Unit) -> Option<char> {
    let mut here = 0;
    for character in text.chars() {
        if here == position {
            return Some(character);
        }
        here += unit.of(character);
    }
    None
}

/// The formats of a text, as they are kept.
///
/// # Errors
/// 400 with code 300 for an unknown format, a missing or wrong attribute, or a range that does not fit.
pub(super) fn formats(text: &str, items: Vec<RichItem>, unit: Unit) -> Result<Vec<Rich>, Refusal> {
    let lines = lines(text, unit);
    let length = unit.length(text);
    let wrong = |field| Refusal::field(field, "Invalid field.");
    let mut kept: Vec<Rich> = Vec::new();
    for item in items {
        let start = item.start_position.ok_or_else(|| wrong("rich_text.start_position"))?;
        let end = item.end_position.ok_or_else(|| wrong("rich_text.end_position"))?;
        if end <= start || end > length {
            return Err(wrong("rich_text.end_position"));
        }
        let kind = item.format_type.ok_or_else(|| wrong("rich_text.format_type"))?;
        let attribute = item.format_attr.filter(|attribute| !attribute.is_empty());
        if !attribute_fits(&kind, attribute.as_deref()).ok_or_else(|| wrong("rich_text.format_type"))? {
            return Err(wrong("rich_text.format_attr"));
        }
        let (first, last) = (line_of(&lines, start), line_of(&lines, end - 1));
        if kind == "AddLink" && first != last {
            return Err(wrong("rich_text.end_position"));
        }
        let mut rich = Rich { start, end, kind, attribute };
        if LINES.contains(&rich.kind.as_str()) {
            (rich.start, rich.end) = (lines[first].0, lines[last].1.max(end));
            clear(&mut kept, &rich);
        }
        kept.push(rich);
    }
    Ok(kept)
}

/// Whether a format has the attribute it needs; `None` for a format that does not exist.
fn attribute_fits(kind: &str, attribute: Option<&str>) -> Option<bool> {
    let given = attribute.unwrap_or("");
    Some(match kind {
        "Bold" | "Italic" | "Strikethrough" | "Underline" | "Quote" | "BulletedList" | "NumberedList" => true,
        "FontSize" => ["s", "m", "l"].contains(&given),
        "FontColor" | "BackgroundColor" => {
            given.len() == 6 && given.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        "LeftIndent" => given.parse::<u32>().is_ok_and(|pixels| pixels > 0),
        "Paragraph" => ["h1", "h2", "h3"].contains(&given),
        "AddLink" => given.starts_with("http://") || given.starts_with("https://"),
        _ => return None,
    })
}

/// Takes away what a later format of lines replaces where they meet.
fn clear(kept: &mut Vec<Rich>, new: &Rich) {
    let list = LISTS.contains(&new.kind.as_str());
    kept.retain(|old| {
        let meets = old.start < new.end && new.start < old.end;
        let replaced = (list || new.kind == "Quote")
            && old.kind != new.kind
            && ["BulletedList", "NumberedList", "Quote", "LeftIndent"].contains(&old.kind.as_str());
        !(meets && replaced)
    });
}

/// Where lines begin and end, without their line feeds.
fn lines(text: &str, unit: Unit) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let end = start + unit.length(line);
        lines.push((start, end));
        start = end + 1;
    }
    lines
}

fn line_of(lines: &[(usize, usize)], position: usize) -> usize {
    lines.partition_point(|(start, _)| *start <= position).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: &str, start: usize, end: usize, attribute: Option<&str>) -> RichItem {
        RichItem {
            start_position: Some(start),
            end_position: Some(end),
            format_type: Some(kind.to_owned()),
            format_attr: attribute.map(str::to_owned),
        }
    }

    fn kept(text: &str, items: Vec<RichItem>) -> Vec<(String, usize, usize)> {
        let kept = formats(text, items, Unit::Utf16).unwrap();
        kept.into_iter().map(|rich| (rich.kind, rich.start, rich.end)).collect()
    }

    #[test]
    fn positions_count_in_the_unit_that_is_set() {
        let text = "\u{1f600}@Ada";
        assert_eq!(at(text, 2, Unit::Utf16), Some('@'));
        assert_eq!(at(text, 1, Unit::CodePoints), Some('@'));
        assert_eq!(at(text, 1, Unit::Utf16), None, "the middle of a pair is no character");
    }

    #[test]
    fn formats_of_lines_widen_to_whole_lines_and_replace_each_other() {
        let text = "one\ntwo\nthree";
        assert_eq!(kept(text, vec![item("Bold", 1, 2, None)]), [("Bold".to_owned(), 1, 2)]);
        assert_eq!(kept(text, vec![item("Quote", 5, 6, None)]), [("Quote".to_owned(), 4, 7)]);
        assert_eq!(kept(text, vec![item("Quote", 5, 9, None)]), [("Quote".to_owned(), 4, 13)]);
        let both = vec![item("Quote", 5, 6, None), item("BulletedList", 4, 5, None)];
        assert_eq!(kept(text, both), [("BulletedList".to_owned(), 4, 7)]);
        let apart = vec![item("Quote", 0, 1, None), item("BulletedList", 4, 5, None)];
        assert_eq!(kept(text, apart).len(), 2);
    }

    #[test]
    fn formats_that_cannot_be_are_refused() {
        let refused = |item| formats("one\ntwo", vec![item], Unit::Utf16).is_err();
        assert!(refused(item("Blink", 0, 1, None)));
        assert!(refused(item("Bold", 0, 8, None)));
        assert!(refused(item("Bold", 1, 1, None)));
        assert!(refused(item("FontSize", 0, 1, None)));
        assert!(refused(item("FontColor", 0, 1, Some("red"))));
        assert!(refused(item("AddLink", 0, 1, Some("javascript:x"))));
        assert!(refused(item("AddLink", 1, 5, Some("https://example.org"))), "a link may not cross a line");
        assert!(!refused(item("AddLink", 0, 3, Some("https://example.org"))));
    }
}
