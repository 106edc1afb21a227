"""What stands for the words in braces of a template: `{dob}`, `{dr}`, `{order}`.

A slot of a patient is marked, so that truth knows it: `«date:03/14/1957»`. A slot of anybody or anything else is
plain text. Invariant: one world is drawn from one `random.Random`, so that a seed gives the same text.
"""

import datetime

import identifiers as ids
import vocabulary as words

MONTHS = {"en": words.split("January|February|March|April|May|June|July|August|September|October|November|December"),
          "es": words.split("enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre")}
DAYS = {"en": words.split("Monday|Tuesday|Wednesday|Thursday|Friday"),
        "es": words.split("lunes|martes|miércoles|jueves|viernes")}
TODAY = datetime.date(2026, 10, 5)


def mark(kind: str, value: str) -> str:
    return f"«{kind}:{value}»"


def ascii_of(text: str) -> str:
    table = str.maketrans("áéíóúñüÁÉÍÓÚÑ", "aeiounuAEIOUN", "'’ -.")
    return text.translate(table).lower()


def date_text(rng, day: datetime.date, lang: str, with_year: bool = True) -> str:
    month = MONTHS[lang][day.month - 1]
    if lang == "es":
        forms = [f"{day.day} de {month} de {day.year}", f"{day.day:02}/{day.month:02}/{day.year}", f"{day.day}-{month[:3]}-{day.year}"]
        return rng.choice(forms) if with_year else f"{day.day} de {month}"
    if not with_year:
        return rng.choice([f"{month} {day.day}", f"{month[:3]} {day.day}", f"{day.month}/{day.day}"])
    return rng.choice([f"{day.month:02}/{day.day:02}/{day.year}", f"{day.month}/{day.day}/{day.year}", day.isoformat(),
                       f"{month} {day.day}, {day.year}", f"{day.month}/{day.day}/{day.year % 100:02}",
                       f"{day.day} {month[:3]} {day.year}", f"{month[:3]} {day.day}, {day.year}",
                       f"{day.month:02}-{day.day:02}-{day.year}"])


class World:
    """What one message is about: its patients, its sender's office, and the chance it is drawn with."""

    def __init__(self, rng, side: str, lang: str, women_only: bool = False):
        self.rng, self.side, self.lang, self.women_only = rng, side, lang, women_only
        self.known: dict[str, str] = {}
        self.patient: dict[str, str] = {}
        self.next_patient()

    def next_patient(self) -> None:
        female = self.women_only or self.rng.random() < 0.55
        first = self.pick(words.FIRST_F if female else words.FIRST_M)
        last = self.pick(words.CENSUS_LAST if self.rng.random() < 0.5 else words.OTHER_LAST)
        title = {"en": "Ms." if female else "Mr.", "es": "Sra." if female else "Sr."}[self.lang]
        born = TODAY - datetime.timedelta(days=self.rng.randint(18 * 365, 88 * 365))
        self.patient = {"first": first, "last": last, "title": title, "he": "she" if female else "he",
                        "his": "her" if female else "his", "him": "her" if female else "him", "born": born.isoformat()}

    def next_case(self) -> None:
        """Another patient with something else."""
        for word in ("dx", "drug", "sig", "test", "proc", "sx", "lab", "num", "time"):
            self.known.pop(f"slot {word}", None)
        self.next_patient()

    def pick(self, options: list[str]) -> str:
        return self.rng.choice(words.half(options, self.side))

    def slot(self, name: str) -> str:
        """The text for `{name}`; a patient's and the office's facts stay the same within a message."""
        base = name.rstrip("0123456789")
        if base in ("he", "his", "him"):
            return self.patient[base]
        if base.capitalize() in ("He", "His", "Him") and base[0].isupper():
            return self.patient[base.lower()].capitalize()
        if base in PATIENT:
            return self.remembered(self.patient, name, PATIENT[base])
        if base in OTHERS:
            return self.remembered(self.known, name, OTHERS[base])
        raise KeyError(f"no slot is called {name}")

    def remembered(self, facts: dict[str, str], name: str, make) -> str:
        key = f"slot {name}"
        if key not in facts:
            facts[key] = make(self)
        return facts[key]

    def day(self, back: int, ahead: int) -> datetime.date:
        return TODAY + datetime.timedelta(days=self.rng.randint(-back, ahead))

    def named(self, title: bool = False) -> str:
        """Somebody who is no patient."""
        first = self.pick(words.FIRST_F + words.FIRST_M)
        last = self.pick(words.CENSUS_LAST + words.OTHER_LAST)
        return f"{first} {last}" if not title else f"Dr. {self.rng.choice([last, f'{first} {last}'])}"

    def street(self) -> str:
        flat = self.rng.choice(["", "", "", f" Apt {self.rng.randint(1, 40)}", f" #{self.rng.randint(100, 400)}"])
        return f"{self.rng.randint(11, 9899)} {self.pick(words.STREETS)} {self.rng.choice(words.STREET_KINDS)}{flat}"


