"""No word of a message rests in the clear: plants unique words in every field, then reads the disk.

    peers/canaries.py --binary target/debug/caduceus --engine postgres

Sends mail by SMTP and by REST with a word of its own in each field, some delivered, some left in the
queue, some refused, and signs in wrongly. Staff import suppressed addresses: a short list that is done,
and a long one whose sealed file still lies there when the server is stopped. Keys are brought: a
recipient's, and one of the practice's own with its secret half. Then reads every octet of
its data, blobs, database files and logs, and of the machine's temporary folders. As a control the same
search must find the words in the receiver's mailbox.
"""

import argparse
import base64
import json
import secrets
import smtplib
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path

from mail import api, leaks, trial, world
from mail.console import Console
from mail.postfix import wait_for
from mail.submission import ImplicitTls

HOST, DOMAIN = "mx.receiver.example", "receiver.example"
STAFF = "ana@clinic.example"
# A form's worth of lines: far more than are done with the answer.
LONG_LIST_LINES = 8_000


class Words(dict):
    """A fresh word for each field that is asked for."""

    def __missing__(self, label: str) -> str:
        self[label] = "zq" + "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(18))
        return self[label]


def main() -> int:
    asked = arguments()
    return trial.hold("canaries", lambda folder, stops: run(asked, folder, stops))


