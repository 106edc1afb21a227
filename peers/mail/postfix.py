"""A Postfix instance of our own: its folders, settings and services under one directory.

The system's instance is not touched. Settings are those of a server on the loopback interface
without DNS; callers add what the instance is for.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path


class Postfix:
    """One instance. `settings` go to main.cf, `services` (whole lines) to master.cf."""

    def __init__(self, folder: Path, settings: dict[str, str], services: list[str]):
        self.folder = folder
        self.config = folder / "config"
        self.queue = folder / "queue"
        self.log = folder / "postfix.log"
        for path in (self.config, self.queue, folder / "data"):
            path.mkdir(parents=True)
        shutil.chown(folder / "data", "postfix")
        base = {
            "compatibility_level": "3.6",
            "queue_directory": str(self.queue),
            "data_directory": str(folder / "data"),
            "meta_directory": str(self.config),
            "mydestination": "",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "alias_maps": "",
            "alias_database": "",
            "local_transport": "error:no local mail here",
            "disable_dns_lookups": "yes",
            "smtpd_peername_lookup": "no",
            "maillog_file_prefixes": str(folder),
            "maillog_file": str(self.log),
            "smtpd_client_connection_count_limit": "0",
            "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
        }
        for name in ("daemon_directory", "command_directory", "shlib_directory"):
            base[name] = postconf(name)
        lines = [f"{name} = {value}" for name, value in (base | settings).items()]
        (self.config / "main.cf").write_text("\n".join(lines) + "\n")
        (self.config / "master.cf").write_text(master(services))
        shutil.copy(packaged("postfix-files"), self.config)

    def start(self) -> None:
        self._postfix("start")
        pid = self.queue / "pid" / "master.pid"
        wait_for(lambda: pid.exists() and pid.read_text().strip(), "Postfix did not start; see " + str(self.log))
        self.pid = int(pid.read_text())

    def stop(self) -> None:
        """Stops this instance only; what is in its queue stays there."""
        subprocess.run(["postfix", "-c", self.config, "stop"], capture_output=True)
        try:
            os.kill(self.pid, signal.SIGTERM)
        except (OSError, AttributeError):
            return

    def queued(self) -> int:
        """How many messages wait in its queue."""
        folders = ("maildrop", "incoming", "active", "deferred", "hold")
        return sum(1 for name in folders for path in (self.queue / name).rglob("*") if path.is_file())

    def _postfix(self, command: str) -> None:
        done = subprocess.run(["postfix", "-c", self.config, command], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"postfix {command} failed:\n{done.stderr}\n{self._log_end()}")

    def _log_end(self) -> str:
        return self.log.read_text()[-2000:] if self.log.exists() else ""


class Receiver:
    """A Postfix that insists on TLS and keeps every message of one domain in one maildir.

    It is told to add its trace and nothing else: no header is rewritten, dropped or added.
    """

    def __init__(self, folder: Path, host: str, domain: str, certificate, port: int):
        mailbox = folder / "mailbox"
        mailbox.mkdir(parents=True)
        shutil.chown(mailbox, "nobody")
        self.arrived_folder = mailbox / "all" / "new"
        self.host, self.domain, self.port = host, domain, port
        settings = {
            "myhostname": host,
            "virtual_mailbox_domains": domain,
            "virtual_mailbox_base": str(mailbox),
            "virtual_mailbox_maps": "static:all/",
            "virtual_uid_maps": "static:65534",
            "virtual_gid_maps": "static:65534",
            "virtual_mailbox_limit": "0",
            "smtpd_tls_security_level": "encrypt",
            "smtpd_tls_cert_file": str(certificate.certificate),
            "smtpd_tls_key_file": str(certificate.key),
            "smtpd_tls_received_header": "yes",
            "smtpd_tls_loglevel": "1",
            "smtp_tls_security_level": "none",
            "message_drop_headers": "",
            "local_header_rewrite_clients": "",
            "always_add_missing_headers": "no",
            "receive_override_options": "no_address_mappings,no_header_body_checks",
            "message_size_limit": str(64 * 1024 * 1024),
        }
        self.postfix = Postfix(folder / "receiver", settings, [f"127.0.0.1:{port} inet n - n - 100 smtpd"])

    def start(self) -> None:
        self.postfix.start()

    def stop(self) -> None:
        self.postfix.stop()

    def count(self) -> int:
        return sum(1 for _ in os.scandir(self.arrived_folder)) if self.arrived_folder.exists() else 0

    def arrived(self):
        """The messages as they were stored."""
        for entry in sorted(os.scandir(self.arrived_folder), key=lambda entry: entry.name):
            yield Path(entry.path).read_bytes()


def master(services: list[str]) -> str:
    """The packaged services without chroot and without the public port, and ours."""
    kept = []
    for line in packaged("master.cf.dist").read_text().splitlines():
        if re.match(r"smtp +inet ", line):
            continue
        columns = line.split()
        if re.match(r"[a-z0-9]", line) and len(columns) >= 8 and columns[4] == "y":
            line = re.sub(r"^((?:\S+\s+){4})y", r"\1n", line)
        kept.append(line)
    return "\n".join(kept + services) + "\n"


def packaged(name: str) -> Path:
    """A file of the installed Postfix: the distribution decides where it lies."""
    folders = [Path(postconf("meta_directory")), Path("/usr/share/postfix"), Path("/etc/postfix")]
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise SystemExit(f"Postfix is installed without {name}")


def postconf(name: str) -> str:
    done = subprocess.run(["postconf", "-dh", name], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"postconf {name}: {done.stderr.strip()}")
    return done.stdout.strip()


def wait_for(ready, complaint: str, seconds: float = 30.0):
    """Waits until `ready()` is true and gives its value; fails with `complaint`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = ready()
        if value:
            return value
        time.sleep(0.05)
    raise SystemExit(complaint)
