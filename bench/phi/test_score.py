"""What must hold for the figures: the arithmetic, and the whole way with a program that answers as told."""

import io
import json
import os
import stat
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import run  # noqa: E402
from score import Share, score  # noqa: E402
from templates import load  # noqa: E402

# Stands in for `caduceus scan --json`: knows the truth beside the files, and is wrong as FAKE_FAULT says.
FAKE = """#!%s
import hashlib, json, os, sys
from pathlib import Path
fault = os.environ.get("FAKE_FAULT", "")
files = [Path(word) for word in sys.argv[3:]]
assert sys.argv[1:3] == ["scan", "--json"]
lines = {}
if files and (files[0].parent / "truth.jsonl").is_file():
    for line in (files[0].parent / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        lines[json.loads(line)["file"]] = json.loads(line)
for file in files:
    for _ in range(20 * (fault == "busy")):
        hashlib.sha256(file.read_bytes()).digest()
    truth = lines.get(file.name, {"is_phi": False, "values": [], "labels": [], "recipient": "staff"})
    level = "certain" if truth["is_phi"] else "none"
    if fault == "deaf": level = "weak"
    if fault == "shy" and truth["recipient"] == "patient": level = "weak"
    kinds = {"ssn": "us_ssn", "age": "date", "account": "payment_card", "other": "claim_id"}
    findings = [{"kind": kinds.get(value["type"], value["type"]), "part": 0, "place": value["part"],
                 "start": (value.get("near") or [0])[0], "len": len(value["value"].encode())}
                for value in truth["values"] if not (fault == "nameless" and value["type"] == "name")]
    print(json.dumps({"file": str(file), "level": level, "level_to_patient": level, "labels": truth["labels"], "counts": {},
                      "findings": findings, "unscannable": ["image_without_ocr"] * (fault != "blind")}),
          flush=fault == "busy")
"""


def message(name="a", is_phi=True, recipient="staff", values=(), labels=()):
    return {"id": name, "file": f"{name}.eml", "family": "f", "half": "held", "is_phi": is_phi, "class": "joined" if is_phi else "none",
            "recipient": recipient, "labels": list(labels), "lang": "en", "values": list(values)}


def answer(level="likely", to_patient=None, findings=(), labels=(), unscannable=()):
    return {"file": "a.eml", "level": level, "level_to_patient": to_patient or level, "labels": list(labels), "counts": {},
            "findings": list(findings), "unscannable": list(unscannable)}


def finding(kind, place="body", start=0, length=4):
    return {"kind": kind, "part": 0, "place": place, "start": start, "len": length}


def value(kind, text="abcd", part="body", **more):
    return {"type": kind, "part": part, "value": text} | more


def recall(values, findings, by_place=True, **more):
    result = score([message(values=values)], {"a.eml": answer(findings=findings, **more)}, by_place)
    return {kind: (its.hits, its.total) for kind, its in result.types.items()}


class Arithmetic(unittest.TestCase):
    def test_the_interval_is_wilsons(self):
        low, high = Share(98, 100).interval()
        self.assertAlmostEqual(low, 0.9300, places=3)
        self.assertAlmostEqual(high, 0.9945, places=3)
        self.assertEqual(Share(0, 0).interval(), (0.0, 1.0))

    def test_a_share_of_nothing_found_has_an_interval_above_nought(self):
        low, high = Share(0, 50).interval()
        self.assertEqual(low, 0.0)
        self.assertGreater(high, 0.05)


class Messages(unittest.TestCase):
    def flagged(self, level, to_patient, recipient):
        return score([message(recipient=recipient)], {"a.eml": answer(level, to_patient)}).sensitivity.hits == 1

    def test_likely_and_certain_are_flagged_and_weak_is_not(self):
        self.assertEqual([self.flagged(level, level, "staff") for level in ("none", "weak", "likely", "certain")], [False, False, True, True])

    def test_mail_to_a_patient_is_judged_by_the_level_to_a_patient(self):
        self.assertTrue(self.flagged("weak", "likely", "patient"))
        self.assertFalse(self.flagged("weak", "likely", "provider"))

    def test_a_flagged_message_without_phi_is_a_false_alarm(self):
        result = score([message(is_phi=False)], {"a.eml": answer()})
        self.assertEqual((result.false_alarms.hits, result.false_alarms.total, result.sensitivity.total), (1, 1, 0))

    def test_a_message_without_an_answer_is_an_error(self):
        with self.assertRaises(SystemExit):
            score([message()], {})

    def test_a_message_that_could_not_be_read_counts_against_the_program_either_way(self):
        for is_phi in (True, False):
            result = score([message(is_phi=is_phi)], {"a.eml": {"file": "a.eml", "error": "message_invalid"}})
            self.assertEqual((result.sensitivity.hits, result.false_alarms.hits, result.unread), (0, 0 if is_phi else 1, 1))

    def test_labels_count_where_truth_has_them(self):
        result = score([message(labels=["hiv"])], {"a.eml": answer(labels=["genetic"])})
        self.assertEqual((result.labels["hiv"].hits, result.labels["hiv"].total), (0, 1))
        self.assertNotIn("genetic", result.labels)


