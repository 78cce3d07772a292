//! People, directories and stand-ins.

use entente_model::{Account, AccountRef, StandIn, StandInMode, StandInState, WorkspaceRef};
use entente_store::{Imported, StoreError};

use crate::world::{World, account, at, login_id, pair, person, person_id, teams, webex};

super::conformance! {
    an_import_replaces_what_is_known
    people_are_found_by_every_name
    an_account_has_one_person
    an_address_has_one_person
    identities_are_answered_in_order
    a_pair_is_two_people
    a_stand_in_is_saved_whole
    a_search_knows_no_case
    a_bot_address_is_taken_for_ever
    everything_about_people_survives
}

pub(super) fn listed(id: &str, name: &str) -> Account {
    Account {
        account: account(&teams(), id),
        name: name.to_owned(),
        email: format!("{id}@acme.example"),
        bot: false,
        active: true,
        picture: Some("https://pictures.example/1".to_owned()),
        department: None,
    }
}

pub(super) fn stand_in(number: u128, workspace: &WorkspaceRef, speaks: Option<AccountRef>) -> StandIn {
    StandIn {
        person: person_id(number),
        workspace: workspace.clone(),
        mode: StandInMode::Bot,
        state: StandInState::Active,
        account: speaks,
        address: Some("bob@webex.bot".to_owned()),
        login: Some(login_id(4)),
        reason: None,
    }
}

async fn an_import_replaces_what_is_known(world: World) {
    let store = world.store();
    let import = async |accounts| store.import(&teams(), accounts, at(1)).await.unwrap();
    let (tom, amy, zoe) = (listed("t1", "Tom"), listed("t2", "Amy"), listed("t3", "Zoe"));
    let first = import(vec![tom.clone(), amy.clone(), zoe.clone()]).await;
    assert_eq!(first, Imported { new: 3, listed: 3, ..Imported::default() });
    assert_eq!(store.accounts(&teams()).await.unwrap(), [amy.clone(), tom.clone(), zoe.clone()]);
    assert!(store.accounts(&webex()).await.unwrap().is_empty());
    let again = import(vec![tom.clone(), amy.clone(), zoe.clone()]).await;
    assert_eq!(again, Imported { listed: 3, ..Imported::default() });
    let renamed = Account { name: "Bea".to_owned(), ..amy };
    let third = import(vec![tom.clone(), renamed.clone()]).await;
    assert_eq!(third, Imported { changed: 1, missing: 1, listed: 2, ..Imported::default() });
    let inactive = Account { active: false, ..zoe.clone() };
    assert_eq!(store.accounts(&teams()).await.unwrap(), [renamed.clone(), tom.clone(), inactive]);
    let fourth = import(vec![tom.clone(), renamed.clone()]).await;
    assert_eq!(fourth, Imported { listed: 2, ..Imported::default() });
    let fifth = import(vec![zoe, renamed, tom.clone(), tom]).await;
    assert_eq!(fifth, Imported { changed: 1, listed: 3, ..Imported::default() });
    let astray = Account { account: account(&webex(), "w"), ..listed("t1", "Tom") };
    let refused = store.import(&teams(), vec![astray], at(2)).await;
    assert!(matches!(refused, Err(StoreError::Inconsistent { .. })));
}

async fn people_are_found_by_every_name(world: World) {
    let store = world.store();
    let bob = person(2, "Bob", Some(account(&teams(), "bob")));
    let ann = person(1, "Ann", None);
    store.save_people(vec![(bob.clone(), Vec::new()), (ann.clone(), Vec::new())]).await.unwrap();
    let names: Vec<_> = store.people().await.unwrap().into_iter().map(|found| found.person).collect();
    assert_eq!(names, [ann.clone(), bob.clone()]);
    assert_eq!(store.person(bob.id).await.unwrap().unwrap().person, bob);
    assert_eq!(store.person(person_id(9)).await.unwrap(), None);
    assert_eq!(store.person_by_email("ann@acme.example").await.unwrap().unwrap().person, ann);
    assert_eq!(store.person_by_email("nobody@acme.example").await.unwrap(), None);
    assert_eq!(store.person_by_email("").await.unwrap(), None);
    let renamed = entente_model::Person { name: "Zed".to_owned(), ..ann };
    store.save_people(vec![(renamed.clone(), Vec::new())]).await.unwrap();
    let names: Vec<_> = store.people().await.unwrap().into_iter().map(|found| found.person).collect();
    assert_eq!(names, [bob, renamed]);
}

