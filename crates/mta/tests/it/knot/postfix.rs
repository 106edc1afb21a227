//! A Postfix of our own that takes mail for any domain over TLS and forgets it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Looks at its log before giving up: minutes, whatever the machine does besides.
const LOOKS_MAX: u32 = 5_000_000;

pub struct Postfix {
    pub port: u16,
    config: PathBuf,
    log: PathBuf,
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = Command::new("postfix")
            .arg("-c")
            .arg(&self.config)
            .arg("stop")
            .output();
    }
}

impl Postfix {
    /// With a certificate and its key, as PEM.
    pub fn start(folder: &Path, (certificate, key): &(String, String)) -> Self {
        // Postfix's own user walks through it.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        fs::set_permissions(folder, mode).expect("ours");
        let folder = folder.join("postfix");
        for name in ["", "config", "queue", "data"] {
            fs::create_dir(folder.join(name)).expect("a folder");
        }
        let owned = Command::new("chown")
            .arg("postfix")
            .arg(folder.join("data"))
            .status();
        assert!(
            owned.expect("chown").success(),
            "tests of peers run as root"
        );
        fs::write(folder.join("certificate.pem"), certificate).expect("written");
        fs::write(folder.join("key.pem"), key).expect("written");
        // Bound and given back: Postfix takes a number, not a socket.
        let listener = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        let port = listener.expect("a port").port();
        let config = folder.join("config");
        fs::write(config.join("main.cf"), main(&folder)).expect("written");
        fs::write(config.join("master.cf"), master(port)).expect("written");
        fs::copy(packaged("postfix-files"), config.join("postfix-files")).expect("copied");
        let started = Command::new("postfix")
            .arg("-c")
            .arg(&config)
            .arg("start")
            .output();
        let started = started.expect("Postfix is installed: apt-get install postfix");
        let log = folder.join("postfix.log");
        assert!(
            started.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&started.stderr),
            fs::read_to_string(&log).unwrap_or_default()
        );
        Self { port, config, log }
    }

    /// How many messages it has taken; waits until there are `least`.
    pub fn taken(&self, least: usize) -> usize {
        for _ in 0..LOOKS_MAX {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let count = log.matches("status=sent").count();
            if count >= least {
                return count;
            }
            std::thread::yield_now();
        }
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        panic!("Postfix did not deliver {least} messages:\n{log}");
    }
}

fn main(folder: &Path) -> String {
    let set = |name: &str| format!("{name} = {}\n", postconf(name));
    let folder = folder.display();
    let mut text = format!(
        "compatibility_level = 3.6\nqueue_directory = {folder}/queue\ndata_directory = {folder}/data\n\
         meta_directory = {folder}/config\nmyhostname = mx.peer.example\nmydestination =\n\
         mynetworks = 127.0.0.0/8\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nalias_maps =\n\
         alias_database =\ndisable_dns_lookups = yes\nsmtpd_peername_lookup = no\n\
         smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n\
         maillog_file_prefixes = {folder}\nmaillog_file = {folder}/postfix.log\n\
         default_transport = discard:\nrelay_transport = discard:\nlocal_transport = discard:\n\
         smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {folder}/certificate.pem\n\
         smtpd_tls_key_file = {folder}/key.pem\n"
    );
    for name in ["daemon_directory", "command_directory", "shlib_directory"] {
        text.push_str(&set(name));
    }
    text
}

/// The packaged services without chroot and without the public port, and ours.
fn master(port: u16) -> String {
    let packaged = fs::read_to_string(packaged("master.cf.dist")).expect("Postfix's own");
    let mut kept = String::new();
    for line in packaged.lines() {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let service = line.starts_with(|c: char| c.is_ascii_alphanumeric()) && columns.len() >= 8;
        if service && columns[0] == "smtp" && columns[1] == "inet" {
            continue;
        }
        if service && columns[4] == "y" {
            let mut columns = columns;
            columns[4] = "n";
            kept.push_str(&columns.join(" "));
        } else {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    format!("{kept}127.0.0.1:{port} inet n - n - 100 smtpd\n")
}

/// A file of the installed Postfix: the distribution decides where it lies.
fn packaged(name: &str) -> PathBuf {
    [
        postconf("meta_directory").as_str(),
        "/usr/share/postfix",
        "/etc/postfix",
    ]
    .iter()
    .map(|folder| Path::new(folder).join(name))
    .find(|path| path.is_file())
    .expect("a file of Postfix")
}

fn postconf(name: &str) -> String {
    let shown = Command::new("postconf").args(["-dh", name]).output();
    let shown = shown.expect("Postfix is installed: apt-get install postfix");
    String::from_utf8(shown.stdout)
        .expect("text")
        .trim()
        .to_owned()
}
