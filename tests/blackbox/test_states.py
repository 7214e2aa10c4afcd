#!/usr/bin/env python3
"""What an answer means, row by row (manual, STATES), and how thresholds are judged (THRESHOLDS).

Most runs say --unavailable=warning, so that the state alone tells what an answer was taken for:
OK understood, CRITICAL "limit exceeded" or "token refused", WARNING unavailable, UNKNOWN busy or
not understood. unit/test_token_info.c has how answers are told apart in detail.
"""

import gzip
import itertools
import json
import re
import socket
import unittest

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply

TOKEN = "5tate5-token-0123456789abcdef"
LARGEST = 10 ** 12
UNDERSTOOD, EXCEEDED, UNAVAILABLE, NOT_UNDERSTOOD = "OK", "CRITICAL", "WARNING", "UNKNOWN"
ABSENT = blackbox.ABSENT
TLE = "TOKEN LIMIT EXCEEDED"
INVALID = "PLEASE VALIDATE TOKEN"
SIMULTANEOUS = "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)"
ELSEWHERE = [("Location", "https://elsewhere.example/")]
CRM = ("-o", "sales")
MANAGER = ("--api=manager",)
# As Manager gives them: texts, in an array of one record.
MANAGER_RECORD = {"description": "panel", "token_limit": "5000", "token_use_today": "12",
                  "all_token_today": "90", "available_consumption_options": "4988"}


def raw(text):
    """A JSON text for an envelope's field that Python would not write in this way."""
    return f"@@{text}@@"


def answer(status=200, *, headers=(), **fields):
    """The documented answer with other fields, as a Reply; raw() values stand as they are."""
    text = json.dumps(blackbox.envelope(**fields), separators=(",", ":"))
    return Reply.json(re.sub('"@@(.*?)@@"', r"\1", text), status, headers=headers)


def manager_answer(status=200, *, code="200", error=None, msg=" 1 records were found", **fields):
    record = {key: value for key, value in {**MANAGER_RECORD, **fields}.items()
              if value is not ABSENT}
    return Reply.json({"code": code, "error": error, "msg": msg, "data": [record]}, status)


def refusal(status, msg="", *, code=ABSENT, error="FORBIDDEN", **options):
    """An envelope without data; its code is the status unless told."""
    value = blackbox.envelope(code=str(status) if code is ABSENT else code, error=error, msg=msg)
    del value["data"]
    return Reply.json(value, status, **options)


def without_time(result):
    return re.sub(" time=.*", "", result.perfdata_text or "")


class StateCase(unittest.TestCase):
    """What the tables below are read with."""

    @classmethod
    def setUpClass(cls):
        cls.api = api_module.WolkvoxApi(tls=False)
        cls.api.start()
        cls.addClassCleanup(cls.api.stop)
        cls.server = f"http://127.0.0.1:{cls.api.port}"

    def ask(self, *replies, args=("--unavailable=warning",), which=CRM):
        """Runs the plugin against the replies, the last of which goes on for ever."""
        self.api.clear()
        self.api.script = list(replies[:-1])
        self.api.default_reply = replies[-1]
        return blackbox.run("-H", self.server, *which, *args, token=TOKEN)

    def expect(self, state, *replies, requests=1, message=".", perfdata=None, **options):
        """One row. OK and CRITICAL have perfdata and no other state has, but for perfdata=False or
        what it is up to time=."""
        result = self.ask(*replies, **options)
        self.assertEqual(result.state, state, result)
        self.assertEqual(len(self.api.requests), requests, result)
        self.assertRegex(result.message, message)
        if perfdata:
            self.assertEqual(without_time(result), perfdata, result)
        elif state in (UNAVAILABLE, NOT_UNDERSTOOD) or perfdata is False:
            self.assertNotIn("|", result.text, result)
        else:
            self.assertIn("available", result.perfdata, result)
        return result

    def table(self, state, rows, **options):
        """Rows of name to Reply that all give one state."""
        for name, reply in rows.items():
            with self.subTest(name):
                self.expect(state, reply, **options)


