#!/usr/bin/env python3
"""Perfdata through Icinga 2's writer into a real InfluxDB."""

import time
import unittest

import engine
import graphs
import icinga
import influx

EXAMPLE = "wolkvox!wolkvox token sales"


def setUpModule():
    global database, outcomes, situations
    crm = graphs.setup("influxdb")
    database = influx.Influx()
    daemon = icinga.Icinga()
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


if __name__ == "__main__":
    engine.main("icinga2", "influxd", "influx")
