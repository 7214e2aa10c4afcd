"""What the tests of graphs share: checks of every kind by Icinga 2, and what is to arrive of each."""

import collections
import time

import engine
import icinga
import expected_lines as lines

HOST = "graphs"
PAST = "past 1/2 (hours)"  # a service whose results are handed in, see make_past()
COMMAND = "wolkvox_token"  # the measurement in InfluxDB, a folder in Graphite
NUMBERS = ("value", "warn", "crit", "min", "max")

# With perfdata of every form, and without any.
LINES = ("ok", "least", "warning", "warning-number", "warning-range", "warning-maximum", "critical",
         "critical-fraction", "none-left", "less-than-none", "exhausted", "exhausted-in-text", "forecast",
         "forecast-in-text", "no-limit", "busy", "unavailable", "kept", "kept-forecast",
         "description-perfdata", "message-perfdata")


def setup(heading):
    """The plugin, the vendor's server, Icinga 2 with what doc/graphs.md has under a heading; gives the Crm."""
    crm = icinga.set_up_examples()
    for line in engine.shell_lines("doc/graphs.md", heading):
        if not line.startswith("influx "):  # which is typed when InfluxDB is there
            engine.type_in(line)
    services = [icinga.service(HOST, service_of(name), icinga.variables(lines.options(name))) for name in LINES]
    (icinga.CONF_D / "tests.conf").write_text("\n".join([
        f'object Host "{HOST}" {{ check_command = "dummy" }}', *services, icinga.service(HOST, PAST, "")]),
        encoding="utf-8")
    return crm


def start_carbon():
    """Carbon with Debian's configuration; but its 50 files a minute would drop most of what the tests send."""
    engine.change("/etc/carbon/carbon.conf", "MAX_CREATES_PER_MINUTE = .*", "MAX_CREATES_PER_MINUTE = inf")
    carbon = engine.start("carbon-cache", "--nodaemon", "--config=/etc/carbon/carbon.conf",
                          "--pidfile=/run/carbon-cache.pid", "--logdir=/var/log/carbon", "start")
    carbon.wait_until(lambda: engine.listens(2003))
    return carbon


def service_of(line):
    return f"line {line}"


def check_lines(crm, daemon):
    """Checks a service a line, once; gives the Outcomes by the line's name."""
    outcomes = {}
    with crm.situation(replies=lines.REPLIES):
        for name in LINES:
            if name.startswith("kept"):  # so that there is an answer for Icinga 2 to find
                lines.run(name)
            outcomes[name] = daemon.check(f"{HOST}!{service_of(name)}")
            assert outcomes[name].state == lines.LINES[name].state, outcomes[name]
    ArrivalCase.outcomes = outcomes
    return outcomes


Past = collections.namedtuple("Past", "when result")
STEP = 600
CALLS_A_STEP = 40


def make_past(crm, daemon):
    """Five hours of checks, one in ten minutes, the last a quarter of an hour ago; gives their results."""
    now = time.time()
    begin = (int(now) // 3600 - 5) * 3600
    moments = range(begin, int(now) - 900, STEP)
    words = lines.arguments({"hostname": engine.CRM, "operation": "past", "forecast": True,
                             "token-file": engine.TOKEN_FILE})
    past = []
    with crm.situation() as api:
        for number, when in enumerate(moments):
            used = 2500 + CALLS_A_STEP * number
            api.replies["past"] = lines.left(4800 - used, hours_to_restart_count=14 - number * STEP // 3600)
            past.append(Past(when, engine.blackbox.run(*words, user=engine.USER, cwd="/")))
            daemon.submit(f"{HOST}!{PAST}", *past[-1])
    return past


def plain_numbers(perfdata):
    """Metric to its NUMBERS in a text of perfdata; None for what is no plain number, or not there."""
    metrics = {}
    for item in perfdata.split():
        label, value, _unit, rest = engine.blackbox.PERFDATA_ITEM.fullmatch(item).groups()
        bounds = (rest.split(";")[1:] + [""] * 4)[:4]
        metrics[label] = (float(value), *map(_plain_number, bounds))
    return metrics


def _plain_number(text):
    try:
        return float(text)
    except ValueError:
        return None


class ArrivalCase:
    """For TestCases, after check_lines(): arrived(line) gives metric to NUMBERS, and state(line) the state."""

    def test_the_state_arrives_even_without_perfdata(self):
        for name in LINES:
            with self.subTest(name):
                self.assertEqual(self.state(name), self.outcomes[name].state)

    def test_all_plain_numbers_of_each_line_arrive_and_nothing_else(self):
        for name in LINES:
            with self.subTest(name):
                self.assertEqual(self.arrived(name), plain_numbers(self.outcomes[name].perfdata))

    def test_alerts_arrive_as_plain_numbers(self):
        """Those of `available` are ranges, which get lost on the way."""
        arrived = self.arrived("warning")
        self.assertEqual(arrived["available"], (800, None, None, 0, 4800))
        self.assertEqual(arrived["used"], (4000, 3840, 4320, 0, 4800))