class Unavailable(StateCase):

    def test_option_names_the_state_of_every_kind_of_trouble(self):
        kinds = itertools.cycle((refusal(503), Reply(302, [("Location", "/")]),
                                 refusal(200, code="403"), Reply(raw=b"")))
        states = {"ok": "OK", "WARNING": "WARNING", "Critical": "CRITICAL", "unknown": "UNKNOWN",
                  "0": "OK", "1": "WARNING", "2": "CRITICAL", "3": "UNKNOWN", "": "CRITICAL"}
        for value, state in states.items():
            with self.subTest(value):
                self.expect(state, next(kinds), args=(f"--unavailable={value}",), perfdata=False)

    def test_is_critical_unless_told(self):
        for reply in (refusal(500), refusal(200, code="200"), Reply(raw=b"")):
            self.expect("CRITICAL", reply, args=(), perfdata=False)

    def test_no_connection(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            for server in (f"http://127.0.0.1:{free.getsockname()[1]}", "https://nobody.invalid"):
                with self.subTest(server):
                    result = blackbox.run("-H", server, "-o", "sales", "--proxy=",
                                          "--unavailable=warning", token=TOKEN)
                    self.assertEqual(result.state, "WARNING", result)
                    self.assertNotIn("|", result.text)

    def test_timeout_has_a_state_of_its_own_if_told(self):
        rows = ((("-t1",), "CRITICAL"), (("-t1", "--unavailable=warning"), "WARNING"),
                (("-t1:unknown", "--unavailable=warning"), "UNKNOWN"), (("-t1:0",), "OK"))
        for args, state in rows:
            with self.subTest(args=args):
                result = self.expect(state, Reply(hang=True), args=args, perfdata=False)
                self.assertRegex(result.message, r"^timeout: waited 1 s for ")
                self.assertLess(result.seconds, 1 + blackbox.LATE)

    def test_timeout_state_is_for_timeouts_only(self):
        for reply in (refusal(503), Reply(raw=b"")):
            self.expect("WARNING", reply, args=("-t5:ok", "--unavailable=warning"))

    def test_transfer_that_breaks_off(self):
        self.table(UNAVAILABLE, {
            "in the status line": Reply(raw=b"HTTP/1.1 2"),
            "in the headers": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Le"),
            "in the body": answer().changed(cut=20),
            "before the body": answer().changed(cut=0),
            "in a refusal that is not JSON": Reply(403, body="<p>token limit exc" * 9, cut=12),
        })

    def test_line_carries_status_error_and_msg(self):
        rows = {400: "SOME PARAMETERS ARE REQUIRED", 403: "API USE IS DISABLED", 404: "", 500: "A"}
        for status, msg in rows.items():
            self.expect(UNAVAILABLE, refusal(status, msg), message=rf"\b{status}, FORBIDDEN.*{msg}")
        self.expect(UNAVAILABLE, refusal(200, "NO", code="403"), message=r"\b200\b.*\b403\b.*NO")

    def test_other_status_than_200_whatever_the_body(self):
        for status in (201, 204, 206, 300, 304, 402, 403, 418, 505, 599, 999):
            for reply in (answer(status), Reply(status), Reply(status, body="<p>Maintenance</p>")):
                with self.subTest(status):
                    self.expect(UNAVAILABLE, reply, message=rf"\b{status}\b")

    def test_other_code_or_a_real_error(self):
        self.table(UNAVAILABLE, {repr(fields): answer(**fields, msg="SO IT IS") for fields in (
            {"code": 0}, {"code": "0"}, {"code": 201}, {"code": -200}, {"code": 10 ** 30},
            {"code": "0200"}, {"code": "OK"}, {"code": 200.5}, {"error": "FORBIDDEN"},
            {"error": "none"}, {"error": "0"}, {"error": 1})}, message="SO IT IS")


class TokenRefused(StateCase):

    def test_is_critical_whatever_unavailable_says(self):
        for value in ("ok", "warning", "unknown"):
            self.expect("CRITICAL", refusal(403, INVALID), args=(f"--unavailable={value}",),
                        perfdata=False, message="^token refused: ")

    def test_however_it_arrives(self):
        self.table("CRITICAL", {
            "HTTP 401": Reply(401), "HTTP 401, not JSON": Reply(401, body="<p>Who are you?</p>"),
            "HTTP 401 with a sound answer": answer(401, description=ABSENT),
            "header missing": refusal(401, "PLEASE ENTER THE WOLKVOX-TOKEN"),
            "code text": refusal(200, code="401"), "code number": refusal(503, code=401),
            "words": refusal(403, INVALID), "words in error": refusal(200, error=INVALID.lower()),
            "words, no error, no data": refusal(200, INVALID, code="200", error="null"),
            "white space": refusal(403, "please validate \n\ttoken!"),
            "not JSON": Reply(403, body="<h1>Validate  Token</h1>"),
        }, perfdata=False, message="^token refused: ")

    def test_comes_before_busy_and_before_the_other_method(self):
        self.table("CRITICAL", {
            "busy by status": refusal(429, INVALID), "busy by code": refusal(401, code="429"),
            "busy in error": refusal(403, INVALID, error=SIMULTANEOUS),
            "GET by status": refusal(405, INVALID), "GET by code": refusal(401, code="405"),
            "redirect": refusal(302, INVALID, headers=ELSEWHERE),
        }, perfdata=False, message="^token refused: ")

    def test_line_carries_what_the_server_says_and_what_to_look_at(self):
        self.expect("CRITICAL", refusal(403, INVALID), perfdata=False,
                    message=rf"^token refused: .*403, FORBIDDEN: {INVALID}.+token")


    def test_what_is_probably_wrong_with_the_token(self):
        """Such a token is sent as it stands, because it may be one."""
        for token, words in (('"0123456789abcdef"', "is in quotes"), ("token=0123456789abcdef", "begins with a name"),
                             ("Wolkvox-Token:0123456789abcdef", "begins with a name")):
            with self.subTest(token):
                self.api.clear()
                self.api.default_reply = refusal(403, INVALID)
                result = blackbox.run("-H", self.server, *CRM, token=token)
                self.assertRegex(result.message, f"^token refused: .*the token in use {words}")


class Busy(StateCase):

    def test_says_nothing_of_the_quota(self):
        self.table("UNKNOWN", {
            "HTTP 429": Reply(429), "HTTP 429 with a sound answer": answer(429),
            "HTTP 429, not JSON": Reply(429, body="<html>slow down</html>"),
            "code text": refusal(200, code="429"), "code with sound data": answer(code=429),
            "code in 405": refusal(405, code="429"),
            "msg": refusal(403, SIMULTANEOUS), "msg, HTTP says 200": refusal(200, SIMULTANEOUS),
            "error": refusal(403, "", error=SIMULTANEOUS.lower()),
            "white space": refusal(403, "simultaneous\n \trequests"),
            "not JSON": Reply(403, body="<h1>Too many Simultaneous\r\nRequests</h1>"),
            "redirect": refusal(302, SIMULTANEOUS, headers=ELSEWHERE),
            "HTTP 405": refusal(405, SIMULTANEOUS),
        }, message="busy")


class NotUnderstood(StateCase):

    def test_what_is_not_json_is_shown(self):
        rows = {"<html>It works!</html>": "?html?It works!?/html?", TLE: TLE, "{": "{",
                "\ufeff\r\n OK \n": "OK", f"{TOKEN} x": "*** x", "n" * 41: "n" * 39 + "…",
                json.dumps(blackbox.envelope())[:-1]: '{"code": "200", "error": "null", "msg":…',
                "\0": "?", "x" * 65536: "x" * 39 + "…"}
        for body, begin in rows.items():
            with self.subTest(body[:40]):
                result = self.expect(NOT_UNDERSTOOD, Reply(body=body))
                self.assertIn("answer not understood: it is not JSON, it begins "
                              f'"{begin}"', result.message)

    def test_json_in_no_documented_shape(self):
        record = blackbox.DOCUMENTED_DATA
        sound = json.dumps(blackbox.envelope())
        self.table(NOT_UNDERSTOOD, {body[:60]: Reply.json(body) for body in (
            "", " \r\n", "null", f"[{sound}]", "{}", sound * 2, "\0" + sound, sound + "\0",
            "\ufeff\ufeff" + sound, '{"data":' * 5000 + "1" + "}" * 5000)},
                   message="answer not understood: ")
        self.table(NOT_UNDERSTOOD, {repr(fields): answer(**fields) for fields in (
            {"data": []}, {"data": [record, record]}, {"data": {}}, {"code": True}, {"error": []},
            {"available_consumition_options": ABSENT}, {"available_consumition_options": " "})})

    def test_bodies_that_are_larger_than_64_kib(self):
        large = json.dumps(blackbox.envelope(description="x" * 65536))
        self.expect(NOT_UNDERSTOOD, Reply.json(large), message="64 KiB")
        self.expect(UNAVAILABLE, Reply(403, body=TLE + " " * 65536))

    def test_compressed_bodies_are_taken_as_they_are(self):
        encoding = [("Content-Encoding", "gzip")]
        body = gzip.compress(json.dumps(blackbox.envelope()).encode())
        self.expect(NOT_UNDERSTOOD, Reply(200, encoding, body), message="it is not JSON")
        self.expect(UNAVAILABLE, Reply(403, encoding, gzip.compress(TLE.encode())))

    def test_own_trouble_makes_no_request(self):
        rows = (("--token-file=/nonexistent/file",), ("--ca-file=/nonexistent/file",),
                ("-t0",), ("--unavailable=4",), ("-w", "x"), ("--nonsense",), ("operand",))
        for args in rows:
            with self.subTest(args=args):
                self.expect("UNKNOWN", answer(), args=args, requests=0)


class Understood(StateCase):

    def test_json_in_all_its_forms(self):
        sound = json.dumps(blackbox.envelope())
        self.table(UNDERSTOOD, {body[:60]: Reply(body=body) for body in (
            "\ufeff" + sound, "\r\n\t " + sound + " \t\r\n", "\ufeff\n" + sound, sound[:-1] + ",}",
            json.dumps(blackbox.envelope(), indent=4).replace("\n", "\r\n"),
            json.dumps(dict(reversed(blackbox.envelope().items()))), "/* */" + sound,
            json.dumps({**blackbox.envelope(), "page": 1, "more": [[{"x": None}]]}))})

    def test_text_is_utf_8_whatever_version_of_json_c(self):
        for sent, shown in (("ñandú €😀".encode(), "ñandú €😀"), (rb"\u00f1\ud83d\ude00", "ñ😀"),
                            (b"a\xffz", "a?z")):
            body = json.dumps(blackbox.envelope(description="@")).encode().replace(b"@", sent)
            self.expect(UNDERSTOOD, Reply.json(body), message=f"^{re.escape(shown)}: 4799 of 4800")

    def test_code_error_and_msg_that_mean_success(self):
        self.table(UNDERSTOOD, {repr(fields): answer(**fields) for fields in (
            {"code": ABSENT}, {"code": None}, {"code": ""}, {"code": 200}, {"error": ABSENT},
            {"error": None}, {"error": ""}, {"error": "nULl"}, {"msg": ABSENT}, {"msg": None},
            {"msg": 17}, {"msg": "ERROR"}, {"msg": TLE}, {"msg": INVALID}, {"msg": SIMULTANEOUS},
            {"data": [blackbox.DOCUMENTED_DATA]})})

    def test_msg_is_not_looked_at_whatever_the_http_status(self):
        self.expect(UNAVAILABLE, answer(500, msg=TLE))
        self.expect(UNAVAILABLE, answer(403, msg=SIMULTANEOUS))
        self.expect(UNDERSTOOD, answer(405, msg=TLE), answer(), requests=2)


class LimitExceeded(StateCase):

    def test_however_it_arrives(self):
        html = "<html><h1>Token  Limit\r\n\tExceeded</h1></html>"
        self.table(EXCEEDED, {
            "as published": refusal(403, TLE), "HTTP says 200": refusal(200, TLE, code=403),
            "nothing but msg": Reply.json({"msg": TLE}),
            "no error, no data": refusal(200, TLE, code="200", error="null"),
            "available not usable": answer(msg=TLE, available_consumition_options="many"),
            "with data, other code": answer(msg=TLE, code="403"),
            "error, HTTP and code 200, with data": answer(error=TLE.title()),
            "within a sentence": refusal(403, f"Sorry, your {TLE.lower()} for today."),
            "white space": refusal(403, "TOKEN \t LIMIT\r\n\v\f\u00a0 EXCEEDED"),
            "behind a long text and a NUL": refusal(403, "x" * 5000 + "\0 " + TLE),
            "behind broken UTF-8": Reply.json(b'{"msg":"\xff\xc3 token limit exceeded"}', 403),
            "not JSON": Reply(403, body=html), "with a NUL": Reply(503, body=f"\0\0{TLE}\0"),
            "broken JSON": Reply.json('{"code":"403","msg":"TOKEN LIMIT EXCEEDED"', 403),
            "encoding that is none": Reply(403, [("Content-Encoding", "utf-8")], TLE),
            "encoding that it has not": Reply(403, [("Content-Encoding", "gzip, br")], TLE),
        }, args=("--unavailable=ok",), message=r"\bno calls left\b")

    def test_comes_before_everything_else(self):
        self.table(EXCEEDED, {
            "token refused": refusal(401, TLE, error=INVALID),
            "busy by status": refusal(429, TLE), "busy by code": refusal(200, TLE, code="429"),
            "busy in error": refusal(403, TLE, error=SIMULTANEOUS),
            "redirect": refusal(302, TLE, headers=ELSEWHERE),
            "redirect, not JSON": Reply(307, ELSEWHERE, TLE),
            "GET by status": refusal(405, TLE), "GET by code": refusal(200, TLE, code=501),
            "GET, not JSON": Reply(405, body=TLE),
        })
        self.expect(EXCEEDED, refusal(405), refusal(403, TLE), requests=2)

    def test_perfdata(self):
        used = {"token_use_today": 4800, "available_consumition_options": 0}
        rows = (
            (("-w480", "-c100"), refusal(403, TLE), "available=0;480:;100:;0"),
            ((), refusal(403, TLE), "available=0;;1:;0"),
            (("-w480",), refusal(403, TLE), "available=0;480:;1:;0"),
            (("-c0:10%",), refusal(403, TLE), "available=0;;1:;0"),
            ((), answer(403, code="403", msg=TLE, **{**used, "available_consumition_options": 9}),
             "available=0;960:;480:;0;4800 used=4800;3840;4320;0;4800 "
             "used_percent=100%;80;90;0;100 reset=54000s;;;0"),
            ((), answer(403, msg=TLE, **{**used, "available_consumition_options": "many",
                                         "token_limit": ABSENT}),
             "available=0;;1:;0 used=4800;;;0 reset=54000s;;;0"))
        for args, reply, perfdata in rows:
            with self.subTest(args=args):
                self.expect(EXCEEDED, reply, args=args, perfdata=perfdata)


class UsableNumbers(StateCase):

    def test_forms_of_calls_left(self):
        rows = {4799: 4799, " 4799\n": 4799, raw("48e2"): 4800, raw("4799.0"): 4799, "0": 0,
                raw("-0"): 0, " -12 ": -12, LARGEST: LARGEST, str(-LARGEST): -LARGEST}
        for value, number in rows.items():
            with self.subTest(value=value):
                result = self.expect("OK" if number > 0 else "CRITICAL", args=("-c1",), *[
                    answer(available_consumition_options=value, token_limit=ABSENT)])
                self.assertEqual(result.perfdata["available"].value, str(number))

    def test_not_usable(self):
        for value in ("x", "+4799", "-0", "4799.0", True, 4799.5, raw("NaN"), LARGEST + 1,
                      raw("9" * 400)):
            with self.subTest(value=value):
                self.expect("UNKNOWN", answer(available_consumition_options=value))

    def test_other_fields_may_be_missing_or_useless(self):
        rest = {"description": "sales-crm: ", "token_limit": " of ", "token_use_today": " used=",
                "hours_to_restart_count": " reset="}
        useless = {"description": (5, []), "token_limit": ("", -1, 1.5, "04800", LARGEST + 1),
                   "token_use_today": ("x", "-1", False), "hours_to_restart_count": (-1, 10000)}
        for key, trace in rest.items():
            for value in (ABSENT, None, *useless[key]):
                with self.subTest(key=key, value=value):
                    result = self.expect("OK", answer(**{key: value}), args=("-w480", "-v"))
                    self.assertNotIn(trace, result.line)
                    named = value is not ABSENT and value is not None
                    self.assertEqual(key in result.message, named, result)

    def test_largest_of_all(self):
        self.expect("OK", answer(token_limit=LARGEST, token_use_today=str(LARGEST),
                                 hours_to_restart_count=9999,
                                 available_consumition_options=LARGEST),
                    perfdata=f"available={LARGEST};200000000000:;100000000000:;0;{LARGEST} "
                             f"used={LARGEST};;;0;{LARGEST} used_percent=0%;80;90;0;100 "
                             "reset=35996400s;;;0")

    def test_threshold_that_needs_an_unknown_limit(self):
        for limit in (ABSENT, 0, "0", raw("0.0"), "x", -5):
            with self.subTest(limit=limit):
                result = self.ask(answer(token_limit=limit, hours_to_restart_count=ABSENT), args=())
                end = ";0" if limit in (0, "0", raw("0.0")) else ""
                self.assertEqual(result.state, "UNKNOWN", result)
                self.assertEqual(without_time(result),
                                 f"available=4799;;1:;0{end} used=1;;;0{end}", result)
                self.expect("OK", answer(token_limit=limit), args=("-w480", "-c@0:10"))


class Manager(StateCase):
    """The other API."""

    def test_answers(self):
        rows = ((manager_answer(), "OK", "4988"), (manager_answer(code="0"), "OK", "4988"),
                (manager_answer(code=0, error=""), "OK", "4988"),
                (manager_answer(available_consumption_options=" 499 "), "CRITICAL", "499"),
                (manager_answer(available_consumption_options="-3"), "CRITICAL", "-3"),
                (manager_answer(available_consumption_options=" ",
                                available_consumition_options="999"), "WARNING", "999"),
                (manager_answer(available_consumition_options="x"), "OK", "4988"))
        for reply, state, available in rows:
            with self.subTest(available):
                result = self.ask(reply, which=MANAGER, args=())
                self.assertEqual(result.state, state, result)
                self.assertEqual(result.perfdata["available"].value, available)
                self.assertEqual(result.perfdata["all_used"].value, "90")

    def test_blank_fields_count_as_absent(self):
        blank = dict.fromkeys(("description", "token_limit", "token_use_today",
                               "all_token_today"), " ")
        result = self.expect("OK", manager_answer(**blank), which=MANAGER, args=("-c5", "-v"),
                             perfdata="available=4988;;5:;0")
        self.assertNotIn("cannot be used", result.message)
        self.expect("UNKNOWN", manager_answer(available_consumption_options=" "), which=MANAGER)

    def test_refusals(self):
        for reply, state, message in (
                (refusal(403, TLE), "CRITICAL", "no calls left"),
                (refusal(403, INVALID), "CRITICAL", "^token refused: "),
                (refusal(403, SIMULTANEOUS), "UNKNOWN", "busy"),
                (Reply(403, body="<h1>Maintenance</h1>"), "WARNING", "403"),
                (refusal(405), "WARNING", "405"), (manager_answer(code="1"), "WARNING", "code 1"),
                (Reply(body="<html>"), "UNKNOWN", "it is not JSON")):
            with self.subTest(message):
                self.expect(state, reply, which=MANAGER, message=message,
                            perfdata=None if "no calls" in message else False)



class Thresholds(StateCase):

    def judge(self, args, available, limit=4800):
        return self.ask(answer(available_consumition_options=available, token_limit=limit),
                        args=args)

    def test_states_by_the_default_thresholds(self):
        rows = ((4800, "OK"), (960, "OK"), (959, "WARNING"), (480, "WARNING"), (479, "CRITICAL"),
                (1, "CRITICAL"), (0, "CRITICAL"), (-3, "CRITICAL"))
        for available, state in rows:
            self.assertEqual(self.judge((), available).state, state)

    def test_alerts_and_their_hint(self):
        rows = (
            # threshold, limit, the count that alerts, the count that does not, what is named
            ("480", 4800, 479, 480, "below 480"), ("480:", 4800, 479, 480, "below 480"),
            ("10%", 4801, 480, 481, "below 10%"), ("10%:", 4800, 479, 480, "below 10%"),
            ("2.50%", 4800, 119, 120, "below 2.50%"), ("33.334%", 3, 1, 2, "below 33.334%"),
            ("0.001%", 100001, 1, 2, "below 0.001%"), ("100%", 4800, 4799, 4800, "below 100%"),
            ("99.999%", LARGEST, 999989999999, 999990000000, "below 99.999%"),
            ("100:200", 4800, 201, 200, "100:200"), ("~:100", 4800, 101, 100, "~:100"),
            (":10%", 4809, 481, 480, ":10%"), ("@100", 4800, 100, 101, "@100"),
            ("@10%:20%", 4800, 480, 479, "@10%:20%"), ("480:20%", 4800, 961, 960, "480:20%"))
        for threshold, limit, alerting, fine, hint in rows:
            for option, word in (("-c", "critical"), ("-w", "warning")):
                with self.subTest(threshold=threshold, option=option):
                    result = self.judge((option, threshold), alerting, limit)
                    self.assertEqual(result.state, word.upper(), result)
                    self.assertRegex(result.message, rf"\({word} [a-z ]*{re.escape(hint)}\)$")
                    self.assertEqual(self.judge((option, threshold), fine, limit).state, "OK")

    def test_two_thresholds_and_none(self):
        rows = ((("-w10%",), 1, "WARNING"), (("-c10%",), 480, "OK"), (("-w0", "-c0"), 1, "OK"),
                (("-c~:",), 1, "OK"), (("-w", "", "-c", ""), 479, "CRITICAL"),
                (("-w480", "-c480"), 479, "CRITICAL"), (("-w5%", "-c480"), 300, "CRITICAL"),
                (("-w@0:500", "-c@400:600"), 450, "CRITICAL"),
                (("-w@0:500", "-c@400:600"), 399, "WARNING"), (("-w5%", "-c480"), 480, "OK"),
                (("-w100:", "-c~:200"), 50, "WARNING"))
        for args, available, state in rows:
            with self.subTest(args=args, available=available):
                self.assertEqual(self.judge(args, available).state, state)

    def test_no_calls_left_is_always_critical(self):
        for args in ((), ("-w0",), ("-c@5:10",), ("-c~:",), ("-c10%:5",)):
            for available, limit in ((0, 4800), (-4, 4800), (0, ABSENT)):
                with self.subTest(args=args, available=available, limit=limit):
                    self.assertEqual(self.judge(args, available, limit).state, "CRITICAL")

    def test_thresholds_that_the_limit_decides(self):
        rows = ((("-c10%:480",), 5000, 4800, "UNKNOWN"), (("-c10%:480",), 4800, 480, "OK"),
                (("-w@500:10%",), 4800, 4000, "UNKNOWN"),
                (("-w10%:100", "-c50"), 4800, 40, "CRITICAL"),
                (("-w10%:100", "-c50"), 4800, 60, "UNKNOWN"),
                (("-c10%:100", "-w50"), 4800, 40, "UNKNOWN"),
                (("-w10%", "-c50"), ABSENT, 40, "CRITICAL"),
                (("-w10%", "-c50"), ABSENT, 60, "UNKNOWN"),
                (("-w50", "-c10%"), ABSENT, 40, "UNKNOWN"), (("-w50", "-c10"), ABSENT, 60, "OK"),
                ((), ABSENT, 100, "UNKNOWN"))
        for args, limit, available, state in rows:
            with self.subTest(args=args, limit=limit, available=available):
                result = self.judge(args, available, limit)
                self.assertEqual(result.state, state, result)
                self.assertEqual(result.perfdata["available"].value, str(available))


if __name__ == "__main__":
    blackbox.main()
