#!/usr/bin/env python3
"""The command line (manual, OPTIONS); SERVER and thresholds as written have unit tests."""

import os
import socket
import tempfile
import threading
import unittest

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "0ddba11" * 7 + "5"
USAGE = ("check_wolkvox_token -H SERVER -o OPERATION [options]", "check_wolkvox_token -H wvNNNN [options]")
LONG_OPTIONS = ("hostname", "operation", "api", "reset-at", "port", "token-file", "warning",
                "critical", "method", "timeout", "unavailable", "ca-file", "proxy", "use-ipv4",
                "use-ipv6", "max-age", "state-dir", "forecast", "extra-opts", "verbose", "version",
                "help")
EMPTY_IS_NOT_GIVEN = ("operation", "api", "reset-at", "port", "warning", "critical", "method",
                      "timeout", "unavailable", "max-age", "state-dir", "forecast")
EMPTY_IS_REFUSED = ("hostname", "token-file", "ca-file")
SHORT_WITH_VALUE = {"H": "hostname", "o": "operation", "p": "port", "w": "warning",
                    "c": "critical", "X": "method", "t": "timeout"}
NO_NUMBERS = (" ", "x", "5x", "5 ", " 5", "5\n", "0x10", "010", "1e2", "NaN", "inf", "-1", "+5",
              "5.0", "5,0", "\u0665", "18446744073709551617", "9" * 400)
WRONG_VALUES = {
    "port": (*NO_NUMBERS, "0", "65536", "4294967297", "80,81", "https"),
    "timeout": (*NO_NUMBERS, "0", "3601", "4294967297", "10s", "10:", "10:bad", "10:4", "10:ok:ok",
                ":ok", "10: ok", "10:ok ", "3601:ok", "10,ok"),
    "max-age": (*NO_NUMBERS, "86401", "4294967297", "5m", "60:ok"),
    "warning": (*NO_NUMBERS, "480%x", "%", "10 %", "101%", "10.1234%", "1,5%", "10;20", "20:10",
                "1:2:3", ":", "@-1"),
    "critical": ("x", "010", "5.5", "101%", ":", "20:10", "1e2"),
    "forecast": ("4", "-1", "00", "1 ", "warn", "ok,", "true", "="),
    "unavailable": ("4", "-1", "00", "1 ", "+1", "0x1", "ok ", "okay", "warn", "OK,WARNING"),
    "method": ("PUT", "HEAD", "GET ", " GET", "GETX", "POST,GET", "G", "0", "GET\r\nX: y"),
    "api": ("x", "crm ", "crm,manager", "0", "wv"),
    "reset-at": ("24:00", "0:00", "00:60", "00:00+15:00", "00:00 Z", "noon", "00:00\n"),
    "proxy": (" ", "http://", "http://a b", "ftp://proxy.example", "http://proxy.example:0",
              "http://proxy.example:3128x", "proxy.example:", "http://\n", "http://a:%0a@b"),
    "hostname": ("a b", "user@crm0001", "crm0001:443", "crm0001/", "http://crm0001", "ftp://x",
                 "manager", "https://manager.wolkvox.com/", "crm\x01", "[::1"),
    "extra-opts": ("@", "section@"),
}
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
        self.setUp()
        return result

    def assert_refused(self, result, *named):
        """One line that names the option, the usage, no request."""
        self.assertEqual((result.exit, result.state), (3, "UNKNOWN"), result)
        self.assertNotIn("|", result.text, result)
        self.assertNotRegex(result.text, r"[\x00-\x09\x0b-\x1f\x7f]", result)
        for name in named:
            self.assertIn(name, result.message, result)
        for line, usage in zip(result.lines[1:], USAGE):
            self.assertIn(usage, line, result)
        self.assertEqual(api.connections, 0, result)

    def refused(self, *args, named=(), **options):
        result = self.run_with(*args, **options)
        self.assert_refused(result, *([named] if isinstance(named, str) else named))
        return result


