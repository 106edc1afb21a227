//! From a configuration to a world: clock, chance, root key, database, people, flow.

use std::sync::Arc;

use anyhow::Context;
use ctx::{Parts, World};
use flow::inbound::InboundSettings;
use flow::{Flow, Settings};
use model::seams::{Clock, Vault};
use model::{Domain, Secret, Timestamp};
use people::People;
use records::Records;
use vault::{FileRoot, SystemRng};

use crate::config::{Config, Store};
use crate::{page_key, ways};

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
    pub records: Records,
}

impl Wired {
    /// Ends the store's threads: cryptography's own clean-up at the end of a process must not meet
    /// them at work.
    pub fn close(self) {
        self.world.store.clone().close();
    }
}

pub fn wire(config: &Config) -> anyhow::Result<Wired> {
    let mut settings = Settings::new(&config.hostname, &config.portal_url);
    settings.declared_free = config.policy.declared_free()?;
    if let Some(inbound) = &config.inbound {
        let domain = inbound.domain.as_ref().unwrap_or(&config.hostname);
        settings.inbound = Some(InboundSettings {
            domain: Domain::parse(domain).context("inbound.domain")?,
            replies: inbound.replies,
            greylist: inbound.greylist,
        });
    }
    wire_with(config, settings, Arc::new(SystemClock))
}

pub fn wire_with(
    config: &Config,
    mut settings: Settings,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Wired> {
    settings.ways = ways::build(config)?;
    settings.extractor = crate::extractor::workers()?;
    if let Some(max) = config.delivery.in_memory_max {
        settings.in_memory_max = max;
    }
    let vault: Arc<dyn Vault> = Arc::new(root_key(config)?);
    let store = store::Store::open(store_config(config, vault.as_ref())?)
        .with_context(|| format!("the database did not open ({})", place(config)))?;
    let parts = Parts {
        store,
        vault,
        clock,
        rng: Arc::new(SystemRng),
    };
    let world = World::open(parts).context("the organisations' keys did not open")?;
    let flow = Flow::new(world.clone(), settings);
    Ok(Wired {
        people: People::new(world.clone()),
        records: Records::new(flow.clone())
            .with_backup_days(config.records.backup_days)
            .with_anchors(crate::anchoring::settings(&config.anchors)?),
        flow,
        world,
    })
}

/// The root key: made with the first start, when there is no data yet that needs an older one.
pub fn root_key(config: &Config) -> anyhow::Result<FileRoot> {
    let path = &config.keys.root_file;
    if !path.exists() && is_empty(config)? {
        tracing::info!(path = %path.display(), "making the root key; back it up apart from the data");
        return FileRoot::create(path, &SystemRng)
            .with_context(|| format!("cannot make {}", path.display()));
    }
    FileRoot::load(path).with_context(|| format!("root key file {}", path.display()))
}

/// Whether there is no database yet that an existing key would have to open.
fn is_empty(config: &Config) -> anyhow::Result<bool> {
    match &config.store {
        Store::Sqlite { dir } => Ok(!dir.join("pages.key").exists()),
        Store::Postgres { .. } => {
            let store = store::Store::open(postgres(&config.store)?)
                .with_context(|| format!("the database did not open ({})", place(config)))?;
            let organisations = store.read(store::tables::organisations::list);
            store.close();
            Ok(organisations?.is_empty())
        }
    }
}

fn store_config(config: &Config, vault: &dyn Vault) -> anyhow::Result<store::Config> {
    match &config.store {
        Store::Sqlite { dir } => {
            make_private(dir)?;
            Ok(store::Config::Sqlite {
                dir: dir.clone(),
                page_key: page_key::load_or_create(dir, vault, &SystemRng)?,
            })
        }
        other => postgres(other),
    }
}

fn postgres(store: &Store) -> anyhow::Result<store::Config> {
    let Store::Postgres {
        url_file,
        ca_file,
        connections,
        blob_dir,
    } = store
    else {
        anyhow::bail!("this store is not PostgreSQL");
    };
    make_private(blob_dir)?;
    let url = std::fs::read_to_string(url_file)
        .with_context(|| format!("cannot read {}", url_file.display()))?;
    Ok(store::Config::Postgres {
        url: Secret::new(url.trim().to_owned()),
        ca_file: ca_file.clone(),
        connections: *connections,
        blob_dir: blob_dir.clone(),
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
