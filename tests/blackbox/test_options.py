#!/usr/bin/env python3
"""The command line (manual, OPTIONS); what values, SERVER and thresholds may look like has unit tests."""

import socket

import blackbox

wolkvox = blackbox.load_api()

TOKEN = blackbox.TOKEN
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
NO_NUMBERS = ("x", "5x", " 5", "0x10", "010", "1e2", "NaN", "inf", "-1", "+5", "5,0", "18446744073709551617")
WRONG_VALUES = {
    "port": (*NO_NUMBERS, "0", "65536"),
    "timeout": (*NO_NUMBERS, "0", "3601", "10s", "10:", "10:bad", "10:ok:ok", ":ok", "10,ok"),
    "max-age": (*NO_NUMBERS, "86401", "5m"),
    "warning": (*NO_NUMBERS, "101%", "10.1234%", "1,5%", "20:10", ":"),
    "critical": (*NO_NUMBERS, "101%", ":", "20:10"),
    "forecast": ("4", "warn", "true"),
    "unavailable": ("4", "-1", "00", "okay", "OK,WARNING"),
    "method": ("PUT", "GETX", "POST,GET", "GET\r\nX: y"),
    "api": ("x", "crm,manager"),
    "reset-at": ("24:00", "0:00", "00:00+15:00", "noon"),
    "proxy": ("http://a b", "ftp://proxy.example", "http://proxy.example:0", "http://a:%0a@b"),
    "hostname": ("a b", "user@crm0001", "crm0001:443", "crm0001/", "http://crm0001", "manager", "crm\x01"),
    "extra-opts": ("@", "section@"),
}
UNREACHABLE = "https://127.255.255.254:1"


class CommandLine(blackbox.ApiCase):

    def run_bare(self, *args, **options):
        return blackbox.run(*args, **{"token": TOKEN, **options})

    def refused(self, *args, named=(), run=None, **options):
        """A line that names the option, the usage, no request."""
        result = (run or self.check)(*args, **options)
        self.assertEqual((result.exit, result.state), (3, "UNKNOWN"), result)
        self.assertNotIn("|", result.text, result)
        self.assertNotRegex(result.text, r"[\x00-\x09\x0b-\x1f\x7f]", result)
        for name in [named] if isinstance(named, str) else named:
            self.assertIn(name, result.message, result)
        for line, usage in zip(result.lines[1:], USAGE):
            self.assertIn(usage, line, result)
        self.assertEqual((len(result.lines), self.api.connections), (4, 0), result)
        return result


