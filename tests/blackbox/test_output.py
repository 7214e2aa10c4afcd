#!/usr/bin/env python3
"""The line (manual, OUTPUT): its words, what is cleaned, and what -v adds."""

import json
import os
import re
import resource
import tempfile
import unittest

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply

TOKEN = "0utput-token-0123456789abcdef"
ABSENT = blackbox.ABSENT
TIME = r"time=[0-9]+(\.[0-9]{1,3})?s;;;0;10\b"
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

    def line_but_time(self, *replies, **options):
        """The line without the time that the request took."""
        result = self.ask(*replies, **options)
        self.assertRegex(result.line, TIME)
        return re.sub(TIME, "time=…", result.line)


class Line(OutputCase):

    def test_examples(self):
        tail = "0;4800 used={};3840;4320;0;4800 used_percent={}%;80;90;0;100 reset=54000s;;;0 time=…"
        rows = (
            ({}, (), "WOLKVOX_TOKEN OK: sales-crm: 4799 of 4800 calls left (99.97%), counter resets in "
             "15 h | available=4799;960:;480:;" + tail.format(1, "0.03")),
            ({"available_consumition_options": 100, "token_use_today": 4700}, (),
             "WOLKVOX_TOKEN CRITICAL: sales-crm: 100 of 4800 calls left (2.08%), counter resets in "
             "15 h (critical below 10%) | available=100;960:;480:;" + tail.format(4700, "97.92")),
            ({"available_consumition_options": 900, "token_use_today": 3900}, ("--forecast=critical",),
             "WOLKVOX_TOKEN CRITICAL: sales-crm: 900 of 4800 calls left (18.75%), counter resets in "
             "15 h, at today's pace gone in 2 h, 12 h before the reset (critical: forecast, warning "
             "below 20%) | available=900;960:;480:;" + tail.format(3900, "81.25")
             + " lasts=7476s;;54000:;0;54000"))
        for fields, args, line in rows:
            with self.subTest(fields=fields):
                self.assertEqual(self.line_but_time(answer(**fields), args=args), line)

    def test_refusals(self):
        rows = (
            (refusal("TOKEN LIMIT EXCEEDED"), "CRITICAL: no calls left (HTTP 403, FORBIDDEN: TOKEN "
             "LIMIT EXCEEDED) | available=0;;1:;0 time=…"),
            (answer(403, code="403", msg="TOKEN LIMIT EXCEEDED", available_consumition_options=7,
                    token_use_today=None), "CRITICAL: sales-crm: no calls left of 4800, counter "
             "resets in 15 h (HTTP 403: TOKEN LIMIT EXCEEDED) | available=0;960:;480:;0;4800 "
             "used=4800;3840;4320;0;4800 used_percent=100%;80;90;0;100 reset=54000s;;;0 time=…"))
        for reply, line in rows:
            self.assertEqual(self.line_but_time(reply), f"WOLKVOX_TOKEN {line}")
        rows = (
            (refusal("PLEASE VALIDATE TOKEN"), "CRITICAL: token refused: HTTP 403, FORBIDDEN: PLEASE "
             "VALIDATE TOKEN (look at the token file, the operation and the server of the token; an "
             "external token does not work)"),
            (answer(code="401", error="UNAUTHORIZED", msg=""), "CRITICAL: token refused: HTTP 200, code 401, "
             "UNAUTHORIZED (look at the token file, the operation and the server of the token; an "
             "external token does not work)"),
            (answer(code="7", msg="no"), "CRITICAL: sales-crm: API not usable: HTTP 200, code 7: no"),
            (refusal(error="METHOD NOT ALLOWED", code="405", status=405),
             "CRITICAL: API not usable: HTTP 405, METHOD NOT ALLOWED"),
            (Reply(body="<html>It works!</html>"), "UNKNOWN: answer not understood: it is not JSON, "
             "it begins \"?html?It works!?/html?\" (HTTP 200)"),
            (Reply(body=f"{TOKEN} {'y' * 99}"), "UNKNOWN: answer not understood: it is not JSON, it "
             f"begins \"*** {'y' * 35}…\" (HTTP 200)"),
            (Reply.json([1]), "UNKNOWN: answer not understood: its JSON is not an object (HTTP 200)"),
            (Reply(302, [("Location", "https://elsewhere.example/x")]), "CRITICAL: API not usable: HTTP "
             "302 (a redirect to https://elsewhere.example/x, not followed: the token would go along)"),
            (Reply(302, [("Location", "/x")]), "CRITICAL: API not usable: HTTP 302 (a redirect that "
             "stays on the same host, not followed: the token would go along)"),
            (refusal("", error="TOO MANY REQUESTS", code="429", status=429),
             "UNKNOWN: busy, which says nothing of the quota: HTTP 429, TOO MANY REQUESTS"))
        for reply, line in rows:
            with self.subTest(line):
                self.assertEqual(self.ask(reply).line, f"WOLKVOX_TOKEN {line}")

    def test_a_refused_token_is_critical_whatever_unavailable_says(self):
        for state in ("ok", "warning", "unknown"):
            result = self.ask(refusal("PLEASE VALIDATE TOKEN"), args=(f"--unavailable={state}",))
            self.assertEqual(result.state, "CRITICAL", result)

    def test_the_same_trouble_gives_the_same_text(self):
        """Engines compare texts: no milliseconds, ports of this end or addresses of memory."""
        for reply in (refusal("no"), Reply(body="?"), Reply(302), Reply(raw=b""), Reply(hang=True),
                      answer().changed(cut=10), answer(token_limit=None)):
            with self.subTest(reply):
                first, second = (self.ask(reply, args=("-t1",)).message for _time in range(2))
                self.assertEqual(first, second)
        broken_off = {self.ask(answer().changed(cut=size)).message for size in (10, 11)}
        self.assertEqual(broken_off, {"API not usable: the answer broke off in its body"})
        first, second = (blackbox.run("-H", "http://127.0.0.1:1", "-o", "x", token=TOKEN).line
                         for _time in range(2))
        self.assertEqual(first, second)
        self.assertNotRegex(first, r"\bms\b")

    def test_hints_stand_in_their_order(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(TOKEN)
            file.flush()
            os.chmod(file.name, 0o644)
            result = self.ask(answer(), args=("-v", f"--token-file={file.name}", "--max-age=60",
                                              "--state-dir=/proc/nowhere"))
        self.assertRegex(result.message, r"15 h \[.*\] \(answer not kept: .*/proc/nowhere.*\) "
                         r"\(token file is readable by everyone\)\Z")

    def test_locale_does_not_matter(self):
        result = self.ask(answer(), env={"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE"})
        self.assertIn("(99.97%)", result.message)
        self.assertIn(" used_percent=0.03%;", result.line)

    def test_text_starts_with_the_description(self):
        for reply in (answer(description="crm 7"), answer(description="crm 7", token_limit=ABSENT),
                      answer(403, description="crm 7", code="403", msg="TOKEN LIMIT EXCEEDED")):
            self.assertTrue(self.ask(reply).message.startswith("crm 7: "), reply.body)
        for description in (ABSENT, None, "", 5, [], "   "):
            with self.subTest(description=description):
                self.assertTrue(self.ask(answer(description=description)).message
                                .startswith("4799 of 4800 calls left (99.97%)"))

    def test_nothing_to_see_where_there_is_no_answer(self):
        for reply in (refusal(), Reply(body="?"), Reply(429), Reply(302), Reply(raw=b"")):
            self.assertNotIn("|", self.ask(reply, args=("-vvv",)).text)

    def test_time_of_two_requests_together(self):
        result = self.ask(Reply(405, delay=0.3), answer().changed(delay=0.3), args=("-t30:ok",))
        self.assertEqual(len(self.api.requests), 2)
        self.assertGreaterEqual(float(result.perfdata["time"].value), 0.6, result)
        self.assertLessEqual(float(result.perfdata["time"].value), result.seconds, result)
        self.assertEqual(result.perfdata["time"].max, "30")


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

    def test_broken_utf_8(self):
        shown = self.described(b"x\xffx\xc0\xafx\xed\xa0\x80x\xe2|x")
        self.assertRegex(shown, r"\Ax([? ]+x){4}\Z")

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


class Verbose(OutputCase):

    def facts(self, *replies, args):
        return self.ask(*replies, args=args).lines[1:]

    def test_one_v_is_still_one_line_with_more_of_it(self):
        plain, more = self.ask(answer()), self.ask(answer(token_use_today="x"), args=("-v",))
        self.assertEqual(more.message, f"{plain.message} [server 127.0.0.1 port {self.api.port}, "
                         "method POST, fields that cannot be used: token_use_today]")
        self.assertIn("method POST, then GET]", self.ask(Reply(405), answer(), args=("-v",)).message)
        self.assertIn("method GET]", self.ask(answer(), args=("-v", "-XGET")).message)
        for reply in (refusal("x"), Reply(body="?"), Reply(429), Reply(302), Reply(raw=b""),
                      answer(403, code="403", msg="TOKEN LIMIT EXCEEDED")):
            self.assertIn("[server 127.0.0.1 port ", self.ask(reply, args=("-v",)).line)

    def test_two_v_tell_the_facts(self):
        for args in (("-vv",), ("-v", "-v"), ("--verbose", "-v")):
            with self.subTest(args=args):
                self.assertEqual(self.facts(answer(extra="more"), args=args), [
                    f"server: 127.0.0.1 port {self.api.port}",
                    f"URL: {self.server}{api_module.API_PATH}?operation=sales", "method: POST",
                    "warning: alert below 20% (960:)", "critical: alert below 10% (480:)",
                    "HTTP status: 200", "code: 200", "error: null", "msg: 1 records were are found",
                    "description: sales-crm", "token_limit: 4800", "token_use_today: 1",
                    "available_consumition_options: 4799", "hours_to_restart_count: 15",
                    "extra: more"])

    def test_two_v_name_the_effective_server(self):
        result = blackbox.run("-H", "sv0001.crmvox.com", "-o", "a b", "-vv",
                              "--proxy=http://127.0.0.1:1", token=TOKEN)
        self.assertIn("server: crm0001.wolkvox.com port 443", result.lines)
        self.assertIn("URL: https://crm0001.wolkvox.com/server/API/v2/token/tokenInformation.php"
                      "?operation=a%20b", result.lines)

    def test_two_v_tell_thresholds_as_understood(self):
        rows = (({}, "-w480:", "warning: alert below 480 (480:)"),
                ({}, "-w@10%:20%", "warning: alert inside @10%:20% (@480:960)"),
                ({}, "-c33.334%", "critical: alert below 33.334% (1601:)"),
                ({}, "-c~:", "critical: alert outside ~: (~:)"),
                ({}, "-c10%:400", "critical: alert outside 10%:400 (the range starts above its end)"),
                ({"token_limit": 0}, "-w5%", "warning: alert below 5% (needs a limit)"),
                ({}, "-c480", "warning: none"))
        for fields, threshold, fact in rows:
            with self.subTest(threshold):
                self.assertIn(fact, self.facts(answer(**fields), args=("-vv", threshold)))

    def test_two_v_where_there_is_no_answer(self):
        for reply in (refusal("no way"), Reply(302), Reply(raw=b""), Reply(body="?")):
            facts = self.facts(reply, args=("-vv",))
            self.assertIn(f"URL: {self.server}{api_module.API_PATH}?operation=sales", facts)
        self.assertIn("msg: no way", self.facts(refusal("no way"), args=("-vv",)))

    def test_fields_in_facts_are_cut_and_cleaned(self):
        number = len(self.facts(answer(extra="x"), args=("-vv",)))
        for text in HOSTILE:
            with self.subTest(text):
                for fields in ({"description": text, "msg": text, "extra": text}, {f"k{text}": text}):
                    self.assertEqual(len(self.facts(answer(**fields), args=("-vv",))), number)
        facts = self.facts(answer(extra="y" * 121, **{"z" * 121: 1}), args=("-vv",))
        self.assertIn(f"extra: {'y' * 119}…", facts)
        self.assertIn(f"{'z' * 119}…: 1", facts)

    def test_three_v_show_the_exchange(self):
        reply = answer(extra="y" * 5000)
        text = "\n".join(self.facts(Reply(405, [("X-First", "1")], "first"), reply, args=("-vvv",)))
        for part in (f"> POST {api_module.API_PATH}?operation=sales HTTP/1.1\n",
                     "> Wolkvox-Token: ***\n", "> User-Agent: check_wolkvox_token/",
                     "> Content-Type: application/json\n", "> Accept: application/json\n",
                     "< HTTP/1.1 405 ", "< X-First: 1\n", "<\n< first\n", "> GET /", "< HTTP/1.1 200 OK\n",
                     f"<\n< {reply.body.decode()}"):
            self.assertIn(part, text)

    def test_three_v_show_refusals(self):
        for reply in (refusal("no way"), Reply(302, [("X-Why", "no way")]), Reply(500, body="no way"),
                      Reply(429, body="no way"), Reply(body="no way")):
            self.assertIn("no way", "\n".join(self.facts(reply, args=("-vvv",))))

    def test_three_v_are_cleaned_line_by_line(self):
        body = json.dumps(blackbox.envelope(), indent=1)
        plain = self.facts(Reply.json(body), args=("-vvv",))
        for line in body.splitlines():
            self.assertIn(f"< {line}", plain)
        hostile = "\r\n".join(HOSTILE) + "\x1b\0\x85\u2028 \u202e"
        headers = [("X-Hostile", "a|b=1 \\n <b>&\x1b[2J")]
        for reply in (Reply(500, headers, hostile), Reply(200, headers, hostile * 50),
                      Reply(500, body=bytes(range(256)) * 9)):
            facts = self.facts(reply, args=("-vvv",))
            self.assertFalse(any(line.startswith("WOLKVOX_TOKEN") for line in facts))

    def test_three_v_mask_the_token_in_all_its_disguises(self):
        half = len(TOKEN) // 2
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in TOKEN)
        percent = "".join(f"%{ord(letter):02X}" for letter in TOKEN)
        for text in (TOKEN, f"{TOKEN[:half]}\r\n{TOKEN[half:]}", escaped, percent, TOKEN * 3,
                     f"{TOKEN[:half]}\x01{TOKEN[half:]}"):
            for reply in (Reply(500, [("X-Echo", TOKEN)], text), Reply.json(
                    json.dumps(blackbox.envelope(msg="@")).replace("@", text))):
                with self.subTest(text, status=reply.status):
                    shown = self.ask(reply, args=("-vvv",)).text
                    for part in (TOKEN[:half], TOKEN[half:], escaped, percent):
                        self.assertNotIn(part, shown)

    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "a wrapper takes time of its own")
    def test_looking_for_a_long_token_does_not_outlast_the_timeout(self):
        """Text that nearly holds the longest token, escaped in every way, as much as is taken."""
        token = "".join(chr(33 + index % 90) for index in range(512))
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
        self.assertIn(f"< {body}", self.facts(Reply.json(body), args=("-vvv",)))

    def test_trouble_on_this_machine_has_no_facts(self):
        result = self.ask(answer(), args=("-vvv", "--token-file=/nonexistent"))
        self.assertEqual((result.exit, len(result.lines), self.api.requests), (3, 1, []))


if __name__ == "__main__":
    blackbox.main()
