//! The demo's configuration: an ordinary file, such as an operator writes, with the simulated platforms' addresses.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::apps::Apps;
use super::world::{World, base};
use crate::wire;

/// Writes it into the data folder.
pub(super) fn write(
    folder: &Path,
    listen: SocketAddr,
    world: &World,
    apps: &Apps,
    zoom_subscription: &str,
    limits_factor: f64,
) -> anyhow::Result<PathBuf> {
    let [webex, teams, slack, zoom] = world.ports().map(|(_, port)| base(port));
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
         addresses = {{ graph = \"{teams}/v1.0\", login = \"{teams}\", bot = \"{teams}/amer\", bot_metadata = \"{teams}\", files = \"{teams}\" }}\n\n\
         [workspaces.slack]\nplatform = \"slack\"\ntenant = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n\
         secrets = {{ signing = \"{}\" }}\naddresses = {{ api = \"{slack}/api\", files = \"{slack}\", login = \"{slack}\" }}\n\n\
         [workspaces.zoom]\nplatform = \"zoom\"\ntenant = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n\
         addresses = {{ api = \"{zoom}/v2\", files = \"{zoom}/v2\", login = \"{zoom}\", socket = \"{zoom}\" }}\n\
         settings = {{ bot_jid = \"{}\", directory_client_id = \"{}\", websocket_subscription = \"{zoom_subscription}\" }}\n\
         secrets = {{ secret_token = \"{}\", directory_client_secret = \"{}\" }}\n",
        apps.webex.client_id,
        apps.webex.client_secret,
        apps.tenant,
        apps.teams.client_id,
        apps.teams.client_secret,
        apps.team,
        apps.slack.client_id,
        apps.slack.client_secret,
        apps.slack.more["signing_secret"],
        apps.account,
        apps.zoom.client_id,
        apps.zoom.client_secret,
        apps.zoom.more["robot_jid"],
        apps.zoom_directory.client_id,
        apps.zoom.more["secret_token"],
        apps.zoom_directory.client_secret,
    )?;
    let file = folder.join("demo.toml");
    wire::write_private(&file, &text)?;
    Ok(file)
}
