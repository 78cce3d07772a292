//! Zoom as one login: a person, or an administrator. Reading is in [`crate::history`] and [`crate::talks`], people in
//! [`crate::directory`], the app that speaks for itself in [`crate::bot`].
//!
//! A person's token acts for that person alone, who is called `me` ("Using Zoom APIs", the `me` keyword).

use async_trait::async_trait;
use entente_model::{
    Account, AccountRef, CallError, Channel, ChannelNow, Conversation, ConversationKind, ConversationRef,
    Destination, Draft, FileRef, MessageRef, Operation, Receipt, Snapshot, Timestamp, WorkspaceRef,
};
use entente_platform::classify::date;
use entente_platform::{
    Answer, Call, CatchUp, Client, Credentials, Failure, FileSource, Http, Limit, Listen, Listening,
    MadeGroup, Mark, OneLevel, OpenFile, Page, Piece, Rung, Site, Span, Talk, WantedChannel, WantedGroup,
};
use http::Method;
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

use crate::groups::GROUP;
use crate::history::Own;
use crate::limits::Limits;
use crate::profile::{API, FILES};
use crate::wire::outgoing::Sent;
use crate::{id, refusal, render, subscribe};

/// Where a person's messages are.
pub(crate) const MESSAGES: &str = "/chat/users/me/messages";

/// Zoom, as one login.
pub(crate) struct ZoomClient {
    pub(crate) workspace: WorkspaceRef,
    pub(crate) http: Http,
    pub(crate) credentials: Credentials,
    pub(crate) limits: Limits,
    /// Who we are in history, asked once.
    pub(crate) own: OnceCell<Own>,
    rung: Rung,
    base: String,
    files: String,
}

impl ZoomClient {
    /// Acts as this login.
    pub(crate) fn new(site: &Site, http: Http, credentials: Credentials) -> Self {
        let of = |name| {
            site.addresses.get(name).map(Url::as_str).unwrap_or_default().trim_end_matches('/').to_owned()
        };
        let (base, files) = (of(API), of(FILES));
        let workspace = site.workspace.clone();
        let limits = Limits::new(&workspace);
        let rung = subscribe::rung(site);
        Self { workspace, http, credentials, limits, own: OnceCell::new(), rung, base, files }
    }

    /// An address of the API.
    pub(crate) fn url(&self, path: &str) -> Result<Url, CallError> {
        [self.base.as_str(), path]
            .concat()
            .parse()
            .map_err(|_| CallError::Reject("not an address".to_owned()))
    }

    /// An address of what has to do with files.
    pub(crate) fn file_url(&self, path: &str) -> Result<Url, CallError> {
        let url = [self.files.as_str(), path].concat();
        url.parse().map_err(|_| CallError::Reject("not an address".to_owned()))
    }

    /// A reading call.
    pub(crate) fn get(&self, path: &str, limits: Vec<Limit>) -> Result<Call, CallError> {
        Ok(Call { limits, ..Call::new(Method::GET, self.url(path)?) })
    }

    /// Makes a call with the login's token.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Failure> {
        self.http.send(call, Some(&*self.credentials.tokens)).await
    }

    /// The one visible call of a draft.
    pub(crate) async fn perform(
        &self,
        draft: &Draft,
        file: Option<&dyn FileSource>,
    ) -> Result<Receipt, CallError> {
        let own = self.own_id().await?;
        let refused = match draft.operation {
            Operation::Send { .. } => refusal::call,
            Operation::Edit { .. } | Operation::Delete { .. } | Operation::React { .. } => refusal::message,
        };
        let (answer, losses) = if let Some(file) = file {
            self.post_file(&own, &draft.operation, file).await?
        } else {
            let render::Request { call, losses } = render::request(self, &own, &draft.operation)?;
            (self.send(call).await.map_err(refused)?, losses)
        };
        // No answer tells a time of its own, so it is that of the answer, to the second (RFC 9110, 6.6.1).
        let at = date(&answer.headers).unwrap_or_default();
        let message = match &draft.operation {
            Operation::Edit { target, .. }
            | Operation::Delete { target }
            | Operation::React { target, .. } => target.clone(),
            Operation::Send { to, .. } => {
                let sent: Sent = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
                let conversation = match render::whereto(to, &own)? {
                    id::Place::Contact(contact) => id::direct(&self.workspace, &own, contact),
                    id::Place::Channel(channel) => id::channel_at(&self.workspace, channel),
                };
                id::message(&conversation, &sent.id)
            }
        };
        Ok(Receipt { message: Some(message), at, losses })
    }

    /// The id of the login's account.
    pub(crate) async fn own_id(&self) -> Result<String, CallError> {
        match &self.credentials.account {
            Some(account) => Ok(account.id.as_str().to_owned()),
            None => self.own().await.map(|own| own.id.clone()),
        }
    }
}

