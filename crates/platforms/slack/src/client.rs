//! Slack as one login: a person, or the Entente app. Reading is in [`crate::history`] and [`crate::talks`], people in
//! [`crate::directory`], groups in [`crate::groups`], hearing in [`crate::subscribe`].

use async_trait::async_trait;
use entente_model::{
    Account, AccountRef, Alias, CallError, Channel, ChannelNow, Conversation, ConversationKind,
    ConversationRef, Destination, Draft, Emoji, FileRef, Loss, MessageRef, Operation, Receipt, Snapshot,
    Timestamp, WorkspaceRef,
};
use entente_platform::classify::date;
use entente_platform::{
    Answer, Call, CatchUp, Client, Credentials, Effect, Failure, FileSource, Http, Limit, Listen, Listening,
    MadeGroup, Mark, OpenFile, Page, Piece, Site, Span, Talk, WantedChannel, WantedGroup,
};
use http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::limits::Limits;
use crate::profile::API;
use crate::wire::conversation;
use crate::wire::message::Posted;
use crate::{emoji, id, naming, parse, refusal, render};

/// "Using the Slack Web API": without a charset it warns.
const JSON: &str = "application/json; charset=utf-8";

/// Slack, as one login.
pub(crate) struct SlackClient {
    pub(crate) workspace: WorkspaceRef,
    /// The workspace's id at Slack.
    pub(crate) team: Option<String>,
    pub(crate) credentials: Credentials,
    pub(crate) limits: Limits,
    pub(crate) http: Http,
    base: Url,
}

impl SlackClient {
    /// Acts as this login.
    pub(crate) fn new(site: &Site, http: Http, credentials: Credentials) -> Self {
        Self {
            workspace: site.workspace.clone(),
            team: site.tenant.clone(),
            credentials,
            limits: Limits::new(site),
            http,
            base: site.url(API, "/"),
        }
    }

    /// A call that reads. "Using the Slack Web API": arguments as a form, the token in the header.
    pub(crate) fn reading(&self, method: &str, arguments: &[(&str, &str)]) -> Call {
        self.call(method, self.limits.method(method)).form(arguments)
    }

