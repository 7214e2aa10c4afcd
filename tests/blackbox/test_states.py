#!/usr/bin/env python3
"""What an answer means, row by row (manual, STATES), and how thresholds are judged (THRESHOLDS).

Most runs say --unavailable=warning, so that the state alone tells what an answer was taken for: OK
understood, CRITICAL "limit exceeded" or "token refused", WARNING unavailable, UNKNOWN busy or not
understood. unit/test_token_info.c has how answers are told apart in detail.
"""

import itertools
import json
import re
import socket

import blackbox
from blackbox import ABSENT, answer, refusal

Reply = blackbox.load_api().Reply

LARGEST = 10 ** 12
UNDERSTOOD, UNAVAILABLE, NOT_UNDERSTOOD = "OK", "WARNING", "UNKNOWN"
EXCEEDED = REFUSED = "CRITICAL"
TLE = "TOKEN LIMIT EXCEEDED"
INVALID = "PLEASE VALIDATE TOKEN"
SIMULTANEOUS = "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)"
ELSEWHERE = [("Location", "https://elsewhere.example/")]
MANAGER = ("--api=manager",)
# As Manager gives them: texts, in an array of one record.
MANAGER_RECORD = {"description": "panel", "token_limit": "5000", "token_use_today": "12",
                  "all_token_today": "90", "available_consumption_options": "4988"}


def raw_answer(**fields):
    """The documented answer with fields in JSON that Python would not write in this way."""
    texts = {key: f"@@{text}@@" for key, text in fields.items()}
    return Reply.json(re.sub('"@@(.*?)@@"', r"\1", json.dumps(blackbox.envelope(**texts))))


def manager_answer(*, code="200", error=None, **fields):
    return Reply.json({"code": code, "error": error, "msg": " 1 records were found",
                       "data": [{**MANAGER_RECORD, **fields}]})


class StateCase(blackbox.ApiCase):
    """What the tables below are read with."""

    usual = ("--unavailable=warning",)

    def judge(self, state, reply, *args, perfdata=None, **options):
        """One row. OK and CRITICAL have perfdata and no other state has, but for perfdata=False or
        what it is up to time=."""
        result = self.expect(state, *args, replies=(reply,), **options)
        if perfdata:
            self.assertEqual(re.sub(" time=.*", "", result.perfdata_text), perfdata, result)
        elif state in (UNAVAILABLE, NOT_UNDERSTOOD) or perfdata is False:
            self.assertNotIn("|", result.text, result)
        else:
            self.assertIn("available", result.perfdata, result)
        return result

    def table(self, state, rows, **options):
        """Rows of name to Reply that all give one state."""
        for name, reply in rows.items():
            with self.subTest(name):
                self.judge(state, reply, **options)


