"""What the detector alone finds in the messages, when no program is at hand that opens mail.

    python3 bench/phi/texts.py --half open --verbose
    python3 bench/phi/texts.py --half held

Needs `cargo build --release -p caduceus-phi --example scan_mail` and builds it when it is not there. Texts are taken
out by simple readers in Python (check.py and here): right for the generator's files, not for hostile ones, which is
why `run.py` measures the whole program. Figures are named `phi.texts.*`, so that nobody takes one for the other.
With --verbose, families that went wrong and by which kinds of findings; never a value. Tune on `open` only.
"""

import argparse
import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from email import message_from_bytes
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

import check  # noqa: E402
import generate  # noqa: E402
from run import share, tell  # noqa: E402
from score import is_flagged, score  # noqa: E402

FORMS = {"hl7": "hl7", "x12": "x12", "json": "fhir", "xml": "ccda", "ics": "calendar", "vcf": "card",
         "csv": "table", "xlsx": "table"}


def main() -> None:
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="bench-phi-") as folder:
        measure(Path(folder), asked)


def measure(folder: Path, asked) -> None:
    generate.write(folder, asked.half, asked.seed, asked.count)
    truths = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    answers = scanned([parts(folder / truth["file"]) for truth in truths])
    result = score(truths, answers)
    prefix = f"phi.texts.{asked.half}"
    share(f"{prefix}.sensitivity", result.sensitivity)
    share(f"{prefix}.false_alarms", result.false_alarms)
    for name, its in sorted(result.types.items()):
        share(f"{prefix}.{name}.recall", its)
    if asked.verbose:
        tell(result)
        wrong = Counter(kinds(answers[truth["file"]]) for truth in truths
                        if not truth["is_phi"] and is_flagged(answers[truth["file"]], truth))
        for its, count in wrong.most_common(12):
            sys.stdout.write(f"   false alarms with {its}: {count}\n")


def kinds(answer: dict) -> str:
    return answer["level"] + ": " + (", ".join(sorted({finding["kind"] for finding in answer["findings"]})) or "no finding")


def scanned(asked: list[dict]) -> dict[str, dict]:
    """The answers by file name."""
    subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "caduceus-phi", "--example", "scan_mail"], cwd=ROOT, check=True)
    lines = "".join(json.dumps(one) + "\n" for one in asked)
    command = [str(ROOT / "target/release/examples/scan_mail")]
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {answer["file"]: answer for answer in answers}


def parts(path: Path) -> dict:
    """A message as `scan_mail` asks for it: of two bodies that say the same the first is read."""
    content = path.read_bytes()
    found, _ = check.read(content)
    out = [{"kind": "subject", "place": "subject", "text": found["subject"][0]}]
    out += [{"kind": "body", "place": "body", "form": "prose", "text": text} for text in found["body"][:1]]
    for part in message_from_bytes(content).walk():
        name = part.get_filename()
        if not name:
            continue
        kind = name.rsplit(".", 1)[-1]
        text = table(kind, part.get_payload(decode=True)) or found[f"attachment:{name}"][0]
        out.append({"kind": "attachment", "place": f"attachment:{name}", "form": FORMS.get(kind, "prose"), "text": text})
    return {"file": path.name, "parts": out}


def table(kind: str, content: bytes) -> str:
    """Rows as lines, cells apart by tabs; nothing for what is no table."""
    if kind == "csv":
        return "\n".join("\t".join(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    if kind != "xlsx":
        return ""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = re.findall(r"<t[^>]*>(.*?)</t>", archive.read("xl/sharedStrings.xml").decode(), re.DOTALL)
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    rows = re.findall(r"<row .*?</row>", sheet, re.DOTALL)
    return "\n".join("\t".join(shared[int(cell)] for cell in re.findall(r"<v>(\d+)</v>", row)) for row in rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=["held", "open", "written"], default="open")
    parser.add_argument("--seed", type=int, default=2_026)
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--verbose", action="store_true", help="families that went wrong, and kinds that were found in them")
    return parser.parse_args()


if __name__ == "__main__":
    main()
