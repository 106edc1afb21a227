"""Proof that an answer of acceptance comes after the sync to disk, read from the kernel's side.

    peers/durability.py --binary target/debug/caduceus

Runs the server under `strace`, hands it messages one at a time by SMTP and by REST, and checks for
each that a sync had completed between the message's last octet and the first octet of the answer.
"""

import argparse
import json
import socket
import ssl
import sys
import time
import urllib.parse
from dataclasses import replace
from pathlib import Path

from mail import syscalls, trial, world
from mail.submission import ImplicitTls

HOST, DOMAIN = "mx.receiver.example", "receiver.example"
CONTENT = b"From: desk@clinic.example\r\nTo: pat@receiver.example\r\nSubject: News\r\n\r\nWe moved the chairs.\r\n"


def main() -> int:
    asked = arguments()
    return trial.hold("durability", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    authority, receiver = trial.receiving(folder, HOST, DOMAIN, stops)
    order = trial.order(asked, folder, authority, "sqlite", None, receiver=trial.route(receiver, HOST, DOMAIN))
    made = trial.prepare(asked, folder, order)
    trace = folder / "trace"
    strace = ["strace", "-f", "-ttt", "-T", "-yy", "-s", "0", "-e", f"trace={syscalls.TRACED}", "-o", str(trace)]
    server = world.Server(replace(made, command=[*strace, *made.command]), folder / "server.log")
    server.start()
    stops.append(server.stop)
    answers = [("SMTP", by_smtp(made)) for _ in range(asked.messages)]
    answers += [("REST", by_rest(made, number)) for number in range(asked.messages if asked.rest else 0)]
    time.sleep(0.5)
    server.stop()
    with open(trace, errors="replace") as lines:
        events = syscalls.parse(lines)
    found = [f"{door} message {index}: {fault}" for index, (door, answer) in enumerate(answers)
             if (fault := syscalls.unproven(events, *answer))]
    print(json.dumps({"answers": len(answers), "syncs": sum(isinstance(e, syscalls.Sync) for e in events), "faults": len(found)}))
    return found


def by_smtp(made) -> tuple[float, float, int]:
    """When the message had been said, when its 250 was heard, and from which port."""
    context = ssl.create_default_context(cafile=made.ca_file)
    client = ImplicitTls("127.0.0.1", made.smtps_port, timeout=60, context=context, name=made.host)
    client.login(made.user, made.password)
    client.mail(made.sender)
    client.rcpt(f"r00001.1@{DOMAIN}")
    client.putcmd("DATA")
    client.getreply()
    port = client.sock.getsockname()[1]
    said = time.time()
    client.send(CONTENT + b".\r\n")
    code, text = client.getreply()
    heard = time.time()
    if code != 250:
        raise SystemExit(f"the message was refused: {code} {text!r}")
    client.close()
    return said, heard, port


def by_rest(made, number: int) -> tuple[float, float, int]:
    """The same for POST /v1/messages and its 202."""
    url = urllib.parse.urlsplit(made.api_url)
    body = json.dumps({
        "from": {"address": made.sender}, "to": [{"address": f"r00001.{number}@{DOMAIN}"}],
        "subject": "News", "text": "We moved the chairs.",
    }).encode()
    head = (f"POST /v1/messages HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {made.api_key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode()
    connection = socket.create_connection((url.hostname, url.port), 60)
    port = connection.getsockname()[1]
    if url.scheme == "https":
        connection = ssl.create_default_context(cafile=made.ca_file).wrap_socket(connection, server_hostname=made.host)
    connection.sendall(head + body[:-1])
    time.sleep(0.05)
    said = time.time()
    connection.sendall(body[-1:])
    answer = connection.recv(65536)
    heard = time.time()
    if not answer.startswith(b"HTTP/1.1 202"):
        raise SystemExit(f"the message was refused: {answer[:400]!r}")
    connection.close()
    return said, heard, port


def arguments():
    parser = trial.arguments(__doc__)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--rest", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
