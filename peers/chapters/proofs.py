"""What a proof keeps of DNS: dkimpy verifies a letter that arrived by the file alone, and by nothing else in its place.

DNS is not asked: keys are replaced some day and their records taken away, and then the file is all there is.
"""

import base64
import json
import re
import subprocess

from chapters.relays import write
from mail import api, arrival
from mail.place import signing_key
from mail.postfix import wait_for


def play(town) -> tuple[list[str], dict]:
    found, keys = [], 0
    for neighbour in town.neighbours():
        message, stored = write(town, [f"pat@{neighbour.domain}"], neighbour, "pat", f"proven-{neighbour.host}")
        wait_for(lambda: api.states(town.world, message) == ["delivered"], f"{message} was not delivered", 60)
        file = town.folder / f"{message}.json"
        file.write_bytes(proof(town, message))
        report = verified(town, file)
        if not report["verified"]:
            found.append(f"{neighbour.host}: its proof is refused: {report}")
            continue
        seen = [one["seen"] for one in report["dns"]]
        received = stored.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        faults = judge(seen, neighbour, received, town.world.dkim) + forged(town, file)
        found += [f"{neighbour.host}: {fault}" for fault in faults]
        keys += len(keys_told(seen))
    return found, {"keys_kept": keys}


def proof(town, message: str) -> bytes:
    (recipient,) = api.call(town.world, "GET", f"/v1/messages/{message}")["recipients"]
    return api.download(town.world, f"/v1/recipients/{recipient['id']}/proof")


def verified(town, file) -> dict:
    """The program's word, run without a server's configuration."""
    done = subprocess.run([town.world.command[0], "verify", "--json", file], capture_output=True, text=True, timeout=60)
    report = json.loads(done.stdout)
    if (done.returncode == 0) != report["verified"]:
        raise SystemExit(f"verify says {report} and ends with {done.returncode}")
    return report


def keys_told(seen: list[dict]) -> dict[str, str]:
    """The key records that the file tells of."""
    return {one["name"]: one["records"][0] for one in seen if "._domainkey." in one["name"] and one.get("records")}


def judge(seen: list[dict], neighbour, received: bytes, published: dict[str, str]) -> list[str]:
    """The keys in the file are those that were published and verify the letter; another one in their place does not."""
    found, kept = [], keys_told(seen)
    if kept != published:
        found.append(f"of the keys {sorted(published)} it tells {sorted(kept)}, or not as they were published")
    elif fault := arrival.check_dkim(received, kept):
        found.append(f"by the keys it tells, {fault}")
    else:
        other = {name: re.sub(r"p=.*", f"p={signing_key()[1]}", record) for name, record in kept.items()}
        if not arrival.check_dkim(received, other):
            found.append("by other keys the letter verifies as well")
    hosts = [(one["standing"], one["records"]) for one in seen if one["kind"] == "MX" and one["name"] == neighbour.domain]
    # Nobody signed this zone.
    if hosts != [("unproved", [f"10 {neighbour.host}."])]:
        found.append(f"of the mail servers it says {hosts}")
    return found


def forged(town, file) -> list[str]:
    """Another key written into the file: the audit log never held that."""
    found, bundle = 0, file.read_text()
    for packed in re.findall(r'"payload": "([^"]+)"', bundle):
        content = base64.b64decode(packed)
        if b"._domainkey." not in content:
            continue
        found += 1
        changed = re.sub(rb"p=[A-Za-z0-9+/]{4}", b"p=AAAA", content, count=1)
        file.write_text(bundle.replace(packed, base64.b64encode(changed).decode()))
        if verified(town, file)["verified"]:
            return ["a key that was written into it is believed"]
    file.write_text(bundle)
    return [] if found else ["no content of it holds a key"]
