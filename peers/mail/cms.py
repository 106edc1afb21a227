"""Programs that speak S/MIME, each behind the same four verbs: encrypt, decrypt, sign, verify.

`OpenSsl` and `Gpgsm` take and give MIME entities or bare CMS; `Nss` is Mozilla's `cmsutil`. What a program
cannot do it says by `Refused`, with its own last words.
"""

import base64
import email
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "opensesame"
KINDS = {
    "rsa2048": ["-newkey", "rsa:2048"],
    "rsa3072": ["-newkey", "rsa:3072"],
    "p256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
}


class Refused(Exception):
    pass


@dataclass(frozen=True)
class Person:
    name: str
    certificate: Path
    key: Path
    identity: Path  # key and certificate in one file, as ours takes it
    pkcs12: Path

    @property
    def address(self) -> str:
        return f"{self.name}@mail.example"


class Authority:
    """Issues, revokes and lists."""

    def __init__(self, folder: Path):
        folder.mkdir()
        self.folder, self.root, self.lists = folder, folder / "root.pem", folder / "lists.pem"
        run("openssl", "req", "-x509", *KINDS["rsa2048"], "-nodes", "-days", "90", "-subj", "/CN=Test root",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", folder / "root.key", "-out", self.root)
        (folder / "index.txt").touch()
        (folder / "serial").write_text("1001\n")
        (folder / "crlnumber").write_text("01\n")
        self.config = folder / "ca.cnf"
        self.config.write_text(
            f"[ca]\ndefault_ca=own\n[own]\ndir={folder}\ndatabase={folder}/index.txt\nserial={folder}/serial\n"
            f"crlnumber={folder}/crlnumber\nnew_certs_dir={folder}\ncertificate={self.root}\n"
            f"private_key={folder}/root.key\ndefault_md=sha256\ndefault_days=60\ndefault_crl_days=30\n"
            "policy=any\nunique_subject=no\n[any]\ncommonName=supplied\n")

    def issue(self, name: str, kind: str, *, dates: tuple[str, str] | None = None, more: str = "") -> Person:
        stem = self.folder / name
        key, request, certificate, pkcs12 = (Path(f"{stem}.{end}") for end in ("key", "csr", "pem", "p12"))
        extensions = Path(f"{stem}.ext")
        # RSA keys decrypt, keys of curves agree
        usage = "keyEncipherment" if kind.startswith("rsa") else "keyAgreement"
        extensions.write_text(f"basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,{usage}\n"
                              f"extendedKeyUsage=emailProtection\nsubjectAltName=email:{name}@mail.example\n"
                              f"subjectKeyIdentifier=hash\n{more}")
        run("openssl", "req", "-new", *KINDS[kind], "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        when = ["-startdate", dates[0], "-enddate", dates[1]] if dates else []
        run("openssl", "ca", "-batch", "-notext", "-config", self.config, "-extfile", extensions, *when,
            "-in", request, "-out", certificate)
        # by the old ciphers: GnuPG 2.2 reads no others in such a file
        run("openssl", "pkcs12", "-export", "-legacy", "-inkey", key, "-in", certificate, "-certfile", self.root,
            "-name", name, "-passout", f"pass:{PASSWORD}", "-out", pkcs12)
        identity = Path(f"{stem}.identity.pem")
        identity.write_bytes(key.read_bytes() + certificate.read_bytes())
        return Person(name, certificate, key, identity, pkcs12)

    def revoke(self, person: Person) -> None:
        run("openssl", "ca", "-config", self.config, "-revoke", person.certificate)

    def publish(self) -> None:
        run("openssl", "ca", "-config", self.config, "-gencrl", "-out", self.lists)


class Ours:
    """The example program of the crate `seal`."""

    def __init__(self, program: str, folder: Path):
        self.program, self.folder = program, folder

    def __call__(self, *words, content: bytes | None = None) -> str:
        """`IN` and `OUT` among the words are files; what is written is in `written`."""
        source, target = self.folder / "ours.in", self.folder / "ours.out"
        if content is not None:
            source.write_bytes(content)
        target.unlink(missing_ok=True)
        names = {"IN": str(source), "OUT": str(target)}
        done = subprocess.run([self.program, *(names.get(str(word), str(word)) for word in words)],
                              capture_output=True, text=True, timeout=60)
        if done.returncode not in (0, 1):
            raise SystemExit(f"smime {words[0]} died: {done.stderr.strip()}")
        self.written = target.read_bytes() if target.exists() else b""
        return done.stdout.strip()


class OpenSsl:
    def __init__(self, folder: Path, root: Path):
        self.folder, self.root = folder, root

    def encrypt(self, content: bytes, people: list[Person], cipher: str, *more: str) -> bytes:
        to = [word for person in people for word in ("-recip", person.certificate)]
        return self._cms(content, "-encrypt", "-binary", f"-{cipher}", *to, *more)

    def decrypt(self, entity: bytes, person: Person) -> bytes:
        return self._cms(entity, "-decrypt", "-binary", "-recip", person.certificate, "-inkey", person.key)

    def sign(self, content: bytes, person: Person, *more: str) -> bytes:
        return self._cms(content, "-sign", "-binary", "-signer", person.certificate, "-inkey", person.key, *more)

    def verify(self, entity: bytes) -> bytes:
        """Lines of what it gives end as in a file."""
        return self._cms(entity, "-verify", "-CAfile", self.root, "-purpose", "any").replace(b"\r\n", b"\n")

    def _cms(self, content: bytes, *words) -> bytes:
        source = self.folder / "openssl.in"
        source.write_bytes(content)
        return run("openssl", "cms", *words, "-in", source)


class Gpgsm:
    """GnuPG's S/MIME, with a home of its own. It takes and gives bare CMS."""

    def __init__(self, folder: Path, root: Path, people: list[Person]):
        self.home = folder / "gpgsm"
        self.home.mkdir(mode=0o700)
        # whoever reads mail with it asks for the password by such a program
        asks = self.home / "pinentry"
        asks.write_text("#!/bin/sh\necho OK\nwhile read -r word rest; do\n"
                        f'[ "$word" = GETPIN ] && echo "D {PASSWORD}"\necho OK\n[ "$word" = BYE ] && exit\ndone\n')
        asks.chmod(0o700)
        (self.home / "gpg-agent.conf").write_text(f"allow-loopback-pinentry\npinentry-program {asks}\n")
        (self.home / "gpgsm.conf").write_text("disable-dirmngr\ndisable-crl-checks\ndisable-policy-checks\n")
        shown = run("openssl", "x509", "-in", root, "-noout", "-fingerprint", "-sha1").decode()
        (self.home / "trustlist.txt").write_text(shown.strip().split("=")[1] + " S relax\n")
        self._run("--import", root)
        self.imported = set()
        for person in people:
            try:
                self._run("--import", person.pkcs12)
                self.imported.add(person.name)
            except Refused:
                self._run("--import", person.certificate)

    def encrypt(self, content: bytes, person: Person) -> bytes:
        return self._run("--armor", "--assume-binary", "--encrypt", "--recipient", person.address, content=content)

    def decrypt(self, cms: bytes) -> bytes:
        return self._run("--assume-binary", "--decrypt", content=cms)

    def sign(self, content: bytes, person: Person, *more: str) -> bytes:
        return self._run("--assume-binary", "--sign", "--local-user", person.address, *more, content=content)

    def verify(self, signature: bytes, content: bytes) -> None:
        files = [self.home / "signature", self.home / "content"]
        for file, octets in zip(files, (signature, content)):
            file.write_bytes(octets)
        self._run("--verify", *files)

    def stop(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], capture_output=True, check=False)

    def _run(self, *words, content: bytes = b"") -> bytes:
        """The first line of what it reads is the password."""
        return run("gpgsm", "--homedir", self.home, "--batch", "--yes", "--pinentry-mode", "loopback",
                   "--passphrase-fd", "0", *words, content=f"{PASSWORD}\n".encode() + content)


class Nss:
    """Mozilla's library. It takes and gives bare CMS."""

    def __init__(self, folder: Path, root: Path, people: list[Person]):
        self.base = folder / "nss"
        self.base.mkdir()
        word = folder / "nss.password"
        word.write_text(PASSWORD)
        self.words = ["-d", f"sql:{self.base}", "-f", word]
        run("certutil", "-N", *self.words)
        run("certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", root, *self.words)
        for person in people:
            run("pk12util", "-i", person.pkcs12, "-d", f"sql:{self.base}", "-k", word, "-w", word)

    def encrypt(self, content: bytes, person: Person) -> bytes:
        return self._cms("-E", "-r", person.address, content=content)

    def decrypt(self, cms: bytes) -> bytes:
        return self._cms("-D", content=cms)

    def sign(self, content: bytes, person: Person) -> bytes:
        return self._cms("-S", "-G", "-P", "-N", person.name, content=content)

    def verify(self, signature: bytes, content: bytes) -> bytes:
        file = self.base / "content"
        file.write_bytes(content)
        return self._cms("-D", "-c", file, content=signature)

    def _cms(self, *words, content: bytes) -> bytes:
        source, target = self.base / "in", self.base / "out"
        source.write_bytes(content)
        target.unlink(missing_ok=True)
        run("cmsutil", *words, *self.words, "-i", source, "-o", target)
        return target.read_bytes()


def bare(entity: bytes) -> bytes:
    """The CMS of an application/pkcs7-mime entity."""
    return email.message_from_bytes(entity).get_payload(decode=True)


def halves(entity: bytes) -> tuple[bytes, bytes]:
    """Of a multipart/signed: the CMS of the signature, and the signed octets as they stand."""
    message = email.message_from_bytes(entity)
    delimiter = b"--" + message.get_boundary().encode()
    content = entity.split(delimiter)[1].removeprefix(b"\r\n").removesuffix(b"\r\n")
    return message.get_payload()[1].get_payload(decode=True), content


def wrapped(cms: bytes, kind: str) -> bytes:
    """Bare CMS as an entity, as mail programs send it."""
    head = f"Content-Type: application/pkcs7-mime; smime-type={kind}; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(cms).replace(b"\n", b"\r\n")


def beside(content: bytes, cms: bytes) -> bytes:
    """A detached signature as multipart/signed."""
    head = 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=bb\r\n\r\n--bb\r\n'
    part = "\r\n--bb\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + content + part.encode() + base64.encodebytes(cms).replace(b"\n", b"\r\n") + b"--bb--\r\n"


def run(*words, content: bytes = b"") -> bytes:
    done = subprocess.run([str(word) for word in words], input=content, capture_output=True, timeout=60,
                          env={**os.environ, "LC_ALL": "C"})
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()
        raise Refused(f"{words[0]} {words[1]}: {' | '.join(last[-3:])}")
    return done.stdout
