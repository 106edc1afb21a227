"""A resolver on port 53 of a loopback address that vouches for what Knot says (the AD bit of RFC 4035).

Postfix takes TLSA records from a validating resolver only, asks on no other port, and is pointed here by
resolv_wrapper. That answers are validated is not what is tested with it: our own resolver's tests do that.
"""

import os
import random
import socket
import threading
from pathlib import Path

AUTHENTIC_DATA = 0x20
WRAPPER = "libresolv_wrapper.so"


class Voucher:
    def __init__(self, folder: Path, authority_port: int):
        self.authority = ("127.0.0.1", authority_port)
        self.settings = folder / "resolv.conf"
        self.socket = bound()
        self.settings.write_text(f"nameserver {self.socket.getsockname()[0]}\noptions trust-ad\n")
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def environment(self) -> dict[str, str]:
        """What makes a program ask here."""
        return os.environ | {"LD_PRELOAD": WRAPPER, "RESOLV_WRAPPER_CONF": str(self.settings)}

    def close(self) -> None:
        # An empty datagram of our own ends the loop.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
            knock.sendto(b"", self.socket.getsockname())
        self.thread.join(10)
        self.socket.close()

    def _serve(self) -> None:
        while True:
            asked, client = self.socket.recvfrom(4096)
            if not asked:
                return
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                asking.settimeout(5)
                asking.connect(self.authority)
                asking.send(asked)
                try:
                    answer = bytearray(asking.recv(65535))
                except OSError:
                    continue  # the client asks again
            answer[3] |= AUTHENTIC_DATA
            self.socket.sendto(bytes(answer), client)


def bound() -> socket.socket:
    """Port 53 of a loopback address that nobody else has taken."""
    for _ in range(20):
        address = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}.{random.randrange(1, 255)}"
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            listener.bind((address, 53))
            return listener
        except OSError:
            listener.close()
    raise SystemExit("no loopback address lets us listen on port 53")
