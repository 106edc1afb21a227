"""Templates: families of messages as text files, and how one is filled in.

A file of `templates/open` or `templates/held` holds families, each:

    == name                                a line starts a family
    phi: alone | joined | patient | none   alone: an identifier that says enough by itself; joined: identifier and
                                           health context; patient: health context to the patient
    from: clinic | patient | business | system         to: provider | patient | payer | staff | clinic | public …
    lang: es     labels: hiv, minor     sign: no     sex: f     subject: one | another
                                           the body follows the first empty line
    --- attach NAME txt,pdf,docx           text of an attachment in one of these formats
    --- payload hl7,x12                    a clinical or personal record in one of these formats
    --- quoted                             an earlier mail that is quoted below the body

In the text `[a|b|]` is a choice, `{slot}` is filled in (people.py), `*3 ` repeats a line for three patients and
`?` drops the line half of the time. Marks of truth (`«kind:value»`) are taken out by `strip`.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from people import World

CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
MARK = re.compile(r"«(\w+):([^«»]*)»")


@dataclass
class Family:
    name: str
    side: str
    facts: dict[str, str] = field(default_factory=dict)
    body: str = ""
    quoted: str = ""
    attached: list[tuple[str, list[str], str]] = field(default_factory=list)    # name, formats, text
    payloads: list[str] = field(default_factory=list)

    @property
    def is_phi(self) -> bool:
        return self.facts["phi"] != "none"


def load(folder: Path) -> list[Family]:
    """All families of `templates/<side>/*.txt`, in order."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        parts = re.split(r"^== *", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        found += [parse(part, folder.name) for part in parts[1:]]
    return found


def parse(text: str, side: str) -> Family:
    sections = re.split(r"^--- ", text, flags=re.MULTILINE)
    head, _, body = sections[0].partition("\n\n")
    name, *lines = head.splitlines()
    facts = dict(line.split(": ", 1) for line in lines)
    family = Family(name.strip(), side, {"lang": "en", "from": "clinic", "to": "provider", "labels": ""} | facts, body.strip())
    for section in sections[1:]:
        first, _, rest = section.partition("\n")
        words = first.split()
        if words[0] == "attach":
            family.attached.append((words[1], words[2].split(","), rest.strip()))
        elif words[0] == "payload":
            family.payloads = words[1].split(",")
        elif words[0] == "quoted":
            family.quoted = rest.strip()
        else:
            raise ValueError(f"{name}: no section is called {words[0]}")
    return family


def fill(text: str, world: World) -> str:
    """One way to write `text`, with its marks."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("?"):
            if world.rng.random() < 0.5:
                continue
            line = line[1:].lstrip()
        times = re.match(r"\*(\d+) ", line)
        if times is None:
            lines.append(fill_line(line, world))
            continue
        for _ in range(int(times[1])):
            world.next_case()
            lines.append(fill_line(line[times.end():], world))
    return "\n".join(lines)


def fill_line(line: str, world: World) -> str:
    while CHOICE.search(line):
        line = CHOICE.sub(lambda found: world.rng.choice(found[1].split("|")), line, count=1)
    line = re.sub(r"(?<=\S) +(?=[.,;:]( |$))", "", line)    # an empty choice leaves its space behind
    return SLOT.sub(lambda found: world.slot(found[1]), re.sub(r"(?<=\S) {2,}(?=\S)", " ", line))


def strip(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text without marks, and what was marked."""
    return MARK.sub(lambda found: found[2], text), [(found[1], found[2]) for found in MARK.finditer(text)]
