#!/usr/bin/env python3
"""Asks whether a unified social credit code stands in a public list, without saying which code it is.

    python3 private_check.py SITE KIND CODE     answers yes (exit 0) or no (exit 1)
    python3 private_check.py --address SITE KIND CODE     only shows what would be asked

Only the first two hexadecimal digits of a hash of the code leave this machine; one in 256 of all codes shares them. What is
hidden is the question: the list itself is public, and codes can be tried out. Needs Python 3, and openssl where Python has no SM3.
"""

import hashlib
import json
import subprocess
import sys
import urllib.request

SCHEME = "xinyong/list-check/1"
PREFIX = 2


def sm3(data):
    """The SM3 of some bytes, in hexadecimal."""
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError:
        run = subprocess.run(["openssl", "dgst", "-sm3", "-binary"], input=data, stdout=subprocess.PIPE, check=True)
        return run.stdout.hex()


def mark(kind, code):
    """The mark of a code in the list of a kind."""
    code = "".join(code.split()).upper()
    return sm3(f"{SCHEME}\n{kind}\n{code}".encode())


def address(site, kind, code):
    """What is asked: the same for all codes whose marks begin alike."""
    return f"{site.rstrip('/')}/api/v1/lists/{kind}/range/{mark(kind, code)[:PREFIX]}"


def listed(site, kind, code):
    """Whether the code stands in the list."""
    request = urllib.request.Request(address(site, kind, code), headers={"Accept": "application/json", "User-Agent": "private-check"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found = json.load(answer)
    if found["scheme"] != SCHEME:
        sys.exit(f"unknown scheme {found['scheme']}")
    return mark(kind, code)[PREFIX:] in found["rests"]


def main(arguments):
    """Runs it."""
    only_shown = arguments[:1] == ["--address"]
    arguments = arguments[1:] if only_shown else arguments
    if len(arguments) != 3:
        sys.exit(__doc__)
    if only_shown:
        print(address(*arguments))
        return 0
    found = listed(*arguments)
    print("yes" if found else "no")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
