#!/usr/bin/env python3
"""What the plugin asks, how often, and what it makes of the answer (manual, DESCRIPTION and STATES)."""

import gzip
import json
import os
import socket
import struct
import tempfile
import unittest
import urllib.parse

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply
for_ever = blackbox.for_ever

TOKEN = "r3quest-token-0123456789abcdef"
BOUND = 64 * 1024
SOUND = Reply.json(blackbox.envelope())
SOUND_BYTES = SOUND.head(closing=True) + SOUND.body
OK_HEAD = b"HTTP/1.1 200 OK\r\n"
UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
SECONDS = blackbox.ENOUGH
TWICE = ("POST", "GET")


def refusal(status, *, code=None, msg="NOT SO", **options):
    value = blackbox.envelope(code=code or str(status), error="REFUSED", msg=msg)
    del value["data"]
    return Reply.json(value, status, **options)


def padded(size):
    """The documented answer, `size` bytes long."""
    body = json.dumps(blackbox.envelope(padding=""), separators=(",", ":"))
    return body.replace('"padding":""', f'"padding":"{"x" * (size - len(body))}"').encode()


def chunked(body, size=1000, end=b"0\r\n\r\n"):
    """A chunked answer; another `end` makes it a broken one."""
    chunks = (body[at:at + size] for at in range(0, len(body), size))
    return OK_HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" \
        + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def reset(connection):
    """Closes with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_after(begin):
    def talk(connection):
        connection.sendall(begin)
        reset(connection)
    return talk


def end_at_next_request(answer):
    """Sends an answer, leaves the connection open, and ends it at the first byte that comes."""
    def talk(connection):
        connection.sendall(answer)
        connection.recv(1)
    return talk


def ask(server, *args, **options):
    return blackbox.run("-H", server, "-o", "sales", f"-t{SECONDS}", "--unavailable=warning", *args,
                        timeout=SECONDS + 30, **{"token": TOKEN, **options})


class RequestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.api = api_module.WolkvoxApi(tls=False)
        cls.api.start()
        cls.addClassCleanup(cls.api.stop)
        cls.server = f"http://127.0.0.1:{cls.api.port}"

    def expect(self, state, *replies, methods=("POST",), args=(), **options):
        self.api.clear()
        self.api.script = list(replies[:-1])
        self.api.default_reply = replies[-1]
        result = ask(self.server, *args, **options)
        self.assertEqual(result.state, state, result)
        self.assertEqual([request.method for request in self.api.requests], list(methods), result)
        return result

    def on_wire(self, state, *talks, requests=1, args=()):
        """A run against a server that talks so: the state, and one request a connection."""
        with blackbox.TalkingServer(*talks) as server:
            result = ask(server.url, *args)
            heads, connections = list(server.heads), server.connections
        self.assertEqual(result.state, state, result)
        self.assertEqual((len(heads), connections), (requests, requests), result)
        return result


class Methods(RequestCase):

    def test_get_after_405_and_501(self):
        rows = {"405": refusal(405), "501, not JSON": Reply(501, body="<html>no</html>"),
                "405 with sound data": Reply.json(blackbox.envelope(), 405),
                "405 closes": Reply(405, close=True), "code text": refusal(200, code="405"),
                "code number": refusal(200, code=501),
                "code in another status": refusal(400, code="405"),
                "code, no error": Reply.json({"code": 405}),
                "code with data": Reply.json(blackbox.envelope(code="405")),
                "gzip, it says": refusal(405, headers=[("Content-Encoding", "gzip")])}
        for name, reply in blackbox.some(list(rows.items())):
            with self.subTest(name):
                self.expect("OK", reply, SOUND, methods=TWICE)

    def test_nothing_else_is_asked_twice(self):
        rows = [(UNAVAILABLE, refusal(status, headers=[("Retry-After", "0")]))
                for status in (301, 400, 403, 404, 408, 421, 425, 500, 502, 503, 504)]
        rows += [("CRITICAL", refusal(401, headers=[("WWW-Authenticate", scheme)]))
                 for scheme in ("Basic", "Digest realm=x, nonce=y", "Negotiate")]
        rows += [("UNKNOWN", refusal(429)),
                 ("UNKNOWN", Reply.json({"code": "200", "msg": "405", "data": [405]})),
                 (UNAVAILABLE, refusal(200, code="404", msg="METHOD NOT ALLOWED 405")),
                 ("OK", Reply.json(blackbox.envelope(token_use_today=405, msg="405")))]
        for state, reply in blackbox.some(rows):
            with self.subTest(reply.head(True), body=reply.body):
                self.expect(state, reply)

    def test_never_a_third(self):
        rows = ((refusal(405), UNAVAILABLE), (refusal(501), UNAVAILABLE),
                (refusal(200, code="405"), UNAVAILABLE), (refusal(503), UNAVAILABLE),
                (Reply(raw=b""), UNAVAILABLE), (Reply(302, [("Location", "/x")]), UNAVAILABLE),
                (Reply(body="?"), "UNKNOWN"), (Reply(429), "UNKNOWN"))
        for second, state in blackbox.some(rows):
            with self.subTest(second=vars(second)):
                self.expect(state, refusal(405), second, methods=TWICE)

    def test_a_given_method_is_the_only_one(self):
        for method in TWICE:
            for reply, state in ((SOUND, "OK"), (refusal(405), UNAVAILABLE),
                                 (refusal(200, code="501"), UNAVAILABLE)):
                with self.subTest(method=method, status=reply.status):
                    self.expect(state, reply, methods=(method,), args=("-X", method))

    def test_exactly_these_headers(self):
        """No .netrc, no .curlrc, no cookies, no compression; GET has no body, POST an empty one."""
        version = blackbox.run("--version", plain=True).text.split()[1]
        wanted = {"wolkvox-token": TOKEN, "content-type": "application/json",
                  "accept": "application/json", "user-agent": f"check_wolkvox_token/{version}",
                  "host": f"127.0.0.1:{self.api.port}"}
        with tempfile.TemporaryDirectory() as home:
            for name, text in ((".netrc", "default login jane password s3same\n"),
                               (".curlrc", 'header = "X-Evil: 1"\n')):
                with open(os.path.join(home, name), "w", encoding="ascii") as file:
                    file.write(text)
                os.chmod(file.name, 0o600)
            self.expect("OK", Reply(405, [("Set-Cookie", "a=b; Path=/")]), SOUND, methods=TWICE,
                        env={"HOME": home, "CURL_HOME": home, "NETRC": f"{home}/.netrc"})
        for request, length in zip(self.api.requests, ({"content-length": "0"}, {})):
            with self.subTest(request.method):
                self.assertEqual(sorted((name.lower(), value) for name, value in request.headers),
                                 sorted({**wanted, **length}.items()))
                self.assertEqual((request.target, request.body),
                                 (f"{api_module.API_PATH}?operation=sales", b""))

    def test_longest_token_of_all_visible_characters(self):
        token = ("".join(map(chr, range(0x21, 0x7F))) * 6)[:512]
        self.expect("UNKNOWN", Reply.json("[1]"), token=token)
        self.assertEqual(self.api.requests[0].token, token)

    def test_operation_is_percent_encoded(self):
        for name in ("ccg-unisanitas", " ", "a&b=c", "../x", "100%20", "a+b", "a?b#c", "日本",
                     "[x]{y}\\|", "cr\r\nX-Evil: 1", "\x01\x7f", "~._-", "x" * 300, b"\xff\xc3"):
            with self.subTest(name):
                self.expect("OK", SOUND, args=("-o", name))
                self.assertEqual(self.api.requests[0].target, api_module.API_PATH + "?operation="
                                 + urllib.parse.quote(name, safe=""))

    def test_port_option_and_path_in_server(self):
        for args in (("-H", f"{self.server}/some/where?operation=x#y"),
                     ("-H", "http://127.0.0.1", "-p", str(self.api.port))):
            with self.subTest(args=args):
                self.expect("OK", SOUND, args=args)
                self.assertEqual(self.api.requests[0].target,
                                 f"{api_module.API_PATH}?operation=sales")


class Manager(RequestCase):
    """The other API: GET alone, the number of the server in a header, no Content-Type."""

    PATH = "/api/v2/information.php?api=token_info"

    def ask_manager(self, server, *args, api=None):
        """The only request of a run."""
        api = api or self.api
        api.clear()
        api.default_reply = refusal(405)
        result = blackbox.run("-H", server, "--unavailable=warning", *args, token=TOKEN)
        self.assertEqual((result.state, len(api.requests)), (UNAVAILABLE, 1), result)
        return api.requests[0]

    def test_at_the_vendors_name(self):
        rows = (("wv0010", "0010"), ("WV42.wolkvox.com.", "42"),
                ("https://wv0010.wolkvox.com/x", "0010"))
        with api_module.WolkvoxApi(certificate="vendor") as api, blackbox.Proxy() as proxy:
            for server, number in rows:
                with self.subTest(server):
                    request = self.ask_manager(server, f"-p{api.port}", "--proxy", proxy.url,
                                               "--ca-file", api.ca_file, api=api)
                    headers = {name.lower(): value for name, value in request.headers}
                    self.assertEqual(headers.pop("user-agent").split("/")[0], "check_wolkvox_token")
                    self.assertEqual(headers, {
                        "host": f"wv{number}.wolkvox.com:{api.port}", "accept": "application/json",
                        "wolkvox-token": TOKEN, "wolkvox_server": number})
                    self.assertEqual((request.method, request.target, request.body),
                                     ("GET", self.PATH, b""))

    def test_elsewhere_there_is_no_number(self):
        for args, method in (((), "GET"), (("-XGET",), "GET"), (("-X", "post"), "POST")):
            with self.subTest(args=args):
                request = self.ask_manager(self.server, "--api=manager", *args)
                self.assertEqual((request.method, request.target, request.body),
                                 (method, self.PATH, b""))
                self.assertIsNone(request.header("wolkvox_server"))
                self.assertIsNone(request.header("content-type"))
                self.assertIn(("wolkvox-token", TOKEN), request.headers)


class NeverARetry(RequestCase):

    def test_connection_that_breaks(self):
        body = SOUND.head(closing=False) + b'{"code"'
        for name, talk in {"closed": b"", "reset": reset, "in the body": body,
                           "reset in the body": reset_after(body),
                           "in the status line": b"HTTP/1.1 20"}.items():
            for args in ((), ("-XGET",)):
                with self.subTest(name, args=args):
                    self.on_wire(UNAVAILABLE, talk, args=args)

    def test_connection_that_breaks_at_the_second_request(self):
        """One that was kept alive is not used again and broken, for that would be sent anew."""
        not_allowed = refusal(405)
        not_allowed = not_allowed.head(closing=False) + not_allowed.body
        kept = end_at_next_request(not_allowed)
        cut = OK_HEAD + b"Content-Length: 5\r\n\r\n1"
        for name, state, *talks in (("closed", UNAVAILABLE, kept, b""),
                                    ("reset", UNAVAILABLE, kept, reset),
                                    ("cut", UNAVAILABLE, kept, cut), ("sound", "OK", kept, SOUND_BYTES),
                                    ("closes by itself", "OK", not_allowed, SOUND_BYTES)):
            with self.subTest(name):
                self.on_wire(state, *talks, requests=2)


class Redirects(RequestCase):

    def test_is_never_followed(self):
        """The line shows where to, or says that the host is the same."""
        with api_module.WolkvoxApi(tls=False, address="127.0.0.2") as other:
            rows = [(status, place, word) for status in (301, 302, 303, 307, 308)
                    for place, word in ((f"//127.0.0.2:{other.port}/", r"127\.0\.0\.2"),
                                        ("/relative", "same"))]
            rows += [(302, place, r"elsewhere\.example")
                     for place in ("HTTPS://Elsewhere.Example/", "https://elsewhere.example:8443?x",
                                   "https://127.0.0.1@elsewhere.example/",
                                   "http://elsewhere.example/127.0.0.1")]
            rows += [(302, place, "same") for place in ("?q", "../x", f"{self.server}/again")]
            rows += [(302, place, "") for place in (
                "https://[2001:db8::1]/", "http://127.0.0.1:1/", "", "file:///etc/passwd",
                "javascript:alert(1)", "https://", "http://:80/", ":", None)]
            for status, place, word in blackbox.some(rows):
                with self.subTest(status=status, place=place):
                    headers = [] if place is None else [("Location", place)]
                    result = self.expect(UNAVAILABLE, Reply(status, headers))
                    self.assertRegex(result.message.lower(), rf"\b{status}\b.*{word}")
                    self.assertNotIn("|", result.text)
            self.assertEqual(other.connections, 0)

    def test_the_token_in_the_place_is_masked(self):
        result = self.expect(UNAVAILABLE, Reply(302, [("Location", f"https://x.example/?{TOKEN}")]))
        self.assertNotIn(TOKEN[:16], result.text)

    def test_place_without_a_redirect(self):
        for status, state in ((200, "OK"), (201, UNAVAILABLE), (503, UNAVAILABLE)):
            with self.subTest(status):
                self.expect(state, Reply.json(blackbox.envelope(), status,
                                              headers=[("Location", "https://elsewhere.example/"),
                                                       ("Refresh", "0; url=/x")]))

    def test_from_https_to_http(self):
        with api_module.WolkvoxApi() as api:
            self.api.clear()
            api.default_reply = Reply(307, [("Location", self.server)])
            result = ask(api.url, "--ca-file", api.ca_file)
            self.assertEqual((result.state, len(api.requests)), (UNAVAILABLE, 1), result)
            self.assertIn("127.0.0.1", result.message)
            self.assertEqual(self.api.connections, 0)


class Bodies(RequestCase):

    def test_an_encoded_body_is_taken_as_it_is(self):
        def encoded(body, status=200):
            return Reply.json(body, status, headers=[("Content-Encoding", "gzip, nonsense")])

        exceeded = refusal(403, msg="TOKEN LIMIT EXCEEDED").body
        for name, state, reply in (("plain all the same", "OK", encoded(SOUND.body)),
                                   ("compressed", "UNKNOWN", encoded(gzip.compress(SOUND.body))),
                                   ("refusal", "CRITICAL", encoded(exceeded, 403)),
                                   ("empty", "UNKNOWN", encoded(b""))):
            with self.subTest(name):
                self.expect(state, reply)

    def test_bound(self):
        """64 KiB, and not a byte more, however they come."""
        exceeded = "TOKEN LIMIT EXCEEDED"
        room = BOUND - len(refusal(403, msg="").body)
        for size, ok, critical in ((BOUND, "OK", "CRITICAL"), (BOUND + 1, "UNKNOWN", UNAVAILABLE)):
            with self.subTest(size=size):
                self.expect(ok, Reply.json(padded(size)))
                self.expect(ok, Reply.json(padded(size), content_length=False))
                self.on_wire(ok, chunked(padded(size)))
                reply = refusal(403, msg=exceeded.rjust(room + size - BOUND))
                self.assertEqual(len(reply.body), size)
                self.assertRegex(self.expect(critical, reply).message, r"\b403\b")

    def test_without_end(self):
        self.on_wire("UNKNOWN", for_ever(OK_HEAD + b"\r\n", b" " * 4096))
        self.on_wire(UNAVAILABLE, for_ever(b"HTTP/1.1 403 Forbidden\r\n\r\n", b"x" * 4096))
        self.on_wire("UNKNOWN", for_ever(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
                                         b"1000\r\n" + b"x" * 4096 + b"\r\n"))


class Wires(RequestCase):
    """What comes over the wire, well-formed or not; test_attacks.py has what means harm."""

    def test_well_formed(self):
        body = SOUND.body
        hint = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        rows = {"HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n" + body,
                "HTTP/1.0 with a length": b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                                          % (len(body), body),
                "until the end": OK_HEAD + b"\r\n" + body, "no reason": b"HTTP/1.1 200\r\n\r\n" + body,
                "chunk by chunk": chunked(body, 1),
                "chunk extension and trailer": chunked(body, 50, b"0;a=b\r\nX-Trailer: 1\r\n\r\n"),
                "100 and 103 first": b"HTTP/1.1 100 Continue\r\n\r\n" + hint * 2 + SOUND_BYTES,
                "many headers": OK_HEAD + b"X-Header: value\r\n" * 1000 + b"\r\n" + body,
                "long header": OK_HEAD + b"X-Header: " + b"v" * 60000 + b"\r\n\r\n" + body}
        for name, answer in blackbox.some(list(rows.items())):
            with self.subTest(name):
                self.on_wire("OK", answer)

    def test_broken_off(self):
        body = SOUND.body
        rows = {"status line": b"HTTP/1.1 200 O", "half a word": b"HTT",
                "status line whole": OK_HEAD, "header": OK_HEAD + b"Content-Length: 1",
                "header whole": OK_HEAD + b"Content-Type: application/json\r\n",
                "100 only": b"HTTP/1.1 100 Continue\r\n\r\n",
                "length": OK_HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body) + 1, body),
                "length and nothing": OK_HEAD + b"Content-Length: 9\r\n\r\n",
                "chunk": chunked(body, end=b"9\r\nabc"), "no last chunk": chunked(body, end=b""),
                "half a last chunk": chunked(body, end=b"0"),
                "after 103": b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 2"}
        for name, answer in blackbox.some(list(rows.items())):
            with self.subTest(name):
                self.on_wire(UNAVAILABLE, answer)


if __name__ == "__main__":
    blackbox.main()
