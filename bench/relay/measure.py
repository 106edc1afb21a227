"""One measured run of a relay: started for it, loaded by bench/load, stopped after it.

The relay's CPU time is the user and system time of its process trees, ended children included.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, fields
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
    end_to_end: float   # measured messages a second until the last of them arrived
    cpu_ms: float       # of the relay, per message
    p50: float          # from MAIL to the final 250, milliseconds
    p99: float


@dataclass(frozen=True)
class Work:
    """What is loaded onto a relay."""

    messages: int
    sessions: int
    octets: int = 10_240
    rate: float = 0.0           # messages a second; 0 is as fast as they are taken
    domains: int = 1
    aside: tuple = ()           # words of bench-load: MANNER=DOMAIN=ADDRESS:PORT
    aside_every: int = 5
    recipients: int = 1
    wait: bool = True           # until all have arrived
    arrivals: int | None = None     # without messages of its own: wait for so many from before

    def words(self) -> list[str]:
        words = ["--messages", str(self.messages), "--sessions", str(self.sessions), "--octets", str(self.octets),
                 "--rate", str(self.rate), "--domains", str(self.domains), "--aside-every", str(self.aside_every),
                 "--recipients", str(self.recipients)]
        if not self.wait:
            words.append("--no-wait")
        if self.arrivals is not None:
            words += ["--arrivals", str(self.arrivals)]
        return words + [word for aside in self.aside for word in ("--aside", aside)]


@contextmanager
def prepared(name: str, profile: str, ours: bool, built: bool, hosts: tuple = ()):
    """The programs built, and a place with an authority of its own; `hosts` are further names of the sink."""
    if not built:
        release = ["--release"] if profile == "release" else []
        packages = ["-p", "bench-load", *(["-p", "caduceus"] if ours else [])]
        subprocess.run(["cargo", "build", "--quiet", *release, *packages], cwd=ROOT, check=True)
    binaries = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / profile
    folder = fresh_folder(ROOT, name)
    authority = Authority(folder / "authority")
    try:
        yield Site(folder, authority, authority.issue(SINK_HOST, *hosts), SINK_HOST, SINK_DOMAIN, free_port(), binaries)
    finally:
        shutil.rmtree(folder)


def measure(site: Site, name: str, turn: str, work: Work, perf: Path | None = None) -> Run:
    """One run on a relay that was started for it and is stopped after it."""
    home = site.folder / f"{name.replace('+', '-')}-{turn}"
    home.mkdir()
    relay = RELAYS[name](site, home)
    try:
        warm = Work(50, min(work.sessions, 20), domains=work.domains)
        load(site, relay, warm, patience=20)  # connections, caches and certificates are warm
        before = tree_seconds(relay.pids)
        with sampled(relay.pids, perf and perf / f"{home.name}.data"):
            figures = load(site, relay, work)
        spent = tree_seconds(relay.pids) - before
        return Run(figures["accept_per_s"], figures["end_to_end_per_s"], 1e3 * spent / work.messages,
                   figures["accept_ms_p50"], figures["accept_ms_p99"])
    finally:
        relay.stop()
        shutil.rmtree(home, ignore_errors=True)


def load(site: Site, relay, work: Work, patience: int = 300) -> dict:
    words = [
        str(site.binaries / "bench-load"), "--target", f"127.0.0.1:{relay.port}", "--sink", f"127.0.0.1:{site.sink_port}",
        "--from", relay.sender, "--to-domain", site.domain, "--tls", relay.tls, "--patience", str(patience), *work.words(),
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


@contextmanager
def sampled(pids: list[int], out: Path | None):
    """Where the relay's own processes spend their time, for `perf report`; it costs some itself."""
    if out is None:
        yield
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    words = ["perf", "record", "--quiet", "-F", "999", "-e", "cpu-clock", "-o", str(out), "-p", ",".join(map(str, pids))]
    recorder = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        recorder.terminate()
        recorder.wait()


def median(runs: list[Run]) -> Run:
    return Run(*(statistics.median(getattr(run, field.name) for run in runs) for field in fields(Run)))


def figure(name: str, value: float, unit: str, cpu_ms: float | None = None, peer: str | None = None,
           peer_value: float | None = None, ratio: float | None = None) -> None:
    """One line as `cargo bench-all` reads it; a ratio over 1 is in our favour."""
    digits = lambda number, count: None if number is None else round(number, count)  # noqa: E731
    print(json.dumps({"name": name, "value": digits(value, 2), "unit": unit, "cpu_ms_per_item": digits(cpu_ms, 3),
                      "peer": peer, "peer_value": digits(peer_value, 2), "ratio": digits(ratio, 2)}), flush=True)


def say(name: str, work: Work, turn: int, run: Run) -> None:
    print(f"{name} {work.octets // 1024} KB sessions={work.sessions} turn={turn + 1}: accept {run.accept:.0f}/s, end to end "
          f"{run.end_to_end:.0f}/s, cpu {run.cpu_ms:.2f} ms, p50 {run.p50:.1f} ms, p99 {run.p99:.1f} ms", flush=True)
