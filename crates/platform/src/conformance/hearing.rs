//! Being told what happens.

use bytes::Bytes;

use super::World;
use super::bench::ours;
use super::ear::Ear;
use crate::{HeadKind, Listen, Listening, Refused, Rung};

pub(super) async fn listen(world: &dyn World) -> Listening {
    let secrets = world.secrets().await;
    let (login, callback, certificate) = (world.ours().login, world.callback(), world.certificate());
    let wanted = Listen {
        login,
        callback: &callback,
        key: &secrets.hook_key,
        certificate: certificate.as_ref().map(|(id, der)| (id.as_str(), der.as_slice())),
        conversations: &[],
        now: world.now(),
    };
    ours(world).listen(&wanted).await.expect("listening succeeds")
}

/// What the person writes, changes and deletes is reported, by the login that listens, with a proof.
pub async fn what_happens_is_reported_and_proven(world: &dyn World) {
    let ear = Ear::open(world).await;
    let listening = listen(world).await;
    assert!(listening.rung <= Rung::App, "{listening:?}");
    let message = world.writes("hello", None).await;
    world.edits(&message, "hello there").await;
    world.deletes(&message).await;
    let (mut created, mut changed, mut deleted) = (false, false, false);
    while !(created && changed && deleted) {
        let (_, head) = ear.head().await;
        assert_eq!((&head.message, head.watcher), (&message, world.ours().login));
        assert!(head.actor.is_none_or(|actor| actor == world.person()));
        match head.kind {
            HeadKind::Created => created = true,
            HeadKind::Changed => changed = true,
            HeadKind::Deleted => deleted = true,
            HeadKind::Reacted => panic!("nobody reacted"),
        }
        if let Some(body) = head.body {
            let opened = ear.receiver.open(&head.message, &body).expect("what came with it can be opened");
            assert_eq!(opened.message.at, message);
        }
    }
}

/// Seeing to it again and again makes nothing new, and one report stays one.
pub async fn listening_again_changes_nothing(world: &dyn World) {
    let ear = Ear::open(world).await;
    listen(world).await;
    for _ in 0..3 {
        assert!(!listen(world).await.resumed, "nothing was off");
    }
    let first = world.writes("one", None).await;
    let second = world.writes("two", None).await;
    let mut reported = vec![ear.head().await.1.message, ear.head().await.1.message];
    reported.sort();
    let mut expected = vec![first, second];
    expected.sort();
    assert_eq!(reported, expected);
}

/// When reports have ended without a word, that is noticed, told and mended, where the vendor lets anybody notice.
pub async fn silence_is_noticed_and_ended(world: &dyn World) {
    let ear = Ear::open(world).await;
    listen(world).await;
    if !world.silence_shows() {
        return;
    }
    world.silence().await;
    world.writes("nobody hears this", None).await;
    assert!(listen(world).await.resumed, "the history must be read");
    let heard = world.writes("this is heard", None).await;
    assert_eq!(ear.head().await.1.message, heard);
    assert!(!listen(world).await.resumed);
}

/// A report that is proven with another secret, or not at all, is refused before anything in it is believed.
pub async fn a_report_of_somebody_else_is_a_forgery(world: &dyn World) {
    let ear = Ear::open(world).await;
    listen(world).await;
    world.writes("hello", None).await;
    let (came, _) = ear.head().await;
    assert!(ear.receiver.check(came.hook(), world.now()).is_ok(), "the same again is proven again");
    let (site, secrets) = world.strange().await;
    let other = world.platform().receiver(&site, secrets).expect("good secrets");
    assert_eq!(other.check(came.hook(), world.now()).err(), Some(Refused::Forged));
    let mut bare = came;
    bare.headers.clear();
    bare.body = Bytes::from_static(b"{}");
    let refused = ear.receiver.check(bare.hook(), world.now()).err();
    assert!(matches!(refused, Some(Refused::Forged | Refused::Malformed)), "{refused:?}");
}
