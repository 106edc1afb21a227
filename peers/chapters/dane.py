"""Our MX by DANE (RFC 7672): Postfix's posttls-finger and OpenSSL verify it by the TLSA record of its key,
without any authority, and do not by a record of another key.
"""

import subprocess
from pathlib import Path

import dns.message
import dns.query

from chapters.town import HOST
from mail.vouch import Voucher

# The same address as the MX, with a record of a key that nobody has.
ELSEWHERE = f"elsewhere.{HOST}"
NOBODYS = "0" * 64


def records(town) -> list[tuple[str, str, str]]:
    return [(ELSEWHERE, "A", "127.0.0.1"), (f"_{town.world.mx_port}._tcp.{ELSEWHERE}", "TLSA", f"3 1 1 {NOBODYS}")]


def play(town) -> tuple[list[str], dict]:
    port, record = town.world.mx_port, published(town)
    voucher = Voucher(town.folder, town.knot.port)
    try:
        config = configuration(town.folder)
        found = judge("posttls-finger", lambda host: posttls(voucher, config, host, port))
    finally:
        voucher.close()
    by_host = {HOST: record, ELSEWHERE: f"3 1 1 {NOBODYS}"}
    found += judge("OpenSSL", lambda host: openssl(port, by_host[host]))
    return found, {"dane_verifiers": 2}


def judge(who: str, verifies) -> list[str]:
    found = [] if verifies(HOST) else [f"{who} does not verify the MX by its TLSA record"]
    if verifies(ELSEWHERE):
        found.append(f"{who} takes any TLSA record: it proves nothing")
    return found


def published(town) -> str:
    asked = dns.message.make_query(f"_{town.world.mx_port}._tcp.{HOST}", "TLSA")
    answers = dns.query.udp(asked, "127.0.0.1", 10, town.knot.port).answer
    (record,) = [str(record) for answer in answers for record in answer]
    return record


def configuration(folder: Path) -> Path:
    """A folder of settings for posttls-finger alone: Postfix may be installed here and not set up."""
    config = Path(folder) / "posttls"
    config.mkdir(exist_ok=True)
    (config / "main.cf").write_text("compatibility_level = 3.6\nmyhostname = out.postfix.example\n")
    return config


def posttls(voucher: Voucher, config: Path, host: str, port: int) -> bool:
    environment = {**voucher.environment(), "MAIL_CONFIG": str(config)}
    done = subprocess.run(
        ["posttls-finger", "-c", "-L", "summary", "-l", "dane-only", f"[{host}]:{port}"], env=environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    if "TLS connection established" not in said:
        raise SystemExit(f"posttls-finger did not get as far as TLS: {said.strip()[-400:]}")
    return "Verified TLS connection established" in said


def openssl(port: int, record: str) -> bool:
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-starttls", "smtp", "-name", "out.postfix.example",
         "-dane_tlsa_domain", HOST, "-dane_tlsa_rrdata", record, "-verify_return_error", "-no-CAfile", "-no-CApath"],
        input="QUIT\r\n", capture_output=True, text=True, timeout=60)
    return done.returncode == 0 and "DANE TLSA 3 1 1" in done.stdout