def born(world: World) -> datetime.date:
    return datetime.date.fromisoformat(world.patient["born"])


def patient_mail(world: World) -> str:
    first, last = ascii_of(world.patient["first"]), ascii_of(world.patient["last"])
    host = world.rng.choice(["mailbox.example", "home.example.net", "inbox.example.org", "post.example.com"])
    return f"{world.rng.choice([first + '.' + last, first[0] + last, last + str(world.rng.randint(2, 99))])}@{host}"


def relative_date(world: World, back: int, ahead: int, with_year: bool = True) -> str:
    return mark("date", date_text(world.rng, world.day(back, ahead), world.lang, with_year))


def child_born(world: World) -> str:
    return mark("date", date_text(world.rng, world.day(15 * 365, -400), world.lang))


# Facts of the patient. The kinds are those of 45 CFR 164.514(b)(2)(i), in the order of the rule.
PATIENT = {
    "name": lambda w: mark("name", f"{w.patient['first']} {w.patient['last']}"),
    "first": lambda w: mark("name", w.patient["first"]),
    "plainfirst": lambda w: w.patient["first"],
    "last": lambda w: mark("name", w.patient["last"]),
    "lastfirst": lambda w: mark("name", f"{w.patient['last']}, {w.patient['first']}"),
    "capsname": lambda w: mark("name", f"{w.patient['last']}, {w.patient['first']}".upper()),
    "initial": lambda w: mark("name", f"{w.patient['first']} {w.patient['last'][0]}."),
    "mr": lambda w: w.patient["title"] + " " + mark("name", w.patient["last"]),
    "mrname": lambda w: w.patient["title"] + " " + mark("name", f"{w.patient['first']} {w.patient['last']}"),
    "relative": lambda w: mark("name", f"{w.pick(words.FIRST_F + words.FIRST_M)} {w.patient['last']}"),
    "street": lambda w: mark("geography", w.street()),
    "town": lambda w: mark("geography", w.pick(words.CITIES)),
    "dob": lambda w: mark("date", date_text(w.rng, born(w), w.lang)),
    "childdob": child_born,
    "date": lambda w: relative_date(w, 60, 0),
    "soon": lambda w: relative_date(w, 0, 40),
    "short": lambda w: relative_date(w, 0, 30, with_year=False),
    "old": lambda w: relative_date(w, 1200, -90),
    "age": lambda w: mark("age", f"{w.rng.randint(90, 102)}-year-old"),
    "phone": lambda w: mark("phone", ids.phone(w.rng)),
    "fax": lambda w: mark("fax", ids.phone(w.rng)),
    "email": lambda w: mark("email", patient_mail(w)),
    "ssn": lambda w: mark("ssn", ids.ssn(w.rng)),
    "ssnraw": lambda w: mark("ssn", ids.ssn(w.rng).replace("-", "")),
    "mrn": lambda w: mark("mrn", ids.mrn(w.rng)),
    "mbi": lambda w: mark("plan", ids.mbi(w.rng)),
    "member": lambda w: mark("plan", ids.member(w.rng)),
    "group": lambda w: mark("plan", ids.digits(w.rng, 6)),
    "acct": lambda w: mark("account", w.rng.choice([ids.digits(w.rng, 8), "A" + ids.digits(w.rng, 7), f"{ids.digits(w.rng, 4)}-{ids.digits(w.rng, 5)}"])),
    "card": lambda w: mark("account", ids.card(w.rng)),
    "bank": lambda w: mark("account", ids.digits(w.rng, 10)),
    "driving": lambda w: mark("licence", ids.driving(w.rng)),
    "plate": lambda w: mark("vehicle", ids.plate(w.rng)),
    "vin": lambda w: mark("vehicle", ids.vin(w.rng)),
    "udi": lambda w: mark("device", ids.udi(w.rng)),
    "serial": lambda w: mark("device", ids.letters(w.rng, 2) + ids.digits(w.rng, 7)),
    "link": lambda w: mark("url", f"https://portal.{w.rng.choice(['mychart', 'records', 'visits'])}.example/p/{ids.token(w.rng)}"),
    "ip": lambda w: mark("ip", ids.ip(w.rng)),
    "finger": lambda w: mark("biometric", f"FP-{ids.digits(w.rng, 4)}-{ids.letters(w.rng, 4)}"),
    "rx": lambda w: mark("other", ids.digits(w.rng, 7)),
    "claim": lambda w: mark("other", w.rng.choice(["", "CLM"]) + ids.digits(w.rng, 10)),
    "auth": lambda w: mark("other", w.rng.choice(["PA", "A", ""]) + ids.digits(w.rng, 8)),
    "accession": lambda w: mark("other", f"{ids.letters(w.rng, 1)}26-{ids.digits(w.rng, 6)}"),
    "case": lambda w: mark("other", f"{ids.letters(w.rng, 2)}-{ids.digits(w.rng, 5)}"),
}

