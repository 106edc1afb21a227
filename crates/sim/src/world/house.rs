//! The installation under test: one store, one root, a few nodes that live and die on it, and the
//! organisations it serves.
//!
//! Invariant: what a node knows beyond the database dies with it; a new node is opened from the
//! store, the root key and nothing else.

use std::sync::Arc;
use std::time::Duration;

use ctx::{Ctx, NewOrganisation, Parts, Role, World};
use flow::{Flow, Job, Settings, Ways};
use model::seams::{Clock, Vault};
use model::{
    Address, Domain, DomainId, Evidence, Mode, OrganisationId, Outcome, Result, Secret, Stream,
    Timestamp,
};
use mta::{Pool, PoolSettings};
use people::{NewApp, NewUser, People, SignIn};
use store::tables::domains;
use vault::RootKeys;

use super::planted::Planted;
use super::sea::{Dns, Guard, Habits, Sea, domain};
use crate::kit::{Engine, Faults, SimClock, SimRng, TestStore, store_on};

pub(crate) const PASSWORD: &str = "correct-horse-battery";
const HOSTNAME: &str = "mail.caduceus.example";
pub(crate) const PORTAL: &str = "https://portal.example";

/// Shorter than in production, so that expiry is not rare.
const LIFETIME: Duration = Duration::from_secs(6 * 3_600);

/// Every mail server of the sea is this provider's.
pub(crate) const PROVIDER: &str = "sea";
/// What it takes from one source at once.
pub(crate) const CONNECTIONS_MAX: usize = 3;
/// What it takes in a minute, and at once, from one source: two in a burst, the rest every five seconds.
pub(crate) const PER_MINUTE: u32 = 12;
pub(crate) const AT_ONCE: usize = 2;
/// Of its connections, those that marketing may fill.
pub(crate) const MARKETING_MAX: usize = 2;
/// Deliveries that a node of every third history holds in memory: so few that most wait in the database.
const FEW_IN_MEMORY: usize = 6;
/// What a new source may send it on its days: few, so that they are used up.
pub(crate) const WARM_UP: [u32; 3] = [3, 5, 9];
const SHAPING: &str = r#"
[provider.sea]
mx = ["example"]
connections = 3
per_minute = 12
messages_per_connection = 3
[[provider.sea.reply]]
code = [421]
hits = 3
within = "1h"
then = "back_off"
for = "10m"
[[provider.sea.reply]]
code = [450, 451, 452]
hits = 4
within = "1h"
then = "switch_source"
for = "30m"
"#;

pub(crate) struct House {
    pub store: TestStore,
    pub clock: Arc<SimClock>,
    /// The program's own chance.
    rng: Arc<SimRng>,
    /// Seeds of root keys, the current one first.
    pub roots: Vec<u64>,
    pub sea: Arc<Sea>,
    pub faults: Arc<Faults>,
    /// `None` is a node that is down.
    pub nodes: Vec<Option<Node>>,
    pub clinics: Vec<Clinic>,
    /// All mail leaves by one source: then mail of one domain stands in one line.
    pub single_source: bool,
    /// A planted fault of the program's configuration.
    pub loose: Option<Planted>,
}

/// An organisation and its credentials.
pub(crate) struct Clinic {
    pub id: OrganisationId,
    pub domain: String,
    live: String,
    test: String,
    pub staff: String,
    totp: String,
}

/// A process: all of its memory.
pub(crate) struct Node {
    pub flow: Flow,
    pub people: People,
    pub pool: Arc<Pool>,
    pub flights: Vec<Flight>,
    /// Attempts whose end was given back.
    pub ended: Vec<Job>,
}

pub(crate) type Carried = (Outcome, Evidence);

/// An attempt under way.
pub(crate) struct Flight {
    pub job: Job,
    /// As its sender asked; none of what no sender asked for, nor of a test.
    pub stream: Option<Stream>,
    pub began: Timestamp,
    pub state: Flying,
}

