"""Mail relay: ours beside Postfix, and beside Postfix with OpenDKIM, in one run.

    cargo bench-all relay
    python3 bench/relay/run.py --messages 500 --runs 1 --sessions 20 --only postfix

One load (bench/load) submits messages of 10 KB and receives them; only the relay between differs.
Every relay answers 250 after its sync to disk. Each run's server CPU is the user and system time of
the relay's process trees, ended children included, divided by the messages. Relays take turns, so
that a busy neighbour meets all of them; what is printed is the median of the runs.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "peers"), str(Path(__file__).resolve().parent)]

from cpu import tree_seconds  # noqa: E402
from mail.place import Authority, free_port, fresh_folder  # noqa: E402
from relays import RELAYS, Site  # noqa: E402

SINK_HOST, SINK_DOMAIN = "mx.receiver.example", "receiver.example"


@dataclass(frozen=True)
class Run:
    accept: float       # messages a second until the last 250
    end_to_end: float   # messages a second until the last one arrived
    cpu_ms: float       # of the relay, per message
    p50: float          # from MAIL to the final 250, milliseconds
    p99: float


def main() -> None:
    asked = arguments()
    profile = ["--release"] if asked.profile == "release" else []
    packages = ["-p", "bench-load", *(["-p", "caduceus"] if "caduceus" in asked.only else [])]
    subprocess.run(["cargo", "build", "--quiet", *profile, *packages], cwd=ROOT, check=True)
    folder = fresh_folder(ROOT, "relay")
    authority = Authority(folder / "authority")
    site = Site(folder, authority, authority.issue(SINK_HOST), SINK_HOST, SINK_DOMAIN, free_port(), ROOT / "target" / asked.profile)
    try:
        for sessions in asked.sessions:
            measured = {name: [] for name in asked.only}
            for turn in range(asked.runs):
                for name in asked.only:
                    run = measure(site, name, turn, sessions, asked.messages, asked.perf)
                    measured[name].append(run)
                    print(f"{name} sessions={sessions} turn={turn + 1}: accept {run.accept:.0f}/s, end to end "
                          f"{run.end_to_end:.0f}/s, cpu {run.cpu_ms:.2f} ms, p99 {run.p99:.1f} ms", flush=True)
            report(measured, sessions)
    finally:
        shutil.rmtree(folder)


def measure(site: Site, name: str, turn: int, sessions: int, messages: int, perf: Path | None) -> Run:
    """One run on a relay that was started for it and is stopped after it."""
    home = site.folder / f"{name.replace('+', '-')}-{sessions}-{turn}"
    home.mkdir()
    relay = RELAYS[name](site, home)
    try:
        load(site, relay, min(sessions, 20), 50, patience=20)  # connections, caches and certificates are warm
        before = tree_seconds(relay.pids)
        with sampled(relay.pids, perf and perf / f"{home.name}.data"):
            figures = load(site, relay, sessions, messages)
        spent = tree_seconds(relay.pids) - before
        return Run(figures["accept_per_s"], figures["end_to_end_per_s"], 1e3 * spent / messages,
                   figures["accept_ms_p50"], figures["accept_ms_p99"])
    finally:
        relay.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def sampled(pids: list[int], out: Path | None):
    """Where the relay's own processes spend their time, for `perf report`; it costs some itself."""
    if out is None:
        yield
        return
    words = ["perf", "record", "--quiet", "-F", "999", "-e", "cpu-clock", "-g", "-o", str(out), "-p", ",".join(map(str, pids))]
    recorder = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        recorder.terminate()
        recorder.wait()


def load(site: Site, relay, sessions: int, messages: int, patience: int = 180) -> dict:
    words = [
        str(site.binaries / "bench-load"), "--target", f"127.0.0.1:{relay.port}", "--sink", f"127.0.0.1:{site.sink_port}",
        "--messages", str(messages), "--sessions", str(sessions), "--from", relay.sender, "--to-domain", site.domain,
        "--tls", relay.tls, "--patience", str(patience),
    ]
    if relay.tls != "none":
        words += ["--host", relay.host, "--ca", relay.ca_file]
    if relay.user:
        words += ["--user", relay.user, "--password", relay.password]
    if relay.encrypted_out:
        words += ["--signed", "--sink-certificate", str(site.certificate.certificate), "--sink-key", str(site.certificate.key)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"the load failed: {done.stderr.strip()}\n{relay.complaints()}")
    return json.loads(done.stdout)


def report(measured: dict[str, list[Run]], sessions: int) -> None:
    """Ours beside each peer; without ours, the peers alone."""
    median = {name: {field: statistics.median(getattr(run, field) for run in runs) for field in Run.__dataclass_fields__}
              for name, runs in measured.items() if runs}
    ours = median.pop("caduceus", None)
    for peer, theirs in median.items():
        for field, unit in [("end_to_end", "msg/s"), ("accept", "msg/s"), ("p99", "ms"), ("cpu_ms", "ms/msg")]:
            mine = (ours or theirs)[field]
            faster = field in ("end_to_end", "accept")
            ratio = mine / theirs[field] if faster else theirs[field] / mine
            print(json.dumps({
                "name": f"relay {field.replace('_', ' ')}, {sessions} sessions" + ("" if ours else f", {peer} alone"),
                "value": round(mine, 2),
                "unit": unit,
                "cpu_ms_per_item": round((ours or theirs)["cpu_ms"], 3),
                "peer": peer if ours else None,
                "peer_value": round(theirs[field], 2) if ours else None,
                "ratio": round(ratio, 2) if ours else None,
            }), flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sessions", type=int, nargs="+", default=[20, 100])
    parser.add_argument("--only", nargs="+", choices=list(RELAYS), default=list(RELAYS))
    parser.add_argument("--perf", type=Path, metavar="FOLDER", help="sample the relays' stacks into this folder")
    parser.add_argument("--profile", choices=["release", "debug"], default="release")
    return parser.parse_args()


if __name__ == "__main__":
    if os.geteuid() != 0:
        raise SystemExit("Postfix can only be started by root")
    main()