class Unavailable(StateCase):

    def test_option_names_the_state_of_every_kind_of_trouble(self):
        kinds = itertools.cycle((refusal(503), Reply(302, [("Location", "/")]),
                                 refusal(200, code="403"), Reply(raw=b"")))
        states = {"ok": "OK", "WARNING": "WARNING", "Critical": "CRITICAL", "uNkNoWn": "UNKNOWN",
                  "0": "OK", "1": "WARNING", "2": "CRITICAL", "3": "UNKNOWN"}
        for value, state in states.items():
            with self.subTest(value):
                self.judge(state, next(kinds), f"--unavailable={value}", perfdata=False)
        self.usual = ()
        for args, reply in itertools.product(((), ("--unavailable=",)), itertools.islice(kinds, 4)):
            self.judge("CRITICAL", reply, *args, perfdata=False)

    def test_no_connection(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            for server in (f"http://127.0.0.1:{free.getsockname()[1]}", "https://nobody.invalid"):
                with self.subTest(server):
                    result = self.expect(UNAVAILABLE, "-H", server, "--proxy=", requests=0)
                    self.assertIsNone(result.perfdata_text)

    def test_other_status_than_200_whatever_the_body(self):
        for status in (201, 204, 300, 304, 402, 403, 599, 999):
            for reply in (answer(status), Reply(status), Reply(status, body="<p>Maintenance</p>")):
                with self.subTest(status):
                    self.judge(UNAVAILABLE, reply, message=rf"\b{status}\b")

    def test_other_code_or_a_real_error(self):
        self.table(UNAVAILABLE, {repr(fields): answer(**fields, msg="SO IT IS") for fields in (
            {"code": 0}, {"code": "0200"}, {"code": 10 ** 30}, {"error": "FORBIDDEN"}, {"error": 1})},
                   message="SO IT IS")


class TokenRefused(StateCase):

    def test_is_critical_whatever_unavailable_says(self):
        for value in ("ok", "warning", "unknown"):
            self.judge(REFUSED, refusal(403, INVALID), f"--unavailable={value}", perfdata=False,
                       message=rf"^token refused: .*403, FORBIDDEN: {INVALID}.+token")

    def test_however_it_arrives_and_before_what_it_comes(self):
        self.table(REFUSED, {
            "HTTP 401": Reply(401), "HTTP 401 with a sound answer": answer(401, description=ABSENT),
            "header missing": refusal(401, "PLEASE ENTER THE WOLKVOX-TOKEN"),
            "code": refusal(200, code="401"), "words in error": refusal(200, error=INVALID.lower()),
            "not JSON": Reply(403, body="<h1>Validate  Token</h1>"),
            "busy by status": refusal(429, INVALID), "busy by code": refusal(401, code="429"),
            "GET by status": refusal(405, INVALID), "GET by code": refusal(401, code="405"),
            "redirect": refusal(302, INVALID, headers=ELSEWHERE),
        }, perfdata=False, message="^token refused: ")

    def test_what_is_probably_wrong_with_the_token(self):
        """Such a token is sent as it stands, because it may be one."""
        for token, words in (('"0123456789abcdef"', "is in quotes"), ("token=0123456789abcdef", "begins with a name"),
                             ("Wolkvox-Token:0123456789abcdef", "begins with a name")):
            with self.subTest(token):
                self.judge(REFUSED, refusal(403, INVALID), token=token, perfdata=False,
                           message=f"^token refused: .*the token in use {words}")


class Busy(StateCase):

    def test_says_nothing_of_the_quota(self):
        self.table("UNKNOWN", {
            "HTTP 429": Reply(429), "HTTP 429 with a sound answer": answer(429),
            "code with sound data": answer(code=429), "code in 405": refusal(405, code="429"),
            "msg": refusal(403, SIMULTANEOUS), "msg, HTTP says 200": refusal(200, SIMULTANEOUS),
            "error": refusal(403, error=SIMULTANEOUS.lower()),
            "not JSON": Reply(403, body="<h1>Too many Simultaneous\r\nRequests</h1>"),
            "redirect": refusal(302, SIMULTANEOUS, headers=ELSEWHERE),
        }, message="busy")


class NotUnderstood(StateCase):

    def test_what_is_not_json_is_shown(self):
        rows = {"<html>It works!</html>": "?html?It works!?/html?", TLE: TLE, "\ufeff\r\n OK \n": "OK",
                f"{blackbox.TOKEN} {'y' * 99}": f"*** {'y' * 35}…",
                json.dumps(blackbox.envelope())[:-1]: '{"code": "200", "error": "null", "msg":…'}
        for body, begin in rows.items():
            with self.subTest(body[:40]):
                self.judge(NOT_UNDERSTOOD, Reply(body=body), message="^answer not understood: it is not JSON, "
                           f'it begins "{re.escape(begin)}" ')

    def test_json_in_no_documented_shape(self):
        sound = json.dumps(blackbox.envelope())
        self.table(NOT_UNDERSTOOD, {body[:60]: Reply.json(body) for body in (
            "", "null", f"[{sound}]", "{}", sound * 2, sound + "\0", '{"data":' * 5000 + "1" + "}" * 5000)},
                   message="answer not understood: ")
        record = blackbox.DOCUMENTED_DATA
        self.table(NOT_UNDERSTOOD, {repr(fields): answer(**fields) for fields in (
            {"data": []}, {"data": [record, record]}, {"data": {}}, {"code": True}, {"error": []},
            {"available_consumition_options": ABSENT}, {"available_consumition_options": " "})})


class Understood(StateCase):

    def test_json_in_all_its_forms(self):
        sound = json.dumps(blackbox.envelope())
        self.table(UNDERSTOOD, {body[:60]: Reply(body=body) for body in (
            "\ufeff\r\n\t " + sound + " \t\r\n", sound[:-1] + ",}",
            json.dumps({**blackbox.envelope(), "page": 1, "more": [[{"x": None}]]}, indent=4))})

    def test_text_is_utf_8_whatever_version_of_json_c(self):
        for sent, shown in (("ñandú €😀".encode(), "ñandú €😀"), (rb"\u00f1\ud83d\ude00", "ñ😀"),
                            (b"a\xffz", "a?z")):
            body = json.dumps(blackbox.envelope(description="@")).encode().replace(b"@", sent)
            self.judge(UNDERSTOOD, Reply.json(body), message=f"^{re.escape(shown)}: 4799 of 4800")

    def test_code_error_and_msg_that_mean_success(self):
        self.table(UNDERSTOOD, {repr(fields): answer(**fields) for fields in (
            {"code": ABSENT, "error": ABSENT, "msg": ABSENT}, {"code": None, "error": None, "msg": None},
            {"code": "", "error": ""}, {"code": 200, "error": "nULl", "msg": 17}, {"msg": TLE},
            {"msg": INVALID}, {"msg": SIMULTANEOUS}, {"data": [blackbox.DOCUMENTED_DATA]})})

    def test_msg_is_not_looked_at_whatever_the_http_status(self):
        self.judge(UNAVAILABLE, answer(500, msg=TLE))
        self.expect(UNDERSTOOD, replies=(answer(405, msg=TLE), answer()), requests=2)


class LimitExceeded(StateCase):

    def test_however_it_arrives_and_before_what_it_comes(self):
        self.table(EXCEEDED, {
            "as published": refusal(403, TLE), "HTTP says 200": refusal(200, TLE, code=403),
            "nothing but msg": Reply.json({"msg": TLE}),
            "available not usable": answer(msg=TLE, available_consumition_options="many"),
            "with data, other code": answer(msg=TLE, code="403"),
            "error, HTTP and code 200, with data": answer(error=TLE.title()),
            "white space": refusal(403, "Sorry, TOKEN \t LIMIT\r\n\v\f\u00a0 EXCEEDED"),
            "behind a long text and a NUL": refusal(403, "x" * 5000 + "\0 " + TLE),
            "behind broken UTF-8": Reply.json(b'{"msg":"\xff\xc3 token limit exceeded"}', 403),
            "not JSON": Reply(403, body="<html><h1>Token  Limit\r\n\tExceeded</h1></html>"),
            "encoding that is none": Reply(403, [("Content-Encoding", "utf-8")], TLE),
            "token refused": refusal(401, TLE, error=INVALID), "busy by status": refusal(429, TLE),
            "busy in error": refusal(403, TLE, error=SIMULTANEOUS),
            "redirect, not JSON": Reply(307, ELSEWHERE, TLE), "GET by status": refusal(405, TLE),
            "GET by code": refusal(200, TLE, code=501), "GET, not JSON": Reply(405, body=TLE),
        }, message=r"\bno calls left\b")
        self.judge(EXCEEDED, refusal(403, TLE), "--unavailable=ok")
        self.expect(EXCEEDED, replies=(refusal(405), refusal(403, TLE)), requests=2)

    def test_perfdata(self):
        for args, reply, perfdata in (
                ((), refusal(403, TLE), "available=0;;1:;0"),
                (("-w480", "-c0:10%"), refusal(403, TLE), "available=0;480:;1:;0"),
                ((), answer(403, code="403", msg=TLE, token_use_today=4800, available_consumition_options=9),
                 "available=0;960:;480:;0;4800 used=4800;3840;4320;0;4800 "
                 "used_percent=100%;80;90;0;100 reset=54000s;;;0"),
                ((), answer(403, msg=TLE, available_consumition_options="many", token_limit=ABSENT),
                 "available=0;;1:;0 used=1;;;0 reset=54000s;;;0")):
            with self.subTest(args=args):
                self.judge(EXCEEDED, reply, *args, perfdata=perfdata)


class UsableNumbers(StateCase):

    def test_forms_of_calls_left(self):
        rows = [(answer(available_consumition_options=value, token_limit=ABSENT), number)
                for value, number in ((" 4799\n", 4799), ("0", 0), (" -12 ", -12), (LARGEST, LARGEST))]
        rows += [(raw_answer(available_consumition_options=text), 4800) for text in ("48e2", "4800.0")]
        for reply, number in rows:
            with self.subTest(reply.body):
                result = self.judge("OK" if number > 0 else "CRITICAL", reply, "-c1")
                self.assertEqual(result.perfdata["available"].value, str(number))
        for value in ("x", "+4799", "4799.0", True, 4799.5, LARGEST + 1):
            with self.subTest(value=value):
                self.judge("UNKNOWN", answer(available_consumition_options=value))

    def test_other_fields_may_be_missing_or_useless(self):
        for key, trace, *useless in (
                ("description", "sales-crm: ", 5, []), ("token_limit", " of ", "", "04800", LARGEST + 1),
                ("token_use_today", " used=", "-1", False), ("hours_to_restart_count", " reset=", -1, 10000)):
            for value in (ABSENT, None, *useless):
                with self.subTest(key=key, value=value):
                    result = self.judge("OK", answer(**{key: value}), "-w480", "-v")
                    self.assertNotIn(trace, result.line)
                    self.assertEqual(key in result.message, value not in (ABSENT, None), result)

    def test_largest_of_all(self):
        self.judge("OK", answer(token_limit=LARGEST, token_use_today=str(LARGEST), hours_to_restart_count=9999,
                                available_consumition_options=LARGEST),
                   perfdata=f"available={LARGEST};200000000000:;100000000000:;0;{LARGEST} "
                            f"used={LARGEST};;;0;{LARGEST} used_percent=0%;80;90;0;100 reset=35996400s;;;0")

    def test_threshold_that_needs_an_unknown_limit(self):
        for limit, end in ((ABSENT, ""), (0, ";0"), ("x", "")):
            with self.subTest(limit=limit):
                self.judge("UNKNOWN", answer(token_limit=limit, hours_to_restart_count=ABSENT),
                           perfdata=f"available=4799;;1:;0{end} used=1;;;0{end}")
                self.judge("OK", answer(token_limit=limit), "-w480", "-c@0:10")


class Manager(StateCase):
    """The other API."""

    which = MANAGER

    def test_answers(self):
        for reply, state, available in (
                (manager_answer(), "OK", "4988"), (manager_answer(code=0, error=""), "OK", "4988"),
                (manager_answer(code="0", available_consumption_options=" 499 "), "CRITICAL", "499"),
                (manager_answer(available_consumption_options="-3"), "CRITICAL", "-3"),
                (manager_answer(available_consumption_options=" ", available_consumition_options="999"),
                 "WARNING", "999"),
                (manager_answer(available_consumption_options="4988", available_consumition_options="x"),
                 "OK", "4988")):
            with self.subTest(available):
                result = self.expect(state, replies=(reply,))
                self.assertEqual(result.perfdata["available"].value, available)
                self.assertEqual(result.perfdata["all_used"].value, "90")

    def test_blank_fields_count_as_absent(self):
        blank = dict.fromkeys(("description", "token_limit", "token_use_today", "all_token_today"), " ")
        result = self.judge("OK", manager_answer(**blank), "-c5", "-v", perfdata="available=4988;;5:;0")
        self.assertNotIn("cannot be used", result.message)
        self.judge("UNKNOWN", manager_answer(available_consumption_options=" "))

    def test_refusals(self):
        for reply, state, message in (
                (refusal(403, TLE), "CRITICAL", "no calls left"),
                (refusal(403, INVALID), "CRITICAL", "^token refused: "),
                (refusal(403, SIMULTANEOUS), "UNKNOWN", "busy"),
                (Reply(403, body="<h1>Maintenance</h1>"), "WARNING", "403"),
                (refusal(405), "WARNING", "405"), (manager_answer(code="1"), "WARNING", "code 1"),
                (Reply(body="<html>"), "UNKNOWN", "it is not JSON")):
            with self.subTest(message):
                self.judge(state, reply, message=message, perfdata=None if "no calls" in message else False)


class Thresholds(StateCase):

    def assert_state(self, state, available, *args, limit=4800, message="."):
        with self.subTest(args=args, available=available, limit=limit):
            self.reply(answer(available_consumition_options=available, token_limit=limit))
            result = self.expect(state, *args, message=message)
            self.assertEqual(result.perfdata["available"].value, str(available))

    def test_states_by_the_default_thresholds(self):
        for available, state in ((960, "OK"), (959, "WARNING"), (480, "WARNING"), (479, "CRITICAL"),
                                 (1, "CRITICAL"), (0, "CRITICAL"), (-3, "CRITICAL")):
            self.assert_state(state, available)
        self.assert_state("CRITICAL", 479, "-w", "", "-c", "")

    def test_alerts_and_their_hint(self):
        for threshold, limit, alerting, fine, hint in (
                ("480", 4800, 479, 480, "below 480"), ("480:", 4800, 479, 480, "below 480"),
                ("10%", 4801, 480, 481, "below 10%"), ("2.50%:", 4800, 119, 120, "below 2.50%"),
                ("99.999%", LARGEST, 999989999999, 999990000000, "below 99.999%"),
                ("100:200", 4800, 201, 200, "outside 100:200"), ("~:100", 4800, 101, 100, "outside ~:100"),
                (":10%", 4809, 481, 480, "outside :10%"), ("@100", 4800, 100, 101, "inside @100"),
                ("@10%:20%", 4800, 480, 479, "inside @10%:20%"),
                ("480:20%", 4800, 961, 960, "outside 480:20%")):
            for option, word in (("-c", "critical"), ("-w", "warning")):
                self.assert_state(word.upper(), alerting, option, threshold, limit=limit,
                                  message=rf"\({word} {re.escape(hint)}\)$")
                self.assert_state("OK", fine, option, threshold, limit=limit)

    def test_two_thresholds_and_none(self):
        for args, available, state in (
                (("-w10%",), 1, "WARNING"), (("-c10%",), 480, "OK"), (("-w0", "-c~:"), 1, "OK"),
                (("-w480", "-c480"), 479, "CRITICAL"), (("-w5%", "-c480"), 300, "CRITICAL"),
                (("-w@0:500", "-c@400:600"), 450, "CRITICAL"),
                (("-w@0:500", "-c@400:600"), 399, "WARNING"), (("-w100:", "-c~:200"), 50, "WARNING")):
            self.assert_state(state, available, *args)

    def test_no_calls_left_is_always_critical(self):
        for args in ((), ("-w0",), ("-c@5:10",), ("-c~:",), ("-c10%:5",)):
            for available, limit in ((0, 4800), (-4, 4800), (0, ABSENT)):
                self.assert_state("CRITICAL", available, *args, limit=limit)

    def test_thresholds_that_the_limit_decides(self):
        for args, limit, available, state in (
                (("-c10%:480",), 5000, 4800, "UNKNOWN"), (("-c10%:480",), 4800, 480, "OK"),
                (("-w@500:10%",), 4800, 4000, "UNKNOWN"),
                (("-w10%:100", "-c50"), 4800, 40, "CRITICAL"),
                (("-w10%:100", "-c50"), 4800, 60, "UNKNOWN"),
                (("-c10%:100", "-w50"), 4800, 40, "UNKNOWN"),
                (("-w10%", "-c50"), ABSENT, 40, "CRITICAL"), (("-w10%", "-c50"), ABSENT, 60, "UNKNOWN"),
                (("-w50", "-c10%"), ABSENT, 40, "UNKNOWN"), (("-w50", "-c10"), ABSENT, 60, "OK")):
            self.assert_state(state, available, *args, limit=limit)


if __name__ == "__main__":
    blackbox.main()
