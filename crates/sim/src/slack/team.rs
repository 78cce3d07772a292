//! `team.info` and `bots.info`.

use serde_json::json;

use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::{Slack, shape};

/// `team.info`: the token's own workspace; there is no other.
pub(super) fn info(slack: &Slack, call: &Call) -> Outcome {
    call.caller()?;
    let world = slack.world();
    let team = &world.team;
    if call.args.text("team").is_some_and(|wanted| *wanted != *team.id) {
        return Err(Refusal::new("team_not_found"));
    }
    let icon = |size: u32| format!("https://{}.slack.com/team-{size}.png", team.domain);
    let team = json!({
        "id": &*team.id,
        "name": team.name,
        "url": format!("https://{}.slack.com/", team.domain),
        "domain": team.domain,
        "email_domain": team.email_domain,
        "icon": {"image_34": icon(34), "image_68": icon(68), "image_132": icon(132), "image_default": true},
        "is_verified": false,
    });
    Ok(Answer::ok(json!({"team": team})))
}

/// `bots.info`: the bot called `bot`, or, with a bot's token and no argument, that bot.
pub(super) fn bot(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let id = call.args.text("bot").or(caller.bot_id.as_deref());
    let world = slack.world();
    let missing = || Refusal::new("bot_not_found");
    let person = id.and_then(|id| world.people.by_bot_id(id)).ok_or_else(missing)?;
    let bot = person.bot.as_ref().ok_or_else(missing)?;
    let app = world.apps.get(&bot.app).ok_or_else(missing)?;
    let body = json!({
        "id": &*bot.bot_id,
        "deleted": person.deleted,
        "name": app.name,
        "updated": person.updated,
        "app_id": &*app.id,
        "user_id": &*person.id,
        "icons": shape::icons(&world, &app.id),
    });
    Ok(Answer::ok(json!({"bot": body})))
}
