#!/usr/bin/env python3
"""What a check costs, by figures without noise: libraries, system calls, instructions, memory. What
that is in time, and beside others, is for the benchmark (bench/)."""

import pathlib
import re
import shutil
import subprocess
import unittest

import blackbox

wolkvox = blackbox.load_api()

BENCH = pathlib.Path(blackbox.PLUGIN).parent / "bench"
LIBRARY = re.compile(r'open(?:at)?\(.*"([^"]*\.so[.0-9]*)".* = [0-9]')
PEAK_MEMORY_KIB = (12 if blackbox.LAZY_LIBRARIES else 13) * 1024 * blackbox.ROOM


class CostCase(blackbox.ApiCase):
    tls = True

    def setUp(self):
        super().setUp()
        self.live = blackbox.command("-H", self.api.url, "-o", "sales", f"--ca-file={self.api.ca_file}")
        self.kept = [*self.live, "--max-age=300", f"--state-dir={self.directory}/state"]

    def run_once(self, command):
        return subprocess.run(command, check=True, capture_output=True, text=True,
                              env=blackbox.environment(None, blackbox.TOKEN))


@unittest.skipIf(blackbox.INSTRUMENTED, "the figures would be those of the instruments")
@unittest.skipUnless(blackbox.LAZY_LIBRARIES, "linked with libcurl a check costs more")
class Work(CostCase):
    def trace(self, command):
        """The system calls of a run, and the shared libraries that it opened."""
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        path = pathlib.Path(self.directory, "trace")
        self.run_once(["strace", "-f", "-o", str(path), *command])
        calls = [call for call in path.read_text("utf-8", "replace").splitlines() if " resumed>" not in call]
        return calls, {found[1] for found in map(LIBRARY.search, calls) if found}

    def test_system_calls_and_libraries_of_a_kept_answer(self):
        self.run_once(self.kept)
        self.api.clear()
        calls, libraries = self.trace(self.kept)
        self.assertLessEqual(len(calls), 87 * blackbox.ROOM)
        self.assertLessEqual(len(libraries), 3, libraries)
        self.assertEqual([call for call in calls if "socket(" in call or "connect(" in call], [])
        self.assertEqual(self.api.connections, 0)

    def test_instructions_of_a_kept_answer(self):
        if not shutil.which("valgrind"):
            self.skipTest("valgrind is not installed")
        self.run_once(self.kept)
        done = self.run_once(["valgrind", "--tool=callgrind",
                              f"--callgrind-out-file={self.directory}/callgrind", *self.kept])
        instructions = int(re.search(r"Collected : ([0-9]+)", done.stderr)[1])
        self.assertLessEqual(instructions, 500000)

    def test_system_calls_and_libraries_of_a_request(self):
        calls, libraries = self.trace(self.live)
        self.assertEqual(self.api.connections, 1)
        self.assertLessEqual(len(calls), 500 * blackbox.ROOM)
        self.assertLessEqual(len(libraries), 33 * blackbox.ROOM, libraries)


@unittest.skipIf(blackbox.INSTRUMENTED, "the figure would be that of the instruments")
class Memory(CostCase):
    """Peak memory stays below the bound, or below what bare libcurl takes where that is more. What its
    libraries take is not the same on each machine: the kernel maps more of a file at once where it was
    written in large pieces."""

    def setUp(self):
        super().setUp()
        blackbox.add_to_directory(self.api.ca_file, self.directory)
        bare_libcurl = self.peak_kib([BENCH / "floor", self.api.url, self.directory], runs=5)
        self.usual = max(PEAK_MEMORY_KIB, bare_libcurl)

    def peak_kib(self, command, runs=1):
        """Largest peak memory of some runs; the launcher is so small that it does not count."""
        return int(self.run_once([BENCH / "launch", str(runs), "1", *command]).stdout.split()[2])

    def assert_small(self, *args, more=0, times=1):
        self.assertLess(self.peak_kib([*self.live, *args]), times * self.usual + more)

    def test_requests_and_kept_answers(self):
        self.assert_small()
        self.assert_small("-vvv")
        self.run_once(self.kept)
        if blackbox.LAZY_LIBRARIES:
            self.assertLess(self.peak_kib(self.kept), 2 * 1024)

    @unittest.skipIf(blackbox.GNUTLS, "GnuTLS reads all of it each time")
    def test_the_systems_trust_store(self):
        """All of it is read where an issuer is not in the directory: a little more is allowed."""
        self.live = blackbox.command("-H", self.api.url, "-o", "sales")
        self.assert_small(more=2048)

    def test_large_answers(self):
        """json-c makes much of little: 64 KiB of empty objects are some 20 MiB, but not more."""
        size = 64 * 1024 - 200
        data = (b'{"code":"200","data":[%s]}' % b",".join([item] * (size // (len(item) + 1)))
                for item in (b"{}", b"[]", b"0", b'{"":0}', b'""', b"0.5", b'{"a":{"a":{}}}'))
        deep = (b"[" * size, b'{"a":' * (size // 5))
        wide = b"{" + b",".join(b'"%x":0' % number for number in range(7000)) + b"}"
        text = b'{"code":"403","msg":"' + b"\\u00e9" * (size // 6 - 10) + b'"}'
        for body in (*data, *deep, wide, text):
            with self.subTest(body=body[:40]):
                self.reply(wolkvox.Reply.json(body))
                self.assert_small("-vvv", times=3)

    def test_many_headers(self):
        """To show 64 KiB of them takes five times as much: received, marked, masked, printed."""
        self.reply(wolkvox.Reply(200, [("X-Header", "x" * 1000)] * 2000))
        self.assert_small()
        self.assert_small("-vvv", more=5 * 64)

    @unittest.skipIf(blackbox.GNUTLS, "GnuTLS reads a CA file as a whole")
    def test_large_files(self):
        ini = self.write(b"[check_wolkvox_token]\n" + b"#\n" * (8 * 1024 * 1024 - 20), "large.ini")
        self.assert_small(f"--extra-opts=@{ini}")
        pem = pathlib.Path(self.api.ca_file).read_bytes()
        certificates = self.write(pem + b"# text\n" * 1000000, "large.pem")
        self.assert_small(f"--ca-file={certificates}")


if __name__ == "__main__":
    blackbox.main()
