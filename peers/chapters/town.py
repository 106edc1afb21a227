"""The town that the chapters play in: the server under test with its MX open, and its neighbours.

One Postfix and one Exim are the mail servers of two practices, with users of their own; Knot answers
for every name. Everything is on loopback, on ports that the system chose, and stopped by its handle.
"""

import hashlib
import re
import ssl
import subprocess
from pathlib import Path

from mail import api, arrival, trial, world
from mail.exim import Exim, Route
from mail.knot import Knot
from mail.place import Authority, free_port
from mail.relay import Relay

CLINIC = trial.SENDERS
# Return paths and reply addresses are in this domain.
INBOUND = "in.clinic.example"
HOST = "relay.clinic.example"
USERS = ["pat", "lee", "kim"]
# Nobody has this mailbox; the neighbours find out after they have taken the mail.
GONE = "gone"


class Town:
    def __init__(self, asked, folder: Path, stops: list):
        """`stops` gets what ends each thing that is started, from the first on."""
        self.root, self.folder, self.stops = trial.ROOT, folder, stops
        self.authority = Authority(folder / "authority")
        self.knot = Knot(folder / "knot", free_port())
        ports = {name: free_port() for name in ("postfix", "exim")}
        routes = [{"domain": f"{name}.example", "host": f"mx.{name}.example", "ip": "127.0.0.1", "port": port}
                  for name, port in ports.items()]
        url = trial.database(folder, asked.engine, stops)
        self.world = trial.prepare(asked, folder, trial.order(
            asked, folder, self.authority, asked.engine, url,
            receiver=routes[0], receivers=routes[1:], inbound=INBOUND, name_server=self.knot.at,
        ))
        self.server = world.Server(self.world, folder / "server.log")
        # Of the server under test, as it is configured.
        self.certificate = folder / "server" / "authority" / f"{HOST}.pem"
        self.context = ssl.create_default_context(cafile=self.world.ca_file)
        submitter = (self.world.user, self.world.password)
        trusted = Path(self.world.ca_file)
        self.postfix = Relay(folder / "postfix", "mx.postfix.example", "postfix.example",
                             self.authority.issue("mx.postfix.example"), trusted, ports["postfix"], submitter, HOST, USERS)
        self.exim = Exim(self.root, folder / "exim", "mx.exim.example", "exim.example",
                         self.authority.issue("mx.exim.example"), trusted, ports["exim"], submitter, USERS)

    def start(self, records: list[tuple[str, str, str]]) -> None:
        """With the names of the chapters beside our own."""
        own = [(name, "TXT", text) for name, text in self.world.dkim.items()]
        own += [(INBOUND, "MX", f"10 {HOST}."), (HOST, "A", "127.0.0.1"), (CLINIC, "MX", f"10 {HOST}.")]
        own += [(f"_{self.world.mx_port}._tcp.{HOST}", "TLSA", f"3 1 1 {key_digest(self.certificate)}")]
        self.records = own + records
        self._up(self.knot, lambda: self.knot.start(self.records))
        inward = [Route(name, self.world.mx_port) for name in (INBOUND, CLINIC)]
        self._up(self.postfix, lambda: self.postfix.start(
            [*inward, Route("exim.example", self.world.smtps_port, "submits")]))
        self._up(self.exim, lambda: self.exim.start(
            [*inward, Route("postfix.example", self.world.smtp_port, "submit")]))
        self._up(self.server, self.server.start)

    def _up(self, who, start) -> None:
        self.stops.append(who.stop)
        start()

    def neighbours(self) -> list:
        return [self.postfix, self.exim]

    def names(self) -> dict[str, str]:
        """Every TXT record, for verifiers that ask a table; aliases are followed once."""
        found = {name: text for name, kind, text in self.records if kind == "TXT"}
        aliases = {name: target.rstrip(".") for name, kind, target in self.records if kind == "CNAME"}
        return found | {name: found[target] for name, target in aliases.items() if target in found}

    def judge(self, stored: bytes, original: bytes) -> str | None:
        """What is wrong with a message as a neighbour keeps it."""
        received = stored.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        added = received[: len(received) - len(original)]
        return (arrival.compare(received, original, arrival.ADDED_FIELDS | {b"reply-to"}) or arrival.check_trace(added)
                or arrival.check_dkim(received, self.world.dkim))

    def message_id(self, stored: bytes) -> str:
        """Our id, from the field that we put above the message."""
        return re.search(rb"msg_[0-9A-Za-z]+", stored).group().decode()

    def kinds(self, message: str) -> list[str]:
        return [event["kind"] for event in api.events(self.world, message)]


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the certificate, as hexadecimal in capitals."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest().upper()


def key_digest(certificate: Path) -> str:
    """SHA-256 of the public key, for a TLSA record 3 1 1 (RFC 6698 section 2.1)."""
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], capture_output=True, check=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, capture_output=True, check=True).stdout
    return hashlib.sha256(der).hexdigest()


def letter(sender: str, to: str, word: str, more: str = "") -> bytes:
    """What a practice's software writes, with what a careless relay alters: dots, blanks, long lines."""
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {word}\r\nDate: Sun, 22 Nov 2026 08:00:00 +0000\r\n"
        f"Message-ID: <{word}@{sender.rpartition('@')[2]}>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n{more}\r\n"
        f".\r\n..two dots\r\n.{word}  \r\n\tGrüße über alles \r\nFrom here on\r\n{'x' * 900}\r\n\r\n\r\n.\r\nend\r\n"
    ).encode()
