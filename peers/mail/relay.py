"""A Postfix that is somebody else's mail server: users of its own, relaying, bounces of its own.

Unlike the receiver it knows its users only when it delivers, so that it has to write the report
itself (RFC 3464) when one is unknown.
"""

import shutil
from pathlib import Path

from mail.exim import Route
from mail.postfix import Postfix

TRANSPORTS = [
    "relay-out unix - - n - 10 smtp",
    "submit unix - - n - 10 smtp -o smtp_sasl_auth_enable=yes",
    "submits unix - - n - 10 smtp -o smtp_sasl_auth_enable=yes -o smtp_tls_wrappermode=yes",
]
NAMES = {"relay": "relay-out", "submit": "submit", "submits": "submits"}


class Relay:
    """The same interface as Exim's. `server_name` is in the certificates of where it relays to."""

    def __init__(self, folder: Path, host: str, domain: str, certificate, ca_file: Path, port: int,
                 submitter: tuple[str, str] | None, server_name: str, users: list[str]):
        self.folder, self.host, self.domain, self.port = folder, host, domain, port
        self.mailboxes = folder / "mailboxes"
        self.mailboxes.mkdir(parents=True)
        shutil.chown(self.mailboxes, "nobody")
        self.submitter = submitter
        self.settings = {
            "myhostname": host,
            "virtual_mailbox_domains": domain,
            "virtual_mailbox_base": str(self.mailboxes),
            "virtual_mailbox_maps": table({f"{user}@{domain}": f"{user}/" for user in users}),
            "virtual_uid_maps": "static:65534",
            "virtual_gid_maps": "static:65534",
            "virtual_mailbox_limit": "0",
            "smtpd_reject_unlisted_recipient": "no",
            "smtpd_tls_security_level": "may",
            "smtpd_recipient_restrictions": f"check_recipient_access {table({domain: 'encrypted'})}, permit",
            "smtpd_restriction_classes": "encrypted",
            "encrypted": "reject_plaintext_session, permit",
            "smtpd_tls_cert_file": str(certificate.certificate),
            "smtpd_tls_key_file": str(certificate.key),
            "smtpd_tls_received_header": "yes",
            "smtp_tls_security_level": "secure",
            "smtp_tls_CAfile": str(ca_file),
            "smtp_tls_secure_cert_match": server_name,
            "smtp_tls_loglevel": "1",
            "smtp_sasl_security_options": "noanonymous",
            "smtp_host_lookup": "native",
            "minimal_backoff_time": "1s",
            "maximal_backoff_time": "2s",
            "queue_run_delay": "1s",
            "message_drop_headers": "",
            "local_header_rewrite_clients": "",
            "always_add_missing_headers": "no",
            "message_size_limit": str(64 * 1024 * 1024),
        }
        self.postfix: Postfix | None = None

    def start(self, routes: list[Route]) -> None:
        hops = {route.domain: f"{NAMES[route.by]}:[127.0.0.1]:{route.port}" for route in routes}
        settings = self.settings | {"transport_maps": table(hops)}
        if self.submitter:
            user, password = self.submitter
            settings["smtp_sasl_password_maps"] = table(
                {f"[127.0.0.1]:{route.port}": f"{user}:{password}" for route in routes if route.by != "relay"})
        services = [f"127.0.0.1:{self.port} inet n - n - 100 smtpd", *TRANSPORTS]
        self.postfix = Postfix(self.folder / "postfix", settings, services)
        # The password stands in it.
        (self.postfix.config / "main.cf").chmod(0o600)
        self.postfix.start()

    def stop(self) -> None:
        if self.postfix:
            self.postfix.stop()

    def arrived(self, mailbox: str) -> list[bytes]:
        folder = self.mailboxes / mailbox / "new"
        return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.exists() else []


def table(rows: dict[str, str]) -> str:
    """A lookup table in the settings themselves."""
    return "inline:{" + ", ".join(f"{{{key} = {value}}}" for key, value in rows.items()) + "}"
