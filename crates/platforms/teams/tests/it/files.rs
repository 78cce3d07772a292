//! What files ask of a drive and of Graph on their way out, as its pages have it, and what the answers mean.

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{Body, CallError, Destination, Draft, Loss, Operation, Receipt, Sender};
use entente_platform::{Content, FileSource, LoginKind, Undelivered};
use serde_json::{Value, json};
use std::time::Duration;

use crate::receiving::renamed;
use crate::support::*;
use crate::wiretap::{Asked, Reply, Sent, Wiretap};

const NEW: &str = "https://acme-my.sharepoint.com/personal/alice_acme_example/Documents/Microsoft%20Teams%20Chat%20Files/the%20plan%201.pdf";
const PIECE: usize = 10 * 1024 * 1024;

/// A file of ours.
pub(crate) struct File(&'static str, Bytes);

#[async_trait]
impl FileSource for File {
    fn name(&self) -> &str {
        self.0
    }

    fn length(&self) -> u64 {
        self.1.len() as u64
    }

    fn media_type(&self) -> &'static str {
        "application/pdf"
    }

    async fn open(&self) -> Result<Content, CallError> {
        Ok(Content::from(self.1.clone()).exactly(self.length()))
    }
}

pub(crate) fn hello() -> File {
    File("the plan.pdf", Bytes::from_static(b"hello"))
}

fn folder() -> Reply {
    Reply::Json(200, fixture("drive_folder"))
}

/// What is answered to an upload.
fn uploaded() -> Reply {
    Reply::Json(201, json!({"id": "01NEWA77AC4", "name": "the plan 1.pdf", "size": 5}))
}

fn named() -> Reply {
    Reply::Json(200, fixture("drive_item_named"))
}

fn chat() -> Reply {
    Reply::Json(200, fixture("chat"))
}

fn invited() -> Reply {
    Reply::Json(200, json!({"value": []}))
}

fn posted() -> Reply {
    Reply::Json(201, fixture("chat_message"))
}

pub(crate) fn refused(status: u16, code: &str) -> Reply {
    Reply::Json(status, json!({"error": {"code": code, "message": "x"}}))
}

async fn send(
    tap: &Wiretap,
    to: Destination,
    thread: Option<&str>,
    file: &File,
) -> Result<Receipt, CallError> {
    let thread = thread.map(|id| message(CHAT, id));
    let operation = Operation::Send { to, thread, body: Body::default() };
    let draft = Draft { operation, sender: Sender::Account(login()), alias: None };
    tap.client(LoginKind::Account).deliver_file(&draft, file).await
}

fn invitation() -> Value {
    json!({"recipients": [{"objectId": BOB}], "requireSignIn": true, "sendInvitation": false, "roles": ["read"]})
}

/// The message that names the file.
fn naming() -> Value {
    let id = "a77ac4ed-0000-4000-8000-00000000000a";
    json!({
        "body": {"contentType": "html", "content": format!("<attachment id=\"{id}\"></attachment>")},
        "attachments": [{"id": id, "contentType": "reference", "contentUrl": NEW, "name": "the plan.pdf"}],
    })
}

const ITEM: &str = "/drives/b%21alices-drive/items/01NEWA77AC4";
const PLACE: &str = "/drives/b%21alices-drive/items/01FOLDER7RJ5:/the%20plan.pdf:";

fn lines(asked: &[Asked]) -> Vec<String> {
    asked.iter().map(|asked| asked.line.replace(V1, "")).collect()
}

#[tokio::test]
async fn a_file_is_uploaded_shared_and_named_as_documented() {
    let tap = Wiretap::new([folder(), uploaded(), named(), chat(), invited(), posted()]);
    let receipt = send(&tap, here(), None, &hello()).await.unwrap();
    let asked = tap.asked();
    assert_eq!(
        lines(&asked),
        [
            "GET /me/drive/root:/Microsoft%20Teams%20Chat%20Files".to_owned(),
            format!("PUT {PLACE}/content?@microsoft.graph.conflictBehavior=rename"),
            format!("GET {ITEM}?$select=id,eTag,webDavUrl"),
            format!("GET /chats/{CHAT}?$expand=members"),
            format!("POST {ITEM}/invite"),
            format!("POST /chats/{CHAT}/messages"),
        ]
    );
    assert!(asked.iter().all(|asked| asked.token.as_deref() == Some("own-0")));
    let sent = Sent {
        media_type: "application/octet-stream".to_owned(),
        length: "5".to_owned(),
        range: None,
        bytes: Bytes::from_static(b"hello"),
    };
    assert_eq!(asked[1].bytes.as_ref(), Some(&sent));
    assert_eq!((&asked[4].body, &asked[5].body), (&invitation(), &naming()));
    assert_eq!(receipt.message, Some(message(CHAT, "1767607200123")));
    assert_eq!((receipt.at, receipt.losses), (at("2026-01-05T10:00:00.123Z"), Vec::new()));
}

