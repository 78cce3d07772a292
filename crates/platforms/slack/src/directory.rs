//! People. "auth.test" tells who one is, "users.info" what they are called, "users.list" everybody.

use entente_model::{Account, AccountRef, CallError, WorkspaceRef};
use entente_platform::{LoginKind, Page};

use crate::client::{SlackClient, read};
use crate::id;
use crate::wire::answer::{Identity, next};
use crate::wire::user::{One, User, Users};

/// Slackbot, which is a bot and not marked as one. "User object".
const SLACKBOT: &str = "USLACKBOT";

impl SlackClient {
    /// Whose token it is.
    ///
    /// # Errors
    /// Also when it is of another workspace than the configured one.
    pub(crate) async fn identity(&self) -> Result<Identity, CallError> {
        let answer = self.send(self.reading("auth.test", &[])).await?;
        let identity: Identity = read(&answer)?;
        match (&self.team, &identity.team_id) {
            (Some(ours), Some(theirs)) if ours != theirs => Err(CallError::Reject(
                "the account is in another Slack workspace than the configured one".to_owned(),
            )),
            _ => Ok(identity),
        }
    }

    /// The account behind the login.
    pub(crate) async fn own_account(&self) -> Result<Account, CallError> {
        let identity = self.identity().await?;
        let call = self.reading("users.info", &[("user", &identity.user_id)]);
        let mut account = match self.send(call).await {
            Ok(answer) => account(&self.workspace, read::<One>(&answer)?.user),
            // A token may know who it is without a permission to read about people.
            Err(failure) => match failure.error {
                CallError::Reject(_) | CallError::Lacks(_) => Account {
                    account: id::account(&self.workspace, &identity.user_id),
                    name: identity.user.unwrap_or_default(),
                    email: String::new(),
                    bot: false,
                    active: true,
                    picture: None,
                    department: None,
                },
                error => return Err(error),
            },
        };
        account.bot |= identity.bot_id.is_some();
        Ok(account)
    }

    /// Somebody by their id, also from another organization (Slack Connect), whom "users.list" does not list; a guest's token may not
    /// see them.
    pub(crate) async fn stranger(&self, who: &AccountRef) -> Result<Option<Account>, CallError> {
        if !id::is_plain(who.id.as_str()) {
            return Ok(None);
        }
        match self.send(self.reading("users.info", &[("user", who.id.as_str())])).await {
            Ok(answer) => Ok(Some(account(&self.workspace, read::<One>(&answer)?.user))),
            Err(failure) => match failure.error {
                CallError::Gone | CallError::Reject(_) | CallError::Lacks(_) => Ok(None),
                error => Err(error),
            },
        }
    }

    /// A page of everybody. `page` is the cursor. "users.list": without a limit it tries to send all, and fails.
    /// Anybody may list it at Slack, so an administrator's login is asked whether it is one, once.
    pub(crate) async fn people(&self, page: Option<String>) -> Result<Page<Account>, CallError> {
        if self.credentials.kind == LoginKind::Admin && page.is_none() {
            let own = self.own_id().await?;
            let answer = self.send(self.reading("users.info", &[("user", &own)])).await?;
            if read::<One>(&answer)?.user.is_admin != Some(true) {
                return Err(CallError::Reject(
                    "the account is no administrator of the Slack workspace".to_owned(),
                ));
            }
        }
        let mut arguments = vec![("limit", "200")];
        arguments.extend(self.team.as_deref().map(|team| ("team_id", team)));
        arguments.extend(page.as_deref().map(|cursor| ("cursor", cursor)));
        let answer = self.send(self.reading("users.list", &arguments)).await?;
        let users: Users = read(&answer)?;
        let items = users.members.into_iter().map(|user| account(&self.workspace, user)).collect();
        Ok(Page { items, next: next(users.response_metadata) })
    }
}

/// A user as a directory lists them.
fn account(workspace: &WorkspaceRef, user: User) -> Account {
    let profile = user.profile.unwrap_or_default();
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let email = filled(profile.email).unwrap_or_default().to_lowercase();
    let name = filled(profile.real_name).or(filled(user.real_name)).or(filled(profile.display_name));
    Account {
        account: id::account(workspace, &user.id),
        name: name.unwrap_or_else(|| email.clone()),
        bot: user.is_bot == Some(true) || user.id == SLACKBOT,
        // Who was invited and never came cannot consent, and cannot be written to.
        active: user.deleted != Some(true) && user.is_invited != Some(true),
        picture: filled(profile.image_192),
        department: None,
        email,
    }
}
