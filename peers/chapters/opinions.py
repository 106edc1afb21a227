"""What we find in mail that comes in, beside what others find: SPF, DKIM and DMARC.

Some dozens of answers from domains with all sorts of records, by client addresses that their SPF
allows and does not, signed by dkimpy in all sorts of ways. mailauth judges the same octets by the same
DNS; dkimpy verifies each signature; OpenDMARC decides by its own reading of the record. Whom the
author's domain wants rejected we must have refused, and nobody else.
"""

import base64
import re

import dkim
import nacl.signing

from chapters.letters import Conversation, Taken, second_opinion, words
from chapters.town import letter
from mail.arrival import lookup
from mail.opendmarc import OpenDmarc
from mail.place import signing_key

HERE, THERE = "127.0.0.1", "127.0.0.2"
HELO = "out.sender.example"
SELECTOR, EDWARDS, REVOKED, ABSENT = "s", "e", "revoked", "absent"
# Keys that are found by an alias, allow SHA-1 alone, are for something else than mail; a signature over
# a part of the body; one whose both canonicalisations are simple.
ALIAS, OLD, OTHER, PART, SIMPLE = "alias", "old", "other", "part", "simple"
PRIVATE, PUBLIC = signing_key()
SEED = nacl.signing.SigningKey.generate()

# Domain: what its TXT record says of SPF, and what `_dmarc` says. All have keys.
DOMAINS = {
    "open.example": (None, None),
    "watch.example": ("v=spf1 ip4:127.0.0.1 -all", "v=DMARC1; p=none"),
    "care.example": ("v=spf1 ip4:127.0.0.1 ~all", "v=DMARC1; p=quarantine; rua=mailto:dmarc@care.example"),
    "firm.example": ("v=spf1 ip4:127.0.0.1 -all", "v=DMARC1; p=reject"),
    "strict.example": ("v=spf1 ip4:127.0.0.1 -all", "v=DMARC1; p=reject; adkim=s; aspf=s"),
    "parted.example": ("v=spf1 -all", "v=DMARC1; p=none; sp=reject"),
    "neutral.example": ("v=spf1 ?all", "v=DMARC1; p=quarantine"),
    "included.example": ("v=spf1 include:watch.example -all", "v=DMARC1; p=reject"),
    "sent-on.example": ("v=spf1 redirect=watch.example", "v=DMARC1; p=reject"),
    "hosts.example": ("v=spf1 a:host.hosts.example mx -all", "v=DMARC1; p=reject"),
    "macro.example": ("v=spf1 exists:%{i}.in.macro.example -all", "v=DMARC1; p=reject"),
    "broken-spf.example": ("v=spf1 ip4:999.0.0.1 -all", "v=DMARC1; p=reject"),
    "deep.example": ("v=spf1 include:deep.example -all", "v=DMARC1; p=quarantine"),
    "twice.example": ("v=spf1 ip4:127.0.0.1 -all", "v=DMARC1; p=reject"),
    "broken-dmarc.example": ("v=spf1 -all", "v=DMARC2; p=reject"),
    "elsewhere.example": ("v=spf1 ip4:127.0.0.1 -all", None),
    "alias.example": ("v=spf1 include:spf.alias.example -all", None),
    "test.example": ("v=spf1 -all", "v=DMARC1; p=reject; t=y"),
    "missing.example": ("v=spf1 -all", "v=DMARC1; p=none; sp=none; np=reject"),
}
SUBDOMAINS = {
    "news.firm.example": ("v=spf1 ip4:127.0.0.1 -all", None),
    "news.strict.example": ("v=spf1 ip4:127.0.0.1 -all", None),
    "news.parted.example": ("v=spf1 -all", None),
    "own.firm.example": ("v=spf1 -all", "v=DMARC1; p=none"),
}
NEIGHBOUR = "lee@postfix.example"


