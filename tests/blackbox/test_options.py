#!/usr/bin/env python3
"""The command line: options (token and INI files excepted), SERVER, and thresholds as written."""

import os
import socket
import tempfile
import threading
import unittest

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "0ddba11" * 7 + "5"
SYNOPSIS = "check_wolkvox_token -H SERVER -o OPERATION [options]"
LONG_OPTIONS = ("hostname", "operation", "port", "token-file", "warning", "critical", "method",
                "timeout", "unavailable", "ca-file", "proxy", "use-ipv4", "use-ipv6", "max-age",
                "state-dir", "forecast", "extra-opts", "verbose", "version", "help")
NEVER_EMPTY = ("hostname", "operation", "port", "token-file", "warning", "critical", "method",
               "timeout", "unavailable", "ca-file", "max-age", "state-dir")
SHORT_WITH_VALUE = {"H": "hostname", "o": "operation", "p": "port", "w": "warning",
                    "c": "critical", "X": "method", "t": "timeout"}
NO_NUMBERS = ("", " ", "x", "5x", "5 ", " 5", "5\n", "0x10", "010", "1e2", "1E2", "NaN", "nan",
              "inf", "Infinity", "-1", "+5", "5.0", "5,0", "5_0", "\u0665", "18446744073709551617",
              "9" * 400)
UNREACHABLE = "https://127.255.255.254:1"


def setUpModule():
    global api
    api = blackbox.plain_stand_in()


class CommandLine(unittest.TestCase):
    """What the cases share: a stand-in that gives the documented answer to every request."""

    def setUp(self):
        api.clear()
        api.default_reply = wolkvox.Reply.json(blackbox.envelope())

    def run_bare(self, *args, **options):
        return blackbox.run(*args, **{"token": TOKEN, **options})

    def run_with(self, *args, **options):
        """A run whose command line is complete without `args`."""
        return self.run_bare("-H", api.url, "-o", "sales", *args, **options)

    def accepted(self, *args, state="OK", requests=1, **options):
        result = self.run_with(*args, **options)
        self.assertEqual(result.state, state, result)
        self.assertEqual(len(api.requests), requests, result)
        api.clear()
        api.default_reply = wolkvox.Reply.json(blackbox.envelope())
        return result

    def assert_refused(self, result, *named):
        """One line that names the option, the usage, no request."""
        self.assertEqual(result.exit, 3, result)
        self.assertEqual(result.state, "UNKNOWN", result)
        self.assertNotIn("|", result.text, result)
        self.assertNotRegex(result.text, r"[\x00-\x09\x0b-\x1f\x7f]", result)
        for name in named:
            self.assertIn(name, result.message, result)
        self.assertIn(SYNOPSIS, "\n".join(result.lines[1:]), result)
        self.assertEqual(api.connections, 0, result)

    def refused(self, *args, named=(), **options):
        api.clear()
        result = self.run_with(*args, **options)
        self.assert_refused(result, *([named] if isinstance(named, str) else named))
        return result

    def refused_values(self, option, values):
        for value in blackbox.some(values):
            with self.subTest(option=option, value=value[:40]):
                self.refused(f"--{option}={value}", named=f"--{option}")


