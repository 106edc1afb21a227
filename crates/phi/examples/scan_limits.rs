//! What a scan costs at its edges: `cargo run --release --example scan_limits [PATIENTS]`.
//!
//! Prints one JSON object a line: how long building the scanner takes, the 50th and 99th of a hundred of
//! scans of a 100 KB message, what a registry of a million patients with five fields holds and how long
//! a look-up and a scan with it take, and the most memory the program had.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use caduceus_phi::{MemoryRegistry, Part, PartKind, Reading, Registry, RegistryField, Scanner};
use serde_json::json;

const OCTETS: usize = 100_000;
const MESSAGES: u64 = 300;
const LOOKUPS: u64 = 200_000;

fn main() -> std::io::Result<()> {
    let patients: u32 = match std::env::args().nth(1) {
        Some(word) => word.parse().map_err(std::io::Error::other)?,
        None => 1_000_000,
    };
    let mut out = std::io::stdout();
    let (scanner, built) = timed(Scanner::new);
    writeln!(
        out,
        "{}",
        json!({"name": "phi.build", "value": ms(built), "unit": "ms"})
    )?;

    let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
    let token = |value: &str| {
        let mut token = [0; 32];
        token.copy_from_slice(hmac::sign(&key, value.as_bytes()).as_ref());
        token
    };
    let texts: Vec<String> = (0..MESSAGES).map(message).collect();
    writeln!(
        out,
        "{}",
        json!({"name": "phi.memory.scanner", "value": peak_mb()?, "unit": "MB"})
    )?;
    spread(
        &mut out,
        "phi.100kb",
        &scanner,
        &texts,
        &Reading::new(&token),
    )?;

    let rows = (0..patients).flat_map(|patient| fields(patient).map(|row| (row, patient)));
    let rows = rows.map(|((field, normal), patient)| (field, token(&field.text(&normal)), patient));
    let (registry, filled) = timed(|| MemoryRegistry::new(rows));
    let held = registry.octets() as f64 / 1e6;
    writeln!(
        out,
        "{}",
        json!({"name": "phi.registry.build", "value": filled.as_secs_f64(), "unit": "s"})
    )?;
    writeln!(
        out,
        "{}",
        json!({"name": "phi.registry.memory", "value": held, "unit": "MB", "patients": patients})
    )?;
    lookups(&mut out, &registry, &token, patients)?;
    let reading = Reading {
        registry: Some(&registry),
        ..Reading::new(&token)
    };
    spread(&mut out, "phi.100kb.registry", &scanner, &texts, &reading)?;
    writeln!(
        out,
        "{}",
        json!({"name": "phi.memory.peak", "value": peak_mb()?, "unit": "MB"})
    )
}

/// What of a made-up patient is in the registry.
fn fields(patient: u32) -> [(RegistryField, String); 5] {
    let name = |n: u32| format!("{}{}", char::from(b'a' + (n % 26) as u8), n / 26);
    [
        (
            RegistryField::Name,
            format!(
                "given{} family{}",
                name(patient % 4_000),
                name(patient / 40)
            ),
        ),
        (
            RegistryField::Dob,
            format!(
                "{}-{:02}-{:02}",
                1930 + patient % 90,
                1 + patient % 12,
                1 + patient % 28
            ),
        ),
        (
            RegistryField::Ssn,
            format!("{:09}", 100_000_000 + u64::from(patient)),
        ),
        (RegistryField::Mrn, format!("M{patient:08}")),
        (
            RegistryField::Phone,
            format!("{}", 2_025_550_000 + u64::from(patient)),
        ),
    ]
}

fn lookups(
    out: &mut impl Write,
    registry: &MemoryRegistry,
    token: &dyn Fn(&str) -> [u8; 32],
    patients: u32,
) -> std::io::Result<()> {
    for (name, step) in [("known", 0_u32), ("unknown", patients)] {
        let field = RegistryField::Mrn;
        let tokens: Vec<[u8; 32]> = (0..LOOKUPS)
            .map(|n| {
                let patient = (n.wrapping_mul(7_919) % u64::from(patients)) as u32 + step;
                token(&field.text(&format!("M{patient:08}")))
            })
            .collect();
        let (hits, spent) = timed(|| {
            let found = tokens
                .iter()
                .filter(|token| !registry.patients(field, token).as_slice().is_empty());
            black_box(found.count())
        });
        let value = spent.as_nanos() as f64 / LOOKUPS as f64;
        writeln!(
            out,
            "{}",
            json!({"name": format!("phi.registry.lookup.{name}"), "value": value, "unit": "ns", "hits": hits})
        )?;
    }
    Ok(())
}

fn spread(
    out: &mut impl Write,
    name: &str,
    scanner: &Scanner,
    texts: &[String],
    reading: &Reading<'_>,
) -> std::io::Result<()> {
    // CPU time, since others may run beside this.
    let mut spent: Vec<Duration> = Vec::with_capacity(texts.len());
    for text in texts {
        let before = cpu()?;
        black_box(scanner.scan(&[Part::new(PartKind::Body, text)], reading));
        spent.push(cpu()?.saturating_sub(before));
    }
    spent.sort_unstable();
    for (share, part) in [("p50", 0.50), ("p99", 0.99)] {
        let at = (spent.len() as f64 * part) as usize;
        let value = ms(spent[at.min(spent.len() - 1)]);
        writeln!(
            out,
            "{}",
            json!({"name": format!("{name}.{share}"), "value": value, "unit": "ms"})
        )?;
    }
    Ok(())
}

/// A message of clinical lines, business and identifiers, as dense as a discharge summary.
fn message(seed: u64) -> String {
    const LINES: [&str; 8] = [
        "Walter Odom, DOB 04/12/1957, MRN 00482913, was admitted on March 3, 2026 with pneumonia.",
        "She takes metformin 500 mg twice a day and lisinopril 10 mg; A1c 9.2 %, BP 148/92.",
        "Please call (415) 555-0134 or write to ana.ruiz@mail.example about the invoice of last Friday.",
        "The committee meets in room B12 on Tuesday; agenda and minutes are in the shared folder.",
        "La paciente tiene dolor de pecho y presion alta desde el lunes pasado; llame al 210-555-0190.",
        "Ship to 1200 N. Main St., Denver, CO 80202, order 4500012345, tracking 1Z999AA10123456784.",
        "His wife Carol says that the cough is worse at night and that he has not slept since Monday.",
        "Dr. Priya Banerjee, Lakeside Clinic, NPI 1234567893, fax 415-555-0135, asked for the records.",
    ];
    let (mut text, mut chance) = (
        String::with_capacity(OCTETS + 200),
        seed.wrapping_mul(2) + 1,
    );
    while text.len() < OCTETS {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push_str(LINES[(chance >> 60) as usize % LINES.len()]);
        text.push_str(if chance >> 59 & 1 == 1 { "\n" } else { " " });
    }
    text
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    #[expect(clippy::disallowed_methods, reason = "an example measures real time")]
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// Time this process spent on a CPU (Linux).
fn cpu() -> std::io::Result<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    let first = text
        .split_whitespace()
        .next()
        .and_then(|field| field.parse().ok());
    let nanos = first.ok_or_else(|| std::io::Error::other("no CPU time in schedstat"))?;
    Ok(Duration::from_nanos(nanos))
}

fn ms(spent: Duration) -> f64 {
    spent.as_secs_f64() * 1e3
}

/// The most memory this process had (Linux).
fn peak_mb() -> std::io::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kb.map(|kb| kb / 1024.0)
        .ok_or_else(|| std::io::Error::other("no peak in status"))
}
