#!/usr/bin/env python3
"""Servers that mean harm: with HTTP that says two things at once, with answers that never end, and
below TLS. Whatever comes ends in an allowed state, within `-t`, after one request at most.

What an honest but broken server does is in test_request.py, whom to trust in test_certificates.py.
"""

import _ssl
import concurrent.futures
import ctypes
import gzip
import itertools
import json
import os
import select
import ssl
import struct
import unittest
import warnings
import zlib

import blackbox

api_module = blackbox.load_api()
Reply = api_module.Reply
for_ever = blackbox.for_ever

TOKEN = "a77ack-token-0123456789abcdef"
SECONDS = 20 if blackbox.PLUGIN_WRAPPER else 5  # -t of the runs that end by themselves
SHORT = blackbox.SILENT_SECONDS  # of those that the time ends
BOUND = 64 * 1024
HEAD = b"HTTP/1.1 200 OK\r\n"
BODY = json.dumps(blackbox.envelope()).encode()
OTHER_BODY = json.dumps(blackbox.envelope(available_consumition_options=1)).encode()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SOUND = HEAD + LENGTH + b"\r\n" + BODY

# --unavailable=warning is given to every run, so that a state says where it comes from.
OK, UNAVAILABLE, UNKNOWN = {"OK"}, {"WARNING"}, {"UNKNOWN"}
BROKEN = UNAVAILABLE | UNKNOWN  # whether the transfer or the body is told depends on the library
ANY = OK | BROKEN  # the body is sound, and what stands around it is a matter of how strict one is
LATELY_BROKEN = ANY if blackbox.OLD_LIBRARIES else BROKEN


class Attacker(blackbox.RawServer):
    """Reads a request's head and does what it was told with each connection.

    talk   bytes to send, or a function of the socket
    first  to do it before the request has come
    heads  what came in, one a connection
    """

    def __init__(self, talk, first=False):
        super().__init__(self._attack)
        self.heads = []
        self._talk = talk
        self.first = first

    def _attack(self, connection):
        if self.first:
            self._act(connection)
            self.heads.append(self._head(connection))
        else:
            self.heads.append(self._head(connection))
            self._act(connection)

    def _act(self, connection):
        if callable(self._talk):
            self._talk(connection)
        else:
            connection.sendall(self._talk)

    @staticmethod
    def _head(connection):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            piece = connection.recv(4096)
            if not piece:
                break
            head += piece
        return head


class TlsAttacker(Attacker):
    """The same inside a TLS connection that is sound until then."""

    def __init__(self, talk, authority, version=None, tickets=None, demand=False, first=False):
        super().__init__(talk, first)
        self.scheme, self.host = "https", "localhost"
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*authority.certificate("good"))
        if version:
            self._context.minimum_version = self._context.maximum_version = version
        if tickets:
            self._context.num_tickets = tickets
        if demand:
            self._context.verify_mode = ssl.CERT_REQUIRED

    def wrap(self, connection):
        return self._context.wrap_socket(connection, server_side=True,
                                         do_handshake_on_connect=False)

    def serve(self, connection, number):
        connection.do_handshake()
        super().serve(connection, number)


class LibsslConnection:
    """The server's end of a TLS connection, by libssl, which can do what Python's does not."""

    VERSIONS = {ssl.TLSVersion.TLSv1_2: 0x303, ssl.TLSVersion.TLSv1_3: 0x304}
    SET_MIN, SET_MAX = 123, 124  # SSL_CTX_ctrl()
    PEM = 1

    def __init__(self, connection, certificate, key, version):
        self._libssl = ctypes.CDLL(_ssl.__file__)
        context = self._new("SSL_CTX_new", self._new("TLS_server_method"))
        for bound in (self.SET_MIN, self.SET_MAX):
            self.call("SSL_CTX_ctrl", bound, self.VERSIONS[version], None, of=context)
        self.call("SSL_CTX_use_certificate_chain_file", os.fsencode(certificate), of=context)
        self.call("SSL_CTX_use_PrivateKey_file", os.fsencode(key), self.PEM, of=context)
        self._tls = self._new("SSL_new", context)
        connection.setblocking(True)
        self.call("SSL_set_fd", connection.fileno())
        self.call("SSL_accept")

    def _new(self, name, *arguments):
        function = self._libssl[name]
        function.restype = ctypes.c_void_p
        return ctypes.c_void_p(function(*arguments))

    def call(self, name, *arguments, of=None):
        """What a function of libssl gives for this connection; an error where that is nothing."""
        result = self._libssl[name](of or self._tls, *arguments)
        if result <= 0:
            raise ConnectionError(name)
        return result

    def recv(self, size):
        buffer = ctypes.create_string_buffer(size)
        try:
            length = self.call("SSL_read", buffer, size)
        except ConnectionError:
            return b""
        return buffer.raw[:length]

    def sendall(self, data):
        self.call("SSL_write", data, len(data))


