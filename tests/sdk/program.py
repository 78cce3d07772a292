"""The release binary as a child process.

All that is known beforehand is the command line; where it listens is read from what it prints, and it is ready when its
`directory.json` can be read.
"""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading

import http_json
from until import until

READY_WITHIN = 30.0
STOPPED_WITHIN = 20.0


@contextlib.contextmanager
def running(binary, command, log):
    """Runs `binary command` with a folder of its own; gives the address of its directory. What it prints goes to `log`."""
    with tempfile.TemporaryDirectory(prefix="entente-sdk-") as data:
        arguments = [binary, command, "--port", "0"] + (["--data", data] if command == "demo" else [])
        environment = {**os.environ, "NO_COLOR": "1"}
        child = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
        )
        addresses = []
        reader = threading.Thread(target=_read, args=(child.stdout, addresses, log), daemon=True)
        reader.start()
        try:
            yield until(f"`entente {command}` is ready", lambda: _directory(child, addresses), READY_WITHIN)
        finally:
            _stop(child)
            reader.join()


def _read(output, addresses, log):
    with open(log, "ab") as file:
        for line in output:
            file.write(line)
            file.flush()
            addresses += re.findall(r"https?://[A-Za-z0-9.\-\[\]:]+", line.decode(errors="replace"))


def _directory(child, addresses):
    if child.poll() is not None:
        raise AssertionError(f"the program ended with status {child.returncode} before it was ready")
    for address in dict.fromkeys(addresses):
        url = f"{address}/directory.json"
        document = http_json.get_or_none(url, timeout=2.0)
        if isinstance(document, dict) and "platforms" in document:
            return url
    return None


def _stop(child):
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise AssertionError(f"the program did not stop within {STOPPED_WITHIN:g} s of being asked") from None
