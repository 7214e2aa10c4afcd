#!/usr/bin/env python3
"""contrib/icinga2 in a real Icinga Web 2: what its pages show of a service, and what they hide."""

import re
import struct
import unittest

import engine
import icinga
import icingaweb
import expected_lines as lines
import screenshot

HOST = "lines"
TOKEN = "a-token-in-a-variable"
HOSTILE = [name for name in lines.LINES if name.startswith(("description-", "message-", "hostile-"))]


def setUpModule():
    global crm, daemon
    crm, daemon = screenshot.set_up(test_configuration())


def test_configuration():
    services = [icinga.service(HOST, name, icinga.variables(lines.options(name))) for name in HOSTILE]
    services.append(icinga.service(HOST, "token", f"""
	vars.wolkvox_token_hostname = "{engine.CRM}"
	vars.wolkvox_token_operation = "techcon"
	vars.wolkvox_token_token = "{TOKEN}"
	vars.of_a_dictionary["sales"] = {{ wolkvox_token_token = "{TOKEN}" }}
"""))
    return "\n".join([f'object Host "{HOST}" {{ check_command = "dummy" }}', *services])


class Page(unittest.TestCase):

    def test_state_text_perfdata_graphs_and_a_screenshot_of_them(self):
        with screenshot.end_of_the_day(crm, daemon) as page:
            image = screenshot.take()
        text = icingaweb.text_of(page)
        self.assertRegex(text, "WARNING (for|since) ")
        self.assertRegex(icingaweb.text_of(icingaweb.plugin_output(page)),
                         r"^WOLKVOX_TOKEN WARNING: sales-crm: 1600 of 4800 calls left \(33\.33%\), ")
        for row in ("available 1,600.00 4,800.00 960: 480:", "used 3,200.00 4,800.00 3,840.00 4,320.00",
                    "used_percent 66.67% - 80% 90%", "reset 12.00 h", "lasts 6.00 h"):
            self.assertIn(row, text)
        for label in ("available", "used", "used_percent"):
            self.assertRegex(page, rf'<svg [^>]*>\s*<title [^>]*>{label} ')
        self.assertRegex(text, "Graphs .* Load all 6 graphs")
        self.assertEqual(image[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(struct.unpack(">II", image[16:24]), screenshot.SIZE)
        self.assertGreater(len(image), 50_000)

    def test_texts_of_the_server_are_shown_as_text(self):
        with crm.situation(replies=lines.REPLIES):
            outcomes = {name: daemon.check(f"{HOST}!{name}") for name in HOSTILE}
        for name, outcome in outcomes.items():
            with self.subTest(name):
                page = icingaweb.page_with(outcome.text, HOST, name)
                self.assertNotRegex(icingaweb.plugin_output(page), "<(?!span class=\"state-)[^/]")


class Secrecy(unittest.TestCase):
    """The comment in contrib/icinga2/wolkvox_token-command.conf on what masks the token."""

    def page(self):
        with crm.situation("ok"):
            outcome = daemon.check(f"{HOST}!token")
        return icingaweb.page_with(outcome.text, HOST, "token")

    def test_a_token_in_a_variable_is_shown(self):
        self.assertRegex(icingaweb.text_of(self.page()), rf"wolkvox_token_token {TOKEN}\b")

    def test_a_token_in_a_variable_is_masked_as_the_comment_says(self):
        with open(engine.CONTRIB / "icinga2/wolkvox_token-command.conf", encoding="utf-8") as example:
            section = re.search(r"^//\s+(\[security\])\n//\s+(protected_customvars = .*)$", example.read(),
                                re.MULTILINE)
        self.addCleanup(icingaweb.protect_variables)
        icingaweb.configure("modules/monitoring/config.ini", f"{section[1]}\n{section[2]}\n")
        page = self.page()
        self.assertNotIn(TOKEN, page)
        self.assertIn("wolkvox_token_token ***", icingaweb.text_of(page))

    def test_no_token_file_is_masked(self):
        """Its name is no secret, and it helps."""
        page = icingaweb.page(icingaweb.service_url(screenshot.HOST, screenshot.SERVICE))
        self.assertIn("wolkvox_token_token_file /etc/nagios/wolkvox.token", icingaweb.text_of(page))


if __name__ == "__main__":
    engine.main(*screenshot.PROGRAMS)
