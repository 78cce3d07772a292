//! Rich text as it comes in ("Rich text block"): four sorts of elements, nesting flat, and what may stand in a line.

use serde_json::Value;

use super::Findings;

/// The deepest list ("Rich text block": `rich_text_list`).
const DEEPEST: i64 = 8;

/// What may stand in a line, and the field it cannot be without.
const INLINES: [(&str, &str); 10] = [
    ("text", "text"),
    ("link", "url"),
    ("user", "user_id"),
    ("usergroup", "usergroup_id"),
    ("channel", "channel_id"),
    ("team", "team_id"),
    ("broadcast", "range"),
    ("emoji", "name"),
    ("date", "timestamp"),
    ("color", "value"),
];

pub(super) fn check(found: &mut Findings, block: &Value, place: &str) {
    let Some(elements) = block["elements"].as_array() else {
        return found.add("missing required field: elements", place);
    };
    for (at, element) in elements.iter().enumerate() {
        let place = format!("{place}/elements/{at}");
        match element["type"].as_str() {
            Some("rich_text_section" | "rich_text_quote") => {
                inlines(found, element, INLINES.as_slice(), &place);
            }
            Some("rich_text_preformatted") => inlines(found, element, &INLINES[..2], &place),
            Some("rich_text_list") => list(found, element, &place),
            Some(other) => found.add(&format!("unsupported type: {other}"), &format!("{place}/type")),
            None => found.add("missing required field: type", &place),
        }
    }
}

fn list(found: &mut Findings, element: &Value, place: &str) {
    if element["style"] != "bullet" && element["style"] != "ordered" {
        found.add("must be one of: bullet, ordered", &format!("{place}/style"));
    }
    let indent = element.get("indent").filter(|indent| !indent.is_null());
    if indent.is_some_and(|indent| indent.as_i64().is_none_or(|indent| !(0..=DEEPEST).contains(&indent))) {
        found.add(&format!("must be between 0 and {DEEPEST}"), &format!("{place}/indent"));
    }
    let Some(items) = element["elements"].as_array() else {
        return found.add("missing required field: elements", place);
    };
    for (at, item) in items.iter().enumerate() {
        let place = format!("{place}/elements/{at}");
        if item["type"] == "rich_text_section" {
            inlines(found, item, INLINES.as_slice(), &place);
        } else {
            found.add("must be one of: rich_text_section", &format!("{place}/type"));
        }
    }
}

fn inlines(found: &mut Findings, element: &Value, allowed: &[(&str, &str)], place: &str) {
    let Some(items) = element["elements"].as_array() else {
        return found.add("missing required field: elements", place);
    };
    for (at, item) in items.iter().enumerate() {
        let place = format!("{place}/elements/{at}");
        let kind = item["type"].as_str().unwrap_or("");
        let Some((_, field)) = allowed.iter().find(|(known, _)| *known == kind) else {
            found.add(&format!("unsupported type: {kind}"), &format!("{place}/type"));
            continue;
        };
        let value = &item[*field];
        let inside = format!("{place}/{field}");
        match kind {
            "text" => match value.as_str() {
                Some("") if found.empty_allowed => {}
                _ => found.text(value, usize::MAX - 1, &inside),
            },
            "date" => {
                if !value.is_i64() || item["format"].as_str().is_none() {
                    found.add("missing required field: timestamp, format", &place);
                }
            }
            "broadcast" => {
                if !["here", "channel", "everyone"].iter().any(|range| value == range) {
                    found.add("must be one of: here, channel, everyone", &inside);
                }
            }
            _ => found.text(value, usize::MAX - 1, &inside),
        }
        style(found, &item["style"], &place);
    }
}

fn style(found: &mut Findings, style: &Value, place: &str) {
    let Some(style) = style.as_object() else {
        if !style.is_null() {
            found.add("must be an object", &format!("{place}/style"));
        }
        return;
    };
    for (name, on) in style {
        let known =
            ["bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"];
        if !known.contains(&name.as_str()) || !on.is_boolean() {
            found.add("must be a known style with a boolean", &format!("{place}/style/{name}"));
        }
    }
}
