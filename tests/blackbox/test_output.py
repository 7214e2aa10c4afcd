#!/usr/bin/env python3
"""Section 6 of the contract: the line, its perfdata, what is cleaned, and what -v adds."""

import decimal
import json
import re
import resource
import unittest

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply

TOKEN = "0utput-token-0123456789abcdef"
ABSENT = blackbox.ABSENT
LARGEST = 2 ** 53
TIME = r"time=[0-9]+(\.[0-9]{1,3})?s;;;0;"
CONTROLS = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e"
                      "\u2066-\u2069\\\\&]")
HOSTILE = ("x | available=1;2;3", "x|y=1", "x\nWOLKVOX_TOKEN OK: fine | a=1", "x\r\nOK",
           "x\\n| a=1",
           "x\\", "<script>alert(1)</script>", "&lt;b&gt;", "x\0| a=1", "\x1b[2J\x1b]0;t\x07",
           "a\tb",
           "\u2028| a=1", "\x85| a=1", "\u202e1=a |", "'x'=1", "$(id) `id` %s%n%100$x", " | ",
           "||||")


def answer(status=200, **fields):
    return Reply.json(blackbox.envelope(**fields), status)


def refusal(msg="", *, error="FORBIDDEN", code="403", status=403):
    return Reply.json({"code": code, "error": error, "msg": msg}, status)


class OutputCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.api = api_module.WolkvoxApi(tls=False)
        cls.api.start()
        cls.addClassCleanup(cls.api.stop)
        cls.server = f"http://127.0.0.1:{cls.api.port}"

    def ask(self, *replies, args=(), env=None):
        """A run whose output is clean: what is no newline is no control, and one `|` at most."""
        self.api.clear()
        self.api.script = list(replies[:-1])
        self.api.default_reply = replies[-1]
        result = blackbox.run("-H", self.server, "-o", "sales", *args, token=TOKEN, env=env)
        self.assertIsNone(CONTROLS.search(result.text), result)
        self.assertLessEqual(result.text.count("|"), 1, result)
        self.assertLessEqual(result.line.count("|"), 1, result)
        if "-vv" not in args and "-vvv" not in args and args[:1] not in (("-v",), ("--verbose",)):
            self.assertEqual(len(result.lines), 1, result)
        return result

    def perfdata_but_time(self, result, timeout=10):
        text, time = re.fullmatch(rf"(.*) ({TIME}{timeout})", result.perfdata_text).group(1, 2)
        self.assertIn(time, result.line)
        return text


class Line(OutputCase):

    def test_examples_of_the_contract(self):
        rows = (
            ({}, "WOLKVOX_TOKEN OK: sales-crm: 4799 of 4800 calls left (99.97%), counter resets in "
                 "15 h | available=4799;960:;480:;0;4800 used=1;3840;4320;0;4800 "
                 "used_percent=0.03%;80;90;0;100 reset=54000s;;;0 "),
            ({"available_consumition_options": 100, "token_use_today": 4700},
             "WOLKVOX_TOKEN CRITICAL: sales-crm: 100 of 4800 calls left (2.08%), counter resets in "
             "15 h (critical below 10%) | available=100;960:;480:;0;4800 "
             "used=4700;3840;4320;0;4800 used_percent=97.92%;80;90;0;100 reset=54000s;;;0 "),
            ({"available_consumition_options": 900, "token_use_today": 3900},
             "WOLKVOX_TOKEN WARNING: sales-crm: 900 of 4800 calls left (18.75%), counter resets in "
             "15 h (warning below 20%) | available=900;960:;480:;0;4800 used=3900;3840;4320;0;4800 "
             "used_percent=81.25%;80;90;0;100 reset=54000s;;;0 "))
        for fields, line in rows:
            with self.subTest(fields=fields):
                result = self.ask(answer(**fields))
                self.assertRegex(result.text, rf"\A{re.escape(line)}{TIME}10\n\Z")

    def test_locale_does_not_matter(self):
        result = self.ask(answer(), env={"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE"})
        self.assertIn("(99.97%)", result.message)
        self.assertIn(" used_percent=0.03%;", result.line)

    def test_text_starts_with_the_description(self):
        for reply in (answer(description="crm 7"), answer(description="crm 7", token_limit=ABSENT),
                      answer(403, description="crm 7", code="403", msg="TOKEN LIMIT EXCEEDED")):
            self.assertTrue(self.ask(reply).message.startswith("crm 7: "), reply.body)

    def test_no_description(self):
        for description in (ABSENT, None, "", 5, [], "   "):
            with self.subTest(description=description):
                self.assertTrue(self.ask(answer(description=description)).message
                                .startswith("4799 of 4800 calls left (99.97%)"))

    def test_percentages_shown_are_rounded_down_and_used_ones_up(self):
        rows = ((4799, 4800, "99.97", "0.03"), (1, 4800, "0.02", "99.98"), (1, 3, "33.33", "66.67"),
                (2, 3, "66.66", "33.34"), (99979, 100000, "99.97", "0.03"), (1, 20000, "0", "100"),
                (2400, 4800, "50", "50"), (4800, 4800, "100", "0"), (5000, 4800, "104.16", "0"),
                (9999, 10000, "99.99", "0.01"), (LARGEST - 1, LARGEST, "99.99", "0.01"),
                (LARGEST, LARGEST, "100", "0"), (1, LARGEST, "0", "100"), (LARGEST, 3, None, "0"),
                (12345678901, 98765432109, "12.49", "87.51"), (0, 7, "0", "100"))
        for available, limit, shown, used in rows:
            with self.subTest(available=available, limit=limit):
                result = self.ask(answer(available_consumition_options=available,
                                         token_limit=limit))
                percent = re.search(r"\(([0-9.]+)%\)", result.message)
                if shown:
                    self.assertEqual(decimal.Decimal(percent[1]), decimal.Decimal(shown), result)
                value = result.perfdata["used_percent"].value
                self.assertEqual(decimal.Decimal(value), decimal.Decimal(used), result)

    def test_nothing_to_see_where_there_is_no_answer(self):
        for reply in (refusal(), Reply(body="?"), Reply(429), Reply(302), Reply(raw=b"")):
            self.assertNotIn("|", self.ask(reply, args=("-vvv",)).text)


