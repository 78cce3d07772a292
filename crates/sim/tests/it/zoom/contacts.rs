//! Contacts, inside the account and outside.

use entente_sim::zoom::Kind;
use serde_json::json;

use super::{ADA, BRUNO, EVA, OTTO, Sim};

const CONTACTS: &str = "/v2/chat/users/me/contacts";

#[tokio::test(start_paused = true)]
async fn everybody_of_the_account_is_a_company_contact() {
    let sim = Sim::new().await;
    let reply = sim.get(ADA, &format!("{CONTACTS}?page_size=50")).await;
    assert_eq!(reply.items("contacts").len(), 8);
    let expected = json!({"id": sim.id(BRUNO), "member_id": sim.member(BRUNO), "email": BRUNO, "first_name": "Bruno",
        "last_name": "Keller"});
    assert_eq!(reply.items("contacts")[0], expected);
    let page = sim.get(ADA, CONTACTS).await;
    assert_eq!((&page.body["page_size"], &page.body["next_page_token"]), (&json!(10), &json!("")));
    let page = sim.get(ADA, &format!("{CONTACTS}?page_size=3")).await;
    let token = page.body["next_page_token"].as_str().unwrap();
    let next = sim.get(ADA, &format!("{CONTACTS}?page_size=3&next_page_token={token}")).await;
    assert_eq!(next.items("contacts").len(), 3);
    for key in [BRUNO, sim.id(BRUNO), sim.member(BRUNO)] {
        assert_eq!(sim.get(ADA, &format!("{CONTACTS}/{key}")).await.body, expected);
    }
    let present = sim.get(ADA, &format!("{CONTACTS}/{BRUNO}?query_presence_status=true")).await;
    assert_eq!(present.body["presence_status"], "Available");
    sim.get(ADA, &format!("{CONTACTS}/nobody")).await.refused(404, 1001);
    sim.get(ADA, &format!("{CONTACTS}?type=friends")).await.refused(400, 300);
    let server = sim.app_token(&sim.app(Kind::Server), "account_credentials").await;
    let message = sim.get(&server, CONTACTS).await;
    assert!(message.refused(400, 4711).ends_with("[team_chat:read:list_contacts]."), "for users alone");
}

#[tokio::test(start_paused = true)]
async fn in_a_strict_account_people_have_to_be_added() {
    let sim = Sim::new().await;
    sim.switch(json!({"company_contacts": false})).await;
    let message = json!({"to_contact": BRUNO, "message": "x"});
    assert!(sim.get(ADA, CONTACTS).await.items("contacts").is_empty());
    sim.post(ADA, "/v2/chat/users/me/messages", message.clone()).await.refused(404, 1001);
    sim.by_hand("contacts", json!({"person": ADA, "other": BRUNO, "connected": true})).await;
    sim.say(ADA, message).await;
    assert_eq!(sim.get(BRUNO, CONTACTS).await.each("contacts", "email"), [ADA]);
}

#[tokio::test(start_paused = true)]
async fn outsiders_are_invited_and_have_no_user_id() {
    let mut sim = Sim::new().await;
    sim.outsider().await;
    let path = "/v2/chat/users/me/invitations";
    sim.post(ADA, path, json!({"email": "nonsense"})).await.refused(400, 300);
    assert_eq!(sim.post(ADA, path, json!({"email": OTTO, "message": "hi"})).await.status, 204);
    assert_eq!(sim.post(ADA, path, json!({"email": "new@elsewhere.example"})).await.status, 204);
    let external = format!("{CONTACTS}?type=external");
    assert!(sim.get(ADA, &external).await.items("contacts").is_empty(), "not accepted yet");
    sim.by_hand("contacts", json!({"person": OTTO, "other": ADA, "connected": true})).await;
    let expected = json!({"id": "", "member_id": sim.member(OTTO), "email": OTTO, "first_name": "Otto",
        "last_name": "Outside"});
    assert_eq!(sim.get(ADA, &external).await.items("contacts"), [expected]);
    sim.direct(OTTO, ADA, "x").await;
    let session = &sim.get(ADA, "/v2/chat/users/me/sessions").await.body["sessions"][0];
    assert_eq!(
        (&session["peer_contact_user_id"], &session["peer_contact_member_id"]),
        (&json!(""), &json!(sim.member(OTTO)))
    );
    sim.by_hand("contacts", json!({"person": OTTO, "other": ADA, "connected": false})).await;
    sim.post(OTTO, "/v2/chat/users/me/messages", json!({"to_contact": ADA, "message": "x"}))
        .await
        .refused(404, 1001);
}

#[tokio::test(start_paused = true)]
async fn a_search_finds_names_and_addresses_of_the_account() {
    let mut sim = Sim::new().await;
    sim.outsider().await;
    let found = async |key: &str| {
        let reply = sim.get(ADA, &format!("/v2/contacts?page_size=25&search_key={key}")).await;
        reply.each("contacts", "email").join(" ")
    };
    assert_eq!(found("eva").await, EVA);
    assert_eq!(found("Lindq").await, EVA);
    assert_eq!(found(EVA).await, EVA);
    assert_eq!(found("otto").await, "");
    sim.get(ADA, "/v2/contacts").await.refused(400, 300);
    let one = sim.get(ADA, "/v2/contacts?search_key=a").await;
    assert_eq!(one.items("contacts").len(), 1, "one by default");
    assert_eq!(one.items("contacts")[0]["display_name"], "Ada Okafor");
}
