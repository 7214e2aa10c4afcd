#!/usr/bin/env python3
"""Every kind of line, read by the parsers of those who read perfdata: Icinga 2's own, that of Icinga Web
2, Perl's Monitoring::Plugin::Performance and Python's nagiosplugin, which knows ranges only."""

import collections
import json
import subprocess
import unittest

import engine
import expected_lines as lines

import guidelines

TOKEN_FILE = "/etc/nagios/wolkvox.token"
# What a parser made of a metric. `state` is what it finds by the thresholds; None: it looks at none.
Read = collections.namedtuple("Read", "label value unit min max warn crit state")
ICINGA_UNITS = {"seconds": "s", "percent": "%", "": ""}


def setUpModule():
    """`results` is line to the plugin's blackbox.Result, of those that have perfdata."""
    global results
    engine.install_plugin()
    crm = engine.Crm({"techcon": TOKEN_FILE})
    crm.write_tokens()
    engine.write("/etc/nagios/readable.token", crm.tokens["techcon"])
    results = {}
    with crm.situation(replies=lines.REPLIES):
        for name in lines.LINES:
            result = lines.run(name, lines.arguments(lines.options(name, TOKEN_FILE)))
            if result.perfdata_text:
                results[name] = result


def output(texts, *argv):
    """What a parser's program makes of texts, a line each: a list of Read for each of them, as JSON."""
    done = subprocess.run(argv, input="".join(f"{text}\n" for text in texts), capture_output=True, text=True,
                          check=False, cwd="/")
    assert done.returncode == 0 and not done.stderr, f"{argv[0]} gave {done.returncode}:\n{done.stderr}"
    return [[Read(*metric) for metric in reads] for reads in json.loads(done.stdout.splitlines()[-1])]


# --- the parsers: perfdata by line to a list of Read by line ----------------------------------


def read_by_icinga(texts):
    """Its check results split the text; its writers read each piece with this function, and drop ranges."""
    pieces = json.dumps([text.split(" ") for text in texts])
    program = (f"var all = []; for (pieces in {pieces}) {{ var read = []; for (piece in pieces) {{"
               "var p = parse_performance_data(piece); read.add([p.label, p.value, p.unit, p.min, p.max,"
               " p.warn, p.crit, null]) }; all.add(read) }; all")
    answer = output((), "icinga2", "console", "--eval", program)
    return [[read._replace(unit=ICINGA_UNITS[read.unit]) for read in reads] for reads in answer]


PERL = """
use strict; use warnings; use JSON::PP; use Monitoring::Plugin::Performance use_die => 1;
my @all;
while (my $line = <STDIN>) {
    chomp $line;
    push @all, [map { [$_->label, $_->value, $_->uom, $_->min, $_->max, $_->warning, $_->critical,
                       $_->threshold->get_status($_->value)] }
                Monitoring::Plugin::Performance->parse_perfstring($line)];
}
print encode_json(\\@all), "\\n";
"""


def read_by_perl(texts):
    return output(texts, "perl", "-e", PERL)


PHP = """
error_reporting(E_ALL);
ini_set('display_errors', 'stderr');
spl_autoload_register(function ($class) {
    $monitoring = 'Icinga\\\\Module\\\\Monitoring\\\\';
    $path = strpos($class, $monitoring) === 0
        ? '/usr/share/icingaweb2/modules/monitoring/library/Monitoring/' . substr($class, strlen($monitoring))
        : '/usr/share/php/' . $class;
    require str_replace('\\\\', '/', $path) . '.php';
});
$all = [];
while (($line = fgets(STDIN)) !== false) {
    $read = [];
    foreach (Icinga\\Module\\Monitoring\\Plugin\\PerfdataSet::fromString($line) as $p)
        $read[] = [$p->getLabel(), $p->getValue(), $p->getUnit() ?? '', $p->getMinimumValue(), $p->getMaximumValue(),
                   (string) $p->getWarningThreshold(), (string) $p->getCriticalThreshold(), $p->getState()];
    $all[] = $read;
}
echo json_encode($all), PHP_EOL;
"""


