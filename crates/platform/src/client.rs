//! Calls to a platform, as one login.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entente_model::{
    Account, AccountRef, CallError, Channel, ChannelNow, Conversation, ConversationRef, Destination, Draft,
    FileRef, LoginId, MessageId, MessageRef, Receipt, Snapshot, Timestamp,
};
use secrecy::SecretString;
use url::Url;

use crate::HookKey;
use crate::backfill::{Piece, Span};
use crate::content::{FileSource, OpenFile};

/// Calls a platform as one login. No method retries by itself: the lane that asked does.
#[async_trait]
pub trait Client: Send + Sync {
    /// Performs one visible effect. Calls before the visible one (opening the direct conversation) must be safe to
    /// repeat; only the last call can double.
    async fn deliver(&self, draft: &Draft) -> Result<Receipt, CallError>;

    /// The same for a draft that says something with a file. Uploading it ahead of the visible call is safe to repeat, even
    /// where it leaves something behind that nobody sees. A source that breaks off ends the attempt with
    /// [`CallError::Retry`].
    async fn deliver_file(&self, _draft: &Draft, _file: &dyn FileSource) -> Result<Receipt, CallError> {
        Err(CallError::Reject("no files are passed on here".to_owned()))
    }

    /// A file of a message, from its first byte. `Gone`: it is not there any more, or not for this login. `Reject`: it is
    /// there and cannot be had.
    async fn open_file(&self, _message: &MessageRef, _file: &FileRef) -> Result<OpenFile, CallError> {
        Err(CallError::Reject("no files are read here".to_owned()))
    }

    /// The messages that this login's account wrote in `to` since then, oldest first, deleted ones left out. Asked
    /// after [`CallError::Unknown`], before anything is sent again. A direct conversation that does not exist has none.
    async fn sent_since(&self, to: &Destination, since: Timestamp) -> Result<Vec<Snapshot>, CallError>;

