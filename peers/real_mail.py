"""6,046 real messages through a real server, and through its death.

    peers/real_mail.py --binary target/debug/caduceus --engine sqlite --kills 20

Starts a receiving Postfix (and PostgreSQL when asked), has the server prepared, submits the corpus
from parallel authenticated sessions, kills the server at random moments, waits until everything
accepted has arrived, and compares. Ends with one line of figures; any broken promise fails it.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from mail import arrival, corpus, verdict, world
from mail.place import Authority, free_port, fresh_folder
from mail.postfix import Receiver
from mail.postgres import Cluster
from mail.submission import Submission

ROOT = Path(__file__).resolve().parent.parent
RECEIVER_HOST, RECEIVER_DOMAIN = "mx.receiver.example", "receiver.example"


def main() -> int:
    asked = arguments()
    folder = fresh_folder(ROOT, "real-mail")
    stops = []
    try:
        done = run(asked, folder, stops)
    finally:
        for stop in reversed(stops):
            stop()
    if done:
        shutil.rmtree(folder)
    else:
        print(f"the servers' logs and mail are kept in {folder}")
    return 0 if done else 1


def run(asked, folder: Path, stops: list) -> bool:
    messages = chosen(corpus.load(ROOT / "target/peers/node"), asked.messages)
    receiver, server = set_up(asked, folder, stops)
    submission = Submission(server, RECEIVER_DOMAIN, messages, asked.sessions)
    began = time.monotonic()
    submission.start()
    kills = live_and_die(asked, server, submission, receiver, len(messages))
    submitted = time.monotonic() - began
    records = submission.records
    print(f"submitted in {submitted:.0f} s: {sum(1 for r in records.values() if r.accepted)} accepted, "
          f"{sum(1 for r in records.values() if r.refused)} refused, {kills} kills", flush=True)
    drain(receiver, {record.accepted for record in records.values() if record.accepted}, asked.quiet_seconds)
    originals = {message.number: message.content for message in messages}
    arrivals = arrival.inspect_all(receiver.arrived(), originals, server.world.dkim)
    found = verdict.faults(messages, records, arrivals, lambda id: verdict.marked_ambiguous(server.world, id))
    report(asked, messages, records, arrivals, kills, submitted, found)
    return not found


def chosen(messages, count: int):
    """All, or about `count` spread over the corpus with all that SMTP cannot carry among them."""
    if count >= len(messages):
        return messages
    step = len(messages) // count
    return [message for message in messages if message.number % step == 0 or message.uncarriable]


def set_up(asked, folder: Path, stops: list):
    """The receiver, the database and the server, all running."""
    authority = Authority(folder / "authority")
    receiver = Receiver(folder, RECEIVER_HOST, RECEIVER_DOMAIN, authority.issue(RECEIVER_HOST), free_port())
    receiver.start()
    stops.append(receiver.stop)
    database = None
    if asked.engine == "postgres":
        cluster = Cluster(folder / "postgres")
        database = cluster.start()
        stops.append(cluster.stop)
    order = {
        "binary": str(Path(asked.binary).resolve()),
        "engine": asked.engine,
        "database_url": database,
        "folder": str(folder / "server"),
        "receiver": {"domain": RECEIVER_DOMAIN, "host": RECEIVER_HOST, "ip": "127.0.0.1", "port": receiver.port},
        "ca_file": str(authority.certificate),
        "sender_domain": "clinic.example",
    }
    (folder / "server").mkdir()
    (folder / "order.json").write_text(json.dumps(order, indent=2))
    subprocess.run([sys.executable, *asked.prepare.split(), folder / "order.json", folder / "world.json"], check=True)
    server = world.Server(world.load(folder / "world.json"), folder / "server.log")
    server.start()
    stops.append(server.stop)
    return receiver, server


def live_and_die(asked, server, submission, receiver, total: int) -> int:
    """Kills the server after random numbers of answers, each a random instant later."""
    chance = random.Random(asked.seed)
    moments = sorted(chance.sample(range(1, max(total, asked.kills + 1)), asked.kills))
    print(f"seed {asked.seed}; kills after answers {moments}", flush=True)
    kills, shown = 0, time.monotonic()
    while submission.running():
        if kills < len(moments) and submission.progress >= moments[kills]:
            time.sleep(chance.uniform(0, 0.3))
            server.kill()
            kills += 1
            server.start()
        if time.monotonic() - shown > 10:
            shown = time.monotonic()
            print(f"   {submission.progress}/{total} answered, {receiver.count()} arrived, {kills} kills", flush=True)
        time.sleep(0.01)
    # Those planned for the very end strike while deliveries still run.
    for _ in moments[kills:]:
        time.sleep(chance.uniform(0, 0.3))
        server.kill()
        server.start()
    return len(moments)


def drain(receiver, expected: set[str], quiet_seconds: float) -> None:
    """Waits until every accepted recipient has its mail, or nothing has come for a long time."""
    count, changed, missing = -1, time.monotonic(), expected
    while time.monotonic() - changed < quiet_seconds:
        time.sleep(0.5)
        if receiver.count() == count:
            continue
        count, changed = receiver.count(), time.monotonic()
        if count >= len(expected):
            missing = expected - {arrival_name(stored) for stored in receiver.arrived()}
            if not missing and receiver.postfix.queued() == 0:
                return
    print(f"   {len(missing)} recipients lack mail and nothing came for {quiet_seconds:.0f} s", flush=True)


def arrival_name(stored: bytes) -> str:
    start = stored.find(b"X-Original-To: ") + len(b"X-Original-To: ")
    return stored[start : stored.find(b"\n", start)].decode("latin-1").strip()


def report(asked, messages, records, arrivals, kills, submitted, found) -> None:
    for fault in found[:40]:
        print(f"FAULT {fault}")
    if len(found) > 40:
        print(f"… and {len(found) - 40} more")
    once = {item.recipient for item in arrivals}
    figures = {
        "engine": asked.engine,
        "messages": len(messages),
        "accepted": sum(1 for record in records.values() if record.accepted),
        "refused_with_reason": sum(1 for record in records.values() if record.refused),
        "unanswered_attempts": sum(len(record.unanswered) for record in records.values()),
        "arrived": len(arrivals),
        "ambiguous_duplicates": len(arrivals) - len(once),
        "kills": kills,
        "submit_seconds": round(submitted, 1),
        "faults": len(found),
    }
    print(json.dumps(figures))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "target/debug/caduceus"))
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--prepare", default=str(ROOT / "peers/prepare.py"), help="makes world.json: see peers/README.md")
    parser.add_argument("--messages", type=int, default=corpus.MESSAGES)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--quiet-seconds", type=float, default=420, help="how long a retry may be awaited")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
