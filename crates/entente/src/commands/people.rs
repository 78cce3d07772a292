//! `entente people …`: User Sync in its smallest form. Import the directories, see who is who, see what would be done,
//! do it, watch it happen.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Remote, rows, text};
use crate::client::Client;
use crate::said::say;
use crate::table;

/// What it does.
#[derive(Subcommand)]
pub(super) enum People {
    /// Read the directory of one workspace, or of each.
    Import {
        /// Which.
        workspace: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show who is who, by what was imported last. Changes nothing.
    Match {
        #[command(flatten)]
        rules: Rules,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show exactly what `apply` would do. Changes nothing.
    Plan {
        #[command(flatten)]
        rules: Rules,
        #[command(flatten)]
        remote: Remote,
    },
    /// Do it: what a plan says that was shown before, or, without a digest, what is planned now.
    Apply {
        /// The digest that `plan` printed.
        digest: Option<String>,
        #[command(flatten)]
        rules: Rules,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        remote: Remote,
    },
    /// List everybody with what stands in for them.
    List {
        #[command(flatten)]
        remote: Remote,
    },
    /// Make a personal link by which somebody can give their one-time consent.
    Invite {
        /// Whose address.
        email: String,
        /// For which workspace, if several want their consent.
        #[arg(long)]
        workspace: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Take a bot that was made by hand; its token is read from a file or from standard input.
    BotToken {
        /// For whom it stands in, by address.
        #[arg(required_unless_present = "app")]
        email: Option<String>,
        /// It is to be the Entente app itself.
        #[arg(long, conflicts_with = "email", requires = "workspace")]
        app: bool,
        /// The file that holds the token; standard input if absent.
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// In which workspace, if several fit.
        #[arg(long)]
        workspace: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Try again to make the bots that could not be made.
    RetryBots {
        #[command(flatten)]
        remote: Remote,
    },
}

/// Where people work who have not been asked yet.
#[derive(Args)]
pub(super) struct Rules {
    /// People with an account in this workspace work there; with a department, only those of it. The first that fits
    /// counts.
    #[arg(long = "primary", value_name = "WORKSPACE[:DEPARTMENT]")]
    primary: Vec<Rule>,
}

#[derive(Clone)]
struct Rule(Value);

impl FromStr for Rule {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(match text.split_once(':') {
            Some((workspace, department)) => json!({"workspace": workspace, "department": department}),
            None => json!({"workspace": text}),
        }))
    }
}

impl Rules {
    fn body(&self) -> Value {
        json!({"rules": self.primary.iter().map(|rule| rule.0.clone()).collect::<Vec<_>>()})
    }
}

impl People {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Import { workspace, remote } => {
                let done = remote.client()?.post("/people/import", &json!({"workspace": workspace})).await?;
                if !remote.printed(&done) {
                    let columns = ["workspace", "listed", "new", "changed", "missing"];
                    table::print(
                        &columns,
                        &rows(&done, "workspaces", &columns),
                        "No workspace is configured.",
                    );
                }
                Ok(())
            }
            Self::Match { rules, remote } => {
                let done = remote.client()?.post("/people/match", &rules.body()).await?;
                if !remote.printed(&done) {
                    matched(&done);
                }
                Ok(())
            }
            Self::Plan { rules, remote } => {
                let plan = remote.client()?.post("/people/plan", &rules.body()).await?;
                if !remote.printed(&plan) {
                    planned(&plan);
                    if plan["lines"].as_array().is_some_and(|lines| !lines.is_empty()) {
                        say!("\nTo do it: entente people apply {}", text(&plan, "digest"));
                    }
                }
                Ok(())
            }
            Self::Apply { digest, rules, yes, remote } => apply(digest, &rules, yes, &remote).await,
            Self::List { remote } => {
                let all = remote.client()?.get("/people").await?;
                if !remote.printed(&all) {
                    listed(&all);
                }
                Ok(())
            }
            Self::Invite { email, workspace, remote } => {
                let path = format!("/people/{}/invite", encoded(&email));
                let invited = remote.client()?.post(&path, &json!({"workspace": workspace})).await?;
                if !remote.printed(&invited) {
                    say!("{}", text(&invited, "url"));
                }
                Ok(())
            }
            Self::BotToken { email, app: _, token_file, workspace, remote } => {
                let token = secret(token_file)?;
                let body = json!({"workspace": workspace, "token": token});
                let client = remote.client()?;
                let Some(email) = email else {
                    let path = format!("/workspaces/{}/app-token", encoded(&workspace.unwrap_or_default()));
                    let adopted = client.post(&path, &json!({"token": token})).await?;
                    if !remote.printed(&adopted) {
                        say!("This bot is the Entente app in {} now.", text(&adopted, "workspace"));
                    }
                    return Ok(());
                };
                let adopted = client.post(&format!("/people/{}/bot-token", encoded(&email)), &body).await?;
                if !remote.printed(&adopted) {
                    say!(
                        "{} stands in for {email} in {}.",
                        text(&adopted, "address"),
                        text(&adopted, "workspace")
                    );
                }
                Ok(())
            }
            Self::RetryBots { remote } => {
                let retried = remote.client()?.post("/people/retry-bots", &json!({})).await?;
                if !remote.printed(&retried) {
                    say!("Tried again: {}.", text(&retried, "bots"));
                }
                Ok(())
            }
        }
    }
}