    /// One message as it is now. `None`: it does not exist, or not for this login.
    async fn fetch(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError>;

    /// What a conversation holds that is newer than `mark`, oldest first, and messages that changed since. Asked where
    /// reports are only pointers, and everywhere after a gap.
    async fn catch_up(&self, conversation: &ConversationRef, mark: &Mark) -> Result<CatchUp, CallError>;

    /// The oldest messages of a span of a channel as they stand now, answers in threads included, deleted ones left out. Holds no
    /// more than the span asks for, however much is listed on the way. Only where [`crate::Capabilities::channels`] says so.
    async fn backfill(&self, _channel: &ConversationRef, _span: &Span) -> Result<Piece, CallError> {
        Err(CallError::Reject("what was written before is not read here".to_owned()))
    }

    /// What kind of conversation it is and, if it is direct or a group, between whom. `None`: not for this login.
    async fn conversation(&self, conversation: &ConversationRef) -> Result<Option<Conversation>, CallError>;

    /// The channel of this name, or with this id, among those that this login may see; by name exactly one must fit. `None`:
    /// there is none, or not for this login. Only where [`crate::Capabilities::channels`] says so.
    async fn channel(&self, _wanted: &str) -> Result<Option<Channel>, CallError> {
        Err(CallError::Reject("channels of this platform cannot be linked".to_owned()))
    }

    /// Makes a channel that everybody in the workspace can find and join, with this login's account in it. Not safe to repeat: look with
    /// [`Client::find_channel`] after [`CallError::Unknown`]. [`CallError::Reject`]: with what to do instead, where there is
    /// one of this name. Only where [`crate::Capabilities::channels`] says so.
    async fn make_channel(&self, _wanted: &WantedChannel<'_>) -> Result<ConversationRef, CallError> {
        Err(CallError::Reject("channels of this platform cannot be made".to_owned()))
    }

    /// The channel that [`Client::make_channel`] made as this login, for the same wish, at that time or later. `None`: there is
    /// none.
    async fn find_channel(
        &self,
        _wanted: &WantedChannel<'_>,
        _since: Timestamp,
    ) -> Result<Option<ConversationRef>, CallError> {
        Ok(None)
    }

    /// Makes a group conversation in which this login's account is. Not safe to repeat: look with [`Client::find_group`] after
    /// [`CallError::Unknown`]. Those of `members` whom the one call that makes it cannot bring in are missing from it, and are
    /// let in one by one. Only where [`crate::Capabilities::groups`] says so.
    async fn make_group(&self, _wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        Err(CallError::Reject("no groups are made here".to_owned()))
    }

    /// The group that [`Client::make_group`] made as this login, for the same wish, at that time or later. `None`: there is none.
    async fn find_group(
        &self,
        _wanted: &WantedGroup<'_>,
        _since: Timestamp,
    ) -> Result<Option<MadeGroup>, CallError> {
        Ok(None)
    }

    /// Lets an account into a group that this login's account is in. Safe to repeat: whoever is in it already stays.
    /// [`CallError::Reject`]: never, for this reason.
    async fn admit(&self, _group: &ConversationRef, _account: &AccountRef) -> Result<(), CallError> {
        Err(CallError::Reject("who is in a group cannot be changed here".to_owned()))
    }

    /// Takes an account out of a group. Safe to repeat: whoever is not in it stays away.
    async fn dismiss(&self, _group: &ConversationRef, _account: &AccountRef) -> Result<(), CallError> {
        Err(CallError::Reject("who is in a group cannot be changed here".to_owned()))
    }

    /// Names a group. Safe to repeat.
    async fn rename(&self, _group: &ConversationRef, _name: &str) -> Result<(), CallError> {
        Err(CallError::Reject("groups have no names here".to_owned()))
    }

    /// How a channel stands now. `None`: it is gone, or not for this login. Asked of every channel of a link now and then, so
    /// it must be cheap.
    async fn look_at(&self, _channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        Err(CallError::Reject("channels of this platform cannot be looked at".to_owned()))
    }

    /// Calls a channel otherwise, as near to `title` as names can be there, and answers what it is called then. Done twice it
    /// changes nothing.
    async fn name_channel(&self, _channel: &ConversationRef, _title: &str) -> Result<String, CallError> {
        Err(CallError::Reject("channels of this platform cannot be renamed".to_owned()))
    }

    /// Has a channel say that it is about this, as far as there is room, and answers what it says then. Done twice it changes
    /// nothing.
    async fn set_topic(&self, _channel: &ConversationRef, _topic: &str) -> Result<String, CallError> {
        Err(CallError::Reject("channels of this platform have no topic".to_owned()))
    }

    /// The direct conversations of this login's account with something new since then, for platforms where not all
    /// are reported. The rest need not implement it.
    async fn talks(&self, _since: Timestamp) -> Result<Vec<Talk>, CallError> {
        Ok(Vec::new())
    }

    /// The account behind the login.
    async fn me(&self) -> Result<Account, CallError>;

    /// Whoever wrote a message, as people who read it are shown them, be they in the directory or not: of the account the name and whether
    /// it is a bot's count, and nothing else. `None`: that is not told. Asked only of authors whom no directory lists.
    async fn author(
        &self,
        _message: &MessageRef,
        _account: &AccountRef,
    ) -> Result<Option<Account>, CallError> {
        Ok(None)
    }

    /// The accounts of the workspace, a page at a time. A login that is no administrator's is refused: this is how the
    /// engine finds out whether it is one.
    async fn directory(&self, page: Option<String>) -> Result<Page<Account>, CallError>;

    /// Makes a bot account. Not safe to repeat: look with [`Client::find_bot`] after [`CallError::Unknown`].
    async fn make_bot(&self, _wanted: &WantedBot) -> Result<MadeBot, BotRefused> {
        Err(BotRefused::Call(CallError::Reject("this platform has no bots of one's own".to_owned())))
    }

    /// The bot at this address if this login made it; without its token, which only its making shows.
    async fn find_bot(&self, _address: &str) -> Result<Option<Account>, CallError> {
        Ok(None)
    }

    /// Gives a bot that this login made a new token, ending the old one.
    async fn renew_bot(&self, _address: &str) -> Result<SecretString, CallError> {
        Err(CallError::Reject("bot tokens cannot be renewed here".to_owned()))
    }

    /// Sees to it that what happens around this login is reported to us: makes, renews, revives and tidies
    /// subscriptions until they are as wanted. Safe to repeat at any time, and repeated for ever.
    async fn listen(&self, wanted: &Listen<'_>) -> Result<Listening, CallError>;

    /// The same, and confirms every subscription whether it is due or not: the vendor asked for it
    /// ([`crate::LifecycleKind::Reauthorize`]).
    async fn confirm(&self, wanted: &Listen<'_>) -> Result<Listening, CallError> {
        self.listen(wanted).await
    }

    /// The vendor's public key documents by name, for [`crate::AppSecrets::public_keys`].
    async fn public_keys(&self) -> Result<Vec<(String, Arc<[u8]>)>, CallError> {
        Ok(Vec::new())
    }
}

/// How far a conversation has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The newest message that was seen. `None`: none yet; then only what was written since `at` is wanted.
    pub message: Option<MessageId>,
    /// When that message was written, or when reading began.
    pub at: Timestamp,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatchUp {
    /// Oldest first.
    pub snapshots: Vec<Snapshot>,
    /// Whether older messages after the mark could not be reached (the list has an end before the mark).
    pub gap: bool,
}

/// A direct conversation with something new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    /// Which one.
    pub conversation: ConversationRef,
    /// Between whom, if it was told.
    pub members: Vec<AccountRef>,
    /// When something last happened.
    pub at: Timestamp,
}

/// A channel that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct WantedChannel<'a> {
    /// As it was asked for, never empty; behind what it is a part of and a `/` where [`crate::Channels::parts`] says so. Names that cannot
    /// be there as they are become what is nearest.
    pub name: &'a str,
    /// Sixteen signs of `0-9a-f` that nothing else that we make has, for platforms where names do not tell.
    pub mark: &'a str,
}

