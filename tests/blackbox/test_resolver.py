#!/usr/bin/env python3
"""A name server that never answers does not hold a check beyond its time."""

import shutil
import socket
import subprocess
import sys
import unittest

import blackbox


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class HangingResolver(blackbox.FilesCase):
    def test_ends_in_time_and_says_what_it_waited_for(self):
        """A SOCKS 4 proxy takes addresses only: this machine resolves the server's name for it. An old
        libcurl waits for the resolver, until the watchdog ends both."""
        old = "the API, in a library of this machine such as the resolver$"
        with socket.create_server(("127.0.0.1", 0)) as proxy:
            socks = f"--proxy=socks4://127.0.0.1:{proxy.getsockname()[1]}"
            for args, state, what in (
                    (("-t1",), "CRITICAL", "the name resolution of crm0001.wolkvox.com$"),
                    (("-t1:warning",), "WARNING", "the name resolution"),
                    (("-t1", "--unavailable=unknown"), "UNKNOWN", "the name resolution"),
                    (("-t1", socks), "CRITICAL", "")):
                with self.subTest(args=args):
                    result = blackbox.run("-H", "crm0001", "-o", "sales", *args, token="abc",
                                          env=blackbox.preloaded("held_up", HELD_UP="getaddrinfo"))
                    if blackbox.OLD_LIBRARIES and what:
                        what = old
                    self.assert_timeout(result, 1, what, state)


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
