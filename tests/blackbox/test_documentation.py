#!/usr/bin/env python3
"""The program's options stand in every paper: --help, man page, README, completion, contrib/."""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import unittest

import blackbox

TOP = pathlib.Path(__file__).resolve().parents[2]
NOT_FOR_SERVICES = {"help", "version"}


def read(path):
    return (TOP / path).read_text(encoding="utf-8")


def help_text():
    return blackbox.run("--help", plain=True).text


def options_of_help():
    """The long options of --help, each with its short name or None."""
    found = re.findall(r"^  (?:-(\w), |    )--([a-z0-9-]+)", help_text(), re.MULTILINE)
    return {long: short or None for short, long in found}


def long_options(text):
    """Words like --this in a text; a longer word that holds dashes is none."""
    return set(re.findall(r"(?<![\w-])--([a-z][a-z0-9-]+)", text))


class Papers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.options = options_of_help()

    def test_help_names_the_options_of_the_contract(self):
        self.assertIn("hostname", self.options)
        self.assertGreaterEqual(len(self.options), 17)

    def test_man_page(self):
        page = read("doc/check_wolkvox_token.1").replace("\\-", "-")
        listed = re.findall(r"^\.It Fl (?:(\w) , Fl )?(?:Fl )?-?([a-z0-9-]+)", page, re.MULTILINE)
        self.assertEqual({long: short or None for short, long in listed}, self.options)

    def test_readme(self):
        own = long_options(read("README.md")) & set(self.options)
        self.assertEqual(own, set(self.options))

    def test_completion(self):
        script = read("contrib/bash-completion/check_wolkvox_token.bash")
        self.assertEqual(long_options(script), set(self.options))
        for short in filter(None, self.options.values()):
            self.assertRegex(script, rf"(?<![\w-])-{short}\b")

    def test_icinga_command(self):
        command = read("contrib/icinga2/check_wolkvox_token.conf")
        keys = set(re.findall(r'^\s*"--([a-z0-9-]+)" = \{', command, re.MULTILINE))
        self.assertEqual(keys, set(self.options) - NOT_FOR_SERVICES)
        for option in keys:
            self.assertIn(f"wolkvox_token_{option.replace('-', '_')}", command)

    def test_director_basket(self):
        text = read("contrib/director/basket.json")
        self.assertNotIn('"uuid"', text)  # Director 1.10 does not restore what has it
        self.assertNotIn('"env"', text)
        basket = json.loads(text)
        (name, command), = basket["Command"].items()
        self.assertNotIn(f'"{name}"', read("contrib/icinga2/check_wolkvox_token.conf"))
        variables = {f"--{option}": f"wolkvox_token_{option.replace('-', '_')}"
                     for option in set(self.options) - NOT_FOR_SERVICES}
        self.assertEqual(set(command["arguments"]), set(variables))
        for key, argument in command["arguments"].items():
            with self.subTest(key):
                self.assertEqual(set(re.findall(r"\$(\w+)\$", json.dumps(argument))), {variables[key]})
                self.assertTrue(argument["description"])
        fields = basket["Datafield"]
        self.assertEqual(sorted(field["varname"] for field in fields.values()), sorted(variables.values()))
        self.assertEqual({str(field["datafield_id"]) for field in command["fields"]}, set(fields))
        for field in fields.values():
            with self.subTest(field["varname"]):
                self.assertTrue(field["caption"] and field["description"])

    def test_other_contributions_use_known_options(self):
        for path in sorted((TOP / "contrib").rglob("*")):
            if path.is_file():
                with self.subTest(path=path.name):
                    lines = [
                        line for line in path.read_text(encoding="utf-8").splitlines()
                        if "check_wolkvox_token" in line
                    ]
                    self.assertLessEqual(long_options("\n".join(lines)), set(self.options))

    def test_help_fits_a_terminal(self):
        self.assertLessEqual(max(map(len, help_text().splitlines())), 80)

    def test_readme_begins_with_the_two_commands(self):
        lines = [line.strip() for line in read("README.md").splitlines()]
        commands = [line for line in lines if line.startswith("./")]
        self.assertEqual(commands[:2], ["./quickstart", "./run-tests"])

    def test_version_is_the_same_everywhere(self):
        version = blackbox.run("--version", plain=True).text.split()[1]
        self.assertIn(f"check_wolkvox_token {version}", read("NEWS"))

    def test_no_path_of_a_build_machine(self):
        for path in ("README.md", "CONTRIBUTING.md", "NEWS", "doc/check_wolkvox_token.1"):
            self.assertNotRegex(read(path), r"/(home|root|work)/")


