#!/usr/bin/env python3
"""The line (manual, OUTPUT): its words, what is cleaned, and what -v adds."""

import json
import re
import resource
import unittest

import blackbox
from blackbox import ABSENT, TOKEN, answer, refusal

api_module = blackbox.load_api()
Reply = api_module.Reply

TIME = rf"time=[0-9]+(\.[0-9]{{1,3}})?s;;;0;{blackbox.ENOUGH}\b"
TLE = "TOKEN LIMIT EXCEEDED"
LOOK_AT = ("(look at the token file, the operation and the server of the token; an external token does "
           "not work)")
CONTROLS = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e"
                      "\u2066-\u2069\\\\&]")
HOSTILE = ("x | available=1;2;3", "x\nWOLKVOX_TOKEN OK: fine | a=1", "x\\n| a=1", "x\\", "&lt;b&gt;",
           "<script>alert(1)</script>", "x\0| a=1", "\x1b[2J\x1b]0;t\x07", "\u2028| a=1", "\x85| a=1",
           "\u202e1=a |", "'x'=1", "$(id) `id` %s%n%100$x", "||||")


class OutputCase(blackbox.ApiCase):

    def ask(self, *replies, args=()):
        """A run whose output is clean: what is no newline is no control, and one `|` at most."""
        self.reply(*replies)
        result = self.check(*args)
        self.assertIsNone(CONTROLS.search(result.text), result)
        self.assertLessEqual(result.text.count("|"), 1, result)
        self.assertLessEqual(result.line.count("|"), 1, result)
        is_long = self.api.requests and {"-vv", "-vvv"} & set(args)
        self.assertEqual(len(result.lines) > 1, bool(is_long), result)
        return result

    def facts(self, *replies, args=("-vv",)):
        return self.ask(*replies, args=args).lines[1:]


