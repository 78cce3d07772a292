//! What fetching a file asks of Graph and of the drives behind it, as its pages have it, and what the answers mean.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use entente_model::{Body, CallError, Draft, FileRef, MessageRef, Operation, Sender};
use entente_platform::{LoginKind, OpenFile};
use serde_json::{Value, json};

use crate::files::{hello, refused};
use crate::receiving::renamed;
use crate::support::*;
use crate::wiretap::{Reply, Wiretap};

const BOBS: &str = "https://acme.sharepoint.example/personal/bob/Documents/spec.pdf";

fn bobs(author: &str) -> FileRef {
    let id = format!("u!{}@{author}", URL_SAFE_NO_PAD.encode(BOBS)).into();
    FileRef { id, name: Some("spec.pdf".to_owned()), length: None, url: None }
}

async fn open(tap: &Wiretap, file: &FileRef) -> Result<OpenFile, CallError> {
    tap.client(LoginKind::Account).open_file(&message(CHAT, "1767607260456"), file).await
}

fn five() -> Reply {
    Reply::Text(200, &[("content-length", "5"), ("content-type", "application/octet-stream")], "hello".into())
}

#[tokio::test]
async fn an_attached_file_is_fetched_as_documented() {
    let tap = Wiretap::new([Reply::Json(200, fixture("drive_item")), five()]);
    let opened = open(&tap, &bobs(BOB)).await.unwrap();
    assert_eq!((opened.name.as_str(), opened.media_type.as_str()), ("spec.pdf", "application/pdf"));
    assert_eq!((opened.length, opened.content.whole(9).await.unwrap()), (5, Bytes::from_static(b"hello")));
    let asked = tap.asked();
    let share = URL_SAFE_NO_PAD.encode(BOBS);
    assert_eq!(asked[0].line, format!("GET {V1}/shares/u!{share}/driveItem"));
    assert_eq!(asked[0].token.as_deref(), Some("own-0"));
    let address = fixture("drive_item")["@microsoft.graph.downloadUrl"].as_str().unwrap().to_owned();
    assert_eq!((&asked[1].line, &asked[1].token), (&format!("GET {address}"), &None));
    // The length may be told by Graph alone.
    let bare = Reply::Text(200, &[], "hello".into());
    let tap = Wiretap::new([Reply::Json(200, fixture("drive_item")), bare]);
    assert_eq!(open(&tap, &bobs(BOB)).await.unwrap().length, 5);
}

#[tokio::test]
async fn nobody_has_a_colleagues_account_fetch_what_is_not_theirs() {
    let item = |created: &str, changed: &str| {
        let mut item = fixture("drive_item");
        item["createdBy"]["user"]["id"] = json!(created);
        item["lastModifiedBy"]["user"]["id"] = json!(changed);
        Reply::Json(200, item)
    };
    let eve = "e5e00000-0000-4000-8000-000000000003";
    // Alice reads. Bob attached what is Alice's, or a third person's.
    for (created, changed) in [(ALICE, ALICE), (eve, eve), (ALICE, eve)] {
        let tap = Wiretap::new([item(created, changed)]);
        assert!(matches!(open(&tap, &bobs(BOB)).await, Err(CallError::Reject(_))), "{created} {changed}");
        assert_eq!(tap.lines().len(), 1, "not a byte of it is asked for");
    }
    for (created, changed, author) in [(BOB, eve, BOB), (eve, &*BOB.to_uppercase(), BOB), (eve, eve, ALICE)] {
        let tap = Wiretap::new([item(created, changed), five()]);
        assert!(open(&tap, &bobs(author)).await.is_ok(), "{created} {changed} {author}");
    }
}

