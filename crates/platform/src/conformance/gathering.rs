//! Groups: made, found again, filled, emptied, named. Where none are made, and where who is in them or what they are called
//! cannot be changed, that is said instead.

use std::time::Duration;

use entente_model::{AccountRef, CallError, Conversation, ConversationKind, ConversationRef};

use super::World;
use super::bench::{Fault, break_next, client};
use crate::{Client, Groups, MadeGroup, WantedGroup};

/// What a group is called.
const NAME: &str = "Ada, Bob & Zoë <Q3>";
/// What it is known by.
const MARK: &str = "0123456789abcdef";

fn groups(world: &dyn World) -> Option<Groups> {
    world.platform().profile().capabilities.groups
}

/// The person and one more.
fn few(world: &dyn World) -> Vec<AccountRef> {
    vec![world.person(), world.others()[0].clone()]
}

fn wanted<'a>(mark: &'a str, members: &'a [AccountRef]) -> WantedGroup<'a> {
    WantedGroup { name: NAME, mark, members }
}

/// In order, with the account of whoever made it.
fn with_maker(world: &dyn World, members: &[AccountRef]) -> Vec<AccountRef> {
    let maker = world.maker().account.expect("whoever makes groups has an account");
    let mut all = [members, &[maker]].concat();
    all.sort();
    all
}

/// Makes a group and lets everybody in who is missing.
async fn gather(client: &dyn Client, wanted: &WantedGroup<'_>) -> MadeGroup {
    let made = client.make_group(wanted).await.expect("nothing is wrong");
    let in_it = read(client, &made.at).await.members;
    for account in wanted.members.iter().filter(|account| !in_it.contains(account)) {
        client.admit(&made.at, account).await.expect("whoever is missing can be let in");
    }
    let is_channel = read(client, &made.at).await.kind == ConversationKind::GroupChannel;
    assert_eq!(is_channel, made.channel, "it is read as what was made");
    made
}

async fn read(client: &dyn Client, group: &ConversationRef) -> Conversation {
    let mut found = client.conversation(group).await.unwrap().expect("whoever made it is in it");
    assert_eq!(&found.at, group);
    assert!(matches!(found.kind, ConversationKind::Group | ConversationKind::GroupChannel), "{found:?}");
    found.members.sort();
    found
}

async fn members(world: &dyn World, client: &dyn Client, group: &ConversationRef) -> Vec<AccountRef> {
    let read = read(client, group).await;
    let seen = world.gathered(group).await.expect("the person is in it");
    assert_eq!((&read.name, &read.members), (&seen.name, &seen.members), "it is read as it is seen");
    read.members
}

/// Whoever is wanted is in it, and who made it; it is called as was wanted, where groups are called anything, perhaps with a
/// part of its mark behind.
pub async fn a_group_is_made_and_filled(world: &dyn World) {
    if groups(world).is_none() {
        return;
    }
    let client = client(world, world.maker());
    let few = few(world);
    let made = gather(&*client, &wanted(MARK, &few)).await;
    assert_eq!(members(world, &*client, &made.at).await, with_maker(world, &few));
    assert!(!made.channel, "few people make a group");
    let named = read(&*client, &made.at).await.name;
    assert!(named.as_deref().is_none_or(|name| name.starts_with(NAME)), "{named:?}");
}

/// After a lost answer the group that was made is found, and nothing where none was made.
pub async fn a_group_whose_answer_is_lost_is_found(world: &dyn World) {
    if groups(world).is_none() {
        return;
    }
    let client = client(world, world.maker());
    let few = few(world);
    let wanted = wanted(MARK, &few);
    let since = world.now();
    tick().await;
    assert_eq!(client.find_group(&wanted, since).await, Ok(None));
    let making = world.gathering(few.len());
    break_next(world, making, Fault::Status(403, None), false, 1).await;
    let refused = client.make_group(&wanted).await;
    assert!(matches!(refused, Err(CallError::Reject(_) | CallError::Lacks(_))), "{refused:?}");
    assert_eq!(client.find_group(&wanted, since).await, Ok(None));
    break_next(world, making, Fault::Timeout, true, 1).await;
    assert_eq!(client.make_group(&wanted).await, Err(CallError::Unknown));
    let found = client.find_group(&wanted, since).await.unwrap().expect("it was made");
    for account in &few {
        client.admit(&found.at, account).await.unwrap();
    }
    assert_eq!(members(world, &*client, &found.at).await, with_maker(world, &few));
    assert_eq!(client.find_group(&wanted, since).await, Ok(Some(found)), "also later");
}

