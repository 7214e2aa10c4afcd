#!/usr/bin/env python3
"""The stand-in API keeps the promises of its --help, without which the other tests mean little."""

import contextlib
import datetime
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


def token(limit=10, used=0, operation=OPERATION, secret=TOKEN):
    return api_module.Token(secret, operation, limit, used, "a token")


class Answer:
    """What a client got: status, headers, body and, where it is JSON, its value."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def value(self):
        return json.loads(self.body)

    @property
    def available(self):
        return self.value["data"]["available_consumition_options"]


def ask(port, *, method="POST", target=None, secret=TOKEN, operation=OPERATION, context=None,
        source="127.0.0.1", **headers):
    """One request over a connection of its own."""
    kind, options = (http.client.HTTPSConnection, {"context": context}) if context \
        else (http.client.HTTPConnection, {})
    query = "" if operation is None else f"?operation={urllib.parse.quote(operation)}"
    if secret is not None:
        headers["Wolkvox-Token"] = secret
    with contextlib.closing(kind("127.0.0.1", port, timeout=30, source_address=(source, 0),
                                 **options)) as link:
        link.request(method, target or api_module.API_PATH + query, headers=headers)
        return Answer(link.getresponse())


def ask_manager(port, query="?api=token_info", method="GET", **options):
    return ask(port, method=method, target=api_module.MANAGER_PATH + query, **options)


class StandInCase(unittest.TestCase):

    def serve(self, *tokens, **options):
        api = api_module.WolkvoxApi(tokens or (token(),), tls=False, **options)
        api.start()
        self.addCleanup(api.stop)
        return api

    @staticmethod
    def control(api, method, path, **options):
        return ask(api.port, method=method, target=f"/control/{path}", **options)

    def is_refused(self, answer, status, error, msg):
        self.assertEqual(answer.status, status)
        self.assertEqual(answer.value, {"code": str(status), "error": error, "msg": msg})


class Quota(StandInCase):

    def test_documented_answer_counts_the_call_that_asked(self):
        api = self.serve(token(4800), clock=lambda: datetime.datetime(2024, 5, 6, 8, 30))
        answer = ask(api.port)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.value, {
            "code": "200", "error": "null", "msg": "1 records were are found",
            "data": {"description": "a token", "token_limit": 4800, "token_use_today": 1,
                     "available_consumition_options": 4799, "hours_to_restart_count": 15}})

    def test_each_call_consumes_one_until_none_is_left_and_refusals_none(self):
        api = self.serve(token(3))
        methods = ("POST", "GET", "POST")
        self.assertEqual([ask(api.port, method=method).available for method in methods], [2, 1, 0])
        for _ in range(2):
            self.is_refused(ask(api.port), 403, "FORBIDDEN", "TOKEN LIMIT EXCEEDED")
        for request in ({"method": "PUT"}, {"operation": None}, {"target": "/elsewhere"}):
            ask(api.port, **request)
        self.assertEqual(api.tokens[0].used, 3)

    def test_quota_is_full_again_at_the_reset_hour(self):
        now = (2024, 5, 6, 5, 59, 59)
        api = self.serve(token(2, 2), reset_hour=6, clock=lambda: datetime.datetime(*now))
        self.assertEqual(ask(api.port).status, 403)
        for now, used, hours in (((2024, 5, 6, 6), 1, 24), ((2024, 5, 6, 6, 0, 1), 2, 23),
                                 ((2024, 5, 7, 6, 30), 1, 23), ((2024, 5, 8, 5, 30), 2, 0)):
            data = ask(api.port).value["data"]
            self.assertEqual((data["token_use_today"], data["hours_to_restart_count"]), (used, hours))

    def test_third_request_at_the_same_time_is_refused(self):
        for operation, asked in ((OPERATION, ask), (None, ask_manager)):
            with self.subTest(operation=operation):
                api = self.serve(token(operation=operation), fault="silence")
                waiting = [threading.Thread(target=self.broken_off, args=(asked, api))
                           for _ in range(2)]
                for thread in waiting:
                    thread.start()
                blackbox.wait_until(lambda api=api: len(api.requests) == 2)
                self.is_refused(asked(api.port), 403, "FORBIDDEN",
                                "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)")
                self.assertTrue(all(thread.is_alive() for thread in waiting))
                api.stop()
                for thread in waiting:
                    thread.join()

    def test_place_is_free_before_the_reply_is_there(self):
        """Who asks one after the other is never refused for asking at the same time."""
        api = self.serve()
        early = []
        with socket.create_connection(("127.0.0.1", api.port), timeout=30) as client:
            release = api.tokens[0].slots.release
            api.tokens[0].slots.release = lambda: (
                release(), early.extend(select.select([client], [], [], 0)[0]))
            client.sendall(f"POST {api_module.API_PATH}?operation={OPERATION} HTTP/1.0\r\n"
                           f"Wolkvox-Token: {TOKEN}\r\n\r\n".encode())
            response = http.client.HTTPResponse(client)
            response.begin()
            self.assertEqual(Answer(response).available, 9)
        self.assertEqual(early, [])

    @staticmethod
    def broken_off(asked, api):
        try:
            asked(api.port)
        except (OSError, http.client.HTTPException):
            pass


class Manager(StandInCase):
    """What the contact centre's API does in another way than the CRM's."""

    def serve(self, *tokens, **options):
        return super().serve(*(tokens or (token(operation=None),)), **options)

    def test_an_array_of_strings_without_hours(self):
        api = self.serve(token(5000, 3, operation=None), token(9, 5, None, "another"), token(8, 7))
        answer = ask_manager(api.port, wolkvox_server="0010")
        self.assertEqual((answer.status, answer.value), (200, {
            "code": "200", "error": None, "msg": " 1 records were found",
            "data": [{"description": "a token", "token_limit": "5000", "token_use_today": "4",
                      "all_token_today": "9", "available_consumption_options": "4996"}]}))
        self.assertEqual(self.control(api, "GET", "requests").value[0]["wolkvox_server"], "0010")
        self.assertEqual(ask(api.port).available, 0)

    def test_forms_take_turns_until_none_is_left(self):
        api = self.serve()
        answers = [ask_manager(api.port).value for _ in range(4)]
        self.assertEqual([answer["code"] for answer in answers], ["200", 200, "0", "200"])
        self.assertEqual([answer["data"][0]["available_consumption_options"]
                          for answer in answers], ["9", " 8 ", "7", " 6 "])
        api.tokens[0].used = 10
        self.is_refused(ask_manager(api.port), 403, "FORBIDDEN", "TOKEN LIMIT EXCEEDED")

    def test_each_api_has_tokens_of_its_own(self):
        api = self.serve(token(secret="crm"), token(operation=None, secret="manager"))
        for asked, secret, status in ((ask, "crm", 200), (ask_manager, "crm", 403),
                                      (ask_manager, "manager", 200), (ask, "manager", 403)):
            with self.subTest(asked=asked, secret=secret):
                self.assertEqual(asked(api.port, secret=secret).status, status)
        api = self.serve(apis=("manager",))
        self.is_refused(ask(api.port), 400, "BAD REQUEST",
                        "THE API YOU WANT TO CONSULT DOES NOT EXIST")
        self.assertRaises(ValueError, self.serve, apis=("crm",))
        self.assertRaises(ValueError, self.serve, address="8.8.8.8")

    def test_firewall(self):
        api = self.serve(firewall=True)
        for _ in range(2):
            self.assertRaises(OSError, ask_manager, api.port)
            self.assertRaises(OSError, self.control, api, "POST", "register?address=127.0.0.1")
            self.assertEqual(api.requests, [])
            for address, status in (("127.0.0.1", 200), ("nowhere", 400), ("", 400)):
                answer = self.control(api, "POST", f"register?address={address}",
                                      source="127.0.0.2")
                self.assertEqual(answer.status, status)
            self.assertEqual(ask_manager(api.port).status, 200)
            self.control(api, "POST", "reset")


class Refusals(StandInCase):

    def test_the_vendors_table(self):
        api = self.serve(token())
        manager = self.serve(token(operation=None))
        forbidden = "FORBIDDEN"
        no_api = (400, "BAD REQUEST", "THE API YOU WANT TO CONSULT DOES NOT EXIST")
        parameter = (400, "BAD REQUEST", "SOME PARAMETERS ARE REQUIRED")
        no_token = (401, "UNAUTHORIZED", "PLEASE ENTER THE WOLKVOX-TOKEN")
        invalid = (403, forbidden, "PLEASE VALIDATE TOKEN")
        method = (405, "METHOD NOT ALLOWED", "")
        rows = (
            (ask, api, {"target": "/server/API/v2/x.php"}, no_api),
            (ask, api, {"operation": None}, parameter),
            (ask, api, {"operation": ""}, parameter),
            (ask, api, {"secret": None}, no_token),
            (ask, api, {"secret": "another"}, invalid),
            (ask, api, {"operation": "another"}, invalid),
            (ask, api, {"method": "PUT"}, method),
            (ask_manager, manager, {"query": "?api=another"}, no_api),
            (ask_manager, manager, {"query": ""}, parameter),
            (ask_manager, manager, {"query": "?api="}, parameter),
            (ask_manager, manager, {"secret": None}, no_token),
            (ask_manager, manager, {"secret": "another"}, invalid),
            (ask_manager, manager, {"method": "POST"}, method),
        )
        for asked, server, request, refusal in rows:
            with self.subTest(request, asked=asked):
                self.is_refused(asked(server.port, **request), *refusal)


class Faults(StandInCase):

    def test_what_comes_of_them(self):
        """The status, and what stands in head or body."""
        sound = '"available_consumition_options":9'
        for fault, method, status, words in (
                ("garbage", "POST", 200, "<html>It works!"), ("large:70000", "POST", 200, "x" * 70000),
                ("large:1", "POST", 200, sound), ("drip:0", "POST", 200, sound),
                ("echo", "POST", 200, f"X-Token-Received: {TOKEN}\n"),
                ("echo", "POST", 200, f'"msg":"1 records were are found for {TOKEN}"'),
                ("echo", "POST", 200, f'"description":"token {TOKEN}"'),
                ("redirect:https://a.example/", "POST", 302, "Location: https://a.example/\n"),
                ("maintenance", "POST", 403, "<html>"), ("method", "POST", 405, '"code":"405"'),
                ("method", "GET", 200, sound)):
            with self.subTest(fault, method=method):
                answer = ask(self.serve(fault=fault).port, method=method)
                self.assertEqual(answer.status, status)
                self.assertIn(words, f"{answer.headers}{answer.body.decode()}")
        echo = ask_manager(self.serve(token(operation=None), fault="echo").port)
        self.assertIn(TOKEN, echo.value["data"][0]["description"])
        self.assertRaises((OSError, http.client.HTTPException), ask, self.serve(fault="cut:5").port)

    def test_what_is_no_fault(self):
        for text in ("", "nonsense", "garbage:1", "cut:x", "drip:"):
            with self.subTest(text):
                self.assertRaises(ValueError, api_module.parse_fault, text)


class Control(StandInCase):

    def test_fault_for_some_requests_and_for_all(self):
        api = self.serve()
        self.assertEqual(self.control(api, "POST", "fault?kind=redirect&times=2").status, 200)
        self.assertEqual([ask(api.port).status for _ in range(3)], [302, 302, 200])
        self.control(api, "POST", "fault?kind=garbage")
        self.assertEqual([ask(api.port).body[:6] for _ in range(2)], [b"<html>"] * 2)
        self.control(api, "POST", "fault")
        self.assertEqual(ask(api.port).status, 200)

    def test_requests_and_reset(self):
        api = self.serve(token(5, 2), fault="redirect")
        ask(api.port)
        self.control(api, "POST", "fault")
        self.assertEqual(ask(api.port, method="GET").available, 2)
        seen = self.control(api, "GET", "requests").value
        self.assertEqual([request["method"] for request in seen], ["POST", "GET"])
        self.assertEqual({request["token"] for request in seen}, {TOKEN})
        self.assertEqual(seen[0]["query"], {"operation": OPERATION})
        self.control(api, "POST", "reset")
        self.assertEqual(self.control(api, "GET", "requests").value, [])
        self.assertEqual((api.tokens[0].used, ask(api.port).status), (2, 302))

    def test_what_is_wrong(self):
        api = self.serve()
        for method, path, status in (("POST", "fault?kind=x", 400), ("GET", "reset", 404),
                                     ("POST", "fault?kind=echo&times=x", 400), ("POST", "x", 404),
                                     ("POST", "register?address=127.0.0.1", 400)):
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

    def test_help_names_everything(self):
        done = subprocess.run([sys.executable, str(PROGRAM), "--help"], stdout=subprocess.PIPE,
                              check=True, text=True)
        for word in (*api_module.FAULTS, "--http", "--dir", "--token", "--api",
                     "--firewall", "/control/reset", "/control/register", "all_token_today"):
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

    def states(self, *args):
        """What the plugin makes of each token of the demonstration."""
        _process, lines = self.start("--http", *args)
        url = lines[0].partition("=")[2]
        for line in lines[1:]:
            told = dict(word.partition("=")[::2] for word in line.split(" "))
            options = ("-o", told["OPERATION"]) if "OPERATION" in told else ("--api=manager",)
            yield options[0], blackbox.run("-H", url, *options, token=told["TOKEN"]).state

    def test_what_the_plugin_sees(self):
        """One token for each state, of either API."""
        states = ("OK", "WARNING", "CRITICAL", "CRITICAL")
        crm, manager = ([(option, state) for state in states] for option in ("-o", "--api=manager"))
        for args, expected in (((), crm), (("--api", "manager"), manager),
                               (("--api", "both"), crm + manager)):
            self.assertEqual(list(self.states(*args)), expected)

    def test_bad_options(self):
        for args in (["--fault", "nonsense"], ["--token", "a:b"], ["--token", ":sales:1:0"],
                     ["--token", "a:b c:1:0"], ["--token", "a:b:c:0"], ["operand"], ["--api", "x"],
                     ["--api", "manager", "--token", "a:sales:1:0"], ["--token", "a::1:0"]):
            with self.subTest(args=args):
                done = subprocess.run([sys.executable, str(PROGRAM), "--http", *args],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(b"error:", done.stderr)


if __name__ == "__main__":
    blackbox.main()