#[tokio::test]
async fn the_folder_is_made_and_whoever_is_written_to_let_in() {
    let made = Reply::Json(201, fixture("drive_folder"));
    let missing = refused(404, "itemNotFound");
    let tap = Wiretap::new([chat(), missing, made, uploaded(), named(), invited(), posted()]);
    send(&tap, Destination::Direct(account(BOB)), None, &hello()).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("POST {V1}/chats"));
    assert_eq!(asked[2].line, format!("POST {V1}/me/drive/root/children"));
    assert_eq!(asked[2].body, json!({"name": "Microsoft Teams Chat Files", "folder": {}}));
    assert_eq!(asked[5].body, invitation());
}

#[tokio::test]
async fn a_large_file_goes_in_pieces_without_a_token() {
    let bytes: Vec<u8> = (0..2 * PIECE + 7).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let file = File("the plan.pdf", Bytes::from(bytes));
    let piece = || Reply::Json(202, json!({"nextExpectedRanges": ["1-"]}));
    let session = Reply::Json(200, fixture("upload_session"));
    let tap =
        Wiretap::new([folder(), session, piece(), piece(), uploaded(), named(), chat(), invited(), posted()]);
    send(&tap, here(), None, &file).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[1].line, format!("POST {V1}{PLACE}/createUploadSession"));
    assert_eq!(
        asked[1].body,
        json!({"item": {"@microsoft.graph.conflictBehavior": "rename", "name": "the plan.pdf"}})
    );
    let url = fixture("upload_session")["uploadUrl"].as_str().unwrap().replace("%27", "'");
    let mut whole = Vec::new();
    for (asked, (from, to)) in
        asked[2..5].iter().zip([(0, PIECE), (PIECE, 2 * PIECE), (2 * PIECE, 2 * PIECE + 7)])
    {
        assert_eq!(asked.line, format!("PUT {url}"));
        assert_eq!(asked.token, None);
        let sent = asked.bytes.as_ref().unwrap();
        assert_eq!(sent.length, (to - from).to_string());
        assert_eq!(sent.range, Some(format!("bytes {from}-{}/{}", to - 1, 2 * PIECE + 7)));
        whole.extend_from_slice(&sent.bytes);
    }
    assert!(whole == file.1, "byte for byte");
    assert_eq!(asked[8].body, naming());
}

#[tokio::test]
async fn a_file_can_answer() {
    let quoted = Reply::Json(200, fixture("chat_message_reply_edited"));
    let tap = Wiretap::new([folder(), uploaded(), named(), chat(), invited(), quoted]);
    let receipt = send(&tap, here(), Some("1767607200123"), &hello()).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[5].line, format!("POST {V1}/chats/{CHAT}/messages/replyWithQuote"));
    assert_eq!(asked[5].body, json!({"messageIds": ["1767607200123"], "replyMessage": naming()}));
    assert_eq!(receipt.losses, [Loss::Thread]);
    // Where quoting is not known, both are attached by hand.
    let unknown = refused(404, "NotFound");
    let question = Reply::Json(200, fixture("chat_message"));
    let tap = Wiretap::new([folder(), uploaded(), named(), chat(), invited(), unknown, question, posted()]);
    send(&tap, here(), Some("1767607200123"), &hello()).await.unwrap();
    let body = &tap.asked()[7].body;
    let kinds: Vec<_> =
        body["attachments"].as_array().unwrap().iter().map(|one| &one["contentType"]).collect();
    assert_eq!(kinds, ["messageReference", "reference"]);
}

/// Renaming a field that is read from an answer must be noticed.
#[tokio::test]
async fn a_renamed_field_of_a_drive_is_noticed() {
    let large = || File("the plan.pdf", Bytes::from(vec![7; 5_000_000]));
    let replies = || {
        [
            fixture("drive_folder"),
            fixture("upload_session"),
            json!({"id": "01NEWA77AC4"}),
            fixture("drive_item_named"),
            fixture("chat"),
            json!({"value": []}),
            fixture("chat_message"),
        ]
    };
    for (index, path) in [
        (0, "/id"),
        (0, "/parentReference"),
        (0, "/parentReference/driveId"),
        (1, "/uploadUrl"),
        (2, "/id"),
        (3, "/eTag"),
        (3, "/webDavUrl"),
        (4, "/members"),
        (4, "/members/1/userId"),
    ] {
        let mut changed = replies();
        changed[index] = renamed(changed[index].clone(), path);
        // One more, for what is taken away again.
        let tap = Wiretap::new(changed.into_iter().chain([json!({})]).map(|body| Reply::Json(200, body)));
        let sent = send(&tap, here(), None, &large()).await;
        let invited = tap.so_far().iter().any(|asked| asked.body == invitation());
        assert!(sent.is_err() || !invited, "{index} {path}");
    }
    let tap = Wiretap::new(replies().map(|body| Reply::Json(200, body)));
    assert!(send(&tap, here(), None, &large()).await.is_ok());
}

