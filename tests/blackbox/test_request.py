#!/usr/bin/env python3
"""What the plugin asks, how often, and what it makes of the answer (manual, DESCRIPTION and STATES)."""

import gzip
import json
import socket
import struct
import urllib.parse

import blackbox
from blackbox import TOKEN, answer, for_ever

api_module = blackbox.load_api()
Reply = api_module.Reply

BOUND = 64 * 1024
SOUND = answer()
SOUND_BYTES = SOUND.head(closing=True) + SOUND.body
OK_HEAD = b"HTTP/1.1 200 OK\r\n"
UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
TWICE = ("POST", "GET")
ELSEWHERE = [("Location", "https://elsewhere.example/")]


def refusal(status, msg="NOT SO", **options):
    return blackbox.refusal(status, msg, error="REFUSED", **options)


def padded(size):
    """The documented answer, `size` bytes long."""
    body = json.dumps(blackbox.envelope(padding=""), separators=(",", ":"))
    return body.replace('"padding":""', f'"padding":"{"x" * (size - len(body))}"').encode()


def chunked(body, size=1000, end=b"0\r\n\r\n"):
    """A chunked answer; another `end` makes it a broken one."""
    chunks = (body[at:at + size] for at in range(0, len(body), size))
    return OK_HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" \
        + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def reset_after(begin):
    """Closes with RST."""
    def talk(connection):
        connection.sendall(begin)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return talk


def end_at_next_request(reply):
    """Sends an answer, leaves the connection open, and ends it at the first byte that comes."""
    def talk(connection):
        connection.sendall(reply)
        connection.recv(1)
    return talk


class RequestCase(blackbox.ApiCase):

    usual = ("--unavailable=warning",)

    def asks(self, state, *replies, args=(), methods=("POST",), **options):
        """A run with these requests, in order."""
        result = self.expect(state, *args, replies=replies, requests=len(methods), **options)
        self.assertEqual([request.method for request in self.api.requests], list(methods), result)
        return result

    def on_wire(self, state, *talks, args=()):
        """A run against a server that talks so: the state, and one request a connection."""
        with blackbox.TalkingServer(*talks) as server:
            result = self.check("-H", server.url, *args)
            heads, connections = list(server.heads), server.connections
        self.assertEqual(result.state, state, result)
        self.assertEqual((len(heads), connections), (len(talks), len(talks)), result)


class Methods(RequestCase):

    def test_get_after_405_and_501(self):
        for reply in (refusal(405), Reply(501, body="<html>no</html>"), answer(405), Reply(405, close=True),
                      refusal(200, code="405"), refusal(200, code=501), refusal(400, code="405"),
                      Reply.json({"code": 405}), answer(code="405"),
                      refusal(405, headers=[("Content-Encoding", "gzip")])):
            with self.subTest(status=reply.status, body=reply.body):
                self.asks("OK", reply, SOUND, methods=TWICE)

    def test_nothing_else_is_asked_twice(self):
        rows = [(UNAVAILABLE, refusal(status, headers=[("Retry-After", "0")]))
                for status in (301, 400, 403, 404, 408, 425, 500, 502, 503)]
        rows += [("CRITICAL", refusal(401, headers=[("WWW-Authenticate", scheme)]))
                 for scheme in ("Basic", "Digest realm=x, nonce=y", "Negotiate")]
        rows += [("UNKNOWN", refusal(429)),
                 ("UNKNOWN", Reply.json({"code": "200", "msg": "405", "data": [405]})),
                 (UNAVAILABLE, refusal(200, "METHOD NOT ALLOWED 405", code="404"))]
        for state, reply in blackbox.some(rows):
            with self.subTest(reply.head(True), body=reply.body):
                self.asks(state, reply)

    def test_never_a_third(self):
        rows = ((refusal(405), UNAVAILABLE), (refusal(200, code="405"), UNAVAILABLE),
                (refusal(503), UNAVAILABLE), (Reply(raw=b""), UNAVAILABLE),
                (Reply(302, [("Location", "/x")]), UNAVAILABLE), (Reply(429), "UNKNOWN"))
        for second, state in blackbox.some(rows):
            with self.subTest(second=vars(second)):
                self.asks(state, refusal(405), second, methods=TWICE)

    def test_a_given_method_is_the_only_one(self):
        for method in TWICE:
            for reply, state in ((SOUND, "OK"), (refusal(405), UNAVAILABLE),
                                 (refusal(200, code="501"), UNAVAILABLE)):
                with self.subTest(method=method, status=reply.status):
                    self.asks(state, reply, methods=(method,), args=("-X", method))

    def test_exactly_these_headers(self):
        """No .netrc, no .curlrc, no cookies, no compression; GET has no body, POST an empty one."""
        version = blackbox.run("--version", plain=True).text.split()[1]
        wanted = {"wolkvox-token": TOKEN, "content-type": "application/json",
                  "accept": "application/json", "user-agent": f"check_wolkvox_token/{version}",
                  "host": f"localhost:{self.api.port}"}
        netrc = self.write("default login jane password s3same\n", ".netrc")
        self.write('header = "X-Evil: 1"\n', ".curlrc")
        self.asks("OK", Reply(405, [("Set-Cookie", "a=b; Path=/")]), SOUND, methods=TWICE,
                  env={"HOME": self.directory, "CURL_HOME": self.directory, "NETRC": netrc})
        for request, length in zip(self.api.requests, ({"content-length": "0"}, {})):
            with self.subTest(request.method):
                self.assertEqual(sorted((name.lower(), value) for name, value in request.headers),
                                 sorted({**wanted, **length}.items()))
                self.assertEqual((request.target, request.body),
                                 (f"{api_module.API_PATH}?operation=sales", b""))

    def test_operation_is_percent_encoded(self):
        for name in ("ccg-unisanitas", " ", "a&b=c", "../x", "100%20", "a+b", "a?b#c", "日本",
                     "[x]{y}\\|", "cr\r\nX-Evil: 1", "\x01\x7f", "~._-", "x" * 300, b"\xff\xc3"):
            with self.subTest(name):
                self.asks("OK", SOUND, args=("-o", name))
                self.assertEqual(self.api.requests[0].target, api_module.API_PATH + "?operation="
                                 + urllib.parse.quote(name, safe=""))


