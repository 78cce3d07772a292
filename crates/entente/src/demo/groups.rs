//! A group of Acme, Inc.: somebody in sales brings one colleague of every department together in Teams, by the accounts that
//! stand in for them there, and asks something. Nobody links it; that it is read on all platforms is the server's doing.

use anyhow::Context as _;
use serde_json::json;

use super::apps::text;
use super::channels::{accounts, at_home, people, represented};
use super::world::{TEAMS, World};
use crate::client::Client;

/// What the group is called.
const NAME: &str = "Customer visit";

/// What is asked.
const ASKED: &str = "Who can be at the customer's on Thursday?";

/// Makes the group and says something in it. Everybody is represented and heard.
pub(super) async fn gather(world: &World, server: &Client) -> anyhow::Result<()> {
    let port = &world.teams;
    let people = people(server).await?;
    let home = at_home(&people, TEAMS, &accounts(world, port).await?);
    let host = home.first().context("nobody works in Teams")?;
    let member = |id: &str| {
        json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "roles": ["owner"],
            "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{id}')"),
        })
    };
    let stand_ins = represented(&people, TEAMS);
    let members: Vec<_> = [&host.id].into_iter().chain(&stand_ins).map(|account| member(account)).collect();
    let group = json!({"chatType": "group", "topic": NAME, "members": members});
    let made = text(&world.call(port, "/v1.0/chats", &host.token, &group).await?, "id")?;
    let said = json!({"body": {"contentType": "text", "content": ASKED}});
    world.call(port, &format!("/v1.0/chats/{made}/messages"), &host.token, &said).await?;
    Ok(())
}
