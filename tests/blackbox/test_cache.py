#!/usr/bin/env python3
"""Kept answers (--max-age): where they are, how long they are good, what is not trusted, what they
complete, and that of the checks of one token only one asks at a time."""

import concurrent.futures
import contextlib
import errno
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import signal
import stat
import threading
import unittest

import blackbox
from blackbox import ABSENT, TOKEN, answer, refusal

wolkvox = blackbox.load_api()

OTHER_TOKEN = "5afe" * 13 + "1"
NOON_MS = 1795608000000  # some day at noon, UTC
HOUR = 3600
TLE = "TOKEN LIMIT EXCEEDED"
SAID = "(HTTP 403, FORBIDDEN: TOKEN LIMIT EXCEEDED)"
NOT_OWN = "belongs to another user or others may write to it"
IS_ROOT = os.geteuid() == 0
NOBODY = 65534
FULL_DISK = """
mount -t tmpfs -o size=4k,mode=700 tmpfs "$1"
head -c 4096 /dev/zero >"$1/filler"
shift
exec "$@"
"""


def exceeded(**data):
    return answer(403, code="403", error="FORBIDDEN", msg=TLE, data=data) if data else refusal(403, TLE)


def without_origin(result):
    """The line without what tells a kept answer from a new one; a second may pass between them."""
    return re.sub(r" \(answer [0-9]+ s old\)|(?<=reset=)[0-9]+", "", result.line)


class CacheCase(blackbox.ApiCase):
    """A state directory of its own for each test, and an API that always gives the same answer."""

    def setUp(self):
        super().setUp()
        self.state_dir = os.path.join(self.directory, "state")

    def check(self, *args, max_age=300, operation="sales", **options):
        which = ("--api=manager",) if operation is None else ("-o", operation)
        return super().check(f"--max-age={max_age}", f"--state-dir={self.state_dir}", *args, which=which,
                             **options)

    def assert_asks(self, *args, state="OK", **options):
        result = self.expect(state, *args, **options)
        self.assertNotIn("s old)", result.line)
        return result

    def assert_kept(self, *args, state="OK", **options):
        return self.expect(state, *args, requests=0, message=r" \(answer [0-9]+ s old\)( \(|$)", **options)

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

    @property
    def folder(self):
        return os.path.join(self.state_dir, str(os.geteuid()), "check_wolkvox_token")

    def entries(self):
        """The entries. Beside each is its lock, and nothing else is there."""
        files = set(pathlib.Path(self.folder).iterdir())
        locks = {path for path in files if path.suffix == ".lock"}
        self.assertLessEqual(files - locks, {path.with_suffix("") for path in locks})
        return sorted(files - locks)

    def entry(self):
        (path,) = self.entries()
        return path


