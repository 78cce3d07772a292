"""Which simulated endpoints a foreign client has reached.

An endpoint that nobody but us ever called is not wrong, but it is unproven: its shape was read by the same people who wrote
the client for it.
"""


def coverage(ledger):
    """Prints what was exercised and what was not; the calls that the simulator does not know, which must be none."""
    statuses, strangers = ledger.coverage()
    reached = {endpoint: found for endpoint, found in statuses.items() if any(s < 400 for s in found)}
    print(f"\n{ledger.name}: {len(reached)} of {len(statuses)} simulated endpoints proven by a foreign client")
    for (method, path), found in statuses.items():
        if (method, path) in reached:
            print(f"  {method:<6} {path}  {' '.join(map(str, sorted(found)))}")
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
