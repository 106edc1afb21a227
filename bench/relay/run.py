"""Mail relay: ours beside Postfix, and beside Postfix with OpenDKIM, in one run.

    cargo bench-all relay
    python3 bench/relay/run.py --messages 500 --runs 1 --sessions 20 --only postfix

One load (bench/load) submits messages of 10 KB, then of 100 KB, and receives them; only the relay
between differs. Every relay answers 250 after its sync to disk. Relays take turns, so that a busy
neighbour meets all of them; what is printed is the median of the runs. Last, ours is loaded with half
of what it took, and its answers are timed.
"""

import argparse
import os
from pathlib import Path

from measure import Work, figure, measure, median, prepared, say
from relays import PAIRS, RELAYS

LARGE_OCTETS = 102_400
# Fewer large ones: as many octets take as long.
LARGE_SHARE = 5


def main() -> None:
    asked = arguments()
    ours = any(name in PAIRS for name in asked.only)
    with prepared("relay", asked.profile, ours, asked.built) as site:
        taken = {}
        for sessions in asked.sessions:
            for octets in asked.octets:
                messages = asked.messages // (LARGE_SHARE if octets > 50_000 else 1)
                measured = turns(site, asked, Work(messages, sessions, octets))
                report(measured, f"{sessions} sessions, {octets // 1024} KB")
                taken[sessions, octets] = measured.get("caduceus")
        if "caduceus" in asked.only:
            at_half_load(site, asked, taken)


def turns(site, asked, work: Work) -> dict:
    runs = {name: [] for name in asked.only}
    for turn in range(asked.runs):
        for name in asked.only:
            run = measure(site, name, f"{work.sessions}-{work.octets}-{turn}", work, asked.perf)
            say(name, work, turn, run)
            runs[name].append(run)
    return {name: median(of) for name, of in runs.items()}


def report(measured: dict, what: str) -> None:
    """Ours beside its peers; a relay without its pair alone."""
    paired = set()
    for ours, (peer, how) in PAIRS.items():
        if ours in measured and peer in measured:
            paired |= {ours, peer}
            beside(measured[ours], measured[peer], peer, what + how)
    for name in measured.keys() - paired:
        alone = measured[name]
        figure(f"relay end to end, {what}, {name} alone", alone.end_to_end, "msg/s", alone.cpu_ms)


def beside(mine, theirs, peer: str, what: str) -> None:
    for field, unit in [("end_to_end", "msg/s"), ("accept", "msg/s"), ("p99", "ms"), ("cpu_ms", "ms/msg")]:
        own, other = getattr(mine, field), getattr(theirs, field)
        ratio = own / other if field in ("end_to_end", "accept") else other / own
        figure(f"relay {field.replace('_', ' ')}, {what}", own, unit, mine.cpu_ms, peer, other, ratio)


def at_half_load(site, asked, taken: dict) -> None:
    (sessions, octets), full = next((key, run) for key, run in taken.items() if run)
    rate = full.end_to_end / 2
    work = Work(min(asked.messages, int(rate * 30)), sessions, octets, rate)
    run = measure(site, "caduceus", "half", work)
    say("caduceus at half load", work, 0, run)
    figure(f"relay accept p99 at half load, {rate:.0f} msg/s, {octets // 1024} KB", run.p99, "ms", run.cpu_ms)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sessions", type=int, nargs="+", default=[20, 100])
    parser.add_argument("--octets", type=int, nargs="+", default=[10_240, LARGE_OCTETS])
    parser.add_argument("--only", nargs="+", choices=list(RELAYS), default=list(RELAYS))
    parser.add_argument("--perf", type=Path, metavar="FOLDER", help="sample the relays' stacks into this folder")
    parser.add_argument("--profile", choices=["release", "debug"], default="release")
    parser.add_argument("--built", action="store_true", help="take the programs as they were built before")
    return parser.parse_args()


if __name__ == "__main__":
    if os.geteuid() != 0:
        raise SystemExit("Postfix can only be started by root")
    main()