class Places(CacheCase):
    def test_layout_and_modes(self):
        for umask in blackbox.some((0o000, 0o022, 0o277, 0o777)):
            with self.subTest(umask=oct(umask)):
                top = pathlib.Path(self.directory, f"{umask:o}")
                self.state_dir = str(top / "a" / "b")
                self.assert_asks(preexec=lambda mask=umask: os.umask(mask))
                for path in top.rglob("*"):
                    mode = path.lstat().st_mode
                    self.assertEqual(stat.S_IMODE(mode), 0o700 if stat.S_ISDIR(mode) else 0o600, path)
                self.assertRegex(self.entry().name, r"\A[0-9a-f]{64}\Z")

    def test_which_directory_counts(self):
        places = {name: os.path.join(self.directory, name) for name in ("option", "mp", "nagios")}
        env = {"MP_STATE_PATH": places["mp"], "NAGIOS_PLUGIN_STATE_DIRECTORY": places["nagios"]}
        for place, args, variables in (("option", (f"--state-dir={places['option']}",), env), ("mp", (), env),
                                       ("nagios", (), {**env, "MP_STATE_PATH": ""})):
            with self.subTest(place=place):
                self.state_dir = ""
                self.assert_asks(*args, env=variables)
                made = {name for name, path in places.items() if os.path.exists(path)}
                self.assertEqual(made, {place})
                shutil.rmtree(places[place])

    def test_the_compiled_in_directory_is_not_made(self):
        self.state_dir = ""
        for env in ({}, {"MP_STATE_PATH": "", "NAGIOS_PLUGIN_STATE_DIRECTORY": ""}):
            result = self.check(env=env)
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
                self.assert_asks_and_keeps(**options)
        for host, requests in (("127.0.0.1", 1), ("LOCALHOST.", 0), ("localhost", 0)):
            with self.subTest(host=host):
                self.expect("OK", "-H", f"http://{host}:{self.api.port}/x", requests=requests)
        with wolkvox.WolkvoxApi(tls=False) as another:
            another.default_reply = answer()
            self.check("-H", another.url)
            self.assertEqual(len(another.requests), 1)
        self.assertEqual(len(self.entries()), 6)

    def test_the_token_is_nowhere(self):
        self.assert_asks(replies=(answer(description=f"x {TOKEN} y {TOKEN[:40]}"),))
        path = self.entry()
        content = path.read_text("utf-8")
        self.assertNotIn(TOKEN[:16], content)
        self.assertIn("***", content)
        self.assertNotIn(hashlib.sha256(TOKEN.encode()).hexdigest(), path.name + content)

    def test_a_relative_directory(self):
        self.state_dir = "here/state"
        self.assert_asks(cwd=self.directory)
        self.assert_kept(cwd=self.directory)
        self.assertTrue(os.path.isdir(os.path.join(self.directory, "here/state")))

    def test_nothing_is_written_without_max_age(self):
        env = {"MP_STATE_PATH": self.state_dir, "NAGIOS_PLUGIN_STATE_DIRECTORY": self.state_dir}
        for max_age in ("0", ""):
            self.assert_asks(max_age=max_age, env=env)
        self.assertEqual(os.listdir(self.directory), [])

    @unittest.skipUnless(IS_ROOT, "needs root to become another user")
    def test_each_user_has_a_folder(self):
        os.mkdir(self.state_dir)
        os.chmod(self.state_dir, 0o1777)
        for user in ("root", "nobody", "daemon"):
            self.assert_asks_and_keeps(user=user)
        self.assertEqual(len(os.listdir(self.state_dir)), 3)


class Use(CacheCase):
    def test_thresholds_are_judged_anew(self):
        first = self.assert_asks("-w", "10")
        self.assertEqual(without_origin(self.assert_kept("-w", "10")), without_origin(first))
        self.assert_kept("-w", "4800", state="WARNING")
        self.assert_kept("-c", "4800", state="CRITICAL")

    def test_an_answer_without_limit_is_kept(self):
        self.assert_asks(state="UNKNOWN", replies=(answer(token_limit=ABSENT),))
        self.assert_kept(state="UNKNOWN")
        self.assert_kept("-w", "480")

    def test_every_field_comes_back(self):
        cases = ({"available_consumition_options": -5, "token_use_today": ABSENT},
                 {"hours_to_restart_count": ABSENT, "description": ABSENT}, {"hours_to_restart_count": 0},
                 {"description": "caf\u00e9 \u20ac \U0001f600 a|b\\c" * 20}, {"description": "-"},
                 {"token_limit": 1000000000000, "available_consumition_options": 1},
                 {"token_limit": "x", "token_use_today": -1}, {"code": "403", "msg": TLE})
        for fields in blackbox.some(cases):
            with self.subTest(fields=fields):
                self.reply(answer(**fields))
                first, second = (self.check("-w", "10", "-v", operation=repr(fields)) for _time in range(2))
                self.assertEqual(without_origin(first).replace("method POST", "no request"),
                                 without_origin(second))

    def test_what_is_not_kept(self):
        for state, reply in (("CRITICAL", refusal(403, "PLEASE VALIDATE TOKEN")),
                             ("UNKNOWN", wolkvox.BUSY), ("CRITICAL", wolkvox.Reply(500)),
                             ("CRITICAL", wolkvox.Reply(302, [("Location", "/x")])),
                             ("UNKNOWN", answer(available_consumition_options="x")),
                             ("UNKNOWN", wolkvox.Reply.json("x")), ("CRITICAL", answer().changed(cut=5))):
            with self.subTest(status=reply.status):
                self.reply(reply)
                for _time in range(2):
                    result = self.assert_asks(state=state)
                    self.assertNotIn("not kept", result.message)
                self.assertEqual(self.entries(), [])

    def test_verbose(self):
        self.check()
        line = self.assert_kept("-v")
        self.assertEqual(len(line.lines), 1)
        self.assertRegex(line.message, r"\[server localhost port [0-9]+, no request\]")
        lines = self.assert_kept("-vv").lines
        for fact in ("description: sales-crm", "token_limit: 4800", "token_use_today: 1",
                     "available_consumition_options: 4799", "hours_to_restart_count: 15",
                     "HTTP status: 200", f"URL: {self.api.url}{wolkvox.API_PATH}?operation=sales"):
            self.assertIn(fact, lines)
        self.assert_kept("-vvv")

    def test_the_order_of_hints(self):
        file = f"--token-file={self.write(TOKEN, mode=0o644)}"
        hint = r" \(token file is readable by everyone\)\Z"
        self.assert_asks(file)
        self.assertRegex(self.assert_kept(file, "-v").message, r"\] \(answer [0-9] s old\)" + hint)
        self.state_dir = "/proc/x"
        self.assertRegex(self.assert_asks(file, "-v").message, r"\] \(answer not kept: /proc/x [^)]+\)" + hint)


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class ClockCase(CacheCase):
    """With the calendar's clock of the plugin set by a preloaded library, to seconds after noon."""

    def check(self, *args, at=0, **options):
        env = blackbox.preloaded("clock", SIMULATED_TIME=NOON_MS + round(at * 1000))
        return super().check(*args, env=env, **options)


