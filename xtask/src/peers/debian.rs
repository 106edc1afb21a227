//! Peers from the Debian distribution: servers, a browser, and tools that read what we write.
//!
//! Looked for by their program, so that another distribution's package serves as well. Services are
//! kept from starting: tests start instances of their own. Invariant: nothing is installed when
//! nothing is missing.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::step::{finish, has_program, output, say};

/// A program and the Debian package that brings it.
pub struct Tool {
    /// A program's name, a library's, a Perl module's, or an absolute path that must exist.
    pub program: &'static str,
    pub package: &'static str,
    pub why: &'static str,
}

const fn tool(program: &'static str, package: &'static str, why: &'static str) -> Tool {
    Tool {
        program,
        package,
        why,
    }
}

pub const TOOLS: &[Tool] = &[
    tool(
        "/usr/lib/postgresql",
        "postgresql",
        "the second engine; tests start clusters of their own",
    ),
    tool(
        "postfix",
        "postfix",
        "a mail server that receives, relays and is measured against",
    ),
    tool(
        "opendkim",
        "opendkim",
        "signs beside Postfix in the benchmark",
    ),
    tool("opendkim-testmsg", "opendkim-tools", "a DKIM verifier"),
    tool(
        "openssl",
        "openssl",
        "makes the certificates of the test authority; S/MIME both ways",
    ),
    tool("gpgsm", "gpgsm", "S/MIME of GnuPG"),
    tool("gpg-agent", "gpg-agent", "holds its keys"),
    tool("cmsutil", "libnss3-tools", "S/MIME of Mozilla"),
    tool(
        "notmuch",
        "notmuch",
        "reads protected subjects; an index of mail beside ours",
    ),
    tool("mu", "maildir-utils", "another index of mail"),
    tool("go", "golang-go", "runs the independent Merkle log check"),
    tool(
        "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog",
        "golang-golang-x-mod-dev",
        "an independent Merkle log",
    ),
    tool(
        "chromium",
        "chromium",
        "the browser of the end-to-end tests",
    ),
    tool(
        "/usr/share/fonts/truetype/liberation",
        "fonts-liberation",
        "fonts for the pictures of pages",
    ),
    tool("swaks", "swaks", "an SMTP client"),
    tool("Net::SSLeay", "libnet-ssleay-perl", "TLS for swaks"),
    tool(
        "libidn.so.12",
        "libidn12",
        "a library of Exim, which is unpacked beside Postfix",
    ),
    tool("libgnutls-dane.so.0", "libgnutls-dane0", "another one"),
    tool(
        "libopendmarc.so.2",
        "libopendmarc2",
        "a second opinion on DMARC",
    ),
    tool(
        "libresolv_wrapper.so",
        "libresolv-wrapper",
        "points Postfix at a name server of the test",
    ),
    tool(
        "testssl",
        "testssl.sh",
        "looks for weak protocols and ciphers on our ports",
    ),
    tool(
        "/usr/sbin/knotd",
        "knot",
        "an authoritative name server that signs, for DANE and MTA-STS",
    ),
    tool(
        "/usr/sbin/clamd",
        "clamav-daemon",
        "a virus scanner, which answers what we ask",
    ),
    tool(
        "/usr/bin/rspamd",
        "rspamd",
        "a spam filter, which answers what we ask",
    ),
    tool("gpg", "gnupg", "OpenPGP as most people have it"),
    tool(
        "/usr/lib/gnupg/gpg-wks-client",
        "gpg-wks-client",
        "names in Web Key Directories",
    ),
    tool("sqop", "sqop", "Sequoia's OpenPGP"),
    tool("gosop", "gosop", "GopenPGP"),
    tool(
        "/usr/sbin/slapd",
        "slapd",
        "a directory, which is asked for certificates",
    ),
    tool(
        "/usr/bin/tesseract",
        "tesseract-ocr",
        "reads pictures behind the sandbox",
    ),
    tool("readpst", "pst-utils", "reads PST and OST beside us"),
    tool("strace", "strace", "counts syncs before an answer"),
    tool("oathtool", "oathtool", "an independent TOTP"),
    tool("python3", "python3", "runs the Python peers"),
    tool(
        "/usr/lib/python3/dist-packages/yaml",
        "python3-yaml",
        "reads the test suites of SPF and ARC",
    ),
];

