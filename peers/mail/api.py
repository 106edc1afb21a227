"""The REST API as an app's software uses it, and only what the harness asks."""

import json
import ssl
import urllib.error
import urllib.request


def call(world, verb: str, path: str, body: dict | None = None) -> dict:
    """The answer's JSON, a problem's too."""
    try:
        with _open(world, verb, path, body) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.loads(error.read())


def download(world, path: str) -> bytes:
    """A file, to the octet."""
    with _open(world, "GET", path, None) as answer:
        return answer.read()


def _open(world, verb: str, path: str, body: dict | None):
    request = urllib.request.Request(
        world.api_url + path, None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {world.api_key}", "Content-Type": "application/json"}, method=verb,
    )
    context = ssl.create_default_context(cafile=world.ca_file) if world.api_url.startswith("https") else None
    return urllib.request.urlopen(request, timeout=60, context=context)


def events(world, message: str) -> list[dict]:
    found, after = [], ""
    while after is not None:
        page = call(world, "GET", f"/v1/messages/{message}/events?limit=200" + (f"&after={after}" if after else ""))
        found += page["events"]
        after = page["next"]
    return found


def states(world, message: str) -> list[str]:
    """Each recipient's state, in the order of the envelope."""
    return [recipient["state"] for recipient in call(world, "GET", f"/v1/messages/{message}")["recipients"]]


def parsed(world, message: str) -> dict:
    return call(world, "GET", f"/v1/messages/{message}/parsed")


def held(world) -> set[str]:
    """Messages of which a rule holds something until a person decides."""
    found, after = set(), ""
    while after is not None:
        page = call(world, "GET", "/v1/held?limit=200" + (f"&after={after}" if after else ""))
        found.update(message["id"] for message in page["messages"] if message["holding"]["rules"])
        after = page["next"]
    return found