class Validity(ClockCase):
    def test_the_age(self):
        for age, seconds, kept in ((300, 0, True), (300, 299.999, True), (300, 300, False),
                                   (1, 1, False), (86400, 50000, True)):
            with self.subTest(age=age, seconds=seconds):
                operation = f"{age} {seconds}"
                self.assert_asks(operation=operation)
                ask = self.assert_kept if kept else self.assert_asks
                result = ask(at=seconds, max_age=age, operation=operation)
                self.assertEqual(f" (answer {int(seconds)} s old)" in result.message, kept)

    def test_an_answer_from_the_future(self):
        self.assert_asks()
        self.assert_asks(at=-0.001)
        self.assert_kept(at=0.5)

    def test_the_announced_reset(self):
        for hours, last in ((1, 3599.999), (0, 3599.999), (3, 10799.999)):
            with self.subTest(hours=hours):
                self.reply(answer(hours_to_restart_count=hours))
                options = {"max_age": 86400, "operation": str(hours)}
                self.assert_asks(**options)
                self.assert_kept(at=last, **options)
                self.assert_asks(at=last + 0.001, **options)

    def test_the_reset_that_a_refusal_announces(self):
        options = {"max_age": 86400, "state": "CRITICAL"}
        self.assert_asks(replies=(exceeded(hours_to_restart_count=2),), **options)
        self.assert_kept(at=7199, **options)
        self.assert_asks(at=7200, **options)

    def test_the_time_to_the_reset_shrinks(self):
        self.assert_asks(replies=(answer(hours_to_restart_count=3),))
        for seconds, hours in ((0, 3), (0.9, 3), (3599, 3), (3600, 2), (10799, 1)):
            with self.subTest(seconds=seconds):
                result = self.assert_kept(at=seconds, max_age=86400)
                self.assertIn(f"counter resets in {hours} h", result.message)
                self.assertEqual(result.perfdata["reset"].value, str(10800 - int(seconds)))