class Line(OutputCase):

    def test_examples(self):
        tail = "0;4800 used={};3840;4320;0;4800 used_percent={}%;80;90;0;100 reset=54000s;;;0 time=…"
        rows = (
            (answer(), (), "OK: sales-crm: 4799 of 4800 calls left (99.97%), counter resets in "
             "15 h | available=4799;960:;480:;" + tail.format(1, "0.03")),
            (answer(available_consumition_options=100, token_use_today=4700), (),
             "CRITICAL: sales-crm: 100 of 4800 calls left (2.08%), counter resets in "
             "15 h (critical below 10%) | available=100;960:;480:;" + tail.format(4700, "97.92")),
            (answer(available_consumition_options=900, token_use_today=3900), ("--forecast=critical",),
             "CRITICAL: sales-crm: 900 of 4800 calls left (18.75%), counter resets in "
             "15 h, at today's pace gone in 2 h, 12 h before the reset (critical: forecast, warning "
             "below 20%) | available=900;960:;480:;" + tail.format(3900, "81.25")
             + " lasts=7476s;;54000:;0;54000"),
            (refusal(403, TLE), (), "CRITICAL: no calls left (HTTP 403, FORBIDDEN: TOKEN LIMIT EXCEEDED) | "
             "available=0;;1:;0 time=…"),
            (answer(403, code="403", msg=TLE, available_consumition_options=7, token_use_today=None), (),
             "CRITICAL: sales-crm: no calls left of 4800, counter resets in 15 h (HTTP 403: TOKEN LIMIT "
             "EXCEEDED) | available=0;960:;480:;" + tail.format(4800, "100")))
        for reply, args, line in rows:
            with self.subTest(line):
                shown = self.ask(reply, args=args).line
                self.assertRegex(shown, TIME)
                self.assertEqual(re.sub(TIME, "time=…", shown), f"WOLKVOX_TOKEN {line}")

    def test_refusals(self):
        rows = (
            (refusal(403, "PLEASE VALIDATE TOKEN"), "CRITICAL: token refused: HTTP 403, FORBIDDEN: PLEASE "
             f"VALIDATE TOKEN {LOOK_AT}"),
            (answer(code="401", error="UNAUTHORIZED", msg=""), "CRITICAL: token refused: HTTP 200, code 401, "
             f"UNAUTHORIZED {LOOK_AT}"),
            (answer(code="7", msg="no"), "CRITICAL: sales-crm: API not usable: HTTP 200, code 7: no"),
            (refusal(405, error="METHOD NOT ALLOWED"),
             "CRITICAL: API not usable: HTTP 405, METHOD NOT ALLOWED"),
            (Reply(body="<html>It works!</html>"), "UNKNOWN: answer not understood: it is not JSON, "
             "it begins \"?html?It works!?/html?\" (HTTP 200)"),
            (Reply.json([1]), "UNKNOWN: answer not understood: its JSON is not an object (HTTP 200)"),
            (Reply(302, [("Location", "https://elsewhere.example/x")]), "CRITICAL: API not usable: HTTP "
             "302 (a redirect to https://elsewhere.example/x, not followed: the token would go along)"),
            (Reply(302, [("Location", "/x")]), "CRITICAL: API not usable: HTTP 302 (a redirect that "
             "stays on the same host, not followed: the token would go along)"),
            (refusal(429, error="TOO MANY REQUESTS"),
             "UNKNOWN: busy, which says nothing of the quota: HTTP 429, TOO MANY REQUESTS"))
        for reply, line in rows:
            with self.subTest(line):
                self.assertEqual(self.ask(reply).line, f"WOLKVOX_TOKEN {line}")

    def test_the_same_trouble_gives_the_same_text(self):
        """Engines compare texts: no milliseconds, ports of this end or addresses of memory."""
        for reply in (refusal(), Reply(body="?"), Reply(raw=b""), Reply(hang=True), answer(token_limit=None)):
            with self.subTest(reply):
                first, second = (self.ask(reply, args=("-t1",)).message for _time in range(2))
                self.assertEqual(first, second)
        broken_off = {self.ask(answer().changed(cut=size)).message for size in (10, 11)}
        self.assertEqual(broken_off, {"API not usable: the answer broke off in its body"})
        first, second = (self.check("-H", "http://127.0.0.1:1").line for _time in range(2))
        self.assertEqual(first, second)
        self.assertNotRegex(first, r"\bms\b")

    def test_text_starts_with_the_description(self):
        for reply in (answer(description="crm 7", token_limit=ABSENT),
                      answer(403, description="crm 7", code="403", msg=TLE)):
            self.assertTrue(self.ask(reply).message.startswith("crm 7: "), reply.body)
        for description in (ABSENT, None, "", 5, "   "):
            with self.subTest(description=description):
                self.assertTrue(self.ask(answer(description=description)).message
                                .startswith("4799 of 4800 calls left (99.97%)"))

    def test_time_of_two_requests_together(self):
        result = self.ask(Reply(405, delay=0.3), answer().changed(delay=0.3), args=("-t30:ok",))
        self.assertEqual(len(self.api.requests), 2)
        self.assertGreaterEqual(float(result.perfdata["time"].value), 0.6, result)
        self.assertLessEqual(float(result.perfdata["time"].value), result.seconds, result)
        self.assertEqual(result.perfdata["time"].max, "30")


class Cleaning(OutputCase):

    def test_hostile_texts_everywhere(self):
        benign = {"description": self.ask(answer()), "refusal": self.ask(refusal(403, "x")),
                  "redirect": self.ask(Reply(302))}
        count = len(self.facts(answer(extra="x")))
        for text in HOSTILE:
            for name, reply in {"description": answer(description=text),
                                "refusal": refusal(403, text, error=text, code=text),
                                "redirect": Reply(302, [("Location", f"https://{text}/")])}.items():
                with self.subTest(text, field=name):
                    result = self.ask(reply)
                    self.assertEqual(result.state, benign[name].state, result)
                    self.assertEqual(list(result.perfdata), list(benign[name].perfdata), result)
                    self.assertIsNone(re.search("[<>]", result.text), result)
            for fields in ({"description": text, "msg": text, "extra": text}, {f"k{text}": text}):
                with self.subTest(text, fields=fields):
                    self.assertEqual(len(self.facts(answer(**fields))), count)

    def test_every_field_is_cut_to_120_characters(self):
        for letter in ("x", "😀"):
            for length, cut in ((120, letter * 120), (121, letter * 119 + "…"), (5000, letter * 119 + "…")):
                with self.subTest(letter, length=length):
                    message = self.ask(answer(description=letter * length)).message
                    self.assertEqual(message.rpartition(": 4799 of 4800 calls left")[0], cut)
        message = self.ask(refusal(503, "m" * 121, error="e" * 121, code="c" * 121)).message
        for letter in "mec":
            self.assertIn(letter * 119 + "…", message)
        facts = self.facts(answer(extra="y" * 121, **{"z" * 121: 1}))
        self.assertIn(f"extra: {'y' * 119}…", facts)
        self.assertIn(f"{'z' * 119}…: 1", facts)


