#!/usr/bin/env python3
"""The stand-in API keeps the promises of its --help, without which the other tests mean little."""

import contextlib
import datetime
import gzip
import http.client
import json
import os
import pathlib
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

import blackbox

api_module = blackbox.load_api()
PROGRAM = pathlib.Path(api_module.__file__)
OPERATION = "sales"
TOKEN = "5tand-in-0123456789abcdef"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, *when):
        self.now = datetime.datetime(*when)

    def __call__(self):
        return self.now


def token(limit=10, used=0):
    return api_module.Token(TOKEN, OPERATION, limit, used, "a token")


class Answer:
    """What a client got: status, headers, body and, where it is JSON, its value."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        body = response.read()
        zipped = response.headers["Content-Encoding"] == "gzip"
        self.body = gzip.decompress(body) if zipped else body
        self.wire_size = len(body)

    @property
    def value(self):
        return json.loads(self.body)

    @property
    def available(self):
        return self.value["data"]["available_consumition_options"]


def ask(port, *, method="POST", target=None, secret=TOKEN, operation=OPERATION, context=None):
    """One request over a connection of its own."""
    link = http.client.HTTPSConnection("localhost", port, timeout=30, context=context) if context \
        else http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    query = "" if operation is None else f"?operation={urllib.parse.quote(operation)}"
    headers = {} if secret is None else {"Wolkvox-Token": secret}
    try:
        link.request(method, target or api_module.API_PATH + query, headers=headers)
        return Answer(link.getresponse())
    finally:
        link.close()


class StandInCase(unittest.TestCase):

    def serve(self, *tokens, **options):
        api = api_module.WolkvoxApi(tokens or (token(),), tls=False, **options)
        api.start()
        self.addCleanup(api.stop)
        return api

    def is_refused(self, answer, status, error, msg):
        self.assertEqual(answer.status, status)
        self.assertEqual(answer.value, {"code": str(status), "error": error, "msg": msg})


class Quota(StandInCase):

    def test_documented_answer_counts_the_call_that_asked(self):
        api = self.serve(token(4800), clock=Clock(2024, 5, 6, 8, 30))
        answer = ask(api.port)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.value, {
            "code": "200", "error": "null", "msg": "1 records were are found",
            "data": {"description": "a token", "token_limit": 4800, "token_use_today": 1,
                     "available_consumition_options": 4799, "hours_to_restart_count": 15}})

    def test_each_call_consumes_one_until_none_is_left(self):
        api = self.serve(token(3))
        methods = ("POST", "GET", "POST")
        self.assertEqual([ask(api.port, method=method).available for method in methods], [2, 1, 0])
        for _ in range(2):
            self.is_refused(ask(api.port), 403, "FORBIDDEN", "TOKEN LIMIT EXCEEDED")
        self.assertEqual(api.tokens[0].used, 3)

    def test_quota_is_full_again_at_the_reset_hour(self):
        clock = Clock(2024, 5, 6, 5, 59, 59)
        api = self.serve(token(2, 2), reset_hour=6, clock=clock)
        self.assertEqual(ask(api.port).status, 403)
        clock.now = datetime.datetime(2024, 5, 6, 6)
        data = ask(api.port).value["data"]
        self.assertEqual((data["token_use_today"], data["hours_to_restart_count"]), (1, 24))
        for moment, hours in (((2024, 5, 6, 6, 0, 1), 23), ((2024, 5, 6, 23, 59), 6),
                              ((2024, 5, 7, 5, 30), 0)):
            clock.now = datetime.datetime(*moment)
            api.tokens[0].used = 0
            self.assertEqual(ask(api.port).value["data"]["hours_to_restart_count"], hours)

    def test_refusals_consume_nothing(self):
        api = self.serve(methods=("POST",))
        ask(api.port, method="GET")
        ask(api.port, operation=None)
        ask(api.port, target="/elsewhere")
        self.assertEqual(api.tokens[0].used, 0)

    def test_third_request_at_the_same_time_is_refused(self):
        api = self.serve(fault="delay:60")
        waiting = [threading.Thread(target=self.broken_off, args=(api,)) for _ in range(2)]
        for thread in waiting:
            thread.start()
        while len(api.requests) < 2:
            waiting[0].join(0.01)
        self.is_refused(ask(api.port), 403, "FORBIDDEN",
                        "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)")
        api.stop()
        for thread in waiting:
            thread.join()

    def test_place_is_free_before_the_reply_is_there(self):
        """Who asks one after the other is never refused for asking at the same time."""
        api = self.serve()
        place, early = api.tokens[0].slot, []

        @contextlib.contextmanager
        def watched():
            with place() as free:
                yield free
            early.extend(select.select([client], [], [], 0)[0])

        api.tokens[0].slot = watched
        with socket.create_connection(("127.0.0.1", api.port), timeout=30) as client:
            client.sendall(f"POST {api_module.API_PATH}?operation={OPERATION} HTTP/1.0\r\n"
                           f"Wolkvox-Token: {TOKEN}\r\n\r\n".encode())
            self.assertEqual(Answer(self.response_on(client)).available, 9)
        self.assertEqual(early, [])

    @staticmethod
    def response_on(client):
        response = http.client.HTTPResponse(client)
        response.begin()
        return response

    @staticmethod
    def broken_off(api):
        try:
            ask(api.port)
        except (OSError, http.client.HTTPException):
            pass


class Refusals(StandInCase):

    def test_the_vendors_table(self):
        api = self.serve(methods=("POST",))
        forbidden = "FORBIDDEN"
        rows = (
            ({"target": "/server/API/v2/x.php"}, 400, "BAD REQUEST",
             "THE API YOU WANT TO CONSULT DOES NOT EXIST"),
            ({"operation": None}, 400, "BAD REQUEST", "SOME PARAMETERS ARE REQUIRED"),
            ({"operation": ""}, 400, "BAD REQUEST", "SOME PARAMETERS ARE REQUIRED"),
            ({"secret": None}, 401, "UNAUTHORIZED", "PLEASE ENTER THE WOLKVOX-TOKEN"),
            ({"secret": "another"}, 403, forbidden, "PLEASE VALIDATE TOKEN"),
            ({"operation": "another"}, 403, forbidden, "PLEASE VALIDATE TOKEN"),
            ({"method": "GET"}, 405, "METHOD NOT ALLOWED", ""),
        )
        for request, *refusal in rows:
            with self.subTest(request):
                self.is_refused(ask(api.port, **request), *refusal)


class Faults(StandInCase):

    def faulty(self, fault):
        api = self.serve(fault=fault)
        return api, lambda **request: ask(api.port, **request)

    def test_faults_that_answer(self):
        rows = {
            "garbage": lambda answer: (answer.status, answer.body[:6]) == (200, b"<html>"),
            "large:70000": lambda answer: len(answer.body) > 70000 and answer.available == 9,
            "bomb:1000000": lambda answer: len(answer.body) > 10 ** 6 > 50 * answer.wire_size,
            "echo": lambda answer: TOKEN in answer.value["msg"]
                    and TOKEN in answer.value["data"]["description"]
                    and answer.headers["X-Token-Received"] == TOKEN,
            "redirect:https://a.example/": lambda answer:
                (answer.status, answer.headers["Location"]) == (302, "https://a.example/"),
            "maintenance": lambda answer: answer.status == 403,
            "busy": lambda answer: "SIMULTANEOUS REQUESTS" in answer.value["msg"],
            "status:429": lambda answer: (answer.status, answer.value["code"]) == (429, "429"),
            "status": lambda answer: answer.status == 503,
            "drip:0": lambda answer: answer.available == 9,
            "delay:0": lambda answer: answer.available == 9,
        }
        for fault, holds in rows.items():
            with self.subTest(fault):
                _api, asked = self.faulty(fault)
                answer = asked()
                self.assertTrue(holds(answer), answer.body[:200])

    def test_method(self):
        _api, asked = self.faulty("method")
        self.is_refused(asked(), 405, "METHOD NOT ALLOWED", "")
        self.assertEqual(asked(method="GET").available, 9)

    def test_refusals_in_the_envelope_only(self):
        _api, asked = self.faulty("http200")
        answer = asked(secret="another")
        self.assertEqual((answer.status, answer.value["code"]), (200, "403"))

    def test_faults_that_break_off(self):
        for fault in ("hangup", "cut:5"):
            with self.subTest(fault):
                _api, asked = self.faulty(fault)
                self.assertRaises((OSError, http.client.HTTPException), asked)

    def test_silence(self):
        api, _asked = self.faulty("silence")
        asking = threading.Thread(target=Quota.broken_off, args=(api,))
        asking.start()
        while not api.requests:
            asking.join(0.01)
        self.assertTrue(asking.is_alive())
        api.stop()
        asking.join()

    def test_what_is_no_fault(self):
        for text in ("", "nonsense", "garbage:1", "cut:x", "status:99", "delay:-1"):
            with self.subTest(text):
                self.assertRaises(ValueError, api_module.parse_fault, text)


class Control(StandInCase):

    def control(self, api, method, path):
        return ask(api.port, method=method, target=f"/control/{path}")

    def test_fault_for_some_requests_and_for_all(self):
        api = self.serve()
        self.assertEqual(self.control(api, "POST", "fault?kind=status:500&times=2").status, 200)
        self.assertEqual([ask(api.port).status for _ in range(3)], [500, 500, 200])
        self.control(api, "POST", "fault?kind=garbage")
        self.assertEqual([ask(api.port).body[:6] for _ in range(2)], [b"<html>"] * 2)
        self.control(api, "POST", "fault")
        self.assertEqual(ask(api.port).status, 200)

    def test_requests_and_reset(self):
        api = self.serve(token(5, 2), fault="status:500")
        ask(api.port)
        self.control(api, "POST", "fault")
        self.assertEqual(ask(api.port, method="GET").available, 2)
        seen = self.control(api, "GET", "requests").value
        self.assertEqual([request["method"] for request in seen], ["POST", "GET"])
        self.assertEqual({request["token"] for request in seen}, {TOKEN})
        self.assertEqual(seen[0]["query"], {"operation": OPERATION})
        self.control(api, "POST", "reset")
        self.assertEqual(self.control(api, "GET", "requests").value, [])
        self.assertEqual((api.tokens[0].used, ask(api.port).status), (2, 500))

    def test_what_is_wrong(self):
        api = self.serve()
        for method, path, status in (("POST", "fault?kind=x", 400), ("GET", "reset", 404),
                                     ("POST", "fault?kind=busy&times=x", 400), ("POST", "x", 404)):
            with self.subTest(path):
                self.assertEqual(self.control(api, method, path).status, status)


class Program(unittest.TestCase):
    """The stand-in run by hand."""

    def start(self, *args):
        """The program, and what it announces as a list of lines, READY left out."""
        process = subprocess.Popen([sys.executable, str(PROGRAM), *args], stdout=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return process, list(iter(lambda: process.stdout.readline().strip() or "READY", "READY"))

    def test_help_names_every_option_and_fault(self):
        done = subprocess.run([sys.executable, str(PROGRAM), "--help"], stdout=subprocess.PIPE,
                              check=True, text=True)
        for word in (*api_module.FAULTS, "--http", "--certificate", "--dir", "--token",
                     "/control/reset"):
            self.assertIn(word, done.stdout)

    def test_announcement_and_tls(self):
        with tempfile.TemporaryDirectory() as directory:
            process, lines = self.start("--dir", directory,
                                        "--token", f"{TOKEN}:{OPERATION}:10:3:mine")
            told = dict(line.partition("=")[::2] for line in lines)
            self.assertEqual(told["CA_FILE"], os.path.join(directory, "ca.pem"))
            self.assertEqual(told["TOKEN"],
                             f"{TOKEN} OPERATION={OPERATION} LIMIT=10 USED=3 DESCRIPTION=mine")
            url = urllib.parse.urlsplit(told["URL"])
            self.assertEqual((url.scheme, url.hostname), ("https", "localhost"))
            context = ssl.create_default_context(cafile=told["CA_FILE"])
            self.assertEqual(ask(url.port, context=context).available, 6)
            process.terminate()
            self.assertEqual(process.wait(), 0)

    def test_what_the_plugin_sees(self):
        """The demonstration: one token for each state."""
        _process, lines = self.start("--http")
        url = lines[0].partition("=")[2]
        tokens = [dict(word.partition("=")[::2] for word in line.split(" ")) for line in lines[1:]]
        states = [blackbox.run("-H", url, "-o", told["OPERATION"], token=told["TOKEN"]).state
                  for told in tokens]
        self.assertEqual(states, ["OK", "WARNING", "CRITICAL", "CRITICAL"])

    def test_bad_options(self):
        for args in (["--fault", "nonsense"], ["--address", "8.8.8.8"], ["--token", "a:b"],
                     ["--port", "70000"], ["operand"]):
            with self.subTest(args=args):
                done = subprocess.run([sys.executable, str(PROGRAM), "--http", *args],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(b"error:", done.stderr)


if __name__ == "__main__":
    blackbox.main()