class Perfdata(OutputCase):

    def test_whole_text_in_every_situation(self):
        fresh = "used=1;3840;4320;0;4800 used_percent=0.03%;80;90;0;100 reset=54000s;;;0"
        both = ("-w480", "-c100")
        odd = {"token_use_today": 7}
        rows = (
            ((), {}, f"available=4799;960:;480:;0;4800 {fresh}"),
            ((), {"token_use_today": ABSENT}, "available=4799;960:;480:;0;4800 "
             "used_percent=0.03%;80;90;0;100 reset=54000s;;;0"),
            ((), {"hours_to_restart_count": ABSENT}, "available=4799;960:;480:;0;4800 "
             "used=1;3840;4320;0;4800 used_percent=0.03%;80;90;0;100"),
            ((), {"hours_to_restart_count": 0}, "available=4799;960:;480:;0;4800 "
             "used=1;3840;4320;0;4800 used_percent=0.03%;80;90;0;100 reset=0s;;;0"),
            ((), odd, "available=4799;960:;480:;0;4800 used=7;;;0;4800 "
             "used_percent=0.03%;80;90;0;100 reset=54000s;;;0"),
            ((), {"token_limit": ABSENT}, "available=4799;;;0 used=1;;;0 reset=54000s;;;0"),
            ((), {"token_limit": 0}, "available=4799;;;0;0 used=1;;;0;0 reset=54000s;;;0"),
            (both, {"token_limit": ABSENT},
             "available=4799;480:;100:;0 used=1;;;0 reset=54000s;;;0"),
            (both, {"token_limit": ABSENT, "token_use_today": None, "hours_to_restart_count": "x"},
             "available=4799;480:;100:;0"),
            (both, {}, "available=4799;480:;100:;0;4800 used=1;4320;4700;0;4800 "
             "used_percent=0.03%;90;97.92;0;100 reset=54000s;;;0"),
            (("-w480:", "-c100:"), {}, "available=4799;480:;100:;0;4800 used=1;4320;4700;0;4800 "
             "used_percent=0.03%;90;97.92;0;100 reset=54000s;;;0"),
            (("-w480",), {}, "available=4799;480:;;0;4800 used=1;4320;;0;4800 "
             "used_percent=0.03%;90;;0;100 reset=54000s;;;0"),
            (("-c480",), {}, "available=4799;;480:;0;4800 used=1;;4320;0;4800 "
             "used_percent=0.03%;;90;0;100 reset=54000s;;;0"),
            (("-w100%", "-c0%"), {}, "available=4799;4800:;0:;0;4800 used=1;0;4800;0;4800 "
             "used_percent=0.03%;0;100;0;100 reset=54000s;;;0"),
            (("-w4801", "-c4800"), {}, "available=4799;4801:;4800:;0;4800 used=1;;0;0;4800 "
             "used_percent=0.03%;;0;0;100 reset=54000s;;;0"),
            (("-w@10:20", "-c100:5000"), {}, "available=4799;@10:20;100:5000;0;4800 "
             "used=1;;;0;4800 used_percent=0.03%;;;0;100 reset=54000s;;;0"),
            (("-w~:5000", "-c@10%:20%"), {}, "available=4799;~:5000;@480:960;0;4800 "
             "used=1;;;0;4800 used_percent=0.03%;;;0;100 reset=54000s;;;0"),
            (("-w20%", "-c~:5000"), {}, "available=4799;960:;~:5000;0;4800 used=1;3840;;0;4800 "
             "used_percent=0.03%;80;;0;100 reset=54000s;;;0"),
            (("-w1", "-c0"), {"token_limit": 3, "available_consumition_options": 2},
             "available=2;1:;0:;0;3 used=1;2;3;0;3 used_percent=33.34%;66.67;100;0;100 "
             "reset=54000s;;;0"),
            ((), {"available_consumition_options": -3, "token_use_today": 4803},
             "available=-3;960:;480:;0;4800 used=4803;3840;4320;0;4800 "
             "used_percent=100%;80;90;0;100 reset=54000s;;;0"),
            ((), {"available_consumition_options": 5000, "token_use_today": 0},
             "available=5000;960:;480:;0;4800 used=0;;;0;4800 used_percent=0%;80;90;0;100 "
             "reset=54000s;;;0"),
            (("-w10%:5", "-c50"), {}, "available=4799;;50:;0;4800 used=1;;4750;0;4800 "
             "used_percent=0.03%;;98.96;0;100 reset=54000s;;;0"),
        )
        for args, fields, expected in rows:
            with self.subTest(args=args, fields=fields):
                result = self.ask(answer(**fields), args=args)
                self.assertEqual(self.perfdata_but_time(result), expected, result)

    def test_time_has_the_timeout_as_its_maximum(self):
        for value, maximum in (("5", 5), ("30:ok", 30), ("3600", 3600)):
            with self.subTest(value):
                self.perfdata_but_time(self.ask(answer(), args=("-t", value)), maximum)

    def test_time_of_two_requests_together(self):
        result = self.ask(Reply(405, delay=0.3), answer().changed(delay=0.3))
        self.assertEqual(len(self.api.requests), 2)
        self.assertGreaterEqual(float(result.perfdata["time"].value), 0.6, result)
        self.assertLessEqual(float(result.perfdata["time"].value), result.seconds, result)

    def test_alert_turned_round_alerts_alike(self):
        """Where a writer only knows used and used_percent, its alerts are the same."""
        for limit in (7, 4799, 10000):
            for threshold in ("33.333%", "10%", "3"):
                least = int(self.ask(answer(token_limit=limit, available_consumition_options=limit),
                                     args=("-c", threshold)).perfdata["available"].crit[:-1])
                for available in {least - 1, least} - {0}:
                    with self.subTest(limit=limit, threshold=threshold, available=available):
                        result = self.ask(answer(
                            token_limit=limit, available_consumition_options=available,
                            token_use_today=limit - available), args=("-c", threshold))
                        for label in ("used", "used_percent"):
                            metric = result.perfdata[label]
                            self.assertEqual(float(metric.value) > float(metric.crit),
                                             result.state == "CRITICAL", result)


