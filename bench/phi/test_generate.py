"""What must hold for generated messages before anybody measures with them: python3 -m unittest discover -s bench/phi"""

import json
import sys
import tempfile
import unittest
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import check  # noqa: E402
import generate  # noqa: E402
from templates import load  # noqa: E402

# The eighteen of 45 CFR 164.514(b)(2)(i): dates and ages are one, so are the numbers of certificates and licences.
TYPES = {"name", "geography", "date", "age", "phone", "fax", "email", "ssn", "mrn", "plan", "account", "licence", "vehicle",
         "device", "url", "ip", "biometric", "photo", "other"}


def families(half: str):
    return load(HERE / "templates" / half)


class Templates(unittest.TestCase):
    def test_there_are_sixty_families_with_phi_and_sixty_without(self):
        count = Counter(family.is_phi for half in ("open", "held") for family in families(half))
        self.assertGreaterEqual(min(count[True], count[False]), 60)

    def test_the_halves_share_no_family_and_no_text(self):
        names, lines = [], []
        for half in ("open", "held"):
            its = families(half)
            names.append({family.name for family in its})
            lines.append({line for family in its for line in family.body.splitlines() if len(line) > 40})
        self.assertEqual(names[0] & names[1], set())
        self.assertEqual(lines[0] & lines[1], set())

    def test_a_family_is_called_by_one_name(self):
        for half in ("open", "held"):
            names = Counter(family.name for family in families(half))
            self.assertEqual([name for name, count in names.items() if count > 1], [])


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = {half: list(generate.messages(half, 11, 132)) for half in ("open", "held", "written")}
        cls.texts = {truth["id"]: check.texts(content) for made in cls.made.values() for content, truth in made}

    def test_every_value_of_truth_is_in_the_decoded_text_and_has_its_check_digit(self):
        for half, made in self.made.items():
            wrong = [fault for _, truth in made for fault in check.faults(self.texts[truth["id"]], truth)]
            self.assertEqual(wrong, [], half)

    def test_no_two_messages_are_alike(self):
        for half, made in self.made.items():
            bodies = Counter("".join(self.texts[truth["id"]]["body"]) for _, truth in made)
            self.assertEqual(max(bodies.values()), 1, half)

    def test_no_mark_slot_or_choice_is_left_over(self):
        for made in self.made.values():
            for _, truth in made:
                for place, texts in self.texts[truth["id"]].items():
                    for text in texts:
                        self.assertNotRegex(text, "[«»]|\\{[a-z]+\\d*\\}(?!\")", f"{truth['family']} {place}")

    def test_every_kind_of_identifier_occurs_in_the_held_half(self):
        self.assertEqual({value["type"] for _, truth in self.made["held"] for value in truth["values"]}, TYPES)

    def test_half_of_the_messages_are_without_phi_and_then_truth_has_no_value(self):
        for made in self.made.values():
            without = [truth for _, truth in made if not truth["is_phi"]]
            self.assertEqual(len(without) * 2, len(made))
            self.assertTrue(all(truth["values"] == [] for truth in without))

    def test_every_message_reads_without_defect(self):
        for made in self.made.values():
            for content, truth in made:
                message = message_from_bytes(content, policy=policy.default)
                defects = [defect for part in message.walk() for defect in part.defects]
                self.assertEqual(defects, [], truth["id"])
                self.assertTrue(all(len(line) <= 998 for line in content.split(b"\r\n")), truth["id"])

    def test_truth_says_more_than_the_class_in_both_languages(self):
        held = [truth for _, truth in self.made["held"]]
        self.assertEqual({truth["lang"] for truth in held}, {"en", "es"})
        self.assertEqual({truth["class"] for truth in held}, {"alone", "joined", "patient", "none"})

    def test_a_start_points_at_its_value(self):
        for _, truth in self.made["held"]:
            for value in truth["values"]:
                if "start" in value:
                    text = self.texts[truth["id"]][value["part"]][0].encode()
                    self.assertEqual(text[value["start"]:][:len(value["value"].encode())].decode(), value["value"])

    def test_a_value_of_the_body_has_its_places_there(self):
        for made in self.made.values():
            without = [truth["id"] for _, truth in made for value in truth["values"] if value["part"] == "body" and not value["near"]]
            self.assertEqual(without, [])

    def test_the_written_messages_are_sixty_and_all_different(self):
        made = self.made["written"]
        self.assertGreaterEqual(len(made), 60)
        self.assertEqual(len({truth["family"] for _, truth in made}), len(made))

    def test_numbers_are_split_by_flowed_lines_and_tags_and_still_found(self):
        broken = sum("start" not in value for _, truth in self.made["held"] for value in truth["values"])
        self.assertGreater(broken, 0)


class Folder(unittest.TestCase):
    def test_the_same_seed_writes_the_same_octets_and_another_does_not(self):
        def written(seed):
            with tempfile.TemporaryDirectory() as folder:
                generate.write(Path(folder), "held", seed, 60)
                return {path.name.replace(str(seed), ""): path.read_bytes() for path in sorted(Path(folder).iterdir())}
        self.assertEqual(written(5), written(5))
        self.assertNotEqual(written(5), written(6))

    def test_truth_names_a_file_for_each_message(self):
        with tempfile.TemporaryDirectory() as folder:
            count = generate.write(Path(folder), "open", 3, 40)
            lines = [json.loads(line) for line in (Path(folder) / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
            self.assertEqual(len(lines), count)
            self.assertTrue(all((Path(folder) / line["file"]).is_file() for line in lines))


if __name__ == "__main__":
    unittest.main()