class Refusals(CommandLine):
    def test_a_required_option_is_missing(self):
        for args, named in ((("-o", "sales"), "--hostname"), (("-H", api.url), "--operation")):
            with self.subTest(missing=named):
                self.assert_refused(self.run_bare(*args), named)
        self.assert_refused(self.run_bare())

    def test_empty_values(self):
        for option in NEVER_EMPTY:
            with self.subTest(option=option):
                self.refused(f"--{option}=", named=f"--{option}")
        self.refused("-t", "", named="--timeout")
        self.refused("--forecast=", named="--forecast")

    def test_missing_values(self):
        for option in (*NEVER_EMPTY, "proxy"):
            with self.subTest(option=option):
                self.refused(f"--{option}", named=f"--{option}")
        for letter, option in SHORT_WITH_VALUE.items():
            with self.subTest(option=letter):
                self.refused(f"-{letter}", named=f"-{letter}")

    def test_flags_take_no_value(self):
        for flag in ("use-ipv4", "use-ipv6", "verbose"):
            with self.subTest(flag=flag):
                self.refused(f"--{flag}=1", named=f"--{flag}")

    def test_what_an_option_takes_is_said(self):
        for args, words in ((("-p", "0"), ("1", "65535")), (("-t", "0"), ("1", "3600")),
                            (("-X", "PUT"), ("GET", "POST")),
                            (("--unavailable=4",), ("ok", "warning", "critical", "unknown"))):
            with self.subTest(args=args):
                self.refused(*args, named=words)

    def test_unknown_options(self):
        for option in ("--insecure", "--no-such-option", "--no-such=1", "--max-aged=1",
                       "--forecasts", "-k", "-z", "-S"):
            with self.subTest(option=option):
                self.refused(option, named=option.partition("=")[0])

    def test_unknown_options_are_cleaned(self):
        for option in ("--a|b=1;2", "--a\nWOLKVOX_TOKEN OK: all is well", "--\x1b[2J", "-|", "-\n",
                       "-\x1b", b"-\xc3", b"--\xff\xfe", "--\u202e", "--" + "x" * 5000, "--=",
                       "-="):
            with self.subTest(option=option[:20]):
                self.refused(option)

    def test_ambiguous_abbreviations(self):
        for option in ("--use-ip", "--ver", "--h", "--c=1", "--p=1", "--u=ok", "--m=1"):
            with self.subTest(option=option):
                self.refused(option)

    def test_positional_arguments(self):
        for args in (("word",), ("",), ("-",), ("--", "-v"), ("--", "-h"), ("--", "-V"),
                     ("-v", "word", "-v"), ("word", "--extra-opts")):
            with self.subTest(args=args):
                self.refused(*args)

    def test_an_unknown_option_that_may_be_a_token(self):
        self.assertNotIn("0123456789abcdef", self.refused("--0123456789abcdef").text)

    def test_a_token_elsewhere_is_not_shown(self):
        for args in ((TOKEN,), (f"-token={TOKEN}",), ("-token", TOKEN), (f"--tokn={TOKEN}",),
                     (f"--wolkvox-token={TOKEN}",), (f"--{TOKEN}",), ("-t", TOKEN), ("-p", TOKEN),
                     ("-w", TOKEN), ("-X", TOKEN), (f"--unavailable={TOKEN}",), (f"-{TOKEN}",),
                     (f"--proxy=http://{TOKEN}:{TOKEN}",), ("-H", f"https://{TOKEN}@localhost/"),
                     (f"--use-ipv4={TOKEN}",), (f"--forecast={TOKEN}",)):
            with self.subTest(args=args[0][:20]):
                self.refused(*args)  # run() looks for the token

    def test_token_and_its_abbreviations(self):
        secret = "secretvalue0123456789"
        for option in ("--t", "--to", "--tok", "--toke", "--token"):
            for args in ((f"{option}={secret}",), (option, secret), (f"{option}=",), (option,)):
                with self.subTest(args=args):
                    result = self.refused(*args, secret=secret)
                    self.assertIn("--token", result.message)
                    self.assertIn("public", result.message)

    def test_token_is_refused_with_any_other_source(self):
        self.refused("--token-file=/nonexistent", "--token=hidden-0123", secret="hidden-0123",
                     named="public")

    def test_what_fits_token_file_only_is_token_file(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"from-the-file\n")
            file.flush()
            for option in ("--token-", "--token-f"):
                with self.subTest(option=option):
                    result = self.run_with(f"{option}={file.name}", secret="from-the-file")
                    self.assertEqual(result.state, "OK", result)
                    self.assertEqual(api.requests[-1].token, "from-the-file")


