//! `entente sandbox`: only the simulated platforms, for trying integrations.

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use clap::Args;
use entente_sim::console;
use entente_sim::server::Port;
use http::header;

use crate::demo::{Source, World, directory_routes, register, reserve};
use crate::lifecycle;
use crate::refusal::Refusal;
use crate::said::say;

/// What it takes.
#[derive(Args)]
pub(super) struct Sandbox {
    /// The port of the directory; the platforms take the next ones. 0: any free ports.
    #[arg(long, value_name = "N", default_value_t = 7700)]
    port: u16,
    /// Multiplies the rate limits.
    #[arg(long, value_name = "F", default_value_t = 1.0)]
    limits_factor: f64,
}

impl Sandbox {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let stop = lifecycle::stop_on_signals()?;
        let world = Arc::new(World::start(self.port, self.limits_factor, true)?);
        // The apps send people back to this address, so it must be known before they are registered.
        let (address, held) = reserve(self.port)?;
        let apps = register(&world, address).await?;
        let source = Source::new(Arc::clone(&world), &apps);
        let directory = Port::open(address, directory_routes(source).merge(signpost(&world))).map_err(|error| {
            Refusal::new(format!(
                "cannot listen on {address} ({error}); stop what listens there, or choose another port with --port N"
            ))
        })?;
        drop(held);
        say!("The simulated platforms are ready.\n");
        say!("  http://{}/directory.json  addresses, people and tokens", directory.addr());
        for line in places(&world) {
            say!("  {line}");
        }
        say!("\nEach has control paths under /_sim. Stop with ctrl-c.");
        stop.cancelled().await;
        Ok(())
    }
}

/// Where each platform is.
fn places(world: &World) -> [String; 4] {
    let [webex, teams, slack, zoom] = world.ports().map(|(_, port)| port.addr());
    [
        format!("http://{webex}/v1              Webex"),
        format!(
            "http://{teams}/v1.0            Microsoft Graph; its sign-in and bot service are on the same port"
        ),
        format!("http://{slack}/api             Slack; its sign-in and sockets are on the same port"),
        format!("http://{zoom}/v2              Zoom; its sign-in and socket are on the same port"),
    ]
}

/// What a browser shows that is sent here: where to go. The page of the demo needs the server, which is not here.
fn signpost(world: &World) -> Router {
    let text = format!(
        "Only the simulated platforms run here.\n\n\
         /directory.json  addresses, people and tokens\n\
         {}\n\n\
         `entente demo` runs them with the server and shows two of the apps side by side.\n",
        places(world).join("\n"),
    );
    let to_root = || async { Redirect::to("/") };
    let icon = || async { ([(header::CONTENT_TYPE, "image/svg+xml")], console::ICON) };
    Router::new()
        .route("/", get(move || async move { text }))
        .route("/demo", get(to_root))
        .route("/favicon.ico", get(icon))
}
