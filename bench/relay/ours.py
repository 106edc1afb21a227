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

    def __init__(self, site, home: Path):
        self.log = home / "server.log"
        (home / "server").mkdir()
        order = {
            "binary": str(site.binaries / "caduceus"),
            "engine": "sqlite",
            "database_url": None,
            "folder": str(home / "server"),
            "receiver": {"domain": site.domain, "host": site.sink_host, "ip": "127.0.0.1", "port": site.sink_port},
            "ca_file": str(site.authority.certificate),
            "sender_domain": "clinic.example",
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
