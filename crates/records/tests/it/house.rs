//! A practice with an archive: store, clock and chance of its own.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use ctx::{Ctx, NewOrganisation, Parts, Principal, PrincipalKind, Role, Seat, World};
use flow::{DraftFile, DraftRecipient, Flow, Letter, Settings};
use model::{
    Address, DomainId, Kind, MessageId, Mode, OrganisationId, Origin, Purpose, Stream, UserId,
};
use records::{Found, Page, Records};
use sim::kit::{SimClock, SimRng, TestStore, memory_root};
use store::tables::domains;

pub struct House {
    pub world: Arc<World>,
    pub flow: Flow,
    pub records: Records,
    pub organisation: OrganisationId,
    pub officer: Ctx,
    pub clock: Arc<SimClock>,
}

impl House {
    pub fn open(store: &TestStore) -> Self {
        let clock = Arc::new(SimClock::default());
        let parts = Parts {
            store: store.deref().clone(),
            vault: Arc::new(memory_root(1)),
            clock: clock.clone(),
            rng: Arc::new(SimRng::new(1)),
        };
        let world = World::open(parts).expect("a world");
        let organisation = found(&world, "clinic.example");
        Self::on(world, organisation, clock)
    }

    fn on(world: Arc<World>, organisation: OrganisationId, clock: Arc<SimClock>) -> Self {
        let flow = Flow::new(
            world.clone(),
            Settings::new("mx.clinic.example", "https://mail.clinic.example"),
        );
        Self {
            records: Records::new(flow.clone()),
            officer: user(&world, organisation, &[Role::Staff, Role::Compliance]),
            flow,
            world,
            organisation,
            clock,
        }
    }

    /// Another organisation in the same store.
    pub fn neighbour(&self) -> Self {
        let organisation = found(&self.world, "other.example");
        Self::on(self.world.clone(), organisation, self.clock.clone())
    }

    /// The same as a process that has just started.
    pub fn again(&self) -> Self {
        Self::on(self.world.clone(), self.organisation, self.clock.clone())
    }

    pub fn staff(&self) -> Ctx {
        self.person(&[Role::Staff])
    }

    /// Somebody else of the same house.
    pub fn person(&self, roles: &[Role]) -> Ctx {
        user(&self.world, self.organisation, roles)
    }

    /// The officer's roles with a test key.
    pub fn in_test_mode(&self) -> Ctx {
        let roles = [Role::Staff, Role::Compliance];
        seated(&self.world, self.organisation, &roles, Mode::Test)
    }

    pub fn send(&self, letter: Letter) -> MessageId {
        let draft = self
            .flow
            .draft_from_letter(&self.officer, letter)
            .expect("a draft");
        self.clock.advance(std::time::Duration::from_secs(60));
        self.flow
            .submit(&self.officer, draft, None)
            .expect("accepted")
            .message
    }

    pub fn archived(&self) -> usize {
        std::iter::from_fn(|| Some(self.records.archive().expect("archived")).filter(|n| *n > 0))
            .sum()
    }

    /// All hits of a search, newest first, page by page.
    pub fn find(&self, query: &str) -> Vec<MessageId> {
        let mut found = Vec::new();
        let mut page = Page {
            query: query.to_owned(),
            rows: 7,
            ..Page::default()
        };
        loop {
            match self.records.search(&self.officer, &page).expect("searched") {
                Found::Hits { hits, next, .. } => {
                    found.extend(hits.into_iter().map(|hit| hit.message));
                    page.before = next;
                }
                Found::Unclear(error) => panic!("{query}: {error:?}"),
            }
            if page.before.is_none() {
                return found;
            }
        }
    }
}

pub fn letter(to: &str, subject: &str, text: &str) -> Letter {
    Letter {
        origin: Origin::Api,
        from: Address::parse("nurse@clinic.example").expect("an address"),
        from_name: None,
        reply_to: None,
        recipients: vec![DraftRecipient {
            kind: Kind::To,
            address: Address::parse(to).expect("an address"),
            name: None,
            notify: String::new(),
        }],
        subject: subject.to_owned(),
        text: Some(text.to_owned()),
        html: None,
        files: Vec::new(),
        headers: Vec::new(),
        tags: Vec::new(),
        metadata: BTreeMap::new(),
        stream: Stream::Transactional,
        purpose: Purpose::Treatment,
        priority: 4,
        send_at: None,
        declared_no_phi: false,
        attested: false,
        demanded: None,
        transport: flow::Transport::Usual,
        thread: None,
    }
}

/// The same with a file of plain text.
pub fn with_file(mut letter: Letter, name: &str, text: &str) -> Letter {
    letter.files.push(DraftFile {
        name: name.to_owned(),
        content_type: "text/plain".to_owned(),
        bytes: text.as_bytes().to_vec(),
    });
    letter
}

fn found(world: &Arc<World>, domain: &str) -> OrganisationId {
    let new = NewOrganisation {
        name: domain.to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
    };
    let organisation = world.create_organisation(new).expect("an organisation");
    let row = domains::DomainRow {
        id: DomainId::mint(world.now(), world.rng.as_ref()),
        organisation,
        name: domain.to_owned(),
        created_at: world.now(),
    };
    world
        .store
        .write(move |tx| domains::insert(tx, &row))
        .expect("a domain");
    organisation
}

fn user(world: &Arc<World>, organisation: OrganisationId, roles: &[Role]) -> Ctx {
    seated(world, organisation, roles, Mode::Live)
}

fn seated(world: &Arc<World>, organisation: OrganisationId, roles: &[Role], mode: Mode) -> Ctx {
    let principal = Principal {
        id: UserId::mint(world.now(), world.rng.as_ref()).to_string(),
        organisation,
        kind: PrincipalKind::User(roles.to_vec()),
        second_factor: true,
    };
    Ctx::seat(
        world,
        Seat {
            principal,
            mode,
            session: None,
        },
    )
}
