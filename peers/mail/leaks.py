"""Looks for words in files, whatever common form they were written in.

Reads every octet of every file under the given folders. A word counts as found in upper or lower
case, in UTF-16, in hexadecimal, and in base64 at any of its three alignments.
"""

import base64
import os
import re
from pathlib import Path

# Reading the rest of a machine's temporary folder has its limit.
FILE_OCTETS_MAX = 1 << 30


def forms(word: str | bytes) -> set[bytes]:
    """The octets that betray `word`, or octets that are a secret themselves; all lower case."""
    octets = word.encode() if isinstance(word, str) else word
    found = {octets, octets.hex().encode()}
    if isinstance(word, str):
        found |= {word.encode("utf-16-le"), word.encode("utf-16-be")}
    for shift in range(3):
        # Characters that depend on neighbours are left out at both ends.
        coded = base64.b64encode(b"\0" * shift + octets)
        whole = coded[(shift * 8 + 5) // 6 : (shift + len(octets)) * 8 // 6]
        found |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return {form.lower() for form in found}


def search(folders: list[Path], words: dict[str, str | bytes], since: float = 0.0) -> list[str]:
    """`path: label` for each labelled word found in a file changed after `since`, or in its name."""
    labels = {form: label for label, word in words.items() for form in forms(word)}
    pattern = re.compile(b"|".join(map(re.escape, labels)))
    found = set()
    for path in files(folders):
        try:
            facts = path.stat()
            if facts.st_mtime < since or facts.st_size > FILE_OCTETS_MAX:
                continue
            content = os.fsencode(path.name) + b"\0" + path.read_bytes()
        except OSError:
            continue  # it went away meanwhile
        found.update(f"{path}: {labels[hit]}" for hit in pattern.findall(content.lower()))
    return sorted(found)


def files(folders: list[Path]):
    for folder in folders:
        for parent, _, names in os.walk(folder):
            yield from (path for name in names if (path := Path(parent, name)).is_file() and not path.is_symlink())
