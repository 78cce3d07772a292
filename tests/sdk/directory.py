"""What `GET /directory.json` says, and nothing else: the one thing a client of the product is told.

People on several platforms belong together by their address, compared without regard to capitals.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import http_json


@dataclass(frozen=True)
class Person:
    """Somebody with an account on one platform; `token` acts as that person."""

    id: str
    email: str
    name: str
    token: str
    primary: bool


@dataclass(frozen=True)
class Platform:
    """One simulated platform: where its API is, and who is there."""

    base: str
    login: str
    people: tuple
    stand_ins: tuple
    app: dict
    tenant: str
    directory_app: dict

    @property
    def origin(self):
        """Scheme and authority, where the control paths hang."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    def person(self, email):
        """The account of `email` here, or None."""
        return next((person for person in self.people if person.email.lower() == email.lower()), None)

    def stand_in(self, email):
        """What stands here for the person with the address `email`, a bot or an account of their own; or None."""
        return next((found for found in self.stand_ins if found["person"].lower() == email.lower()), None)


@dataclass(frozen=True)
class Directory:
    """The whole document."""

    url: str
    console: str
    webex: Platform
    teams: Platform
    slack: Platform
    zoom: Platform


def read(url):
    """Fetches and reads the document at `url`."""
    document = http_json.get(url)
    platforms = document["platforms"]
    four = (_platform(platforms[name]) for name in ("webex", "teams", "slack", "zoom"))
    return Directory(url, document["console"], *four)


def _platform(part):
    people = tuple(
        Person(person["id"], person["email"], person["name"], person["token"], bool(person["primary"]))
        for person in part["people"]
    )
    login = part.get("login", part["base"])
    stand_ins = tuple(part.get("stand_ins", ()))
    more = (part.get("app", {}), part.get("tenant", ""), part.get("directory_app", {}))
    return Platform(part["base"], login, people, stand_ins, *more)
