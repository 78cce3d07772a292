//! Files in somebody's drive. Graph: `driveItem`, `uploadSession`, `driveRecipient`.

use serde::{Deserialize, Serialize};

use crate::wire::message::IdentitySet;

/// `driveItem`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    /// Its id in its drive.
    pub(crate) id: String,
    /// What it is called.
    pub(crate) name: Option<String>,
    /// How many bytes it has.
    pub(crate) size: Option<u64>,
    /// A GUID in braces and a version; messages name the item by the GUID.
    #[serde(rename = "eTag")]
    pub(crate) etag: Option<String>,
    /// An address that ends as the name does. Only there if it was asked for.
    pub(crate) web_dav_url: Option<String>,
    /// Where its bytes are, for some minutes and without a token.
    #[serde(rename = "@microsoft.graph.downloadUrl")]
    pub(crate) download_url: Option<String>,
    /// Of a file alone.
    pub(crate) file: Option<FileFacet>,
    /// Where it is.
    pub(crate) parent_reference: Option<ParentReference>,
    /// Who put it there.
    pub(crate) created_by: Option<IdentitySet>,
    /// Who wrote what it holds now.
    pub(crate) last_modified_by: Option<IdentitySet>,
}

/// `file`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileFacet {
    /// Its media type, as the service guesses it.
    pub(crate) mime_type: Option<String>,
}

/// `itemReference`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParentReference {
    /// The drive.
    pub(crate) drive_id: Option<String>,
}

/// A folder to be made. Graph: "Create a new folder in a drive".
#[derive(Debug, Serialize)]
pub(crate) struct NewFolder<'a> {
    /// What it is called.
    pub(crate) name: &'a str,
    /// An empty object: it is a folder.
    pub(crate) folder: Empty,
}

/// An empty object.
#[derive(Debug, Serialize)]
pub(crate) struct Empty {}

/// An upload in pieces to be begun. Graph: "driveItem: createUploadSession".
#[derive(Debug, Serialize)]
pub(crate) struct NewSession<'a> {
    /// What it will be.
    pub(crate) item: NewItem<'a>,
}

/// `driveItemUploadableProperties`.
#[derive(Debug, Serialize)]
pub(crate) struct NewItem<'a> {
    /// What happens if the name is taken.
    #[serde(rename = "@microsoft.graph.conflictBehavior")]
    pub(crate) conflict_behavior: &'static str,
    /// What it is called.
    pub(crate) name: &'a str,
}

/// `uploadSession`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// Where the pieces go, without a token.
    pub(crate) upload_url: String,
}

/// Who may see an item from now on. Graph: "driveItem: invite".
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invite<'a> {
    /// Whom.
    pub(crate) recipients: Vec<Recipient<'a>>,
    /// `true`: themselves, not whoever has the address.
    pub(crate) require_sign_in: bool,
    /// `false`: no mail.
    pub(crate) send_invitation: bool,
    /// `read`.
    pub(crate) roles: [&'static str; 1],
}

/// `driveRecipient`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Recipient<'a> {
    /// By the object id in the directory.
    pub(crate) object_id: &'a str,
}

impl Item {
    /// The GUID in the eTag, by which a message names the item. Graph: "Send chatMessage in a channel or a chat", file
    /// attachments.
    pub(crate) fn guid(&self) -> Option<String> {
        let (_, rest) = self.etag.as_deref()?.split_once('{')?;
        let (guid, _) = rest.split_once('}')?;
        (!guid.is_empty()).then(|| guid.to_lowercase())
    }

    /// Whether somebody put it there or wrote what it holds.
    pub(crate) fn is_by(&self, person: &str) -> bool {
        [&self.created_by, &self.last_modified_by].into_iter().flatten().any(|by| {
            let id = by.user.as_ref().and_then(|user| user.id.as_deref());
            id.is_some_and(|id| id.eq_ignore_ascii_case(person))
        })
    }
}
