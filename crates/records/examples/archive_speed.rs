//! What it costs to take mail into the archive, what its index takes on disk, and how long searches take:
//! `cargo run --release -p caduceus-records --example archive_speed -- FOLDER [COPIES]`.
//!
//! The folder holds messages, one a file; each copy has a day, a message id and an author of its own. First all are
//! accepted (scanned, sealed, logged), then all are archived (opened, taken apart, keyed, stored). The store is closed in
//! between and behind, so that its size is what it leaves on disk. Searches are of every kind, each for a page of 50, on the
//! record as any other. Invariant: a message that is not accepted ends the measurement.

use std::io::Write;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use caduceus_records::{Found, Page, Records};
use ctx::{Ctx, NewOrganisation, Parts, Principal, PrincipalKind, Role, Seat, World};
use flow::draft::Arrival;
use flow::{Flow, Settings};
use model::seams::Clock;
use model::{Address, DomainId, Mode, OrganisationId, UserId};
use sim::kit::{Engine, SimClock, SimRng, TestStore, memory_root, store_on};
use store::tables::domains;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Fields by which a message would be somebody else's, or the same one again.
const OTHERS: [&[u8]; 6] = [
    b"from",
    b"sender",
    b"message-id",
    b"resent-from",
    b"resent-sender",
    b"reply-to",
];

/// Hits that are counted.
const COUNTED: usize = 2_000;

/// Ticks of `/proc/self/stat` in a second (Linux, every architecture we run on).
const TICKS: f64 = 100.0;

const SEARCHES: [&str; 17] = [
    "linux",
    "the",
    "microsoft",
    "\"mailing list\"",
    "\"of the\"",
    "subject:perl",
    "from:nurse",
    "con*",
    "hosp* OR doct*",
    "securty~",
    "linux microsoft -windows",
    "free NEAR/5 money",
    "(spam OR razor) AND filter",
    "has:file",
    "hospital",
    "zzzz",
    "people:example click here",
];

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("a folder of messages is needed")?);
    let copies: usize = args.next().map_or(Ok(1), |text| text.parse())?;
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();
    let mut store = store_on(Engine::Sqlite);
    let clock = Arc::new(SimClock::default());
    let (flow, officer) = house(&store, &clock)?;
    let organisation = officer.organisation();
    let (mut accepted, mut octets) = (0_usize, 0_usize);
    let (began, accept_began) = (cpu()?, now());
    for copy in 0..copies {
        for file in &files {
            let content = rewritten(&std::fs::read(file)?, copy);
            clock.advance(std::time::Duration::from_secs(17));
            octets += content.len();
            accept(&flow, &officer, content).map_err(|e| format!("{}: {e}", file.display()))?;
            accepted += 1;
        }
    }
    let accepting = cpu()? - began;
    let mut out = std::io::stdout();
    drop((flow, officer));
    store.reopen();
    let before = disk(store.dir())?;
    let world = world_on(&store, &clock)?;
    let records = Records::new(flow_of(&world));
    let (began, started) = (cpu()?, now());
    while records.archive()? > 0 {}
    let (indexing, wall) = (cpu()? - began, started.elapsed().as_secs_f64());
    let began = cpu()?;
    while records.settle_index()? {}
    let settling = cpu()? - began;
    drop((records, world));
    store.reopen();
    let grown = disk(store.dir())?.saturating_sub(before);

    let many = accepted as f64;
    told(
        &mut out,
        many,
        (accepting, indexing),
        (grown as f64, octets as f64),
    )?;
    figure(
        &mut out,
        "archive.settle",
        many / settling.max(0.001),
        "messages per CPU second",
    )?;
    writeln!(
        out,
        "   {octets} octets; accepted in {:.1} s, archived in {wall:.1} s",
        accept_began.elapsed().as_secs_f64() - wall
    )?;
    let world = world_on(&store, &clock)?;
    let officer = user(&world, organisation);
    search(&Records::new(flow_of(&world)), &officer, &mut out)
}

/// The figures of what was taken in: seconds of CPU for accepting and archiving, octets of index and mail.
fn told(
    out: &mut impl Write,
    many: f64,
    (accepting, indexing): (f64, f64),
    (grown, octets): (f64, f64),
) -> std::io::Result<()> {
    const RATE: &str = "messages per CPU second";
    figure(out, "archive.ingest", many / (accepting + indexing), RATE)?;
    figure(out, "archive.accept", many / accepting, RATE)?;
    figure(out, "archive.index", many / indexing, RATE)?;
    figure(out, "archive.index_bytes", grown, "bytes")?;
    figure(
        out,
        "archive.index_share",
        grown / octets,
        "of the mail's bytes",
    )?;
    figure(out, "archive.messages", many, "messages")
}