class Refusals(CommandLine):
    TABLE = (
        # what an option takes is said
        (("-p", "0"), ("-p/--port takes a whole number from 1 to 65535",)),
        (("-t", "0"), ("-t/--timeout", "1 to 3600")),
        (("-X", "PUT"), ("-X/--method takes GET or POST",)),
        (("--unavailable=4",), ("ok, warning, critical, unknown",)),
        (("--api=x",), ("--api takes crm or manager",)),
        (("-H", ""), ("-H/--hostname is empty; give a host name, ",)),
        (("-H", "crm0001:1"), ("-H/--hostname: ", "--port")),
        (("-H", "manager"), ("-H/--hostname: ", "give the wvNNNN shown in the address bar")),
        (("-p", "-V"), ("--port",)),
        (("--forecast", "warning"), ("unexpected argument (not shown: it may be secret)", "write --forecast=STATE")),
        (("-t", "5:"), ("-t/--timeout", "optionally followed by a colon and a state (10:unknown)")),
        (("-w", "10,5%"), ("-w/--warning: not a threshold", "no spaces; decimal point, not comma")),
        (("-c", "20:10"), ("-c/--critical: the range starts above its end",)),
        # unknown and ambiguous options
        (("--insecure",), ("unknown option --insecure",)),
        (("--no-such=1",), ("unknown option --no-such",)),
        (("--max-aged=1",), ("unknown option --max-aged",)),
        (("--forecasts",), ("unknown option --forecasts",)),
        (("--" + "x" * 40,), ("unknown option --" + "x" * 40,)),
        (("-k",), ("unknown option -k",)),
        (("-z",), ("unknown option -z",)),
        (("--use-ip",), ("ambiguous", "--use-ipv4", "--use-ipv6")),
        (("--ver",), ("ambiguous", "--verbose", "--version")),
        (("--c=1",), ("ambiguous", "--critical", "--ca-file")),
        (("--t=5",), ("unknown option --t", "--timeout", "--token-file")),
        # what is wrong only together
        (("-4", "-6"), ("-4/--use-ipv4 and -6/--use-ipv6",)),
        (("-64",), ("-4", "-6")),
        (("-6", "-4", "-6"), ("-4", "-6")),
        (("-w", "100", "-c", "101"), ("-c/--critical must not be above -w/--warning",)),
        (("-w", "10.5%:", "-c", "10.501%"), ("--critical",)),
        (("--api=manager",), ("-o/--operation", "Manager")),
        (("-H", "wv0010"), ("-o/--operation", "Manager")),
        (("-H", "wv0010", "--api=crm"), ("-H/--hostname", "--api")),
        (("-H", "crm0001", "--api=manager"), ("-H/--hostname", "--api")),
        # positional arguments
        *(((*args,), ("unexpected argument",)) for args in (
            ("word",), ("",), ("-",), ("--", "-v"), ("--", "-h"), ("-v", "word", "-v"),
            ("word", "--extra-opts"))),
        # no file is opened before
        (("--extra-opts=@/nonexistent/x.ini", "-p", "0"), ("--port",)),
        (("--extra-opts=@/nonexistent/x.ini", "-w", "1", "-c", "2"), ("--critical",)),
    )

    def test_the_table(self):
        for args, named in self.TABLE:
            with self.subTest(args=args):
                self.refused(*args, named=named)

    def test_wrong_values(self):
        for option, values in WRONG_VALUES.items():
            for value in blackbox.some(values):
                with self.subTest(option=option, value=value[:40]):
                    self.refused(f"--{option}={value}", named=f"--{option}")

    def test_an_overruled_value_must_be_valid_too(self):
        for option, values in WRONG_VALUES.items():
            with self.subTest(option=option):
                self.refused(f"--{option}={values[0]}", f"--{option}=", f"--{option}=1",
                             named=f"--{option}")

    def test_a_required_option_is_missing(self):
        for args, named in ((("-o", "sales"), "-H/--hostname is missing; give"), ((), "--hostname"),
                            (("-H", api.url), "-o/--operation is missing; give")):
            with self.subTest(args=args):
                self.assert_refused(self.run_bare(*args), named)

    def test_missing_values(self):
        for option in (*EMPTY_IS_NOT_GIVEN[:-1], *EMPTY_IS_REFUSED, "proxy"):
            with self.subTest(option=option):
                self.refused(f"--{option}", named=f"--{option} needs a value")
        for letter, option in SHORT_WITH_VALUE.items():
            with self.subTest(option=letter):
                self.refused(f"-{letter}", named=f"-{letter}/--{option} needs a value")

    def test_flags_take_no_value(self):
        for flag in ("use-ipv4", "use-ipv6", "verbose"):
            with self.subTest(flag=flag):
                self.refused(f"--{flag}=1", named=f"--{flag} takes no value")

    def test_unknown_options_are_cleaned(self):
        for option in ("--a|b=1;2", "--a\nWOLKVOX_TOKEN OK: all is well", "--\x1b[2J", "-|", "-\n",
                       "-\x1b", b"-\xc3", b"--\xff\xfe", "--\u202e", "--" + "x" * 5000, "--=", "-=",
                       "--" + "x" * 41, "--Insecure", "--no_such"):
            with self.subTest(option=option[:20]):
                result = self.refused(option)
                self.assertTrue(len(option) == 2 or "not shown" in result.message, result)

    def test_a_token_elsewhere_is_not_shown(self):
        short = "0ddba11e"
        for token in (TOKEN, short):
            for args in ((token,), (f"-token={token}",), ("-token", token), (f"--tokn={token}",),
                         (f"--wolkvox-token={token}",), (f"--{token}",), (f"--x{token}",),
                         ("-t", token), ("-p", token), ("-w", token), ("-X", token),
                         (f"--unavailable={token}",), (f"-{token}",), (f"--api={token}",),
                         (f"--proxy=http://{token}:{token}",), ("-H", f"https://{token}@localhost/"),
                         (f"--use-ipv4={token}",), (f"--forecast={token}",),
                         (f"--reset-at={token}",), (f"--token{token}",)):
                with self.subTest(args=args[0][:20]):
                    self.refused(*args, token=token)  # run() looks for the token

    def test_token_and_its_abbreviations(self):
        secret = "secretvalue0123456789"
        for option in ("--to", "--tok", "--toke", "--token"):
            for args in ((f"{option}={secret}",), (option, secret), (f"{option}=",), (option,),
                         ("--token-file=/nonexistent", f"{option}={secret}")):
                with self.subTest(args=args):
                    self.refused(*args, secret=secret, named=("--token", "public"))

    def test_what_fits_token_file_only_is_token_file(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"from-the-file\n")
            file.flush()
            for option in ("--token-", "--token-f"):
                with self.subTest(option=option):
                    result = self.run_with(f"{option}={file.name}", secret="from-the-file")
                    self.assertEqual(result.state, "OK", result)
                    self.assertEqual(api.requests[-1].token, "from-the-file")


