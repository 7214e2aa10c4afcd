#!/usr/bin/env python3
"""Kept answers (--max-age): where they are, how long they are good, what is not trusted, what they
complete, and that of the checks of one token only one asks at a time."""

import contextlib
import errno
import fcntl
import hashlib
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import threading
import unittest

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "5afe" * 13 + "0"
OTHER_TOKEN = "5afe" * 13 + "1"
PRELOADED = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload"
NOON_MS = 1795608000000  # some day at noon, UTC
HOUR = 3600
REFUSAL = {"code": "403", "error": "FORBIDDEN", "msg": "TOKEN LIMIT EXCEEDED"}
SAID = "(HTTP 403, FORBIDDEN: TOKEN LIMIT EXCEEDED)"
NOT_OWN = "belongs to another user or others may write to it"
IS_ROOT = os.geteuid() == 0


def setUpModule():
    global api
    api = blackbox.plain_stand_in()


def answer(**fields):
    return wolkvox.Reply.json(blackbox.envelope(**fields))


def exceeded(**data):
    return wolkvox.Reply.json({**REFUSAL, **({"data": data} if data else {})}, 403)


def without_origin(result):
    """The line without what tells a kept answer from a new one; a second may pass between them."""
    return re.sub(r" \(answer [0-9]+ s old\)|(?<=reset=)[0-9]+", "", result.line)


class CacheCase(blackbox.FilesCase):
    """A state directory of its own for each test, and an API that always gives the same answer."""

    def setUp(self):
        super().setUp()
        api.clear()
        api.default_reply = answer()
        self.state_dir = os.path.join(self.directory, "state")

    def check(self, *args, max_age=300, token=TOKEN, operation="sales", **options):
        which = ("--api=manager",) if operation is None else ("-o", operation)
        return blackbox.run("-H", api.url, *which, f"--max-age={max_age}",
                            f"--state-dir={self.state_dir}", *args, token=token, **options)

    def requests_of(self, *args, **options):
        """How many requests a check makes, and the check's result."""
        before = len(api.requests)
        result = self.check(*args, **options)
        return len(api.requests) - before, result

    def assert_asks(self, *args, state="OK", **options):
        requests, result = self.requests_of(*args, **options)
        self.assertEqual((requests, result.state), (1, state), result)
        self.assertNotIn("s old)", result.line)
        return result

    def assert_kept(self, *args, state="OK", **options):
        requests, result = self.requests_of(*args, **options)
        self.assertEqual((requests, result.state), (0, state), result)
        self.assertRegex(result.message, r" \(answer [0-9]+ s old\)( \(|$)", result)
        return result

    def assert_asks_and_keeps(self, **options):
        """A void entry: asked, and then all is well again."""
        result = self.assert_asks(**options)
        self.assertNotIn("not kept", result.message)
        self.assert_kept(**options)

    def assert_not_kept(self, reason, *args, **options):
        """Check after check asks, in the same words. {} stands for the entries' folder."""
        for verbosity in ((), ("-v",), ()):
            result = self.assert_asks(*verbosity, *args, **options)
            hint = f" (answer not kept: {reason.replace('{}', self.folder)})"
            self.assertTrue(result.message.endswith(hint), result)
            self.assertEqual(result.message.count("not kept"), 1, result)
        return result

    @property
    def folder(self):
        return os.path.join(self.state_dir, str(os.geteuid()), "check_wolkvox_token")

    def entries(self):
        """Paths of entries. Beside each is its lock, and nothing else is there."""
        names = set(os.listdir(self.folder))
        locks = {name for name in names if name.endswith(".lock")}
        self.assertLessEqual(names - locks, {name[:-5] for name in locks})
        return [os.path.join(self.folder, name) for name in sorted(names - locks)]

    def entry(self):
        (path,) = self.entries()
        return path

    def files_below(self, path):
        for folder, folders, files in os.walk(path):
            yield from (os.path.join(folder, name) for name in (*folders, *files))


