#!/usr/bin/env python3
"""A short form of tests/engines/scaling, so that it goes on to measure what it says."""

import unittest

import engine

scaling = engine.blackbox.load_script("engines/scaling")
NUMBER = 5


def setUpModule():
    global vendor, kinds
    scaling.prepare()
    vendor = scaling.Vendor(NUMBER)
    kinds = [kind() for kind in scaling.ENGINES.values()]


class Scaling(unittest.TestCase):

    def assert_costs(self, found):
        self.assertGreater(found.plugins, 0)
        self.assertLess(found.engine + found.plugins, 10)

    def test_live(self):
        for kind in kinds:
            with self.subTest(kind.name):
                found = scaling.burst(kind, vendor, NUMBER, max_age=0, rounds=1)
                self.assertEqual((found.checks, found.requests), (NUMBER, NUMBER))
                self.assert_costs(found)

    def test_kept(self):
        for kind in kinds:
            with self.subTest(kind.name):
                found = scaling.burst(kind, vendor, NUMBER, max_age=3600, rounds=1)
                self.assertEqual((found.checks, found.requests), (NUMBER, 0))

    def test_each_minute(self):
        for kind in kinds:
            with self.subTest(kind.name):
                found = scaling.steady(kind, vendor, NUMBER, minutes=1, seconds=5)
                self.assertLess(found.slowest, 5)
                self.assertLessEqual(found.requests, NUMBER)


if __name__ == "__main__":
    engine.main(*scaling.ENGINES)
