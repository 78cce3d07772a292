//! Laws of all platforms, over generated bodies full of what means something to somebody.

use entente_model::{AccountRef, Block, Body, Mention, WorkspaceRef};
use entente_text::bodies::{Look, body, body_calling, looks, text};
use entente_tongues::fuzz::inert;
use entente_tongues::{ALL, Dialect};
use proptest::collection::vec;
use proptest::prelude::*;

/// Somebody of each platform, in the form of its ids, and ids that are none.
const PEOPLE: [(&str, &str); 8] = [
    ("webex", "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMQ"),
    ("teams", "b0b00000-0000-4000-8000-000000000002"),
    ("slack", "U0BOB00001"),
    ("zoom", "Qx3fTr0LSUKp8V2wny1bhg"),
    ("webex", "x|y><@all"),
    ("teams", "\"><at id=\"9\">"),
    ("slack", "U1><!here"),
    ("zoom", ""),
];

fn account((platform, id): (&str, &str)) -> AccountRef {
    let workspace = WorkspaceRef { platform: platform.into(), id: "acme".into() };
    AccountRef { workspace, id: id.into() }
}

/// Bodies that call people of all platforms, with names that would rather be something else.
fn calling() -> impl Strategy<Value = Body> {
    let person = proptest::option::of(proptest::sample::select(&PEOPLE[..]));
    body_calling((person, text()).prop_map(|(person, name)| Mention {
        everybody: false,
        account: person.map(account),
        name,
    }))
}

/// Who of this platform is called, in order.
fn called(body: &Body, platform: &str) -> Vec<String> {
    let here = body.called().filter(|account| account.workspace.platform.as_str() == platform);
    here.map(|account| account.id.as_str().to_owned()).collect()
}

fn read(dialect: &Dialect, fields: &serde_json::Value) -> Result<Body, TestCaseError> {
    dialect.read(fields).map(|message| message.body).map_err(TestCaseError::fail)
}

