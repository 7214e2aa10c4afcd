#!/usr/bin/env python3
"""Section 5 of the contract, row by row, and the thresholds of section 4 as they are judged.

Most runs say --unavailable=warning, so that the state alone tells what an answer was taken for:
OK understood, CRITICAL "limit exceeded", WARNING unavailable, UNKNOWN busy or not understood.
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
LARGEST = 2 ** 53
UNDERSTOOD, EXCEEDED, UNAVAILABLE, NOT_UNDERSTOOD = "OK", "CRITICAL", "WARNING", "UNKNOWN"
BUSY = NOT_UNDERSTOOD
TLE = "TOKEN LIMIT EXCEEDED"
SIMULTANEOUS = "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)"
ABSENT = blackbox.ABSENT


def raw(text):
    """A JSON text for an envelope's field that Python would not write in this way."""
    return f"@@{text}@@"


def answer(status=200, *, headers=(), **fields):
    """The documented answer with other fields, as a Reply; raw() values stand as they are."""
    text = json.dumps(blackbox.envelope(**fields), separators=(",", ":"))
    return Reply.json(re.sub('"@@(.*?)@@"', r"\1", text), status, headers=headers)


def refusal(status, msg="", *, code=ABSENT, error="FORBIDDEN", **options):
    """An envelope without data; its code is the status unless told."""
    value = blackbox.envelope(code=str(status) if code is ABSENT else code, error=error, msg=msg)
    del value["data"]
    return Reply.json(value, status, **options)


def thinned(rows):
    """All rows, or every second one under a wrapper such as valgrind, where a start takes long."""
    return list(rows)[::2 if blackbox.PLUGIN_WRAPPER else 1]


class StateCase(unittest.TestCase):
    """What the tables below are read with."""

    @classmethod
    def setUpClass(cls):
        cls.api = api_module.WolkvoxApi(tls=False)
        cls.api.start()
        cls.addClassCleanup(cls.api.stop)
        cls.server = f"http://127.0.0.1:{cls.api.port}"

    def ask(self, *replies, args=("--unavailable=warning",)):
        """Runs the plugin against the replies, the last of which goes on for ever."""
        self.api.clear()
        self.api.script = list(replies[:-1])
        self.api.default_reply = replies[-1]
        return blackbox.run("-H", self.server, "-o", "sales", *args, token=TOKEN)

    def expect(self, state, *replies, requests=1, perfdata=None, args=("--unavailable=warning",),
               message=""):
        """One row: the state, how many requests, and whether there is perfdata.

        perfdata  the whole text but for time=, or None: OK and CRITICAL have it, no other state
        """
        result = self.ask(*replies, args=args)
        self.assertEqual(result.state, state, result)
        self.assertEqual(len(self.api.requests), requests, result)
        self.assertIn(message, result.message, result)
        if perfdata is not None:
            text = (result.perfdata_text or "").rpartition(" time=")[0]
            self.assertEqual(text, perfdata, result)
        elif state in (UNAVAILABLE, NOT_UNDERSTOOD):
            self.assertNotIn("|", result.text, result)
        else:
            self.assertIn("available", result.perfdata, result)
        return result

    def table(self, state, rows, **options):
        """Rows of name to Reply that all give one state."""
        for name, reply in rows.items():
            with self.subTest(name):
                self.expect(state, reply, **options)


