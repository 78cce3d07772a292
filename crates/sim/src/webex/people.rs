//! People ("List People", "Get Person Details", "Get My Own Details").
//!
//! Accounts are made by the operator (`POST /_sim/people`) and bots by applications; the administrator's calls that
//! create, update and delete people are left out and answer 405.

use serde::Serialize;
use uuid::Uuid;

use super::Webex;
use super::answer::{Answer, Outcome, Refusal};
use super::call::{Call, Caller};
use super::shape::{List, PersonShape};
use super::world::World;
use super::world::people::Person;
use super::{id, paging};

/// Ids that one `GET /people?id=` may name.
const MOST_IDS: usize = 85;

/// `GET /people`: "List People". Others than administrators must say whom they look for; an address is found within the
/// caller's organization only, where an outsider's is an empty list and not an error.
pub(super) fn list(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:people_read")?;
    let world = webex.world();
    if let Some(ids) = call.query("id") {
        return by_ids(&world, call, ids);
    }
    if let Some(email) = call.query("email") {
        let found = world.people.by_email(email).filter(|person| person.org == caller.org);
        let items = found.map(|person| shape(person, caller, call, false)).into_iter().collect();
        return Ok(Answer::json(&List { items }));
    }
    let prefix = match call.query("displayName") {
        Some(prefix) => prefix,
        None if caller.admin => "",
        None => return Err(Refusal::bad("Email, displayName, or id list should be specified.")),
    };
    by_name(&world, caller, call, prefix)
}

/// `GET /people/me`: "Get My Own Details", with every kind of token.
pub(super) fn me(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:people_read")?;
    let world = webex.world();
    let person = world.people.get(caller.person).ok_or_else(Refusal::missing)?;
    Ok(Answer::json(&shape(person, caller, call, true)))
}

/// `GET /people/{personId}`: "Get Person Details"; works across organizations, without presence.
pub(super) fn get(webex: &Webex, call: &Call) -> Outcome {
    let caller = call.caller_with("spark:people_read")?;
    let world = webex.world();
    let uuid = id::read_person(call.segment(1)).ok_or_else(Refusal::missing)?;
    let person = world.people.get(uuid).ok_or_else(Refusal::missing)?;
    Ok(Answer::json(&shape(person, caller, call, true)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ByIds<'a> {
    items: Vec<PersonShape<'a>>,
    not_found_ids: Vec<&'a str>,
}

fn by_ids(world: &World, call: &Call, ids: &str) -> Outcome {
    let ids: Vec<&str> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if ids.len() > MOST_IDS {
        return Err(Refusal::bad("Maximum number of IDs exceeded."));
    }
    let mut answer = ByIds { items: Vec::new(), not_found_ids: Vec::new() };
    for text in ids {
        match id::read_person(text).and_then(|uuid| world.people.get(uuid)) {
            // Presence is never in this answer, and neither is what only administrators see.
            Some(person) => answer.items.push(PersonShape::of(person, false, false, &call.switches)),
            None => answer.not_found_ids.push(text),
        }
    }
    Ok(Answer::json(&answer))
}

fn by_name(world: &World, caller: &Caller, call: &Call, prefix: &str) -> Outcome {
    let max = call.max(100, call.switches.people_max)?;
    // The cursor names the last person of the page before, and whether that was a bot.
    let (mut bots_only, mut after) = (false, None);
    if let Some(cursor) = call.query("cursor") {
        let (bot, key) = read_cursor(cursor).ok_or_else(paging::unknown_cursor)?;
        (bots_only, after) = (bot, Some(key));
    }
    let mut found: Vec<&Person> = Vec::new();
    if !bots_only {
        let people = world.people.named(false, prefix, after.take());
        found.extend(people.filter(|person| person.org == caller.org).take(max + 1));
    }
    if call.switches.bots_in_name_search && found.len() <= max {
        let bots = world.people.named(true, prefix, after);
        let rest = max + 1 - found.len();
        found.extend(bots.filter(|person| person.org == caller.org).take(rest));
    }
    let more = found.len() > max;
    found.truncate(max);
    let cursor = found.last().filter(|_| more).map(|last| {
        paging::seal(&format!("{} {} {}", u8::from(last.bot), last.uuid, last.name.to_lowercase()))
    });
    let items = found.into_iter().map(|person| shape(person, caller, call, false)).collect();
    Ok(Answer::json(&List { items }).next(cursor.map(|cursor| paging::next_url(call, &cursor))))
}

fn read_cursor(cursor: &str) -> Option<(bool, (String, Uuid))> {
    let text = paging::unseal(cursor)?;
    let mut parts = text.splitn(3, ' ');
    let bot = parts.next()? == "1";
    let uuid = Uuid::parse_str(parts.next()?).ok()?;
    Some((bot, (parts.next()?.to_owned(), uuid)))
}

/// What `caller` may see of somebody. Roles and licenses are shown for one person, not in lists.
fn shape<'a>(person: &'a Person, caller: &Caller, call: &Call, whole: bool) -> PersonShape<'a> {
    let inside = person.org == caller.org;
    let told = !caller.bot || call.switches.bots_see_presence;
    let presence = inside && told && call.query("excludeStatus") != Some("true");
    PersonShape::of(person, presence, whole && inside && caller.admin, &call.switches)
}