#[tokio::test]
async fn a_renamed_field_of_a_shared_file_is_noticed() {
    let seen = |item: Value| async move {
        let tap = Wiretap::new([Reply::Json(200, item), Reply::Text(200, &[], "hello".into())]);
        let opened = open(&tap, &bobs(BOB)).await.ok()?;
        Some((opened.name, opened.media_type, opened.length))
    };
    let good = seen(fixture("drive_item")).await;
    assert!(good.is_some());
    for path in ["/@microsoft.graph.downloadUrl", "/name", "/size", "/file", "/file/mimeType"] {
        assert_ne!(seen(renamed(fixture("drive_item"), path)).await, good, "{path}");
    }
    for paths in [["/createdBy", "/lastModifiedBy"], ["/createdBy/user", "/lastModifiedBy/user"]] {
        let item = paths.into_iter().fold(fixture("drive_item"), renamed);
        assert_eq!(seen(item).await, None, "{paths:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_fetched_says_why() {
    let fails = |replies: Vec<Reply>| async move {
        let tap = Wiretap::new(replies);
        let error = open(&tap, &bobs(BOB)).await.unwrap_err();
        tap.asked();
        error
    };
    let item = || Reply::Json(200, fixture("drive_item"));
    assert_eq!(fails(vec![refused(404, "itemNotFound")]).await, CallError::Gone);
    // Nobody may be told apart from what was not shared: one's own drive tells.
    let lacks = fails(vec![refused(403, "accessDenied"), refused(403, "accessDenied")]).await;
    assert_eq!(lacks, CallError::Lacks("Microsoft wants Files.ReadWrite".to_owned()));
    let root = Reply::Json(200, json!({"id": "01ROOT"}));
    let refusal = fails(vec![refused(403, "accessDenied"), root]).await;
    assert!(matches!(refusal, CallError::Reject(text) if text.contains("not shared")));
    let tap = Wiretap::new([refused(403, "accessDenied"), refused(503, "x")]);
    assert_eq!(open(&tap, &bobs(BOB)).await.unwrap_err(), CallError::Retry { after: None });
    assert_eq!(tap.lines()[1], format!("GET {V1}/me/drive/root?$select=id"));
    assert_eq!(fails(vec![refused(503, "x")]).await, CallError::Retry { after: None });
    assert_eq!(fails(vec![item(), refused(401, "x")]).await, CallError::Retry { after: None });
    assert_eq!(fails(vec![item(), refused(404, "x")]).await, CallError::Gone);
    let mut elsewhere = fixture("drive_item");
    elsewhere["@microsoft.graph.downloadUrl"] = json!("https://files.example/spec.pdf");
    assert!(matches!(fails(vec![Reply::Json(200, elsewhere)]).await, CallError::Reject(_)));
    let folder = Reply::Json(200, fixture("drive_folder"));
    assert!(matches!(fails(vec![folder]).await, CallError::Reject(_)));
}

#[tokio::test]
async fn a_pasted_picture_is_fetched_from_its_message() {
    let picture = FileRef { id: "aWQ9eA==".into(), name: None, length: None, url: None };
    let at: MessageRef = message(CHAT, "1767607260456");
    let png = "\u{89}PNG\r\n";
    let told = Reply::Text(200, &[("content-length", "7")], png.to_owned());
    let tap = Wiretap::new([told]);
    let client = tap.client(LoginKind::Account);
    let opened = client.open_file(&at, &picture).await.unwrap();
    assert_eq!((opened.name.as_str(), opened.length), ("image", 7), "that is no signature");
    let asked = tap.asked();
    let line = format!("GET {V1}/chats/{CHAT}/messages/1767607260456/hostedContents/aWQ9eA%3D%3D/$value");
    assert_eq!((asked[0].line.clone(), asked[0].token.as_deref()), (line, Some("own-0")));
    // Where the length is not told, it is measured first.
    let gif = || Reply::Text(200, &[("content-type", "application/octet-stream")], "GIF89a".to_owned());
    let tap = Wiretap::new([gif(), gif()]);
    let opened = tap.client(LoginKind::Account).open_file(&at, &picture).await.unwrap();
    assert_eq!((opened.name.as_str(), opened.media_type.as_str()), ("image.gif", "image/gif"));
    assert_eq!((opened.length, opened.content.whole(9).await.unwrap()), (6, Bytes::from_static(b"GIF89a")));
    assert_eq!(tap.lines().len(), 2);
    let typed =
        Reply::Text(200, &[("content-length", "4"), ("content-type", "image/svg+xml")], "<svg".into());
    let tap = Wiretap::new([typed]);
    assert_eq!(tap.client(LoginKind::Account).open_file(&at, &picture).await.unwrap().name, "image.svg");
    let tap = Wiretap::new([refused(404, "NotFound")]);
    assert_eq!(tap.client(LoginKind::Account).open_file(&at, &picture).await.unwrap_err(), CallError::Gone);
}

#[tokio::test]
async fn the_app_has_no_files() {
    let tap = Wiretap::new([]);
    let operation = Operation::Send { to: here(), thread: None, body: Body::default() };
    let draft = Draft { operation, sender: Sender::App(app_login()), alias: None };
    let client = tap.client(LoginKind::App);
    assert!(matches!(client.deliver_file(&draft, &hello()).await, Err(CallError::Reject(_))));
    let opened = client.open_file(&message(PERSONAL, "1"), &bobs(BOB)).await;
    assert!(matches!(opened, Err(CallError::Reject(_))));
}