class Verbose(OutputCase):

    def test_one_v_is_still_one_line_with_more_of_it(self):
        plain, more = self.ask(answer()), self.ask(answer(token_use_today="x"), args=("-v",))
        self.assertEqual(more.message, f"{plain.message} [server localhost port {self.api.port}, "
                         "method POST, fields that cannot be used: token_use_today]")
        self.assertIn("method POST, then GET]", self.ask(Reply(405), answer(), args=("-v",)).message)
        self.assertIn("method GET]", self.ask(answer(), args=("-v", "-XGET")).message)
        for reply in (refusal(403, "x"), Reply(body="?"), Reply(429), Reply(302), Reply(raw=b""),
                      answer(403, code="403", msg=TLE)):
            self.assertIn("[server localhost port ", self.ask(reply, args=("-v",)).line)

    def test_two_v_tell_the_facts(self):
        url = f"URL: {self.api.url}{api_module.API_PATH}?operation=sales"
        self.assertEqual(self.facts(answer(extra="more")), [
            f"server: localhost port {self.api.port}", url, "method: POST",
            "warning: alert below 20% (960:)", "critical: alert below 10% (480:)",
            "HTTP status: 200", "code: 200", "error: null", "msg: 1 records were are found",
            "description: sales-crm", "token_limit: 4800", "token_use_today: 1",
            "available_consumition_options: 4799", "hours_to_restart_count: 15", "extra: more"])
        for reply in (refusal(403, "no way"), Reply(302), Reply(raw=b""), Reply(body="?")):
            self.assertIn(url, self.facts(reply))
        self.assertIn("msg: no way", self.facts(refusal(403, "no way")))
        self.assertEqual(self.facts(answer(), args=("-vvv", "--token-file=/nonexistent")), [])

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

    def test_three_v_show_the_exchange(self):
        reply = answer(extra="y" * 5000)
        text = "\n".join(self.facts(Reply(405, [("X-First", "1")], "first"), reply, args=("-vvv",)))
        for part in (f"> POST {api_module.API_PATH}?operation=sales HTTP/1.1\n",
                     "> Wolkvox-Token: ***\n", "> User-Agent: check_wolkvox_token/",
                     "> Content-Type: application/json\n", "> Accept: application/json\n",
                     "< HTTP/1.1 405 ", "< X-First: 1\n", "<\n< first\n", "> GET /", "< HTTP/1.1 200 OK\n",
                     f"<\n< {reply.body.decode()}"):
            self.assertIn(part, text)
        for reply in (refusal(403, "no way"), Reply(302, [("X-Why", "no way")]), Reply(429, body="no way")):
            self.assertIn("no way", "\n".join(self.facts(reply, args=("-vvv",))))

    def test_three_v_are_cleaned_line_by_line_but_not_cut(self):
        body = json.dumps(blackbox.envelope(padding="@"), indent=1)
        body = body.replace("@", "x" * (65536 - len(body) + 1))
        plain = self.facts(Reply.json(body), args=("-vvv",))
        for line in body.splitlines():
            self.assertIn(f"< {line}", plain)
        hostile = "\r\n".join(HOSTILE) + "\x1b\0\x85\u2028 \u202e"
        headers = [("X-Hostile", "a|b=1 \\n <b>&\x1b[2J")]
        for reply in (Reply(500, headers, hostile), Reply(200, headers, hostile * 50),
                      Reply(500, body=bytes(range(256)) * 9)):
            facts = self.facts(reply, args=("-vvv",))
            self.assertFalse(any(line.startswith("WOLKVOX_TOKEN") for line in facts))

    @unittest.skipIf(blackbox.INSTRUMENTED, "instruments take time of their own")
    def test_looking_for_a_long_token_does_not_outlast_the_timeout(self):
        """Text that nearly holds the longest token, escaped in every way, as much as is taken. Seconds
        of processor time count, whatever else is going on."""
        token = "".join(chr(33 + index % 90) for index in range(512))
        headers = [(f"X-{number}", "\\%41" * 10) for number in range(3000)]
        for reply in (Reply(500, headers, "\\%4" * 16000), refusal(403, "\\%4" * 9000)):
            before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
            self.expect("CRITICAL", "-vvv", "-t5", replies=(reply,), token=token)
            self.assertLess(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before, 5)


if __name__ == "__main__":
    blackbox.main()
