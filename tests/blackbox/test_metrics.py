#!/usr/bin/env python3
"""What perfdata promises (manual, PERFDATA): the same metrics at every check, and alerts from which
anybody can calculate the state that was printed."""

import itertools
import unittest

import blackbox
import guidelines

NOON_MS = 1795608000000  # some day, and no matter where
EXCEEDED = blackbox.refusal(403, "TOKEN LIMIT EXCEEDED")
MANAGER = ("--api=manager", "--reset-at=09:00Z")


def answer(available, limit=4800, **fields):
    return blackbox.answer(**{"available_consumition_options": available, "token_limit": limit,
                              "token_use_today": limit and limit - available, **fields})


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class Stable(blackbox.ApiCase):
    """One command line, every state, new and kept, with the wall clock set by a preloaded library."""

    def check_at(self, seconds, reply, *args, **options):
        self.reply(reply)
        return self.check("--max-age=60", f"--state-dir={self.directory}", *args, **options,
                          env=blackbox.preloaded("clock", SIMULATED_TIME=NOON_MS + 1000 * seconds))

    def assert_stable(self, labels, *args, fields=None, **options):
        fields = fields or {}
        lists = {}
        replies = {"OK": answer(4799, **fields), "WARNING": answer(900, **fields),
                   "CRITICAL": answer(400, **fields), "none left": answer(0, **fields),
                   "less than none": answer(-3, **fields), "exceeded": EXCEEDED}
        if not fields:
            replies["too early"] = answer(4799, hours_to_restart_count=23)
            replies["at the reset"] = answer(4799, hours_to_restart_count=0)
        states = set()
        for number, (name, reply) in enumerate(replies.items()):
            new = self.check_at(number * 600, reply, *args, **options)
            kept = self.check_at(number * 600 + 30, reply, *args, **options)
            self.assertIn(" (answer 30 s old)", kept.message)
            self.assertEqual(kept.perfdata["time"], new.perfdata["time"])
            self.assertEqual(kept.state, new.state)
            states.add(new.state)
            lists[name], lists[f"{name}, kept"] = list(new.perfdata), list(kept.perfdata)
        self.assertEqual(lists, {name: labels for name in lists})
        return states

    def test_with_thresholds_alone(self):
        states = self.assert_stable(["available", "used", "used_percent", "reset", "time"])
        self.assertEqual(states, {"OK", "WARNING", "CRITICAL"})

    def test_with_a_forecast(self):
        labels = ["available", "used", "used_percent", "reset", "time", "lasts"]
        for state in ("ok", "warning", "critical", "unknown"):
            with self.subTest(state):
                self.directory = f"{self.directory}/{state}"
                self.assert_stable(labels, f"--forecast={state}", "-w20%", "-c10%")

    def test_of_manager(self):
        labels = ["available", "used", "used_percent", "all_used", "reset", "time", "lasts"]
        self.assert_stable(labels, "--forecast", which=MANAGER,
                           fields={"all_token_today": "9000", "hours_to_restart_count": blackbox.ABSENT})

    def test_an_exceeded_limit_is_completed(self):
        self.check_at(0, answer(800), "--forecast")
        for seconds in (70, 100):
            result = self.check_at(seconds, EXCEEDED, "--forecast")
            self.assertRegex(result.line, r"\AWOLKVOX_TOKEN CRITICAL: sales-crm: no calls left of "
                             r"4800, counter resets in 15 h \(HTTP 403, FORBIDDEN: TOKEN LIMIT "
                             r"EXCEEDED\)( \(answer 30 s old\))? \| available=0;960:;480:;0;4800 "
                             r"used=4800;3840;4320;0;4800 used_percent=100%;80;90;0;100 "
                             rf"reset={54000 - seconds}s;;;0 time=[0-9.]+s;;;0;10 "
                             rf"lasts=0s;{54000 - seconds}:;;0;{54000 - seconds}\Z")


class Alerts(blackbox.ApiCase):
    """Every metric is judged by an independent model of ranges. What it cannot show: UNKNOWN, and no
    calls left where a critical threshold spares them."""

    def assert_shown(self, reply, *args):
        self.reply(reply)
        result = self.check(*args)
        states = {label: guidelines.state(metric) for label, metric in result.perfdata.items()}
        left = result.perfdata["available"]
        if result.state == "UNKNOWN":
            return
        if int(left.value) <= 0 and not guidelines.alerts(left.crit, left.value):
            self.assertEqual(result.state, "CRITICAL", result)
            return
        self.assertEqual(max(states["available"], states.get("lasts", 0)), result.exit, result)
        self.assertEqual(max(states["reset"], states["time"]), 0, result)
        for label in {"used", "used_percent"} & set(states):
            metric = result.perfdata[label]
            for alert, same in ((metric.warn, left.warn), (metric.crit, left.crit)):
                if alert:
                    self.assertEqual(guidelines.alerts(alert, metric.value),
                                     guidelines.alerts(same, left.value), result)

    def test_thresholds(self):
        thresholds = ((), ("-w20%", "-c10%"), ("-w480:",), ("-c480",), ("-c~:",), ("-w~:", "-c100%"),
                      ("-w100:2000",), ("-w@100:2000", "-c@99"), ("-w~:4000",), ("-c:4798",),
                      ("-w33.333%", "-c0.001%"), ("-w4801", "-c1"), ("-w10.1%:10.2%",))
        for args, available in itertools.product(
                thresholds, (-3, 0, 1, 99, 100, 479, 480, 481, 959, 960, 1599, 1600, 2001, 4799, 4800,
                             4801)):
            with self.subTest(args=args, available=available):
                self.assert_shown(answer(available), *args)

    def test_decimals_by_the_limit(self):
        for limit, minimum in itertools.product((1, 10000, 1000003, 10 ** 12), (1, 3)):
            for available in {minimum - 1, minimum, limit}:
                with self.subTest(limit=limit, minimum=minimum, available=available):
                    self.assert_shown(answer(available, limit), "-c", str(minimum))
        self.reply(answer(993473, 1000000))
        self.assertIn(" used_percent=0.6527%;0.6526;99.9999;0;100 ", self.check("-w993474").line)

    def test_forecasts(self):
        for state, available, hours in itertools.product(
                ("ok", "warning", "critical"), (-1, 0, 100, 700, 2000, 2400, 2401, 4799),
                (0, 1, 12, 21, 22)):
            with self.subTest(state=state, available=available, hours=hours):
                self.assert_shown(answer(available, hours_to_restart_count=hours), "-w1000", "-c500",
                                  f"--forecast={state}")

    def test_fields_that_are_missing(self):
        for fields in ({"limit": None}, {"limit": 0}, {"token_use_today": None},
                       {"token_use_today": 7}):
            for available in (0, 4, 5, 9, 10):
                with self.subTest(fields, available=available):
                    self.assert_shown(answer(available, **fields), "-w10", "-c5", "--forecast")


if __name__ == "__main__":
    blackbox.main()
