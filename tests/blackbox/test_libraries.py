#!/usr/bin/env python3
"""libcurl and json-c are loaded when a request is due: one that is missing or wrong is told in a
sentence then, and a kept answer does without."""

import os
import pathlib
import re
import unittest

import blackbox

EMPTY = (blackbox.PRELOADED / "empty_library.so").read_bytes()


def soname(stem):
    """The library's name as the program has it."""
    return re.search(rb"(" + stem + rb"[-a-z]*\.so\.[0-9.]+)\0",
                     pathlib.Path(blackbox.PLUGIN).read_bytes())[1].decode()


@unittest.skipUnless(blackbox.LAZY_LIBRARIES, "the libraries are linked")
class Libraries(blackbox.ApiCase):

    def expect_with(self, name, content, state, *args, **options):
        """A check that finds a file of that content in the library's place."""
        self.write(content, name, mode=0o755)
        self.expect(state, *args, requests=0, env={"LD_LIBRARY_PATH": self.directory}, **options)
        os.unlink(os.path.join(self.directory, name))

    def test_broken_libraries(self):
        for stem, prefix in ((b"libcurl", "curl_"), (b"libjson-c", "json_")):
            name = soname(stem)
            for content, words in ((b"", name), (b"no library", name), (EMPTY, f"undefined symbol: {prefix}")):
                for args in ((), ("--unavailable=ok",), ("-vvv",)):
                    with self.subTest(library=name, content=content[:10], args=args):
                        self.expect_with(name, content, "UNKNOWN", *args,
                                         message=f"cannot load a library: .*{re.escape(words)}")

    def test_a_kept_answer_needs_neither(self):
        args = ("--max-age=300", f"--state-dir={self.directory}/state")
        self.expect("OK", *args)
        for stem in (b"libcurl", b"libjson-c"):
            self.expect_with(soname(stem), b"no library", "OK", *args, message=r" \(answer ")

    def test_nothing_else_needs_them(self):
        self.write(b"no library", soname(b"libcurl"), mode=0o755)
        self.write(b"no library", soname(b"libjson-c"), mode=0o755)
        env = {"LD_LIBRARY_PATH": self.directory}
        for args in (("-V",), ("--help",)):
            self.assertEqual(blackbox.run(*args, env=env, plain=True).exit, 3)
        self.assertIn("--hostname is missing", blackbox.run("-o", "x", env=env).message)


if __name__ == "__main__":
    blackbox.main()
