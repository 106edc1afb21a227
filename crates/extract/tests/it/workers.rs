//! Worker processes: they read what the same code reads in process, and their deaths are answers.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use caduceus_extract::{Because, Claim, Count, Extracted, Extractor, InProcess, Limits, Workers};

use crate::kit::{docx, reasons, zip};

/// The example `worker`, built first where cargo was asked for this test alone.
fn program() -> PathBuf {
    static BUILT: Once = Once::new();
    let mut path = std::env::current_exe().expect("known");
    path.pop();
    path.pop();
    path.push("examples/worker");
    BUILT.call_once(|| assert!(path.exists(), "cargo build -p caduceus-extract --examples"));
    path
}

fn limits() -> Limits {
    Limits {
        time: Duration::from_secs(30),
        ..Limits::default()
    }
}

fn workers(mode: &'static str, limits: Limits) -> Workers {
    let command = move || {
        let mut command = Command::new(program());
        command.arg(mode);
        command
    };
    Workers::start(command, limits, Count(1))
}

fn ask(workers: &Workers, name: &str, file: &[u8]) -> Extracted {
    let claim = Claim {
        name,
        content_type: "",
    };
    Extracted {
        took: Duration::ZERO,
        ..workers.extract(file, &claim)
    }
}

#[test]
fn a_worker_behind_its_sandbox_reads_what_the_same_code_reads_here() {
    let workers = workers("serve", limits());
    let letter = docx("<w:p><w:r><w:t>Dear Señora</w:t></w:r></w:p>");
    let files = [
        ("a.docx", letter.clone()),
        (
            "a.zip",
            zip(&[("a.docx", &letter), ("b.txt", &vec![b'x'; 3_000_000])]),
        ),
        ("a.txt", b"words".to_vec()),
        ("a.bin", vec![0; 100]),
    ];
    for (name, file) in files {
        let claim = Claim {
            name,
            content_type: "",
        };
        assert!(
            ask(&workers, name, &file) == InProcess(limits()).extract(&file, &claim),
            "{name}"
        );
    }
}

/// Tesseract itself, as a child of a worker, behind every layer.
#[test]
fn a_picture_is_read_behind_the_sandbox() {
    const LETTER: &[u8] = include_bytes!("../data/scanned_letter.png");
    let program = caduceus_extract::find_ocr_program();
    assert!(program.is_some(), "cargo ci peers installs Tesseract");
    let read = ask(&workers("ocr", limits()), "letter.png", LETTER);
    assert_eq!(reasons(&read), []);
    let text = &read.texts[0].text;
    for words in ["Maria Lopez", "536-90-4399", "type 2 diabetes"] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn every_layer_of_the_sandbox_that_this_kernel_has_holds() {
    let said = Command::new(program())
        .arg("layers")
        .stderr(Stdio::null())
        .output()
        .expect("runs");
    let missing = String::from_utf8(said.stdout).expect("words");
    // Landlock is an option of kernels; the rest stands on every one that we support.
    assert!(["", "no_files"].contains(&missing.as_str()), "{missing}");
}

#[test]
fn a_worker_that_dies_costs_its_own_file_and_no_other() {
    costs_its_own_file(
        limits(),
        &[
            ("please-crash.txt", Because::Crash),
            ("please-overflow.txt", Because::Crash),
            ("please-exit.txt", Because::Crash),
            ("please-lie.txt", Because::Crash),
            ("please-eat.txt", Because::LimitMemory),
        ],
    );
}

#[test]
fn a_worker_that_does_not_answer_is_ended() {
    let short = Limits {
        time: Duration::from_secs(3),
        ..Limits::default()
    };
    costs_its_own_file(
        short,
        &[
            ("please-hang.txt", Because::LimitTime),
            ("please-spin.txt", Because::LimitTime),
        ],
    );
}

fn costs_its_own_file(limits: Limits, cases: &[(&str, Because)]) {
    let workers = workers("ill", limits);
    for (name, because) in cases {
        let sick = ask(&workers, name, b"words");
        assert_eq!(reasons(&sick), [*because], "{name}");
        let next = ask(&workers, "next.txt", b"next words");
        assert_eq!(next.unreadable, [], "after {name}");
        assert_eq!(next.texts[0].text, "next words", "after {name}");
    }
}

#[test]
fn a_program_that_is_not_there_leaves_files_unread_and_nobody_waits() {
    let workers = Workers::start(|| Command::new("/nowhere/worker"), limits(), Count(1));
    for _ in 0..3 {
        assert_eq!(
            reasons(&ask(&workers, "a.txt", b"words")),
            [Because::NoWorker]
        );
    }
}

#[test]
fn a_worker_makes_room_after_its_share_of_files() {
    let workers = workers(
        "serve",
        Limits {
            files_per_worker: 2,
            ..limits()
        },
    );
    for n in 0..7 {
        let got = ask(&workers, "a.txt", format!("words {n}").as_bytes());
        assert_eq!(got.texts[0].text, format!("words {n}"));
    }
}

#[test]
fn many_ask_at_once_and_each_gets_its_own_answer() {
    let command = || {
        let mut command = Command::new(program());
        command.arg("serve");
        command
    };
    let workers = Workers::start(command, limits(), Count(2));
    std::thread::scope(|scope| {
        for n in 0..8 {
            let workers = &workers;
            scope.spawn(move || {
                let got = ask(workers, "a.txt", format!("words {n}").as_bytes());
                assert_eq!(got.texts[0].text, format!("words {n}"));
            });
        }
    });
}
