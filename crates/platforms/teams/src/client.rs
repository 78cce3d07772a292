//! Graph as one login: a person by delegated token, or an administrator for the directory. What is read is in
//! [`crate::history`], subscribing in [`crate::subscribe`], people in [`crate::directory`].

use async_trait::async_trait;
use entente_model::{
    Account, AccountRef, Body, CallError, Conversation, ConversationRef, Destination, Draft, Emoji, FileRef,
    Loss, MessageRef, Operation, Receipt, Snapshot, Timestamp,
};
use entente_platform::classify::date;
use entente_platform::{
    Answer, Call, CatchUp, Client, Credentials, Effect, Failure, FileSource, Http, Limit, Listen, Listening,
    MadeGroup, Mark, OpenFile, Page, Site, Talk, Tokens, WantedGroup,
};
use http::{HeaderMap, Method};
use std::sync::Arc;
use url::Url;

use crate::limits::Limits;
use crate::profile::GRAPH;
use crate::wire::chat::Chat;
use crate::wire::message::{Attachment, ChatMessage};
use crate::wire::outgoing::{NewMessage, NewReaction, QuotingReply};
use crate::{id, refusal, render, text_in};

/// How much of a quoted message is shown, in characters.
const PREVIEW: usize = 200;

/// Graph, as one login.
pub(crate) struct GraphClient {
    pub(crate) site: Arc<Site>,
    pub(crate) http: Http,
    pub(crate) credentials: Credentials,
    pub(crate) limits: Limits,
}

impl GraphClient {
    /// Acts as this login.
    pub(crate) fn new(site: Arc<Site>, http: Http, credentials: Credentials) -> Self {
        let limits = Limits::new(site.tenant.as_deref().unwrap_or_default(), &site.client_id);
        Self { site, http, credentials, limits }
    }

    /// A call to Graph.
    pub(crate) fn call(&self, method: Method, path: &str, limits: Vec<Limit>) -> Call {
        Call { limits, ..Call::new(method, self.url(path)) }
    }

    /// An address of Graph.
    pub(crate) fn url(&self, path: &str) -> Url {
        self.site.url(GRAPH, path)
    }

