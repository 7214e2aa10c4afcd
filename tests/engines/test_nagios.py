#!/usr/bin/env python3
"""contrib/nagios in a real Nagios 4."""

import unittest

import engine
import expected_lines as lines
import nagios

INI_FILE = "/etc/nagios/wolkvox.ini"
HOST = "localhost"  # in Debian's configuration
EXAMPLE = "wolkvox token"


def setUpModule():
    global crm, before, after
    crm = engine.set_up()
    engine.write(INI_FILE, ini_file())
    nagios.setup()
    before = nagios.objects()
    engine.follow("Nagios and Naemon")
    after = nagios.objects()
    (nagios.CONF_D / "tests.cfg").write_text(test_configuration(), encoding="utf-8")


def ini_file():
    """A section a line, and one with the token in it."""
    token = f"[with-token]\nhostname = {engine.CRM}\noperation = techcon\ntoken = {crm.tokens['techcon']}\n"
    return token + "".join(lines.ini_section(name, lines.options(name)) for name in lines.LINES)


ARGUMENTS = f"{engine.CRM}!techcon!{engine.TOKEN_FILE}"
COMMANDS = {
    "thresholds": f"check_wolkvox_token!{ARGUMENTS}!1000!@0:5%",
    "defaults": f"check_wolkvox_token!{ARGUMENTS}",
    "CA file": f"check_wolkvox_token_ca!{ARGUMENTS}!/etc/ssl/certs/ca-certificates.crt",
    "Manager": f"check_wolkvox_token_manager!{engine.MANAGER}!{engine.TOKEN_FILES[None]}!00:00!1000!500",
    "options": f"check_wolkvox_token_options!with-token@{INI_FILE}",
    "wrong": f"check_wolkvox_token!{ARGUMENTS}!x!10%",
    "missing": "check_wolkvox_token",
    "quotes": f"check_wolkvox_token!{engine.CRM}!$(id) `id` & < > #!{engine.TOKEN_FILE}",
}


def test_configuration():
    services = {f"line-{name}": f"check_wolkvox_token_options!{name}@{INI_FILE}" for name in lines.LINES}
    return "".join(
        f"define service {{\n use wolkvox-token\n host_name {HOST}\n service_description {name}\n"
        f" active_checks_enabled 0\n check_command {command}\n}}\n"
        for name, command in {**services, **COMMANDS}.items())


def check(service):
    with nagios.running() as daemon:
        return nagios.check(daemon, HOST, service)[service]


class Examples(engine.SituationsCase):

    def test_configuration_is_sound(self):
        said = nagios.configuration_problems()
        self.assertRegex(said, r"(?m)^Total Errors: +0$")
        self.assertNotRegex(said, "wolkvox")

    def test_situations(self):
        self.assert_situations(crm, lambda: check(EXAMPLE))

    def test_manager(self):
        self.assert_situations(crm, lambda: check("wolkvox Manager token"))

    def test_every_object_of_before_is_still_there(self):
        self.assertGreater(len(before), 50)
        self.assertEqual(before - after, set())

    def test_one_call_serves_many_checks(self):
        self.assert_one_call_serves_many_checks(crm, lambda: check(EXAMPLE))


class Commands(unittest.TestCase):
    """Each command hands its arguments on, and the shell gets none of them."""

    @classmethod
    def setUpClass(cls):
        with crm.situation("warning") as cls.api, nagios.running() as daemon:
            cls.outcomes = nagios.check(daemon, HOST, *COMMANDS)

    def assert_outcome(self, name, state, words):
        self.assertEqual(self.outcomes[name].state, state, self.outcomes[name])
        self.assertIn(words, self.outcomes[name].text)

    def test_thresholds(self):
        self.assert_outcome("thresholds", 1, "(warning below 1000)")
        self.assertRegex(self.outcomes["thresholds"].perfdata, "^available=[0-9]+;1000:;@0:240;0;4800 ")

    def test_default_thresholds(self):
        self.assert_outcome("defaults", 1, "(warning below 20%)")

    def test_other_commands(self):
        self.assert_outcome("CA file", 1, "(warning below 20%)")
        self.assert_outcome("Manager", 1, "(warning below 1000)")
        self.assertRegex(self.outcomes["Manager"].text, "counter resets in [0-9]+ h")

    def test_token_and_options_from_an_ini_file(self):
        self.assert_outcome("options", 1, "(warning below 20%)")

    def test_errors_are_the_plugins_own(self):
        self.assert_outcome("wrong", 3, "WOLKVOX_TOKEN UNKNOWN: -w/--warning: ")
        self.assert_outcome("missing", 3, "WOLKVOX_TOKEN UNKNOWN: -H/--hostname ")

    def test_the_shell_gets_nothing(self):
        self.assert_outcome("quotes", 2, "PLEASE VALIDATE TOKEN")
        operations = [request.query.get("operation") for request in self.api.requests]
        self.assertIn("$(id) `id` & < > #", operations)


class Lines(unittest.TestCase):
    """Nagios has what the plugin printed, whatever that was, but for semicolons in a first line's text."""

    def test_lines(self):
        with crm.situation(replies=lines.REPLIES):
            expected = {name: lines.reference(name, f"--extra-opts={name}@{INI_FILE}")
                        for name in lines.LINES}
            with nagios.running() as daemon:
                outcomes = nagios.check(daemon, HOST, *(f"line-{name}" for name in lines.LINES))
        for name in lines.LINES:
            with self.subTest(name):
                same = expected[name]._replace(text=without_semicolons(expected[name].text))
                self.assertEqual(outcomes[f"line-{name}"].comparable(), same.comparable())


def without_semicolons(text):
    """What Nagios does to them: its log and its commands use them to separate fields."""
    first, newline, rest = text.partition("\n")
    return first.replace(";", ":") + newline + rest


if __name__ == "__main__":
    engine.main("nagios4")
