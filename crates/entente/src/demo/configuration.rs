//! The demo's configuration: an ordinary file, such as an operator writes, with the simulated platforms' addresses.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::story::Apps;
use super::world::{World, base};
use crate::wire;

/// Writes it into the data folder.
pub(super) fn write(
    folder: &Path,
    listen: SocketAddr,
    world: &World,
    apps: &Apps,
    limits_factor: f64,
) -> anyhow::Result<PathBuf> {
    let (webex, teams) = (base(&world.webex), base(&world.teams));
    let mut text = String::new();
    write!(
        text,
        "# Written by `entente demo` at every start; changes to this file are lost. What differs from the defaults can be\n\
         # overridden by the environment, such as ENTENTE_LOG__LEVEL=info.\n\n\
         [server]\nlisten = \"{listen}\"\n\n\
         [data]\nfolder = \".\"\n\n\
         [engine]\nbot_suffix = \"acme\"\norganization = \"Acme, Inc.\"\n\n\
         [calls]\nlimits_factor = {limits_factor:?}\n\n\
         [log]\nlevel = \"warn\"\n\n\
         [workspaces.webex]\nplatform = \"webex\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n\
         addresses = {{ api = \"{webex}/v1\" }}\n\n\
         [workspaces.teams]\nplatform = \"teams\"\ntenant = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n\
         addresses = {{ graph = \"{teams}/v1.0\", login = \"{teams}\", bot = \"{teams}\", bot_metadata = \"{teams}\" }}\n",
        apps.webex.client_id,
        apps.webex.client_secret,
        apps.tenant,
        apps.teams.client_id,
        apps.teams.client_secret,
    )?;
    let file = folder.join("demo.toml");
    wire::write_private(&file, &text)?;
    Ok(file)
}
