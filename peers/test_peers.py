"""The harness can fail: each kind of fault, planted, is found; without one, nothing is.

    target/peers/venv/bin/python -m unittest discover peers
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import smime
from mail import arrival, corpus, leaks, syscalls, verdict
from mail.cms import Refused
from mail.submission import Record

HERE = Path(__file__).resolve().parent
ORIGINAL = b"From: a@clinic.example\r\nSubject: x\r\n\r\nbody\r\n"


def discard(output: str) -> None:
    """Removes what a run that was meant to fail has kept."""
    for folder in re.findall(r"kept in (\S+)", output):
        shutil.rmtree(folder)


class Smime(unittest.TestCase):
    def test_a_wrong_answer_and_a_refusal_are_faults_and_what_nobody_can_is_told(self):
        trials = smime.Trials()
        trials.try_("peer", "holds", lambda: None)
        trials.try_("peer", "differs", lambda: smime.same(b"a", b"b"))
        trials.try_("peer", "refuses ours alone", refuse, like=lambda: None)
        trials.try_("peer", "refuses", refuse)
        trials.try_("peer", "cannot at all", refuse, like=refuse)
        self.assertEqual((trials.held, trials.unable), ({"peer": 1}, {"peer": ["cannot at all"]}))
        self.assertEqual([fault.split(": ")[1] for fault in trials.faults], ["differs", "refuses ours alone", "refuses"])


def refuse():
    raise Refused("no")


class Corpus(unittest.TestCase):
    def test_a_mailbox_entry_becomes_a_message(self):
        self.assertEqual(corpus.submitted_form(b"From a@b Mon\nA: b\n\nFrom here"), b"A: b\r\n\r\nFrom here\r\n")

    def test_what_smtp_cannot_carry(self):
        cases = {b"a\r\n": None, b"a\rb\r\n": "line_endings", b"a\0\r\n": "line_endings",
                 b"x" * 998 + b"\r\n": None, b"x" * 999 + b"\r\n": "line_too_long"}
        for content, expected in cases.items():
            self.assertEqual(corpus.uncarriable(content), expected, content[:10])


class Comparison(unittest.TestCase):
    def test_fields_above_and_nothing_else(self):
        cases = [
            (b"", None),
            (b"Received: by x\r\n\tid 1\r\nDKIM-Signature: v=1\r\n", None),
            (b"X-Spy: 1\r\n", "does not add"),
            (b"no field\r\n", "not header fields"),
        ]
        for added, expected in cases:
            found = arrival.compare(added + ORIGINAL, ORIGINAL)
            self.assertTrue(found is None if expected is None else expected in (found or ""), (added, found))

    def test_one_changed_octet(self):
        found = arrival.compare(ORIGINAL.replace(b"body", b"bodY"), ORIGINAL)
        self.assertEqual(found, "its content differs at octet 2 from its end")


class Verdict(unittest.TestCase):
    MESSAGE = corpus.Message(1, "one", ORIGINAL, None)

    def judge(self, record, arrivals, message=MESSAGE, ambiguous=False, held=frozenset()):
        given = [arrival.Arrival(recipient, "msg_1", None) for recipient in arrivals]
        return verdict.faults([message], {1: record}, given, lambda _: ambiguous, held)

    def test_conservation(self):
        accepted = Record(1, accepted="r00001.1@x")
        self.assertEqual(self.judge(accepted, ["r00001.1@x"]), [])
        self.assertIn("LOST", self.judge(accepted, [])[0])
        self.assertIn("2 times", self.judge(accepted, ["r00001.1@x"] * 2)[0])
        self.assertEqual(self.judge(accepted, ["r00001.1@x"] * 2, ambiguous=True), [])
        self.assertIn("never sent", self.judge(accepted, ["r00001.1@x", "r00001.2@x"])[0])

    def test_what_a_rule_holds_is_not_lost_and_does_not_arrive(self):
        accepted = Record(1, accepted="r00001.1@x", message_id="msg_1")
        with mock.patch.object(verdict, "HELD_SHARE_MAX", 1):
            self.assertEqual(self.judge(accepted, [], held={"msg_1"}), [])
            self.assertIn("is held", self.judge(accepted, ["r00001.1@x"], held={"msg_1"})[0])
        self.assertIn("held by rules", self.judge(accepted, [], held={"msg_1"})[0])

    def test_a_lost_answer_may_or_may_not_have_been_taken(self):
        retried = Record(1, unanswered=["r00001.1@x"], accepted="r00001.2@x")
        self.assertEqual(self.judge(retried, ["r00001.2@x"]), [])
        self.assertEqual(self.judge(retried, ["r00001.1@x", "r00001.2@x"]), [])

    def test_answers(self):
        broken = corpus.Message(1, "one", b"a\rb\r\n", "line_endings")
        self.assertEqual(self.judge(Record(1, refused=(550, "5.6.0 lines")), [], broken), [])
        self.assertIn("was answered", self.judge(Record(1, refused=(554, "no")), [], broken)[0])
        self.assertIn("cannot carry", self.judge(Record(1, accepted="r00001.1@x"), ["r00001.1@x"], broken)[0])
        self.assertIn("can carry", self.judge(Record(1, refused=(554, "no")), [])[0])
        self.assertIn("no answer", self.judge(Record(1), [])[0])


class Syscalls(unittest.TestCase):
    TRACE = """7 100.000000 sendto(9<TCP:[127.0.0.1:25->127.0.0.1:555]>, ..., 30) = 30 <0.000010>
