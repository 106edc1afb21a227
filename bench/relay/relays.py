"""The relays that are measured: each starts on free ports under one folder, and stops.

A relay is an object with `port`, `tls`, `host`, `ca_file`, `user`, `password`, `sender` (how to
submit), `encrypted_out` (whether it delivers over TLS, signed), `pids` (the roots of its process trees),
`complaints()` and `stop()`.
"""

import shutil
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from mail.place import Authority, Certificate, free_port
from mail.postfix import Postfix, wait_for
from mail.world import listens
from ours import Caduceus, PlainCaduceus

SENDER, HOST = "bench@clinic.example", "relay.clinic.example"


@dataclass(frozen=True)
class Site:
    folder: Path
    authority: Authority
    certificate: Certificate    # of the sink
    sink_host: str
    domain: str
    sink_port: int
    binaries: Path
    more: tuple[tuple[str, str, int], ...] = ()    # further domains, and host and port of their receivers

    def with_more(self, more) -> "Site":
        return replace(self, more=tuple(more))

    def routes(self) -> list[dict]:
        places = [(self.domain, self.sink_host, self.sink_port), *self.more]
        return [{"domain": domain, "host": host, "ip": "127.0.0.1", "port": port} for domain, host, port in places]


class PlainPostfix:
    """Postfix alone: no TLS, no signature. What a relay costs at least."""

    tls, user, password, sender, encrypted_out = "none", None, None, SENDER, False

    def __init__(self, site: Site, home: Path):
        self.port = free_port()
        self.host, self.ca_file = HOST, str(site.authority.certificate)
        settings = {
            "myhostname": HOST,
            "relayhost": f"[127.0.0.1]:{site.sink_port}",
            "smtpd_tls_security_level": "none",
            "smtp_tls_security_level": "none",
        } | self.settings(site, home)
        services = [
            f"127.0.0.1:{self.port} inet n - n - 300 smtpd",
            "tlsproxy unix - - n - 0 tlsproxy",  # holds the TLS connections that are reused
        ]
        self.postfix = Postfix(home / "postfix", settings, services)
        self.postfix.start()
        wait_for(lambda: listens(self.port), "Postfix does not listen")
        self.pids = [self.postfix.pid]

    def settings(self, site: Site, home: Path) -> dict[str, str]:
        return {}

    def complaints(self) -> str:
        return self.postfix.log.read_text()[-1500:]

    def stop(self) -> None:
        self.postfix.stop()


class SigningPostfix(PlainPostfix):
    """Postfix with TLS at both ends and OpenDKIM signing with RSA-2048: what ours does on the wire.

    TLS connections are reused, as a busy site sets it. Submission takes no password, which favours it.
    """

    tls, encrypted_out = "starttls", True

    def settings(self, site: Site, home: Path) -> dict[str, str]:
        port = free_port()
        self.signer = start_opendkim(home / "opendkim", port)
        certificate = site.authority.issue(HOST)
        return {
            "smtpd_milters": f"inet:127.0.0.1:{port}",
            "milter_default_action": "tempfail",
            "smtpd_tls_security_level": "encrypt",
            "smtpd_tls_cert_file": str(certificate.certificate),
            "smtpd_tls_key_file": str(certificate.key),
            "smtp_tls_security_level": "secure",
            "smtp_tls_secure_cert_match": site.sink_host,
            "smtp_tls_CAfile": str(site.authority.certificate),
            "smtp_tls_connection_reuse": "yes",
        }

    def __init__(self, site: Site, home: Path):
        super().__init__(site, home)
        self.pids = [self.postfix.pid, self.signer.pid]

    def stop(self) -> None:
        super().stop()
        self.signer.terminate()
        self.signer.wait()


def start_opendkim(folder: Path, port: int) -> subprocess.Popen:
    folder.mkdir()
    subprocess.run(["opendkim-genkey", "-b", "2048", "-D", folder, "-d", "clinic.example", "-s", "s1"], check=True)
    shutil.chown(folder, "opendkim", "opendkim")
    for file in folder.iterdir():
        shutil.chown(file, "opendkim", "opendkim")
    folder.chmod(0o700)
    (folder.parent / "opendkim.conf").write_text(f"""Mode s
Domain clinic.example
Selector s1
KeyFile {folder}/s1.private
RequireSafeKeys no
UserID opendkim
Canonicalization relaxed/relaxed
OversignHeaders From
Socket inet:{port}@127.0.0.1
InternalHosts 127.0.0.0/8
""")
    signer = subprocess.Popen(["opendkim", "-f", "-x", folder.parent / "opendkim.conf"])
    wait_for(lambda: listens(port) or signer.poll() is not None, "OpenDKIM does not listen")
    if signer.poll() is not None:
        raise SystemExit(f"OpenDKIM ended with status {signer.returncode}")
    time.sleep(0.1)
    return signer


RELAYS = {
    "postfix": PlainPostfix,
    "caduceus-plain": PlainCaduceus,
    "postfix+opendkim": SigningPostfix,
    "caduceus": Caduceus,
}
# Ours, what it stands beside, and what is said of the figure.
PAIRS = {
    "caduceus": ("postfix+opendkim", ""),
    "caduceus-plain": ("postfix", ", without DKIM and TLS"),
}
