//! People, and the keys that Microsoft signs with. Graph: "Get user", "List users"; `OpenID` Connect discovery documents
//! of the sign-in service and of the Bot Framework.

use std::sync::Arc;

use entente_model::{Account, CallError, WorkspaceRef};
use entente_platform::{Call, Http, Page, Site};
use http::Method;

use crate::client::GraphClient;
use crate::profile::{BOT_METADATA, LOGIN};
use crate::receiver::{BOT_KEYS, GRAPH_KEYS};
use crate::wire::keys::{KeySet, Metadata};
use crate::wire::list::List;
use crate::wire::user::{AssignedPlan, SELECT, SELECT_ME, User};
use crate::{id, refusal};

/// The longest page of people.
const TOP: usize = 999;

impl GraphClient {
    /// The account behind the login.
    pub(crate) async fn own_account(&self) -> Result<Account, CallError> {
        let call = self.call(Method::GET, &format!("/me?$select={SELECT_ME}"), self.limits.directory());
        let answer = self.send(call).await.map_err(|failure| refusal::graph(&failure))?;
        let user = answer.json().map_err(|_| CallError::Retry { after: None })?;
        Ok(account(&self.site.workspace, user))
    }

    /// A page of everybody. Read by the app's own right where it has one, so that no person's token is needed.
    pub(crate) async fn people(&self, page: Option<String>) -> Result<Page<Account>, CallError> {
        let url = match page {
            Some(next) => self.follow(&next)?,
            None => self.url(&format!("/users?$select={SELECT}&$top={TOP}")),
        };
        let call = Call { limits: self.limits.directory(), ..Call::new(Method::GET, url) };
        let answer = self.http.send(call, Some(self.wide_tokens())).await;
        let answer = answer.map_err(|failure| match failure.status.map(|status| status.as_u16()) {
            Some(403) => CallError::Reject(
                "Microsoft does not let us read the directory: an administrator must grant User.Read.All"
                    .to_owned(),
            ),
            _ => refusal::graph(&failure),
        })?;
        let list: List<User> = answer.json().map_err(|_| CallError::Retry { after: None })?;
        let items = list.value.into_iter().map(|user| account(&self.site.workspace, user)).collect();
        Ok(Page { items, next: list.next })
    }
}

fn account(workspace: &WorkspaceRef, user: User) -> Account {
    // Who has no mailbox here still signs in with a name of the organisation's own domain; a guest's is made up.
    let name = user.sign_in_name.filter(|name| name.contains('@') && !name.contains("#EXT#"));
    let email = user.mail.filter(|mail| !mail.is_empty()).or(name).unwrap_or_default().to_lowercase();
    Account {
        account: id::account(workspace, &user.id),
        name: user.display_name.unwrap_or_else(|| email.clone()),
        email,
        bot: false,
        active: user.account_enabled != Some(false) && licensed(user.assigned_plans.as_deref()),
        // Pictures need a token to be fetched with.
        picture: None,
        department: user.department.filter(|department| !department.is_empty()),
    }
}

/// Whether somebody may have Teams at all. Directories are full of accounts without any licence, for administration, for
/// services, for shared mailboxes and rooms; nobody can be written to there, and none is a person to be represented.
/// Which of many plans bring Teams is not for us to know, so one that works is enough, and so is not being told.
fn licensed(plans: Option<&[AssignedPlan]>) -> bool {
    let works =
        |plan: &AssignedPlan| matches!(plan.capability_status.as_deref(), Some("Enabled" | "Warning"));
    plans.is_none_or(|plans| plans.iter().any(works))
}

/// The key documents: of the sign-in service for notifications with content, of the Bot Framework for activities.
pub(crate) async fn public_keys(site: &Site, http: &Http) -> Result<Vec<(String, Arc<[u8]>)>, CallError> {
    // Graph: "Set up change notifications that include resource data" names this document for validation tokens.
    let graph = keys(site, http, LOGIN, "/common/.well-known/openid-configuration").await?;
    // Bot Framework: "Authenticate requests with the Bot Connector API".
    let bot = keys(site, http, BOT_METADATA, "/v1/.well-known/openidconfiguration").await?;
    Ok(vec![(GRAPH_KEYS.to_owned(), graph), (BOT_KEYS.to_owned(), bot)])
}

async fn keys(site: &Site, http: &Http, address: &str, path: &str) -> Result<Arc<[u8]>, CallError> {
    let unreadable = || CallError::Retry { after: None };
    let metadata = http.send(Call::new(Method::GET, site.url(address, path)), None).await?;
    let metadata: Metadata = metadata.json().map_err(|_| unreadable())?;
    let url = metadata.jwks_uri.parse().map_err(|_| unreadable())?;
    // Another address than the configured ones is refused by the way out.
    let keys = http.send(Call::new(Method::GET, url), None).await?;
    serde_json::from_slice::<KeySet>(&keys.body).map_err(|_| unreadable())?;
    Ok(Arc::from(keys.body.as_ref()))
}
