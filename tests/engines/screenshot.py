#!/usr/bin/env python3
"""Makes the screenshot of README: tests/engines/screenshot.py >doc/icingaweb2.png

It shows the service of contrib/icinga2 in Debian's Icinga Web 2, in a sandbox, and needs a plugin that is
configured as README says (`CHECK_WOLKVOX_TOKEN` names it), root, and the packages of the tests.
"""

import contextlib
import json
import math
import sys
import time

import engine
import expected_lines as lines
import icinga
import icingaweb

wait_until = engine.blackbox.wait_until

PROGRAMS = "icinga2", "icingacli", "mariadbd", "chromium", "carbon-cache", "graphite-manage"
HOST, SERVICE = "wolkvox", "wolkvox token sales"
METRICS = "icinga2.wolkvox.services.wolkvox_token_sales.wolkvox_token.perfdata.*.value"
SIZE = 1200, 1256
CHECKS = {"enable_host_checks": True, "enable_service_checks": True}
# The day that is shown: half of it is over, a third of the calls is left, and they will not last.
HOURS = 12


def set_up(configuration=""):
    """Everything, with the examples and more configuration of Icinga 2; gives the Crm and the Icinga."""
    crm = icinga.set_up_examples()
    (icinga.CONF_D / "hosts.conf").unlink()  # Debian's, of this machine
    (icinga.CONF_D / "tests.conf").write_text(configuration, encoding="utf-8")
    icingaweb.start_database("icinga2")
    icingaweb.setup_monitoring("graphite")
    icingaweb.setup_graphs()
    daemon = icinga.Icinga()
    # What it is told before that, it drops.
    wait_until(lambda: '"connected": true' in json.dumps(daemon.ask("status/GraphiteWriter")))
    icingaweb.start_web()
    return crm, daemon


@contextlib.contextmanager
def end_of_the_day(crm, daemon):
    """The service after its day, and the API as it is then; gives the service's page."""
    replies = {"techcon": answer(0)}
    with crm.situation(replies=replies):
        daemon.ask("actions/reschedule-check", {"type": "Host", "filter": "true", "force": True})
        live_through_the_day(daemon, replies)
        replies["techcon"] = answer(HOURS)
        outcome = daemon.check(f"{HOST}!{SERVICE}")
        page = icingaweb.page_with(outcome.text, HOST, SERVICE)
        icingaweb.wait_for_points(METRICS, 6, 12 * HOURS - 5)
        daemon.ask("objects/icingaapplications/app", {"attrs": CHECKS})
        wait_until(lambda: " are disabled" not in icingaweb.text_of(icingaweb.page(icingaweb.URL + "health")))
        yield page


def answer(hour):
    """What the API says at an hour of the day, which has a slow morning and then an import."""
    used = round(900 * hour / HOURS + 2300 * max(0, (hour - 5) / (HOURS - 5)) ** 1.3)
    return lines.left(4800 - used, hours_to_restart_count=math.ceil(24 - hour))


def live_through_the_day(daemon, replies):
    """What the plugin says to an answer every five minutes, as the results of checks at those times."""
    start = time.time() - HOURS * 3600
    for moment in range(0, HOURS * 3600, 300):
        replies["techcon"] = answer(moment / 3600)
        result = engine.blackbox.run("--hostname", engine.CRM, "--operation", "techcon", "--token-file",
                                     engine.TOKEN_FILE, "--forecast", user=engine.USER, cwd="/")
        daemon.submit(f"{HOST}!{SERVICE}", start + moment, result)


def take():
    return icingaweb.photograph(icingaweb.service_url(HOST, SERVICE), *SIZE)


def main():
    with end_of_the_day(*set_up()):
        sys.stdout.buffer.write(take())


if __name__ == "__main__":
    trouble = engine.enter_sandbox(*PROGRAMS)
    if trouble:
        sys.exit(trouble)
    main()
