#!/usr/bin/env python3
"""make install and make uninstall: what is there, and that nothing is left."""

import os
import pathlib
import pwd
import unittest

import packages
from packages import run

FILES = {
    "libexec/check_wolkvox_token": 0o755,
    "share/bash-completion/completions/check_wolkvox_token": 0o644,
    "share/man/man1/check_wolkvox_token.1": 0o644,
}


class Install(packages.PlaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix = cls.place / "prefix"
        cls.build = cls.place / "build"
        cls.build.mkdir()
        run(packages.TOP / "configure", f"--prefix={cls.prefix}", cwd=cls.build)
        cls.make("all")

    @classmethod
    def make(cls, *words):
        run("make", *words, cwd=cls.build, env=packages.own_environment())

    def snapshot(self):
        return {line for line in packages.snapshot(self.place) if not line.startswith(f"{self.build}")}

    def installed(self, root):
        found = {str(path.relative_to(root)): path.stat().st_mode & 0o7777
                 for path in root.rglob("*") if path.is_file()}
        return {path: mode for path, mode in found.items() if not path.startswith("share/doc/")}

    def test_into_a_prefix(self):
        self.prefix.mkdir()
        (self.prefix / "share").mkdir()
        before = self.snapshot()
        self.make("install")
        self.assertEqual(self.installed(self.prefix), FILES)
        state = self.prefix / "var/lib/monitoring-plugins"
        self.assertEqual(state.stat().st_mode & 0o7777, 0o755)
        # Once more, over it: an upgrade.
        self.make("install")
        self.make("uninstall")
        self.assertEqual(packages.difference(before, self.snapshot()), [])
        self.prefix.joinpath("share").rmdir()
        self.prefix.rmdir()

    def test_staged(self):
        stage = self.place / "stage"
        before = self.snapshot()
        self.make("install", f"DESTDIR={stage}", "-j2")
        self.assertEqual(self.installed(pathlib.Path(f"{stage}{self.prefix}")), FILES)
        self.make("uninstall", f"DESTDIR={stage}", "-j2")
        self.assertEqual(packages.difference(before, self.snapshot()), [])

    def test_what_others_put_there_stays(self):
        self.make("install")
        theirs = self.prefix / "libexec/check_other"
        theirs.touch()
        kept = self.prefix / "var/lib/monitoring-plugins/4711/check_wolkvox_token/entry"
        kept.parent.mkdir(parents=True)
        kept.touch()
        self.make("uninstall")
        left = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if path.is_file()}
        self.assertEqual(left, {str(path.relative_to(self.prefix)) for path in (theirs, kept)})
        run("rm", "-r", self.prefix)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_folders_of_users(self):
        users = {entry.pw_uid for entry in pwd.getpwall() if entry.pw_name in ("nagios", "icinga", "naemon", "zabbix")}
        if not users:
            self.skipTest("there is no user of a monitoring system")
        before = self.snapshot()
        self.make("install")
        state = self.prefix / "var/lib/monitoring-plugins"
        self.assertEqual({(path.name, path.stat().st_uid, path.stat().st_mode & 0o7777) for path in state.iterdir()},
                         {(str(uid), uid, 0o700) for uid in users})
        self.make("uninstall")
        self.assertEqual(packages.difference(before, self.snapshot()), [])


if __name__ == "__main__":
    packages.blackbox.main()
