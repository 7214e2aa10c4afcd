#!/usr/bin/env python3
"""contrib/icinga2 in a real Icinga 2."""

import unittest

import engine
import icinga
import expected_lines as lines

LINES_HOST = "lines"


def setUpModule():
    global crm, daemon, before, after
    crm = engine.set_up()
    icinga.setup_api()
    before = icinga.objects()
    icinga.copy_examples()
    after = icinga.objects()
    (icinga.CONF_D / "tests.conf").write_text(test_configuration(), encoding="utf-8")
    daemon = icinga.Icinga()


def test_configuration():
    """Services that the examples do not have: not one of them is checked before it is asked for."""
    options = {**{f"line-{name}": lines.options(name) for name in lines.LINES}, **VARIABLES}
    services = [icinga.service(LINES_HOST, name, icinga.variables(values)) for name, values in options.items()]
    return "\n".join([f'object Host "{LINES_HOST}" {{ check_command = "dummy" }}', *services])


SOUND = {"hostname": engine.CRM, "operation": "techcon", "token-file": engine.TOKEN_FILE}


def without(option):
    return {name: value for name, value in SOUND.items() if name != option}


VARIABLES = {
    "no-hostname": without("hostname"),
    "no-operation": without("operation"),
    "no-token": without("token-file"),
    "null-token": {**without("token-file"), "token": None},
    "environment": {**without("token-file"), "token": "TOKEN"},
    "environment-dollar": {**without("token-file"), "token": "a$b"},
    "number": {**SOUND, "warning": 1000},
    "fraction": {**SOUND, "warning": 0.5},
    "empty": {**SOUND, **dict.fromkeys(("warning", "critical", "api", "reset-at", "max-age", "port", "method",
                                        "timeout", "state-dir"), "")},
    "both-families": {**SOUND, "use-ipv4": True, "use-ipv6": True},
    "asks": {**SOUND, "max-age": 0},
    "proxy-none": {**SOUND, "proxy": ""},
    "forecast-word": {**SOUND, "forecast": "maybe"},
    "everything": icinga.EVERYTHING,
}


class Examples(engine.SituationsCase):

    def test_each_entry_of_the_dictionary_is_a_service(self):
        own = {name for name in daemon.results() if name.startswith("wolkvox!")}
        self.assertEqual(own, {f"wolkvox!wolkvox token {name}" for name in ("sales", "support", "reports")})

    def test_every_object_of_before_is_still_there(self):
        self.assertGreater(len(before), 50)
        self.assertEqual(before - after, set())

    def test_manager(self):
        self.assert_situations(crm, lambda: daemon.check("wolkvox!wolkvox token reports"))
        with crm.situation("ok"):
            self.assertIn(" all_used=", daemon.check("wolkvox!wolkvox token reports").perfdata)

    def test_situations(self):
        self.assert_situations(crm, lambda: daemon.check("wolkvox!wolkvox token sales"))

    def test_variables_of_an_entry_reach_the_plugin(self):
        with crm.situation("warning"):
            outcome = daemon.check("wolkvox!wolkvox token support")
        self.assertIn("(warning below 1000)", outcome.text)
        self.assertRegex(outcome.perfdata, r"^available=799;1000:;480:;0;4800 used=4001;3800;4320;0;4800 ")

    def test_one_call_serves_many_checks(self):
        self.assert_one_call_serves_many_checks(crm, lambda: daemon.check("wolkvox!wolkvox token sales"))

    def test_notes_and_intervals_of_the_template(self):
        attributes = daemon.ask("objects/services/wolkvox!wolkvox%20token%20sales")[0]["attrs"]
        self.assertEqual((attributes["check_interval"], attributes["retry_interval"]), (60, 60))
        self.assertTrue(attributes["notes"])
        self.assertEqual(attributes["display_name"], "wolkvox token sales")


class Lines(unittest.TestCase):
    """The API shows what the plugin printed, whatever that was."""

    def test_lines(self):
        with crm.situation(replies=lines.REPLIES):
            for name in lines.LINES:
                with self.subTest(name):
                    expected = lines.reference(name)
                    outcome = daemon.check(f"{LINES_HOST}!line-{name}")
                    self.assertEqual(outcome.comparable(), expected.comparable())


class Variables(unittest.TestCase):
    """What stands in custom variables: errors are the plugin's, and none of the configuration."""

    def check(self, name):
        with crm.situation("ok"):
            outcome = daemon.check(f"{LINES_HOST}!{name}")
        return outcome.state, outcome.text

    def command(self, name):
        """The arguments with which the plugin was run."""
        return daemon.result(f"{LINES_HOST}!{name}")["command"]

    def test_required(self):
        state, text = self.check("no-hostname")
        self.assertEqual(state, 3)
        self.assertIn("wolkvox_token_hostname", text)

    def test_errors_are_the_plugins_own(self):
        for name, said in (
                ("no-token", "token"), ("null-token", "token"), ("fraction", "--warning"),
                ("no-operation", "--operation"), ("both-families", "--use-ipv6"), ("forecast-word", "--forecast")):
            with self.subTest(name):
                state, text = self.check(name)
                self.assertEqual(state, 3, text)
                self.assertRegex(text, "^WOLKVOX_TOKEN UNKNOWN: ")
                self.assertIn(said, text.splitlines()[0])

    def test_sound_values(self):
        for name in ("number", "empty", "proxy-none", "environment"):
            with self.subTest(name):
                state, text = self.check(name)
                self.assertEqual(state, 0 if name != "environment" else 2, text)

    def test_every_variable_becomes_its_option(self):
        engine.write(icinga.INI_FILE, "[one]\nverbose\n[two]\n")
        state, text = self.check("everything")
        self.assertEqual(state, 0, text)
        self.assertEqual(sorted(self.command("everything")), icinga.arguments(icinga.EVERYTHING))
        self.assertEqual(icinga.EVERYTHING.keys(), icinga.options_of_help())

    def test_answers_are_kept_unless_that_is_switched_off(self):
        self.check("number")
        command = self.command("number")
        self.assertEqual(command[command.index("--max-age") + 1], "290")
        with crm.situation("ok") as api:
            daemon.check(f"{LINES_HOST}!asks")
            daemon.check(f"{LINES_HOST}!asks")
        self.assertEqual(len(api.requests), 2)

    def test_the_token_by_the_environment(self):
        with crm.situation("ok") as api:
            daemon.check(f"{LINES_HOST}!environment")
            daemon.check(f"{LINES_HOST}!environment-dollar")
        self.assertEqual([request.token for request in api.requests], ["TOKEN", "a$b"])
        for name in ("environment", "environment-dollar"):
            self.assertNotIn("TOKEN", " ".join(self.command(name)))


if __name__ == "__main__":
    engine.main("icinga2")