class Places(CacheCase):
    def test_layout_and_modes(self):
        for umask in blackbox.some((0o000, 0o022, 0o077, 0o277, 0o777)):
            with self.subTest(umask=oct(umask)):
                self.state_dir = os.path.join(self.directory, f"{umask:o}", "a", "b")
                self.assert_asks(preexec=lambda mask=umask: os.umask(mask))
                for path in self.files_below(os.path.join(self.directory, f"{umask:o}")):
                    mode = os.lstat(path).st_mode
                    wanted = 0o700 if stat.S_ISDIR(mode) else 0o600
                    self.assertEqual(stat.S_IMODE(mode), wanted, path)
                self.assertRegex(os.path.basename(self.entry()), r"\A[0-9a-f]{64}\Z")

    def test_which_directory_counts(self):
        places = {name: os.path.join(self.directory, name) for name in ("option", "mp", "nagios")}
        env = {"MP_STATE_PATH": places["mp"], "NAGIOS_PLUGIN_STATE_DIRECTORY": places["nagios"]}
        cases = (("option", (f"--state-dir={places['option']}",), env), ("mp", (), env),
                 ("nagios", (), {**env, "MP_STATE_PATH": ""}),
                 ("nagios", (), {"NAGIOS_PLUGIN_STATE_DIRECTORY": places["nagios"]}))
        for place, args, variables in cases:
            with self.subTest(place=place):
                blackbox.run("-H", api.url, "-o", "sales", "--max-age=9", *args, token=TOKEN,
                             env=variables)
                made = {name for name, path in places.items() if os.path.exists(path)}
                self.assertEqual(made, {place})
                shutil.rmtree(places[place])

    def test_the_compiled_in_directory_is_not_made(self):
        for env in ({}, {"MP_STATE_PATH": "", "NAGIOS_PLUGIN_STATE_DIRECTORY": ""}):
            result = blackbox.run("-H", api.url, "-o", "sales", "--max-age=9", token=TOKEN, env=env)
            if "not kept" not in result.message:
                self.skipTest("the compiled-in directory is there")
            self.assertEqual(result.state, "OK", result)
            named = re.search(r" \(answer not kept: (/\S+/lib/monitoring-plugins) does not exist\)$",
                              result.message)
            self.assertTrue(named, result)
            self.assertFalse(os.path.exists(named[1]))

    def test_entries_are_told_apart(self):
        self.assert_asks()
        for options in ({"token": OTHER_TOKEN}, {"operation": "x"}, {"operation": None}):
            with self.subTest(differs=options):
                self.assert_asks(**options)
                self.assert_kept(**options)
        for host in ("127.0.0.1", "LOCALHOST.", "localhost"):
            with self.subTest(host=host):
                requests, _result = self.requests_of("-H", f"http://{host}:{api.port}/x")
                self.assertEqual(requests, host == "127.0.0.1")
        with blackbox.load_api().WolkvoxApi(tls=False) as another:
            another.default_reply = answer()
            self.check("-H", another.url)
            self.assertEqual(len(another.requests), 1)
        self.assertEqual(len(self.entries()), 6)

    def test_the_token_is_nowhere(self):
        api.default_reply = answer(description=f"x {TOKEN} y {TOKEN[:40]}")
        self.assert_asks()
        path = self.entry()
        content = pathlib.Path(path).read_bytes()
        for length in (16, len(TOKEN)):
            self.assertNotIn(TOKEN[:length].encode(), content)
        self.assertIn(b"***", content)
        self.assertNotIn(hashlib.sha256(TOKEN.encode()).hexdigest(), path)
        self.assertNotIn(hashlib.sha256(TOKEN.encode()).hexdigest().encode(), content)

    def test_a_relative_directory(self):
        self.state_dir = "here/state"
        self.assert_asks(cwd=self.directory)
        self.assert_kept(cwd=self.directory)
        self.assertTrue(os.path.isdir(os.path.join(self.directory, "here/state")))

    def test_nothing_is_written_without_max_age(self):
        env = {"MP_STATE_PATH": self.state_dir, "NAGIOS_PLUGIN_STATE_DIRECTORY": self.state_dir}
        for args in (("--max-age=0",), (f"--state-dir={self.state_dir}",), ()):
            with self.subTest(args=args):
                blackbox.run("-H", api.url, "-o", "sales", *args, token=TOKEN, env=env)
                self.assertEqual(os.listdir(self.directory), [])
        self.assertEqual(len(api.requests), 3)

    @unittest.skipUnless(IS_ROOT, "needs root to become another user")
    def test_each_user_has_a_folder(self):
        os.mkdir(self.state_dir)
        os.chmod(self.state_dir, 0o1777)
        for user in ("root", "nobody", "daemon"):
            self.assert_asks(user=user)
            self.assert_kept(user=user)
        self.assertEqual(len(os.listdir(self.state_dir)), 3)


