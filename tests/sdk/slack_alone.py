"""The vendor's own client of Slack against the simulator alone, which serves at `--origin`, e.g. http://127.0.0.1:7703
(`cargo run -p entente-sim --example slack`). At the end stands which endpoints it has reached, and which not.
"""

import argparse
import os
import sys
import unittest

import report
import slack_case

NAMES = ["slack_web", "slack_live"]


def main():
    """The exit status says whether all of it passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--origin", required=True, help="scheme and authority of the simulator")
    parser.add_argument("--only", action="append", metavar="NAME", help="a test module, class or method; may be repeated")
    wanted = parser.parse_args()
    # The machine's proxy must not come between a client and the loopback; this client takes it even there.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        os.environ.pop(name, None)
    ledger = slack_case.begin(wanted.origin.rstrip("/"))
    suite = unittest.defaultTestLoader.loadTestsFromNames(wanted.only or NAMES)
    count = suite.countTestCases()
    outcome = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, descriptions=False, warnings="ignore").run(suite)
    unknown = report.coverage(ledger)
    sys.exit(0 if outcome.wasSuccessful() and count > 0 and not unknown else 1)


if __name__ == "__main__":
    main()
