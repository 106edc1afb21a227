"""A small mail relay that keeps the promises which real_mail.py checks, or breaks one on purpose.

    peers/stand_in.py prepare ORDER WORLD     what real_mail.py calls instead of prepare.py
    peers/stand_in.py serve SETTINGS          the relay itself

The harness is tested with it: with no fault it must find nothing, even when the relay is killed; with
a planted fault (STAND_IN_FAULT=lose|twice|alter|unsigned|unsynced|kept) it must find exactly that.
"""

import json
import os
import re
import smtplib
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dkim
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from mail.corpus import LINE_OCTETS_MAX
from mail.place import Authority, free_port

HOST, USER, PASSWORD, SELECTOR, DOMAIN = "relay.clinic.example", "app", "correct horse battery", "s1", "clinic.example"
SOURCE_ROOT = Path(__file__).resolve()


def prepare(order: dict) -> dict:
    folder = Path(order["folder"])
    (folder / "spool").mkdir()
    authority = Authority(folder / "authority")
    certificate = authority.issue(HOST)
    from mail.place import openssl

    openssl("genrsa", "-traditional", "-out", folder / "dkim.pem", "2048")
    openssl("rsa", "-in", folder / "dkim.pem", "-pubout", "-out", folder / "dkim.pub")
    public = "".join((folder / "dkim.pub").read_text().splitlines()[1:-1])
    ports = {"smtp_port": free_port(), "smtps_port": free_port(), "api_port": free_port()}
    settings = order | ports | {"certificate": str(certificate.certificate), "key": str(certificate.key)}
    settings["fault"] = os.environ.get("STAND_IN_FAULT")
    (folder / "settings.json").write_text(json.dumps(settings))
    return {
        "smtp_port": ports["smtp_port"],
        "smtps_port": ports["smtps_port"],
        "host": HOST,
        "ca_file": str(authority.certificate),
        "user": USER,
        "password": PASSWORD,
        "api_url": f"http://127.0.0.1:{ports['api_port']}",
        "api_key": "unused",
        "dkim": {f"{SELECTOR}._domainkey.{DOMAIN}": f"v=DKIM1; k=rsa; p={public}"},
        "command": [sys.executable, str(SOURCE_ROOT), "serve", str(folder / "settings.json")],
        "sender": f"sender@{order['sender_domain']}",
    }


class Spool:
    """Messages as files: NAME.eml, beside it NAME.try once an attempt began."""

    def __init__(self, settings: dict):
        self.settings = settings
        self.folder = Path(settings["folder"]) / "spool"
        self.key = (Path(settings["folder"]) / "dkim.pem").read_bytes()
        self.context = ssl.create_default_context(cafile=settings["ca_file"])
        self.client = None

    def put(self, content: bytes, recipient: str) -> str:
        """Durable when it returns."""
        name = f"msg_{time.time_ns():x}{threading.get_ident() % 1000:03}"
        temporary = self.folder / f"{name}.part"
        with open(temporary, "wb") as out:
            out.write(recipient.encode() + b"\n" + content)
            out.flush()
            self._sync(out.fileno())
        temporary.rename(self.folder / f"{name}.eml")
        folder = os.open(self.folder, os.O_RDONLY)
        self._sync(folder)
        os.close(folder)
        return name

    def _sync(self, descriptor: int) -> None:
        if self.settings["fault"] != "unsynced":
            os.fsync(descriptor)

    def deliver_forever(self) -> None:
        for file in self.folder.glob("*.try"):
            file.rename(file.with_suffix(".ambiguous"))
        while True:
            for file in sorted(self.folder.glob("*.eml")):
                self._deliver(file)
            time.sleep(0.05)

    def _deliver(self, file: Path) -> None:
        recipient, _, content = file.read_bytes().partition(b"\n")
        number = int(recipient[1:6]) if recipient[1:6].isdigit() else 1
        fault = self.settings["fault"] if number % 300 == 0 else None
        trace = f"Received: from client by {HOST} with ESMTPSA id {file.stem};\r\n\tSat, 21 Nov 2026 00:00:00 +0000\r\n".encode()
        signed = content if fault == "unsigned" else dkim.sign(
            content, SELECTOR.encode(), DOMAIN.encode(), self.key, canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[b"from"]) + content
        if fault == "alter":
            signed = re.sub(rb"e(?=[^e]*\Z)", b"3", signed)
        file.with_suffix(".try").touch()
        for _ in range({"lose": 0, "twice": 2}.get(fault, 1)):
            self._send(recipient.decode(), trace + signed)
        if self.settings["fault"] == "kept":
            file.rename(file.with_suffix(".kept"))
        else:
            file.unlink()
        file.with_suffix(".try").unlink()

    def _send(self, recipient: str, content: bytes) -> None:
        to = self.settings["receiver"]
        if self.client is None:
            self.client = smtplib.SMTP(to["ip"], to["port"], timeout=60)
            self.client._host = to["host"]
            self.client.starttls(context=self.context)
        self.client.sendmail(f"sender@{DOMAIN}", [recipient], content, mail_options=["BODY=8BITMIME"])


class Handler:
    def __init__(self, spool: Spool):
        self.spool = spool

    async def handle_DATA(self, server, session, envelope):
        content = envelope.original_content
        if re.search(rb"[\r\n\0]", content.replace(b"\r\n", b"")):
            return "550 5.6.0 lines must end in CRLF"
        if max(map(len, content.split(b"\r\n"))) > LINE_OCTETS_MAX:
            return "500 5.5.2 a line is too long"
        return f"250 2.0.0 {self.spool.put(content, envelope.rcpt_tos[0])} accepted"


class Events(BaseHTTPRequestHandler):
    folder: Path

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.found()).encode())

    def found(self) -> dict:
        if self.path.startswith("/v1/held"):
            return {"messages": [], "next": None}
        name = self.path.split("/")[3]
        return {"events": ["ambiguous"] if (self.folder / f"{name}.ambiguous").exists() else []}

    def log_message(self, *_):
        return


def serve(settings: dict) -> None:
    spool = Spool(settings)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(settings["certificate"], settings["key"])
    check = lambda server, session, envelope, mechanism, data: AuthResult(  # noqa: E731
        success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)
    options = {"hostname": "127.0.0.1", "authenticator": check, "auth_required": True}
    SMTP.line_length_limit = 1 << 20  # the handler judges lines itself
    Controller(Handler(spool), port=settings["smtp_port"], tls_context=tls, require_starttls=True, **options).start()
    Controller(Handler(spool), port=settings["smtps_port"], ssl_context=tls, auth_require_tls=False, **options).start()
    Events.folder = spool.folder
    api = ThreadingHTTPServer(("127.0.0.1", settings["api_port"]), Events)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    spool.deliver_forever()


if __name__ == "__main__":
    work, source, *rest = sys.argv[1:]
    given = json.loads(Path(source).read_text())
    if work == "prepare":
        Path(rest[0]).write_text(json.dumps(prepare(given)))
    else:
        serve(given)
