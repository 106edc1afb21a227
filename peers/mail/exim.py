"""An Exim instance of our own: unpacked beside the distribution's mail server, never installed.

Debian lets one mail server be installed at a time, so `cargo xtask peers` unpacks Exim under
target/peers/debian. It takes mail for one domain over TLS, keeps every mailbox in a
maildir, relays what comes from loopback by the routes it is given, and bounces unknown users itself.
"""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mail.postfix import wait_for
from mail.world import greets

USER = "Debian-exim"


@dataclass(frozen=True)
class Route:
    """Where mail for a domain goes ("*" for the rest), always over TLS that verifies."""

    domain: str
    port: int
    # The transport's name: "relay" as one server to another, "submit" and "submits" with a password.
    by: str = "relay"


class Exim:
    """`submitter` is the user and the password it gives where a route submits; `users` have mailboxes."""

    def __init__(self, root: Path, folder: Path, host: str, domain: str, certificate, ca_file: Path,
                 port: int, submitter: tuple[str, str], users: list[str]):
        self.folder, self.host, self.domain, self.port = folder, host, domain, port
        self.certificate, self.ca_file, self.submitter, self.users = certificate, ca_file, submitter, users
        self.mailboxes = folder / "mailboxes"
        self.log = folder / "log" / "main"
        for path in (folder, folder / "spool", folder / "log", self.mailboxes):
            path.mkdir(parents=True, exist_ok=True)
            shutil.chown(path, USER)
        # Its own user starts it again and reads the key, and may not be able to reach target/.
        self.program = folder / "exim4"
        shutil.copy2(unpacked(root), self.program)
        self.key = folder / "key.pem"
        shutil.copy(certificate.key, self.key)
        shutil.chown(self.key, USER)
        self.config = folder / "exim.conf"
        self.process: subprocess.Popen | None = None

    def start(self, routes: list[Route]) -> None:
        self.config.write_text(self._settings(routes))
        # A password stands in it.
        shutil.chown(self.config, group=USER)
        self.config.chmod(0o640)
        words = [str(self.program), "-C", str(self.config), "-bdf", "-q5s"]
        with open(self.folder / "exim.out", "ab") as out:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/",
                                            start_new_session=True)
        wait_for(lambda: greets(self.port), f"Exim did not start; see {self.folder}")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def arrived(self, mailbox: str) -> list[bytes]:
        folder = self.mailboxes / mailbox / "new"
        return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.exists() else []

    def _settings(self, routes: list[Route]) -> str:
        routers = "\n".join(router(number, route) for number, route in enumerate(routes))
        user, password = self.submitter
        tls = (f"  hosts_require_tls = *\n  tls_verify_certificates = {self.ca_file}\n  tls_verify_hosts = *\n"
               "  tls_tempfail_tryclear = false\n")
        submit = f"  driver = smtp\n  allow_localhost\n  hosts_require_auth = *\n{tls}"
        return f"""primary_hostname = {self.host}
spool_directory = {self.folder}/spool
log_file_path = {self.folder}/log/%slog
pid_file_path = {self.folder}/spool/exim.pid
exim_user = {USER}
deliver_drop_privilege
exim_path = {self.program}
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.port}
domainlist ours = {self.domain}
host_lookup =
rfc1413_query_timeout = 0s
dns_again_means_nonexist = *
tls_advertise_hosts = *
tls_certificate = {self.certificate.certificate}
tls_privatekey = {self.key}
acl_smtp_rcpt = recipient
acl_smtp_data = accept
received_header_text = Received: by {self.host} with ${{uc:$received_protocol}} id $message_exim_id
message_size_limit = 64M
log_selector = +tls_certificate_verified +tls_sni

begin acl
recipient:
  deny domains = +ours
       !encrypted = *
       message = TLS only
  accept hosts = 127.0.0.1
         control = dkim_disable_verify

begin routers
known:
  driver = accept
  domains = +ours
  local_parts = {" : ".join(self.users)}
  transport = mailbox
unknown:
  driver = redirect
  domains = +ours
  allow_fail
  data = :fail: no such user
{routers}

begin transports
mailbox:
  driver = appendfile
  maildir_format
  create_directory
  directory = {self.mailboxes}/$local_part_data
  delivery_date_add = false
  envelope_to_add = false
  return_path_add = true
relay:
  driver = smtp
  allow_localhost
{tls}submit:
{submit}submits:
{submit}  protocol = smtps

begin retry
* * F,5m,1s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  client_send = ^{user}^{password}
"""


def router(number: int, route: Route) -> str:
    return (f"route{number}:\n  driver = manualroute\n  domains = {route.domain}\n  transport = {route.by}\n"
            f"  route_list = * 127.0.0.1::{route.port}\n  self = send\n  no_more")


def unpacked(root: Path) -> Path:
    program = root / "target/peers/debian/usr/sbin/exim4"
    if not program.is_file():
        raise SystemExit("Exim is not there: run cargo xtask peers")
    return program