class Rows(StateCase):
    """The table of section 5."""

    def test_four_states_by_the_default_thresholds(self):
        rows = ((4800, "OK"), (960, "OK"), (959, "WARNING"), (480, "WARNING"), (479, "CRITICAL"),
                (1, "CRITICAL"), (0, "CRITICAL"), (-3, "CRITICAL"))
        for available, state in rows:
            with self.subTest(available=available):
                result = self.ask(answer(available_consumition_options=available), args=())
                self.assertEqual(result.state, state, result)
                self.assertEqual(result.perfdata["available"].value, str(available))

    def test_unavailable_names_the_state_of_every_kind_of_trouble(self):
        kinds = itertools.cycle((refusal(503), Reply(302, [("Location", "/")]),
                                 refusal(200, code="403"), Reply(raw=b"")))
        states = {"ok": "OK", "WARNING": "WARNING", "Critical": "CRITICAL", "unknown": "UNKNOWN",
                  "0": "OK", "1": "WARNING", "2": "CRITICAL", "3": "UNKNOWN"}
        for value, state in states.items():
            with self.subTest(value):
                result = self.ask(next(kinds), args=(f"--unavailable={value}",))
                self.assertEqual(result.state, state, result)
                self.assertNotIn("|", result.text)

    def test_unavailable_is_critical_unless_told(self):
        for name, reply in {"status": refusal(500), "error": refusal(200, code="200"),
                            "hangup": Reply(raw=b"")}.items():
            with self.subTest(name):
                self.assertEqual(self.ask(reply, args=()).state, "CRITICAL")

    def test_nobody_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            for value, state in (("critical", "CRITICAL"), ("ok", "OK"), ("3", "UNKNOWN")):
                with self.subTest(value):
                    result = blackbox.run("-H", f"http://127.0.0.1:{port}", "-o", "sales",
                                          "--unavailable", value, token=TOKEN)
                    self.assertEqual(result.state, state, result)
                    self.assertNotIn("|", result.text)

    def test_name_that_does_not_resolve(self):
        result = blackbox.run("-H", "https://nobody.invalid", "-o", "sales", "--proxy=",
                              "--unavailable=warning", token=TOKEN)
        self.assertEqual(result.state, "WARNING", result)
        self.assertNotIn("|", result.text)

    def test_timeout_has_a_state_of_its_own_if_told(self):
        rows = ((("-t1",), "CRITICAL"), (("-t1", "--unavailable=warning"), "WARNING"),
                (("-t1:unknown", "--unavailable=warning"), "UNKNOWN"), (("-t1:0",), "OK"))
        for args, state in rows:
            with self.subTest(args=args):
                result = self.ask(Reply(hang=True), args=args)
                self.assertEqual(result.state, state, result)
                self.assertRegex(result.message, r"\b1 s\b")
                self.assertNotIn("|", result.text)
                self.assertLess(result.seconds, 1 + blackbox.LATE)

    def test_timeout_state_is_for_timeouts_only(self):
        for reply in (refusal(503), Reply(raw=b"")):
            self.expect("WARNING", reply, args=("-t5:ok", "--unavailable=warning"))

    def test_transfer_that_breaks_off(self):
        sound = answer()
        self.table(UNAVAILABLE, {
            "before an answer": Reply(raw=b""),
            "in the status line": Reply(raw=b"HTTP/1.1 2"),
            "in the headers": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Le"),
            "in the body": sound.changed(cut=20),
            "before the body": sound.changed(cut=0),
            "in a refusal that is no JSON": Reply(403, body="<p>token limit exc" * 9, cut=12),
        })

    def test_line_carries_status_and_msg_of_a_refusal(self):
        rows = {400: "SOME PARAMETERS ARE REQUIRED", 401: "PLEASE ENTER THE WOLKVOX-TOKEN",
                403: "PLEASE VALIDATE TOKEN", 404: "", 416: "", 500: "OOPS"}
        for status, msg in rows.items():
            with self.subTest(status):
                result = self.expect(UNAVAILABLE, refusal(status, msg), message=msg)
                self.assertRegex(result.message, rf"\b{status}\b")

    def test_http_status_other_than_200_is_unavailable_whatever_the_body(self):
        for status in (201, 203, 206, 300, 304, 402, 418, 505, 599, 999):
            with self.subTest(status):
                result = self.expect(UNAVAILABLE, answer(status))
                self.assertRegex(result.message, rf"\b{status}\b")

    def test_http_status_without_a_body(self):
        self.table(UNAVAILABLE, {str(status): Reply(status) for status in (204, 205, 304, 500)})

    def test_msg_of_a_refusal_with_status_200(self):
        result = self.expect(UNAVAILABLE, refusal(200, "PLEASE VALIDATE TOKEN", code="403"),
                             message="PLEASE VALIDATE TOKEN")
        self.assertRegex(result.message, r"\b200\b.*\b403\b")

    def test_busy(self):
        rows = {
            "HTTP 429": Reply(429),
            "HTTP 429 with a sound answer": answer(429),
            "HTTP 429 with an envelope": refusal(429, "RATE LIMIT"),
            "HTTP 429, not JSON": Reply(429, body="<html>slow down</html>"),
            "code text": refusal(200, code="429"),
            "code number": refusal(200, code=429),
            "code in another status": refusal(503, code="429"),
            "code in 405": refusal(405, code="429"),
            "code with sound data": answer(code="429"),
            "msg": refusal(403, SIMULTANEOUS),
            "msg, HTTP says 200": refusal(200, SIMULTANEOUS, code="403"),
            "msg, no error, no data": refusal(200, SIMULTANEOUS, code="200", error="null"),
            "error": refusal(403, "", error=SIMULTANEOUS.lower()),
            "error, code 200": answer(error="Simultaneous \t requests"),
            "any white space": refusal(403, "simultaneous\n \trequests"),
            "not JSON": Reply(403, body="<h1>Too many Simultaneous\r\nRequests</h1>"),
            "redirect": refusal(302, SIMULTANEOUS, headers=[("Location", "https://a.example/")]),
            "HTTP 405": refusal(405, SIMULTANEOUS),
            "HTTP 501, not JSON": Reply(501, body="simultaneous requests"),
        }
        for name, reply in rows.items():
            with self.subTest(name):
                self.assertIn("busy", self.expect(BUSY, reply).message.lower())

    def test_not_understood(self):
        self.table(NOT_UNDERSTOOD, {name: Reply.json(body) for name, body in {
            "empty": b"", "blank": b" \r\n", "HTML": "<html>It works!</html>", "text": "OK",
            "limit exceeded in a text with status 200": "TOKEN LIMIT EXCEEDED",
            "null": "null", "number": "200", "text in quotes": '"OK"',
            "array of the answer": f"[{json.dumps(blackbox.envelope())}]",
            "empty object": "{}", "two documents": json.dumps(blackbox.envelope()) * 2,
            "something behind": json.dumps(blackbox.envelope()) + "x",
            "cut": json.dumps(blackbox.envelope())[:-1],
            "comma at the end": json.dumps(blackbox.envelope())[:-1] + ",}",
            "comment": "/* */" + json.dumps(blackbox.envelope()),
            "NUL before": "\0" + json.dumps(blackbox.envelope()),
            "NUL in it": json.dumps(blackbox.envelope(description="a@b")).replace("@", "\0"),
            "NUL and more behind": json.dumps(blackbox.envelope()) + "\0x",
            "byte order mark in it": '{"code":"200",\ufeff' + json.dumps(blackbox.envelope())[1:],
            "byte order mark only": "\ufeff",
            "two byte order marks": "\ufeff\ufeff" + json.dumps(blackbox.envelope()),
            "UTF-16": json.dumps(blackbox.envelope()).encode("utf-16"),
            "deep": '{"data":' * 5000 + "1" + "}" * 5000,
        }.items()})

    def test_own_trouble_makes_no_request(self):
        rows = (("--token-file=/nonexistent/file",), ("--ca-file=/nonexistent/file",),
                ("-t0",), ("--unavailable=4",), ("-w", "x"), ("--nonsense",), ("operand",))
        for args in rows:
            with self.subTest(args=args):
                self.expect("UNKNOWN", answer(), args=args, requests=0)


