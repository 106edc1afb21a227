"""A directory that others wrote, OpenLDAP's slapd, is asked for a certificate of a recipient.

    peers/ldap.py --binary target/debug/caduceus

slapd has people with certificates that an authority of the test issued, over ldaps and StartTLS, for who signs in. The
product under test asks it and sends S/MIME that OpenSSL opens with the recipient's key; with a wrong password, with a
server's certificate of nobody known and with slapd dead the mail goes the other way, in time.
"""

import base64
import subprocess
import sys
import time
from pathlib import Path

from mail import api, cms, trial, world
from mail.place import free_port
from mail.postfix import wait_for

HOST = "ldap.directory.example"
STARTTLS_HOST = "starttls.directory.example"
DOMAIN = "mail.example"
READER, PASSWORD = "cn=reader,dc=mail,dc=example", "oleander"
TEXT = "The result, as promised."
# A message waits 4 seconds at most for all that is asked.
WAIT = 4 + 3


def main() -> int:
    parser = trial.arguments(__doc__)
    trial.engine_argument(parser)
    asked = parser.parse_args()
    return trial.hold("ldap", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    authority, receiver = trial.receiving(folder, "mx.mail.example", DOMAIN, stops)
    issuer = cms.Authority(folder / "issuer")
    people = [issuer.issue(name, "p256") for name in ("lee", "ann", "bo", "kim")]
    slapd = Slapd(folder / "slapd", authority.issue(HOST, STARTTLS_HOST), people)
    slapd.start()
    stops.append(slapd.stop)
    # A name stands at one port in a route, so each way to encrypt has a name of its own.
    routes = [
        {"domain": "one.example", "host": HOST, "ip": "127.0.0.1", "port": slapd.ldaps},
        {"domain": "two.example", "host": STARTTLS_HOST, "ip": "127.0.0.1", "port": slapd.ldap},
    ]
    wanted = trial.order(
        asked, folder, authority, asked.engine, trial.database(folder, asked.engine, stops), keys=True,
        receiver=trial.route(receiver, "mx.mail.example", DOMAIN), receivers=routes,
    )
    prepared = trial.prepare(asked, folder, wanted)
    server = world.Server(prepared, folder / "server.log")
    server.start()
    stops.append(server.stop)
    return Trial(prepared, receiver, slapd, cms.OpenSsl(folder, issuer.root), authority, issuer, people).play()


class Trial:
    def __init__(self, prepared, receiver, slapd, openssl, authority, issuer, people):
        self.prepared, self.receiver, self.slapd, self.openssl = prepared, receiver, slapd, openssl
        self.authority, self.issuer, self.people, self.faults = authority, issuer, people, []

    def play(self) -> list[str]:
        lee, ann, bo, kim = self.people
        root = base64.b64encode(self.issuer.root.read_bytes()).decode()
        self.call("POST", "/v1/authorities", {"file": root})
        self.same("without a directory", self.send(lee), "portal")
        self.trials()
        self.same("with one", self.send(lee), "smime")
        self.opens(lee)
        self.put(password="wrong")
        self.same("with a wrong password", self.send(ann), "portal")
        self.put(roots=self.issuer.root.read_text())
        self.same("with a certificate of nobody known", self.send(ann), "portal")
        self.put()
        self.same("put right again", self.send(ann), "smime")
        self.slapd.stop()
        self.same("with slapd dead", self.send(bo), "portal")
        self.slapd.start()
        self.put()
        self.same("with slapd back", self.send(kim), "smime")
        print(f"faults: {len(self.faults)}", flush=True)
        return self.faults

    def trials(self) -> None:
        """What a trial by hand says, before the directory is as it shall be."""
        made = self.call("POST", "/v1/encryption/directories", self.directory())
        self.place = f"/v1/encryption/directories/{made['id']}"
        for what, changed, address, expected in [
            ("somebody it has", {}, "lee@mail.example", ("searched", 1)),
            ("an address like a filter", {}, "*@mail.example", ("searched", 0)),
            ("nobody it has", {}, "mallory@mail.example", ("searched", 0)),
            ("a wrong password", {"password": "wrong"}, "lee@mail.example", ("not_bound", 0)),
            ("StartTLS", {"tls": "starttls", "host": STARTTLS_HOST, "port": self.slapd.ldap}, "lee@mail.example", ("searched", 1)),
            ("TLS at a port of StartTLS", {"host": STARTTLS_HOST, "port": self.slapd.ldap}, "lee@mail.example", ("not_secured", 0)),
            ("another authority", {"roots": self.issuer.root.read_text()}, "lee@mail.example", ("not_secured", 0)),
            ("a base that is not there", {"base": "dc=elsewhere"}, "lee@mail.example", ("not_searched", 0)),
        ]:
            self.put(**changed)
            tried = self.call("POST", f"{self.place}/try", {"address": address})
            said = (tried.get("step"), tried.get("found"))
            self.same(f"trial, {what}", said, expected)
        self.put()

    def directory(self, **changed) -> dict:
        return {
            "name": "hospital", "host": HOST, "port": self.slapd.ldaps, "tls": "ldaps", "base": "dc=mail,dc=example",
            "bind_name": READER, "password": PASSWORD, "roots": self.authority.certificate.read_text(), "domains": [DOMAIN],
        } | changed

    def put(self, **changed) -> None:
        self.call("PUT", self.place, self.directory(**changed))

    def call(self, verb: str, path: str, body: dict) -> dict:
        answer = api.call(self.prepared, verb, path, body)
        if "code" in answer:
            self.faults.append(f"{verb} {path}: {answer['code']}")
        return answer

    def send(self, person) -> str:
        """The way that was chosen, in time."""
        message = {
            "from": {"address": self.prepared.sender}, "to": [{"address": person.address}], "subject": "Your result", "text": TEXT,
            "method": "smime",
        }
        began = time.monotonic()
        sent = self.call("POST", "/v1/messages", message)
        took = time.monotonic() - began
        if took > WAIT:
            self.faults.append(f"a message waited {took:.1f} seconds")
        return sent["recipients"][0]["method"] if "recipients" in sent else str(sent)

    def opens(self, person) -> None:
        encrypted = lambda: [m for m in self.arrived() if b"smime-type=" in m]
        wait_for(encrypted, "no S/MIME arrived")
        entity = encrypted()[0]
        begin = entity.lower().index(b"content-type: application/pkcs7-mime")
        if TEXT.encode() in entity:
            self.faults.append("the text is there to be read")
        if TEXT.encode() not in self.openssl.decrypt(entity[begin:], person):
            self.faults.append("OpenSSL does not open it")

    def arrived(self) -> list[bytes]:
        return list(self.receiver.arrived()) if self.receiver.count() else []

    def same(self, what: str, found, expected) -> None:
        print(f"{what}: {found}", flush=True)
        if found != expected:
            self.faults.append(f"{what}: {found}, not {expected}")


class Slapd:
    """OpenLDAP's server on loopback, with one entry a person."""

    def __init__(self, folder: Path, served, people):
        (folder / "db").mkdir(parents=True)
        self.folder, self.ldaps, self.ldap, self.process = folder, free_port(), free_port(), None
        self.configuration = folder / "slapd.conf"
        schemas = "".join(f"include /etc/ldap/schema/{name}.schema\n" for name in ("core", "cosine", "inetorgperson"))
        self.configuration.write_text(
            f"{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\nTLSCertificateFile {served.certificate}\n"
            f"TLSCertificateKeyFile {served.key}\npidfile {folder}/pid\nargsfile {folder}/args\ndatabase mdb\n"
            f'suffix "dc=mail,dc=example"\nrootdn "{READER}"\nrootpw {PASSWORD}\ndirectory {folder}/db\naccess to * by * none\n')
        entries = ["dn: dc=mail,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Mail\ndc: mail\n"]
        for person in people:
            der = subprocess.run(["openssl", "x509", "-in", person.certificate, "-outform", "DER"], capture_output=True, check=True)
            value = base64.b64encode(der.stdout).decode()
            entries.append(
                f"dn: cn={person.name},dc=mail,dc=example\nobjectClass: inetOrgPerson\ncn: {person.name}\nsn: {person.name}\n"
                f"mail: {person.address}\nuserCertificate;binary:: {value}\n")
        ldif = folder / "people.ldif"
        ldif.write_text("\n".join(entries))
        subprocess.run(["/usr/sbin/slapadd", "-f", self.configuration, "-l", ldif], check=True, capture_output=True)

    def start(self) -> None:
        # With a level of debugging it stays in the foreground.
        self.process = subprocess.Popen(
            ["/usr/sbin/slapd", "-d", "0", "-f", self.configuration, "-h", f"ldaps://127.0.0.1:{self.ldaps} ldap://127.0.0.1:{self.ldap}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: world.listens(self.ldaps), "slapd does not listen")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


if __name__ == "__main__":
    sys.exit(main())
