#!/usr/bin/env python3
"""Releases: complete, and the same bytes whoever packs them, where and when."""

import os
import pathlib
import shutil
import tarfile
import tempfile
import unittest

import packages
from packages import TOP, VERSION, run

RELEASE = f"check_wolkvox_token-{VERSION}"
NOT_RELEASED = {".gitignore", ".ci/run"}
TRACKED = TOP / ".tracked"  # what git has, in a copy of a clone


def tracked_files():
    """What git has, or None where nobody knows."""
    if TRACKED.exists():
        return TRACKED.read_text(encoding="utf-8").splitlines()
    if (TOP / ".git").exists() and shutil.which("git"):
        return run("git", "ls-files", cwd=TOP).splitlines()
    return None


def dist(sources, place, **keywords):
    """Configures in a folder and makes a release there; its bytes."""
    place.mkdir(exist_ok=True)
    keywords["env"] = packages.own_environment(**keywords.pop("env", {}))
    run(sources / "configure", cwd=place, **keywords)
    run("make", "dist", cwd=place, **keywords)
    return (place / f"{RELEASE}.tar.xz").read_bytes()


class Releases(packages.PlaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.release = dist(TOP, cls.place / "build")
        cls.tarball = cls.place / "build" / f"{RELEASE}.tar.xz"

    def test_the_same_bytes_again(self):
        build = self.place / "build"
        self.tarball.unlink()
        run("make", "dist", cwd=build, env=packages.own_environment(TZ="Asia/Tokyo", LC_ALL="C.UTF-8"))
        self.assertEqual(self.tarball.read_bytes(), self.release)

    def test_the_same_bytes_by_another_user_in_another_folder(self):
        """From the release itself, in the sources, with other modes, another date and other defaults."""
        folder = self.place / "another/place"
        folder.mkdir(parents=True)
        run("tar", "-xf", self.tarball, "-C", folder)
        sources = folder / RELEASE
        run("chmod", "-R", "go-rwx", sources)
        run("find", sources, "-exec", "touch", "-h", "-d", "2001-02-03 04:05:06", "{}", "+")
        identity = {}
        if os.geteuid() == 0:
            identity = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            run("chown", "-R", "nobody:nogroup", sources)
            for path in (self.place, folder.parent, folder):
                path.chmod(0o755)
        again = dist(sources, sources, umask=0o077, env={"XZ_OPT": "-0", "TZ": "America/Lima"}, **identity)
        self.assertEqual(again, self.release)

    def test_all_that_is_published_is_the_same_when_made_twice(self):
        """doc/releasing.md: tarball and packages in one folder, with their sums."""
        if not (shutil.which("dpkg-buildpackage") and shutil.which("rpmbuild")):
            self.skipTest("dpkg-buildpackage or rpmbuild is missing")
        folder = self.place / "build"
        sums = []
        for zone, umask in (("America/Lima", 0o022), ("Asia/Tokyo", 0o077)):
            run("make", "release", cwd=folder, umask=umask, env=packages.own_environment(
                DEB_BUILD_OPTIONS="nocheck", RPMBUILD_FLAGS="--nocheck", TZ=zone))
            sums.append((folder / "release/SHA256SUMS").read_text())
        self.assertEqual(sums[0], sums[1])
        run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder / "release")
        self.assertEqual([path.suffix for path in sorted((folder / "release").iterdir())],
                         ["", ".deb", ".rpm", ".rpm", ".xz"])

    def test_owners_modes_and_dates(self):
        with tarfile.open(self.tarball) as release:
            members = release.getmembers()
        self.assertEqual({(member.uid, member.gid) for member in members}, {(0, 0)})
        self.assertLessEqual({member.mode for member in members}, {0o644, 0o755})
        self.assertEqual(len({member.mtime for member in members}), 1)

    def test_all_files_are_in_it(self):
        tracked = tracked_files()
        if tracked is None:
            self.skipTest("this is no clone")
        with tarfile.open(self.tarball) as release:
            released = {name.removeprefix(f"{RELEASE}/") for name in release.getnames()}
        self.assertEqual(set(tracked) - released, NOT_RELEASED)


class Versions(unittest.TestCase):
    """The version stands in configure.ac, and in the packages' files."""

    def refused(self, kind, file, old, new):
        """What make-package says of a release whose file is about another version."""
        with tempfile.TemporaryDirectory() as place:
            copy = pathlib.Path(place) / RELEASE
            shutil.copytree(TOP / "contrib", copy / "contrib")
            path = copy / file
            path.write_text(path.read_text().replace(old, new, 1))
            run("tar", "-cJf", f"{copy}.tar.xz", "-C", place, RELEASE)
            said = run(TOP / "contrib/packaging/make-package", kind, f"{copy}.tar.xz", VERSION, cwd=place, status=1)
            self.assertEqual(sorted(os.listdir(place)), [RELEASE, f"{RELEASE}.tar.xz"])
        return said

    def test_they_are_the_same(self):
        for kind, tool, file, old, new in (
                ("deb", "dh", "debian/changelog", f"({VERSION}-", "(9.8.7-"),
                ("rpm", "rpmbuild", "rpm/check_wolkvox_token.spec", f" {VERSION}\n", " 9.8.7\n")):
            with self.subTest(file):
                file = f"contrib/packaging/{file}"
                # Of changelogs the first entry counts.
                self.assertRegex((TOP / file).read_text(), rf"\A\S+ \({VERSION}-|%changelog\n\* .* - {VERSION}-")
                if shutil.which(tool):
                    self.assertIn("is about version 9.8.7", self.refused(kind, file, old, new))


class Tools(unittest.TestCase):
    def test_missing_tools_are_named(self):
        with tempfile.TemporaryDirectory() as place:
            tools = pathlib.Path(place) / "bin"
            tools.mkdir()
            for tool in ("bash", "mkdir", "realpath", "chmod", "rm"):
                os.symlink(shutil.which(tool), tools / tool)
            for kind, package in (("deb", "debhelper"), ("rpm", "rpm")):
                said = run("bash", TOP / "contrib/packaging/make-package", kind, "none.tar.xz", VERSION, cwd=place,
                           env={"PATH": str(tools)}, status=1)
                self.assertRegex(said, rf"make {kind}: these packages are missing.*\b{package}\b")


if __name__ == "__main__":
    packages.blackbox.main()