    /// A call that may be repeated; it has to be said of what changes something.
    pub(crate) fn call(&self, method: &str, limits: Vec<Limit>) -> Call {
        let mut url = self.base.clone();
        let path = [url.path().trim_end_matches('/'), "/", method].concat();
        url.set_path(&path);
        let call = Call { limits, ..Call::new(Method::POST, url) };
        call.effect(Effect::Repeatable).verdict(refusal::verdict)
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
            Err(failure) => Err(failure.error),
        }
    }

    /// The direct conversation of this login's account with somebody. "conversations.open" finds or makes it, and nobody
    /// sees that until something is said. `make`: also if there is none.
    pub(crate) async fn direct(&self, with: &AccountRef, make: bool) -> Result<Option<String>, CallError> {
        let mut arguments = vec![("users", with.id.as_str())];
        if !make {
            arguments.push(("prevent_creation", "true"));
        }
        let Some(answer) = self.find(self.reading("conversations.open", &arguments)).await? else {
            return Ok(None);
        };
        // Where none may be made, the answer has no conversation.
        let opened: Result<conversation::One, _> = serde_json::from_slice(&answer.body);
        match opened {
            Ok(opened) => Ok(Some(opened.channel.id)),
            Err(_) if !make => Ok(None),
            Err(_) => Err(CallError::Retry { after: None }),
        }
    }

    /// The id of the login's account.
    pub(crate) async fn own_id(&self) -> Result<String, CallError> {
        match &self.credentials.account {
            Some(account) => Ok(account.id.as_str().to_owned()),
            None => self.identity().await.map(|identity| identity.user_id),
        }
    }

    async fn say(
        &self,
        channel: &str,
        thread: Option<&str>,
        printed: &render::Message,
        alias: Option<&Alias>,
    ) -> Result<Answer, Failure> {
        let call = self.call("chat.postMessage", self.limits.post(channel)).effect(Effect::Once);
        self.send(json(call, &printed.posted(channel, thread, alias)).visible()).await
    }

    async fn post(
        &self,
        to: &Destination,
        thread: Option<&MessageRef>,
        printed: &render::Message,
        alias: Option<&Alias>,
    ) -> Result<Receipt, CallError> {
        let channel = self.channel(to).await?;
        let root = self.root_in(&channel, thread).await?;
        let mut losses = printed.losses.clone();
        let mut sent = self.say(&channel, root.as_deref(), printed, alias).await;
        let mut threaded = root.is_some();
        // These refusals are certain, so the next try cannot say anything twice.
        let unanswerable = |failure: &Failure| {
            let code = refusal::code(failure);
            matches!(
                code.as_deref(),
                Some(
                    "cannot_reply_to_message"
                        | "restricted_action_thread_locked"
                        | "restricted_action_non_threadable_channel"
                )
            )
        };
        if threaded && sent.as_ref().is_err_and(unanswerable) {
            sent = self.say(&channel, None, printed, alias).await;
            threaded = false;
        }
        if thread.is_some() && !threaded {
            losses.push(Loss::Thread);
        }
        let answer = sent.map_err(|failure| failure.error)?;
        let posted: Posted<'_> = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        let at = id::written(&posted.ts).ok_or(CallError::Unknown)?;
        let conversation = id::conversation(&self.workspace, &posted.channel);
        Ok(Receipt { message: Some(id::message(&conversation, &posted.ts)), at, losses })
    }

    /// Where something is said.
    async fn channel(&self, to: &Destination) -> Result<String, CallError> {
        match to {
            Destination::Conversation(conversation) => Ok(conversation.id.as_str().to_owned()),
            Destination::Direct(account) => self.direct(account, true).await?.ok_or(CallError::Gone),
        }
    }

    /// Where the thread begins that an answer in this conversation belongs to.
    async fn root_in(&self, channel: &str, thread: Option<&MessageRef>) -> Result<Option<String>, CallError> {
        match thread {
            Some(thread) if thread.conversation.id.as_str() == channel => self.root(thread).await,
            _ => Ok(None),
        }
    }

    /// Where the thread of a message begins. "chat.postMessage": `thread_ts` is the first message's, never a reply's.
    /// `None`: the message is gone.
    async fn root(&self, message: &MessageRef) -> Result<Option<String>, CallError> {
        let found = match self.one(message).await {
            // Who may write need not be let to read. In a channel, what is answered elsewhere began its thread here, too.
            Err(CallError::Reject(_) | CallError::Lacks(_)) => {
                return Ok(Some(message.id.as_str().to_owned()));
            }
            found => found?.filter(|found| !found.deleted),
        };
        Ok(found.map(|found| found.message.thread.unwrap_or(found.message.at).id.as_str().to_owned()))
    }

    async fn edit(&self, target: &MessageRef, printed: &render::Message) -> Result<Receipt, CallError> {
        let call = self.call("chat.update", self.limits.method("chat.update"));
        let update = printed.update(target.conversation.id.as_str(), target.id.as_str());
        let answer = self
            .send(json(call, &update).effect(Effect::Once).visible())
            .await
            .map_err(|failure| failure.error)?;
        let posted: Posted<'_> = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        let edited = posted.message.as_ref().and_then(|message| parse::when(message.edited.as_ref()));
        let at = edited.unwrap_or_else(|| answered_at(&answer.headers, target));
        Ok(Receipt { message: Some(target.clone()), at, losses: printed.losses.clone() })
    }

    async fn delete(&self, target: &MessageRef) -> Result<Receipt, CallError> {
        let arguments = [("channel", target.conversation.id.as_str()), ("ts", target.id.as_str())];
        let answer = self.send(self.reading("chat.delete", &arguments).visible()).await?;
        let at = answered_at(&answer.headers, target);
        Ok(Receipt { message: Some(target.clone()), at, losses: Vec::new() })
    }

    /// "reactions.add", "reactions.remove": by short name. What is so already is refused as such, which is as good as done.
    async fn react(&self, target: &MessageRef, emoji: &Emoji, on: bool) -> Result<Receipt, CallError> {
        let Some(name) = emoji::name(emoji) else {
            return Err(CallError::Reject("Slack has no name for this emoji".to_owned()));
        };
        let (channel, ts) = (target.conversation.id.as_str(), target.id.as_str());
        let (method, so_already) =
            if on { ("reactions.add", "already_reacted") } else { ("reactions.remove", "no_reaction") };
        let arguments = [("channel", channel), ("timestamp", ts), ("name", name.as_str())];
        let at = match self.send(self.reading(method, &arguments).effect(Effect::Once).visible()).await {
            Ok(answer) => answered_at(&answer.headers, target),
            Err(failure) if refusal::code(&failure).as_deref() == Some(so_already) => {
                id::written(ts).unwrap_or_default()
            }
            Err(failure) => return Err(failure.error),
        };
        Ok(Receipt { message: Some(target.clone()), at, losses: Vec::new() })
    }

    /// What kind of conversation it is, and who is in it if it is direct or a group.
    async fn info(&self, conversation: &ConversationRef) -> Result<Option<Conversation>, CallError> {
        let Some(found) = self.described(conversation.id.as_str()).await? else { return Ok(None) };
        let of = |kind, members| Conversation { at: conversation.clone(), kind, name: None, members };
        if found.is_im == Some(true) {
            let members = found.members(&self.workspace, &self.own_id().await?);
            let kind = if members.is_empty() { ConversationKind::Other } else { ConversationKind::Direct };
            return Ok(Some(of(kind, members)));
        }
        let private = found.is_private == Some(true);
        let ours = private && found.name.as_deref().and_then(naming::mark_of).is_some();
        if found.is_mpim != Some(true) && !ours {
            return Ok(Some(of(ConversationKind::Channel, Vec::new())));
        }
        match self.members(conversation.id.as_str()).await {
            Ok(members) if ours => Ok(Some(of(ConversationKind::GroupChannel, members))),
            Ok(members) => Ok(Some(of(ConversationKind::Group, members))),
            // Out of it since.
            Err(CallError::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// With a JSON body.
fn json(call: Call, value: &impl Serialize) -> Call {
    let mut call = call.json(value);
    if let Some((media, _)) = &mut call.body {
        *media = JSON;
    }
    call
}

/// What a reading call was answered. Nothing has happened, so what cannot be read may be asked for again.
pub(crate) fn read<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, CallError> {
    serde_json::from_slice(&answer.body).map_err(|_| CallError::Retry { after: None })
}

/// When something happened to `target` of which the answer does not tell: the answer's `Date`, in whole seconds, and at the
/// least when the message was written.
fn answered_at(headers: &HeaderMap, target: &MessageRef) -> Timestamp {
    date(headers).max(id::written(target.id.as_str())).unwrap_or_default()
}

#[async_trait]
impl Client for SlackClient {
    async fn deliver(&self, draft: &Draft) -> Result<Receipt, CallError> {
        match &draft.operation {
            Operation::Send { to, thread, body } => {
                self.post(to, thread.as_ref(), &render::message(body)?, draft.alias.as_ref()).await
            }
            Operation::Edit { target, body } => self.edit(target, &render::message(body)?).await,
            Operation::Delete { target } => self.delete(target).await,
            Operation::React { target, emoji, on } => self.react(target, emoji, *on).await,
        }
    }

    async fn deliver_file(&self, draft: &Draft, file: &dyn FileSource) -> Result<Receipt, CallError> {
        let Operation::Send { to, thread, body } = &draft.operation else {
            return Err(CallError::Reject("only something new can have a file".to_owned()));
        };
        let printed = if body.is_empty() { None } else { Some(render::message(body)?) };
        let channel = self.channel(to).await?;
        let root = self.root_in(&channel, thread.as_ref()).await?;
        let mut receipt = self.share(&channel, root.as_deref(), (file, printed.as_ref())).await?;
        if thread.is_some() && root.is_none() {
            receipt.losses.push(Loss::Thread);
        }
        Ok(receipt)
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
        self.info(conversation).await
    }

    async fn channel(&self, wanted: &str) -> Result<Option<Channel>, CallError> {
        self.named(wanted).await
    }

    async fn look_at(&self, channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        self.stands(channel).await
    }

    async fn name_channel(&self, channel: &ConversationRef, title: &str) -> Result<String, CallError> {
        self.call_otherwise(channel, title).await
    }

    async fn set_topic(&self, channel: &ConversationRef, topic: &str) -> Result<String, CallError> {
        self.say_about(channel, topic).await
    }

    async fn make_channel(&self, wanted: &WantedChannel<'_>) -> Result<ConversationRef, CallError> {
        self.create(wanted).await
    }

    async fn find_channel(
        &self,
        wanted: &WantedChannel<'_>,
        since: Timestamp,
    ) -> Result<Option<ConversationRef>, CallError> {
        self.created(wanted, since).await
    }

    async fn make_group(&self, wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        self.gather(wanted).await
    }

    async fn find_group(
        &self,
        wanted: &WantedGroup<'_>,
        since: Timestamp,
    ) -> Result<Option<MadeGroup>, CallError> {
        self.find_gathered(wanted, since).await
    }

    async fn admit(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        self.invite(group, account).await
    }

    async fn dismiss(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        self.kick(group, account).await
    }

    async fn rename(&self, group: &ConversationRef, name: &str) -> Result<(), CallError> {
        self.name(group, name).await
    }

    async fn talks(&self, since: Timestamp) -> Result<Vec<Talk>, CallError> {
        self.directs_since(since).await
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

    async fn listen(&self, wanted: &Listen<'_>) -> Result<Listening, CallError> {
        self.hear(wanted).await
    }
}
