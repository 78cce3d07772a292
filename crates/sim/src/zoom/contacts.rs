//! "Team Chat: Contacts" and "Invitations": who is whose contact, and who can therefore be written to.
//!
//! Everybody of the account is a company contact (a switch); people of other accounts become external contacts when they
//! accept an invitation. Their user id stays empty, their member id is what stands for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Zoom;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::world::World;
use super::world::people::Person;
use super::{input, paging};
use crate::zoom::switches::Switches;

/// `GET /chat/users/me/contacts`: "List a user's contacts"; `type` is `company` unless it says `external`.
pub(super) fn list(zoom: &Zoom, call: &Call) -> Outcome {
    let size = input::number(call, "page_size", 10, 50)?;
    let external = match call.query("type") {
        None | Some("company") => false,
        Some("external") => true,
        Some(_) => return Err(Refusal::field("type", "Invalid field.")),
    };
    let world = zoom.world();
    let me = call.acting(&world, "me")?;
    let shown = |other: &&Person| {
        (other.account != me.account) == external && other.active && known(me, other, &call.switches)
    };
    let (page, next) = paging::page(world.people.by_name().filter(shown), paging::start(call)?, size);
    let contacts: Vec<Value> = page.into_iter().map(|other| shape(me, other)).collect();
    let shape = json!({"contacts": contacts, "page_size": size, "next_page_token": paging::next(call, next)});
    Ok(Answer::json(&shape))
}

/// `GET /chat/users/me/contacts/{identifier}`: "Get a user's contact details", by user id, address or member id.
pub(super) fn get(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    let me = call.acting(&world, "me")?;
    let identifier = call.segment(5);
    let other = world.people.find(identifier).filter(|other| known(me, other, &call.switches));
    let other = other.ok_or_else(|| Refusal::no_user(identifier))?;
    let mut shape = shape(me, other);
    if input::flag(call, "query_presence_status", false)? {
        shape["presence_status"] = json!(if other.active { "Available" } else { "Offline" });
    }
    Ok(Answer::json(&shape))
}

/// `GET /contacts`: "Search company contacts", by the beginning of a name or by the address.
pub(super) fn search(zoom: &Zoom, call: &Call) -> Outcome {
    let size = input::number(call, "page_size", 1, 25)?;
    let key = call.query("search_key").ok_or_else(|| Refusal::field("search_key", "Invalid field."))?;
    let key = key.to_lowercase();
    let world = zoom.world();
    let shown = |person: &&Person| {
        let (first, last) = person.names();
        let fits =
            [person.name.as_str(), first, last].iter().any(|name| name.to_lowercase().starts_with(&key));
        person.account == world.account && (fits || person.email == key)
    };
    let (page, next) = paging::page(world.people.by_name().filter(shown), paging::start(call)?, size);
    let contacts: Vec<Value> = page
        .into_iter()
        .map(|person| {
            let mut shape = shape(person, person);
            shape["display_name"] = person.name.as_str().into();
            shape["dept"] = person.department.as_str().into();
            shape["contact_type"] = 1.into();
            shape["user_status"] = if person.active { "active" } else { "inactive" }.into();
            shape
        })
        .collect();
    let shape = json!({"contacts": contacts, "page_size": size, "next_page_token": paging::next(call, next)});
    Ok(Answer::json(&shape))
}

#[derive(Debug, Deserialize)]
struct Invitation {
    #[serde(default)]
    email: String,
}

/// `POST /chat/users/{userId}/invitations`: "Send new contact invitation". It waits until the other one accepts.
pub(super) fn invite(zoom: &Zoom, call: &Call) -> Outcome {
    let Invitation { email } = input::json(call)?;
    if !email.contains('@') {
        return Err(Refusal::field("email", "Invalid email format."));
    }
    let mut world = zoom.world();
    let me = call.acting(&world, call.segment(3))?;
    let me = Arc::clone(&me.id);
    // An address nobody has is invited to Zoom instead, which looks the same from here.
    let invited = world.people.find(&email).map(|person| Arc::clone(&person.id));
    if let Some(person) = invited.as_ref().and_then(|invited| world.people.get_mut(invited)) {
        person.invited_by.insert(Arc::clone(&me));
    }
    let change = json!({"kind": "contact.invited", "person": &*me, "other": invited.as_deref()});
    Ok(Answer::nothing().changed(change))
}

/// Whether `one` has `other` as a contact.
pub(super) fn known(one: &Person, other: &Person, switches: &Switches) -> bool {
    let company = one.account == other.account && switches.company_contacts && one.id != other.id;
    company || one.contacts.contains(&other.id)
}

/// Somebody whom `one` can write to: the reader of `to_contact` everywhere.
///
/// # Errors
/// 404 with code 1001 for anybody else.
pub(super) fn reachable<'a>(
    world: &'a World,
    one: &Person,
    contact: &str,
    switches: &Switches,
) -> Result<&'a Person, Refusal> {
    let other = world.people.find(contact).filter(|other| {
        // The user id of somebody outside is told to nobody, so nobody can name it.
        let nameable = other.account == one.account || *contact != *other.id;
        let own = other.id == one.id && switches.self_chat;
        nameable && other.active && (own || known(one, other, switches))
    });
    other.ok_or_else(|| Refusal::no_user(contact))
}

/// Makes two people each other's contacts, or strangers.
pub(super) fn connect(world: &mut World, one: &Arc<str>, other: &Arc<str>, connected: bool) {
    for (person, friend) in [(one, other), (other, one)] {
        if let Some(person) = world.people.get_mut(person) {
            let contacts: &mut BTreeSet<Arc<str>> = &mut person.contacts;
            if connected {
                contacts.insert(Arc::clone(friend));
                person.invited_by.remove(friend);
            } else {
                contacts.remove(friend);
            }
        }
    }
}

fn shape(one: &Person, other: &Person) -> Value {
    let (first, last) = other.names();
    json!({
        "id": if one.account == other.account { &*other.id } else { "" },
        "member_id": &*other.member,
        "email": other.email,
        "first_name": first,
        "last_name": last,
    })
}
