#!/usr/bin/env python3
"""contrib/zabbix in a real Zabbix: both templates, both APIs, by the words of contrib/zabbix/README.md.

Some hosts live through a few stages; what Zabbix knew of them at the end of each is kept, and the tests look
at that. So nothing has to be waited for twice.
"""

import collections
import json
import pathlib
import re
import socket
import tempfile
import textwrap
import time
import unittest

import engine
import icingaweb
import zabbix

README = engine.CONTRIB / "zabbix/README.md"
FILES = {"external": "zabbix/wolkvox_token-external.yaml", "agent": "zabbix/wolkvox_token-agent.yaml"}
TEMPLATES = {"external": "wolkvox token by external check", "agent": "wolkvox token by Zabbix agent"}
INI_FILE = pathlib.Path("/etc/zabbix/wolkvox.ini")
GONE_PORT = 10060

SERVERS = {"crm": "crm0001.wolkvox.com", "manager": "wv0010"}
AWAY = {"crm": "crm0009.wolkvox.com", "manager": "wv0009"}
SILENT = {"crm": "crm0008.wolkvox.com", "manager": "wv0008"}
NOBODY, DUMB = "127.0.0.9", "127.0.0.8"  # where nobody listens, and where nobody answers
HOSTS_FILE = pathlib.Path("/etc/hosts")
NAMES = f"""127.0.0.1 wv0010.wolkvox.com
{NOBODY} crm0009.wolkvox.com wv0009.wolkvox.com
{DUMB} crm0008.wolkvox.com wv0008.wolkvox.com
"""

# What can be the matter with a token: calls used of 4800, the state, and what the plugin's sentence says.
Situation = collections.namedtuple("Situation", "used state text")
DESCRIPTION = "sales {HOST.NAME} {$WOLKVOX.SERVER}"  # in which nothing must be expanded
SALES = re.escape(DESCRIPTION)
SOME = rf"{SALES}: \d+ of 4800 calls left \(\d+(\.\d+)?%\)"
SITUATIONS = {
    "left": Situation(500, 0, SOME),
    "few": Situation(4000, 1, rf"{SOME}.* \(warning below 20%\)$"),
    "fewer": Situation(4600, 2, rf"{SOME}.* \(critical below 10%\)$"),
    "none": Situation(4800, 2, rf"({SALES}: )?no calls left.* TOKEN LIMIT EXCEEDED\)$"),
    "refused": Situation(500, 2, r"token refused: .*PLEASE VALIDATE TOKEN"),
    "away": Situation(500, 2, r".*Failed to connect to "),
    "silent": Situation(500, 2, r".*\b2 s\b"),
    "kept": Situation(500, 0, rf"{SALES}: 4299 of 4800 calls left \(89\.56%\).* \(answer \d+ s old\)$"),
}
SEVERITIES = None, "WARNING", "HIGH", "AVERAGE"
LABELS = {"crm": {"available", "used", "used_percent", "reset", "time", "lasts"}}
LABELS["manager"] = LABELS["crm"] | {"all_used"}

Host = collections.namedtuple("Host", "name api template situation")
HOSTS = [Host(f"{api}-{template}-{situation}.", api, template, situation)
         for api in SERVERS for template in TEMPLATES for situation in SITUATIONS]
TOKENS = {host.name: f"{number:02}" + "5ec2e7" * 9 for number, host in enumerate(HOSTS, 10)}
TOKENS["techcon"] = "01" + "5ec2e7" * 9  # README's

# A plugin that goes wrong with the tokens of some situations; its arguments are kept.
MOVED = engine.PLUGIN.with_name("moved")
ARGUMENTS = pathlib.Path("/run/arguments")
BROKEN = f"""#!/bin/sh
printf '%s\\n' "$*" >>{ARGUMENTS}
case "$*" in
*-left.*) {MOVED} "$@" | head -c 60 ;;
*-few.*) kill -9 $$ ;;
*-fewer.*) echo 'error while loading shared libraries: libmd.so.0' >&2; exit 127 ;;
*-kept.*) exec sleep 600 ;;
*) exec {MOVED} "$@" ;;
esac
"""
NO_LINE, NO_RESULT = "not a whole line of the plugin:", "no result: Zabbix did not find the plugin, or ended it "
BREAKS = {
    "left": rf"{NO_LINE} WOLKVOX_TOKEN OK: sales ",
    "few": rf"{NO_LINE}( Killed)?$|{NO_RESULT}",
    "fewer": rf"{NO_LINE} error while loading shared libraries: libmd\.so\.0$",
    "kept": NO_RESULT,
}
QUOTES = """a "b", 'c' $(id) `id` ; & | < > * ] \\ {$X} %s"""  # what a macro may hold
MISSING = {"external": NO_RESULT, "agent": f"{NO_LINE} .*not found$"}