class Completion(ClockCase):
    """What a refusal does not say is what the last understood answer said."""

    WHOLE = "sales-crm: no calls left of 4800"

    def setUp(self):
        super().setUp()
        self.assert_asks(replies=(answer(hours_to_restart_count=3), exceeded()))

    def assert_refused(self, at, text, reset=None, *, max_age=60, ask=None):
        """The sentence before what the server said, and the seconds to the reset, where it says them."""
        text += f", counter resets in {(reset + HOUR - 1) // HOUR} h" if reset else ""
        result = (ask or self.assert_asks)(state="CRITICAL", at=at, max_age=max_age)
        self.assertEqual(result.message.partition(" " + SAID)[0], text, result)
        used = {"used": "4800", "used_percent": "100"}
        values = {label: metric.value for label, metric in result.perfdata.items() if label != "time"}
        self.assertEqual(values, {"available": "0", **({"reset": str(reset)} if reset else {}),
                                  **(used if "of 4800" in text else {})})

    def test_across_checks_and_days(self):
        for seconds, reset in ((300, 10500), (7201, 3599), (10799, 1), (10800, None), (400 * 86400, None)):
            with self.subTest(seconds=seconds):
                self.assert_refused(seconds, self.WHOLE, reset)

    def test_kept_refusals_too(self):
        self.assert_refused(300, self.WHOLE, 10500)
        for seconds, reset, ask in ((7200, 3600, self.assert_kept), (10799, 1, self.assert_kept),
                                    (10800, None, self.assert_asks), (10800 + 86399, None, self.assert_kept)):
            with self.subTest(seconds=seconds):
                self.assert_refused(seconds, self.WHOLE, reset, max_age=86400, ask=ask)

    def test_what_the_refusal_says_counts_for_itself(self):
        said = exceeded(description="other", token_limit=5000, hours_to_restart_count=1)
        result = self.assert_asks(state="CRITICAL", at=300, replies=(said, exceeded()))
        self.assertIn("other: no calls left of 5000, counter resets in 1 h", result.message)
        self.assert_refused(600, self.WHOLE, 10200)

    def test_the_last_understood_answer_counts(self):
        last = answer(description="new", token_limit=ABSENT, hours_to_restart_count=ABSENT)
        self.assert_asks(state="CRITICAL", at=300, replies=(wolkvox.Reply(500), exceeded(), last, exceeded()))
        self.assert_refused(600, self.WHOLE, 10200)
        self.assert_asks("-w", "1", "-c", "1", at=900, max_age=60)
        self.assert_refused(1200, "new: no calls left")

    def test_0_hours_count_as_1(self):
        self.assert_asks(at=300, replies=(answer(hours_to_restart_count=0), exceeded()))
        for seconds, reset in ((600, 3300), (3899, 1), (3900, None)):
            self.assert_refused(seconds, self.WHOLE, reset)

    def test_never_by_an_entry_that_is_not_trusted(self):
        path = self.entry()
        content = path.read_bytes()
        other_key = path.name[::-1].encode()
        for change in (lambda: path.write_bytes(content.replace(b"format 2", b"format 1")),
                       lambda: path.write_bytes(content.replace(path.name.encode(), other_key)),
                       lambda: path.write_bytes(content[:-1]), lambda: path.chmod(0o622), path.unlink):
            change()
            self.assert_refused(300, "no calls left")
            path.unlink()
            path.touch(0o600)
            path.write_bytes(content)
        self.assert_refused(-1, "no calls left")  # from the future
        path.write_bytes(content)
        self.assert_refused(300, self.WHOLE, 10500)

    def test_never_without_max_age(self):
        self.assert_refused(300, "no calls left", max_age=0)


