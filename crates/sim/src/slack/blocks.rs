//! Blocks as they come in ("Block Kit: Blocks", and each block's own page): what they may be and how long.
//!
//! A list that is not one at all is `invalid_blocks_format`; one with a wrong block in it is `invalid_blocks`, with a line
//! for each mistake that ends in where it is, e.g. `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.

use std::collections::HashSet;

use serde_json::Value;

use super::answer::Refusal;
use super::switches::Switches;
use super::world::Dice;

mod rich;

/// How many blocks a message may have.
const MOST_BLOCKS: usize = 50;

/// How many characters all texts of all blocks may have together; not documented, observed.
const MOST_TEXT: usize = 13_200;

/// How many characters all `markdown` blocks of a message may have together ("Markdown block").
const MOST_MARKDOWN: usize = 12_000;

/// Mistakes found so far, and how much text there was.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    characters: usize,
    markdown: usize,
    empty_allowed: bool,
}

impl Findings {
    fn add(&mut self, what: &str, place: &str) {
        self.lines.push(format!("{what} [json-pointer:{place}]"));
    }

    /// A text of 1 to `most` characters.
    fn text(&mut self, value: &Value, most: usize, place: &str) {
        let Some(text) = value.as_str() else { return self.add("must be a string", place) };
        let count = text.chars().count();
        self.characters += count;
        if count == 0 {
            self.add("must be more than 0 characters", place);
        } else if count > most {
            self.add(&format!("must be less than {} characters", most + 1), place);
        }
    }

    /// A text object of one of `kinds` ("Text object").
    fn object(&mut self, value: &Value, kinds: &[&str], most: usize, place: &str) {
        if !value.is_object() {
            return self.add("missing required field: text", place);
        }
        if !kinds.iter().any(|kind| value["type"] == *kind) {
            self.add(&format!("must be one of: {}", kinds.join(", ")), &format!("{place}/type"));
        }
        self.text(&value["text"], most, &format!("{place}/text"));
    }

    fn items<'v>(&mut self, value: &'v Value, most: usize, place: &str) -> &'v [Value] {
        match value.as_array() {
            Some(items) if items.is_empty() => self.add("no fewer than 1 items allowed", place),
            Some(items) if items.len() > most => {
                self.add(&format!("no more than {most} items allowed"), place);
            }
            Some(items) => return items,
            None => self.add("must be an array", place),
        }
        &[]
    }
}

/// Reads `blocks`, and gives those an id that have none.
///
/// # Errors
/// `invalid_blocks_format`, `invalid_blocks`, `msg_blocks_too_long`.
pub(super) fn read(value: Value, switches: &Switches, dice: &mut Dice) -> Result<Vec<Value>, Refusal> {
    let Value::Array(mut blocks) = value else { return Err(Refusal::new("invalid_blocks_format")) };
    let mut found = Findings { empty_allowed: !switches.empty_text_element_refused, ..Findings::default() };
    if blocks.len() > MOST_BLOCKS {
        found.add(&format!("no more than {MOST_BLOCKS} items allowed"), "/blocks");
    }
    let mut ids = HashSet::new();
    for (at, block) in blocks.iter().enumerate() {
        let place = format!("/blocks/{at}");
        check(&mut found, block, &place);
        if let Some(id) = block.get("block_id").filter(|id| !id.is_null()) {
            let place = format!("{place}/block_id");
            match id.as_str() {
                Some(id) if id.chars().count() > 255 => found.add("must be less than 256 characters", &place),
                Some(id) if !ids.insert(id.to_owned()) => found.add("`block_id` must be unique", &place),
                Some(_) => {}
                None => found.add("must be a string", &place),
            }
        }
    }
    if found.markdown > MOST_MARKDOWN {
        found.add(&format!("must be less than {} characters", MOST_MARKDOWN + 1), "/blocks");
    }
    if !found.lines.is_empty() {
        let lines = found.lines;
        let refusal = Refusal::new("invalid_blocks").with("errors", lines.clone().into());
        return Err(lines.into_iter().fold(refusal, Refusal::saying));
    }
    if found.characters > MOST_TEXT {
        return Err(Refusal::new("msg_blocks_too_long"));
    }
    for block in &mut blocks {
        if block["block_id"].as_str().is_none_or(str::is_empty) {
            block["block_id"] = fresh_id(dice).into();
        }
    }
    Ok(blocks)
}

/// An id for a block that came without one.
pub(super) fn fresh_id(dice: &mut Dice) -> String {
    dice.hex(3)[..5].to_owned()
}

/// The sorts of text object.
const BOTH: &[&str] = &["mrkdwn", "plain_text"];

fn check(found: &mut Findings, block: &Value, place: &str) {
    if !block.is_object() {
        return found.add("must be an object", place);
    }
    let inside = |name: &str| format!("{place}/{name}");
    match block["type"].as_str() {
        Some("section") => {
            let (text, fields) = (&block["text"], &block["fields"]);
            if text.is_null() && fields.is_null() {
                found.add("missing required field: text", place);
            }
            if !text.is_null() {
                found.object(text, BOTH, 3000, &inside("text"));
            }
            if !fields.is_null() {
                for (at, field) in found.items(fields, 10, &inside("fields")).iter().enumerate() {
                    found.object(field, BOTH, 2000, &inside(&format!("fields/{at}")));
                }
            }
        }
        Some("header") => found.object(&block["text"], &["plain_text"], 150, &inside("text")),
        Some("divider") => {}
        Some("context") => {
            for (at, element) in found.items(&block["elements"], 10, &inside("elements")).iter().enumerate() {
                let place = inside(&format!("elements/{at}"));
                if element["type"] == "image" {
                    image(found, element, &place);
                } else {
                    found.object(element, BOTH, 2000, &place);
                }
            }
        }
        Some("image") => image(found, block, place),
        Some("markdown") => {
            found.markdown += block["text"].as_str().map_or(0, |text| text.chars().count());
            found.text(&block["text"], MOST_MARKDOWN, &inside("text"));
        }
        Some("actions") => {
            for (at, element) in found.items(&block["elements"], 25, &inside("elements")).iter().enumerate() {
                if !element["type"].is_string() {
                    found.add("missing required field: type", &inside(&format!("elements/{at}")));
                }
            }
        }
        Some("rich_text") => rich::check(found, block, place),
        Some(other) => found.add(&format!("unsupported type: {other}"), &inside("type")),
        None => found.add("missing required field: type", place),
    }
}

fn image(found: &mut Findings, block: &Value, place: &str) {
    if block["image_url"].as_str().is_none() && !block["slack_file"].is_object() {
        found.add("missing required field: image_url", place);
    }
    found.text(&block["alt_text"], 2000, &format!("{place}/alt_text"));
}

/// Whether every block is rich text, which is what people compose.
pub(super) fn all_rich(blocks: &[Value]) -> bool {
    blocks.iter().all(|block| block["type"] == "rich_text")
}
