"""Ranges and metrics as the Monitoring Plugins Development Guidelines define them, so that perfdata
can be judged without the plugin. Numbers are exact."""

import decimal

INFINITY = decimal.Decimal("Infinity")


def alerts(text, value):
    """Whether a value alerts for a range [@][[START]:][END]: outside of it, with @ inside."""
    inside = text.startswith("@")
    start, _colon, end = text.lstrip("@").rpartition(":")
    lowest = -INFINITY if start == "~" else decimal.Decimal(start or 0)
    highest = decimal.Decimal(end) if end else INFINITY
    return (lowest <= decimal.Decimal(value) <= highest) == inside


def state(metric):
    """The number of the state that a metric (with value, warn and crit) shows."""
    if metric.crit and alerts(metric.crit, metric.value):
        return 2
    return int(bool(metric.warn) and alerts(metric.warn, metric.value))
