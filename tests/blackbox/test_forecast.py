#!/usr/bin/env python3
"""The forecast (--forecast): whether the calls last until the reset, at today's pace or at that of
remembered answers. The arithmetic has unit tests; these are about the whole program."""

import os
import pathlib
import re
import unittest

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "f0ca57" * 9
CLOCK = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload/clock.so"
MORNING_MS = 1795597200000  # some day, and no matter where
MINUTE, HOUR = 60, 3600


def setUpModule():
    global api
    api = blackbox.plain_stand_in()


def answer(available, used, hours, **fields):
    return wolkvox.Reply.json(blackbox.envelope(
        available_consumition_options=available, token_use_today=used,
        hours_to_restart_count=hours, **fields))


class ForecastCase(blackbox.FilesCase):
    def setUp(self):
        super().setUp()
        api.clear()

    def check(self, *args, **options):
        return blackbox.run("-H", api.url, "-o", "sales", *args, token=TOKEN, **options)

    def foretell(self, available, used, hours, *args, **fields):
        """A check with --forecast of one answer."""
        api.default_reply = answer(available, used, hours, **fields)
        return self.check("--forecast", *args)


class Today(ForecastCase):
    def test_when_the_calls_run_out(self):
        cases = (
            # available, used, hours -> text, seconds
            (1000, 2000, 10, "gone in 7 h, 3 h before the reset", 25200),
            (10, 4790, 12, "gone in 1 min, 11 h before the reset", 90),
        )
        for available, used, hours, text, seconds in cases:
            with self.subTest(available=available, used=used, hours=hours):
                result = self.foretell(available, used, hours, "-w", "0")
                reset = hours * HOUR
                self.assertEqual(result.state, "WARNING", result)
                self.assertIn(f", at today's pace {text} (warning: forecast)", result.line)
                self.assertTrue(result.line.endswith(f" lasts={seconds}s;{reset}:;;0;{reset}"), result)
        result = self.foretell(4790, 10, 21, "-w", "0")
        self.assertEqual(result.state, "OK", result)
        self.assertNotIn("gone", result.message)
        self.assertTrue(result.line.endswith(" lasts=75600s;75600:;;0;75600"), result)

    def test_gone_exactly_at_the_reset_lasts(self):
        self.assertEqual(self.foretell(1000, 1000, 12).state, "OK")
        self.assertEqual(self.foretell(999, 1000, 12).state, "WARNING")

    def test_off_unless_asked_for(self):
        api.default_reply = answer(1000, 3000, 12)
        result = self.check("-v")
        self.assertEqual(result.state, "OK", result)
        self.assertNotIn("forecast", result.line)
        self.assertNotIn("lasts", result.line)

    def test_states(self):
        # thresholds, --forecast -> state, what the text says of it
        for args, forecast, state, words in (
                (("-w", "0"), "", "WARNING", " (warning: forecast)"), (("-w", "0"), "=ok", "OK", ""),
                (("-w", "0"), "=critical", "CRITICAL", " (critical: forecast)"),
                (("-w", "0"), "=unknown", "UNKNOWN", " (unknown: forecast)"),
                (("-w", "0"), "=2", "CRITICAL", " (critical: forecast)"),
                (("-w", "4800"), "=ok", "WARNING", " (warning below 4800)"),
                (("-w", "4800"), "", "WARNING", " (warning below 4800)"),
                (("-w", "4800"), "=unknown", "UNKNOWN", " (unknown: forecast, warning below 4800)"),
                (("-w", "4800:"), "=critical", "CRITICAL", " (critical: forecast, warning below 4800)"),
                (("-c", "4800"), "=unknown", "CRITICAL", " (critical below 4800)")):
            with self.subTest(args=args, forecast=forecast):
                api.default_reply = answer(1000, 3000, 12)
                result = self.check(*args, f"--forecast{forecast}")
                self.assertEqual(result.state, state, result)
                self.assertTrue(result.message.endswith(
                    f"at today's pace gone in 4 h, 8 h before the reset{words}"), result)

    def test_no_forecast_says_why_under_verbose(self):
        absent = blackbox.ABSENT
        cases = ((1000, 3000, 22, {}, "less than 3 h after the reset"),
                 (1000, 3000, 9999, {}, "less than 3 h after the reset"),
                 (1000, 3000, absent, {},
                  "the answer does not give the hours to the reset, nor is --reset-at given"),
                 (1000, absent, 12, {}, "the calls of today"),
                 (1000, 3000, 12, {"token_limit": absent}, "a limit"),
                 (1000, 3000, 12, {"token_limit": 0}, "a limit"),
                 (0, 4800, 12, {}, "no calls are left"))
        for available, used, hours, fields, reason in cases:
            with self.subTest(reason=reason):
                result = self.foretell(available, used, hours, "-v", "-w", "1", **fields)
                self.assertEqual(result.state, "CRITICAL" if available == 0 else "OK", result)
                self.assertIn("no forecast: ", result.message)
                self.assertIn(reason, result.message)
                quiet = self.foretell(available, used, hours, "-w", "1", **fields)
                self.assertNotIn("forecast", quiet.message)

    def test_answers_without_figures(self):
        for reply, state in ((wolkvox.Reply(500), "CRITICAL"), (wolkvox.Reply.json("x"), "UNKNOWN"),
                             (wolkvox.Reply.json(blackbox.envelope(msg="TOKEN LIMIT EXCEEDED",
                                                                   code="403")), "CRITICAL")):
            api.default_reply = reply
            result = self.check("--forecast=warning", "-v")
            self.assertEqual(result.state, state, result)
            self.assertNotIn("forecast", result.message)


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class Remembered(ForecastCase):
    """The better pace, with the calendar's clock of the plugin set by a preloaded library."""

    def check_at(self, seconds, *args, max_age=60):
        env = {"LD_PRELOAD": str(CLOCK), "SIMULATED_TIME": str(MORNING_MS + 1000 * seconds)}
        return self.check(f"--max-age={max_age}", f"--state-dir={self.directory}", "-w", "0", *args,
                          env=env)

    def ask_at(self, seconds, available, used, hours, *args, **options):
        """A check of a new answer."""
        api.default_reply = answer(available, used, hours)
        before = len(api.requests)
        result = self.check_at(seconds, *args, **options)
        self.assertEqual(len(api.requests), before + 1, result)
        return result

    def test_the_manuals_example(self):
        thresholds = ("-w", "20%", "-c", "10%")
        api.default_reply = answer(1700, 3100, 10)
        self.check_at(0)
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
                                     (101, 3400, "at the pace of the last 1 h"),
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
        self.assertEqual(self.ask_at(2 * HOUR + 60, 999, 3801, 10, "--forecast",
                                     max_age=1).state, "OK")

    def test_starting_anew(self):
        for name, second in (("the count went down", (4300, 500, 10)),
                             ("a reset was passed", (3900, 900, 20))):
            with self.subTest(name):
                for path in pathlib.Path(self.directory).rglob("*"):
                    if path.is_file():
                        path.unlink()
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
        self.assertEqual(len(api.requests), 2)

    def test_a_reset_that_only_the_user_knows_counts_by_the_second(self):
        """At 9 o'clock and 30 s: 2000 calls in 14 h and 30 s, so 1000 last for 7 h and 15 s."""
        result = self.ask_at(30, 1000, 2000, blackbox.ABSENT, "--forecast", "--reset-at=19:00Z")
        self.assertIn("counter resets in 10 h, at today's pace gone in 7 h, 2 h before the reset "
                      "(warning: forecast)", result.message)
        self.assertRegex(result.line, r" reset=35970s;;;0 .* lasts=25215s;35970:;;0;35970\Z")
        kept = self.check_at(60, "--forecast", "--reset-at=19:00Z")
        self.assertRegex(kept.line, r" reset=35940s;;;0 .* lasts=25185s;35940:;;0;35940\Z")
        result = self.ask_at(5 * HOUR, 800, 2200, blackbox.ABSENT, "--forecast", "--reset-at=19:00Z")
        self.assertEqual(result.state, "OK", result)
        self.assertNotIn("gone", result.message)

    def test_damaged_memories_are_none(self):
        self.ask_at(0, 4700, 100, 15)
        for folder, _folders, files in os.walk(self.directory):
            for name in files:
                path = pathlib.Path(folder, name)
                path.write_bytes(re.sub(rb"point .*", b"point 1 1", path.read_bytes()))
        result = self.ask_at(2 * HOUR, 800, 4000, 13, "--forecast")
        self.assertIn("at today's pace", result.message)


if __name__ == "__main__":
    blackbox.main()
