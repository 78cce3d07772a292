//! `users.list`, `users.info`, `users.lookupByEmail`, `users.profile.get`, `users.getPresence`, each by its page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::{Slack, shape};

/// The most people on one page.
const MOST: usize = 1000;

/// `users.list`: everybody in the workspace, Slackbot, bots and the deactivated included. Without `limit` all at once, which
/// a large workspace refuses.
pub(super) fn list(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let world = slack.world();
    let paged =
        call.args.number("limit").is_some_and(|limit| limit != 0) || call.args.text("cursor").is_some();
    let too_many = call.switches.users_list_needs_limit_over.is_some_and(|most| world.people.len() > most);
    if !paged && too_many {
        return Err(Refusal::new("limit_required"));
    }
    let limit = if paged { call.limit(MOST, MOST) } else { usize::MAX };
    let from = match call.args.text("cursor") {
        None => 0,
        Some(cursor) => {
            let id = read_cursor(cursor, "user:")?;
            world.people.get(&id).ok_or_else(|| Refusal::new("invalid_cursor"))?.position
        }
    };
    let page: Vec<Value> =
        world.people.from(from).take(limit).map(|person| shape::user(&world, person, caller)).collect();
    let next = world.people.from(from.saturating_add(limit)).next();
    let next = next.map_or_else(String::new, |person| cursor("user:", &person.id));
    let body =
        json!({"members": page, "cache_ts": call.seconds(), "response_metadata": {"next_cursor": next}});
    Ok(Answer::ok(body))
}

/// A cursor in the form the service shows in its examples.
pub(super) fn cursor(word: &str, at: &str) -> String {
    STANDARD.encode(format!("{word}{at}"))
}

/// # Errors
/// `invalid_cursor`.
pub(super) fn read_cursor(cursor: &str, word: &str) -> Result<String, Refusal> {
    let decoded = STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let at = decoded.and_then(|text| text.strip_prefix(word).map(str::to_owned));
    at.ok_or_else(|| Refusal::new("invalid_cursor"))
}

/// `users.info`.
pub(super) fn info(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let id = call.args.needed("user")?;
    let world = slack.world();
    let person = world.people.get(id).ok_or_else(|| Refusal::new("user_not_found"))?;
    let mut user = shape::user(&world, person, caller);
    if call.args.flag("include_locale") == Some(true) {
        user["locale"] = "en-GB".into();
    }
    Ok(Answer::ok(json!({"user": user})))
}

/// `users.lookupByEmail`: finds neither bots nor the deactivated.
pub(super) fn by_email(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let email = call.args.needed("email")?;
    let world = slack.world();
    let person = world.people.by_email(email).filter(|person| !person.deleted);
    let person = person.ok_or_else(|| Refusal::new("users_not_found"))?;
    Ok(Answer::ok(json!({"user": shape::user(&world, person, caller)})))
}

/// `users.profile.get`: one's own without `user`.
pub(super) fn profile(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let id = call.args.text("user").unwrap_or(&caller.user);
    let world = slack.world();
    let person = world.people.get(id).ok_or_else(|| Refusal::new("user_not_found"))?;
    let mut profile = shape::profile(&world, person, caller.may("users:read.email"));
    profile["fields"] = json!({});
    Ok(Answer::ok(json!({"profile": profile})))
}

/// `users.getPresence`: everybody with an account that is not deactivated counts as there.
pub(super) fn presence(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let id = call.args.text("user").unwrap_or(&caller.user);
    let world = slack.world();
    let person = world.people.get(id).ok_or_else(|| Refusal::new("user_not_found"))?;
    let presence = if person.deleted { "away" } else { "active" };
    Ok(Answer::ok(json!({"presence": presence})))
}
