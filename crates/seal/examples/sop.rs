//! The Stateless OpenPGP command line as a program, for peers to run; and, beside the draft's commands,
//! `wkd-hash LOCAL`: the name of a key's file in a Web Key Directory.

#![expect(
    clippy::disallowed_types,
    reason = "a program is where chance comes from"
)]

use std::io::{Error, ErrorKind, Read, Write};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use model::Timestamp;
use model::seams::Rng;
use seal::pgp::sop::{Files, run};

extern crate caduceus_seal as seal;

struct Disk;

impl Files for Disk {
    fn input(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        Ok(bytes)
    }
    fn output(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let mut out = std::io::stdout();
        out.write_all(bytes)?;
        out.flush()
    }
    fn load(&mut self, name: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(name)
    }
    fn create(&mut self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        options.open(name)?.write_all(bytes)
    }
}

struct System(SystemRandom);

impl Rng for System {
    fn fill(&self, buf: &mut [u8]) {
        self.0
            .fill(buf)
            .expect("the operating system has no chance to give");
    }
}

fn main() -> Result<(), Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [command, local] = &args[..]
        && command == "wkd-hash"
    {
        return Disk.output(format!("{}\n", seal::pgp::wkd::hash(local)).as_bytes());
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "a program is where the clock is read"
    )]
    let now = std::time::SystemTime::now();
    let since = now
        .duration_since(std::time::UNIX_EPOCH)
        .map_err(|_| Error::from(ErrorKind::InvalidData))?;
    let at = Timestamp::default().plus(since);
    let code = run(&args, &mut Disk, at, &System(SystemRandom::new()));
    std::process::exit(code)
}
