#!/usr/bin/env python3
"""The Debian package: what is in it, what it needs, and what it leaves of a machine."""

import os
import pathlib
import pwd
import shutil
import stat
import subprocess
import tarfile
import unittest

import packages
from packages import STATE, VERSION, blackbox, run

NAME = "check-wolkvox-token"
PLUGIN = "/usr/lib/nagios/plugins/check_wolkvox_token"
COMMANDS = "/etc/nagios-plugins/config/check_wolkvox_token.cfg"
DOCUMENTS = f"/usr/share/doc/{NAME}"
FILES = {
    PLUGIN: 0o755,
    COMMANDS: 0o644,
    "/usr/share/icinga2/include/plugins-contrib.d/check_wolkvox_token.conf": 0o644,
    "/usr/share/bash-completion/completions/check_wolkvox_token": 0o644,
    "/usr/share/man/man1/check_wolkvox_token.1.gz": 0o644,
    **{f"{DOCUMENTS}/{name}": 0o644 for name in (
        "README.Debian", "README.md.gz", "SECURITY.md.gz", "changelog.Debian.gz", "changelog.gz", "copyright",
        "cost.md.gz", "es/README.md.gz", "graphs.md", "installing.md.gz", "pt/README.md.gz", "scaling.md.gz",
        "troubleshooting.md.gz")},
    **{f"{DOCUMENTS}/examples/{name}": 0o644 for name in (*packages.examples(), "monitoring-plugins.conf")},
    f"{DOCUMENTS}/examples/wolkvox-api": 0o755,
    f"/usr/share/lintian/overrides/{NAME}": 0o644,
}
api = None


def setUpModule():
    global api
    blackbox.PLUGIN = PLUGIN
    api = blackbox.stand_in()
    run("dpkg", "--purge", NAME)
    shutil.rmtree(STATE, ignore_errors=True)


def deb():
    return packages.built(f"{NAME}_{VERSION}-*.deb")


def unpacked(package, place):
    run("dpkg-deb", "-R", package, place)
    return pathlib.Path(place)


class Package(packages.FilesCase):
    def test_files_owners_and_modes(self):
        done = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb()], stdout=subprocess.PIPE, check=True)
        (self.place / "tar").write_bytes(done.stdout)
        with tarfile.open(self.place / "tar") as content:
            members = content.getmembers()
        for member in members:
            self.assertEqual((member.uname, member.gname), ("root", "root"), member.name)
        files = {member.name[1:]: member.mode for member in members if not member.isdir()}
        self.assertEqual(files, FILES)
        parents = {str(parent) for path in FILES for parent in pathlib.Path(path).parents}
        folders = {member.name[1:].rstrip("/") or "/": member.mode for member in members if member.isdir()}
        self.assertEqual(folders, dict.fromkeys(parents, 0o755))

    def test_control_files(self):
        control = unpacked(deb(), self.place / "tree") / "DEBIAN"
        self.assertEqual(sorted(path.name for path in control.iterdir()),
                         ["conffiles", "control", "md5sums", "postinst", "postrm", "triggers"])
        self.assertEqual((control / "conffiles").read_text().split(), [COMMANDS])

    def test_it_depends_on_the_libraries_that_are_loaded_late(self):
        plugin = f"{unpacked(deb(), self.place / 'tree')}{PLUGIN}"
        depends = run("dpkg-deb", "-f", deb(), "Depends")
        depends = {part.split()[0] for part in depends.split(",")}
        sonames = packages.soname_strings(plugin)
        self.assertEqual(len(sonames), 2, sonames)
        linked = [line.split("[")[1].rstrip("]\n") for line in run("readelf", "-d", plugin).splitlines()
                  if "(NEEDED)" in line]
        for soname in sonames + linked:
            owners = {line.split(":")[0] for line in run("dpkg-query", "-S", f"*/{soname}").splitlines()}
            self.assertTrue(owners & depends, f"{soname} is of {owners}, needed are {depends}")
        self.assertLessEqual({"adduser", "ca-certificates"}, depends)

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian(self):
        changes = packages.built(f"{NAME}_{VERSION}-*.changes")
        found = run("lintian", "--pedantic", "--fail-on=error,warning,pedantic", changes)
        self.assertNotRegex(found, "(?m)^[EWP]: ")


