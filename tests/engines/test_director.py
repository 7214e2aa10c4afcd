#!/usr/bin/env python3
"""contrib/director/basket.json restored into a real Director, and deployed to a real Icinga 2."""

import html
import json
import os
import pathlib
import re
import signal
import unittest

import engine
import icinga
import icingaweb

BASKET = engine.CONTRIB / "director/basket.json"
COMMAND = "wolkvox_token_director"
HOST = "crm"
RESTORE, DEPLOY = engine.shell_lines("README.md", "Director")
STAGES = pathlib.Path("/var/lib/icinga2/api/packages/director")
EVERYTHING = {**icinga.EVERYTHING, "hostname": "https://" + engine.CRM, "method": "GET", "proxy": "http://[::1]:9"}

# What an administrator enters into the fields, by the kinds of value that Director's forms give.
ON_HOST = {"hostname": engine.CRM, "operation": "techcon", "token_file": engine.TOKEN_FILE}
ON_MANAGER = {"hostname": "0010", "token_file": engine.TOKEN_FILES[None], "reset_at": "00:00"}
SERVICES = {
    "support": {"operation": "support", "token_file": engine.TOKEN_FILES["support"], "warning": "1000",
                "critical": "10%"},
    "everything": EVERYTHING,
    "no forecast": {"forecast": "false"},
    "forecast as in a file": {"forecast": True},
    "no forecast as in a file": {"forecast": False},
    "strings": {"max_age": "120", "verbose": "1", "use_ipv4": "1"},
}


def setUpModule():
    global crm, daemon
    crm = engine.set_up()
    engine.write(icinga.INI_FILE, "[one]\nverbose\n[two]\n")
    icinga.setup_api()
    icingaweb.start_database("director", "icinga2")
    icingaweb.setup_monitoring("incubator", "director")
    icingaweb.configure("modules/director/config.ini", '[db]\nresource = "director"\n')
    icingaweb.configure("modules/director/kickstart.ini", f"""
[config]
endpoint = localhost
host = 127.0.0.1
username = root
password = "{icinga.api_password()}"
""")
    daemon = icinga.Icinga()
    director("migration", "run")
    director("kickstart", "run")
    restore()
    create("host", HOST, imports=["wolkvox CRM"], vars=variables(ON_HOST))
    create("serviceset", "wolkvox token", host=HOST, imports=["wolkvox token"])
    create("host", "manager", imports=["wolkvox Manager"], vars=variables(ON_MANAGER))
    create("serviceset", "wolkvox Manager token", host="manager", imports=["wolkvox Manager token"])
    for name, values in SERVICES.items():
        create("service", name, host=HOST, imports=["wolkvox token"], vars=variables(values))
    deploy_until(f"{HOST}!strings")


def director(*words, **options):
    return icingaweb.icingacli("director", *words, **options)


def restore():
    return engine.type_in(RESTORE)


def create(kind, name, **properties):
    director(kind, "create", name, "--json", json.dumps(properties))


def variables(values):
    return {f"wolkvox_token_{name.replace('-', '_')}": value for name, value in values.items()}


def deploy_until(service):
    """Deploys, and waits until Icinga 2 has the service."""
    engine.type_in(DEPLOY)
    wait_for(service)


def wait_for(service):
    """AssertionError with what Icinga 2 has against a deployment where the service does not come."""
    def is_there():
        for status in STAGES.glob("*/status"):
            if status.read_text().strip() not in ("", "0"):
                raise AssertionError((status.parent / "startup.log").read_text(encoding="utf-8"))
        try:
            return service in daemon.results()
        except OSError:  # between the old daemon and the new one
            return False
    daemon.daemon.wait_until(is_there)