#[tokio::test]
async fn what_a_drive_refuses_keeps_back_the_file_alone() {
    let fails = |replies: Vec<Reply>| async move {
        let tap = Wiretap::new(replies);
        let error = send(&tap, here(), None, &hello()).await.unwrap_err();
        (error, tap.asked().len())
    };
    let lacks = CallError::Lacks("Microsoft wants Files.ReadWrite".to_owned());
    assert_eq!(fails(vec![refused(403, "Forbidden")]).await, (lacks.clone(), 1));
    assert_eq!(fails(vec![folder(), refused(403, "accessDenied")]).await, (lacks, 2));
    let (error, _) = fails(vec![refused(404, "itemNotFound"), refused(404, "itemNotFound")]).await;
    assert!(matches!(error, CallError::Reject(text) if text.contains("no drive")));
    let (error, _) = fails(vec![folder(), refused(507, "quotaLimitReached")]).await;
    assert!(matches!(error, CallError::Reject(text) if text.contains("full")));
    let (error, _) = fails(vec![folder(), refused(400, "invalidRequest")]).await;
    assert!(matches!(error, CallError::Reject(text) if text.contains("invalidRequest")));
    let again = CallError::Retry { after: None };
    for reply in [Reply::Nothing(Undelivered::NoAnswer), refused(503, "x"), refused(409, "nameAlreadyExists")]
    {
        assert_eq!(fails(vec![folder(), reply]).await, (again.clone(), 2));
    }
    let throttled = Reply::Text(429, &[("retry-after", "60")], String::new());
    let wait = CallError::Retry { after: Some(Duration::from_mins(1)) };
    assert_eq!(fails(vec![folder(), throttled]).await, (wait, 2));
    // Without a name for it, it would be nowhere.
    let nameless = Reply::Json(200, json!({"id": "01NEWA77AC4"}));
    assert!(matches!(fails(vec![folder(), uploaded(), nameless]).await, (CallError::Reject(_), 3)));
}

#[tokio::test]
async fn a_session_that_is_over_is_begun_anew() {
    for status in [401, 404, 416] {
        let session = Reply::Json(200, fixture("upload_session"));
        let tap = Wiretap::new([folder(), session, refused(status, "x")]);
        let file = File("the plan.pdf", Bytes::from(vec![7; 5_000_000]));
        assert_eq!(send(&tap, here(), None, &file).await, Err(CallError::Retry { after: None }));
        assert_eq!(tap.lines().len(), 3);
    }
}

#[tokio::test]
async fn what_certainly_nobody_was_shown_is_taken_away_again() {
    let gone = || Reply::Text(204, &[], String::new());
    for (refusal, wanted) in
        [(refused(403, "accessDenied"), "shared"), (refused(400, "invalidRequest"), "refused")]
    {
        let tap = Wiretap::new([folder(), uploaded(), named(), chat(), refusal, gone()]);
        let error = send(&tap, here(), None, &hello()).await.unwrap_err();
        assert!(matches!(error, CallError::Reject(text) if text.contains(wanted)));
        let asked = tap.asked();
        assert_eq!(asked[5].line, format!("DELETE {V1}{ITEM}"));
    }
    // The answer to that is nobody's concern.
    let refusal = refused(403, "Forbidden");
    let tap = Wiretap::new([folder(), uploaded(), named(), chat(), invited(), refusal, refused(500, "x")]);
    assert!(matches!(send(&tap, here(), None, &hello()).await, Err(CallError::Reject(_))));
    // What may have been shown stays.
    let lost = Reply::Nothing(Undelivered::NoAnswer);
    let tap = Wiretap::new([folder(), uploaded(), named(), chat(), invited(), lost]);
    assert_eq!(send(&tap, here(), None, &hello()).await, Err(CallError::Unknown));
    assert_eq!(tap.lines().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_asked_for_does_not_cost_the_upload() {
    let pause = || Reply::Text(429, &[("retry-after", "2")], fixture_text("error_throttled"));
    let tap = Wiretap::new([folder(), uploaded(), named(), chat(), invited(), pause(), pause(), posted()]);
    assert!(send(&tap, here(), None, &hello()).await.is_ok());
    assert_eq!(tap.lines().iter().filter(|line| line.ends_with("/messages")).count(), 3);
    let long = Reply::Text(429, &[("retry-after", "600")], fixture_text("error_throttled"));
    let gone = Reply::Text(204, &[], String::new());
    let tap = Wiretap::new([folder(), uploaded(), named(), chat(), invited(), long, gone]);
    let wait = CallError::Retry { after: Some(Duration::from_mins(10)) };
    assert_eq!(send(&tap, here(), None, &hello()).await, Err(wait));
    assert!(tap.lines()[6].starts_with("DELETE "));
}
