//! The text of rich text: what `text` says of a message that somebody composed in Slack's own client, and of a post that
//! has blocks only. How lists and quotes are written in it is not documented; receivers show the blocks.

use serde_json::Value;

use super::encode;

/// The text of all `rich_text` blocks; empty without one.
pub(in crate::slack) fn text(blocks: &[Value]) -> String {
    let mut out = String::new();
    for block in blocks.iter().filter(|block| block["type"] == "rich_text") {
        let mut numbers: Vec<i64> = Vec::new();
        for element in list(&block["elements"]) {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            if element["type"] != "rich_text_list" {
                numbers.clear();
            }
            one(&mut out, element);
        }
    }
    out
}

fn one(out: &mut String, element: &Value) {
    match element["type"].as_str().unwrap_or("") {
        "rich_text_list" => {
            let indent = usize::try_from(element["indent"].as_i64().unwrap_or(0)).unwrap_or(0).min(8);
            let first = element["offset"].as_i64().unwrap_or(0) + 1;
            for (number, item) in (first..).zip(list(&element["elements"])) {
                if !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
                out.push_str(&"    ".repeat(indent));
                if element["style"] == "ordered" {
                    out.extend([number.to_string().as_str(), ". "]);
                } else {
                    out.push_str("• ");
                }
                inlines(out, item);
            }
        }
        "rich_text_quote" => {
            let mut inner = String::new();
            inlines(&mut inner, element);
            let lines: Vec<String> = inner.lines().map(|line| format!("&gt; {line}")).collect();
            out.push_str(&lines.join("\n"));
        }
        "rich_text_preformatted" => {
            out.push_str("```");
            inlines(out, element);
            out.push_str("```");
        }
        _ => inlines(out, element),
    }
}

fn inlines(out: &mut String, element: &Value) {
    for inline in list(&element["elements"]) {
        let field = |name: &str| inline[name].as_str().unwrap_or("");
        let marks = ["code", "strike", "italic", "bold"].into_iter().zip(["`", "~", "_", "*"]);
        let marks: Vec<&str> =
            marks.filter(|(name, _)| inline["style"][*name] == true).map(|(_, mark)| mark).collect();
        out.extend(marks.iter().rev().copied());
        match field("type") {
            "text" => encode(out, field("text")),
            "link" => {
                out.push('<');
                encode(out, field("url"));
                if !field("text").is_empty() {
                    out.push('|');
                    encode(out, field("text"));
                }
                out.push('>');
            }
            "user" => out.extend(["<@", field("user_id"), ">"]),
            "channel" => out.extend(["<#", field("channel_id"), ">"]),
            "usergroup" => out.extend(["<!subteam^", field("usergroup_id"), ">"]),
            "broadcast" => out.extend(["<!", field("range"), ">"]),
            "emoji" => {
                out.extend([":", field("name"), ":"]);
                if let Some(tone) = inline["skin_tone"].as_i64() {
                    out.extend([":skin-tone-", tone.to_string().as_str(), ":"]);
                }
            }
            "date" => encode(out, field("fallback")),
            "color" => encode(out, field("value")),
            _ => {}
        }
        out.extend(marks.iter().copied());
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