    /// Makes a call with the login's own token.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Failure> {
        self.http.send(call, Some(&*self.credentials.tokens)).await
    }

    /// The token that may see the whole workspace: the app's, or else the login's own.
    pub(crate) fn wide_tokens(&self) -> &dyn Tokens {
        self.credentials.app_tokens.as_deref().unwrap_or(&*self.credentials.tokens)
    }

    /// The object id of the login's account.
    pub(crate) async fn own_id(&self) -> Result<String, CallError> {
        match &self.credentials.account {
            Some(account) => Ok(account.id.as_str().to_owned()),
            None => self.me().await.map(|account| account.account.id.as_str().to_owned()),
        }
    }

    /// A chat's messages, or one of them, or what can be done with it.
    pub(crate) fn messages(&self, method: Method, chat: &str, behind: &str, limits: Vec<Limit>) -> Call {
        self.call(method, &format!("/chats/{}/messages{behind}", id::segment(chat)), limits)
    }

    /// The direct chat with somebody, made if there is none. Graph: "Create chat" gives the existing chat of the same
    /// two people back, so this is safe to repeat.
    pub(crate) async fn direct(&self, with: &AccountRef) -> Result<String, CallError> {
        let own = self.own_id().await?;
        if own == with.id.as_str() {
            return Err(CallError::Reject("Teams has no direct chat of an account with itself".to_owned()));
        }
        let chat = render::direct(self.person(&own), self.person(with.id.as_str()));
        let call = self.call(Method::POST, "/chats", self.limits.make_chat()).json(&chat);
        let answer =
            self.send(call.effect(Effect::Repeatable)).await.map_err(|failure| refusal::graph(&failure))?;
        // Nothing was said yet, so an answer that cannot be read is no doubt about a message.
        answer.json::<Chat>().map(|chat| chat.id).map_err(|_| CallError::Retry { after: None })
    }

    /// Posts a message with these attachments.
    pub(crate) async fn post(
        &self,
        chat: &str,
        quoted: Option<&str>,
        body: &Body,
        attachments: &[Attachment],
    ) -> Result<Receipt, CallError> {
        let (message, mut losses) = render::update(body, attachments);
        let sent = match quoted {
            None => self.say(chat, &message).await,
            Some(quoted) => {
                losses.push(Loss::Thread);
                // The service makes the preview and names the author, which saves reading the quoted message first.
                let reply = QuotingReply { message_ids: [quoted], reply_message: &message };
                let call = self.messages(Method::POST, chat, "/replyWithQuote", self.limits.post(chat));
                match self.send(call.json(&reply).visible()).await {
                    // Older tenants do not know the call, or what is to be quoted is gone. The refusal is certain.
                    Err(failure)
                        if matches!(failure.status.map(|status| status.as_u16()), Some(400 | 404)) =>
                    {
                        let quotation = self.quotation(chat, quoted).await?;
                        let (message, _) = render::update(body, quotation.iter().chain(attachments));
                        self.say(chat, &message).await
                    }
                    sent => sent,
                }
            }
        };
        let answer = sent.map_err(|failure| refusal::graph(&failure))?;
        let message: ChatMessage = answer.json()?;
        let at = message.created_date_time.as_deref().and_then(Timestamp::parse);
        let at = at.or_else(|| id::written(&message.id)).ok_or(CallError::Unknown)?;
        Ok(Receipt { message: Some(id::message(&self.site.workspace, chat, &message.id)), at, losses })
    }

    /// The chat where something is said, and what is quoted there: only what stands in the same chat can be.
    pub(crate) async fn place<'a>(
        &self,
        to: &Destination,
        thread: Option<&'a MessageRef>,
    ) -> Result<(String, Option<&'a str>), CallError> {
        let chat = match to {
            Destination::Conversation(conversation) => conversation.id.as_str().to_owned(),
            Destination::Direct(account) => self.direct(account).await?,
        };
        let quoted = thread.filter(|quoted| quoted.conversation.id.as_str() == chat);
        Ok((chat, quoted.map(|quoted| quoted.id.as_str())))
    }

    async fn say(&self, chat: &str, message: &NewMessage<'_>) -> Result<Answer, Failure> {
        let call = self.messages(Method::POST, chat, "", self.limits.post(chat));
        self.send(call.json(message).visible()).await
    }

    /// What is quoted, as an attachment. `None` if it is gone: the answer then goes without it.
    async fn quotation(&self, chat: &str, quoted: &str) -> Result<Option<Attachment>, CallError> {
        let behind = format!("/{}", id::segment(quoted));
        let call = self.messages(Method::GET, chat, &behind, self.limits.read(chat));
        let Some(found) = self.find::<ChatMessage>(call).await? else { return Ok(None) };
        let said = found.body.as_ref().map(|body| text_in::body(&self.site.workspace, body, &[]).body);
        let preview = said.unwrap_or_default().first_line(PREVIEW);
        Ok(found.deleted_date_time.is_none().then(|| render::quotation(&found, &preview)))
    }

    async fn edit(&self, target: &MessageRef, body: &Body) -> Result<Receipt, CallError> {
        let (chat, message) = (target.conversation.id.as_str(), id::segment(target.id.as_str()));
        // A reply's quote is lost by an update that does not repeat it, and only the message itself knows whether it is
        // one.
        let read = self.messages(Method::GET, chat, &format!("/{message}"), self.limits.read(chat));
        let now = self.send(read).await.map_err(|failure| refusal::graph(&failure))?;
        let now: ChatMessage = now.json().map_err(|_| CallError::Retry { after: None })?;
        if now.deleted_date_time.is_some() {
            return Err(CallError::Gone);
        }
        let (update, losses) = render::update(body, now.attachments.as_deref().unwrap_or_default());
        let write = self.messages(Method::PATCH, chat, &format!("/{message}"), self.limits.change(chat));
        let answer = self
            .send(write.json(&update).effect(Effect::Once).visible())
            .await
            .map_err(|failure| refusal::graph(&failure))?;
        let at = match date(&answer.headers) {
            Some(at) => at,
            // The answer has no body, so without a date only the message itself tells when it was changed.
            None => self.one(target).await.ok().flatten().and_then(|one| one.edited_at).unwrap_or_default(),
        };
        Ok(Receipt { message: None, at, losses })
    }

    /// Graph: "chatMessage: softDelete" has its path below the person. Saying it twice changes nothing.
    async fn delete(&self, target: &MessageRef) -> Result<Receipt, CallError> {
        let chat = target.conversation.id.as_str();
        let own = self.own_id().await?;
        let path = format!(
            "/users/{}/chats/{}/messages/{}/softDelete",
            id::segment(&own),
            id::segment(chat),
            id::segment(target.id.as_str())
        );
        let call = self.call(Method::POST, &path, self.limits.change(chat)).effect(Effect::Repeatable);
        let answer = self.send(call.visible()).await.map_err(|failure| refusal::graph(&failure))?;
        Ok(Receipt { message: None, at: answered_at(&answer.headers, target), losses: Vec::new() })
    }
}

