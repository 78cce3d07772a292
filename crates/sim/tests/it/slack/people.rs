//! Users, the workspace, bots.

use serde_json::{Value, json};

use super::{ADA, BRUNO, CHIARA, INES, Sim, quiet};

#[tokio::test(start_paused = true)]
async fn everybody_is_listed_page_by_page() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let bot = sim.bot(&app).await;
    let all = sim.call(&bot, "users.list", json!({})).await;
    // Slackbot, the administrator, eight and three people, and the bot.
    assert_eq!((all.list("members").len(), all.next()), (14, ""));
    assert_eq!(all.list("members")[0]["id"], "USLACKBOT");
    assert_eq!(all.list("members")[0]["is_bot"], false);
    let last = all.list("members").last().unwrap();
    assert_eq!((&last["is_bot"], &last["profile"]["api_app_id"]), (&json!(true), &json!(app.id)));
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = sim.call(&bot, "users.list", json!({"limit": 4, "cursor": cursor})).await;
        seen.extend(page.list("members").iter().cloned());
        page.next().clone_into(&mut cursor);
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(json!(seen), all.body["members"]);
    assert_eq!(sim.call(&bot, "users.list", json!({"cursor": "x"})).await.refused(), "invalid_cursor");
    sim.switch(json!({"users_list_needs_limit_over": 10})).await;
    assert_eq!(sim.call(&bot, "users.list", json!({})).await.refused(), "limit_required");
}

#[tokio::test(start_paused = true)]
async fn addresses_need_their_own_scope() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let token = sim.install(&app, ADA, "", "users:read").await["authed_user"]["access_token"].clone();
    let token = token.as_str().unwrap();
    let user = sim.call(token, "users.info", json!({"user": sim.id(BRUNO)})).await.ok()["user"].clone();
    assert_eq!((&user["name"], &user["real_name"]), (&json!("bruno.keller"), &json!("Bruno Keller")));
    assert!(user["profile"].get("email").is_none());
    assert_eq!(user["is_app_user"], false);
    let refused = sim.call(token, "users.lookupByEmail", json!({"email": BRUNO})).await;
    assert_eq!((refused.refused(), &refused.body["needed"]), ("missing_scope", &json!("users:read.email")));
    let token = sim.linked(&app, ADA).await;
    let user = sim.call(&token, "users.info", json!({"user": sim.id(ADA)})).await.ok()["user"].clone();
    assert_eq!((&user["profile"]["email"], &user["is_app_user"]), (&json!(ADA), &json!(true)));
    let found = sim.call(&token, "users.lookupByEmail", json!({"email": "Bruno.Keller@ACME.example"})).await;
    assert_eq!(found.ok()["user"]["id"], sim.id(BRUNO));
    let nobody = sim.call(&token, "users.lookupByEmail", json!({"email": "x@y.example"})).await;
    assert_eq!(nobody.refused(), "users_not_found");
    assert_eq!(sim.call(&token, "users.info", json!({"user": "U0NOBODY"})).await.refused(), "user_not_found");
}

#[tokio::test(start_paused = true)]
async fn the_deactivated_are_listed_but_neither_found_nor_let_in() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let token = sim.linked(&app, BRUNO).await;
    let channel = sim.direct(ADA, BRUNO).await;
    sim.by_hand("/_sim/people/change", json!({"person": BRUNO, "deleted": true})).await;
    for token in [token.as_str(), BRUNO] {
        assert_eq!(sim.call(token, "auth.test", json!({})).await.refused(), "account_inactive");
    }
    sim.switch(json!({"deactivated_token_error": "token_revoked"})).await;
    assert_eq!(sim.call(&token, "auth.test", json!({})).await.refused(), "token_revoked");
    let user = sim.call(ADA, "users.info", json!({"user": sim.id(BRUNO)})).await.ok()["user"].clone();
    assert_eq!((&user["deleted"], user.get("tz")), (&json!(true), None));
    let lookup = sim.call(ADA, "users.lookupByEmail", json!({"email": BRUNO})).await;
    assert_eq!(lookup.refused(), "users_not_found");
    let open = sim.call(CHIARA, "conversations.open", json!({"users": sim.id(BRUNO)})).await;
    assert_eq!(open.refused(), "user_disabled");
    let post = json!({"channel": channel, "text": "still there?"});
    assert_eq!(sim.json(ADA, "chat.postMessage", post.clone()).await.refused(), "is_archived");
    sim.switch(json!({"post_to_deactivated_error": null})).await;
    sim.json(ADA, "chat.postMessage", post).await.ok();
    sim.by_hand("/_sim/people/change", json!({"person": BRUNO, "deleted": false})).await;
    assert_eq!(sim.call(&token, "auth.test", json!({})).await.ok()["user_id"], sim.id(BRUNO));
}

#[tokio::test(start_paused = true)]
async fn the_workspace_and_its_bots() {
    let sim = Sim::with(quiet()).await;
    let app = sim.app(json!({"name": "Bridge"})).await;
    let bot = sim.bot(&app).await;
    let team = sim.call(&bot, "team.info", json!({})).await.ok()["team"].clone();
    assert_eq!((&team["id"], &team["domain"]), (&json!(*sim.slack.team()), &json!("acme")));
    let me = sim.call(&bot, "auth.test", json!({})).await.body;
    let info = sim.call(&bot, "bots.info", json!({"bot": me["bot_id"]})).await.ok()["bot"].clone();
    assert_eq!((&info["app_id"], &info["user_id"]), (&json!(app.id), &me["user_id"]));
    assert_eq!(info["name"], "Bridge");
    assert_eq!(sim.call(&bot, "bots.info", json!({"bot": "B0NONE"})).await.refused(), "bot_not_found");
    let profile = sim.call(INES, "users.profile.get", json!({})).await.ok()["profile"].clone();
    assert_eq!((&profile["display_name"], &profile["fields"]), (&json!("ines"), &json!({})));
    assert_eq!(sim.call(INES, "users.getPresence", json!({})).await.ok()["presence"], "active");
    let handles: Vec<Value> = sim.call(INES, "users.list", json!({})).await.list("members").to_vec();
    assert!(handles.iter().any(|user| user["id"] == me["user_id"] && user["name"] == "bridge"));
}
