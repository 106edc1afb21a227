"""What a detector's answers are worth beside the truth: whole messages, types of identifiers, labels, families.

Reads the lines of `caduceus scan --json`. A message counts as flagged at `likely` or above, by `level_to_patient`
when its recipient is a patient. A value counts as found when its place has a finding of an accepted kind that no
other value of its type has used up; in the body it must also lie where the value does, or the sender's telephone
would stand for the patient's. Offsets are taken with some slack, since texts of HTML and of joined lines differ.
Invariant: no value is ever printed.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field

LEVELS = ["none", "weak", "likely", "certain"]
FLAGGED = LEVELS.index("likely")
NOTHING = {"labels": [], "findings": [], "unscannable": []}

# Words of the kinds that may stand for a type of 45 CFR 164.514(b)(2)(i). A kind is matched by its parts: `us_ssn`.
ACCEPTED = {
    "name": {"name"},
    "geography": {"geography", "geographic", "address", "street", "place", "zip", "facility", "city", "location"},
    "date": {"date", "dob", "birth", "born"}, "age": {"age", "date"},
    "phone": {"phone", "telephone", "fax"}, "fax": {"fax", "phone", "telephone"}, "email": {"email", "mail"},
    "ssn": {"ssn", "itin", "social"}, "mrn": {"mrn", "chart"},
    "plan": {"mbi", "hicn", "plan", "member", "beneficiary", "policy", "insurance", "subscriber", "group"},
    "account": {"account", "card", "bank", "iban", "aba", "routing"},
    "licence": {"licence", "license", "driver", "dea", "certificate"}, "vehicle": {"vin", "vehicle", "plate"},
    "device": {"device", "udi", "serial", "implant"}, "url": {"url", "link", "web"}, "ip": {"ip", "ipv4", "ipv6"},
    "biometric": {"biometric", "fingerprint"}, "photo": {"photo", "image", "face", "picture"},
    "other": {"id", "unique", "other", "claim", "case", "accession", "prescription", "rx", "encounter", "authorization", "mrn", "account"},
}
# Words that take a kind out again: an `ip_address` is no place.
EXCEPT = {"geography": {"ip", "ipv4", "ipv6", "email", "mail", "mac"}, "other": {"member", "device"}}


@dataclass
class Share:
    hits: int = 0
    total: int = 0

    def add(self, is_hit: bool) -> None:
        self.hits += is_hit
        self.total += 1

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else 0.0

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson's score."""
        if self.total == 0:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass
class Score:
    sensitivity: Share = field(default_factory=Share)
    false_alarms: Share = field(default_factory=Share)
    classes: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    types: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    labels: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    families: dict[tuple[str, bool], Share] = field(default_factory=lambda: defaultdict(Share))   # share that is right
    missed: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))              # family: types
    kinds: Counter = field(default_factory=Counter)
    unread: int = 0                                                                                # messages refused whole


def is_flagged(answer: dict, truth: dict) -> bool:
    level = answer["level_to_patient"] if truth["recipient"] == "patient" else answer["level"]
    return LEVELS.index(level) >= FLAGGED


def score(truths: list[dict], answers: dict[str, dict], by_place: bool = True) -> Score:
    """`answers` by file name. A message without an answer is an error, not a miss; one that the program could not
    read counts against it either way."""
    result = Score()
    for truth in truths:
        answer = answers.get(truth["file"])
        if answer is None:
            raise SystemExit(f"no answer about {truth['file']}")
        if "error" in answer:
            result.unread += 1
            answer = NOTHING | {"level": "none" if truth["is_phi"] else "certain"}
            answer["level_to_patient"] = answer["level"]
        flagged = is_flagged(answer, truth)
        (result.sensitivity if truth["is_phi"] else result.false_alarms).add(flagged)
        result.classes[truth["class"]].add(flagged == truth["is_phi"])
        result.families[truth["family"], truth["is_phi"]].add(flagged == truth["is_phi"])
        result.kinds.update(finding["kind"] for finding in answer["findings"])
        for label in truth["labels"]:
            result.labels[label].add(label in answer["labels"])
        for kind, is_hit in values_found(truth["values"], answer, by_place):
            result.types[kind].add(is_hit)
            if not is_hit:
                result.missed[truth["family"]][kind] += 1
    return result


def values_found(values: list[dict], answer: dict, by_place: bool) -> list[tuple[str, bool]]:
    """For each value its type and whether a finding stands for it; a finding stands for one value of a type."""
    used: dict[str, set[int]] = defaultdict(set)
    found = []
    for value in values:
        if value["type"] == "photo":
            found.append(("photo", is_seen_picture(answer)))
            continue
        hit = next((at for at, finding in enumerate(answer["findings"])
                    if at not in used[value["type"]] and stands_for(finding, value, by_place)), None)
        if hit is not None:
            used[value["type"]].add(hit)
        found.append((value["type"], hit is not None))
    return found


def stands_for(finding: dict, value: dict, by_place: bool) -> bool:
    words = set(finding["kind"].lower().split("_"))
    if finding["place"] != value["part"] or not ACCEPTED[value["type"]] & words or EXCEPT.get(value["type"], set()) & words:
        return False
    if not by_place or not value.get("near"):
        return True
    start, end = finding["start"], finding["start"] + finding["len"]
    length = len(value["value"].encode())
    return any(start < near + length + slack(near) and end > near - slack(near) for near in value["near"])


def slack(place: int) -> float:
    """How far, in octets, a place may be off."""
    return 12 + 0.03 * place


def is_seen_picture(answer: dict) -> bool:
    """A picture is never decided; it must be named as one that was not read."""
    words = answer["labels"] + [str(word) for word in answer["unscannable"]] + [finding["kind"] for finding in answer["findings"]]
    return any(part in word.lower() for word in words for part in ("image", "photo", "picture"))


def accepted_by_none(kinds: Counter) -> list[str]:
    """Kinds of findings that stand for no type: context, or a word that ACCEPTED does not know yet."""
    every = set().union(*ACCEPTED.values())
    return sorted(kind for kind in kinds if not every & set(kind.lower().split("_")))
