//! The person's consent ("OAuth": request user authorization). `GET /oauth/authorize` shows a page where one picks who
//! one is and approves or declines; the page's form is `POST /oauth/authorize`, which a program can send as well.
//!
//! What is asked for are the scopes the app was registered with; the call has no parameter for them. The vendor knows
//! who is signed in; here the page asks, and `login_hint` (a parameter of the simulator alone) names a person with a
//! standing answer (`POST /_sim/consent`), who is redirected without the page. A refusal goes back as
//! `error=access_denied`, the OAuth default; the vendor does not document one.

use std::sync::Arc;

use serde_json::json;
use url::Url;

use crate::zoom::Zoom;
use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::{Call, Level};
use crate::zoom::input::{field, parameters};
use crate::zoom::world::World;
use crate::zoom::world::apps::{App, Kind};
use crate::zoom::world::people::Person;
use crate::zoom::world::tokens::{Code, Grant};

/// What an app asks for.
struct Wish {
    app: App,
    redirect_uri: String,
    state: Option<String>,
    /// Of PKCE, and whether it is hashed.
    challenge: Option<(String, bool)>,
}

/// `GET /oauth/authorize`.
pub(in crate::zoom) fn page(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let wish = read(world, |name| call.query(name))?;
    let hinted = call.query("login_hint").and_then(|hint| world.people.find(hint));
    let hinted = hinted.map(|person| Arc::clone(&person.id));
    if let Some(person) = &hinted
        && let Some(approved) = world.consents.get(person).copied()
    {
        return decide(world, call, &wish, person, approved);
    }
    Ok(Answer::page(render(world, &wish, hinted.as_deref())))
}

/// `POST /oauth/authorize`: the answer of the page, with its fields and `person` (id or address) and `decision`
/// (`approve` or `deny`).
pub(in crate::zoom) fn answer(zoom: &Zoom, call: &Call) -> Outcome {
    let form = parameters(call);
    let mut guard = zoom.world();
    let world = &mut *guard;
    let wish = read(world, |name| field(&form, name))?;
    let person = field(&form, "person").and_then(|person| world.people.find(person));
    let person = person.map(|person| Arc::clone(&person.id));
    let person = person.ok_or_else(|| Refusal::bad("Nobody with that account is known."))?;
    let approved = match field(&form, "decision") {
        Some("approve") => true,
        Some("deny") => false,
        _ => return Err(Refusal::bad("decision must be approve or deny")),
    };
    decide(world, call, &wish, &person, approved)
}

fn read<'a>(world: &World, parameter: impl Fn(&str) -> Option<&'a str>) -> Result<Wish, Refusal> {
    if parameter("response_type") != Some("code") {
        return Err(Refusal::new(400, 4700, "response_type must be code"));
    }
    let app = parameter("client_id").and_then(|client| world.apps.get(client));
    let app = app.filter(|app| app.kind != Kind::Server).cloned();
    let app = app.ok_or_else(|| Refusal::new(400, 4702, "Invalid client id."))?;
    let redirect_uri = parameter("redirect_uri").unwrap_or("").to_owned();
    if !app.redirect_uris.contains(&redirect_uri) {
        return Err(Refusal::new(400, 4709, "Invalid redirect: the redirect URI is not on the app's list."));
    }
    let challenge = match (parameter("code_challenge"), parameter("code_challenge_method")) {
        (None, _) => None,
        (Some(challenge), Some("S256")) => Some((challenge.to_owned(), true)),
        (Some(challenge), None | Some("plain")) => Some((challenge.to_owned(), false)),
        (Some(_), Some(_)) => return Err(Refusal::new(400, 4700, "Invalid code_challenge_method.")),
    };
    Ok(Wish { app, redirect_uri, state: parameter("state").map(str::to_owned), challenge })
}

fn decide(world: &mut World, call: &Call, wish: &Wish, person: &Arc<str>, approved: bool) -> Outcome {
    let mut target =
        Url::parse(&wish.redirect_uri).map_err(|_| Refusal::bad("The redirect URI is not a URL."))?;
    let known = world.people.get(person).filter(|person| person.active && person.account == world.account);
    let known = known.ok_or_else(|| Refusal::bad("Apps can only be added by users of the account."))?;
    if wish.app.kind == Kind::Admin && !known.admin {
        return Err(Refusal::bad("This app can only be added by an administrator."));
    }
    let change = if approved {
        let level = if wish.app.kind == Kind::Admin { Level::Account } else { Level::User };
        let code = Code {
            grant: Grant {
                level,
                person: Arc::clone(person),
                app: Arc::clone(&wish.app.client),
                scopes: Arc::clone(&wish.app.scopes),
            },
            redirect_uri: wish.redirect_uri.clone(),
            challenge: wish.challenge.clone(),
            expires: call.now + call.switches.code_seconds * 1000,
        };
        let text = world.dice.long();
        target.query_pairs_mut().append_pair("code", &text);
        world.tokens.put_code(text, code);
        json!({"kind": "consent.given", "person": &**person, "app": &*wish.app.client})
    } else {
        target.query_pairs_mut().append_pair("error", "access_denied");
        json!({"kind": "consent.refused", "person": &**person, "app": &*wish.app.client})
    };
    if let Some(state) = &wish.state {
        target.query_pairs_mut().append_pair("state", state);
    }
    Ok(Answer::redirect(target.into()).changed(change))
}

/// The page lists at most so many people; further ones are typed.
const LISTED: usize = 200;

fn render(world: &World, wish: &Wish, hinted: Option<&str>) -> String {
    let option = |person: &Person| {
        let chosen = if hinted == Some(&*person.id) { " selected" } else { "" };
        let (email, name) = (safe(&person.email), safe(&person.name));
        format!("<option value=\"{email}\"{chosen}>{name} ({email})</option>")
    };
    let people: String = world.people.by_name().take(LISTED).map(option).collect();
    let challenge = wish.challenge.as_ref();
    let fields = [
        ("response_type", Some("code")),
        ("client_id", Some(&*wish.app.client)),
        ("redirect_uri", Some(wish.redirect_uri.as_str())),
        ("state", wish.state.as_deref()),
        ("code_challenge", challenge.map(|(text, _)| text.as_str())),
        ("code_challenge_method", challenge.map(|(_, hashed)| if *hashed { "S256" } else { "plain" })),
    ];
    let input = |name: &str, value: &str| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", safe(value))
    };
    let hidden: String = fields.iter().filter_map(|(name, value)| Some(input(name, (*value)?))).collect();
    let item = |scope: &String| format!("<li>{}</li>", safe(scope));
    let scopes: String = wish.app.scopes.iter().map(item).collect();
    let app = safe(&wish.app.name);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Zoom (simulated): allow {app}?</title>\
         <style>body{{font:1rem/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}}\
         select,button{{font:inherit;padding:.4rem .8rem}}</style></head><body>\
         <h1>Allow {app}?</h1><p>This is a simulated Zoom. <strong>{app}</strong> asks for:</p><ul>{scopes}</ul>\
         <form method=\"post\" action=\"/oauth/authorize\">{hidden}\
         <p><label>You are <select name=\"person\">{people}</select></label></p>\
         <p><button name=\"decision\" value=\"approve\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Decline</button></p></form></body></html>"
    )
}

/// Text as it may stand in an attribute or between elements.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