class Dashboard(unittest.TestCase):
    """contrib/grafana is what Grafana can import; its queries are run by the test of InfluxDB."""

    @classmethod
    def setUpClass(cls):
        cls.dashboard = json.loads(read("contrib/grafana/wolkvox-token.json"))
        cls.panels = cls.dashboard["panels"]
        cls.variables = {entry["name"]: entry for entry in cls.dashboard["templating"]["list"]}

    def test_import(self):
        self.assertEqual((self.dashboard["id"], self.dashboard["uid"], self.dashboard["title"]),
                         (None, "wolkvox-token", "wolkvox token"))
        # Of Grafana 8.0; younger ones know what to make of it, also of names of data sources.
        self.assertEqual(self.dashboard["schemaVersion"], 30)
        source, = self.dashboard["__inputs"]
        self.assertEqual((source["type"], source["pluginId"]), ("datasource", "influxdb"))
        current = self.variables["datasource"]["current"]
        self.assertEqual({current["text"], current["value"]}, {f"${{{source['name']}}}"})
        required = {entry["id"] for entry in self.dashboard["__requires"] if entry["type"] == "panel"}
        self.assertEqual(required, {panel["type"] for panel in self.panels})

    def test_panels_are_complete(self):
        self.assertEqual(len({panel["id"] for panel in self.panels}), len(self.panels))
        for panel in self.panels:
            with self.subTest(panel["title"]):
                self.assertTrue(panel["title"] and panel["description"])
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertEqual(panel["datasource"], "${datasource}")
                self.assertEqual([target["refId"] for target in panel["targets"]],
                                 ["A", "B", "C"][:len(panel["targets"])])
                self.assertIn(panel.get("repeat", "service"), self.variables)
                for target in panel["targets"]:
                    self.assertTrue(target["rawQuery"] and target["query"])
                    self.assertEqual(target["resultFormat"],
                                     "table" if panel["type"] == "table" else "time_series")

    def test_variables(self):
        self.assertEqual(self.variables.pop("datasource")["query"], "influxdb")
        for variable in self.variables.values():
            self.assertEqual((variable["datasource"], variable["definition"]),
                             ("${datasource}", variable["query"]))
        used = set(re.findall(r"\$(\w+)", " ".join(target["query"] for panel in self.panels
                                                   for target in panel["targets"])))
        self.assertEqual(used - {"timeFilter", "__interval"}, set(self.variables))

    def test_panels_do_not_overlap(self):
        taken = set()
        for panel in self.panels:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24)
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(taken & cells, panel["title"])
            taken |= cells


class Folders(unittest.TestCase):
    """Data flows one way: a folder includes only what stands above it in this list."""

    ORDER = ("lib", "options", "http", "api", "cache", "verdict", "plugins")
    # The history of kept answers is to move out of the forecast.
    EXCEPTIONS = {("cache", "verdict")}

    def test_includes(self):
        for path in sorted([*TOP.glob("lib/*.[ch]"), *TOP.glob("plugins/**/*.[ch]")]):
            own = self.ORDER.index(path.parent.name)
            for header in re.findall(r'^#include "([^"]+)"', path.read_text("utf-8"), re.MULTILINE):
                folder = header.rpartition("/")[0] or "lib"
                with self.subTest(file=path.name, header=header):
                    if header != "config.h" and (path.parent.name, folder) not in self.EXCEPTIONS:
                        self.assertLessEqual(self.ORDER.index(folder), own)


@unittest.skipUnless(shutil.which("systemd-tmpfiles") and os.geteuid() == 0,
                     "needs systemd-tmpfiles and root")
class TmpfilesSnippet(blackbox.FilesCase):
    def run_tmpfiles(self, action):
        subprocess.run(["systemd-tmpfiles", f"--root={self.directory}", action], check=True)

    def test_it_makes_and_cleans_the_state_directory(self):
        snippet = read("contrib/tmpfiles.d/monitoring-plugins.conf")
        self.write("root:x:0:0::/:\nnagios:x:1234:1234::/:\n", "etc/passwd", 0o644)
        self.write("root:x:0:\nnagios:x:1234:\n", "etc/group", 0o644)
        self.write(snippet, "etc/tmpfiles.d/monitoring-plugins.conf", 0o644)
        self.run_tmpfiles("--create")
        place = os.path.join(self.directory, "var/lib/monitoring-plugins")
        self.assertEqual(stat.S_IMODE(os.stat(place).st_mode), 0o755)
        self.assertEqual(os.stat(place).st_uid, 1234)
        entry = self.write("", "var/lib/monitoring-plugins/0/check_wolkvox_token/entry")
        self.run_tmpfiles("--clean")
        self.assertTrue(os.path.exists(entry))
        # No file can be given an old ctime: so any age is too old.
        self.write(snippet.replace("10d", "0"), "etc/tmpfiles.d/monitoring-plugins.conf", 0o644)
        self.run_tmpfiles("--clean")
        self.assertFalse(os.path.exists(entry))


class Completion(unittest.TestCase):
    def complete(self, *words):
        """What the completion offers for the last of the words."""
        script = """
            source /usr/share/bash-completion/bash_completion
            source "$1"; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
            COMP_LINE="$*"; COMP_LINE=${COMP_LINE// = /=}; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
            $(complete -p check_wolkvox_token | sed -E 's/.*-F ([^ ]+).*/\\1/') \
                check_wolkvox_token "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        completion = TOP / "contrib/bash-completion/check_wolkvox_token.bash"
        done = subprocess.run(
            ["bash", "-c", script, "bash", str(completion), "check_wolkvox_token", *words],
            capture_output=True, text=True, check=False,
        )
        return [word.strip() for word in done.stdout.split("\n") if word.strip()]

    @unittest.skipUnless(
        pathlib.Path("/usr/share/bash-completion/bash_completion").exists(),
        "bash-completion is not installed",
    )
    def test_words(self):
        cases = [
            (["--host"], ["--hostname="]),
            (["-X", "G"], ["GET"]),
            (["--api", "m"], ["manager"]),
            (["--unavailable", "w"], ["warning"]),
            (["--forecast", "=", "c"], ["critical"]),
            (["--max"], ["--max-age"]),
        ]
        for words, expected in cases:
            with self.subTest(words=words):
                self.assertEqual(
                    [word.rstrip("=") for word in self.complete(*words)],
                    [word.rstrip("=") for word in expected],
                )


if __name__ == "__main__":
    blackbox.main()
