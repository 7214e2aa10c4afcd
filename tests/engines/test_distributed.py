#!/usr/bin/env python3
"""contrib/icinga2/distributed in two real Icinga 2: the master shows what only the satellite can ask."""

import contextlib
import json
import mmap
import tempfile
import unittest
import urllib.error

import engine
import icinga
from icinga_node import Node

EXAMPLE = engine.CONTRIB / "icinga2/distributed"
README = EXAMPLE / "README.md"
MASTER, SATELLITE = "master1.example.org", "satellite1.example.org"
DIRECTORIES = ("/etc/icinga2", "/var/lib/icinga2", "/var/log/icinga2", "/var/cache/icinga2",
               "/var/spool/icinga2", "/run/icinga2", "/etc/nagios")
SALES = "wolkvox!wolkvox token sales"
EXCHANGE, CONSTANT = "wolkvox!exchange", "wolkvox!constant"
CONSTANT_MARKER, RESULT_MARKER = "a constant of the master", "a result for the satellite"
# As README.md beside the example has them.
CONSTANT_LINE = 'const WolkvoxTokens = { support = "0123456789abcdef0123456789abcdef" }'
VARIABLE_LINE = 'wolkvox_token_token = {{ return WolkvoxTokens["support"] }}'


def setUpModule():
    global crm, nodes, master, satellite
    engine.install_plugin()
    nodes = {name: Node(name, address, DIRECTORIES)
             for name, address in ((MASTER, "127.0.0.1"), (SATELLITE, "127.0.0.2"))}
    crm = engine.Crm({operation: nodes[SATELLITE].path(path) for operation, path in engine.TOKEN_FILES.items()})
    crm.write_tokens()
    master_commands, satellite_commands = map(str.splitlines, engine.shell_blocks(README))
    ticket = follow(nodes[MASTER], master_commands, prepare_master)
    with_ticket = [line.replace("TICKET", ticket) for line in satellite_commands]
    follow(nodes[SATELLITE], with_ticket, prepare_satellite)
    satellite.daemon.wait_until(lambda: {SALES, EXCHANGE, CONSTANT} <= answered(satellite.results))


def answered(results):
    """The names of the services that a daemon knows; none while it starts again with what it was sent."""
    try:
        return results().keys()
    except (urllib.error.URLError, ConnectionError):
        return set()


def follow(node, commands, prepare):
    """Types them, and starts the daemon where they restart it; gives what the last one printed."""
    for line in commands:
        if line == "systemctl restart icinga2":
            prepare()
            globals()["master" if node.name == MASTER else "satellite"] = icinga.Icinga(node=node)
        else:
            printed = node.run("sh", "-ec", f"cd {EXAMPLE} && {line}")
    return printed.strip()


def prepare_master():
    """What the example does not have: services for the tests, a log of everything, a marker."""
    node = nodes[MASTER]
    node.run("icinga2", "feature", "enable", "debuglog")
    node.path("/etc/icinga2/zones.d/satellite/tests.conf").write_text(f"""
object Service "exchange" {{
	import "wolkvox-token"
	host_name = "wolkvox"
	vars.wolkvox_token_hostname = "{engine.CRM}"
	vars.wolkvox_token_operation = "techcon"
	vars.wolkvox_token_token_file = "{engine.TOKEN_FILE}"
	vars.wolkvox_token_max_age = 0
	vars.wolkvox_token_verbose = 3
}}
object Service "constant" {{
	import "wolkvox-token"
	host_name = "wolkvox"
	vars.wolkvox_token_hostname = "{engine.CRM}"
	vars.wolkvox_token_operation = "support"
	vars.{VARIABLE_LINE}
}}
""", encoding="utf-8")
    engine.append(node.path("/etc/icinga2/constants.conf"), f'\nconst Marker = "{CONSTANT_MARKER}"\n')


def prepare_satellite():
    node = nodes[SATELLITE]
    line = CONSTANT_LINE.replace("0123456789abcdef" * 2, crm.tokens["support"])
    engine.append(node.path("/etc/icinga2/constants.conf"), f"\n{line}\n")
    engine.write(node.path(icinga.CONF_D / "api-users.conf"),
                 'object ApiUser "root" {\n\tpassword = "satellite"\n\tpermissions = [ "*" ]\n}\n', 0o640)
    engine.append(node.path("/etc/icinga2/icinga2.conf"), '\ninclude "conf.d/api-users.conf"\n')


# --- the search ------------------------------------------------------------------------------


def held(data, needles):
    return {needle for needle in needles if data.find(needle) != -1}


def in_memory(node, needles):
    """What is in dumps of the memory of all processes of a node."""
    found = set()
    for pid in node.processes():
        with tempfile.TemporaryDirectory() as directory:
            engine.run("gcore", "-a", "-o", f"{directory}/core", str(pid))
            with open(f"{directory}/core.{pid}", "rb") as file, \
                    mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as dump:
                found |= held(dump, needles)
    return found


def in_files(node, needles):
    """What is in all files of a node's own directories, their names included."""
    paths = [path for directory in DIRECTORIES for path in node.path(directory).rglob("*") if path.is_file()]
    return set().union(*(held(str(path).encode() + b"\n" + path.read_bytes(), needles) for path in paths))


