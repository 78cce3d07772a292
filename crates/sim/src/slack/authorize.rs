//! The person's consent ("Installing with OAuth": asking for scopes). `GET /oauth/v2/authorize` shows a page where one picks
//! who one is and allows or cancels; the page's form is `POST /oauth/v2/authorize`, which a program can send as well.
//!
//! The service knows who is in front of it by a session; here that is the cookie `d` with the token of the person's own
//! client, or the parameter `login_hint`, which the service does not have. A person with a standing answer (`POST
//! /_sim/consent`) who is known this way is sent back without the page. What is wrong with the wish itself is shown, not
//! sent back. A refusal goes back as `error=access_denied`, which the vendor's own SDKs expect and its pages do not name.
//!
//! `/oauth/v2_user/authorize` is the same for apps that want to act for a person and no more: `scope` is what is asked of the
//! person, and nothing is asked for a bot.

use std::sync::Arc;

use serde_json::json;
use url::Url;

use super::Slack;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::world::World;
use super::world::apps::App;
use super::world::people::Person;
use super::world::tokens::Code;

/// Scopes that a workspace without files, channels and administration knows, for bots and for people.
const BOT_SCOPES: [&str; 33] = [
    "app_mentions:read",
    "bookmarks:read",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "chat:write.public",
    "commands",
    "emoji:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "metadata.message:read",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users.profile:read",
    "users:read",
    "users:read.email",
];
const USER_SCOPES: [&str; 29] = [
    "channels:history",
    "channels:read",
    "channels:write",
    "chat:write",
    "emoji:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "reactions:read",
    "reactions:write",
    "search:read",
    "team:read",
    "usergroups:read",
    "users.profile:read",
    "users.profile:write",
    "users:read",
    "users:read.email",
    "users:write",
];

/// Where people alone are asked.
pub(super) const FOR_PEOPLE: &str = "/oauth/v2_user/authorize";

/// What an app asks for.
struct Wish {
    app: Arc<str>,
    name: String,
    client: String,
    bot_scopes: Vec<String>,
    user_scopes: Vec<String>,
    /// Whether it came to [`FOR_PEOPLE`].
    for_people: bool,
    /// As it was sent.
    sent_redirect: Option<String>,
    /// Where the browser goes back to.
    redirect: String,
    state: Option<String>,
    challenge: Option<String>,
}

/// `GET /oauth/v2/authorize`.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint; what is wrong is a page as well")]
pub(super) fn page(slack: &Slack, call: &Call) -> Outcome {
    let mut guard = slack.world();
    let world = &mut *guard;
    let wish = match read(world, call) {
        Ok(wish) => wish,
        Err(refusal) => return Ok(complaint(&refusal)),
    };
    let known = signed_in(world, call).map(|person| Arc::clone(&person.id));
    if let Some(person) = &known
        && let Some(approved) = world.consents.get(person).copied()
    {
        return Ok(decide(world, call, &wish, person, approved));
    }
    Ok(Answer::page(200, render(world, &wish, known.as_deref())))
}

/// `POST /oauth/v2/authorize`: the answer of the page, with its fields and `person` (id or address) and `decision`
/// (`approve` or `deny`).
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint; what is wrong is a page as well")]
pub(super) fn answer(slack: &Slack, call: &Call) -> Outcome {
    let mut guard = slack.world();
    let world = &mut *guard;
    let wish = match read(world, call) {
        Ok(wish) => wish,
        Err(refusal) => return Ok(complaint(&refusal)),
    };
    let person = call.args.text("person").and_then(|person| world.people.human(person));
    let Some(person) = person.filter(|person| !person.deleted).map(|person| Arc::clone(&person.id)) else {
        return Ok(complaint(&Refusal::new("user_not_found")));
    };
    match call.args.text("decision") {
        Some("approve") => Ok(decide(world, call, &wish, &person, true)),
        Some("deny") => Ok(decide(world, call, &wish, &person, false)),
        _ => Ok(complaint(&Refusal::new("invalid_decision"))),
    }
}

/// Who is in front of the page, if that is known.
fn signed_in<'w>(world: &'w World, call: &Call) -> Option<&'w Person> {
    if let Some(hint) = call.args.text("login_hint") {
        return world.people.human(hint).filter(|person| !person.deleted);
    }
    let cookie = call.cookie.split(';').find_map(|pair| pair.trim().strip_prefix("d="))?;
    let caller = world.caller(cookie, call.now).ok()?;
    world.people.human(&caller.user)
}

fn complaint(refusal: &Refusal) -> Answer {
    let error = escaped(&refusal.error);
    Answer::page(
        400,
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Slack (simulated)</title></head>\
             <body><h1>Something went wrong</h1><p>The app asked for something impossible: <code>{error}</code>.</p>\
             </body></html>"
        ),
    )
}

