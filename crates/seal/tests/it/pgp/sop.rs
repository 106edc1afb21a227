//! The stateless command line: what it writes and how it ends.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};

use seal::pgp::sop::{Files, run};

use super::world::{TODAY, dice};

/// A folder in memory, with what goes in and what came out.
#[derive(Default)]
struct Desk {
    files: BTreeMap<String, Vec<u8>>,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Files for Desk {
    fn input(&mut self) -> Result<Vec<u8>> {
        Ok(self.input.clone())
    }
    fn output(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.extend_from_slice(bytes);
        Ok(())
    }
    fn load(&mut self, name: &str) -> Result<Vec<u8>> {
        let file = self.files.get(name).cloned();
        file.ok_or_else(|| Error::from(ErrorKind::NotFound))
    }
    fn create(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        match self.files.insert(name.to_owned(), bytes.to_vec()) {
            None => Ok(()),
            Some(_) => Err(Error::from(ErrorKind::AlreadyExists)),
        }
    }
}

impl Desk {
    /// The exit code; what came out is in `output`.
    fn run(&mut self, line: &str, input: &[u8]) -> i32 {
        self.input = input.to_vec();
        self.output.clear();
        let args: Vec<String> = line.split(' ').map(|word| word.replace('_', " ")).collect();
        run(&args, self, TODAY, &dice(line.len() as u64))
    }
    fn must(&mut self, line: &str, input: &[u8]) -> Vec<u8> {
        assert_eq!(self.run(line, input), 0, "{line}");
        self.output.clone()
    }
    fn keep(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), bytes);
    }
}

/// Lee's and Pat's keys as files.
fn desk() -> Desk {
    let mut desk = Desk::default();
    for (name, profile) in [("lee", "rfc4880"), ("pat", "rfc9580")] {
        let line = format!("generate-key --profile={profile} {name}_<{name}@clinic.example>");
        let secret = desk.must(&line, b"");
        let public = desk.must("extract-cert", &secret);
        desk.keep(&format!("{name}.sec"), secret);
        desk.keep(&format!("{name}.pub"), public);
    }
    desk
}

#[test]
fn what_one_command_writes_another_reads() {
    let mut desk = desk();
    for name in ["lee", "pat"] {
        let message = desk.must(&format!("encrypt --sign-with=lee.sec {name}.pub"), b"hello");
        let line =
            format!("decrypt --verify-with=lee.pub --verifications-out={name}.ok {name}.sec");
        assert_eq!(desk.must(&line, &message), b"hello");
        let verified = String::from_utf8(desk.files[&format!("{name}.ok")].clone()).expect("text");
        assert!(verified.starts_with("2026-03-01T00:00:00Z "), "{verified}");
        assert!(verified.ends_with(" mode:binary\n"), "{verified}");
        let binary = desk.must("dearmor", &message);
        assert_eq!(desk.must("armor", &binary), message);
        assert_eq!(desk.must("armor", &message), message);
    }
}

#[test]
fn a_signature_is_verified_within_the_asked_time() {
    let mut desk = desk();
    let signature = desk.must("sign --as=text lee.sec", b"hello");
    desk.keep("sig", signature);
    for (line, text, code) in [
        ("verify sig lee.pub", "hello", 0),
        ("verify sig pat.pub", "hello", 3),
        ("verify sig lee.pub", "Hello", 3),
        (
            "verify --not-before=2026-03-01T00:00:00Z sig lee.pub",
            "hello",
            0,
        ),
        (
            "verify --not-before=2026-03-02T00:00:00Z sig lee.pub",
            "hello",
            3,
        ),
        (
            "verify --not-after=2026-02-01T00:00:00Z sig lee.pub",
            "hello",
            3,
        ),
        (
            "verify --not-after=now --not-before=- sig lee.pub",
            "hello",
            0,
        ),
        ("verify --not-after=soon sig lee.pub", "hello", 37),
        ("verify sig", "hello", 19),
    ] {
        assert_eq!(desk.run(line, text.as_bytes()), code, "{line}");
        assert_eq!(desk.output.is_empty(), code != 0, "{line}");
    }
}

#[test]
fn each_failure_has_the_drafts_exit_code_and_writes_nothing() {
    let mut desk = desk();
    let message = desk.must("encrypt lee.pub", b"hello");
    let signature = desk.must("sign lee.sec", b"hello");
    desk.keep("taken", Vec::new());
    for (line, input, code) in [
        ("fold", &b""[..], 69),
        ("encrypt", b"", 19),
        ("encrypt nowhere.pub", b"", 61),
        ("encrypt @ENV:KEY", b"", 71),
        ("encrypt --loud lee.pub", b"", 37),
        ("encrypt --profile=secret lee.pub", b"", 89),
        ("encrypt --as=text lee.pub", b"\xFF", 53),
        ("decrypt pat.sec", &message, 29),
        ("decrypt lee.sec", b"hello", 41),
        ("decrypt lee.sec", &signature, 41),
        ("decrypt --verify-with=lee.pub lee.sec", &message, 23),
        (
            "decrypt --verify-with=lee.pub --verifications-out=taken lee.sec",
            &message,
            59,
        ),
        ("sign lee.pub", b"", 41),
        ("extract-cert", b"hello", 41),
        ("generate-key --profile=old lee", b"", 89),
        ("dearmor", b"hello", 41),
    ] {
        assert_eq!(desk.run(line, input), code, "{line}");
        assert!(desk.output.is_empty(), "{line}");
    }
}