class Use(CacheCase):
    def test_a_kept_answer(self):
        first = self.assert_asks()
        second = self.assert_kept()
        self.assertEqual(without_origin(first), without_origin(second))

    def test_thresholds_are_judged_anew(self):
        self.assert_asks("-w", "10")
        self.assert_kept("-w", "4800", state="WARNING")
        self.assert_kept("-c", "4800", state="CRITICAL")
        self.assert_kept("-w", "4799", "-c", "1")

    def test_an_answer_without_limit_is_kept(self):
        api.default_reply = answer(token_limit=blackbox.ABSENT)
        self.assert_asks(state="UNKNOWN")
        self.assert_kept(state="UNKNOWN")
        self.assert_kept("-w", "480")

    def test_every_field_comes_back(self):
        cases = ({"available_consumition_options": -5}, {"token_use_today": blackbox.ABSENT},
                 {"hours_to_restart_count": blackbox.ABSENT}, {"hours_to_restart_count": 0},
                 {"description": "caf\u00e9 \u20ac \U0001f600 a|b\\c" * 20},
                 {"description": blackbox.ABSENT}, {"description": "-"}, {"description": " "},
                 {"token_limit": 1000000000000, "available_consumition_options": 1},
                 {"token_limit": "x", "token_use_today": -1}, {"token_limit": 0}, REFUSAL)
        for fields in blackbox.some(cases):
            with self.subTest(fields=fields):
                api.default_reply = answer(**fields)
                first = self.check("-w", "10", "-v", operation=repr(fields))
                requests, second = self.requests_of("-w", "10", "-v", operation=repr(fields))
                self.assertEqual(requests, 0)
                self.assertEqual(without_origin(first).replace("method POST", "no request"),
                                 without_origin(second))

    def test_what_is_not_kept(self):
        refused = blackbox.envelope(code="403", error="FORBIDDEN", msg="PLEASE VALIDATE TOKEN")
        busy = blackbox.envelope(code="403", error="FORBIDDEN", data=[],
                                 msg="EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)")
        cases = ((wolkvox.Reply.json(refused, 403), "CRITICAL"), (wolkvox.Reply(500), "CRITICAL"),
                 (wolkvox.Reply.json(busy, 403), "UNKNOWN"), (wolkvox.Reply.json("x"), "UNKNOWN"),
                 (wolkvox.Reply(302, [("Location", "/x")]), "CRITICAL"),
                 (answer(available_consumition_options="x"), "UNKNOWN"),
                 (wolkvox.Reply.json(blackbox.envelope(), cut=5), "CRITICAL"))
        for reply, state in cases:
            with self.subTest(status=reply.status):
                api.default_reply = reply
                for _time in range(2):
                    result = self.assert_asks(state=state)
                    self.assertNotIn("not kept", result.message)
                self.assertEqual(self.entries(), [])

    def test_a_failed_request_leaves_the_entry(self):
        self.assert_asks()
        before = pathlib.Path(self.entry()).read_bytes()
        api.default_reply = wolkvox.Reply(500)
        self.assert_kept()
        self.assertEqual(self.check(max_age=0).state, "CRITICAL")
        self.assertEqual(pathlib.Path(self.entry()).read_bytes(), before)

    def test_verbose(self):
        self.check()
        line = self.assert_kept("-v")
        self.assertEqual(len(line.lines), 1)
        self.assertIn("no request", line.message)
        self.assertIn("server localhost port", line.message)
        lines = self.assert_kept("-vv").lines
        for fact in ("description: sales-crm", "token_limit: 4800", "token_use_today: 1",
                     "available_consumition_options: 4799", "hours_to_restart_count: 15",
                     "HTTP status: 200"):
            self.assertIn(fact, lines)
        self.assertTrue(any(line.startswith("URL: http://localhost") for line in lines))
        self.assert_kept("-vvv")

    def test_the_order_of_hints(self):
        readable = self.write(TOKEN, mode=0o644)
        hint = r" \(token file is readable by everyone\)\Z"
        self.check(f"--token-file={readable}")
        kept = self.assert_kept(f"--token-file={readable}", "-v")
        self.assertRegex(kept.message, r"\] \(answer [0-9] s old\)" + hint)
        failed = blackbox.run("-H", api.url, "-o", "sales", "--max-age=9", "--state-dir=/proc/x",
                              f"--token-file={readable}", secret=TOKEN)
        self.assertRegex(failed.message, r" \(answer not kept: /proc/x [^)]+\)" + hint)