async fn apply(digest: Option<String>, rules: &Rules, yes: bool, remote: &Remote) -> anyhow::Result<()> {
    let client = remote.client()?;
    let digest = match digest {
        Some(digest) => digest,
        None => match confirmed(&client, rules, yes, remote.json).await? {
            Some(digest) => digest,
            None => return Ok(()),
        },
    };
    let done = client.post("/people/apply", &json!({"digest": digest})).await?;
    if !remote.printed(&done) {
        let columns = ["people_added", "people_changed", "bots", "consents", "changed", "removed"];
        let said: Vec<String> =
            columns.iter().map(|name| format!("{} {}", name.replace('_', " "), text(&done, name))).collect();
        say!("Done: {}.\n`entente people list` shows how far the bots are.", said.join(", "));
    }
    Ok(())
}

/// Plans, shows it and asks. `None`: nothing is to be done, or not now.
async fn confirmed(client: &Client, rules: &Rules, yes: bool, json: bool) -> anyhow::Result<Option<String>> {
    let plan = client.post("/people/plan", &rules.body()).await?;
    let digest = text(&plan, "digest");
    if yes {
        return Ok(Some(digest));
    }
    if !json {
        planned(&plan);
    }
    if plan["lines"].as_array().is_none_or(Vec::is_empty) {
        return Ok(None);
    }
    if !std::io::stdin().is_terminal() {
        anyhow::bail!("nobody to ask: give the digest of a plan, or --yes");
    }
    crate::said::print(format_args!("\nDo this? [y/N] "));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y").then_some(digest))
}

fn matched(done: &Value) {
    let people = done["people"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = people
        .iter()
        .map(|person| {
            let places = person["workspaces"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let primary = person["primary"].as_str().unwrap_or("not chosen").to_owned();
            vec![text(person, "name"), text(person, "email"), primary, places.collect::<Vec<_>>().join(", ")]
        })
        .collect();
    table::print(&["name", "address", "works in", "accounts in"], &rows, "Nobody was imported.");
    conflicts(done);
}

fn planned(plan: &Value) {
    let columns = ["explanation", "name", "email", "workspace"];
    table::print(
        &["what", "name", "address", "where"],
        &rows(plan, "lines", &columns),
        "Everything is as it should be.",
    );
    say!("\nKept as they are: {}.", text(plan, "kept"));
    titled("No primary was chosen for:", &["name", "address"], &rows(plan, "unchosen", &["name", "email"]));
    let (head, columns) = (["name", "address", "where", "why"], ["name", "email", "workspace", "reason"]);
    let title = "Passed on by the app, which says their names (nobody there can write to them first):";
    titled(title, &head, &rows(plan, "relayed", &columns));
    for place in plan["roomless"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        say!(
            "In {place} that goes for linked channels only: nothing makes rooms there for direct messages (`entente links listener {place}`)."
        );
    }
    titled("Cannot be represented:", &head, &rows(plan, "unrepresented", &columns));
    conflicts(plan);
}

fn conflicts(answer: &Value) {
    let columns = ["name", "email", "workspace", "explanation"];
    titled("Left alone:", &["name", "address", "where", "why"], &rows(answer, "conflicts", &columns));
}

fn titled(title: &str, head: &[&str], rows: &[Vec<String>]) {
    if !rows.is_empty() {
        say!("\n{title}");
        table::print(head, rows, "");
    }
}

fn listed(all: &Value) {
    // One reason often is many people's; it is said once, below the table.
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut rows = Vec::new();
    for person in all["people"].as_array().into_iter().flatten() {
        let (name, email) = (text(person, "name"), text(person, "email"));
        let primary = person["primary"].as_str().unwrap_or("not chosen").to_owned();
        let stand_ins = person["stand_ins"].as_array().map(Vec::as_slice).unwrap_or_default();
        for stand_in in stand_ins {
            let (place, reason) = (text(stand_in, "workspace"), text(stand_in, "reason"));
            if !reason.is_empty() {
                reasons.entry(reason).or_default().push(format!("{name} in {place}"));
            }
            rows.push(vec![
                name.clone(),
                email.clone(),
                primary.clone(),
                place,
                text(stand_in, "mode"),
                text(stand_in, "address"),
                text(stand_in, "state"),
            ]);
        }
        if stand_ins.is_empty() {
            rows.push(vec![name, email, primary]);
        }
    }
    let head = ["name", "address", "works in", "represented in", "by", "found as", "state"];
    table::print(&head, &rows, "Nobody yet: `entente people import`, then `plan` and `apply`.");
    for (reason, whose) in reasons {
        say!("\n{}:\n{}", table::wrapped(&whose.join(", "), ""), table::wrapped(&reason, "  "));
    }
}

/// A token never comes over the command line, which everybody on the machine can read.
fn secret(file: Option<PathBuf>) -> anyhow::Result<String> {
    let text = if let Some(file) = file {
        std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        line
    };
    let token = text.trim().to_owned();
    anyhow::ensure!(!token.is_empty(), "the token is empty");
    Ok(token)
}

pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