/// What a reading call was answered. Nothing has happened, so what cannot be read may be asked for again.
pub(crate) fn read<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, CallError> {
    serde_json::from_slice(&answer.body).map_err(|_| CallError::Retry { after: None })
}

#[async_trait]
impl Client for ZoomClient {
    async fn deliver(&self, draft: &Draft) -> Result<Receipt, CallError> {
        self.say(draft, None).await
    }

    async fn deliver_file(&self, draft: &Draft, file: &dyn FileSource) -> Result<Receipt, CallError> {
        self.say(draft, Some(file)).await
    }

    async fn open_file(&self, _message: &MessageRef, file: &FileRef) -> Result<OpenFile, CallError> {
        self.content(file).await
    }

    async fn sent_since(&self, to: &Destination, since: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        self.sent(to, since).await
    }

    async fn fetch(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        self.one(message).await
    }

    async fn catch_up(&self, conversation: &ConversationRef, mark: &Mark) -> Result<CatchUp, CallError> {
        self.since(conversation, mark).await
    }

    async fn backfill(&self, channel: &ConversationRef, span: &Span) -> Result<Piece, CallError> {
        self.oldest(channel, span).await
    }

    async fn conversation(&self, conversation: &ConversationRef) -> Result<Option<Conversation>, CallError> {
        let own = self.own_id().await?;
        if let Some(channel) = id::channel(conversation) {
            let Some(found) = self.channel_of(channel).await? else { return Ok(None) };
            let at = conversation.clone();
            if found.kind != Some(GROUP) {
                let kind = ConversationKind::Channel;
                return Ok(Some(Conversation { at, kind, name: None, members: Vec::new() }));
            }
            let members = self.accounts_in(channel).await?;
            let members = members.iter().map(|member| id::account(&self.workspace, member)).collect();
            let name = found.name.filter(|name| !name.is_empty());
            return Ok(Some(Conversation { at, kind: ConversationKind::Group, name, members }));
        }
        // Its name says who is in it, and every two people have one.
        Ok(id::other(conversation, &own).map(|other| Conversation {
            at: conversation.clone(),
            kind: ConversationKind::Direct,
            name: None,
            members: vec![id::account(&self.workspace, &own), id::account(&self.workspace, other)],
        }))
    }

    async fn channel(&self, wanted: &str) -> Result<Option<Channel>, CallError> {
        self.named(wanted).await
    }

    async fn make_channel(&self, wanted: &WantedChannel<'_>) -> Result<ConversationRef, CallError> {
        self.create(wanted).await
    }

    async fn find_channel(
        &self,
        wanted: &WantedChannel<'_>,
        _since: Timestamp,
    ) -> Result<Option<ConversationRef>, CallError> {
        self.created(wanted).await
    }

    async fn make_group(&self, wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        self.gather(wanted).await
    }

    async fn find_group(
        &self,
        wanted: &WantedGroup<'_>,
        _since: Timestamp,
    ) -> Result<Option<MadeGroup>, CallError> {
        self.gathered(wanted).await
    }

    async fn admit(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        self.bring(group, account).await
    }

    async fn dismiss(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        self.put_out(group, account).await
    }

    async fn rename(&self, group: &ConversationRef, name: &str) -> Result<(), CallError> {
        self.name_group(group, name).await
    }

    async fn look_at(&self, channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        self.stands(channel).await
    }

    async fn name_channel(&self, channel: &ConversationRef, title: &str) -> Result<String, CallError> {
        self.call_otherwise(channel, title).await
    }

    async fn talks(&self, since: Timestamp) -> Result<Vec<Talk>, CallError> {
        self.sessions_since(since).await
    }

    async fn me(&self) -> Result<Account, CallError> {
        self.own_account().await
    }

    async fn author(&self, message: &MessageRef, account: &AccountRef) -> Result<Option<Account>, CallError> {
        self.author_of(message, account).await
    }

    async fn directory(&self, page: Option<String>) -> Result<Page<Account>, CallError> {
        self.people(page).await
    }

    async fn listen(&self, _wanted: &Listen<'_>) -> Result<Listening, CallError> {
        Ok(subscribe::by_hand(self.rung))
    }
}

#[async_trait]
impl OneLevel for ZoomClient {
    async fn perform(&self, draft: &Draft, file: Option<&dyn FileSource>) -> Result<Receipt, CallError> {
        self.perform(draft, file).await
    }
}
