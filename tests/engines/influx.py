"""InfluxDB as the tests need it: its daemon with Debian's configuration, and queries."""

import json
import urllib.error
import urllib.parse
import urllib.request

import engine

PORT = 8086
DATABASE = "icinga2"


class Influx:
    """A running daemon with an empty database; it answers when this returns."""

    def __init__(self):
        self.daemon = engine.start("influxd", "-config", "/etc/influxdb/influxdb.conf", user="influxdb")
        self.daemon.wait_until(lambda: engine.listens(PORT))
        engine.type_in(engine.shell_lines("doc/graphs.md", "InfluxDB and Grafana")[0])

    def query(self, text):
        """The series of an InfluxQL query; an AssertionError where InfluxDB finds fault with it."""
        result = self._ask(text)["results"][0]
        assert "error" not in result, f"{result['error']}\n{text}"
        return [Series(series) for series in result.get("series", ())]

    @staticmethod
    def _ask(text):
        words = urllib.parse.urlencode({"q": text, "db": DATABASE, "epoch": "ms"})
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/query?{words}") as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{error.read().decode()}\n{text}") from None


class Series:
    """Rows of one set of tags, each a dictionary by column without what is null."""

    def __init__(self, told):
        self.tags = told.get("tags", {})
        self.columns = told["columns"]
        self.rows = [{column: value for column, value in zip(self.columns, values) if value is not None}
                     for values in told["values"]]
