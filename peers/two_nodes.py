"""Two nodes on one PostgreSQL, and the death of one of them under load.

    peers/two_nodes.py --binary target/debug/caduceus

Both accept mail for a receiving Postfix. One is killed by SIGKILL after a number of answers and never
comes back; its clients go on at the other. Nothing accepted may be lost, nothing may arrive twice
unless its events say that an outcome was ambiguous, and what the dead node held must have been
delivered by the other within the time a node may be silent, one beat, and the delivery itself.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from mail import arrival, corpus, verdict, world
from mail.place import Authority, free_port, fresh_folder
from mail.postfix import Receiver
from mail.postgres import Cluster
from mail.submission import Submission
from real_mail import RECEIVER_DOMAIN, RECEIVER_HOST, arrival_name, chosen

ROOT = Path(__file__).resolve().parent.parent
# A node is taken for dead after 15 seconds of silence and looked for every 5.
SILENCE_SECONDS, BEAT_SECONDS = 15, 5
DELIVERY_SECONDS = 15
PORTS = ("smtp_port", "smtps_port")


def main() -> int:
    asked = arguments()
    folder = fresh_folder(ROOT, "two-nodes")
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
    wait_for_all(receiver, {record.accepted for record in records.values() if record.accepted}, asked.quiet_seconds)
    originals = {message.number: message.content for message in messages}
    arrivals = arrival.inspect_all(receiver.arrived(), originals, nodes[1].world.dkim)
    found = verdict.faults(messages, records, arrivals, lambda id: verdict.marked_ambiguous(nodes[1].world, id))
    limit = SILENCE_SECONDS + BEAT_SECONDS + DELIVERY_SECONDS
    if took is None or took > limit:
        found.append(f"what the dead node held was not delivered within {limit} s of its death")
    for fault in found[:40]:
        print(f"FAULT {fault}")
    report(asked, messages, records, arrivals, held, took, found)
    return not found


def set_up(asked, folder: Path, stops: list):
    """The receiver, the database, and two running nodes with one root key and one blob folder."""
    authority = Authority(folder / "authority")
    receiver = Receiver(folder, RECEIVER_HOST, RECEIVER_DOMAIN, authority.issue(RECEIVER_HOST), free_port())
    receiver.start()
    stops.append(receiver.stop)
    cluster = Cluster(folder / "postgres")
    database = cluster.start()
    stops.append(cluster.stop)
    order = {
        "binary": str(Path(asked.binary).resolve()),
        "engine": "postgres",
        "database_url": database,
        "folder": str(folder / "server"),
        "receiver": {"domain": RECEIVER_DOMAIN, "host": RECEIVER_HOST, "ip": "127.0.0.1", "port": receiver.port},
        "ca_file": str(authority.certificate),
        "sender_domain": "clinic.example",
    }
    (folder / "server").mkdir()
    (folder / "order.json").write_text(json.dumps(order, indent=2))
    subprocess.run([sys.executable, *asked.prepare.split(), folder / "order.json", folder / "world.json"], check=True)
    first = world.load(folder / "world.json")
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "target/debug/caduceus"))
    parser.add_argument("--prepare", default=str(ROOT / "peers/prepare.py"), help="makes world.json: see peers/README.md")
    parser.add_argument("--peers", type=Path, default=ROOT / "target/peers", help="where the corpus lies")
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--sessions", type=int, default=6, help="at each node")
    parser.add_argument("--quiet-seconds", type=float, default=420, help="how long a retry may be awaited")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
