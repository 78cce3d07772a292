//! Apps of the portal, and the table of endpoints.

use entente_sim::zoom::Kind;
use serde_json::json;

use super::{BACK, Sim};

#[tokio::test(start_paused = true)]
async fn an_app_is_registered_by_hand() {
    let sim = Sim::new().await;
    let new = json!({"name": "Entente", "kind": "user", "redirect_uris": [BACK], "chatbot": true});
    let app = sim.by_hand("apps", new).await;
    for field in ["client_id", "client_secret", "secret_token", "verification_token", "robot_jid"] {
        assert!(!app[field].as_str().unwrap().is_empty(), "{field}");
    }
    assert_eq!(app["account_id"], sim.zoom.account_id());
    sim.app(Kind::Server);
    let list = sim.get("", "/_sim/apps").await;
    assert_eq!(list.each("items", "kind"), ["user", "server"]);
    assert_eq!(list.items("items")[0]["installed"], false);
    assert_eq!(list.items("items")[1]["installed"], true);
    assert!(!list.text.contains(app["client_secret"].as_str().unwrap()), "secrets are told once");
    let path = format!("apps/{}", app["client_id"].as_str().unwrap());
    sim.by_hand(&path, json!({"redirect_uris": ["https://other.example/"]})).await;
    assert_eq!(
        sim.get("", "/_sim/apps").await.items("items")[0]["redirect_uris"],
        json!(["https://other.example/"])
    );
    sim.post("", "/_sim/apps", json!({"name": "x", "kind": "jwt"})).await.refused(400, 300);
    sim.post("", "/_sim/apps/nobody", json!({})).await.refused(404, 4702);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_simulated_answers_like_an_unknown_path() {
    let sim = Sim::new().await;
    sim.get("", "/v2/chat/channels").await.refused(404, 2300);
    sim.get("", "/v2/nonsense").await.refused(404, 2300);
    sim.patch("", "/v2/users", json!({})).await.refused(405, 2300);
    let known = sim.get("", "/_sim/endpoints").await.body;
    let known = known.as_array().unwrap();
    assert!(known.contains(&json!({"method": "POST", "path": "/v2/chat/users/{userId}/messages"})));
    assert!(known.contains(&json!({"method": "GET", "path": "/ws"})));
    assert!(known.iter().all(|one| !one["path"].as_str().unwrap().starts_with("/_sim")));
}
