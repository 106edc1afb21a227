"""Mail to our MX as a stranger hands it over, and what we then say of it."""

import re
import smtplib
from dataclasses import dataclass

from chapters.clients import node
from chapters.relays import write
from chapters.town import HOST
from mail import api


@dataclass(frozen=True)
class Taken:
    """What became of one message at the MX."""

    code: int
    said: str
    # Our fields above it and the message, and what `Authentication-Results` says: only when it was taken.
    whole: bytes = b""
    results: str = ""


class Conversation:
    """A message of ours, whose recipients may answer to the address that its letter names."""

    def __init__(self, town, people: list[str], neighbour, mailbox: str, word: str):
        self.town = town
        self.id, letter = write(town, people, neighbour, mailbox, word)
        self.address = re.search(rb"^Reply-To: <?([^\s>]+)", letter, re.MULTILINE | re.IGNORECASE).group(1).decode()
        self.known: set[str] = set()

    def answer(self, content: bytes, sender: str, helo: str, ip: str = "127.0.0.1") -> Taken:
        """Hands an answer over from an address of loopback."""
        with smtplib.SMTP("127.0.0.1", self.town.world.mx_port, local_hostname=helo, timeout=60,
                          source_address=(ip, 0)) as client:
            client._host = HOST
            client.starttls(context=self.town.context)
            client.ehlo(helo)
            client.mail(sender, ["BODY=8BITMIME"])
            client.rcpt(self.address)
            code, said = client.data(content)
        if code != 250:
            return Taken(code, said.decode())
        added = self._newest(content)
        results = next((value for name, value in added if name == "authentication-results"), "")
        above = "".join(f"{name}: {value}\r\n" for name, value in added).encode()
        return Taken(code, said.decode(), above + content, results)

    def _newest(self, content: bytes) -> list[tuple[str, str]]:
        """The fields that we put above what was just taken, in their order."""
        shown = api.call(self.town.world, "GET", f"/v1/messages/{self.id}")["thread_messages"]
        (new,) = {one["id"] for one in shown} - self.known - {self.id}
        self.known.add(new)
        fields = [(field["name"], field["value"]) for field in api.parsed(self.town.world, new)["headers"]]
        came = len(re.findall(rb"^[^\s:]+:", content.partition(b"\r\n\r\n")[0], re.MULTILINE))
        return fields[: len(fields) - came]


def second_opinion(town, cases: list[dict]) -> list[dict]:
    """mailauth's, of messages with the same client and the same DNS."""
    records = [{"name": name.lower(), "type": kind, "data": data} for name, kind, data in town.records]
    said = node(town, "mailauth.mjs", {"records": records, "cases": cases})
    if "found" not in said:
        raise SystemExit(f"mailauth did not work: {said}")
    return said["found"]


def words(results: str) -> dict[str, str]:
    """`method=result` of an Authentication-Results field, the first of each method."""
    found: dict[str, str] = {}
    for method, result in re.findall(r";\s*(\w+)=(\w+)", results):
        found.setdefault(method, result)
    return found
