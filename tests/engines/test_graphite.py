#!/usr/bin/env python3
"""Perfdata through Icinga 2's writer into a real carbon, as it stands in the files of whisper."""

import json
import pathlib
import re
import socket
import struct
import time
import unittest

import engine
import graphs
import icinga

CONFIGURATION = pathlib.Path("/etc/carbon/carbon.conf")
FILES = pathlib.Path("/var/lib/graphite/whisper")
PORT = 2003
MARKS = ("marks.first", "marks.second")


def setUpModule():
    global outcomes
    crm = graphs.setup("Graphite")
    # Debian's 50 a minute would drop most of what the tests send at once.
    text = CONFIGURATION.read_text(encoding="utf-8")
    text, changed = re.subn(r"(?m)^(MAX_CREATES_PER_MINUTE) = .*", r"\1 = inf", text)
    assert changed == 1, text
    CONFIGURATION.write_text(text, encoding="utf-8")
    carbon = engine.start("carbon-cache", "--nodaemon", f"--config={CONFIGURATION}",
                          "--pidfile=/run/carbon-cache.pid", "--logdir=/var/log/carbon", "start")
    carbon.wait_until(lambda: engine.listens(PORT))
    daemon = icinga.Icinga()
    # What there is to send before is lost.
    daemon.daemon.wait_until(lambda: daemon.ask(
        "status/GraphiteWriter")[0]["status"]["graphitewriter"]["graphite"]["connected"])
    outcomes = graphs.check_lines(crm, daemon)
    carbon.wait_until(lambda: (folder_of(graphs.LINES[-1]) / "metadata" / "state.wsp").exists())
    # What is received after everything else is written with or after it, or in a later round.
    for name in MARKS:
        with socket.create_connection(("127.0.0.1", PORT)) as connection:
            connection.sendall(f"{name} 1 {time.time():.0f}\n".encode())
        carbon.wait_until(file_of(name).exists)


def file_of(metric):
    return FILES / f"{metric.replace('.', '/')}.wsp"


def folder_of(line):
    """Where the metrics of a line's service are."""
    service = graphs.service_of(line).replace(" ", "_")
    return FILES / "icinga2" / graphs.HOST / "services" / service / graphs.COMMAND


def youngest(path):
    """The youngest value in the finest archive of a file, or None."""
    content = path.read_bytes()
    offset, _seconds, points = struct.unpack_from("!3L", content, struct.calcsize("!2LfL"))
    moment, value = max(struct.unpack_from("!Ld", content, offset + number * struct.calcsize("!Ld"))
                        for number in range(points))
    return value if moment else None


class Arrival(unittest.TestCase, graphs.ArrivalCase):

    @classmethod
    def setUpClass(cls):
        cls.outcomes = outcomes

    def arrived(self, line):
        found = {folder.name: {path.stem: youngest(path) for path in folder.iterdir()}
                 for folder in folder_of(line).glob("perfdata/*")}
        for numbers in found.values():
            self.assertLessEqual(set(numbers), set(graphs.NUMBERS))
        return {metric: tuple(map(numbers.get, graphs.NUMBERS)) for metric, numbers in found.items()}

    def test_the_state_arrives_even_without_perfdata(self):
        for name in graphs.LINES:
            with self.subTest(name):
                self.assertEqual(youngest(folder_of(name) / "metadata/state.wsp"), outcomes[name].state)

    def test_whisper_itself_reads_the_same(self):
        path = folder_of("warning") / "perfdata/used/warn.wsp"
        told = json.loads(engine.run("whisper-fetch", "--json", f"--from={time.time() - 600:.0f}", path))
        self.assertEqual([value for value in told["values"] if value is not None], [youngest(path)])


if __name__ == "__main__":
    engine.main("icinga2", "carbon-cache", "whisper-fetch")
