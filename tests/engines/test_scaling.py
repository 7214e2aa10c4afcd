#!/usr/bin/env python3
"""A short form of tests/engines/scaling, so that it goes on to measure what it says."""

import unittest

import engine

scaling = engine.blackbox.load_script("engines/scaling")
FILES = scaling.token_files(10)


class Scaling(unittest.TestCase):

    def test_live_and_kept(self):
        scaling.prepare()
        crm = engine.Crm(FILES)
        for kind in (kind() for kind in scaling.ENGINES):
            with self.subTest(kind.name), crm.situation("ok") as api:
                live, kept = (scaling.measure(kind, api, FILES, max_age, minutes=1, seconds=7)
                              for max_age in (0, 3600))
                self.assertGreater(live.checks, 0)
                self.assertEqual((live.requests > 0, kept.requests), (True, 0))
                self.assertLess(max(live.slowest, kept.slowest), 5)
                self.assertLess(live.engine + live.plugins, 10)


if __name__ == "__main__":
    engine.main(*(kind.program for kind in scaling.ENGINES))
