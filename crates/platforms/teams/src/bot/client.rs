//! The Entente app speaking for itself, through the Bot Framework connector. Bot Framework: "Bot Connector API";
//! Teams: "Send proactive messages".
//!
//! A bot has no history: it cannot read what it said or what was said to it, so those calls refuse and say so. Everything
//! that happens around it is pushed to one address that is registered with the bot, so there is nothing to subscribe to.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entente_model::{
    Account, AccountRef, Body, CallError, Channel, ChannelNow, Conversation, ConversationKind,
    ConversationRef, Destination, Draft, Loss, MessageRef, Operation, Receipt, Snapshot, Timestamp,
};
use entente_platform::{
    Answer, Call, CatchUp, Client, Credentials, Effect, Http, Limit, Listen, Listening, Mark, Page, Piece,
    Rung, Site, Span, WantedChannel,
};
use http::Method;

use crate::bot::own_id;
use crate::channels::{Changed, Named, fitting, nearest};
use crate::client::{GraphClient, answered_at};
use crate::limits::Limits;
use crate::profile::BOT;
use crate::wire::activity::{ChannelData, Id, Made, NewActivity, NewConversation, TeamsMember};
use crate::{id, refusal, text_out};

/// The connector, as the app.
pub(crate) struct BotClient {
    site: Arc<Site>,
    http: Http,
    credentials: Credentials,
    limits: Limits,
    /// The app in Graph, where it may read channels; its token is another one.
    graph: Option<GraphClient>,
}

impl BotClient {
    /// Acts as the app.
    pub(crate) fn new(site: Arc<Site>, http: Http, credentials: Credentials) -> Self {
        let limits = Limits::new(site.tenant.as_deref().unwrap_or_default(), &site.client_id);
        let graph = credentials.app_tokens.clone().map(|tokens| {
            let credentials = Credentials { tokens, ..credentials.clone() };
            GraphClient::new(Arc::clone(&site), http.clone(), credentials)
        });
        Self { site, http, credentials, limits, graph }
    }

    fn call(&self, method: Method, path: &str, limits: Vec<Limit>) -> Call {
        Call { limits, ..Call::new(method, self.site.url(BOT, path)) }
    }

    async fn send(&self, call: Call) -> Result<Answer, CallError> {
        let sent = self.http.send(call, Some(&*self.credentials.tokens)).await;
        sent.map_err(|failure| refusal::bot(&failure))
    }

    /// The personal conversation with somebody: the connector gives the existing one back, so this is safe to repeat.
    async fn personal(&self, with: &AccountRef) -> Result<String, CallError> {
        let tenant = self.site.tenant.as_deref().unwrap_or_default();
        let of = |id: &'_ str| Id { id: Cow::Owned(id.to_owned()) };
        let conversation = NewConversation {
            is_group: false,
            bot: Id { id: own_id(&self.site.client_id).into() },
            members: [of(with.id.as_str())],
            tenant_id: tenant,
            channel_data: ChannelData { tenant: of(tenant) },
        };
        let call = self.call(Method::POST, "/v3/conversations", self.limits.bot(with.id.as_str()));
        let answer = self.send(call.json(&conversation).effect(Effect::Repeatable)).await?;
        answer.json::<Made>().map(|made| made.id).map_err(|_| CallError::Retry { after: None })
    }

    fn activity(&self, method: Method, conversation: &str, behind: &str) -> Call {
        let path = format!("/v3/conversations/{}/activities{behind}", id::segment(conversation));
        self.call(method, &path, self.limits.bot(conversation))
    }