class Manager(RequestCase):
    """The other API: GET alone, the number of the server in a header, no Content-Type."""

    PATH = "/api/v2/information.php?api=token_info"
    which = ()

    def test_at_the_vendors_name(self):
        with api_module.WolkvoxApi(certificate="vendor") as api, blackbox.Proxy() as proxy:
            api.default_reply = refusal(405)
            for server, number in (("wv0010", "0010"), ("WV42.wolkvox.com.", "42"),
                                   ("https://wv0010.wolkvox.com/x", "0010")):
                with self.subTest(server):
                    result = self.check("-H", server, f"-p{api.port}", "--proxy", proxy.url,
                                        "--ca-file", api.ca_file)
                    self.assertEqual(result.state, UNAVAILABLE, result)
                    request = api.requests[-1]
                    headers = {name.lower(): value for name, value in request.headers}
                    self.assertEqual(headers.pop("user-agent").split("/")[0], "check_wolkvox_token")
                    self.assertEqual(headers, {
                        "host": f"wv{number}.wolkvox.com:{api.port}", "accept": "application/json",
                        "wolkvox-token": TOKEN, "wolkvox_server": number})
                    self.assertEqual((request.method, request.target, request.body),
                                     ("GET", self.PATH, b""))
            self.assertEqual(len(api.requests), 3)

    def test_elsewhere_there_is_no_number(self):
        for args, method in (((), "GET"), (("-XGET",), "GET"), (("-X", "post"), "POST")):
            with self.subTest(args=args):
                self.asks(UNAVAILABLE, refusal(405), args=("--api=manager", *args), methods=(method,))
                request = self.api.requests[0]
                self.assertEqual((request.target, request.body), (self.PATH, b""))
                self.assertIsNone(request.header("wolkvox_server"))
                self.assertIsNone(request.header("content-type"))
                self.assertIn(("wolkvox-token", TOKEN), request.headers)


class NeverARetry(RequestCase):

    def test_connection_that_breaks(self):
        """One that was kept alive is not used again and broken, because that would be sent anew."""
        body = SOUND.head(closing=False) + b'{"code"'
        for talk in (b"", reset_after(b""), body, reset_after(body), b"HTTP/1.1 20"):
            for args in ((), ("-XGET",)):
                with self.subTest(talk, args=args):
                    self.on_wire(UNAVAILABLE, talk, args=args)
        not_allowed = refusal(405)
        not_allowed = not_allowed.head(closing=False) + not_allowed.body
        kept = end_at_next_request(not_allowed)
        for state, *talks in ((UNAVAILABLE, kept, b""), (UNAVAILABLE, kept, reset_after(b"")),
                              (UNAVAILABLE, kept, OK_HEAD + b"Content-Length: 5\r\n\r\n1"),
                              ("OK", kept, SOUND_BYTES), ("OK", not_allowed, SOUND_BYTES)):
            with self.subTest(talks):
                self.on_wire(state, *talks)


