//! Bringing the Entente app into a group chat, so that its bot may speak there. Graph: "List teamsApps", "Add app to chat"; by the
//! app's own right, with the application permissions `AppCatalog.Read.All` and `TeamsAppInstallation.ReadWriteSelfForChat.All`.
//! What people could consent to for it (`TeamsAppInstallation.ReadWriteSelfForChat`) needs an administrator just the same.
//!
//! The catalog names an app by an id of its own, which is neither the client id nor that of the manifest; its bot is known by the
//! client id.

use entente_model::CallError;
use entente_platform::{Call, Effect};
use http::Method;

use crate::client::GraphClient;
use crate::groups::status;
use crate::wire::catalog::CatalogApp;
use crate::wire::list::List;
use crate::wire::outgoing::NewInstallation;
use crate::{id, refusal};

/// The most pages of the catalog that are read.
const PAGES: usize = 20;

impl GraphClient {
    /// Installs the app in a group, where it may be already.
    pub(crate) async fn install(&self, chat: &str) -> Result<(), CallError> {
        let app = self.catalog_id().await?;
        let address = self.url(&format!("/appCatalogs/teamsApps/{}", id::segment(&app)));
        let path = format!("/chats/{}/installedApps", id::segment(chat));
        let call = self.call(Method::POST, &path, self.limits.change(chat));
        let call = call.json(&NewInstallation { app: address.as_str() }).effect(Effect::Repeatable);
        match self.http.send(call, Some(self.wide_tokens())).await {
            Ok(_) => Ok(()),
            Err(failure) => match status(&failure) {
                Some(409) => Ok(()),
                Some(403) => lacks("TeamsAppInstallation.ReadWriteSelfForChat.All"),
                _ => Err(refusal::graph(&failure)),
            },
        }
    }

    /// The app's id in the organization's catalog.
    async fn catalog_id(&self) -> Result<String, CallError> {
        let path = "/appCatalogs/teamsApps?$filter=distributionMethod eq 'organization'&$expand=appDefinitions($expand=bot)";
        let mut call = self.call(Method::GET, path, self.limits.directory());
        for _ in 0..PAGES {
            let answer = match self.http.send(call, Some(self.wide_tokens())).await {
                Err(failure) if status(&failure) == Some(403) => return lacks("AppCatalog.Read.All"),
                answered => answered.map_err(|failure| refusal::graph(&failure))?,
            };
            let page: List<CatalogApp> = answer.json().map_err(|_| CallError::Retry { after: None })?;
            let ours = page.value.into_iter().find(|app| app.is_of(&self.site.client_id));
            if let Some(app) = ours {
                return Ok(app.id);
            }
            let Some(next) = page.next else { break };
            call = Call { limits: self.limits.directory(), ..Call::new(Method::GET, self.follow(&next)?) };
        }
        Err(CallError::Reject(
            "the Entente app is not in the organization's catalog of Teams apps".to_owned(),
        ))
    }
}

fn lacks<T>(permission: &str) -> Result<T, CallError> {
    Err(CallError::Lacks(format!("Microsoft wants {permission}")))
}
