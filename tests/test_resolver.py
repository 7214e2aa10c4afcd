#!/usr/bin/env python3
"""A name server that never answers does not hold a check beyond its time."""

import pathlib
import unittest

import blackbox

SHIM = pathlib.Path(blackbox.PLUGIN).parent / "tests/hanging_resolver.so"


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class HangingResolver(unittest.TestCase):
    def run_with_hanging_resolver(self, *args):
        return blackbox.run(
            "-H", "crm0001", "-o", "sales", *args, token="abc", env={"LD_PRELOAD": str(SHIM)}
        )

    def test_ends_in_time_and_says_what_it_waited_for(self):
        result = self.run_with_hanging_resolver("-t", "1")
        self.assertEqual(result.state, "CRITICAL")
        self.assertEqual(
            result.message, "timeout: waited 1 s for the name resolution of crm0001.wolkvox.com"
        )
        self.assertLess(result.seconds, 3)

    def test_means_what_the_user_says(self):
        cases = [
            (["-t", "1:warning"], "WARNING"),
            (["-t", "1", "--unavailable=unknown"], "UNKNOWN"),
        ]
        for args, state in cases:
            with self.subTest(args=args):
                self.assertEqual(self.run_with_hanging_resolver(*args).state, state)


if __name__ == "__main__":
    blackbox.main()
