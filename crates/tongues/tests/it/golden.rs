//! Golden cases: a message as a vendor's documents show it, the neutral tree, and what each platform is given for it.
//!
//! A case is a file of `golden/`, for people to read: where the message is from, the message, and then what came of it. To
//! write the latter anew, set `ENTENTE_GOLDEN=write`, and read the difference.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use entente_model::Body;
use entente_tongues::fuzz::inert;
use entente_tongues::{ALL, Dialect, outline};
use serde_json::Value;

#[test]
fn every_case_comes_out_as_it_is_written() {
    let write = std::env::var("ENTENTE_GOLDEN").is_ok_and(|value| value == "write");
    let mut differ = Vec::new();
    for from in &ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(from.name);
        let mut cases = 0;
        for entry in fs::read_dir(&folder).expect("every platform has cases") {
            let path = entry.expect("a case").path();
            let text = fs::read_to_string(&path).expect("a readable case");
            let case = case(from, &text);
            if write {
                fs::write(&path, &case).expect("a case that can be written");
            } else if case != text {
                differ.push(format!("{}:\n{case}", path.display()));
            }
            cases += 1;
        }
        assert!(cases >= 5, "{} has {cases} cases", from.name);
    }
    assert!(differ.is_empty(), "these come out differently:\n{}", differ.join("\n"));
}

/// The whole case, from what stands above its tree.
fn case(from: &Dialect, text: &str) -> String {
    let (given, _) = text.split_once("\n== tree\n").unwrap_or((text, ""));
    let (source, message) = given.split_once("== message\n").expect("a message");
    assert!(source.starts_with("From: ") && source.contains('"'), "a case names its source: {source}");
    let fields: Value = serde_json::from_str(message).expect("a message in JSON");
    let read = from.read(&fields).expect("a message that can be read");
    let mut out = format!("{}\n\n== tree\n", given.trim_end());
    out.push_str(&outline(&read.body));
    for file in &read.files {
        let _ = writeln!(out, "file {}", file.name.as_deref().unwrap_or("without a name"));
    }
    for line in &read.unsupported {
        let _ = writeln!(out, "beside it [{line}]");
    }
    for to in &ALL {
        let _ = writeln!(out, "\n== {}", to.name);
        // What cannot travel is a line below the text wherever it goes.
        let written = to.tongue.write(&read.body.with_lines(&read.unsupported));
        shown(to.name, &written.fields(), &mut out);
        if !written.losses.is_empty() {
            let names: Vec<&str> = written.losses.iter().map(|loss| loss.name()).collect();
            let _ = writeln!(out, "(lost: {})", names.join(", "));
        }
    }
    // What is said is on every platform the same.
    said_everywhere(&inert(read.body));
    out
}

fn said_everywhere(body: &Body) {
    for to in &ALL {
        let shown = to.read(&to.tongue.write(body).fields()).expect("a message of ours").body;
        // Somebody who is called by id has no name in the payload.
        let words = |body: &Body| body.canonical();
        let nameless = body.canonical().is_empty()
            || outline(body).contains("@\"\"")
            || outline(&shown).contains("@\"\"");
        assert!(nameless || words(&shown) == words(body), "{}: {}", to.name, words(&shown));
    }
}

/// Fields as people can read them.
fn shown(platform: &str, fields: &Value, out: &mut String) {
    let mut line = |text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "{text}");
        }
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match platform {
        "webex" => line(&text(&fields["markdown"])),
        "teams" => {
            line(&text(&fields["body"]["content"]).replace("><p>", ">\n<p>").replace("</p><", "</p>\n<"));
            for mention in fields["mentions"].as_array().into_iter().flatten() {
                line(&format!("mention {}: {}", mention["id"], mention["mentioned"]["user"]["id"]));
            }
        }
        "slack" => {
            for part in fields["blocks"][0]["elements"].as_array().into_iter().flatten() {
                line(&part.to_string());
            }
        }
        _ => {
            line(&text(&fields["message"]));
            for range in fields["rich_text"].as_array().into_iter().flatten() {
                let attr = range["format_attr"].as_str().map(|attr| format!(" {attr}")).unwrap_or_default();
                let (from, to) = (&range["start_position"], &range["end_position"]);
                line(&format!("{} {from}..{to}{attr}", text(&range["format_type"])));
            }
        }
    }
}