    async fn say(
        &self,
        to: &Destination,
        quoted: Option<&MessageRef>,
        body: &Body,
    ) -> Result<Receipt, CallError> {
        if let Destination::Conversation(conversation) = to
            && let Some((_, channel)) = id::channel(&conversation.id)
        {
            return self.say_in_channel(conversation, channel, quoted, body).await;
        }
        let conversation = match to {
            Destination::Conversation(conversation) => conversation.id.as_str().to_owned(),
            Destination::Direct(account) => self.personal(account).await?,
        };
        let quoted = quoted.filter(|quoted| quoted.conversation.id.as_str() == conversation);
        let (mut activity, mut losses) = message(body);
        activity.reply_to_id = quoted.map(|quoted| quoted.id.as_str());
        if quoted.is_some() {
            losses.push(Loss::Thread);
        }
        let answer = self.say_in_chat(&conversation, &activity).await?;
        let made: Made = answer.json()?;
        let message = id::message(&self.site.workspace, &conversation, &made.id);
        let at = id::written(&made.id).unwrap_or_else(|| answered_at(&answer.headers, &message));
        Ok(Receipt { message: Some(message), at, losses })
    }

    /// Says something in a chat. Into a group that the app is not in yet it is brought first, by its right in Graph: being
    /// refused is certain, so nothing is said twice.
    async fn say_in_chat(&self, chat: &str, activity: &NewActivity<'_>) -> Result<Answer, CallError> {
        let say = async || {
            let call = self.activity(Method::POST, chat, "").json(activity).visible();
            self.http.send(call, Some(&*self.credentials.tokens)).await
        };
        let refused = match say().await {
            Ok(answer) => return Ok(answer),
            Err(refused) => refused,
        };
        let Some(graph) = self.graph_of(chat).filter(|_| refusal::is_outside(&refused)) else {
            return Err(refusal::bot(&refused));
        };
        graph.install(chat).await?;
        // It was brought in just now; not every part of the service need know yet.
        say().await.map_err(|failure| {
            if refusal::is_outside(&failure) {
                CallError::Retry { after: None }
            } else {
                refusal::bot(&failure)
            }
        })
    }

    /// Begins a thread in a channel, or goes on with one. Teams: "Channel and group chat conversations with a bot": a thread is
    /// the channel with its first message behind it.
    async fn say_in_channel(
        &self,
        at: &ConversationRef,
        channel: &str,
        answered: Option<&MessageRef>,
        body: &Body,
    ) -> Result<Receipt, CallError> {
        let answered = answered.filter(|answered| answered.conversation == *at);
        let root = answered.map(|answered| {
            let (root, own) = id::parts(answered.id.as_str());
            root.unwrap_or(own)
        });
        let (activity, losses) = message(body);
        let call = self.activity(Method::POST, &thread(channel, root), "").json(&activity).visible();
        let answer = self.send(call).await?;
        let made: Made = answer.json()?;
        let message = id::in_thread(at, root, &made.id);
        let when = id::written(&made.id).unwrap_or_else(|| answered_at(&answer.headers, &message));
        Ok(Receipt { message: Some(message), at: when, losses })
    }

    /// The app in Graph, for a chat that both know by the same id: a group.
    fn graph_of(&self, chat: &str) -> Option<&GraphClient> {
        let id = chat.into();
        self.graph.as_ref().filter(|_| !id::is_bots(&id) && id::channel(&id).is_none())
    }

