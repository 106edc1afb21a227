//! What it costs to reckon until when records are kept, and to see what a rule would change:
//! `cargo run -p caduceus-records --example keeping_speed -- [RECORDS]`.
//!
//! Records are accepted and archived by the usual way; ten patients in eleven have their days on record. Then all are
//! reckoned once for the first time and once more by a new generation, the impact of a proposal is shown, and what is
//! due is listed. Seconds are those of the CPU, all threads. Invariant: a record that was not reckoned ends it.

use std::fmt::Write as _;
use std::io::Write;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use caduceus_records::Records;
use caduceus_records::keeping::{Profile, Proposed, Rule, RuleRef};
use ctx::{Ctx, NewOrganisation, Parts, Principal, PrincipalKind, Role, Seat, World};
use flow::draft::Arrival;
use flow::{Flow, Settings};
use model::{Address, DomainId, Mode, OrganisationId, UserId};
use sim::kit::{Engine, SimClock, SimRng, TestStore, memory_root, store_on};
use store::tables::domains;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Ticks of `/proc/self/stat` in a second (Linux, every architecture we run on).
const TICKS: f64 = 100.0;
const PATIENTS: usize = 1_100;
const YEAR: u64 = 366 * 86_400;

fn main() -> Outcome<()> {
    let many: usize = std::env::args()
        .nth(1)
        .map_or(Ok(100_000), |text| text.parse())?;
    let store = store_on(Engine::Sqlite);
    let clock = Arc::new(SimClock::default());
    let (flow, officer) = house(&store, &clock)?;
    let records = Records::new(flow.clone());
    for n in 0..many {
        accept(&flow, &officer, n)?;
    }
    while records.archive()? > 0 {}
    set_up(&records, &officer, &clock)?;
    let first = reckoned(&records, many)?;
    let profile: Profile = read(
        r#"{"states": ["US-NY"], "provider_types": ["physician", "dentist"], "zone": "UTC"}"#,
    )?;
    records.set_keeping_profile(&officer, &profile, "Dentists joined")?;
    let again = reckoned(&records, many)?;
    let own: Rule = read(
        r#"{"id": "own-longer", "jurisdiction": "ORG", "classes": ["clinical"], "record": "all of it", "keep": "10 years",
            "from": ["creation"], "citation": "House rule 7", "confidence": "high"}"#,
    )?;
    let number = records.propose_rule(&officer, &Proposed::Own(Box::new(own)), "Insurance")?;
    let began = cpu()?;
    let impact = records.proposal_impact(&officer, number)?;
    let shown = cpu()? - began;
    clock.advance(Duration::from_secs(8 * YEAR));
    let began = cpu()?;
    let due = due(&records, &officer)?;
    let listed = cpu()? - began;
    let mut out = std::io::stdout();
    for (name, seconds) in [
        ("retention.reckon_first", first),
        ("retention.reckon_again", again),
        ("retention.impact", shown),
        ("retention.due", listed),
    ] {
        let each = seconds * 1e6 / many as f64;
        writeln!(
            out,
            "{{\"name\": {name:?}, \"value\": {each:.1}, \"unit\": \"microseconds of CPU a record\"}}"
        )?;
    }
    writeln!(
        out,
        "   {many} records, {} of them kept longer by the proposal, {due} due",
        impact.kept_longer.count
    )?;
    Ok(())
}

/// One shipped rule that two people adopted, and days of the patients.
fn set_up(records: &Records, officer: &Ctx, clock: &SimClock) -> Outcome<()> {
    let profile: Profile =
        read(r#"{"states": ["US-NY"], "provider_types": ["physician"], "zone": "UTC"}"#)?;
    records.set_keeping_profile(officer, &profile, "What we are")?;
    let rule = RuleRef {
        id: "us-ny-professional".to_owned(),
        version: 1,
    };
    let number = records.propose_rule(officer, &Proposed::Enable(rule), "Counsel read it")?;
    records.proposal_impact(officer, number)?;
    let second = user(officer.world(), officer.organisation());
    records.approve_rule(&second, number, "Agreed")?;
    clock.advance(Duration::from_secs(14 * 86_400));
    let mut csv = "patient,email,birth\n".to_owned();
    for n in (0..PATIENTS).filter(|n| n % 11 != 0) {
        writeln!(csv, "{n},patient{n}@mail.example,1970-02-03")?;
    }
    records.feed_anchors(officer, &csv)?;
    Ok(())
}

fn reckoned(records: &Records, many: usize) -> Outcome<f64> {
    let (began, mut done) = (cpu()?, 0);
    loop {
        match records.reckon()? {
            0 if done == many => return Ok(cpu()? - began),
            0 => return Err(format!("{done} of {many} were reckoned").into()),
            some => done += some,
        }
    }
}

fn due(records: &Records, officer: &Ctx) -> Outcome<usize> {
    let (mut sum, mut after) = (0, None);
    loop {
        let (records, ctx) = (records.clone(), officer.clone());
        let (due, next) = officer.world().store.read(move |tx| {
            let book = records.book(&ctx, tx)?;
            book.due_now(&ctx, tx, after, 500)
        })?;
        sum += due.len();
        after = next;
        if after.is_none() {
            return Ok(sum);
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Outcome<T> {
    Ok(serde_json::from_str(text)?)
}

fn accept(flow: &Flow, officer: &Ctx, n: usize) -> Outcome<()> {
    let to = format!("patient{}@mail.example", n % PATIENTS);
    let content = format!(
        "From: nurse@clinic.example\r\nTo: {to}\r\nSubject: Result {n}\r\n\r\nThe result of your blood count is in.\r\n"
    );
    let arrival = Arrival {
        from: Some(Address::parse("nurse@clinic.example")?),
        recipients: vec![(Address::parse(&to)?, Default::default())],
        content: content.into_bytes(),
        helo: "software.clinic.example".to_owned(),
        with: "ESMTPSA",
        require_tls: false,
        envid: None,
    };
    let draft = flow.draft_from_arrival(officer, arrival)?;
    flow.submit(officer, draft, None)?;
    Ok(())
}

/// Seconds that all threads of this process spent on a CPU.
fn cpu() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / TICKS)
}

fn house(store: &TestStore, clock: &Arc<SimClock>) -> Outcome<(Flow, Ctx)> {
    let world = World::open(Parts {
        store: store.deref().clone(),
        vault: Arc::new(memory_root(1)),
        clock: clock.clone(),
        rng: Arc::new(SimRng::new(1)),
    })?;
    let organisation = world.create_organisation(NewOrganisation {
        name: "Clinic".to_owned(),
        zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        portal_on: true,
    })?;
    let row = domains::DomainRow {
        id: DomainId::mint(world.now(), world.rng.as_ref()),
        organisation,
        name: "clinic.example".to_owned(),
        created_at: world.now(),
    };
    world.store.write(move |tx| domains::insert(tx, &row))?;
    let officer = user(&world, organisation);
    let settings = Settings::new("mx.clinic.example", "https://mail.clinic.example");
    Ok((Flow::new(world, settings), officer))
}

fn user(world: &Arc<World>, organisation: OrganisationId) -> Ctx {
    let principal = Principal {
        id: UserId::mint(world.now(), world.rng.as_ref()).to_string(),
        organisation,
        kind: PrincipalKind::User(vec![Role::Staff, Role::Compliance]),
        second_factor: true,
    };
    let seat = Seat {
        principal,
        mode: Mode::Live,
        session: None,
    };
    Ctx::seat(world, seat)
}