class Refusals(CommandLine):
    TABLE = (
        # what an option takes is said
        (("-p", "0"), ("-p/--port takes a whole number from 1 to 65535",)),
        (("-t", "0"), ("-t/--timeout", "1 to 3600")),
        (("-X", "PUT"), ("-X/--method takes GET or POST",)),
        (("--unavailable=4",), ("ok, warning, critical, unknown",)),
        (("--api=x",), ("--api takes crm or manager",)),
        (("-H", "crm0001:1"), ("-H/--hostname: ", "--port")),
        (("-H", "manager"), ("-H/--hostname: ", "give the wvNNNN shown in the address bar")),
        (("-p", "-V"), ("--port",)),
        (("--forecast", "warning"), ("unexpected argument (not shown: it may be secret)", "write --forecast=STATE")),
        (("-t", "5:"), ("-t/--timeout", "optionally followed by a colon and a state (10:unknown)")),
        (("-w", "10,5%"), ("-w/--warning: not a threshold", "no spaces; decimal point, not comma")),
        (("-c", "20:10"), ("-c/--critical: the range starts above its end",)),
        # unknown and ambiguous options
        (("--insecure",), ("unknown option --insecure",)),
        (("--max-aged=1",), ("unknown option --max-aged",)),
        (("--" + "x" * 40,), ("unknown option --" + "x" * 40,)),
        (("-k",), ("unknown option -k",)),
        (("--use-ip",), ("ambiguous", "--use-ipv4", "--use-ipv6")),
        (("--c=1",), ("ambiguous", "--critical", "--ca-file")),
        (("--t=5",), ("unknown option --t", "--timeout", "--token-file")),
        # what is wrong only together
        (("-4", "-6"), ("-4/--use-ipv4 and -6/--use-ipv6",)),
        (("-w", "100", "-c", "101"), ("-c/--critical must not be above -w/--warning",)),
        (("-w", "10.5%:", "-c", "10.501%"), ("--critical",)),
        (("--api=manager",), ("-o/--operation", "Manager")),
        (("-H", "wv0010", "--api=crm"), ("-H/--hostname", "--api")),
        (("-H", "crm0001", "--api=manager"), ("-H/--hostname", "--api")),
        # positional arguments
        *(((*args,), ("unexpected argument",)) for args in (
            ("word",), ("",), ("-",), ("--", "-v"), ("-v", "word", "-v"), ("word", "--extra-opts"))),
        # no file is opened before
        (("--extra-opts=@/nonexistent/x.ini", "-p", "0"), ("--port",)),
        (("--extra-opts=@/nonexistent/x.ini", "-w", "1", "-c", "2"), ("--critical",)),
    )

    def test_the_table(self):
        for args, named in self.TABLE:
            with self.subTest(args=args):
                self.refused(*args, named=named)

    def test_wrong_values_also_where_they_are_overruled(self):
        for option, values in WRONG_VALUES.items():
            for value in blackbox.some(values):
                with self.subTest(option=option, value=value):
                    self.refused(f"--{option}={value}", named=f"--{option}")
            with self.subTest(option=option):
                self.refused(f"--{option}={values[0]}", f"--{option}=", f"--{option}=1",
                             named=f"--{option}")

    def test_missing_options_and_values(self):
        for args, named in ((("-o", "sales"), "-H/--hostname is missing; give"), ((), "--hostname"),
                            (("-H", self.api.url), "-o/--operation is missing; give"),
                            (("-H", self.api.url, "-o", ""), "-o/--operation is missing")):
            with self.subTest(args=args):
                self.refused(*args, named=named, run=self.run_bare)
        for option in (*EMPTY_IS_NOT_GIVEN[:-1], *EMPTY_IS_REFUSED, "proxy"):
            with self.subTest(option=option):
                self.refused(f"--{option}", named=f"--{option} needs a value")
        for letter, option in SHORT_WITH_VALUE.items():
            with self.subTest(option=letter):
                self.refused(f"-{letter}", named=f"-{letter}/--{option} needs a value")
        for flag in ("use-ipv4", "use-ipv6", "verbose"):
            with self.subTest(flag=flag):
                self.refused(f"--{flag}=1", named=f"--{flag} takes no value")

    def test_unknown_options_are_cleaned(self):
        for option in ("--a|b=1;2", "--a\nWOLKVOX_TOKEN OK: all is well", "--\x1b[2J", "-|", "-\n",
                       b"-\xc3", b"--\xff\xfe", "--" + "x" * 5000, "--=", "--" + "x" * 41, "--Insecure"):
            with self.subTest(option=option[:20]):
                result = self.refused(option)
                self.assertTrue(len(option) == 2 or "not shown" in result.message, result)

    def test_a_token_elsewhere_is_not_shown(self):
        """test_token.py has where it could be a file's or host's name."""
        for token in (TOKEN, "0ddba11e"):
            for args in ((token,), (f"-token={token}",), (f"--tokn={token}",), (f"--{token}",),
                         ("-t", token), ("-w", token), (f"--unavailable={token}",), (f"-{token}",),
                         ("-H", f"https://{token}@localhost/"), (f"--use-ipv4={token}",)):
                with self.subTest(args=args[0][:20]):
                    self.refused(*args, token=token)  # run() looks for the token

    def test_token_and_its_abbreviations(self):
        secret = "secretvalue0123456789"
        for option in ("--to", "--token"):
            for args in ((f"{option}={secret}",), (option, secret), (f"{option}=",), (option,),
                         ("--token-file=/nonexistent", f"{option}={secret}")):
                with self.subTest(args=args):
                    self.refused(*args, secret=secret, named=("--token", "public"))
        path = self.write("from-the-file\n")
        self.expect("OK", f"--token-={path}", secret="from-the-file")
        self.assertEqual(self.api.requests[-1].token, "from-the-file")


