"""Several machines on one: each sees files of its own in the places where a daemon keeps some."""

import os
import pathlib

import engine

# Copies what is there into memory that only this mount view has, and keeps the view until it is ended.
HOLD = """
set -e
for directory; do
    mkdir -p "$directory"
    mount -t tmpfs -o mode=755 node /mnt
    cp -a "$directory/." /mnt/
    chown --reference="$directory" /mnt
    mount --move /mnt "$directory"
done
echo READY
exec sleep infinity
"""


class Node:
    """A mount view in which some directories are private, and a loopback address under a name."""

    def __init__(self, name, address, directories):
        self.name = name
        self.address = address
        self._holder = engine.start("unshare", "--mount", "sh", "-c", HOLD, "sh", *directories)
        self._holder.wait_until(lambda: self._holder.output == "READY\n")
        engine.append("/etc/hosts", f"\n{address} {name}\n")

    def path(self, path):
        """Where a file of the node is to be found from outside."""
        return pathlib.Path(f"/proc/{self._holder.pid}/root{path}")

    def command(self, *argv):
        """What runs a command on the node."""
        return ["nsenter", f"--target={self._holder.pid}", "--mount", "--root", "--wd=/", *argv]

    def run(self, *argv, **options):
        return engine.run(*self.command(*argv), **options)

    def processes(self):
        """All that run on the node."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
                if pid != self._holder.pid and _view(pid) == _view(self._holder.pid)]


def _view(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt")
    except OSError:  # it has just ended
        return None
