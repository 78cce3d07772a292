//! Webex's own control paths.

use serde_json::json;

use super::{ADA, BRUNO, CHIARA, Sim};

#[tokio::test(start_paused = true)]
async fn people_with_tokens_and_bots_after_them() {
    let mut sim = Sim::new().await;
    sim.bot("Aaron Bot", "aaron@webex.bot").await;
    let people = sim.get("", "/_sim/people").await;
    assert_eq!(people.items().len(), 6, "four engineers, the administrator and the bot");
    let bot = people.items().last().unwrap();
    assert_eq!((&bot["email"], &bot["is_bot"]), (&json!("aaron@webex.bot"), &json!(true)));
    assert_eq!(bot["token"], sim.token("aaron@webex.bot"));
    assert_eq!(sim.get("", "/_sim/people?bots=false").await.items().len(), 5);
    let added =
        sim.post("", "/_sim/people", json!({"name": "New Person", "email": "new@acme.example"})).await.body;
    let me = sim.get(added["token"].as_str().unwrap(), "/v1/people/me").await.body;
    assert_eq!(me["id"], added["id"]);
    let again = json!({"name": "New Person", "email": "NEW@acme.example"});
    assert_eq!(sim.post("", "/_sim/people", again).await.body["id"], added["id"]);
}

#[tokio::test(start_paused = true)]
async fn a_page_sees_what_its_person_sees() {
    let sim = Sim::new().await;
    let first = sim.direct(ADA, BRUNO, "one").await;
    let reply = json!({"toPersonEmail": ADA, "markdown": "*two*", "parentId": first["id"]});
    let second = sim.say(BRUNO, reply).await;
    let room = first["roomId"].as_str().unwrap();
    let list = sim.get("", &format!("/_sim/conversations?person={ADA}")).await;
    assert_eq!(list.items().len(), 1);
    let conversation = &list.items()[0];
    assert_eq!((&conversation["room"], &conversation["title"]), (&json!(room), &json!("Bruno Keller")));
    assert_eq!(conversation["last"], json!({"author": "Bruno Keller", "text": "two", "file": null}));
    assert_eq!(conversation["members"].as_array().unwrap().len(), 2);
    let messages = sim.get("", &format!("/_sim/messages?room={room}&person={}", sim.id(ADA))).await;
    assert_eq!(messages.each("text"), ["one", "two"]);
    assert_eq!((&messages.items()[0]["mine"], &messages.items()[1]["mine"]), (&json!(true), &json!(false)));
    assert_eq!((&messages.items()[1]["parent"], &messages.items()[1]["id"]), (&first["id"], &second["id"]));
    assert_eq!(messages.items()[1]["html"], "<p><em>two</em></p>");
    sim.get("", &format!("/_sim/messages?room={room}&person={CHIARA}")).await.refused(404);
    assert!(sim.get("", &format!("/_sim/conversations?person={CHIARA}")).await.items().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_makes_the_same_world() {
    let (one, two) = (Sim::new().await, Sim::new().await);
    assert_eq!(one.token(ADA), two.token(ADA));
    assert_eq!(one.direct(ADA, BRUNO, "x").await, two.direct(ADA, BRUNO, "x").await);
}