8 100.200000 fdatasync(4</data/wal> <unfinished ...>
7 100.250000 write(8</log>, ..., 2) = 2 <0.000010>
8 100.300000 <... fdatasync resumed>) = 0 <0.100000>
7 100.400000 write(9<TCP:[127.0.0.1:25->127.0.0.1:555]>, ..., 30) = 30 <0.000010>
7 100.500000 fsync(4</data/wal>) = 0 <0.300000>
7 100.600000 sendto(9<TCP:[127.0.0.1:25->127.0.0.1:556]>, ..., 30) = 30 <0.000010>
""".splitlines()

    def test_an_answer_needs_a_completed_sync_before_it(self):
        events = syscalls.parse(self.TRACE)
        self.assertIsNone(syscalls.unproven(events, 100.1, 100.45, 555))
        self.assertIn("before any sync", syscalls.unproven(events, 100.35, 100.45, 555))
        self.assertIn("before any sync", syscalls.unproven(events, 100.45, 100.7, 556))
        self.assertIn("no answer", syscalls.unproven(events, 100.1, 100.45, 557))


class Leaks(unittest.TestCase):
    def test_a_word_is_found_in_any_form(self):
        word = "zqcanaryword"
        plain = f"x{word}y".encode()
        coded = [base64.b64encode(b"ab"[:shift] + plain) for shift in range(3)]
        held = [plain, plain.upper(), plain.hex().encode(), plain.decode().encode("utf-16-le"), *coded]
        with tempfile.TemporaryDirectory() as folder:
            for number, content in enumerate([*held, b"zqcanaryworx"]):
                Path(folder, f"file{number}").write_bytes(b"\xff\0" + content + b"\n")
            Path(folder, f"{word}.txt").touch()
            found = leaks.search([Path(folder)], {"subject": word})
        names = {line.rpartition("/")[2] for line in found}
        self.assertEqual(names, {f"file{n}: subject" for n in range(len(held))} | {f"{word}.txt: subject"})


class WholeRun(unittest.TestCase):
    """With a small relay in place of the server under test."""

    def run_with(self, fault: str | None) -> tuple[int, dict, str]:
        words = ["--prepare", f"{HERE / 'stand_in.py'} prepare", "--messages", "60", "--kills", "2", "--quiet-seconds", "4"]
        environment = os.environ | ({"STAND_IN_FAULT": fault} if fault else {})
        done = subprocess.run([sys.executable, HERE / "real_mail.py", *words], env=environment, capture_output=True, text=True)
        discard(done.stdout)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        self.assertTrue(lines, done.stdout + done.stderr)
        return done.returncode, json.loads(lines[-1]), done.stdout

    def test_a_faithful_relay_passes_and_is_killed_on_the_way(self):
        status, figures, output = self.run_with(None)
        self.assertEqual((status, figures["faults"], figures["kills"]), (0, 0, 2), output)
        self.assertEqual(figures["refused_with_reason"], 31)

    def test_planted_faults_are_found(self):
        for fault, word in [("lose", "LOST"), ("twice", "2 times"), ("alter", "differs"), ("unsigned", "no signature by s1._domainkey")]:
            with self.subTest(fault):
                status, figures, output = self.run_with(fault)
                self.assertEqual(status, 1, output)
                self.assertIn(word, output)

    def test_an_answer_before_the_sync_and_words_on_disk_are_found(self):
        for script, fault, status in [("durability.py", None, 0), ("durability.py", "unsynced", 1), ("canaries.py", "kept", 1)]:
            words = [sys.executable, HERE / script, "--prepare", f"{HERE / 'stand_in.py'} prepare", "--no-rest"]
            with self.subTest(fault):
                environment = os.environ | ({"STAND_IN_FAULT": fault} if fault else {})
                done = subprocess.run(words, env=environment, capture_output=True, text=True)
                discard(done.stdout)
                self.assertEqual(done.returncode, status, done.stdout + done.stderr)
                self.assertEqual("FAULT" in done.stdout, fault is not None, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
