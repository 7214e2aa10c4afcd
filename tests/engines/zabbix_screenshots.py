#!/usr/bin/env python3
"""Makes the screenshots of contrib/zabbix/README.md:

    tests/engines/zabbix_screenshots.py problems >doc/zabbix-problems.png
    tests/engines/zabbix_screenshots.py graphs >doc/zabbix-graphs.png

They show hosts with the template for external checks in Debian's Zabbix, in a sandbox, and need a plugin that is
configured as README says (`CHECK_WOLKVOX_TOKEN` names it), root, the packages of the tests, and `locales`.
"""

import pathlib
import sys
import time

import engine
import icingaweb
import screenshot
import zabbix

EXAMPLE, TEMPLATE = "zabbix/wolkvox_token-external.yaml", "wolkvox token by external check"
SCRIPTS = pathlib.Path("/etc/zabbix/externalscripts")
TOKEN_FILES = {operation: f"/etc/zabbix/wolkvox-{operation}.token"
               for operation in ("sales", "support", "billing", "survey", None)}
AWAY = "crm0009.wolkvox.com"
SIZES = {"problems": (1280, 490), "graphs": (1280, 750)}


def set_up():
    """Everything but hosts, with pages that need no password; gives the Zabbix and the vendor's server."""
    engine.install_plugin()
    crm = engine.Crm(TOKEN_FILES, owner=zabbix.USER)
    engine.append("/etc/hosts", f"127.0.0.9 {AWAY}\n")
    SCRIPTS.mkdir()
    (SCRIPTS / engine.PLUGIN.name).symlink_to(engine.PLUGIN)
    engine.run("localedef", "-i", "en_US", "-f", "UTF-8", "en_US.UTF-8")  # which the frontend wants
    server = zabbix.start()
    server.import_template(EXAMPLE)
    server.let_guests_in()
    return server, crm


def problems(server, crm):
    """A host for each thing that can be the matter; gives the page that shows them."""
    with crm.situation(replies={"sales": screenshot.answer(screenshot.HOURS)}) as api:
        for token, used in zip(api.tokens, (0, 4700, 4800, 0, 4100)):
            token.used = used
        engine.write(TOKEN_FILES["survey"], "0" * 56, owner=zabbix.USER)
        server.create_hosts(TEMPLATE, {
            **{f"wolkvox {operation or 'Manager'}": macros(operation) for operation in TOKEN_FILES},
            "wolkvox backup": {**macros("sales"), "SERVER": AWAY}})
        server.wait_until(lambda seen: all(host.problems for host in seen.values()))
        return take("problems", "zabbix.php?action=problem.view&show=1&filter_set=1")


def graphs(server, crm):
    """A host that has lived through half a day; gives the page of its graphs."""
    host = "wolkvox sales"
    server.create_hosts(TEMPLATE, {host: {**macros("sales"), "INTERVAL": "1h"}})
    start = time.time() - screenshot.HOURS * 3600
    replies = {"sales": screenshot.answer(0)}
    with crm.situation(replies=replies):
        for moment in range(0, screenshot.HOURS * 3600 + 1, 300):
            replies["sales"] = screenshot.answer(moment / 3600)
            result = engine.blackbox.run("--hostname", engine.CRM, "--operation", "sales", "--token-file",
                                         TOKEN_FILES["sales"], "--forecast", user=zabbix.USER, cwd="/")
            server.remember(host, start + moment, result.perfdata_text)
    return take("graphs", f"zabbix.php?action=charts.view&filter_hostids[]={server.host_id(host)}&filter_show=1"
                "&filter_set=1&from=now-12h&to=now")


def take(name, page):
    return icingaweb.photograph(zabbix.URL + page, *SIZES[name])


def macros(operation):
    server = {"SERVER": engine.CRM, "OPERATION": operation} if operation else {"SERVER": engine.MANAGER}
    return {"INTERVAL": "5s", "MAX.AGE": "0", "TOKEN.FILE": TOKEN_FILES[operation], **server}


if __name__ == "__main__":
    trouble = engine.enter_sandbox(*zabbix.PROGRAMS, "chromium")
    if trouble:
        sys.exit(trouble)
    make = {"problems": problems, "graphs": graphs}[sys.argv[1]]
    sys.stdout.buffer.write(make(*set_up()))
