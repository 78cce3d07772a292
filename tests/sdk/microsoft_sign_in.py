"""The simulated sign-in of Entra ID behind the vendor's own library, MSAL.

MSAL insists on `https`. In front of a service that speaks plain HTTP stands, in life, something that ends TLS; here it is
the HTTP client that MSAL lets its users bring.
"""

import secrets
from urllib.parse import parse_qsl, urlsplit

import http_json
import msal
import requests

REDIRECT = "http://127.0.0.1:1/done"


class EndsTls:
    """The client that MSAL calls: takes `https` off what goes out, and puts it on what comes back."""

    def __init__(self, origin):
        self._plain = origin
        self._secure = origin.replace("http://", "https://", 1)
        self._session = requests.Session()

    def get(self, url, **named):
        return self._answer(self._session.get(self.plain(url), timeout=10, **named))

    def post(self, url, **named):
        return self._answer(self._session.post(self.plain(url), timeout=10, **named))

    def close(self):
        self._session.close()

    def plain(self, url):
        return url.replace(self._secure, self._plain)

    def secure(self, url):
        return url.replace(self._plain, self._secure)

    def _answer(self, answer):
        answer._content = self.secure(answer.text).encode()
        return answer


class Registered:
    """An app registered for a test, as one does in the vendor's portal."""

    def __init__(self, origin, **more):
        body = {"name": f"SDK test {secrets.token_hex(4)}", "redirect_uris": [REDIRECT], **more}
        app = http_json.post(f"{origin}/_sim/apps", body)
        self.client_id, self.client_secret, self.tenant = app["client_id"], app["client_secret"], app["tenant"]
        self.http = EndsTls(origin)

    def library(self, tenant=None, secret=None):
        """MSAL as this app."""
        return msal.ConfidentialClientApplication(
            self.client_id,
            client_credential=secret or self.client_secret,
            authority=self.http.secure(f"{self.http._plain}/{tenant or self.tenant}"),
            instance_discovery=False,
            http_client=self.http,
        )

    def consent(self, flow, person):
        """What the person's browser does with the page that the flow begins with; what it brings back."""
        address = self.http.plain(flow["auth_uri"])
        page = requests.get(address, timeout=10)
        page.raise_for_status()
        form = {**dict(parse_qsl(urlsplit(address).query)), "person": person.email, "decision": "approve"}
        answer = requests.post(address.split("?")[0], data=form, allow_redirects=False, timeout=10)
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
