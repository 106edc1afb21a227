"""Webhooks as a receiver that nobody here wrote checks them: peers/webhooks.py --engine postgres

A receiver with verified TLS checks each delivery with the specification's own library. It answers
well, badly, late and not at all; the server is killed while an answer is on its way; a secret is
replaced. Every accepted message must be told at least once, always under the same id, always with a
signature that verifies, and with no word of the message in it.
"""

import base64
import hashlib
import hmac
import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mail import trial, world
from mail.api import call
from mail.place import Authority, free_port

WORD = "zqwebhookword"


class Receiver:
    """Keeps what was posted; `answers` says how to answer which post."""

    def __init__(self, certificate, answers):
        self.posts, self.answers, self.lock = [], answers, threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver.lock:
                    number = len(receiver.posts)
                    receiver.posts.append((dict((k.lower(), v) for k, v in self.headers.items()), body))
                status = receiver.answers(number)
                self.send_response(status)
                if status in (302, 307):
                    self.send_header("location", f"https://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def taken(self) -> list:
        with self.lock:
            return list(self.posts)


def main() -> int:
    asked = arguments()
    return trial.hold("webhooks", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    authority = Authority(folder / "authority")
    receiver = Receiver(authority.issue("hooks.practice.example"), lambda number: 500 if number == 1 else 204)
    url = trial.database(folder, asked.engine, stops)
    nowhere = {"domain": "receiver.example", "host": "mx.receiver.example", "ip": "127.0.0.1", "port": free_port()}
    made = trial.prepare(asked, folder, trial.order(
        asked, folder, authority, asked.engine, url, receiver=nowhere, private_destinations=True,
    ))
    server = world.Server(made, folder / "server" / "server.log")
    server.start()
    stops.append(server.stop)
    found: list[str] = []
    url = f"https://127.0.0.1:{receiver.port}/in"
    hook = call(made, "POST", "/v1/webhooks", {"url": url, "kinds": ["message.accepted"]})
    for host in ("http://127.0.0.1/", "https://user:word@hooks.practice.example/"):
        if call(made, "POST", "/v1/webhooks", {"url": host}).get("code") != "field_invalid":
            found.append(f"{host} was taken")
    sent = {send(made) for _ in range(3)}
    wait_for(lambda: len(answered(receiver, sent)) == 3 and len(receiver.taken()) >= 4, "three messages were not told")
    found += check(receiver.taken(), [hook["secret"]])

    # killed while the answer is on its way: what was posted comes again under the same id
    late = threading.Event()
    receiver.answers = lambda number: (late.wait(20), 204)[1]
    before = len(receiver.taken())
    sent.add(send(made))
    wait_for(lambda: len(receiver.taken()) > before, "a message was not told")
    server.kill()
    late.set()
    receiver.answers = lambda number: 204
    server.start()
    wait_for(lambda: len(receiver.taken()) > before + 1, "what was cut off did not come again", 240)
    twice = receiver.taken()[before:]
    if len({headers["webhook-id"] for headers, _ in twice}) != 1 or len({body for _, body in twice}) != 1:
        found.append("what came again had another id or body")

    # two secrets sign while one replaces the other
    rotated = call(made, "POST", f"/v1/webhooks/{hook['id']}/secret", {"overlap_seconds": 3600})
    before = len(receiver.taken())
    sent.add(send(made))
    wait_for(lambda: len(receiver.taken()) > before, "a message was not told after the rotation")
    posts = receiver.taken()[before:]
    found += check(posts, [hook["secret"], rotated["secret"]])
    listed = []

    # an answer is read here before it is stored there
    def all_delivered():
        listed[:] = call(made, "GET", f"/v1/webhooks/{hook['id']}/deliveries?limit=200")["deliveries"]
        return {d["message"] for d in listed} == sent and all(d["state"] == "delivered" for d in listed)

    wait_for(all_delivered, lambda: f"the list of deliveries is off: {listed}")
    print(json.dumps({"engine": asked.engine, "messages": len(sent), "posts": len(receiver.taken()), "faults": len(found)}))
    return found


def check(posts: list, secrets: list[str]) -> list[str]:
    """Faults of deliveries, by the library and by hand."""
    found = []
    for headers, body in posts:
        for secret in secrets:
            try:
                Webhook(secret).verify(body, headers)
            except WebhookVerificationError as error:
                found.append(f"{headers['webhook-id']} does not verify: {error}")
            key = base64.b64decode(secret.removeprefix("whsec_"))
            said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            mac = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
            if f"v1,{mac}" not in headers["webhook-signature"].split(" "):
                found.append(f"{headers['webhook-id']} is not signed over id.timestamp.body")
        try:
            Webhook(secrets[0]).verify(body + b" ", headers)
            found.append("an altered body verifies")
        except WebhookVerificationError:
            pass
        if WORD.encode() in body or b"@" in body or b"receiver.example" in body:
            found.append("a delivery says what someone wrote, or an address")
        told = json.loads(body)
        if told["data"]["event"] != headers["webhook-id"] or told["type"] != "message.accepted":
            found.append(f"body and headers differ: {told}")
    return found


def answered(receiver: Receiver, sent: set) -> set:
    return sent & {json.loads(body)["data"]["message"] for _, body in receiver.taken()}


def send(made) -> str:
    letter = {"from": made.sender, "to": [f"{WORD}@receiver.example"], "subject": WORD, "text": f"{WORD} diabetes"}
    return call(made, "POST", "/v1/messages", letter)["id"]


def wait_for(holds, otherwise, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(otherwise() if callable(otherwise) else otherwise)
        time.sleep(0.1)


def arguments():
    parser = trial.arguments(__doc__)
    trial.engine_argument(parser)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
