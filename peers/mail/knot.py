"""A Knot of our own that answers for the whole name space from one zone, unsigned.

Signed zones and lying resolvers are the Rust tests' part (crates/mta/tests/it/knot.rs).
"""

import subprocess
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from mail.postfix import wait_for

SOA = ". 60 SOA ns.test. postmaster.test. 1 3600 600 86400 60\n. 60 NS ns.test.\nns.test. 60 A 127.0.0.1\n"


class Knot:
    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port
        self.process: subprocess.Popen | None = None
        folder.mkdir(parents=True)

    @property
    def at(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, records: list[tuple[str, str, str]]) -> None:
        """With (name, type, data); text is given whole and cut into strings here."""
        lines = [f"{name}. 60 {kind} {quoted(data) if kind == 'TXT' else data}\n" for name, kind, data in records]
        (self.folder / "root.zone").write_text(SOA + "".join(lines))
        (self.folder / "knot.conf").write_text(f"""server:
    rundir: "{self.folder}"
    listen: [ "127.0.0.1@{self.port}" ]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: "{self.folder}"
    kasp-db-max-size: 10M
    journal-db-max-size: 10M
    timer-db-max-size: 10M
zone:
  - domain: "."
    file: "{self.folder}/root.zone"
""")
        with open(self.folder / "knot.log", "ab") as out:
            self.process = subprocess.Popen(["/usr/sbin/knotd", "-c", str(self.folder / "knot.conf")],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        wait_for(self._answers, f"Knot did not start; see {self.folder}/knot.log")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise SystemExit(f"Knot ended with status {self.process.returncode}; see {self.folder}/knot.log")
        try:
            return bool(dns.query.udp(dns.message.make_query("ns.test", "A"), "127.0.0.1", 1, self.port).answer)
        except (dns.exception.Timeout, OSError):
            return False


def quoted(text: str) -> str:
    """RFC 1035 section 3.3: strings of at most 255 octets."""
    return " ".join(f'"{text[at:at + 250]}"' for at in range(0, len(text), 250))
