"""Postfix and Exim both ways: they submit to us and take our deliveries, their users answer, and their
own reports of unknown users come back to us.

Compared to the octet and by signature; every hop's certificate is verified by the one who dials.
"""

import base64
import random
import re
import smtplib

from chapters.town import CLINIC, GONE, INBOUND, letter
from mail import api
from mail.postfix import wait_for

SENDER = f"nurse@{CLINIC}"


def play(town) -> tuple[list[str], dict]:
    found, figures = [], {"relayed": 0, "replies": 0, "bounces": 0}
    for other, neighbour in zip(reversed(town.neighbours()), town.neighbours()):
        found += carried(town, other, neighbour, figures)
        found += answered(town, neighbour, figures)
        found += returned(town, neighbour, figures)
        found += refused(town, neighbour)
    return found, figures


def carried(town, through, neighbour, figures) -> list[str]:
    """Letters handed to one neighbour come through us to the other, octet for octet."""
    to, found = f"lee@{neighbour.domain}", []
    for kind, original, options in letters(to, through.host):
        hand(through, SENDER, to, original, options)
        stored = await_mail(neighbour, "lee", original)
        figures["relayed"] += 1
        if fault := town.judge(stored, original):
            found.append(f"{kind}, {through.host} to {neighbour.host}: {fault}")
    return found


def letters(to: str, through: str) -> list[tuple[str, bytes, list[str]]]:
    """What is sent, with the options of MAIL that it needs."""
    lines = base64.encodebytes(random.Random(0).randbytes(3 << 20)).replace(b"\n", b"\r\n")
    large = letter(SENDER, to, f"large-{through}") + lines
    international = letter(SENDER, to, f"international-{through}", "X-Clinic: Hausärzte Köln\r\n")
    return [("a letter", letter(SENDER, to, f"letter-{through}"), ["BODY=8BITMIME"]),
            ("a large letter", large, ["BODY=8BITMIME", f"SIZE={len(large)}"]),
            ("an international letter", international, ["BODY=8BITMIME", "SMTPUTF8"])]


def answered(town, neighbour, figures) -> list[str]:
    """A user answers from the neighbour's server; the answer joins the conversation."""
    who = f"pat@{neighbour.domain}"
    message, stored = write(town, [who], neighbour, "pat", f"question-{neighbour.host}")
    reply_to = re.search(rb"^Reply-To: (\S+)", stored, re.MULTILINE | re.IGNORECASE)
    if not reply_to:
        return [f"{neighbour.host}: the letter asks for no answer to an address of ours"]
    to = reply_to.group(1).decode().strip("<>")
    if not to.endswith(f"@{INBOUND}"):
        return [f"{neighbour.host}: answers go to {to}"]
    hand(neighbour, who, to, letter(who, to, f"answer-{neighbour.host}"))
    wait_for(lambda: "message.replied" in town.kinds(message), f"an answer through {neighbour.host} was not taken in", 60)
    figures["replies"] += 1
    text = api.parsed(town.world, replied_id(town, message))["text"]
    wanted = f".\n..two dots\n.answer-{neighbour.host}"
    return [] if text.replace("\r\n", "\n").startswith(wanted) else [f"{neighbour.host}: the answer reads {text[:60]!r}"]


def returned(town, neighbour, figures) -> list[str]:
    """The neighbour takes a letter to two, then finds that it does not know one, and says so itself."""
    gone = f"{GONE}@{neighbour.domain}"
    message, _ = write(town, [f"pat@{neighbour.domain}", gone], neighbour, "pat", f"lost-{neighbour.host}")
    wait_for(lambda: api.states(town.world, message) == ["delivered", "bounced"],
             f"the report of {neighbour.host} did not make the one recipient bounced", 60)
    figures["bounces"] += 1
    facts = [event["facts"] for event in api.events(town.world, message) if event["kind"] == "delivery.bounced"]
    if len(facts) != 1 or facts[0].get("action") != "failed" or not facts[0].get("reply_enhanced", "").startswith("5."):
        return [f"{neighbour.host}: its report was read as {facts}"]
    return []


def refused(town, neighbour) -> list[str]:
    """An address that leads nowhere is refused while the neighbour still listens: its own user hears of it."""
    who, word = f"kim@{neighbour.domain}", f"nowhere-{neighbour.host}"
    hand(neighbour, who, f"nobody@{CLINIC}", letter(who, f"nobody@{CLINIC}", word))
    report = wait_for(lambda: next((m for m in neighbour.arrived("kim") if word.encode() in m), None),
                      f"{neighbour.host} did not tell its user that an address of ours is unknown", 60)
    sender = re.search(rb"^Return-path: (\S*)", report, re.MULTILINE | re.IGNORECASE).group(1)
    if sender != b"<>" or neighbour.host.encode() not in report or b"5.1.1" not in report:
        return [f"{neighbour.host}: what its user heard is not its own report of our 550 5.1.1"]
    return []


def write(town, to: list[str], neighbour, mailbox: str, word: str) -> tuple[str, bytes]:
    """Writes by the API and waits until the neighbour has it."""
    body = {"from": SENDER, "to": to, "subject": word, "text": f"{word}\n"}
    said = api.call(town.world, "POST", "/v1/messages", body)
    if "id" not in said:
        raise SystemExit(f"the API refused a letter: {said}")
    return said["id"], wait_for(lambda: next((m for m in neighbour.arrived(mailbox) if word.encode() in m), None),
                                f"{word} did not arrive", 60)


def replied_id(town, message: str) -> str:
    shown = api.call(town.world, "GET", f"/v1/messages/{message}")
    return shown["thread_messages"][-1]["id"]


def hand(server, sender: str, to: str, content: bytes, options: list[str] | None = None) -> None:
    """As the practice's own software hands mail to its server."""
    with smtplib.SMTP("127.0.0.1", server.port, timeout=60) as client:
        client.sendmail(sender, [to], content, options or ["BODY=8BITMIME"])


def await_mail(neighbour, mailbox: str, original: bytes) -> bytes:
    word = re.search(rb"^Subject: (.*)\r$", original, re.MULTILINE).group(1)
    return wait_for(lambda: next((m for m in neighbour.arrived(mailbox) if word in m), None),
                    f"{word.decode()} did not arrive at {neighbour.host}", 60)