class ClockCase(CacheCase):
    """With the calendar's clock of the plugin set by a preloaded library."""

    def at(self, seconds, **options):
        """Options for a check so many seconds after noon."""
        milliseconds = NOON_MS + round(seconds * 1000)
        return {"env": {"LD_PRELOAD": str(PRELOADED / "clock.so"),
                        "SIMULATED_TIME": str(milliseconds)}, **options}


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class Validity(ClockCase):
    def test_the_age(self):
        for age, seconds, kept in ((300, 0, True), (300, 299.999, True), (300, 300, False),
                                   (1, 0.999, True), (1, 1, False), (86400, 50000, True)):
            with self.subTest(age=age, seconds=seconds):
                operation = f"{age} {seconds}"
                self.assert_asks(**self.at(0, operation=operation))
                ask = self.assert_kept if kept else self.assert_asks
                result = ask(**self.at(seconds, max_age=age, operation=operation))
                if kept:
                    self.assertIn(f" (answer {int(seconds)} s old)", result.message)

    def test_an_answer_from_the_future(self):
        self.assert_asks(**self.at(0))
        self.assert_asks(**self.at(-0.001))
        self.assert_kept(**self.at(0.5))

    def test_the_announced_reset(self):
        for hours, last in ((1, 3599.999), (0, 3599.999), (3, 10799.999)):
            with self.subTest(hours=hours):
                api.default_reply = answer(hours_to_restart_count=hours)
                options = {"max_age": 86400, "operation": str(hours)}
                self.assert_asks(**self.at(0, **options))
                self.assert_kept(**self.at(last, **options))
                self.assert_asks(**self.at(last + 0.001, **options))

    def test_the_reset_that_a_refusal_announces(self):
        api.default_reply = exceeded(hours_to_restart_count=2)
        self.assert_asks(**self.at(0, max_age=86400, state="CRITICAL"))
        self.assert_kept(**self.at(7199, max_age=86400, state="CRITICAL"))
        api.default_reply = answer()
        self.assert_asks(**self.at(7200, max_age=86400))

    def test_the_time_to_the_reset_shrinks(self):
        api.default_reply = answer(hours_to_restart_count=3)
        self.assert_asks(**self.at(0, max_age=86400))
        for seconds, hours in ((0, 3), (0.9, 3), (1, 3), (3599, 3), (3600, 2), (7200, 1),
                               (10799, 1)):
            with self.subTest(seconds=seconds):
                result = self.assert_kept(**self.at(seconds, max_age=86400))
                self.assertIn(f"counter resets in {hours} h", result.message)
                self.assertEqual(result.perfdata["reset"].value, str(10800 - int(seconds)))

    def test_0_hours(self):
        api.default_reply = answer(hours_to_restart_count=0)
        self.assert_asks(**self.at(0))
        result = self.assert_kept(**self.at(100))
        self.assertEqual(result.perfdata["reset"].value, "0")
        self.assertIn("counter resets in 0 h", result.message)


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class Completion(ClockCase):
    """What a refusal does not say is what the last understood answer said."""

    def setUp(self):
        super().setUp()
        api.default_reply = answer(hours_to_restart_count=3)
        self.assert_asks(**self.at(0))
        api.default_reply = exceeded()

    def assert_refused(self, seconds, text, reset, *args, max_age=60, ask=None):
        """The sentence before what the server said, and the seconds to the reset or None."""
        result = (ask or self.assert_asks)(*args, state="CRITICAL",
                                           **self.at(seconds, max_age=max_age))
        self.assertEqual(result.message.partition(" " + SAID)[0], text, result)
        perfdata = result.perfdata
        self.assertEqual(perfdata["available"].value, "0")
        used = (perfdata["used"].value, perfdata["used_percent"].value) if "used" in perfdata else ()
        self.assertEqual(used, ("4800", "100") if "of 4800" in text else ())
        self.assertEqual("reset" in perfdata and int(perfdata["reset"].value), reset or False)
        return result

    def test_across_checks_and_days(self):
        whole = "sales-crm: no calls left of 4800"
        for seconds, reset in ((300, 10500), (400, 10400), (7201, 3599), (10799, 1), (10800, None),
                               (11000, None), (5 * 86400, None), (400 * 86400, None)):
            with self.subTest(seconds=seconds):
                hours = reset and f", counter resets in {(reset + HOUR - 1) // HOUR} h"
                self.assert_refused(seconds, whole + (hours or ""), reset)

    def test_kept_refusals_too(self):
        self.assert_refused(300, "sales-crm: no calls left of 4800, counter resets in 3 h", 10500)
        self.assert_refused(7200, "sales-crm: no calls left of 4800, counter resets in 1 h", 3600,
                            max_age=86400, ask=self.assert_kept)
        self.assert_refused(10799, "sales-crm: no calls left of 4800, counter resets in 1 h", 1,
                            max_age=86400, ask=self.assert_kept)
        self.assert_refused(10800, "sales-crm: no calls left of 4800", None, max_age=86400)
        self.assert_refused(10800 + 86399, "sales-crm: no calls left of 4800", None, max_age=86400,
                            ask=self.assert_kept)

    def test_what_the_refusal_says_counts_for_itself(self):
        api.script = [exceeded(description="other", token_limit=5000, hours_to_restart_count=1)]
        result = self.assert_asks(state="CRITICAL", **self.at(300))
        self.assertIn("other: no calls left of 5000, counter resets in 1 h", result.message)
        self.assert_refused(600, "sales-crm: no calls left of 4800, counter resets in 3 h", 10200)

    def test_the_last_understood_answer_counts(self):
        api.script = [wolkvox.Reply(500), exceeded(),
                      answer(description="new", token_limit=blackbox.ABSENT,
                             hours_to_restart_count=blackbox.ABSENT)]
        self.assert_asks(state="CRITICAL", **self.at(300))
        self.assert_refused(600, "sales-crm: no calls left of 4800, counter resets in 3 h", 10200)
        self.assert_asks("-w", "1", "-c", "1", **self.at(900))
        self.assert_refused(1200, "new: no calls left", None)

    def test_0_hours_count_as_1(self):
        api.script = [answer(hours_to_restart_count=0)]
        self.assert_asks(**self.at(300))
        self.assert_refused(600, "sales-crm: no calls left of 4800, counter resets in 1 h", 3300)
        self.assert_refused(3899, "sales-crm: no calls left of 4800, counter resets in 1 h", 1)
        self.assert_refused(3900, "sales-crm: no calls left of 4800", None)

    def test_never_by_an_entry_that_is_not_trusted(self):
        path = pathlib.Path(self.entry())
        content = path.read_bytes()
        other_key = path.name.translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
        changes = {
            "another format": lambda: path.write_bytes(content.replace(b"format 2", b"format 1")),
            "another key": lambda: path.write_bytes(content.replace(path.name.encode(),
                                                                    other_key.encode())),
            "not whole": lambda: path.write_bytes(content[:-1]),
            "others may write": lambda: path.chmod(0o622),
            "another owner": lambda: IS_ROOT and os.chown(path, 65534, 65534),
            "a link": lambda: (path.rename(path.with_name("real")), path.symlink_to("real")),
            "none": path.unlink,
        }
        for name, change in changes.items():
            if name != "another owner" or IS_ROOT:
                with self.subTest(name):
                    change()
                    self.assert_refused(300, "no calls left", None)
                    for file in path.parent.glob("[!.]*"):
                        file.unlink()
                    path.touch(0o600)
                    path.write_bytes(content)
        self.assert_refused(-1, "no calls left", None)  # from the future
        path.write_bytes(content)
        self.assert_refused(300, "sales-crm: no calls left of 4800, counter resets in 3 h", 10500)

    def test_never_without_max_age(self):
        self.assert_refused(300, "no calls left", None, max_age=0)


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class ResetAt(ClockCase):
    """--reset-at, where the answer does not say when the counter restarts."""

    def setUp(self):
        super().setUp()
        api.default_reply = answer(hours_to_restart_count=blackbox.ABSENT)

    def assert_reset(self, result, seconds):
        self.assertIn(f"counter resets in {(seconds + HOUR - 1) // HOUR} h", result.message)
        self.assertEqual(result.perfdata["reset"].value, str(seconds))

    def test_it_ends_kept_answers(self):
        for moment, end in (("13:00Z", HOUR), ("12:00Z", 24 * HOUR), ("14:30+02:00", HOUR // 2),
                            ("11:59-01:00", 59 * 60)):
            with self.subTest(moment):
                args = (f"--reset-at={moment}",)
                options = {"max_age": 86400, "operation": moment}
                self.assert_reset(self.assert_asks(*args, **self.at(0, **options)), end)
                kept = self.assert_kept(*args, **self.at(end - 0.001, **options))
                self.assert_reset(kept, 1)
                result = self.assert_asks(*args, **self.at(end, **options))
                self.assert_reset(result, 24 * HOUR)

    def test_it_is_not_kept(self):
        self.assert_asks("--reset-at=13:00Z", **self.at(0))
        for seconds in (10, 2 * HOUR):
            kept = self.assert_kept(**self.at(seconds, max_age=86400))
            self.assertNotIn("counter resets", kept.message)
            self.assertNotIn("reset", kept.perfdata)
        api.default_reply = exceeded()
        result = self.assert_asks(state="CRITICAL", **self.at(2 * HOUR))
        self.assertIn("sales-crm: no calls left of 4800 (HTTP", result.message)

    def test_what_the_answer_says_counts(self):
        api.default_reply = answer(hours_to_restart_count=3)
        args = ("--reset-at=12:30Z",)
        self.assert_reset(self.assert_asks(*args, **self.at(0, max_age=86400)), 3 * HOUR)
        self.assert_reset(self.assert_kept(*args, **self.at(HOUR, max_age=86400)), 2 * HOUR)

    def test_of_a_refusal(self):
        args = ("--reset-at=18:00Z",)
        api.default_reply = exceeded()
        for operation, first in (("alone", None), ("completed", answer(hours_to_restart_count=1))):
            options = {"max_age": 60, "operation": operation}
            if first:
                api.script = [first]
                self.assert_asks(**self.at(0, **options))
            for seconds, reset in ((300, HOUR - 300 if first else 6 * HOUR - 300),
                                   (HOUR, 5 * HOUR), (6 * HOUR, 24 * HOUR)):
                with self.subTest(operation, seconds=seconds):
                    result = self.assert_asks(*args, state="CRITICAL", **self.at(seconds, **options))
                    self.assert_reset(result, reset)
        self.assert_kept(*args, state="CRITICAL",
                         **self.at(30 * HOUR - 1, max_age=86400, operation="completed"))
        self.assert_asks(*args, state="CRITICAL",
                         **self.at(30 * HOUR, max_age=86400, operation="completed"))

    def test_manager(self):
        api.default_reply = wolkvox.Reply.json(blackbox.envelope(data=[{
            "description": "calls", "token_limit": "4800", "token_use_today": "12",
            "all_token_today": " 9000 ", "available_consumption_options": "4788"}]))
        args = ("--reset-at=18:00Z",)
        options = {"operation": None, "max_age": 60}
        first = self.assert_asks(*args, **self.at(0, **options))
        kept = self.assert_kept(*args, **self.at(0, **options))
        self.assertEqual(without_origin(first), without_origin(kept))
        api.default_reply = exceeded()
        result = self.assert_asks(*args, state="CRITICAL", **self.at(60, **options))
        self.assertEqual(result.message,
                         f"calls: no calls left of 4800, counter resets in 6 h {SAID}")
        self.assertEqual(list(result.perfdata), list(first.perfdata))
        for label, value in (("all_used", "9000"), ("used", "4800"), ("reset", "21540")):
            self.assertEqual(result.perfdata[label].value, value)

    def test_the_forecast_remembers_the_day(self):
        def use(used):
            return answer(hours_to_restart_count=blackbox.ABSENT, token_limit=4000,
                          token_use_today=used, available_consumition_options=4000 - used)

        for moment, seconds, words in (("20:00Z", 2 * HOUR, "at the pace of the last 2 h"),
                                       ("13:00Z", 2 * HOUR, "it is too early"),
                                       ("13:00Z", 5 * HOUR, "at today's pace"),
                                       ("13:00Z", 12 * HOUR, "at today's pace")):
            with self.subTest(moment, seconds=seconds):
                args = ("-w0", "-c0", "-v", "--forecast=ok", f"--reset-at={moment}")
                operation = f"{moment} {seconds}"
                api.script = [use(100), use(3200)]
                self.assert_asks(*args, **self.at(0, operation=operation))
                result = self.assert_asks(*args, **self.at(seconds, operation=operation))
                self.assertIn(words, result.message)


class NothingIsTrusted(CacheCase):
    def setUp(self):
        super().setUp()
        self.check()
        self.path = self.entry()
        self.content = pathlib.Path(self.path).read_bytes()

    def put(self, content):
        pathlib.Path(self.path).write_bytes(content)

    def test_truncations(self):
        for length in blackbox.some(range(0, len(self.content), 7), 20):
            with self.subTest(length=length):
                self.put(self.content[:length])
                self.assert_asks_and_keeps()

    def test_flipped_bytes(self):
        """There is no checksum, but no byte makes the check fail."""
        for place in blackbox.some(range(0, len(self.content), 5), 30):
            with self.subTest(place=place):
                self.put(self.content[:place] + bytes([self.content[place] ^ 1])
                         + self.content[place + 1:])
                requests, result = self.requests_of("-w", "0", "-c", "0")
                self.assertIn((requests, result.state), ((0, "OK"), (1, "OK")), result)

    def test_other_contents(self):
        for content in blackbox.some((b"", b"\0" * 386, b"x" * 100000, self.content * 2,
                                      self.content + b"\n", b"\n" + self.content,
                                      self.content.replace(b"format 2", b"format 1"))):
            with self.subTest(content=content[:20]):
                self.put(content)
                self.assert_asks_and_keeps()

    def test_a_huge_file(self):
        os.truncate(self.path, 1 << 40)
        self.assert_asks_and_keeps()

    def test_another_keys_entry(self):
        self.check(token=OTHER_TOKEN)
        (other,) = (path for path in self.entries() if path != self.path)
        shutil.copy(self.path, other)
        self.assert_asks_and_keeps(token=OTHER_TOKEN)

    def test_other_types_of_file(self):
        def make_socket(path):
            short = os.path.join(self.directory, "socket")
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(short)
            os.rename(short, path)

        elsewhere = self.write(self.content, "elsewhere")
        makers = {
            "symbolic link": lambda path: os.symlink(elsewhere, path),
            "dangling link": lambda path: os.symlink("/nonexistent/x", path),
            "link to itself": lambda path: os.symlink(os.path.basename(path), path),
            "pipe": os.mkfifo, "socket": make_socket,
        }
        for name, make in makers.items():
            with self.subTest(type=name):
                os.unlink(self.path)
                make(self.path)
                self.assert_asks_and_keeps()
                self.assertTrue(stat.S_ISREG(os.lstat(self.path).st_mode))
        self.assertEqual(pathlib.Path(elsewhere).read_bytes(), self.content)

    def test_modes_and_owners(self):
        for mode, owner, trusted in (
                (0o600, 0, True), (0o400, 0, True), (0o644, 0, True), (0o620, 0, False),
                (0o602, 0, False), (0o666, 0, False), (0o600, 65534, False)):
            with self.subTest(mode=oct(mode), owner=owner):
                os.chmod(self.path, mode)
                if IS_ROOT:
                    os.chown(self.path, owner, owner)
                if trusted or not IS_ROOT and owner:
                    self.assert_kept()
                else:
                    self.assert_asks_and_keeps()

    def test_the_state_directory_itself_may_be_a_link(self):
        os.rename(self.state_dir, self.state_dir + ".real")
        os.symlink(self.state_dir + ".real", self.state_dir)
        self.assert_kept()

    def test_folders(self):
        """What is wrong with a folder below the state directory."""
        changes = {
            "a link": (lambda path: (os.rename(path, path + "x"), os.symlink(path + "x", path)),
                       "is not a directory"),
            "a file": (lambda path: (os.rename(path, path + "x"), pathlib.Path(path).touch()),
                       "is not a directory"),
            "for the group": (lambda path: os.chmod(path, 0o720), NOT_OWN),
            "for all": (lambda path: os.chmod(path, 0o777), NOT_OWN),
        }
        if IS_ROOT:
            changes["another's"] = (lambda path: os.chown(path, 65534, 65534), NOT_OWN)
        for path in (os.path.dirname(self.folder), self.folder):
            for name, (change, reason) in changes.items():
                with self.subTest(path=path, name=name):
                    change(path)
                    self.assert_not_kept(f"{path} {reason}")
                    if os.path.lexists(path + "x"):
                        os.unlink(path)
                        os.rename(path + "x", path)
                    os.chmod(path, 0o700)
                    os.chown(path, os.geteuid(), os.getegid())
        self.assert_kept()


class NotKept(CacheCase):
    """The state is as without --max-age; the line says that nothing was kept, and why."""

    @unittest.skipUnless(IS_ROOT, "needs root to become another user")
    def test_no_permission(self):
        os.mkdir(self.state_dir, 0o755)
        self.assert_not_kept(f"{self.state_dir}/65534 cannot be made: Permission denied",
                             user="nobody")
        os.chmod(self.state_dir, 0o700)
        self.assert_not_kept(f"{self.state_dir}/65534 cannot be opened: Permission denied",
                             user="nobody")

    @unittest.skipUnless(IS_ROOT, "needs root to become another user")
    def test_a_folder_that_cannot_be_written(self):
        os.mkdir(self.state_dir)
        os.chmod(self.state_dir, 0o1777)
        self.check(user="nobody")
        folder = self.folder.replace("/state/0/", "/state/65534/")
        os.chmod(folder, 0o500)
        self.assert_kept(user="nobody")
        self.assert_not_kept(f"{folder} cannot be written to: Permission denied", user="nobody",
                             token=OTHER_TOKEN)
        os.chmod(folder, 0o700)
        self.assertEqual(len(os.listdir(folder)), 2)

    def test_no_directory(self):
        file = self.write("x")
        for path, reason in (
                ("/proc/nonexistent/x", "cannot be made: No such file or directory"),
                (file, "is not a directory"), (os.path.join(file, "x"), "is not a directory"),
                ("/" + "x" * 300, "cannot be opened: File name too long"),
                ("/" + "y/" * 3000, "cannot be opened: File name too long")):
            with self.subTest(path=path[:40]):
                self.state_dir = path
                shown = path if len(path) <= 120 else path[:119] + "\u2026"
                self.assert_not_kept(f"{shown} {reason}")

    def test_something_in_the_place_of_an_entry_or_lock(self):
        self.check()
        entry = self.entry()
        for path, change, reason in (
                (entry, os.mkdir, "{} cannot be written to: Is a directory"),
                (entry + ".lock", os.mkdir, "{} cannot be written to: Is a directory"),
                (entry + ".lock", os.mkfifo, "{} has a lock that " + NOT_OWN),
                (entry + ".lock", lambda path: (pathlib.Path(path).touch(), os.chmod(path, 0o666)),
                 "{} has a lock that " + NOT_OWN)):
            with self.subTest(path=path[-5:], reason=reason):
                for file in (entry, path):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(file)
                change(path)
                self.assert_not_kept(reason)
                (os.rmdir if os.path.isdir(path) else os.unlink)(path)
        self.assert_asks_and_keeps()

    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "valgrind writes files itself")
    def test_a_bound_on_file_sizes(self):
        """As a full disk: nothing gets into the file."""
        self.assert_not_kept("{} cannot be written to: File too large",
                             preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
        self.assertEqual(self.entries(), [])

    def test_a_full_disk(self):
        os.mkdir(self.state_dir)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=700", "tmpfs",
                                  self.state_dir], check=False, capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no file system can be mounted here")
        try:
            filler = os.path.join(self.state_dir, "filler")
            with contextlib.suppress(OSError):
                pathlib.Path(filler).write_bytes(b"x" * 4096)
            self.assert_not_kept("{} cannot be written to: No space left on device")
            self.assertEqual(self.entries(), [])
            os.unlink(filler)
            self.assert_asks_and_keeps()
        finally:
            subprocess.run(["umount", self.state_dir], check=True)

    def test_the_directory_is_cleaned_for_the_line(self):
        plain = self.write("", "plain")
        for name, shown in (("a|b<c>\n\x1b[2J", "a?b?c? ?[2J"), (TOKEN, "***"),
                            (f"x{TOKEN}/y", "x***/y")):
            with self.subTest(name=name):
                self.state_dir = os.path.join(plain, name)
                self.assert_not_kept(f"{plain}/{shown} is not a directory")


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
@unittest.skipUnless(blackbox.SHIMS, "open() and stat() have other names")
class OddFileSystems(CacheCase):
    """Inode numbers that change with every look, and calls that fail or never end."""

    def odd(self, **variables):
        env = {"LD_PRELOAD": str(PRELOADED / "odd_state.so")}
        return {"env": {**env, **{name: str(value) for name, value in variables.items()}}}

    def test_changing_inode_numbers(self):
        self.assert_asks("-t600", **self.odd())
        self.assert_kept("-t600", **self.odd())
        os.truncate(self.entry(), 0)
        self.assert_asks("-t600", **self.odd())

    def test_nothing_but_a_lock_that_is_held_is_waited_for(self):
        for number in (errno.ENOLCK, errno.EBADF, errno.ENOSYS, errno.EINTR, errno.EACCES):
            with self.subTest(flock=number):
                self.assert_not_kept(f"{{}} cannot be locked: {os.strerror(number)}", "-t600",
                                     **self.odd(FLOCK_ERRNO=number))
        self.assertEqual(self.entries(), [])
        self.check()
        os.chmod(self.entry(), 0o666)
        self.assert_not_kept(f"{{}} cannot be locked: {os.strerror(errno.ENOLCK)}", "-t600",
                             **self.odd(FLOCK_ERRNO=errno.ENOLCK))

    def test_a_kept_answer_needs_no_lock(self):
        self.check()
        self.assert_kept(**self.odd(FLOCK_ERRNO=errno.ENOLCK))

    def test_what_cannot_be_looked_at(self):
        self.check()
        self.assert_not_kept(f"{os.path.dirname(self.folder)} cannot be opened: "
                             f"{os.strerror(errno.EIO)}", **self.odd(FSTAT_ERRNO=errno.EIO))

    def test_calls_that_never_end(self):
        for call, requests in (("openat", 0), ("flock", 0), ("renameat", 1)):
            with self.subTest(call=call):
                asked, result = self.requests_of("-t1", **self.odd(HELD_CALL=call))
                self.assertEqual((asked, result.state), (requests, "CRITICAL"), result)
                self.assertEqual(result.message, "timeout: waited 1 s for the state directory")
                self.assertLess(result.seconds, 1.5 + blackbox.LATE)
        self.assert_asks_and_keeps()


