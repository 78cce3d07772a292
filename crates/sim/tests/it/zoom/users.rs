//! The directory.

use entente_sim::zoom::Kind;
use serde_json::json;

use super::{ADA, OLGA, OTTO, Sim};

#[tokio::test(start_paused = true)]
async fn a_user_by_id_by_address_or_as_me() {
    let sim = Sim::new().await;
    let server = sim.app_token(&sim.app(Kind::Server), "account_credentials").await;
    let user = sim.user_token(&sim.app(Kind::User), ADA).await;
    let me = sim.get(&user, "/v2/users/me").await.body;
    assert_eq!(
        (&me["id"], &me["email"], &me["jid"], &me["account_id"]),
        (&json!(sim.id(ADA)), &json!(ADA), &json!(sim.jid(ADA)), &json!(sim.zoom.account_id()))
    );
    assert_eq!(
        (&me["first_name"], &me["last_name"], &me["display_name"], &me["dept"], &me["status"], &me["type"]),
        (
            &json!("Ada"),
            &json!("Okafor"),
            &json!("Ada Okafor"),
            &json!("engineering"),
            &json!("active"),
            &json!(2)
        )
    );
    assert_eq!(sim.jid(ADA), format!("{}@xmpp.zoom.us", sim.id(ADA).to_lowercase()));
    for key in [sim.id(ADA), ADA] {
        assert_eq!(sim.get(&server, &format!("/v2/users/{key}")).await.body, me);
    }
    sim.get(&server, "/v2/users/nobody@acme.example").await.refused(404, 1001);
    sim.get(&user, &format!("/v2/users/{}", sim.id(ADA))).await.refused(400, 4711);
}

#[tokio::test(start_paused = true)]
async fn the_list_goes_by_token_or_by_number() {
    let mut sim = Sim::new().await;
    sim.outsider().await;
    let server = sim.app_token(&sim.app(Kind::Server), "account_credentials").await;
    let first = sim.get(&server, "/v2/users?page_size=4").await;
    assert_eq!(
        (&first.body["page_count"], &first.body["page_number"], &first.body["total_records"]),
        (&json!(3), &json!(1), &json!(9))
    );
    let mut seen: Vec<String> = first.each("users", "email").into_iter().map(str::to_owned).collect();
    assert_eq!(seen[0], OLGA);
    let mut token = first.body["next_page_token"].as_str().unwrap().to_owned();
    while !token.is_empty() {
        let page = sim.get(&server, &format!("/v2/users?page_size=4&next_page_token={token}")).await;
        seen.extend(page.each("users", "email").into_iter().map(str::to_owned));
        token = page.body["next_page_token"].as_str().unwrap().to_owned();
    }
    assert_eq!(seen.len(), 9);
    assert!(!seen.contains(&OTTO.to_owned()), "people of other accounts are not in it");
    let third = sim.get(&server, "/v2/users?page_size=4&page_number=3").await;
    assert_eq!(third.each("users", "email"), [seen[8].as_str()]);
    assert_eq!(third.body["page_number"], 3);
    sim.by_hand("people/change", json!({"person": ADA, "active": false})).await;
    assert_eq!(sim.get(&server, "/v2/users?page_size=3000").await.items("users").len(), 8);
    assert_eq!(sim.get(&server, "/v2/users?status=inactive").await.each("users", "email"), [ADA]);
    sim.get(&server, "/v2/users?status=sleeping").await.refused(400, 300);
    let user = sim.user_token(&sim.app(Kind::User), OLGA).await;
    let message = sim.get(&user, "/v2/users").await;
    assert!(message.refused(400, 4711).contains("user:read:list_users:admin"));
}
