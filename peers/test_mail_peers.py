"""The chapters of mail_peers.py can fail: each kind of fault, planted, is found; without one, nothing is."""

import subprocess
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import dkim

from chapters import dane, letters, opinions, ports, seals
from chapters.town import CLINIC, Town, letter
from mail.exim import Route, router
from mail.place import Authority, free_port, signing_key
from mail.postfix import wait_for
from mail.relay import table
from mail.world import listens


class Relayed(unittest.TestCase):
    """What a neighbour keeps of a letter."""

    PRIVATE, PUBLIC = signing_key()
    NAME = f"s1._domainkey.{CLINIC}"
    TRACE = b"Received: by mx.exim.example with ESMTPS id 1\r\n"

    def judge(self, change=lambda stored: stored) -> str | None:
        original = letter(f"nurse@{CLINIC}", "pat@exim.example", "word")
        signature = dkim.sign(original, b"s1", CLINIC.encode(), self.PRIVATE, canonicalize=(b"relaxed", b"relaxed"))
        town = SimpleNamespace(world=SimpleNamespace(dkim={self.NAME: f"v=DKIM1; p={self.PUBLIC}"}))
        return Town.judge(town, change(self.TRACE + signature + original), original)

    def test_a_faithful_copy_passes_also_with_the_line_ends_of_a_mailbox(self):
        self.assertIsNone(self.judge())
        self.assertIsNone(self.judge(lambda stored: stored.replace(b"\r\n", b"\n")))

    def test_each_alteration_is_found(self):
        cases = [(b"\r\n..two", b"\r\n.two", "differs"), (b"ESMTPS", b"ESMTP", "over TLS"), (b"s=s1", b"s=s2", "no signature"),
                 (b"Received: by", b"X-Seen: by", "does not add")]
        for old, new, word in cases:
            self.assertIn(word, self.judge(lambda stored: stored.replace(old, new)) or "", new)

    def test_settings_of_the_neighbours(self):
        self.assertEqual(table({"a.example": "relay:[127.0.0.1]:25"}), "inline:{{a.example = relay:[127.0.0.1]:25}}")
        self.assertIn("route_list = * 127.0.0.1::2525", router(0, Route("a.example", 2525)))


class Seals(unittest.TestCase):
    NAMES = {name: text for name, _, text in seals.records(None)}

    def test_dkimpy_says_of_every_chain_what_it_was_made_to_be(self):
        for name, message, expected in seals.chains("r@in.clinic.example"):
            self.assertEqual(seals.verdict(message, self.NAMES), expected, name)

    def test_a_link_that_is_missing_lies_or_does_not_hold_is_found(self):
        plain = letter(seals.AUTHOR, "r@in.clinic.example", "an-answer")
        link = seals.forward(plain, seals.LISTS[0], 1).replace(b"ARC-Seal: i=1; cv=none;", b"ARC-Seal: cv=none; i=1;")
        good = seals.forward(plain, seals.LISTS[0], 1)
        self.assertEqual(seals.judge_link("good", good, "none", self.NAMES), [])
        self.assertTrue(seals.judge_link("no link", plain, "none", self.NAMES))
        self.assertTrue(seals.judge_link("a lie", good, "pass", self.NAMES))
        self.assertTrue(seals.judge_link("altered", good.replace(b"two dots", b"2 dots"), "none", self.NAMES))
        self.assertTrue(seals.judge_link("altered seal", link, "none", self.NAMES))


class Opinions(unittest.TestCase):
    OTHER = {"spf": "pass", "dkim": [["a.example", "pass"]], "dmarc": "pass", "policy": "reject", "arc": "none"}
    TAKEN = letters.Taken(250, "ok", b"", "h;\tspf=pass smtp.mailfrom=a.example;\tdkim=pass header.d=a.example header.s=s;"
                                          "\tdmarc=pass policy.published=reject header.from=a.example;\tarc=none")

    def compare(self, ours=TAKEN, dkimpy=("a.example",), opendmarc="pass", **other) -> list[str]:
        return opinions.compare(ours, self.OTHER | other, list(dkimpy), opendmarc)

    def test_agreement_passes(self):
        self.assertEqual(self.compare(), [])
        self.assertEqual(self.compare(letters.Taken(550, "no"), [], "reject", spf="fail", dkim=[], dmarc="fail"), [])

    def test_each_disagreement_is_found(self):
        rejected = {"spf": "fail", "dkim": [], "dmarc": "fail"}
        found = [
            self.compare(spf="fail"), self.compare(dkim=[], dkimpy=()), self.compare(dkimpy=()), self.compare(dmarc="none"),
            self.compare(opendmarc="quarantine"), self.compare(opendmarc="none"), self.compare(opendmarc="reject"),
            self.compare(letters.Taken(550, "no")), self.compare(letters.Taken(451, "later")),
            self.compare(dkimpy=(), opendmarc="reject", **rejected),
            self.compare(letters.Taken(550, "no"), (), "quarantine", **rejected),
        ]
        self.assertEqual([at for at, faults in enumerate(found) if not faults], [])

    def test_every_result_of_a_field_is_read(self):
        self.assertEqual(letters.words(self.TAKEN.results), {"spf": "pass", "dkim": "pass", "dmarc": "pass", "arc": "none"})


class Dane(unittest.TestCase):
    def test_a_verifier_must_say_yes_to_our_key_and_no_to_another(self):
        self.assertEqual(dane.judge("x", lambda host: host == dane.HOST), [])
        self.assertIn("does not verify", dane.judge("x", lambda _: False)[0])
        self.assertIn("proves nothing", dane.judge("x", lambda _: True)[0])


class Ports(unittest.TestCase):
    GOOD = [{"id": name, "severity": "OK", "finding": finding}
            for name, finding in (ports.FOUND | {"cert_fingerprintSHA256": "AB"}).items()]

    def test_a_strong_port_passes_and_each_weakness_is_found(self):
        self.assertEqual(ports.faults(self.GOOD, "AB"), [])
        self.assertIn("should be", ports.faults(self.GOOD, "CD")[0])
        self.assertEqual(len(ports.faults([], "AB")), len(self.GOOD))
        for one in self.GOOD:
            changed = [one | {"finding": "offered (deprecated)"} if each is one else each for each in self.GOOD]
            self.assertTrue(ports.faults(changed, "AB"), one["id"])
        self.assertIn("HIGH", ports.faults([*self.GOOD, {"id": "ROBOT", "severity": "HIGH", "finding": "x"}], "AB")[0])

    def test_testssl_itself_finds_a_server_with_tls_1_0(self):
        with tempfile.TemporaryDirectory() as name:
            folder, port = Path(name), free_port()
            made = Authority(folder / "authority").issue(ports.HOST)
            town = SimpleNamespace(folder=folder, world=SimpleNamespace(ca_file=folder / "authority/ca.pem"))
            words = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", made.certificate, "-key", made.key,
                     "-cipher", "ALL:@SECLEVEL=0", "-min_protocol", "TLSv1", "-quiet"]
            server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                wait_for(lambda: listens(port), "openssl s_server did not start")
                findings = ports.look(town, "weak", port, False, ["--protocols"])
            finally:
                server.kill()
                server.wait()
        found = ports.faults(findings, "")
        self.assertIn("TLS1 should be 'not offered'", "\n".join(found))


if __name__ == "__main__":
    unittest.main()
