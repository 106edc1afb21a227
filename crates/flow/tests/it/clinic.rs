//! A clinic to test with: store, clock, chance and keys of its own, deliveries driven by hand.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use ctx::{Ctx, NewOrganisation, Parts, Principal, PrincipalKind, Role, Seat, World};
use flow::draft::Arrival;
use flow::view::RecipientView;
use flow::{Flow, Job, Letter, OutLetter, Receipt, Settings, Ways};
use model::{
    AppId, DomainId, Evidence, MessageId, Method, Mode, OrganisationId, Outcome, RecipientState,
    RefusalScope, Result, TlsFacts, UserId,
};
use sim::kit::{SimClock, SimRng, TestStore, memory_root};
use store::tables::{apps, domains, users};

use crate::letters::{code_of, letter, link_of, portal_letter};

pub struct Clinic {
    pub world: Arc<World>,
    pub flow: Flow,
    pub organisation: OrganisationId,
    /// A clinician who may send, read, open, and check the audit log.
    pub staff: Ctx,
    pub clock: Arc<SimClock>,
}

impl Clinic {
    pub fn open(store: &TestStore) -> Self {
        Self::tuned(store, |_| ())
    }

    /// Sealing is left to the outbox, as where it fails at first.
    pub fn sealing_later(store: &TestStore) -> Self {
        Self::tuned(store, |settings| settings.seal_at_once = false)
    }

    pub fn open_with(store: &TestStore, ways: Ways) -> Self {
        Self::tuned(store, move |settings| settings.ways = ways.clone())
    }

    /// With settings of its own.
    pub fn tuned(store: &TestStore, tune: impl Fn(&mut Settings)) -> Self {
        let clock = Arc::new(SimClock::default());
        let world = world(store, &clock, 1);
        let organisation = found(&world, "Clinic", "clinic.example");
        let clinic = Self::on(world, organisation, clock, tune);
        clinic.beat();
        clinic
    }

    /// An organisation that does not use the portal.
    pub fn without_portal(store: &TestStore) -> Self {
        let clock = Arc::new(SimClock::default());
        let world = world(store, &clock, 1);
        let organisation = found_with(&world, "Clinic", "clinic.example", false);
        let clinic = Self::on(world, organisation, clock, |_| ());
        clinic.beat();
        clinic
    }

    /// Another process on the same store: nothing is shared but the store and time.
    pub fn again(&self, store: &TestStore, seed: u64) -> Self {
        self.again_with(store, seed, Ways::direct())
    }

    pub fn again_with(&self, store: &TestStore, seed: u64, ways: Ways) -> Self {
        self.again_tuned(store, seed, move |settings| settings.ways = ways.clone())
    }

    pub fn again_tuned(&self, store: &TestStore, seed: u64, tune: impl Fn(&mut Settings)) -> Self {
        let world = world(store, &self.clock, seed);
        Self::on(world, self.organisation, self.clock.clone(), tune)
    }

    fn on(
        world: Arc<World>,
        organisation: OrganisationId,
        clock: Arc<SimClock>,
        tune: impl Fn(&mut Settings),
    ) -> Self {
        let mut settings = Settings::new("mx.clinic.example", "https://mail.clinic.example");
        settings.seal_threads = 1;
        tune(&mut settings);
        let flow = Flow::new(world.clone(), settings);
        let roles = [Role::Staff, Role::Compliance, Role::Administrator];
        let staff = user(&world, organisation, &roles);
        Self {
            world,
            flow,
            organisation,
            staff,
            clock,
        }
    }

    /// The same clinic with an MX at bounces.clinic.example.
    pub fn taking_mail(mut self, greylist: bool) -> Self {
        let mut settings = self.flow.settings().clone();
        settings.inbound = Some(flow::inbound::InboundSettings {
            domain: model::Domain::parse("bounces.clinic.example").expect("a domain"),
            replies: true,
            greylist,
        });
        self.flow = Flow::new(self.world.clone(), settings);
        self.beat();
        self
    }

    pub fn user(&self, roles: &[Role]) -> Ctx {
        user(&self.world, self.organisation, roles)
    }