def run(asked, folder: Path, stops: list) -> list[str]:
    began = time.time() - 1
    authority, receiver = trial.receiving(folder, HOST, DOMAIN, stops)
    url = trial.database(folder, asked.engine, stops)
    order = trial.order(asked, folder, authority, asked.engine, url, receiver=trial.route(receiver, HOST, DOMAIN))
    words = Words()
    if asked.rest:
        order["keys"] = True
        order["staff"] = {"email": STAFF, "name": words["staff name"], "password": words["staff password"]}
    made = trial.prepare(asked, folder, order)
    server = world.Server(made, folder / "server" / "server.log")
    server.start()
    stops.append(server.stop)
    plant(made, words, rest=asked.rest)
    console = signed_in(made, words) if asked.rest else None
    wait_for(lambda: receiver.count() >= (2 if asked.rest else 1), "nothing was delivered", 120)
    time.sleep(2)
    if console:
        begin_long_import(console, words)
    trial.end(stops)
    searched = [folder / "server", folder / "postgres", Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
    found = [hit for hit in leaks.search(searched, words, began) if str(folder / "mailbox") not in hit]
    control = leaks.search([receiver.arrived_folder], words)
    seen = {hit.rpartition(": ")[2] for hit in control}
    found += [f"control: {label} was not found where it must be" for label in ("smtp subject", "smtp body") if label not in seen]
    print(json.dumps({"engine": asked.engine, "words": len(words), "in_the_mailbox": len(seen), "faults": len(found)}))
    return found


def plant(made, words: Words, rest: bool) -> None:
    for domain in (DOMAIN, "unreachable.example"):
        assert submit(made, letter(words, domain), words["smtp recipient"] + "@" + domain)[0] == 250
    bare = b"X-Bare: " + words["refused header"].encode() + b"\r x\r\n" + wire(letter(words, DOMAIN))
    assert submit(made, bare, words["refused recipient"] + "@" + DOMAIN)[0] >= 500
    submit(made, letter(words, DOMAIN), words["invalid recipient"] + "@@bad")
    wrong_sign_in(made, words)
    if rest:
        by_rest(made, words)
        bring_keys(made, words)


def letter(words: Words, domain: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"{words['smtp sender name']} <real@clinic.example>"
    message["To"] = f"{words['smtp recipient name']} <{words['smtp recipient']}@{domain}>"
    message["Subject"] = f"About {words['smtp subject']}"
    message["X-Custom"] = words["smtp header"]
    message.set_content(f"Your diagnosis is {words['smtp body']}, MRN 12345678.\n")
    message.add_alternative(f"<p>{words['smtp html']}</p>", subtype="html")
    message.add_attachment(words["smtp attachment"].encode(), maintype="text", subtype="plain",
                           filename=words["smtp file name"] + ".txt")
    return message


def wire(message: EmailMessage) -> bytes:
    return message.as_bytes().replace(b"\n", b"\r\n")


def submit(made, message, recipient: str) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=made.ca_file)
    client = ImplicitTls("127.0.0.1", made.smtps_port, timeout=60, context=context, name=made.host)
    client.login(made.user, made.password)
    content = message if isinstance(message, bytes) else wire(message)
    for step in (lambda: client.mail(made.sender), lambda: client.rcpt(recipient), lambda: client.data(content)):
        answer = step()
        if answer[0] != 250:
            break
    client.close()
    return answer


def wrong_sign_in(made, words: Words) -> None:
    context = ssl.create_default_context(cafile=made.ca_file)
    client = ImplicitTls("127.0.0.1", made.smtps_port, timeout=60, context=context, name=made.host)
    try:
        client.login(words["wrong user"], words["wrong password"])
    except smtplib.SMTPAuthenticationError:
        return
    finally:
        client.close()
    raise SystemExit("a wrong password was taken")


def by_rest(made, words: Words) -> None:
    body = {
        "from": {"address": made.sender, "name": words["rest sender name"]},
        "to": [{"address": f"{words['rest recipient']}@{DOMAIN}", "name": words["rest recipient name"]}],
        "subject": words["rest subject"], "text": f"Your diagnosis is {words['rest body']}.",
        "html": f"<p>{words['rest html']}</p>", "headers": {"X-Custom": words["rest header"]},
        "tags": [words["rest tag"]], "metadata": {"note": words["rest metadata"]},
        "attachments": [{
            "name": words["rest file name"] + ".txt", "content_type": "text/plain",
            "content": base64.b64encode(words["rest attachment"].encode()).decode(),
        }],
    }
    assert post(made, body, made.api_key) == 202
    assert post(made, body | {words["unknown field"]: words["unknown value"]}, made.api_key) == 422
    assert post(made, body | {"subject": 5, "text": words["rest wrong type"]}, made.api_key) == 422
    assert post(made, body, words["wrong key"]) == 401


def bring_keys(made, words: Words) -> None:
    """Keys with a word in whose they are; of one the secret half itself is what is looked for."""
    reader, own, lost = (generated(words, owner) for owner in ("recipient's key", "own key", "secret key brought as public"))
    assert "keys" in api.call(made, "POST", "/v1/keys", {"file": coded(reader[1])})
    assert api.call(made, "POST", "/v1/keys", {"file": coded(b"".join(lost))})["code"] == "key_file_invalid"
    assert api.call(made, "POST", "/v1/keys/search", {"address": f"{words['searched key']}@{DOMAIN}"})["keys"] == []
    locked = subprocess.run(
        ["openssl", "pkcs12", "-export", "-passout", f"pass:{words['key password']}"], input=b"".join(own),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
    ).stdout
    brought = {"file": coded(locked), "password": words["key password"]}
    wrong = api.call(made, "POST", "/v1/own-keys/import", brought | {"password": words["wrong key password"]})
    assert wrong["pointer"] == "/password", wrong
    elsewhere = api.call(made, "POST", "/v1/own-keys/import", brought | {"address": f"{words['owner elsewhere']}@{DOMAIN}"})
    assert elsewhere["code"] == "sender_forbidden", elsewhere
    made_id = api.call(made, "POST", "/v1/own-keys/import", brought)["id"]
    assert "file" in api.call(made, "GET", f"/v1/own-keys/{made_id}/public")
    assert api.call(made, "PATCH", f"/v1/own-keys/{made_id}", {"standing": "retired"})["id"] == made_id


def generated(words: Words, owner: str) -> tuple[bytes, bytes]:
    """Key and certificate as PEM, made without a file; its secret number is a word of its own."""
    key = run_openssl(b"", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    der = run_openssl(key, "pkcs8", "-topk8", "-nocrypt", "-outform", "DER")
    # RFC 5915: version 1, then the number as 32 octets.
    at = der.index(b"\x02\x01\x01\x04\x20") + 5
    words[f"{owner}: secret"] = der[at : at + 32]
    assert any(form in base64.b64encode(der).lower() for form in leaks.forms(der[at : at + 32])), "the search knows it"
    name = words[f"{owner}: owner"]
    certificate = run_openssl(
        key, "req", "-x509", "-key", "/dev/stdin", "-days", "30", "-subj", f"/CN={words[f'{owner}: name']}",
        "-addext", f"subjectAltName=email:{name}@{DOMAIN}", "-addext", "keyUsage=critical,digitalSignature,keyAgreement",
    )
    return key, certificate


def run_openssl(given: bytes, *words: str) -> bytes:
    return subprocess.run(["openssl", *words], input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def signed_in(made, words: Words) -> Console:
    """A member of staff, who has imported a short list."""
    console = Console(made)
    console.sign_in(STAFF, words["staff password"])
    lines = [
        "address,stream,reason,expires_at", f"{words['import address']}@{DOMAIN},marketing,complaint,",
        f"{words['import no address']},,,", f"{words['import bad stream']}@{DOMAIN},{words['import stream']},,",
        f"{words['import bad reason']}@{DOMAIN},,{words['import reason']},",
        f"{words['import bad date']}@{DOMAIN},,,{words['import date']}",
    ]
    page = send_list(console, lines)
    assert "Done" in page and "data-again" not in page, "a short list is done with the answer"
    console.post("/console/suppressions", address=f"{words['looked for address']}@{DOMAIN}")
    by_form(console, words)
    console.get("/console")
    return console


def by_form(console: Console, words: Words) -> None:
    """What staff record about those they write to, and the practice's own list of patients."""
    page = console.post(
        "/console/correspondents/new", address=f"{words['correspondent address']}@{DOMAIN}", name=words["correspondent name"],
        note=words["correspondent note"], **{"class": "patient"},
    )
    assert words["correspondent address"] in page, "it is on record"
    columns = ["id", "given", "family", "mrn", "member_id", "email"]
    row = [words[f"registry {column}"] + ("@mail.example" if column == "email" else "7123") for column in columns]
    page = console.post("/console/registry", text="\n".join([",".join(columns), ",".join(row)]))
    assert "note safe" in page, "the list was taken"
    detectors(console, words)


def detectors(console: Console, words: Words) -> None:
    """What the practice looks for in its mail, samples of its record numbers, and a text that is tried."""
    asked = {
        "kind": "words", "class": "strong", "confidence": "65", "window": "100", "raise": "20", "check": "none",
        "state": "on", "what": words["detector word"], "hot_words": words["detector hot word"],
        "reason": words["detector reason"],
    }
    page = console.post("/console/detectors/new", act="keep", name="Heron study", **asked)
    assert "Heron study" in page and "note safe" in page, "the detector was added"
    asked |= {"kind": "expression", "what": f"{words['detector expression']}[0-9]+", "text": words["detector text"]}
    page = console.post("/console/detectors/new", act="try", name="Heron numbers", **asked)
    assert 'role="status"' in page, "the draft was tried"
    console.post("/console/detectors", text=words["tried text"])
    samples = "\n".join(f"{words['record number']}-{number}" for number in range(10_001, 10_009))
    page = console.post("/console/detectors/learn", act="learn", samples=samples)
    assert "#{5}" in page, "the shape was learned"


def begin_long_import(console: Console, words: Words) -> None:
    page = send_list(console, [f"{words['long import address']}{number}@{DOMAIN}" for number in range(LONG_LIST_LINES)])
    assert "data-again" in page, "a long list is still under way, and its file is kept"


def send_list(console: Console, lines: list[str]) -> str:
    text = "\n".join(lines)
    console.get("/console/suppressions/add")
    page = console.post("/console/suppressions/add", stream="marketing", text=text)
    assert 'name="sure"' in page, "it asks first"
    return console.post("/console/suppressions/add", stream="marketing", text=text, sure="yes")


def post(made, body: dict, key: str) -> int:
    request = urllib.request.Request(
        f"{made.api_url}/v1/messages", json.dumps(body).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def arguments():
    parser = trial.arguments(__doc__)
    trial.engine_argument(parser)
    parser.add_argument("--rest", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
