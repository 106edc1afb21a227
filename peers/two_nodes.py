"""Two nodes on one PostgreSQL, and the death of one of them under load.

    peers/two_nodes.py --binary target/debug/caduceus

Both accept mail for a receiving Postfix. One is killed by SIGKILL after a number of answers and never
comes back; its clients go on at the other. Nothing accepted may be lost, nothing may arrive twice
unless its events say that an outcome was ambiguous, and what the dead node held must have been
delivered by the other within the time a node may be silent, one beat, and the delivery itself.
"""

import json
import random
import sys
import time
from dataclasses import replace
from pathlib import Path

from mail import api, arrival, corpus, trial, verdict, world
from mail.place import free_port
from mail.submission import Submission
from real_mail import RECEIVER_DOMAIN, RECEIVER_HOST, arrival_name, chosen

# A node is taken for dead after 15 seconds of silence and looked for every 5.
SILENCE_SECONDS, BEAT_SECONDS = 15, 5
DELIVERY_SECONDS = 15
PORTS = ("smtp_port", "smtps_port")


def main() -> int:
    asked = arguments()
    return trial.hold("two-nodes", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    messages = chosen(corpus.load(asked.peers / "node"), asked.messages)
    receiver, nodes = set_up(asked, folder, stops)
    loads = [Submission(node, RECEIVER_DOMAIN, messages[at::2], asked.sessions) for at, node in enumerate(nodes)]
    for load in loads:
        load.start()
    chance = random.Random(asked.seed)
    moment = chance.randrange(len(messages) // 8, len(messages) // 4)
    print(f"seed {asked.seed}; the first node dies after its answer {moment}", flush=True)
    held = kill_first(nodes, loads, receiver, moment)
    took = takeover_seconds(receiver, held)
    while any(load.running() for load in loads):
        time.sleep(0.1)
    records = loads[0].records | loads[1].records
    kept = api.held(nodes[1].world)
    going = {record.accepted for record in records.values() if record.accepted and record.message_id not in kept}
    wait_for_all(receiver, going, asked.quiet_seconds)
    originals = {message.number: message.content for message in messages}
    arrivals = arrival.inspect_all(receiver.arrived(), originals, nodes[1].world.dkim)
    found = verdict.faults(messages, records, arrivals, lambda id: verdict.marked_ambiguous(nodes[1].world, id), kept)
    limit = SILENCE_SECONDS + BEAT_SECONDS + DELIVERY_SECONDS
    if took is None or took > limit:
        found.append(f"what the dead node held was not delivered within {limit} s of its death")
    report(asked, messages, records, arrivals, held, took, found)
    return found


def set_up(asked, folder: Path, stops: list):
    """The receiver, the database, and two running nodes with one root key and one blob folder."""
    authority, receiver = trial.receiving(folder, RECEIVER_HOST, RECEIVER_DOMAIN, stops)
    url = trial.database(folder, "postgres", stops)
    to = trial.route(receiver, RECEIVER_HOST, RECEIVER_DOMAIN)
    first = trial.prepare(asked, folder, trial.order(asked, folder, authority, "postgres", url, receiver=to))
    nodes = [world.Server(first, folder / "first.log"), world.Server(second(first), folder / "second.log")]
    for node in nodes:
        node.start()
        stops.append(node.stop)
    return receiver, nodes


def second(first: world.World) -> world.World:
    """The same installation on other ports."""
    config = Path(first.command[-1])
    text = config.read_text()
    api_port = first.api_url.rpartition(":")[2]
    old = {name: str(getattr(first, name)) for name in PORTS} | {"api": api_port}
    new = {name: str(free_port()) for name in old}
    metrics = next(line for line in text.splitlines() if line.startswith("metrics = "))
    text = text.replace(metrics, f'metrics = "127.0.0.1:{free_port()}"')
    for name, port in old.items():
        text = text.replace(f":{port}\"", f":{new[name]}\"")
    other = config.with_name("second.toml")
    other.write_text(text)
    ports = {name: int(new[name]) for name in PORTS}
    url = f"http://127.0.0.1:{new['api']}"
    return replace(first, **ports, api_url=url, command=[*first.command[:-1], str(other)])


def kill_first(nodes, loads, receiver, moment: int) -> set[str]:
    """Gives the recipients that the dead node had accepted and that had nothing yet."""
    while loads[0].progress < moment and loads[0].running():
        time.sleep(0.005)
    nodes[0].kill()
    accepted = {record.accepted for record in loads[0].records.values() if record.accepted}
    # Its clients go on where the other node listens.
    loads[0].world, loads[0].server = nodes[1].world, nodes[1]
    nodes[0].up.set()
    return accepted - {arrival_name(stored) for stored in receiver.arrived()}


def takeover_seconds(receiver, held: set[str]) -> float | None:
    """Seconds from the death until all it held had arrived."""
    began, missing = time.monotonic(), held
    while missing and time.monotonic() - began < 120:
        time.sleep(0.25)
        missing = missing - {arrival_name(stored) for stored in receiver.arrived()}
    return None if missing else time.monotonic() - began


def wait_for_all(receiver, expected: set[str], quiet_seconds: float) -> None:
    count, changed = -1, time.monotonic()
    while time.monotonic() - changed < quiet_seconds:
        if receiver.count() != count:
            count, changed = receiver.count(), time.monotonic()
            if expected <= {arrival_name(stored) for stored in receiver.arrived()} and receiver.postfix.queued() == 0:
                return
        time.sleep(0.5)


def report(asked, messages, records, arrivals, held, took, found) -> None:
    print(json.dumps({
        "messages": len(messages),
        "accepted": sum(1 for record in records.values() if record.accepted),
        "unanswered_attempts": sum(len(record.unanswered) for record in records.values()),
        "arrived": len(arrivals),
        "ambiguous_duplicates": len(arrivals) - len({item.recipient for item in arrivals}),
        "held_by_the_dead_node": len(held),
        "takeover_seconds": took and round(took, 1),
        "faults": len(found),
    }))


def arguments():
    parser = trial.arguments(__doc__)
    parser.add_argument("--peers", type=Path, default=trial.ROOT / "target/peers", help="where the corpus lies")
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--sessions", type=int, default=6, help="at each node")
    parser.add_argument("--quiet-seconds", type=float, default=420, help="how long a retry may be awaited")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