def records(_town) -> list[tuple[str, str, str]]:
    found = [("127.0.0.1.in.macro.example", "A", "127.0.0.2"),
             ("host.hosts.example", "A", HERE)]
    for name, (spf, dmarc) in (DOMAINS | SUBDOMAINS).items():
        found += [(name, "MX", f"10 mx.{name}."), (f"mx.{name}", "A", "192.0.2.1"),
                  (f"{SELECTOR}._domainkey.{name}", "TXT", f"v=DKIM1; k=rsa; p={PUBLIC}"),
                  (f"{REVOKED}._domainkey.{name}", "TXT", "v=DKIM1; k=rsa; p="),
                  (f"{OLD}._domainkey.{name}", "TXT", f"v=DKIM1; h=sha1; p={PUBLIC}"),
                  (f"{OTHER}._domainkey.{name}", "TXT", f"v=DKIM1; s=other; p={PUBLIC}"),
                  (f"{PART}._domainkey.{name}", "TXT", f"p={PUBLIC}"),
                  (f"{SIMPLE}._domainkey.{name}", "TXT", f"v=DKIM1; t=y:s; p={PUBLIC}"),
                  (f"{ALIAS}._domainkey.{name}", "CNAME", f"{SELECTOR}._domainkey.{name}."),
                  (f"{EDWARDS}._domainkey.{name}", "TXT",
                   f"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(SEED.verify_key)).decode()}")]
        found += [(name, "TXT", spf)] if spf else []
        found += [(f"_dmarc.{name}", "TXT", dmarc)] if dmarc else []
    found += [("_dmarc.alias.example", "CNAME", "_dmarc.firm.example."), ("spf.alias.example", "CNAME", "watch.example.")]
    return [*found, ("twice.example", "TXT", "v=spf1 +all")]


def cases() -> list[tuple[str, str, str, list, str | None]]:
    """Author's domain, sender's domain, client address, signatures, damage. A signature is domain and selector."""
    own = list(DOMAINS | SUBDOMAINS)
    found = [(name, name, ip, [], None) for name in own for ip in (HERE, THERE)]
    found += [(name, "elsewhere.example", HERE, [(name, SELECTOR)], None) for name in own]
    for name in ("firm.example", "strict.example", "watch.example", "care.example"):
        below = f"news.{name}" if f"news.{name}" in SUBDOMAINS else name
        odd = [([("elsewhere.example", SELECTOR)], None), ([(below, SELECTOR)], None), ([(name, EDWARDS)], None),
               ([(name, REVOKED)], None), ([(name, ABSENT)], None), ([(name, SELECTOR)], "body"),
               ([(name, SELECTOR)], "subject"), ([(name, ALIAS)], None), ([(name, OLD)], None),
               ([(name, OTHER)], None), ([(name, PART)], None), ([(name, SIMPLE)], None), ([(name, SIMPLE)], "blank"), ([(name, SELECTOR)], "blank"), ([("elsewhere.example", SELECTOR), (name, SELECTOR)], None)]
        found += [(name, "elsewhere.example", THERE, signatures, damage) for signatures, damage in odd]
    found += [("news.firm.example", "firm.example", HERE, [], None), ("news.strict.example", "strict.example", HERE, [], None),
              ("news.firm.example", "elsewhere.example", HERE, [("firm.example", SELECTOR)], None)]
    return found


def play(town) -> tuple[list[str], dict]:
    people = [NEIGHBOUR, *(f"pat@{name}" for name in DOMAINS | SUBDOMAINS)]
    talk = Conversation(town, people, town.postfix, "lee", "question-to-many")
    opendmarc = OpenDmarc(town.folder, town.knot.port)
    found, figures, asked, taken = [], {"opinions": 0, "refused_as_asked": 0}, [], []
    for number, (author, sender, ip, signatures, damage) in enumerate(cases()):
        content = damaged(signed(letter(f"pat@{author}", talk.address, f"opinion-{number}"), signatures), damage)
        taken.append(talk.answer(content, f"pat@{sender}", HELO, ip))
        asked.append({"message": base64.b64encode(content).decode(), "ip": ip, "helo": HELO, "sender": f"pat@{sender}"})
    for case, one, ours, said in zip(cases(), asked, taken, second_opinion(town, asked)):
        author, sender, ip, signatures, _ = case
        figures["opinions"] += 1
        figures["refused_as_asked"] += ours.code == 550
        signers, skipped = [tuple(pair) for pair in said["dkim"]], not_asked(author, said["dkim"], signatures)
        names = None if "dkimpy" in skipped else verified(base64.b64decode(one["message"]), town.names())
        policy = None if "opendmarc" in skipped else opendmarc.judge(author, (said["spf"], sender), signers, ip)
        name = "{0} from {1} at {2} signed {3} damaged {4}".format(*case)
        found += [f"{name}: {fault}" for fault in compare(ours, said, names, policy)]
    return found, figures


