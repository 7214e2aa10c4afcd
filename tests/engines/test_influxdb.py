#!/usr/bin/env python3
"""Perfdata through Icinga 2's writer into a real InfluxDB, and contrib/grafana's queries to that."""

import collections
import itertools
import re
import time
import unittest

import engine
import grafana
import graphs
import icinga
import influx

EXAMPLE = "wolkvox!wolkvox token sales"


def setUpModule():
    global database, outcomes, past, situations
    crm = graphs.setup("InfluxDB and Grafana")
    database = influx.Influx()
    daemon = icinga.Icinga()
    past = graphs.make_past(crm, daemon)
    situations = check_situations(crm, daemon)
    outcomes = graphs.check_lines(crm, daemon)
    # Icinga 2 sends in the order of the checks, and of each its metadata last.
    last = graphs.service_of(graphs.LINES[-1])
    database.daemon.wait_until(lambda: database.query(
        f"""SELECT "state" FROM "{graphs.COMMAND}" WHERE "service" = '{last}'"""))


def check_situations(crm, daemon):
    """Checks one of the examples' services in all situations; gives the Outcome and its second of each."""
    found = {}
    daemon.ask(f"objects/services/{EXAMPLE.replace(' ', '%20')}", {"attrs": {"enable_active_checks": False}})
    for name in engine.SITUATIONS:
        # Two results of one second would be one row.
        daemon.daemon.wait_until(lambda: int(time.time()) > second_of_last_check(daemon))
        with crm.situation(name):
            outcome = daemon.check(EXAMPLE)
        found[name] = outcome, second_of_last_check(daemon)
    return found


def second_of_last_check(daemon):
    return int((daemon.result(EXAMPLE) or {"execution_end": 0})["execution_end"])


def rows(service, condition="time > 0"):
    """The row of each metric of a service (HOST!NAME); that of the metadata is named ""."""
    host, name = service.split("!")
    found = database.query(f"""SELECT * FROM "{graphs.COMMAND}" WHERE "hostname" = '{host}'
                               AND "service" = '{name}' AND {condition} GROUP BY "metric" """)
    assert all(len(series.rows) == 1 for series in found), found
    return {series.tags["metric"]: series.rows[0] for series in found}


def numbers(metrics):
    """The NUMBERS of rows() by metric, without the metadata."""
    return {metric: tuple(map(row.get, graphs.NUMBERS)) for metric, row in metrics.items() if metric}


class Situations(engine.SituationsCase):

    def test_nothing_remains_of_an_earlier_check(self):
        for name, (outcome, second) in situations.items():
            with self.subTest(name):
                self.assert_situation(name, outcome)
                arrived = rows(EXAMPLE, f"time = {second}s")
                self.assertEqual(arrived[""]["state"], outcome.state)
                self.assertEqual(numbers(arrived), graphs.plain_numbers(outcome.perfdata))


class Arrival(unittest.TestCase, graphs.ArrivalCase):
    """Fields and tags as they stand in the database."""

    @classmethod
    def setUpClass(cls):
        cls.outcomes = outcomes

    def arrived(self, line):
        return numbers(self.rows(line))

    @staticmethod
    def rows(line):
        return rows(f"{graphs.HOST}!{graphs.service_of(line)}")

    def test_the_state_arrives_even_without_perfdata(self):
        for name in graphs.LINES:
            with self.subTest(name):
                self.assertEqual(self.rows(name)[""]["state"], outcomes[name].state)


SERVICES = {name: graphs.service_of(name) for name in graphs.LINES}


