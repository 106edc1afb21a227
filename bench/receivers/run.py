"""What many and bad receivers do to the others.

    cargo bench-all receivers

First mail for 1,000 domains beside mail for one. Then one message of five goes to receivers that put
off, refuse, answer late, or say nothing after the final dot, beside the same load with good ones in
their place: what the healthy ones get must fall by less than a tenth.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "relay"))

from measure import SINK_DOMAIN, Work, figure, free_port, measure, median, prepared, say  # noqa: E402

DOMAINS = 1_000
MANNERS = ["defers", "refuses", "slow", "silent"]


def main() -> None:
    asked = arguments()
    asides = [(f"{manner}.example", f"mx-{manner}.receiver.example", free_port()) for manner in MANNERS]
    hosts = tuple(host for _, host, _ in asides)
    with prepared("receivers", asked.profile, True, asked.built, hosts) as site:
        many = [(f"d{number}.{SINK_DOMAIN}", site.sink_host, site.sink_port) for number in range(DOMAINS)]
        site = site.with_more(asides + many)
        alone = Work(asked.messages, asked.sessions)
        compare(site, asked, alone, replace(alone, domains=DOMAINS), ("1 domain", f"{DOMAINS} domains"))
        good, bad = (replace(alone, aside=tuple(words(asides, manners))) for manners in (["well"] * len(MANNERS), MANNERS))
        compare(site, asked, good, bad, ("healthy receivers beside healthy ones", "healthy receivers beside bad ones"))


def words(asides, manners):
    """How bench-load is told of them."""
    return (f"{manner}={domain}=127.0.0.1:{port}" for manner, (domain, _, port) in zip(manners, asides))


def compare(site, asked, first: Work, second: Work, names) -> None:
    """The second beside the first; they take turns."""
    runs = ([], [])
    for turn in range(asked.runs):
        for of, work, name in zip(runs, (first, second), names):
            run = measure(site, "caduceus", f"{name.replace(' ', '-')}-{turn}", work)
            say(name, work, turn, run)
            of.append(run)
    before, after = map(median, runs)
    figure(f"relay end to end, {names[1]}", after.end_to_end, "msg/s", after.cpu_ms,
           f"ours, {names[0]}", before.end_to_end, after.end_to_end / before.end_to_end)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--profile", choices=["release", "debug"], default="release")
    parser.add_argument("--built", action="store_true", help="take the programs as they were built before")
    return parser.parse_args()


if __name__ == "__main__":
    main()