def compare(ours: Taken, mailauth: dict, dkimpy: list[str] | None, opendmarc: str | None) -> list[str]:
    """Where opinions differ; ours is what we did, and what we wrote above the message. None was not asked."""
    found = []
    passed = sorted(domain for domain, result in mailauth["dkim"] if result == "pass")
    if dkimpy is not None and passed != sorted(dkimpy):
        found.append(f"mailauth verifies signatures of {passed}, dkimpy of {dkimpy}")
    rejects = mailauth["dmarc"] == "fail" and mailauth["policy"] == "reject"
    if opendmarc is not None and rejects != (opendmarc == "reject"):
        found.append(f"mailauth says {mailauth['dmarc']} with {mailauth['policy']}, OpenDMARC {opendmarc}")
    if ours.code != (550 if rejects else 250):
        return [*found, f"we answered {ours.code} {ours.said}; mailauth says {mailauth}, OpenDMARC {opendmarc}"]
    if rejects:
        return found
    own = words(ours.results)
    if own.get("spf") != mailauth["spf"]:
        found.append(f"we say spf={own.get('spf')}, mailauth {mailauth['spf']}")
    own_passed = sorted(re.findall(r"dkim=pass header\.d=(\S+?)[\s;]", ours.results))
    if own_passed != passed:
        found.append(f"we verify signatures of {own_passed}, mailauth of {passed}")
    if own.get("dmarc") != mailauth["dmarc"]:
        found.append(f"we say dmarc={own.get('dmarc')}, mailauth {mailauth['dmarc']}")
    if opendmarc is None:
        return found
    if (opendmarc == "pass") != (own.get("dmarc") == "pass") or (opendmarc == "none") != (own.get("dmarc") == "none"):
        found.append(f"we say dmarc={own.get('dmarc')}, OpenDMARC {opendmarc}")
    return found


def not_asked(author: str, signers: list[tuple[str, str]], signatures: list[tuple[str, str]]) -> set[str]:
    """Who is known to err: OpenDMARC before its pull request 354 takes a subdomain's signature for strictly
    aligned and does not know `t=y` (RFC 9989); dkimpy does not read what hashes a key allows."""
    dmarc = (DOMAINS | SUBDOMAINS)[author][1] or ""
    below = any(result == "pass" and domain.endswith(f".{author}") for domain, result in signers)
    found = {"opendmarc"} if "t=y" in dmarc or ("adkim=s" in dmarc and below) else set()
    return found | ({"dkimpy"} if any(selector == OLD for _, selector in signatures) else set())


def signed(message: bytes, signatures: list[tuple[str, str]]) -> bytes:
    for domain, selector in signatures:
        edwards = selector == EDWARDS
        message = dkim.sign(
            message, selector.encode(), domain.encode(), base64.b64encode(bytes(SEED)) if edwards else PRIVATE,
            canonicalize=(b"simple" if selector in (SIMPLE, EDWARDS) else b"relaxed", b"simple"), length=selector == PART,
            signature_algorithm=b"ed25519-sha256" if edwards else b"rsa-sha256",
            include_headers=[b"from", b"to", b"subject", b"date"],
        ) + message
    return message


def damaged(message: bytes, damage: str | None) -> bytes:
    if damage == "body":
        return message.replace(b"\r\nFrom here on", b"\r\nFrom there on")
    if damage == "subject":
        return message.replace(b"Subject: opinion", b"Subject: Opinion")
    if damage == "blank":
        return message.replace(b"Subject: opinion", b"Subject:  opinion")
    return message


def verified(message: bytes, names: dict[str, str]) -> list[str]:
    """The domains whose signatures dkimpy verifies."""
    verifier = dkim.DKIM(message)
    found = []
    for index, value in enumerate(value for name, value in verifier.headers if name.lower() == b"dkim-signature"):
        domain = re.search(rb"\bd=([^;\s]+)", value).group(1).decode()
        try:
            if verifier.verify(idx=index, dnsfunc=lambda name, timeout=5: lookup(names, name)):
                found.append(domain)
        except dkim.DKIMException:
            continue
    return found
