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
from blackbox import TOKEN, answer, refusal

CALLS = {  # what fails, and with which numbers
    "open": (errno.EACCES, errno.EMFILE), "openat": (errno.EACCES, errno.ENOSPC),
    "read": (errno.EIO, errno.EAGAIN), "write": (errno.ENOSPC, errno.EIO),
    "close": (errno.EIO, errno.ENOSPC), "fstat": (errno.EIO,),
    "flock": (errno.ENOLCK, errno.EINTR), "socket": (errno.EPERM, errno.EMFILE),
    "renameat": (errno.EXDEV, errno.ENOSPC), "mkdir": (errno.EACCES,), "mkdirat": (errno.EACCES,),
    "unlinkat": (errno.EACCES,),
}


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
@unittest.skipIf(blackbox.OLD_LIBRARIES, "libgcrypt aborts")
class Faults(blackbox.ApiCase):
    usual = ("-t60",)

    def setUp(self):
        super().setUp()
        self.state_dir = os.path.join(self.directory, "state")
        self.report = os.path.join(self.directory, "report")
        self.keep = ("--max-age=300", f"--state-dir={self.state_dir}/sub", "--forecast")

    def each_fault(self, call, number, args, before):
        """The results of runs in which the first, second, ... call fails, until there is none."""
        for count in itertools.count(1):
            before()
            result = self.check(*args, env=blackbox.preloaded(
                "failing_calls", FAULT_CALL=call, FAULT_NUMBER=count, FAULT_ERRNO=number,
                FAULT_REPORT=self.report))
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
                if "-vv" not in args and "Usage" not in result.text:
                    self.assertEqual(len(result.lines), 1, result)
        return runs

    def forget(self):
        shutil.rmtree(self.state_dir, ignore_errors=True)

    def scenarios(self):
        """Name to arguments and what is done before each run."""
        ini = self.write("[check_wolkvox_token]\nwarning = 10\nverbose\n", "options.ini")
        return {
            "a request": ((), lambda: None),
            "an answer to keep": (self.keep, self.forget),
            "a kept answer": (self.keep, lambda: self.check(*self.keep)),
            "a kept answer in full": ((*self.keep, "-vv"), lambda: self.check(*self.keep)),
            "an INI and a token file": ((f"--extra-opts=@{ini}", "--token-file", self.write(TOKEN, "token")),
                                        lambda: None),
        }

    def test_memory(self):
        for name, (args, before) in self.scenarios().items():
            with self.subTest(name):
                self.assertGreater(self.survive("memory", errno.ENOMEM, args, "OK", before), 5)
        # json-c needs some for the text of a number.
        for reply, state in ((answer(code=200, token_limit=4800.0), "OK"), (answer(error=5), "CRITICAL"),
                             (refusal(403, "PLEASE VALIDATE TOKEN"), "CRITICAL")):
            with self.subTest(reply.body):
                self.reply(reply)
                self.assertGreater(self.survive("memory", errno.ENOMEM, (), state), 5)

    @unittest.skipUnless(blackbox.SHIMS, "open() and stat() have other names")
    def test_system_calls(self):
        seen = set()
        for call, numbers in CALLS.items():
            for number in numbers:
                for name, (args, before) in self.scenarios().items():
                    with self.subTest(name, call=call):
                        if self.survive(call, number, args, "OK", before):
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
