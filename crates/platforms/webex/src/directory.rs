//! People. "List People" (an administrator lists everybody), "Get My Own Details".

use entente_model::{Account, AccountRef, CallError, WorkspaceRef};
use entente_platform::{Answer, Page};
use http::HeaderMap;
use url::Url;

use crate::client::{WebexClient, read};
use crate::wire::list::List;
use crate::wire::person::Person;
use crate::{id, refusal};

/// The longest page that is surely served.
const PAGE: &str = "/people?max=100";

impl WebexClient {
    /// The account behind the login.
    pub(crate) async fn own_account(&self) -> Result<Account, CallError> {
        let answer =
            self.send(self.get("/people/me", self.limits.directory())?).await.map_err(refusal::call)?;
        Ok(account(&self.workspace, read(&answer)?))
    }

    /// Somebody by their id, also from another organization. "Get Person Details".
    pub(crate) async fn stranger(&self, who: &AccountRef) -> Result<Option<Account>, CallError> {
        let path = ["/people/", &id::segment(who.id.as_str())].concat();
        match self.find(self.get(&path, self.limits.directory())?).await {
            Ok(Some(answer)) => Ok(Some(account(&self.workspace, read(&answer)?))),
            Ok(None) | Err(CallError::Reject(_) | CallError::Lacks(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A page of everybody.
    pub(crate) async fn people(&self, page: Option<String>) -> Result<Page<Account>, CallError> {
        let mut call = self.get(PAGE, self.limits.directory())?;
        if let Some(next) = page {
            call.url = self.follow(&next)?;
        }
        let answer = self.send(call).await.map_err(refusal::call)?;
        let list: List<Person> = read(&answer)?;
        let items = list.items.into_iter().map(|person| account(&self.workspace, person)).collect();
        Ok(Page { items, next: next(&answer.headers) })
    }

    /// The address of a next page, if it is where we may send a token. "REST API Basics": it is followed as it is.
    pub(crate) fn follow(&self, next: &str) -> Result<Url, CallError> {
        let url: Option<Url> = next.parse().ok();
        url.filter(|url| self.http.allows(url)).ok_or_else(|| {
            CallError::Reject("the next page is at another address than the configured one".to_owned())
        })
    }

    /// The next page after an answer.
    pub(crate) fn next_of(&self, answer: &Answer) -> Result<Option<Url>, CallError> {
        next(&answer.headers).map(|next| self.follow(&next)).transpose()
    }
}

/// A person as a directory lists them. What is not a person (bots, guests of an app) is never matched with one.
pub(crate) fn account(workspace: &WorkspaceRef, person: Person) -> Account {
    let email = person.emails.into_iter().next().unwrap_or_default().to_lowercase();
    Account {
        account: id::account(workspace, &person.id),
        name: person.display_name.filter(|name| !name.is_empty()).unwrap_or_else(|| email.clone()),
        email,
        bot: person.kind.as_deref() != Some("person"),
        active: person.login_enabled != Some(false),
        picture: person.avatar,
        department: person.department.filter(|department| !department.is_empty()),
    }
}

/// The address of the next page. "REST API Basics", pagination: RFC 8288, `<address>; rel="next"`. An old fault of the
/// service leaves a literal `max=null` in it.
pub(crate) fn next(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(http::header::LINK).iter().filter_map(|value| value.to_str().ok());
    let mut found = None;
    for link in links.flat_map(|value| value.split(", <")) {
        let (address, parameters) = link.trim_start_matches('<').split_once('>')?;
        let is_next =
            parameters.split(';').any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
        if is_next {
            found = Some(address.replace("&max=null", "").replace("max=null&", ""));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> Option<String> {
        let pairs = values.iter().map(|value| (http::header::LINK, value.parse().unwrap()));
        next(&pairs.collect())
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["<https://x/v1/a?b=c,d&e>; rel=\"next\""]).unwrap(), "https://x/v1/a?b=c,d&e");
        let several =
            "<https://x/1>; rel=\"first\", <https://x/2>; rel=\"next\", <https://x/3>; rel=\"prev\"";
        assert_eq!(of(&[several]).unwrap(), "https://x/2");
        assert_eq!(
            of(&["<https://x/1>; rel=\"prev\"", "<https://x/2?max=null&a=b>; rel=next"]).unwrap(),
            "https://x/2?a=b"
        );
        assert_eq!(of(&["nonsense"]), None);
    }
}
