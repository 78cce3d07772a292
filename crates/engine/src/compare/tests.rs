//! The table of all verdicts.

use entente_model::{
    AccountRef, Body, ConversationRef, Message, MessageRef, Snapshot, Timestamp, WorkspaceRef,
};
use entente_store::Seen;

use super::{Verdict, compare};

fn snapshot(edited: Option<i64>, deleted: bool) -> Snapshot {
    let workspace = WorkspaceRef { platform: "p".into(), id: "w".into() };
    let conversation = ConversationRef { workspace: workspace.clone(), id: "c".into() };
    let message = Message {
        at: MessageRef { conversation, id: "m".into() },
        thread: None,
        author: AccountRef { workspace, id: "a".into() },
        body: Body::text("x"),
        files: Vec::new(),
        unsupported: Vec::new(),
    };
    Snapshot {
        message,
        created_at: Timestamp(10),
        edited_at: edited.map(Timestamp),
        deleted,
        reactions: None,
    }
}

fn seen(version: i64, deleted: bool, ours: bool) -> Seen {
    Seen { ours, version: Timestamp(version), deleted, silent: false }
}

fn silent(version: i64) -> Seen {
    Seen { silent: true, ..seen(version, false, false) }
}

#[test]
fn every_case_has_one_verdict() {
    let cases = [
        (snapshot(None, false), None, Verdict::New),
        (snapshot(Some(20), false), None, Verdict::New),
        (snapshot(None, true), None, Verdict::NeverSeen),
        (snapshot(None, false), Some(seen(10, false, false)), Verdict::Same),
        (snapshot(Some(20), false), Some(seen(10, false, false)), Verdict::Edited),
        (snapshot(Some(20), false), Some(seen(20, false, false)), Verdict::Same),
        (snapshot(Some(15), false), Some(seen(20, false, false)), Verdict::Same),
        (snapshot(None, true), Some(seen(10, false, false)), Verdict::Deleted),
        (snapshot(None, true), Some(seen(10, true, false)), Verdict::Same),
        (snapshot(Some(30), false), Some(seen(10, true, false)), Verdict::Same),
        (snapshot(Some(30), false), Some(seen(10, false, true)), Verdict::Ours),
        (snapshot(None, true), Some(seen(10, false, true)), Verdict::Ours),
        (snapshot(None, false), Some(silent(10)), Verdict::Same),
        (snapshot(Some(20), false), Some(silent(10)), Verdict::New),
        (snapshot(Some(15), false), Some(silent(20)), Verdict::Same),
        (snapshot(None, true), Some(silent(10)), Verdict::Deleted),
    ];
    for (snapshot, seen, verdict) in cases {
        assert_eq!(compare(&snapshot, seen), verdict, "{:?} against {seen:?}", snapshot.edited_at);
    }
}
