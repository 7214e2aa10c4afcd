#!/usr/bin/env python3
"""Makes the screenshot of README: tests/engines/screenshot.py >doc/icingaweb2.png

It shows the service of contrib/icinga2 in Debian's Icinga Web 2, in a sandbox, and needs a plugin that is
configured as README says (`CHECK_WOLKVOX_TOKEN` names it), root, and the packages of the tests.
"""

import pathlib
import sys
import tempfile

import engine
import icinga
import icingaweb

PROGRAMS = "icinga2", "icingacli", "mariadbd", "chromium"
TOKEN_FILES = {"techcon": "/etc/nagios/wolkvox.token", "support": "/etc/nagios/wolkvox-support.token"}
HOST, SERVICE = "wolkvox", "wolkvox token sales"
SIZE = 1200, 960
# A third is left, but it will not last until the reset.
ANSWER = engine.blackbox.envelope(available_consumition_options=1600, token_use_today=3200,
                                  hours_to_restart_count=12)


def set_up(configuration=""):
    """Everything, with the examples and more configuration of Icinga 2; gives the Crm and the Icinga."""
    engine.install_plugin()
    crm = engine.Crm(TOKEN_FILES)
    crm.write_tokens()
    icinga.setup_api()
    engine.copy("icinga2/check_wolkvox_token.conf", icinga.CONF_D / "check_wolkvox_token.conf")
    engine.copy("icinga2/services.conf", icinga.CONF_D / "services-wolkvox.conf")
    (icinga.CONF_D / "tests.conf").write_text(configuration, encoding="utf-8")
    icingaweb.start_database("icinga2")
    icingaweb.setup_monitoring()
    daemon = icinga.Icinga()
    icingaweb.start_web()
    return crm, daemon


def check(crm, daemon):
    """Brings the service into the state to be shown; gives its page, which shows it."""
    with crm.situation(replies={"techcon": engine.Reply.json(ANSWER)}):
        daemon.ask("actions/reschedule-check", {"type": "Host", "filter": "true", "force": True})
        for _attempt in range(3):
            outcome = daemon.check(f"{HOST}!{SERVICE}")
    return icingaweb.page_with(outcome.text, HOST, SERVICE)


def take(path):
    icingaweb.photograph(icingaweb.service_url(HOST, SERVICE), path, *SIZE)


def main():
    crm, daemon = set_up()
    check(crm, daemon)
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "screenshot.png"
        take(path)
        sys.stdout.buffer.write(path.read_bytes())


if __name__ == "__main__":
    engine.enter_sandbox(*PROGRAMS)
    main()
