//! Time stamps over files, for an authority of others to give and check (`peers/stamps.py`).
//!
//! The moment and the eight octets drawn for the question are words of the command line.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use caduceus_seal::stamp::{Authorities, Question};
use model::Timestamp;
use model::seams::Rng;

const USAGE: &str = "\
stamp ask OCTETS DRAWN OUT
stamp read AT AUTHORITIES OCTETS DRAWN ANSWER OUT    OUT: the token
";

/// What was drawn beforehand, so that a question can be asked twice.
struct Drawn(Vec<u8>);

impl Rng for Drawn {
    fn fill(&self, buf: &mut [u8]) {
        buf.iter_mut()
            .zip(&self.0)
            .for_each(|(to, from)| *to = *from);
    }
}

fn main() -> std::io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (said, code) = match run(&words) {
        Ok(said) => (said, ExitCode::SUCCESS),
        Err(error) => (format!("error {error}"), ExitCode::FAILURE),
    };
    writeln!(std::io::stdout(), "{said}")?;
    Ok(code)
}

fn run(words: &[&str]) -> Result<String, Box<dyn Error>> {
    match *words {
        ["ask", octets, drawn, to] => {
            let question = Question::about(&std::fs::read(octets)?, &Drawn(std::fs::read(drawn)?));
            std::fs::write(to, question.request())?;
            Ok("asked".to_owned())
        }
        ["read", at, authorities, octets, drawn, answer, to] => {
            let octets = std::fs::read(octets)?;
            let question = Question::about(&octets, &Drawn(std::fs::read(drawn)?));
            let token = question.read(&std::fs::read(answer)?)?;
            let authorities = Authorities::parse(&std::fs::read(authorities)?)?;
            let now = Timestamp::parse_rfc3339(at).ok_or("AT is no moment")?;
            let stamp = token.verify(&octets, &authorities, now)?;
            std::fs::write(to, token.der())?;
            Ok(format!("{} {}", stamp.before.rfc3339(), stamp.authority))
        }
        _ => Err(USAGE.into()),
    }
}
