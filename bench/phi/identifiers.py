"""Identifiers with valid check digits, all made up, in the forms that people and programs write them.

Each function takes a `random.Random` and returns text. Not here: whose they are (people.py).
"""

import string

MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"  # CMS: no S L O I B Z
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9]))
VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
AREAS = [212, 305, 312, 404, 415, 503, 512, 602, 614, 617, 702, 713, 787, 801, 816, 901, 919, 956]


def digits(rng, count: int) -> str:
    return "".join(rng.choices(string.digits, k=count))


def letters(rng, count: int) -> str:
    return "".join(rng.choices("ABCDEFGHJKMNPRTUVWXY", k=count))


def luhn_digit(body: str) -> str:
    """The last digit that makes `body` pass ISO/IEC 7812-1."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


def ssn(rng) -> str:
    area = rng.choice([number for number in range(1, 900) if number != 666])
    return f"{area:03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"


def mbi(rng) -> str:
    a, n, an = MBI_LETTERS, string.digits, MBI_LETTERS + string.digits
    pattern = [string.digits[1:], a, an, n, a, an, n, a, a, n, n]
    text = "".join(rng.choice(kind) for kind in pattern)
    return rng.choice([text, f"{text[:4]}-{text[4:7]}-{text[7:]}"])


def npi(rng) -> str:
    body = rng.choice("12") + digits(rng, 8)
    return body + luhn_digit("80840" + body)


def dea(rng) -> str:
    body = digits(rng, 6)
    odd, even = sum(map(int, body[::2])), sum(map(int, body[1::2]))
    return rng.choice("ABFGM") + rng.choice(string.ascii_uppercase) + body + str((odd + 2 * even) % 10)


def vin_check(text: str) -> str:
    total = sum(weight * (int(char) if char.isdigit() else VIN_VALUES[char])
                for weight, char in zip(VIN_WEIGHTS, text))
    return "0123456789X"[total % 11]


def vin(rng) -> str:
    text = rng.choice(["1HG", "2T1", "1FA", "5YJ", "JM1", "3VW"]) + "".join(
        rng.choices(VIN_LETTERS + string.digits, k=5)) + "0" + rng.choice("ABCDEFGHJKLMNPRST") + letters(rng, 1) + digits(rng, 6)
    return text[:8] + vin_check(text) + text[9:]


def card(rng) -> str:
    body = rng.choice(["4", "51", "53", "55", "2223", "6011"])
    body += digits(rng, 15 - len(body))
    text = body + luhn_digit(body)
    return rng.choice([text, " ".join(text[at:at + 4] for at in range(0, 16, 4)),
                       "-".join(text[at:at + 4] for at in range(0, 16, 4))])


def aba(rng) -> str:
    body = rng.choice(["0", "1", "2", "3"]) + rng.choice("1234567") + digits(rng, 6)
    total = sum(int(digit) * weight for digit, weight in zip(body, [3, 7, 1, 3, 7, 1, 3, 7]))
    return body + str(-total % 10)


def gtin(rng) -> str:
    body = "00" + digits(rng, 11)
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def udi(rng) -> str:
    return f"(01){gtin(rng)}(17){rng.randint(27, 31)}{rng.randint(1, 12):02}28(21){letters(rng, 1)}{digits(rng, 7)}"


def phone(rng) -> str:
    area, exchange, line = rng.choice(AREAS), rng.randint(220, 989), digits(rng, 4)
    exchange += 1 if exchange % 100 == 11 else 0
    return rng.choice(["({a}) {e}-{l}"] * 4 + ["{a}-{e}-{l}"] * 4 + ["{a}.{e}.{l}", "+1 {a} {e} {l}", "{a} {e} {l}",
                       "1-{a}-{e}-{l}"]).format(a=area, e=exchange, l=line)


def ip(rng) -> str:
    if rng.random() < 0.25:
        return f"2600:{rng.randint(4096, 65535):x}:{rng.randint(4096, 65535):x}::{rng.randint(256, 65535):x}"
    return f"{rng.choice([24, 47, 68, 71, 73, 98, 107, 174])}." + ".".join(str(rng.randint(2, 253)) for _ in range(3))


def mrn(rng) -> str:
    return rng.choice([digits(rng, 6), digits(rng, 7), digits(rng, 8), "E" + digits(rng, 7), "0" + digits(rng, 7),
                       f"{digits(rng, 2)}-{digits(rng, 2)}-{digits(rng, 2)}", f"{digits(rng, 3)}-{digits(rng, 3)}",
                       f"M{digits(rng, 9)}"])


def member(rng) -> str:
    return rng.choice([letters(rng, 3) + digits(rng, 9), "W" + digits(rng, 9), digits(rng, 9) + "-0" + digits(rng, 1),
                       "U" + digits(rng, 8), "H" + digits(rng, 8), letters(rng, 2) + digits(rng, 8)])


def driving(rng) -> str:
    """Shapes of Florida, Illinois, California, New York and Texas."""
    return rng.choice([letters(rng, 1) + "-".join([digits(rng, 3), digits(rng, 3), digits(rng, 2), digits(rng, 3), digits(rng, 1)]),
                       letters(rng, 1) + digits(rng, 3) + "-" + digits(rng, 4) + "-" + digits(rng, 4),
                       letters(rng, 1) + digits(rng, 7), digits(rng, 9), digits(rng, 8)])


def plate(rng) -> str:
    return rng.choice([f"{letters(rng, 3)} {digits(rng, 4)}", f"{digits(rng, 1)}{letters(rng, 3)}{digits(rng, 3)}",
                       f"{letters(rng, 3)}-{digits(rng, 3)}"])


def token(rng, count: int = 22) -> str:
    return "".join(rng.choices(string.ascii_letters + string.digits, k=count))


def tracking(rng) -> str:
    """Parcel numbers in the shapes of three carriers."""
    return rng.choice(["1Z" + letters(rng, 1) + digits(rng, 1) + letters(rng, 2) + digits(rng, 12), digits(rng, 12),
                       "9400 1" + " ".join([digits(rng, 3)] + [digits(rng, 4) for _ in range(3)])])


def ssn_is_valid(text: str) -> bool:
    area, group, serial = text.split("-")
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def luhn_is_valid(text: str) -> bool:
    plain = "".join(char for char in text if char.isdigit())
    return luhn_digit(plain[:-1]) == plain[-1]


def dea_is_valid(text: str) -> bool:
    body = text[2:]
    return (sum(map(int, body[:6:2])) + 2 * sum(map(int, body[1:6:2]))) % 10 == int(body[6])


def mbi_is_valid(text: str) -> bool:
    plain = text.replace("-", "")
    a, n, an = set(MBI_LETTERS), set(string.digits), set(MBI_LETTERS + string.digits)
    kinds = [n - {"0"}, a, an, n, a, an, n, a, a, n, n]
    return len(plain) == 11 and all(char in kind for char, kind in zip(plain, kinds))


def vin_is_valid(text: str) -> bool:
    return len(text) == 17 and vin_check(text) == text[8]
