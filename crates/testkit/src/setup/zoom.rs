//! Zoom: the apps in the marketplace's portal, and the event subscription.

use std::sync::Arc;

use entente_engine::Engine;
use entente_platform::Site;
use serde_json::json;

use super::site;
use crate::place::Place;
use crate::world::{PRODUCT, World};

/// What the app asks people for.
const SCOPES: [&str; 16] = [
    "user:read:user",
    "team_chat:read:list_user_messages",
    "team_chat:read:user_message",
    "team_chat:read:thread_message",
    "team_chat:read:list_user_sessions",
    "team_chat:read:list_user_channels",
    "team_chat:read:user_channel",
    "team_chat:read:list_members",
    "team_chat:update:user_channel",
    "team_chat:write:user_message",
    "team_chat:update:user_message",
    "team_chat:delete:user_message",
    "team_chat:update:message_emoji",
    "team_chat:read:file",
    "team_chat:write:message_files",
    "imchat:bot",
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
        let api = format!("{base}/v2");
        let addresses = [("api", api.clone()), ("files", api), ("login", base.clone()), ("socket", base)];
        let mut site = site(&entente_platform_zoom::Zoom, Place::Zoom.workspace(), &app, &addresses);
        let shown = |app: &serde_json::Value, key: &str| -> String {
            app[key].as_str().expect("the portal shows it").to_owned()
        };
        site.secrets.insert("secret_token".to_owned(), shown(&app, "secret_token").into());
        site.settings.insert("bot_jid".to_owned(), shown(&app, "robot_jid"));
        let app = json!({"name": "Directory", "kind": "server", "scopes": ["user:read:list_users:admin"]});
        let app = self.control(Place::Zoom, "/_sim/apps", app).await;
        site.settings.insert("directory_client_id".to_owned(), shown(&app, "client_id"));
        site.secrets.insert("directory_client_secret".to_owned(), shown(&app, "client_secret").into());
        site
    }

    /// The address for events is entered, and tried at once.
    pub(super) async fn install_zoom(&self, engine: &Arc<Engine>) {
        self.answers_hooks(engine);
        let site = self.sites.iter().find(|site| site.workspace.id.as_str() == Place::Zoom.workspace());
        let url = format!("http://{PRODUCT}/hooks/zoom/{}/events", Place::Zoom.workspace());
        let whats =
            ["message_posted", "message_updated", "message_deleted", "reaction_added", "reaction_removed"];
        let of = |place: &str| whats.map(|what| format!("team_chat.{place}_{what}"));
        let events = [of("dm"), of("channel")].concat();
        let app = &site.expect("Zoom is connected").client_id;
        self.control(Place::Zoom, "/_sim/subscriptions", json!({"app": app, "events": events, "url": url}))
            .await;
        self.courier.unregister(PRODUCT);
    }

    /// Zoom tells of reactions only on the side that received the message: what somebody without a consent at Zoom feels about
    /// a message of a stand-in is told to nobody but those who hear the whole account.
    ///
    /// # Panics
    /// When Zoom is not connected.
    pub async fn hear_all_of_zoom(&self) {
        let site = self.sites.iter().find(|site| site.workspace.id.as_str() == Place::Zoom.workspace());
        let site = site.expect("Zoom is connected");
        let url = format!("http://{PRODUCT}/hooks/zoom/{}/events", site.workspace.id);
        let events = ["team_chat.dm_reaction_added", "team_chat.dm_reaction_removed"];
        let wanted = json!({"app": site.client_id, "events": events, "url": url, "scope": "account", "validate": false});
        self.control(Place::Zoom, "/_sim/subscriptions", wanted).await;
    }
}
