//! Names in mentions: for people whom a message mentions by id alone, as some vendors send them, and for those whose account
//! means nothing where a message goes. Whoever is known to us has a name; others are somebody. What a name is made of is not
//! trusted: it stands in the middle of what somebody else says.

use std::borrow::Cow;

use entente_model::{AccountRef, Body, WorkspaceRef, plain_person};
use entente_store::{Represented, StoreError};

use crate::engine::Engine;

/// Who is not known by name.
const SOMEBODY: &str = "somebody";

impl Engine {
    /// Cleans the names that there are, and fills in those that are missing. Unless it is allowed, nobody calls everybody.
    pub(crate) async fn name_people(&self, body: &mut Body, broadcast: bool) -> Result<(), StoreError> {
        let mut nameless = Vec::new();
        for mention in body.mentions_mut() {
            mention.everybody &= broadcast;
            mention.name = plain_person(&mention.name);
            if mention.name.is_empty() {
                nameless.extend(mention.account.clone());
            }
        }
        let known = if nameless.is_empty() {
            Vec::new()
        } else {
            nameless.sort();
            nameless.dedup();
            self.store.identities(&nameless).await?
        };
        let name = |account: &AccountRef| {
            let at = nameless.binary_search(account).ok()?;
            Some(known.get(at)?.as_ref()?.represented.person.name.clone())
        };
        for mention in body.mentions_mut() {
            if mention.name.is_empty() {
                let name = mention.account.as_ref().and_then(name);
                mention.name = name.unwrap_or_else(|| SOMEBODY.to_owned());
            }
        }
        Ok(())
    }

    /// The people whom a body calls, by the accounts by which it does.
    pub(crate) async fn called(&self, body: &Body) -> Result<Called, StoreError> {
        let accounts: Vec<AccountRef> = body.called().cloned().collect();
        if accounts.is_empty() {
            return Ok(Vec::new());
        }
        let identities = self.store.identities(&accounts).await?;
        let known = accounts.into_iter().zip(identities);
        Ok(known.filter_map(|(account, who)| Some((account, who?.represented))).collect())
    }
}

/// People, each by an account of theirs that a body calls.
pub(crate) type Called = Vec<(AccountRef, Represented)>;

/// Lets everybody be called by the account by which they are present in a workspace.
pub(crate) fn called_in(body: &mut Body, called: &Called, workspace: &WorkspaceRef) {
    mentioned(body, |account| {
        let (_, who) = called.iter().find(|(known, _)| known == account)?;
        who.account_in(workspace).cloned()
    });
}

/// Whether anybody is called by account.
pub(crate) fn calls_somebody(body: &Body) -> bool {
    body.called().next().is_some()
}

/// Leaves of each mention of everybody only the name.
pub(crate) fn calls_not_all(body: &mut Body) {
    for mention in body.mentions_mut() {
        mention.everybody = false;
    }
}

/// Leaves of each mention only the name, for where nobody is called by account.
pub(crate) fn named_only(body: &mut Body) {
    mentioned(body, |_| None);
}

/// Leaves of each mention only the name unless it is of somebody in `workspace`: an account of another workspace means nothing
/// there, or, on the same platform, a stranger.
pub(crate) fn name_strangers(body: &mut Body, workspace: &WorkspaceRef) {
    for mention in body.mentions_mut() {
        if mention.account.as_ref().is_some_and(|account| account.workspace != *workspace) {
            mention.account = None;
        }
    }
}

/// Lets each mention of an account be one of the account that `other` gives for it, or of a name alone.
fn mentioned(body: &mut Body, other: impl Fn(&AccountRef) -> Option<AccountRef>) {
    for mention in body.mentions_mut() {
        if let Some(account) = &mention.account {
            mention.account = other(account);
        }
    }
}

/// The same without the names of those who are called, who are shown by names of the platform's.
pub(crate) fn unnamed(body: &Body) -> Cow<'_, Body> {
    if body.mentions().iter().all(|mention| mention.account.is_none() && !mention.everybody) {
        return Cow::Borrowed(body);
    }
    let mut body = body.clone();
    for mention in body.mentions_mut() {
        if mention.account.is_some() || mention.everybody {
            mention.name.clear();
        }
    }
    Cow::Owned(body)
}

#[cfg(test)]
mod tests {
    use entente_model::{Block, Inline, Mention};

    use super::*;

    #[test]
    fn only_accounts_of_the_workspace_are_called_there() {
        let mention = |workspace: &str| {
            let workspace = WorkspaceRef { platform: "slack".into(), id: workspace.into() };
            let account = AccountRef { workspace, id: "U1".into() };
            Inline::Mention(Mention { everybody: false, account: Some(account), name: "Ada".to_owned() })
        };
        let nobody = Inline::Mention(Mention { everybody: false, account: None, name: "Ada".to_owned() });
        let quoted =
            |inline| Body(vec![Block::Quote(vec![Block::Paragraph(vec![Inline::Bold(vec![inline])])])]);
        let mut body = quoted(mention("there"));
        let there = WorkspaceRef { platform: "slack".into(), id: "there".into() };
        name_strangers(&mut body, &there);
        assert_eq!(body, quoted(mention("there")));
        let mut body = quoted(mention("elsewhere"));
        name_strangers(&mut body, &there);
        assert_eq!(body, quoted(nobody));
    }
}
