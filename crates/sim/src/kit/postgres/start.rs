//! Starts the cluster and its watchdog.
//!
//! Settings give up durability (`fsync = off`: this cluster has nothing to lose) and nothing else. The
//! locale is deliberately not C, so that an ordering that leans on it shows. PostgreSQL refuses to
//! run as root; then it runs as Debian's `postgres`.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cluster::Facts;
use crate::kit::scratch::unique;

const MISSING: &str = "PostgreSQL is missing: apt-get install --no-install-recommends postgresql \
    (looked for /usr/lib/postgresql/*/bin/initdb)";

/// $1 state, $2 data, then the command that stops. Idle is measured by the lock that tests share.
const WATCHDOG: &str = r#"
state=$1 dir=$2; shift 2
idle=0
while sleep 5 && [ -d "$dir" ]; do
    if flock -n -x "$state/use" true; then idle=$((idle + 5)); else idle=0; fi
    [ "$idle" -ge 30 ] || continue
    exec 9>>"$state/gate"
    flock -x 9
    if flock -n -x "$state/use" true; then
        rm -f "$state/cluster.json"
        "$@"
        rm -rf "$dir"
        exit 0
    fi
    exec 9>&-
    idle=0
done
"#;

pub(super) fn start(state: &Path) -> Facts {
    let programs = programs();
    let user = if rustix::process::geteuid().is_root() {
        Some(postgres_user())
    } else {
        None
    };
    let dir = PathBuf::from(format!("/tmp/caduceus-pg-{}", unique()));
    fs::create_dir(&dir).expect("/tmp takes a directory");
    if let Some((uid, gid)) = user {
        chown(&dir, Some(uid), Some(gid)).expect("root may");
    }
    let data = dir.join("data");
    let as_user = |program: &str| command_of(user.is_some(), &programs.join(program));
    let mut initdb = as_user("initdb");
    initdb.args([
        "-U",
        "caduceus",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--no-instructions",
    ]);
    initdb
        .args([
            "--locale=C",
            "--locale-provider=icu",
            "--icu-locale=en-US",
            "-D",
        ])
        .arg(&data);
    done(&mut initdb);

    let facts = Facts {
        dir: dir.clone(),
        port: free_port(),
        password: unique(),
    };
    write_certificate(&dir, user);
    write_settings(&facts, &data);
    let mut start = as_user("pg_ctl");
    start
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(dir.join("log"))
        .args(["-w", "-t", "60", "start"]);
    done(&mut start);

    let mut admin = super::cluster::try_connect(&facts, "postgres").expect("it has just started");
    let sql = format!("ALTER ROLE caduceus PASSWORD '{}'", facts.password);
    admin
        .batch_execute(&sql)
        .expect("a role may change its password");
    watch(state, &dir, &data, as_user("pg_ctl"));
    facts
}

fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect(MISSING);
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().expect(MISSING).1
}

fn postgres_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("every Unix has it");
    let line = users
        .lines()
        .find(|line| line.starts_with("postgres:"))
        .expect(MISSING);
    let mut numbers = line
        .split(':')
        .skip(2)
        .map(|n| n.parse().expect("passwd holds numbers"));
    (
        numbers.next().expect("a uid"),
        numbers.next().expect("a gid"),
    )
}

/// `setsid`, so that the end of a test's process group does not end the cluster.
fn command_of(as_postgres: bool, program: &Path) -> Command {
    let mut command = Command::new("setsid");
    command.arg("-w");
    if as_postgres {
        command.args(["runuser", "-u", "postgres", "--"]);
    }
    command.arg(program);
    command.current_dir("/");
    command
}

/// Output goes to a file, not a pipe: the server would hold a pipe open as long as it lives.
fn done(command: &mut Command) {
    let log = PathBuf::from(format!("/tmp/caduceus-pg-start-{}", unique()));
    let open = || {
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&log)
            .expect("/tmp")
    };
    let ended = command
        .stdin(Stdio::null())
        .stdout(open())
        .stderr(open())
        .status();
    let said = fs::read_to_string(&log).unwrap_or_default();
    let _gone = fs::remove_file(&log);
    let status = ended.unwrap_or_else(|e| panic!("{command:?}: {e}; apt-get install util-linux"));
    assert!(status.success(), "{command:?}: {status}\n{said}");
}

/// Free a moment ago; should another program take it since, the start fails and says so.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback is there");
    listener.local_addr().expect("bound").port()
}

fn write_settings(facts: &Facts, data: &Path) {
    let dir = facts.dir.display();
    let settings = format!(
        "listen_addresses = '127.0.0.1'
port = {}
unix_socket_directories = '{dir}'
max_connections = 300
shared_buffers = '64MB'
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
ssl = on
ssl_cert_file = '{dir}/server.crt'
ssl_key_file = '{dir}/server.key'
",
        facts.port
    );
    fs::write(data.join("postgresql.auto.conf"), settings).expect("the data directory is there");
    let doors = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(data.join("pg_hba.conf"), doors).expect("the data directory is there");
}

/// A certificate for `localhost` that is its own authority.
fn write_certificate(dir: &Path, user: Option<(u32, u32)>) {
    let key = rcgen::KeyPair::generate().expect("a key pair");
    let names = vec!["localhost".to_owned()];
    let params = rcgen::CertificateParams::new(names).expect("a plain name");
    let certificate = params.self_signed(&key).expect("signs itself");
    fs::write(dir.join("server.crt"), certificate.pem()).expect("our directory");
    let file = dir.join("server.key");
    fs::write(&file, "").expect("our directory");
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("ours");
    fs::write(&file, key.serialize_pem()).expect("ours");
    if let Some((uid, gid)) = user {
        for name in ["server.crt", "server.key"] {
            chown(dir.join(name), Some(uid), Some(gid)).expect("root may");
        }
    }
}

/// Leaves a process behind that ends the cluster, by itself, when tests no longer use it.
fn watch(state: &Path, dir: &Path, data: &Path, stop: Command) {
    let mut watchdog = Command::new("setsid");
    watchdog
        .args(["-f", "sh", "-c", WATCHDOG, "caduceus-test-watchdog"])
        .arg(state)
        .arg(dir);
    watchdog.arg(stop.get_program()).args(stop.get_args());
    watchdog
        .arg("-D")
        .arg(data)
        .args(["-m", "immediate", "stop"]);
    watchdog
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = watchdog.status().expect("setsid runs");
    assert!(status.success(), "the watchdog did not start");
}
