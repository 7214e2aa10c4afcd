#!/usr/bin/env python3
"""libcurl and json-c are loaded when a request is due: one that is missing or wrong is told in a
sentence then, and a kept answer does without."""

import os
import pathlib
import re
import unittest

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "11b5" * 12
EMPTY = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload/empty_library.so"


def setUpModule():
    global api
    api = blackbox.plain_stand_in()


def soname(stem):
    """The library's name as the program has it."""
    return re.search(rb"(" + stem + rb"[-a-z]*\.so\.[0-9.]+)\0",
                     pathlib.Path(blackbox.PLUGIN).read_bytes())[1].decode()


@unittest.skipUnless(blackbox.LAZY_LIBRARIES, "the libraries are linked")
class Libraries(blackbox.FilesCase):
    def setUp(self):
        super().setUp()
        api.clear()
        api.default_reply = wolkvox.Reply.json(blackbox.envelope())

    def check(self, *args, **options):
        return blackbox.run("-H", api.url, "-o", "sales", *args, token=TOKEN, **options)

    def check_with(self, name, content, *args):
        """A check that finds a file of that content in the library's place."""
        self.write(content, name, mode=0o755)
        result = self.check(*args, env={"LD_LIBRARY_PATH": self.directory})
        os.unlink(os.path.join(self.directory, name))
        return result

    def test_broken_libraries(self):
        for stem in (b"libcurl", b"libjson-c"):
            name = soname(stem)
            for content in (b"", b"no library", EMPTY.read_bytes()):
                with self.subTest(library=name, content=content[:10]):
                    for args in ((), ("--unavailable=ok",), ("-vvv",)):
                        result = self.check_with(name, content, *args)
                        self.assertEqual(result.state, "UNKNOWN", result)
                        self.assertIn("cannot load a library: ", result.message)
                        self.assertIn(name, result.message)
                    self.assertEqual(api.requests, [])

    def test_a_missing_function_is_named(self):
        for stem, prefix in ((b"libcurl", "curl_"), (b"libjson-c", "json_")):
            result = self.check_with(soname(stem), EMPTY.read_bytes())
            self.assertIn(f"undefined symbol: {prefix}", result.message)

    def test_a_kept_answer_needs_neither(self):
        args = ("--max-age=300", f"--state-dir={self.directory}/state")
        self.assertEqual(self.check(*args).state, "OK")
        for stem in (b"libcurl", b"libjson-c"):
            result = self.check_with(soname(stem), b"no library", *args)
            self.assertEqual(result.state, "OK", result)
            self.assertIn(" (answer ", result.message)
        self.assertEqual(len(api.requests), 1)

    def test_nothing_else_needs_them(self):
        self.write(b"no library", soname(b"libcurl"), mode=0o755)
        self.write(b"no library", soname(b"libjson-c"), mode=0o755)
        env = {"LD_LIBRARY_PATH": self.directory}
        for args in (("-V",), ("--help",)):
            self.assertEqual(blackbox.run(*args, env=env, plain=True).exit, 3)
        self.assertIn("--hostname is missing", blackbox.run("-o", "x", env=env).message)


if __name__ == "__main__":
    blackbox.main()