class Envelope(StateCase):

    def test_json_around_which_something_stands(self):
        sound = json.dumps(blackbox.envelope())
        self.table(UNDERSTOOD, {name: Reply.json(body) for name, body in {
            "byte order mark": "\ufeff" + sound, "newline behind": sound + "\n",
            "white space around": "\r\n\t " + sound + " \t\r\n",
            "indented": json.dumps(blackbox.envelope(), indent=4).replace("\n", "\r\n"),
            "mark and white space": "\ufeff\n" + sound + "\n",
        }.items()})

    def test_content_type_and_order_do_not_matter(self):
        value = json.dumps(dict(reversed(blackbox.envelope().items())))
        self.table(UNDERSTOOD, {"none": Reply(body=value),
                                "html": Reply(200, [("Content-Type", "text/html")], value)})

    def test_fields_that_nobody_knows(self):
        self.table(UNDERSTOOD, {
            "in data": answer(all_token_today="17", other={"a": [1, {"b": None}]}),
            "in the envelope": Reply.json({**blackbox.envelope(), "page": 1, "more": [[]]})})

    def test_codes_that_count_as_200(self):
        self.table(UNDERSTOOD, {repr(code): answer(code=code)
                                for code in (ABSENT, None, "", "200", 200)})

    def test_other_codes_are_unavailable(self):
        rows = (0, 201, 404, -200, 10 ** 30, "0", "201", "403", "OK", "null", "0200", "200x",
                "+200", 200.5)
        for code in rows:
            with self.subTest(code=code):
                self.expect(UNAVAILABLE, answer(code=code, msg="SO IT IS"), message="SO IT IS")

    def test_errors_that_are_none(self):
        self.table(UNDERSTOOD, {repr(error): answer(error=error)
                                for error in (ABSENT, None, "", "null", "NULL", "Null", "nULl")})

    def test_real_errors_are_unavailable(self):
        rows = ("FORBIDDEN", "none", "nul", "nulll", "0", "false", "200", 1)
        for error in rows:
            with self.subTest(error=error):
                self.expect(UNAVAILABLE, answer(error=error, msg="SO IT IS"), message="SO IT IS")

    def test_other_types_are_not_the_documented_shape(self):
        values = (True, False, [], ["200"], {})
        for key in ("code", "error"):
            self.table(NOT_UNDERSTOOD, {f"{key} {value}": answer(**{key: value})
                                        for value in values})

    def test_other_types_in_a_refusal_by_status(self):
        self.table(UNAVAILABLE, {
            "code": answer(500, code=True), "error": answer(404, error={}),
            "both": answer(403, code=[], error=[]), "no object": Reply.json("[]", 500),
            "text": Reply.json(f'"{TLE}"', 403)})

    def test_msg_is_nothing_to_go_by_in_an_answer(self):
        self.table(UNDERSTOOD, {repr(msg): answer(msg=msg) for msg in (
            ABSENT, None, "", 17, [], "ERROR", TLE, SIMULTANEOUS)})

    def test_msg_is_not_looked_at_whatever_the_http_status(self):
        self.expect(UNAVAILABLE, answer(500, msg=TLE))
        self.expect(UNAVAILABLE, answer(403, msg=SIMULTANEOUS))
        self.expect(UNDERSTOOD, answer(405, msg=TLE), answer(), requests=2)

    def test_data(self):
        record = blackbox.DOCUMENTED_DATA
        self.expect(UNDERSTOOD, answer(data=[record]))
        self.table(NOT_UNDERSTOOD, {repr(data): answer(data=data) for data in (
            [], [record, record], [[record]], [None], "x", 5, True, {}, {"data": record})})
        self.table(NOT_UNDERSTOOD, {
            "null": Reply.json({**blackbox.envelope(), "data": None}),
            "absent": Reply.json({"code": "200", "error": "null", "msg": "0 records"}),
            "fields in the envelope": Reply.json({**blackbox.envelope(data={}), **record})})

    def test_data_does_not_matter_in_a_refusal(self):
        self.table(UNAVAILABLE, {repr(data): answer(code="403", data=data)
                                 for data in ([], "x", {})})


