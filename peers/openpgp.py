"""OpenPGP as others speak it: peers/openpgp.py --binary target/debug/caduceus --node NODE --packages FOLDER

Keys of every maker (ours, GnuPG, Sequoia, GopenPGP; RSA, Ed25519, NIST curves) go through every
program, those of version 6 (ours and OpenPGP.js's) through the two that know them: what one encrypts and signs another opens and verifies, with ours on one side each time. Then
what must not work: changed and stripped ciphertext, the wrong key, a signature over another text.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TEXT = b"Content-Type: text/plain\r\n\r\nThe biopsy was benign: \xc3\xa9\xc3\xa9n.\r\n" * 40
CANNOT_DECRYPT = 29
FAULTS = []


def check(is_good, what):
    if not is_good:
        FAULTS.append(what)
        print(f"   FAILED: {what}", flush=True)


class Sop:
    """A program with the stateless command line."""

    def __init__(self, name, *command):
        self.name, self.command = name, list(command)

    def run(self, *words, given=b""):
        done = subprocess.run([*self.command, *map(str, words)], input=given, capture_output=True, timeout=60)
        return done.returncode, done.stdout

    def must(self, *words, given=b""):
        code, out = self.run(*words, given=given)
        if code:
            raise RuntimeError(f"{self.name} {words[0]} ended with {code}")
        return out

    def make(self, folder, name, *options):
        secret = self.must("generate-key", *options, f"{name} <{name}@clinic.example>")
        return Key(folder, name, secret, self.must("extract-cert", given=secret))

    def encrypt(self, key, signer):
        return self.must("encrypt", f"--sign-with={signer.secret}", key.public, given=TEXT)

    def decrypt(self, key, signer, message):
        """The text and whether its signature holds."""
        out = key.folder / "verified"
        out.unlink(missing_ok=True)
        option = "verify-out" if self.name == "gosop" else "verifications-out"
        words = [f"--verify-with={signer.public}", f"--{option}={out}", key.secret]
        code, text = self.run("decrypt", *words, given=message)
        if code:
            return None, False
        # GopenPGP gives text with the line ends of its own system
        text = TEXT if self.name == "gosop" and text == TEXT.replace(b"\r\n", b"\n") else text
        return text, out.exists() and out.read_bytes() != b""

    def sign(self, key):
        return self.must("sign", key.secret, given=TEXT)

    def verifies(self, key, signature, text=TEXT):
        path = key.folder / "signature"
        path.write_bytes(signature)
        return self.run("verify", path, key.public, given=text)[0] == 0


class Gnupg:
    name = "gpg"

    def __init__(self, home):
        self.home = home
        home.mkdir(mode=0o700)

    def run(self, *words, given=b""):
        command = ["gpg", "--homedir", self.home, "--batch", "--quiet", "--trust-model", "always",
                   "--pinentry-mode", "loopback", "--passphrase", "", "--status-fd", "2", *words]
        return subprocess.run(command, input=given, capture_output=True, timeout=60)

    def must(self, *words, given=b""):
        done = self.run(*words, given=given)
        if done.returncode:
            raise RuntimeError(f"gpg {words[0]}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def make(self, folder, name, primary, sub):
        address = f"{name}@clinic.example"
        self.must("--quick-gen-key", f"{name} <{address}>", primary, "default", "never")
        listed = self.must("--with-colons", "--list-keys", address).decode()
        print_ = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
        self.must("--quick-add-key", print_, sub, "encr", "1y")
        return Key(folder, name, self.must("--armor", "--export-secret-keys", address),
                   self.must("--armor", "--export", address))

    def learn(self, key):
        self.must("--import", given=key.secret.read_bytes())

    def encrypt(self, key, signer):
        return self.must("--armor", "--sign", "--local-user", f"{signer.name}@clinic.example", "--encrypt",
                         "--recipient-file", str(key.public), given=TEXT)

    def decrypt(self, key, signer, message):
        done = self.run("--decrypt", given=message)
        opened = b"DECRYPTION_OKAY" in done.stderr
        return (done.stdout if opened else None), b"GOODSIG" in done.stderr

    def sign(self, key):
        return self.must("--armor", "--detach-sign", "--local-user", f"{key.name}@clinic.example", given=TEXT)

    def verifies(self, key, signature, text=TEXT):
        path = key.folder / "signature"
        path.write_bytes(signature)
        return b"GOODSIG" in self.run("--verify", str(path), "-", given=text).stderr


class Key:
    def __init__(self, folder, name, secret, public):
        self.folder, self.name = folder, name
        self.secret, self.public = folder / f"{name}.sec", folder / f"{name}.pub"
        self.secret.write_bytes(secret)
        self.public.write_bytes(public)


def exchange(ours, others, keys, signers):
    """Each key through each pair of programs in which ours is one."""
    pairs = [(ours, ours)] + [pair for other in others for pair in ((ours, other), (other, ours))]
    for key in keys:
        for signer in signers:
            for writer, reader in pairs:
                what = f"{writer.name} to {reader.name}, key {key.name}, signer {signer.name}"
                text, is_signed = reader.decrypt(key, signer, writer.encrypt(key, signer))
                check(text == TEXT, f"opened: {what}")
                check(is_signed, f"verified: {what}")
        for writer, reader in pairs:
            what = f"{writer.name} to {reader.name}, key {key.name}"
            signature = writer.sign(key)
            check(reader.verifies(key, signature), f"detached: {what}")
            check(not reader.verifies(key, signature, TEXT + b"!"), f"detached over another text: {what}")
    return len(keys) * len(pairs) * (len(signers) + 1)


def packets(binary):
    """(tag, body) of each packet (RFC 9580, 4.2), partial lengths joined."""
    at, found = 0, []
    while at < len(binary):
        head, body, is_partial = binary[at], b"", True
        at += 1
        while is_partial:
            size, octets, is_partial = length(binary, at, head)
            body += binary[at + octets:at + octets + size]
            at += octets + size
        found.append((head & 63 if head & 0x40 else head >> 2 & 15, body))
    return found


def length(binary, at, head):
    """Of the octets that follow, how many octets say so, and whether more lengths come."""
    first = binary[at]
    if not head & 0x40:
        octets = 1 << (head & 3)
        return int.from_bytes(binary[at:at + octets], "big"), octets, False
    if first < 192:
        return first, 1, False
    if first < 224:
        return (first - 192) * 256 + binary[at + 1] + 192, 2, False
    if first < 255:
        return 1 << (first & 31), 1, True
    return int.from_bytes(binary[at + 1:at + 5], "big"), 5, False


def packet(tag, body):
    return bytes([0xC0 | tag, 255]) + len(body).to_bytes(4, "big") + body


def refusals(ours, others, key, stranger):
    """What nobody may open: nothing comes out, and the exit code says so."""
    count = 0
    for writer in (ours, *others):
        literal = packet(11, b"b\0\0\0\0\0" + b"injected")
        message = ours.must("dearmor", given=writer.encrypt(key, key))
        *wrapped, (tag, body) = packets(message)
        check(tag == 18, f"{writer.name} protects what it encrypts")
        head = b"".join(packet(tag, body) for tag, body in wrapped)
        forged = {
            "its protection stripped": head + packet(9, body[1:]),
            "its protection stripped and its hash cut off": head + packet(9, body[1:-22]),
            "its hash cut off": head + packet(18, body[:-22]),
            "a text before it": literal + message,
            "a text behind it": message + literal,
            "twice": message + message,
        }
        for at in range(1, len(body), max(1, len(body) // 40)):
            changed = bytearray(body)
            changed[at] ^= 1
            forged[f"octet {at} changed"] = head + packet(18, bytes(changed))
        for how, bent in forged.items():
            code, out = ours.run("decrypt", key.secret, given=bent)
            check(code in (CANNOT_DECRYPT, 41) and out == b"", f"{writer.name}'s message with {how}: {code}")
            count += 1
        code, out = ours.run("decrypt", stranger.secret, given=message)
        check(code == CANNOT_DECRYPT and out == b"", f"{writer.name}'s message and a stranger's key")
    return count


def expired(gnupg, ours, folder):
    """A key that GnuPG made to end is not encrypted to."""
    past = ["--faked-system-time", "20240101T000000"]
    gnupg.must(*past, "--quick-gen-key", "late <late@clinic.example>", "future-default", "default", "30d")
    key = folder / "late.pub"
    key.write_bytes(gnupg.must("--export", "late@clinic.example"))
    check(ours.run("encrypt", key, given=TEXT)[0] == 17, "a key that has ended")


def directory(sop):
    """Names in the Web Key Directory, beside GnuPG's."""
    client = shutil.which("gpg-wks-client") or "/usr/lib/gnupg/gpg-wks-client"
    names = ["Joe.Doe", "a", "lee+tag", "o'neil", "MIXED.case", "0123456789" * 6]
    for name in names:
        said = subprocess.run([client, "--print-wkd-hash", f"{name}@clinic.example"], capture_output=True, check=True)
        check(sop.must("wkd-hash", name).strip() == said.stdout.split()[0], f"the directory's name of {name}")
    return len(names)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--binary", required=True, help="our program")
    words.add_argument("--node", required=True, help="Node")
    words.add_argument("--packages", required=True, help="where its pinned packages are")
    given = words.parse_args()
    ours = Sop("ours", os.path.abspath(given.binary), "sop")
    script = Path(__file__).resolve().with_suffix(".mjs")
    openpgpjs = Sop("openpgp.js", given.node, str(script), os.path.abspath(given.packages))
    sequoia, gopenpgp = Sop("sqop", "sqop"), Sop("gosop", "gosop")
    with tempfile.TemporaryDirectory(prefix="openpgp-") as name:
        folder = Path(name)
        gnupg = Gnupg(folder / "gnupg")
        try:
            keys = [ours.make(folder, "ours"), sequoia.make(folder, "sequoia"), gopenpgp.make(folder, "gopenpgp"),
                    gnupg.make(folder, "rsa", "rsa3072", "rsa3072"), gnupg.make(folder, "ed", "ed25519", "cv25519"),
                    gnupg.make(folder, "nist", "nistp256", "nistp256")]
            for key in keys[:3]:
                gnupg.learn(key)
            others = [sequoia, gopenpgp, gnupg]
            made = exchange(ours, others, keys, [keys[0], keys[3]])
            six = [ours.make(folder, "six", "--profile=rfc9580"), openpgpjs.make(folder, "sixjs")]
            made += exchange(ours, [openpgpjs], six, six)
            refused = refusals(ours, others, keys[0], keys[1])
            expired(gnupg, ours, folder)
            hashed = directory(ours)
        finally:
            subprocess.run(["gpgconf", "--homedir", gnupg.home, "--kill", "all"], check=False)
    print(f"   {made} exchanges, {refused} forgeries, {hashed} directory names, {len(FAULTS)} faults")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main())
