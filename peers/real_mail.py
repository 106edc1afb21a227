"""6,046 real messages through a real server, and through its death.

    peers/real_mail.py --binary target/debug/caduceus --engine sqlite --kills 20

Starts a receiving Postfix (and PostgreSQL when asked), has the server prepared, submits the corpus
from parallel authenticated sessions, kills the server at random moments, waits until everything
accepted has arrived, and compares. Ends with one line of figures; any broken promise fails it.
"""

import json
import random
import sys
import time
from pathlib import Path

from mail import api, arrival, corpus, trial, verdict, world
from mail.submission import Submission

RECEIVER_HOST, RECEIVER_DOMAIN = "mx.receiver.example", "receiver.example"


def main() -> int:
    asked = arguments()
    return trial.hold("real-mail", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    messages = chosen(corpus.load(trial.ROOT / "target/peers/node"), asked.messages)
    receiver, server = set_up(asked, folder, stops)
    submission = Submission(server, RECEIVER_DOMAIN, messages, asked.sessions)
    began = time.monotonic()
    submission.start()
    kills = live_and_die(asked, server, submission, receiver, len(messages))
    submitted = time.monotonic() - began
    records = submission.records
    print(f"submitted in {submitted:.0f} s: {sum(1 for r in records.values() if r.accepted)} accepted, "
          f"{sum(1 for r in records.values() if r.refused)} refused, {kills} kills", flush=True)
    held = api.held(server.world)
    going = {record.accepted for record in records.values() if record.accepted and record.message_id not in held}
    drain(receiver, going, asked.quiet_seconds)
    originals = {message.number: message.content for message in messages}
    arrivals = arrival.inspect_all(receiver.arrived(), originals, server.world.dkim)
    found = verdict.faults(messages, records, arrivals, lambda id: verdict.marked_ambiguous(server.world, id), held)
    report(asked, messages, records, arrivals, kills, submitted, held, found)
    return found


def chosen(messages, count: int):
    """All, or about `count` spread over the corpus with all that SMTP cannot carry among them."""
    if count >= len(messages):
        return messages
    step = len(messages) // count
    return [message for message in messages if message.number % step == 0 or message.uncarriable]


def set_up(asked, folder: Path, stops: list):
    """The receiver, the database and the server, all running."""
    authority, receiver = trial.receiving(folder, RECEIVER_HOST, RECEIVER_DOMAIN, stops)
    url = trial.database(folder, asked.engine, stops)
    to = trial.route(receiver, RECEIVER_HOST, RECEIVER_DOMAIN)
    order = trial.order(asked, folder, authority, asked.engine, url, receiver=to)
    server = world.Server(trial.prepare(asked, folder, order), folder / "server.log")
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


def report(asked, messages, records, arrivals, kills, submitted, held, found) -> None:
    once = {item.recipient for item in arrivals}
    figures = {
        "engine": asked.engine,
        "messages": len(messages),
        "accepted": sum(1 for record in records.values() if record.accepted),
        "refused_with_reason": sum(1 for record in records.values() if record.refused),
        "unanswered_attempts": sum(len(record.unanswered) for record in records.values()),
        "arrived": len(arrivals),
        "held_by_rules": len(held),
        "ambiguous_duplicates": len(arrivals) - len(once),
        "kills": kills,
        "submit_seconds": round(submitted, 1),
        "faults": len(found),
    }
    print(json.dumps(figures))


def arguments():
    parser = trial.arguments(__doc__)
    trial.engine_argument(parser)
    parser.add_argument("--messages", type=int, default=corpus.MESSAGES)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--quiet-seconds", type=float, default=420, help="how long a retry may be awaited")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
