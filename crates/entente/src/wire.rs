//! The world, put together from the configuration. The only place where all crates meet.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use entente_engine::{Dice, Engine, Parts, WallClock};
use entente_platform::{Http, Limiter, Tcp};
use entente_store::{KeyFile, Sqlite, Store};
use entente_web::Operator;
use secrecy::{ExposeSecret as _, SecretString};
use tracing_subscriber::EnvFilter;
use url::Url;

use crate::config::{Config, Format, Log};
use crate::platforms;
use crate::refusal::Refusal;

/// How long an unused connection to a platform is kept.
const IDLE: Duration = Duration::from_secs(55);

/// Logs to standard error from now on.
pub(crate) fn log(log: &Log) {
    // The level was found right when the configuration was.
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let colors = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colors).with_writer(std::io::stderr);
    let set = match log.format {
        Format::Text => builder.with_target(false).try_init(),
        Format::Json => builder.json().try_init(),
    };
    // A second server in one process keeps the first one's log.
    drop(set);
}

/// The durable half: the folder, its key, its database.
///
/// # Errors
/// [`Refusal`]: why nothing can be kept here.
pub(crate) fn store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let (folder, key_file) = (&config.data.folder, &config.data.key_file);
    let unwritable = |why: std::io::Error| {
        Refusal::new(format!(
            "the data folder {} cannot be written ({why}); make it writable for this user, or name another in data.folder",
            folder.display()
        ))
    };
    // Nobody else's business: it holds addresses, and everything that opens the rest.
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unwritable)?;
    let probe = folder.join(".writable");
    fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(unwritable)?;
    let (key, made) =
        KeyFile::for_database(key_file, folder).map_err(|error| Refusal::new(error.to_string()))?;
    if made {
        tracing::warn!(
            file = %key_file.display(),
            "made the key that everything here is sealed with; keep a copy of it somewhere else"
        );
    }
    let store = Sqlite::open(folder, &key).map_err(|error| Refusal::new(error.to_string()))?;
    Ok(Arc::new(store))
}

/// The engine on this store.
///
/// # Errors
/// When the store fails or a site is not as its platform needs it.
pub(crate) async fn engine(
    config: &Config,
    store: Arc<dyn Store>,
    dice: Arc<Dice>,
    public_address: Url,
) -> anyhow::Result<Arc<Engine>> {
    let transport = Tcp::new(config.calls.connect(), IDLE).map_err(|none| Refusal::new(none.to_string()))?;
    let limiter = Arc::new(Limiter::new(config.calls.limits_factor));
    let http = Http::new(Arc::new(transport), limiter, config.calls.timeout());
    #[cfg(feature = "steps")]
    let http = crate::death::told(http)?;
    let parts = Parts {
        store,
        registry: platforms::all(),
        sites: config.sites.clone(),
        http,
        clock: Arc::new(WallClock),
        dice,
        tuning: config.engine.tuning(public_address),
    };
    Ok(Engine::new(parts).await?)
}

/// The operator of this data folder; the token is made at the first start.
pub(crate) fn operator(folder: &Path, dice: &Arc<Dice>) -> anyhow::Result<(Operator, SecretString)> {
    let path = folder.join("operator.token");
    let token = match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => SecretString::from(text.trim().to_owned()),
        Ok(_) => {
            return Err(Refusal::new(format!(
                "{} holds no token of at least 32 characters; delete it, and a new one is made",
                path.display()
            ))
            .into());
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let token = Operator::make_token(dice);
            write_private(&path, token.expose_secret())?;
            token
        }
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    Ok((Operator::new(token.clone(), Arc::clone(dice)), token))
}

/// Writes a file that only this user can read: under another name, and then it is given its own, so that nobody finds half
/// of it.
pub(crate) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