class HelpAndVersion(CommandLine):
    ERRORS = (("--bogus",), ("-z",), ("word",), ("--token=x",), ("-t", "0"), ("-H", "a b"),
              ("--extra-opts=@/nonexistent",), ("--extra-opts=@",), ("--use-ipv4=1",), ("-4", "-6"),
              ("--token-file=/nonexistent",), ("--ca-file=/nonexistent",))

    def assert_version(self, result):
        self.assertEqual(result.exit, 3, result)
        self.assertRegex(result.text, r"\Acheck_wolkvox_token [0-9][^\s|]*\n\Z", result)

    def assert_help(self, result):
        self.assertEqual(result.exit, 3, result)
        self.assertIn(SYNOPSIS, result.text, result)
        for option in LONG_OPTIONS:
            self.assertIn(f"--{option}", result.text)

    def test_version(self):
        for args in (("-V",), ("--version",), ("--vers",), ("-vV",), ("-4V",)):
            with self.subTest(args=args):
                self.assert_version(blackbox.run(*args, plain=True))

    def test_version_wins_over_errors_on_either_side(self):
        for args in blackbox.some(self.ERRORS):
            with self.subTest(args=args):
                self.assert_version(blackbox.run(*args, "-V", plain=True))
                self.assert_version(blackbox.run("-V", *args, plain=True))
        self.assert_version(blackbox.run("-V", "-t", plain=True))

    def test_help(self):
        result = blackbox.run("--help", plain=True)
        self.assert_help(result)
        self.assertLessEqual(max(map(len, result.lines)), 80)
        self.assertNotIn("\t", result.text)
        self.assertNotIn("--token ", result.text)
        self.assertEqual(blackbox.run("-h", plain=True).stdout, result.stdout)

    def test_help_wins_over_all_on_either_side(self):
        for args in blackbox.some((*self.ERRORS, ("-V",), ("--version",), ("-H", "--"), ("--extra-opts",),
                          ("--extra-opts", "word"))):
            with self.subTest(args=args):
                self.assert_help(blackbox.run(*args, "-h", plain=True))
                self.assert_help(blackbox.run("-h", *args, plain=True))
        for args in (("-Vh",), ("-zh",), ("--hel",), ("-h", "-o"), ("-h", "--", "x")):
            with self.subTest(args=args):
                self.assert_help(blackbox.run(*args, plain=True))

    def test_help_opens_no_file(self):
        """A writer of a named pipe waits until somebody opens it: nobody may."""
        with tempfile.TemporaryDirectory() as directory:
            pipes = [os.path.join(directory, name) for name in ("ini", "token", "ca", "default")]
            writers = [PipeWriter(path) for path in pipes]
            ini, token, ca, default = pipes
            self.assert_help(blackbox.run(
                f"--extra-opts=@{ini}", "--extra-opts", f"--token-file={token}",
                f"--ca-file={ca}", "-h", plain=True, env={"MP_CONFIG_FILE": default}))
            self.assertEqual([writer.opened for writer in writers], [False] * len(pipes))
            for writer in writers:
                writer.release()

    def test_option_values_that_look_like_options(self):
        for word in ("-h", "-V", "--help", "--version", "--"):
            with self.subTest(operation=word):
                result = self.run_bare("-H", api.url, "-o", word)
                self.assertEqual(result.state, "OK", result)
                self.assertEqual(api.requests[-1].query, {"operation": word})
        self.refused("-t", "-h", named="--timeout")
        self.refused("-p", "-V", named="--port")


class PipeWriter(threading.Thread):
    """Opens a new named pipe for writing, which lasts until somebody opens it for reading."""

    def __init__(self, path):
        super().__init__(daemon=True)
        os.mkfifo(path)
        self._path = path
        self.opened = False
        self.start()

    def run(self):
        descriptor = os.open(self._path, os.O_WRONLY)
        self.opened = True
        os.close(descriptor)

    def release(self):
        descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        self.join()
        os.close(descriptor)


class Numbers(CommandLine):
    def test_ports_that_are_none(self):
        self.refused_values("port", (*NO_NUMBERS, "0", "4294967297", "65536", "80,81", "https"))

    def test_ports(self):
        for port in ("1", "9", "65535"):
            with self.subTest(port=port):
                result = self.run_bare("-H", "https://127.255.255.254:2", "-o", "x", "-p", port,
                                       "-vv", "--proxy=")
                self.assertIn(f"server: 127.255.255.254 port {port}", result.lines, result)

    def test_the_port_option_wins_over_the_one_in_server(self):
        result = self.run_bare("-H", "http://localhost:1/", "-o", "x", f"--port={api.port}")
        self.assertEqual((result.state, len(api.requests)), ("OK", 1), result)

    def test_timeouts_that_are_none(self):
        states = ("10:", "10:bad", "10:4", "10:-1", "10:00", "10:ok:ok", ":ok", "10: ok", "10:ok ",
                  "10 :ok", "10:warn", "0:ok", "3601:ok", "10ok", "10,ok", "10:0x1")
        self.refused_values("timeout", (*NO_NUMBERS, "0", "3601", "4294967297", "10s", *states))

    def test_timeouts(self):
        shortest = "60" if blackbox.PLUGIN_WRAPPER else "1"
        for timeout in (shortest, "3600", "60:ok", "61:CRITICAL", "62:3", "63:unKnown", "64:0"):
            with self.subTest(timeout=timeout):
                result = self.accepted("-t", timeout)
                self.assertEqual(result.perfdata["time"].max, timeout.partition(":")[0])

    def test_ages_that_are_none(self):
        self.refused_values("max-age", (*NO_NUMBERS, "86401", "4294967297", "5m", "60:ok"))

    def test_ages(self):
        with tempfile.TemporaryDirectory() as directory:
            for age, requests in (("0", 1), ("86400", 1), ("86400", 0), ("600", 0), ("0", 1)):
                with self.subTest(age=age):
                    self.accepted(f"--max-age={age}", f"--state-dir={directory}", "-t60",
                                  requests=requests)

    def test_the_default_timeout(self):
        self.assertEqual(self.accepted().perfdata["time"].max, "10")


