"""Time stamps by OpenSSL: it answers our questions, we read its answers, and it accepts the tokens we keep.

    peers/stamps.py --binary target/debug/examples/stamp

An authority with keys of three kinds answers (`openssl ts -reply`); the token that we took out of an answer is given
back to `openssl ts -verify`. What was changed, asked otherwise or signed by others must be refused by both.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

from mail import trial

FORMS = """[req]
distinguished_name = names
[names]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[stamps]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = stamping
[stamping]
serial = serial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""
KEYS = {
    "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "rsa3072": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
}
CHECKPOINT = b"mail.clinic.example/log\n1027\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=Path)
    parser.add_argument("--work", type=Path, default=trial.ROOT / "target/peers/work")
    parser.add_argument("--keep", action="store_true", help="leave the working folder")
    asked = parser.parse_args()
    return trial.hold("stamps", lambda folder, stops: Trial(asked.binary.resolve(), folder).play())


class Trial:
    def __init__(self, binary: Path, folder: Path):
        self.binary, self.folder, self.faults, self.held = binary, folder, [], 0

    def play(self) -> list[str]:
        (self.folder / "forms.cnf").write_text(FORMS)
        (self.folder / "serial").write_text("01\n")
        (self.folder / "octets").write_bytes(CHECKPOINT)
        (self.folder / "other").write_bytes(CHECKPOINT.replace(b"1027", b"1028"))
        for root in ("root", "foreign"):
            self.openssl("genpkey", *KEYS["p256"], "-out", f"{root}.key")
            self.openssl("req", "-x509", "-new", "-key", f"{root}.key", "-subj", f"/CN=Peer {root}", "-days", "30",
                         "-config", "forms.cnf", "-extensions", "ca", "-out", f"{root}.pem")
        for name, words in KEYS.items():
            self.openssl("genpkey", *words, "-out", f"{name}.key")
            self.openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN=Peer {name}", "-out", f"{name}.csr")
            self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
                         "-days", "20", "-extfile", "forms.cnf", "-extensions", "stamps", "-out", f"{name}.pem")
            self.stamp(name)
        print(json.dumps({"held": self.held, "faults": len(self.faults)}))
        return self.faults

    def stamp(self, name: str) -> None:
        (self.folder / "drawn").write_bytes(os.urandom(8))
        self.expect(f"{name}: ask", self.ours("ask", "octets", "drawn", "question.tsq"), "asked")
        self.openssl("ts", "-reply", "-config", "forms.cnf", "-section", "stamping", "-queryfile", "question.tsq",
                     "-signer", f"{name}.pem", "-inkey", f"{name}.key", "-out", "answer.tsr")
        said = self.read("root.pem", "octets")
        self.expect(f"{name}: read", said, f"Z CN=Peer {name}")
        stated = datetime.datetime.fromisoformat(said.split(" ")[0].replace("Z", "+00:00"))
        off = abs((stated - datetime.datetime.now(datetime.timezone.utc)).total_seconds())
        self.expect(f"{name}: time", str(off < 60), "True")
        self.expect(f"{name}: OpenSSL", self.accepts("octets", "root.pem", "token"), "OK")
        self.expect(f"{name}: answers the question", self.answers("root.pem"), "OK")
        self.expect(f"{name}: OpenSSL, other octets", self.accepts("other", "root.pem", "token"), "FAILED")
        self.expect(f"{name}: OpenSSL, foreign", self.accepts("octets", "foreign.pem", "token"), "FAILED")
        self.expect(f"{name}: other octets", self.read("root.pem", "other"), "error stamp_other_imprint")
        self.expect(f"{name}: foreign", self.read("foreign.pem", "octets"), "error stamp_unknown_authority")
        (self.folder / "drawn").write_bytes(os.urandom(8))
        self.expect(f"{name}: other question", self.read("root.pem", "octets"), "error stamp_other_nonce")
        answer = bytearray((self.folder / "answer.tsr").read_bytes())
        answer[-1] ^= 1
        (self.folder / "answer.tsr").write_bytes(bytes(answer))
        self.expect(f"{name}: changed", self.read("root.pem", "octets"), "error stamp_")

    def read(self, authorities: str, octets: str) -> str:
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.ours("read", now, authorities, octets, "drawn", "answer.tsr", "token")

    def ours(self, *words: str) -> str:
        done = subprocess.run([self.binary, *words], cwd=self.folder, capture_output=True, text=True)
        return done.stdout.strip()

    def accepts(self, octets: str, authorities: str, token: str) -> str:
        return self.verification("-data", octets, "-in", token, "-token_in", "-CAfile", authorities)

    def answers(self, authorities: str) -> str:
        return self.verification("-queryfile", "question.tsq", "-in", "answer.tsr", "-CAfile", authorities)

    def verification(self, *words: str) -> str:
        done = subprocess.run(["openssl", "ts", "-verify", *words], cwd=self.folder, capture_output=True, text=True)
        return "OK" if done.returncode == 0 and "Verification: OK" in done.stdout else "FAILED"

    def openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def expect(self, what: str, said: str, wanted: str) -> None:
        if wanted in said:
            self.held += 1
        else:
            self.faults.append(f"{what}: {said!r}, not {wanted!r}")


if __name__ == "__main__":
    sys.exit(main())
