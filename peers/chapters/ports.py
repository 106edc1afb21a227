"""Our mail ports as testssl.sh sees them: protocols, ciphers, known attacks, certificate.

Whatever testssl.sh holds to be less than well is a fault, but for what belongs to the run and not to the
server: its authority revokes nothing, its names have no CAA, the local OpenSSL has no GOST. Whether a
session is resumed by id or by ticket says nothing of its strength, and testssl.sh is not always sure.
"""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

from chapters.town import HOST, fingerprint

SECONDS_MAX = 400
CHECKS = ["--protocols", "--std", "--fs", "--server-defaults", "--vulnerable"]
WELL = {"OK", "INFO", "DEBUG"}
OF_THE_RUN = {"engine_problem", "cert_revocation", "DNS_CAArecord", "sessionresumption_ID", "sessionresumption_ticket"}
# What must be found, so that a run that looked at nothing is no success.
FOUND = {
    "SSLv2": "not offered", "SSLv3": "not offered", "TLS1": "not offered", "TLS1_1": "not offered",
    "TLS1_2": "offered", "TLS1_3": "offered with final", "cipherlist_NULL": "not offered", "cipherlist_aNULL": "not offered",
    "cipherlist_EXPORT": "not offered", "cipherlist_LOW": "not offered", "cipherlist_3DES_IDEA": "not offered",
    "cipherlist_AVERAGE": "not offered", "cipherlist_STRONG": "offered", "cert_chain_of_trust": "passed.",
}


def play(town) -> tuple[list[str], dict]:
    ports = [("submission", town.world.smtp_port, True), ("submissions", town.world.smtps_port, False),
             ("mx", town.world.mx_port, True)]
    with ThreadPoolExecutor(len(ports)) as pool:
        looks = [(name, pool.submit(look, town, name, port, starttls)) for name, port, starttls in ports]
        found = [f"{name}: {fault}" for name, work in looks
                 for fault in faults(work.result(), fingerprint(town.certificate))]
    return found, {"ports": len(ports)}


def look(town, name: str, port: int, starttls: bool, checks: list[str] = CHECKS) -> list[dict]:
    """What testssl.sh says; it asks no name server."""
    report = town.folder / f"{name}.json"
    words = ["testssl", "--warnings", "off", "--color", "0", "--nodns", "none", "--ip", "127.0.0.1",
             "--add-ca", town.world.ca_file, "--jsonfile", report, *checks]
    words += ["--starttls", "smtp"] if starttls else []
    with open(town.folder / f"{name}.out", "wb") as out:
        subprocess.run([*words, f"{HOST}:{port}"], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                       timeout=SECONDS_MAX, cwd=town.folder)
    if not report.exists():
        raise SystemExit(f"testssl.sh did not run; see {town.folder / name}.out")
    return json.loads(report.read_text())


def faults(findings: list[dict], certificate: str) -> list[str]:
    found = [f"{one['id']} is {one['severity']}: {one['finding']}" for one in findings
             if one["severity"] not in WELL and one["id"] not in OF_THE_RUN]
    said = {one["id"]: one["finding"] for one in findings}
    for name, wanted in (FOUND | {"cert_fingerprintSHA256": certificate}).items():
        if said.get(name) != wanted:
            found.append(f"{name} should be '{wanted}' and is '{said.get(name)}'")
    return found
