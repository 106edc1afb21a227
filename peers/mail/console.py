"""The console as a member of staff uses it without scripts: sign in, fill in forms."""

import base64
import hmac
import html
import re
import struct
import time
import urllib.parse
import urllib.request


class Console:
    """One browser: its cookies, and the page it shows."""

    def __init__(self, world):
        self.url, self.cookies, self.page = world.api_url, {}, ""

    def get(self, path: str) -> str:
        return self._show(path, None)

    def post(self, path: str, **fields: str) -> str:
        """Sends a form with the token of the page that shows."""
        token = re.search(r'name="csrf" value="([^"]*)"', self.page)
        return self._show(path, {"csrf": html.unescape(token[1]) if token else "", **fields})

    def sign_in(self, email: str, password: str) -> None:
        """For the first time: the second factor is enrolled on the way."""
        self.get("/console/sign-in")
        self.post("/console/sign-in", email=email, password=password)
        secret = re.search(r'data-copy="([A-Z2-7 ]+)"', self.page)
        if not secret:
            raise SystemExit("the console did not take the password")
        self.post("/console/sign-in/set-up", code=code_of(secret[1].replace(" ", "")))
        if "/console/sign-out" not in self.page:
            raise SystemExit("the console did not take the code")

    def _show(self, path: str, fields: dict | None) -> str:
        for _ in range(5):
            data = None if fields is None else urllib.parse.urlencode(fields).encode()
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            request = urllib.request.Request(self.url + path, data, {"Origin": self.url, "Cookie": cookie})
            with urllib.request.build_opener(Errors, Stays).open(request, timeout=60) as answer:
                for line in answer.headers.get_all("set-cookie") or []:
                    name, _, value = line.partition(";")[0].partition("=")
                    self.cookies[name] = value
                self.page = answer.read().decode()
                if answer.status != 303:
                    return self.page
                path, fields = answer.headers["location"], None
        raise SystemExit("the console leads in a circle")


class Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Errors(urllib.request.HTTPErrorProcessor):
    """A page is a page, whatever its status."""

    def http_response(self, request, response):
        return response

    https_response = http_response


def code_of(secret: str) -> str:
    """RFC 6238, as authenticator apps do it: SHA-1, 30 seconds, six digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
