#!/usr/bin/env python3
"""Section 3 of the contract: what the plugin asks, how often, and how it bears what comes back."""

import gzip
import json
import os
import re
import socket
import struct
import tempfile
import unittest
import urllib.parse
import zlib

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply
for_ever = blackbox.for_ever

TOKEN = "r3quest-token-0123456789abcdef"
BOUND = 64 * 1024
SOUND = Reply.json(blackbox.envelope())
SOUND_BYTES = SOUND.head(closing=True) + SOUND.body
UNAVAILABLE = "WARNING"  # by --unavailable=warning, which every run is given
SECONDS = 25 if blackbox.PLUGIN_WRAPPER else 8  # -t where nothing is expected to take long


def refusal(status, *, code=None, msg="NOT SO", **options):
    value = blackbox.envelope(code=code or str(status), error="REFUSED", msg=msg)
    del value["data"]
    return Reply.json(value, status, **options)


def padded(size):
    """The documented answer, `size` bytes long."""
    body = json.dumps(blackbox.envelope(padding=""), separators=(",", ":"))
    return body.replace('"padding":""', f'"padding":"{"x" * (size - len(body))}"').encode()


def encoded(body, encoding, status=200):
    return Reply.json(body, status, headers=[("Content-Encoding", encoding)])


def raw_deflate(body):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(body) + compressor.flush()


def chunked(body, size=1000, end=b"0\r\n\r\n"):
    """A chunked answer; another `end` makes it a broken one."""
    chunks = (body[at:at + size] for at in range(0, len(body), size))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


class Wire(blackbox.RawServer):
    """Notes the head of the first request of each connection, then does what it was told.

    talks  bytes to send or functions of the socket, one a connection; the last goes on for ever
    """

    def __init__(self, *talks):
        super().__init__(self._talk)
        self.heads = []
        self._talks = list(talks)

    def _talk(self, connection):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(1)
            if not byte:
                return
            head += byte
        self.heads.append(head)
        talk = self._talks.pop(0) if len(self._talks) > 1 else self._talks[0]
        if callable(talk):
            talk(connection)
        else:
            connection.sendall(talk)

    @property
    def server(self):
        return f"http://127.0.0.1:{self.port}"