async fn an_account_has_one_person(world: World) {
    let store = world.store();
    let shared = account(&teams(), "shared");
    let ann = person(1, "Ann", Some(shared.clone()));
    store.save_people(vec![(ann.clone(), Vec::new())]).await.unwrap();
    let bob = person(2, "Bob", None);
    let refused =
        store.save_people(vec![(bob.clone(), vec![account(&webex(), "bob"), shared.clone()])]).await;
    assert!(matches!(refused, Err(StoreError::Inconsistent { .. })));
    // Nothing of it was done.
    assert_eq!(store.person(bob.id).await.unwrap(), None);
    assert_eq!(store.identities(&[account(&webex(), "bob")]).await.unwrap(), [None]);
    store.save_people(vec![(ann, vec![shared])]).await.unwrap();
}

async fn an_address_has_one_person(world: World) {
    let store = world.store();
    let ann = person(1, "Ann", None);
    let mut other = person(2, "Other", None);
    other.email.clone_from(&ann.email);
    store.save_people(vec![(ann.clone(), Vec::new())]).await.unwrap();
    let refused = store.save_people(vec![(other.clone(), Vec::new())]).await;
    assert!(matches!(refused, Err(StoreError::Inconsistent { .. })));
    let (mut one, mut two) = (person(3, "One", None), other);
    one.email.clear();
    two.email.clear();
    store.save_people(vec![(one, Vec::new()), (two, Vec::new())]).await.unwrap();
    assert_eq!(store.people().await.unwrap().len(), 3);
}

async fn identities_are_answered_in_order(world: World) {
    let store = world.store();
    let home = account(&teams(), "bob");
    let second = account(&webex(), "bob-personal");
    let bot = account(&webex(), "bob-bot");
    let bob = person(2, "Bob", Some(home.clone()));
    let nobody = account(&webex(), "nobody");
    assert_eq!(store.identities(std::slice::from_ref(&home)).await.unwrap(), [None]);
    store.save_people(vec![(bob.clone(), vec![second.clone()])]).await.unwrap();
    store.save_stand_in(&stand_in(2, &webex(), Some(bot.clone()))).await.unwrap();
    let found = store.identities(&[bot, nobody, home.clone(), second, home]).await.unwrap();
    let flat: Vec<_> =
        found.iter().map(|one| one.as_ref().map(|one| (one.represented.person.id, one.primary))).collect();
    let (own, other) = (Some((bob.id, true)), Some((bob.id, false)));
    assert_eq!(flat, [other, None, own, other, own]);
    assert_eq!(found[0].as_ref().unwrap().represented.stand_ins.len(), 1);
    // A change is seen at once.
    let moved = entente_model::Person { primary: None, ..bob };
    store.save_people(vec![(moved, Vec::new())]).await.unwrap();
    let found = store.identities(&[account(&teams(), "bob")]).await.unwrap();
    assert!(!found[0].as_ref().unwrap().primary);
}

async fn a_pair_is_two_people(world: World) {
    let store = world.store();
    store.save_people(vec![(person(2, "Bob", None), Vec::new())]).await.unwrap();
    assert_eq!(store.pair(pair(2, 1)).await.unwrap(), None);
    store.save_people(vec![(person(1, "Ann", None), Vec::new())]).await.unwrap();
    let names = store.pair(pair(2, 1)).await.unwrap().unwrap().map(|one| one.person.name);
    assert_eq!(names, ["Ann", "Bob"]);
}

