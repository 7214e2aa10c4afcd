#!/usr/bin/env python3
"""The performance data in files of rrdtool, stored by position as PNP4Nagios, LibreNMS and nagiosgraph
do it: the first check's metrics decide what stands where, and other numbers of them are refused."""

import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "blackbox"))
import blackbox  # noqa: E402 pylint: disable=wrong-import-position

CONTRIB = pathlib.Path(__file__).resolve().parents[2] / "contrib"
NOON = 1795608000  # some day
STEP = 300
EXCEEDED = blackbox.refusal(msg="TOKEN LIMIT EXCEEDED")


def left(number):
    return blackbox.answer(available_consumition_options=number, token_use_today=4800 - number)


def rrdtool(*words):
    """Its output; an AssertionError where it is not content."""
    done = subprocess.run(["rrdtool", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"rrdtool {words}: {done.stderr}"
    return done.stdout


class Store:
    """A file as PNP4Nagios makes it for metrics, whose sources are called 1, 2, 3 and so on."""

    def __init__(self, path, count):
        self.path = path
        sources = [f"DS:{number}:GAUGE:8640:U:U" for number in range(1, count + 1)]
        rrdtool("create", path, f"--start={NOON - STEP}", f"--step={STEP}", *sources, "RRA:LAST:0.5:1:288")

    def update(self, when, metrics):
        rrdtool("update", self.path, ":".join([str(when), *(metric.value for metric in metrics)]))

    def rows(self):
        """The values of each moment, by position."""
        text = rrdtool("fetch", self.path, "LAST", f"--start={NOON - STEP}", f"--end={NOON + 20 * STEP}")
        rows = {int(when): [float(value) for value in values.split()]
                for when, values in re.findall(r"(?m)^([0-9]+): (.+)$", text)}
        return {when: values for when, values in rows.items() if "nan" not in map(str, values)}


class ByPosition(blackbox.ApiCase):
    # What happens one step after the other: whether it is asked anew, and what the answer is then.
    DAY = {"live": (600, left(4200)), "kept": (300, left(4200)), "runs out": (600, left(700)),
           "exhausted": (600, EXCEEDED), "exhausted, kept": (300, EXCEEDED), "live again": (600, left(4100))}

    def check_at(self, when, reply, *args):
        self.reply(reply)
        return self.check(*args, env=blackbox.preloaded("clock", SIMULATED_TIME=1000 * when))

    def test_one_file_takes_every_check(self):
        options = ("--max-age=600", f"--state-dir={self.directory}", "--forecast")
        when, store, expected, states = NOON, None, {}, []
        for name, (seconds, reply) in self.DAY.items():
            when += seconds
            result = self.check_at(when, reply, *options)
            self.assertEqual(len(self.api.requests), 0 if "kept" in name else 1, name)
            metrics = result.perfdata
            store = store or Store(f"{self.directory}/service.rrd", len(metrics))
            store.update(when, metrics.values())
            expected[when] = list(metrics.values())
            states.append(result.state)
            self.assertEqual(list(metrics), ["available", "used", "used_percent", "reset", "time", "lasts"])
        self.assertEqual(states, ["OK", "OK", "WARNING", "CRITICAL", "CRITICAL", "OK"])
        stored = store.rows()
        for moment, metrics in expected.items():
            for position, metric in enumerate(metrics):
                self.assertAlmostEqual(stored[moment][position], float(metric.value), 6, (moment, position))

    def test_without_kept_answers_a_file_a_metric_is_needed(self):
        live, exhausted = self.check_at(NOON, left(4200)), self.check_at(NOON + STEP, EXCEEDED)
        single = Store(f"{self.directory}/single.rrd", len(live.perfdata))
        single.update(NOON, live.perfdata.values())
        with self.assertRaisesRegex(AssertionError, "expected 5 data source readings"):
            single.update(NOON + STEP, exhausted.perfdata.values())
        multiple = {label: Store(f"{self.directory}/{label}.rrd", 1) for label in live.perfdata}
        for when, result in ((NOON, live), (NOON + STEP, exhausted)):
            for label, metric in result.perfdata.items():
                multiple[label].update(when, [metric])
        self.assertEqual(multiple["available"].rows()[NOON + STEP], [0.0])

    def test_each_command_has_the_setting(self):
        commands = set()
        for example in (*CONTRIB.glob("nagios/*.cfg"), *CONTRIB.glob("nrpe/*.cfg"),
                        *CONTRIB.glob("icinga2/*.conf"), *CONTRIB.glob("director/*.json")):
            commands |= {"".join(names) for names in re.findall(
                r'(?m)^ *command_name +(\w+)|^command\[(\w+)\]|^object CheckCommand "(\w+)"|'
                r'"(wolkvox_token_director)": \{', example.read_text(encoding="utf-8"))}
        files = {path.stem: path for path in CONTRIB.glob("pnp4nagios/check_commands/*.cfg")}
        self.assertEqual(set(files), commands)
        for path in files.values():
            self.assertIn("\nRRD_STORAGE_TYPE = MULTIPLE\n", path.read_text(encoding="utf-8"), path)


if __name__ == "__main__":
    if shutil.which("rrdtool") and not blackbox.INSTRUMENTED:
        blackbox.main()
    else:
        print("1..0 # SKIP needs rrdtool, and a plugin without sanitizers")