# The stages that the hosts live through, and the states and texts that they come to: problems open and close; with
# the broken plugin, and without a plugin, all that gives no line is UNKNOWN; and no OK that was there stays.
WELL = {host.name: (0, SOME) for host in HOSTS}
STAGES = {
    "situations": {host.name: SITUATIONS[host.situation][1:] for host in HOSTS} | {"gone": (0, SOME)},
    "well": WELL | {"readme": (0, SOME)},
    "broken": WELL | {host.name: (3, BREAKS[host.situation]) for host in HOSTS if host.situation in BREAKS},
    "missing": {host.name: (3, MISSING[host.template]) for host in HOSTS},
    "restored": WELL | {"gone": (0, SOME)},
}
seen_at = {}  # Seen by host, by stage


# --- the machine -----------------------------------------------------------------------------


def setUpModule():
    global authority, server
    engine.install_plugin()
    authority = engine.trusted_authority("127.0.0.1")
    engine.append(HOSTS_FILE, NAMES)
    server = zabbix.start()
    api = start_api({name: situation.used for name, situation in SITUATIONS.items()})
    follow_readme()
    with INI_FILE.open("a", encoding="utf-8") as ini:
        ini.writelines(map(section, HOSTS))
    zabbix.start_agent()
    live(api)


def follow_readme():
    """Its commands in their order, and what it says of the frontend before the one after which that counts."""
    ini = re.search(r"^ *```ini\n(.*?)^ *```$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)[1]
    engine.TOOLS["editor"] = f"cat >>\"$1\" <<'END'\n{textwrap.dedent(ini)}END"
    for block in engine.shell_blocks(README):
        if "config_cache_reload" in block:
            server.import_template(FILES["external"])
            server.create_hosts(TEMPLATES["external"],
                                {"readme": {"SERVER": "crm0001.wolkvox.com", "OPERATION": "techcon",
                                            "TOKEN.FILE": "/etc/zabbix/wolkvox.token"}})
        engine.type_in(block, f"{TOKENS['techcon']}\n")
    server.import_template(FILES["agent"])


def start_api(used):
    """The vendor's servers; `used` calls of the tokens of each situation, else 500."""
    tokens = [engine.api_module.Token(TOKENS[host.name], host.name if host.api == "crm" else None, 4800,
                                      used.get(host.situation, 500), DESCRIPTION) for host in HOSTS]
    tokens.append(engine.api_module.Token(TOKENS["techcon"], "techcon", 4800, 500, DESCRIPTION))
    api = engine.Api(tokens, authority=authority)
    api.start()
    unittest.addModuleCleanup(api.stop)
    return api


def write_tokens(refused):
    """The token files; some are refused where so wished."""
    for host in HOSTS:
        wrong = refused and host.situation == "refused"
        engine.write(token_file(host), ("f" * 56 if wrong else TOKENS[host.name]) + "\n", owner=zabbix.USER)


def token_file(host):
    return f"/etc/zabbix/tokens/{host.name}"


def server_of(host):
    return {"away": AWAY, "silent": SILENT}.get(host.situation, SERVERS)[host.api]


def max_age(host):
    return "290" if host.situation == "kept" else "0"


def section(host):
    """A host's part of the agent's INI file."""
    own = f"operation = {host.name}" if host.api == "crm" else f"reset-at = {engine.RESET_HOUR:02}:00"
    return (f"\n[{host.name}]\nhostname = {server_of(host)}\n{own}\ntoken-file = {token_file(host)}\n"
            f"max-age = {max_age(host)}\nforecast = warning\n")


def macros(host):
    """Where a host differs from its template; it asks often, so that little time is spent with waiting."""
    if host.template == "agent":
        return {"INTERVAL": "3s", "SECTION": host.name}
    own = {"OPERATION": host.name} if host.api == "crm" else {"RESET.AT": f"{engine.RESET_HOUR:02}:00"}
    return {"INTERVAL": "3s", "SERVER": server_of(host), "TOKEN.FILE": token_file(host),
            "MAX.AGE": max_age(host), **own}


def create_hosts():
    write_tokens(refused=True)
    for template, name in TEMPLATES.items():
        server.create_hosts(name, {host.name: macros(host) for host in HOSTS if host.template == template})
    server.create_hosts(TEMPLATES["agent"], {"gone": {"INTERVAL": "3s", "NODATA": "10s"}}, GONE_PORT)
    server.create_hosts(TEMPLATES["external"], {"nothing set": {"INTERVAL": "3s"},
                                                "quotes": {"INTERVAL": "3s", "SERVER": "x", "OPERATION": QUOTES}})


# --- the stages ------------------------------------------------------------------------------


def live(api):
    gone = zabbix.start_agent("gone", GONE_PORT)
    with socket.create_server((DUMB, 443), backlog=1000):
        create_hosts()
        reach("situations")
    gone.stop()
    api.stop()
    seen_at["requests"] = collections.Counter(request.token for request in api.requests)
    write_tokens(refused=False)
    HOSTS_FILE.write_text(re.sub(f"{NOBODY}|{DUMB}", "127.0.0.1", HOSTS_FILE.read_text("utf-8")), encoding="utf-8")
    start_api({})
    reach("well", lambda seen: seen["gone"].problems)
    zabbix.start_agent("gone", GONE_PORT)

    ARGUMENTS.touch()
    ARGUMENTS.chmod(0o666)
    engine.PLUGIN.rename(MOVED)
    engine.PLUGIN.write_text(BROKEN, encoding="utf-8")
    engine.PLUGIN.chmod(0o755)
    reach("broken")
    engine.PLUGIN.unlink()
    reach("missing")
    MOVED.rename(engine.PLUGIN)
    reach("restored")


def reach(stage, more=lambda seen: True):
    """Waits until the hosts have the stage's states and texts, by values that came since now, and their problems.

    Where that does not come, the tests say what is wrong with what is seen then.
    """
    start = time.time()
    seen_at[stage] = server.wait_until(lambda seen: more(seen) and all(
        seen[host].clock > start and not mismatch(seen[host], *wanted) for host, wanted in STAGES[stage].items()))
    print(f"# {stage}: {time.time() - start:.1f} s")


def mismatch(seen, state, text):
    """What is not as it should be of a host with this state and text, or None."""
    if seen.state != state:
        return f"the state is {seen.state}"
    if not re.match(f"WOLKVOX_TOKEN {engine.STATES[state]}: (?:{text})", seen.text or ""):
        return "the text is another one"
    severities = [problem.severity for problem in seen.problems]
    if severities != ([SEVERITIES[state]] if state else []):
        return f"the problems are {severities}"
    return None


# --- the tests -------------------------------------------------------------------------------


class Templates(unittest.TestCase):
    maxDiff = None

    def test_they_are_what_zabbix_exports(self):
        """So nothing in them was dropped or understood in another way. Importing again changes nothing."""
        for template, name in TEMPLATES.items():
            with self.subTest(name):
                server.import_template(FILES[template])
                file = (engine.CONTRIB / FILES[template]).read_text(encoding="utf-8")
                self.assertEqual(without_date(server.export_template(name)), without_date(file))

    def test_they_differ_in_nothing_but_how_the_plugin_is_run(self):
        external, agent = (self.without_own(template) for template in TEMPLATES)
        self.assertEqual(external, agent)

    def without_own(self, template):
        """The lines of a template that are no name, no number of its own, and nothing of its master item."""
        text = without_date((engine.CONTRIB / FILES[template]).read_text(encoding="utf-8"))
        text = re.sub("      macros:.*?(?=      valuemaps:)", "", text, flags=re.DOTALL)
        text = re.sub("( +key: )'.*'|^ +uuid: .*|^ +type: EXTERNAL$", r"\1", text, flags=re.MULTILINE)
        return sorted(filter(None, text.replace(TEMPLATES[template], "TEMPLATE").splitlines()))


def without_date(text):
    return re.sub("^  date: .*\n", "", text, flags=re.MULTILINE).rstrip("\n")


class Judge(unittest.TestCase):
    """The first item's script, which decides what is a line of the plugin."""

    @classmethod
    def setUpClass(cls):
        items = server.call("item.get", hostids=server.template(TEMPLATES["external"])["templateid"],
                            selectPreprocessing="extend", filter={"value_type": "4"})
        cls.script, = [step["params"] for item in items for step in item["preprocessing"]
                       if "whole line" in step["params"]]

    def judged(self, lines):
        """What the script makes of each line, in Zabbix's own JavaScript."""
        script = f"return JSON.stringify(JSON.parse(value).map(function (value) {{ {self.script} }}));"
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            file.write(script)
            file.flush()
            return json.loads(engine.run("zabbix_js", "-s", file.name, "-i", "-", stdin=None,
                                         input=json.dumps(lines).encode()))

    def test_whole_lines_stay_as_they_are(self):
        lines = [f"{OK} | {PERFDATA}", f"{OK} | {PERFDATA}{LASTS}54000",
                 f"{OK} | {PERFDATA} lasts=54000s;;54000:;0;54000\nmore | OK",
                 *(f"WOLKVOX_TOKEN {state}: x" for state in ("WARNING", "CRITICAL", "UNKNOWN"))]
        self.assertEqual(self.judged(lines), lines)

    def test_all_else_is_unknown(self):
        """Above all a line that is cut off."""
        line = f"{OK} | {PERFDATA}"
        lines = [*(line[:length] for length in range(len(line))),
                 *(line + LASTS[:length] for length in range(2, len(LASTS) + 1)),
                 "\n", "x", "sh: 1: not found", " WOLKVOX_TOKEN CRITICAL: x", "WOLKVOX_TOKEN FINE: x",
                 f"\n{line}", "x" * 100000, f"{OK}\n | {PERFDATA}"]
        for line, judged in zip(lines, self.judged(lines)):
            with self.subTest(line[:300]):
                self.assertRegex(judged, "^WOLKVOX_TOKEN UNKNOWN: not a whole line of the plugin: ")
                self.assertLess(len(judged), 1100)


OK = "WOLKVOX_TOKEN OK: sales: 4299 of 4800 calls left (89.56%), counter resets in 15 h"
PERFDATA = "available=4299;960:;480:;0;4800 used=501;3840;4320;0;4800 used_percent=10.44%;80;90;0;100 " \
    "reset=54000s;;;0 time=0.213s;;;0;2"
LASTS = " lasts=54000s;54000:;;0;"


class Stages(unittest.TestCase):

    def test_each_host_at_each_stage(self):
        """State, text, and one problem of the right severity with the plugin's own sentence, or none."""
        for stage, hosts in STAGES.items():
            for host, expected in hosts.items():
                seen = seen_at[stage][host]
                with self.subTest(host, stage=stage):
                    self.assertIsNone(mismatch(seen, *expected), seen)
                    for problem in seen.problems:
                        self.assertEqual(problem.name, server.text_at(host, problem.clock, problem.ns))

    def test_metrics_are_those_of_the_line(self):
        for host in HOSTS:
            seen = seen_at["situations"][host.name]
            with self.subTest(host.name):
                if host.situation in ("left", "few", "fewer", "kept"):
                    self.assertEqual(set(seen.metrics), LABELS[host.api])
                if host.situation == "kept":
                    for label, value in re.findall(r"(\w+)=(-?[0-9.]+)", seen.line.partition(" | ")[2]):
                        # What is seen of the items need not be of one and the same line.
                        tolerance = 6 if label in ("reset", "lasts") else 0
                        self.assertAlmostEqual(seen.metrics[label], float(value), delta=tolerance)
                if host.situation == "none":
                    self.assertEqual(seen.metrics["available"], 0)

    def test_one_request_serves_many_checks(self):
        for host in HOSTS:
            if host.situation == "kept":
                self.assertEqual(seen_at["requests"][TOKENS[host.name]], 1, host.name)

    def test_what_is_not_set_is_named(self):
        for stage in ("situations", "well"):
            self.assertRegex(seen_at[stage]["nothing set"].text, "^WOLKVOX_TOKEN UNKNOWN: .*--hostname")

    def test_an_agent_that_is_gone(self):
        self.assertEqual([problem[:2] for problem in seen_at["well"]["gone"].problems],
                         [("AVERAGE", "wolkvox token: no result for 10s")])


class Secrecy(unittest.TestCase):

    def test_no_token_in_zabbix(self):
        dump = engine.run("mariadb-dump", f"--socket={icingaweb.SOCKET}", "zabbix")
        self.assertIn("check_wolkvox_token[", dump)
        self.assertIn(": 4299 of 4800 calls left", dump)
        self.assert_no_token(dump)

    def test_command_lines_have_the_macros_and_no_token(self):
        arguments = ARGUMENTS.read_text(encoding="utf-8")
        self.assertIn("--operation=crm-external-none. --api= --token-file=/etc/zabbix/tokens/crm-external-none. "
                      "--warning=20% --critical=10% --max-age=0 --forecast=warning --reset-at= "
                      "--unavailable=critical --timeout=2\n", arguments)
        self.assertIn("--timeout=2 --extra-opts=crm-agent-none.@/etc/zabbix/wolkvox.ini\n", arguments)
        self.assertIn(f"--hostname=x --operation={QUOTES} --api= ", arguments)
        self.assert_no_token(arguments)

    def assert_no_token(self, text):
        self.assertEqual([name for name, token in TOKENS.items() if token in text], [])

    def test_who_asks_the_agent_names_a_section_and_nothing_else(self):
        for section_name in ("x --hostname=elsewhere.example", "x@/tmp/x", r"\"; id; \"", "$(id)", "`id`"):
            with self.subTest(section_name):
                said = engine.run("zabbix_get", "-s", "127.0.0.1", "-k", f'wolkvox.token["{section_name}"]')
                self.assertRegex(said, "^WOLKVOX_TOKEN UNKNOWN: |^ZBX_NOTSUPPORTED: Special characters ")
                self.assertNotIn("uid=", said)


if __name__ == "__main__":
    engine.main(*zabbix.PROGRAMS)
