"""The vendors' own clients against Entente.

`--binary PATH` starts the release binary twice: its sandbox, where every simulated endpoint is exercised and nobody else
calls, and its demo, where people hold conversations through the running product. `--directory URL` takes what is
served there already and does both in one place. At the end stands which endpoints a foreign client has reached, with
which answers, and which it has not.
"""

import argparse
import importlib
import os
import sys
import tempfile
import unittest

ENDPOINTS = [
    "webex_people",
    "webex_rooms",
    "webex_messages",
    "webex_files",
    "webex_webhooks",
    "graph_sign_in",
    "graph_people",
    "graph_chats",
    "graph_messages",
    "graph_files",
    "graph_channels",
    "graph_subscriptions",
    "teams_bot",
    "slack_web",
    "slack_channels",
    "slack_files",
    "slack_live",
    "slack_bolt_app",
    "zoom_people",
    "zoom_messages",
    "zoom_channels",
    "zoom_files",
    "zoom_subscriptions",
    "zoom_bot",
]
PRODUCT = ["conversation", "crossing", "linked"]


def main():
    """Runs what the command line asks for; the exit status says whether all of it passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--binary", help="the program to start")
    where.add_argument("--directory", help="the address of a directory.json that is served already")
    parser.add_argument("--known", metavar="FILE", help="the document of fields that the run is compared with")
    parser.add_argument("--fields", metavar="FILE", help="find out which fields are proven, and write it there")
    parser.add_argument("--platform", help="with --fields: only this one")
    parser.add_argument("--only", action="append", metavar="NAME", help="a test module, class or method; may be repeated")
    wanted = parser.parse_args()
    # The machine's proxy must not come between a client and the loopback; Slack's takes it even there.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    if wanted.fields:
        import fields

        fields.write(wanted.fields, fields.find_out(wanted.binary, ENDPOINTS, wanted.platform))
        return
    if wanted.only:
        passed = _against(wanted, "demo", wanted.only)
    elif wanted.directory:
        passed = _against(wanted, "demo", ENDPOINTS + PRODUCT)
    else:
        passed = _against(wanted, "sandbox", ENDPOINTS)
        passed = _against(wanted, "demo", PRODUCT) and passed
    sys.exit(0 if passed else 1)


def _against(wanted, command, names):
    if wanted.directory:
        return _run(wanted.directory, names, wanted.known)
    import program

    with tempfile.NamedTemporaryFile(prefix=f"entente-{command}-", suffix=".log") as log:
        passed = False
        try:
            with program.running(wanted.binary, command, log.name) as directory:
                passed = _run(directory, names, wanted.known)
        except AssertionError as error:
            print(f"\n`entente {command}`: {error}", flush=True)
            passed = False
        if not passed:
            print(f"\nThe last lines of `entente {command}`:")
            print("".join(log.read().decode(errors="replace").splitlines(keepends=True)[-60:]), flush=True)
        return passed


def _run(directory, names, known):
    import fields
    import report
    import world

    print(f"\nEverything known: {directory}", flush=True)
    found = world.begin(directory)
    whole = set(ENDPOINTS) <= set(names)
    if whole:
        fields.watch(found)
    loader = unittest.defaultTestLoader
    for name in {name.split(".")[0] for name in names}:
        importlib.import_module(name)
    suite = unittest.TestSuite(loader.loadTestsFromName(name) for name in names)
    count = suite.countTestCases()
    outcome = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, descriptions=False, warnings="ignore").run(suite)
    if whole:
        strangers = [call for ledger in found.ledgers for call in report.coverage(ledger)]
        listed = not known or fields.compare(found, known)
        return outcome.wasSuccessful() and count > 0 and not strangers and listed
    return outcome.wasSuccessful() and count > 0


if __name__ == "__main__":
    main()
