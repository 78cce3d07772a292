//! The person's consent ("Integrations & Authorization": requesting permission). `GET /authorize` shows a page where one
//! picks who one is and approves or denies; the page's form is `POST /authorize`, which a program can send as well. A
//! person with a standing answer (`POST /_sim/consent`) who is named in `login_hint` is redirected without the page.
//!
//! Refusals go back with an `error` whose name the vendor does not document, hence a switch; OAuth's is the default.

use std::sync::Arc;

use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::input::{field, form};
use super::text::escape;
use super::world::World;
use super::world::apps::{App, Kind};
use super::world::people::Person;
use super::world::tokens::{Code, Grant};
use super::{Webex, id};

/// What an integration asks for.
struct Wish {
    client: Arc<str>,
    app: String,
    redirect_uri: String,
    scope: String,
    state: Option<String>,
    challenge: Option<String>,
}

/// `GET /authorize`.
pub(super) fn page(webex: &Webex, call: &Call) -> Outcome {
    let mut guard = webex.world();
    let world = &mut *guard;
    let wish = read(world, |name| call.query(name))?;
    let hinted = call.query("login_hint").and_then(|hint| somebody(world, hint)).map(|person| person.uuid);
    if let Some(person) = hinted
        && let Some(approved) = world.consents.get(&person).copied()
    {
        return decide(world, call, &wish, person, approved);
    }
    Ok(Answer::page(200, render(world, &wish, hinted)))
}

/// `POST /authorize`: the answer of the page, with its fields and `person` (id or address) and `decision` (`approve` or
/// `deny`).
pub(super) fn answer(webex: &Webex, call: &Call) -> Outcome {
    let form = form(call)?;
    let mut guard = webex.world();
    let world = &mut *guard;
    let wish = read(world, |name| field(&form, name))?;
    let person = field(&form, "person").and_then(|person| somebody(world, person)).map(|person| person.uuid);
    let person = person.ok_or_else(|| Refusal::bad("Nobody with that account is known."))?;
    let approved = match field(&form, "decision") {
        Some("approve") => true,
        Some("deny") => false,
        _ => return Err(Refusal::bad("decision must be approve or deny")),
    };
    decide(world, call, &wish, person, approved)
}

/// A person, not a bot, by address or id.
pub(super) fn somebody<'a>(world: &'a World, text: &str) -> Option<&'a Person> {
    let by_email = world.people.by_email(text);
    by_email.or_else(|| world.people.get(id::read_person(text)?)).filter(|person| !person.bot)
}

fn read<'a>(world: &World, parameter: impl Fn(&str) -> Option<&'a str>) -> Result<Wish, Refusal> {
    if parameter("response_type") != Some("code") {
        return Err(Refusal::bad("response_type must be code"));
    }
    let app = parameter("client_id").and_then(|client| world.apps.get(client));
    let Some(App { client, name, kind: Kind::Integration { redirect_uris, .. }, .. }) = app else {
        return Err(Refusal::bad("The client_id is not known."));
    };
    let redirect_uri = parameter("redirect_uri").unwrap_or("");
    if !redirect_uris.iter().any(|known| known == redirect_uri) {
        return Err(Refusal::bad("The redirect_uri is not one of the integration's."));
    }
    let scope = parameter("scope").ok_or_else(|| Refusal::bad("The scope is missing."))?;
    if parameter("code_challenge").is_some() && parameter("code_challenge_method") != Some("S256") {
        return Err(Refusal::bad("code_challenge_method must be S256"));
    }
    Ok(Wish {
        client: Arc::clone(client),
        app: name.clone(),
        redirect_uri: redirect_uri.to_owned(),
        scope: scope.to_owned(),
        state: parameter("state").map(str::to_owned),
        challenge: parameter("code_challenge").map(str::to_owned),
    })
}

fn decide(world: &mut World, call: &Call, wish: &Wish, person: Uuid, approved: bool) -> Outcome {
    let mut target =
        Url::parse(&wish.redirect_uri).map_err(|_| Refusal::bad("The redirect_uri is not a URL."))?;
    let change = if approved {
        let scopes: Vec<String> = wish.scope.split_whitespace().map(str::to_owned).collect();
        let grant = Grant {
            person,
            client: Arc::clone(&wish.client),
            scopes: scopes.into(),
            expires: call.now + call.switches.code_seconds * 1000,
        };
        let code = Code { grant, redirect_uri: wish.redirect_uri.clone(), challenge: wish.challenge.clone() };
        target.query_pairs_mut().append_pair("code", &world.issue_code(code));
        json!({"kind": "consent.given", "person": id::person(person), "app": &*wish.client})
    } else {
        target.query_pairs_mut().append_pair("error", &call.switches.consent_refusal);
        json!({"kind": "consent.refused", "person": id::person(person), "app": &*wish.client})
    };
    if let Some(state) = &wish.state {
        target.query_pairs_mut().append_pair("state", state);
    }
    Ok(Answer::redirect(target.into()).changed(change))
}

/// The page lists at most so many people; further ones are typed.
const LISTED: usize = 200;

fn render(world: &World, wish: &Wish, hinted: Option<Uuid>) -> String {
    let safe = |text: &str| {
        let mut out = String::new();
        escape(&mut out, text, true);
        out
    };
    let option = |person: &Person| {
        let chosen = if hinted == Some(person.uuid) { " selected" } else { "" };
        let (email, name) = (safe(&person.email), safe(&person.name));
        format!("<option value=\"{email}\"{chosen}>{name} ({email})</option>")
    };
    let people: String = world.people.named(false, "", None).take(LISTED).map(option).collect();
    let fields = [
        ("response_type", Some("code")),
        ("client_id", Some(&*wish.client)),
        ("redirect_uri", Some(wish.redirect_uri.as_str())),
        ("scope", Some(wish.scope.as_str())),
        ("state", wish.state.as_deref()),
        ("code_challenge", wish.challenge.as_deref()),
        ("code_challenge_method", wish.challenge.as_ref().map(|_| "S256")),
    ];
    let input = |name: &str, value: &str| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", safe(value))
    };
    let hidden: String = fields.iter().filter_map(|(name, value)| Some(input(name, (*value)?))).collect();
    let item = |scope: &str| format!("<li>{}</li>", safe(scope));
    let scopes: String = wish.scope.split_whitespace().map(item).collect();
    let app = safe(&wish.app);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Webex (simulated): allow {app}?</title>\
         <style>body{{font:1rem/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}}\
         select,button{{font:inherit;padding:.4rem .8rem}}</style></head><body>\
         <h1>Allow {app}?</h1><p>This is a simulated Webex. <strong>{app}</strong> asks for:</p><ul>{scopes}</ul>\
         <form method=\"post\" action=\"/v1/authorize\">{hidden}\
         <p><label>You are <select name=\"person\">{people}</select></label></p>\
         <p><button name=\"decision\" value=\"approve\">Accept</button> \
         <button name=\"decision\" value=\"deny\">Decline</button></p></form></body></html>"
    )
}
