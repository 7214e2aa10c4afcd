#!/usr/bin/env python3
"""Many checks at a time, in the small; tests/tools/load does ten thousand."""

import unittest

import blackbox

RUNS = 400
TOKENS = 100


@unittest.skipIf(blackbox.PLUGIN_WRAPPER, "hundreds of starts, which take seconds each there")
class LoadTest(unittest.TestCase):
    def test_no_promise_is_broken(self):
        self.assertEqual(len(list(blackbox.load_script("tools/load").load(RUNS, TOKENS))), 2)


if __name__ == "__main__":
    blackbox.main()
