//! What the demo says when it is ready.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::client::Client;

/// Says it on standard output.
pub(super) async fn ready(
    base: &Url,
    server: &Client,
    folder: &Path,
    temporary: bool,
    took: Duration,
) -> anyhow::Result<()> {
    let link = server.post("/sign-in-link", &json!({})).await?;
    let people = server.get("/people").await?;
    let base = base.as_str().trim_end_matches('/');
    println!("\nEntente's demo is ready after {:.1} s. Open\n", took.as_secs_f64());
    println!("  {base}/demo            the four chat apps side by side");
    println!("  {base}/directory.json  addresses, people and tokens for other clients");
    println!(
        "  {}\n      the console, signed in (this link works once)\n",
        link["url"].as_str().unwrap_or_default()
    );
    for person in people["people"].as_array().into_iter().flatten() {
        say(person);
    }
    println!(
        "\nThe server's data is in {}{}.",
        folder.display(),
        if temporary { " and is gone when this ends" } else { "" }
    );
    println!("Other commands work on it: entente people list --data {}", folder.display());
    println!("Stop with ctrl-c.");
    Ok(())
}

/// One line about somebody: where they work, where they speak with an account of their own, and where a bot does.
fn say(person: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let stand_ins = person["stand_ins"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own: Vec<String> =
        stand_ins.iter().filter(|one| one["mode"] == "account").map(|one| text(&one["workspace"])).collect();
    let mut said = Vec::new();
    if !own.is_empty() {
        said.push(format!("speaks for themselves in {}", own.join(", ")));
    }
    for bot in stand_ins.iter().filter(|one| one["mode"] == "bot") {
        said.push(format!("is {} in {}", text(&bot["address"]), text(&bot["workspace"])));
    }
    if !said.is_empty() {
        let (name, primary) = (text(&person["name"]), text(&person["primary"]));
        println!("  {name:<16} works in {primary:<6} {}", said.join("; "));
    }
}
