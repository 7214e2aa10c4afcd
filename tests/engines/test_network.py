#!/usr/bin/env python3
"""Bad networks: each check ends within its time, and what it says is true."""

import itertools
import pathlib
import subprocess
import unittest

import engine
import network_namespaces as network

SECONDS = 3
ANSWER = engine.Reply.json(engine.blackbox.envelope())
OPERATIONS = itertools.count()
LONG_ANSWER = engine.Reply.json(engine.blackbox.envelope(padding="x" * 30000))


class FarApi(engine.api_module.WolkvoxApi):
    def start(self):
        self._address = network.FAR  # no loopback address, but nobody else can reach it either
        super().start()


def setUpModule():
    global api, line
    engine.install_plugin()
    authority = engine.trusted_authority(network.FAR)
    unittest.addModuleCleanup(authority.close)
    api = FarApi(certificate="vendor", port=443, authority=authority)
    line = network.Wire()
    line.at_far_host(api.start)
    unittest.addModuleCleanup(line.stop)
    unittest.addModuleCleanup(api.stop)


class NetworkCase(unittest.TestCase):

    def setUp(self):
        self.addCleanup(self.be_fine)

    def be_fine(self):
        line.weather = network.Weather()

    def ask(self, weather, *args, reply=ANSWER):
        api.default_reply = reply
        line.weather = weather
        # An operation of its own: the kernel may still send what an earlier check could not.
        operation = f"operation{next(OPERATIONS):03}"
        result = engine.blackbox.run("-H", engine.CRM, "-o", operation, "-t", str(SECONDS), *args,
                                     token="t0ken-0123456789abcdef")
        if "-t" not in args:
            self.assertLess(result.seconds, SECONDS + engine.blackbox.SLACK, result)
        self.requests = sum(1 for request in api.requests if operation in request.target)
        self.assertLessEqual(self.requests, 1)
        return result

    def assert_timeout(self, result):
        self.assertEqual(result.state, "CRITICAL", result)
        self.assertRegex(result.message, rf"^timeout: waited {SECONDS} s for ")
        self.assertGreater(result.seconds, SECONDS - 0.5)


class Survived(NetworkCase):
    """TCP makes up for it, and one call is spent."""

    def test_a_good_one(self):
        self.assertEqual(self.ask(network.Weather()).state, "OK")

    def test_latency(self):
        result = self.ask(network.Latency())
        self.assertEqual(result.state, "OK", result)
        self.assertGreater(float(result.perfdata["time"].value), 0.6)  # three round trips at least

    def test_reordering(self):
        for seed in range(5):
            with self.subTest(seed):
                self.assertEqual(self.ask(network.Reordering(seed), reply=LONG_ANSWER).state, "OK")

    def test_doubled_packets(self):
        self.assertEqual(self.ask(network.Doubling()).state, "OK")
        self.assertEqual(self.requests, 1)

    def test_small_holes_in_the_mtu(self):
        self.assertEqual(self.ask(network.Hole(network.MTU)).state, "OK")


    def test_a_first_address_that_does_not_answer(self):
        """Packets to it arrive at a host that has another one."""
        subprocess.run(["ip", "route", "add", network.NOBODY, "dev", "near0"], check=True)
        hosts = pathlib.Path("/etc/hosts")
        before = hosts.read_text("utf-8")
        hosts.write_text(f"{network.NOBODY} {engine.CRM}\n{before}", "utf-8")
        try:
            result = self.ask(network.Weather(), "-t", "16")
        finally:
            hosts.write_text(before, "utf-8")
        self.assertEqual(result.state, "OK", result)


class Bounded(NetworkCase):
    """The time is kept, whatever the network does."""

    def test_loss_and_corruption(self):
        for kind in (network.Loss, network.Corruption):
            for seed in range(4):
                with self.subTest(kind=kind.__name__, seed=seed):
                    result = self.ask(kind(seed), reply=LONG_ANSWER)
                    if result.state != "OK":
                        self.assert_timeout(result)

    def test_a_link_that_goes_down(self):
        for after in range(0, 9, 2):
            with self.subTest(after=after):
                self.assert_timeout(self.ask(network.Cut(after), reply=LONG_ANSWER))

    def test_a_link_that_goes_down_with_kept_answers(self):
        self.assert_timeout(self.ask(network.Cut(5), "--max-age=60", "--state-dir=/tmp/state"))

    def test_an_mtu_hole(self):
        self.assert_timeout(self.ask(network.Hole(1000), reply=LONG_ANSWER))

    def test_what_a_timeout_means_is_the_users_choice(self):
        result = self.ask(network.Cut(0), "-t", f"{SECONDS}:unknown")
        self.assertEqual(result.state, "UNKNOWN", result)

    def test_an_interface_that_goes_down(self):
        subprocess.run(["ip", "link", "set", "near0", "down"], check=True)
        try:
            result = self.ask(network.Weather())
        finally:
            subprocess.run(["ip", "link", "set", "near0", "up"], check=True)
        self.assertEqual(result.state, "CRITICAL", result)
        self.assertIn("API not usable", result.message)


if __name__ == "__main__":
    engine.main("ip")