    /// Somebody on record who signs in with that address.
    pub fn hire(&self, email: &str, name: &str, roles: &str) {
        let id = UserId::mint(self.world.now(), self.world.rng.as_ref());
        let key = self.world.new_item_key(self.organisation, *id.as_bytes());
        let key = key.expect("a key");
        let profile = serde_json::json!({ "name": name, "email": email }).to_string();
        let aad = vault::aad("users", "sealed_profile", id.as_bytes());
        let sealed = key
            .opened()
            .seal(&aad, profile.as_bytes(), self.world.rng.as_ref());
        let mut email_token = [0; 32];
        self.world.rng.fill(&mut email_token);
        let row = users::User {
            id,
            organisation: self.organisation,
            email_token,
            sealed_profile: sealed.expect("sealed"),
            password_hash: String::new(),
            sealed_totp: None,
            totp_step: 0,
            roles: roles.to_owned(),
            active: true,
            failures: 0,
            locked_until: None,
            created_at: self.world.now(),
            failed_at: None,
        };
        let hired = self.world.store.write(move |tx| {
            key.insert(tx)?;
            users::insert(tx, &row)
        });
        hired.expect("hired");
    }

    /// Somebody who may release what others sent.
    pub fn officer(&self) -> Ctx {
        self.user(&[Role::Compliance])
    }

    /// An app of this clinic, with every scope that software can have.
    pub fn app(&self, senders: &str, mode: Mode) -> Ctx {
        let id = AppId::mint(self.world.now(), self.world.rng.as_ref());
        let scopes = "message.send message.read message.list message.open message.cancel proof.download audit.read webhook.manage queue.manage suppression.manage";
        let (organisation, senders, now) =
            (self.organisation, senders.to_owned(), self.world.now());
        let row = apps::App {
            id,
            organisation,
            name: "practice software".to_owned(),
            scopes: scopes.to_owned(),
            senders,
            basic_allowed: true,
            active: true,
            created_at: now,
        };
        self.world
            .store
            .write(move |tx| apps::insert(tx, &row))
            .expect("an app");
        let scopes = scopes.split(' ').map(str::to_owned).collect();
        let kind = PrincipalKind::App { scopes };
        let principal = Principal {
            id: id.to_string(),
            organisation,
            kind,
            second_factor: false,
        };
        Ctx::seat(
            &self.world,
            Seat {
                principal,
                mode,
                session: None,
            },
        )
    }

    /// Gives its domain a key to sign with.
    pub fn signing(self) -> Self {
        let organisation = self.organisation;
        // PKCS#8 of an Ed25519 key (RFC 8410 §7): a fixed prefix, then 32 octets.
        let der = [
            b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".as_slice(),
            &[7; 32],
        ];
        let keys = self.world.keys(organisation).expect("keys");
        let store = &self.world.store;
        let domain = store
            .read(move |tx| domains::list(tx, organisation))
            .expect("domains")
            .remove(0);
        let aad = vault::aad("dkim_keys", "test", domain.id.as_bytes());
        let sealed = vault::seal(
            &keys.subkey("dkim"),
            &aad,
            &der.concat(),
            self.world.rng.as_ref(),
        );
        let key = domains::DkimRow {
            domain: domain.id,
            organisation,
            selector: "test".to_owned(),
            algorithm: "ed25519".to_owned(),
            sealed_key: sealed.expect("sealed"),
            record: String::new(),
            active: true,
            created_at: self.world.now(),
            state: "active".to_owned(),
            until_at: None,
        };
        store
            .write(move |tx| domains::insert_dkim(tx, &key))
            .expect("a key");
        self
    }

    /// Another organisation of the same installation, with a clinician.
    pub fn neighbour(&self) -> Ctx {
        let id = found(&self.world, "Other clinic", "other.example");
        user(
            &self.world,
            id,
            &[Role::Staff, Role::Compliance, Role::Administrator],
        )
    }

