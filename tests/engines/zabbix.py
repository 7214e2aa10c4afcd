"""Zabbix as the tests need it: its database, server, agent and frontend, and the frontend's API."""

import collections
import gzip
import json
import pathlib
import re
import shutil
import time
import urllib.request

import engine
import icingaweb

CONFIGURATION = pathlib.Path("/etc/zabbix")
AGENT_FOLDER = CONFIGURATION / "zabbix_agentd.conf.d"
SCHEMA = pathlib.Path("/usr/share/zabbix-server-mysql")
RUN = pathlib.Path("/run/zabbix")
USER = "zabbix"
SERVER_PORT, AGENT_PORT, WEB_PORT = 10051, 10050, 8081
URL = f"http://127.0.0.1:{WEB_PORT}/"
PROGRAMS = "zabbix_server", "zabbix_agentd", "mariadbd", "php"
SEVERITIES = "", "INFO", "WARNING", "AVERAGE", "HIGH", "DISASTER"
DEPENDENT, TEXT, READ = "18", 4, 2  # of the API: a type of items, a type of values, a permission
KIOSK, INTEGER = 1, 2  # of the frontend: a mode of pages, a type of settings
GROUP = "Linux servers"  # of all hosts
# What the frontend offers in its form for an import.
IMPORT_RULES = {kind: {"createMissing": True, "updateExisting": True}
                for kind in ("groups", "items", "graphs", "templates", "triggers", "valueMaps")}

# What differs from Debian's file: MariaDB's version, and what is new, gone or back is known at once.
SERVER = f"""
DBPassword={icingaweb.PASSWORD}
DBSocket={icingaweb.SOCKET}
AllowUnsupportedDBVersions=1
CacheUpdateFrequency=1
UnreachableDelay=1
UnavailableDelay=1
LogType=console
"""
FRONTEND = f"""<?php
$DB['TYPE'] = 'MYSQL';
$DB['SERVER'] = 'localhost';
$DB['PORT'] = '0';
$DB['DATABASE'] = 'zabbix';
$DB['USER'] = 'zabbix';
$DB['PASSWORD'] = '{icingaweb.PASSWORD}';
$DB['SCHEMA'] = '';
$DB['DOUBLE_IEEE754'] = true;
$ZBX_SERVER_NAME = 'tests';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""

# What Zabbix knows of a host: the state item's value and when it came, text, the plugin's whole line, values of
# the metrics by label, and the open problems.
Seen = collections.namedtuple("Seen", "state clock text line metrics problems")
Problem = collections.namedtuple("Problem", "severity name clock ns")


def start():
    """All but the agent; gives the Zabbix."""
    start_database()
    server = start_server()
    start_web()
    server.wait_until(lambda: engine.listens(SERVER_PORT))
    return Zabbix(server)


def start_database():
    """MariaDB with what a new Zabbix has in it."""
    icingaweb.start_database("zabbix")
    # Without checks, and in one transaction, it takes a third of the time.
    icingaweb.sql("SET autocommit=0, unique_checks=0, foreign_key_checks=0;"
                  + "".join(gzip.decompress((SCHEMA / f"{name}.sql.gz").read_bytes()).decode()
                            for name in ("schema", "images", "data")) + "COMMIT;", "zabbix")


def start_server():
    RUN.mkdir(exist_ok=True)
    shutil.chown(RUN, USER, USER)
    (CONFIGURATION / "zabbix_server.conf.d/tests.conf").write_text(SERVER, encoding="utf-8")
    return engine.start("zabbix_server", "--foreground", user=USER)


def start_agent(name="agent", port=AGENT_PORT):
    """An agent with what administrators have added to Debian's."""
    settings = CONFIGURATION / f"{name}.conf"
    settings.write_text(f"PidFile={RUN}/{name}.pid\nLogType=console\nListenPort={port}\n"
                        f"Server=127.0.0.1\nInclude={AGENT_FOLDER}/*.conf\n", encoding="utf-8")
    daemon = engine.start("zabbix_agentd", "--foreground", "--config", settings, user=USER)
    daemon.wait_until(lambda: engine.listens(port))
    return daemon


def start_web():
    """Serves the frontend at URL."""
    (CONFIGURATION / "zabbix.conf.php").write_text(FRONTEND, encoding="utf-8")
    daemon = engine.start("php", "-d", f"mysqli.default_socket={icingaweb.SOCKET}",
                          "-S", f"127.0.0.1:{WEB_PORT}", "-t", "/usr/share/zabbix")
    daemon.wait_until(lambda: engine.listens(WEB_PORT))
    return daemon


