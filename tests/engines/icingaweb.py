"""Icinga Web 2 as the tests need it: MariaDB, and what an administrator puts into /etc/icingaweb2."""

import html
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.parse
import urllib.request

import engine
import graphs
import icinga

CONFIGURATION = pathlib.Path("/etc/icingaweb2")
DATA = "/var/lib/mysql-of-the-tests"
RUN = pathlib.Path("/run/mysqld")
SOCKET = RUN / "mysqld.sock"
PASSWORD = "of-the-tests"
PORT = 8080
GRAPHITE_PORT = 8003
URL = f"http://127.0.0.1:{PORT}/"

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
    """What all of Icinga Web needs, with these modules and no others."""
    configure("config.ini", CONFIG)
    # Icinga 2 puts UTF-8 into tables that are latin1, and has it out again as what it put in.
    configure("resources.ini", resource("director", "utf8") + resource("icinga2", "latin1"))
    enabled = CONFIGURATION / "enabledModules"
    shutil.rmtree(enabled, ignore_errors=True)
    enabled.mkdir()
    for module in modules:
        (enabled / module).symlink_to(f"/usr/share/icingaweb2/modules/{module}")


def resource(name, charset):
    """A database of start_database() as Icinga Web wants to know it."""
    return f"""
[{name}]
type = "db"
db = "mysql"
host = "localhost"
dbname = "{name}"
username = "{name}"
password = "{PASSWORD}"
charset = "{charset}"
"""


def icingacli(*words, **options):
    """What icingacli prints; an AssertionError where it fails."""
    return engine.run("icingacli", *words, **options)


# --- the monitoring module -------------------------------------------------------------------


def setup_monitoring(*modules):
    """Icinga Web with the objects of Icinga 2, who writes them into the database `icinga2`; more modules.

    Who comes is logged in as `admin`, as behind a web server that has asked for a password.
    """
    with open("/usr/share/icinga2-ido-mysql/schema/mysql.sql", encoding="utf-8") as schema:
        sql(schema.read(), "icinga2")
    (icinga.CONFIGURATION / "features-enabled/ido-mysql.conf").write_text(f"""
library "db_ido_mysql"
object IdoMysqlConnection "ido-mysql" {{
  user = "icinga2"
  password = "{PASSWORD}"
  host = "127.0.0.1"
  database = "icinga2"
}}
""", encoding="utf-8")
    setup("monitoring", *modules)
    configure("authentication.ini", '[external]\nbackend = "external"\n')
    configure("roles.ini", '[admins]\nusers = "admin"\npermissions = "module/*,monitoring/*,director/*"\n')
    configure("modules/monitoring/backends.ini", '[icinga2]\ntype = "ido"\nresource = "icinga2"\n')
    protect_variables()


def protect_variables():
    """What the monitoring module's set-up offers to mask."""
    configure("modules/monitoring/config.ini", '[security]\nprotected_customvars = "*pw*,*pass*,community"\n')


def start_web():
    """Serves Icinga Web at URL."""
    daemon = engine.start("icingacli", "web", "serve", "/usr/share/icingaweb2/public", f"127.0.0.1:{PORT}",
                          env={"REMOTE_USER": "admin", "PHP_CLI_SERVER_WORKERS": "4"})
    daemon.wait_until(lambda: engine.listens(PORT))
    return daemon


def service_url(host, service, **parameters):
    words = urllib.parse.urlencode({"host": host, "service": service, **parameters},
                                   quote_via=urllib.parse.quote)
    return f"{URL}monitoring/service/show?{words}"


def page(url):
    """The HTML of a page."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(url) as answer:
        return answer.read().decode()


def page_with(text, host, service):
    """The HTML of a service's page, as soon as it shows the text."""
    shown = []

    def shows_it():
        shown[:] = [page(service_url(host, service))]
        return " ".join(text.split()) in text_of(shown[0])
    try:
        engine.blackbox.wait_until(shows_it, 30)
    except AssertionError:
        raise AssertionError(f"{text}\nis not in\n{text_of(shown[0])}") from None
    return shown[0]


def text_of(page_html):
    """The words of a page as they are seen, with single blanks between them."""
    without_scripts = re.sub("<script.*?</script>", " ", page_html, flags=re.DOTALL)
    text = html.unescape(re.sub("<[^>]*>", " ", without_scripts))
    return " ".join(text.replace("\u200b", "").split())  # which it puts behind commas


def plugin_output(page_html):
    """The HTML of what a service's page shows of the plugin's text, long output included."""
    return "\n".join(re.findall('<div class="plugin-output[^>]*>(.*?)</div>', page_html, re.DOTALL))


# --- graphs ----------------------------------------------------------------------------------


def setup_graphs():
    """Icinga 2's writer, carbon, graphite-web, and Icinga Web's module, which shows twelve hours. Carbon keeps a
    value of every five minutes."""
    engine.follow("Graphite", "doc/graphs.md")
    engine.change("/etc/carbon/storage-schemas.conf", "retentions = 60s:1d,", "retentions = ")
    graphs.start_carbon()
    engine.run("graphite-manage", "migrate", "--run-syncdb")
    daemon = engine.start("graphite-manage", "runserver", "--noreload", f"127.0.0.1:{GRAPHITE_PORT}")
    daemon.wait_until(lambda: engine.listens(GRAPHITE_PORT))
    configure("modules/graphite/config.ini", f"""
[graphite]
url = "http://127.0.0.1:{GRAPHITE_PORT}/"
[ui]
default_time_range = "12"
default_time_range_unit = "hours"
""")


def wait_for_points(metrics, series, number):
    """Until graphite-web has so many series of the metrics, each with so many values in twelve hours."""
    words = urllib.parse.urlencode({"target": metrics, "from": "-12h", "format": "json", "noCache": "true"})
    counts = {}

    def are_there():
        for found in json.loads(page(f"http://127.0.0.1:{GRAPHITE_PORT}/render?{words}")):
            counts[found["target"]] = sum(value is not None for value, _time in found["datapoints"])
        return sum(count >= number for count in counts.values()) >= series
    try:
        engine.blackbox.wait_until(are_there, 120)
    except AssertionError:
        raise AssertionError(f"no {series} series of {number} values: {counts}") from None


# --- the browser -----------------------------------------------------------------------------


def photograph(url, width, height):
    """A PNG of a page in Chromium, when its scripts have nothing more to do."""
    with tempfile.TemporaryDirectory() as profile:
        picture = pathlib.Path(profile, "picture.png")
        engine.run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                   "--no-first-run", "--disable-background-networking", "--disable-component-update",
                   "--disable-sync", f"--user-data-dir={profile}", "--hide-scrollbars",
                   f"--window-size={width},{height}", "--virtual-time-budget=15000",
                   f"--screenshot={picture}", url)
        return picture.read_bytes()
