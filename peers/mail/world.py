"""The server under test: what the harness must know of it, and its life.

`world.json` is the whole interface (see peers/README.md). The harness starts the server by its
command, kills it with SIGKILL when asked, and starts it by the same command again.
"""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

START_SECONDS_MAX = 60.0


@dataclass(frozen=True)
class World:
    smtp_port: int          # submission with STARTTLS
    smtps_port: int         # submission with implicit TLS
    host: str               # the name in the submission server's certificate
    ca_file: str            # what that certificate verifies against
    user: str
    password: str
    api_url: str            # without a slash at the end
    api_key: str
    dkim: dict[str, str]    # DNS name of each key -> its TXT record
    command: list[str]      # starts the server in the foreground
    sender: str             # an envelope sender the user may use
    mx_port: int = 0        # the MX, when mail is taken in


def load(path: Path) -> World:
    """Reads `world.json`; a missing or unknown key is named."""
    try:
        return World(**json.loads(path.read_text()))
    except (OSError, TypeError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from error


class Server:
    """The process of the server under test; one at a time."""

    def __init__(self, world: World, log: Path):
        self.world, self.log = world, log
        self.process: subprocess.Popen | None = None
        self.up = threading.Event()

    def start(self) -> None:
        end = time.monotonic() + START_SECONDS_MAX
        self.launch()
        while not self.is_ready():
            if self.process.poll() is not None:
                # While no server listens, anybody's connection may have been given its port to come from.
                if "Address already in use" in self.last_words() and time.monotonic() < end:
                    time.sleep(0.5)
                    self.launch()
                    continue
                raise SystemExit(f"the server ended with status {self.process.returncode}; see {self.log}")
            if time.monotonic() > end:
                raise SystemExit(f"the server does not answer after {START_SECONDS_MAX:.0f} s; see {self.log}")
            time.sleep(0.05)
        self.up.set()

    def launch(self) -> None:
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                self.world.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    def last_words(self) -> str:
        return self.log.read_bytes()[-500:].decode(errors="replace")

    def is_ready(self) -> bool:
        api = urlsplit(self.world.api_url).port
        return greets(self.world.smtp_port) and listens(self.world.smtps_port) and (not api or listens(api))

    def kill(self) -> None:
        """SIGKILL to the process and its children: no goodbye, no flush."""
        self.up.clear()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """An orderly end, as an operator does it."""
        self.up.clear()
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


def greets(port: int) -> bool:
    """Whether a mail server says 220 there."""
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as peer:
            peer.settimeout(5)
            return peer.recv(4) in (b"220 ", b"220-")
    except OSError:
        return False


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 2):
            return True
    except OSError:
        return False