class EmptyValues(CommandLine):
    """A macro that is not set is empty."""

    def test_they_count_as_not_given(self):
        given = [f"--{option}=" for option in EMPTY_IS_NOT_GIVEN if option != "operation"]
        result, usual = self.expect("OK", *given, "-w", "", "-t", ""), self.expect("OK")
        self.assertEqual(result.message, usual.message)
        self.assertEqual([item._replace(value="") for item in result.perfdata.values()],
                         [item._replace(value="") for item in usual.perfdata.values()])

    def test_an_earlier_value_stays(self):
        result = self.expect("OK", "-o", "first", "-t", "77", "-w", "100", "-o", "", "-t", "", "--warning=")
        self.assertEqual(self.api.requests[-1].query, {"operation": "first"})
        self.assertEqual((result.perfdata["time"].max, result.perfdata["available"].warn),
                         ("77", "100:"))

    def test_where_something_else_would_take_its_place(self):
        for option in EMPTY_IS_REFUSED:
            with self.subTest(option=option):
                self.refused(f"--{option}=", named=f"--{option} is empty; give ")


class HelpAndVersion(CommandLine):
    ERRORS = (("--bogus",), ("-z",), ("word",), ("--token=x",), ("-t", "0"), ("-H", "a b"),
              ("--extra-opts=@/nonexistent",), ("--extra-opts=@",), ("--use-ipv4=1",), ("-4", "-6"),
              ("--token-file=/nonexistent",), ("--ca-file=/nonexistent",))

    def assert_version(self, *args):
        result = blackbox.run(*args, plain=True)
        self.assertEqual(result.exit, 3, result)
        self.assertRegex(result.text, r"\Acheck_wolkvox_token [0-9][^\s|]*\n\Z", result)

    def assert_help(self, *args):
        result = blackbox.run(*args, plain=True)
        self.assertEqual(result.exit, 3, result)
        for words in (*USAGE, *(f"--{option}" for option in LONG_OPTIONS)):
            self.assertIn(words, result.text, result)
        return result

    def test_version_wins_over_errors_on_either_side(self):
        for args in blackbox.some(self.ERRORS):
            with self.subTest(args=args):
                self.assert_version(*args, "-V")
                self.assert_version("-V", *args)
        for args in (("--version",), ("--vers",), ("-4vV",), ("-V", "-t")):
            with self.subTest(args=args):
                self.assert_version(*args)

    def test_help(self):
        result = self.assert_help("--help")
        self.assertLessEqual(max(map(len, result.lines)), 80)
        self.assertNotIn("\t", result.text)
        self.assertNotIn("--token ", result.text)
        self.assertEqual(self.assert_help("-h").stdout, result.stdout)

    def test_help_wins_over_all_on_either_side(self):
        for args in blackbox.some((*self.ERRORS, ("-V",), ("--extra-opts",), ("--extra-opts", "word"))):
            with self.subTest(args=args):
                self.assert_help(*args, "-h")
                self.assert_help("-h", *args)
        for args in (("-zh",), ("--hel",), ("-h", "-o"), ("-h", "--", "x")):
            with self.subTest(args=args):
                self.assert_help(*args)

    def test_option_values_that_look_like_options(self):
        for word in ("-h", "--version", "--"):
            with self.subTest(operation=word):
                self.expect("OK", "-o", word)
                self.assertEqual(self.api.requests[-1].query, {"operation": word})


class Values(CommandLine):
    def test_ports(self):
        for port in ("1", "65535"):
            with self.subTest(port=port):
                result = self.check("-H", "https://127.255.255.254:2", "-p", port, "-vv", "--proxy=")
                self.assertIn(f"server: 127.255.255.254 port {port}", result.lines, result)

    def test_timeouts(self):
        shortest = "60" if blackbox.PLUGIN_WRAPPER else "1"
        for timeout in (shortest, "3600", "60:ok", "61:CRITICAL", "62:3", "64:0"):
            with self.subTest(timeout=timeout):
                result = self.expect("OK", "-t", timeout)
                self.assertEqual(result.perfdata["time"].max, timeout.partition(":")[0])
        self.assertEqual(self.check(own_time=True).perfdata["time"].max, "10")

    def test_ages(self):
        for age, requests in (("0", 1), ("86400", 1), ("86400", 0), ("600", 0), ("0", 1)):
            with self.subTest(age=age):
                self.expect("OK", f"--max-age={age}", f"--state-dir={self.directory}", requests=requests)

    def test_thresholds(self):
        """Defaults only where neither is given; an overruled one is not compared."""
        for args, warning, critical in (((), "960:", "480:"), (("-w", "10%", "-c", "7"), "480:", "7:"),
                                        (("-w", "100"), "100:", "1:"), (("-c", "100"), "", "100:"),
                                        (("-w", "10", "-c", "20", "-w", "30"), "30:", "20:"),
                                        (("-w", "1%", "-c", "480"), "48:", "480:")):
            with self.subTest(args=args):
                available = self.expect("OK", *args).perfdata["available"]
                self.assertEqual((available.warn, available.crit), (warning, critical))

    def test_verbosity_adds_up(self):
        counts = [len(self.check(*args).lines) for args in ((), ("-v",), ("-vv",), ("-vvv",))]
        self.assertEqual(counts[:2], [1, 1])
        self.assertTrue(1 < counts[2] < counts[3], counts)
        for args, count in ((("-v", "-v"), counts[2]), (("--verb", "-vv"), counts[3]),
                            (("-v", "-4", "-vv"), counts[3]), (("-vvvv",), counts[3])):
            with self.subTest(args=args):
                self.assertEqual(len(self.check(*args).lines), count)


