//! Webhooks of one login. "Create a Webhook", "List Webhooks", "Update a Webhook", "Delete a Webhook", "Webhooks" guide.
//!
//! Five webhooks a login, for messages created, updated and deleted and for whoever comes into a room or leaves it, this
//! account above all: these are in the published description, the one for everything is not, and would report much that
//! nobody reads. A webhook whose deliveries fail becomes inactive without a
//! word, by a rule that is not documented, and never sends what it missed; so this is asked for every minute, and says
//! when the history must be read.

use std::time::Duration;

use entente_model::CallError;
use entente_platform::{Call, Effect, Listen, Listening, Rung};
use http::Method;

use crate::client::{WebexClient, read};
use crate::hook;
use crate::wire::list::List;
use crate::wire::outgoing::{NewWebhook, Revival};
use crate::wire::webhook::Webhook;
use crate::{id, refusal};

/// What is reported: a resource and what happens to it.
type Matter = (&'static str, &'static str);

const MATTERS: [Matter; 5] = [
    ("messages", "created"),
    ("messages", "updated"),
    ("messages", "deleted"),
    ("memberships", "created"),
    ("memberships", "deleted"),
];

/// What the names of our webhooks begin with.
const NAME: &str = "entente";

/// How often to look.
const AGAIN: Duration = Duration::from_mins(1);

/// The most pages of webhooks that one login can have.
const PAGES: usize = 10;

impl WebexClient {
    /// Makes the login's webhooks as they should be.
    pub(crate) async fn subscribe(&self, wanted: &Listen<'_>) -> Result<Listening, CallError> {
        let channel = hook::channel(wanted.login);
        let target = [wanted.callback.as_str().trim_end_matches('/'), "/", &channel].concat();
        let secret = wanted.key.secret(&channel);
        let mut resumed = false;
        let mut kept: Vec<Matter> = Vec::with_capacity(MATTERS.len());
        for webhook in self.webhooks().await?.iter().filter(|webhook| ours(webhook, &target)) {
            match MATTERS.into_iter().find(|matter| serves(webhook, *matter, &target)) {
                Some(matter) if !kept.contains(&matter) => {
                    kept.push(matter);
                    let active = webhook.status.as_deref() == Some("active");
                    let other_secret = webhook.secret.as_ref().is_some_and(|shown| *shown != secret);
                    if !active || other_secret {
                        self.revive(webhook, matter, &target, &secret).await?;
                        resumed = true;
                    }
                }
                // Of an earlier address of ours, or one too many.
                _ => self.remove(webhook).await?,
            }
        }
        for matter in MATTERS.into_iter().filter(|matter| !kept.contains(matter)) {
            self.create(matter, &target, &secret).await?;
            resumed = true;
        }
        Ok(Listening { rung: Rung::Own, again: AGAIN, resumed })
    }

    async fn webhooks(&self) -> Result<Vec<Webhook>, CallError> {
        let mut all = Vec::new();
        let mut call = self.get("/webhooks?max=100", self.limits.other())?;
        for _ in 0..PAGES {
            let answer = self.send(call).await.map_err(refusal::call)?;
            all.extend(read::<List<Webhook>>(&answer)?.items);
            let Some(next) = self.next_of(&answer)? else { break };
            call = Call { limits: self.limits.other(), ..Call::new(Method::GET, next) };
        }
        Ok(all)
    }

    async fn create(&self, matter: Matter, target: &str, secret: &str) -> Result<(), CallError> {
        let name = name(matter);
        let (resource, event) = matter;
        let webhook = NewWebhook { name: &name, target_url: target, resource, event, secret };
        let call = Call { limits: self.limits.other(), ..Call::new(Method::POST, self.url("/webhooks")?) };
        // One too many is removed the next time.
        let made = self.send(call.json(&webhook).effect(Effect::Repeatable)).await;
        match made {
            Ok(_) => Ok(()),
            // Somebody else has made it meanwhile.
            Err(failure) if failure.status.is_some_and(|status| status.as_u16() == 409) => Ok(()),
            Err(failure) => Err(refusal::call(failure)),
        }
    }

    async fn revive(
        &self,
        webhook: &Webhook,
        matter: Matter,
        target: &str,
        secret: &str,
    ) -> Result<(), CallError> {
        let name = name(matter);
        let revival = Revival { name: &name, target_url: target, secret, status: "active" };
        let call = self.one_webhook(Method::PUT, webhook)?.json(&revival);
        // One that is gone meanwhile is made anew by the next look, soon.
        if self.find_done(call).await? { Ok(()) } else { Err(CallError::Retry { after: None }) }
    }

    async fn remove(&self, webhook: &Webhook) -> Result<(), CallError> {
        self.find_done(self.one_webhook(Method::DELETE, webhook)?).await.map(drop)
    }

    fn one_webhook(&self, method: Method, webhook: &Webhook) -> Result<Call, CallError> {
        let url = self.url(&["/webhooks/", &id::segment(&webhook.id)].concat())?;
        Ok(Call { limits: self.limits.other(), ..Call::new(method, url) })
    }

    async fn find_done(&self, call: Call) -> Result<bool, CallError> {
        self.find(call).await.map(|answer| answer.is_some())
    }
}

fn name((resource, event): Matter) -> String {
    match resource {
        "messages" => [NAME, " ", event].concat(),
        _ => [NAME, " ", resource, " ", event].concat(),
    }
}

/// Whether we have made it, for this address or an earlier one. Others' webhooks of the same bot are left alone.
fn ours(webhook: &Webhook, target: &str) -> bool {
    let named =
        webhook.name.as_deref().is_some_and(|name| MATTERS.iter().any(|matter| name == self::name(*matter)));
    named || webhook.target_url.as_deref() == Some(target)
}

fn serves(webhook: &Webhook, (resource, event): Matter, target: &str) -> bool {
    webhook.target_url.as_deref() == Some(target)
        && webhook.resource.as_deref() == Some(resource)
        && webhook.event.as_deref() == Some(event)
        && webhook.filter.is_none()
}
