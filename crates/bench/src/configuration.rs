//! The product's configuration, such as an operator writes it, with the simulated platforms' addresses.

use std::fmt::Write as _;
use std::net::SocketAddr;

use serde_json::json;

use crate::product::App;

/// A configuration that is being written.
pub(crate) struct Configuration(String);

impl Configuration {
    /// What is the same in every run: an address, no introductions in front of first messages, and a limiter that is out of
    /// the way.
    pub(crate) fn new(listen: SocketAddr) -> Self {
        Self(format!(
            "[server]\nlisten = \"{listen}\"\n\n[data]\nfolder = \".\"\n\n\
             [engine]\nbot_suffix = \"acme\"\nfirst_contact = false\n\n\
             [calls]\nlimits_factor = 1000000.0\n\n[log]\nlevel = \"warn\"\n"
        ))
    }

    /// Webex at this address.
    pub(crate) fn webex(mut self, base: &str, app: &App) -> Self {
        self.workspace("webex", app);
        self.line(&format!("addresses = {{ api = \"{base}/v1\" }}"));
        self
    }

    /// Teams, its sign-in and its bot service at this address.
    pub(crate) fn teams(mut self, base: &str, tenant: &str, app: &App) -> Self {
        self.workspace("teams", app);
        self.line(&format!("tenant = {}", json!(tenant)));
        self.line(&format!(
            "addresses = {{ graph = \"{base}/v1.0\", login = \"{base}\", bot = \"{base}/amer\", \
             bot_metadata = \"{base}\", files = \"{base}\" }}"
        ));
        self
    }

    /// Slack at this address, with the secret that its events are signed with.
    pub(crate) fn slack(mut self, base: &str, team: &str, app: &App, signing: &str) -> Self {
        self.workspace("slack", app);
        self.line(&format!("tenant = {}", json!(team)));
        self.line(&format!("secrets = {{ signing = {} }}", json!(signing)));
        self.line(&format!("addresses = {{ api = \"{base}/api\", files = \"{base}\", login = \"{base}\" }}"));
        self
    }

    /// Zoom at this address: its app, whose events are signed with `secret` and whose bot is `robot`, and the app by which
    /// the directory is read.
    pub(crate) fn zoom(
        mut self,
        base: &str,
        account: &str,
        (app, secret, robot): (&App, &str, &str),
        directory: &App,
    ) -> Self {
        self.workspace("zoom", app);
        self.line(&format!("tenant = {}", json!(account)));
        self.line(&format!(
            "addresses = {{ api = \"{base}/v2\", files = \"{base}/v2\", login = \"{base}\", socket = \"{base}\" }}"
        ));
        self.line(&format!(
            "settings = {{ bot_jid = {}, directory_client_id = {} }}",
            json!(robot),
            json!(directory.id)
        ));
        self.line(&format!(
            "secrets = {{ secret_token = {}, directory_client_secret = {} }}",
            json!(secret),
            json!(directory.secret)
        ));
        self
    }

    /// The file.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// A workspace called as its platform.
    fn workspace(&mut self, platform: &str, app: &App) {
        let _infallible = write!(
            self.0,
            "\n[workspaces.{platform}]\nplatform = \"{platform}\"\nclient_id = {}\nclient_secret = {}\n",
            json!(app.id),
            json!(app.secret)
        );
    }

    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }
}
