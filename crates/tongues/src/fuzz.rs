//! What the fuzz targets do with whatever they are given, in one place, so that their corpus also runs as ordinary tests.
//! Each says with a panic that a law was broken.

use entente_model::Body;
use entente_text::{MarkdownDialect, NoElements, html_in, markdown_in, markdown_out};

use crate::{ALL, Dialect, dialect};

/// What is done with a piece of data.
type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Target); 6] = [
    ("read_webex", |data| read(dialect("webex"), data)),
    ("read_teams", |data| read(dialect("teams"), data)),
    ("read_slack", |data| read(dialect("slack"), data)),
    ("read_zoom", |data| read(dialect("zoom"), data)),
    ("html", html),
    ("markdown", markdown),
];

/// Runs the target of this name.
///
/// # Panics
/// If a law is broken, or there is none of this name.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.0 == name).expect("the name of a target");
    (target.1)(data);
}

/// The longest text that is carried on to all printers; more is only read.
const PRINTED: usize = 4_096;

/// A message of a platform: its fields where the data is an object of JSON, else a text in its markup. It is read, and if it
/// is not too long, printed for every platform, cut, and held to the laws.
fn read(from: &Dialect, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let fields = serde_json::from_str(&text).ok().filter(serde_json::Value::is_object);
    let Ok(message) = from.read(&fields.unwrap_or_else(|| from.marked_up(&text))) else { return };
    if data.len() > PRINTED {
        return;
    }
    for to in &ALL {
        carried(from, to, &message.body);
    }
}

/// The body without a call of everybody, which only who links channels may allow.
pub fn inert(mut body: Body) -> Body {
    for mention in body.mentions_mut() {
        mention.everybody = false;
    }
    body
}

fn carried(from: &Dialect, to: &Dialect, body: &Body) {
    let named = body.mentions().iter().filter(|one| one.account.is_some() || one.everybody).count();
    // What calls everybody does so on its own platform alone, unless somebody allows more.
    let mut body = body.clone();
    if from.name != to.name {
        body = inert(body);
    }
    for part in to.tongue.split(body) {
        for written in [to.tongue.write(&part), to.tongue.rewrite(&part), to.tongue.announce(&part)] {
            if let Some(long) = to.too_long(&written) {
                panic!("{long}");
            }
            let calls = to.calls(&written);
            assert!(from.name == to.name || calls.is_empty(), "{} is called on {}", calls[0], to.name);
            assert!(calls.len() <= named, "{calls:?} of {named}");
        }
        // Who is called by id alone has no name in the payload, and on another platform none at all.
        if named == 0 {
            let shown = to.read(&to.tongue.write(&part).fields()).map(|message| message.body.canonical());
            assert_eq!(shown.as_ref(), Ok(&part.canonical()), "on {}", to.name);
        }
    }
}

/// HTML as any vendor might write it.
fn html(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    settled(&html_in(&text, &mut NoElements));
}

/// Markdown as any vendor might write it.
fn markdown(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    settled(&markdown_in(&text, &mut |_| None));
}

/// What was read says the same when it is printed and read again.
fn settled(body: &Body) {
    let printed = markdown_out(body, &MarkdownDialect::default(), &|_| None).text;
    let again = markdown_in(&printed, &mut |_| None);
    assert_eq!(again.canonical(), body.canonical(), "{printed}");
}
