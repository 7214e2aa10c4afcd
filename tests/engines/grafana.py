"""A dashboard's queries with the variables put in as Grafana's InfluxDB data source (InfluxQL) does it."""

import json
import re

import engine

ALL = object()
SECONDS = {"s": 1, "m": 60, "h": 3600}


class Dashboard:
    """contrib/grafana/NAME with a time range of the last seconds before `now`."""

    def __init__(self, name, now, seconds):
        self._told = json.loads((engine.CONTRIB / "grafana" / name).read_text(encoding="utf-8"))
        self._now = now
        self._seconds = seconds

    def variables(self):
        """Variables with a query, by name."""
        return {entry["name"]: entry["query"] for entry in self._told["templating"]["list"]
                if entry["type"] == "query"}

    def panels(self):
        return {panel["title"]: panel for panel in self._told["panels"]}

    def substituted(self, query, panel=None, **chosen):
        """A query as it is sent; `chosen`: variable to a list of values, or to ALL of them."""
        panel = panel or {}
        seconds = _seconds(panel["timeFrom"]) if "timeFrom" in panel else self._seconds
        begin = self._now - seconds
        known = {
            "timeFilter": f"time >= {begin * 1000:.0f}ms and time <= {self._now * 1000:.0f}ms",
            "__interval": f"{max(seconds // 1000, _seconds(panel.get('interval', '1s')))}s",
            **{name: self._as_regex(name, values) for name, values in chosen.items()}}
        return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: known[found[1] or found[2]], query)

    def _as_regex(self, name, values):
        if values is ALL:
            entry, = (entry for entry in self._told["templating"]["list"] if entry["name"] == name)
            return entry["allValue"]
        escaped = [re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value) for value in values]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _seconds(text):
    return int(text[:-1]) * SECONDS[text[-1]]
