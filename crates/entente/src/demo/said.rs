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
    println!("  {base}/demo            two chat apps side by side");
    println!("  {base}/directory.json  addresses, people and tokens for other clients");
    println!(
        "  {}\n      the console, signed in (this link works once)\n",
        link["url"].as_str().unwrap_or_default()
    );
    for person in people["people"].as_array().into_iter().flatten() {
        for stand_in in person["stand_ins"].as_array().into_iter().flatten() {
            say(person, stand_in);
        }
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

fn say(person: &Value, stand_in: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = match &stand_in["address"] {
        Value::String(address) => address.clone(),
        _ => text(&person["email"]),
    };
    println!(
        "  {:<16} works in {:<6} and is {found} in {}",
        text(&person["name"]),
        text(&person["primary"]),
        text(&stand_in["workspace"])
    );
}
