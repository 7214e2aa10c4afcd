"""Nagios as the tests need it: its daemon with Debian's configuration, its status file."""

import contextlib
import pathlib
import re
import shutil
import time

import engine

CONFIGURATION = pathlib.Path("/etc/nagios4/nagios.cfg")
CONF_D = pathlib.Path("/etc/nagios4/conf.d")
CACHE = pathlib.Path("/var/lib/nagios4/objects.cache")
STATUS = pathlib.Path("/var/lib/nagios4/status.dat")
RETENTION = pathlib.Path("/var/lib/nagios4/retention.dat")
COMMANDS = pathlib.Path("/var/lib/nagios4/rw/nagios.cmd")
RUN = pathlib.Path("/run/nagios4")
# What differs from Debian's file: the status is written at once, and nobody is asked for updates.
SETTINGS = {"status_update_interval": "1", "check_for_updates": "0"}


def setup():
    for name, value in SETTINGS.items():
        engine.change(CONFIGURATION, rf"^{name}=.*$", f"{name}={value}")
    RUN.mkdir(exist_ok=True)
    shutil.chown(RUN, engine.USER, engine.USER)


def configuration_problems():
    """What Nagios says of the configuration: all of it where there is an error, else its last lines."""
    return engine.run("nagios4", "-v", CONFIGURATION)


def objects():
    """The definitions of all objects, as Nagios has them in its cache when it has read its configuration."""
    with running():
        text = CACHE.read_text(encoding="utf-8")
    return set(re.findall(r"^define \w+ \{\n.*?^\t\}$", text, re.DOTALL | re.MULTILINE))


@contextlib.contextmanager
def running():
    """A Nagios that knows of no check before, as long as the context lasts."""
    daemon = started()
    try:
        yield daemon
    finally:
        daemon.stop()


def started():
    """The same, until it is stopped."""
    for path in (STATUS, RETENTION, COMMANDS):
        path.unlink(missing_ok=True)
    daemon = engine.start("nagios4", CONFIGURATION)
    daemon.wait_until(lambda: COMMANDS.exists() and STATUS.exists())
    return daemon


def check(daemon, host, *services):
    """Forces the first check of these services and gives their Outcomes by description."""
    force(host, services)
    found = {}

    def all_done():
        found.update({entry["service_description"]: entry for entry in entries(host)
                      if entry["has_been_checked"] == "1"})
        return found.keys() >= set(services)
    daemon.wait_until(all_done, 120)
    return {service: _outcome(found[service]) for service in services}


def force(host, services):
    """Lets services be checked at once."""
    with open(COMMANDS, "w", encoding="utf-8") as commands:
        for service in services:
            commands.write(f"[{time.time():.0f}] SCHEDULE_FORCED_SVC_CHECK;{host};{service};"
                           f"{time.time():.0f}\n")


def entries(host):
    """The entries of a host's services in the status file."""
    if not STATUS.exists():  # it is being replaced
        return
    text = STATUS.read_text(encoding="utf-8")
    for block in re.findall(r"^servicestatus \{\n(.*?)^\t\}$", text, re.DOTALL | re.MULTILINE):
        entry = dict(line[1:].split("=", 1) for line in block.splitlines() if "=" in line)
        if entry["host_name"] == host:
            yield entry


def _outcome(entry):
    text, more = entry["plugin_output"], entry["long_plugin_output"].replace("\\n", "\n")
    return engine.Outcome(int(entry["current_state"]), f"{text}\n{more}".rstrip("\n"),
                          entry["performance_data"])


