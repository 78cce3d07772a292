//! Hearing. What an app is told of is a list in its settings ("Events API", subscribing), for all who have authorized it; a token
//! can neither make nor look at that. What can be seen is whether this login still lets the app see anything: its token works,
//! is of this workspace, and has the permission that reports of direct conversations hang on ("message.im": `im:history`).
//!
//! So reports that end without a word are not noticed here. The vendor sends what was not acknowledged three times more within
//! minutes, and writes to the app's owner before it switches an address off; conversations are compared from time to time
//! ([`crate::talks`]); and a feed that we hold open notices by itself.

use std::time::Duration;

use entente_model::CallError;
use entente_platform::{Listen, Listening, LoginKind, Rung};

use crate::client::{SlackClient, read};
use crate::wire::answer::Identity;

/// How often to look. A revoked token is reported, so this only backs that up.
const AGAIN: Duration = Duration::from_mins(5);

/// "Using the Slack Web API": the scopes of the token, separated by commas.
const SCOPES: &str = "x-oauth-scopes";

/// What reports of direct conversations hang on.
const HEARS: &str = "im:history";

impl SlackClient {
    /// Sees whether this login lets the app hear.
    pub(crate) async fn hear(&self, _wanted: &Listen<'_>) -> Result<Listening, CallError> {
        let answer = self.send(self.reading("auth.test", &[])).await?;
        let identity: Identity = read(&answer)?;
        if let (Some(ours), Some(theirs)) = (&self.team, &identity.team_id)
            && ours != theirs
        {
            return Err(CallError::Reject("the login is of another Slack workspace".to_owned()));
        }
        let scopes = answer.headers.get(SCOPES).and_then(|scopes| scopes.to_str().ok());
        if scopes.is_some_and(|scopes| !scopes.split(',').any(|scope| scope.trim() == HEARS)) {
            return Err(CallError::Lacks(format!("Slack tells of no direct messages without {HEARS}")));
        }
        let rung = if self.credentials.kind == LoginKind::Account { Rung::Own } else { Rung::App };
        Ok(Listening { rung, again: AGAIN, resumed: false })
    }
}
