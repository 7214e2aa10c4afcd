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

TOKEN = "c0575" * 10
LAUNCH = pathlib.Path(blackbox.PLUGIN).parent / "bench/launch"
LIBRARY = re.compile(r'open(?:at)?\(.*"([^"]*\.so[.0-9]*)".* = [0-9]')


def setUpModule():
    global api
    api = wolkvox.WolkvoxApi(tls=True)
    api.start()
    unittest.addModuleCleanup(api.stop)


@unittest.skipIf(blackbox.INSTRUMENTED, "the figures would be those of the instruments")
@unittest.skipUnless(blackbox.LAZY_LIBRARIES, "linked with libcurl a check costs more")
class Cost(blackbox.FilesCase):
    def setUp(self):
        super().setUp()
        api.clear()
        api.default_reply = wolkvox.Reply.json(blackbox.envelope())
        self.live = blackbox.command("-H", api.url, "-o", "sales", f"--ca-file={api.ca_file}")
        self.kept = [*self.live, "--max-age=300", f"--state-dir={self.directory}/state"]
        self.run_once(self.kept)
        api.clear()
        api.default_reply = wolkvox.Reply.json(blackbox.envelope())

    def run_once(self, command):
        return subprocess.run(command, check=True, capture_output=True, text=True,
                              env=blackbox.environment(None, TOKEN))

    def trace(self, command):
        """The system calls of a run, and the shared libraries that it opened."""
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        path = pathlib.Path(self.directory, "trace")
        self.run_once(["strace", "-f", "-o", str(path), *command])
        calls = [call for call in path.read_text("utf-8", "replace").splitlines() if " resumed>" not in call]
        return calls, {found[1] for found in map(LIBRARY.search, calls) if found}

    def peak_kib(self, command, runs=1):
        """Largest peak memory of some runs; the launcher is so small that it does not count."""
        wall, cpu, peak, faults, failures = self.run_once(
            [str(LAUNCH), str(runs), "1", *command]).stdout.split()
        self.assertEqual(failures, "0", (wall, cpu, faults))
        return int(peak)

    def test_system_calls_and_libraries_of_a_kept_answer(self):
        calls, libraries = self.trace(self.kept)
        self.assertLessEqual(len(calls), 86 * blackbox.ROOM)
        self.assertLessEqual(len(libraries), 3, libraries)
        self.assertEqual([call for call in calls if "socket(" in call or "connect(" in call], [])
        self.assertEqual(api.connections, 0)

    def test_instructions_of_a_kept_answer(self):
        if not shutil.which("valgrind"):
            self.skipTest("valgrind is not installed")
        done = self.run_once(["valgrind", "--tool=callgrind",
                              f"--callgrind-out-file={self.directory}/callgrind", *self.kept])
        instructions = int(re.search(r"Collected : ([0-9]+)", done.stderr)[1])
        self.assertLessEqual(instructions, 500000)

    def test_system_calls_and_libraries_of_a_request(self):
        calls, libraries = self.trace(self.live)
        self.assertEqual(api.connections, 1)
        self.assertLessEqual(len(calls), 500 * blackbox.ROOM)
        self.assertLessEqual(len(libraries), 33 * blackbox.ROOM, libraries)

    def test_memory(self):
        """12 MiB, or what bare libcurl takes where that is more."""
        bare_libcurl = self.peak_kib(blackbox.bare_libcurl(api, self.directory), runs=5)
        self.assertLess(self.peak_kib(self.kept), 2 * 1024)
        self.assertLess(self.peak_kib(self.live), max(12 * 1024 * blackbox.ROOM, bare_libcurl))


if __name__ == "__main__":
    blackbox.main()
