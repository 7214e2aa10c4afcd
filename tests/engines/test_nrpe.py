#!/usr/bin/env python3
"""contrib/nrpe in a real NRPE server, asked by check_nrpe and by Nagios."""

import pathlib
import shlex
import shutil
import subprocess
import unittest

import engine
import expected_lines as lines
import nagios

TOKEN_FILE = "/etc/nagios/wolkvox.token"
COMMANDS = pathlib.Path("/etc/nagios/nrpe.d")
RUN = pathlib.Path("/run/nagios")
PORT = 5666
NAGIOS_SERVICE = """
define service {
    use                     generic-service
    host_name               localhost
    service_description     wolkvox token by NRPE
    check_command           check_nrpe!check_wolkvox_token
}
"""


def setUpModule():
    global crm, server
    engine.install_plugin()
    crm = engine.Crm({"techcon": TOKEN_FILE, None: "/etc/nagios/wolkvox-manager.token"})
    crm.write_tokens()
    engine.write("/etc/nagios/readable.token", crm.tokens["techcon"])
    for line in engine.shell_lines("README.md", "NRPE"):
        if not line.startswith("/"):  # which is typed on the monitoring server
            engine.type_in(line)
    (COMMANDS / "tests.cfg").write_text(test_configuration(), encoding="utf-8")
    RUN.mkdir(exist_ok=True)
    shutil.chown(RUN, engine.USER, engine.USER)
    server = engine.start("nrpe", "-c", "/etc/nagios/nrpe.cfg", "-f")
    server.wait_until(lambda: engine.listens(PORT))


def arguments(name):
    return lines.arguments(lines.options(name, TOKEN_FILE))


def test_configuration():
    return "".join(f"command[line-{name}]={shlex.join([str(engine.PLUGIN), *arguments(name)])}\n"
                   for name in lines.LINES)


def check(command):
    """What the monitoring server gets."""
    done = subprocess.run([engine.PLUGIN_DIRECTORY / "check_nrpe", "-H", "127.0.0.1", "-c", command],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    return engine.Outcome.of_output(done.returncode, done.stdout.decode())


class Example(engine.SituationsCase):

    def test_situations(self):
        self.assert_situations(crm, lambda: check("check_wolkvox_token"))

    def test_manager(self):
        self.assert_situations(crm, lambda: check("check_wolkvox_token_manager"))

    def test_as_README_says(self):
        with crm.situation("ok"):
            said = engine.type_in(engine.shell_lines("README.md", "NRPE")[-1].replace("HOST", "127.0.0.1"))
        self.assertIn("WOLKVOX_TOKEN OK: ", said)

    def test_the_commands_of_before_are_still_there(self):
        self.assertIn("USERS OK", check("check_users").text)

    def test_one_call_serves_many_checks(self):
        self.assert_one_call_serves_many_checks(crm, lambda: check("check_wolkvox_token"))

    def test_a_timeout_is_the_plugins_own(self):
        with crm.situation("ok") as api:
            api.set_fault("silence")
            outcome = check("check_wolkvox_token")
        self.assertEqual(outcome.state, 2, outcome)
        self.assertIn("waited 8 s for an answer", outcome.text)

    def test_asked_by_nagios(self):
        nagios.setup()
        (nagios.CONF_D / "tests.cfg").write_text(NAGIOS_SERVICE, encoding="utf-8")
        with crm.situation("warning"), nagios.running() as daemon:
            outcome, = nagios.check(daemon, "localhost", "wolkvox token by NRPE").values()
        self.assert_situation("warning", outcome)


class Lines(unittest.TestCase):
    """The monitoring server gets what the plugin printed, whatever that was."""

    def test_lines(self):
        with crm.situation(replies=lines.REPLIES):
            for name in lines.LINES:
                with self.subTest(name):
                    expected = lines.reference(name, arguments(name))
                    self.assertEqual(check(f"line-{name}").comparable(), expected.comparable())


if __name__ == "__main__":
    engine.main("nrpe", "nagios4")
