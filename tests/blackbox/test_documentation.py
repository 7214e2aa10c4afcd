#!/usr/bin/env python3
"""The documents say what the program does: options, messages, file names, commands; three languages alike."""

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
TRANSLATIONS = ("doc/es/README.md", "doc/pt/README.md")
DOCUMENTS = sorted([*TOP.glob("*.md"), *TOP.glob("doc/**/*.md"), *TOP.glob("contrib/**/*.md")])
# Patterns, and what is made by building.
NOT_HERE = ("contrib/ENGINE/", "tests/engines/test_ENGINE.py", "lib/monitoring-plugins")
# Sources in which no literal is a message of its own: the help, the requests, what is kept, -v and below.
NO_MESSAGES = ("help.c", "option_table.c", "token_api.c", "saved_info.c", "details.c", "metrics.c", "forecast.c")


def read(path):
    return (TOP / path).read_text(encoding="utf-8")


def options_of_help():
    """The long options of --help, each with its short name or None."""
    text = blackbox.run("--help", plain=True).text
    found = re.findall(r"^  (?:-(\w), |    )--([a-z0-9-]+)", text, re.MULTILINE)
    return {long: short or None for short, long in found}


def long_options(text):
    """Words like --this in a text; a longer word that holds dashes is none."""
    return set(re.findall(r"(?<![\w-])--([a-z][a-z0-9-]+)", text))


def variable(option):
    return f"wolkvox_token_{option.replace('-', '_')}"


def shell_lines(text):
    """The commands in a document, also those of an item in a list."""
    return [line.strip() for block in re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
            for line in block.splitlines()]


