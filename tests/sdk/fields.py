"""Which fields of the simulators' answers a foreign client proves.

A field is proven if some test fails when the simulator calls it something else. What was found is kept in a document;
every run compares the fields that it is served with those, so that a field nobody knows of, or one that has been renamed,
is told.

`--fields FILE` finds it all out anew, endpoint by endpoint, each in a sandbox of its own: the fields that a test does not miss
are halved until single ones are left.
"""

import re
import time
import unittest

import http_json
import program
import report
import until

# A test that waits for what will never come need not wait long.
IMPATIENT = 2.0
# Tests of an endpoint that are tried, the quickest first.
TRIED = 6

HEAD = """# What the vendors' clients prove

Slack's, Microsoft's and Webex' own clients, unmodified, and for Zoom the one that can be pointed at another address, run
against the released program's simulators, told nothing but the address of `directory.json` (`cargo xtask sdk`). Below
stands, endpoint by endpoint, which fields of the answers they prove: with the field under another name one of the six
quickest tests that reach the endpoint fails. What is unproven is served as the vendors' references say and was read by
nobody else.

*By* tells who calls: the *client*; *carried*, where the client has no call for it and sends what the test gives it, so that
paths and fields are ours; *plain*, where a browser or anything that fetches addresses does so in life; *nobody*.

Every run compares the fields it is served with these lists: a field that is added or renamed fails it. Which of them are
proven is found by `cargo xtask sdk fields`, which writes this file.

Requests are proven the other way round: a client sends what it sends, and what the simulator made of it is looked at. What
the connectors send and read is held against the simulators by their own tests and by every run of the whole product; no
program renames their fields one by one. Events and notifications are asserted by tests, field by field as far as they use
them, and are not in these lists.
"""


def watch(world):
    """Begins to keep fields anew."""
    for ledger in world.ledgers:
        http_json.post(f"{ledger.origin}/_sim/shapes", {"watch": True})


def served(ledger):
    """The fields of answers by endpoint."""
    found = {}
    for one in http_json.get(f"{ledger.origin}/_sim/shapes"):
        endpoint = ledger.endpoint(one["method"], one["path"])
        if endpoint:
            found.setdefault(endpoint, set()).update(one["fields"])
    return found


ROW = re.compile(r"^\| `(\w+) ([^`]+)` \| (\w+) \| (.*) \| (.*) \|$")


def read(path):
    """The document's fields by platform and endpoint."""
    known, platform = {}, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("## "):
                platform = line[3:].strip()
            row = ROW.match(line.rstrip("\n"))
            if row:
                method, template, _, proven, unproven = row.groups()
                fields = set(re.findall(r"`([^`]+)`", proven + unproven))
                known.setdefault(platform, {})[method, template] = fields
    return known


def compare(world, path):
    """Prints the fields that were served and stand in no list; whether there were none."""
    known = read(path)
    strangers = []
    for ledger in world.ledgers:
        for endpoint, fields in sorted(served(ledger).items()):
            missing = fields - known.get(ledger.name, {}).get(endpoint, set())
            strangers += [f"{ledger.name}: {' '.join(endpoint)}: {field}" for field in sorted(missing)]
    for stranger in strangers:
        print(f"served, and not in {path}: {stranger}")
    return not strangers


def write(path, found):
    """Writes the document of what was found: platform, endpoint, by whom, proven and unproven fields."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD)
        for platform, endpoints in found.items():
            file.write(f"\n## {platform}\n\n| endpoint | by | proven | unproven |\n| --- | --- | --- | --- |\n")
            for (method, template), (by, proven, unproven) in sorted(endpoints.items(), key=lambda one: one[0][::-1]):
                cells = [" ".join(f"`{field}`" for field in sorted(fields)) for fields in (proven, unproven)]
                file.write(f"| `{method} {template}` | {by} | {cells[0]} | {cells[1]} |\n")


def find_out(binary, modules, only=None):
    """What `write` takes, by running tests again and again."""
    found = {}
    with program.running(binary, "sandbox", "/dev/null") as directory:
        world = _begin(directory)
        watch(world)
        reached, took = _reached(world, modules)
        everything = {ledger.name: served(ledger) for ledger in world.ledgers}
        statuses = {ledger.name: ledger.coverage()[0] for ledger in world.ledgers}
    until.until.__defaults__ = (IMPATIENT,)
    for name, endpoints in statuses.items():
        if only and name != only:
            continue
        found[name] = {}
        for endpoint in endpoints:
            fields = sorted(everything[name].get(endpoint, ()))
            tests = sorted(reached.get((name, endpoint), ()), key=took.get)[:TRIED]
            proven = _proven(binary, name, endpoint, fields, tests) if fields and tests else set()
            by = "nobody" if not reached.get((name, endpoint)) else report.by(endpoint)
            found[name][endpoint] = (by, proven, set(fields) - proven)
            print(f"{name} {' '.join(endpoint)}: {len(proven)} of {len(fields)} fields", flush=True)
    return found


def _begin(directory):
    import world

    return world.begin(directory)


def _tests(modules):
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromName(name) for name in modules)
    return {test.id() for module in suite for case in module for test in case}


def _reached(world, modules):
    """Which tests reached which endpoint with success, and how long each took."""
    reached, took = {}, {}
    for name in sorted(_tests(modules)):
        before = {ledger: ledger.end() for ledger in world.ledgers}
        began = time.monotonic()
        if not _passes(name):
            raise AssertionError(f"{name} fails with nothing renamed")
        took[name] = time.monotonic() - began
        for ledger in world.ledgers:
            for entry in ledger.entries(before[ledger]):
                endpoint = ledger.endpoint(entry["method"], entry["path"]) if entry["status"] < 400 else None
                if endpoint:
                    reached.setdefault((ledger.name, endpoint), set()).add(name)
    return reached, took


def _passes(name):
    import io

    suite = unittest.defaultTestLoader.loadTestsFromName(name)
    runner = unittest.TextTestRunner(stream=io.StringIO(), failfast=True, warnings="ignore")
    return runner.run(suite).wasSuccessful()


def _proven(binary, name, endpoint, fields, tests):
    with program.running(binary, "sandbox", "/dev/null") as directory:
        world = _begin(directory)
        ledger = next(one for one in world.ledgers if one.name == name)
        method, template = endpoint
        paths = [template, *ledger.aliases(template)]
        rename = {"method": method, "paths": paths, "except": ledger.closer(endpoint)}
        # So often nobody's app asks; what is tried over and over must not wait for that.
        world.slack.switch(own_app_limited=False)

        def missed(some):
            """Whether a test fails without any of these."""
            rules = [{**rename, "field": field} for field in sorted(some, key=lambda one: -len(one))]
            http_json.post(f"{ledger.origin}/_sim/shapes", {"watch": True, "rename": rules})
            return not all(_passes(test) for test in tests)

        def halved(some):
            if not missed(some):
                return set()
            if len(some) == 1:
                return set(some)
            middle = len(some) // 2
            return halved(some[:middle]) | halved(some[middle:])

        return halved(fields)
