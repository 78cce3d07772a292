//! What in a message is a file, and what a picture is.

use bytes::Bytes;
use entente_model::{ConversationRef, PlatformId, WorkspaceRef};
use entente_platform::Broken;
use futures_util::stream;

use super::*;

fn message() -> MessageRef {
    let workspace = WorkspaceRef { platform: PlatformId::from("teams"), id: "sales".into() };
    MessageRef { conversation: ConversationRef { workspace, id: "19:a_b@unq".into() }, id: "17".into() }
}

fn attachment(json: &str) -> Option<FileRef> {
    attached(&serde_json::from_str(json).unwrap(), "a11ce")
}

#[test]
fn a_share_is_named_as_documented() {
    // The example of "Access shared items", encoding sharing URLs.
    let file = attachment(
        r#"{"contentType": "reference", "name": "a.txt",
            "contentUrl": "https://onedrive.live.com/redir?resid=1231244193912!12&authKey=1201919!12921!1"}"#,
    );
    let share = "aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbS9yZWRpcj9yZXNpZD0xMjMxMjQ0MTkzOTEyITEyJmF1dGhLZXk9MTIwMTkxOSExMjkyMSEx";
    let id = format!("u!{share}@a11ce").into();
    let url =
        Some("https://onedrive.live.com/redir?resid=1231244193912!12&authKey=1201919!12921!1".to_owned());
    assert_eq!(file, Some(FileRef { id, name: Some("a.txt".to_owned()), length: None, url }));
}

#[test]
fn what_is_no_file_is_none() {
    assert_eq!(attachment(r#"{"contentType": "reference", "name": "a.txt"}"#), None);
    assert_eq!(attachment(r#"{"contentType": "reference", "contentUrl": ""}"#), None);
    assert_eq!(attachment(r#"{"contentType": "image/png", "contentUrl": "https://x.example/a.png"}"#), None);
}

#[test]
fn only_pictures_of_this_message_are_fetched() {
    let id = |src: &str| pasted(src, &message()).map(|file| file.id.to_string());
    let graph = "https://graph.microsoft.com/v1.0/chats/19:a_b@unq";
    assert_eq!(
        id(&format!("{graph}/messages/17/hostedContents/aWQ9eA==/$value")),
        Some("aWQ9eA==".to_owned())
    );
    assert_eq!(
        id(&format!("{graph}/messages/17/hostedContents/aWQ9eA%3D%3D/$value")),
        Some("aWQ9eA==".to_owned())
    );
    for other in [
        &format!("{graph}/messages/18/hostedContents/aWQ9eA/$value"),
        &format!("{graph}/messages/17/hostedContents//$value"),
        &format!("{graph}/messages/17/hostedContents/u!abc@def/$value"),
        "https://media.example/giphy.gif",
        "../hostedContents/1/$value",
        "",
    ] {
        assert_eq!(id(other), None, "{other}");
    }
}

#[tokio::test]
async fn pictures_are_known_by_how_they_begin() {
    for (bytes, name) in [
        (&b"\x89PNG\r\n\x1a\n"[..], Some("png")),
        (b"\xFF\xD8\xFF\xE0", Some("jpeg")),
        (b"GIF89a", Some("gif")),
        (b"RIFF\0\0\0\0WEBPVP8 ", Some("webp")),
        (b"BM\0\0", Some("bmp")),
        (b"hello", None),
        (b"", None),
    ] {
        let pieces = [Ok(Bytes::from_static(bytes)), Ok(Bytes::from_static(b"rest"))];
        let (kind, content) = recognized(Content::new(stream::iter(pieces))).await;
        assert_eq!(kind, name);
        assert_eq!(content.whole(100).await.unwrap(), [bytes, b"rest"].concat());
    }
}

#[tokio::test]
async fn what_breaks_at_once_breaks_where_it_is_read() {
    let (kind, content) = recognized(Content::new(stream::iter([Err(Broken::Connection)]))).await;
    assert_eq!((kind, content.whole(100).await), (None, Err(Broken::Connection)));
    assert_eq!(measure(Content::new(stream::iter([Err(Broken::Connection)]))).await, None);
    let pieces = [Ok(Bytes::from_static(b"abc")), Ok(Bytes::from_static(b"de"))];
    assert_eq!(measure(Content::new(stream::iter(pieces))).await, Some(5));
}