/// The same people under the same name can want two groups, and one is never taken for the other.
pub async fn two_groups_of_the_same_people_are_two(world: &dyn World) {
    if groups(world).is_none() {
        return;
    }
    let client = client(world, world.maker());
    let few = few(world);
    let (first, second) = (wanted(MARK, &few), wanted("fedcba9876543210", &few));
    let one = gather(&*client, &first).await;
    tick().await;
    let since = world.now();
    assert_eq!(client.find_group(&second, since).await, Ok(None));
    let other = gather(&*client, &second).await;
    assert_ne!(one.at, other.at);
    assert_eq!(members(world, &*client, &other.at).await, with_maker(world, &few));
    assert_eq!(client.find_group(&second, since).await, Ok(Some(other)));
}

/// Somebody is let in and taken out again; done twice is as good as done once.
pub async fn who_is_in_a_group_changes_once(world: &dyn World) {
    let Some(groups) = groups(world) else { return };
    let client = client(world, world.maker());
    let few = few(world);
    let made = gather(&*client, &wanted(MARK, &few)).await;
    let late = &world.others()[1];
    // Nothing is to be done for these.
    client.admit(&made.at, &few[1]).await.unwrap();
    client.dismiss(&made.at, late).await.unwrap();
    if groups.fixed {
        for refused in [client.admit(&made.at, late).await, client.dismiss(&made.at, &few[1]).await] {
            assert!(matches!(refused, Err(CallError::Reject(_))), "{refused:?}");
        }
        assert_eq!(members(world, &*client, &made.at).await, with_maker(world, &few));
        return;
    }
    let three = [&few[..], std::slice::from_ref(late)].concat();
    for _ in 0..2 {
        client.admit(&made.at, late).await.unwrap();
        assert_eq!(members(world, &*client, &made.at).await, with_maker(world, &three));
    }
    for _ in 0..2 {
        client.dismiss(&made.at, late).await.unwrap();
        assert_eq!(members(world, &*client, &made.at).await, with_maker(world, &few));
    }
    client.dismiss(&made.at, &world.person()).await.unwrap();
    assert_eq!(world.gathered(&made.at).await, None, "the person is out");
}

/// It is called what it was called last, or cannot be called anything.
pub async fn a_group_has_its_last_name(world: &dyn World) {
    if groups(world).is_none() {
        return;
    }
    let client = client(world, world.maker());
    let few = few(world);
    let made = gather(&*client, &wanted(MARK, &few)).await;
    let named = read(&*client, &made.at).await.name;
    for name in ["Q3 plans", "Q3 plans", "Çà & là"] {
        let renamed = client.rename(&made.at, name).await;
        if named.is_none() {
            assert!(matches!(renamed, Err(CallError::Reject(_))), "{renamed:?}");
            continue;
        }
        renamed.unwrap();
        assert_eq!(world.gathered(&made.at).await.unwrap().name.as_deref(), Some(name));
    }
    assert_eq!(members(world, &*client, &made.at).await, with_maker(world, &few));
}

/// Who is nobody is not let in, and the operator is told why.
pub async fn an_account_that_is_nobodys_is_refused_with_a_reason(world: &dyn World) {
    if groups(world).is_none() {
        return;
    }
    let client = client(world, world.maker());
    let few = few(world);
    let made = gather(&*client, &wanted(MARK, &few)).await;
    let refused = client.admit(&made.at, &world.nobody()).await;
    assert!(matches!(&refused, Err(CallError::Reject(why)) if !why.is_empty()), "{refused:?}");
    assert_eq!(members(world, &*client, &made.at).await, with_maker(world, &few));
}

/// A login that is not in a group neither reads nor changes it.
pub async fn whoever_is_not_in_a_group_changes_nothing(world: &dyn World) {
    if groups(world).is_none() {
        return;
    }
    let maker = client(world, world.maker());
    let few = few(world);
    let made = gather(&*maker, &wanted(MARK, &few)).await;
    let before = world.gathered(&made.at).await;
    let outsider = client(world, world.outsider());
    // The outsider keeps a pace of its own, and vendors count what an app asks of a group, whoever it asks for.
    tick().await;
    assert_eq!(outsider.conversation(&made.at).await, Ok(None));
    for refused in [
        outsider.admit(&made.at, &world.others()[1]).await,
        outsider.dismiss(&made.at, &few[1]).await,
        outsider.rename(&made.at, "mine").await,
    ] {
        assert!(matches!(refused, Err(CallError::Gone | CallError::Reject(_))), "{refused:?}");
    }
    assert_eq!(world.gathered(&made.at).await, before);
}

/// Vendors' clocks are coarse.
async fn tick() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}
