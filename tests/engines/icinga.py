"""Icinga 2 as the tests need it: its daemon, its API, and what its configuration language wants."""

import base64
import json
import pathlib
import re
import ssl
import urllib.parse
import urllib.request

import engine

CONFIGURATION = pathlib.Path("/etc/icinga2")
CONF_D = CONFIGURATION / "conf.d"
# A value for every option, and an INI file that one of them names.
INI_FILE = "/etc/nagios/wolkvox.ini"
EVERYTHING = {
    "hostname": engine.CRM, "operation": "techcon", "token-file": "/etc/nagios/wolkvox.token", "api": "crm",
    "reset-at": "00:00-05:00", "port": 443, "warning": "20%", "critical": "@0:5%", "method": "get",
    "timeout": "30:unknown", "unavailable": "warning", "ca-file": "/etc/ssl/certs/ca-certificates.crt",
    "proxy": "", "use-ipv4": True, "use-ipv6": False, "max-age": 60, "state-dir": "/var/lib/monitoring-plugins",
    "forecast": "critical", "extra-opts": [f"one@{INI_FILE}", f"two@{INI_FILE}"], "verbose": 2}
# In the place of Debian's file: no check comes between those that a test forces.
CHECKS_WHEN_ASKED_FOR = """object IcingaApplication "app" {
	enable_host_checks = false
	enable_service_checks = false
}
"""


def setup_api():
    """What an administrator types to have the API: certificates, a user, the feature."""
    # Written to first, for what the sandbox has not yet copied Icinga 2 cannot copy either.
    engine.append(CONFIGURATION / "constants.conf", '\nconst NodeName = "localhost"\n')
    engine.run("icinga2", "api", "setup", "--cn", "localhost")


def set_up_examples():
    """The plugin, the vendor's server, Icinga 2 with the examples of contrib/icinga2; gives the Crm."""
    crm = engine.set_up()
    setup_api()
    copy_examples()
    return crm


def copy_examples():
    """What README.md says under "Icinga 2"."""
    engine.follow("Icinga 2")
    (CONF_D / "app.conf").write_text(CHECKS_WHEN_ASKED_FOR, encoding="utf-8")


def api_password(path=pathlib.Path):
    """Of the API's user `root`, whom setup_api() has made; `path` is where files of a Node are."""
    users = path(CONF_D / "api-users.conf").read_text(encoding="utf-8")
    return re.search(r'password = "(.*)"', users)[1]


def objects():
    """All objects of the configuration, by name and type."""
    words = ["-C", "--dump-objects"] if "--dump-objects" in engine.run("icinga2", "daemon", "--help") else ["-C"]
    engine.run("icinga2", "daemon", *words)
    return set(re.findall("Object '.*' of type '.*'", engine.run("icinga2", "object", "list")))


def options_of_help():
    """Of the program, but for those that no service needs."""
    found = re.findall(r"--([a-z0-9-]+)", engine.blackbox.run("--help", plain=True).text)
    return set(found) - {"help", "version"}


def arguments(values):
    """What such values come to on the command line, sorted."""
    words = [str(engine.PLUGIN)]
    for option, value in values.items():
        if option == "forecast":
            words.append(f"--forecast={value}")
        elif option == "verbose" or isinstance(value, bool):
            words += [f"--{option}"] * value
        else:
            for one in value if isinstance(value, list) else [value]:
                words += [f"--{option}", str(one)]
    return sorted(words)


def quoted(value):
    """A value of a custom variable in the configuration language."""
    if isinstance(value, list):
        return f"[ {', '.join(map(quoted, value))} ]"
    if value is None or isinstance(value, (int, float)):
        return json.dumps(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{text}"'


def variables(options):
    """Options of the plugin as custom variables of its command, an assignment a line."""
    return "\n".join(f"\tvars.wolkvox_token_{option.replace('-', '_')} = {quoted(value)}"
                     for option, value in options.items())


def service(host, name, text):
    """A service with the plugin's command that is checked only when it is asked for."""
    return (f'object Service "{name}" {{\n\thost_name = "{host}"\n\tcheck_command = "wolkvox_token"\n'
            f"\tenable_active_checks = false\n{text}\n}}\n")


class Icinga:
    """A running daemon; its API answers when this returns.

    node  the Node that it runs on; else this machine
    """

    def __init__(self, *, node=None, **options):
        command, path, address = (node.command, node.path, node.address) if node else \
            (lambda *argv: argv, pathlib.Path, "127.0.0.1")
        self._credentials = base64.b64encode(f"root:{api_password(path)}".encode()).decode()
        self._url = f"https://{address}:5665/v1/"
        engine.run(*command("/usr/lib/icinga2/prepare-dirs", "/usr/lib/icinga2/icinga2"))
        self.daemon = engine.start(*command("icinga2", "daemon", f"-DApiBindHost={address}"), **options)
        self.daemon.wait_until(lambda: engine.listens(5665, address))

    def ask(self, path, body=None):
        """The results of a request to the API: GET without a body, else POST."""
        request = urllib.request.Request(
            self._url + path, data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": "application/json", "Authorization": f"Basic {self._credentials}"})
        # Its certificate is of its own making.
        with urllib.request.urlopen(request, context=ssl._create_unverified_context()) as answer:
            return json.load(answer)["results"]

    def result(self, service):
        """The last check result of a service (HOST!NAME), or None."""
        path = f"objects/services/{urllib.parse.quote(service)}?attrs=last_check_result"
        return self.ask(path)[0]["attrs"]["last_check_result"]

    def results(self):
        """Of all services, by name (HOST!NAME)."""
        return {entry["name"]: entry["attrs"]["last_check_result"]
                for entry in self.ask("objects/services?attrs=last_check_result")}

    def check(self, service, shown_by=None):
        """Forces a check now and gives its Outcome, as this or another daemon shows it."""
        shown_by = shown_by or self
        before = (shown_by.result(service) or {"execution_start": 0})["execution_start"]
        self.ask("actions/reschedule-check",
                 {"type": "Service", "filter": "service.__name==wanted", "force": True,
                  "filter_vars": {"wanted": service}})
        found = []

        def is_done():
            found[:] = [shown_by.result(service)]
            return found[0] and found[0]["execution_start"] > before
        self.daemon.wait_until(is_done)
        return outcome(found[0])

    def submit(self, service, when, result):
        """Hands in what a run of the plugin gave, as if it had been a check at that moment."""
        answer = self.ask("actions/process-check-result", {
            "type": "Service", "filter": "service.__name==wanted", "filter_vars": {"wanted": service},
            "exit_status": result.exit, "plugin_output": result.text.partition(" | ")[0],
            "performance_data": result.perfdata_text, "execution_start": when, "execution_end": when})
        assert [entry["code"] for entry in answer] == [200], answer


def outcome(result):
    """The Outcome of a check result as the API has it, but for the blank left before a cut-off `|`."""
    text = re.sub(" *(?=\n|$)", "", result["output"], count=1)
    return engine.Outcome(int(result["state"]), text.rstrip("\n"),
                          " ".join(result["performance_data"] or []))
