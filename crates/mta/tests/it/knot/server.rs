//! Knot DNS, serving a signed root zone and an unsigned zone below it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct Knot {
    pub at: SocketAddr,
    config: PathBuf,
    child: Child,
}

impl Drop for Knot {
    fn drop(&mut self) {
        // Our own child, by its handle.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Knot {
    pub fn start(folder: &Path, root: &str, below: &str) -> Self {
        let folder = folder.join("dns");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("root.zone"), root).expect("written");
        fs::write(folder.join("below.zone"), below).expect("written");
        // Bound and given back: Knot takes a number, not a socket.
        let port = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let at = port.expect("a port");
        let config = folder.join("knot.conf");
        fs::write(&config, settings(&folder, at)).expect("written");
        let mut child = Command::new("/usr/sbin/knotd")
            .arg("-c")
            .arg(&config)
            .stderr(Stdio::piped())
            .spawn()
            .expect("knotd is installed: apt-get install knot");
        let said = BufReader::new(child.stderr.take().expect("piped"));
        let mut heard = Vec::new();
        let ready = said.lines().map_while(Result::ok).any(|line| {
            let ready = line.contains("server started");
            heard.push(line);
            ready
        });
        assert!(ready, "Knot did not start: {heard:#?}");
        Self { at, config, child }
    }

    /// The key of the root zone, as a zone file writes it.
    pub fn trust_anchor(&self) -> String {
        let shown = Command::new("/usr/sbin/keymgr")
            .arg("-c")
            .arg(&self.config)
            .args([".", "dnskey"])
            .output()
            .expect("keymgr comes with Knot");
        let text = String::from_utf8(shown.stdout).expect("text");
        assert!(text.contains("DNSKEY"), "{text}");
        text.replacen(". DNSKEY", ". 60 IN DNSKEY", 1)
    }
}

fn settings(folder: &Path, at: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        r#"server:
    rundir: "{folder}"
    listen: [ "{}@{}" ]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: "{folder}"
    kasp-db-max-size: 10M
    journal-db-max-size: 10M
    timer-db-max-size: 10M
policy:
  - id: test
    algorithm: ecdsap256sha256
    single-type-signing: on
zone:
  - domain: "."
    file: "{folder}/root.zone"
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    dnssec-signing: on
    dnssec-policy: test
  - domain: "plain."
    file: "{folder}/below.zone"
"#,
        at.ip(),
        at.port()
    )
}