def read_by_icinga_web(texts):
    return output(texts, "php", "-r", PHP)


PYTHON = r"""
import json, re, sys, nagiosplugin
every = []
for line in sys.stdin:
    read = []
    for piece in line.split():
        label, value, unit, rest = re.fullmatch("([a-z_]+)=([-0-9.]+)([s%]?)(.*)", piece).groups()
        warn, crit, low, high = (rest.split(";")[1:] + [""] * 4)[:4]
        written = str(nagiosplugin.Performance(label, value, unit, warn, crit, low, high))
        assert written == piece, (written, piece)
        warning, critical = (text != "" and float(value) not in nagiosplugin.Range(text) for text in (warn, crit))
        read.append([label, value, unit, low or None, high or None, warn, crit, 2 if critical else int(warning)])
    every.append(read)
print(json.dumps(every))
"""


def read_by_nagiosplugin(texts):
    """It writes perfdata and knows ranges: what it writes of a metric is what was printed. Debian's Python
    has it, whichever one runs this."""
    return output(texts, "/usr/bin/python3", "-c", PYTHON)


class Parsers(unittest.TestCase):

    def read_all(self, read):
        """Pairs of a Result and the Reads of it."""
        pairs = list(zip(results.values(), read([result.perfdata_text for result in results.values()])))
        self.assertEqual(len(pairs), len(results))
        return pairs

    def assert_metrics(self, result, reads, unread=lambda metric: False):
        """The same metrics, values, units and bounds; `unread` tells whose bounds a parser cannot read."""
        self.assertEqual([read.label for read in reads], list(result.perfdata), result)
        for read, metric in zip(reads, result.perfdata.values()):
            self.assertEqual((float(read.value), read.unit), (float(metric.value), metric.unit), result)
            if unread(metric):
                continue
            for bound, printed in ((read.min, metric.min), (read.max, metric.max)):
                self.assertEqual(None if bound is None else float(bound),
                                 float(printed) if printed else None, (read, result))

    def assert_state(self, result, reads):
        if result.state != "UNKNOWN":
            self.assertEqual(max(read.state for read in reads), result.exit, result)

    def test_icinga(self):
        """It keeps the text; of thresholds it reads plain numbers, those of used and used_percent."""
        for result, reads in self.read_all(read_by_icinga):
            self.assert_metrics(result, reads)
            for read, metric in zip(reads, result.perfdata.values()):
                for alert, printed in ((read.warn, metric.warn), (read.crit, metric.crit)):
                    plain = printed != "" and not set(printed) & set(":~@")
                    self.assertEqual(alert, float(printed) if plain else None, (read, result))

    def test_icinga_web_and_nagiosplugin(self):
        for read in (read_by_icinga_web, read_by_nagiosplugin):
            for result, reads in self.read_all(read):
                self.assert_metrics(result, reads)
                self.assert_state(result, reads)

    def test_perl(self):
        """It knows no @ in perfdata, though it does in options; from there on it reads nothing."""
        def has_inside(metric):
            return "@" in metric.warn + metric.crit

        for result, reads in self.read_all(read_by_perl):
            self.assert_metrics(result, reads, unread=has_inside)
            if not any(map(has_inside, result.perfdata.values())):
                self.assert_state(result, reads)

    def test_the_model_of_the_other_tests(self):
        for result in results.values():
            if result.state != "UNKNOWN":
                self.assertEqual(max(map(guidelines.state, result.perfdata.values())), result.exit, result)

    def test_each_kind_of_metric_is_there(self):
        labels = {label for result in results.values() for label in result.perfdata}
        self.assertEqual(labels, {"available", "used", "used_percent", "reset", "time", "lasts"})
        self.assertEqual({result.state for result in results.values()}, set(engine.STATES))


if __name__ == "__main__":
    engine.main("icinga2", "perl", "php")
