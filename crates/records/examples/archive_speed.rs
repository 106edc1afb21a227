//! What it costs to make stored mail searchable, and how long searches take:
//! `cargo run --release -p caduceus-records --example archive_speed -- FOLDER [COPIES]`.
//!
//! The folder holds messages, one a file. Each is accepted first (that is not counted), then all are archived at once:
//! opened, taken apart, keyed, stored. Searches are of every kind, each for a page of 50.

use std::io::Write;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use caduceus_records::{Found, Page, Records};
use ctx::{Ctx, NewOrganisation, Parts, Principal, PrincipalKind, Role, Seat, World};
use flow::draft::Arrival;
use flow::{Flow, Settings};
use model::{Address, DomainId, Mode, OrganisationId, UserId};
use sim::kit::{Engine, SimClock, SimRng, TestStore, memory_root, store_on};
use store::tables::domains;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Ticks of `/proc/self/stat` in a second (Linux, every architecture we run on).
const TICKS: f64 = 100.0;

const SEARCHES: [&str; 16] = [
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
    let store = store_on(Engine::Sqlite);
    let (flow, officer, clock) = house(&store)?;
    let records = Records::new(flow.clone());
    let (mut accepted, mut octets) = (0_usize, 0_usize);
    for copy in 0..copies {
        for file in &files {
            let content = rewritten(&std::fs::read(file)?, copy);
            clock.advance(std::time::Duration::from_secs(17));
            let size = content.len();
            if accept(&flow, &officer, content).is_ok() {
                accepted += 1;
                octets += size;
            }
        }
    }
    let before = (cpu()?, disk(&store)?);
    let started = now();
    while records.archive()? > 0 {}
    let (seconds, wall) = (cpu()? - before.0, started.elapsed().as_secs_f64());
    let grown = disk(&store)?.saturating_sub(before.1);
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{{\"name\": \"archive.index\", \"value\": {:.0}, \"unit\": \"messages per CPU second\", \"messages\": {accepted}, \
         \"bytes\": {octets}, \"cpu_seconds\": {seconds:.2}, \"wall_seconds\": {wall:.2}}}",
        accepted as f64 / seconds
    )?;
    writeln!(
        out,
        "{{\"name\": \"archive.index_bytes\", \"value\": {grown}, \"unit\": \"bytes\", \"share_of_mail\": {:.3}}}",
        grown as f64 / octets as f64
    )?;
    search(&records, &officer, &mut out)
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
        writeln!(
            out,
            "{{\"search\": {text:?}, \"best_ms\": {best:.2}, \"shown\": {shown}}}"
        )?;
    }
    all.sort_by(f64::total_cmp);
    let p95 = all[all.len() * 95 / 100];
    writeln!(
        out,
        "{{\"name\": \"archive.search_p95\", \"value\": {p95:.2}, \"unit\": \"ms\"}}"
    )?;
    Ok(())
}

/// From an address of ours, without the line that mailboxes put first.
fn rewritten(content: &[u8], copy: usize) -> Vec<u8> {
    let mut out = format!("X-Copy: {copy}\r\nFrom: Nurse <nurse@clinic.example>\r\n").into_bytes();
    let mut head = true;
    let mut skipping = false;
    for (at, line) in content.split(|octet| *octet == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if at == 0 && line.starts_with(b"From ") {
            continue;
        }
        head &= !line.is_empty();
        if head {
            skipping = match line.first() {
                Some(b' ' | b'\t') => skipping,
                _ => line
                    .get(..5)
                    .is_some_and(|name| name.eq_ignore_ascii_case(b"from:")),
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

/// Octets of the database and its log.
fn disk(store: &TestStore) -> Outcome<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(store.dir())? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.metadata()?.is_file() && !name.to_string_lossy().ends_with("-wal") {
            sum += entry.metadata()?.len();
        }
    }
    Ok(sum)
}

fn house(store: &TestStore) -> Outcome<(Flow, Ctx, Arc<SimClock>)> {
    let clock = Arc::new(SimClock::default());
    let parts = Parts {
        store: store.deref().clone(),
        vault: Arc::new(memory_root(1)),
        clock: clock.clone(),
        rng: Arc::new(SimRng::new(1)),
    };
    let world = World::open(parts)?;
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
    let flow = Flow::new(
        world.clone(),
        Settings::new("mx.clinic.example", "https://mail.clinic.example"),
    );
    let officer = user(&world, organisation);
    Ok((flow, officer, clock))
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
