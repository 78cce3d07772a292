//! The command line. One file per command; each begins with what it takes and ends with what it prints.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde_json::Value;
use url::Url;

use crate::client::Client;
use crate::said::say;

mod check;
mod dead;
mod lanes;
mod links;
mod people;
mod sandbox;
mod serve;
mod status;

/// People on different chat platforms talk to each other, each in the app they already use.
#[derive(Parser)]
#[command(name = "entente", version, about, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Run the whole product with simulated platforms and a sample organization.
    Demo(crate::demo::Demo),
    /// Run only the simulated platforms.
    Sandbox(sandbox::Sandbox),
    /// Say whether a configuration is right.
    Check(check::Check),
    /// Print the documented default configuration.
    Config,
    /// Bring in people, choose where they work, and let them be represented elsewhere.
    #[command(subcommand)]
    People(people::People),
    /// Keep channels of different platforms in step.
    #[command(subcommand)]
    Links(links::Links),
    /// Say how the server is.
    Status(status::Status),
    /// List conversations in which something waits, and those that stand until somebody acts.
    Lanes(lanes::Lanes),
    /// Let a conversation that stands go on.
    Release(lanes::Release),
    /// List messages that could not be delivered.
    Dead(dead::Dead),
    /// Try a message that could not be delivered again.
    Replay(dead::Replay),
    /// List reports that were properly signed and could not be read.
    Aside(dead::Aside),
    /// Print an address that signs a browser in to the console, once.
    SignIn(status::SignIn),
}

/// Which server, and how to print.
#[derive(Args)]
struct Remote {
    /// The server's data folder, where its address and token are.
    #[arg(long, value_name = "DIR", env = "ENTENTE_DATA", default_value = "data")]
    data: PathBuf,
    /// The server's address, if it is not this machine's.
    #[arg(long, value_name = "URL")]
    server: Option<Url>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Remote {
    fn client(&self) -> anyhow::Result<Client> {
        Client::of(&self.data, self.server.clone())
    }

    /// Prints the answer as it came, if that was asked for.
    fn printed(&self, answer: &Value) -> bool {
        if self.json {
            say!("{answer:#}");
        }
        self.json
    }
}

/// Runs what the command line says.
pub(crate) async fn run() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve(command) => command.run().await,
        Command::Demo(command) => command.run().await,
        Command::Sandbox(command) => command.run().await,
        Command::Check(command) => command.run(),
        Command::Config => {
            crate::said::print(format_args!("{}", crate::config::DEFAULTS));
            Ok(())
        }
        Command::People(command) => command.run().await,
        Command::Links(command) => command.run().await,
        Command::Status(command) => command.run().await,
        Command::Lanes(command) => command.run().await,
        Command::Release(command) => command.run().await,
        Command::Dead(command) => command.run().await,
        Command::Replay(command) => command.run().await,
        Command::Aside(command) => command.run().await,
        Command::SignIn(command) => command.run().await,
    }
}

/// A text in an answer; empty when it is absent.
fn text(value: &Value, name: &str) -> String {
    match &value[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The rows of a list in an answer.
fn rows(value: &Value, list: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let items = value[list].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| columns.iter().map(|column| text(item, column)).collect()).collect()
}

/// An instant of an answer, to the minute: "2026-01-05 10:03 UTC".
fn minute(at: &str) -> String {
    match (at.get(..10), at.get(10..11), at.get(11..16)) {
        (Some(day), Some("T"), Some(minute)) => format!("{day} {minute} UTC"),
        _ => at.to_owned(),
    }
}

/// The same rows with instants in this column.
fn minutes(mut rows: Vec<Vec<String>>, column: usize) -> Vec<Vec<String>> {
    for cell in rows.iter_mut().filter_map(|row| row.get_mut(column)) {
        *cell = minute(cell);
    }
    rows
}
