"""A million messages in the queue: how they fit, and how soon mail flows again after a restart.

    cargo bench-all queued
    python3 bench/queued/run.py --messages 100000

Messages with 100 recipients each are accepted while their receivers do not answer, so that every
recipient waits in the queue. Then the program is killed and started again with the receivers up:
measured are its memory, the time until it takes connections and the time until the first delivery.
"""

import argparse
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "relay"))

from measure import SINK_DOMAIN, Work, figure, load, prepared  # noqa: E402
from relays import RELAYS  # noqa: E402

RECIPIENTS, DOMAINS = 100, 1_000


def main() -> None:
    asked = arguments()
    with prepared("queued", asked.profile, True, asked.built) as site:
        many = [(f"d{number}.{SINK_DOMAIN}", site.sink_host, site.sink_port) for number in range(DOMAINS)]
        site = site.with_more(many)
        home = site.folder / "caduceus"
        home.mkdir()
        relay = RELAYS["caduceus"](site, home)
        try:
            fill(site, relay, asked.messages)
            restart(site, relay, asked.messages)
        finally:
            relay.stop()


def fill(site, relay, messages: int) -> None:
    work = Work(messages // RECIPIENTS, 20, octets=2_048, domains=DOMAINS, recipients=RECIPIENTS, wait=False)
    began = time.monotonic()
    load(site, relay, work, patience=7_200)
    took = time.monotonic() - began
    figure(f"queue of {messages}: accepted", messages / took, "msg/s")
    figure(f"queue of {messages}: memory while filling", peak_mb(relay.pids[0]), "MB")


def restart(site, relay, messages: int) -> None:
    """Killed, so that nothing is handed over but the database."""
    relay.server.kill()
    began = time.monotonic()
    first: list[float] = []
    # One more message keeps the load's sink open until what waited has begun to arrive.
    sink = threading.Thread(target=lambda: first.append(receive(site, relay, began)))
    sink.start()
    relay.server.start()
    relay.pids = [relay.server.process.pid]
    figure(f"queue of {messages}: start until connections are taken", time.monotonic() - began, "s")
    sink.join()
    figure(f"queue of {messages}: start until the first delivery", first[0], "s")
    settled = time.monotonic() + 60
    while time.monotonic() < settled:
        time.sleep(1)
    figure(f"queue of {messages}: memory after the start", peak_mb(relay.pids[0]), "MB")


def receive(site, relay, began: float) -> float:
    """Seconds from `began` until the first message arrived."""
    load(site, relay, replace(Work(0, 1), arrivals=1), patience=7_200)
    return time.monotonic() - began


def peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"no memory of process {pid}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--profile", choices=["release", "debug"], default="release")
    parser.add_argument("--built", action="store_true", help="take the programs as they were built before")
    return parser.parse_args()


if __name__ == "__main__":
    main()
