//! Slack: the app's settings, its installation, and the address that its events go to.

use std::sync::Arc;

use axum::body::Body;
use entente_engine::Engine;
use entente_model::WorkspaceId;
use entente_platform::Site;
use http::{Request, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;

use super::site;
use crate::place::Place;
use crate::world::{PRODUCT, World};

/// What the app asks for itself when it is installed.
const BOT_SCOPES: &str = "chat:write,chat:write.customize,channels:history,channels:manage,channels:read,files:read,\
     files:write,groups:history,groups:read,groups:write,im:history,im:read,im:write,mpim:history,mpim:read,mpim:write,\
     reactions:read,reactions:write,users:read,users:read.email";

impl World {
    pub(super) async fn connect_slack(&self) -> Site {
        let app = json!({
            "name": "Entente",
            "redirect_uris": [back()],
            "bot_events": ["message.im", "message.channels", "message.groups", "message.mpim", "member_joined_channel",
                "member_left_channel", "reaction_added", "reaction_removed",
                "channel_rename", "channel_archive", "channel_unarchive", "group_rename", "group_archive",
                "group_unarchive", "app_uninstalled", "tokens_revoked"],
            "user_events": ["message.im", "message.mpim", "reaction_added", "reaction_removed"],
            "socket_mode": self.setup.socket_mode,
        });
        let mut app = self.control(Place::Slack, "/_sim/apps", app).await;
        app["tenant"] = json!(*self.slack.team());
        let base = format!("http://{}", Place::Slack.authority());
        let addresses = [("api", format!("{base}/api")), ("login", base)];
        let mut site = site(&entente_platform_slack::Slack, Place::Slack.workspace(), &app, &addresses);
        let secret = if self.setup.socket_mode { "app_token" } else { "signing" };
        let value = if self.setup.socket_mode { &app["app_token"] } else { &app["signing_secret"] };
        let value = value.as_str().expect("the app's page shows it");
        site.secrets.insert(secret.to_owned(), value.to_owned().into());
        site
    }

    /// An administrator installs the app, gives consent, and enters the address for events, which is tried at once.
    pub(super) async fn install_slack(&self, engine: &Arc<Engine>) {
        let people = self.look(Place::Slack, "/_sim/people?bots=false").await;
        let admin = people["items"].as_array().and_then(|all| all.iter().find(|p| p["admin"] == true));
        let admin = admin.and_then(|admin| admin["email"].as_str()).expect("there is an administrator");
        self.administer(engine, Place::Slack, admin).await;
        let token = self.bot_token(admin).await;
        let workspace = WorkspaceId::from(Place::Slack.workspace());
        engine.adopt_app(&workspace, token.into()).await.expect("the token is taken");
        if !self.setup.socket_mode {
            self.answers_hooks(engine);
            let url = format!("http://{PRODUCT}/hooks/slack/{}/events", Place::Slack.workspace());
            let settings = format!("/_sim/apps/{}", self.slack_app().await);
            let settings = self.control(Place::Slack, &settings, json!({"request_url": url})).await;
            assert_eq!(settings["request_url_verified"], true, "{settings}");
            self.courier.unregister(PRODUCT);
        }
    }

    /// The app's id.
    ///
    /// # Panics
    /// When none is registered.
    pub async fn slack_app(&self) -> String {
        let apps = self.look(Place::Slack, "/_sim/apps").await;
        apps["items"][0]["app_id"].as_str().expect("the app is registered").to_owned()
    }

    /// Installs the app as an administrator does on its page, which then shows its bot token.
    async fn bot_token(&self, admin: &str) -> String {
        let site = self.sites.iter().find(|site| site.workspace.id.as_str() == Place::Slack.workspace());
        let client = site.expect("Slack is connected").client_id.clone();
        let page = form(&[
            ("client_id", &client),
            ("scope", BOT_SCOPES),
            ("redirect_uri", &back()),
            ("person", admin),
            ("decision", "approve"),
        ]);
        let (location, _) = self.post_form("/oauth/v2/authorize", &page).await;
        let location: Url = location.expect("a redirect").parse().expect("an address");
        let code = location.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let secret = self.slack_secret().await;
        let exchange = form(&[
            ("client_id", &client),
            ("client_secret", &secret),
            ("code", &code),
            ("redirect_uri", &back()),
        ]);
        let (_, answer) = self.post_form("/api/oauth.v2.access", &exchange).await;
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no bot token: {answer}")).to_owned()
    }

    async fn slack_secret(&self) -> String {
        let settings = format!("/_sim/apps/{}", self.slack_app().await);
        let app = self.control(Place::Slack, &settings, json!({})).await;
        app["client_secret"].as_str().expect("the app's page shows it").to_owned()
    }

    async fn post_form(&self, path: &str, form: &str) -> (Option<String>, Value) {
        let authority = Place::Slack.authority();
        let request = Request::post(format!("http://{authority}{path}"))
            .header(header::HOST, authority)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Body::from(form.to_owned())).expect("a request");
        let answer = self.slack.router().oneshot(request).await.expect("routers do not fail");
        let location =
            answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
        (location, super::json_of(answer).await)
    }
}

fn back() -> String {
    format!("http://{PRODUCT}/oauth/callback")
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
