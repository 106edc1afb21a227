"""A server's audit log, anchored outside: peers/anchors.py --engine postgres

OpenSSL stamps the checkpoints of a running server behind a few lines of HTTP that first fail. What the server kept must
be accepted by `openssl ts -verify`, the line in the folder's file must carry a signature that OpenSSL verifies with the
log's key, and `caduceus verify` must say of a bundle that it existed before the stamp: by that authority, not by another,
and not after a change.
"""

import base64
import json
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mail import trial, world
from mail.api import call
from mail.place import Authority, free_port
from stamps import FORMS, KEYS

# an Ed25519 public key in SubjectPublicKeyInfo (RFC 8410 §4) without its 32 octets
ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")
SECONDS_MAX = 150


class Stamper:
    """`openssl ts -reply` behind HTTP; the first question is answered with 503."""

    def __init__(self, folder: Path):
        self.folder, self.asked = folder, 0
        (folder / "forms.cnf").write_text(FORMS)
        (folder / "serial").write_text("0A\n")
        for name in ("root", "foreign"):
            self.openssl("genpkey", *KEYS["p256"], "-out", f"{name}.key")
            self.openssl("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN=Anchor {name}", "-days", "30",
                         "-config", "forms.cnf", "-extensions", "ca", "-out", f"{name}.pem")
        self.openssl("genpkey", *KEYS["p256"], "-out", "tsa.key")
        self.openssl("req", "-new", "-key", "tsa.key", "-subj", "/CN=Anchor stamps", "-out", "tsa.csr")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
                     "-days", "20", "-extfile", "forms.cnf", "-extensions", "stamps", "-out", "tsa.pem")
        stamper = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                stamper.asked += 1
                fits = self.headers["content-type"] == "application/timestamp-query"
                answer = stamper.answer(body) if fits and stamper.asked > 1 else b""
                self.send_response(200 if answer else 503)
                self.send_header("content-type", "application/timestamp-reply")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, question: bytes) -> bytes:
        (self.folder / "question.tsq").write_bytes(question)
        self.openssl("ts", "-reply", "-config", "forms.cnf", "-section", "stamping", "-queryfile", "question.tsq",
                     "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "answer.tsr")
        return (self.folder / "answer.tsr").read_bytes()

    def openssl(self, *words: str) -> bool:
        return subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True).returncode == 0

    def accepts(self, octets: bytes, token: bytes, root: str) -> bool:
        (self.folder / "octets").write_bytes(octets)
        (self.folder / "token").write_bytes(token)
        words = ["openssl", "ts", "-verify", "-data", "octets", "-in", "token", "-token_in", "-CAfile", root]
        return subprocess.run(words, cwd=self.folder, capture_output=True).returncode == 0