class EmptyValues(CommandLine):
    """A macro that is not set is empty."""

    def test_they_count_as_not_given(self):
        given = [f"--{option}=" for option in EMPTY_IS_NOT_GIVEN]
        result = self.accepted(*given, "-w", "", "-c", "", "-X", "", "-t", "", "-p", "")
        usual = self.accepted()
        self.assertEqual(result.message, usual.message)
        self.assertEqual([item._replace(value="") for item in result.perfdata.values()],
                         [item._replace(value="") for item in usual.perfdata.values()])

    def test_an_earlier_value_stays(self):
        result = self.run_bare("-H", api.url, "-o", "first", "-t", "77", "-w", "100", "-o", "",
                               "-t", "", "--warning=", "--proxy=")
        self.assertEqual(result.state, "OK", result)
        self.assertEqual(api.requests[-1].query, {"operation": "first"})
        self.assertEqual((result.perfdata["time"].max, result.perfdata["available"].warn),
                         ("77", "100:"))

    def test_where_something_else_would_take_its_place(self):
        for option in EMPTY_IS_REFUSED:
            with self.subTest(option=option):
                self.refused(f"--{option}=", named=f"--{option} is empty; give ")
        self.assert_refused(self.run_bare("-H", api.url, "-o", ""), "-o/--operation is missing")


class HelpAndVersion(CommandLine):
    ERRORS = (("--bogus",), ("-z",), ("word",), ("--token=x",), ("-t", "0"), ("-H", "a b"),
              ("--extra-opts=@/nonexistent",), ("--extra-opts=@",), ("--use-ipv4=1",), ("-4", "-6"),
              ("--token-file=/nonexistent",), ("--ca-file=/nonexistent",))

    def assert_version(self, result):
        self.assertEqual(result.exit, 3, result)
        self.assertRegex(result.text, r"\Acheck_wolkvox_token [0-9][^\s|]*\n\Z", result)

    def assert_help(self, result):
        self.assertEqual(result.exit, 3, result)
        for words in (*USAGE, *(f"--{option}" for option in LONG_OPTIONS)):
            self.assertIn(words, result.text, result)

    def test_version(self):
        for args in (("-V",), ("--version",), ("--vers",), ("-vV",), ("-4V",), ("-V", "-t")):
            with self.subTest(args=args):
                self.assert_version(blackbox.run(*args, plain=True))

    def test_version_wins_over_errors_on_either_side(self):
        for args in blackbox.some(self.ERRORS):
            with self.subTest(args=args):
                self.assert_version(blackbox.run(*args, "-V", plain=True))
                self.assert_version(blackbox.run("-V", *args, plain=True))

    def test_help(self):
        result = blackbox.run("--help", plain=True)
        self.assert_help(result)
        self.assertLessEqual(max(map(len, result.lines)), 80)
        self.assertNotIn("\t", result.text)
        self.assertNotIn("--token ", result.text)
        self.assertEqual(blackbox.run("-h", plain=True).stdout, result.stdout)

    def test_help_wins_over_all_on_either_side(self):
        for args in blackbox.some((*self.ERRORS, ("-V",), ("--version",), ("-H", "--"),
                                   ("--extra-opts",), ("--extra-opts", "word"))):
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