class OneAtATime(CacheCase):
    def start(self, *args, max_age=300, token=TOKEN):
        """A check that runs while the test goes on."""
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            blackbox.command("-H", api.url, "-o", "sales", f"--max-age={max_age}",
                             f"--state-dir={self.state_dir}", *args),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=blackbox.environment(None, token))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start_and_wait_for_its_request(self, *args, **options):
        before = len(api.requests)
        process = self.start(*args, **options)
        blackbox.wait_until(lambda: len(api.requests) > before or process.poll() is not None)
        self.assertIsNone(process.poll())
        return process

    @contextlib.contextmanager
    def locked(self):
        """Holds the lock of the one entry, as another check would."""
        with open(self.entry() + ".lock", "rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock

    def test_eight_at_once(self):
        api.default_reply = answer().changed(delay=0.5)
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.check("-t60")))
                   for _number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(results), 8)
        self.assertEqual(len(api.requests), 1)
        self.assertEqual(len({without_origin(result) for result in results}), 1, results[0])
        self.assertEqual(sum("s old)" not in result.message for result in results), 1)
        self.assertEqual(len(self.entries()), 1)

    def test_waiting_in_vain(self):
        api.default_reply = wolkvox.Reply(hang=True)
        self.start_and_wait_for_its_request("-t", "600")
        for args, state in ((("-t1",), "CRITICAL"), (("-t1:unknown",), "UNKNOWN"),
                            (("-t1:ok",), "OK"), (("-t1", "--unavailable=warning"), "WARNING")):
            with self.subTest(args=args):
                requests, result = self.requests_of(*args)
                self.assertEqual((requests, result.state), (0, state), result)
                self.assertEqual(result.message, "timeout: waited 1 s for another check of the same "
                                                 "token to end")
                self.assertIsNone(result.perfdata_text)

    def test_a_late_token_is_no_other_check(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        timer = threading.Timer(0.7, os.write, (writing, TOKEN.encode() + b"\n"))
        timer.start()
        result = self.check("-t1", "--token-file=-", token=None, stdin=reading)
        timer.join()
        os.close(writing)
        self.assertNotIn("another check", result.message)

    def test_other_tokens_do_not_wait(self):
        api.script = [wolkvox.Reply(hang=True)]
        self.start_and_wait_for_its_request("-t", "600")
        self.assert_asks(token=OTHER_TOKEN)
        self.assert_asks(operation="other")

    def test_without_max_age_nothing_waits(self):
        api.script = [wolkvox.Reply(hang=True)]
        self.start_and_wait_for_its_request("-t", "600")
        self.assert_asks(max_age=0)

    def test_a_usable_answer_is_taken_without_waiting(self):
        self.check()
        with self.locked():
            self.assert_kept("-t", "60")

    def test_an_answer_is_taken_as_soon_as_it_is_there(self):
        """Even where the check that asked goes on to hold the lock."""
        self.check()
        entry = pathlib.Path(self.entry())
        content = entry.read_bytes()
        os.truncate(entry, 0)
        with self.locked():
            waiting = self.start("-t", "60")
            entry.with_name("real").write_bytes(content)
            os.chmod(entry.with_name("real"), 0o600)
            entry.with_name("real").rename(entry)
            self.assertEqual(waiting.wait(30), 0)

    def test_a_killed_check_leaves_no_lock(self):
        for number in blackbox.some((signal.SIGKILL, signal.SIGTERM)):
            api.script = [wolkvox.Reply(hang=True)]
            process = self.start_and_wait_for_its_request("-t", "600")
            process.send_signal(number)
            process.wait()
            self.assert_asks_and_keeps()
            os.unlink(self.entry())

    @unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
    @unittest.skipUnless(blackbox.SHIMS, "open() has other names")
    def test_what_a_killed_check_left_goes(self):
        env = {"LD_PRELOAD": str(PRELOADED / "odd_state.so"), "HELD_CALL": "renameat"}
        self.check("-t1", env=env)  # killed with its new file written
        left = [name for name in os.listdir(self.folder) if not name.endswith(".lock")]
        self.assertEqual(len(left), 1)
        api.script = [wolkvox.Reply(500)]
        self.assert_asks(state="CRITICAL")
        self.assertEqual(self.entries(), [])
        self.assert_asks_and_keeps()
        self.assertEqual(len(self.entries()), 1)

    def test_the_next_asks_where_the_first_failed(self):
        """One that waited asks itself when the one before got no answer that is kept."""
        api.default_reply = wolkvox.Reply(500, delay=0.3)
        first = self.start_and_wait_for_its_request("-t", "60")
        requests, result = self.requests_of("-t", "60")
        self.assertEqual((requests, result.state), (1, "CRITICAL"), result)
        first.wait()
        self.assertEqual(self.entries(), [])


@unittest.skipIf(blackbox.INSTRUMENTED, "the system calls would be the instruments'")
@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class SystemCalls(CacheCase):
    WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")

    def calls(self, *args):
        """The calls that open, lock, make, rename or remove something, of one check."""
        trace = os.path.join(self.directory, "trace")
        subprocess.run(["strace", "-f", "-y", "-o", trace, "-e",
                        "trace=open,openat,creat,flock,fcntl,mkdir,mkdirat,rename,renameat,"
                        "renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,truncate,"
                        "ftruncate,mknod,mknodat,chmod,fchmod,fchmodat,fsync,fdatasync",
                        *blackbox.command("-H", api.url, "-o", "sales", *args)],
                       check=True, capture_output=True, env=blackbox.environment(None, TOKEN))
        return [line for line in pathlib.Path(trace).read_text().splitlines()
                if "(" in line and ("open" not in line.partition("(")[0]
                                    or self.WRITING.search(line))
                and "/dev/null" not in line
                and not re.search(r"F_GETF[DL]|F_SETF[DL]", line)]

    def test_nothing_is_opened_for_writing_nor_locked(self):
        self.assertEqual(self.calls(f"--state-dir={self.state_dir}"), [])

    @unittest.skipUnless(IS_ROOT, "what cannot be dumped shows its memory to root only")
    def test_nothing_is_written_elsewhere(self):
        args = ("--max-age=300", f"--state-dir={self.state_dir}")
        asked = self.calls(*args)
        self.assertTrue(any("flock" in call for call in asked))
        self.assertTrue(any("rename" in call for call in asked))
        self.assertFalse(any("sync" in call for call in asked))
        for call in asked:
            self.assertIn(self.state_dir, call)
        self.assertEqual(self.calls(*args), [])


if __name__ == "__main__":
    blackbox.main()
