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

SERVICES = {name: graphs.service_of(name) for name in graphs.LINES}
TABLE = 'AS "calls left"'  # the query of the table


def setUpModule():
    global database, outcomes, past
    crm = graphs.setup("InfluxDB and Grafana")
    database = influx.Influx()
    daemon = icinga.Icinga()
    past = graphs.make_past(crm, daemon)
    outcomes = graphs.check_lines(crm, daemon)
    # Icinga 2 sends in the order of the checks, and of each its metadata last.
    database.daemon.wait_until(lambda: database.query(
        f"""SELECT "state" FROM "{graphs.COMMAND}" WHERE "service" = '{SERVICES[graphs.LINES[-1]]}'"""))


class Arrival(unittest.TestCase, graphs.ArrivalCase):
    """Fields and tags as they stand in the database."""

    def rows(self, line):
        """The row of each metric; that of the metadata is named ""."""
        found = database.query(f"""SELECT * FROM "{graphs.COMMAND}" WHERE "hostname" = '{graphs.HOST}'
                                   AND "service" = '{SERVICES[line]}' GROUP BY "metric" """)
        self.assertEqual({len(series.rows) for series in found}, {1}, found)
        return {series.tags["metric"]: series.rows[0] for series in found}

    def arrived(self, line):
        return {metric: tuple(map(row.get, graphs.NUMBERS))
                for metric, row in self.rows(line).items() if metric}

    def state(self, line):
        return self.rows(line)[""]["state"]


class Dashboard(unittest.TestCase):
    """Every query of the dashboard, with the variables put in, gives what was measured."""

    @classmethod
    def setUpClass(cls):
        cls.dashboard = grafana.Dashboard("wolkvox-token.json", time.time(), 6 * 3600)
        cls.targets = [(panel, target["query"]) for panel in cls.dashboard.panels().values()
                       for target in panel["targets"]]
        cls.printed = {label for outcome in outcomes.values()
                       for label in graphs.plain_numbers(outcome.perfdata)}

    def ask(self, panel, query, service, host=(graphs.HOST,)):
        """The series that a target of a panel gets, by service."""
        query = self.dashboard.substituted(query, panel, host=host, service=service)
        return {series.tags["service"]: series for series in database.query(query)}

    def find(self, column, metric=None):
        """The panel and query that ask for a column of a metric alone."""
        found, = ((panel, query) for panel, query in self.targets
                  if query.startswith(f"SELECT {column} ")
                  and metrics_of(query) == ({metric} if metric else set()))
        return found

    def values(self, column, metric, service):
        """Those of such a query, in the order of time; none where the series is not there."""
        series = self.ask(*self.find(column, metric), [service]).get(service)
        if series is None:
            return []
        column, = set(series.columns) - {"time"}
        return [row[column] for row in series.rows if column in row]

    def test_variables(self):
        queries = self.dashboard.variables()
        self.assertEqual(set(queries), {"host", "service"})
        hosts, = database.query(self.dashboard.substituted(queries["host"]))
        self.assertIn(graphs.HOST, [row["value"] for row in hosts.rows])
        for chosen in ([graphs.HOST], [graphs.HOST, "wolkvox"], grafana.ALL):
            services, = database.query(self.dashboard.substituted(queries["service"], host=chosen))
            self.assertLessEqual({*SERVICES.values(), graphs.PAST}, {row["value"] for row in services.rows})
        self.assertEqual(database.query(self.dashboard.substituted(queries["service"], host=["graph"])), [])

    def test_every_query_gives_plausible_rows(self):
        """And none of a service or host that is not chosen. Only Manager has all_used."""
        chosen = ([graphs.PAST, *SERVICES.values()], grafana.ALL)
        for (panel, query), service in itertools.product(self.targets, chosen):
            with self.subTest(query, all=service is grafana.ALL):
                host = service if service is grafana.ALL else [graphs.HOST]
                found = self.ask(panel, query, service, host)
                self.assertEqual(bool(found), metrics_of(query) <= self.printed)
                self.assert_plausible(panel, found.values())
        for (panel, query), service in itertools.product(
                self.targets, ("line", "past 1/2", "ast 1/2 (hours)")):
            with self.subTest(query, service=service):
                self.assertEqual(self.ask(panel, query, [service]), {})
                self.assertEqual(self.ask(panel, query, grafana.ALL, ["graph"]), {})

    def assert_plausible(self, panel, found):
        """Tags for the legend, and values that fit the unit of the panel, or the column's own."""
        tags = {tag for target in panel["targets"] for tag in re.findall(r"\$tag_(\w+)", target.get("alias", ""))}
        units = {override["matcher"]["options"]: entry["value"]
                 for override in panel["fieldConfig"]["overrides"]
                 for entry in override["properties"] if entry["id"] == "unit"}
        for series in found:
            self.assertLessEqual(tags, set(series.tags))
            for column, value in (item for row in series.rows for item in row.items() if item[0] != "time"):
                low, high = {"percent": (0, 100), "s": (0, 24 * 3600), "short": (-3, 4803)}[
                    units.get(column, panel["fieldConfig"]["defaults"]["unit"])]
                self.assertTrue(low <= value <= high, (column, value))

    def test_the_table(self):
        (panel, query), = (found for found in self.targets if TABLE in found[1])
        found = self.ask(panel, query, grafana.ALL)
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

    def test_the_past(self):
        for column, metric in (('last("value")', "available"), ('last("value")', "reset"),
                               ('last("value")', "lasts"), ('max("value")', "time")):
            with self.subTest(metric):
                self.assertEqual(self.values(column, metric, graphs.PAST), [
                    graphs.plain_numbers(entry.result.perfdata_text)[metric][0] for entry in past])
        self.assertEqual(set(self.values('last("max")', "time", graphs.PAST)), {10})
        self.assertEqual(self.values('last("state")', None, graphs.PAST), [1] * len(past))
        hours = collections.Counter(entry.when // 3600 for entry in past)
        self.assertEqual(self.values('non_negative_difference(max("value"))', "used", graphs.PAST),
                         [count * graphs.CALLS_A_STEP for count in list(hours.values())[1:]])

    def test_calls_left_and_used(self):
        """Where no critical threshold is given, one call left is the alert."""
        for name, left, warning, critical in (
                ("ok", 4799, [960], [480]), ("warning-number", 800, [1000], [100]),
                ("critical-fraction", 599, [], [600]), ("warning-range", 800, [], [1]),
                ("exhausted", 0, [], [])):
            with self.subTest(name):
                self.assertEqual(self.values('last("value")', "available", SERVICES[name]), [left])
                for alert, expected in (("warn", warning), ("crit", critical)):
                    column = f'last("max") - last("{alert}") AS "{"warning" if alert == "warn" else "critical"}"'
                    self.assertEqual(self.values(column, "used", SERVICES[name]), expected)
        for name, percent in (("warning", [83.34]), ("none-left", [100]), ("exhausted", [])):
            self.assertEqual(self.values('last("value")', "used_percent", SERVICES[name]), percent)

    def test_metrics_are_those_that_the_plugin_prints(self):
        asked = set().union(*(metrics_of(query) for _panel, query in self.targets))
        self.assertEqual(asked, self.printed | {"all_used"})


def metrics_of(query):
    return set(re.findall(r""""metric" = '(\w+)'""", query))


if __name__ == "__main__":
    engine.main("icinga2", "influxd", "influx")