class Thresholds(CommandLine):
    """Section 4 as the command line has it; what they mean is tested with the states."""

    def bounds(self, *args, state="OK"):
        available = self.accepted(*args, state=state).perfdata["available"]
        return available.warn, available.crit

    def test_no_thresholds(self):
        words = ("4800x", "480%x", "a", "%", "%%", "5%%", "10 %", "10% ", "10.%", ".5%", "-5%",
                 "+5%", "101%", "100.001%", "1000%", "10.1234%", "1e1%", "0x5%", "010%", "00%",
                 "1,5%", "5.5", "nan%", "inf%", "9007199254740993", "10;20", "10 20", "10\n")
        ranges = (":", "~:", "~", "@", "@~", "@@10", "10@", "20:10", "20%:10%", "@20:10",
                  "10.001%:10%", "1:2:3", "::", "5:x", "x:5", "5:~", "~:~", "-5:5", "5:+6", "5: 6",
                  "010:20", "1:020", "5:1e1", "5:inf", "~5", "~10:20", "5:9007199254740993",
                  "5%:100.5%", "@-1")
        self.refused_values("warning", (*NO_NUMBERS, *words, *ranges))
        self.refused_values("critical", ("", "x", "010", "5.5", "101%", ":", "~:", "20:10", "1e2"))

    def test_thresholds_of_every_form(self):
        table = (("480", "480:"), ("480:", "480:"), ("10%", "480:"), ("10%:", "480:"),
                 ("0", "0:"), ("0%", "0:"), ("0.5%", "24:"), ("0.500%", "24:"),
                 ("0.125%", "6:"), ("99.979%", "4799:"), ("10:4799", "10:4799"),
                 ("~:4799", "~:4799"), ("@10:20", "@10:20"), ("10%:100%", "480:4800"),
                 ("100:100%", "100:4800"), ("10%:4799", "480:4799"), ("4799:4799", "4799:4799"),
                 ("@10%:20%", "@480:960"))
        for threshold, shown in blackbox.some(table):
            with self.subTest(threshold=threshold):
                self.assertEqual(self.bounds("-w", threshold), (shown, ""))

    def test_thresholds_that_alert(self):
        for threshold in ("4800", "4800:", "100%", "100.000%", "99.980%", "9007199254740992",
                          "10:20", "~:4798", ":4798", "@4799", "@4799:4799", "@:4800", "@10:",
                          "@50%:100%", "0:99%"):
            with self.subTest(threshold=threshold):
                self.accepted("-c", threshold, state="CRITICAL")

    def test_an_end_without_start_begins_at_zero(self):
        for threshold in (":4799", "@4798", "@:4798", "@0:4798"):
            with self.subTest(threshold=threshold):
                self.accepted("-c", threshold)

    def test_defaults_only_where_neither_is_given(self):
        self.assertEqual(self.bounds(), ("960:", "480:"))
        self.assertEqual(self.bounds("-w", "100"), ("100:", ""))
        self.assertEqual(self.bounds("-c", "100"), ("", "100:"))
        self.assertEqual(self.bounds("--warning=200", "--critical=100"), ("200:", "100:"))

    def test_a_critical_minimum_above_the_warning_one(self):
        for warning, critical in (("100", "101"), ("100:", "200"), ("100", "200:"), ("10%", "11%"),
                                  ("10.5%:", "10.501%"), ("0", "1")):
            with self.subTest(warning=warning, critical=critical):
                self.refused("-w", warning, "-c", critical, named="--critical")

    def test_what_is_not_compared(self):
        for warning, critical in (("100", "100"), ("10%", "10%"), ("1%", "480"), ("100", "50%"),
                                  ("10:4800", "20"), ("@10", "20"), ("~:4800", "20"),
                                  ("10", "@5:9"), ("10", "20:4800")):
            with self.subTest(warning=warning, critical=critical):
                self.accepted("-w", warning, "-c", critical)

    def test_ends_of_different_units_are_compared_when_the_limit_is_known(self):
        for threshold in ("481:10%", "20%:959", "@481:10%"):
            with self.subTest(threshold=threshold):
                result = self.accepted("-w", threshold, state="UNKNOWN")
                self.assertEqual(result.perfdata["available"].value, "4799")


