#!/usr/bin/env python3
"""The forecast (--forecast): whether the calls last until the reset, at today's pace or at that of
remembered answers. The arithmetic has unit tests; these are about the whole program."""

import pathlib
import re
import unittest

import blackbox
from blackbox import ABSENT

wolkvox = blackbox.load_api()

MORNING_MS = 1795597200000  # some day, and no matter where
MINUTE, HOUR = 60, 3600


def answer(available, used, hours, **fields):
    return blackbox.answer(available_consumition_options=available, token_use_today=used,
                           hours_to_restart_count=hours, **fields)


class Today(blackbox.ApiCase):
    def test_when_the_calls_run_out(self):
        """Gone exactly at the reset: they last."""
        for available, used, hours, gone, seconds in (
                (1000, 2000, 10, "gone in 7 h, 3 h before", 25200),
                (10, 4790, 12, "gone in 1 min, 11 h before", 90),
                (999, 1000, 12, "gone in 11 h, 0 min before", 43156),
                (1000, 1000, 12, None, 43200), (4790, 10, 21, None, 75600)):
            with self.subTest(available=available, used=used, hours=hours):
                self.reply(answer(available, used, hours))
                result = self.expect("WARNING" if gone else "OK", "--forecast", "-w", "0")
                more = f", at today's pace {gone} the reset (warning: forecast)" if gone else ""
                self.assertTrue(result.message.endswith(f"counter resets in {hours} h{more}"), result)
                reset = hours * HOUR
                self.assertTrue(result.line.endswith(f" lasts={seconds}s;{reset}:;;0;{reset}"), result)

    def test_off_unless_asked_for(self):
        result = self.expect("OK", "-v", replies=(answer(1000, 3000, 12),))
        self.assertNotRegex(result.line, "forecast|lasts")

    def test_states(self):
        self.reply(answer(1000, 3000, 12))
        # thresholds, --forecast -> state, what the text says of it
        for args, forecast, state, words in (
                ("-w0", "", "WARNING", " (warning: forecast)"), ("-w0", "=ok", "OK", ""),
                ("-w0", "=unknown", "UNKNOWN", " (unknown: forecast)"),
                ("-w0", "=2", "CRITICAL", " (critical: forecast)"),
                ("-w4800", "=ok", "WARNING", " (warning below 4800)"),
                ("-w4800", "", "WARNING", " (warning below 4800)"),
                ("-w4800:", "=critical", "CRITICAL", " (critical: forecast, warning below 4800)"),
                ("-c4800", "=unknown", "CRITICAL", " (critical below 4800)")):
            with self.subTest(args=args, forecast=forecast):
                result = self.expect(state, args, f"--forecast{forecast}")
                self.assertTrue(result.message.endswith(
                    f"at today's pace gone in 4 h, 8 h before the reset{words}"), result)

    def test_no_forecast_says_why_under_verbose(self):
        for reply, reason in (
                (answer(1000, 3000, 22), "less than 3 h after the reset"),
                (answer(1000, 3000, ABSENT),
                 "the answer does not give the hours to the reset, nor is --reset-at given"),
                (answer(1000, ABSENT, 12), "the calls of today"),
                (answer(1000, 3000, 12, token_limit=ABSENT), "a limit"),
                (answer(1000, 3000, 12, token_limit=0), "a limit"),
                (answer(0, 4800, 12), "no calls are left")):
            with self.subTest(reason=reason):
                self.reply(reply)
                self.assertRegex(self.check("--forecast", "-w1", "-v").message, f"no forecast: .*{reason}")
                self.assertNotIn("forecast", self.check("--forecast", "-w1").message)
        for state, reply in (("CRITICAL", wolkvox.Reply(500)), ("UNKNOWN", wolkvox.Reply.json("x")),
                             ("CRITICAL", blackbox.refusal(403, "TOKEN LIMIT EXCEEDED"))):
            result = self.expect(state, "--forecast=warning", "-v", replies=(reply,))
            self.assertNotIn("forecast", result.message)


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class Remembered(blackbox.ApiCase):
    """The better pace, with the calendar's clock of the plugin set by a preloaded library."""

    def check_at(self, seconds, *args, max_age=60):
        return self.check(f"--max-age={max_age}", f"--state-dir={self.directory}", "-w", "0", *args,
                          env=blackbox.preloaded("clock", SIMULATED_TIME=MORNING_MS + 1000 * seconds))

    def ask_at(self, seconds, available, used, hours, *args, **options):
        """A check of a new answer."""
        self.reply(answer(available, used, hours))
        result = self.check_at(seconds, *args, **options)
        self.assertEqual(len(self.api.requests), 1, result)
        return result

    def test_the_manuals_example(self):
        thresholds = ("-w", "20%", "-c", "10%")
        self.ask_at(0, 1700, 3100, 10)
        self.ask_at(HOUR, 1200, 3600, 9, max_age=290)
        kept = self.check_at(HOUR + 84, "--forecast", *thresholds, max_age=290)
        line = re.sub(r" time=[0-9.]+s", " time=0.213s", kept.line)
        top = pathlib.Path(__file__).resolve().parents[2]
        manual = (top / "doc/check_wolkvox_token.1").read_text(encoding="utf-8")
        self.assertIn(line, manual.replace("\n", " "))

    def test_the_youngest_that_is_an_hour_old(self):
        self.ask_at(0, 4700, 100, 15)
        for minutes, used, words in ((40, 3000, "at today's pace"), (59, 3100, "at today's pace"),
                                     (60, 3200, "at the pace of the last 1 h"),
                                     (99, 3300, "at the pace of the last 1 h"),
                                     (241, 4000, "at the pace of the last 2 h")):
            with self.subTest(minutes=minutes):
                result = self.ask_at(minutes * MINUTE, 4800 - used, used, 15 - minutes // 60,
                                     "--forecast")
                self.assertIn(f", {words} gone in ", result.message)
        # One in half an hour is remembered: the last of them before is the one at 99 minutes.
        self.assertEqual(result.perfdata["lasts"].value, str(800 * 142 * MINUTE // 700))

    def test_remembered_without_forecast(self):
        self.ask_at(0, 4700, 100, 12)
        self.ask_at(2 * HOUR, 3800, 1000, 10)
        result = self.ask_at(4 * HOUR, 800, 4000, 8, "--forecast")
        self.assertIn("at the pace of the last 2 h gone in 32 min, 7 h before", result.message)

    def test_a_better_pace_may_last(self):
        self.ask_at(0, 1000, 3800, 12)
        result = self.ask_at(2 * HOUR, 999, 3801, 10, "--forecast")
        self.assertEqual(result.state, "OK", result)

    def test_starting_anew(self):
        for name, second in (("the count went down", (4300, 500, 10)),
                             ("a reset was passed", (3900, 900, 20))):
            with self.subTest(name):
                self.directory = f"{self.directory}/{name}"
                self.ask_at(0, 4200, 600, 12)
                result = self.ask_at(2 * HOUR, *second, "--forecast", "-v")
                self.assertNotIn("at the pace", result.message)

    def test_a_kept_forecast_ages(self):
        self.ask_at(0, 3000, 1800, 12)
        fresh = self.ask_at(2 * HOUR, 2000, 2800, 10, "--forecast")
        self.assertIn("gone in 4 h, 6 h before the reset", fresh.message)
        for seconds, words, before in (
                (1, "3 h", "6 h"), (3 * HOUR + 1, "59 min", "6 h"), (4 * HOUR, "0 min", "6 h"),
                (5 * HOUR, "0 min", "5 h"), (10 * HOUR - 60, "0 min", "1 min")):
            with self.subTest(seconds=seconds):
                kept = self.check_at(2 * HOUR + seconds, "--forecast", max_age=86400)
                self.assertIn(f"at the pace of the last 2 h gone in {words}, {before} before the reset",
                              kept.message)
                lasts = kept.perfdata["lasts"]
                self.assertEqual(lasts.value, str(max(0, 4 * HOUR - seconds)))
                self.assertEqual((lasts.warn, lasts.max), (f"{10 * HOUR - seconds}:",
                                                           str(10 * HOUR - seconds)))
        self.assertEqual(len(self.api.requests), 1)

    def test_a_reset_that_only_the_user_knows_counts_by_the_second(self):
        """At 9 o'clock and 30 s: 2000 calls in 14 h and 30 s, so 1000 last for 7 h and 15 s."""
        result = self.ask_at(30, 1000, 2000, ABSENT, "--forecast", "--reset-at=19:00Z")
        self.assertIn("counter resets in 10 h, at today's pace gone in 7 h, 2 h before the reset "
                      "(warning: forecast)", result.message)
        self.assertRegex(result.line, r" reset=35970s;;;0 .* lasts=25215s;35970:;;0;35970\Z")
        kept = self.check_at(60, "--forecast", "--reset-at=19:00Z")
        self.assertRegex(kept.line, r" reset=35940s;;;0 .* lasts=25185s;35940:;;0;35940\Z")
        result = self.ask_at(5 * HOUR, 800, 2200, ABSENT, "--forecast", "--reset-at=19:00Z")
        self.assertEqual(result.state, "OK", result)
        self.assertNotIn("gone", result.message)


if __name__ == "__main__":
    blackbox.main()
