//! `entente links …`: channels that are kept in step. Make a link, choose what it does, see it, stop it, let it go on,
//! end it.

use std::str::FromStr;

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::{Remote, minute, text};
use crate::said::say;
use crate::table;

/// What it does.
#[derive(Subcommand)]
pub(super) enum Links {
    /// Keep channels in step: what is written in one goes to the others.
    Create {
        /// Channels that are there, each by its name or its id. With those that are made, two or more.
        #[arg(value_name = "WORKSPACE:CHANNEL")]
        channels: Vec<Channel>,
        /// A channel that is made first, which everybody of the workspace can find and join; of Teams, TEAM/NAME. Asked for again
        /// after something went wrong, none is made twice.
        #[arg(long, value_name = "WORKSPACE:NAME")]
        new: Vec<Channel>,
        /// What to call the link.
        #[arg(long)]
        name: Option<String>,
        /// Only from the first channel to the others.
        #[arg(long)]
        one_way: bool,
        /// What is chosen about it: `files=on|links|off`, `broadcast=inert|allowed`, `outsiders=left-out|allowed`,
        /// `notices=off|on`, `membership=apart|mirrored`, `history=DAYS` (what was written in the channels in so many days
        /// before is passed on, too; 0, from now on, unless chosen).
        #[arg(long = "option", value_name = "OPTION=VALUE")]
        options: Vec<Choice>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Choose options of a link. Those that are not named stay as they are.
    Set {
        /// Its id, the beginning of it, or its name.
        link: String,
        /// `files=on|links|off`, `broadcast=inert|allowed`, `outsiders=left-out|allowed`,
        /// `notices=off|on`, `membership=apart|mirrored`.
        #[arg(required = true, value_name = "OPTION=VALUE")]
        options: Vec<Choice>,
        #[command(flatten)]
        remote: Remote,
    },
    /// List all links.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one link with its channels.
    Show {
        /// Its id, the beginning of it, or its name.
        link: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Stop a link. What is written meanwhile is not passed on later.
    Pause {
        /// Its id, the beginning of it, or its name.
        link: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Let a stopped link go on.
    Resume {
        /// Its id, the beginning of it, or its name.
        link: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// End a link, and say so in its channels. What it carried stays there.
    Unlink {
        /// Its id, the beginning of it, or its name.
        link: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Make a link by which an account that belongs to nobody lets Entente hear in channels, where an app cannot.
    Listener {
        /// In which workspace.
        workspace: String,
        #[command(flatten)]
        remote: Remote,
    },
}

/// A channel as it is named on the command line.
#[derive(Clone)]
pub(super) struct Channel(Value);

impl FromStr for Channel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((workspace, channel)) if !workspace.is_empty() && !channel.is_empty() => {
                Ok(Self(json!({"workspace": workspace, "channel": channel})))
            }
            _ => Err("a channel is named as WORKSPACE:CHANNEL, such as acme-slack:launch".to_owned()),
        }
    }
}

/// An option and what is chosen, as on the command line.
#[derive(Clone)]
pub(super) struct Choice(String, String);

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (option, value) = text
            .split_once('=')
            .ok_or_else(|| "an option is written as OPTION=VALUE, such as files=links".to_owned())?;
        Ok(Self(option.to_owned(), value.to_owned()))
    }
}

fn chosen(options: Vec<Choice>) -> Map<String, Value> {
    options.into_iter().map(|Choice(option, value)| (option, Value::String(value))).collect()
}