class Dashboard(unittest.TestCase):
    """Every query of the dashboard, with the variables put in, gives what was measured."""

    @classmethod
    def setUpClass(cls):
        cls.dashboard = grafana.Dashboard("wolkvox-token.json", time.time(), 6 * 3600)
        cls.panels = cls.dashboard.panels()

    def ask(self, title, ref, service, host=(graphs.HOST,)):
        """The series that a target of a panel gets, by service."""
        panel = self.panels[title]
        target, = (target for target in panel["targets"] if target["refId"] == ref)
        query = self.dashboard.substituted(target["query"], panel, host=host, service=service)
        return {series.tags["service"]: series for series in database.query(query)}

    def values(self, title, ref, service):
        """Those of the one column of such a series, in the order of time; none where it is not there."""
        series = self.ask(title, ref, [service]).get(service)
        if series is None:
            return []
        column, = set(series.columns) - {"time"}
        return [row[column] for row in series.rows if column in row]

    @staticmethod
    def of_past(metric):
        """The values of a metric in all results that were handed in."""
        return [graphs.plain_numbers(entry.result.perfdata_text)[metric][0] for entry in past]

    def test_variables(self):
        queries = self.dashboard.variables()
        self.assertEqual(set(queries), {"host", "service"})
        hosts, = database.query(self.dashboard.substituted(queries["host"]))
        self.assertEqual([row["value"] for row in hosts.rows], [graphs.HOST, "wolkvox"])
        for chosen in ([graphs.HOST], [graphs.HOST, "wolkvox"], grafana.ALL):
            services, = database.query(self.dashboard.substituted(queries["service"], host=chosen))
            self.assertLessEqual({*SERVICES.values(), graphs.PAST}, {row["value"] for row in services.rows})
        self.assertEqual(database.query(self.dashboard.substituted(queries["service"], host=["graph"])), [])

    def test_every_query_gives_plausible_rows(self):
        chosen = ([graphs.PAST, *SERVICES.values()], grafana.ALL)
        for (title, panel), service in itertools.product(self.panels.items(), chosen):
            for target in panel["targets"]:
                with self.subTest(title, ref=target["refId"], all=service is grafana.ALL):
                    host = service if service is grafana.ALL else [graphs.HOST]
                    found = self.ask(title, target["refId"], service, host)
                    self.assertTrue(found)
                    for series, tag in itertools.product(
                            found.values(), re.findall(r"\$tag_(\w+)", target.get("alias", ""))):
                        self.assertIn(tag, series.tags)
                    self.assert_plausible(panel, found.values())

    def assert_plausible(self, panel, found):
        """Values that fit the unit which the panel, or its override for a column, gives them."""
        unit = panel["fieldConfig"]["defaults"]["unit"]
        units = {override["matcher"]["options"]: entry["value"]
                 for override in panel["fieldConfig"]["overrides"]
                 for entry in override["properties"] if entry["id"] == "unit"}
        seen = [(column, value) for series in found for row in series.rows
                for column, value in row.items() if column != "time"]
        self.assertTrue(seen)
        for column, value in seen:
            low, high = {"percent": (0, 100), "s": (0, 24 * 3600), "short": (-3, 4803)}[
                units.get(column, unit)]
            self.assertTrue(low <= value <= high, (column, value))

    def test_nothing_for_a_service_that_is_not_chosen(self):
        for title, panel in self.panels.items():
            for target in panel["targets"]:
                with self.subTest(title, ref=target["refId"]):
                    for service in ("line", "past 1/2", "ast 1/2 (hours)"):
                        self.assertEqual(self.ask(title, target["refId"], [service]), {})
                    self.assertEqual(self.ask(title, target["refId"], grafana.ALL, ["graph"]), {})

    def test_tokens_now(self):
        found = self.ask("Tokens now", "A", grafana.ALL)
        self.assertEqual(set(found), set(SERVICES.values()), "and nothing that is older than ten minutes")
        columns = {"calls left": "available", "used": "used", "used of limit": "used_percent",
                   "resets in": "reset", "calls last": "lasts"}
        for name, service in SERVICES.items():
            with self.subTest(name):
                row, = found[service].rows
                del row["time"]
                arrived = graphs.plain_numbers(outcomes[name].perfdata)
                expected = {column: arrived[metric][0] for column, metric in columns.items()
                            if metric in arrived}
                if arrived.get("used", (None,))[-1] is not None:
                    expected["limit"] = 4800
                self.assertEqual(row, {"state": outcomes[name].state, **expected})

    def test_calls_left(self):
        title = "Calls left: $service"
        self.assertEqual(self.values(title, "A", graphs.PAST), self.of_past("available"))
        for name, left, warning, critical in (
                ("ok", 4799, [960], [480]), ("warning-number", 800, [1000], [100]),
                ("critical-fraction", 599, [], [600]), ("warning-range", 800, [], []),
                ("exhausted", 0, [], [])):
            with self.subTest(name):
                self.assertEqual(self.values(title, "A", SERVICES[name]), [left])
                for ref, expected in ("B", warning), ("C", critical):
                    self.assertEqual(self.values(title, ref, SERVICES[name]), expected)

    def test_used_of_the_limit(self):
        for name, percent in ("warning", 83.34), ("none-left", 100):
            self.assertEqual(self.values("Used of the limit now", "A", SERVICES[name]), [percent])
        self.assertEqual(self.ask("Used of the limit now", "A", [SERVICES["exhausted"]]), {})

    def test_state(self):
        self.assertEqual(self.values("State", "A", graphs.PAST), [1] * len(past))
        for name in graphs.LINES:
            self.assertEqual(self.values("State", "A", SERVICES[name]), [outcomes[name].state])

    def test_calls_an_hour(self):
        checks = collections.Counter(entry.when // 3600 for entry in past)
        a_full_hour = 3600 // graphs.STEP
        self.assertEqual(checks[past[0].when // 3600], a_full_hour)
        self.assertEqual(self.values("Calls an hour, of all who use the token", "A", graphs.PAST),
                         [count * graphs.CALLS_A_STEP for count in list(checks.values())[1:]])

    def test_seconds(self):
        title = "Time to the reset, and how long the calls last"
        self.assertEqual(self.values(title, "A", graphs.PAST), self.of_past("reset"))
        self.assertEqual(self.values(title, "B", graphs.PAST), self.of_past("lasts"))
        self.assertEqual(self.values("Request time", "A", graphs.PAST), self.of_past("time"))
        self.assertEqual(set(self.values("Request time", "B", graphs.PAST)), {10})

    def test_metrics_are_those_that_the_plugin_prints(self):
        printed = {label for outcome in outcomes.values() for label in graphs.plain_numbers(outcome.perfdata)}
        queries = " ".join(target["query"] for panel in self.panels.values() for target in panel["targets"])
        self.assertEqual(set(re.findall(r""""metric" = '(\w+)'""", queries)), printed)


if __name__ == "__main__":
    engine.main("icinga2", "influxd", "influx")
