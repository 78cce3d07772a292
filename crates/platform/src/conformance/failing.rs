//! What failures say about the effect.

use std::time::Duration;

use entente_model::{Body, CallError};

use super::World;
use super::bench::{Fault, break_next, cut_off, ours, said, say, seen, statuses, to_person};
use crate::Mark;

/// A limit is certainly no effect, and its wait is told.
pub async fn a_refusal_before_the_effect_is_certain(world: &dyn World) {
    let conversation = world.writes("hello", None).await.conversation;
    for (status, retry_after, expected) in [
        (429, Some("7"), CallError::Retry { after: Some(Duration::from_secs(7)) }),
        (429, None, CallError::Retry { after: None }),
        (404, None, CallError::Gone),
    ] {
        break_next(world, world.sending(), Fault::Status(status, retry_after), false, 1).await;
        let sent = say(world, &*ours(world), to_person(world), Body::text("x")).await;
        assert_eq!(sent, Err(expected), "{status} {retry_after:?}");
    }
    break_next(world, world.sending(), Fault::Status(403, None), false, 1).await;
    let sent = say(world, &*ours(world), to_person(world), Body::text("x")).await;
    assert!(matches!(sent, Err(CallError::Reject(_))), "{sent:?}");
    assert_eq!(seen(world, &conversation).await, [("hello".to_owned(), false)]);
}

/// A server error, a broken connection and no answer in time say nothing, whether the effect happened or not; looking
/// tells.
pub async fn a_lost_answer_is_unknown_and_can_be_found(world: &dyn World) {
    world.writes("hello", None).await;
    for fault in [Fault::Status(503, None), Fault::Status(500, None), Fault::Reset, Fault::Timeout] {
        for after in [false, true] {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let since = world.now();
            break_next(world, world.sending(), fault, after, 1).await;
            let client = ours(world);
            let text = format!("{fault:?} {after}");
            let sent = say(world, &*client, to_person(world), Body::text(&text)).await;
            assert_eq!(sent, Err(CallError::Unknown), "{text}");
            let found = client.sent_since(&to_person(world), since).await.unwrap();
            let found: Vec<_> = found.iter().map(|one| one.message.body.plain()).collect();
            assert_eq!(found, vec![text; usize::from(after)]);
        }
    }
}

/// Nothing happens by reading, so every failure of it may be tried again.
pub async fn reading_may_be_repeated(world: &dyn World) {
    let message = world.writes("hello", None).await;
    let mark = Mark { message: None, at: world.now() };
    for fault in [Fault::Status(503, None), Fault::Reset, Fault::Timeout] {
        break_next(world, world.listing(), fault, false, 1).await;
        let read = ours(world).catch_up(&message.conversation, &mark).await;
        assert_eq!(read, Err(CallError::Retry { after: None }), "{fault:?}");
    }
    break_next(world, world.listing(), Fault::Status(429, Some("3")), false, 1).await;
    let read = ours(world).catch_up(&message.conversation, &mark).await;
    assert_eq!(read, Err(CallError::Retry { after: Some(Duration::from_secs(3)) }));
}

/// A refused token is asked to be renewed once, and is then a matter for a person; nothing was sent.
pub async fn a_dead_token_needs_a_person(world: &dyn World) {
    let conversation = world.writes("hello", None).await.conversation;
    let mut credentials = world.ours();
    credentials.tokens = std::sync::Arc::new(super::Fixed(world.dead().await));
    let client = super::bench::client(world, credentials);
    let sent = say(world, &*client, to_person(world), Body::text("x")).await;
    assert_eq!(sent, Err(CallError::Reauthorize));
    assert_eq!(client.fetch(&world.nowhere(&conversation)).await, Err(CallError::Reauthorize));
    assert_eq!(seen(world, &conversation).await.len(), 1);
}

/// Where no connection came about, nothing has happened.
pub async fn no_connection_means_nothing_was_sent(world: &dyn World) {
    let client = cut_off(world);
    let sent = say(world, &*client, to_person(world), Body::text("x")).await;
    assert_eq!(sent, Err(CallError::Retry { after: None }));
    assert_eq!(client.me().await, Err(CallError::Retry { after: None }));
}

/// However much there is to say, the vendor never has to refuse us.
pub async fn our_own_limits_stay_below_the_vendors(world: &dyn World) {
    let client = ours(world);
    let (first, _) = said(world, &*client, "message 0").await;
    for number in 1..40 {
        said(world, &*client, &format!("message {number}")).await;
        client.fetch(&first).await.unwrap();
    }
    let refused = statuses(world).await.into_iter().filter(|status| *status == 429).count();
    assert_eq!(refused, 0);
    let expected: Vec<_> = (0..40).map(|number| (format!("message {number}"), true)).collect();
    assert_eq!(seen(world, &first.conversation).await, expected);
}
