#!/usr/bin/env python3
"""The short form of tests/tools/random-kills: kept answers stay right where checks are killed."""

import unittest

import blackbox

SEED = 1
RUNS = 4 if blackbox.PLUGIN_WRAPPER else 40 if blackbox.INSTRUMENTED else 120


class RandomKillsTest(unittest.TestCase):
    def test_no_promise_is_broken(self):
        broken, lines = blackbox.load_script("tools/random-kills").torture(RUNS, SEED)
        for line in lines:
            print(f"# {line}")
        self.assertEqual("", "\n".join(broken))


if __name__ == "__main__":
    blackbox.main()