class ResetAt(ClockCase):
    """--reset-at, where the answer does not say when the counter restarts."""

    def setUp(self):
        super().setUp()
        self.reply(answer(hours_to_restart_count=ABSENT))

    def assert_reset(self, seconds, result):
        self.assertIn(f"counter resets in {(seconds + HOUR - 1) // HOUR} h", result.message)
        self.assertEqual(result.perfdata["reset"].value, str(seconds))

    def test_it_ends_kept_answers(self):
        for moment, end in (("13:00Z", HOUR), ("12:00Z", 24 * HOUR), ("14:30+02:00", HOUR // 2)):
            with self.subTest(moment):
                args, options = (f"--reset-at={moment}",), {"max_age": 86400, "operation": moment}
                self.assert_reset(end, self.assert_asks(*args, **options))
                self.assert_reset(1, self.assert_kept(*args, at=end - 0.001, **options))
                self.assert_reset(24 * HOUR, self.assert_asks(*args, at=end, **options))

    def test_it_is_not_kept(self):
        self.assert_asks("--reset-at=13:00Z")
        for seconds in (10, 2 * HOUR):
            kept = self.assert_kept(at=seconds, max_age=86400)
            self.assertNotIn("reset", kept.line)
        result = self.assert_asks(state="CRITICAL", at=2 * HOUR, replies=(exceeded(),))
        self.assertIn("sales-crm: no calls left of 4800 (HTTP", result.message)

    def test_what_the_answer_says_counts(self):
        args = ("--reset-at=12:30Z",)
        self.assert_reset(3 * HOUR, self.assert_asks(*args, replies=(answer(hours_to_restart_count=3),)))
        self.assert_reset(2 * HOUR, self.assert_kept(*args, at=HOUR, max_age=86400))

    def test_of_a_refusal(self):
        options = {"max_age": 60, "operation": "completed"}
        self.assert_asks(replies=(answer(hours_to_restart_count=1), exceeded()), **options)
        for operation, first in (("alone", 6 * HOUR - 300), ("completed", HOUR - 300)):
            options = {"operation": operation, "state": "CRITICAL"}
            for seconds, reset in ((300, first), (HOUR, 5 * HOUR), (6 * HOUR, 24 * HOUR)):
                with self.subTest(operation, seconds=seconds):
                    result = self.assert_asks("--reset-at=18:00Z", at=seconds, max_age=60, **options)
                    self.assert_reset(reset, result)
        self.assert_kept("--reset-at=18:00Z", at=30 * HOUR - 1, max_age=86400, **options)
        self.assert_asks("--reset-at=18:00Z", at=30 * HOUR, max_age=86400, **options)

    def test_manager(self):
        self.reply(answer(data=[{
            "description": "calls", "token_limit": "4800", "token_use_today": "12",
            "all_token_today": " 9000 ", "available_consumption_options": "4788"}]), exceeded())
        args, options = ("--reset-at=18:00Z",), {"operation": None, "max_age": 60}
        first = self.assert_asks(*args, **options)
        self.assertEqual(without_origin(first), without_origin(self.assert_kept(*args, **options)))
        result = self.assert_asks(*args, state="CRITICAL", at=60, **options)
        self.assertEqual(result.message,
                         f"calls: no calls left of 4800, counter resets in 6 h {SAID}")
        self.assertEqual(list(result.perfdata), list(first.perfdata))
        for label, value in (("all_used", "9000"), ("used", "4800"), ("reset", "21540")):
            self.assertEqual(result.perfdata[label].value, value)

    def test_the_forecast_remembers_the_day(self):
        def use(used):
            return answer(hours_to_restart_count=ABSENT, token_limit=4000, token_use_today=used,
                          available_consumition_options=4000 - used)

        for moment, seconds, words in (("20:00Z", 2 * HOUR, "at the pace of the last 2 h"),
                                       ("13:00Z", 2 * HOUR, "it is too early"),
                                       ("13:00Z", 5 * HOUR, "at today's pace")):
            with self.subTest(moment, seconds=seconds):
                args = ("-w0", "-c0", "-v", "--forecast=ok", f"--reset-at={moment}")
                operation = f"{moment} {seconds}"
                self.assert_asks(*args, operation=operation, replies=(use(100), use(3200)))
                self.assertIn(words, self.assert_asks(*args, at=seconds, operation=operation).message)


class NothingIsTrusted(CacheCase):
    """unit/test_saved_info.c and unit/test_state_store.c have more of what cannot be."""

    def setUp(self):
        super().setUp()
        self.check()
        self.path = self.entry()
        self.content = self.path.read_bytes()

    def test_contents(self):
        for content in blackbox.some((b"", self.content[:7], self.content[:-1], b"\0" * 386, b"x" * 100000,
                                      self.content * 2, self.content + b"\n",
                                      self.content.replace(b"format 2", b"format 1"))):
            with self.subTest(content=content[:20]):
                self.path.write_bytes(content)
                self.assert_asks_and_keeps()
        os.truncate(self.path, 1 << 40)
        self.assert_asks_and_keeps()

    def test_another_keys_entry(self):
        self.check(token=OTHER_TOKEN)
        (other,) = (path for path in self.entries() if path != self.path)
        shutil.copy(self.path, other)
        self.assert_asks_and_keeps(token=OTHER_TOKEN)

    def test_other_types_of_file(self):
        elsewhere = self.write(self.content, "elsewhere")
        for name, make in (("symbolic link", lambda path: path.symlink_to(elsewhere)), ("pipe", os.mkfifo),
                           ("dangling link", lambda path: path.symlink_to("/nonexistent/x")),
                           ("link to itself", lambda path: path.symlink_to(path.name))):
            with self.subTest(type=name):
                self.path.unlink()
                make(self.path)
                self.assert_asks_and_keeps()
                self.assertTrue(stat.S_ISREG(self.path.lstat().st_mode))
        self.assertEqual(pathlib.Path(elsewhere).read_bytes(), self.content)

    def test_modes_and_owners(self):
        for mode, owner, trusted in ((0o644, 0, True), (0o400, 0, True), (0o620, 0, False), (0o602, 0, False),
                                     (0o600, NOBODY, False)):
            with self.subTest(mode=oct(mode), owner=owner):
                self.path.chmod(mode)
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
        own = os.geteuid()
        for path in (pathlib.Path(self.folder).parent, pathlib.Path(self.folder)):
            for make in (lambda path: path.symlink_to(f"{path}x"), pathlib.Path.touch):
                path.rename(f"{path}x")
                make(path)
                self.assert_not_kept(f"{path} is not a directory")
                path.unlink()
                path.with_name(f"{path.name}x").rename(path)
            for mode, owner in ((0o720, own), (0o777, own), *([(0o700, NOBODY)] if IS_ROOT else [])):
                path.chmod(mode)
                os.chown(path, owner, -1)
                self.assert_not_kept(f"{path} {NOT_OWN}")
            path.chmod(0o700)
            os.chown(path, own, -1)
        self.assert_kept()


class NotKept(CacheCase):
    """The state is as without --max-age; the line says that nothing was kept, and why."""

    @unittest.skipUnless(IS_ROOT, "needs root to become another user")
    def test_no_permission(self):
        own = f"{self.state_dir}/{NOBODY}"
        for mode, reason in ((0o755, f"{own} cannot be made"), (0o700, f"{own} cannot be opened")):
            os.makedirs(self.state_dir, exist_ok=True)
            os.chmod(self.state_dir, mode)
            self.assert_not_kept(f"{reason}: Permission denied", user="nobody")
        os.chmod(self.state_dir, 0o1777)
        self.check(user="nobody")
        folder = f"{own}/check_wolkvox_token"
        os.chmod(folder, 0o500)
        self.assert_kept(user="nobody")
        self.assert_not_kept(f"{folder} cannot be written to: Permission denied", user="nobody",
                             token=OTHER_TOKEN)
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

    def test_a_full_disk(self):
        os.mkdir(self.state_dir)
        self.assert_not_kept("{} cannot be written to: No space left on device",
                             wrapper=blackbox.own_mounts(FULL_DISK, self.state_dir))

    def test_the_directory_is_cleaned_for_the_line(self):
        plain = self.write("", "plain")
        for name, shown in (("a|b<c>\n\x1b[2J", "a?b?c? ?[2J"), (TOKEN, "***"), (f"x{TOKEN}/y", "x***/y")):
            with self.subTest(name=name):
                self.state_dir = os.path.join(plain, name)
                self.assert_not_kept(f"{plain}/{shown} is not a directory")


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
@unittest.skipUnless(blackbox.SHIMS, "open() and stat() have other names")
class OddFileSystems(CacheCase):
    """Inode numbers that change with every look, and calls that fail or never end."""

    def odd(self, **variables):
        return {"env": blackbox.preloaded("odd_state", **variables)}

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
        self.assert_kept(**self.odd(FLOCK_ERRNO=errno.ENOLCK))
        self.entry().chmod(0o666)
        self.assert_not_kept(f"{{}} cannot be locked: {os.strerror(errno.ENOLCK)}", "-t600",
                             **self.odd(FLOCK_ERRNO=errno.ENOLCK))

    def test_what_cannot_be_looked_at(self):
        self.check()
        self.assert_not_kept(f"{os.path.dirname(self.folder)} cannot be opened: "
                             f"{os.strerror(errno.EIO)}", **self.odd(FSTAT_ERRNO=errno.EIO))

    def test_calls_that_never_end(self):
        for call, requests in (("openat", 0), ("flock", 0), ("renameat", 1)):
            with self.subTest(call=call):
                result = self.expect("CRITICAL", "-t1", requests=requests, **self.odd(HELD_CALL=call))
                self.assert_timeout(result, 1, "the state directory$")
        left = [name for name in os.listdir(self.folder) if not name.endswith(".lock")]
        self.assertEqual(len(left), 1)  # by the one that was ended with its new file written
        self.assert_asks(state="CRITICAL", replies=(wolkvox.Reply(500), answer()))
        self.assertEqual(self.entries(), [])
        self.assert_asks_and_keeps()


class OneAtATime(CacheCase):
    def started(self):
        return blackbox.started("-H", self.api.url, "-o", "sales", "--max-age=300",
                                f"--state-dir={self.state_dir}", "-t600")

    @contextlib.contextmanager
    def asking(self, *replies):
        """A check whose request has come."""
        self.reply(*replies)
        with self.started() as process:
            blackbox.wait_until(lambda: self.api.requests or process.poll() is not None)
            self.assertIsNone(process.poll())
            yield process

    @contextlib.contextmanager
    def locked(self):
        """Holds the lock of the one entry, as another check would."""
        with self.entry().with_suffix(".lock").open("rb+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def test_eight_at_once(self):
        self.reply(answer().changed(delay=0.5))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            results = list(pool.map(self.check, ["-t60"] * 8))
        self.assertEqual(len(self.api.requests), 1)
        self.assertEqual(len({without_origin(result) for result in results}), 1, results[0])
        self.assertEqual(sum("s old)" not in result.message for result in results), 1)
        self.assertEqual(len(self.entries()), 1)

    def test_waiting_in_vain(self):
        with self.asking(wolkvox.Reply(hang=True)):
            for args, state in ((("-t1",), "CRITICAL"), (("-t1:unknown",), "UNKNOWN"),
                                (("-t1", "--unavailable=warning"), "WARNING")):
                with self.subTest(args=args):
                    result = self.expect(state, *args, requests=0)
                    self.assert_timeout(result, 1, "another check of the same token to end$", state)

    def test_a_late_token_is_no_other_check(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        timer = threading.Timer(0.7, os.write, (writing, TOKEN.encode() + b"\n"))
        timer.start()
        result = self.check("-t1", "--token-file=-", token=None, stdin=reading)
        timer.join()
        os.close(writing)
        self.assertNotIn("another check", result.message)

    def test_who_does_not_wait(self):
        with self.asking(wolkvox.Reply(hang=True), answer()):
            self.assert_asks(token=OTHER_TOKEN)
            self.assert_asks(operation="other")
            self.assert_asks(max_age=0)

    def test_a_usable_answer_is_taken_without_waiting(self):
        self.check()
        with self.locked():
            self.assert_kept("-t", "60")

    def test_an_answer_is_taken_as_soon_as_it_is_there(self):
        """Even where the check that asked goes on to hold the lock."""
        self.check()
        entry = self.entry()
        shutil.copy(entry, self.directory)
        os.truncate(entry, 0)
        with self.locked(), self.started() as waiting:
            os.rename(os.path.join(self.directory, entry.name), entry)
            self.assertEqual(waiting.wait(30), 0)

    def test_a_killed_check_leaves_no_lock(self):
        for number in blackbox.some((signal.SIGKILL, signal.SIGTERM)):
            with self.asking(wolkvox.Reply(hang=True), answer()) as process:
                process.send_signal(number)
                process.wait()
                self.assert_asks_and_keeps()
            self.entry().unlink()

    def test_the_next_asks_where_the_first_failed(self):
        """One that waited asks itself when the one before got no answer that is kept."""
        with self.asking(wolkvox.Reply(500, delay=0.3)):
            self.expect("CRITICAL", "-t", "60", message="HTTP 500")
        self.assertEqual(self.entries(), [])


@unittest.skipIf(blackbox.INSTRUMENTED, "the system calls would be the instruments'")
@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class SystemCalls(CacheCase):
    WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")
    NAMES = ("open,openat,creat,flock,fcntl,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,"
             "linkat,symlink,symlinkat,truncate,ftruncate,mknod,mknodat,chmod,fchmod,fchmodat,fsync,"
             "fdatasync")

    def calls(self, requests=1, **options):
        """The calls that open, lock, make, rename or remove something, of one check."""
        trace = os.path.join(self.directory, "trace")
        self.expect("OK", requests=requests, **options,
                    wrapper=("strace", "-f", "-y", "-o", trace, "-e", f"trace={self.NAMES}"))
        return [line for line in pathlib.Path(trace).read_text("utf-8").splitlines()
                if "(" in line and "/dev/null" not in line and not re.search(r"F_[GS]ETF[DL]", line)
                and ("open" not in line.partition("(")[0] or self.WRITING.search(line))]

    @unittest.skipUnless(IS_ROOT, "what cannot be dumped shows its memory to root only")
    def test_nothing_is_written_or_locked_elsewhere(self):
        self.assertEqual(self.calls(max_age=""), [])
        asked = self.calls()
        self.assertTrue(any("flock" in call for call in asked))
        self.assertTrue(any("rename" in call for call in asked))
        self.assertFalse(any("sync" in call for call in asked))
        for call in asked:
            self.assertIn(self.state_dir, call)
        self.assertEqual(self.calls(requests=0), [])


if __name__ == "__main__":
    blackbox.main()
