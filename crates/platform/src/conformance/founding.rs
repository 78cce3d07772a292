//! Channels that are made to be linked: once, under their name, with whoever makes them in them.

use std::time::Duration;

use entente_model::{CallError, Channel};

use super::World;
use super::bench::{Fault, break_next, client};
use crate::{Client, Presence, WantedChannel};

const NAME: &str = "Launch plan";
const MARK: &str = "0123456789abcdef";

fn wanted(name: &str) -> WantedChannel<'_> {
    WantedChannel { name, mark: MARK }
}

fn presence(world: &dyn World) -> Option<Presence> {
    world.platform().profile().capabilities.channels.map(|channels| channels.app)
}

/// The same in letters alone, behind what it is a part of.
fn letters(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or_default();
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A channel as whoever made it sees it.
async fn seen(client: &dyn Client, at: &entente_model::ConversationRef) -> Channel {
    client.channel(at.id.as_str()).await.unwrap().expect("whoever made it sees it")
}

/// It can be linked at once: it is found by its id, is called as was wanted, and the app is in it where it must be.
pub async fn a_channel_is_made_and_found_by_its_name(world: &dyn World) {
    let Some(presence) = presence(world) else { return };
    let client = client(world, world.founder());
    let name = world.whole_name(NAME);
    assert_eq!(client.channel(&name).await, Ok(None));
    let made = client.make_channel(&wanted(&name)).await.unwrap();
    let found = seen(&*client, &made).await;
    assert_eq!((&found.at, letters(&found.name), found.archived), (&made, letters(NAME), false));
    let own = client.me().await.unwrap().account;
    assert!(!presence.joins() || found.members.contains(&own), "{:?}", found.members);
    let again = client.channel(&found.name).await.unwrap().map(|again| again.at);
    assert_eq!(again, Some(made.clone()), "its name finds it");
    let now = client.look_at(&made).await.unwrap().expect("it is there");
    assert_eq!((letters(&now.title), now.archived), (letters(NAME), false));
}

/// After a lost answer the channel that was made is found, and nothing where none was made.
pub async fn a_channel_whose_answer_is_lost_is_found(world: &dyn World) {
    if presence(world).is_none() {
        return;
    }
    let client = client(world, world.founder());
    let name = world.whole_name(NAME);
    let wanted = wanted(&name);
    let since = world.now();
    tick().await;
    assert_eq!(client.find_channel(&wanted, since).await, Ok(None));
    break_next(world, world.founding(), Fault::Status(403, None), false, 1).await;
    let refused = client.make_channel(&wanted).await;
    assert!(matches!(refused, Err(CallError::Reject(_) | CallError::Lacks(_))), "{refused:?}");
    break_next(world, world.founding(), Fault::Status(429, Some("1")), false, 1).await;
    let refused = client.make_channel(&wanted).await;
    assert!(matches!(refused, Err(CallError::Retry { .. })), "{refused:?}");
    tick().await;
    assert_eq!(client.find_channel(&wanted, since).await, Ok(None), "none was made");
    break_next(world, world.founding(), Fault::Timeout, true, 1).await;
    assert_eq!(client.make_channel(&wanted).await, Err(CallError::Unknown));
    let found = client.find_channel(&wanted, since).await.unwrap().expect("it was made");
    assert_eq!(letters(&seen(&*client, &found).await.name), letters(NAME));
    assert_eq!(client.find_channel(&wanted, since).await, Ok(Some(found)), "also later");
    let other = world.whole_name("Another");
    let other = WantedChannel { name: &other, mark: "fedcba9876543210" };
    assert_eq!(client.find_channel(&other, since).await, Ok(None), "it is nobody else's");
}

/// Where names are unique, a second channel of one is refused, with what to do instead.
pub async fn a_name_is_taken_once(world: &dyn World) {
    if presence(world).is_none() {
        return;
    }
    let client = client(world, world.founder());
    let name = world.whole_name(NAME);
    let made = client.make_channel(&wanted(&name)).await.unwrap();
    tick().await;
    match client.make_channel(&WantedChannel { name: &name, mark: "fedcba9876543210" }).await {
        Ok(other) => assert_ne!(other, made, "it is another one"),
        Err(CallError::Reject(why)) => assert!(why.contains("another name"), "{why}"),
        Err(error) => panic!("{error:?}"),
    }
}

/// A name that is too long, or of signs that names do not have, becomes what is nearest, or is refused in words.
pub async fn a_name_that_cannot_be_is_made_fit_or_refused(world: &dyn World) {
    if presence(world).is_none() {
        return;
    }
    let client = client(world, world.founder());
    for name in ["Q3: \"Größe\" & <Ziel>?".to_owned(), "x".repeat(400)] {
        let name = world.whole_name(&name);
        let made = client.make_channel(&wanted(&name)).await.expect("it can be made fit");
        tick().await;
        let found = seen(&*client, &made).await;
        let (found, asked) = (letters(&found.name), letters(&name));
        assert!(!found.is_empty() && asked.starts_with(&found), "{found} of {asked}");
    }
}

/// Vendors' clocks are coarse.
async fn tick() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}