    /// Whether the connector shows the app who is in a channel: it is installed in the team.
    pub(crate) async fn is_in(&self, channel: &str) -> Result<bool, CallError> {
        let path = format!("/v3/conversations/{}/members", id::segment(channel));
        match self.send(self.call(Method::GET, &path, self.limits.bot(channel))).await {
            Ok(_) => Ok(true),
            Err(CallError::Gone | CallError::Reject(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn graph(&self) -> Result<&GraphClient, CallError> {
        self.graph.as_ref().ok_or_else(|| CallError::Reject("the app has no token for Graph".to_owned()))
    }

    /// Changes or takes back a message of the app's own.
    async fn change(&self, target: &MessageRef, body: Option<&Body>) -> Result<Receipt, CallError> {
        let (root, own) = id::parts(target.id.as_str());
        let behind = format!("/{}", id::segment(own));
        let conversation = match id::channel(&target.conversation.id) {
            Some((_, channel)) => thread(channel, root),
            None => target.conversation.id.as_str().to_owned(),
        };
        let conversation = conversation.as_str();
        let (call, losses) = match body {
            Some(body) => {
                let (activity, losses) = message(body);
                let call = self.activity(Method::PUT, conversation, &behind).effect(Effect::Once);
                (call.json(&activity), losses)
            }
            None => (self.activity(Method::DELETE, conversation, &behind), Vec::new()),
        };
        let answer = self.send(call.visible()).await?;
        Ok(Receipt { message: None, at: answered_at(&answer.headers, target), losses })
    }
}

/// A channel, or a thread in it, as the connector names it.
fn thread(channel: &str, root: Option<&str>) -> String {
    match root {
        Some(root) => format!("{channel};messageid={root}"),
        None => channel.to_owned(),
    }
}

fn message(body: &Body) -> (NewActivity<'static>, Vec<Loss>) {
    let (text, losses) = text_out::bot(body);
    (NewActivity { kind: "message", text_format: "xml", text, reply_to_id: None }, losses)
}

fn no_history<T>() -> Result<T, CallError> {
    Err(CallError::Reject("a Teams bot cannot read its conversations".to_owned()))
}

#[async_trait]
impl Client for BotClient {
    async fn deliver(&self, draft: &Draft) -> Result<Receipt, CallError> {
        match &draft.operation {
            Operation::Send { to, thread, body } => self.say(to, thread.as_ref(), body).await,
            Operation::Edit { target, body } => self.change(target, Some(body)).await,
            Operation::Delete { target } => self.change(target, None).await,
            Operation::React { .. } => Err(CallError::Reject("the Entente app does not react".to_owned())),
        }
    }

    /// Refused but in groups, where Graph tells: elsewhere nobody can say whether a bot's message arrived.
    async fn sent_since(&self, to: &Destination, since: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        match to {
            Destination::Conversation(group) => match self.graph_of(group.id.as_str()) {
                Some(graph) => graph.sent_by(&self.site.client_id, group, since).await,
                None => no_history(),
            },
            Destination::Direct(_) => no_history(),
        }
    }

    /// Refused but in channels and groups.
    async fn fetch(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        match (id::channel(&message.conversation.id), self.graph_of(message.conversation.id.as_str())) {
            (Some(_), _) => self.graph()?.one_in_channel(message).await,
            (None, Some(graph)) => graph.one(message).await,
            (None, None) => no_history(),
        }
    }

    /// Refused but in channels and groups.
    async fn catch_up(&self, conversation: &ConversationRef, mark: &Mark) -> Result<CatchUp, CallError> {
        match (id::channel(&conversation.id), self.graph_of(conversation.id.as_str())) {
            (Some(_), _) => self.graph()?.channel_since(conversation, mark).await,
            (None, Some(graph)) => graph.read(conversation, mark).await,
            (None, None) => no_history(),
        }
    }

    async fn backfill(&self, channel: &ConversationRef, span: &Span) -> Result<Piece, CallError> {
        self.graph()?.oldest(channel, span).await
    }

    /// By name, `TEAM/CHANNEL`. The app is a member if the connector shows it who is: it is installed in the team.
    async fn channel(&self, wanted: &str) -> Result<Option<Channel>, CallError> {
        let graph = self.graph()?;
        let Some((team, channel)) = graph.team_and_channel(wanted).await? else { return Ok(None) };
        let mut members = graph.people_of_team(&team.id).await?;
        if self.is_in(&channel.id).await? {
            members.push(id::account(&self.site.workspace, &own_id(&self.site.client_id)));
        }
        let named = |one: &Named| one.display_name.clone().unwrap_or_else(|| one.id.clone());
        Ok(Some(Channel {
            at: id::channel_at(&self.site.workspace, &team.id, &channel.id),
            name: format!("{}/{}", named(&team), named(&channel)),
            archived: channel.is_archived == Some(true),
            members,
        }))
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

    /// Everybody in a team is in its standard channels; who is in a team, its owners say.
    async fn admit(&self, _: &ConversationRef, _: &AccountRef) -> Result<(), CallError> {
        Err(CallError::Reject("who is in a team of Microsoft Teams is for its owners to say".to_owned()))
    }

    async fn dismiss(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        self.admit(group, account).await
    }

    async fn author(&self, message: &MessageRef, account: &AccountRef) -> Result<Option<Account>, CallError> {
        self.graph()?.author_in_channel(message, account).await
    }

    async fn look_at(&self, channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        self.graph()?.stands(channel).await
    }

    async fn name_channel(&self, channel: &ConversationRef, title: &str) -> Result<String, CallError> {
        let name = nearest(title).ok_or_else(|| CallError::Reject("it can have no such name".to_owned()))?;
        let changed = Changed { display_name: Some(&name), ..Changed::default() };
        self.graph()?.change_channel(channel, &changed).await?;
        Ok(name)
    }

    async fn set_topic(&self, channel: &ConversationRef, topic: &str) -> Result<String, CallError> {
        let about = fitting(topic);
        let changed = Changed { description: Some(&about), ..Changed::default() };
        self.graph()?.change_channel(channel, &changed).await?;
        Ok(about)
    }

    /// A group is read by its right in Graph, in it or not. Its conversations with people are known to the connector alone: Bot
    /// Connector API, "Get Conversation Members".
    async fn conversation(&self, conversation: &ConversationRef) -> Result<Option<Conversation>, CallError> {
        if let Some(graph) = self.graph_of(conversation.id.as_str()) {
            return graph.chat(conversation).await;
        }
        let path = format!("/v3/conversations/{}/members", id::segment(conversation.id.as_str()));
        let call = self.call(Method::GET, &path, self.limits.bot(conversation.id.as_str()));
        let answer = match self.send(call).await {
            Err(CallError::Gone) => return Ok(None),
            answered => answered?,
        };
        let people: Vec<TeamsMember> = answer.json().map_err(|_| CallError::Retry { after: None })?;
        let own = own_id(&self.site.client_id);
        let others: Vec<_> = people.into_iter().filter(|person| person.id != own).collect();
        let [person] = others.as_slice() else {
            return Ok(Some(Conversation {
                at: conversation.clone(),
                kind: ConversationKind::Other,
                name: None,
                members: Vec::new(),
            }));
        };
        let person = person.aad_object_id.as_deref().unwrap_or(&person.id);
        let members = [person, &own].map(|id| id::account(&self.site.workspace, id)).to_vec();
        Ok(Some(Conversation {
            at: conversation.clone(),
            kind: ConversationKind::Direct,
            name: None,
            members,
        }))
    }

    /// Known without asking: the app is its client id, and no call tells a bot its name.
    async fn me(&self) -> Result<Account, CallError> {
        Ok(Account {
            account: id::account(&self.site.workspace, &own_id(&self.site.client_id)),
            name: "Entente".to_owned(),
            email: String::new(),
            bot: true,
            active: true,
            picture: None,
            department: None,
        })
    }

    /// Empty: the directory is read by the app's right in Graph, which is another token.
    async fn directory(&self, _: Option<String>) -> Result<Page<Account>, CallError> {
        Ok(Page { items: Vec::new(), next: None })
    }

    async fn listen(&self, wanted: &Listen<'_>) -> Result<Listening, CallError> {
        if let Some(graph) = &self.graph
            && wanted.conversations.iter().any(|one| id::channel(&one.id).is_some())
        {
            return graph.subscribe_channels(wanted, false).await;
        }
        Ok(Listening { rung: Rung::Own, again: Duration::from_hours(1), resumed: false })
    }

    async fn confirm(&self, wanted: &Listen<'_>) -> Result<Listening, CallError> {
        match &self.graph {
            Some(graph) if wanted.conversations.iter().any(|one| id::channel(&one.id).is_some()) => {
                graph.subscribe_channels(wanted, true).await
            }
            _ => self.listen(wanted).await,
        }
    }

    async fn public_keys(&self) -> Result<Vec<(String, Arc<[u8]>)>, CallError> {
        crate::directory::public_keys(&self.site, &self.http).await
    }
}