class LimitExceeded(StateCase):

    def test_however_it_arrives(self):
        html = "<html><h1>Token  Limit\r\n\tExceeded</h1></html>"
        self.table(EXCEEDED, {
            "as published": refusal(403, TLE),
            "in the envelope only": refusal(200, TLE, code="403"),
            "code as a number": refusal(200, TLE, code=403),
            "nothing but msg": Reply.json({"msg": TLE}),
            "no data": refusal(200, TLE, code="200", error="null"),
            "data null": Reply.json({**blackbox.envelope(msg=TLE), "data": None}),
            "available not usable": answer(msg=TLE, available_consumition_options="many"),
            "available absent": answer(msg=TLE, available_consumition_options=ABSENT),
            "code without a meaning": answer(msg=TLE, code=True),
            "error without a meaning": answer(msg=TLE, error=[]),
            "with data, other code": answer(msg=TLE, code="403"),
            "with data, real error": answer(msg=TLE, error="FORBIDDEN"),
            "error": refusal(403, "", error=TLE),
            "error, msg null": answer(error=TLE, msg=None),
            "error, HTTP and code 200, with data": answer(error=TLE.title()),
            "lower case": refusal(403, TLE.lower()),
            "mixed case": refusal(403, "Token LIMIT exceeded"),
            "within a sentence": refusal(403, f"Sorry, your {TLE} for today."),
            "white space": refusal(403, "TOKEN \t LIMIT\r\n\n EXCEEDED"),
            "vertical tab and form feed": refusal(403, "TOKEN\vLIMIT\fEXCEEDED"),
            "behind a long text": refusal(403, "x" * 5000 + " " + TLE),
            "behind a NUL": refusal(403, f"a\0b {TLE}"),
            "behind broken UTF-8": Reply.json(b'{"code":"403","msg":"\xff\xc3 token limit '
                                              b'exceeded"}', 403),
            "not JSON": Reply(403, body=html),
            "plain text": Reply(500, body=TLE),
            "not JSON, with a NUL": Reply(503, body=f"\0\0{TLE}\0"),
            "broken JSON": Reply.json('{"code":"403","msg":"TOKEN LIMIT EXCEEDED"', 403),
            "behind a mark": Reply.json('\ufeff{"msg":"TOKEN LIMIT EXCEEDED"}', 403),
            "compressed": Reply(403, [("Content-Encoding", "gzip")], gzip.compress(html.encode())),
            "escaped in JSON": Reply.json(r'{"msg":"\u0054OKEN\u0020LIMIT\u0009EXCEEDED"}', 403),
        })

    def test_what_is_not_quite_it(self):
        self.table(UNAVAILABLE, {
            "cut": refusal(403, "TOKEN LIMIT EXCEED"), "run together": refusal(403, "TOKENLIMIT"),
            "another word": refusal(403, "TOKEN CALL LIMIT EXCEEDED"),
            "elsewhere": Reply.json({"code": "403", "detail": TLE, "data": {"msg": TLE}}, 403),
            "in the description": answer(403, code="403", msg="", description=TLE),
            "JSON that is no object": Reply.json([TLE], 403),
            "not JSON, too large": Reply(403, body=TLE + " " * 65536),
        })

    def test_comes_before_everything_else(self):
        elsewhere = [("Location", "https://elsewhere.example/")]
        self.table(EXCEEDED, {
            "busy by status": refusal(429, TLE), "busy by code": refusal(200, TLE, code="429"),
            "busy by word": refusal(403, f"{SIMULTANEOUS}, {TLE}"),
            "busy in msg": refusal(403, SIMULTANEOUS, error=TLE),
            "busy in error": refusal(403, TLE, error=SIMULTANEOUS),
            "redirect": refusal(302, TLE, headers=elsewhere),
            "redirect, not JSON": Reply(307, elsewhere, TLE),
            "GET by status": refusal(405, TLE), "GET by another status": refusal(501, TLE),
            "GET by code": refusal(200, TLE, code="405"),
            "GET by code number": refusal(200, TLE, code=501),
            "GET, not JSON": Reply(405, body=TLE),
        })

    def test_in_the_answer_to_get(self):
        self.expect(EXCEEDED, refusal(405), refusal(403, TLE), requests=2)

    def test_is_critical_whatever_unavailable_and_thresholds_say(self):
        for args in (("--unavailable=ok",), ("--unavailable=unknown", "-w0"), ("-c@5:10",)):
            with self.subTest(args=args):
                self.expect(EXCEEDED, refusal(403, TLE), args=args)

    def test_perfdata_without_data(self):
        rows = (((), "available=0;;;0"), (("-w480", "-c100"), "available=0;480:;100:;0"),
                (("-w10%", "-c100"), "available=0;;100:;0"), (("-w480",), "available=0;480:;;0"),
                (("-c~:5000",), "available=0;;~:5000;0"), (("-w@0:5",), "available=0;@0:5;;0"),
                (("-c0:10%",), "available=0;;;0"))
        for args, perfdata in rows:
            with self.subTest(args=args):
                self.expect(EXCEEDED, refusal(403, TLE), args=args, perfdata=perfdata)

    def test_perfdata_with_data(self):
        everything = {"token_use_today": 4800, "available_consumition_options": 0}
        thresholds = "80;90;0;100"
        rows = (
            (everything, f"available=0;960:;480:;0;4800 used=4800;3840;4320;0;4800 "
                         f"used_percent=100%;{thresholds} reset=54000s;;;0"),
            ({**everything, "available_consumition_options": 100},
             f"available=0;960:;480:;0;4800 used=4800;3840;4320;0;4800 "
             f"used_percent=100%;{thresholds} reset=54000s;;;0"),
            ({**everything, "token_use_today": 4700, "available_consumition_options": 100},
             f"available=0;960:;480:;0;4800 used=4700;;;0;4800 "
             f"used_percent=100%;{thresholds} reset=54000s;;;0"),
            ({**everything, "available_consumition_options": -7, "hours_to_restart_count": ABSENT},
             f"available=0;960:;480:;0;4800 used=4800;3840;4320;0;4800 "
             f"used_percent=100%;{thresholds}"),
            ({**everything, "available_consumition_options": "many", "token_limit": ABSENT},
             "available=0;;;0 used=4800;;;0 reset=54000s;;;0"),
            ({**everything, "token_limit": 0, "hours_to_restart_count": 0},
             "available=0;;;0;0 used=4800;;;0;0 reset=0s;;;0"))
        for fields, perfdata in rows:
            with self.subTest(fields=fields):
                self.expect(EXCEEDED, answer(403, code="403", msg=TLE, **fields), args=(),
                            perfdata=perfdata)


