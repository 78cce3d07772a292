//! Seeing to it that what is said around a person is reported. Graph: "Create subscription", "Get change notifications
//! for messages in Teams channels and chats", "Reduce missing subscriptions and change notifications".
//!
//! Microsoft's pages disagree on whether a person's token may subscribe to all chats of that person, so there is a ladder:
//! (1) the person's own token for all chats, (2) the app's token for all chats of the person, (3) the person's token for
//! each known chat, (4) nothing, and asking. A 403 leads one rung down, any other failure is one. A rung that stands is
//! kept without asking for a better one; once something has to be made or renewed, the ladder is tried from its top.
//!
//! Nothing is remembered here: what exists is listed. A subscription is ours if it reports to the workspace's address,
//! and good if the address bears the tag of the secret in use (Graph never shows a client state, so without it one made
//! before a change of keys could not be told from a good one) and content is encrypted to the certificate in use.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entente_model::{CallError, Timestamp};
use entente_platform::{Call, Effect, Failure, Listen, Listening, LoginKind, Rung, Tokens};
use http::Method;

use crate::client::GraphClient;
use crate::wire::list::List;
use crate::wire::subscription::{NewSubscription, Renewal, Subscription};
use crate::{hook, id, refusal};

/// How long a subscription is asked to live: five minutes less than the most a chat message's may (4,320 minutes, by
/// Graph's clock). Graph: `subscription`, maximum length per resource type.
const LIFE: Duration = Duration::from_mins(4_320 - 5);

/// How often it is renewed. A subscription is authorized by the token it was last renewed with, and tokens last little
/// more than an hour; renewed twice in that time it never comes to a notice that authorization is about to end, and a
/// notice that comes all the same is answered soon even if it was lost.
const RENEW: Duration = Duration::from_mins(30);

/// How often to look whether everything is still there.
const LOOK: Duration = Duration::from_mins(5);

/// The same where looking means listing what the app holds for everybody.
const LOOK_AS_APP: Duration = Duration::from_mins(15);

/// How often to look where nothing has to be held.
const LOOK_IDLE: Duration = Duration::from_hours(1);

/// The most pages of subscriptions that are listed.
const PAGES: usize = 200;

/// What is wanted, spelled out once.
struct Plan<'a> {
    /// Everything that is ours reports below it.
    below: String,
    changes: String,
    lifecycle: String,
    state: String,
    /// Our certificate: its id, and it in base64.
    certificate: Option<(&'a str, String)>,
    now: Timestamp,
    /// Renew even what is not due.
    confirm: bool,
}

impl<'a> Plan<'a> {
    fn new(wanted: &Listen<'a>, confirm: bool) -> Self {
        let below = format!("{}/", wanted.callback.as_str().trim_end_matches('/'));
        let state = hook::client_state(wanted.key, wanted.login);
        let hash = digest::digest(&digest::SHA256, state.as_bytes());
        let tag = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..9]);
        Self {
            changes: format!("{below}{}?tag={tag}", hook::CHANGES),
            lifecycle: format!("{below}{}?tag={tag}", hook::LIFECYCLE),
            below,
            state,
            certificate: wanted.certificate.map(|(id, der)| (id, STANDARD.encode(der))),
            now: wanted.now,
            confirm,
        }
    }

    fn is_ours(&self, one: &Subscription) -> bool {
        one.notification_url.as_deref().is_some_and(|url| url.starts_with(&self.below))
    }

    /// Whether it is made as it would be made today, and has not ended.
    fn is_good(&self, one: &Subscription) -> bool {
        let content = match &self.certificate {
            Some((id, _)) => {
                one.include_resource_data == Some(true)
                    && one.encryption_certificate_id.as_deref() == Some(*id)
            }
            None => one.include_resource_data != Some(true),
        };
        content
            && one.notification_url.as_deref() == Some(self.changes.as_str())
            && self.left(one) > Duration::ZERO
    }

    fn left(&self, one: &Subscription) -> Duration {
        let end = one.expiration_date_time.as_deref().and_then(Timestamp::parse);
        end.map_or(Duration::ZERO, |end| end.since(self.now))
    }

    /// How long until it is to be renewed.
    fn due_in(&self, one: &Subscription) -> Duration {
        if self.confirm { Duration::ZERO } else { self.left(one).saturating_sub(LIFE.saturating_sub(RENEW)) }
    }

    fn end(&self) -> String {
        self.now.plus(LIFE).to_string()
    }
}

/// How a subscription came to be as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    /// Until it is due.
    due_in: Duration,
    /// Whether it was not there before.
    made: bool,
}