impl Links {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create { channels, new, name, one_way, options, remote } => {
                let made = |Channel(mut channel): Channel| {
                    channel["new"] = true.into();
                    channel
                };
                let there = channels.into_iter().map(|channel| channel.0);
                let channels: Vec<Value> = there.chain(new.into_iter().map(made)).collect();
                let options = chosen(options);
                let body =
                    json!({"name": name, "channels": channels, "one_way": one_way, "options": options});
                let link = remote.client()?.post("/links", &body).await?;
                if !remote.printed(&link) {
                    shown(&link);
                }
                Ok(())
            }
            Self::Set { link, options, remote } => {
                let body = json!({"options": chosen(options)});
                let link = remote.client()?.post(&path(&link, "/options"), &body).await?;
                if !remote.printed(&link) {
                    shown(&link);
                }
                Ok(())
            }
            Self::List { remote } => {
                let all = remote.client()?.get("/links").await?;
                if !remote.printed(&all) {
                    listed(&all);
                }
                Ok(())
            }
            Self::Show { link, remote } => {
                let link = remote.client()?.get(&path(&link, "")).await?;
                if !remote.printed(&link) {
                    shown(&link);
                }
                Ok(())
            }
            Self::Pause { link, remote } => {
                change(&remote, &link, "/pause", "It is stopped. What is written now is not passed on.").await
            }
            Self::Resume { link, remote } => {
                change(&remote, &link, "/resume", "It goes on with what is written from now on.").await
            }
            Self::Unlink { link, remote } => {
                change(&remote, &link, "/unlink", "It has ended; each channel is told so.").await
            }
            Self::Listener { workspace, remote } => {
                let path = format!("/workspaces/{}/listener", super::people::encoded(&workspace));
                let invited = remote.client()?.post(&path, &json!({})).await?;
                if !remote.printed(&invited) {
                    say!("{}", text(&invited, "url"));
                    say!(
                        "Follow it signed in as an account that belongs to nobody, and add that account to each channel."
                    );
                }
                Ok(())
            }
        }
    }
}

async fn change(remote: &Remote, link: &str, what: &str, done: &str) -> anyhow::Result<()> {
    remote.client()?.post(&path(link, what), &json!({})).await?;
    if !remote.json {
        say!("{done}");
    }
    Ok(())
}

fn path(link: &str, what: &str) -> String {
    format!("/links/{}{what}", super::people::encoded(link))
}

fn listed(all: &Value) {
    let links = all["links"].as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |link: &Value| {
        let channels = link["channels"].as_array().map(Vec::as_slice).unwrap_or_default();
        let channels: Vec<String> = channels.iter().map(named).collect();
        let id = text(link, "id").chars().take(8).collect();
        let group = link["mirrors"].as_array().is_some_and(|mirrors| !mirrors.is_empty());
        let kind = if group { "group" } else { "channels" }.to_owned();
        vec![id, text(link, "name"), kind, text(link, "state"), options(link), channels.join(", ")]
    };
    let rows: Vec<Vec<String>> = links.iter().map(row).collect();
    table::print(
        &["id", "name", "of", "state", "options", "conversations"],
        &rows,
        "No channels are linked.",
    );
}

/// What is chosen about a link.
fn options(link: &Value) -> String {
    let chosen = link["options"].as_object().into_iter().flatten();
    let each = chosen.map(|(option, value)| format!("{option}={}", value.as_str().unwrap_or_default()));
    each.collect::<Vec<_>>().join(" ")
}

fn named(channel: &Value) -> String {
    format!("{}:{}", text(channel, "workspace"), text(channel, "channel"))
}

fn shown(link: &Value) {
    let state = match text(link, "reason") {
        reason if reason.is_empty() => text(link, "state"),
        reason => format!("{}: {reason}", text(link, "state")),
    };
    say!("{} ({}), {state}, since {}", text(link, "name"), text(link, "id"), minute(&text(link, "made_at")));
    say!("{}", options(link));
    let rows: Vec<Vec<String>> = link["channels"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|channel| {
            let flow = match channel["flow"].as_str() {
                Some("in") => "takes",
                Some("out") if channel["heard"] == true => "gives",
                Some("out") => "unheard until consent",
                _ if channel["heard"] == true => "gives and takes",
                _ => "takes, unheard until consent",
            };
            vec![named(channel), text(channel, "platform"), flow.to_owned(), text(channel, "id")]
        })
        .collect();
    table::print(&["channel", "platform", "messages", "id there"], &rows, "");
    for mirror in link["mirrors"].as_array().into_iter().flatten() {
        let workspace = text(mirror, "workspace");
        match text(mirror, "state").as_str() {
            "whole" => {}
            "refused" => say!("The group is not shown in {workspace}: {}.", text(mirror, "reason")),
            "wanted" => say!("The group is to be made in {workspace}."),
            "open" => say!("The group stands in {workspace}; people are being let in."),
            "ready" => say!("The group stands in {workspace}, and waits for what it was made for."),
            _ => say!("The group is being made in {workspace}."),
        }
    }
}