OTHERS = {
    "dx": lambda w: w.pick(words.DIAGNOSES[w.lang]), "drug": lambda w: w.pick(words.DRUGS),
    "sig": lambda w: w.pick(words.DIRECTIONS[w.lang]), "test": lambda w: w.pick(words.TESTS[w.lang]),
    "proc": lambda w: w.pick(words.PROCEDURES[w.lang]), "sx": lambda w: w.pick(words.SYMPTOMS[w.lang]),
    "lab": lambda w: w.pick(words.LABS), "spec": lambda w: w.pick(words.SPECIALTIES),
    "insurer": lambda w: w.pick(words.INSURERS), "clinic": lambda w: w.pick(words.CLINICS),
    "org": lambda w: w.pick(words.BUSINESSES), "dr": lambda w: w.named(title=True), "staff": lambda w: w.named(),
    "person": lambda w: w.named(), "who": lambda w: w.pick(words.FIRST_F + words.FIRST_M),
    "role": lambda w: w.pick(words.TITLES), "job": lambda w: w.pick(words.JOBS),
    "day": lambda w: w.pick(DAYS[w.lang]), "time": lambda w: f"{w.rng.randint(8, 16)}:{w.rng.choice(['00', '15', '30', '45'])}",
    "on": lambda w: date_text(w.rng, w.day(30, 60), w.lang), "on_short": lambda w: date_text(w.rng, w.day(20, 40), w.lang, False),
    "year": lambda w: str(w.rng.randint(2019, 2027)), "month": lambda w: w.rng.choice(MONTHS[w.lang]),
    "num": lambda w: str(w.rng.randint(2, 48)), "hundred": lambda w: str(w.rng.randint(110, 980)),
    "money": lambda w: f"${w.rng.randint(18, 4800):,}.{w.rng.randint(0, 99):02}", "pct": lambda w: f"{w.rng.randint(2, 97)}%",
    "order": lambda w: w.rng.choice(["", "SO-", "W"]) + ids.digits(w.rng, 8), "track": lambda w: ids.tracking(w.rng),
    "invoice": lambda w: w.rng.choice(["INV-", "", "2026-"]) + ids.digits(w.rng, 6), "ticket": lambda w: ids.digits(w.rng, 6),
    "nine": lambda w: ids.digits(w.rng, 9), "ten": lambda w: ids.digits(w.rng, 10), "sku": lambda w: ids.letters(w.rng, 3) + "-" + ids.digits(w.rng, 5),
    "npi": lambda w: ids.npi(w.rng), "dea": lambda w: ids.dea(w.rng), "aba": lambda w: ids.aba(w.rng),
    "theirphone": lambda w: ids.phone(w.rng), "theirfax": lambda w: ids.phone(w.rng), "theirmail": lambda w: ascii_of(w.named()) + "@" + w.rng.choice(["vendor.example", "partner.example.com", "clinic.example.org"]),
    "theirstreet": lambda w: w.street(), "theirtown": lambda w: w.pick(words.CITIES),
    "url": lambda w: f"https://www.{w.rng.choice(['docs', 'news', 'app', 'events', 'shop'])}.example/{ids.token(w.rng, 6).lower()}",
    "code": lambda w: ids.letters(w.rng, 6), "pin": lambda w: ids.digits(w.rng, 6), "hex": lambda w: f"{w.rng.getrandbits(40):010x}",
    "host": lambda w: f"10.{w.rng.randint(0, 40)}.{w.rng.randint(0, 250)}.{w.rng.randint(2, 250)}",
    "room": lambda w: f"{w.rng.choice('ABCD')}{w.rng.randint(101, 480)}", "flight": lambda w: f"{w.rng.choice(['UA', 'DL', 'AA', 'WN'])} {w.rng.randint(120, 2990)}",
}
