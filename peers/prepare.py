"""Prepares Caduceus for a run of real_mail.py, durability.py or bench/relay (see peers/README.md).

    peers/prepare.py ORDER WORLD

Does what an administrator does on a new machine: one TOML file, an organisation, a sending domain, an
app with a key, each by `caduceus admin`.
"""

import json
import subprocess
import sys
from pathlib import Path

from mail.place import Authority, free_port

HOST = "mail.clinic.example"
SCOPES = ["message.send", "message.read", "message.open", "message.list", "message.cancel"]


def main(order_file: str, world_file: str) -> None:
    order = json.loads(Path(order_file).read_text())
    folder = Path(order["folder"])
    authority = Authority(folder / "authority")
    ports = {name: free_port() for name in ("smtps", "submission", "danger_http")}
    config = folder / "caduceus.toml"
    config.write_text(configuration(order, folder, authority.issue(HOST), ports))
    admin = Admin(order["binary"], config)
    admin.run("organisation-create", "--name", "Clinic")
    domain = admin.run("domain-add", "--name", order["sender_domain"])
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    app = admin.run("app-create", "--name", "Peer", "--sender", "*", *scopes)["app"]
    key = admin.run("key-create", "--app", app)
    world = {
        "smtp_port": ports["submission"],
        "smtps_port": ports["smtps"],
        "host": HOST,
        "ca_file": str(authority.certificate),
        "user": key["key"],
        "password": key["secret"],
        "api_url": f"http://127.0.0.1:{ports['danger_http']}",
        "api_key": key["secret"],
        "dkim": {record["name"]: record["value"] for record in domain["records"] if "_domainkey" in record["name"]},
        "command": [order["binary"], "serve", "--config", str(config)],
        "sender": f"real@{order['sender_domain']}",
    }
    Path(world_file).write_text(json.dumps(world))


def configuration(order: dict, folder: Path, certificate, ports: dict[str, int]) -> str:
    receiver = order["receiver"]
    if order["engine"] == "postgres":
        url = folder / "database.url"
        url.touch(mode=0o600)
        url.write_text(order["database_url"])
        (folder / "blobs").mkdir()
        store = f'engine = "postgres"\nurl_file = "{url}"\nblob_dir = "{folder / "blobs"}"'
    else:
        store = f'engine = "sqlite"\ndir = "{folder / "data"}"'
    listeners = "\n".join(f'{name} = "127.0.0.1:{port}"' for name, port in ports.items())
    return f"""hostname = "{HOST}"
portal_url = "http://127.0.0.1:{ports['danger_http']}"

[store]
{store}

[keys]
root_file = "{folder / 'root.key'}"

[tls]
certificate_file = "{certificate.certificate}"
key_file = "{certificate.key}"

[listen]
{listeners}

[delivery]
ca_files = ["{order['ca_file']}"]
danger_allow_private_destinations = true

[[delivery.routes]]
domain = "{receiver['domain']}"
host = "{receiver['host']}"
ip = "{receiver['ip']}"
port = {receiver['port']}
"""


class Admin:
    """`caduceus admin`, whose answers are JSON objects."""

    def __init__(self, binary: str, config: Path):
        self.words = [binary, "admin", "--config", str(config)]

    def run(self, *words: str) -> dict:
        done = subprocess.run([*self.words, *words], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"caduceus admin {words[0]} failed:\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
