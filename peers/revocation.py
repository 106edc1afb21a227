"""Certificates that OpenSSL issued are asked about at its lists and its responder, and used no more once revoked.

    peers/revocation.py --binary target/debug/caduceus

Lee and Kim name a list, Ann a responder (`openssl ocsp`), Bo a responder that is dead; all name where their issuer is. The
product under test takes their certificates, asks beside all mail, and encrypts to whoever still holds.
"""

import base64
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mail import api, cms, trial, world
from mail.place import free_port
from mail.postfix import wait_for

DOMAIN = "mail.example"
TEXT = "The result, as promised."
# A round begins every minute.
WAIT = 90


def main() -> int:
    parser = trial.arguments(__doc__)
    trial.engine_argument(parser)
    asked = parser.parse_args()
    return trial.hold("revocation", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    authority, receiver = trial.receiving(folder, "mx.mail.example", DOMAIN, stops)
    issuer = cms.Authority(folder / "issuer")
    shelf = Shelf()
    stops.append(shelf.stop)
    responder = Responder(issuer)
    by_list = f"crlDistributionPoints=URI:{shelf.at}/all.crl\nauthorityInfoAccess=caIssuers;URI:{shelf.at}/issuer.cer\n"
    by_responder = f"authorityInfoAccess=OCSP;URI:{responder.at},caIssuers;URI:{shelf.at}/issuer.cer\n"
    dead = f"authorityInfoAccess=OCSP;URI:http://127.0.0.1:{free_port()}/,caIssuers;URI:{shelf.at}/issuer.cer\n"
    named = {"lee": by_list, "kim": by_list, "ann": by_responder, "bo": dead}
    people = {name: issuer.issue(name, "p256", more=more) for name, more in named.items()}
    responder.start()
    stops.append(responder.stop)
    shelf.put("/issuer.cer", der("x509", issuer.root))
    wanted = trial.order(
        asked, folder, authority, asked.engine, trial.database(folder, asked.engine, stops), keys=True,
        receiver=trial.route(receiver, "mx.mail.example", DOMAIN), private_destinations=True,
    )
    prepared = trial.prepare(asked, folder, wanted)
    server = world.Server(prepared, folder / "server.log")
    server.start()
    stops.append(server.stop)
    return Trial(prepared, server, receiver, shelf, responder, issuer, people, cms.OpenSsl(folder, issuer.root)).play()


def der(kind: str, pem: Path) -> bytes:
    return subprocess.run(["openssl", kind, "-in", pem, "-outform", "DER"], capture_output=True, check=True).stdout


class Trial:
    def __init__(self, prepared, server, receiver, shelf, responder, issuer, people, openssl):
        self.server = server
        self.prepared, self.receiver, self.shelf, self.responder = prepared, receiver, shelf, responder
        self.issuer, self.people, self.openssl, self.faults = issuer, people, openssl, []

    def play(self) -> list[str]:
        self.publish()
        for person in self.people.values():
            file = base64.b64encode(person.certificate.read_bytes()).decode()
            self.call("POST", "/v1/keys", {"file": file})
        self.same("a fresh one", self.send("lee"), "smime")
        for name, state in [("lee", "good"), ("kim", "good"), ("ann", "good"), ("bo", "unknown")]:
            self.becomes(name, state)
            self.same(f"{name}, {state}", self.send(name), "smime")
        for name in ("lee", "ann"):
            self.issuer.revoke(self.people[name])
        self.publish()
        self.responder.stop()
        self.responder.start()
        # Lists are kept in memory for an hour; what is known is on record.
        self.server.stop()
        self.server.start()
        self.same("lee, after a restart", self.send("lee"), "smime")
        for key in self.keys().values():
            self.call("PATCH", f"/v1/keys/{key['id']}", {"standing": "active"})
        for name in ("lee", "ann"):
            self.becomes(name, "revoked")
            self.same(f"{name}, revoked", self.send(name), "portal")
            self.same(f"{name}, as shown", self.keys()[name]["health"], "revoked")
        self.same("kim, beside them", self.send("kim"), "smime")
        self.opens("kim")
        self.call("PUT", "/v1/encryption/revocation", {"use": "require"})
        self.same("kim, confirmed", self.send("kim"), "smime")
        self.same("bo, whose responder is dead", self.send("bo"), "portal")
        self.call("PUT", "/v1/encryption/revocation", {"use": "ignore"})
        self.same("lee, where nobody heeds it", self.send("lee"), "smime")
        self.same("places asked", sorted(set(self.shelf.asked)), ["/all.crl", "/issuer.cer"])
        print(f"faults: {len(self.faults)}", flush=True)
        return self.faults

    def publish(self) -> None:
        self.issuer.publish()
        self.shelf.put("/all.crl", der("crl", self.issuer.lists))

    def keys(self) -> dict[str, dict]:
        listed = self.call("GET", "/v1/keys")
        return {key["address"].partition("@")[0]: key for key in listed.get("keys", [])}

    def becomes(self, name: str, state: str) -> None:
        end, known = time.monotonic() + WAIT, None
        while time.monotonic() < end and known != state:
            known = self.keys()[name]["revocation"]["state"]
            time.sleep(0.5)
        self.same(f"what is known of {name}", known, state)

    def call(self, verb: str, path: str, body: dict | None = None) -> dict:
        answer = api.call(self.prepared, verb, path, body)
        if "code" in answer:
            self.faults.append(f"{verb} {path}: {answer['code']}")
        return answer

    def send(self, name: str) -> str:
        """The way that was chosen."""
        message = {
            "from": {"address": self.prepared.sender}, "to": [{"address": self.people[name].address}], "subject": "Your result",
            "text": TEXT, "method": "smime",
        }
        sent = self.call("POST", "/v1/messages", message)
        return sent["recipients"][0]["method"] if "recipients" in sent else str(sent)

    def opens(self, name: str) -> None:
        person = self.people[name]
        to = person.address.encode()
        encrypted = lambda: [m for m in self.arrived() if b"smime-type=" in m and to in m]
        wait_for(encrypted, "no S/MIME arrived")
        entity = encrypted()[-1]
        begin = entity.lower().index(b"content-type: application/pkcs7-mime")
        if TEXT.encode() not in self.openssl.decrypt(entity[begin:], person):
            self.faults.append("OpenSSL does not open it")

    def arrived(self) -> list[bytes]:
        return list(self.receiver.arrived()) if self.receiver.count() else []

    def same(self, what: str, found, expected) -> None:
        print(f"{what}: {found}", flush=True)
        if found != expected:
            self.faults.append(f"{what}: {found}, not {expected}")


class Shelf:
    """Files by plain HTTP on loopback, and which were asked for."""

    def __init__(self):
        self.files, self.asked = {}, []
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                shelf.asked.append(self.path)
                found = shelf.files.get(self.path)
                self.send_response(200 if found else 404)
                self.send_header("Content-Length", str(len(found or b"")))
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, path: str, content: bytes) -> None:
        self.files[path] = content

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Responder:
    """`openssl ocsp` on loopback, signing as the issuer itself."""

    def __init__(self, issuer: cms.Authority):
        self.issuer, self.port, self.process = issuer, free_port(), None
        self.at = f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        folder = self.issuer.folder
        said = folder / "responder.log"
        with open(said, "wb") as out:
            self.process = subprocess.Popen(
                ["openssl", "ocsp", "-port", str(self.port), "-index", folder / "index.txt", "-CA", self.issuer.root,
                 "-rsigner", self.issuer.root, "-rkey", folder / "root.key", "-ndays", "1"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        # It answers one after the other, and a connection that asks nothing keeps it from the next.
        wait_for(lambda: b"ACCEPT" in said.read_bytes(), "openssl ocsp does not listen")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


if __name__ == "__main__":
    sys.exit(main())