class Zabbix:
    """A running server, through the frontend's API."""

    def __init__(self, server):
        self.server = server
        self._session = None
        self._session = self.call("user.login", username="Admin", password="zabbix")
        self._hosts = {}

    def call(self, method, *objects, **parameters):
        """The result of a method; AssertionError with what Zabbix says where it refuses."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "auth": self._session,
                "params": list(objects) or parameters}
        request = urllib.request.Request(f"{URL}api_jsonrpc.php", json.dumps(body).encode(),
                                         {"Content-Type": "application/json-rpc"})
        with urllib.request.urlopen(request) as answer:
            told = json.load(answer)
        assert "error" not in told, f"{method}: {told.get('error')}"
        return told["result"]

    def import_template(self, example):
        """A file of contrib/ as it stands."""
        source = (engine.CONTRIB / example).read_text(encoding="utf-8")
        self.call("configuration.import", format="yaml", rules=IMPORT_RULES, source=source)

    def template(self, name, **parameters):
        """A template with all of its own properties, and what the parameters select."""
        found, = self.call("template.get", filter={"host": name}, **parameters)
        return found

    def export_template(self, name):
        """The YAML that Zabbix makes of a template."""
        return self.call("configuration.export", format="yaml",
                         options={"templates": [self.template(name)["templateid"]]})

    def create_hosts(self, template, hosts, port=AGENT_PORT):
        """Hosts with a template, from {name: {macro: value}}; they have the interface that README asks for."""
        template = self.template(template)["templateid"]
        group, = self.call("hostgroup.get", filter={"name": GROUP})
        created = self.call("host.create", *({
            "host": name,
            "groups": [{"groupid": group["groupid"]}],
            "templates": [{"templateid": template}],
            "interfaces": [{"type": 1, "main": 1, "useip": 1, "ip": "127.0.0.1", "dns": "", "port": str(port)}],
            "macros": [{"macro": f"{{$WOLKVOX.{macro}}}", "value": value} for macro, value in macros.items()],
        } for name, macros in hosts.items()))
        self._hosts.update(zip(created["hostids"], hosts))

    def look(self):
        """Seen by host."""
        ids = list(self._hosts)
        items = {name: {} for name in self._hosts.values()}
        for item in self.call("item.get", hostids=ids,
                              output=["hostid", "key_", "type", "lastvalue", "lastclock"]):
            label = item["key_"].rpartition(".")[2] if item["type"] == DEPENDENT else "line"
            items[self._hosts[item["hostid"]]][label] = item
        problems = {name: [] for name in self._hosts.values()}
        triggers = {trigger["triggerid"]: trigger["hosts"][0]["hostid"] for trigger in
                    self.call("trigger.get", hostids=ids, output=["triggerid"], selectHosts=["hostid"])}
        for problem in self.call("problem.get", hostids=ids,
                                 output=["objectid", "severity", "name", "clock", "ns"]):
            problems[self._hosts[triggers[problem["objectid"]]]].append(
                Problem(SEVERITIES[int(problem["severity"])], *(problem[field] for field in Problem._fields[1:])))
        return {name: _seen(items[name], problems[name]) for name in items}

    def host_id(self, name):
        return {host: hostid for hostid, host in self._hosts.items()}[name]

    def let_guests_in(self):
        """Who comes may see all hosts, without a password, and sees a page's content and nothing else."""
        groups = {group["name"]: group["usrgrpid"] for group in self.call("usergroup.get", output=["name"])}
        group, = self.call("hostgroup.get", filter={"name": GROUP})
        self.call("usergroup.update", usrgrpid=groups["Guests"],
                  rights=[{"permission": READ, "id": group["groupid"]}])
        guest, = self.call("user.get", filter={"username": "guest"})
        self.call("user.update", userid=guest["userid"], usrgrps=[{"usrgrpid": groups["Guests"]}])
        icingaweb.sql("INSERT INTO profiles (profileid, userid, idx, value_int, value_str, type) "
                      f"VALUES (1000, {guest['userid']}, 'web.layout.mode', {KIOSK}, '', {INTEGER})", "zabbix")

    def remember(self, host, clock, metrics):
        """Lets a host have had the metrics of a line at a moment."""
        items = {item["key_"].rpartition(".")[2]: item["itemid"] for item in
                 self.call("item.get", host=host, filter={"type": DEPENDENT}, output=["itemid", "key_"])}
        rows = ",".join(f"({items[label]}, {clock:.0f}, {value}, 0)"
                        for label, value in re.findall(r"(\w+)=(-?[0-9.]+)", metrics))
        icingaweb.sql(f"INSERT INTO history (itemid, clock, value, ns) VALUES {rows}", "zabbix")

    def text_at(self, host, clock, ns):
        """The text that came at a moment, or None."""
        item, = self.call("item.get", host=host, filter={"key_": "wolkvox.token.text"}, output=["itemid"])
        found = self.call("history.get", history=TEXT, itemids=item["itemid"], time_from=clock, time_till=clock)
        return {entry["ns"]: entry["value"] for entry in found}.get(ns)

    def wait_until(self, condition, seconds=120):
        """Until a condition of what is seen of all hosts holds, or the time is over; gives what was seen last."""
        seen = []

        def holds():
            seen[:] = [self.look()]
            if condition(seen[0]):
                return True
            time.sleep(0.3)  # or the frontend would keep a processor from those whose work it is asked about
            return False
        try:
            self.server.wait_until(holds, seconds)
        except AssertionError as error:
            print(f"# {error}".replace("\n", "\n# "))
        return seen[0]


def _seen(items, problems):
    has = {label: item["lastvalue"] for label, item in items.items() if item["lastclock"] != "0"}
    line, text, state = (has.pop(label, None) for label in ("line", "text", "state"))
    return Seen(None if state is None else int(state), int(items["state"]["lastclock"]), text, line,
                {label: float(value) for label, value in has.items()}, sorted(problems))