class Choices(CommandLine):
    STATES = (("ok", "OK"), ("WARNING", "WARNING"), ("Critical", "CRITICAL"),
              ("uNkNoWn", "UNKNOWN"), ("0", "OK"), ("1", "WARNING"), ("2", "CRITICAL"),
              ("3", "UNKNOWN"))

    def test_unavailable(self):
        for value, state in self.STATES:
            with self.subTest(value=value):
                api.default_reply = wolkvox.Reply(500)
                self.accepted(f"--unavailable={value}", state=state)
        api.default_reply = wolkvox.Reply(500)
        self.accepted(state="CRITICAL")

    def test_no_states(self):
        self.refused_values("forecast", ("4", "-1", "00", "1 ", "warn", "ok,", "true", "="))
        self.refused("--forecast", "warning")
        self.refused_values("unavailable", ("4", "-1", "00", "01", "1 ", " 1", "+1", "1.0", "0x1",
                                            "ok ", "okay", "warn", "crit", "nan", "OK,WARNING"))

    def test_methods(self):
        for value in ("GET", "get", "gEt", "POST", "post", "Post"):
            with self.subTest(value=value):
                self.setUp()
                result = self.run_with("-X", value)
                self.assertEqual(result.state, "OK", result)
                self.assertEqual([request.method for request in api.requests], [value.upper()])

    def test_a_given_method_is_the_only_one(self):
        for given, seen in (((), ["POST", "GET"]), (("-X", "POST"), ["POST"]),
                            (("--method=get",), ["GET"])):
            for reply in (wolkvox.Reply(405), wolkvox.Reply(501),
                          wolkvox.Reply.json({"code": "405"}), wolkvox.Reply.json({"code": 501})):
                with self.subTest(given=given, status=reply.status, body=reply.body):
                    api.clear()
                    api.default_reply = reply
                    result = self.run_with(*given)
                    self.assertEqual(result.state, "CRITICAL", result)
                    self.assertEqual([request.method for request in api.requests], seen)

    def test_no_methods(self):
        self.refused_values("method", ("PUT", "HEAD", "GET ", " GET", "GETX", "POST,GET", "G", "0",
                                       "GET\r\nX: y"))


class Operation(CommandLine):
    def test_it_is_percent_encoded(self):
        table = (("ccg-unisanitas", "ccg-unisanitas"), ("a b", "a%20b"), ("a&b=c", "a%26b%3Dc"),
                 ("a+b", "a%2Bb"), ("100%41", "100%2541"), ("#?/", "%23%3F%2F"),
                 ("\u00e9", "%C3%A9"), (b"\xff", "%FF"), ("\r\nX: y", "%0D%0AX%3A%20y"),
                 ("A.z_0~", "A.z_0~"))
        for operation, encoded in table:
            with self.subTest(operation=operation):
                api.clear()
                result = self.run_bare("-H", api.url, b"--operation=" + os.fsencode(operation))
                sent, = [request.target for request in api.requests]
                self.assertEqual(sent, f"{wolkvox.API_PATH}?operation={encoded}", result)


class Verbose(CommandLine):
    def test_levels_add_up(self):
        counts = [len(self.accepted(*args).lines)
                  for args in ((), ("-v",), ("-vv",), ("-vvv",))]
        self.assertEqual(counts[:2], [1, 1])
        self.assertTrue(1 < counts[2] < counts[3], counts)
        for args, count in ((("-v", "-v"), counts[2]), (("--verbose", "-v"), counts[2]),
                            (("--verb", "-vv"), counts[3]), (("-v", "-4", "-vv"), counts[3])):
            with self.subTest(args=args):
                self.assertEqual(len(self.accepted(*args).lines), count)

    def test_a_fourth_level_is_no_error(self):
        self.accepted("-vvvv")


class Repeated(CommandLine):
    def test_the_last_counts(self):
        result = self.run_bare("-H", UNREACHABLE, "-o", "first", "-p", "1", "-w", "1", "-c", "1",
                               "-X", "GET", "-t", "20", "--proxy=http://127.255.255.254:1",
                               "--unavailable=ok", "--token-file=/nonexistent",
                               "-H", api.url, "-o", "last", "-p", str(api.port), "-w", "10%", "-c",
                               "7", "-X", "POST", "-t", "30", "--proxy=", "--unavailable=3",
                               "--token-file=-", stdin=b"last-token", secret="last-token")
        self.assertEqual(result.state, "OK", result)
        (request,) = api.requests
        self.assertEqual((request.method, request.query, request.token),
                         ("POST", {"operation": "last"}, "last-token"))
        self.assertEqual(result.perfdata["available"][2:4], ("480:", "7:"))
        self.assertEqual(result.perfdata["time"].max, "30")

    def test_every_value_must_be_valid(self):
        for option, bad, good in (("hostname", "a b", api.url), ("operation", "", "sales"),
                                  ("port", "0", str(api.port)), ("token-file", "", "/dev/null"),
                                  ("warning", "x", "5"), ("critical", "5:4", "5"),
                                  ("method", "PUT", "GET"), ("timeout", "0", "10"),
                                  ("timeout", "10:x", "10"), ("unavailable", "4", "ok"),
                                  ("ca-file", "", "/nonexistent"),
                                  ("proxy", "http://a b/", "")):
            with self.subTest(option=option):
                self.refused(f"--{option}={bad}", f"--{option}={good}", named=f"--{option}")

    def test_thresholds_that_are_overruled_are_not_compared(self):
        self.accepted("-w", "10", "-c", "20", "-w", "30")

    def test_flags(self):
        self.accepted("-4", "-4", "--use-ipv4")


