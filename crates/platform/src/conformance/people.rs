//! Who is who.

use std::collections::BTreeSet;
use std::sync::Arc;

use entente_model::LoginId;

use super::World;
use super::bench::{Fixed, client, ours};
use crate::{BotRefused, Credentials, LoginKind, WantedBot};

/// A login can ask whose it is.
pub async fn the_login_knows_itself(world: &dyn World) {
    let me = ours(world).me().await.unwrap();
    assert_eq!(Some(me.account), world.ours().account);
    assert!(me.active);
}

/// The directory lists everybody once, page by page.
pub async fn the_directory_is_whole(world: &dyn World) {
    let client = client(world, world.admin());
    let (mut people, mut page, mut pages) = (Vec::new(), None, 0);
    loop {
        let listed = client.directory(page).await.unwrap();
        people.extend(listed.items);
        pages += 1;
        page = listed.next;
        if page.is_none() {
            break;
        }
        assert!(pages < 1_000, "the directory has no end");
    }
    let accounts: BTreeSet<_> = people.iter().map(|one| one.account.clone()).collect();
    assert_eq!(accounts.len(), people.len(), "nobody is listed twice");
    let listed: BTreeSet<_> =
        people.iter().filter(|one| !one.bot && one.active).map(|one| one.email.clone()).collect();
    assert_eq!(listed, world.addresses().into_iter().collect());
    assert!(people.iter().any(|one| one.account == world.person()));
}

/// Where there are bots of one's own: one is made, speaks for itself, is found again, and its address is taken.
pub async fn a_bot_is_made_once(world: &dyn World) {
    let Some(domain) = world.platform().profile().capabilities.bot_domain else { return };
    let admin = client(world, world.admin());
    let wanted = WantedBot {
        name: "Grace Mbeki".to_owned(),
        address: format!("grace.mbeki.conformance@{domain}"),
        picture: None,
        description: "Speaks for Grace Mbeki.".to_owned(),
    };
    assert_eq!(admin.find_bot(&wanted.address).await, Ok(None));
    let made = admin.make_bot(&wanted).await.unwrap();
    assert_eq!(made.address, wanted.address);
    let token = secrecy::ExposeSecret::expose_secret(&made.token).to_owned();
    let credentials = Credentials {
        login: LoginId(world.ours().login.0),
        kind: LoginKind::Bot,
        account: Some(made.account.clone()),
        tokens: Arc::new(Fixed(token)),
        app_tokens: None,
    };
    let me = client(world, credentials).me().await.unwrap();
    assert_eq!((&me.account, me.name.as_str(), me.bot), (&made.account, "Grace Mbeki", true));
    let found = admin.find_bot(&wanted.address).await.unwrap().expect("it is ours");
    assert_eq!(found.account, made.account);
    assert_eq!(admin.make_bot(&wanted).await.err(), Some(BotRefused::AddressTaken));
}
