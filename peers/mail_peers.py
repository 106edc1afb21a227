"""Mail programs that nobody here wrote, both ways, on every door.

    peers/mail_peers.py --binary target/debug/caduceus
    peers/mail_peers.py --chapter relays --chapter ports

Builds a small town on loopback (see chapters/town.py) and plays each chapter in it. Every fault is
one line; any fault fails the run, and so does a peer that cannot start or does not answer in time.
"""

import json
import sys
import time

from chapters import clients, dane, opinions, ports, proofs, relays, seals
from chapters.town import Town
from mail import trial

CHAPTERS = {"relays": relays, "clients": clients, "seals": seals, "opinions": opinions,
            "ports": ports, "dane": dane, "proofs": proofs}


def main() -> int:
    asked = arguments()
    return trial.hold("mail-peers", lambda folder, stops: run(Town(asked, folder, stops), asked.chapter or list(CHAPTERS)))


def run(town: Town, names: list[str]) -> list[str]:
    chapters = {name: CHAPTERS[name] for name in names}
    town.start([record for chapter in chapters.values() for record in records(town, chapter)])
    found, figures = [], {}
    for name, chapter in chapters.items():
        began = time.monotonic()
        faults, counted = chapter.play(town)
        found += [f"{name}: {fault}" for fault in faults]
        figures |= counted
        print(f"   {name}: {json.dumps(counted)} in {time.monotonic() - began:.0f} s", flush=True)
    print(json.dumps(figures | {"faults": len(found)}))
    return found


def records(town: Town, chapter) -> list[tuple[str, str, str]]:
    """The names that a chapter wants to be there, if any."""
    return chapter.records(town) if hasattr(chapter, "records") else []


def arguments():
    parser = trial.arguments(__doc__)
    trial.engine_argument(parser)
    parser.add_argument("--chapter", action="append", choices=list(CHAPTERS), help="all of them by default")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