/// Each character with its look, and what it looked like before: what was added, if anything.
fn added(before: &[(char, Look)], after: &[(char, Look)]) -> Option<String> {
    for (index, ((_, before), (c, after))) in before.iter().zip(after).enumerate() {
        // A heading may become bold text, where there are none.
        let gained = (after.bold && !(before.bold || before.heading))
            || (after.italic && !before.italic)
            || (after.strike && !before.strike)
            || (after.code && !before.code)
            || (after.link && !before.link)
            || (after.heading && !before.heading)
            || (after.quote && !before.quote)
            || (after.item && !before.item);
        if gained {
            return Some(format!("{c:?} at {index}: {before:?} became {after:?}"));
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Nothing is lost, and nothing looks like what nobody made it.
    #[test]
    fn what_is_said_survives(body in body()) {
        for dialect in &ALL {
            let written = dialect.tongue.write(&body);
            let read = read(dialect, &written.fields())?;
            prop_assert_eq!(read.canonical(), body.canonical(), "{}: {}", dialect.name, written.fields());
            let gained = added(&looks(&body, true), &looks(&read, true));
            prop_assert!(gained.is_none(), "{}: {} in {}", dialect.name, gained.unwrap_or_default(), written.fields());
        }
    }

    /// The same for edits, where not all platforms can say how something looks.
    #[test]
    fn an_edit_loses_no_word(body in body()) {
        for dialect in &ALL {
            let written = dialect.tongue.rewrite(&body);
            let read: Vec<char> = read(dialect, &written.fields())?.canonical().chars().collect();
            // Addresses may stand between, where they cannot be put behind the words.
            let mut rest = read.iter();
            let kept = body.canonical().chars().all(|said| rest.any(|kept| *kept == said));
            prop_assert!(kept, "{}: {}", dialect.name, written.fields());
        }
    }

    /// Exactly those of the platform are called who are called in the tree, or nobody where the platform has no way to.
    #[test]
    fn text_calls_nobody(body in calling()) {
        for dialect in &ALL {
            let wanted = called(&body, dialect.name);
            let wanted: Vec<&str> = wanted.iter().map(String::as_str).filter(|id| PEOPLE[..4].iter().any(|(_, good)| good == id)).collect();
            for written in [dialect.tongue.write(&body), dialect.tongue.rewrite(&body), dialect.tongue.announce(&body)] {
                let calls = dialect.calls(&written);
                prop_assert!(calls.len() == wanted.len() || calls.is_empty(), "{}: {calls:?} of {wanted:?} in {}", dialect.name, written.fields());
                let read = read(dialect, &written.fields())?;
                let strangers = read.mentions().iter().filter(|mention| mention.account.is_none()).count();
                prop_assert_eq!(strangers, 0, "{}: {}", dialect.name, written.fields());
                if !calls.is_empty() && !written.fields()["markdown"].is_null() | !written.fields()["blocks"].is_null() | !written.fields()["body"].is_null() {
                    prop_assert_eq!(called(&read, dialect.name), wanted.clone(), "{}: {}", dialect.name, written.fields());
                }
            }
        }
    }

    /// Whatever somebody writes in a vendor's markup, it is read, and is none on another platform.
    #[test]
    fn nobody_is_called_from_elsewhere(pieces in vec(text(), 0..30)) {
        let markup = pieces.concat();
        for from in &ALL {
            let body = read(from, &from.marked_up(&markup))?;
            for to in ALL.iter().filter(|to| to.name != from.name) {
                let everybody = body.mentions().iter().filter(|mention| mention.everybody).count();
                let allowed: usize = to.tongue.split(body.clone()).iter().map(|part| to.calls(&to.tongue.write(part)).len()).sum();
                prop_assert!(allowed <= everybody, "{}: {allowed} of {everybody}", to.name);
                for part in to.tongue.split(inert(body.clone())) {
                    let written = to.tongue.write(&part);
                    prop_assert_eq!(to.calls(&written), Vec::<String>::new(), "{}: {}", to.name, written.fields());
                    let shown = read(to, &written.fields())?;
                    prop_assert_eq!(shown.canonical(), part.canonical());
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Every part fits in the vendor's own unit; together they say the same in the same looks.
    #[test]
    fn cutting_keeps_everything(bodies in vec(calling(), 1..6), times in 1_usize..30) {
        let blocks: Vec<Block> = bodies.into_iter().flat_map(|body| body.0).collect();
        let body = Body(std::iter::repeat_n(blocks, times).flatten().collect());
        for dialect in &ALL {
            let parts = dialect.tongue.split(body.clone());
            let mut all = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                for written in [dialect.tongue.write(part), dialect.tongue.rewrite(part), dialect.tongue.announce(part)] {
                    let long = dialect.too_long(&written);
                    prop_assert!(long.is_none(), "{}", long.unwrap_or_default());
                }
                let label = if parts.len() > 1 { format!("({}/{})", index + 1, parts.len()) } else { String::new() };
                let shown = looks(part, true);
                let shown_label: String = shown.iter().take(label.chars().count()).map(|(c, _)| *c).collect();
                prop_assert_eq!(shown_label, label.clone());
                all.extend(shown.into_iter().skip(label.chars().count()));
            }
            prop_assert_eq!(all, looks(&body, true), "{}", dialect.name);
        }
    }
}

#[test]
fn limits_are_held_to_the_last_character() {
    for (sign, units) in [("a", 1), ("ä", 2), ("\u{6f22}", 3), ("😀", 4)] {
        for dialect in &ALL {
            // Around every limit there is, in bytes, characters and units.
            for limit in [1_024, 3_900, 4_000, 7_439, 24_000] {
                for length in [limit / units, limit / units + 1] {
                    for part in dialect.tongue.split(Body::text(&sign.repeat(length))) {
                        let long = dialect.too_long(&dialect.tongue.write(&part));
                        assert_eq!(long, None, "{length} of {sign}");
                    }
                }
            }
        }
    }
}
