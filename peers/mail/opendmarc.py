"""OpenDMARC's library: what it would do with a message whose SPF and DKIM results are known.

It asks the town's own name server for the record, and takes organisational domains from a list of its
own (RFC 7489), in which `example` is a public suffix.
"""

import ctypes
from pathlib import Path

PATH_MAX = 4096
MOZILLA_LIST = 1
MAIL_FROM = 1
OUTCOMES = {"none": 0, "pass": 1, "fail": 2, "temperror": 3}
# What is to be done, by the library's number: the record's word, or that there is none.
SAID = {14: "none", 15: "pass", 16: "reject", 17: "quarantine", 18: "monitor"}


class Address(ctypes.Structure):
    _fields_ = [("family", ctypes.c_ushort), ("port", ctypes.c_ushort), ("ip", ctypes.c_ubyte * 4), ("zero", ctypes.c_ubyte * 8)]


class Settings(ctypes.Structure):
    _fields_ = [("list_kind", ctypes.c_int), ("list_file", ctypes.c_char * PATH_MAX), ("servers", ctypes.c_int),
                ("server", Address * 3)]


class OpenDmarc:
    def __init__(self, folder: Path, name_server_port: int):
        self.library = ctypes.CDLL("libopendmarc.so.2")
        self.library.opendmarc_policy_connect_init.restype = ctypes.c_void_p
        suffixes = folder / "suffixes.dat"
        suffixes.write_text("example\n")
        self.settings = Settings(list_kind=MOZILLA_LIST, list_file=str(suffixes).encode(), servers=1)
        port = int.from_bytes(name_server_port.to_bytes(2, "big"), "little")
        self.settings.server[0] = Address(2, port, (127, 0, 0, 1))
        if status := self.library.opendmarc_policy_library_init(ctypes.byref(self.settings)):
            raise SystemExit(f"OpenDMARC does not start: {status}")

    def judge(self, author: str, spf: tuple[str, str], dkim: list[tuple[str, str]], ip: str) -> str:
        """`spf` is result and domain, `dkim` a domain and a result a signature."""
        call = self.library
        context = ctypes.c_void_p(call.opendmarc_policy_connect_init(ip.encode(), 4))
        try:
            call.opendmarc_policy_store_from_domain(context, author.encode())
            # First: strict alignment is known to what is stored after it.
            call.opendmarc_policy_query_dmarc(context, author.encode())
            outcome = OUTCOMES.get(spf[0], OUTCOMES["fail"])
            call.opendmarc_policy_store_spf(context, spf[1].encode(), outcome, MAIL_FROM, b"")
            for domain, result in dkim:
                outcome = OUTCOMES.get(result, OUTCOMES["fail"])
                call.opendmarc_policy_store_dkim(context, domain.encode(), b"s", outcome, b"")
            said = call.opendmarc_get_policy_to_enforce(context)
        finally:
            call.opendmarc_policy_connect_shutdown(context)
        return SAID.get(said, f"status {said}")