class UsableNumbers(StateCase):

    def available(self, state, values, args=("--unavailable=warning", "-c1"), **options):
        for value in values:
            with self.subTest(value=value):
                yield value, self.expect(state, answer(available_consumition_options=value,
                                                       token_limit=ABSENT), args=args, **options)

    def test_whole_numbers_in_all_their_forms(self):
        rows = {4799: "4799", "4799": "4799", "1": "1", raw("4799.0"): "4799",
                raw("4799.000"): "4799", raw("4.799e3"): "4799", raw("4799E0"): "4799",
                raw("47990e-1"): "4799", raw("4799.0e+0"): "4799", raw("1e3"): "1000",
                LARGEST: str(LARGEST), str(LARGEST): str(LARGEST),
                raw(f"{LARGEST}.0"): str(LARGEST), raw("9.007199254740992e15"): str(LARGEST)}
        for value, result in self.available("OK", rows):
            self.assertEqual(result.perfdata["available"].value, rows[value], result)

    def test_nothing_left_in_all_its_forms(self):
        rows = {0: "0", "0": "0", raw("0.0"): "0", raw("0e5"): "0", -1: "-1", raw("-2.0"): "-2",
                raw("-3e1"): "-30", -LARGEST: str(-LARGEST)}
        for value, result in self.available("CRITICAL", rows):
            self.assertEqual(result.perfdata["available"].value, rows[value], result)

    def test_minus_zero(self):
        for value, result in self.available("CRITICAL", (raw("-0"), raw("-0.0"))):
            self.assertIn(result.perfdata["available"].value, ("0", "-0"), value)
            self.assertEqual(result.perfdata["available"].value, "0", result)

    def test_not_usable(self):
        rows = ("", "x", "4799x", " 4799", "4799 ", "+4799", "04799", "00", "4799.0", "4e3", "0x10",
                "4,799", "4799\0", "٣", True, False, [4799], {}, 4799.5, raw("NaN"),
                raw("Infinity"), raw("4799.0000000000000001"), raw("1e-1"), raw("1e400"),
                LARGEST + 1, str(LARGEST + 1), raw(f"{LARGEST + 1}.0"), raw("9.007199254740993e15"),
                10 ** 20, 2 ** 64 + 5, str(2 ** 64 + 5), raw("9" * 400))
        for _value, _result in self.available("UNKNOWN", thinned(rows)):
            pass

    def test_sibling_spelling(self):
        usual, sibling = "available_consumition_options", "available_consumption_options"
        rows = (({usual: ABSENT, sibling: 4700}, "OK", "4700"),
                ({usual: ABSENT, sibling: "4700"}, "OK", "4700"),
                ({usual: ABSENT, sibling: -1}, "CRITICAL", "-1"),
                ({usual: 4799, sibling: 1}, "OK", "4799"),
                ({usual: 4799, sibling: "x"}, "OK", "4799"),
                ({usual: "x", sibling: 4700}, "UNKNOWN", None),
                ({usual: 1.5, sibling: 4700}, "UNKNOWN", None),
                ({usual: ABSENT, sibling: "x"}, "UNKNOWN", None),
                ({usual: ABSENT, sibling: None}, "UNKNOWN", None),
                ({usual: ABSENT, sibling: ABSENT}, "UNKNOWN", None),
                ({usual: None}, "UNKNOWN", None))
        for fields, state, value in rows:
            with self.subTest(fields=fields):
                result = self.expect(state, answer(**fields))
                self.assertEqual(value, value and result.perfdata["available"].value)

    def test_all_fields_as_text(self):
        data = {key: str(value) for key, value in blackbox.DOCUMENTED_DATA.items()}
        self.expect("OK", answer(data=data), perfdata="available=4799;960:;480:;0;4800 used=1;3840;"
                    "4320;0;4800 used_percent=0.03%;80;90;0;100 reset=54000s;;;0")

    def test_other_fields_may_be_missing_or_useless(self):
        args = ("-w480", "-c100", "-v", "--unavailable=warning")
        rest = {"description": "sales-crm: ", "token_limit": " of ", "token_use_today": " used=",
                "hours_to_restart_count": " reset="}
        useless = {"description": (5, True, []),
                   "token_limit": ("", -1, 1.5, [], "04800", LARGEST + 1),
                   "token_use_today": ("x", -1, 0.5, False, LARGEST + 1),
                   "hours_to_restart_count": ("x", -1, True, 10000, "10000", 10 ** 20)}
        for key, trace in rest.items():
            for value in (ABSENT, None, *thinned(useless[key])):
                with self.subTest(key=key, value=value):
                    result = self.expect("OK", answer(**{key: value}), args=args)
                    self.assertNotIn(trace, result.line)
                    named = value is not ABSENT and value is not None
                    self.assertEqual(key in result.message, named, result)

    def test_bounds_of_other_fields(self):
        result = self.expect("OK", answer(token_limit=LARGEST, token_use_today=str(LARGEST),
                                          hours_to_restart_count=9999,
                                          available_consumition_options=LARGEST))
        self.assertEqual(result.perfdata_text.rpartition(" time=")[0],
                         f"available={LARGEST};1801439850948199:;900719925474100:;0;{LARGEST} "
                         f"used={LARGEST};;;0;{LARGEST} used_percent=0%;80;90;0;100 "
                         "reset=35996400s;;;0")

    def test_threshold_that_needs_an_unknown_limit(self):
        limits = (ABSENT, None, 0, "0", raw("0.0"), "x", -5)
        for limit in limits:
            with self.subTest(limit=limit):
                zero = limit in (0, "0", raw("0.0"))
                result = self.ask(answer(token_limit=limit, hours_to_restart_count=ABSENT), args=())
                self.assertEqual(result.state, "UNKNOWN", result)
                end = ";0" if zero else ""
                self.assertEqual(result.perfdata_text.rpartition(" time=")[0],
                                 f"available=4799;;;0{end} used=1;;;0{end}", result)

    def test_limit_that_no_threshold_needs(self):
        for limit in (ABSENT, 0, "x"):
            with self.subTest(limit=limit):
                self.expect("OK", answer(token_limit=limit), args=("-w480", "-c@0:10"))