class Forms(CommandLine):
    """The same command line in other words."""

    def assert_seen(self, result, method, operation, timeout, warning, critical):
        self.assertEqual(result.state, "OK", result)
        (request,) = self.api.requests
        self.assertEqual((request.method, request.query), (method, {"operation": operation}))
        self.assertEqual(result.perfdata["time"].max, timeout)
        self.assertEqual(result.perfdata["available"][2:4], (warning, critical))

    def test_the_last_counts(self):
        result = self.run_bare("-H", UNREACHABLE, "-o", "first", "-p", "1", "-w", "1", "-c", "1",
                               "-X", "GET", "-t", "20", "--proxy=http://127.255.255.254:1",
                               "--unavailable=ok", "--token-file=/nonexistent", "--api=manager",
                               "-H", self.api.url, "-o", "last", "-p", str(self.api.port), "-w", "10%",
                               "-c", "7", "-X", "POST", "-t", "30", "--proxy=", "--unavailable=3",
                               "--token-file=-", "--api=crm", stdin=b"last-token", secret="last-token")
        self.assert_seen(result, "POST", "last", "30", "480:", "7:")
        self.assertEqual(self.api.requests[0].token, "last-token")

    def test_abbreviations(self):
        result = self.run_bare("--host", self.api.url, "--op=abbreviated", "--warn=100", "--crit", "50",
                               "--meth=gEt", "--time=77", "--una=ok", "--verb", "--prox=",
                               f"--por={self.api.port}", "--ap=CRM", "--res=00:00")
        self.assert_seen(result, "GET", "abbreviated", "77", "100:", "50:")

    def test_short_options_in_one_word(self):
        result = self.run_bare("-vvH", self.api.url, "-osales", "-w100", "-c50", "-Xpost", "-4t77")
        self.assert_seen(result, "POST", "sales", "77", "100:", "50:")


class Servers(CommandLine):
    """The effective server as the proxy and the long output see it (manual, SERVER)."""

    TABLE = (
        ("CRM0001.Wolkvox.COM.", "crm0001.wolkvox.com", 443), ("2001:db8::A", "[2001:db8::a]", 443),
        ("0001", "crm0001.wolkvox.com", 443), ("Sv5.CrmVox.Com", "crm5.wolkvox.com", 443),
        ("https://MyServer:8443/login.php?a=b#c", "myserver.wolkvox.com", 8443),
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
        addresses = [("127.0.0.1", "http://LOCALHOST.:{}/", "localhost", "-4"),
                     ("127.3.2.1", "HTTP://127.3.2.1:{}/anything?x#y", "127.3.2.1", "--use-ipv4")]
        if has_ipv6():
            addresses.append(("::1", "http://[::1]:{}", "[::1]", "-6"))
        for address, url, host, flag in addresses:
            with self.subTest(url=url), wolkvox.WolkvoxApi(tls=False, address=address) as server:
                server.default_reply = blackbox.answer()
                result = self.run_bare("-H", url.format(server.port), "-o", "x", flag, "-vv")
                self.assertEqual((result.state, len(server.requests)), ("OK", 1), result)
                self.assertEqual(server.requests[0].header("Host"), f"{host}:{server.port}")
                self.assert_facts(result, "http", host, server.port)
        result = self.run_bare("-H", "http://127.255.255.254/x", "-o", "x", "-vv")
        self.assert_facts(result, "http", "127.255.255.254", 80)
        for flag in ("-6", "--use-ipv6"):
            self.expect("CRITICAL", flag, requests=0)


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    blackbox.main()
