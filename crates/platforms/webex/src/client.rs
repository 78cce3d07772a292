//! Webex as one login: a person, a bot, or an administrator. Reading is in [`crate::history`] and [`crate::talks`], webhooks in
//! [`crate::subscribe`], people in [`crate::directory`], making rooms in [`crate::groups`], making bots in [`crate::bots`].

use async_trait::async_trait;
use entente_model::{
    Account, AccountRef, CallError, Channel, ChannelNow, Conversation, ConversationRef, Destination, Draft,
    FileRef, MessageRef, Operation, Receipt, Snapshot, Timestamp, WorkspaceRef,
};
use entente_platform::classify::date;
use entente_platform::{
    Answer, BotRefused, Call, CatchUp, Client, Credentials, Failure, FileSource, Http, Limit, Listen,
    Listening, MadeBot, MadeGroup, Mark, OneLevel, OpenFile, Page, Piece, Site, Span, Talk, WantedBot,
    WantedChannel, WantedGroup,
};
use http::Method;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::limits::Limits;
use crate::profile::API;
use crate::wire::message::Posted;
use crate::{bots, id, refusal, render};

/// Webex, as one login.
pub(crate) struct WebexClient {
    pub(crate) workspace: WorkspaceRef,
    pub(crate) http: Http,
    pub(crate) credentials: Credentials,
    pub(crate) limits: Limits,
    base: String,
}

impl WebexClient {
    /// Acts as this login.
    pub(crate) fn new(site: &Site, http: Http, credentials: Credentials) -> Self {
        let base =
            site.addresses.get(API).map(Url::as_str).unwrap_or_default().trim_end_matches('/').to_owned();
        let limits = Limits::new(credentials.login);
        Self { workspace: site.workspace.clone(), http, credentials, limits, base }
    }

    /// An address of the API.
    pub(crate) fn url(&self, path: &str) -> Result<Url, CallError> {
        [self.base.as_str(), path]
            .concat()
            .parse()
            .map_err(|_| CallError::Reject("not an address".to_owned()))
    }

    /// A reading call.
    pub(crate) fn get(&self, path: &str, limits: Vec<Limit>) -> Result<Call, CallError> {
        Ok(Call { limits, ..Call::new(Method::GET, self.url(path)?) })
    }

    /// Makes a call with the login's token.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Failure> {
        self.http.send(call, Some(&*self.credentials.tokens)).await
    }

    /// Makes a reading call for something that may not be there.
    pub(crate) async fn find(&self, call: Call) -> Result<Option<Answer>, CallError> {
        match self.send(call).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Failure { error: CallError::Gone, .. }) => Ok(None),
            Err(failure) => Err(refusal::call(failure)),
        }
    }

    /// The one visible call of a draft.
    pub(crate) async fn perform(
        &self,
        draft: &Draft,
        file: Option<&dyn FileSource>,
    ) -> Result<Receipt, CallError> {
        let edit = matches!(draft.operation, Operation::Edit { .. });
        let (answer, losses) = if let Some(file) = file {
            self.post_file(&draft.operation, file).await?
        } else {
            let render::Request { call, losses } = render::request(self, &draft.operation)?;
            let refused = if edit { refusal::edit } else { refusal::call };
            (self.send(call).await.map_err(refused)?, losses)
        };
        let target = match &draft.operation {
            // "Delete a Message": 204 without a body, so the time is that of the answer.
            Operation::Delete { target } => {
                let at = date(&answer.headers).unwrap_or_default();
                return Ok(Receipt { message: Some(target.clone()), at, losses });
            }
            Operation::Edit { target, .. } => Some(target),
            Operation::Send { .. } | Operation::React { .. } => None,
        };
        let posted: Posted<'_> = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        let at = posted.updated.as_ref().filter(|_| edit).unwrap_or(&posted.created);
        let at = Timestamp::parse(at).ok_or(CallError::Unknown)?;
        let message = match target {
            Some(target) => target.clone(),
            // A message to a person comes back with the room that it stands in.
            None => id::message(&id::conversation(&self.workspace, &posted.room_id), &posted.id),
        };
        Ok(Receipt { message: Some(message), at, losses })
    }

    /// The id of the login's account.
    pub(crate) async fn own_id(&self) -> Result<String, CallError> {
        match &self.credentials.account {
            Some(account) => Ok(account.id.as_str().to_owned()),
            None => self.own_account().await.map(|account| account.account.id.as_str().to_owned()),
        }
    }
}

/// What a reading call was answered. Nothing has happened, so what cannot be read may be asked for again.
pub(crate) fn read<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, CallError> {
    serde_json::from_slice(&answer.body).map_err(|_| CallError::Retry { after: None })
}

#[async_trait]
impl Client for WebexClient {
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
        self.room(conversation).await
    }

    async fn channel(&self, wanted: &str) -> Result<Option<Channel>, CallError> {
        self.titled(wanted).await
    }

    async fn make_channel(&self, wanted: &WantedChannel<'_>) -> Result<ConversationRef, CallError> {
        self.make_space(wanted).await
    }

    async fn find_channel(
        &self,
        wanted: &WantedChannel<'_>,
        since: Timestamp,
    ) -> Result<Option<ConversationRef>, CallError> {
        self.find_room(wanted.mark, since).await
    }

    async fn make_group(&self, wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        self.make_room(wanted).await
    }

    async fn find_group(
        &self,
        wanted: &WantedGroup<'_>,
        since: Timestamp,
    ) -> Result<Option<MadeGroup>, CallError> {
        let found = self.find_room(wanted.mark, since).await?;
        Ok(found.map(|at| MadeGroup { at, channel: false }))
    }

    async fn admit(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        self.seat(group, account).await
    }

    async fn dismiss(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        self.unseat(group, account).await
    }

    async fn rename(&self, group: &ConversationRef, name: &str) -> Result<(), CallError> {
        self.retitle(group, name).await
    }

    async fn look_at(&self, channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        self.stands(channel).await
    }

    async fn name_channel(&self, channel: &ConversationRef, title: &str) -> Result<String, CallError> {
        self.change_room(channel, title, None).await.map(|now| now.title)
    }

    async fn set_topic(&self, channel: &ConversationRef, topic: &str) -> Result<String, CallError> {
        self.describe(channel, topic).await
    }

    async fn talks(&self, since: Timestamp) -> Result<Vec<Talk>, CallError> {
        self.rooms_since(since).await
    }

    async fn me(&self) -> Result<Account, CallError> {
        self.own_account().await
    }

    async fn author(
        &self,
        _message: &MessageRef,
        account: &AccountRef,
    ) -> Result<Option<Account>, CallError> {
        self.stranger(account).await
    }

    async fn directory(&self, page: Option<String>) -> Result<Page<Account>, CallError> {
        self.people(page).await
    }

    async fn make_bot(&self, wanted: &WantedBot) -> Result<MadeBot, BotRefused> {
        self.make(wanted).await
    }

    async fn find_bot(&self, address: &str) -> Result<Option<Account>, CallError> {
        self.find_made(address).await
    }

    async fn renew_bot(&self, _address: &str) -> Result<SecretString, CallError> {
        Err(CallError::Reject(bots::NO_RENEWAL.to_owned()))
    }

    async fn listen(&self, wanted: &Listen<'_>) -> Result<Listening, CallError> {
        self.subscribe(wanted).await
    }
}

#[async_trait]
impl OneLevel for WebexClient {
    async fn perform(&self, draft: &Draft, file: Option<&dyn FileSource>) -> Result<Receipt, CallError> {
        self.perform(draft, file).await
    }
}