fn read(world: &World, call: &Call) -> Result<Wish, Refusal> {
    let given = |name: &str| call.args.text(name);
    let app = given("client_id").and_then(|client| world.apps.by_client(client));
    let app = app.ok_or_else(|| Refusal::new("invalid_client_id"))?;
    let redirect = redirect(app, given("redirect_uri"))?;
    let scopes = |name: &str, known: &[&str]| {
        let list = call.args.list(name).unwrap_or_default();
        let all = list.iter().all(|scope| known.contains(&scope.as_str()));
        if all { Ok(list) } else { Err(Refusal::new("invalid_scope")) }
    };
    let for_people = call.path == FOR_PEOPLE;
    let (bot_scopes, user_scopes) = if for_people {
        (Vec::new(), scopes("scope", &USER_SCOPES)?)
    } else {
        (scopes("scope", &BOT_SCOPES)?, scopes("user_scope", &USER_SCOPES)?)
    };
    if bot_scopes.is_empty() && user_scopes.is_empty() {
        return Err(Refusal::new("no_scopes"));
    }
    if given("team").is_some_and(|team| *team != *world.team.id) {
        return Err(Refusal::new("invalid_team_for_non_distributed_app"));
    }
    let challenge = given("code_challenge").map(str::to_owned);
    if challenge.is_some() && (!app.pkce || given("code_challenge_method") != Some("S256")) {
        return Err(Refusal::new("pkce_not_allowed"));
    }
    Ok(Wish {
        app: Arc::clone(&app.id),
        name: app.name.clone(),
        client: app.client.to_string(),
        bot_scopes,
        user_scopes,
        for_people,
        sent_redirect: given("redirect_uri").map(str::to_owned),
        redirect,
        state: given("state").map(str::to_owned),
        challenge,
    })
}

/// The address to go back to: the first one of the app's unless another is named, which must be one of them or below one.
fn redirect(app: &App, sent: Option<&str>) -> Result<String, Refusal> {
    let wrong = || Refusal::new("bad_redirect_uri");
    let Some(sent) = sent else { return app.redirect_uris.first().cloned().ok_or_else(wrong) };
    let below = |known: &String| {
        sent.strip_prefix(known.as_str()).is_some_and(|rest| {
            rest.is_empty() || known.ends_with('/') || rest.starts_with('/') || rest.starts_with('?')
        })
    };
    let good = app.redirect_uris.iter().any(below) && !sent.contains('#');
    if good { Ok(sent.to_owned()) } else { Err(wrong()) }
}

fn decide(world: &mut World, call: &Call, wish: &Wish, person: &Arc<str>, approved: bool) -> Answer {
    let target = Url::parse(&wish.redirect);
    let Ok(mut target) = target else { return complaint(&Refusal::new("bad_redirect_uri")) };
    let kind = if approved {
        let code = world.issue_code(Code {
            app: Arc::clone(&wish.app),
            person: Arc::clone(person),
            bot_scopes: wish.bot_scopes.clone(),
            user_scopes: wish.user_scopes.clone(),
            for_people: wish.for_people,
            redirect_uri: wish.sent_redirect.clone(),
            challenge: wish.challenge.clone(),
            expires: call.now + call.switches.code_seconds * 1000,
        });
        target.query_pairs_mut().append_pair("code", &code);
        "consent.given"
    } else {
        target.query_pairs_mut().append_pair("error", "access_denied");
        "consent.refused"
    };
    if let Some(state) = &wish.state {
        target.query_pairs_mut().append_pair("state", state);
    }
    let change = json!({"kind": kind, "person": &**person, "app": &*wish.app});
    Answer::redirect(target.into()).changed(change)
}

/// The page lists at most so many people; further ones are typed.
const LISTED: usize = 200;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn render(world: &World, wish: &Wish, known: Option<&str>) -> String {
    let option = |person: &Person| {
        let chosen = if known == Some(&*person.id) { " selected" } else { "" };
        let (id, name) = (escaped(&person.id), escaped(&person.name));
        let email = escaped(person.email.as_deref().unwrap_or(""));
        format!("<option value=\"{id}\"{chosen}>{name} ({email})</option>")
    };
    let humans = world.people.from(0).filter(|person| person.human() && !person.deleted);
    let people: String = humans.take(LISTED).map(option).collect();
    let (bot, user) = (wish.bot_scopes.join(","), wish.user_scopes.join(","));
    let (path, bot, user) = if wish.for_people {
        (FOR_PEOPLE, user.as_str(), None)
    } else {
        ("/oauth/v2/authorize", bot.as_str(), Some(user.as_str()))
    };
    let fields = [
        ("client_id", Some(wish.client.as_str())),
        ("scope", Some(bot)),
        ("user_scope", user),
        ("redirect_uri", wish.sent_redirect.as_deref()),
        ("state", wish.state.as_deref()),
        ("code_challenge", wish.challenge.as_deref()),
        ("code_challenge_method", wish.challenge.as_ref().map(|_| "S256")),
    ];
    let input = |name: &str, value: &str| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value))
    };
    let hidden: String = fields.iter().filter_map(|(name, value)| Some(input(name, (*value)?))).collect();
    let item = |scope: &String| format!("<li>{}</li>", escaped(scope));
    let asked = |title: &str, scopes: &[String]| match scopes {
        [] => String::new(),
        scopes => format!("<h2>{title}</h2><ul>{}</ul>", scopes.iter().map(item).collect::<String>()),
    };
    let (app, team) = (escaped(&wish.name), escaped(&world.team.name));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Slack (simulated): allow {app}?</title>\
         <style>body{{font:1rem/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}}\
         select,button{{font:inherit;padding:.4rem .8rem}}</style></head><body>\
         <h1>{app} wants to access {team}</h1><p>This is a simulated Slack.</p>{}{}\
         <form method=\"post\" action=\"{path}\">{hidden}\
         <p><label>You are <select name=\"person\">{people}</select></label></p>\
         <p><button name=\"decision\" value=\"approve\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Cancel</button></p></form></body></html>",
        asked("As the app", &wish.bot_scopes),
        asked("On your behalf", &wish.user_scopes),
    )
}
