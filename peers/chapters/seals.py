"""ARC chains both ways: dkimpy seals and we check, we seal and dkimpy and mailauth check.

Chains of up to three links that hold, and chains that were broken in each way; our own link over each
must say what we found, and must hold (or end the chain) for the others.
"""

import base64
import re

import dkim

from chapters.letters import Conversation, second_opinion, words
from chapters.town import letter
from mail.arrival import lookup
from mail.place import signing_key

AUTHOR = "lee@postfix.example"
LISTS = ["list1.example", "list2.example", "list3.example"]
KEYS = {name: signing_key() for name in LISTS}
SELECTOR = "arc"
CLIENT = {"ip": "127.0.0.1", "helo": "out.list.example", "sender": AUTHOR}


def records(_town) -> list[tuple[str, str, str]]:
    return [(f"{SELECTOR}._domainkey.{name}", "TXT", f"v=DKIM1; k=rsa; p={public}") for name, (_, public) in KEYS.items()]


def play(town) -> tuple[list[str], dict]:
    talk = Conversation(town, [AUTHOR], town.postfix, "lee", "question-about-chains")
    found, sealed = [], []
    for name, content, expected in chains(talk.address):
        taken = talk.answer(content, AUTHOR, CLIENT["helo"])
        if taken.code != 250:
            found.append(f"{name}: refused by {taken.code} {taken.said}")
            continue
        theirs = verdict(content, town.names())
        ours = words(taken.results).get("arc")
        if not ours == theirs == expected:
            found.append(f"{name}: we say {ours}, dkimpy says {theirs}, it is {expected}")
        sealed.append((name, taken.whole, expected))
        found += judge_link(name, taken.whole, expected, town.names())
    cases = [CLIENT | {"message": base64.b64encode(whole).decode()} for _, whole, _ in sealed]
    for (name, _, expected), said in zip(sealed, second_opinion(town, cases)):
        if (said["arc"] == "pass") != (expected != "fail"):
            found.append(f"{name}: over our link mailauth says {said['arc']}")
    return found, {"chains": len(sealed)}


def chains(to: str) -> list[tuple[str, bytes, str]]:
    """Name, message, and what its chain is."""
    plain = letter(AUTHOR, to, "an-answer")
    cases = [("no chain", plain, "none")]
    message = plain
    for count, name in enumerate(LISTS, 1):
        message = forward(message, name, count)
        cases.append((f"a chain of {count}", message, "pass"))
    two = forward(forward(plain, LISTS[0], 1), LISTS[1], 2)
    broken = {
        "an altered body": two.replace(b"From here on", b"From there on"),
        "an altered subject": two.replace(b"Subject: an-answer", b"Subject: an-Answer"),
        "a link without its results": without(two, rb"ARC-Authentication-Results: i=1;"),
        "a link without its seal": without(two, rb"ARC-Seal: i=1;"),
        "an altered result": two.replace(b"i=1; list1.example", b"i=1; list9.example"),
        "a seal of another key": two.replace(b"d=list2.example; s=arc", b"d=list3.example; s=arc"),
        "a key that is not there": two.replace(b"d=list2.example; s=arc", b"d=list2.example; s=cra"),
        "a first link that claims to be a second": re.sub(rb"(ARC-[A-Za-z-]+: )i=1;", rb"\1i=3;", forward(plain, LISTS[0], 1)),
    }
    if same := [name for name, content in broken.items() if content in (two, plain)]:
        raise SystemExit(f"these were not broken: {same}")
    return cases + [(name, content, "fail") for name, content in broken.items()]


def forward(message: bytes, by: str, number: int) -> bytes:
    """As a list passes it on: its results on top, then its seal."""
    arc = "" if number == 1 else "; arc=pass"
    told = f"Authentication-Results: {by}; spf=pass smtp.mailfrom=postfix.example{arc}\r\n".encode() + message
    private, _ = KEYS[by]
    link = dkim.arc_sign(told, SELECTOR.encode(), by.encode(), private, by.encode(),
                         include_headers=[b"from", b"to", b"subject", b"date", b"message-id"])
    if len(link) != 3:
        raise SystemExit(f"dkimpy did not seal for {by}")
    return b"".join(link) + told


def without(message: bytes, field: bytes) -> bytes:
    return re.sub(rb"^" + field + rb".*?\r\n(?![ \t])", b"", message, count=1, flags=re.DOTALL | re.MULTILINE)


def verdict(message: bytes, names: dict[str, str]) -> str:
    """dkimpy's word; a chain that says itself that it is broken is `ended`."""
    try:
        said, _, _ = dkim.arc_verify(message, dnsfunc=lambda name, timeout=5: lookup(names, name))
    except IndexError:
        return "unreadable"
    return said.decode() if said else "ended"


def judge_link(name: str, whole: bytes, expected: str, names: dict[str, str]) -> list[str]:
    """Our link must be there, say what was found, and hold; over a broken chain it ends it."""
    claim = re.match(rb"arc-seal: .*?\bcv=(\w+)", whole, re.IGNORECASE | re.DOTALL)
    if not claim or claim.group(1).decode() != expected:
        return [f"{name}: our link does not say {expected}: {whole[:80]!r}"]
    over = verdict(whole, names)
    wanted = {"fail": ("ended", "fail")}.get(expected, ("pass",))
    found = [] if over in wanted else [f"{name}: over our link dkimpy says {over}"]
    if expected != "fail" and verdict(whole.replace(b"two dots", b"to dots"), names) == "pass":
        found.append(f"{name}: our link does not cover the body")
    return found