class Basket(unittest.TestCase):

    def test_restoring_again_changes_nothing(self):
        tables = ("director_activity_log", "director_datafield", "director_datafield_setting",
                  "director_datalist_entry", "icinga_command_field", "icinga_host_field",
                  "icinga_command_argument", "icinga_service", "icinga_service_set")
        count = ";".join(f"SELECT COUNT(*) FROM {table}" for table in tables)
        before = icingaweb.sql(count, "director")
        self.assertIn("have been restored", restore())
        self.assertEqual(icingaweb.sql(count, "director"), before)
        self.assertIn("already exists", director("config", "render"))

    def test_each_option_has_a_field_with_caption_and_description(self):
        rows = icingaweb.sql("SELECT varname, caption, description FROM director_datafield", "director")
        fields = dict(row.split("\t", 1) for row in rows.splitlines())
        self.assertEqual(set(fields), {f"wolkvox_token_{option.replace('-', '_')}"
                                       for option in icinga.options_of_help()})
        for name, words in fields.items():
            with self.subTest(name):
                self.assertRegex(words, r"^[^\t]{4,}\t[^\t]{9,}$")
                self.assertNotIn("NULL", words)

    def test_the_forms_show_fields_and_what_they_inherit(self):
        icingaweb.start_web()
        page = icingaweb.page(f"{icingaweb.URL}director/host?name={HOST}")
        for value in ON_HOST.values():
            self.assertIn(f'value="{value}"', page)
        services = icingaweb.page(f"{icingaweb.URL}director/host/services?name={HOST}")
        of_the_set, = re.findall('href="([^"]+)"[^>]*>wolkvox token<', services)
        page = icingaweb.page(icingaweb.URL + html.unescape(of_the_set).lstrip("/"))
        text = icingaweb.text_of(page)
        for field in json.loads(BASKET.read_text(encoding="utf-8"))["Datafield"].values():
            with self.subTest(field["varname"]):
                self.assertRegex(text, rf"{field['caption']} .*{re.escape(field['description'])}")
        self.assertIn('yes, at least WARNING (inherited from "wolkvox token")', text)
        self.assertRegex(page, r'name="var_wolkvox_token_max_age"[^>]* placeholder="290 \(inherited ')

    def test_the_command_in_icinga_takes_every_option(self):
        attributes = daemon.ask(f"objects/checkcommands/{COMMAND}")[0]["attrs"]
        self.assertEqual(set(attributes["arguments"]), {f"--{option}" for option in icinga.options_of_help()})
        self.assertEqual(attributes["command"], [str(engine.PLUGIN)])
        self.assertFalse(attributes["env"])


class Services(engine.SituationsCase):

    def test_situations_of_the_service_of_the_set(self):
        self.assert_situations(crm, lambda: daemon.check(f"{HOST}!wolkvox token"))

    def test_situations_of_manager(self):
        self.assert_situations(crm, lambda: daemon.check("manager!wolkvox token"))
        self.assertNotIn("--operation", daemon.result("manager!wolkvox token")["command"])

    def test_a_service_from_the_template_has_values_of_its_own(self):
        with crm.situation("warning"):
            outcome = daemon.check(f"{HOST}!support")
        self.assertIn("(warning below 1000)", outcome.text)
        self.assertRegex(outcome.perfdata, r"^available=799;1000:;480:;0;4800 used=4001;3800;4320;0;4800 ")

    def test_what_the_template_says(self):
        attributes = daemon.ask("objects/services/crm!wolkvox%20token")[0]["attrs"]
        self.assertEqual((attributes["check_interval"], attributes["retry_interval"],
                          attributes["max_check_attempts"]), (60, 60, 3))
        self.assertTrue(attributes["notes"])
        with crm.situation("ok"):
            daemon.check(f"{HOST}!wolkvox token")
        command = self.command("wolkvox token")
        self.assertIn("--forecast=warning", command)
        self.assertEqual(command[command.index("--max-age") + 1], "290")

    def test_every_field_becomes_its_option(self):
        with crm.situation("ok"):
            daemon.check(f"{HOST}!everything")
        self.assertEqual(sorted(self.command("everything")), icinga.arguments(EVERYTHING))
        self.assertEqual(EVERYTHING.keys(), icinga.options_of_help())

    def test_kinds_of_values(self):
        for name, present, absent in (
                ("no forecast", "--max-age", "--forecast"),
                ("forecast as in a file", "--forecast", "--forecast=true"),
                ("no forecast as in a file", "--max-age", "--forecast"),
                ("strings", "--use-ipv4", "--use-ipv6")):
            with self.subTest(name), crm.situation("ok"):
                outcome = daemon.check(f"{HOST}!{name}")
                self.assertEqual(outcome.state, 0, outcome)
                self.assertIn(present, self.command(name))
                self.assertNotIn(absent, " ".join(self.command(name)))
        self.assertEqual(self.command("strings").count("--verbose"), 1)

    def command(self, name):
        """The arguments with which the plugin was run."""
        return daemon.result(f"{HOST}!{name}")["command"]


class WithTheFilesOfIcinga2(engine.SituationsCase):
    """contrib/icinga2 at the same time: no name of its files is one of the basket's."""

    def test_situations(self):
        engine.follow("Icinga 2")
        os.kill(daemon.daemon.pid, signal.SIGHUP)
        wait_for("wolkvox!wolkvox token sales")
        director("kickstart", "run")
        self.assertIn('"external_object"', director("command", "show", "wolkvox_token", "--json"))
        restore()
        create("host", "beside", imports=["wolkvox CRM"], vars=variables(ON_HOST))
        create("serviceset", "wolkvox token", host="beside", imports=["wolkvox token"])
        deploy_until("beside!wolkvox token")
        for service in ("beside!wolkvox token", "wolkvox!wolkvox token sales"):
            with self.subTest(service), crm.situation("warning"):
                self.assert_situation("warning", daemon.check(service))


if __name__ == "__main__":
    engine.main("icinga2", "icingacli", "mariadbd")
