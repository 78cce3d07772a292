"""What the tests work on: one directory, the ledgers of its simulators, and clients for its people.

The runner sets it before the tests are loaded. Clients are the vendors' own, unmodified, pointed at the simulators by
base address alone.
"""

import asyncio

from azure.core.credentials import AccessToken
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from webexpythonsdk import WebexAPI
from zoomus import ZoomClient

import directory
from ledger import Ledger

FAR = 4_102_444_800

# A token is sent to Graph and to nobody else, least of all to where files are; the client is told so by the host's name.
ONLY_GRAPH = "127.0.0.1"


class World:
    """See the module."""

    def __init__(self, url):
        self.directory = directory.read(url)
        self.webex = Ledger("Webex", self.directory.webex.origin)
        self.teams = Ledger("Teams", self.directory.teams.origin)
        self.slack = Ledger("Slack", self.directory.slack.origin)
        self.zoom = Ledger("Zoom", self.directory.zoom.origin)
        self.ledgers = (self.webex, self.teams, self.slack, self.zoom)
        self._loop = asyncio.new_event_loop()

    def run(self, work):
        """The outcome of a coroutine. All of them share one loop, because Graph's client keeps its connections there."""
        return self._loop.run_until_complete(work)

    def webex_as(self, token):
        """Webex's client with this token. It joins paths to its base as URLs are joined, so the base ends in a slash."""
        return WebexAPI(access_token=token, base_url=f"{self.directory.webex.base.rstrip('/')}/")

    def graph_as(self, token):
        """Graph's client with this token."""
        provider = AzureIdentityAuthenticationProvider(_Fixed(token), allowed_hosts=[ONLY_GRAPH])
        adapter = GraphRequestAdapter(provider)
        adapter.base_url = self.directory.teams.base
        return GraphServiceClient(request_adapter=adapter)

    def slack_as(self, token=None):
        """Slack's client with this token, told to wait and try again when it is limited, as its users tell it."""
        client = WebClient(token=token, base_url=f"{self.directory.slack.base}/")
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=10))
        return client

    def zoom_account(self):
        """Zoom's client of the account, which gets its token by itself from the app that reads the directory."""
        there = self.directory.zoom
        app = there.directory_app
        addresses = {"base_uri": there.base, "oauth_uri": f"{there.login}/oauth/token"}
        return ZoomClient(app["client_id"], app["client_secret"], there.tenant, **addresses)

    def zoom_as(self, token):
        """Zoom's client with a person's token. It has no way to sign a person in, so the token is put where it keeps its own."""
        client = self.zoom_account()
        client.config["token"] = token
        return client


class _Fixed:
    """A credential that has its token already, as the SDK's own credentials have after signing in."""

    def __init__(self, token):
        self._token = token

    def get_token(self, *_, **__):
        return AccessToken(self._token, FAR)


_world = None


def begin(url):
    """Sets the world that the tests work on."""
    global _world
    _world = World(url)
    return _world


def world():
    """The world that the tests work on."""
    return _world
