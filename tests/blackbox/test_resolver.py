#!/usr/bin/env python3
"""A name server that never answers does not hold a check beyond its time."""

import pathlib
import shutil
import socket
import subprocess
import sys
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


# A name server that knows no name and prints those that it is asked for, in a network of its own.
NAME_SERVER = """
import socket, subprocess, sys, threading
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
subprocess.run(["mount", "--bind", sys.argv[1], "/etc/resolv.conf"], check=True)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
names = set()
def serve():
    while True:
        query, client = server.recvfrom(512)
        end, labels = 12, []
        while query[end]:
            labels.append(query[end + 1:end + 1 + query[end]].decode())
            end += query[end] + 1
        names.add(".".join(labels))
        server.sendto(query[:2] + b"\\x81\\x83" + query[4:6] + bytes(6) + query[12:end + 5], client)
threading.Thread(target=serve, daemon=True).start()
subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL)
print(*sorted(names))
"""


def has_own_networks():
    command = ["unshare", "-n", "-m", "ip", "link", "set", "lo", "up"]
    return all(map(shutil.which, ("unshare", "ip", "mount"))) and \
        subprocess.run(command, capture_output=True, check=False).returncode == 0


@unittest.skipUnless(has_own_networks(), "needs root and network name spaces")
class Names(blackbox.FilesCase):
    """Manual, SERVER: a dot at the end only keeps the name from being looked for in other domains."""

    def test_a_final_dot(self):
        resolver = self.write("nameserver 127.0.0.1\nsearch one.example two.example\n", mode=0o644)
        name = "crm0001.wolkvox.com"
        elsewhere = [name, f"{name}.one.example", f"{name}.two.example"]
        for server, names in ((name, elsewhere), ("crm0001", elsewhere), (f"{name}.", [name]),
                              ("crm0001.", [name]), (f"https://{name}.:8443/", [name])):
            with self.subTest(server=server):
                done = subprocess.run(
                    ["unshare", "-n", "-m", sys.executable, "-c", NAME_SERVER, resolver,
                     *blackbox.command("-H", server, "-o", "x", "-4")],
                    env=blackbox.environment(token="abc"), capture_output=True, text=True, check=True)
                self.assertEqual(done.stdout.split(), names)


if __name__ == "__main__":
    blackbox.main()
