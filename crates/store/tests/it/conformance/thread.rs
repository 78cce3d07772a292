//! The counterpart of the message that a message answers, in both directions.

use entente_model::MessageRef;
use entente_store::{Claim, Finish, LaneKey, Plan, Side, Store, Work};

use crate::world::{World, at, claim_of, deliver, head, message, pair, plan, room, route, teams, webex};

super::conformance! {
    an_answer_finds_what_its_root_became
    an_answer_finds_what_its_root_was_made_from
    a_root_in_parts_is_its_first_part
    a_root_from_elsewhere_is_none
    a_root_that_was_taken_back_is_none
}

fn to_teams() -> LaneKey {
    LaneKey::Direct(pair(1, 2), teams())
}

fn to_webex() -> LaneKey {
    LaneKey::Direct(pair(1, 2), webex())
}

fn on_webex(name: &str) -> MessageRef {
    message(&room(&webex(), "r"), name)
}

fn on_teams(name: &str) -> MessageRef {
    message(&room(&teams(), "t"), name)
}

fn answer(lane: &LaneKey, source: &MessageRef, root: &MessageRef) -> Plan {
    Plan { thread: Some(root.clone()), ..plan(lane, source) }
}

async fn planned(store: &dyn Store, source: &MessageRef, plans: Vec<Plan>) -> Claim {
    let lane = plans[0].lane.clone();
    route(store, source, plans, 1).await;
    claim_of(store, &lane, 1).await
}

async fn an_answer_finds_what_its_root_became(world: World) {
    let store = world.store();
    let root = on_webex("root");
    let held = planned(store, &root, vec![plan(&to_teams(), &root)]).await;
    let reply = answer(&to_teams(), &on_webex("reply"), &root);
    store.plan(vec![reply.clone()], at(2)).await.unwrap();
    deliver(store, &held, &on_teams("copy")).await;
    // It is looked up when the answer is at the head, not when it was planned.
    assert_eq!(head(store, &held).await.thread, Some(on_teams("copy")));
    deliver(store, &held, &on_teams("copy of reply")).await;
    store.plan(vec![answer(&to_teams(), &on_webex("lost"), &on_webex("never seen"))], at(3)).await.unwrap();
    assert_eq!(head(store, &held).await.thread, None);
}

async fn an_answer_finds_what_its_root_was_made_from(world: World) {
    let store = world.store();
    let root = on_webex("root");
    let held = planned(store, &root, vec![plan(&to_teams(), &root)]).await;
    deliver(store, &held, &on_teams("copy")).await;
    // Somebody on the other side answers our copy.
    let reply = on_teams("reply");
    let back = planned(store, &reply, vec![answer(&to_webex(), &reply, &on_teams("copy"))]).await;
    assert_eq!(back.key.side(), Side::Outbound);
    assert_eq!(head(store, &back).await.thread, Some(root));
}

async fn a_root_in_parts_is_its_first_part(world: World) {
    let store = world.store();
    let root = on_webex("root");
    let part = |part| Plan { part, ..plan(&to_teams(), &root) };
    let plans = vec![part(1), part(0), answer(&to_teams(), &on_webex("reply"), &root)];
    let held = planned(store, &root, plans).await;
    deliver(store, &held, &on_teams("second")).await;
    deliver(store, &held, &on_teams("first")).await;
    assert_eq!(head(store, &held).await.thread, Some(on_teams("first")));
    deliver(store, &held, &on_teams("copy of reply")).await;
    // An answer to either part goes to the one message.
    for copy in ["first", "second"] {
        let reply = on_teams(&format!("to {copy}"));
        let back = planned(store, &reply, vec![answer(&to_webex(), &reply, &on_teams(copy))]).await;
        assert_eq!(head(store, &back).await.thread.as_ref(), Some(&root));
        deliver(store, &back, &on_webex(&format!("copy to {copy}"))).await;
        store.release(back, None).await.unwrap();
    }
}

async fn a_root_from_elsewhere_is_none(world: World) {
    let store = world.store();
    let root = on_webex("root");
    let held = planned(store, &root, vec![plan(&to_teams(), &root)]).await;
    deliver(store, &held, &on_teams("copy")).await;
    let elsewhere = LaneKey::Conversation(room(&webex(), "elsewhere"));
    let reply = on_teams("reply");
    let other = planned(store, &reply, vec![answer(&elsewhere, &reply, &on_teams("copy"))]).await;
    assert_eq!(head(store, &other).await.thread, None);
    let there = LaneKey::Conversation(room(&webex(), "r"));
    let reply = on_teams("reply again");
    let back = planned(store, &reply, vec![answer(&there, &reply, &on_teams("copy"))]).await;
    assert_eq!(head(store, &back).await.thread, Some(root));
}

async fn a_root_that_was_taken_back_is_none(world: World) {
    let store = world.store();
    let root = on_webex("root");
    let delete = Plan { work: Work::Delete, ..plan(&to_teams(), &root) };
    let reply = answer(&to_teams(), &on_webex("reply"), &root);
    let held = planned(store, &root, vec![plan(&to_teams(), &root), delete, reply]).await;
    deliver(store, &held, &on_teams("copy")).await;
    let id = head(store, &held).await.delivery.id;
    let done = Finish::Delivered { message: None, losses: Vec::new(), at: at(5) };
    store.finish(&held, id, done, at(5)).await.unwrap();
    assert_eq!(head(store, &held).await.thread, None);
}