pub(crate) enum Flying {
    Wire(model::seams::Later<'static, Carried>),
    /// It ended; nobody has told the dispatcher yet.
    Landed(Box<Carried>),
}

/// An old source and, unless it is the only one, one that is warmed up from the first day on.
fn ways(loose: Option<Planted>, single: bool) -> Ways {
    let source = |name: &str, warm_from| queue::Source {
        name: name.into(),
        weight: 1,
        warm_from,
    };
    let first = SimClock::default().now();
    let mut all = vec![source("old", None), source("new", Some(first))];
    all.truncate(if single { 1 } else { 2 });
    let warm_up = match loose {
        Some(Planted::IgnoresWarmUp) => WARM_UP.map(|most| most * 100),
        _ => WARM_UP,
    };
    let sources = queue::Sources::new(all, Vec::new()).warmed_up_by(warm_up.to_vec());
    let shaping = match loose {
        Some(Planted::IgnoresShaping) => SHAPING.replace("connections = 3", "connections = 30"),
        Some(Planted::IgnoresRate) => SHAPING.replace("per_minute = 12", "per_minute = 600"),
        _ => SHAPING.to_owned(),
    };
    let shaping = queue::Shaping::parse(&shaping).expect("the sea's shaping is well formed");
    Ways::new(queue::Routing::new(sources, shaping), Vec::new())
}

impl House {
    /// Opens the store and founds the organisations, undisturbed.
    pub fn found(
        seed: u64,
        engine: Engine,
        nodes: usize,
        sea: Arc<Sea>,
        faults: Arc<Faults>,
    ) -> Result<Self> {
        let store = store_on(engine);
        store.inject(faults.seam());
        let mut house = Self {
            store,
            clock: Arc::clone(&sea.clock),
            rng: Arc::new(SimRng::new(seed)),
            roots: vec![seed],
            sea,
            faults,
            nodes: Vec::new(),
            clinics: Vec::new(),
            single_source: (seed >> 8).is_multiple_of(4),
            loose: None,
        };
        let founder = house.open_node()?;
        for (i, language) in ["en", "es"].into_iter().enumerate() {
            let clinic = house.found_clinic(&founder, i, language)?;
            house.clinics.push(clinic);
        }
        house.nodes.push(Some(founder));
        house.nodes.resize_with(nodes, || None);
        Ok(house)
    }

    /// From the database alone.
    pub fn open_node(&self) -> Result<Node> {
        let keys = self
            .roots
            .iter()
            .map(|seed| vault::random_key(&SimRng::new(*seed)))
            .collect();
        let vault: Arc<dyn Vault> = Arc::new(RootKeys::new(keys));
        let store = (*self.store).clone();
        let world = World::open(Parts {
            store,
            vault,
            clock: self.clock.clone(),
            rng: self.rng.clone(),
        })?;
        let mut settings = Settings::new(HOSTNAME, PORTAL);
        settings.seal_threads = 1;
        // Every other history seals after the answer, as where sealing fails at first.
        settings.seal_at_once = self.roots.last().is_some_and(|seed| seed.is_multiple_of(2));
        (settings.lifetime, settings.queue.lifetime) = (LIFETIME, LIFETIME);
        if self.roots.last().is_some_and(|seed| seed.is_multiple_of(3)) {
            settings.in_memory_max = FEW_IN_MEMORY;
        }
        settings.ways = ways(self.loose, self.single_source);
        let flow = Flow::new(world.clone(), settings);
        let pool = Arc::new(Pool::new(PoolSettings::new(domain(HOSTNAME))));
        Ok(Node {
            flow,
            people: People::quick(world),
            pool,
            flights: Vec::new(),
            ended: Vec::new(),
        })
    }

    /// No other node can exist: there is only one place for them.
    pub fn alone(&self) -> bool {
        self.nodes.len() == 1
    }

