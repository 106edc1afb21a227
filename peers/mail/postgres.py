"""A throwaway PostgreSQL cluster of the distribution's package: own folder, own port, no network.

As root the cluster runs as the `postgres` user, since the server refuses root.
"""

import os
import shutil
import subprocess
from pathlib import Path

from .place import free_port


class Cluster:
    def __init__(self, folder: Path):
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        folder.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        if not versions:
            raise SystemExit("PostgreSQL is not installed: run cargo xtask peers")
        self.bin = versions[-1]

    def start(self) -> str:
        """Makes and starts the cluster; gives the address of a database with superuser access."""
        self._run("initdb", "-D", self.data, "-U", "caduceus", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -c max_connections=60"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start")
        self._run("createdb", "-h", self.folder, "-p", str(self.port), "-U", "caduceus", "caduceus")
        return f"postgres://caduceus@127.0.0.1:{self.port}/caduceus"

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def _run(self, program: str, *words) -> None:
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        command = [*user, str(self.bin / program), *map(str, words)]
        # The server inherits the streams, so they must not be pipes that we wait on.
        with open(self.folder.parent / "postgres.out", "ab") as out:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/")
        if done.returncode != 0:
            raise SystemExit(f"{program} failed:\n{(self.folder.parent / 'postgres.out').read_text()[-2000:]}")
