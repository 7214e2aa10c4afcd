#!/usr/bin/env python3
"""From the sources to a first service in Icinga 2 and in Nagios, by README's words alone."""

import pathlib
import shutil
import tempfile
import unittest

import engine
import icinga
import nagios

PACKAGE, SOURCES = slice(0, 3), slice(3, 4)  # of what is under "Install"


def setUpModule():
    """A folder as a clone makes it, which README is read in."""
    global crm
    crm = engine.Crm(engine.TOKEN_FILES)
    clone = tempfile.TemporaryDirectory(dir="/srv")
    unittest.addModuleCleanup(clone.cleanup)
    sources = pathlib.Path(clone.name, "check_wolkvox_token")
    shutil.copytree(engine.TOP, sources, ignore=shutil.ignore_patterns(".git", "build*", "autom4te.cache"))
    engine.TOP = sources
    shutil.rmtree(engine.STATE_DIRECTORY, ignore_errors=True)
    type_section("Two commands", slice(0, 1))


def type_section(heading, lines=slice(None)):
    return [engine.type_in(line, crm.tokens["techcon"] + "\n")
            for line in engine.shell_lines("README.md", heading)[lines]]


class Words(unittest.TestCase):
    """One after the other: the package goes before the sources are installed."""

    def test_from_the_package_and_then_from_the_sources(self):
        with crm.situation("ok"):
            type_section("Install", PACKAGE)
            self.assert_ok(*type_section("The first check"))
            engine.run("dpkg", "--purge", "check-wolkvox-token")
            self.assertFalse(engine.PLUGIN.exists())
            type_section("Install", SOURCES)
            pathlib.Path(engine.TOKEN_FILE).unlink()
            type_section("The token file")
            self.assertEqual(pathlib.Path(engine.TOKEN_FILE).stat().st_mode & 0o777, 0o600)
            self.assert_ok(*type_section("The first check"), self.in_icinga(), self.in_nagios())

    def assert_ok(self, *texts):
        for text in texts:
            self.assertRegex(text, "^WOLKVOX_TOKEN OK: sales-crm: 42[0-9]{2} of 4800 calls left ")
            self.assertNotIn("not kept", text)

    @staticmethod
    def in_icinga():
        icinga.setup_api()
        icinga.copy_examples()
        return icinga.Icinga().check("wolkvox!wolkvox token sales").text

    @staticmethod
    def in_nagios():
        nagios.setup()
        type_section("Nagios and Naemon")
        with nagios.running() as daemon:
            return nagios.check(daemon, "localhost", "wolkvox token")["wolkvox token"].text


if __name__ == "__main__":
    engine.main("icinga2", "nagios4", "dpkg-buildpackage", "dh")
