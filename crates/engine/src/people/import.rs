//! Directories, read page by page with the administrator's login. Can be repeated at any time.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use entente_model::{Account, AccountRef, CallError, StandInMode, WorkspaceId};
use entente_platform::{Client, LoginKind, Page};
use entente_store::Imported;

use crate::sites::Workspace;
use crate::{Engine, EngineError};

/// How often a page that is not given is asked for again before the import is given up. Nothing is lost by that: an
/// import starts at the beginning each time.
const PATIENCE: usize = 10;

/// Longer than this an import does not wait for a platform; whoever asked may ask again.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

impl Engine {
    /// Reads the directory of this workspace, or of each, and records it. Repeatable.
    ///
    /// # Errors
    /// When no administrator has given consent, the platform fails, or a directory lists nobody.
    pub async fn import(
        &self,
        workspace: Option<&WorkspaceId>,
    ) -> Result<Vec<(WorkspaceId, Imported)>, EngineError> {
        let workspaces: Vec<Arc<Workspace>> = match workspace {
            Some(name) => vec![Arc::clone(self.workspace(name)?)],
            None => self.sites.iter().map(Arc::clone).collect(),
        };
        let mut imported = Vec::new();
        for workspace in workspaces {
            let name = workspace.at().id.clone();
            let client = self.admin(&workspace).await?;
            let listed = listed(client.as_ref())
                .await
                .map_err(|error| EngineError::Call { workspace: name.clone(), error })?;
            // An administrator who may not see anybody must not make everybody look as if they had left.
            if listed.is_empty() {
                return Err(EngineError::Refused(format!("{name}: the directory lists nobody")));
            }
            let ours = self.ours().await?;
            let accounts = listed
                .into_values()
                .map(|mut account| {
                    account.bot |= ours.contains(&account.account);
                    account
                })
                .collect();
            imported.push((name, self.store.import(workspace.at(), accounts, self.now()).await?));
        }
        self.changed.send_replace(());
        Ok(imported)
    }

    /// The accounts that Entente itself made or speaks with: bots that stand in for people, and apps.
    pub(crate) async fn ours(&self) -> Result<HashSet<AccountRef>, EngineError> {
        let people = self.store.people().await?;
        let bots = people
            .into_iter()
            .flat_map(|known| known.stand_ins)
            .filter(|stand_in| stand_in.mode == StandInMode::Bot)
            .filter_map(|stand_in| stand_in.account);
        let logins = self.store.logins(None).await?.into_iter();
        let apps =
            logins.filter(|login| login.kind == LoginKind::App.name()).filter_map(|login| login.account);
        Ok(bots.chain(apps).collect())
    }
}

/// The whole directory, each account once, addresses as they are compared.
async fn listed(client: &dyn Client) -> Result<BTreeMap<AccountRef, Account>, CallError> {
    let mut all = BTreeMap::new();
    let mut asked = HashSet::new();
    let mut next = None;
    loop {
        let page = page(client, next.clone()).await?;
        for mut account in page.items {
            account.email = account.email.trim().to_lowercase();
            account.name = entente_model::plain_person(&account.name);
            all.insert(account.account.clone(), account);
        }
        next = page.next;
        match &next {
            None => return Ok(all),
            Some(page) if asked.insert(page.clone()) => {}
            Some(_) => return Err(CallError::Reject("the directory's pages form a circle".to_owned())),
        }
    }
}

async fn page(client: &dyn Client, page: Option<String>) -> Result<Page<Account>, CallError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match client.directory(page.clone()).await {
            Err(CallError::Retry { after }) if tries < PATIENCE => {
                let wait = after.unwrap_or(Duration::from_secs(1));
                if wait > LONGEST_WAIT {
                    return Err(CallError::Retry { after });
                }
                tokio::time::sleep(wait).await;
            }
            answered => return answered,
        }
    }
}
