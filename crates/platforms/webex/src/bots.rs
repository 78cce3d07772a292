//! Making bots. "Create a `FedRAMP` Bot" describes `POST /applications`; on the commercial cloud the same call works, as
//! Cisco's own SDK tests show, but is neither documented nor supported. So every answer is doubted: a refusal says what an
//! administrator can do instead, and a bot that was made without telling its token counts as unknown.

use entente_model::{Account, CallError};
use entente_platform::{BotRefused, Call, Failure, MadeBot, WantedBot};
use http::Method;

use crate::client::{WebexClient, read};
use crate::wire::application::Application;
use crate::wire::list::List;
use crate::wire::outgoing::NewApplication;
use crate::wire::person::Person;
use crate::{directory, id, refusal};

/// The longest name and description, in characters, as the portal's form limits them.
const LONGEST_NAME: usize = 100;
const LONGEST_DESCRIPTION: usize = 1000;

/// Only the portal's button is certain; no call for it is documented anywhere.
pub(crate) const NO_RENEWAL: &str = "Webex documents no call that renews a bot's token: regenerate it in the developer \
                                     portal and hand it in";

impl WebexClient {
    /// Makes a bot.
    pub(crate) async fn make(&self, wanted: &WantedBot) -> Result<MadeBot, BotRefused> {
        let application = NewApplication {
            kind: "bot",
            name: first(&wanted.name, LONGEST_NAME),
            bot_email: &wanted.address,
            logo: wanted.picture.as_deref(),
            description: first(&wanted.description, LONGEST_DESCRIPTION),
        };
        let call =
            Call { limits: self.limits.other(), ..Call::new(Method::POST, self.url("/applications")?) };
        let answer = self.send(call.json(&application)).await.map_err(refused)?;
        let made: Application = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        let (Some(person), Some(token)) = (made.bot_person_id, made.bot_token) else {
            return Err(CallError::Unknown.into());
        };
        Ok(MadeBot {
            account: id::account(&self.workspace, &person),
            address: made.bot_email.unwrap_or_else(|| wanted.address.clone()).to_lowercase(),
            token,
        })
    }

    /// The bot of ours at this address.
    pub(crate) async fn find_made(&self, address: &str) -> Result<Option<Account>, CallError> {
        let mut call = self.get("/applications", self.limits.other())?;
        call.url.query_pairs_mut().extend_pairs([
            ("type", "bot"),
            ("createdBy", "me"),
            ("botEmail", address),
        ]);
        let Some(answer) = self.find(call).await? else { return Ok(None) };
        let list: List<Application> = read(&answer)?;
        let ours = |made: &Application| {
            made.bot_email.as_deref().is_some_and(|made| made.eq_ignore_ascii_case(address))
        };
        let Some(made) = list.items.into_iter().find(ours) else { return Ok(None) };
        match made.bot_person_id {
            Some(person) => Ok(Some(Account {
                account: id::account(&self.workspace, &person),
                name: made.name.unwrap_or_else(|| address.to_owned()),
                email: address.to_lowercase(),
                bot: true,
                active: true,
                picture: made.logo,
                department: None,
            })),
            None => self.at(address).await,
        }
    }

    /// Who has an address in our organisation. "List People".
    async fn at(&self, address: &str) -> Result<Option<Account>, CallError> {
        let mut call = self.get("/people", self.limits.directory())?;
        call.url.query_pairs_mut().append_pair("email", address);
        let answer = self.send(call).await.map_err(refusal::call)?;
        let list: List<Person> = read(&answer)?;
        Ok(list.items.into_iter().next().map(|person| directory::account(&self.workspace, person)))
    }
}

/// The first `most` characters.
fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text[..end].trim_end())
}

/// Which status says that an address is taken is not documented: 409 would, and 400 may, whose sentence then names the
/// address' field. Nor is which characters an address may have: a 400 that names the field and not that it is taken means
/// that it has others.
fn refused(failure: Failure) -> BotRefused {
    match failure.status.map(|status| status.as_u16()) {
        Some(409) => BotRefused::AddressTaken,
        Some(400) if names_the_address(&failure) && says_taken(&failure) => BotRefused::AddressTaken,
        Some(400) if names_the_address(&failure) => BotRefused::AddressUnfit,
        Some(403..=405) => BotRefused::NotAllowed(format!(
            "Webex did not let this administrator make a bot{}: the organization may not allow it, or has as many as it may",
            refusal::said(&failure)
        )),
        _ => BotRefused::Call(refusal::call(failure)),
    }
}

fn names_the_address(failure: &Failure) -> bool {
    says(failure, &["email", "username", "bot name"])
}

fn says_taken(failure: &Failure) -> bool {
    says(failure, &["already", "in use", "taken", "exist", "unique", "not available"])
}

fn says(failure: &Failure, words: &[&str]) -> bool {
    // Read and not shown, so it may hold an address.
    let text = refusal::text(failure).unwrap_or_default().to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}