impl GraphClient {
    /// The same for channels, by the app's right. What a login that is no person's listens to is only this.
    pub(crate) async fn subscribe_channels(
        &self,
        wanted: &Listen<'_>,
        confirm: bool,
    ) -> Result<Listening, CallError> {
        let plan = Plan::new(wanted, confirm);
        let tokens = &*self.credentials.tokens;
        let channels = wanted.conversations.iter().filter_map(|one| id::channel(&one.id));
        let resources: Vec<_> =
            channels.map(|(team, channel)| format!("/teams/{team}/channels/{channel}/messages")).collect();
        let all = self.list(&plan, tokens).await.map_err(|failure| refusal::graph(&failure))?;
        let mut held = Vec::with_capacity(resources.len());
        for resource in &resources {
            match refused(self.hold(&plan, tokens, &all, resource).await)? {
                Some(one) => held.push(one),
                None => {
                    return Err(CallError::Reject(
                        "the application may not listen to channels: it needs ChannelMessage.Read.All, with an \
                         administrator's consent"
                            .to_owned(),
                    ));
                }
            }
        }
        let of_channel = |one: &Subscription| one.resource.trim_start_matches('/').starts_with("teams/");
        let unwanted =
            |one: &Subscription| of_channel(one) && !resources.iter().any(|resource| about(one, resource));
        for one in all.iter().filter(|one| unwanted(one)) {
            self.remove(tokens, one).await;
        }
        Ok(listening(Rung::Own, LOOK_AS_APP, held))
    }

    /// Makes, renews and tidies until what happens is reported.
    pub(crate) async fn subscribe(&self, wanted: &Listen<'_>, confirm: bool) -> Result<Listening, CallError> {
        if !matches!(self.credentials.kind, LoginKind::Account | LoginKind::Listener) {
            return Ok(Listening { rung: Rung::Own, again: LOOK_IDLE, resumed: false });
        }
        let plan = Plan::new(wanted, confirm);
        let own_tokens = &*self.credentials.tokens;
        let all = format!("/users/{}/chats/getAllMessages", self.own_id().await?);
        let own = self.list(&plan, own_tokens).await?;
        let app = match self.credentials.app_tokens.as_deref() {
            Some(tokens) if !own.iter().any(|one| about(one, &all) && plan.is_good(one)) => {
                refused(self.list(&plan, tokens).await.map_err(ungranted))?.map(|app| (tokens, app))
            }
            _ => None,
        };
        let stands = |among: &[Subscription], resource: &str| {
            among.iter().any(|one| about(one, resource) && plan.is_good(one) && !plan.due_in(one).is_zero())
        };
        // What is said to the app comes by another way and has no chat of Graph's.
        let chats = wanted.conversations.iter().filter(|one| !id::is_bots(&one.id));
        let resources: Vec<_> = chats.map(|one| format!("/chats/{}/messages", one.id)).collect();
        let below_stands = app.as_ref().is_some_and(|(_, app)| stands(app, &all))
            || (!resources.is_empty() && resources.iter().all(|one| stands(&own, one)));
        if !below_stands && let Some(held) = refused(self.hold(&plan, own_tokens, &own, &all).await)? {
            self.tidy(&plan, &own, |one| !about(one, &all)).await;
            return Ok(listening(Rung::Own, LOOK, [held]));
        }
        if let Some((tokens, app)) = &app
            && let Some(held) = refused(self.hold(&plan, *tokens, app, &all).await.map_err(ungranted))?
        {
            self.tidy(&plan, &own, |_| true).await;
            return Ok(listening(Rung::App, LOOK_AS_APP, [held]));
        }
        let mut held = Vec::with_capacity(resources.len());
        for resource in &resources {
            held.extend(refused(self.hold(&plan, own_tokens, &own, resource).await)?);
        }
        self.tidy(&plan, &own, |one| !resources.iter().any(|resource| about(one, resource))).await;
        // One chat that nobody may report is reason enough to ask: what is asked for covers all.
        let rung = if held.len() == resources.len() { Rung::PerConversation } else { Rung::Polling };
        Ok(listening(rung, LOOK, held))
    }

    /// Sees to one subscription: keeps, renews or makes it, and removes others of ours about the same.
    async fn hold(
        &self,
        plan: &Plan<'_>,
        tokens: &dyn Tokens,
        among: &[Subscription],
        resource: &str,
    ) -> Result<Held, Failure> {
        let mut ours: Vec<_> = among.iter().filter(|one| about(one, resource)).collect();
        let good = ours.iter().position(|one| plan.is_good(one)).map(|index| ours.swap_remove(index));
        for surplus in ours {
            self.remove(tokens, surplus).await;
        }
        if let Some(good) = good {
            let due_in = plan.due_in(good);
            if !due_in.is_zero() {
                return Ok(Held { due_in, made: false });
            }
            match self.renew(plan, tokens, good).await {
                // It ended meanwhile.
                Err(failure) if failure.error == CallError::Gone => {}
                renewed => return renewed.map(|()| Held { due_in: RENEW, made: false }),
            }
        }
        self.make(plan, tokens, resource).await.map(|()| Held { due_in: RENEW, made: true })
    }

