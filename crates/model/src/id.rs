//! Ids. Text that a platform made is opaque everywhere but in that platform's crate, and is stored, so its form is a
//! promise. Ids that we make are UUIDs (things) or integers (rows of queues, where a sortable small key is the index).

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text, for storing and for the platform that made it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &self.0)
            }
        }
    )*};
}

text_id! {
    /// A platform's name in lower case, such as the folder of its connector.
    PlatformId;
    /// A workspace, by the name that the operator gave it in the configuration. Unique over all platforms.
    WorkspaceId;
    /// A conversation, as its platform names it.
    ConversationId;
    /// A person's, bot's or app's identity on one platform, as the platform names it.
    AccountId;
    /// A message, as its platform names it. Some platforms make it unique only inside a conversation.
    MessageId;
    /// A file of a message, as its platform names it. Opaque.
    FileId;
    /// Equal keys mean the same happening, reported again.
    EventKey;
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// A human of the organisation.
    PersonId;
    /// Channels that are kept in step.
    LinkId;
    /// A set of credentials: of a person's account, of a bot, of the workspace's app, or of an administrator.
    LoginId;
}

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

row_id! {
    /// A stored webhook item; ascending in order of acceptance.
    ArrivalId;
    /// An outbox row; ascending in order of planning.
    DeliveryId;
}

/// A workspace and the platform it is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkspaceRef {
    /// The platform.
    pub platform: PlatformId,
    /// The workspace there.
    pub id: WorkspaceId,
}

/// A conversation in a workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConversationRef {
    /// Where it is.
    pub workspace: WorkspaceRef,
    /// Its name there.
    pub id: ConversationId,
}

/// An account in a workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountRef {
    /// Where it is.
    pub workspace: WorkspaceRef,
    /// Its name there.
    pub id: AccountId,
}

/// A message in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageRef {
    /// Where it is.
    pub conversation: ConversationRef,
    /// Its name there.
    pub id: MessageId,
}
