"""Submits messages over authenticated SMTP from several sessions, with Python's own client.

Each attempt has an envelope recipient of its own (`r00042.1@…`, then `.2` after a lost answer), so
that what arrives tells which attempt it was. An attempt that was not answered is repeated; an answer
of any kind ends it.
"""

import re
import smtplib
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

# An attempt fails when the server dies or is busy; more than this in a row is a fault of its own.
ATTEMPTS_MAX = 25


@dataclass
class Record:
    """What became of one message."""

    number: int
    # Attempts whose answer was lost: the server may or may not have taken them.
    unanswered: list[str] = field(default_factory=list)
    accepted: str | None = None
    message_id: str | None = None
    refused: tuple[int, str] | None = None


class Submission:
    """A fixed list of messages, shared by threads; `progress` counts answers."""

    def __init__(self, server, domain: str, messages, sessions: int):
        self.server, self.world, self.domain = server, server.world, domain
        self.records = {message.number: Record(message.number) for message in messages}
        self.todo = list(reversed(messages))
        self.lock = threading.Lock()
        self.progress = 0
        self.failure: BaseException | None = None
        self.context = ssl.create_default_context(cafile=self.world.ca_file)
        self.threads = [threading.Thread(target=self._session, args=(index,), daemon=True) for index in range(sessions)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def running(self) -> bool:
        if self.failure:
            raise SystemExit(f"a session failed: {self.failure!r}")
        return any(thread.is_alive() for thread in self.threads)

    def _session(self, index: int) -> None:
        client = None
        try:
            while (message := self._take()) is not None:
                client = self._submit(client, message, implicit=index % 2 == 0)
        except BaseException as error:  # shown by running()
            self.failure = error

    def _take(self):
        with self.lock:
            return self.todo.pop() if self.todo else None

    def _submit(self, client, message, implicit: bool):
        """Repeats until there is an answer that ends it; gives the session to go on with."""
        record = self.records[message.number]
        for attempt in range(1, ATTEMPTS_MAX + 1):
            recipient = f"r{message.number:05}.{attempt}@{self.domain}"
            try:
                client = client or self._connect(implicit)
            except smtplib.SMTPAuthenticationError:
                raise
            except (smtplib.SMTPException, OSError):
                self.server.up.wait(120)
                time.sleep(0.1)
                continue
            try:
                code, text = transact(client, self.world.sender, recipient, message.content)
            except smtplib.SMTPResponseException as error:
                code, text = error.smtp_code, repr(error.smtp_error)
            except (smtplib.SMTPException, OSError):
                record.unanswered.append(recipient)
                client = None
                continue
            if code != 250:
                # The server may close after a refusal; a new session is always right.
                client.close()
                client = None
            if 400 <= code < 500:
                time.sleep(min(5.0, 0.1 * attempt))
                continue
            self._answered(record, recipient, code, text)
            return client
        self._answered(record, None, 0, "")
        return client

    def _answered(self, record: Record, recipient: str | None, code: int, text: str) -> None:
        if code == 250:
            record.accepted = recipient
            found = re.search(r"msg_[0-9A-Za-z]+", text)
            record.message_id = found.group() if found else None
        elif code:
            record.refused = (code, text)
        with self.lock:
            self.progress += 1

    def _connect(self, implicit: bool):
        if implicit:
            client = ImplicitTls("127.0.0.1", self.world.smtps_port, timeout=120, context=self.context, name=self.world.host)
        else:
            client = smtplib.SMTP("127.0.0.1", self.world.smtp_port, timeout=120)
            client._host = self.world.host
            client.starttls(context=self.context)
        client.login(self.world.user, self.world.password)
        return client


class ImplicitTls(smtplib.SMTP_SSL):
    """TLS from the first octet, the certificate checked against a name that DNS does not know here."""

    def __init__(self, *words, name: str, **rest):
        self._name = name
        super().__init__(*words, **rest)

    def _get_socket(self, host, port, timeout):
        plain = socket.create_connection((host, port), timeout)
        return self.context.wrap_socket(plain, server_hostname=self._name)


def transact(client, sender: str, recipient: str, content: bytes) -> tuple[int, str]:
    """One message; the last answer it got."""
    client.ehlo_or_helo_if_needed()
    options = [f"SIZE={len(content)}"]
    if any(octet > 127 for octet in content):
        options.append("BODY=8BITMIME")
    for step in (lambda: client.mail(sender, options), lambda: client.rcpt(recipient)):
        code, text = step()
        if code not in (250, 251):
            return code, text.decode("latin-1")
    code, text = client.data(content)
    return code, text.decode("latin-1")

