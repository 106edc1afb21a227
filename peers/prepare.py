"""Prepares an installation of Caduceus for the harnesses: peers/prepare.py ORDER WORLD.

Reads ORDER, writes WORLD; both are described in README.md. Everything is done through the program's
own command line, as an operator would.
"""

import json
import subprocess
import sys
from pathlib import Path

from mail.place import Authority, free_port

HOST = "relay.clinic.example"
SCOPES = [
    "message.send", "message.read", "message.list", "message.cancel", "proof.download", "webhook.manage",
]


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text())
    Path(sys.argv[2]).write_text(json.dumps(prepare(order), indent=2))


def prepare(order: dict) -> dict:
    folder = Path(order["folder"])
    authority = Authority(folder / "authority")
    served = authority.issue(HOST)
    ports = {name: free_port() for name in ("smtps", "submission", "http", "metrics", "mx")}
    config = folder / "caduceus.toml"
    config.write_text(configuration(order, folder, served, ports))
    admin = Admin(order["binary"], config)
    admin("organisation-create", "--name", "Test Clinic", "--zone", "America/New_York")
    plain = order.get("plain", False)  # a benchmark of ours without signatures and TLS towards the receiver
    records = [] if plain else admin("domain-add", "--name", order["sender_domain"])["records"]
    more = ["message.open", "quarantine.read"] if order.get("inbound") else []
    more += ["encryption.manage"] if order.get("keys") else []
    scopes = [word for scope in [*SCOPES, *more] for word in ("--scope", scope)]
    app = admin("app-create", "--name", "Harness", "--sender", "*", *scopes)["app"]
    key = admin("key-create", "--app", app)
    if order.get("mailbox"):
        admin("mailbox-add", "--address", order["mailbox"])
    if "staff" in order:
        hire(admin, order["staff"], folder / "password")
    return {
        "smtp_port": ports["submission"],
        "smtps_port": ports["smtps"],
        "host": HOST,
        "ca_file": str(authority.certificate),
        "user": key["key"],
        "password": key["secret"],
        "api_url": f"http://127.0.0.1:{ports['http']}",
        "api_key": key["secret"],
        "dkim": {record["name"]: record["value"] for record in records},
        "command": [order["binary"], "serve", "--config", str(config)],
        "sender": f"sender@{order['sender_domain']}",
    } | ({"mx_port": ports["mx"]} if order.get("inbound") else {})


def hire(admin, staff: dict, file: Path) -> None:
    """An administrator who answers for privacy too. The password's file is gone when this returns."""
    file.write_text(staff["password"])
    try:
        admin("user-create", "--name", staff["name"], "--email", staff["email"],
              "--password-file", str(file), "--role", "administrator", "--role", "compliance", "--role", "staff")
    finally:
        file.unlink()


def configuration(order: dict, folder: Path, served, ports: dict) -> str:
    if order["engine"] == "postgres":
        url = folder / "database.url"
        url.write_text(order["database_url"])
        url.chmod(0o600)
        store = f'engine = "postgres"\nurl_file = "{url}"\nblob_dir = "{folder}/blobs"\nconnections = 8'
    else:
        store = f'engine = "sqlite"\ndir = "{folder}/data"'
    to = [order["receiver"], *order.get("receivers", [])]
    policy = f'[policy]\ndanger_declared_free = ["{order["sender_domain"]}"]\n' if order.get("plain") else ""
    private = "danger_allow_private_destinations = true\n" if order.get("private_destinations") else ""
    server = order.get("name_server")
    names = f'name_servers = ["{server}"]\ndanger_no_dnssec = true\n' if server else ""
    inbound = order.get("inbound")
    taken = f'[inbound]\nlisten = "127.0.0.1:{ports["mx"]}"\ndomain = "{inbound}"\n' if inbound else ""
    for name, at in order.get("engines", {}).items():
        taken += f'[inbound.{name}]\n{"socket" if at.startswith("/") else "address"} = "{at}"\n'
    return f"""hostname = "{HOST}"
portal_url = "http://127.0.0.1:{ports['http']}"

[store]
{store}

[keys]
root_file = "{folder}/root.key"

[tls]
certificate_file = "{served.certificate}"
key_file = "{served.key}"

[listen]
smtps = "127.0.0.1:{ports['smtps']}"
submission = "127.0.0.1:{ports['submission']}"
danger_http = "127.0.0.1:{ports['http']}"
metrics = "127.0.0.1:{ports['metrics']}"

[delivery]
ca_files = ["{order['ca_file']}"]
{private}{names}{"".join(map(route, to))}
{taken}{policy}"""


def route(to: dict) -> str:
    return f'''
[[delivery.routes]]
domain = "{to['domain']}"
host = "{to['host']}"
ip = "{to['ip']}"
port = {to['port']}
'''


class Admin:
    def __init__(self, binary: str, config: Path):
        self.command = [binary, "admin", "--config", str(config)]

    def __call__(self, *words: str) -> dict:
        done = subprocess.run([*self.command, *words], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"caduceus admin {words[0]} failed: {done.stderr.strip()}")
        return json.loads(done.stdout)


if __name__ == "__main__":
    main()
