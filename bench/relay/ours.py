"""Caduceus as the benchmark's relay: everything on, as it runs by default.

Durable before 250, sealed at rest, scanned, decided, signed, delivered over verified TLS, audited.
It is prepared by `peers/prepare.py`, the same program that prepares it for real mail (peers/README.md
names both files), and started by the command that gives.
"""

import json
import subprocess
import sys
from pathlib import Path

from mail import world

ROOT = Path(__file__).resolve().parent.parent.parent


class Caduceus:
    tls, encrypted_out = "implicit", True
    plain = False

    def __init__(self, site, home: Path):
        self.log = home / "server.log"
        (home / "server").mkdir()
        order = {
            "binary": str(site.binaries / "caduceus"),
            "engine": "sqlite",
            "database_url": None,
            "folder": str(home / "server"),
            "receiver": site.routes()[0],
            "receivers": site.routes()[1:],
            "ca_file": str(site.authority.certificate),
            "sender_domain": "clinic.example",
            "plain": self.plain,
        }
        (home / "order.json").write_text(json.dumps(order))
        prepare = ROOT / "peers" / "prepare.py"
        subprocess.run([sys.executable, prepare, home / "order.json", home / "world.json"], check=True)
        made = world.load(home / "world.json")
        self.server = world.Server(made, self.log)
        self.server.start()
        self.port, self.host, self.ca_file = made.smtps_port, made.host, made.ca_file
        self.user, self.password, self.sender = made.user, made.password, made.sender
        self.pids = [self.server.process.pid]

    def complaints(self) -> str:
        return self.log.read_text()[-1500:]

    def stop(self) -> None:
        self.server.stop()


class PlainCaduceus(Caduceus):
    """The same without signatures and without TLS towards the receiver, beside plain Postfix.

    Its sender is declared free of PHI, it has no domain to sign for, and the receiver offers no TLS.
    All else stays on; submission stays encrypted, since credentials are taken no other way.
    """

    encrypted_out, plain = False, True