    /// The same letter, in such a way that it is held: by a word in its subject.
    pub fn to_be_held(&self, letter: Letter) -> Letter {
        let trigger = flow::triggers::Trigger {
            place: "subject".to_owned(),
            name: String::new(),
            word: "#hold".to_owned(),
            method: Method::Hold,
        };
        self.flow
            .set_trigger(&self.staff, trigger)
            .expect("an administrator's word");
        Letter {
            subject: format!("{} #hold", letter.subject),
            ..letter
        }
    }

    pub fn submit(&self, ctx: &Ctx, letter: Letter) -> Result<Receipt> {
        let draft = self.flow.draft_from_letter(ctx, letter)?;
        self.flow.submit(ctx, draft, None)
    }

    /// Accepted, sealed and enqueued.
    pub fn send(&self, to: &[&str]) -> Receipt {
        let receipt = self.submit(&self.staff, letter(to)).expect("accepted");
        self.tick();
        self.work();
        receipt
    }

    pub fn arrive(&self, arrival: Arrival) -> Result<Receipt> {
        let draft = self.flow.draft_from_arrival(&self.staff, arrival)?;
        let receipt = self.flow.submit(&self.staff, draft, None)?;
        self.tick();
        self.work();
        Ok(receipt)
    }

    /// Until nothing is left that committed state asks for.
    pub fn work(&self) {
        while self.flow.work().expect("the outbox works") > 0 {}
    }

    /// Tries a version on the last week's mail, to the end.
    pub fn tried(&self, who: &Ctx, version: u32) -> flow::rules::Trial {
        self.flow
            .begin_trial(who, version, 7)
            .expect("it may be tried");
        self.work();
        let trial = self.flow.trial(who, version).expect("it may be seen");
        trial.expect("it was asked for")
    }

    pub fn beat(&self) -> usize {
        self.flow.dispatcher().beat(false).expect("a beat")
    }

    /// Twice, because what time ended is stored before anything new is given out.
    pub fn take(&self) -> Vec<Job> {
        let mut jobs = self.flow.dispatcher().take(100).expect("jobs");
        jobs.extend(self.flow.dispatcher().take(100).expect("jobs"));
        jobs
    }

    pub fn take_one(&self) -> Job {
        let mut jobs = self.take();
        assert_eq!(jobs.len(), 1, "exactly one attempt is due");
        jobs.remove(0)
    }

    pub fn letter(&self, job: &Job) -> OutLetter {
        self.flow.dispatcher().letter(job).expect("a letter")
    }

    /// The attempt ends so, as the wire would have it, and what follows is done.
    pub fn finish(&self, job: Job, outcome: Outcome) {
        self.tick();
        let evidence = self.evidence(&job, outcome);
        self.flow
            .dispatcher()
            .finish(job, outcome, evidence)
            .expect("stored");
        self.work();
    }

    pub fn evidence(&self, job: &Job, outcome: Outcome) -> Evidence {
        let mut evidence = Evidence::starting(self.world.now());
        evidence.mx_host = Some(model::Domain::parse("mx.peer.example").expect("a host"));
        let verified = outcome != Outcome::BelowDemand;
        evidence.tls = Some(TlsFacts {
            version: "TLSv1.3".to_owned(),
            cipher: "TLS13_AES_256_GCM_SHA384".to_owned(),
            certificate_sha256: "ab".repeat(32),
            verified,
            unverified_because: (!verified).then(|| "untrusted".to_owned()),
        });
        let (reply, enhanced) = match outcome {
            Outcome::Accepted => (Some(250), Some("2.0.0")),
            Outcome::Refused(_) => (Some(550), Some("5.1.1")),
            Outcome::Deferred(_) => (Some(451), Some("4.2.0")),
            _ => (None, None),
        };
        evidence.reply_code = reply;
        evidence.reply_enhanced = enhanced.map(str::to_owned);
        if matches!(outcome, Outcome::Accepted | Outcome::Ambiguous) {
            evidence.sent_sha256 = Some(self.letter(job).sent_sha256);
        }
        evidence
    }

    /// Ends the only attempt that is due, and gives what travelled.
    pub fn deliver(&self, outcome: Outcome) -> OutLetter {
        let job = self.take_one();
        let letter = self.letter(&job);
        self.finish(job, outcome);
        letter
    }