impl GraphClient {
    /// Graph: "chatMessage: setReaction", "chatMessage: unsetReaction", by the emoji itself. Each done twice changes nothing.
    async fn react(&self, target: &MessageRef, emoji: &Emoji, on: bool) -> Result<Receipt, CallError> {
        let chat = target.conversation.id.as_str();
        let what = if on { "setReaction" } else { "unsetReaction" };
        let behind = format!("/{}/{what}", id::segment(target.id.as_str()));
        let call = self.messages(Method::POST, chat, &behind, self.limits.change(chat));
        let call = call.effect(Effect::Once).json(&NewReaction { reaction_type: emoji.as_str() });
        let at = match self.send(call.visible()).await {
            Ok(answer) => answered_at(&answer.headers, target),
            // Taking some emoji back is answered so although it was done.
            Err(failure) if !on && failure.status.is_some_and(|status| status.as_u16() == 412) => {
                id::written(target.id.as_str()).unwrap_or_default()
            }
            Err(failure) => return Err(refusal::graph(&failure)),
        };
        Ok(Receipt { message: None, at, losses: Vec::new() })
    }
}

/// When something happened to `target` that was answered without a body: the answer's `Date`, in whole seconds, and at
/// the least when the message was written.
pub(crate) fn answered_at(headers: &HeaderMap, target: &MessageRef) -> Timestamp {
    date(headers).max(id::written(target.id.as_str())).unwrap_or_default()
}

#[async_trait]
impl Client for GraphClient {
    async fn deliver(&self, draft: &Draft) -> Result<Receipt, CallError> {
        match &draft.operation {
            Operation::Send { to: Destination::Conversation(conversation), .. }
                if id::channel(&conversation.id).is_some() =>
            {
                Err(CallError::Reject("in channels the app speaks for people".to_owned()))
            }
            Operation::Send { to, thread, body } => {
                let (chat, quoted) = self.place(to, thread.as_ref()).await?;
                self.post(&chat, quoted, body, &[]).await
            }
            Operation::Edit { target, body } => self.edit(target, body).await,
            Operation::Delete { target } => self.delete(target).await,
            Operation::React { target, emoji, on } => self.react(target, emoji, *on).await,
        }
    }

    async fn deliver_file(&self, draft: &Draft, file: &dyn FileSource) -> Result<Receipt, CallError> {
        self.send_file(draft, file).await
    }

    async fn open_file(&self, message: &MessageRef, file: &FileRef) -> Result<OpenFile, CallError> {
        self.content(message, file).await
    }

    async fn sent_since(&self, to: &Destination, since: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        self.sent(to, since).await
    }

    async fn fetch(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        self.one(message).await
    }

    async fn catch_up(&self, conversation: &ConversationRef, mark: &Mark) -> Result<CatchUp, CallError> {
        self.read(conversation, mark).await
    }

    async fn conversation(&self, conversation: &ConversationRef) -> Result<Option<Conversation>, CallError> {
        self.chat(conversation).await
    }

    async fn make_group(&self, wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        self.gather(wanted).await
    }

    async fn find_group(
        &self,
        wanted: &WantedGroup<'_>,
        since: Timestamp,
    ) -> Result<Option<MadeGroup>, CallError> {
        self.gathered(wanted, since).await
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

    async fn talks(&self, since: Timestamp) -> Result<Vec<Talk>, CallError> {
        self.chats_since(since).await
    }

    async fn me(&self) -> Result<Account, CallError> {
        self.own_account().await
    }

    async fn directory(&self, page: Option<String>) -> Result<Page<Account>, CallError> {
        self.people(page).await
    }

    async fn listen(&self, wanted: &Listen<'_>) -> Result<Listening, CallError> {
        self.subscribe(wanted, false).await
    }

    async fn confirm(&self, wanted: &Listen<'_>) -> Result<Listening, CallError> {
        self.subscribe(wanted, true).await
    }

    async fn public_keys(&self) -> Result<Vec<(String, Arc<[u8]>)>, CallError> {
        crate::directory::public_keys(&self.site, &self.http).await
    }
}