/// The tools that are not here.
pub fn missing() -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| !is_here(tool.program)).collect()
}

pub(super) fn install(root: &Path) -> Result<()> {
    let mut packages: Vec<&str> = missing().iter().map(|tool| tool.package).collect();
    if !has_venv(root) {
        packages.push("python3-venv");
    }
    if packages.is_empty() {
        return Ok(());
    }
    say(&format!("   missing: {}", packages.join(" ")));
    if !has_program("apt-get") || !is_root(root)? {
        bail!(
            "{}\n   as root: apt-get install {}",
            reasons(),
            packages.join(" ")
        );
    }
    let guard = NoServices::put()?;
    apt(root, &["update", "-q"])?;
    configure_nothing(root)?;
    let words: Vec<&str> = ["install", "-q", "-y", "--no-install-recommends"]
        .into_iter()
        .chain(packages)
        .collect();
    let done = apt(root, &words);
    drop(guard);
    done?;
    match missing().is_empty() {
        true => Ok(()),
        false => bail!("still missing after the install:\n{}", reasons()),
    }
}

fn reasons() -> String {
    let lines = missing().into_iter().map(|tool| {
        format!(
            "   {} (package {}): {}",
            tool.program, tool.package, tool.why
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_here(program: &str) -> bool {
    match program.starts_with('/') {
        true => Path::new(program).exists(),
        false if program.contains(".so") => has_library(program),
        false if program.contains("::") => has_perl_module(program),
        false => has_program(program),
    }
}

/// Where it lies depends on the machine; the loader knows.
fn has_library(name: &str) -> bool {
    let load = "import ctypes, sys; ctypes.CDLL(sys.argv[1])";
    output(Path::new("/"), "python3", &["-c", load, name]).is_ok()
}

fn has_perl_module(name: &str) -> bool {
    let load = format!("-M{name}");
    output(Path::new("/"), "perl", &[load.as_str(), "-e", "1"]).is_ok()
}

/// Debian ships the module that makes virtual environments apart from Python.
fn has_venv(root: &Path) -> bool {
    output(root, "python3", &["-c", "import venv, ensurepip"]).is_ok()
}

pub(super) fn is_root(root: &Path) -> Result<bool> {
    Ok(output(root, "id", &["-u"])?.trim() == "0")
}

fn apt(root: &Path, words: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .current_dir(root)
        .stdin(Stdio::null());
    finish(&mut command)
}

/// Postfix asks what kind of site this is; the answer is none, since tests bring their own.
fn configure_nothing(root: &Path) -> Result<()> {
    let answer = "postfix postfix/main_mailer_type select No configuration";
    program_with_input(root, "debconf-set-selections", answer)
}

fn program_with_input(root: &Path, name: &str, input: &str) -> Result<()> {
    use std::io::Write;
    let mut child = Command::new(name)
        .current_dir(root)
        .stdin(Stdio::piped())
        .spawn()?;
    child
        .stdin
        .take()
        .context("no standard input")?
        .write_all(input.as_bytes())?;
    let status = child.wait()?;
    if !status.success() {
        bail!("{status} from {name}");
    }
    Ok(())
}

/// Keeps packages from starting their services while it lives (Debian's invoke-rc.d policy layer).
struct NoServices(bool);

impl NoServices {
    const POLICY: &'static str = "/usr/sbin/policy-rc.d";

    fn put() -> Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        if Path::new(Self::POLICY).exists() {
            return Ok(Self(false));
        }
        std::fs::write(Self::POLICY, "#!/bin/sh\nexit 101\n")?;
        std::fs::set_permissions(Self::POLICY, std::fs::Permissions::from_mode(0o755))?;
        Ok(Self(true))
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.0 && std::fs::remove_file(Self::POLICY).is_err() {
            say(&format!(
                "   {} could not be removed; remove it by hand",
                Self::POLICY
            ));
        }
    }
}
