#!/usr/bin/env python3
"""What must not outlive a check: the token in its memory, core dumps, keys of the connection."""

import pathlib
import tempfile
import unittest

import blackbox

TOKEN = "5ec2e7" * 9 + "42"
PROBE = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload/secret_scan.so"


@unittest.skipIf(blackbox.INSTRUMENTED, "another allocator keeps freed memory as it was")
class Memory(unittest.TestCase):
    """The token is wiped from memory before exit, whatever the way out."""

    @classmethod
    def setUpClass(cls):
        api = blackbox.load_api()
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        token = api.Token(TOKEN, "sales", 4800, description="sales-crm")
        cls.api = cls.enterClassContext(api.WolkvoxApi([token]))
        cls.token_file = cls.write("token", TOKEN + "\n")
        cls.ini_file = cls.write("plugins.ini", f"[check_wolkvox_token]\ntoken = {TOKEN}\n")

    @classmethod
    def enterClassContext(cls, context):
        value = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        return value

    @classmethod
    def write(cls, name, text):
        path = pathlib.Path(cls.folder.name, name)
        path.write_text(text, encoding="ascii")
        path.chmod(0o600)
        return str(path)

    def copies_at_exit(self, *args, token=None, stdin=None):
        result = pathlib.Path(self.folder.name, "result")
        result.unlink(missing_ok=True)
        environment = {
            "LD_PRELOAD": str(PROBE),
            "PROBE_SECRET": "".join(chr(ord(c) ^ 1) for c in TOKEN),
            "PROBE_RESULT": str(result),
        }
        blackbox.run(*args, env=environment, token=token, secret=TOKEN, stdin=stdin)
        return int(result.read_text(encoding="ascii"))

    def test_no_copy_is_left(self):
        server = ("-H", self.api.url, "-o", "sales", "--ca-file", self.api.ca_file)
        cases = {
            "environment": (server, {"token": TOKEN}),
            "token file": ((*server, "--token-file", self.token_file), {}),
            "standard input": ((*server, "--token-file=-"), {"stdin": TOKEN.encode()}),
            "INI file": ((*server, f"--extra-opts=@{self.ini_file}"), {}),
            "the exchange shown": ((*server, "-vvv"), {"token": TOKEN}),
            "TLS refused": (("-H", self.api.url, "-o", "sales"), {"token": TOKEN}),
            "no connection": (("-H", "localhost", "-p", "1", "-o", "sales"), {"token": TOKEN}),
            "usage error": ((*server, "-p", "x"), {"token": TOKEN}),
            "beaten variable": ((*server, "--token-file", self.token_file), {"token": TOKEN}),
        }
        for name, (args, how) in cases.items():
            with self.subTest(name):
                self.assertEqual(self.copies_at_exit(*args, **how), 0)

    def test_no_copy_is_left_after_a_timeout(self):
        reply = blackbox.load_api().Reply(hang=True)
        self.api.script.append(reply)
        args = ("-H", self.api.url, "-o", "sales", "--ca-file", self.api.ca_file, "-t", "1")
        self.assertEqual(self.copies_at_exit(*args, token=TOKEN), 0)


if __name__ == "__main__":
    blackbox.main()
