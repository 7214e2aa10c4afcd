#!/usr/bin/env python3
"""The RPM package: what is in it, what it needs, and what it leaves of an empty root."""

import os
import pathlib
import shutil
import stat
import tempfile
import unittest

import packages
from packages import STATE, VERSION, run

NAME = "check_wolkvox_token"
DATABASE = "/var/lib/rpm"
DOCUMENTS = f"/usr/share/doc/{NAME}-{VERSION}"
PLUGIN = f"/usr/lib64/nagios/plugins/{NAME}"
FILES = {
    PLUGIN: 0o755,
    "/usr/share/bash-completion/completions/check_wolkvox_token": 0o644,
    f"/usr/share/icinga2/include/plugins-contrib.d/{NAME}.conf": 0o644,
    f"/usr/share/licenses/{NAME}-{VERSION}/COPYING": 0o644,
    f"/usr/share/man/man1/{NAME}.1": 0o644,
    **{f"{DOCUMENTS}/{name}": 0o644 for name in (
        "NEWS", "README.md", "SECURITY.md", "cost.md", "graphs.md", "installing.md", "es/README.md", "pt/README.md",
        "scaling.md", "troubleshooting.md", "tmpfiles.d/monitoring-plugins.conf")},
    **{f"{DOCUMENTS}/{name}": 0o644
       for name in packages.examples() - {"icinga2/wolkvox_token-command.conf"}},  # which has its own place
}
# What the package `filesystem` brings to every machine.
SKELETON = ("etc", "usr/lib", "usr/lib64", "usr/share/doc", "usr/share/licenses", "usr/share/man/man1",
            "var/lib/rpm")
USERS = {"nagios": 1234, "icinga": 1235, "zabbix": 1236}


def setUpModule():
    """A home, for rpm as a guest has its database there."""
    home = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(home.cleanup)
    os.environ["HOME"] = home.name


def rpm():
    return packages.built(f"{NAME}-{VERSION}-*.x86_64.rpm")


@unittest.skipUnless(shutil.which("rpm"), "rpm is not installed")
class Package(unittest.TestCase):
    def test_requires(self):
        requires = run("rpm", "-qp", "--requires", rpm()).splitlines()
        plugin = packages.BUILD / NAME
        sonames = packages.soname_strings(plugin)
        self.assertEqual(len(sonames), 2, sonames)
        for soname in sonames:
            self.assertIn(f"{soname}()(64bit)", requires)
        self.assertIn("ca-certificates", requires)

    @unittest.skipUnless(shutil.which("rpmlint"), "rpmlint is not installed")
    def test_rpmlint(self):
        papers = packages.TOP / "contrib/packaging/rpm"
        said = run("rpmlint", "-r", papers / f"{NAME}.rpmlintrc", rpm(),
                   packages.built(f"{NAME}-{VERSION}-*.src.rpm"), papers / f"{NAME}.spec")
        self.assertIn(" 0 errors, 0 warnings", said)

    def test_release(self):
        """Fedora's marks of a release, which Debian's rpm has not, do no harm."""
        said = run("rpmspec", "-q", "--define", "dist .fc41", packages.TOP / f"contrib/packaging/rpm/{NAME}.spec")
        self.assertIn(f"{NAME}-{VERSION}-1.fc41", said)


@unittest.skipUnless(shutil.which("rpm") and os.geteuid() == 0, "needs rpm and root")
class Life(packages.FilesCase):
    """From installing to erasing, in an empty root."""

    def setUp(self):
        super().setUp()
        self.root = self.place
        for folder in SKELETON:
            (self.root / folder).mkdir(parents=True)
        for file, line in (("passwd", "{0}:x:{1}:{1}::/:\n"), ("group", "{0}:x:{1}:\n")):
            (self.root / "etc" / file).write_text(
                "".join(line.format(*user) for user in {"root": 0, **USERS}.items()))
        self.before = self.snapshot()

    def snapshot(self):
        return {line for line in packages.snapshot(self.root) if f"{self.root}{DATABASE}/" not in line}

    def changes(self):
        return packages.difference(self.before, self.snapshot())

    def rpm(self, *words):
        return run("rpm", "--root", self.root, "--dbpath", DATABASE, *words)

    def install(self):
        self.rpm("--nodeps", "-i", rpm())

    def status(self, path):
        status = os.stat(f"{self.root}{path}")
        return status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)

    def keep(self, path):
        path = pathlib.Path(f"{self.root}{STATE}/{path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept")
        return path

    def newer(self):
        """The same sources, built as a higher release."""
        work = self.root.parent / f"{self.root.name}.newer"
        self.addCleanup(shutil.rmtree, work)
        run("rpmbuild", "--rebuild", "--nodeps", "--nocheck", "--define", f"_topdir {work}", "--define",
            "dist .newer", packages.built(f"{NAME}-{VERSION}-*.src.rpm"),
            env=packages.own_environment())
        return next(work.glob("RPMS/*/*.rpm"))

    def test_files_owners_and_modes(self):
        self.install()
        found = [path for path in self.root.rglob("*") if not path.is_dir()]
        found = {str(path)[len(str(self.root)):] for path in found}
        found = {path for path in found if not path.startswith((DATABASE, "/etc/", "/usr/lib/.build-id/"))}
        # Debian's rpm leaves manuals as they are, others compress them.
        self.assertEqual({path.removesuffix(".gz") for path in found}, set(FILES))
        for path, mode in FILES.items():
            self.assertEqual(self.status(path), (0, 0, mode), path)
        self.assertEqual(self.status(STATE), (0, 0, 0o755))

    def test_users_have_folders(self):
        self.install()
        folders = sorted(os.listdir(f"{self.root}{STATE}"))
        self.assertEqual(folders, sorted(map(str, USERS.values())))
        for uid in USERS.values():
            self.assertEqual(self.status(f"{STATE}/{uid}"), (uid, uid, 0o700))

    def test_erase(self):
        self.install()
        self.keep("1234/check_wolkvox_token/entry")
        self.keep("0/check_wolkvox_token/entry")
        self.rpm("-e", NAME)
        self.assertEqual(self.changes(), [])

    def test_erase_leaves_what_others_keep(self):
        self.install()
        theirs = [self.keep("1234/check_snmp/state"), self.keep("state"),
                  self.keep("another/check_wolkvox_token/state")]
        victim = self.root / "etc/check_wolkvox_token"
        victim.mkdir()
        (victim / "file").write_text("precious")
        os.symlink("/etc", f"{self.root}{STATE}/4711")
        mine = self.keep("1234/check_wolkvox_token/entry")
        self.rpm("-e", NAME)
        for path in [*theirs, victim / "file"]:
            self.assertTrue(path.exists(), path)
        self.assertFalse(mine.exists())

    @unittest.skipUnless(shutil.which("rpmbuild"), "rpmbuild is not installed")
    def test_upgrade(self):
        self.install()
        kept = self.keep("1234/check_wolkvox_token/entry")
        newer = self.newer()
        self.rpm("--nodeps", "-U", newer)
        self.assertEqual(self.rpm("-q", NAME).strip(), newer.stem)
        self.assertTrue(kept.exists())
        self.rpm("-V", "--nodeps", NAME)
        self.rpm("-e", NAME)
        self.assertEqual(self.changes(), [])


if __name__ == "__main__":
    packages.blackbox.main()
