//! People. "List users" (with an administrator's scope), "Get a user" (`me`).

use entente_model::{Account, CallError, WorkspaceRef};
use entente_platform::Page;

use crate::client::{ZoomClient, read};
use crate::wire::filled;
use crate::wire::user::{User, Users};
use crate::{id, refusal};

/// "List users": up to 2,000 a page; 300 keep an answer small.
const PAGE: &str = "/users?status=active&page_size=300";

impl ZoomClient {
    /// The account behind the login.
    pub(crate) async fn own_account(&self) -> Result<Account, CallError> {
        let answer = self.send(self.get("/users/me", self.limits.light())?).await.map_err(refusal::call)?;
        account(&self.workspace, read(&answer)?).ok_or(CallError::Retry { after: None })
    }

    /// A page of everybody who has an active account.
    pub(crate) async fn people(&self, page: Option<String>) -> Result<Page<Account>, CallError> {
        let mut call = self.get(PAGE, self.limits.medium())?;
        if let Some(next) = &page {
            call.url.query_pairs_mut().append_pair("next_page_token", next);
        }
        let answer = self.send(call).await.map_err(refusal::call)?;
        let users: Users = read(&answer)?;
        let items = users.users.into_iter().filter_map(|user| account(&self.workspace, user)).collect();
        Ok(Page { items, next: filled(users.next_page_token.as_deref()).map(str::to_owned) })
    }
}

/// A user as a directory lists them; `None` for one who has no id yet.
pub(crate) fn account(workspace: &WorkspaceRef, user: User) -> Option<Account> {
    let id = user.id.filter(|id| id::is_id(id))?;
    let email = user.email.unwrap_or_default().to_lowercase();
    let full = [user.first_name, user.last_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let names = [user.display_name.unwrap_or_default(), full, email.clone()];
    let name = names.iter().map(|name| name.trim()).find(|name| !name.is_empty()).unwrap_or_default();
    Some(Account {
        account: id::account(workspace, &id),
        name: name.to_owned(),
        email,
        // Chatbots are apps and no users.
        bot: false,
        active: user.status.as_deref().is_none_or(|status| status == "active"),
        picture: user.pic_url.filter(|url| !url.is_empty()),
        department: user.dept.filter(|dept| !dept.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_without_an_id_is_nobody_yet() {
        let workspace = WorkspaceRef { platform: "zoom".into(), id: "acme".into() };
        let user = |text: &str| serde_json::from_str::<User>(text).unwrap();
        assert!(account(&workspace, user(r#"{"email":"new@acme.example","status":"pending"}"#)).is_none());
        let found = account(
            &workspace,
            user(r#"{"id":"A1","email":"Ada@Acme.example","first_name":"Ada","last_name":"Ek","dept":""}"#),
        );
        let found = found.unwrap();
        assert_eq!((found.name.as_str(), found.email.as_str()), ("Ada Ek", "ada@acme.example"));
        assert!(found.active && found.department.is_none());
    }
}