def inline_code(text):
    return re.findall("`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))


def headings(path):
    return re.findall(r"^#+ (.*)", path.read_text("utf-8"), re.MULTILINE)


def anchor_of(heading):
    """As GitHub and GitLab make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def c_literals(path):
    """The strings of a C file, adjacent ones as one."""
    code = re.sub(r"^\s*#include[^\n]*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [re.sub(r'"\s*"', "", found)[1:-1].replace('\\"', '"')
            for found in re.findall(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', code)]


class Options(unittest.TestCase):
    """They stand in --help, the manual, the completion, and what monitoring systems copy."""

    @classmethod
    def setUpClass(cls):
        cls.options = options_of_help()
        cls.for_services = set(cls.options) - {"help", "version"}

    def test_manual(self):
        self.assertGreaterEqual(len(self.options), 21)
        page = read("doc/check_wolkvox_token.1").replace("\\-", "-")
        listed = re.findall(r"^\.It Fl (?:(\w) , Fl )?(?:Fl )?-?([a-z0-9-]+)", page, re.MULTILINE)
        self.assertEqual({long: short or None for short, long in listed}, self.options)

    def test_completion(self):
        script = read("contrib/bash-completion/check_wolkvox_token.bash")
        self.assertEqual(long_options(script), set(self.options))
        for short in filter(None, self.options.values()):
            self.assertRegex(script, rf"(?<![\w-])-{short}\b")

    def test_icinga_command(self):
        command = read("contrib/icinga2/wolkvox_token-command.conf")
        keys = set(re.findall(r'^\s*"--([a-z0-9-]+)" = \{', command, re.MULTILINE))
        self.assertEqual(keys, self.for_services)
        for option in keys:
            self.assertIn(f"${variable(option)}$", command)

    def test_director_basket(self):
        text = read("contrib/director/basket.json")
        self.assertNotIn('"uuid"', text)  # Director 1.10 does not restore what has it
        self.assertNotIn('"env"', text)
        basket = json.loads(text)
        (name, command), = basket["Command"].items()
        self.assertNotIn(f'"{name}"', read("contrib/icinga2/wolkvox_token-command.conf"))
        self.assertEqual(set(command["arguments"]), {f"--{option}" for option in self.for_services})
        for key, argument in command["arguments"].items():
            with self.subTest(key):
                self.assertEqual(set(re.findall(r"\$(\w+)\$", json.dumps(argument))), {variable(key[2:])})
                self.assertTrue(argument["description"])
        fields = basket["Datafield"]
        self.assertEqual(sorted(field["varname"] for field in fields.values()),
                         sorted(map(variable, self.for_services)))
        for user in [command, *basket["HostTemplate"].values()]:
            self.assertLessEqual({str(field["datafield_id"]) for field in user["fields"]}, set(fields))
        self.assertTrue(all(field["caption"] and field["description"] for field in fields.values()))

    def test_all_else_uses_known_options(self):
        for path in [*DOCUMENTS, *(TOP / "contrib").rglob("*.c[of][nf]*")]:
            if path.is_file():
                with self.subTest(path=path):
                    lines = [line for line in path.read_text("utf-8").splitlines() if "check_wolkvox_token " in line]
                    self.assertLessEqual(long_options("\n".join(lines)), set(self.options))


class Documents(unittest.TestCase):

    def test_first_line_and_first_commands_of_readme(self):
        lines = read("README.md").splitlines()
        for language in TRANSLATIONS:
            self.assertIn(f"({language})", lines[0])
        self.assertEqual([line for line in lines if line.startswith("./")][:2], ["./quickstart", "./run-tests"])

    def test_length_and_version(self):
        for path, words in (("README.md", 1600), ("CONTRIBUTING.md", 1200)):
            self.assertLessEqual(len(read(path).split()), words, path)
        version = blackbox.run("--version", plain=True).text.split()[1]
        self.assertIn(f"check_wolkvox_token {version}", read("NEWS"))

    def test_links(self):
        for path in DOCUMENTS:
            for link in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
                with self.subTest(document=path.name, link=link):
                    name, _, anchor = link.partition("#")
                    target = (path.parent / name).resolve() if name else path
                    self.assertTrue(link.startswith("https://") or target.exists())
                    if anchor:
                        self.assertIn(anchor, map(anchor_of, headings(target)))

    def test_names_of_files(self):
        for path in [*DOCUMENTS, TOP / "NEWS", TOP / "doc/check_wolkvox_token.1"]:
            text = path.read_text("utf-8")
            self.assertNotRegex(text, r"/(home|root|work)/")  # of a machine that built it
            for name in re.findall(r"(?<![\w./-])((?:contrib|doc|tests|lib|plugins|bench)/[\w./-]*[\w/])", text):
                with self.subTest(document=path.name, name=name):
                    self.assertTrue(any(TOP.glob(name)) or any(TOP.glob(name + ".*")) or name in NOT_HERE)

    def test_sections_of_the_manual(self):
        sections = set(re.findall(r"^\.Sh (.*)", read("doc/check_wolkvox_token.1"), re.MULTILINE))
        for path in [*DOCUMENTS, *TOP.glob("tests/**/*.py"), *TOP.glob("tests/unit/*.c")]:
            for section in re.findall(r"\bmanual, ([A-Z]{3,}(?: [A-Z]{3,})*)", path.read_text("utf-8")):
                with self.subTest(document=path.name, section=section):
                    self.assertIn(section, sections)

    @staticmethod
    def commands_of_readme(heading):
        return shell_lines(re.search(rf"^## {heading}\n(.*?)^## ", read("README.md"), re.DOTALL | re.MULTILINE)[1])

    def test_commands_beside_the_files_are_those_of_readme(self):
        """Seen from their folder."""
        for heading, folder in (("Icinga 2", "icinga2"), ("Nagios and Naemon", "nagios"),
                                ("NRPE", "nrpe"), ("Director", "director")):
            with self.subTest(folder):
                beside = shell_lines(read(f"contrib/{folder}/README.md"))
                self.assertEqual(beside, [line.replace(f"contrib/{folder}/", "")
                                          for line in self.commands_of_readme(heading)])

    def test_readme_has_the_commands_of_an_external_check_in_zabbix(self):
        beside = re.search(r"^## By external check\n(.*?)^## ", read("contrib/zabbix/README.md"),
                           re.DOTALL | re.MULTILINE)[1]
        self.assertEqual(self.commands_of_readme("Zabbix"), shell_lines(beside))


class Messages(unittest.TestCase):
    """doc/troubleshooting.md has every message of the program, in its own words."""

    # What is printed by libcurl, or is no message.
    OTHERS = ("The connection",)

    @classmethod
    def setUpClass(cls):
        cls.text = read("doc/troubleshooting.md")
        cls.literals = [literal for path in sorted([*TOP.glob("lib/*.c"), *TOP.glob("plugins/**/*.c")])
                        if path.name not in NO_MESSAGES for literal in c_literals(path)]

    def test_what_is_quoted_is_printed(self):
        printed = "\n".join(self.literals)
        sections = [section for section in re.split(r"^## ", self.text, flags=re.MULTILINE)
                    if not section.startswith(self.OTHERS)]
        quoted = re.findall(r"^\| (`.*?`) \|", "\n".join(sections), re.MULTILINE)
        self.assertEqual([part for part in parts("[…`]", quoted) if part not in printed], [])

    def test_what_is_printed_is_quoted(self):
        printed = parts(r"%[-.*0-9]*(?:l|z)?[a-z0-9]+", self.literals)
        self.assertEqual([part for part in printed if part not in self.text and "\\n" not in part], [])


def parts(what_differs, texts):
    """What stands between in texts, but for a few words, which could be anybody's."""
    found = [part.strip(" ,:;()") for text in texts for part in re.split(what_differs, text)]
    return [part for part in found if len(part.split()) >= 5]


class Translations(unittest.TestCase):
    """Their commands, options, file names and messages are those of README.md."""

    def test_code(self):
        english = read("README.md")
        for path in TRANSLATIONS:
            with self.subTest(path):
                text = read(path)
                self.assertEqual(shell_lines(text), shell_lines(english))
                self.assertEqual(re.findall(r"^    .*", text, re.MULTILINE), re.findall(r"^    .*", english, re.MULTILINE))
                self.assertEqual(sorted(set(inline_code(text))), sorted(set(inline_code(english))))
                self.assertEqual(text.count("\n## "), english.count("\n## "))


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

    def test_panels_and_variables(self):
        self.assertEqual(len({panel["id"] for panel in self.panels}), len(self.panels))
        for panel in self.panels:
            with self.subTest(panel["title"]):
                self.assertTrue(panel["description"] and panel["fieldConfig"]["defaults"]["unit"])
                self.assertEqual(panel["datasource"], "${datasource}")
                self.assertIn(panel.get("repeat", "service"), self.variables)
        self.assertEqual(self.variables.pop("datasource")["query"], "influxdb")
        for variable in self.variables.values():
            self.assertEqual((variable["datasource"], variable["definition"]),
                             ("${datasource}", variable["query"]))
        used = set(re.findall(r"\$(\w+)", " ".join(target["query"] for panel in self.panels
                                                   for target in panel["targets"])))
        self.assertEqual(used - {"timeFilter", "__interval"}, set(self.variables))


class Folders(unittest.TestCase):
    """Data flows one way: a folder includes only what stands above it in this list."""

    ORDER = ("lib", "options", "http", "api", "cache", "verdict", "plugins")

    def test_includes(self):
        for path in sorted([*TOP.glob("lib/*.[ch]"), *TOP.glob("plugins/**/*.[ch]")]):
            own = self.ORDER.index(path.parent.name)
            for header in re.findall(r'^#include "([^"]+)"', path.read_text("utf-8"), re.MULTILINE):
                folder = header.rpartition("/")[0] or "lib"
                with self.subTest(file=path.name, header=header):
                    if header != "config.h":
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
        done = subprocess.run(["bash", "-c", script, "bash", completion, "check_wolkvox_token", *words],
                              capture_output=True, text=True, check=False)
        return [word.strip().rstrip("=") for word in done.stdout.split("\n") if word.strip()]

    @unittest.skipUnless(pathlib.Path("/usr/share/bash-completion/bash_completion").exists(),
                         "bash-completion is not installed")
    def test_words(self):
        for words, expected in (("--host", "--hostname"), ("-X G", "GET"), ("--api m", "manager"),
                                ("--unavailable w", "warning"), ("--forecast = c", "critical"),
                                ("--max", "--max-age")):
            with self.subTest(words=words):
                self.assertEqual(self.complete(*words.split()), [expected])


if __name__ == "__main__":
    blackbox.main()