def reset(connection):
    """Closes with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def then_read(answer):
    """Sends an answer, leaves the connection open, and ends it at the first byte that comes."""
    def talk(connection):
        connection.sendall(answer)
        connection.recv(1)
    return talk


def ask(server, *args, **options):
    return blackbox.run("-H", server, "-o", "sales", f"-t{SECONDS}", "--unavailable=warning", *args,
                        token=TOKEN, **options)


class RequestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.api = api_module.WolkvoxApi(tls=False)
        cls.api.start()
        cls.addClassCleanup(cls.api.stop)
        cls.server = f"http://127.0.0.1:{cls.api.port}"

    def ask(self, *replies, args=(), **options):
        self.api.clear()
        self.api.script = list(replies[:-1])
        self.api.default_reply = replies[-1]
        return ask(self.server, *args, **options)

    def expect(self, state, *replies, methods=("POST",), **options):
        result = self.ask(*replies, **options)
        self.assertEqual(result.state, state, result)
        self.assertEqual([request.method for request in self.api.requests], list(methods), result)
        return result

    def on_wire(self, state, *talks, requests=1, args=()):
        """A run against a Wire: the state, and so many connections with one request each."""
        with Wire(*talks) as wire:
            result = ask(wire.server, *args)
            heads, connections = list(wire.heads), wire.connections
        self.assertEqual(result.state, state, result)
        self.assertEqual((len(heads), connections), (requests, requests), result)
        return result


class Methods(RequestCase):

    def test_post_with_an_empty_body(self):
        self.expect("OK", SOUND)
        request, = self.api.requests
        self.assertEqual(request.body, b"")
        self.assertIn(request.header("Content-Length"), ("0", None))
        self.assertIsNone(request.header("Transfer-Encoding"))

    def test_get_after_405_and_501(self):
        rows = {"405": refusal(405), "501": refusal(501), "405 without a body": Reply(405),
                "501, not JSON": Reply(501, body="<html>no</html>"),
                "405 with sound data": Reply.json(blackbox.envelope(), 405),
                "405 closes": Reply(405, close=True), "code text": refusal(200, code="405"),
                "code number": refusal(200, code=501), "code 501": refusal(200, code="501"),
                "code in another status": refusal(400, code="405"),
                "code, no error": Reply.json({"code": 405}),
                "code with data": Reply.json(blackbox.envelope(code="405"))}
        for name, reply in rows.items():
            with self.subTest(name):
                self.expect("OK", reply, SOUND, methods=("POST", "GET"))

    def test_the_get_carries_all_that_the_post_did_but_a_body(self):
        self.expect("OK", Reply(405, [("Set-Cookie", "a=b; Path=/")]), SOUND,
                    methods=("POST", "GET"))
        post, get = ({name.lower(): value for name, value in request.headers}
                     for request in self.api.requests)
        self.assertEqual(post.pop("content-length", "0"), "0")
        self.assertEqual(get, post)
        self.assertEqual(self.api.requests[0].target, self.api.requests[1].target)

    def test_nothing_else_is_asked_twice(self):
        for status in (301, 400, 401, 403, 404, 406, 408, 421, 425, 500, 502, 503, 504):
            with self.subTest(status):
                self.expect(UNAVAILABLE, refusal(status, headers=[("Retry-After", "0")]))
        self.expect("UNKNOWN", refusal(429))
        self.expect("UNKNOWN", Reply.json({"code": "200", "msg": "405", "data": [405]}))
        self.expect(UNAVAILABLE, refusal(200, code="404", msg="METHOD NOT ALLOWED 405"))
        self.expect("OK", Reply.json(blackbox.envelope(token_use_today=405, msg="405")))

    def test_never_a_third(self):
        rows = ((refusal(405), refusal(405), UNAVAILABLE),
                (refusal(405), refusal(501), UNAVAILABLE),
                (refusal(501), refusal(200, code="405"), UNAVAILABLE),
                (refusal(405), refusal(503), UNAVAILABLE),
                (refusal(405), Reply(raw=b""), UNAVAILABLE),
                (refusal(405), Reply(302, [("Location", "/x")]), UNAVAILABLE),
                (refusal(405), Reply(body="?"), "UNKNOWN"), (refusal(405), Reply(429), "UNKNOWN"))
        for first, second, state in rows:
            with self.subTest(first=vars(first), second=vars(second)):
                self.expect(state, first, second, methods=("POST", "GET"))

    def test_a_given_method_is_the_only_one(self):
        for text in ("GET", "get", "Get", "POST", "post", "pOsT"):
            for reply, state in ((SOUND, "OK"), (refusal(405), UNAVAILABLE),
                                 (refusal(200, code="501"), UNAVAILABLE)):
                with self.subTest(text=text, status=reply.status):
                    self.expect(state, reply, methods=(text.upper(),), args=("-X", text))

    def test_get_has_no_body(self):
        self.expect("OK", SOUND, methods=("GET",), args=("--method=GET",))
        self.assertIsNone(self.api.requests[0].header("Content-Length"))


class NeverARetry(RequestCase):

    def test_connection_that_breaks(self):
        body = SOUND.head(closing=False)
        for method in ((), ("-XGET",)):
            for name, talk in {"closed": b"", "reset": reset, "in the body": body + b'{"code"',
                               "in the status line": b"HTTP/1.1 20"}.items():
                with self.subTest(name, method=method):
                    self.on_wire(UNAVAILABLE, talk, args=method)

    def test_reset_in_the_body(self):
        def talk(connection):
            connection.sendall(SOUND.head(closing=False) + b'{"code"')
            reset(connection)
        self.on_wire(UNAVAILABLE, talk)

    def test_connection_that_breaks_at_the_second_request(self):
        """One that was kept alive is not used again and broken, for that would be sent anew."""
        not_allowed = refusal(405)
        kept = then_read(not_allowed.head(closing=False) + not_allowed.body)
        cut = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1"
        for name, talk in {"closed": b"", "reset": reset, "cut": cut}.items():
            with self.subTest(name):
                self.on_wire(UNAVAILABLE, kept, talk, requests=2)

    def test_kept_connection_that_closes_by_itself(self):
        not_allowed = refusal(405)
        self.on_wire("OK", not_allowed.head(closing=False) + not_allowed.body, SOUND_BYTES,
                     requests=2)

    def test_request_timeout_is_no_invitation(self):
        """libcurl sends again after 408 or 421 on some connections, browsers do."""
        for status in (408, 421):
            with self.subTest(status):
                reply = refusal(status)
                self.on_wire(UNAVAILABLE, reply.head(closing=True) + reply.body)

    def test_demand_for_credentials(self):
        for scheme in ("Basic", "Digest realm=x, nonce=y", "Negotiate", "NTLM"):
            with self.subTest(scheme):
                self.expect(UNAVAILABLE, refusal(401, headers=[("WWW-Authenticate", scheme)]))

    def test_over_tls(self):
        with api_module.WolkvoxApi() as api:
            args = ("--ca-file", api.ca_file)
            # libcurl does not tell an end without close_notify from another: then it is no JSON.
            without_length = SOUND.changed(cut=9, content_length=False)
            for name, reply, states in (("closed", Reply(raw=b""), {UNAVAILABLE}),
                                        ("cut", SOUND.changed(cut=9), {UNAVAILABLE}),
                                        ("unlimited", without_length, {UNAVAILABLE, "UNKNOWN"})):
                with self.subTest(name):
                    api.clear()
                    api.default_reply = reply
                    result = ask(api.url, *args)
                    self.assertIn(result.state, states, result)
                    self.assertEqual(len(api.requests), 1)


class Headers(RequestCase):

    def test_exactly_these(self):
        version = blackbox.run("--version", plain=True).text.split()
        self.assertEqual(version[0], "check_wolkvox_token")
        self.expect("OK", SOUND)
        headers = {name.lower(): value for name, value in self.api.requests[0].headers}
        self.assertEqual(len(headers), len(self.api.requests[0].headers))
        wanted = {"wolkvox-token": TOKEN, "content-type": "application/json",
                  "accept": "application/json", "user-agent": f"check_wolkvox_token/{version[1]}",
                  "host": f"127.0.0.1:{self.api.port}"}
        self.assertEqual({name: headers.get(name) for name in wanted}, wanted)
        others = set(headers) - set(wanted)
        self.assertLessEqual(others, {"accept-encoding", "content-length", "connection"})

    def test_only_these_encodings_are_offered(self):
        self.expect("OK", SOUND)
        offered = self.api.requests[0].header("Accept-Encoding") or ""
        self.assertLessEqual(set(re.split(r",\s*", offered)), {"", "gzip", "deflate", "identity"})

    def test_long_token_and_every_visible_character(self):
        visible = "".join(map(chr, range(0x21, 0x7F)))
        for token in (visible, "x" * 4096, 'a:b;c,d"e'):
            with self.subTest(token[:99]):
                self.api.clear()
                self.api.default_reply = Reply.json("[1]")
                blackbox.run("-H", self.server, "-o", "s", token=token)
                self.assertEqual(self.api.requests[0].token, token)

    def test_no_netrc_and_no_cookies(self):
        with tempfile.TemporaryDirectory() as home:
            for name in (".netrc", "_netrc"):
                with open(os.path.join(home, name), "w", encoding="ascii") as file:
                    file.write("machine 127.0.0.1 login jane password s3same\n"
                               "default login jane password s3same\n")
                os.chmod(file.name, 0o600)
            for name in (".curlrc", ".cookies"):
                with open(os.path.join(home, name), "w", encoding="ascii") as file:
                    file.write('header = "X-Evil: 1"\n')
            self.expect("OK", Reply(405, [("Set-Cookie", "a=b")]), SOUND, methods=("POST", "GET"),
                        env={"HOME": home, "CURL_HOME": home, "NETRC": f"{home}/.netrc"})
        for request in self.api.requests:
            for name in ("Authorization", "Cookie", "X-Evil"):
                self.assertIsNone(request.header(name), request.headers)


class Url(RequestCase):

    def test_operation_is_percent_encoded(self):
        names = ("techcon", "ccg-unisanitas", "with space", " ", "a&b", "a/b", "../x", "100%",
                 "%20",
                 "a+b", "a=b", "a?b", "a#b", "ñandú", "日本", "😀", "a;b", "a:b@c", '"', "'", "<>",
                 "[x]{y}", "\\", "|", "`$(id)", "line\nbreak", "cr\r\nX-Evil: 1", "tab\t",
                 "\x01\x7f",
                 "~._-", "*!(),", "operation=other", "x" * 300, "-h", "&operation=y")
        for name in names:
            with self.subTest(name):
                self.operation(name.encode())

    def test_operation_of_bytes_that_are_no_text(self):
        for name in (b"\xff", b"\xc3", b"a\x80b"):
            with self.subTest(name):
                self.operation(name)

    def operation(self, name):
        self.api.clear()
        self.api.default_reply = SOUND
        result = blackbox.run("-H", self.server, "-o", name, token=TOKEN)
        self.assertEqual(result.state, "OK", result)
        request, = self.api.requests
        quoted = urllib.parse.quote(name, safe="")
        self.assertEqual(request.target, f"/server/API/v2/token/tokenInformation.php"
                                         f"?operation={quoted}")

    def test_port_option_and_path_in_server(self):
        for args in (("-H", f"{self.server}/some/where?operation=x#y", "-o", "sales"),
                     ("-H", "http://127.0.0.1", "-p", str(self.api.port), "-o", "sales")):
            with self.subTest(args=args):
                self.api.clear()
                self.api.default_reply = SOUND
                self.assertEqual(blackbox.run(*args, token=TOKEN).state, "OK")
                self.assertEqual(self.api.requests[0].target,
                                 f"{api_module.API_PATH}?operation=sales")


class Redirects(RequestCase):

    def test_is_never_followed(self):
        with api_module.WolkvoxApi(tls=False, address="127.0.0.2") as other:
            places = {"http://127.0.0.2:{port}/x": "127.0.0.2", "//127.0.0.2:{port}/": "127.0.0.2",
                      "https://elsewhere.example/": "elsewhere.example",
                      self.server + "/again": "same", "/relative": "same", "?q": "same"}
            for status in (301, 302, 303, 307, 308):
                for place, word in places.items():
                    with self.subTest(status=status, place=place):
                        reply = Reply(status, [("Location", place.format(port=other.port))])
                        result = self.expect(UNAVAILABLE, reply)
                        self.assertIn(word, result.message)
                        self.assertRegex(result.message, rf"\b{status}\b")
                        self.assertNotIn("|", result.text)
            self.assertEqual(other.connections, 0)

    def test_places_of_all_kinds(self):
        places = {"HTTPS://Elsewhere.Example/": "elsewhere.example",
                  "https://user:secret@elsewhere.example:8443/": "elsewhere.example",
                  "https://elsewhere.example": "elsewhere.example",
                  "https://elsewhere.example?x": "elsewhere.example",
                  "https://127.0.0.1@elsewhere.example/": "elsewhere.example",
                  "http://elsewhere.example/127.0.0.1": "elsewhere.example",
                  "https://[2001:db8::1]/": "2001:db8::1",
                  f"https://127.0.0.1:{self.api.port}/": "same", "http://127.0.0.1:1/": "same",
                  "../x": "same", "": "", "file:///etc/passwd": "", "gopher://x.example/": "",
                  "javascript:alert(1)": "", "https://": "", "http://:80/": "", ":": ""}
        for place, word in places.items():
            with self.subTest(place):
                result = self.expect(UNAVAILABLE, Reply(302, [("Location", place)]))
                self.assertIn(word, result.message.lower())
                self.assertNotIn("secret", result.text)

    def test_no_place(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status):
                self.assertRegex(self.expect(UNAVAILABLE, Reply(status)).message, rf"\b{status}\b")

    def test_place_without_a_redirect(self):
        for status, state in ((200, "OK"), (201, UNAVAILABLE), (503, UNAVAILABLE)):
            with self.subTest(status):
                self.expect(state, Reply.json(blackbox.envelope(), status,
                                              headers=[("Location", "https://elsewhere.example/"),
                                                       ("Refresh", "0; url=/x")]))

    def test_from_https_to_http(self):
        with api_module.WolkvoxApi() as api:
            for place, word in ((self.server, "127.0.0.1"), (f"http://localhost:{self.api.port}/",
                                                            "same")):
                with self.subTest(place):
                    self.api.clear()
                    api.clear()
                    api.default_reply = Reply(307, [("Location", place)])
                    result = ask(api.url, "--ca-file", api.ca_file)
                    self.assertEqual((result.state, len(api.requests)), (UNAVAILABLE, 1), result)
                    self.assertIn(word, result.message)
                    self.assertEqual(self.api.connections, 0)


class Bodies(RequestCase):

    def test_compressed(self):
        body = SOUND.body
        rows = {"gzip": encoded(gzip.compress(body), "gzip"),
                "GZip": encoded(gzip.compress(body), "GZip"),
                "x-gzip": encoded(gzip.compress(body), "x-gzip"),
                "deflate": encoded(zlib.compress(body), "deflate"),
                "raw deflate": encoded(raw_deflate(body), "deflate"),
                "identity": encoded(body, "identity")}
        for name, reply in rows.items():
            with self.subTest(name):
                self.expect("OK", reply)

    def test_bound(self):
        rows = (
            ("plain", lambda body, status: Reply.json(body, status)),
            ("without a length", lambda body, status: Reply.json(body, status,
                                                                 content_length=False)),
            ("gzip", lambda body, status: encoded(gzip.compress(body), "gzip", status)),
            ("gzip, not smaller", lambda body, status: encoded(gzip.compress(body, 0), "gzip",
                                                               status)),
            ("deflate", lambda body, status: encoded(zlib.compress(body), "deflate", status)),
        )
        for name, make in rows:
            for size, state in ((BOUND, "OK"), (BOUND + 1, "UNKNOWN")):
                with self.subTest(name, size=size):
                    self.expect(state, make(padded(size), 200))
            with self.subTest(name, status=503):
                self.expect(UNAVAILABLE, make(padded(BOUND + 1), 503))

    def test_bound_of_a_refusal_that_is_not_200(self):
        for size, state in ((BOUND, "CRITICAL"), (BOUND + 1, UNAVAILABLE)):
            with self.subTest(size):
                msg = "TOKEN LIMIT EXCEEDED".rjust(size - len(refusal(403, msg="").body))
                reply = refusal(403, msg=msg)
                self.assertEqual(len(reply.body), size)
                result = self.expect(state, reply)
                self.assertRegex(result.message, r"\b403\b")

    def test_bound_of_chunked(self):
        for size, state in ((BOUND, "OK"), (BOUND + 1, "UNKNOWN")):
            with self.subTest(size):
                self.on_wire(state, chunked(padded(size)))

    def test_without_end(self):
        ok, refused = b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 403 Forbidden\r\n\r\n"
        self.on_wire("UNKNOWN", for_ever(ok, b" " * 4096))
        self.on_wire(UNAVAILABLE, for_ever(refused, b"x" * 4096))
        self.on_wire("UNKNOWN", for_ever(ok[:-2] + b"Transfer-Encoding: chunked\r\n\r\n",
                                         b"1000\r\n" + b"x" * 4096 + b"\r\n"))

    def test_bombs(self):
        zeros = bytes(32 * 1024 * 1024)
        once = gzip.compress(zeros)
        for encoding, body in {"gzip": once, "deflate": zlib.compress(zeros),
                               "gzip, gzip": gzip.compress(once)}.items():
            for status, state in ((200, "UNKNOWN"), (403, UNAVAILABLE)):
                with self.subTest(encoding, status=status):
                    self.expect(state, encoded(body, encoding, status))

    def test_many_encodings(self):
        reply = encoded(SOUND.body, ", ".join(["gzip"] * 1000))
        self.assertNotEqual(self.ask(reply).state, "OK")
        self.assertEqual(len(self.api.requests), 1)

    def test_broken_compression(self):
        whole = gzip.compress(padded(5000))
        flipped = whole[:30] + bytes(byte ^ 0x55 for byte in whole[30:60]) + whole[60:]
        rows = {"no gzip at all": encoded(SOUND.body, "gzip"), "flipped": encoded(flipped, "gzip"),
                "short": encoded(whole[:len(whole) // 2], "gzip"), "empty": encoded(b"", "gzip"),
                "no deflate": encoded(b"\xff" * 99, "deflate"), "head": encoded(whole[:5], "gzip"),
                "wrong sum": encoded(whole[:-8] + b"\0\0\0\0" + whole[-4:], "gzip"),
                "nobody asked for": encoded(SOUND.body, "br"),
                "unheard of": encoded(SOUND.body, "nonsense")}
        for name, reply in rows.items():
            with self.subTest(name):
                self.expect("UNKNOWN", reply)
                self.expect(UNAVAILABLE, reply.changed(status=503))

    def test_broken_compression_does_not_hide_405(self):
        self.expect("OK", encoded(b"no gzip", "gzip", 405), SOUND, methods=("POST", "GET"))


class Wires(RequestCase):
    """What comes over the wire, well-formed or not."""

    def test_well_formed(self):
        body, head = SOUND.body, b"HTTP/1.1 200 OK\r\n"
        hint = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        rows = {"HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n" + body,
                "HTTP/1.0 with a length": b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                                          % (len(body), body),
                "until the end": head + b"\r\n" + body, "no reason": b"HTTP/1.1 200\r\n\r\n" + body,
                "chunked": chunked(body), "chunk by chunk": chunked(body, 1),
                "chunk extension and trailer": chunked(body, 50, b"0;a=b\r\nX-Trailer: 1\r\n\r\n"),
                "100 first": b"HTTP/1.1 100 Continue\r\n\r\n" + SOUND_BYTES,
                "103 twice": hint * 2 + SOUND_BYTES,
                "many headers": head + b"X-Header: value\r\n" * 1000 + b"\r\n" + body,
                "long header": head + b"X-Header: " + b"v" * 60000 + b"\r\n\r\n" + body}
        for name, answer in rows.items():
            with self.subTest(name):
                self.on_wire("OK", answer)

    def test_broken_off(self):
        body, head = SOUND.body, b"HTTP/1.1 200 OK\r\n"
        rows = {"empty": b"", "status line": b"HTTP/1.1 200 O", "half a word": b"HTT",
                "status line whole": head, "header": head + b"Content-Length: 1",
                "header whole": head + b"Content-Type: application/json\r\n",
                "100 only": b"HTTP/1.1 100 Continue\r\n\r\n",
                "length": head + b"Content-Length: %d\r\n\r\n%s" % (len(body) + 1, body),
                "length and nothing": head + b"Content-Length: 9\r\n\r\n",
                "chunk": chunked(body, end=b"9\r\nabc"), "no last chunk": chunked(body, end=b""),
                "half a last chunk": chunked(body, end=b"0"),
                "after 103": b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 2"}
        for name, answer in rows.items():
            with self.subTest(name):
                self.on_wire(UNAVAILABLE, answer)

    def test_garbage(self):
        body = SOUND.body
        rows = {"no HTTP": body, "text": b"hello\r\n", "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
                "SMTP": b"220 mail.example ESMTP\r\n", "bytes": bytes(range(256)) * 40,
                "newlines": b"\r\n" * 100, "NUL": b"\0" * 1000,
                "status without a number": b"HTTP/1.1 OK\r\n\r\n" + body,
                "TLS alert": b"\x15\x03\x01\x00\x02\x02\x46",
                "chunk size": chunked(b"")[:-5] + b"zz\r\n" + body + b"\r\n0\r\n\r\n",
                "chunk size beyond all": chunked(b"")[:-5] + b"f" * 40 + b"\r\n" + body,
                "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + body}
        if not blackbox.OLD_LIBRARIES:
            rows["header with NUL"] = b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n" + body
        for name, answer in rows.items():
            with self.subTest(name):
                with Wire(answer) as wire:
                    result = ask(wire.server)
                    self.assertEqual(result.state, UNAVAILABLE, result)
                    self.assertNotIn("|", result.text)
                    self.assertEqual((len(wire.heads), wire.connections), (1, 1))

    def test_endless_heads(self):
        head = b"HTTP/1.1 200 OK\r\n"
        rows = {"headers": for_ever(head, b"X-Header: value\r\n" * 100),
                "one header": for_ever(head + b"X-Header: ", b"v" * 4096),
                "status line": for_ever(b"HTTP/1.1 200 ", b"O" * 4096),
                "1xx": for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
                "1xx with headers": for_ever(b"", b"HTTP/1.1 103 Hint\r\nLink: x\r\n\r\n" * 99),
                "folded": for_ever(head + b"X-Header: v\r\n", b" more\r\n" * 500),
                "trailers": for_ever(chunked(SOUND.body, end=b"0\r\n"), b"X-Trailer: v\r\n" * 100),
                "newlines": for_ever(b"", b"\r\n" * 1000)}
        for name, talk in rows.items():
            with self.subTest(name):
                result = self.on_wire(UNAVAILABLE, talk)
                self.assertLess(result.seconds, SECONDS / 2, "it took its time")

    def test_time_bounds_all_of_it(self):
        def drip(begin):
            def talk(connection):
                connection.sendall(begin)
                while True:
                    connection.sendall(b"x")
                    wire.pause(0.05)
            return talk

        rows = {"headers": drip(b"HTTP/1.1 200 OK\r\nX: "), "silence": lambda link: link.recv(1),
                "body": drip(b"HTTP/1.1 200 OK\r\n\r\n"), "status line": drip(b"HTTP/1.1 200 ")}
        for name, talk in rows.items():
            with self.subTest(name), Wire(talk) as wire:
                result = ask(wire.server, "-t1:unknown")
                self.within_a_second(result)
                self.assertEqual(result.state, "UNKNOWN", result)
                self.assertLessEqual(len(wire.heads), 1)

    def test_time_bounds_both_requests_together(self):
        result = self.ask(refusal(405, delay=0.7), SOUND.changed(delay=0.7), args=("-t1:unknown",))
        self.assertEqual(result.state, "UNKNOWN", result)
        self.within_a_second(result)

    def within_a_second(self, result):
        self.assertRegex(result.message, r"\b1 s\b")
        self.assertGreater(result.seconds, 0.9, result)
        self.assertLess(result.seconds, 1 + blackbox.LATE, result)


if __name__ == "__main__":
    blackbox.main()
