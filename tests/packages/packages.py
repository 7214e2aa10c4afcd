"""What the tests of the packages share: the copy of the machine, what is on it, commands."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "blackbox"), str(HERE.parent / "tools")]

import blackbox  # pylint: disable=wrong-import-position
import sandboxed  # pylint: disable=wrong-import-position,unused-import

unittest.TestCase.maxDiff = None
TOP = HERE.parent.parent
BUILD = pathlib.Path(blackbox.PLUGIN).parent
VERSION = re.search(r"^AC_INIT\(\[\w+\], \[([\d.]+)\]\)", (TOP / "configure.ac").read_text(), re.M)[1]
STATE = "/var/lib/monitoring-plugins"
# Where packages put files and programs leave them. Not looked at: files of dpkg, and what others write meanwhile.
LOOKED_AT = ("/etc", "/opt", "/srv", "/usr", "/var")
OURS = f"{TOP}/", f"{BUILD.parent}/"  # logs of the tests that run
NOT_LOOKED_AT = re.compile(
    r"/var/(lib/dpkg|log|tmp|cache/(ldconfig|debconf))[/\t]")


def examples():
    """The files that users copy, by their places in contrib/."""
    folders = ("director", "grafana", "icinga2", "nagios", "nrpe", "pnp4nagios", "zabbix")
    return {str(path.relative_to(TOP / "contrib")) for folder in folders
            for path in (TOP / "contrib" / folder).rglob("*") if path.is_file()}


def built(pattern):
    """The one file of that name in the folder of the build."""
    found = sorted(BUILD.glob(pattern))
    if len(found) != 1:
        raise AssertionError(f"{len(found)} files are {pattern} in {BUILD}; make deb and make rpm")
    return found[0]


def run(*command, status=0, **keywords):
    """What a command prints; AssertionError where its status is not the one expected."""
    done = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, check=False, **keywords)
    if done.returncode != status:
        raise AssertionError(f"status {done.returncode} of {command}:\n{done.stdout}")
    return done.stdout


def own_environment(**more):
    """The environment without what the make that runs the tests hands down."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("MAKE")
               and name not in ("MFLAGS", "DESTDIR", "TESTS", "VERBOSE")}, **more}


def snapshot(*places):
    """All that is below the places, a line each: kind, mode, owner, link, of files size and time."""
    return set(subprocess.run(
        ["find", *places, "-xdev", "(", "-type", "f", "-printf", r"%p\t%y %m %U:%G %s %T@\0",
         "-o", "-printf", r"%p\t%y %m %U:%G %l\0", ")"],
        stdout=subprocess.PIPE, check=False).stdout.decode(errors="surrogateescape").split("\0"))


def difference(before, after):
    """What went (-), came (+) or changed (both) between two snapshots, sorted."""
    return sorted(f"{line} {sign}" for sign, lines in (("-", before - after), ("+", after - before))
                  for line in lines if not NOT_LOOKED_AT.match(line) and not line.startswith(OURS))


def soname_strings(binary):
    """The libraries that a plugin loads when it needs them, but for the one that is loaded early."""
    names = re.findall(rb"(?<=\0)(lib(?:curl|json)[\w-]*\.so\.\d+)(?=\0)", pathlib.Path(binary).read_bytes())
    return sorted({name.decode() for name in names})


class FilesCase(blackbox.FilesCase):
    """Tests with a directory of their own."""

    @property
    def place(self):
        return pathlib.Path(self.directory)


class PlaceCase(unittest.TestCase):
    """Tests that share a directory."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.place = pathlib.Path(place.name)
        cls.place.chmod(0o755)
