"""What every trial here is around its own work: a fresh folder, a server prepared in it, an end to
whatever was started, and the faults, one a line.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from mail import world
from mail.place import Authority, free_port, fresh_folder
from mail.postfix import Receiver
from mail.postgres import Cluster

ROOT = Path(__file__).resolve().parent.parent.parent
SENDERS = "clinic.example"
FAULTS_SHOWN = 40


def hold(name: str, run) -> int:
    """`run(folder, stops)` gives its faults; `stops` gets what ends each thing that it starts. The folder
    stays where there are faults. Gives the exit status."""
    folder = fresh_folder(ROOT, name)
    stops: list = []
    try:
        found = run(folder, stops)
    finally:
        end(stops)
    if not found:
        shutil.rmtree(folder)
        return 0
    for fault in found[:FAULTS_SHOWN]:
        print(f"FAULT {fault}")
    if len(found) > FAULTS_SHOWN:
        print(f"… and {len(found) - FAULTS_SHOWN} more")
    print(f"everything is kept in {folder}")
    return 1


def end(stops: list) -> None:
    """The last that was started first, and all of them, also when one does not want to."""
    while stops:
        try:
            stops.pop()()
        except (OSError, subprocess.SubprocessError) as error:
            print(f"something did not stop: {error}", flush=True)


def receiving(folder: Path, host: str, domain: str, stops: list) -> tuple[Authority, Receiver]:
    """A Postfix that insists on TLS, running, and who signed its certificate."""
    authority = Authority(folder / "authority")
    receiver = Receiver(folder, host, domain, authority.issue(host), free_port())
    receiver.start()
    stops.append(receiver.stop)
    return authority, receiver


def route(receiver: Receiver, host: str, domain: str) -> dict:
    return {"domain": domain, "host": host, "ip": "127.0.0.1", "port": receiver.port}


def database(folder: Path, engine: str, stops: list) -> str | None:
    """A throwaway cluster's, running; none on SQLite."""
    if engine != "postgres":
        return None
    cluster = Cluster(folder / "postgres")
    stops.append(cluster.stop)
    return cluster.start()


def order(asked, folder: Path, authority: Authority, engine: str, url: str | None, **more) -> dict:
    """What prepare.py is asked for: see README.md. The server's own folder is made."""
    (folder / "server").mkdir()
    return {
        "binary": str(Path(asked.binary).resolve()), "engine": engine, "database_url": url,
        "folder": str(folder / "server"), "ca_file": str(authority.certificate), "sender_domain": SENDERS,
    } | more


def prepare(asked, folder: Path, wanted: dict) -> world.World:
    """Has the server prepared. The order may hold passwords and is gone when this returns."""
    asking, made = folder / "order.json", folder / "world.json"
    asking.write_text(json.dumps(wanted, indent=2))
    try:
        subprocess.run([sys.executable, *asked.prepare.split(), asking, made], check=True)
    finally:
        asking.unlink()
    return world.load(made)


def arguments(description: str) -> argparse.ArgumentParser:
    """What every trial can be told."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "target/debug/caduceus"))
    parser.add_argument("--prepare", default=str(ROOT / "peers/prepare.py"), help="makes world.json: see peers/README.md")
    return parser


def engine_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
