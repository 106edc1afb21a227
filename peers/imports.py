"""Archives that others wrote, read by us: how many messages, and whether they are the same to the octet.

    peers/imports.py --binary target/debug/examples/import_list

Python's `mailbox` writes the 6,046 real messages as mbox and as Maildir, `zipfile` and `tarfile` pack them;
what our reader gives must have the same count and the same digests. PST and OST that Outlook wrote are read by
`readpst` beside us: subjects, Message-IDs, texts and files must be equal. Ends with one line of figures.
"""

import argparse
import collections
import email
import hashlib
import io
import json
import mailbox
import re
import subprocess
import sys
import tarfile
import time
import zipfile
from email.header import decode_header, make_header
from pathlib import Path

from mail import corpus, trial

PACKAGES = trial.ROOT / "target/peers/node"
OUTLOOK = "node_modules/pst-extractor/example/testdata"
# Files of Outlook and how many messages each holds; readpst makes no mail of one invitation.
STORES = {"enron.pst": (71, 0), "pstextractortest@outlook.com.ost": (14, 1), "pstextractortestpdf@outlook.com.ost": (2, 0)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="the example import_list")
    parser.add_argument("--packages", type=Path, default=PACKAGES, help="where the Node packages are")
    asked = parser.parse_args()
    return trial.hold("imports", lambda folder, _: run(asked, folder))


def run(asked, folder: Path) -> list[str]:
    originals = [message.content.replace(b"\r\n", b"\n") for message in corpus.load(asked.packages)]
    faults, figures = [], {}
    for name, write in WRITERS.items():
        archive, expected = write(folder, originals)
        began = time.monotonic()
        found, end = listed(asked.binary, archive)
        figures[name] = {"messages": end["messages"], "seconds": round(time.monotonic() - began, 2),
                         "as_sent": sum((digests(expected) & digests(originals)).values())}
        faults += differences(name, digests(expected), found)
        if end["problems"]:
            faults.append(f"{name}: {end['problems']} problems")
    for name, (messages, ours_alone) in STORES.items():
        figures[name], wrong = outlook(asked, folder, name, messages, ours_alone)
        faults += wrong
    print(json.dumps(figures))
    return faults


def listed(binary: str, archive: Path, into: Path | None = None) -> tuple[list[dict], dict]:
    """What our reader finds, and its figures at the end."""
    words = [binary, str(archive)] + ([str(into)] if into else [])
    lines = subprocess.run(words, check=True, capture_output=True).stdout.splitlines()
    entries = [json.loads(line) for line in lines]
    return entries[:-1], entries[-1]["end"]


def digests(contents) -> collections.Counter:
    return collections.Counter(hashlib.sha256(content).hexdigest() for content in contents)


def differences(name: str, expected: collections.Counter, found: list[dict]) -> list[str]:
    got = collections.Counter(entry["sha256"] for entry in found)
    if got == expected:
        return []
    return [f"{name}: {sum((expected - got).values())} messages missing, {sum((got - expected).values())} others"]


def ended(content: bytes) -> bytes:
    return content if content.endswith(b"\n") else content + b"\n"


def as_mboxo(folder: Path, originals: list[bytes]) -> tuple[Path, list[bytes]]:
    """As `mailbox` writes. A line that was `>From ` before cannot be told from one that was quoted."""
    path = folder / "python.mbox"
    box = mailbox.mbox(path)
    for content in originals:
        box.add(content)
    box.close()
    if len(mailbox.mbox(path)) != len(originals):
        raise SystemExit("Python reads another number of messages than it wrote")
    mangled = (content.replace(b"\nFrom ", b"\n>From ") for content in originals)
    return path, [ended(re.sub(rb"(?m)^>(>*From )", rb"\1", content)) for content in mangled]


def as_mboxrd(folder: Path, originals: list[bytes]) -> tuple[Path, list[bytes]]:
    path = folder / "quoted.mbox"
    with path.open("wb") as file:
        for content in originals:
            quoted = re.sub(rb"(?m)^(>*From )", rb">\1", ended(content))
            file.write(b"From MAILER-DAEMON Mon Jan  7 09:08:07 2019\n" + quoted + b"\n")
    return path, [ended(content) for content in originals]


