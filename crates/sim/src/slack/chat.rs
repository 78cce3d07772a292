//! What is said: posting ([`post`]), changing and deleting ([`change`]), the address of a message, and what the arguments
//! of all of them make a message say ([`Wording`]).

use serde_json::{Value, json};

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::text::{self, Piece, Reading, rich};
use super::world::World;
use super::world::messages::{Content, Message, Ts};
use super::world::tokens::{Caller, Kind};
use super::{Slack, blocks, shape};

pub(super) mod change;
pub(super) mod post;

/// The most characters of `text` ("chat.postMessage": truncating content).
const MOST_TEXT: usize = 40_000;

/// The most characters of `markdown_text`.
const MOST_MARKDOWN: usize = 12_000;

/// The most attachments.
const MOST_ATTACHMENTS: usize = 100;

/// The most bytes of `metadata`, written as JSON.
const MOST_METADATA: usize = 16_384;

/// What a message without text and without rich text says where blocks cannot be shown.
const NO_FALLBACK: &str = "This content can't be displayed.";

/// What the arguments say, before it is known what to do with it.
#[derive(Debug, Default)]
struct Wording {
    text: Option<String>,
    blocks: Option<Vec<Value>>,
    attachments: Option<Vec<Value>>,
    metadata: Option<Value>,
    /// Whether the text was cut.
    truncated: bool,
}

impl Wording {
    /// Reads the arguments that say what a message says.
    ///
    /// # Errors
    /// The codes of "chat.postMessage" for each of them.
    fn read(world: &mut World, call: &Call, caller: &Caller) -> Result<Self, Refusal> {
        let args = &call.args;
        let mut wording = Self::default();
        if let Some(markdown) = args.text("markdown_text") {
            if args.get("text").is_some() || args.get("blocks").is_some() {
                return Err(Refusal::new("markdown_text_conflict"));
            }
            if markdown.chars().count() > MOST_MARKDOWN {
                return Err(Refusal::new("msg_too_long"));
            }
            let elements = text::markdown::elements(markdown);
            let id = blocks::fresh_id(&mut world.dice);
            wording.blocks = Some(vec![json!({"type": "rich_text", "block_id": id, "elements": elements})]);
        }
        if let Some(text) = args.get("text") {
            let text = text
                .as_str()
                .ok_or_else(|| Refusal::arguments("must provide a string [json-pointer:/text]"))?;
            let cut = text.char_indices().nth(MOST_TEXT).map(|(at, _)| at);
            if cut.is_some() && call.switches.overlong_text_refused {
                return Err(Refusal::new("msg_too_long"));
            }
            wording.truncated = cut.is_some();
            wording.text =
                Some(text[..cut.unwrap_or(text.len())].to_owned()).filter(|text| !text.trim().is_empty());
        }
        if let Some(value) = args.nested("blocks") {
            wording.blocks = Some(blocks::read(value, &call.switches, &mut world.dice)?);
        }
        if let Some(value) = args.nested("attachments") {
            let Value::Array(list) = value else { return Err(Refusal::new("invalid_attachments")) };
            if list.len() > MOST_ATTACHMENTS {
                return Err(Refusal::new("too_many_attachments"));
            }
            wording.attachments = Some(list);
        }
        if let Some(value) = args.nested("metadata") {
            wording.metadata = Some(metadata(value, caller)?);
        }
        Ok(wording)
    }

    /// Whether nothing would be seen.
    fn is_empty(&self) -> bool {
        let none = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
        self.text.is_none() && none(&self.blocks) && none(&self.attachments)
    }
}

fn metadata(value: Value, caller: &Caller) -> Result<Value, Refusal> {
    let empty = value.as_object().is_some_and(serde_json::Map::is_empty);
    if !empty && (!value["event_type"].is_string() || !value["event_payload"].is_object()) {
        return Err(Refusal::new("invalid_metadata_format"));
    }
    if caller.kind == Kind::Session {
        return Err(Refusal::new("metadata_must_be_sent_from_app"));
    }
    if value.to_string().len() > MOST_METADATA {
        return Err(Refusal::new("metadata_too_large"));
    }
    Ok(value)
}

/// Reads markup as this caller's arguments want it read.
fn pieces(world: &World, call: &Call, caller: &Caller, text: &str) -> Vec<Piece> {
    let parse = call.args.text("parse").unwrap_or("");
    let person = |id: &str| world.people.get(id).is_some();
    let names = caller.kind == Kind::Session || parse == "full" || call.args.flag("link_names") == Some(true);
    text::read(text, Reading { person: &person, links: parse != "none", names })
}

/// The content that text alone makes.
pub(super) fn of_text(world: &mut World, call: &Call, caller: &Caller, raw: &str) -> Content {
    let pieces = pieces(world, call, caller, raw);
    let mut content = Content { text: text::write(&pieces), ..Content::default() };
    if call.switches.text_posts_get_blocks || caller.kind == Kind::Session {
        let id = blocks::fresh_id(&mut world.dice);
        let plain = call.args.flag("mrkdwn") == Some(false);
        content.blocks = vec![if plain { rich::flat(&pieces, &id) } else { rich::block(&pieces, &id) }];
    }
    content
}

/// The content that blocks make, with `raw` as what is shown where they cannot be.
pub(super) fn of_blocks(
    world: &World,
    call: &Call,
    caller: &Caller,
    blocks: Vec<Value>,
    raw: Option<&str>,
) -> Content {
    let of_rich = || Some(text::plain::text(&blocks)).filter(|text| !text.is_empty());
    let given = raw.map(|raw| text::write(&pieces(world, call, caller, raw)));
    // What people compose has the text of what they composed; apps say themselves what the fallback is.
    let text = if caller.kind == Kind::Session { of_rich().or(given) } else { given.or_else(of_rich) };
    Content { text: text.unwrap_or_else(|| NO_FALLBACK.to_owned()), blocks, ..Content::default() }
}

/// The message that `channel` and `ts` name.
pub(super) fn find<'w>(
    world: &'w World,
    caller: &Caller,
    channel: &str,
    ts: &str,
) -> Result<&'w Message, Refusal> {
    let channel = world.channels.seen_by(channel, &caller.user);
    let channel = channel.ok_or_else(|| Refusal::new("channel_not_found"))?;
    let found = Ts::read(ts).and_then(|ts| channel.log.get(&ts)).filter(|message| !message.tombstone);
    found.ok_or_else(|| Refusal::new("message_not_found"))
}

/// Whether the caller wrote it: a bot what it posted itself, a person what they typed or posted through any app.
fn wrote(caller: &Caller, message: &Message) -> bool {
    let as_bot = message.via.as_ref().filter(|via| via.as_bot);
    match (caller.kind, as_bot) {
        (Kind::Bot, Some(via)) => via.app == caller.app,
        (Kind::User | Kind::Session, None) => message.user == caller.user,
        _ => false,
    }
}

/// `chat.getPermalink`.
pub(super) fn permalink(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let (id, ts) = (call.args.needed("channel")?, call.args.needed("message_ts")?);
    let world = slack.world();
    let message = find(&world, caller, id, ts)?;
    let channel = world.channels.get(id).ok_or_else(|| Refusal::new("channel_not_found"))?;
    let link = shape::permalink(&world, channel, message);
    Ok(Answer::ok(json!({"channel": &*channel.id, "permalink": link})))
}
