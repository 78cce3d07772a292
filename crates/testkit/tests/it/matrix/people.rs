//! Who is who on a platform, as its simulator lists them.

use entente_testkit::{Place, World};
use serde_json::Value;

/// Somebody's account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
}

/// Whom a message may call, by their accounts where it is written.
pub(super) struct Called {
    /// Whoever it is written to.
    pub(super) reader: Account,
    /// Somebody else.
    pub(super) third: Account,
    /// All who are there, by the conversation's id, where that is a group or channel.
    pub(super) all: Option<String>,
}

/// The account by which somebody is found on a platform: their own, or what stands in for them.
pub(super) async fn account(world: &World, place: Place, email: &str) -> Account {
    let email = world.address_at(place, email).await;
    let people = world.look(place, "/_sim/people").await;
    let found = people["items"].as_array().and_then(|all| all.iter().find(|one| one["email"] == email));
    let found = found.unwrap_or_else(|| panic!("{email} is not at {place:?}"));
    Account { id: text(found, "id"), name: text(found, "name"), email }
}

pub(super) fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

pub(super) fn items(value: &Value) -> &[Value] {
    value["items"].as_array().map_or(&[], Vec::as_slice)
}

/// A conversation of somebody with an account, as `GET /_sim/conversations` lists it.
pub(super) async fn conversation(world: &World, place: Place, person: &str, other: &str) -> Option<Value> {
    let all = world.look(place, &format!("/_sim/conversations?person={}", query(person))).await;
    let with = |one: &&Value| {
        let members = one["members"].as_array().into_iter().flatten();
        one["with"]["id"] == other || members.into_iter().any(|member| member["id"] == other)
    };
    items(&all).iter().find(with).cloned()
}

/// A text as part of a query.
pub(super) fn query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