class Cleaning(OutputCase):

    def described(self, description, **options):
        """What is shown of a description."""
        body = description if isinstance(description, bytes) else None
        reply = answer(description="@" if body else description)
        if body:
            reply = reply.changed(body=reply.body.replace(b"@", body))
        result = self.ask(reply, **options)
        self.assertEqual(result.state, "OK", result)
        return result.message.rpartition(": 4799 of 4800 calls left")[0]

    def test_every_character_that_is_not_shown(self):
        classes = {"C0": range(0x20), "C1 and DEL": range(0x7F, 0xA0),
                   "separators": (0x2028, 0x2029), "special": map(ord, "|\\<>&"),
                   "bidirectional": (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F),
                                     *range(0x2066, 0x206A))}
        for name, points in classes.items():
            with self.subTest(name):
                points = list(points)
                shown = self.described("x" + "".join(f"{chr(point)}x" for point in points))
                self.assertRegex(shown, rf"\Ax([? ]x){{{len(points)}}}\Z")

    def test_everything_else_is_shown(self):
        for text in ("ñandú – 日本語 😀 ½ €", "a b  c", "!\"#$%'()*+,-./:;=?@[]^_`{}~", "\u00a0x\u00ad",
                     "\U0010ffff\ufffd"):
            with self.subTest(text):
                self.assertEqual(self.described(text), text)

    def test_broken_utf_8(self):
        rows = (b"\xff", b"\xfe", b"\x80", b"\xc3", b"\xc0\xaf", b"\xc1\xbf", b"\xe2\x82",
                b"\xe0\x80\xaf",
                b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf0\x9f\x98", b"\xf4\x90\x80\x80",
                b"\xf0\x80\x80\xaf", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80")
        shown = self.described(b"x" + b"x".join(rows) + b"x")
        self.assertRegex(shown, r"\Ax([? ]+x)+\Z")
        self.assertEqual(shown.count("x"), len(rows) + 1)
        self.assertEqual(self.described(b"\xc3"), "?")

    def test_broken_utf_8_hides_no_character_behind_it(self):
        for text in (b"\xe2|x", b"\xe2\x82\\x", b"\xf0<x", b"\xc3\x7fx"):
            with self.subTest(text):
                self.assertRegex(self.described(text.replace(b"\\", b"\\\\")), r"\A[? ]+x\Z")

    def test_hostile_texts_everywhere(self):
        benign = {"description": self.ask(answer()), "refusal": self.ask(refusal("x"))}
        for text in HOSTILE:
            for name, reply in {"description": answer(description=text),
                                "refusal": refusal(text, error=text, code=text)}.items():
                with self.subTest(text, field=name):
                    result = self.ask(reply)
                    self.assertEqual(result.state, benign[name].state, result)
                    self.assertEqual(list(result.perfdata), list(benign[name].perfdata), result)
                    self.assertIsNone(re.search("[<>]", result.text), result)

    def test_hostile_places_of_a_redirect(self):
        for place in (b"https://a|b=1.example/", b"https://<b>x</b>/", b"https://a\\nb/",
                      b"https://\xff\xc3/",
                      b"https://a&b/", b"https://" + b"x" * 5000 + b".example/",
                      b"https://\xe2\x80\xa8/"):
            with self.subTest(place):
                result = self.ask(Reply(raw=b"HTTP/1.1 302 <b>|\\n&\r\nLocation: " + place
                                        + b"\r\nContent-Length: 0\r\n\r\n"))
                self.assertEqual((result.state, len(self.api.requests)), ("CRITICAL", 1), result)
                self.assertLess(len(result.line), 500)
                self.assertIsNone(re.search("[<>|]", result.text), result)

    def test_fields_are_cut_to_120_characters(self):
        for letter in ("x", "é", "日", "😀"):
            for length in (119, 120, 121, 5000):
                with self.subTest(letter, length=length):
                    text = letter * length
                    cut = text if length <= 120 else letter * 119 + "…"
                    self.assertEqual(self.described(text), cut)
        self.assertEqual(self.described("x" * 119 + "|y"), "x" * 119 + "…")
        self.assertEqual(self.described("x" * 119 + "|"), "x" * 119 + "?")

    def test_every_field_of_a_refusal_is_cut(self):
        message = self.ask(refusal("m" * 121, error="e" * 121, code="c" * 121, status=503)).message
        for letter in "mec":
            self.assertIn(letter * 119 + "…", message)
            self.assertNotIn(letter * 120, message)
        message = self.ask(refusal("m" * 120, error="e" * 120)).message
        self.assertIn("m" * 120, message)
        self.assertIn("e" * 120, message)

    def test_token_is_masked(self):
        self.assertEqual(self.described(f"a {TOKEN} b"), "a *** b")
        self.assertEqual(self.described(TOKEN), "***")
        message = self.ask(refusal(f"bad token {TOKEN}", error=TOKEN, code=TOKEN)).message
        self.assertIn("bad token ***", message)
        self.ask(Reply(302, [("Location", f"https://{TOKEN}.example/{TOKEN}")]), args=("-vvv",))

    def test_token_at_the_place_of_the_cut(self):
        for length in (90, 100, 110, 118, 119, 120):
            with self.subTest(length):
                shown = self.described("x" * length + TOKEN)
                self.assertNotIn(TOKEN[:8], shown)
                self.assertLessEqual(len(shown), 120)


class Verbose(OutputCase):

    def test_one_v_is_still_one_line_with_more_of_it(self):
        plain, more = self.ask(answer()), self.ask(answer(), args=("-v",))
        self.assertEqual(len(more.lines), 1)
        self.assertTrue(more.message.startswith(plain.message), more)
        for word in ("127.0.0.1", "POST"):
            self.assertIn(word, more.message)
        self.assertEqual(self.perfdata_but_time(more), self.perfdata_but_time(plain))

    def test_one_v_with_two_methods_and_with_get(self):
        self.assertRegex(self.ask(Reply(405), answer(), args=("-v",)).message, "POST.*GET")
        self.assertNotIn("POST", self.ask(answer(), args=("-v", "-XGET")).message)

    def test_one_v_stays_one_line_in_every_state(self):
        for reply in (refusal("x"), Reply(body="?"), Reply(429), Reply(302), Reply(raw=b""),
                      answer(403, code="403", msg="TOKEN LIMIT EXCEEDED")):
            result = self.ask(reply, args=("-v",))
            self.assertIn("127.0.0.1", result.message)

    def test_two_v_tell_the_facts(self):
        for args in (("-vv",), ("-v", "-v"), ("--verbose", "-v")):
            with self.subTest(args=args):
                result = self.ask(answer(extra="more"), args=args)
                self.assertIn("4799 of 4800 calls left", result.line)
                self.assertEqual(self.perfdata_but_time(result).split()[0],
                                 "available=4799;960:;480:;0;4800")
                facts = "\n".join(result.lines[1:])
                url = f"{self.server}{api_module.API_PATH}?operation=sales"
                for fact in ("127.0.0.1", url, "POST", "20%", "960", "10%", "480", "extra"):
                    self.assertIn(fact, facts)
                for key, value in (*blackbox.DOCUMENTED_DATA.items(), ("code", "200"),
                                   ("error", "null"), ("msg", "1 records were are found")):
                    self.assertTrue(any(key in line and str(value) in line
                                        for line in result.lines[1:]), f"{key}\n{result}")

    def test_two_v_name_the_effective_server(self):
        result = blackbox.run("-H", "sv0001.crmvox.com", "-o", "a b", "-vv",
                              "--proxy=http://127.0.0.1:1",
                              token=TOKEN)
        self.assertTrue(any("crm0001.wolkvox.com" in line for line in result.lines[1:]), result)
        self.assertIn("https://crm0001.wolkvox.com/server/API/v2/token/tokenInformation.php"
                      "?operation=a%20b", result.text)

    def test_two_v_tell_thresholds_as_understood(self):
        rows = ((("-w480",), "480"), (("-w@10%:20%",), "@480:960"), (("-c~:5",), "~:5"),
                (("-c", "33.334%"), "1601"))
        for args, understood in rows:
            with self.subTest(args=args):
                facts = self.ask(answer(), args=("-vv", *args)).lines[1:]
                self.assertTrue(any(understood in line for line in facts), facts)

    def test_two_v_tell_what_thresholds_are_not_understood(self):
        rows = (({}, "-c10%:400", "critical: alert outside 10%:400 (its start is above its end)"),
                ({"token_limit": 0}, "-w5%", "warning: alert below 5% (needs a limit)"),
                ({}, "-c480", "warning: none"))
        for fields, threshold, fact in rows:
            with self.subTest(threshold):
                self.assertIn(fact, self.ask(answer(**fields), args=("-vv", threshold)).lines[1:])

    def test_two_v_where_there_is_no_answer(self):
        for reply in (refusal("no way"), Reply(302), Reply(raw=b""), Reply(body="?")):
            result = self.ask(reply, args=("-vv",))
            self.assertTrue(any(f"{self.server}/server/" in line for line in result.lines[1:]))
        self.assertTrue(any("no way" in line for line in self.ask(refusal("no way"), args=("-vv",))
                            .lines[1:]))

    def test_fields_in_facts_are_cut_and_cleaned(self):
        number = len(self.ask(answer(extra="x"), args=("-vv",)).lines)
        for text in HOSTILE:
            with self.subTest(text):
                result = self.ask(answer(description=text, msg=text, extra=text),
                                  args=("-vv",))
                self.assertEqual(len(result.lines), number, result)
                result = self.ask(answer(**{f"k{text}": text}), args=("-vv",))
                self.assertEqual(len(result.lines), number, result)
        facts = self.ask(answer(extra="y" * 121, **{"z" * 121: 1}), args=("-vv",)).text
        self.assertIn("y" * 119 + "…", facts)
        self.assertIn("z" * 119 + "…", facts)

    def test_three_v_show_the_exchange(self):
        result = self.ask(answer(extra="y" * 5000), args=("-vvv",))
        text = "\n".join(result.lines[1:])
        for part in (f"POST {api_module.API_PATH}?operation=sales HTTP/1.1", "Wolkvox-Token: ***",
                     "User-Agent: check_wolkvox_token/", "Content-Type: application/json",
                     "Accept: application/json", "HTTP/1.1 200 OK", "y" * 5000, '"code":"200"',
                     "127.0.0.1"):
            self.assertIn(part, text)
        self.assertIn(answer(extra="y" * 5000).body.decode(), text)

    def test_three_v_show_both_exchanges(self):
        text = self.ask(Reply(405, [("X-First", "1")], "first"), answer(), args=("-vvv",)).text
        for part in ("POST /server", "GET /server", "HTTP/1.1 405", "X-First: 1", "first",
                     "HTTP/1.1 200"):
            self.assertIn(part, text)

    def test_three_v_show_refusals(self):
        for reply in (refusal("no way"), Reply(302, [("X-Why", "no way")]),
                      Reply(500, body="no way"),
                      Reply(429, body="no way"), Reply(body="no way")):
            self.assertIn("no way", "\n".join(self.ask(reply, args=("-vvv",)).lines[1:]))

    def test_three_v_are_cleaned_line_by_line(self):
        body = json.dumps(blackbox.envelope(), indent=1)
        plain = self.ask(Reply.json(body), args=("-vvv",))
        for line in body.splitlines():
            self.assertTrue(any(shown.endswith(line.lstrip()) for shown in plain.lines), line)
        hostile = "\r\n".join(HOSTILE) + "\x1b\0\x85\u2028 \u202e"
        headers = [("X-Hostile", "a|b=1 \\n <b>&\x1b[2J")]
        for reply in (Reply(500, headers, hostile), Reply(200, headers, hostile * 50),
                      Reply(500, body=bytes(range(256)) * 9)):
            result = self.ask(reply, args=("-vvv",))
            self.assertFalse(any(line.startswith("WOLKVOX_TOKEN") for line in result.lines[1:]))

    def test_three_v_mask_the_token_in_all_its_disguises(self):
        half = len(TOKEN) // 2
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in TOKEN)
        percent = "".join(f"%{ord(letter):02X}" for letter in TOKEN)
        for text in (TOKEN, f"{TOKEN[:half]}\n{TOKEN[half:]}", f"{TOKEN[:half]}\r\n{TOKEN[half:]}",
                     escaped, percent, TOKEN * 3, f"{TOKEN[:half]}\x01{TOKEN[half:]}"):
            for reply in (Reply(500, [("X-Echo", TOKEN)], text), Reply.json(
                    json.dumps(blackbox.envelope(msg="@")).replace("@", text))):
                with self.subTest(text, status=reply.status):
                    shown = self.ask(reply, args=("-vvv",)).text
                    for part in (TOKEN[:half], TOKEN[half:], escaped, percent):
                        self.assertNotIn(part, shown)

    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "a wrapper takes time of its own")
    def test_looking_for_a_long_token_does_not_outlast_the_timeout(self):
        """Text that nearly holds the longest token, escaped in every way, as much as is taken."""
        token = "".join(chr(33 + index % 90) for index in range(4096))
        headers = [(f"X-{number}", "\\%41" * 10) for number in range(3000)]
        for name, reply in {"text": Reply(500, headers, "\\%4" * 16000),
                            "JSON": refusal("\\%4" * 9000)}.items():
            with self.subTest(name):
                self.api.clear()
                self.api.default_reply = reply
                before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
                result = blackbox.run("-H", self.server, "-o", "sales", "-vvv", "-t5", token=token)
                self.assertEqual(result.state, "CRITICAL")
                taken = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before
                # Seconds of processor time, whatever else is going on.
                self.assertLess(taken, 5 + (blackbox.SLACK if blackbox.INSTRUMENTED else 0))

    def test_largest_body_is_shown_whole(self):
        body = json.dumps(blackbox.envelope(padding="@"))
        body = body.replace("@", "x" * (65536 - len(body) + 1))
        self.assertEqual(len(body), 65536)
        self.assertIn(body, self.ask(Reply.json(body), args=("-vvv",)).text)

    def test_trouble_on_this_machine_has_no_facts(self):
        result = self.ask(answer(), args=("-vvv", "--token-file=/nonexistent"))
        self.assertEqual((result.exit, self.api.requests), (3, []))


if __name__ == "__main__":
    blackbox.main()
