//! `caduceus sop`: OpenPGP by the Stateless OpenPGP command line, which any such program understands; and
//! `caduceus sop wkd-hash LOCAL`, the name of a key's file in a Web Key Directory.
//!
//! It touches no installation: keys and texts come from files and standard input.

use std::fs::OpenOptions;
use std::io::{Read, Result, Write};
use std::process::ExitCode;

use model::seams::Clock;
use seal::pgp::sop::{self, Files};
use vault::SystemRng;

use crate::wiring::SystemClock;

#[derive(clap::Args)]
pub struct Arguments {
    /// A command of the stateless command line with its options, such as: version
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    words: Vec<String>,
}

/// Ends with the exit codes of the stateless command line.
pub fn run(arguments: &Arguments) -> ExitCode {
    if let [command, local] = &arguments.words[..]
        && command == "wkd-hash"
    {
        let name = format!("{}\n", seal::pgp::wkd::hash(local));
        return ExitCode::from(u8::from(Disk.output(name.as_bytes()).is_err()));
    }
    let code = sop::run(&arguments.words, &mut Disk, SystemClock.now(), &SystemRng);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

struct Disk;

impl Files for Disk {
    fn input(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        Ok(bytes)
    }
    fn output(&mut self, bytes: &[u8]) -> Result<()> {
        let mut out = std::io::stdout();
        out.write_all(bytes)?;
        out.flush()
    }
    fn load(&mut self, name: &str) -> Result<Vec<u8>> {
        std::fs::read(name)
    }
    fn create(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        options.open(name)?.write_all(bytes)
    }
}
