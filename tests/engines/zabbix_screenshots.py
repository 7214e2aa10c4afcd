#!/usr/bin/env python3
"""Makes the screenshots of contrib/zabbix/README.md:

    tests/engines/zabbix_screenshots.py problems >doc/zabbix-problems.png
    tests/engines/zabbix_screenshots.py graphs >doc/zabbix-graphs.png

They show hosts with the template for external checks in Debian's Zabbix, in a sandbox, and need a plugin that is
configured as README says (`CHECK_WOLKVOX_TOKEN` names it), root, the packages of the tests, and `locales`.
"""

import pathlib
import sys
import tempfile
import time

import engine
import icingaweb
import screenshot
import zabbix

EXAMPLE, TEMPLATE = "zabbix/wolkvox_token-external.yaml", "wolkvox token by external check"
SCRIPTS = pathlib.Path("/etc/zabbix/externalscripts")
OPERATIONS = "sales", "support", "billing", "survey"
TOKEN_FILES = {operation: f"/etc/zabbix/wolkvox-{operation}.token" for operation in OPERATIONS}
MANAGER, AWAY = "wv0010.wolkvox.com", "crm0009.wolkvox.com"
SIZES = {"problems": (1280, 490), "graphs": (1280, 750)}


def set_up():
    """Everything but hosts, with pages that need no password; gives the Zabbix and the vendor's server."""
    engine.install_plugin()
    crm = engine.Crm(TOKEN_FILES, owner=zabbix.USER)
    engine.append("/etc/hosts", f"127.0.0.1 {MANAGER}\n127.0.0.9 {AWAY}\n")
    SCRIPTS.mkdir()
    (SCRIPTS / engine.PLUGIN.name).symlink_to(engine.PLUGIN)
    engine.run("localedef", "-i", "en_US", "-f", "UTF-8", "en_US.UTF-8")  # which the frontend wants
    server = zabbix.start()
    server.import_template(EXAMPLE)
    server.let_guests_in()
    return server, crm


def problems(server, crm, take):
    """A host for each thing that can be the matter."""
    replies = {"sales": screenshot.answer(screenshot.HOURS), "support": left(100), None: manager(700)}
    with crm.situation(replies=replies) as api:
        api.tokens[OPERATIONS.index("billing")].used = 4800
        zabbix.write(TOKEN_FILES["survey"], "0" * 56)
        server.create_hosts(TEMPLATE, {
            **{f"wolkvox {operation}": macros(operation) for operation in OPERATIONS},
            "wolkvox Manager": {**macros("sales"), "SERVER": MANAGER, "OPERATION": ""},
            "wolkvox backup": {**macros("sales"), "SERVER": AWAY}})
        server.wait_until(lambda seen: all(host.problems for host in seen.values()))
        take("zabbix.php?action=problem.view&show=1&filter_set=1")


def graphs(server, crm, take):
    """A host that has lived through half a day."""
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
    take(f"zabbix.php?action=charts.view&filter_hostids[]={server.host_id(host)}&filter_show=1&filter_set=1"
         "&from=now-12h&to=now")


def macros(operation):
    return {"INTERVAL": "5s", "MAX.AGE": "0", "SERVER": engine.CRM, "OPERATION": operation,
            "TOKEN.FILE": TOKEN_FILES[operation]}


def left(number):
    return engine.Reply.json(engine.blackbox.envelope(available_consumition_options=number,
                                                      token_use_today=4800 - number))


def manager(number):
    """What Manager answers: an array of one record, numbers as strings."""
    record = {"description": "calls", "token_limit": "4800", "token_use_today": str(4800 - number),
              "all_token_today": "9000", "available_consumition_options": str(number)}
    return engine.Reply.json({"code": "200", "error": None, "msg": "1 records were found", "data": [record]})


def main(name):
    make = {"problems": problems, "graphs": graphs}[name]
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "screenshot.png"
        make(*set_up(), lambda page: icingaweb.photograph(zabbix.URL + page, path, *SIZES[name]))
        sys.stdout.buffer.write(path.read_bytes())


if __name__ == "__main__":
    trouble = engine.enter_sandbox(*zabbix.PROGRAMS, "chromium")
    if trouble:
        sys.exit(trouble)
    main(sys.argv[1])