    /// What is ours among what this token may see.
    async fn list(&self, plan: &Plan<'_>, tokens: &dyn Tokens) -> Result<Vec<Subscription>, Failure> {
        let mut ours = Vec::new();
        let mut url = self.url("/subscriptions");
        for _ in 0..PAGES {
            let call = Call { limits: self.limits.subscriptions(), ..Call::new(Method::GET, url) };
            let answer = self.http.send(call, Some(tokens)).await?;
            let page: List<Subscription> = answer.json().map_err(|_| unreadable())?;
            ours.extend(page.value.into_iter().filter(|one| plan.is_ours(one)));
            let Some(next) = page.next else { break };
            url = self.follow(&next).map_err(|error| Failure { error, ..unreadable() })?;
        }
        Ok(ours)
    }

    async fn make(&self, plan: &Plan<'_>, tokens: &dyn Tokens, resource: &str) -> Result<(), Failure> {
        let certificate = plan.certificate.as_ref();
        let subscription = NewSubscription {
            change_type: "created,updated,deleted",
            notification_url: &plan.changes,
            lifecycle_notification_url: &plan.lifecycle,
            resource,
            include_resource_data: certificate.map(|_| true),
            encryption_certificate: certificate.map(|(_, der)| der.as_str()),
            encryption_certificate_id: certificate.map(|(id, _)| *id),
            expiration_date_time: plan.end(),
            client_state: &plan.state,
        };
        let call = self.call(Method::POST, "/subscriptions", self.limits.subscriptions()).json(&subscription);
        // A second one would be found and removed the next time.
        self.http.send(call.effect(Effect::Repeatable), Some(tokens)).await.map(|_| ())
    }

    async fn renew(&self, plan: &Plan<'_>, tokens: &dyn Tokens, one: &Subscription) -> Result<(), Failure> {
        let renewal = Renewal { expiration_date_time: plan.end() };
        let call = self.call(Method::PATCH, &path(one), self.limits.subscriptions()).json(&renewal);
        self.http.send(call, Some(tokens)).await.map(|_| ())
    }

    /// Removes a subscription that is not wanted. If that fails it is tried the next time, and it ends by itself.
    async fn remove(&self, tokens: &dyn Tokens, one: &Subscription) {
        let call = self.call(Method::DELETE, &path(one), self.limits.subscriptions());
        let _ = self.http.send(call, Some(tokens)).await;
    }

    async fn tidy(&self, plan: &Plan<'_>, own: &[Subscription], unwanted: impl Fn(&Subscription) -> bool) {
        for one in own.iter().filter(|one| plan.is_ours(one) && unwanted(one)) {
            self.remove(&*self.credentials.tokens, one).await;
        }
    }
}

fn listening(rung: Rung, look: Duration, held: impl IntoIterator<Item = Held>) -> Listening {
    held.into_iter().fold(Listening { rung, again: look, resumed: false }, |listening, held| Listening {
        again: listening.again.min(held.due_in.max(Duration::from_secs(1))),
        resumed: listening.resumed || held.made,
        ..listening
    })
}

/// `None` for a rung that is not allowed.
fn refused<T>(result: Result<T, Failure>) -> Result<Option<T>, CallError> {
    match result {
        Ok(held) => Ok(Some(held)),
        Err(failure) if failure.status.is_some_and(|status| status.as_u16() == 403) => Ok(None),
        Err(failure) if failure.status.is_some_and(|status| status.as_u16() == 400) => {
            let code = refusal::code(&failure);
            Err(CallError::Reject(format!(
                "Microsoft did not accept the address for notifications, which it must reach over https from the \
                 internet and which must answer within ten seconds ({code})"
            )))
        }
        Err(failure) => Err(refusal::graph(&failure)),
    }
}

/// An app that gets no token of its own, or one that is not taken, is as good as one without the permission.
fn ungranted(failure: Failure) -> Failure {
    let ungranted = matches!(failure.error, CallError::Reauthorize)
        || (failure.status.is_none() && matches!(failure.error, CallError::Reject(_)));
    if ungranted { Failure { status: Some(http::StatusCode::FORBIDDEN), ..failure } } else { failure }
}

fn unreadable() -> Failure {
    Failure { error: CallError::Retry { after: None }, status: None, body: bytes::Bytes::new() }
}

/// Whether a subscription is about a resource. A leading slash and the case of key words are the vendor's choice.
fn about(one: &Subscription, resource: &str) -> bool {
    one.resource.trim_start_matches('/').eq_ignore_ascii_case(resource.trim_start_matches('/'))
}

fn path(one: &Subscription) -> String {
    format!("/subscriptions/{}", id::segment(&one.id))
}