    /// What follows has a later time than what was.
    pub fn tick(&self) {
        self.clock.advance(Duration::from_millis(1));
    }

    /// To the next moment at which the scheduler has something to do.
    pub fn wait(&self) {
        let wake = self.flow.dispatcher().next_wake().expect("something waits");
        self.clock.advance_to(wake);
        self.tick();
    }

    pub fn recipients(&self, id: MessageId) -> Vec<RecipientView> {
        self.flow
            .message(&self.staff, id)
            .expect("a message")
            .recipients
    }

    pub fn recipient(&self, receipt: &Receipt) -> RecipientView {
        self.recipients(receipt.message).remove(0)
    }

    pub fn state(&self, receipt: &Receipt) -> RecipientState {
        self.recipient(receipt).state
    }

    pub fn outcomes(&self, receipt: &Receipt) -> Vec<String> {
        self.recipient(receipt)
            .attempts
            .into_iter()
            .map(|a| a.outcome)
            .collect()
    }

    /// Kinds of the message's events, oldest first.
    pub fn events(&self, id: MessageId) -> Vec<String> {
        let page = self
            .flow
            .events(&self.staff, id, None, 200)
            .expect("events");
        page.rows.into_iter().map(|row| row.kind).collect()
    }

    pub fn count(&self, id: MessageId, kind: &str) -> usize {
        self.events(id)
            .iter()
            .filter(|found| *found == kind)
            .count()
    }

    /// A message that waits in the portal for its reader, and the reader's link.
    pub fn notify(&self, to: &str) -> (Receipt, String) {
        let receipt = self
            .submit(&self.staff, portal_letter(&[to]))
            .expect("accepted");
        self.work();
        let link = link_of(&self.deliver(Outcome::Accepted));
        (receipt, link)
    }

    /// Asks for a code and reads it out of the letter that brings it.
    pub fn code(&self, link: &str) -> String {
        self.tick();
        self.flow.portal_send_code(link).expect("a code is sent");
        code_of(&self.deliver(Outcome::Accepted))
    }

    pub fn visit(&self, link: &str) -> String {
        let code = self.code(link);
        self.tick();
        let visit = self
            .flow
            .portal_enter(link, &code)
            .expect("the right code enters");
        visit.0.expose().clone()
    }
}

pub const REFUSED: Outcome = Outcome::Refused(RefusalScope::Recipient);
pub const DEFERRED: Outcome = Outcome::Deferred(RefusalScope::Recipient);

fn world(store: &TestStore, clock: &Arc<SimClock>, seed: u64) -> Arc<World> {
    let parts = Parts {
        store: store.deref().clone(),
        vault: Arc::new(memory_root(1)),
        clock: clock.clone(),
        rng: Arc::new(SimRng::new(seed)),
    };
    World::open(parts).expect("a world")
}

fn found(world: &Arc<World>, name: &str, domain: &str) -> OrganisationId {
    found_with(world, name, domain, true)
}

fn found_with(world: &Arc<World>, name: &str, domain: &str, portal_on: bool) -> OrganisationId {
    let new = NewOrganisation {
        name: name.to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on,
    };
    let organisation = world.create_organisation(new).expect("an organisation");
    let id = DomainId::mint(world.now(), world.rng.as_ref());
    let (name, created_at) = (domain.to_owned(), world.now());
    let row = domains::DomainRow {
        id,
        organisation,
        name,
        created_at,
    };
    world
        .store
        .write(move |tx| domains::insert(tx, &row))
        .expect("a domain");
    organisation
}

fn user(world: &Arc<World>, organisation: OrganisationId, roles: &[Role]) -> Ctx {
    let id = UserId::mint(world.now(), world.rng.as_ref()).to_string();
    let kind = PrincipalKind::User(roles.to_vec());
    let principal = Principal {
        id,
        organisation,
        kind,
        second_factor: true,
    };
    Ctx::seat(
        world,
        Seat {
            principal,
            mode: Mode::Live,
            session: None,
        },
    )
}
