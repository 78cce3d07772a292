"""Which simulated endpoints a foreign client has reached.

An endpoint that nobody but us ever called is not wrong, but it is unproven: its shape was read by the same people who wrote
the client for it. Pages and documents that no client library fetches by itself are reached as a browser would reach them,
and said so.
"""

# What the tests ask for with a plain HTTP client, because a person's browser or a verifier does so in life.
PLAIN = {
    ("GET", "/v1/authorize"),
    ("POST", "/v1/authorize"),
    ("GET", "/{tenant}/oauth2/v2.0/authorize"),
    ("POST", "/{tenant}/oauth2/v2.0/authorize"),
    ("GET", "/{tenant}/.well-known/openid-configuration"),
    ("GET", "/oauth/v2/authorize"),
    ("POST", "/oauth/v2/authorize"),
    ("GET", "/oauth/v2_user/authorize"),
    ("POST", "/oauth/v2_user/authorize"),
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/authorize"),
    ("POST", "/oauth/revoke"),
    # Files are fetched by whatever fetches addresses, with the token.
    ("GET", "/v1/contents/{contentId}"),
    ("PUT", "/personal/{site}/_api/v2.0/drive/uploadSession/{ticket}"),
    ("GET", "/personal/{site}/_api/v2.0/drive/uploadSession/{ticket}"),
    ("DELETE", "/personal/{site}/_api/v2.0/drive/uploadSession/{ticket}"),
    ("GET", "/files-pri/{file}/{name}"),
    ("GET", "/files-pri/{file}/download/{name}"),
    ("GET", "/file/download/{fileId}"),
    ("GET", "/file/storage/{fileId}"),
}

# What slack-sdk and zoomus have no method for, and only carry: the path and the fields are the tests' own.
CARRIED = {
    ("POST", "/api/oauth.v2.user.access"),
    ("POST", "/v2/im/chat/messages"),
    ("PUT", "/v2/im/chat/messages/{message_id}"),
    ("DELETE", "/v2/im/chat/messages/{message_id}"),
    ("PATCH", "/v2/marketplace/app/event_subscription/{eventSubscriptionId}"),
    ("DELETE", "/v2/marketplace/app/event_subscription"),
    ("GET", "/v2/chat/users/{userId}/sessions"),
    ("GET", "/v2/chat/users/{userId}/messages"),
    ("POST", "/v2/chat/users/{userId}/messages"),
    ("GET", "/v2/chat/users/{userId}/messages/{messageId}"),
    ("PUT", "/v2/chat/users/{userId}/messages/{messageId}"),
    ("DELETE", "/v2/chat/users/{userId}/messages/{messageId}"),
    ("PATCH", "/v2/chat/users/{userId}/messages/{messageId}/status"),
    ("GET", "/v2/chat/users/{userId}/messages/{messageId}/thread"),
    ("POST", "/v2/chat/users/{userId}/invitations"),
    ("GET", "/v2/chat/users/{userId}/channels"),
    ("POST", "/v2/chat/users/{userId}/channels"),
    ("GET", "/v2/chat/users/{userId}/channels/{channelId}"),
    ("GET", "/v2/chat/users/{userId}/channels/{channelId}/members"),
    ("POST", "/v2/chat/users/{userId}/channels/{channelId}/members"),
    ("DELETE", "/v2/chat/users/{userId}/channels/{channelId}/members/{identifier}"),
    ("PATCH", "/v2/chat/users/{userId}/messages/{messageId}/emoji_reactions"),
    ("POST", "/v2/chat/users/{userId}/files"),
    ("POST", "/v2/chat/users/{userId}/messages/files"),
    ("GET", "/v2/chat/files/{fileId}"),
    ("DELETE", "/v2/chat/files/{fileId}"),
    ("GET", "/v2/marketplace/app/event_subscription"),
    ("POST", "/v2/marketplace/app/event_subscription"),
    ("DELETE", "/v2/marketplace/app/event_subscription/{eventSubscriptionId}"),
}


def coverage(ledger):
    """Prints what was exercised and what was not; the calls that the simulator does not know, which must be none."""
    statuses, strangers = ledger.coverage()
    reached = {endpoint: found for endpoint, found in statuses.items() if any(s < 400 for s in found)}
    proven = [endpoint for endpoint in reached if endpoint not in PLAIN | CARRIED]
    plain = [endpoint for endpoint in reached if endpoint in PLAIN]
    carried = [endpoint for endpoint in reached if endpoint in CARRIED]
    print(f"\n{ledger.name}: {len(proven)} of {len(statuses)} simulated endpoints proven by a foreign client")
    _list(proven, statuses)
    if plain:
        print(f"{ledger.name}: reached as a browser would")
        _list(plain, statuses)
    if carried:
        print(f"{ledger.name}: carried by a foreign client that has no method for it")
        _list(carried, statuses)
    unproven = [endpoint for endpoint in statuses if endpoint not in reached]
    if unproven:
        print(f"{ledger.name}: unproven")
        for method, path in unproven:
            refused = " ".join(map(str, sorted(statuses[method, path])))
            print(f"  {method:<6} {path}" + (f"  only refused: {refused}" if refused else ""))
    unknown = [call for call, found in strangers.items() if any(status < 400 for status in found)]
    for method, path in unknown:
        print(f"{ledger.name}: answered but not on its list of endpoints: {method} {path}")
    return unknown


def by(endpoint):
    """Who makes a call."""
    return "plain" if endpoint in PLAIN else "carried" if endpoint in CARRIED else "client"


def _list(endpoints, statuses):
    for method, path in endpoints:
        print(f"  {method:<6} {path}  {' '.join(map(str, sorted(statuses[method, path])))}")
