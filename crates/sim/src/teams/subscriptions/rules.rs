//! Who may subscribe to what, and to how much.
//!
//! Graph: "Get change notifications for messages in Teams channels and chats" for resources, permissions and limits.
//! The sources disagree about one rung, a person's token on all own chats; every rung is a switch.

use std::sync::Arc;

use http::StatusCode;

use super::invalid;
use super::table::{Subscription, Target};
use crate::teams::answer::Refusal;
use crate::teams::call::segments;
use crate::teams::caller::{Caller, Needs};
use crate::teams::graph;
use crate::teams::sim::Sim;

const PERSON: &[&str] = &["Chat.Read", "Chat.ReadWrite"];
const APP: &[&str] = &["Chat.Read.All", "Chat.ReadWrite.All"];

/// One for an app and a chat.
const PER_CHAT: usize = 1;

/// Ten for a person's chats.
const PER_PERSON: usize = 10;

/// Ten thousand in an organization, over all apps.
const PER_TENANT: usize = 10_000;

/// `created,updated,deleted` in any order and number.
pub(super) fn change_types(text: &str) -> Result<String, Refusal> {
    if text.split(',').all(|one| ["created", "updated", "deleted"].contains(&one.trim())) {
        return Ok(text.to_owned());
    }
    Err(invalid(format!("Invalid 'changeType' attribute: '{text}'.")))
}

/// `https`; `http` only for the machine itself, where no certificate can be had.
pub(super) fn address(text: &str) -> Result<String, Refusal> {
    let parsed = url::Url::parse(text).ok();
    let local = |url: &url::Url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match parsed {
        Some(url) if url.scheme() == "https" || (url.scheme() == "http" && local(&url)) => {
            Ok(text.to_owned())
        }
        _ => Err(invalid(format!("Notification endpoint '{text}' must be an absolute HTTPS address."))),
    }
}

/// What a `resource` means, and whether it is one of the spellings that are reported never to fire.
pub(super) fn target(sim: &Sim, caller: &Caller, resource: &str) -> Result<(Target, bool), Refusal> {
    let path = resource.split('?').next().unwrap_or_default();
    let segments = segments(path);
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let me = || caller.person().map(|person| person.id.clone()).ok_or_else(|| unsupported(resource));
    let silenced = sim.switches().encoded_resource_never_fires;
    let encoded = silenced && path.contains('%');
    match segments.as_slice() {
        ["chats", "getAllMessages"] => Ok((Target::Tenant, false)),
        ["chats", id, "messages"] => Ok((Target::Chat((*id).into()), encoded)),
        ["teams", team, "channels", id, "messages"] => match sim.chats().channel(team, id) {
            Some(channel) => Ok((Target::Chat(Arc::clone(&channel.id)), encoded)),
            None => Err(Refusal::not_found(format!("NotFound: thread '{id}' is not found."))),
        },
        ["me", "chats", id, "messages"] => Ok((Target::Chat((*id).into()), silenced)),
        ["me", "chats", "getAllMessages"] => Ok((Target::Person(me()?), false)),
        ["users", key, "chats", "getAllMessages"] => {
            let person = sim.people.find(key).ok_or_else(|| Refusal::no_such_user(key))?;
            Ok((Target::Person(person.id.clone()), encoded))
        }
        _ => Err(unsupported(resource)),
    }
}

fn unsupported(resource: &str) -> Refusal {
    invalid(format!("Unsupported resource '{resource}'."))
}

/// Whether the caller may listen to the target at all.
pub(super) fn allowed(sim: &Sim, caller: &Caller, target: &Target) -> Result<(), Refusal> {
    let switches = sim.switches();
    let not_supported = || {
        Refusal::forbidden(
            "Operation: Create; Exception: [Status Code: Forbidden; Reason: The caller is not allowed to subscribe to this resource with this kind of token.]",
        )
    };
    caller.licensed()?;
    let channel = |id: &str| sim.chats().get(id).is_some_and(|chat| chat.team.is_some());
    let needs = match target {
        Target::Chat(id) if channel(id) => graph::channel::READ,
        Target::Tenant => Needs { delegated: &[], application: APP },
        _ => Needs { delegated: PERSON, application: APP },
    };
    caller.needs(&needs)?;
    let Some(person) = caller.person() else {
        if switches.protected_api_refused {
            return Err(Refusal::forbidden(
                "Invoked API requires Protected API access in application-only context when not using Resource \
                 Specific Consent.",
            ));
        }
        let open = match target {
            Target::Tenant => switches.app_tenant_subscription,
            Target::Person(_) => switches.app_user_subscription,
            Target::Chat(id) => return exists(sim, id),
        };
        return if open { Ok(()) } else { Err(not_supported()) };
    };
    match target {
        Target::Tenant => Err(not_supported()),
        Target::Person(id) if *id != person.id || !switches.delegated_user_subscription => {
            Err(not_supported())
        }
        Target::Person(_) => Ok(()),
        Target::Chat(_) if !switches.delegated_chat_subscription => Err(not_supported()),
        Target::Chat(id) => {
            exists(sim, id)?;
            if sim.chats().get(id).is_some_and(|chat| chat.has(&person.id)) {
                return Ok(());
            }
            Err(not_supported())
        }
    }
}

fn exists(sim: &Sim, chat: &str) -> Result<(), Refusal> {
    if sim.chats().get(chat).is_some() {
        return Ok(());
    }
    Err(Refusal::not_found(format!("NotFound: thread '{chat}' is not found.")))
}

/// The numbers an app, a person and an organization may have.
pub(super) fn room_for_another(sim: &Sim, caller: &Caller, target: &Target) -> Result<(), Refusal> {
    let now = sim.now();
    let subscriptions = sim.subscriptions();
    let mine = subscriptions.on(target).filter(|one| one.app == *caller.app() && one.expires > now).count();
    let (count, most) = match target {
        Target::Person(_) => (mine, PER_PERSON),
        Target::Chat(_) | Target::Tenant => (mine, PER_CHAT),
    };
    let full = |most: usize| {
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            format!(
                "Operation: Create; Exception: [Status Code: Forbidden; Reason: '{}' has reached its limit of {most} subscription(s).]",
                target.words()
            ),
        ))
    };
    if count >= most {
        return full(most);
    }
    if subscriptions.len() >= PER_TENANT {
        return full(PER_TENANT);
    }
    let per_user = sim.switches().chat_subscriptions_per_user;
    if let (Target::Chat(_), Some(most), Some(person)) = (target, per_user, caller.person()) {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let own = |one: &&Arc<Subscription>| {
            let same = one.person.as_ref().is_some_and(|maker| maker.id == person.id);
            same && one.app == *caller.app() && matches!(one.target, Target::Chat(_)) && one.expires > now
        };
        if subscriptions.all().filter(own).count() >= most {
            return full(most);
        }
    }
    Ok(())
}
