#!/usr/bin/env python3
"""A short form of tests/engines/scaling, so that it goes on to measure what it says."""

import unittest

import engine

scaling = engine.blackbox.load_script("engines/scaling")
FILES = scaling.token_files(5)


class Scaling(unittest.TestCase):

    def test_bursts_and_minutes(self):
        scaling.prepare()
        crm = engine.Crm(FILES)
        for kind in (kind() for kind in scaling.ENGINES):
            with self.subTest(kind.name), crm.situation("ok") as api:
                live = scaling.burst(kind, api, FILES, max_age=0, rounds=1)
                kept = scaling.burst(kind, api, FILES, max_age=3600, rounds=1)
                self.assertEqual((live.requests, kept.requests), (len(FILES), 0))
                self.assertTrue(0 < live.plugins < 10, live)
                minute = scaling.steady(kind, api, FILES, minutes=1, seconds=5)
                self.assertLess(minute.slowest, 5)
                self.assertLessEqual(minute.requests, len(FILES))


if __name__ == "__main__":
    engine.main(*(kind.program for kind in scaling.ENGINES))