    fn found_clinic(&self, node: &Node, number: usize, language: &str) -> Result<Clinic> {
        let world = node.flow.world();
        let new = NewOrganisation {
            name: format!("Clinic {number}"),
            zone: "Etc/UTC".to_owned(),
            language: language.to_owned(),
            portal_on: self.rng.happens(9, 10),
        };
        let id = world.create_organisation(new)?;
        let text = format!("clinic{number}.example");
        let name = domain(&text);
        // Failure reports to senders come here.
        self.sea
            .add_zone(&name, Dns::Records, Guard::None, vec![Habits::friendly()]);
        add_domain(world, id, &name)?;
        let system = world.system(id);
        let scopes = [
            "message.send",
            "message.list",
            "message.read",
            "message.cancel",
            "proof.download",
        ];
        let app = node.people.create_app(
            &system,
            NewApp {
                name: "app".to_owned(),
                scopes: scopes.map(str::to_owned).to_vec(),
                senders: vec![text.clone()],
                basic_allowed: true,
            },
        )?;
        let key = |mode| {
            node.people
                .create_key(&system, app, mode, None)
                .map(|key| key.shown_once.expose().clone())
        };
        let staff = format!("staff@{text}");
        let (live, test) = (key(Mode::Live)?, key(Mode::Test)?);
        let totp = self.enrol(node, &system, &staff)?;
        Ok(Clinic {
            id,
            domain: text,
            live,
            test,
            staff,
            totp,
        })
    }

    fn enrol(&self, node: &Node, system: &Ctx, staff: &str) -> Result<String> {
        let new = NewUser {
            organisation: system.organisation(),
            name: "Staff".to_owned(),
            email: Address::parse(staff)?,
            password: Secret::new(PASSWORD.to_owned()),
            roles: vec![Role::Administrator, Role::Staff, Role::Compliance],
        };
        node.people.create_user(system, new)?;
        let SignIn::NeedsEnrolment(pending) = node
            .people
            .sign_in(staff, &Secret::new(PASSWORD.to_owned()))?
        else {
            return Err(model::Code::Internal.into());
        };
        let enrolment = node.people.enrol_totp(pending.0.expose())?;
        let code = enrolment.code_at(self.clock.now())?;
        node.people.confirm_totp(pending.0.expose(), &code)?;
        Ok(enrolment.secret_base32.expose().clone())
    }
}

impl Clinic {
    /// Signs the app in.
    pub fn app(&self, node: &Node, mode: Mode) -> Result<Ctx> {
        let key = if mode == Mode::Test {
            &self.test
        } else {
            &self.live
        };
        node.people.authenticate_key(key)
    }

    /// Signs a member of staff in. A code works once, so time must have passed since the last.
    pub fn staff(&self, node: &Node, clock: &SimClock) -> Result<Ctx> {
        clock.advance(Duration::from_secs(60));
        let pending = match node
            .people
            .sign_in(&self.staff, &Secret::new(PASSWORD.to_owned()))?
        {
            SignIn::NeedsCode(token) | SignIn::NeedsEnrolment(token) => token,
        };
        let code = people::code_at(&self.totp, clock.now())?;
        let token = node.people.second_factor(pending.0.expose(), &code)?;
        node.people.session(token.0.expose()).map(|(ctx, _)| ctx)
    }
}

/// As `People::add_domain`, with a key that follows from nothing: making an RSA key takes longer
/// than a whole history.
fn add_domain(world: &Arc<World>, organisation: OrganisationId, name: &Domain) -> Result<()> {
    let (now, rng) = (world.now(), world.rng.as_ref());
    let id = DomainId::mint(now, rng);
    // PKCS#8 of an Ed25519 key (RFC 8410 §7): a fixed prefix, then 32 octets.
    let prefix = [
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    let der = [prefix.as_slice(), &[7; 32]].concat();
    let keys = world.keys(organisation)?;
    let aad = vault::aad("dkim_keys", "sim", id.as_bytes());
    let sealed_key = vault::seal(&keys.subkey("dkim"), &aad, &der, rng)?;
    let name = name.as_str().to_owned();
    world.store.write(move |tx| {
        let row = domains::DomainRow {
            id,
            organisation,
            name: name.clone(),
            created_at: now,
        };
        domains::insert(tx, &row)?;
        let key = domains::DkimRow {
            domain: id,
            organisation,
            selector: "sim".to_owned(),
            algorithm: "ed25519".to_owned(),
            sealed_key: sealed_key.clone(),
            record: String::new(),
            active: true,
            created_at: now,
            state: "active".to_owned(),
            until_at: None,
        };
        domains::insert_dkim(tx, &key)
    })
}