class Values(CommandLine):
    def test_ports(self):
        for port in ("1", "9", "65535"):
            with self.subTest(port=port):
                result = self.run_bare("-H", "https://127.255.255.254:2", "-o", "x", "-p", port,
                                       "-vv", "--proxy=")
                self.assertIn(f"server: 127.255.255.254 port {port}", result.lines, result)

    def test_timeouts(self):
        shortest = "60" if blackbox.PLUGIN_WRAPPER else "1"
        for timeout in (shortest, "3600", "60:ok", "61:CRITICAL", "62:3", "63:unKnown", "64:0"):
            with self.subTest(timeout=timeout):
                result = self.accepted("-t", timeout)
                self.assertEqual(result.perfdata["time"].max, timeout.partition(":")[0])
        self.assertEqual(self.accepted().perfdata["time"].max, "10")

    def test_ages(self):
        with tempfile.TemporaryDirectory() as directory:
            for age, requests in (("0", 1), ("86400", 1), ("86400", 0), ("600", 0), ("0", 1)):
                with self.subTest(age=age):
                    self.accepted(f"--max-age={age}", f"--state-dir={directory}", "-t60",
                                  requests=requests)

    def test_thresholds(self):
        """Defaults only where neither is given; an overruled one is not compared."""
        for args, warning, critical in (((), "960:", "480:"), (("-w", "10%", "-c", "7"), "480:", "7:"),
                                        (("-w", "100"), "100:", None), (("-c", "100"), "", "100:"),
                                        (("-w", "10", "-c", "20", "-w", "30"), "30:", "20:"),
                                        (("-w", "1%", "-c", "480"), "48:", "480:")):
            with self.subTest(args=args):
                available = self.accepted(*args).perfdata["available"]
                self.assertEqual(available.warn, warning)
                self.assertIn(available.crit, ("", "1:") if critical is None else (critical,))

    def test_states(self):
        for value, state in (("ok", "OK"), ("WARNING", "WARNING"), ("Critical", "CRITICAL"),
                             ("uNkNoWn", "UNKNOWN"), ("0", "OK"), ("1", "WARNING"),
                             ("2", "CRITICAL"), ("3", "UNKNOWN")):
            with self.subTest(value=value):
                api.default_reply = wolkvox.Reply(500)
                self.accepted(f"--unavailable={value}", state=state)

    def test_methods(self):
        for value in ("GET", "get", "gEt", "POST", "post", "Post"):
            with self.subTest(value=value):
                self.setUp()
                result = self.run_with("-X", value)
                self.assertEqual(result.state, "OK", result)
                self.assertEqual([request.method for request in api.requests], [value.upper()])

    def test_verbosity_adds_up(self):
        counts = [len(self.accepted(*args).lines) for args in ((), ("-v",), ("-vv",), ("-vvv",))]
        self.assertEqual(counts[:2], [1, 1])
        self.assertTrue(1 < counts[2] < counts[3], counts)
        for args, count in ((("-v", "-v"), counts[2]), (("--verb", "-vv"), counts[3]),
                            (("-v", "-4", "-vv"), counts[3]), (("-vvvv",), counts[3])):
            with self.subTest(args=args):
                self.assertEqual(len(self.accepted(*args).lines), count)


class Forms(CommandLine):
    """The same command line in other words."""

    def assert_seen(self, result, method, operation, timeout, warning, critical):
        self.assertEqual(result.state, "OK", result)
        (request,) = api.requests
        self.assertEqual((request.method, request.query), (method, {"operation": operation}))
        self.assertEqual(result.perfdata["time"].max, timeout)
        self.assertEqual(result.perfdata["available"][2:4], (warning, critical))

    def test_the_last_counts(self):
        result = self.run_bare("-H", UNREACHABLE, "-o", "first", "-p", "1", "-w", "1", "-c", "1",
                               "-X", "GET", "-t", "20", "--proxy=http://127.255.255.254:1",
                               "--unavailable=ok", "--token-file=/nonexistent", "--api=manager",
                               "-H", api.url, "-o", "last", "-p", str(api.port), "-w", "10%", "-c",
                               "7", "-X", "POST", "-t", "30", "--proxy=", "--unavailable=3",
                               "--token-file=-", "--api=crm", stdin=b"last-token", secret="last-token")
        self.assert_seen(result, "POST", "last", "30", "480:", "7:")
        self.assertEqual(api.requests[0].token, "last-token")

    def test_abbreviations(self):
        result = self.run_bare("--host", api.url, "--op=abbreviated", "--warn=100", "--crit", "50",
                               "--meth=get", "--time=77", "--una=ok", "--verb", "--prox=",
                               f"--por={api.port}", "--ap=CRM", "--res=00:00")
        self.assert_seen(result, "GET", "abbreviated", "77", "100:", "50:")

    def test_short_options_in_one_word(self):
        result = self.run_bare("-vvH", api.url, "-osales", "-w100", "-c50", "-Xget", "-4t77")
        self.assert_seen(result, "GET", "sales", "77", "100:", "50:")