class Installed(packages.FilesCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.clean)

    def clean(self):
        self.dpkg("--purge", NAME)
        shutil.rmtree(STATE, ignore_errors=True)

    def dpkg(self, *words):
        # The index of manuals, which others keep, takes more time than all else.
        return run("dpkg", "--no-triggers", "--force-confold", *words)

    def install(self, package=None):
        return self.dpkg("-i", package or deb())

    def newer(self):
        """The same package with a higher version and commands that have changed."""
        tree = unpacked(deb(), self.place / "newer")
        control = tree / "DEBIAN/control"
        control.write_text(control.read_text().replace(f"Version: {VERSION}-", f"Version: {VERSION}.1-"))
        with open(f"{tree}{COMMANDS}", "a", encoding="utf-8") as commands:
            commands.write("# newer\n")
        run("dpkg-deb", "-b", tree, self.place / "newer.deb")
        return self.place / "newer.deb"

    def check(self, user, text):
        """A check that keeps its answer, by the installed plugin as that user."""
        result = blackbox.run("-H", api.url, "-o", "sales", "--max-age=600", user=user, token=blackbox.TOKEN)
        self.assertRegex(result.line, f"^WOLKVOX_TOKEN OK: .*{text}")
        self.assertNotIn("not kept", result.line)
        return f"{STATE}/{pwd.getpwnam(user).pw_uid}"

    def keep_answers(self):
        """Kept answers of two users, who share no folder."""
        api.default_reply = blackbox.answer()
        return [self.check(user, "4799 of 4800 calls left") for user in ("nagios", "root")]

    def owner_and_mode(self, path):
        status = os.stat(path)
        return pwd.getpwuid(status.st_uid).pw_name, stat.S_IMODE(status.st_mode)


class Life(Installed):
    """From installing to purging."""

    @classmethod
    def setUpClass(cls):
        cls.before = packages.snapshot(*packages.LOOKED_AT)

    def changes(self):
        """What is not as it was before anything was installed, on the machine's whole file system."""
        return packages.difference(self.before, packages.snapshot(*packages.LOOKED_AT))

    def test_install_remove_and_purge(self):
        self.install()
        self.assertEqual(self.owner_and_mode(STATE), ("nagios", 0o755))
        for path, mode in FILES.items():
            # A machine may leave out documents (path-exclude in dpkg's configuration).
            if os.path.exists(path) or not path.startswith("/usr/share/"):
                self.assertEqual(self.owner_and_mode(path), ("root", mode), path)
        self.dpkg("--remove", NAME)
        left = {change.split("\t")[0] for change in self.changes()}
        self.assertEqual(left - {"/etc/nagios-plugins", "/etc/nagios-plugins/config"}, {COMMANDS})
        self.install()
        self.assertEqual(self.owner_and_mode(STATE), ("nagios", 0o755))
        self.dpkg("--purge", NAME)
        self.assertEqual(self.changes(), [])

    def test_kept_answers_outlive_all_but_a_purge(self):
        self.install()
        folders = self.keep_answers()
        requests = len(api.requests)
        self.install(self.newer())
        self.check("nagios", r"\(answer \d+ s old\)")
        self.dpkg("--remove", NAME)
        self.install()
        self.check("root", r"\(answer \d+ s old\)")
        self.assertEqual(len(api.requests), requests)
        self.dpkg("--remove", NAME)
        for folder in folders:
            self.assertTrue(os.listdir(f"{folder}/check_wolkvox_token"))
        self.dpkg("--purge", NAME)
        self.assertEqual(self.changes(), [])

    def test_purge_leaves_what_others_keep_and_follows_no_links(self):
        self.install()
        nagios, root = self.keep_answers()
        victim = self.place / "check_wolkvox_token"
        foreign = [f"{nagios}/check_snmp/state", f"{STATE}/check_of_another/check_wolkvox_token.d/state",
                   f"{STATE}/state", f"{victim}/file"]
        for path in foreign:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            pathlib.Path(path).write_text("theirs")
        os.symlink(self.place, f"{STATE}/4711")
        os.mkdir(f"{STATE}/4712")
        os.symlink(victim, f"{STATE}/4712/check_wolkvox_token")
        self.dpkg("--purge", NAME)
        self.assertEqual([path for path in foreign if not os.path.exists(path)], [])
        self.assertFalse(os.path.exists(root))
        self.assertEqual(os.listdir(nagios), ["check_snmp"])

    def test_upgrade(self):
        self.install()
        with open(COMMANDS, "a", encoding="utf-8") as commands:
            commands.write("# mine\n")
        os.chown(STATE, 0, 0)
        self.install(self.newer())
        self.assertIn("# mine", pathlib.Path(COMMANDS).read_text())
        self.assertEqual(self.owner_and_mode(STATE), ("root", 0o755))
        self.assertTrue(os.path.exists(f"{COMMANDS}.dpkg-dist"))
        self.dpkg("--purge", NAME)
        self.assertEqual(self.changes(), [])

    def test_a_directory_that_is_roots_gets_a_folder(self):
        os.mkdir(STATE, 0o755)
        self.install()
        self.assertEqual(self.owner_and_mode(STATE), ("root", 0o755))
        folder = f"{STATE}/{pwd.getpwnam('nagios').pw_uid}"
        self.assertEqual(self.owner_and_mode(folder), ("nagios", 0o700))
        self.keep_answers()


