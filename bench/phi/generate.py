"""Messages that look like a hospital's mail, with the truth about them.

    python3 bench/phi/generate.py --out FOLDER --seed 1 --count 2000 --half held

Writes FOLDER/NUMBER.eml and FOLDER/truth.jsonl, one object a line: `id`, `file`, `family`, `half`, `is_phi`,
`class` (alone, joined, patient, none: see templates.py), `recipient`, `labels`, `lang`, and `values`: `type`, `part`
and `value` of each identifier, with its `start` where that is clear (see check.py for `near`). The same seed writes the same octets. No
value belongs to anybody. `--half written` writes the messages of `written/`, which come from no template.
"""

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import check
import letters
from people import World
from templates import Family, load

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--half", choices=["open", "held", "written"], default="held")
    asked = parser.parse_args()
    count = write(asked.out, asked.half, asked.seed, asked.count)
    sys.stdout.write(f"{count} messages in {asked.out}\n")


def write(out: Path, half: str, seed: int, count: int) -> int:
    out.mkdir(parents=True, exist_ok=True)
    made = 0
    with (out / "truth.jsonl").open("w", encoding="utf-8") as lines:
        for content, truth in messages(half, seed, count):
            (out / truth["file"]).write_bytes(content)
            lines.write(json.dumps(truth, ensure_ascii=False) + "\n")
            made += 1
    return made


def messages(half: str, seed: int, count: int) -> Iterator[tuple[bytes, dict]]:
    """`count` messages of a half, as many with PHI as without, every family in turn; no two alike."""
    families = load(HERE / "written" if half == "written" else HERE / "templates" / half)
    random.Random(f"order {seed}").shuffle(families)    # so that a few messages are of all sorts
    if half == "written":
        yield from (one(family, seed, index, set()) for index, family in enumerate(families))
        return
    sorts = [[family for family in families if family.is_phi], [family for family in families if not family.is_phi]]
    seen: set[str] = set()
    for index in range(count):
        sort = sorts[index % 2]
        family = sort[index // 2 % len(sort)]
        yield one(family, seed, index, seen)


def one(family: Family, seed: int, index: int, seen: set[str]) -> tuple[bytes, dict]:
    number = f"{family.side}-{seed}-{index:05}"
    for attempt in range(20):
        world = World(random.Random(f"{number}/{attempt}"), family.side, family.facts["lang"], "sex" in family.facts)
        content, values = letters.compose(family, world, number)
        found, sources = check.read(content)
        body = hashlib.sha256("".join(found["body"]).encode()).hexdigest()
        if body not in seen:
            seen.add(body)
            return content, truth(family, number, check.with_places(found, sources, values))
    raise SystemExit(f"family {family.name} has too few ways to be written")


def truth(family: Family, number: str, values: list[dict]) -> dict:
    facts = family.facts
    labels = [label.strip() for label in facts["labels"].split(",") if label.strip()]
    return {"id": number, "file": f"{number}.eml", "family": family.name, "half": family.side, "is_phi": family.is_phi,
            "class": facts["phi"], "recipient": "patient" if facts["to"] == "patient" else facts["to"], "labels": labels,
            "lang": facts["lang"], "values": values if family.is_phi else []}


if __name__ == "__main__":
    main()
