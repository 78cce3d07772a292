//! Zoom: the app in the marketplace's portal, its event subscription, and its authorization.

use std::sync::Arc;

use entente_engine::Engine;
use entente_platform::Site;
use serde_json::json;

use super::site;
use crate::place::Place;
use crate::world::{PRODUCT, World};

/// What the app asks people for, and by the older scope of that name the administrator for the directory.
const SCOPES: [&str; 10] = [
    "user:read:user",
    "team_chat:read:list_user_messages",
    "team_chat:read:user_message",
    "team_chat:read:thread_message",
    "team_chat:read:list_user_sessions",
    "team_chat:write:user_message",
    "team_chat:update:user_message",
    "team_chat:delete:user_message",
    "imchat:bot",
    "user:read",
];

impl World {
    pub(super) async fn connect_zoom(&self) -> Site {
        let hooks = format!("http://{PRODUCT}/hooks/zoom/{}/events", Place::Zoom.workspace());
        let app = json!({
            "name": "Entente",
            "kind": "user",
            "scopes": SCOPES,
            "redirect_uris": [format!("http://{PRODUCT}/oauth/callback")],
            "chatbot": true,
            "bot_endpoint": hooks,
        });
        let mut app = self.control(Place::Zoom, "/_sim/apps", app).await;
        app["tenant"] = app["account_id"].clone();
        let base = format!("http://{}", Place::Zoom.authority());
        let addresses = [("api", format!("{base}/v2")), ("login", base.clone()), ("socket", base)];
        let mut site = site(&entente_platform_zoom::Zoom, Place::Zoom.workspace(), &app, &addresses);
        for (secret, key) in [("secret_token", "secret_token"), ("bot_jid", "robot_jid")] {
            let value = app[key].as_str().expect("the portal shows it");
            site.secrets.insert(secret.to_owned(), value.to_owned().into());
        }
        site
    }

    /// An administrator gives consent, and enters the address for events, which is tried at once.
    pub(super) async fn install_zoom(&self, engine: &Arc<Engine>) {
        let people = self.look(Place::Zoom, "/_sim/people").await;
        let admin = people["items"].as_array().and_then(|all| all.iter().find(|p| p["admin"] == true));
        let admin = admin.and_then(|admin| admin["email"].as_str()).expect("there is an administrator");
        self.administer(engine, Place::Zoom, admin).await;
        self.answers_hooks(engine);
        let site = self.sites.iter().find(|site| site.workspace.id.as_str() == Place::Zoom.workspace());
        let url = format!("http://{PRODUCT}/hooks/zoom/{}/events", Place::Zoom.workspace());
        let events = ["posted", "updated", "deleted"].map(|what| format!("team_chat.dm_message_{what}"));
        let app = &site.expect("Zoom is connected").client_id;
        self.control(Place::Zoom, "/_sim/subscriptions", json!({"app": app, "events": events, "url": url}))
            .await;
        self.courier.unregister(PRODUCT);
    }
}
