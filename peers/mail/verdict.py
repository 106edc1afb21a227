"""Sums a run up: what was lost, what came twice, what was wrongly refused or wrongly accepted.

Conservation, per attempt: an accepted one arrives, or the server says which rule holds it; one that was
refused does not; one whose answer was lost may or may not. Nothing arrives twice unless the server says
that the outcome was ambiguous.
"""

import json
import ssl
import urllib.error
import urllib.request
from collections import Counter

# What our answers say for what SMTP cannot carry: reply code by the rule that is broken.
REFUSALS = {"line_endings": {550}, "line_too_long": {500}}


# Of mail that lists and shops sent, as a share: rules that hold more of it hold too much.
HELD_SHARE_MAX = 0.002


def faults(messages, records, arrivals, is_ambiguous, held=frozenset()) -> list[str]:
    """Every broken promise, one line each; empty when all held. `held`: ids of messages held by a rule."""
    found = [f"{arrival.recipient}: {arrival.fault}" for arrival in arrivals if arrival.fault]
    times = Counter(arrival.recipient for arrival in arrivals)
    ids = {arrival.recipient: arrival.message_id for arrival in arrivals}
    known = set()
    for message in messages:
        record = records[message.number]
        known.update(record.unanswered, [record.accepted] if record.accepted else [])
        found.extend(check_answer(message, record))
        if record.accepted and times[record.accepted] == 0 and record.message_id not in held:
            found.append(f"{record.accepted}: LOST: accepted as {record.message_id} and never arrived")
        if record.accepted and times[record.accepted] and record.message_id in held:
            found.append(f"{record.accepted}: arrived although {record.message_id} is held")
    if len(held) > HELD_SHARE_MAX * len(messages):
        found.append(f"{len(held)} of {len(messages)} messages are held by rules")
    for recipient, count in times.items():
        if recipient not in known:
            found.append(f"{recipient}: arrived although it was refused or never sent")
        if count > 1 and not is_ambiguous(ids[recipient]):
            found.append(f"{recipient}: arrived {count} times and {ids[recipient]} is not marked ambiguous")
    return found


def check_answer(message, record) -> list[str]:
    """Whether the last answer is the right one for this message."""
    name = f"message {message.number} ({message.name})"
    if not (record.accepted or record.refused):
        return [f"{name}: no answer after {len(record.unanswered)} attempts ({message.uncarriable or 'carriable'})"]
    if message.uncarriable is None:
        return [f"{name}: refused although SMTP can carry it: {record.refused}"] if record.refused else []
    if record.accepted:
        return [f"{name}: accepted although SMTP cannot carry it ({message.uncarriable})"]
    code, text = record.refused or (0, "")
    if code not in REFUSALS[message.uncarriable] or not text.strip():
        return [f"{name}: {message.uncarriable} was answered by '{code} {text}'"]
    return []


def marked_ambiguous(world, message_id: str | None) -> bool:
    """Whether the server's own events of a message say that a delivery's outcome was ambiguous."""
    if message_id is None:
        return False
    request = urllib.request.Request(
        f"{world.api_url}/v1/messages/{message_id}/events", headers={"Authorization": f"Bearer {world.api_key}"}
    )
    context = ssl.create_default_context(cafile=world.ca_file) if world.api_url.startswith("https") else None
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return "ambiguous" in json.dumps(json.load(answer))
    except urllib.error.HTTPError as error:
        raise SystemExit(f"GET events of {message_id}: HTTP {error.code}") from error