class Thresholds(StateCase):

    def judge(self, args, available, limit=4800):
        return self.ask(answer(available_consumition_options=available, token_limit=limit),
                        args=args)

    def judge_all(self, option, rows):
        """Rows of threshold, limit, and the counts left that alert and that do not."""
        state, word = {"-c": ("CRITICAL", "critical"), "-w": ("WARNING", "warning")}[option]
        for threshold, limit, alerting, fine in thinned(rows):
            for available in (*alerting, *fine):
                with self.subTest(threshold=threshold, limit=limit, available=available):
                    result = self.judge((option, threshold), available, limit)
                    self.assertEqual(result.state, state if available in alerting else "OK", result)
                    hint = re.search(rf"\({word} (.*)\)$", result.message)
                    self.assertEqual(bool(hint), available in alerting, result)
                    self.assertTrue(hint is None or hint[1].endswith(f" {threshold}"), result)

    def test_minimums(self):
        self.judge_all("-c", (
            ("480", 4800, (479, 1), (480,)), ("480:", 4800, (479,), (480,)),
            ("0", 4800, (), (1,)), ("1", 4800, (), (1,)), ("5000", 4800, (4800,), (5000,)),
            (str(LARGEST), LARGEST, (LARGEST - 1,), (LARGEST,)), ("10%", 4800, (479,), (480,)),
            ("10%:", 4800, (479,), (480,)), ("10.000%", 4800, (479,), (480,)),
            ("100%", 4800, (4799,), (4800,)), ("0%", 4800, (), (1,)),
            ("10%", 4801, (480,), (481,)), ("10%", 4809, (480,), (481,)),
            ("33.333%", 3, (), (1,)), ("33.334%", 3, (1,), (2,)), ("0.001%", 100000, (), (1,)),
            ("0.001%", 100001, (1,), (2,)), ("66.667%", 3, (2,), (3,)), ("50%", 1, (), (1,))))

    def test_percentages_of_large_limits_are_exact(self):
        rows = []
        for percent, thousandths in (("10%", 10000), ("99.999%", 99999), ("0.001%", 1),
                                     ("33.333%", 33333), ("100%", 100000)):
            least = -(-LARGEST * thousandths // 100000)  # the first that does not alert
            rows.append((percent, LARGEST, (least - 1,), (least,)))
        self.judge_all("-w", rows)

    def test_ranges(self):
        self.judge_all("-w", (
            ("100:200", 4800, (99, 201), (100, 200)), ("~:100", 4800, (101,), (100,)),
            (":100", 4800, (101,), (100,)), ("@100:200", 4800, (100, 200), (99, 201)),
            ("@100", 4800, (1, 100), (101,)), ("@~:100", 4800, (100,), (101,)),
            ("@100:", 4800, (100,), (99,)), ("10%:20%", 4800, (479, 961), (480, 960)),
            ("@10%:20%", 4800, (480, 960), (479, 961)), (":10%", 4809, (481,), (480,)),
            ("@10%", 4809, (480,), (481,)), ("@10.1%:10.2%", 100, (), (10, 11)),
            ("10.1%:10.2%", 100, (10,), ()), ("480:20%", 4800, (961,), (480,)),
            ("~:99.999%", LARGEST, (LARGEST,), (LARGEST * 99999 // 100000,))))

    def test_hint_of_the_contract(self):
        rows = ((("-c", "480"), "(critical below 480)"), (("-c", "10%"), "(critical below 10%)"),
                (("-w", "2.50%"), "(warning below 2.50%)"),
                (("-w", "480:"), "(warning below 480:)"),
                ((), "(critical below 10%)"), (("-w", "480", "-c", "10"), "(warning below 480)"))
        for args, hint in rows:
            with self.subTest(args=args):
                result = self.judge(args, 100)
                self.assertTrue(result.message.endswith(f" {hint}"), result)

    def test_one_given_leaves_the_other_unset(self):
        rows = ((("-w10%",), 1, "WARNING"), (("-w0",), 1, "OK"), (("-c0",), 1, "OK"),
                (("-c10%",), 480, "OK"), (("-c1",), 1, "OK"), (("-w1",), 1, "OK"))
        for args, available, state in rows:
            with self.subTest(args=args):
                self.assertEqual(self.judge(args, available).state, state)

    def test_critical_is_looked_at_first(self):
        rows = ((("-w480", "-c480"), 479, "CRITICAL"),
                (("-w@0:500", "-c@400:600"), 450, "CRITICAL"),
                (("-w@0:500", "-c@400:600"), 399, "WARNING"), (("-w5%", "-c480"), 300, "CRITICAL"),
                (("-w100", "-c10%:"), 480, "OK"), (("-w100:", "-c~:200"), 50, "WARNING"))
        for args, available, state in rows:
            with self.subTest(args=args, available=available):
                self.assertEqual(self.judge(args, available).state, state)

    def test_no_calls_left_is_always_critical(self):
        for args in ((), ("-w0",), ("-c@5:10",), ("-c~:100", "-w~:100"), ("-c10%:5",)):
            for available, limit in ((0, 4800), (-4, 4800), (0, ABSENT)):
                with self.subTest(args=args, available=available, limit=limit):
                    self.assertEqual(self.judge(args, available, limit).state, "CRITICAL")

    def test_mixed_units_reversed_once_the_limit_is_known(self):
        rows = ((("-c10%:480",), 5000, 4800, "UNKNOWN"), (("-c10%:480",), 4800, 480, "OK"),
                (("-w480:10%",), 4700, 4000, "UNKNOWN"), (("-w@500:10%",), 4800, 4000, "UNKNOWN"),
                (("-w10%:100", "-c50"), 4800, 40, "CRITICAL"),
                (("-w10%:100", "-c50"), 4800, 60, "UNKNOWN"),
                (("-c10%:100", "-w50"), 4800, 40, "UNKNOWN"), (("-c10%:100",), 4800, 0, "CRITICAL"))
        for args, limit, available, state in rows:
            with self.subTest(args=args, limit=limit, available=available):
                result = self.judge(args, available, limit)
                self.assertEqual(result.state, state, result)
                self.assertEqual(result.perfdata["available"].value, str(available))

    def test_reversed_minimums_of_different_units_are_not_looked_for(self):
        self.assertEqual(self.judge(("-w5%", "-c480"), 480).state, "OK")
        self.assertEqual(self.judge(("-w10", "-c10%"), 481).state, "OK")

    def test_unknown_limit(self):
        rows = ((("-w10%", "-c50"), 40, "CRITICAL"), (("-w10%", "-c50"), 60, "UNKNOWN"),
                (("-w50", "-c10%"), 40, "UNKNOWN"), (("-w50", "-c10%"), 60, "UNKNOWN"),
                (("-w50", "-c10"), 60, "OK"), (("-c0%",), 60, "UNKNOWN"),
                (("-c480:20%",), 100, "UNKNOWN"), ((), 100, "UNKNOWN"), ((), 0, "CRITICAL"))
        for args, available, state in rows:
            with self.subTest(args=args, available=available):
                result = self.judge(args, available, ABSENT)
                self.assertEqual(result.state, state, result)
                self.assertIn("available", result.perfdata)


if __name__ == "__main__":
    blackbox.main()