class Values(unittest.TestCase):
    def test_a_kind_is_matched_by_the_parts_of_its_word(self):
        self.assertEqual(recall([value("ssn")], [finding("us_ssn")]), {"ssn": (1, 1)})
        self.assertEqual(recall([value("ip")], [finding("recipient")]), {"ip": (0, 1)})
        self.assertEqual(recall([value("geography")], [finding("ip_address")]), {"geography": (0, 1)})
        self.assertEqual(recall([value("name")], [finding("patient_id")]), {"name": (0, 1)})

    def test_one_finding_stands_for_one_value_of_a_type(self):
        self.assertEqual(recall([value("date", "a"), value("date", "b")], [finding("date")]), {"date": (1, 2)})

    def test_a_finding_elsewhere_does_not_count(self):
        self.assertEqual(recall([value("name", part="subject")], [finding("name")]), {"name": (0, 1)})
        self.assertEqual(recall([value("name", part="attachment:a.pdf")], [finding("name", "attachment:a.pdf")]), {"name": (1, 1)})

    def test_in_the_body_a_finding_must_lie_where_the_value_does(self):
        values = [value("phone", "212 555 0133", near=[100, 104])]
        signature = finding("phone", start=300, length=12)
        self.assertEqual(recall(values, [signature]), {"phone": (0, 1)})
        self.assertEqual(recall(values, [signature, finding("phone", start=102, length=12)]), {"phone": (1, 1)})
        self.assertEqual(recall(values, [signature], by_place=False), {"phone": (1, 1)})

    def test_a_value_whose_place_is_not_known_is_found_anywhere_in_its_part(self):
        self.assertEqual(recall([value("name", part="attachment:a.docx")], [finding("name", "attachment:a.docx", start=400)]), {"name": (1, 1)})

    def test_a_picture_counts_when_it_is_said_to_be_unread(self):
        self.assertEqual(recall([value("photo")], [], unscannable=["image_without_ocr"]), {"photo": (1, 1)})
        self.assertEqual(recall([value("photo")], []), {"photo": (0, 1)})


class Whole(unittest.TestCase):
    """`run.mails` from the generator to the figures."""

    def figures(self, fault="", half="held", verbose=False, work=run.mails):
        os.environ["FAKE_FAULT"] = fault
        with tempfile.TemporaryDirectory() as folder:
            fake = Path(folder) / "fake"
            fake.write_text(FAKE % sys.executable, encoding="utf-8")
            fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
            asked = SimpleNamespace(seed=3, count=80, verbose=verbose, half=half)
            with redirect_stdout(io.StringIO()) as out:
                work(fake, Path(folder) / "mail", half, asked)
        lines = out.getvalue().splitlines()
        return {line["name"]: line["value"] for line in map(json.loads, (line for line in lines if line.startswith("{")))}, lines

    def test_a_detector_that_knows_all_gets_full_marks_for_every_type_there_is(self):
        figures, _ = self.figures()
        self.assertEqual((figures["phi.mail.sensitivity"], figures["phi.mail.false_alarms"]), (1, 0))
        recalls = {name: share for name, share in figures.items() if name.endswith(".recall")}
        self.assertGreater(len(recalls), 12)
        self.assertEqual(set(recalls.values()), {1})

    def test_one_that_flags_nothing_has_no_sensitivity(self):
        self.assertEqual(self.figures("deaf")[0]["phi.mail.sensitivity"], 0)

    def test_one_that_finds_no_name_fails_in_names_alone(self):
        figures, lines = self.figures("nameless", verbose=True)
        self.assertEqual(figures["phi.mail.name.recall"], 0)
        self.assertEqual(figures["phi.mail.date.recall"], 1)
        self.assertTrue(any(line.startswith("   not found: ") and "name" in line for line in lines))

    def test_one_that_is_shy_towards_patients_misses_their_families_by_name(self):
        figures, lines = self.figures("shy", verbose=True)
        self.assertLess(figures["phi.mail.class.patient"], 1)
        missed = {line.split()[1] for line in lines if line.startswith("   missed: ")}
        to_patients = {family.name for family in load(HERE / "templates/held") if family.facts["to"] == "patient"}
        self.assertTrue(missed and missed <= to_patients, missed)

    def test_written_messages_have_figures_of_their_own(self):
        self.assertEqual(self.figures(half="written")[0]["phi.written.sensitivity"], 1)

    def test_large_messages_are_timed_one_by_one(self):
        before, run.LARGE_MESSAGES = run.LARGE_MESSAGES, 8
        try:
            figures, _ = self.figures("busy", work=lambda fake, folder, half, asked: run.large(fake, folder, asked))
        finally:
            run.LARGE_MESSAGES = before
        self.assertGreaterEqual(figures["phi.p99_100kb"], figures["phi.p50_100kb"])
        self.assertGreater(figures["phi.memory"], 0)

    def test_every_json_line_has_the_fields_of_a_figure_and_no_other(self):
        for line in self.figures()[1]:
            if line.startswith("{"):
                self.assertEqual(set(json.loads(line)), {"name", "value", "unit"})


class Queries(unittest.TestCase):
    def test_the_figures_of_each_type_are_passed_on(self):
        said = {"types": {"NAME": {"n": 4, "recall": 0.75, "precision": 1.0, "f2": 0.79}}, "all": {"f2": 0.79}, "specificity": 0.98}
        before, run.example = run.example, lambda name, *words: (json.dumps(said) + "\n", 1.0)
        try:
            with redirect_stdout(io.StringIO()) as out:
                run.queries(Path(__file__))
        finally:
            run.example = before
        figures = {line["name"]: line["value"] for line in map(json.loads, (line for line in out.getvalue().splitlines() if line.startswith("{")))}
        self.assertEqual(figures, {"phi.name.f2": 0.79, "phi.all.f2": 0.79, "phi.specificity": 0.98})


class Arguments(unittest.TestCase):
    def test_other_labelled_queries_can_be_given(self):
        before, sys.argv = sys.argv, ["run.py", "--data", "elsewhere.txt", "--only", "queries"]
        try:
            self.assertEqual(run.arguments().data, Path("elsewhere.txt"))
        finally:
            sys.argv = before

    def test_data_that_is_not_there_is_named(self):
        with self.assertRaises(SystemExit) as refused:
            run.queries(Path("/nowhere/queries.txt"))
        self.assertIn("--data", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
