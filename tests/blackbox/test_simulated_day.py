#!/usr/bin/env python3
"""A whole simulated day with --max-age=300 (tests/tools/simulated-day): what it costs, when it is seen
that the calls are used up and that they are back, and what the forecast says before."""

import collections
import itertools
import pathlib
import re
import unittest

import blackbox

MAX_AGE = 300
simulation = blackbox.load_script("tools/simulated-day")
DAY, HOUR = simulation.DAY, simulation.HOUR
THRESHOLDS, FORECAST = simulation.THRESHOLDS, simulation.FORECAST


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class SimulatedDay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.day = simulation.Day(MAX_AGE)

    def requests_until(self, second):
        return [asked for asked in self.day.asked if asked.at <= second]

    def first(self, at_least, service=None):
        """The first check from that second on."""
        return next(outcome for outcome in self.day.outcomes
                    if outcome.at >= at_least and service in (None, outcome.service))

    def assert_time(self, second, expected):
        self.assertEqual(simulation.clock_time(second), expected)

    def test_the_day_costs_at_most_a_call_in_five_minutes(self):
        """Of checks every minute and every 5 minutes, and 2 retries of each service by each engine."""
        self.assertEqual(len(self.day.checks), 2 * 1440 + 2 * 288 + 2 * 2 * 2)
        self.assertEqual(self.day.requests_seen, len(self.day.asked))
        self.assertLessEqual(len(self.day.requests), 288)
        self.assertEqual(self.day.calls_spent, 162)

    def test_requests_never_meet_nor_come_early(self):
        """In the second of a request two checks run at the same time, one of which asks."""
        times = [asked.at for asked in self.day.asked]
        for earlier, later in zip(times, times[1:]):
            self.assertGreaterEqual(later - earlier, MAX_AGE, simulation.clock_time(later))
        checks = collections.Counter(outcome.at for outcome in self.day.outcomes)
        self.assertEqual({checks[at] for at in times}, {2})

    def test_states_do_not_flap(self):
        """Nor is any check UNKNOWN or WARNING, because the last calls go too fast for that."""
        for service in simulation.SERVICES:
            with self.subTest(service=service.name):
                states = [state for state, _group in itertools.groupby(
                    outcome.state for outcome in self.day.of(service))]
                self.assertEqual(states, ["OK", "CRITICAL", "OK"])

    def test_used_up_is_critical_once_the_kept_answer_is_too_old(self):
        used_up = self.day.used_up_at
        last_answer = self.requests_until(used_up)[-1]
        self.assertFalse(last_answer.refused)
        self.assertTrue(self.day.asked[len(self.requests_until(used_up))].refused)
        check = self.first(last_answer.at + MAX_AGE)
        self.assertEqual(check.state, "CRITICAL")
        self.assertIn("no calls left of 4800, counter resets in 10 h (HTTP 403", check.result.message)
        self.assertEqual(self.day.critical_at,
                         self.first(last_answer.at + MAX_AGE, THRESHOLDS).at)
        self.assert_time(used_up, "13:28:37")
        self.assert_time(self.day.critical_at, "13:32:10")

    def test_with_the_forecast_it_is_critical_at_once(self):
        warned = self.day.announcements[0].at
        while_used_up = [outcome for outcome in self.day.of(FORECAST)
                         if warned <= outcome.at <= DAY]
        self.assertEqual({outcome.state for outcome in while_used_up}, {"CRITICAL"})
        at_the_end = [outcome for outcome in while_used_up if outcome.at <= self.day.used_up_at][-1]
        self.assertIn(", at the pace of the last 1 h gone in ", at_the_end.result.message)

    def test_calls_are_back_once_the_kept_refusal_is_too_old(self):
        last_refusal = [asked for asked in self.day.asked if asked.refused][-1]
        self.assertLess(last_refusal.at, DAY)
        for service in simulation.SERVICES:
            with self.subTest(service=service.name):
                check = self.first(last_refusal.at + MAX_AGE, service)
                self.assertEqual(check.state, "OK")
                self.assertIn("4799 of 4800 calls left", check.result.message)
        self.assertEqual(self.day.recovered_at,
                         self.first(last_refusal.at + MAX_AGE, THRESHOLDS).at)
        self.assert_time(self.day.recovered_at, "00:02:10")

    def test_the_forecast_warns_within_minutes_of_the_import_and_then_draws_near(self):
        """Of a pace of 252 calls an hour until noon it does not warn."""
        first = self.day.announcements[0]
        self.assert_time(first.at, "12:07:25")
        self.assertGreater(self.day.used_up_at - first.at, HOUR)
        off = [announced.gone_at - self.day.used_up_at for announced in self.day.announcements]
        self.assertTrue(6 * HOUR < off[0] < 8 * HOUR, off[0])
        self.assertEqual(off, sorted(off, reverse=True))
        self.assertTrue(0 < off[-1] < HOUR, off[-1])

    def test_the_report_says_so(self):
        row = ("300 s", "3464", "288 (6.0%)", "162 (3.4%)", "13:28:37", "3.5", "2.2", "81.2",
               "430.3", "54.2")
        self.assertEqual(simulation.row(self.day), row)
        lines = simulation.table([self.day]).splitlines()
        self.assertEqual([len(line) for line in lines], [len(lines[0])] * 3)
        readme = pathlib.Path(__file__).resolve().parents[2] / "README.md"
        quoted = readme.read_text(encoding="utf-8").splitlines()
        for line in (lines[2], *(line for line in quoted if "300 s |" in line)):
            self.assertEqual(re.split(r" *\| *", line)[1:-1], list(row))


if __name__ == "__main__":
    blackbox.main()
