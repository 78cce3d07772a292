//! Chatbots.

use entente_sim::zoom::Kind;
use serde_json::{Value, json};

use super::{ADA, BRUNO, Sim};

const SEND: &str = "/v2/im/chat/messages";

fn content(text: &str) -> Value {
    json!({"head": {"text": "Bruno Keller"}, "body": [{"type": "message", "text": text}]})
}

struct Bot {
    token: String,
    robot: String,
    account: String,
}

impl Bot {
    fn body(&self, sim: &Sim, to: &str, text: &str) -> Value {
        json!({"robot_jid": self.robot, "to_jid": sim.jid(to), "account_id": self.account, "user_jid": sim.jid(to),
            "content": content(text)})
    }
}

/// A chatbot that somebody installed, and the receiver of its events.
async fn bot(sim: &Sim) -> (Bot, super::Receiver) {
    let app = sim.chatbot();
    let receiver = sim.receiver(&app);
    let token = sim.app_token(&app, "client_credentials").await;
    let bot = Bot { token, robot: app.robot_jid.clone().unwrap(), account: sim.zoom.account_id() };
    let early = bot.body(sim, ADA, "x");
    sim.post(&bot.token, SEND, early).await.refused(403, 7004);
    sim.authorize(&app, BRUNO).await;
    sim.authorize(&app, ADA).await;
    let installed = receiver.bodies(1).await.pop().unwrap();
    assert_eq!(installed["event"], "bot_installed");
    assert_eq!(
        (&installed["payload"]["robotJid"], &installed["payload"]["userId"]),
        (&json!(bot.robot), &json!(sim.id(BRUNO)))
    );
    (bot, receiver)
}

#[tokio::test(start_paused = true)]
async fn a_chatbot_writes_edits_and_deletes() {
    let sim = Sim::new().await;
    let (bot, _) = bot(&sim).await;
    let reply = sim.post(&bot.token, SEND, bot.body(&sim, ADA, "hello")).await;
    assert_eq!(reply.status, 201);
    let id = reply.body["message_id"].as_str().unwrap().to_owned();
    let expected = json!({"message_id": id, "robot_jid": bot.robot, "to_jid": sim.jid(ADA), "user_jid": sim.jid(ADA),
        "sent_time": "2026-01-02 03:04:05"});
    assert_eq!(reply.body, expected);
    assert!(id.starts_with("2026010203040567") && id.ends_with("_aw1"), "{id}");
    let session = sim.get("", &format!("/_sim/conversations?person={ADA}")).await.body["items"][0].clone();
    assert_eq!((&session["with"]["is_bot"], &session["with"]["name"]), (&json!(true), &json!("Entente")));
    let view = format!("/_sim/messages?person={ADA}&session={}", session["session"].as_str().unwrap());
    let shown = async || sim.get("", &view).await.body["items"].clone();
    assert_eq!(shown().await[0]["text"], "Bruno Keller\nhello");
    assert_eq!(shown().await[0]["bot"], content("hello"));
    let path = format!("{SEND}/{id}");
    let edit = json!({"robot_jid": bot.robot, "account_id": bot.account, "content": content("bye")});
    assert_eq!(sim.put(&bot.token, &path, edit.clone()).await.status, 200);
    assert_eq!(shown().await[0]["bot"], content("bye"));
    let gone = format!("{path}?account_id={}&robot_jid={}", bot.account, bot.robot.replace('@', "%40"));
    assert_eq!(sim.delete(&bot.token, &gone).await.body["message_id"], json!(id));
    assert_eq!(shown().await, json!([]));
    sim.delete(&bot.token, &gone).await.refused(404, 8001);
    sim.put(&bot.token, &path, edit).await.refused(404, 8001);
}

#[tokio::test(start_paused = true)]
async fn what_a_chatbot_cannot() {
    let sim = Sim::new().await;
    let (bot, _) = bot(&sim).await;
    let wrong = |name: &str, value: Value| {
        let mut body = bot.body(&sim, ADA, "x");
        body[name] = value;
        body
    };
    for missing in ["content", "to_jid", "robot_jid", "account_id", "user_jid"] {
        sim.post(&bot.token, SEND, wrong(missing, Value::Null)).await.refused(400, 7001);
    }
    sim.post(&bot.token, SEND, wrong("robot_jid", json!("nonsense"))).await.refused(404, 7002);
    sim.post(&bot.token, SEND, wrong("robot_jid", json!("v1x@xmpp.zoom.us"))).await.refused(403, 7003);
    sim.post(&bot.token, SEND, wrong("to_jid", json!("nobody@xmpp.zoom.us"))).await.refused(403, 7004);
    sim.post(&bot.token, SEND, wrong("to_jid", json!("c@conference.xmpp.zoom.us"))).await.refused(403, 7004);
    sim.switch(json!({"bot_needs_user_jid": false})).await;
    assert_eq!(sim.post(&bot.token, SEND, wrong("user_jid", Value::Null)).await.status, 201);
    let other = sim.chatbot();
    let other = sim.app_token(&other, "client_credentials").await;
    sim.post(&other, SEND, bot.body(&sim, ADA, "x")).await.refused(403, 7003);
}

#[tokio::test(start_paused = true)]
async fn the_two_worlds_of_tokens_do_not_meet() {
    let sim = Sim::new().await;
    let (bot, _) = bot(&sim).await;
    let server = sim.app_token(&sim.app(Kind::Server), "account_credentials").await;
    for token in [ADA, server.as_str(), "nonsense", ""] {
        sim.post(token, SEND, bot.body(&sim, ADA, "x")).await.refused(401, 7010);
    }
    sim.get(&bot.token, "/v2/users/me").await.refused(400, 4711);
    let message = json!({"to_contact": BRUNO, "message": "x"});
    sim.post(&bot.token, "/v2/chat/users/me/messages", message).await.refused(400, 4711);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_writes_to_a_chatbot_is_told_without_an_id() {
    let sim = Sim::new().await;
    let (bot, receiver) = bot(&sim).await;
    sim.by_hand("bots/say", json!({"person": ADA, "robot": bot.robot, "text": "link me"})).await;
    let heard = receiver.raw(2).await.pop().unwrap();
    assert!(heard.0["x-zm-signature"].to_str().unwrap().starts_with("v0="));
    let body: Value = serde_json::from_slice(&heard.1).unwrap();
    assert_eq!(body["event"], "bot_notification");
    let payload = &body["payload"];
    assert_eq!((&payload["cmd"], &payload["userJid"]), (&json!("link me"), &json!(sim.jid(ADA))));
    assert_eq!(payload["toJid"], format!("{}/robot_{}", sim.jid(ADA), bot.robot));
    assert!(payload.get("message_id").is_none());
    let mut answer = bot.body(&sim, ADA, "linked");
    answer["to_jid"] = payload["toJid"].clone();
    assert_eq!(sim.post(&bot.token, SEND, answer).await.status, 201, "what is answered there arrives");
    sim.switch(json!({"bot_named_in_to_jid": false})).await;
    sim.by_hand("bots/say", json!({"person": ADA, "robot": bot.robot, "text": "again"})).await;
    assert_eq!(receiver.bodies(3).await[2]["payload"]["toJid"], sim.jid(ADA));
    sim.post("", "/_sim/bots/say", json!({"person": ADA, "robot": "nobody", "text": "x"}))
        .await
        .refused(404, 7002);
}
