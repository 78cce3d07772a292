//! What administrators choose about a link, and what comes of it on each platform.

use entente_model::Link;
use entente_testkit::{Place, Setup};
use serde_json::{Value, json};

use super::{Channels, texts};

/// Everybody is called, in a vendor's own words.
pub(super) fn calling_everybody(room: &str, place: Place, token: &str) -> Value {
    match place {
        Place::Webex => json!({"markdown": format!("{token} <@all>")}),
        Place::Teams => {
            let (_, channel) = room.split_once('/').expect("a team and a channel");
            let all = json!({"id": channel, "displayName": "launch", "conversationIdentityType": "channel"});
            let mention = json!({"id": 0, "mentionText": "launch", "mentioned": {"conversation": all}});
            let content = format!("<p>{token} <at id=\"0\">launch</at></p>");
            json!({"body": {"contentType": "html", "content": content}, "mentions": [mention]})
        }
        Place::Slack => {
            let text = json!({"type": "text", "text": format!("{token} ")});
            let all = json!({"type": "broadcast", "range": "channel"});
            let section = json!({"type": "rich_text_section", "elements": [text, all]});
            json!({"text": token, "blocks": [{"type": "rich_text", "elements": [section]}]})
        }
        Place::Zoom => {
            let (start, text) = (token.len() + 1, format!("{token} @all"));
            let all = json!({"at_type": 2, "start_position": start, "end_position": text.len()});
            json!({"message": text, "at_items": [all]})
        }
    }
}

/// Whether a message that is shown somewhere calls everybody there.
pub(super) fn calls_everybody(place: Place, shown: &Value) -> bool {
    match place {
        Place::Webex => shown["mentionedGroups"].as_array().is_some_and(|groups| !groups.is_empty()),
        Place::Slack => {
            shown["blocks"].to_string().contains(r#""broadcast""#)
                || shown["text"].as_str().is_some_and(|text| text.contains("<!"))
        }
        Place::Teams => shown["mentions"].to_string().contains("conversationIdentityType"),
        Place::Zoom => {
            let items = shown["at_items"].as_array();
            items.is_some_and(|items| items.iter().any(|item| item["person"].is_null()))
        }
    }
}

impl Channels {
    async fn choose(&self, link: &Link, option: &str, value: &str) {
        let chosen = [(option.to_owned(), value.to_owned())];
        self.world.running().choose(link.id, &chosen).await.expect("it can be chosen");
    }

    /// What is shown of a message in a room.
    pub(super) async fn shown(&self, room: usize, token: &str) -> Value {
        let room = &self.rooms[room];
        let shown = room.host.sees(&room.id).await;
        let found = shown.into_iter().find(|message| message.to_string().contains(token));
        found.unwrap_or_else(|| panic!("{token} is not in {:?}", room.host.place))
    }
}

/// A mention of everybody is a name unless the link allows it; then it calls everybody wherever whoever speaks there can. Text
/// that looks like one never does.
#[tokio::test(start_paused = true)]
async fn everybody_is_called_where_the_link_allows_it() {
    let channels = Channels::new(Setup::between(21, &Place::ALL)).await;
    let link = channels.link().await;
    // An account of hers is in the channel on Zoom: the app can call nobody there.
    let zoom = channels.rooms.iter().find(|room| room.host.place == Place::Zoom).expect("a room");
    for place in Place::ALL {
        let email = &entente_testkit::options::at_home(place)[0].email;
        if place != Place::Zoom {
            let there = channels.world.at(Place::Zoom, email).await;
            zoom.host.let_in(&zoom.id, &there.id).await;
        }
    }
    for (allowed, value) in [(false, "inert"), (true, "allowed"), (false, "inert")] {
        channels.choose(&link, "broadcast", value).await;
        for (from, room) in channels.rooms.iter().enumerate() {
            let place = room.host.place;
            let count = channels.read(from).await.len();
            let (token, literal) = (format!("call-{from}-{count}"), format!("text-{from}-{count}"));
            room.host.tell_with(&room.id, calling_everybody(&room.id, place, &token)).await;
            channels.settle().await;
            let escaped = if place == Place::Slack { ["&lt;", "&gt;"] } else { ["<", ">"] };
            let [begin, end] = escaped;
            // What somebody types on Slack as `@channel` does call everybody.
            let typed = if place == Place::Slack { "@all" } else { "@all @channel @here" };
            let text = format!("{literal} {typed} {begin}!channel{end} {begin}@all{end}");
            room.host.tell(&room.id, &text).await;
            channels.settle().await;
            for (to, there) in channels.rooms.iter().enumerate().filter(|(to, _)| *to != from) {
                let there = there.host.place;
                let shown = channels.shown(to, &token).await;
                let calls = allowed && there != Place::Teams;
                assert_eq!(calls_everybody(there, &shown), calls, "{place:?} to {there:?}: {shown:#}");
                let shown = channels.shown(to, &literal).await;
                assert!(!calls_everybody(there, &shown), "{place:?} to {there:?}: {shown:#}");
            }
        }
    }
}

/// Files stay where they are if the link says so, and a line says what there was, how much, and where it is.
#[tokio::test(start_paused = true)]
async fn files_stay_where_the_link_keeps_them() {
    for place in Place::ALL {
        let other = if place == Place::Slack { Place::Webex } else { Place::Slack };
        let channels = Channels::new(Setup::between(22, &[place, other])).await;
        let made = channels.link().await;
        let from = channels.rooms.iter().position(|room| room.host.place == place).expect("a room");
        let room = &channels.rooms[from];
        for value in ["off", "links", "on"] {
            channels.choose(&made, "files", value).await;
            let name = format!("{value}.pdf");
            super::files::attach(&channels, from, &name).await;
            channels.settle().await;
            let read = channels.read(1 - from).await;
            let line = texts(&read).into_iter().find(|text| text.contains(&name));
            let (channel, home) = match place {
                Place::Webex => ("launch", "Webex"),
                Place::Teams => ("Acme/launch", "Microsoft Teams"),
                Place::Slack => ("launch", "Slack"),
                Place::Zoom => ("launch", "Zoom Team Chat"),
            };
            let line = line.unwrap_or_default();
            // The drives of Teams are not asked before a file is wanted, and this one is in none.
            let size = if place == Place::Teams { &name } else { " (5 kB)" };
            match value {
                "off" => {
                    let said = format!("{size} was not passed on: this link carries no files");
                    assert!(line.contains(&said), "{read:?}");
                }
                "links" => {
                    let said = format!("{size} was not passed on: it is in “{channel}” on {home}");
                    assert!(line.contains(&said), "{read:?}");
                    let shown = channels.shown(1 - from, &name).await.to_string();
                    let linked = shown.contains(&format!("open it on {home}"));
                    assert_eq!(linked, matches!(place, Place::Slack | Place::Teams), "{shown}");
                }
                _ if place == Place::Teams => assert!(line.contains(&name), "{read:?}"),
                _ => {
                    let files = super::files::files(&channels, 1 - from).await;
                    assert_eq!(files.len(), 1, "{place:?}: {read:?}");
                }
            }
        }
        assert_eq!(channels.world.counts().await.dead, 0, "{:?}", room.host.place);
    }
}
