#!/usr/bin/env python3
"""Perfdata through Icinga 2's writer into a real carbon, as it stands in the files of whisper."""

import json
import pathlib
import struct
import time
import unittest

import engine
import graphs
import icinga

FILES = pathlib.Path("/var/lib/graphite/whisper")


def setUpModule():
    crm = graphs.setup("Graphite")
    carbon = graphs.start_carbon()
    daemon = icinga.Icinga()
    # What there is to send before is lost.
    daemon.daemon.wait_until(lambda: daemon.ask(
        "status/GraphiteWriter")[0]["status"]["graphitewriter"]["graphite"]["connected"])
    graphs.check_lines(crm, daemon)
    carbon.wait_until(lambda: (folder_of(graphs.LINES[-1]) / "metadata" / "state.wsp").exists())
    carbon.stop()  # which lets it write all that it has received


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

    def arrived(self, line):
        found = {folder.name: {path.stem: youngest(path) for path in folder.iterdir()}
                 for folder in folder_of(line).glob("perfdata/*")}
        for numbers in found.values():
            self.assertLessEqual(set(numbers), set(graphs.NUMBERS))
        return {metric: tuple(map(numbers.get, graphs.NUMBERS)) for metric, numbers in found.items()}

    @staticmethod
    def state(line):
        return youngest(folder_of(line) / "metadata/state.wsp")

    def test_whisper_itself_reads_the_same(self):
        path = folder_of("warning") / "perfdata/used/warn.wsp"
        told = json.loads(engine.run("whisper-fetch", "--json", f"--from={time.time() - 600:.0f}", path))
        self.assertEqual([value for value in told["values"] if value is not None], [youngest(path)])


if __name__ == "__main__":
    engine.main("icinga2", "carbon-cache", "whisper-fetch")
