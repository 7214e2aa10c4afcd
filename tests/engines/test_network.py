#!/usr/bin/env python3
"""Bad networks: each check ends within its time, and what it says is true.

The server is in a network namespace of its own, and the wire to it is this program, which carries packets from
one TUN device to another. (tc's netem would do, too, but few kernels of test machines have it.)
"""

import contextlib
import ctypes
import fcntl
import heapq
import itertools
import os
import pathlib
import random
import select
import struct
import subprocess
import threading
import time
import unittest

import engine

NEAR = "10.77.0.1"  # where the plugin runs
FAR = "10.77.0.2"  # where the server is
NOBODY = "10.77.0.3"
CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x0001 | 0x1000
MTU = 1500
SECONDS = 3
ANSWER = engine.blackbox.answer()
LONG_ANSWER = engine.blackbox.answer(padding="x" * 30000)
OPERATIONS = itertools.count()


# --- the network -----------------------------------------------------------------------------


def make_device(name, address, peer):
    """A TUN device of the calling thread's namespace: its descriptor."""
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_WITHOUT_HEADER))
    for words in (["link", "set", "lo", "up"], ["address", "add", address, "peer", peer, "dev", name],
                  ["link", "set", name, "up", "mtu", str(MTU)]):
        subprocess.run(["ip", *words], check=True)
    return device


# What a wire does to a packet, of which the server has sent so many: the delays, in seconds, with which the
# packet arrives; none where it is lost.

def fine(_sent, _packet):
    return (0,)


def slow(_sent, _packet):
    return (0.1,)


def lossy(seed):
    chance = random.Random(seed).random
    return lambda _sent, _packet: () if chance() < 0.2 else (0.005,)


def disordered(seed):
    chance = random.Random(seed)
    return lambda _sent, _packet: (chance.uniform(0, 0.05),)


def cut(after):
    """The link is dead after so many packets of the server."""
    return lambda sent, _packet: (0,) if sent <= after else ()


def hole(size):
    """What is larger than so many bytes gets lost, and no router says so."""
    return lambda _sent, packet: (0,) if len(packet) <= size else ()


class Wire:
    """Carries packets as long as there are tests; how, can be changed at any time by use()."""

    def __init__(self, start):
        """Makes both hosts and calls start() at the far one."""
        self.use(fine)
        self._near = make_device("near0", NEAR, FAR)
        far = threading.Thread(target=self._be_far, args=(start,))
        far.start()
        far.join()
        threading.Thread(target=self._carry, daemon=True).start()

    def use(self, delays):
        self._delays, self._sent = delays, 0

    def _be_far(self, start):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network namespace")
        self._far = make_device("far0", FAR, NEAR)
        start()

    def _carry(self):
        under_way, numbers = [], itertools.count()
        while True:
            wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
            for device in select.select((self._near, self._far), (), (), wait)[0]:
                packet = os.read(device, 65536)
                if packet[0] >> 4 == 4:  # IPv6 neighbours talk, too
                    self._sent += device == self._far
                    for delay in self._delays(self._sent, packet):
                        receiver = self._near if device == self._far else self._far
                        heapq.heappush(under_way, (time.monotonic() + delay, next(numbers), receiver, packet))
            while under_way and under_way[0][0] <= time.monotonic():
                _time, _number, receiver, packet = heapq.heappop(under_way)
                with contextlib.suppress(OSError):  # a device that is down takes none: lost
                    os.write(receiver, packet)


class FarApi(engine.api_module.WolkvoxApi):
    def start(self):
        self._address = FAR  # no loopback address, but nobody else can reach it either
        super().start()


def setUpModule():
    global api, wire
    engine.install_plugin()
    authority = engine.trusted_authority(FAR)
    api = FarApi(certificate="vendor", port=443, authority=authority)
    wire = Wire(api.start)
    unittest.addModuleCleanup(api.stop)


# --- the tests -------------------------------------------------------------------------------


class NetworkCase(unittest.TestCase):

    def ask(self, delays, *args, reply=ANSWER):
        api.default_reply = reply
        self.addCleanup(wire.use, fine)
        wire.use(delays)
        # An operation of its own: the kernel may still send what an earlier check could not.
        operation = f"operation{next(OPERATIONS):03}"
        result = engine.blackbox.run("-H", engine.CRM, "-o", operation, "-t", str(SECONDS), *args,
                                     token="t0ken-0123456789abcdef")
        if "-t" not in args:
            self.assertLess(result.seconds, SECONDS + engine.blackbox.SLACK, result)
        self.assertLessEqual(sum(operation in request.target for request in api.requests), 1)
        return result

    def assert_timeout(self, result):
        self.assertEqual(result.state, "CRITICAL", result)
        self.assertRegex(result.message, rf"^timeout: waited {SECONDS} s for ")
        self.assertGreater(result.seconds, SECONDS - 0.5)


class Survived(NetworkCase):
    """TCP makes up for it, and one call is spent."""

    def test_latency_disorder_and_a_small_mtu(self):
        for delays in (fine, slow, disordered(1), disordered(2), hole(MTU)):
            with self.subTest(delays):
                result = self.ask(delays, reply=ANSWER if delays == slow else LONG_ANSWER)
                self.assertEqual(result.state, "OK", result)
                # Three round trips at least.
                self.assertGreater(float(result.perfdata["time"].value), 0.6 if delays == slow else 0)

    def test_a_first_address_that_does_not_answer(self):
        """Packets to it arrive at a host that has another one."""
        subprocess.run(["ip", "route", "add", NOBODY, "dev", "near0"], check=True)
        hosts = pathlib.Path("/etc/hosts")
        before = hosts.read_text("utf-8")
        hosts.write_text(f"{NOBODY} {engine.CRM}\n{before}", "utf-8")
        self.addCleanup(hosts.write_text, before, "utf-8")
        result = self.ask(fine, "-t", "16")
        self.assertEqual(result.state, "OK", result)


class Bounded(NetworkCase):
    """The time is kept, whatever the network does."""

    def test_loss(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                result = self.ask(lossy(seed), reply=LONG_ANSWER)
                if result.state != "OK":
                    self.assert_timeout(result)

    def test_a_link_that_goes_down_and_an_mtu_hole(self):
        for delays in (*map(cut, range(0, 9, 2)), hole(1000)):
            with self.subTest(delays):
                self.assert_timeout(self.ask(delays, reply=LONG_ANSWER))
        self.assert_timeout(self.ask(cut(5), "--max-age=60", "--state-dir=/tmp/state"))

    def test_what_a_timeout_means_is_the_users_choice(self):
        result = self.ask(cut(0), "-t", f"{SECONDS}:unknown")
        self.assertEqual(result.state, "UNKNOWN", result)

    def test_an_interface_that_goes_down(self):
        subprocess.run(["ip", "link", "set", "near0", "down"], check=True)
        self.addCleanup(subprocess.run, ["ip", "link", "set", "near0", "up"], check=True)
        result = self.ask(fine)
        self.assertEqual(result.state, "CRITICAL", result)
        self.assertIn("API not usable", result.message)


if __name__ == "__main__":
    engine.main("ip")
