#!/usr/bin/env python3
"""Every allocation and every system call on the plugin's own files may fail: each such run ends with
UNKNOWN or with the right state, in one line, without a crash and without the token."""

import errno
import itertools
import os
import pathlib
import shutil
import unittest

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "fa17" * 12
SHIM = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload/failing_calls.so"
CALLS = {  # what fails, and with which numbers
    "open": (errno.EACCES, errno.EMFILE), "openat": (errno.EACCES, errno.ENOSPC),
    "read": (errno.EIO, errno.EAGAIN), "write": (errno.ENOSPC, errno.EIO),
    "close": (errno.EIO, errno.ENOSPC), "fstat": (errno.EIO,),
    "flock": (errno.ENOLCK, errno.EINTR),
    "renameat": (errno.EXDEV, errno.ENOSPC), "mkdir": (errno.EACCES,), "mkdirat": (errno.EACCES,),
    "unlinkat": (errno.EACCES,),
}


def setUpModule():
    global api
    api = blackbox.plain_stand_in()


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
@unittest.skipIf(blackbox.OLD_LIBRARIES, "libgcrypt aborts")
class Faults(blackbox.FilesCase):
    def setUp(self):
        super().setUp()
        api.clear()
        api.default_reply = wolkvox.Reply.json(blackbox.envelope())
        self.state_dir = os.path.join(self.directory, "state")
        self.report = os.path.join(self.directory, "report")
        self.keep = ("--max-age=300", f"--state-dir={self.state_dir}/sub", "--forecast")

    def check(self, *args, env=None):
        return blackbox.run("-H", api.url, "-o", "sales", "-t60", *args, token=TOKEN, env=env)

    def each_fault(self, call, number, args, before):
        """The results of runs in which the first, second, ... call fails, until there is none."""
        for count in itertools.count(1):
            before()
            env = {"LD_PRELOAD": str(SHIM), "FAULT_CALL": call, "FAULT_NUMBER": str(count),
                   "FAULT_ERRNO": str(number), "FAULT_REPORT": self.report}
            result = self.check(*args, env=env)
            if not os.path.exists(self.report):
                return
            os.unlink(self.report)
            yield result

    def survive(self, call, number, args, state, before=lambda: None):
        runs = 0
        for result in self.each_fault(call, number, args, before):
            runs += 1
            with self.subTest(call=call, number=number, failed=runs):
                self.assertIn(result.state, (state, "UNKNOWN"), result)
                if result.state == state == "OK":
                    self.assertEqual(result.perfdata["available"].value, "4799")
                if "-vv" not in args:
                    self.assertEqual(len([line for line in result.lines if line.strip()]), 1
                                     if "Usage" not in result.text else 3, result)
        return runs

    def forget(self):
        shutil.rmtree(self.state_dir, ignore_errors=True)

    def ini_file(self):
        return self.write("[check_wolkvox_token]\nwarning = 10\nverbose\n", "options.ini")

    def scenarios(self):
        """Name to arguments, state, what is done before each run, and whether a file is used."""
        return {
            "a request": ((), "OK", lambda: None),
            "an answer to keep": (self.keep, "OK", self.forget),
            "a kept answer": (self.keep, "OK", lambda: self.check(*self.keep)),
            "a kept answer in full": ((*self.keep, "-vv"), "OK", lambda: self.check(*self.keep)),
            "an INI and a token file": ((f"--extra-opts=@{self.ini_file()}", "--token-file",
                                         self.write(TOKEN, "token")), "OK", lambda: None),
        }

    def test_memory(self):
        for name, (args, state, before) in self.scenarios().items():
            with self.subTest(name):
                self.assertGreater(self.survive("memory", errno.ENOMEM, args, state, before), 5)

    def test_memory_of_a_refusal(self):
        api.default_reply = wolkvox.Reply.json(
            blackbox.envelope(code="403", error="FORBIDDEN", msg="PLEASE VALIDATE TOKEN"), 403)
        self.assertGreater(self.survive("memory", errno.ENOMEM, (), "CRITICAL"), 5)

    def test_memory_of_numbers(self):
        """json-c needs some for the text of a number."""
        for fields, state in (({"code": 200, "token_limit": 4800.0}, "OK"),
                              ({"error": 5}, "CRITICAL")):
            with self.subTest(fields):
                api.default_reply = wolkvox.Reply.json(blackbox.envelope(**fields))
                self.assertGreater(self.survive("memory", errno.ENOMEM, (), state), 5)

    @unittest.skipUnless(blackbox.SHIMS, "open() and stat() have other names")
    def test_system_calls(self):
        seen = set()
        for call, numbers in CALLS.items():
            for number in numbers:
                for name, (args, state, before) in self.scenarios().items():
                    with self.subTest(name, call=call):
                        if self.survive(call, number, args, state, before):
                            seen.add(call)
        self.assertEqual(seen, set(CALLS))

    def test_nothing_stays_behind(self):
        """After a failed write or rename the next check is right, and no other file is there."""
        for call in ("write", "renameat", "close", "openat", "fstat"):
            for _result in self.each_fault(call, errno.EIO, self.keep, self.forget):
                result = self.check(*self.keep)
                self.assertEqual(result.state, "OK", result)
                self.assertNotIn("not kept", result.message)
                files = [path for path in pathlib.Path(self.state_dir).rglob("*") if path.is_file()]
                self.assertEqual(len(files), 2, files)  # the answer and its lock


if __name__ == "__main__":
    blackbox.main()
