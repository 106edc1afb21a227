"""What clamd and rspamd themselves answer to what we say, and what the MX makes of it.

    peers/engines.py --example target/debug/examples/engines --binary target/debug/caduceus

Both run on this machine alone, on a socket and a port of their own. clamd knows one signature, made
here of the EICAR test file, since no others travel with it; rspamd looks nothing up outside.
"""

import hashlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

from mail import api, trial, world
from mail.place import Authority, free_port

# The test file of eicar.org in two halves, so that no scanner takes this script for it.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + r"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
# What GTUBE's page (spamassassin.apache.org) gives as certain spam, in two halves as well.
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
LIMIT = 1_000_000
DESK = "desk@clinic.example"
WAIT = 60


def main() -> int:
    parser = trial.arguments(__doc__)
    parser.add_argument("--example", type=Path, required=True)
    trial.engine_argument(parser)
    asked = parser.parse_args()
    return trial.hold("engines", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    os.chmod(folder, 0o755)
    example = asked.example.resolve()
    path, port = Clamd(folder / "clamd", stops), start_rspamd(folder / "rspamd", stops)
    found = of_clamd(example, str(path.socket)) + of_rspamd(example, port)
    return found + of_mail(asked, folder, stops, path, port)


def of_mail(asked, folder: Path, stops: list, clamd: "Clamd", port: int) -> list[str]:
    """Letters to the MX, and what the list of what came in says of each."""
    authority = Authority(folder / "authority")
    # All of them, and what is asked of DNS above them, are routed by hand: the world is not asked.
    names = ["example", "northlab.example", "c1inic.example"]
    nowhere = {"host": "mx.nowhere.example", "ip": "127.0.0.1", "port": free_port()}
    url = trial.database(folder, asked.engine, stops)
    wanted = trial.order(
        asked, folder, authority, asked.engine, url, inbound="bounces.clinic.example", mailbox=DESK,
        receiver=nowhere | {"domain": names[0]}, receivers=[nowhere | {"domain": name} for name in names[1:]],
        engines={"clamd": str(clamd.socket), "rspamd": f"127.0.0.1:{port}"},
    )
    prepared = trial.prepare(asked, folder, wanted)
    server = world.Server(prepared, folder / "server.log")
    server.start()
    stops.append(server.stop)
    found, seen = [], set()
    for name, content, code, concern, words in [
        ("an ordinary letter", letter("hello"), 250, "banner", {"first_time_sender"}),
        ("the same sender again", letter("hello again"), 250, "none", set()),
        ("a domain like the clinic's", letter("hello", sender="lab@c1inic.example"), 250, "quarantine",
         {"first_time_sender", "look_alike_domain", "look_alike_new_domain"}),
        ("EICAR attached", letter("see the file", EICAR), 250, "quarantine", {"virus_found"}),
        ("certain spam", letter(GTUBE), 250, "quarantine", {"spam_certain"}),
    ]:
        answer = bring(prepared, content)
        row = next((r for r in api.call(prepared, "GET", "/v1/arrivals")["arrivals"] if r["id"] not in seen), None)
        seen |= {row["id"]} if row else set()
        said = (answer, row and row["concern"], {s["word"] for s in row["suspicions"]} if row else set())
        print(f"MX, {name}: {said}", flush=True)
        if said[:2] != (code, concern) or not words <= said[2]:
            found.append(f"MX, {name}: {said}, not {(code, concern, words)}")
    clamd.stop()
    answers = [bring(prepared, letter("is anybody there"))]
    clamd.start()
    answers.append(bring(prepared, letter("is anybody there")))
    print(f"MX, clamd killed, then back: {answers}", flush=True)
    if answers != [451, 250]:
        found.append(f"MX, clamd killed and back: {answers}, not [451, 250]")
    return found


def bring(prepared, content: bytes) -> int:
    """The code of the answer to the final dot."""
    with smtplib.SMTP("127.0.0.1", prepared.mx_port, timeout=WAIT + 30) as client:
        client.ehlo("out.northlab.example")
        client.mail("")
        client.rcpt(DESK)
        return client.data(content)[0]


def of_clamd(example: Path, path: str) -> list[str]:
    ask = lambda octets: over(socket.AF_UNIX, path, octets)
    found = []
    cases = [
        ("an ordinary letter", letter("hello"), "clean"),
        ("EICAR attached", letter("hello", EICAR), "found Caduceus.Test.EICAR.UNOFFICIAL"),
        ("more than clamd takes", b"x" * (LIMIT + 300_000), "unknown not_looked_at"),
        ("nothing", b"", "unknown"),
    ]
    for name, content, expected in cases:
        answer = talk(example, "clamd", content, ask)
        print(f"clamd, {name}: {answer}", flush=True)
        # Of nothing clamd says what it likes.
        if content and answer != expected:
            found.append(f"clamd, {name}: {answer!r}, not {expected!r}")
    version = talk(example, "version", b"", ask)
    print(f"clamd: {version}", flush=True)
    if not version.startswith("engine 1."):
        found.append(f"clamd's version: {version!r}")
    return found


class Clamd:
    """A clamd of our own, that can be stopped and started again."""

    def __init__(self, folder: Path, stops: list):
        self.folder, self.running = folder, []
        self.socket = Path("/tmp") / f"caduceus-clamd-{os.getpid()}.sock"
        self.words = ["/usr/sbin/clamd", "--config-file", str(configured(folder, self.socket))]
        stops.append(self.stop)
        self.start()

    def start(self) -> None:
        start(self.words, self.folder, self.running)
        until(lambda: listens(self.socket), "clamd does not listen", self.folder)

    def stop(self) -> None:
        while self.running:
            self.running.pop()()
        self.socket.unlink(missing_ok=True)


def listens(path: Path) -> bool:
    try:
        return b"PONG" in over(socket.AF_UNIX, str(path), b"zPING\0")
    except OSError:
        return False


def configured(folder: Path, path: Path) -> Path:
    folder.mkdir()
    signatures = folder / "signatures"
    signatures.mkdir()
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (signatures / "own.hdb").write_text(f"{digest}:{len(EICAR)}:Caduceus.Test.EICAR\n")
    settings = {
        "LocalSocket": path, "DatabaseDirectory": signatures, "Foreground": "yes",
        "LogFile": folder / "clamd.log", "AlertExceedsMax": "yes", "StreamMaxLength": LIMIT,
        "TemporaryDirectory": folder, "User": "root",
    }
    conf = folder / "clamd.conf"
    conf.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    return conf


def of_rspamd(example: Path, port: int) -> list[str]:
    ask = lambda octets: over(socket.AF_INET, ("127.0.0.1", port), octets)
    found = []
    for name, text, begins in [
        ("an ordinary letter", "hello", ("no_action", "greylist", "add_header")),
        ("certain spam", GTUBE, ("reject",)),
    ]:
        answer = talk(example, "rspamd", letter(text), ask)
        print(f"rspamd, {name}: {answer}", flush=True)
        if not answer.startswith(begins):
            found.append(f"rspamd, {name}: {answer!r}, not {begins}")
    return found


def start_rspamd(folder: Path, stops: list) -> int:
    """Debian's settings, but for what listens and what asks others."""
    port = free_port()
    (folder / "local.d").mkdir(parents=True)
    (folder / "data").mkdir()
    # Modules whose work is to ask elsewhere: block lists, fuzzy hashes, reputation, Redis.
    outward = [
        "rbl", "fuzzy_check", "antivirus", "external_services", "neural", "greylist", "ratelimit",
        "replies", "history_redis", "reputation", "url_redirector", "phishing", "asn", "clickhouse",
        "dcc", "bayes_expiry", "mx_check", "spf", "dkim", "dmarc", "arc", "dkim_signing", "known_senders",
    ]
    conf = folder / "rspamd.conf"
    conf.write_text(
        "\n".join(
            [
                f'options {{ filters = "regexp"; pidfile = "{folder}/pid"; tempdir = "{folder}/data";',
                '  gtube_patterns = "all"; dns { nameserver = ["127.0.0.1:9"]; timeout = 0.1s; } }',
                f'logging {{ type = "file"; filename = "{folder}/rspamd.log"; level = "info"; }}',
                f'worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}',
                "actions { reject = 15; add_header = 6; greylist = 4; }",
                "metric { }",
                *[f"{name} {{ enabled = false; }}" for name in outward],
            ]
        )
        + "\n"
    )
    start(
        ["/usr/bin/rspamd", "-f", "-i", "-c", str(conf), f"--var=DBDIR={folder}/data",
         f"--var=RUNDIR={folder}/data"],
        folder, stops,
    )
    until(lambda: answers(port), "rspamd does not answer", folder)
    return port


def start(words: list[str], folder: Path, stops: list) -> None:
    with open(folder / "output", "w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)

    def stop():
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    stops.append(stop)


def until(there, fault: str, folder: Path) -> None:
    end = time.monotonic() + WAIT
    while not there():
        if time.monotonic() > end:
            raise SystemExit(f"{fault}: {(folder / 'output').read_text()[-2_000:]}")
        time.sleep(0.1)


def answers(port: int) -> bool:
    try:
        return b"pong" in over(socket.AF_INET, ("127.0.0.1", port), b"GET /ping HTTP/1.0\r\n\r\n")
    except OSError:
        return False


def talk(example: Path, engine: str, content: bytes, ask) -> str:
    request = subprocess.run([example, engine, "ask"], input=content, capture_output=True, check=True)
    answer = ask(request.stdout)
    read = subprocess.run([example, engine, "read"], input=answer, capture_output=True, check=True)
    return read.stdout.decode()


def over(family, where, octets: bytes) -> bytes:
    with socket.socket(family, socket.SOCK_STREAM) as wire:
        wire.settimeout(WAIT)
        wire.connect(where)
        try:
            wire.sendall(octets)
        except (BrokenPipeError, ConnectionResetError):
            # clamd answers and hangs up as soon as the stream is too long.
            pass
        answer = b""
        try:
            while more := wire.recv(65_536):
                answer += more
        except ConnectionResetError:
            pass
    return answer


def letter(text: str, attached: bytes | None = None, sender: str = "lab@northlab.example") -> bytes:
    mail = EmailMessage()
    mail["From"] = f"Lab <{sender}>"
    mail["To"] = "front@lakeside.example"
    mail["Subject"] = "results"
    mail["Date"] = "Mon, 05 Jan 2026 10:00:00 +0000"
    mail["Message-ID"] = "<1@northlab.example>"
    mail.set_content(f"{text}\n")
    if attached is not None:
        mail.add_attachment(attached, maintype="application", subtype="octet-stream", filename="test.com")
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))


if __name__ == "__main__":
    sys.exit(main())