class LibsslAttacker(Attacker):
    """Does something to each connection after the request, so many times; then it answers."""

    def __init__(self, authority, version, times, *doing):
        super().__init__(self._repeat)
        self.scheme, self.host = "https", "localhost"
        self._files = authority.certificate("good")
        self._version = version
        self._times = times
        self._doing = doing

    def serve(self, connection, number):
        super().serve(LibsslConnection(connection, *self._files, self._version), number)

    def _repeat(self, connection):
        for _ in range(self._times):
            connection.call(*self._doing)
            connection.call("SSL_do_handshake")
        then_wait(SOUND)(connection)


class HandshakeAttacker(Attacker):
    """Takes the first bytes of TLS for the request's head, and hears the client out."""

    scheme = "https"

    def _attack(self, connection):
        self.heads.append(connection.recv(65536))
        self._act(connection)
        while connection.recv(4096):
            pass


def then_wait(answer):
    """Sends an answer and leaves the connection open until the client closes it."""
    def talk(connection):
        connection.sendall(answer)
        while connection.recv(4096):
            pass
    return talk


def gone(connection, seconds):
    """Whether the client goes, or says something, within that time."""
    return bool(select.select([connection], [], [], seconds)[0])


def repeated(piece, size=65536):
    """A piece so often that it makes a good portion to send."""
    return piece * (size // len(piece))


def chunks(body, size=50):
    pieces = (body[at:at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def with_header(*lines, body=BODY, length=True):
    return HEAD + b"".join(line + b"\r\n" for line in lines) + (LENGTH if length else b"") \
        + b"\r\n" + body


def padded(size):
    """The documented answer, `size` bytes long."""
    return BODY[:-1] + b" " * (size - len(BODY)) + b"}"


class AttackCase(unittest.TestCase):

    def attack(self, states, server, *args, seconds=SECONDS):
        """One run against a server that has not started yet, held to what is promised of all."""
        with server:
            result = blackbox.run("-H", server.url, "-o", "sales", "--unavailable=warning",
                                  f"-t{seconds}", *args, token=TOKEN)
            heads, connections = list(server.heads), server.connections
        self.assertIn(result.state, states, result)
        self.assertLess(result.seconds, seconds + blackbox.SLACK, result)
        self.assertEqual(connections, 1, result)
        requests = b"".join(heads).count(TOKEN.encode())
        self.assertLessEqual(requests, 1, result)
        if result.state == "OK":
            if not server.first:  # one that has answered may not have read it yet
                self.assertEqual(requests, 1, result)
            self.assertEqual(result.perfdata["available"].value, "4799", result)
        else:
            self.assertIsNone(result.perfdata_text, result)
        if not any(argument.startswith("-vv") for argument in args):
            self.assertEqual(len(result.lines), 1, result)
        return result

    def table(self, rows, *args, **options):
        for name, states, talk in blackbox.some(rows):
            with self.subTest(name):
                self.attack(states, Attacker(talk), *args, **options)


class Smuggling(AttackCase):
    """An answer that two readers would read in two ways."""

    def test_lengths(self):
        shorter = b"Content-Length: %d" % (len(BODY) - 5)
        both = BODY + b"\r\n" + SOUND
        self.table((
            ("the same twice", OK, with_header(LENGTH[:-2])),
            ("the shorter first", ANY, with_header(shorter)),
            ("the longer first", ANY, with_header(b"Content-Length: 9999")),
            ("the shorter last", BROKEN, HEAD + LENGTH + shorter + b"\r\n\r\n" + BODY),
            ("the longer last", UNAVAILABLE,
             HEAD + LENGTH + b"Content-Length: 9999\r\n\r\n" + BODY),
            ("a list of the same", ANY,
             with_header(b"Content-Length: %d, %d" % (len(BODY), len(BODY)), length=False)),
            ("a list of others", ANY, with_header(b"Content-Length: %d, 1" % len(BODY),
                                                          length=False)),
            ("plus", ANY, with_header(b"Content-Length: +%d" % len(BODY), length=False)),
            ("minus nothing", ANY, with_header(b"Content-Length: -0", length=False)),
            ("hexadecimal", BROKEN, with_header(b"Content-Length: 0x40", length=False)),
            ("a number and letters", BROKEN, with_header(b"Content-Length: 5abc", length=False)),
            ("empty", ANY, with_header(b"Content-Length:", length=False)),
            ("beyond 2^64", ANY,
             with_header(b"Content-Length: 18446744073709551617", length=False)),
            ("2^63", ANY, with_header(b"Content-Length: 9223372036854775808", length=False)),
            ("nothing, and a body", BROKEN, with_header(b"Content-Length: 0", length=False)),
            ("leading zeros", ANY, with_header(b"Content-Length: 000%d" % len(BODY),
                                               length=False)),
            ("a second answer is body", BROKEN,
             with_header(b"Content-Length: %d" % len(both), length=False, body=both)),
        ))

    def test_length_and_chunks(self):
        body = chunks(BODY) + b"0\r\n\r\n"
        te = CHUNKED[:-2]
        self.table((
            ("length first", ANY, HEAD + b"Content-Length: 3\r\n" + CHUNKED + b"\r\n" + body),
            ("chunked first", ANY, HEAD + CHUNKED + b"Content-Length: 3\r\n\r\n" + body),
            ("chunked, yet plain", BROKEN, with_header(te)),
            ("twice", ANY, with_header(te, te, body=body, length=False)),
            ("chunked of chunked", ANY,
             with_header(b"Transfer-Encoding: chunked, chunked", body=body, length=False)),
            ("identity after it", ANY,
             with_header(b"Transfer-Encoding: chunked, identity", body=body, length=False)),
            ("unheard of", BROKEN,
             with_header(b"Transfer-Encoding: xchunked", body=body, length=False)),
            ("a space before the colon", ANY,
             with_header(b"Transfer-Encoding : chunked", body=body, length=False)),
            ("a tab in it", ANY,
             with_header(b"Transfer-Encoding:\tchunked", body=body, length=False)),
            ("folded", ANY, with_header(b"Transfer-Encoding:", b" chunked", body=body,
                                        length=False)),
            ("in HTTP/1.0", ANY, b"HTTP/1.0 200 OK\r\n" + CHUNKED + b"\r\n" + body),
            ("gzip of the transfer", ANY,
             with_header(b"Transfer-Encoding: gzip", body=gzip.compress(BODY), length=False)),
        ))

    def test_header_lines(self):
        other = b"Content-Length: 5"
        self.table((
            ("CR in a value", ANY, with_header(b"X: a\rContent-Length: 5")),
            ("CR alone", ANY, with_header(b"X: a\r\r")),
            ("NUL in a value", LATELY_BROKEN, with_header(b"X: a\0b")),
            ("NUL in a name", LATELY_BROKEN, with_header(b"X\0Y: a")),
            ("NUL before a length", BROKEN, with_header(b"\0" + other)),
            ("LF only", ANY, SOUND.replace(b"\r\n", b"\n")),
            ("a space in a name", ANY, with_header(b"X Y: a")),
            ("a space before all", ANY, HEAD + b" " + other + b"\r\n" + LENGTH
             + b"\r\n" + BODY),
            ("no colon", ANY, with_header(b"nothing of the kind")),
            ("no name", ANY, with_header(b": value")),
            ("no value", OK, with_header(b"X:")),
            ("folded", OK, with_header(b"X: a", b"\tb", b" Content-Length: 5")),
            ("8 bit", OK, with_header(b"X\xff\x80: \xfe\x00"[:-1])),
            ("escapes", OK, with_header(b"X: \x1b[2J\x1b]0;title\x07\x08\x08")),
            ("response splitting", BROKEN,
             HEAD + b"X: a\r\nContent-Length: 0\r\n\r\n" + SOUND),
            ("a head in the head", ANY, HEAD + HEAD + LENGTH + b"\r\n" + BODY),
        ))

    def test_what_verbosity_shows_is_one_clean_line_each(self):
        evil = b"X: \x1b[2J\r \x9b31m|a=1\\n\xe2\x80\xae " + TOKEN.encode() + b"\x07"
        result = self.attack(ANY, Attacker(with_header(evil, b"Y: z")), "-vvv")
        self.assertNotRegex(result.text.replace("\n", ""), r"[\x00-\x1f\x7f-\x9f\u202e]")
        self.assertNotIn("a=1\\n", result.text)

    def test_status_lines(self):
        rows = [(line, ANY) for line in
                (b"HTTP/1.1 200", b"HTTP/1.1 200 ", b"HTTP/1.1 200 O\xffK", b"HTTP/1.0 200 OK",
                 b"HTTP/1.1 200 OK HTTP/1.1 403 No", b"HTTP/2 200 OK", b"HTTP/2.0 200 OK")]
        rows += [(line, ANY) for line in
                 (b"HTTP/1.1  200 OK", b"HTTP/1.1\t200 OK", b"http/1.1 200 OK", b"HTTP/1.2 200 OK",
                  b"HTTP/1.1 200OK", b"HTTP/1.1 2000 OK", b"HTTP/01.1 200 OK",
                  b"HTTP/1.10 200 OK")]
        rows += [(line, BROKEN) for line in
                 (b"HTTP/1.1 20 OK", b"HTTP/1.1 -200 OK", b"HTTP/1.1 +200 OK",
                  b"HTTP/1.1 0200 OK", b"HTTP/1.1 0 OK", b"HTTP/1.1 999 OK", b"HTTP/1.1 000 OK",
                  b"HTTP/1.1 4294967496 OK", b"HTTP/ 200 OK", b"HTTP/1. 200 OK", b"HTTP 200 OK",
                  b"ICY 200 OK", b"RTSP/1.0 200 OK", b"HTTPS/1.1 200 OK",
                  b"\xef\xbb\xbfHTTP/1.1 200",
                  b"HTTP/1.1 \xd9\xa2\xd9\xa0\xd9\xa0 OK", b"XHTTP/1.1 200 OK",
                  b"HTTP/1.1 2e2 OK", b"HTTP/1.1 0xc8 OK")]
        rows += [(line, LATELY_BROKEN) for line in
                 (b"HTTP/3 200 OK", b"HTTP/9.9 200 OK", b"HTTP/1.1 200\0 OK")]
        self.table([(line, states, line + b"\r\n" + LENGTH + b"\r\n" + BODY)
                    for line, states in rows])

    def test_status_without_a_body(self):
        """What has no body by definition has none, whatever follows."""
        self.table([(status, UNAVAILABLE,
                     b"HTTP/1.1 %d None\r\n%s\r\n%s" % (status, LENGTH, BODY))
                    for status in (204, 205, 304)])

    def test_what_stands_around_the_answer(self):
        second = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        self.table((
            ("a second answer", OK, SOUND + second),
            ("a second one that differs", OK,
             SOUND + HEAD + b"Content-Length: %d\r\n\r\n" % len(OTHER_BODY) + OTHER_BODY),
            ("data", OK, SOUND + bytes(range(256)) * 300),
            ("data behind the chunks", OK,
             HEAD + CHUNKED + b"\r\n" + chunks(BODY) + b"0\r\n\r\n" + SOUND),
            ("data without a length", UNKNOWN, HEAD + b"\r\n" + BODY + SOUND),
            ("JSON behind the JSON", UNKNOWN, HEAD + b"\r\n" + BODY + OTHER_BODY),
            ("data that never ends", OK, for_ever(SOUND, bytes(65536))),
            ("HTTP/0.9", UNAVAILABLE, BODY),
            ("HTTP/0.9 that looks like a header", UNAVAILABLE, b"X: y\r\n\r\n" + BODY),
            ("newlines before it", BROKEN, b"\r\n\r\n" + SOUND),
            ("preface of HTTP/2", UNAVAILABLE, preface + SOUND),
            ("settings of HTTP/2", UNAVAILABLE, bytes.fromhex("000000040000000000") + SOUND),
        ))

    def test_an_answer_before_the_request(self):
        for name, states, answer in (
                ("sound", ANY, SOUND), ("refusal", ANY - OK, b"HTTP/1.1 408 Late\r\n\r\n"),
                ("interim and sound", ANY, b"HTTP/1.1 100 Continue\r\n\r\n" + SOUND)):
            with self.subTest(name):
                self.attack(states, Attacker(answer, first=True))


class Interim(AttackCase):
    """Answers of the 1xx kind."""

    def test_without_end(self):
        for status in (100, 102, 103, 110, 199):
            line = b"HTTP/1.1 %d Interim\r\n" % status
            self.table(((status, UNAVAILABLE, for_ever(b"", repeated(line + b"\r\n"))),
                        (f"{status} with headers", UNAVAILABLE,
                         for_ever(b"", repeated(line + b"Link: </x>\r\n\r\n"))),
                        (f"{status} with a length", UNAVAILABLE,
                         for_ever(b"", repeated(line + b"Content-Length: 5\r\n\r\n")))))

    def test_a_few(self):
        self.table([(status, ANY, b"HTTP/1.1 %d Interim\r\nX: y\r\n\r\n" % status * 20 + SOUND)
                    for status in (100, 102, 103, 199)])

    def test_switching_protocols(self):
        switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n"
        self.table([(protocol, ANY, switch % protocol + rest)
                    for protocol in (b"h2c", b"websocket", b"TLS/1.0", b"nonsense")
                    for rest in (b"", SOUND)])
        self.table([("and then silence", UNAVAILABLE, then_wait(switch % b"h2c"))], seconds=SHORT)
        self.table([("for ever", BROKEN, for_ever(switch % b"h2c", bytes(65536)))])

    def test_what_an_interim_answer_says_does_not_count(self):
        """Neither its headers nor its status are those of the answer."""
        early = (b"HTTP/1.1 103 Early\r\nLocation: https://elsewhere.example/\r\n"
                 b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n")
        self.table((("sound", ANY, early + SOUND),
                    ("none", UNAVAILABLE, early), ("then a body", UNAVAILABLE, early + BODY)))


class Endless(AttackCase):
    """What is too long, or never ends, and how little of it is waited for."""

    def test_headers(self):
        self.table((
            ("one of a MiB", UNAVAILABLE, with_header(b"X: " + b"v" * 1024 * 1024)),
            ("a name of a MiB", UNAVAILABLE, with_header(b"N" * 1024 * 1024 + b": v")),
            ("100000", UNAVAILABLE, with_header(*[b"X: v"] * 100000)),
            ("100000 lengths", UNAVAILABLE, with_header(*[LENGTH[:-2]] * 100000)),
            ("empty lines in one", UNAVAILABLE, with_header(b"X:" + b" " * 500000)),
            ("folded for ever", UNAVAILABLE,
             for_ever(HEAD + b"X: y\r\n", repeated(b"\t\r\n"))),
            ("no line for ever", UNAVAILABLE, for_ever(HEAD, bytes(65536))),
            ("CR for ever", UNAVAILABLE, for_ever(HEAD + b"X: ", b"\r" * 65536)),
            ("encodings for ever", UNAVAILABLE,
             for_ever(HEAD + b"Content-Encoding: gzip", repeated(b", gzip"))),
            ("cookies for ever", UNAVAILABLE,
             for_ever(HEAD, repeated(b"Set-Cookie: a=b\r\n"))),
            ("just within", OK, with_header(*[b"X: " + b"v" * 4091] * 15)),
        ))

    def test_slowly_by_the_byte(self):
        """Each byte comes in time; all of them do not."""
        def slowly(begin, piece=b"x"):
            def talk(connection):
                connection.sendall(begin)
                while not gone(connection, 0.02):
                    connection.sendall(piece)
            return talk

        rows = {"interim": slowly(b"", b"HTTP/1.1 100 C\r\n\r\n"),
                "header": slowly(HEAD, b"X: y\r\n"),
                "chunks": slowly(HEAD + CHUNKED + b"\r\n", b"1\r\n \r\n"),
                "an extension": slowly(HEAD + CHUNKED + b"\r\n1;"),
                "trailers": slowly(HEAD + CHUNKED + b"\r\n" + chunks(BODY) + b"0\r\n", b"X: y\r\n"),
                "compressed": slowly(with_header(b"Content-Encoding: gzip", length=False, body=b"")
                                     + b"\x1f\x8b\x08\x08\0\0\0\0\0\0", b"n"),
                "white space behind": slowly(HEAD + b"\r\n" + BODY, b" ")}
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            runs = {name: pool.submit(self.attack, UNAVAILABLE, Attacker(talk), seconds=SHORT)
                    for name, talk in blackbox.some(list(rows.items()))}
            for name, run in runs.items():
                with self.subTest(name):
                    self.assertRegex(run.result().message, rf"\b{SHORT} s\b")


class Chunks(AttackCase):

    def on_chunks(self, rows):
        begin = HEAD + CHUNKED + b"\r\n"
        self.table([(name, states, for_ever(begin + talk[0], talk[1]) if isinstance(talk, tuple)
                     else begin + talk) for name, states, talk in rows])

    def test_sizes(self):
        whole, end = chunks(BODY), b"0\r\n\r\n"
        self.on_chunks((
            ("negative", UNAVAILABLE, b"-5\r\n" + BODY + b"\r\n" + end),
            ("plus", UNAVAILABLE, b"+5\r\nhello\r\n" + end),
            ("2^31", UNAVAILABLE, b"80000000\r\n" + BODY),
            ("2^32", UNAVAILABLE, b"100000000\r\n" + BODY),
            ("2^63 - 1", UNAVAILABLE, b"7fffffffffffffff\r\n" + BODY),
            ("2^63", UNAVAILABLE, b"8000000000000000\r\n" + BODY),
            ("2^64 - 1", UNAVAILABLE, b"ffffffffffffffff\r\n" + BODY),
            ("2^64", UNAVAILABLE, b"10000000000000000\r\n" + BODY + b"\r\n" + end),
            ("2^64 and the length", UNAVAILABLE,
             b"1%016x\r\n%s\r\n%s" % (len(BODY), BODY, end)),
            ("2^65", UNAVAILABLE, b"2" + b"0" * 16 + b"\r\n" + BODY),
            ("0x", BROKEN, b"0x%x\r\n%s\r\n%s" % (len(BODY), BODY, end)),
            ("nothing", UNAVAILABLE, b"\r\n" + whole + end),
            ("a space first", ANY, b" " + whole + end),
            ("zeros first", ANY, b"0000" + whole + end),
            ("zeros for ever", UNAVAILABLE, (b"", b"0" * 65536)),
            ("LF only", ANY, b"%x\n%s\n0\n\n" % (len(BODY), BODY)),
            ("longer by the CR", ANY, b"%x\r\n%s\r\n" % (len(BODY) + 1, BODY) + end),
            ("shorter than the body", BROKEN, b"%x\r\n%s\r\n" % (len(BODY) - 1, BODY) + end),
            ("by the byte for ever", UNKNOWN, (b"", repeated(b"1\r\n \r\n"))),
        ))

    def test_extensions_and_trailers(self):
        whole, end = chunks(BODY), b"0\r\n\r\n"
        size = b"%x" % len(BODY)
        self.on_chunks((
            ("extension", OK, size + b';a="b;c"\r\n' + BODY + b"\r\n" + end),
            ("extension of 64 KiB", ANY,
             size + b";" + b"x" * BOUND + b"\r\n" + BODY + b"\r\n" + end),
            ("extension with LF", ANY, size + b";a\nb\r\n" + BODY + b"\r\n" + end),
            ("extensions of each", ANY, whole.replace(b"\r\n", b";x\r\n", 1) + end),
            ("trailers", OK, whole + b"0\r\nX: y\r\nZ: z\r\n\r\n"),
            ("trailer of another length", ANY, whole + b"0\r\nContent-Length: 5\r\n\r\n"),
            ("trailer with another status", ANY, whole + b"0\r\nHTTP/1.1 403 No\r\n\r\n"),
            ("trailer that redirects", ANY, whole + b"0\r\nLocation: //elsewhere.example\r\n\r\n"),
            ("trailer that encodes", ANY, whole + b"0\r\nContent-Encoding: gzip\r\n\r\n"),
            ("trailer of a MiB", UNAVAILABLE,
             whole + b"0\r\nX: " + b"y" * 1024 * 1024 + b"\r\n\r\n"),
            ("no end of trailers", UNAVAILABLE, whole + b"0\r\nX: y\r\n"),
            ("trailers for ever", UNAVAILABLE, (whole + b"0\r\n", repeated(b"X: y\r\n"))),
            ("one for ever", UNAVAILABLE, (whole + b"0\r\nX: ", b"y" * 65536)),
            ("folded for ever", UNAVAILABLE, (whole + b"0\r\nX: y\r\n", repeated(b" z\r\n"))),
        ))

    def test_an_extension_without_end(self):
        """Nothing of it is kept; it is the time that ends it."""
        begin = HEAD + CHUNKED + b"\r\n" + b"%x;" % len(BODY)
        self.attack(UNAVAILABLE, Attacker(for_ever(begin, b"x" * 65536)), seconds=SHORT)


class Compression(AttackCase):

    def encoded(self, states, encoding, body, status=b"200 OK"):
        self.attack(states, Attacker(
            b"HTTP/1.1 %s\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s"
            % (status, encoding, len(body), body)))

    def test_bound_of_nested_ones(self):
        """The bound counts what comes out in the end, by one byte."""
        layers = {b"gzip, deflate": lambda body: zlib.compress(gzip.compress(body)),
                  b"deflate, gzip": lambda body: gzip.compress(zlib.compress(body)),
                  b"gzip, gzip": lambda body: gzip.compress(gzip.compress(body)),
                  b"identity, gzip": gzip.compress}
        for (encoding, compress), (size, states) in blackbox.some(list(itertools.product(
                layers.items(), ((BOUND - 1, OK), (BOUND, OK), (BOUND + 1, UNKNOWN))))):
            with self.subTest(encoding, size=size):
                self.encoded(states, encoding, compress(padded(size)))

    def test_nested_bombs(self):
        once = gzip.compress(bytes(1 << 26))
        twice = gzip.compress(once)
        rows = ((b"gzip, gzip, gzip", gzip.compress(twice)),
                (b"gzip, deflate", zlib.compress(once)),
                (b"gzip, identity", once), (b"gzip", once), (b"gzip, gzip", twice))
        for encoding, body in rows:
            with self.subTest(encoding):
                self.encoded(UNKNOWN, encoding, body)
                self.encoded(UNAVAILABLE, encoding, body, b"403 Forbidden")

    def test_streams_of_odd_shape(self):
        whole = gzip.compress(BODY)
        header = b"\x1f\x8b\x08%c\0\0\0\0\0\xff"
        stored = whole[10:]
        rows = (("two members", ANY, gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])),
                ("a member behind", ANY, whole + gzip.compress(b" " * (1 << 20))),
                ("garbage behind", ANY, whole + bytes(5000)),
                ("a name", ANY, header % 8 + b"name\0" + stored),
                ("a name of 1 MiB", ANY, header % 8 + b"n" * (1 << 20) + b"\0" + stored),
                ("extra field longer than all", BROKEN, header % 4 + b"\xff\xff" + stored),
                ("reserved flags", BROKEN, header % 0xE0 + stored),
                ("empty members", BROKEN, gzip.compress(b"") * 10000),
                ("nothing", BROKEN, b""))
        for name, states, body in blackbox.some(rows):
            with self.subTest(name):
                self.encoded(states, b"gzip", body)

    def test_brotli_and_others_were_not_asked_for(self):
        """Only the plugin's own list counts, even where libcurl could decode more."""
        for encoding in (b"br", b"zstd", b"compress", b"gzip, br", b"br, gzip"):
            with self.subTest(encoding):
                self.encoded(BROKEN, encoding, bytes.fromhex("0b028069") + BODY)

    def test_for_ever(self):
        compressor = zlib.compressobj(wbits=31)
        piece = compressor.compress(b" " * (1 << 24)) + compressor.flush(zlib.Z_FULL_FLUSH)
        head = HEAD + b"Content-Encoding: gzip\r\n\r\n"
        self.table((("spaces", UNKNOWN, for_ever(head, piece)),
                    ("nothing at all", BROKEN,
                     for_ever(head + piece[:10], repeated(b"\0\0\0\xff\xff")))), seconds=SHORT)


class ThroughTls(AttackCase):
    """What only a server with a certificate that is trusted can do."""

    @classmethod
    def setUpClass(cls):
        cls.authority = api_module.CertificateAuthority()
        cls.addClassCleanup(cls.authority.close)

    def attack_with_tls(self, states, talk, *, seconds=SECONDS, **options):
        return self.attack(states, TlsAttacker(talk, self.authority, **options),
                           "--ca-file", self.authority.ca_file, seconds=seconds)

    def test_ends(self):
        """With and without close_notify; an end that nobody signed does not make a body whole."""
        def unwrapped(answer):
            def talk(connection):
                connection.sendall(answer)
                connection.unwrap()
            return talk

        def plain(answer, rest):
            def talk(connection):
                connection.sendall(answer)
                with open(connection.fileno(), "wb", buffering=0, closefd=False) as wire:
                    wire.write(rest)
            return talk

        half = SOUND[:-9]
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for name, states, talk in (
                    ("close_notify", OK, unwrapped(SOUND)), ("none", OK, SOUND),
                    ("close_notify at once", UNAVAILABLE, unwrapped(b"")),
                    ("close_notify in the body", UNAVAILABLE, unwrapped(half)),
                    ("close_notify in the head", UNAVAILABLE, unwrapped(HEAD + b"X: ")),
                    ("until close_notify", OK, unwrapped(HEAD + b"\r\n" + BODY)),
                    ("half, until close_notify", BROKEN, unwrapped(HEAD + b"\r\n" + BODY[:-9])),
                    ("half, until the end", BROKEN, HEAD + b"\r\n" + BODY[:-9]),
                    ("plain text in the body", UNAVAILABLE, plain(half, SOUND[-9:])),
                    ("plain alert in the body", UNAVAILABLE,
                     plain(half, b"\x15\x03\x03\x00\x02\x02\x28")),
                    ("forged close_notify", BROKEN, plain(half, b"\x15\x03\x03\x00\x02\x01\x00")),
                    ("record with a wrong tag", UNAVAILABLE,
                     plain(half, b"\x17\x03\x03\x00\x40" + bytes(64))),
                    ("record too long", UNAVAILABLE, plain(half, b"\x17\x03\x03\xff\xff"
                                                           + bytes(65535))),
                    ("a handshake in plain text", UNAVAILABLE,
                     plain(half, b"\x16\x03\x03\x00\x04" + bytes(4)))):
                with self.subTest(name, version=version):
                    self.attack_with_tls(states, talk, version=version)

    def test_floods(self):
        """As on plain HTTP: 1xx, headers, bodies."""
        self.attack_with_tls(UNAVAILABLE, for_ever(b"", repeated(b"HTTP/1.1 100 C\r\n\r\n")))
        self.attack_with_tls(UNAVAILABLE, for_ever(HEAD, repeated(b"X: y\r\n")))
        self.attack_with_tls(UNKNOWN, for_ever(HEAD + b"\r\n", bytes(65536)))

    def test_tickets_without_end(self):
        self.attack_with_tls(UNAVAILABLE, SOUND, version=ssl.TLSVersion.TLSv1_3, tickets=10**7,
                             seconds=SHORT)

    @unittest.skipUnless(hasattr(_ssl, "__file__"), "Python's TLS is not libssl's")
    @unittest.skipUnless(blackbox.BRAKE, "timer_create() is missing or in a library of its own")
    def test_keys_that_change_without_end(self):
        """A few do no harm; of more and more of them libssl tells libcurl nothing."""
        rows = (("keys", OK, ssl.TLSVersion.TLSv1_3, "SSL_key_update", 0),
                ("keys of both", OK, ssl.TLSVersion.TLSv1_3, "SSL_key_update", 1),
                ("handshakes", ANY, ssl.TLSVersion.TLSv1_2, "SSL_renegotiate"))
        for name, states, version, *doing in blackbox.some(rows):
            for expected, times, seconds in ((states, 3, SECONDS), (UNAVAILABLE, 10**9, SHORT)):
                with self.subTest(name, times=times):
                    self.attack(expected, LibsslAttacker(self.authority, version, times, *doing),
                                "--ca-file", self.authority.ca_file, seconds=seconds)

    def test_an_answer_before_the_request(self):
        self.attack_with_tls(ANY, SOUND, first=True)

    def test_a_demand_for_a_certificate(self):
        """The plugin has none; it must not be talked into anything."""
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version):
                self.attack_with_tls(UNAVAILABLE, SOUND, version=version, demand=True)

    def test_a_demand_after_the_handshake(self):
        def talk(connection):
            connection.context.verify_mode = ssl.CERT_REQUIRED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    connection.verify_client_post_handshake()
                except ssl.SSLError:  # the client did not offer it
                    pass
            connection.sendall(SOUND)
        self.attack_with_tls(ANY, talk, version=ssl.TLSVersion.TLSv1_3)


def record(kind, content, version=0x0303):
    return struct.pack(">BHH", kind, version, len(content)) + content


def message(kind, content):
    return record(22, bytes([kind]) + len(content).to_bytes(3, "big") + content)


class BelowTls(AttackCase):
    """Bytes in the place of a handshake."""

    def on_handshake(self, states, answer, seconds=SECONDS):
        return self.attack(states, HandshakeAttacker(answer), seconds=seconds)

    def test_alerts(self):
        alerts = [(level, description) for level in (1, 2)
                  for description in (0, 10, 40, 42, 48, 70, 80, 86, 90, 100, 112, 255)]
        for alert in blackbox.some([*alerts, (0, 0), (0, 40), (255, 0), (255, 255)]):
            with self.subTest(alert):
                self.on_handshake(UNAVAILABLE, record(21, bytes(alert)) + record(21, b"\x02\x28"))

    def test_messages(self):
        rows = (
            ("alert too short", record(21, b"\x02")), ("alert too long", record(21, b"\x02\x28\0")),
            ("empty records", record(22, b"") * 1000), ("unheard of kind", record(99, b"x")),
            ("record of 64 KiB", b"\x16\x03\x03\xff\xff" + bytes(65535)),
            ("message of 16 MiB", record(22, b"\x02\xff\xff\xff" + bytes(16000)) * 50),
            ("application data", record(23, b"HTTP/1.1 200 OK\r\n\r\n")),
            ("change of ciphers", record(20, b"\x01") * 50),
            ("heartbeat", record(24, b"\x01\xff\xff")),
            ("client hello", message(1, bytes(100))), ("certificate first", message(11, bytes(3))),
            ("finished first", message(20, bytes(12))),
            ("SSL 2", b"\x80\x2e\x04\x00\x01\x00\x02" * 9),
            ("record of SSL 3", record(22, b"\x02\0\0\0", 0x0300)),
            ("record of TLS 9", record(22, b"\x02\0\0\0", 0x0909)),
            ("STARTTLS", b"220 ready\r\n"),
            ("empty server hello", message(2, b"")),
            ("server hello of zeros", message(2, bytes(70))))
        for name, answer in blackbox.some(rows):
            with self.subTest(name):
                self.on_handshake(UNAVAILABLE, answer)

    def test_floods(self):
        rows = (("alerts", record(21, b"\x01\x5a")), ("warnings", record(21, b"\x01\x64")),
                ("empty records", record(22, b"")), ("changes", record(20, b"\x01")))
        for name, piece in rows:
            with self.subTest(name):
                self.on_handshake(UNAVAILABLE, for_ever(b"", repeated(piece)))

    @unittest.skipUnless(blackbox.BRAKE, "timer_create() is missing or in a library of its own")
    def test_a_flood_that_tls_skips(self):
        """OpenSSL takes HelloRequests without end and does not return to libcurl in between."""
        requests = record(22, bytes(16384)) * 60
        result = self.on_handshake(UNAVAILABLE, for_ever(b"", requests), seconds=SHORT)
        if not blackbox.GNUTLS:  # which takes the first of them for an error
            self.assertRegex(result.message, rf"\b{SHORT} s\b.* the TLS handshake")
        self.assertLess(result.seconds, SHORT + blackbox.LATE, result)

    def test_slowly_by_the_byte(self):
        def talk(connection):
            for byte in message(2, bytes(16000)):
                connection.sendall(bytes([byte]))
                if gone(connection, 0.02):
                    return
        self.on_handshake(UNAVAILABLE, talk, seconds=SHORT)


class HostileProxy(AttackCase):
    """A proxy on the way to https does what it likes with CONNECT."""

    def through(self, states, talk, seconds=SECONDS):
        with Attacker(talk) as proxy:
            result = blackbox.run("-H", "https://crm.example", "-o", "sales", f"-t{seconds}",
                                  "--unavailable=warning", "--proxy", proxy.url, token=TOKEN)
            heads = b"".join(proxy.heads)
        self.assertIn(result.state, states, result)
        self.assertLess(result.seconds, seconds + blackbox.SLACK, result)
        self.assertNotIn(TOKEN.encode(), heads)
        self.assertEqual(heads.count(b"CONNECT "), 1)
        self.assertIsNone(result.perfdata_text, result)
        return result

    def test_answers_to_connect(self):
        established = b"HTTP/1.1 200 Connection established\r\n"
        for name, talk in (
                ("the API's own answer", SOUND), ("plain text in the tunnel", established + b"\r\n"
                                                  + SOUND),
                ("a length", established + b"Content-Length: 5\r\n\r\nhello"),
                ("chunks", established + CHUNKED + b"\r\n" + chunks(BODY) + b"0\r\n\r\n"),
                ("two answers", established + b"\r\n" + established + b"\r\n"),
                ("redirect", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"),
                ("HTTP/0.9", BODY), ("NUL", established + b"X: a\0b\r\n\r\n"),
                ("headers for ever", for_ever(established, repeated(b"X: y\r\n"))),
                ("one for ever", for_ever(established + b"X: ", b"y" * 65536)),
                ("1xx for ever", for_ever(b"", repeated(b"HTTP/1.1 100 C\r\n\r\n"))),
                ("NUL in the first line", b"HTTP/1.1 200 a\0b\r\n\r\n"),
                ("407 without credentials",
                 b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n")):
            with self.subTest(name):
                self.through(UNAVAILABLE, talk)

    @unittest.skipUnless(blackbox.BRAKE, "timer_create() is missing or in a library of its own")
    def test_a_refusal_whose_body_never_ends(self):
        """libcurl reads it to its end, and does not return in between."""
        no = b"HTTP/1.1 407 No\r\n"
        for name, head, piece in (
                ("length", b"Content-Length: 99999999999\r\n\r\n", bytes(65536)),
                ("chunks", CHUNKED + b"\r\n", repeated(b"1\r\nx\r\n"))):
            with self.subTest(name):
                result = self.through(UNAVAILABLE, for_ever(no + head, piece), seconds=SHORT)
                self.assertRegex(result.message, rf"\b{SHORT} s\b")


if __name__ == "__main__":
    blackbox.main()