class WithoutUser(Installed):
    def test_the_user_is_made_and_stays(self):
        run("userdel", "nagios")
        self.install()
        self.assertEqual(self.owner_and_mode(STATE), ("nagios", 0o755))
        entry = pwd.getpwnam("nagios")
        self.assertEqual(entry.pw_dir, "/var/lib/nagios")
        self.assertLess(entry.pw_uid, 1000)
        self.keep_answers()
        self.dpkg("--purge", NAME)
        self.assertEqual(pwd.getpwnam("nagios"), entry)


class ZabbixUser(Installed):
    """Zabbix runs checks as a user of its own, who may be there before this package or come later."""

    def setUp(self):
        super().setUp()
        if "zabbix" in (entry.pw_name for entry in pwd.getpwall()):
            run("userdel", "zabbix")

    def folder(self):
        return f"{STATE}/{pwd.getpwnam('zabbix').pw_uid}"

    def test_it_has_a_folder(self):
        run("useradd", "--system", "zabbix")
        self.install()
        self.assertEqual(self.owner_and_mode(STATE), ("nagios", 0o755))
        self.assertEqual(self.owner_and_mode(self.folder()), ("zabbix", 0o700))
        self.dpkg("--remove", NAME)
        self.assertFalse(os.path.exists(STATE))

    def test_it_comes_later(self):
        self.install()
        self.assertEqual(os.listdir(STATE), [])
        tree = self.place / "tree"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text("Package: some-zabbix\nVersion: 1\nArchitecture: all\n"
                                             "Maintainer: nobody <nobody@example.org>\nDescription: an agent\n")
        postinst = tree / "DEBIAN/postinst"
        postinst.write_text("#!/bin/sh\nuseradd --system zabbix\n")
        postinst.chmod(0o755)
        (tree / "etc/zabbix/zabbix_agentd.conf.d").mkdir(parents=True)
        run("dpkg-deb", "-b", tree, self.place / "zabbix.deb")
        self.addCleanup(self.dpkg, "--purge", "some-zabbix")
        run("dpkg", "-i", self.place / "zabbix.deb")
        self.assertEqual(self.owner_and_mode(self.folder()), ("zabbix", 0o700))

    def test_links_in_the_way_are_not_followed(self):
        run("useradd", "--system", "zabbix")
        self.install()
        victim = self.place / "victim"
        victim.mkdir(0o755)
        os.rmdir(self.folder())
        for target in (victim, self.place / "nowhere"):
            os.symlink(target, self.folder())
            self.install()
            self.assertEqual(self.owner_and_mode(victim), ("root", 0o755))
            self.assertEqual(os.readlink(self.folder()), str(target))
            os.unlink(self.folder())
        self.assertEqual([path.name for path in pathlib.Path(STATE).parent.glob("monitoring-plugins*")],
                         ["monitoring-plugins"])


if __name__ == "__main__":
    packages.sandboxed.main()
