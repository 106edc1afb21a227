"""Where peers run: a fresh folder that server users can reach, free ports, and certificates.

A certificate authority of the test's own signs the receivers' certificates, as a public one would.
"""

import base64
import os
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


def fresh_folder(root: Path, name: str) -> Path:
    """A new empty folder under target/, or under the system's when other users cannot reach target/."""
    parent = root / "target" / "peers" / "run"
    parent.mkdir(parents=True, exist_ok=True)
    reachable = all(os.stat(folder).st_mode & 0o005 == 0o005 for folder in [parent, *parent.parents])
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent if reachable else None))
    folder.chmod(0o755)
    return folder


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass(frozen=True)
class Certificate:
    certificate: Path
    key: Path


class Authority:
    """A certificate authority that lives for one run."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificate = folder / "ca.pem"
        self.key = folder / "ca.key"
        subject = ["-subj", "/CN=Test authority", "-days", "90", "-nodes"]
        extensions = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *subject, *extensions,
                "-keyout", self.key, "-out", self.certificate)

    def issue(self, host: str, *others: str) -> Certificate:
        """A server certificate for a host name, for further ones, and for 127.0.0.1."""
        request, key, certificate = (self.folder / f"{host}.{end}" for end in ("csr", "key", "pem"))
        extensions = self.folder / f"{host}.ext"
        extensions.write_text(
            f"subjectAltName={','.join(f'DNS:{name}' for name in (host, *others))},IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        )
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", f"/CN={host}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                "-days", "90", "-extfile", extensions, "-out", certificate)
        return Certificate(certificate, key)


def openssl(*words) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"openssl {words[0]} failed: {done.stderr.strip()}")


def signing_key() -> tuple[bytes, str]:
    """An RSA key of 2048 bits for DKIM or ARC: PEM, and the public half as DNS has it."""
    private = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], capture_output=True, check=True).stdout
    public = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=private, capture_output=True, check=True)
    return private, base64.b64encode(public.stdout).decode()
