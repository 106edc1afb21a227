"""Compares what arrived with what was sent, octet by octet, and verifies the signatures.

A server on the way may put header fields above a message and change nothing below them. So what
arrived must end in exactly what was submitted, and what stands above must be header fields.
"""

import email
import email.policy
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import dkim

# Fields that the servers on the way add above a message (RFC 5321 section 4.4, RFC 6376, RFC 6409
# section 8, and Postfix's delivery agent).
ADDED_FIELDS = {
    b"return-path", b"x-original-to", b"delivered-to", b"received", b"dkim-signature", b"message-id", b"date",
}
FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


@dataclass(frozen=True)
class Arrival:
    recipient: str
    message_id: str | None
    # What is wrong with it; None when nothing is.
    fault: str | None


def inspect(stored: bytes, originals: dict[int, bytes], dkim_records: dict[str, str]) -> Arrival:
    """Judges one stored message. `originals` holds what was submitted, by message number."""
    received = stored.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    found = re.search(rb"^X-Original-To: <?(r(\d{5})\.\d+@[^\s>]+)", received, re.MULTILINE)
    if not found:
        return Arrival("?", None, "it has no recipient of ours")
    recipient, number = found.group(1).decode(), int(found.group(2))
    original = originals.get(number)
    if original is None:
        return Arrival(recipient, None, "nothing was submitted for this recipient")
    at = len(received) - len(original)
    if not received.endswith(original) and (start := start_under_neutral_subject(received, original)) is not None:
        at, original = start, received[start:]
    added = received[:at]
    identifier = re.search(rb"msg_[0-9A-Za-z]+", added)
    message_id = identifier.group().decode() if identifier else None
    fault = compare(received, original) or check_trace(added) or check_dkim(received, dkim_records)
    return Arrival(recipient, message_id, fault)


def compare(received: bytes, original: bytes, fields: set[bytes] = ADDED_FIELDS) -> str | None:
    """Whether `received` is some of these header fields followed by exactly `original`."""
    if not received.endswith(original):
        return f"its content differs at octet {first_difference(received, original)} from its end"
    added = received[: len(received) - len(original)]
    at = 0
    while at < len(added):
        field = FIELD.match(added, at)
        if not field:
            return "what was added above it is not header fields"
        if field.group(1).lower() not in fields:
            return f"a field was added that a relay does not add: {field.group(1).decode()}"
        at = field.end()
    return None


def start_under_neutral_subject(received: bytes, original: bytes) -> int | None:
    """Where the message begins when all that was done to it is this: another subject in its field, the whole as first
    part of a multipart, and its own subject as the text of the second. None when more was done, or less."""
    head, _, body = original.partition(b"\r\n\r\n")
    fields = re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", head + b"\r\n")
    moved = (b"subject", b"thread-topic", b"content-")
    kept = [field for field in fields if not field.lower().startswith(moved)]
    ours, _, inside = received.partition(b"\r\n\r\n")
    ours += b"\r\n"
    at = start = ours.find(kept[0]) if kept else -1
    for field in kept:
        at = ours.find(field, at) if at >= 0 else -1
    last = email.message_from_bytes(received, policy=email.policy.default)
    parts = list(last.iter_parts()) if last.is_multipart() else []
    said = "".join(parts[-1].get_content().split()) if parts else ""
    subject = email.message_from_bytes(original, policy=email.policy.default)["subject"]
    told = "".join(str(subject or "").split())
    is_whole = at >= 0 and body in inside and len(parts) == 2 and last["subject"] == "Message"
    return start if is_whole and told and told in said else None


def first_difference(received: bytes, original: bytes) -> int:
    """How many octets, counted from the end, are equal."""
    equal = 0
    for ours, theirs in zip(reversed(received), reversed(original)):
        if ours != theirs:
            break
        equal += 1
    return equal


def check_trace(added: bytes) -> str | None:
    """The receiver's own trace must say that the message came encrypted (RFC 3848)."""
    trace = re.search(rb"^Received: .*?\r\n(?![ \t])", added, re.DOTALL | re.MULTILINE)
    if not trace or not re.search(rb"with (UTF8)?E?SMTPSA?\b", trace.group()):
        return "the receiver did not note that it came over TLS"
    return None


def check_dkim(received: bytes, records: dict[str, str]) -> str | None:
    """Every key of ours must have signed, every such signature verifies, and one of them is RSA."""
    verifier = dkim.DKIM(received, timeout=5)
    signatures = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
    algorithms, signed = set(), set()
    for index, value in enumerate(signatures):
        tags = dict(part.strip().split(b"=", 1) for part in value.split(b";") if b"=" in part)
        tags = {name.strip(): re.sub(rb"\s", b"", text) for name, text in tags.items()}
        name = f"{tags.get(b's', b'').decode()}._domainkey.{tags.get(b'd', b'').decode()}"
        if name not in records:
            continue
        try:
            if not verifier.verify(idx=index, dnsfunc=lambda asked, timeout=5: lookup(records, asked)):
                return f"the signature {name} does not verify"
        except dkim.DKIMException as error:
            return f"the signature {name} does not verify: {error}"
        algorithms.add(tags.get(b"a", b""))
        signed.add(name)
    if missing := records.keys() - signed:
        return f"it has no signature by {', '.join(sorted(missing))}"
    return None if b"rsa-sha256" in algorithms else "it has no RSA signature of ours"


def lookup(records: dict[str, str], name: bytes) -> bytes | None:
    record = records.get(name.decode().rstrip("."))
    return record.encode() if record else None


def inspect_all(stored, originals: dict[int, bytes], records: dict[str, str], workers: int = 2) -> list[Arrival]:
    """Judges every stored message, on several cores."""
    with ProcessPoolExecutor(workers, initializer=_remember, initargs=(originals, records)) as pool:
        return list(pool.map(_inspect_remembered, stored, chunksize=64))


_known: tuple[dict[int, bytes], dict[str, str]] = ({}, {})


def _remember(originals: dict[int, bytes], records: dict[str, str]) -> None:
    global _known
    _known = (originals, records)


def _inspect_remembered(stored: bytes) -> Arrival:
    return inspect(stored, *_known)
