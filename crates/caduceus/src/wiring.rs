//! From a configuration to a world: clock, chance, root key, database, people, flow.

use std::sync::Arc;

use anyhow::Context;
use ctx::{Parts, World};
use flow::{Flow, Settings};
use model::seams::{Clock, Vault};
use model::{Secret, Timestamp};
use people::People;
use vault::{FileRoot, SystemRng};

use crate::config::{Config, Store};
use crate::page_key;

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where time enters")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// What every command that touches data stands on.
pub struct Wired {
    pub world: Arc<World>,
    pub people: People,
    pub flow: Flow,
}

impl Wired {
    /// Ends the store's threads: cryptography's own clean-up at the end of a process must not meet
    /// them at work.
    pub fn close(self) {
        self.world.store.clone().close();
    }
}

pub fn wire(config: &Config) -> anyhow::Result<Wired> {
    wire_with(config, Settings::new(&config.hostname, &config.portal_url))
}

pub fn wire_with(config: &Config, settings: Settings) -> anyhow::Result<Wired> {
    let vault: Arc<dyn Vault> = Arc::new(root_key(config)?);
    let store = store::Store::open(store_config(config, vault.as_ref())?)
        .with_context(|| format!("the database did not open ({})", place(config)))?;
    let parts = Parts {
        store,
        vault,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
    };
    let world = World::open(parts).context("the organisations' keys did not open")?;
    Ok(Wired {
        people: People::new(world.clone()),
        flow: Flow::new(world.clone(), settings),
        world,
    })
}

/// The root key: made with the first start, when there is no data yet that needs an older one.
pub fn root_key(config: &Config) -> anyhow::Result<FileRoot> {
    let path = &config.keys.root_file;
    if !path.exists() && is_empty(config) {
        tracing::info!(path = %path.display(), "making the root key; back it up apart from the data");
        return FileRoot::create(path, &SystemRng)
            .with_context(|| format!("cannot make {}", path.display()));
    }
    FileRoot::load(path).with_context(|| format!("root key file {}", path.display()))
}

/// Whether there is no database yet that an existing key would have to open.
fn is_empty(config: &Config) -> bool {
    match &config.store {
        Store::Sqlite { dir } => !dir.join("pages.key").exists(),
        // A used PostgreSQL database is found out by `key_wrong` when its organisations' keys open.
        Store::Postgres { .. } => true,
    }
}

fn store_config(config: &Config, vault: &dyn Vault) -> anyhow::Result<store::Config> {
    Ok(match &config.store {
        Store::Sqlite { dir } => {
            make_private(dir)?;
            store::Config::Sqlite {
                dir: dir.clone(),
                page_key: page_key::load_or_create(dir, vault, &SystemRng)?,
            }
        }
        Store::Postgres {
            url_file,
            ca_file,
            connections,
            blob_dir,
        } => {
            make_private(blob_dir)?;
            let url = std::fs::read_to_string(url_file)
                .with_context(|| format!("cannot read {}", url_file.display()))?;
            store::Config::Postgres {
                url: Secret::new(url.trim().to_owned()),
                ca_file: ca_file.clone(),
                connections: *connections,
                blob_dir: blob_dir.clone(),
            }
        }
    })
}

fn make_private(dir: &std::path::Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .with_context(|| format!("cannot make {}", dir.display()))
}

pub fn place(config: &Config) -> String {
    match &config.store {
        Store::Sqlite { dir } => format!("sqlite in {}", dir.display()),
        Store::Postgres { url_file, .. } => format!("postgres by {}", url_file.display()),
    }
}