class Abbreviations(CommandLine):
    def test_unambiguous_ones(self):
        result = self.run_bare("--host", api.url, "--op=abbreviated", "--warn=100", "--crit", "50",
                               "--meth=get", "--time=77", "--una=ok", "--verb", "--prox=",
                               f"--por={api.port}")
        self.assertEqual(result.state, "OK", result)
        (request,) = api.requests
        self.assertEqual((request.method, request.query), ("GET", {"operation": "abbreviated"}))
        self.assertEqual(result.perfdata["available"][2:4], ("100:", "50:"))
        self.assertEqual(result.perfdata["time"].max, "77")

    def test_short_options_in_one_word(self):
        result = self.run_bare("-vvH", api.url, "-osales", "-w100", "-c50", "-Xget", "-4t77")
        self.assertEqual(result.state, "OK", result)
        self.assertEqual([request.method for request in api.requests], ["GET"])
        self.assertEqual(result.perfdata["time"].max, "77")


class AddressFamilies(CommandLine):
    def test_ipv4(self):
        for flag in ("-4", "--use-ipv4"):
            with self.subTest(flag=flag):
                self.accepted(flag)

    def test_ipv6_where_there_is_only_ipv4(self):
        for flag in ("-6", "--use-ipv6"):
            with self.subTest(flag=flag):
                self.accepted(flag, state="CRITICAL", requests=0)

    def test_ipv6(self):
        if not has_ipv6():
            self.skipTest("there is no IPv6 here")
        with wolkvox.WolkvoxApi(tls=False, address="::1") as server:
            server.default_reply = wolkvox.Reply.json(blackbox.envelope())
            result = self.run_bare("-H", server.url, "-o", "x", "-6")
            self.assertEqual(result.state, "OK", result)
            self.assertEqual(server.requests[0].header("Host"), f"[::1]:{server.port}")

    def test_both(self):
        for args in (("-4", "-6"), ("-64",), ("--use-ipv4", "--use-ipv6"), ("-6", "-4", "-6")):
            with self.subTest(args=args):
                self.refused(*args, named=("-4", "-6"))