/// A group conversation that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct WantedGroup<'a> {
    /// As people should read it: one line, never empty.
    pub name: &'a str,
    /// Sixteen signs of `0-9a-f` that no other group of ours has, for platforms where names must differ.
    pub mark: &'a str,
    /// Who should be in it, beside the account of the login that makes it. All in the login's workspace, each once.
    pub members: &'a [AccountRef],
}

/// A group conversation that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeGroup {
    /// Which one.
    pub at: ConversationRef,
    /// A private channel was made, because no group can be made there of these members: they are too many, or have one already.
    pub channel: bool,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one is; `None` on the last. Opaque.
    pub next: Option<String>,
}

/// A bot to be made.
#[derive(Debug, Clone)]
pub struct WantedBot {
    /// Shown as its name.
    pub name: String,
    /// Where it is found; permanent.
    pub address: String,
    /// Its picture, as a public address.
    pub picture: Option<String>,
    /// What it is for, in a sentence.
    pub description: String,
}

/// A bot that was made.
#[derive(Debug, Clone)]
pub struct MadeBot {
    /// Its account.
    pub account: AccountRef,
    /// Its address.
    pub address: String,
    /// Its token, shown this once.
    pub token: SecretString,
}

/// Why a bot was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BotRefused {
    /// Somebody has the address; try another.
    #[error("the address is taken")]
    AddressTaken,
    /// The platform takes no address of this form; try one with fewer kinds of characters.
    #[error("the address has a form that is not taken")]
    AddressUnfit,
    /// The organisation does not let this login make bots.
    #[error("making bots is not allowed: {0}")]
    NotAllowed(String),
    /// Anything else.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// What should be reported, and where.
pub struct Listen<'a> {
    /// Whose surroundings. Also the label that the subscription's secret is derived from.
    pub login: LoginId,
    /// Webhooks of this workspace come below this address: `{callback}/{channel}`, no trailing slash. Which channels
    /// there are is the platform's choice; the login's id is one where every login has webhooks of its own.
    pub callback: &'a Url,
    /// Where the secrets come from.
    pub key: &'a HookKey,
    /// Our certificate (id, DER) for content encrypted to us.
    pub certificate: Option<(&'a str, &'a [u8])>,
    /// Conversations that must be covered, for platforms that can only be asked about each.
    pub conversations: &'a [ConversationRef],
    /// The present instant.
    pub now: Timestamp,
}

/// What is reported now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// How it is done.
    pub rung: Rung,
    /// When to see to it again, at the latest.
    pub again: Duration,
    /// Whether reports were off meanwhile (a subscription was gone or inactive), so that the history must be read.
    pub resumed: bool,
}

/// How well one hears, best first. Recorded and shown per login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Everything around the login is reported, by its own right.
    Own,
    /// Everything is reported, by the app's right.
    App,
    /// Known conversations are reported; new ones are found by asking.
    PerConversation,
    /// Nothing is reported; everything is found by asking.
    Polling,
}

impl Rung {
    /// A stable name for the database, the console and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::App => "app",
            Self::PerConversation => "per_conversation",
            Self::Polling => "polling",
        }
    }
}