class AddressFamilies(CommandLine):
    def test_ipv4(self):
        for args in (("-4",), ("--use-ipv4",), ("-4", "-4", "--use-ipv4")):
            with self.subTest(args=args):
                self.accepted(*args)

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


class Files(CommandLine):
    def test_a_ca_file_that_cannot_be_used(self):
        """It is looked at before any connection, and has unit tests."""
        for path in ("/nonexistent", "/dev/null", os.devnull + "/x", __file__):
            with self.subTest(path=path):
                result = self.run_with(f"--ca-file={path}")
                self.assertIn(f"the CA file {path}"[:110], result.message)
                self.assertEqual((result.state, len(result.lines), api.connections), ("UNKNOWN", 1, 0))


class Servers(CommandLine):
    """The effective server as the proxy and the long output see it (manual, SERVER)."""

    TABLE = (
        ("CRM0001.Wolkvox.COM.", "crm0001.wolkvox.com", 443), ("192.0.2.1", "192.0.2.1", 443),
        ("2001:db8::A", "[2001:db8::a]", 443), ("MyServer", "myserver.wolkvox.com", 443),
        ("0001", "crm0001.wolkvox.com", 443), ("Sv5.CrmVox.Com", "crm5.wolkvox.com", 443),
        ("https://sv0001.crmvox.com/login.php?a=b#c", "crm0001.wolkvox.com", 443),
        ("https://MyServer:8443/x", "myserver.wolkvox.com", 8443),
        ("https://[2001:db8::a]:8443/", "[2001:db8::a]", 8443),
    )

    def assert_facts(self, result, scheme, host, port):
        facts = dict(line.split(": ", 1) for line in result.lines[1:] if ": " in line)
        self.assertEqual(facts["server"], f"{host.strip('[]')} port {port}", result)
        place = host if port == {"https": 443, "http": 80}[scheme] else f"{host}:{port}"
        self.assertEqual(facts["URL"], f"{scheme}://{place}{wolkvox.API_PATH}?operation=x", result)

    def test_the_table(self):
        with blackbox.Proxy(refuse=503) as proxy:
            for server, host, port in self.TABLE:
                for args in ((), ("-p", "9443")):
                    with self.subTest(server=server, args=args):
                        proxy.connects.clear()
                        result = self.run_bare("-H", server, "-o", "x", f"--proxy={proxy.url}", "-vv",
                                               *args)
                        self.assertEqual(result.state, "CRITICAL", result)
                        self.assertEqual(proxy.connects, [f"{host}:{9443 if args else port}"])
                        self.assert_facts(result, "https", host, 9443 if args else port)

    def test_plain_http_for_loopback(self):
        addresses = [("127.0.0.1", "http://LOCALHOST.:{}/", "localhost"),
                     ("127.0.0.1", "HTTP://127.0.0.1:{}/anything?x#y", "127.0.0.1"),
                     ("127.3.2.1", "http://127.3.2.1:{}", "127.3.2.1")]
        if has_ipv6():
            addresses.append(("::1", "http://[::1]:{}", "[::1]"))
        for address, url, host in addresses:
            with self.subTest(url=url), wolkvox.WolkvoxApi(tls=False, address=address) as server:
                server.default_reply = wolkvox.Reply.json(blackbox.envelope())
                result = self.run_bare("-H", url.format(server.port), "-o", "x", "-vv")
                self.assertEqual(result.state, "OK", result)
                self.assertEqual(len(server.requests), 1)
                self.assert_facts(result, "http", host, server.port)

    def test_plain_http_has_its_own_port(self):
        result = self.run_bare("-H", "http://127.255.255.254/x", "-o", "x", "-vv")
        self.assert_facts(result, "http", "127.255.255.254", 80)


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    blackbox.main()
