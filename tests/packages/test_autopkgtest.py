#!/usr/bin/env python3
"""The Debian package's own tests, run as Debian runs them, but on a copy of this machine."""

import pathlib
import re
import shutil
import unittest

import packages

NAME = "check-wolkvox-token"


@unittest.skipUnless(shutil.which("autopkgtest"), "autopkgtest is not installed")
class Autopkgtest(unittest.TestCase):
    def test_all_pass(self):
        # There is no network. What is needed is installed; without places to look at, apt finds that out soon.
        apt = pathlib.Path("/etc/apt")
        for path in [apt / "sources.list", *apt.glob("sources.list.d/*")]:
            path.unlink(missing_ok=True)
        said = packages.run("autopkgtest", packages.built(f"{NAME}_{packages.VERSION}-*.dsc"),
                            packages.built(f"{NAME}_{packages.VERSION}-*.deb"), "--", "null")
        results = dict(re.findall(r"(?m)^(\w+) +(PASS|FAIL|SKIP)\b", said))
        self.assertEqual(results, {"plugin": "PASS", "monitoring": "PASS"}, said)


if __name__ == "__main__":
    packages.sandboxed.main()
