#!/usr/bin/env python3
"""Reads export packages with readers that are not ours.

  exports.py --binary target/debug/examples/export_samples

Python's zipfile, mailbox, csv, json, hashlib and ElementTree, `sha256sum -c`, and `openssl` for the blocks of
the locked package (the standard library has no AES). Every check that fails ends the run with its name.
"""

import argparse
import csv
import email
import hashlib
import hmac
import io
import json
import mailbox
import pathlib
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile

LOADS = "load"


def check(name, holds):
    if not holds:
        sys.exit(f"failed: {name}")
    print(f"ok  {name}")


def sums(folder):
    """Stock sha256sum finds every file as it is listed, and every file is listed."""
    run = subprocess.run(
        ["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True
    )
    check("sha256sum -c", run.returncode == 0)
    listed = {line[66:] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    check("every file is summed", listed == there)


def zips(root, folder):
    """Both ZIPs are the same octets, and hold what the folder holds."""
    first, second = (root / "package.zip").read_bytes(), (root / "again.zip").read_bytes()
    check("the same input gives the same octets", first == second)
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        check("zipfile finds no broken entry", package.testzip() is None)
        names = package.namelist()
        check("no name twice, none leads out", len({n.lower() for n in names}) == len(names)
              and not any(n.startswith("/") or ".." in pathlib.PurePosixPath(n).parts for n in names))
        check("one date for all", len({i.date_time for i in package.infolist()}) == 1)
        same = all(package.read(n) == (folder / n).read_bytes() for n in names)
        there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
        check("ZIP and folder hold the same", same and set(names) == there)
    for tool in (["unzip", "-tqq"], ["bsdtar", "-tf"], ["7z", "t", "-bso0"]):
        try:
            run = subprocess.run([*tool, str(root / "package.zip")], capture_output=True)
        except FileNotFoundError:
            print(f"--  {tool[0]} is not here")
            continue
        check(f"{tool[0]} reads the ZIP", run.returncode == 0)


def manifest(folder):
    """Digests of the manifest are those of the natives; the declaration names the manifest's own."""
    octets = (folder / "manifest.json").read_bytes()
    stated = json.loads(octets)
    documents = stated["per_document"]
    check("manifest counts", stated["documents"] == len(documents)
          and stated["items"] == sum(d["parent"] is None for d in documents))
    for document in documents:
        native = (folder / document["native"]).read_bytes()
        if (hashlib.sha256(native).hexdigest(), hashlib.md5(native).hexdigest(), len(native)) != (
            document["sha256"], document["md5"], document["octets"]
        ):
            sys.exit(f"failed: digests of {document['control']}")
    print("ok  digests of every native")
    declaration = (folder / "reports/declaration-902.txt").read_text()
    check("the declaration names the manifest", hashlib.sha256(octets).hexdigest() in declaration)
    return documents


def mbox(folder, documents):
    """mailbox.mbox finds the messages; unquoted, they are the natives."""
    messages = [d for d in documents if d["parent"] is None]
    box = mailbox.mbox(folder / LOADS / "messages.mbox", create=False)
    check("mbox count", len(box) == len(messages))
    for key, document in zip(box.keys(), messages):
        lines = box.get_bytes(key).split(b"\n")
        plain = b"\n".join(l[1:] if l.startswith(b">") and l.lstrip(b">").startswith(b"From ") else l for l in lines)
        native = (folder / document["native"]).read_bytes()
        if plain != native:
            sys.exit(f"failed: mbox message {document['control']}")
        if email.message_from_bytes(plain)["Subject"] is None:
            sys.exit("failed: a message without subject")
    print("ok  mbox gives the natives back")


def rows(folder, documents):
    """CSV, DAT and JSON lines: a row for each, the same control numbers and digests in each."""
    controls = [d["control"] for d in documents]
    with open(folder / LOADS / "documents.csv", encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file, strict=True))
    check("CSV rows", [r["DOCID"] for r in table] == controls)
    cells = [cell for row in table for cell in row.values()]
    check("no cell of the CSV is a formula", not any(c.lstrip()[:1] in set("=+-@") for c in cells if c.strip()))
    text = (folder / LOADS / "load.dat").read_bytes()
    check("DAT has its mark", text.startswith(b"\xef\xbb\xbf"))
    lines = text.decode("utf-8-sig").split("\r\n")
    check("DAT ends with a line end", lines.pop() == "")
    parsed = list(csv.reader(lines, delimiter="\x14", quotechar="\u00fe", doublequote=True, strict=True))
    head, body = parsed[0], parsed[1:]
    check("DAT rows", [r[0] for r in body] == controls and all(len(r) == len(head) for r in body))
    at = {name: index for index, name in enumerate(head)}
    check("DAT digests", [r[at["SHA256HASH"]] for r in body] == [d["sha256"] for d in documents])
    check("DAT paths exist", all((folder / r[at[c]].replace("\\", "/")).is_file()
                                 for r in body for c in ("NATIVEFILE", "TEXTFILE") if r[at[c]]))
    families = {}
    for row in body:
        families.setdefault((row[at["BEGATTACH"]], row[at["ENDATTACH"]]), []).append(row[0])
    check("DAT families are ranges", all((f[0], f[-1]) == ends for ends, f in families.items()))
    with open(folder / LOADS / "messages.jsonl", encoding="utf-8", newline="\n") as file:
        messages = [json.loads(line) for line in file]
    check("JSON lines", [m["control"] for m in messages] == [d["control"] for d in documents if d["parent"] is None])
    sidecars = [json.loads((folder / "natives" / f"{m['control']}.json").read_text()) for m in messages]
    check("JSON lines are the sidecars", messages == sidecars)
    return messages


def edrm(folder, documents, messages):
    """ElementTree reads EDRM XML; elements are in the order of the schema's outline (no XSD was to be had)."""
    root = ElementTree.parse(folder / LOADS / "edrm.xml").getroot()
    check("EDRM root", root.tag == "Root" and (root.get("MajorVersion"), root.get("MinorVersion")) == ("1", "2"))
    check("EDRM batch", [e.tag for e in root] == ["Batch"]
          and [e.tag for e in root[0]] == ["Documents", "Relationships"])
    found = root.findall("Batch/Documents/Document")
    check("EDRM documents", [d.get("DocID") for d in found] == [d["control"] for d in documents])
    check("EDRM order", all([e.tag for e in d] == ["Files", "Locations", "Tags"] for d in found))
    for element, document in zip(found, documents):
        native = element.find("Files/File[@FileType='Native']/ExternalFile")
        path = f"{native.get('FilePath')}/{native.get('FileName')}"
        if (path, native.get("Hash")) != (document["native"], document["md5"]):
            sys.exit(f"failed: EDRM file of {document['control']}")
    print("ok  EDRM files and digests")
    pairs = [(r.get("ParentDocId"), r.get("ChildDocId")) for r in root.findall("Batch/Relationships/Relationship")]
    check("EDRM relationships", pairs == [(d["parent"], d["control"]) for d in documents if d["parent"]])
    subjects = {d.get("DocID"): d.find("Tags/Tag[@TagName='#Subject']") for d in found}
    legal = {c: "\ufffd" for c in [*range(0x20), 0xFFFE, 0xFFFF] if c not in (9, 10, 13)}
    check("EDRM subjects", all(subjects[m["control"]].get("TagValue") == m["subject"].translate(legal)
                               for m in messages))


def locked(root):
    """The locked package opens by the published description of AE-2, with another library's primitives."""
    octets, facts = (root / "locked.zip").read_bytes(), json.loads((root / "locked.json").read_text())
    info = zipfile.ZipFile(io.BytesIO(octets)).infolist()[0]
    check("AE-2, AES-256, stored", info.compress_type == 99 and info.CRC == 0
          and info.extra == struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0))
    name, extra = struct.unpack_from("<HH", octets, 26)
    data = octets[30 + name + extra:][:info.compress_size]
    salt, seen, body, code = data[:16], data[16:18], data[18:-10], data[-10:]
    keys = hashlib.pbkdf2_hmac("sha1", facts["password"].encode(), salt, 1000, 66)
    check("password is verified", keys[64:] == seen)
    check("code of authentication", hmac.new(keys[32:64], body, "sha1").digest()[:10] == code)
    counters = b"".join(n.to_bytes(16, "little") for n in range(1, len(body) // 16 + 2))
    stream = subprocess.run(["openssl", "enc", "-aes-256-ecb", "-nopad", "-K", keys[:32].hex()],
                            input=counters, capture_output=True, check=True).stdout
    plain = (int.from_bytes(body, "big") ^ int.from_bytes(stream[:len(body)], "big")).to_bytes(len(body), "big")
    check("what is inside", hashlib.sha256(plain).hexdigest() == facts["sha256"])
    check("and is a package", zipfile.ZipFile(io.BytesIO(plain)).testzip() is None)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--binary", required=True, help="the example export_samples, built")
    with tempfile.TemporaryDirectory() as root:
        subprocess.run([arguments.parse_args().binary, root], check=True)
        read(pathlib.Path(root))


def read(root):
    folder = root / "folder"
    sums(folder)
    zips(root, folder)
    documents = manifest(folder)
    mbox(folder, documents)
    edrm(folder, documents, rows(folder, documents))
    locked(root)


if __name__ == "__main__":
    main()