async fn a_stand_in_is_saved_whole(world: World) {
    let store = world.store();
    let unknown = store.save_stand_in(&stand_in(1, &webex(), None)).await;
    assert!(matches!(unknown, Err(StoreError::Inconsistent { .. })));
    let people = vec![(person(1, "Ann", None), Vec::new()), (person(2, "Bob", None), Vec::new())];
    store.save_people(people).await.unwrap();
    let planned = StandIn {
        state: StandInState::AwaitingConsent,
        mode: StandInMode::Account,
        account: None,
        address: None,
        login: None,
        reason: Some("waits for consent".to_owned()),
        ..stand_in(1, &webex(), None)
    };
    store.save_stand_in(&planned).await.unwrap();
    assert_eq!(store.person(person_id(1)).await.unwrap().unwrap().stand_ins, [planned]);
    let active = stand_in(1, &webex(), Some(account(&webex(), "bot")));
    let there = stand_in(1, &teams(), None);
    store.save_stand_in(&active).await.unwrap();
    store.save_stand_in(&there).await.unwrap();
    let mut found = store.person(person_id(1)).await.unwrap().unwrap().stand_ins;
    found.sort_by(|a, b| b.workspace.cmp(&a.workspace));
    assert_eq!(found, [active, there]);
    let mut all = store.people().await.unwrap();
    assert_eq!((all.remove(0).stand_ins.len(), all.remove(0).stand_ins.len()), (2, 0));
    let stolen = store.save_stand_in(&stand_in(2, &webex(), Some(account(&webex(), "bot")))).await;
    assert!(matches!(stolen, Err(StoreError::Inconsistent { .. })));
}

async fn a_search_knows_no_case(world: World) {
    let store = world.store();
    let people = ["Änne Öztürk", "Bob Anders", "Carl", "annette"];
    let people = (1..).zip(people).map(|(number, name)| (person(number, name, None), Vec::new()));
    store.save_people(people.collect()).await.unwrap();
    let search = async |text: &str, limit| -> Vec<String> {
        let found = store.search(text, limit).await.unwrap();
        found.into_iter().map(|found| found.person.name).collect()
    };
    assert_eq!(search("AN", 9).await, ["Bob Anders", "annette"]);
    assert_eq!(search("AN", 1).await, ["Bob Anders"]);
    assert_eq!(search("öZTÜ", 9).await, ["Änne Öztürk"]);
    assert_eq!(search("%", 9).await, [""; 0]);
    assert_eq!(search("", 9).await.len(), 4);
}

async fn a_bot_address_is_taken_for_ever(world: World) {
    let store = world.store();
    let take = async |address: &str, number| store.take_address(address, person_id(number)).await.unwrap();
    assert!(take("ann@webex.bot", 1).await);
    assert!(take("ann@webex.bot", 1).await);
    assert!(!take("Ann@webex.bot", 2).await);
    assert!(take("ann2@webex.bot", 2).await);
}

async fn everything_about_people_survives(mut world: World) {
    let bob = person(2, "Bob", Some(account(&teams(), "bob")));
    world.store().save_people(vec![(bob, vec![account(&webex(), "bob")])]).await.unwrap();
    world.store().save_stand_in(&stand_in(2, &webex(), Some(account(&webex(), "bot")))).await.unwrap();
    world.store().import(&teams(), vec![listed("t1", "Tom")], at(1)).await.unwrap();
    world.store().take_address("bob@webex.bot", person_id(2)).await.unwrap();
    let before = (world.store().people().await.unwrap(), world.store().accounts(&teams()).await.unwrap());
    world.restart();
    let store = world.store();
    assert_eq!((store.people().await.unwrap(), store.accounts(&teams()).await.unwrap()), before);
    assert!(!store.take_address("bob@webex.bot", person_id(3)).await.unwrap());
    let found = store.identities(&[account(&webex(), "bob"), account(&webex(), "bot")]).await.unwrap();
    assert!(found.iter().all(|found| found.as_ref().unwrap().represented == before.0[0]));
}
