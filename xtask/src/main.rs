//! The command line of the house: `cargo ci [STEP…]`, `cargo bench-all [NAME]`, `cargo xtask WORK`.
//!
//! It only chooses; the work is in the library. Invariant: an unknown word names the known ones and
//! fails.

use std::process::ExitCode;

use xtask::{bench, ci, house, peers, reference, root, step};

const USAGE: &str = "\
cargo ci [STEP…]          everything that must hold, or only the named steps
cargo ci --list           the steps by name
cargo bench-all [NAME]    benchmarks, one JSON line a figure; --list names them
cargo xtask house         the checks of the house alone
cargo xtask peers         install the test peers
cargo xtask reference     write docs/reference from the code";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((work, rest)) = words.split_first() else {
        return step::refuse(USAGE);
    };
    let done = match work.as_str() {
        "ci" => ci::run(&root(), rest),
        "bench" => bench::run(&root(), rest),
        "house" => house::run(&root()),
        "peers" => peers::install(&root()),
        "reference" => reference::write(&root()),
        _ => return step::refuse(USAGE),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => step::refuse(&format!("{error:#}")),
    }
}
