#!/usr/bin/env python3
"""A name server that never answers does not hold a check beyond its time."""

import pathlib
import socket
import unittest

import blackbox

SHIM = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload/hanging_resolver.so"


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

    def test_of_a_socks_proxys_host(self):
        """The proxy takes addresses only: this machine resolves the server's name for it."""
        with socket.create_server(("127.0.0.1", 0)) as proxy:
            address = f"socks4://127.0.0.1:{proxy.getsockname()[1]}"
            result = self.run_with_hanging_resolver("-t", "1", f"--proxy={address}")
        self.assertEqual(result.state, "CRITICAL", result)
        self.assertIn("timeout: waited 1 s", result.message)
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