class Redirects(RequestCase):

    def test_is_never_followed(self):
        """The line shows where to, or says that the host is the same."""
        with api_module.WolkvoxApi(tls=False, address="127.0.0.2") as other:
            rows = [(status, place, word) for status in (301, 302, 303, 307, 308)
                    for place, word in ((f"//127.0.0.2:{other.port}/", r"127\.0\.0\.2"),
                                        ("/relative", "same"))]
            rows += [(302, place, r"elsewhere\.example")
                     for place in ("HTTPS://Elsewhere.Example/", "https://localhost@elsewhere.example/")]
            rows += [(302, place, "same") for place in ("?q", f"{self.api.url}/again")]
            rows += [(302, place, "") for place in (
                "https://[2001:db8::1]/", "http://127.0.0.1:1/", "", "javascript:alert(1)", "https://", ":",
                None)]
            for status, place, word in blackbox.some(rows):
                with self.subTest(status=status, place=place):
                    reply = Reply(status, [] if place is None else [("Location", place)])
                    result = self.asks(UNAVAILABLE, reply, message=rf"(?i)\b{status}\b.*{word}")
                    self.assertIsNone(result.perfdata_text)
            self.assertEqual(other.connections, 0)

    def test_place_without_a_redirect(self):
        for status, state in ((200, "OK"), (201, UNAVAILABLE), (503, UNAVAILABLE)):
            with self.subTest(status):
                self.asks(state, answer(status, headers=[*ELSEWHERE, ("Refresh", "0; url=/x")]))

    def test_from_https_to_http(self):
        with api_module.WolkvoxApi() as api:
            api.default_reply = Reply(307, [("Location", f"http://127.0.0.1:{self.api.port}")])
            self.expect(UNAVAILABLE, "-H", api.url, "--ca-file", api.ca_file, requests=0, message="127.0.0.1")
            self.assertEqual(len(api.requests), 1)


class Bodies(RequestCase):

    def test_an_encoded_body_is_taken_as_it_is(self):
        exceeded = refusal(403, "TOKEN LIMIT EXCEEDED").body
        for state, status, body in (("OK", 200, SOUND.body), ("UNKNOWN", 200, gzip.compress(SOUND.body)),
                                    ("CRITICAL", 403, exceeded), (UNAVAILABLE, 403, gzip.compress(exceeded))):
            with self.subTest(status=status, body=body):
                self.asks(state, Reply.json(body, status, headers=[("Content-Encoding", "gzip, nonsense")]))

    def test_bound(self):
        """64 KiB, and not a byte more, however they come."""
        room = BOUND - len(refusal(403, "").body)
        for size, ok, critical in ((BOUND, "OK", "CRITICAL"), (BOUND + 1, "UNKNOWN", UNAVAILABLE)):
            with self.subTest(size=size):
                self.asks(ok, Reply.json(padded(size)), message="64 KiB" if size > BOUND else ".")
                self.asks(ok, Reply.json(padded(size), content_length=False))
                self.on_wire(ok, chunked(padded(size)))
                reply = refusal(403, "TOKEN LIMIT EXCEEDED".rjust(room + size - BOUND))
                self.assertEqual(len(reply.body), size)
                self.asks(critical, reply, message=r"\b403\b")

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
        for talk in blackbox.some((
                b"HTTP/1.0 200 OK\r\n\r\n" + body, OK_HEAD + b"\r\n" + body, b"HTTP/1.1 200\r\n\r\n" + body,
                chunked(body, 1), chunked(body, 50, b"0;a=b\r\nX-Trailer: 1\r\n\r\n"),
                b"HTTP/1.1 100 Continue\r\n\r\n" + hint * 2 + SOUND_BYTES,
                OK_HEAD + b"X-Header: value\r\n" * 1000 + b"\r\n" + body,
                OK_HEAD + b"X-Header: " + b"v" * 60000 + b"\r\n\r\n" + body)):
            with self.subTest(talk[:60]):
                self.on_wire("OK", talk)

    def test_broken_off(self):
        body = SOUND.body
        for talk in blackbox.some((
                b"HTT", OK_HEAD, OK_HEAD + b"Content-Length: 1",
                OK_HEAD + b"Content-Type: application/json\r\n", b"HTTP/1.1 100 Continue\r\n\r\n",
                OK_HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body) + 1, body),
                OK_HEAD + b"Content-Length: 9\r\n\r\n", chunked(body, end=b"9\r\nabc"),
                chunked(body, end=b""), chunked(body, end=b"0"),
                b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 2")):
            with self.subTest(talk[:60]):
                self.on_wire(UNAVAILABLE, talk)


if __name__ == "__main__":
    blackbox.main()
