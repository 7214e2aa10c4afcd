"""Icinga Web 2 as the tests need it: MariaDB, and what an administrator puts into /etc/icingaweb2."""

import os
import pathlib
import shutil
import subprocess

import engine

CONFIGURATION = pathlib.Path("/etc/icingaweb2")
DATA = "/var/lib/mysql-of-the-tests"
RUN = pathlib.Path("/run/mysqld")
SOCKET = RUN / "mysqld.sock"
PASSWORD = "of-the-tests"
GROUP = "icingaweb2"

CONFIG = """
[global]
show_stacktraces = "1"
config_backend = "ini"
config_resource = "icingaweb"

[logging]
log = "syslog"
level = "ERROR"
"""


def start_database(*names):
    """MariaDB with an empty database, and a user of that name, for each name; gives the Daemon."""
    engine.run("mariadb-install-db", "--user=mysql", f"--datadir={DATA}", "--skip-test-db",
               "--auth-root-authentication-method=socket", *_sizes())
    RUN.mkdir(exist_ok=True)
    shutil.chown(RUN, "mysql", "mysql")
    daemon = engine.start("mariadbd", "--user=mysql", f"--datadir={DATA}", f"--socket={SOCKET}",
                          "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0", *_sizes())
    daemon.wait_until(lambda: engine.listens(3306))
    for name in names:
        sql(f"CREATE DATABASE {name} CHARACTER SET utf8 COLLATE utf8_bin;"
            f"GRANT ALL ON {name}.* TO '{name}'@'localhost' IDENTIFIED BY '{PASSWORD}'")
    return daemon


def _sizes():
    """A small redo log, for the copy of the machine stands in memory."""
    return ["--innodb-log-file-size=8M"]


def sql(text, database=""):
    """What MariaDB says to statements, a line a row, without headings."""
    done = subprocess.run(["mariadb", f"--socket={SOCKET}", "--batch", "--skip-column-names", database],
                          input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    output = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"MariaDB says: {output}"
    return output


def configure(path, text):
    """A file of /etc/icingaweb2."""
    path = CONFIGURATION / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.lstrip("\n"), encoding="utf-8")


def setup(*modules):
    """What all of Icinga Web needs, and the modules, each with a database of its name for it."""
    configure("config.ini", CONFIG)
    configure("resources.ini", "".join(resource(name) for name in ("director", "icinga2")))
    for module in modules:
        link = CONFIGURATION / "enabledModules" / module
        link.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(link):
            link.symlink_to(f"/usr/share/icingaweb2/modules/{module}")


def resource(name):
    return f"""
[{name}]
type = "db"
db = "mysql"
host = "localhost"
dbname = "{name}"
username = "{name}"
password = "{PASSWORD}"
charset = "utf8"
"""


def icingacli(*words, **options):
    """What icingacli prints; an AssertionError where it fails."""
    return engine.run("icingacli", *words, **options)