class Files(CommandLine):
    """--ca-file; what is trusted is tested with TLS."""

    def broken(self, path, **options):
        result = self.run_with(f"--ca-file={path}", **options)
        self.assertEqual(result.state, "UNKNOWN", result)
        self.assertNotIn("|", result.text)
        self.assertEqual(api.connections, 0, result)

    def test_ca_files_that_cannot_be_used(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            texts = {"empty": b"", "text": b"no certificate\n",
                     "key": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                     "cut": b"-----BEGIN CERTIFICATE-----\nMIIB\n"}
            for name, text in texts.items():
                with self.subTest(file=name):
                    path = os.path.join(directory, name)
                    with open(path, "wb") as file:
                        file.write(text)
                    self.broken(path)
            for path in ("/nonexistent", directory, os.path.join(directory, "empty", "x"),
                         "/dev/null"):
                with self.subTest(path=path):
                    self.broken(path)

    def test_an_unreadable_ca_file(self):
        user = "nobody" if os.geteuid() == 0 else None
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            path = os.path.join(directory, "ca.pem")
            with open(path, "wb") as file:
                file.write(b"-----BEGIN CERTIFICATE-----\n")
            os.chmod(path, 0)
            self.broken(path, user=user)


class Proxies(CommandLine):
    @classmethod
    def setUpClass(cls):
        cls.tls = wolkvox.WolkvoxApi()
        cls.tls.default_reply = wolkvox.Reply.json(blackbox.envelope())
        cls.tls.start()
        cls.addClassCleanup(cls.tls.stop)

    def setUp(self):
        super().setUp()
        self.proxy = blackbox.Proxy()
        self.proxy.start()
        self.addCleanup(self.proxy.stop)

    def connects(self, *args, env=None):
        result = self.run_bare("-H", self.tls.url, "-o", "x", f"--ca-file={self.tls.ca_file}",
                               *args, env=env)
        self.assertEqual(result.state, "OK", result)
        return self.proxy.connects

    def test_an_option_and_the_environment(self):
        dead = "http://127.255.255.254:1"
        target = [f"localhost:{self.tls.port}"]
        url = self.proxy.url
        bare = url.partition("//")[2]
        table = (((), {}, []), ((), {"https_proxy": url}, target),
                 ((), {"HTTPS_PROXY": url}, target), ((), {"all_proxy": url}, target),
                 ((), {"https_proxy": url, "no_proxy": "localhost"}, []),
                 (("--proxy=",), {"https_proxy": dead, "all_proxy": dead}, []),
                 ((f"--proxy={url}",), {}, target), ((f"--proxy={bare}",), {}, target),
                 ((f"--proxy={url}/",), {}, target), (("--proxy", url), {}, target),
                 ((f"--proxy={url}",), {"https_proxy": dead}, target),
                 ((f"--proxy={url}",), {"no_proxy": "localhost"}, target),
                 ((f"--proxy={url}",), {"NO_PROXY": "*"}, target))
        for args, env, connects in table:
            with self.subTest(args=args, env=env):
                self.proxy.connects.clear()
                self.assertEqual(self.connects(*args, env=env), connects)

    def test_values_that_are_no_proxies(self):
        self.refused_values("proxy", (" ", "http://", "http://a b", "ftp://proxy.example",
                                      "http://proxy.example:0", "http://proxy.example:65536",
                                      "http://proxy.example:3128x", "proxy.example:", "http://\n"))


class Servers(CommandLine):
    """Section 2: the effective server as the proxy and the long output see it."""

    TABLE = (
        # as it stands
        ("crm0001.wolkvox.com", "crm0001.wolkvox.com", 443),
        ("CRM0001.Wolkvox.COM", "crm0001.wolkvox.com", 443),
        ("crm0001.wolkvox.com.", "crm0001.wolkvox.com", 443),
        ("my-host.example.org", "my-host.example.org", 443),
        ("crm0001.crmvox.com", "crm0001.crmvox.com", 443),
        ("sv0001.example.com", "sv0001.example.com", 443),
        ("192.0.2.1", "192.0.2.1", 443),
        ("localhost", "localhost", 443),
        ("LocalHost", "localhost", 443),
        ("localhost.", "localhost", 443),
        ("::1", "[::1]", 443),
        ("[::1]", "[::1]", 443),
        ("2001:db8::A", "[2001:db8::a]", 443),
        ("[2001:DB8:0:0::a]", "[2001:db8::a]", 443),
        # a name without a dot
        ("crm0001", "crm0001.wolkvox.com", 443),
        ("crm", "crm.wolkvox.com", 443),
        ("MyServer", "myserver.wolkvox.com", 443),
        ("crm0001.", "crm0001.wolkvox.com", 443),
        ("svc0001", "svc0001.wolkvox.com", 443),
        ("sv0001x", "sv0001x.wolkvox.com", 443),
        ("sv", "sv.wolkvox.com", 443),
        ("1a", "1a.wolkvox.com", 443),
        # digits, and the old name
        ("0001", "crm0001.wolkvox.com", 443),
        ("7", "crm7.wolkvox.com", 443),
        ("0001.", "crm0001.wolkvox.com", 443),
        ("12345678901234567890", "crm12345678901234567890.wolkvox.com", 443),
        ("sv0001", "crm0001.wolkvox.com", 443),
        ("SV42", "crm42.wolkvox.com", 443),
        ("sv0001.crmvox.com", "crm0001.wolkvox.com", 443),
        ("Sv5.CrmVox.Com.", "crm5.wolkvox.com", 443),
        # https://
        ("https://crm0001.wolkvox.com", "crm0001.wolkvox.com", 443),
        ("HTTPS://CRM0001.WOLKVOX.COM/", "crm0001.wolkvox.com", 443),
        ("https://crm0001", "crm0001.wolkvox.com", 443),
        ("https://0001/", "crm0001.wolkvox.com", 443),
        ("https://sv0001.crmvox.com/login.php?a=b#c", "crm0001.wolkvox.com", 443),
        ("https://MyServer:8443/x", "myserver.wolkvox.com", 8443),
        ("https://crm0001.wolkvox.com:1", "crm0001.wolkvox.com", 1),
        ("https://crm0001.wolkvox.com.:65535/", "crm0001.wolkvox.com", 65535),
        ("https://crm0001.wolkvox.com/me@here:80//x", "crm0001.wolkvox.com", 443),
        ("https://[2001:db8::a]", "[2001:db8::a]", 443),
        ("https://[2001:db8::a]:8443/", "[2001:db8::a]", 8443),
        ("https://192.0.2.1:8443", "192.0.2.1", 8443),
        ("https://localhost", "localhost", 443),
    )
    REFUSED = (
        "", " ", "crm 0001", "crm0001 ", " crm0001", "crm0001\n", "\tcrm0001", "crm\x7f", "crm\x01",
        "user:password1@crm0001", "user@crm0001.wolkvox.com", "crm0001:8443",
        "crm0001.wolkvox.com:443", "crm0001:", "192.0.2.1:443", "[::1]:443", "crm0001/",
        "crm0001.wolkvox.com/x", "/crm0001", "//crm0001",
        "https://user:password1@crm0001.wolkvox.com", "https://user@crm0001/", "https://@crm0001/",
        "https://localhost:1@evil.example/",
        "https://crm0001.wolkvox.com\\@evil.example/", "https://", "https:///x", "https://:443/",
        "https://crm0001/a b", "https://crm 0001/", "https://crm0001\r\n/", "https://crm0001:0/",
        "https://crm0001:65536/", "https://crm0001:0443", "https://crm0001:44x/",
        "https://crm0001:+443", "https://crm0001:4 43", "https://[::1", "https://[::1]x",
        "https://[localhost]/", "[::1", "::1]", "[::1]x", "1::2::3", "[192.0.2.1]", "ftp://crm0001",
        "wss://crm0001.wolkvox.com", "file:///etc/passwd", "://crm0001", "https:/crm0001",
        "https:crm0001", ".", "crm0001..wolkvox.com", ".wolkvox.com", "*", "a,b",
        "http://crm0001.wolkvox.com", "http://crm0001", "http://0001", "http://192.0.2.1/",
        "HTTP://sv0001.crmvox.com", "http://[2001:db8::1]/", "http://localhost.example.com/",
        "http://127.0.0.1.example.com/", "http://128.0.0.1/", "http://127.0.0.1@evil.example/",
        "http://localhost#@evil.example/", "http://localhost?@evil.example/",
        "http://localhost\\@evil.example/", "http://0x7f000001/", "http://2130706433/",
        "http://localhost:0/", "http://user:password1@localhost/", "http://127.0.0.1:80:80/")
    LOOPBACK = (("http://localhost:{}", "localhost"), ("http://LOCALHOST.:{}/", "localhost"),
                ("HTTP://127.0.0.1:{}/anything?x#y", "127.0.0.1"),
                ("http://127.3.2.1:{}", "127.3.2.1"))

    def facts(self, result):
        return dict(line.split(": ", 1) for line in result.lines[1:] if ": " in line)

    def assert_facts(self, result, scheme, host, port):
        facts = self.facts(result)
        self.assertEqual(facts["server"], f"{host.strip('[]')} port {port}", result)
        place = host if port == {"https": 443, "http": 80}[scheme] else f"{host}:{port}"
        self.assertEqual(facts["URL"], f"{scheme}://{place}{wolkvox.API_PATH}?operation=x", result)

    def test_the_table(self):
        with blackbox.Proxy(refuse=503) as proxy:
            for server, host, port in blackbox.some(self.TABLE):
                with self.subTest(server=server):
                    proxy.connects.clear()
                    result = self.run_bare("-H", server, "-o", "x", f"--proxy={proxy.url}", "-vv")
                    self.assertEqual(result.state, "CRITICAL", result)
                    self.assertEqual(proxy.connects, [f"{host}:{port}"])
                    self.assert_facts(result, "https", host, port)

    def test_the_port_option_goes_with_every_form(self):
        with blackbox.Proxy(refuse=503) as proxy:
            for server, host in (("0001", "crm0001.wolkvox.com"), ("[::1]", "[::1]"),
                                 ("https://localhost:1/", "localhost")):
                with self.subTest(server=server):
                    proxy.connects.clear()
                    result = self.run_bare("-H", server, "-o", "x", f"--proxy={proxy.url}", "-vvp",
                                           "8443")
                    self.assertEqual(proxy.connects, [f"{host}:8443"])
                    self.assert_facts(result, "https", host, 8443)

    def test_refusals(self):
        for server in blackbox.some(self.REFUSED):
            with self.subTest(server=server):
                self.assert_refused(
                    self.run_bare("-H", server, "-o", "x", "--proxy=", secret="password1"),
                    "--hostname")

    def test_plain_http_for_loopback(self):
        for url, host in self.LOOPBACK:
            address = "127.0.0.1" if host == "localhost" else host
            with self.subTest(url=url), wolkvox.WolkvoxApi(tls=False, address=address) as server:
                server.default_reply = wolkvox.Reply.json(blackbox.envelope())
                result = self.run_bare("-H", url.format(server.port), "-o", "x", "-vv")
                self.assertEqual(result.state, "OK", result)
                self.assertEqual(len(server.requests), 1)
                self.assert_facts(result, "http", host, server.port)

    def test_plain_http_has_its_own_port(self):
        result = self.run_bare("-H", "http://127.255.255.254/x", "-o", "x", "-vv")
        self.assert_facts(result, "http", "127.255.255.254", 80)

    def test_plain_http_by_ipv6(self):
        if not has_ipv6():
            self.skipTest("there is no IPv6 here")
        with wolkvox.WolkvoxApi(tls=False, address="::1") as server:
            server.default_reply = wolkvox.Reply.json(blackbox.envelope())
            result = self.run_bare("-H", server.url, "-o", "x", "-vv")
            self.assertEqual(result.state, "OK", result)
            self.assert_facts(result, "http", "[::1]", server.port)


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    blackbox.main()