def as_maildir(folder: Path, originals: list[bytes]) -> tuple[Path, list[bytes]]:
    path = folder / "maildir"
    box = mailbox.Maildir(path)
    sub = box.add_folder("Old.2019")
    for number, content in enumerate(originals):
        (sub if number % 3 else box).add(content)
    return path, originals


def as_zip(folder: Path, originals: list[bytes]) -> tuple[Path, list[bytes]]:
    path = folder / "letters.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(originals):
            archive.writestr(f"Mail/{number:05}.eml", content)
    return path, originals


def as_tar_gz(folder: Path, originals: list[bytes]) -> tuple[Path, list[bytes]]:
    path = folder / "letters.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for number, content in enumerate(originals):
            entry = tarfile.TarInfo(f"{'long/' * 30}{number:05}.eml")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path, originals


def as_zip_of_mbox(folder: Path, originals: list[bytes]) -> tuple[Path, list[bytes]]:
    """As Takeout gives it: one large mailbox inside of an archive."""
    path = folder / "takeout.zip"
    mbox, expected = as_mboxrd(folder, originals)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(mbox, "Takeout/Mail/All mail.mbox")
    return path, expected


WRITERS = {"mbox": as_mboxo, "mboxrd": as_mboxrd, "maildir": as_maildir, "zip": as_zip, "tar_gz": as_tar_gz,
           "zip_of_mbox": as_zip_of_mbox}


def outlook(asked, folder: Path, name: str, messages: int, ours_alone: int) -> tuple[dict, list[str]]:
    store = asked.packages / OUTLOOK / name
    ours, theirs = folder / f"ours-{name}", folder / f"theirs-{name}"
    ours.mkdir()
    theirs.mkdir()
    _, end = listed(asked.binary, store, ours)
    # One job: several of them read from one place of the file and mix it up.
    subprocess.run(["readpst", "-j", "0", "-e", "-q", "-o", str(theirs), str(store)], check=True, capture_output=True)
    mine = {fact.key: fact for fact in map(Facts, letters(ours))}
    others = {fact.key: fact for fact in map(Facts, letters(theirs))}
    figures = {"messages": end["messages"], "no_mail": end["problems"], "readpst": len(others),
               "files": sum(len(fact.files) for fact in mine.values())}
    faults = [f"{name}: readpst has {key}, we have not" for key in others.keys() - mine.keys()]
    if end["messages"] != messages or len(mine) - len(others) != ours_alone:
        faults.append(f"{name}: {figures}")
    for key in mine.keys() & others.keys():
        mine_has, other_has = mine[key], others[key]
        # readpst gives no text of RTF, and no address where there is none of SMTP.
        same = {"texts": not other_has.texts - mine_has.texts, "files": mine_has.files == other_has.files,
                "author": other_has.author in (mine_has.author, f"{mine_has.name} <MAILER-DAEMON>")}
        faults += [f"{name}: {key}: {what} differ" for what, is_same in same.items() if not is_same]
    return figures, faults


def letters(folder: Path) -> list[bytes]:
    contents = (file.read_bytes() for file in sorted(folder.rglob("*.eml")))
    return [content for content in contents if content]


class Facts:
    """What two programs that rebuild a message must agree upon."""

    def __init__(self, content: bytes):
        message = email.message_from_bytes(content)
        self.key = (shown(message["Subject"]), (message["Message-ID"] or "").strip(), message["Date"])
        self.author = shown(message["From"]).replace('"', "")
        self.name = self.author.partition(":;")[0]
        self.files, self.texts = collections.Counter(), collections.Counter()
        for part in message.walk():
            # readpst writes calendars of its own out of properties of meetings.
            if part.is_multipart() or part.get_content_type() == "text/calendar":
                continue
            octets = part.get_payload(decode=True)
            if part.get_filename() or part.get_content_type() == "application/rtf":
                self.files[hashlib.sha256(octets).hexdigest()] += 1
            elif part.get_content_maintype() == "text":
                text = octets.decode(part.get_content_charset() or "utf-8", "replace")
                self.texts[part.get_content_type(), "".join(text.split())] += 1


def shown(value) -> str:
    return " ".join(str(make_header(decode_header(value or ""))).split())


if __name__ == "__main__":
    sys.exit(main())