def main() -> int:
    parser = trial.arguments(__doc__)
    trial.engine_argument(parser)
    asked = parser.parse_args()
    return trial.hold("anchors", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    authority = Authority(folder / "authority")
    url = trial.database(folder, asked.engine, stops)
    nowhere = {"domain": "receiver.example", "host": "mx.receiver.example", "ip": "127.0.0.1", "port": free_port()}
    made = trial.prepare(asked, folder, trial.order(asked, folder, authority, asked.engine, url, receiver=nowhere))
    server = world.Server(made, folder / "server" / "server.log")
    server.start()
    stops.append(server.stop)
    recipient = ended(made)
    before = proof(made, recipient)
    server.stop()

    (folder / "stamper").mkdir()
    stamper = Stamper(folder / "stamper")
    out = folder / "out"
    out.mkdir()
    config = Path(made.command[-1])
    config.write_text(config.read_text() + "\n".join([
        "", "[anchors]", f'folder = "{out}"', f'authority_url = "http://127.0.0.1:{stamper.port}/"',
        f'authority_file = "{stamper.folder / "root.pem"}"', "",
    ]))
    server.start()
    found: list[str] = []
    anchors = left(made)
    if stamper.asked != 2:
        found.append(f"the authority was asked {stamper.asked} times, not once in vain and once more")
    stamped = anchors["rfc3161"]
    note, token = stamped["checkpoint"].encode(), base64.b64decode(stamped["token"])
    if not stamper.accepts(note, token, "root.pem"):
        found.append("OpenSSL does not accept the token over the checkpoint")
    if stamper.accepts(note, token, "foreign.pem") or stamper.accepts(note + b"x", token, "root.pem"):
        found.append("OpenSSL accepts what it must not: the check proves nothing")
    lines = "".join(file.read_text() for file in out.iterdir())
    if anchors["file"]["checkpoint"] not in lines:
        found.append("the folder's file does not hold the checkpoint")
    bundle = proof(made, recipient)
    log = json.loads(bundle)["log"]
    if not signed(stamper.folder, anchors["file"]["checkpoint"], log):
        found.append("OpenSSL does not verify the signature of the line in the file")
    found += bundles(asked, folder, stamper, before, bundle)
    print(json.dumps({"engine": asked.engine, "asked": stamper.asked, "size": stamped["size"], "faults": len(found)}))
    return found


def bundles(asked, folder: Path, stamper: Stamper, before: bytes, bundle: bytes) -> list[str]:
    found = []
    if verified(asked, folder, before, stamper, "root.pem")[1].get("stamp") is not None:
        found.append("a bundle from before the stamp has one")
    status, said = verified(asked, folder, bundle, stamper, "root.pem")
    stamp = said.get("stamp") or {}
    if status != 0 or not stamp.get("holds") or "Anchor stamps" not in stamp.get("authority", ""):
        found.append(f"a stamped bundle does not hold: {said}")
    status, said = verified(asked, folder, bundle, stamper, "foreign.pem")
    if status == 0 or (said.get("stamp") or {}).get("code") != "stamp_unknown_authority":
        found.append(f"a stamp of an authority that nobody believes: {said}")
    if verified(asked, folder, bundle, stamper, None)[1].get("stamp") != {"judged": False}:
        found.append("a stamp was judged though nobody said by whom")
    form = json.loads(bundle)
    if "stamp" not in form:
        return [*found, f"no stamp covers the entries {[one['index'] for one in form['entries']]}"]
    token = bytearray(base64.b64decode(form["stamp"]))
    token[-1] ^= 1
    form["stamp"] = base64.b64encode(bytes(token)).decode()
    changed = (json.dumps(form, indent=2, ensure_ascii=False) + "\n").encode()
    status, said = verified(asked, folder, changed, stamper, "root.pem")
    if status == 0 or "stamp_" not in (said.get("stamp") or {}).get("code", ""):
        found.append(f"a changed stamp: {said}")
    return found


def ended(made) -> str:
    """A recipient of whom nothing more is told: cancelled before any attempt can have begun."""
    later = datetime.now(timezone.utc) + timedelta(days=1)
    sent = call(made, "POST", "/v1/messages", {
        "from": {"address": made.sender}, "to": [{"address": "r00001.1@receiver.example"}],
        "subject": "Opening hours", "text": "We are closed on Friday.",
        "send_at": later.strftime("%Y-%m-%dT%H:%M:%SZ"),
    })
    call(made, "POST", f"/v1/messages/{sent['id']}/cancel", {})
    return sent["recipients"][0]["id"]


def proof(made, recipient: str) -> bytes:
    return fetch(made, f"/v1/recipients/{recipient}/proof")


def fetch(made, path: str) -> bytes:
    import ssl
    import urllib.request
    request = urllib.request.Request(made.api_url + path, headers={"Authorization": f"Bearer {made.api_key}"})
    context = ssl.create_default_context(cafile=made.ca_file) if made.api_url.startswith("https") else None
    with urllib.request.urlopen(request, timeout=60, context=context) as answer:
        return answer.read()


def left(made) -> dict[str, dict]:
    """Anchors of today that left, by kind."""
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        anchors = call(made, "GET", "/v1/anchors").get("anchors", [])
        done = {one["kind"]: one for one in anchors if one["state"] == "done"}
        if {"file", "rfc3161"} <= done.keys():
            return done
        time.sleep(1)
    raise SystemExit(f"no checkpoint left the house: {anchors}")


def signed(folder: Path, note: str, log: str) -> bool:
    """By OpenSSL alone: the key of `name+id+key` (C2SP signed-note), the signature of the note's last line."""
    text, signature = note.split("\n\n")
    key = base64.b64decode(log.split("+", 2)[2])[1:]
    (folder / "log.der").write_bytes(ED25519_HEAD + key)
    (folder / "text").write_text(text + "\n")
    (folder / "signature").write_bytes(base64.b64decode(signature.strip().split(" ")[-1])[4:])
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "log.der", "-rawin", "-in", "text",
             "-sigfile", "signature"]
    return subprocess.run(words, cwd=folder, capture_output=True).returncode == 0


def verified(asked, folder: Path, bundle: bytes, stamper: Stamper, root: str | None) -> tuple[int, dict]:
    (folder / "bundle.json").write_bytes(bundle)
    words = [asked.binary, "verify", "--json", str(folder / "bundle.json")]
    words += ["--authority", str(stamper.folder / root)] if root else []
    done = subprocess.run(words, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