def in_api(daemon, needles):
    """What is in all that the API shows."""
    found = set()
    kinds = [f"objects/{kind['plural_name'].lower()}" for kind in daemon.ask("types")]
    for path in (*kinds, "variables", "status", "templates/services"):
        with contextlib.suppress(urllib.error.HTTPError):  # numbers and the like are no objects
            found |= held(json.dumps(daemon.ask(path), ensure_ascii=False).encode(), needles)
    return found


# --- tests -----------------------------------------------------------------------------------


class Examples(engine.SituationsCase):

    def test_situations(self):
        self.assert_situations(crm, lambda: satellite.check(SALES, shown_by=master))
        self.assertEqual(master.result(SALES)["check_source"], SATELLITE)

    def test_one_call_serves_many_checks(self):
        self.assert_one_call_serves_many_checks(crm, lambda: satellite.check(SALES, shown_by=master))
        self.assertEqual({name for name in master.results() if "wolkvox token" in name},
                         {f"wolkvox!wolkvox token {name}" for name in ("sales", "support", "reports")})

    def test_only_the_satellite_has_the_token_file(self):
        self.assertFalse(nodes[MASTER].path(engine.TOKEN_FILE).exists())
        self.assertTrue(nodes[SATELLITE].path(engine.TOKEN_FILE).exists())

    def test_a_constant_of_the_satellite(self):
        text = README.read_text(encoding="utf-8")
        self.assertIn(f"\n    {CONSTANT_LINE}\n", text)
        self.assertIn(f"\n    {VARIABLE_LINE}\n", text)
        with crm.situation("ok") as api:
            self.assert_situation("ok", satellite.check(CONSTANT, shown_by=master))
        self.assertEqual(api.tokens_seen("support"), [crm.tokens["support"]])


# Where the master may keep what it was told, and something harmless that is found there: in results, constants,
# logs, what is to be sent again, and zones as they are sent.
DESCRIPTION = "sales-crm ***"
PLACES = {
    "memory": {DESCRIPTION},
    "API": {DESCRIPTION, CONSTANT_MARKER, SATELLITE, "wolkvox-token"},
    "files": {DESCRIPTION, CONSTANT_MARKER, RESULT_MARKER, SALES, "techcon"},
}


class Token(unittest.TestCase):
    """It is nowhere on the master, not even where the server has sent it back."""

    @classmethod
    def setUpClass(cls):
        # A part, which the tokens of the tests repeat, and the whole ones, which differ.
        cls.part = crm.tokens["techcon"][2:20]
        needles = {cls.part, *crm.tokens.values()}.union(*PLACES.values())
        needles = {needle.encode(): needle for needle in needles}
        # With a server that repeats the token wherever it can, and a plugin that tells what it says.
        with crm.situation("ok", replies={name: echo(token) for name, token in crm.tokens.items()}):
            cls.outcomes = [satellite.check(service, shown_by=master)
                            for service in (SALES, EXCHANGE, CONSTANT)]
        cls.on_satellite = set(map(needles.get, in_memory(nodes[SATELLITE], needles)))
        found = {"memory": in_memory(nodes[MASTER], needles), "API": in_api(master, needles)}
        cls.stop()
        found["files"] = in_files(nodes[MASTER], needles)
        cls.found = {place: set(map(needles.get, inside)) for place, inside in found.items()}

    @staticmethod
    def stop():
        """The satellite first, so that the master notes what it could not send."""
        satellite.daemon.stop()
        endpoint = f"objects/endpoints/{SATELLITE}"
        master.daemon.wait_until(lambda: not master.ask(endpoint)[0]["attrs"]["connected"])
        master.ask("actions/process-check-result", {
            "type": "Service", "filter": "service.__name==wanted", "filter_vars": {"wanted": SALES},
            "exit_status": 0, "plugin_output": RESULT_MARKER})
        master.daemon.stop()

    def test_it_is_nowhere(self):
        """Though each place was looked at: something harmless was found there."""
        for place, markers in PLACES.items():
            with self.subTest(place):
                self.assertNotIn(self.part, self.found[place])
                self.assertLessEqual(markers, self.found[place])

    def test_it_was_sent_back_and_masked(self):
        for outcome in self.outcomes:
            self.assertIn(f"WOLKVOX_TOKEN OK: {DESCRIPTION}: ", outcome.text)
        self.assertRegex(self.outcomes[1].text, r"(?i)x-token-received: \*\*\*")

    def test_the_search_finds_a_token_in_memory(self):
        """The satellite's daemon holds the one of its constant, and not the one of the file."""
        self.assertLessEqual({crm.tokens["support"], self.part}, self.on_satellite)
        self.assertNotIn(crm.tokens["techcon"], self.on_satellite)


def echo(token):
    return engine.blackbox.answer(description=f"sales-crm {token}", msg=token,
                                  headers=[("X-Token-Received", token)])


if __name__ == "__main__":
    engine.main("icinga2", "gcore", "nsenter")