fn figure(out: &mut impl Write, name: &str, value: f64, unit: &str) -> std::io::Result<()> {
    writeln!(
        out,
        "{{\"name\": {name:?}, \"value\": {value:.3}, \"unit\": {unit:?}}}"
    )
}

fn search(records: &Records, officer: &Ctx, out: &mut impl Write) -> Outcome<()> {
    let mut all = Vec::new();
    for text in SEARCHES {
        let page = Page {
            query: text.to_owned(),
            rows: 50,
            ..Page::default()
        };
        let mut best = f64::MAX;
        let mut shown = 0;
        for _ in 0..5 {
            let started = now();
            shown = match records.search(officer, &page)? {
                Found::Hits { hits, .. } => hits.len(),
                Found::Unclear(error) => return Err(format!("{text}: {}", error.why.word()).into()),
            };
            let took = started.elapsed().as_secs_f64() * 1e3;
            all.push(took);
            best = best.min(took);
        }
        let hits = counted(records, officer, text)?;
        writeln!(
            out,
            "   {text}: {hits} hits, first page of {shown} in {best:.2} ms"
        )?;
    }
    all.sort_by(f64::total_cmp);
    figure(out, "archive.search_p50", all[all.len() / 2], "ms")?;
    figure(out, "archive.search_p95", all[all.len() * 95 / 100], "ms")?;
    Ok(())
}

/// All hits of a search, up to a number at which nobody reads on.
fn counted(records: &Records, officer: &Ctx, text: &str) -> Outcome<String> {
    let (mut sum, mut before) = (0, None);
    while sum < COUNTED {
        let page = Page {
            query: text.to_owned(),
            rows: 100,
            before,
            ..Page::default()
        };
        let Found::Hits { hits, next, .. } = records.search(officer, &page)? else {
            return Err(text.into());
        };
        sum += hits.len();
        before = next;
        if next.is_none() {
            return Ok(sum.to_string());
        }
    }
    Ok(format!("{sum} and more"))
}

/// From an address of ours, without the line that mailboxes put first and the fields that name other senders.
fn rewritten(content: &[u8], copy: usize) -> Vec<u8> {
    let mut out =
        format!("X-Copy: {copy}\r\nFrom: Nurse {copy} <nurse@clinic.example>\r\n").into_bytes();
    let mut head = true;
    let mut skipping = false;
    for (at, line) in content.split(|octet| *octet == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if at == 0 && line.starts_with(b"From ") {
            continue;
        }
        head &= !line.is_empty();
        if head {
            let name = line
                .split(|octet| *octet == b':')
                .next()
                .unwrap_or_default();
            skipping = match line.first() {
                Some(b' ' | b'\t') => skipping,
                _ => OTHERS.iter().any(|other| name.eq_ignore_ascii_case(other)),
            };
            if skipping {
                continue;
            }
        }
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn accept(flow: &Flow, officer: &Ctx, content: Vec<u8>) -> Outcome<()> {
    let arrival = Arrival {
        from: Some(Address::parse("nurse@clinic.example")?),
        recipients: vec![(Address::parse("lee@mail.example")?, Default::default())],
        content,
        helo: "software.clinic.example".to_owned(),
        with: "ESMTPSA",
        require_tls: false,
        envid: None,
    };
    let draft = flow.draft_from_arrival(officer, arrival)?;
    flow.submit(officer, draft, None)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => collect(&path, files)?,
            false if path.extension().is_some_and(|end| end == "txt") => files.push(path),
            false => {}
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn now() -> Instant {
    Instant::now()
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

/// Octets of all files of a folder.
fn disk(folder: &Path) -> Outcome<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        sum += match entry.metadata()? {
            one if one.is_dir() => disk(&entry.path())?,
            one => one.len(),
        };
    }
    Ok(sum)
}

fn world_on(store: &TestStore, clock: &Arc<SimClock>) -> Outcome<Arc<World>> {
    Ok(World::open(Parts {
        store: store.deref().clone(),
        vault: Arc::new(memory_root(1)),
        clock: clock.clone(),
        rng: Arc::new(SimRng::new(clock.now().micros().unsigned_abs())),
    })?)
}

fn flow_of(world: &Arc<World>) -> Flow {
    let settings = Settings::new("mx.clinic.example", "https://mail.clinic.example");
    Flow::new(world.clone(), settings)
}

fn house(store: &TestStore, clock: &Arc<SimClock>) -> Outcome<(Flow, Ctx)> {
    let world = world_on(store, clock)?;
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
    Ok((flow_of(&world), officer))
}

fn user(world: &Arc<World>, organisation: OrganisationId) -> Ctx {
    let principal = Principal {
        id: UserId::mint(world.now(), world.rng.as_ref()).to_string(),
        organisation,
        kind: PrincipalKind::User(vec![Role::Staff, Role::Compliance]),
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
