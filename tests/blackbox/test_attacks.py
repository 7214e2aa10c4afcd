#!/usr/bin/env python3
"""Servers that mean harm: with HTTP that says two things at once, with answers that never end, and
below TLS. Whatever comes ends in an allowed state, within `-t`, after one request at most (manual,
STATES).

What an honest but broken server does is in test_request.py, whom to trust in test_certificates.py.
"""

import concurrent.futures
import json
import select
import ssl
import struct

import blackbox
from blackbox import TOKEN, TalkingServer, for_ever, then_listen

SECONDS = blackbox.ENOUGH  # -t of the runs that end by themselves
SHORT = blackbox.SILENT_SECONDS  # of those that the time ends
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


class TlsTalker(TalkingServer):
    """The same inside a TLS connection that is sound until then."""

    def __init__(self, talk, version=None, tickets=None, demand=False, first=False):
        super().__init__(talk, first=first)
        self.scheme, self.host = "https", "localhost"
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*blackbox.authority().certificate("good"))
        if version:
            self._context.minimum_version = self._context.maximum_version = version
        if tickets:
            self._context.num_tickets = tickets
        if demand:
            self._context.verify_mode = ssl.CERT_REQUIRED

    def wrap(self, connection):
        return self._context.wrap_socket(connection, server_side=True,
                                         do_handshake_on_connect=False)

    def serve(self, connection):
        connection.do_handshake()
        super().serve(connection)


class HandshakeTalker(TalkingServer):
    """Takes the first bytes of TLS for the request's head."""

    scheme = "https"

    def hear(self, connection):
        self.heads.append(connection.recv(65536))


def repeated(piece, size=65536):
    """A piece so often that it makes a good portion to send."""
    return piece * (size // len(piece))


def slowly(begin, pieces):
    """Sends `begin`, and a piece each 20 ms, until the client goes or says something."""
    def talk(connection):
        connection.sendall(begin)
        for piece in pieces:
            if select.select([connection], [], [], 0.02)[0]:
                return
            connection.sendall(piece)
    return talk


def chunks(body, size=50):
    pieces = (body[at:at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def with_header(*lines, body=BODY, length=LENGTH):
    return HEAD + b"".join(line + b"\r\n" for line in lines) + length + b"\r\n" + body


class AttackCase(blackbox.FilesCase):

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
        # One that has answered first may not have read the request yet.
        least = 1 if result.state == "OK" and not server.first else 0
        self.assertTrue(least <= requests <= 1, result)
        if result.state == "OK":
            self.assertEqual(result.perfdata["available"].value, "4799", result)
        else:
            self.assertIsNone(result.perfdata_text, result)
        if "-vvv" not in args:
            self.assertEqual(len(result.lines), 1, result)
        return result

    def table(self, rows, **options):
        for name, states, talk in blackbox.some(rows):
            with self.subTest(name):
                self.attack(states, TalkingServer(talk), **options)


class Smuggling(AttackCase):
    """An answer that two readers would read in two ways."""

    def test_lengths_and_chunks(self):
        body, chunked = chunks(BODY) + b"0\r\n\r\n", CHUNKED[:-2]
        rows = [(f"length {length}", states, with_header(length=b"Content-Length: %s\r\n" % length))
                for length, states in ((b"0x40", BROKEN), (b"5abc", BROKEN), (b"0", BROKEN),
                                       (b"18446744073709551617", ANY))]
        rows += [
            ("the same twice", OK, with_header(LENGTH[:-2])),
            ("the shorter last", BROKEN, HEAD + LENGTH + b"Content-Length: 9\r\n\r\n" + BODY),
            ("length, then chunked", ANY, with_header(chunked, body=body, length=b"Content-Length: 3\r\n")),
            ("chunked, yet plain", BROKEN, with_header(chunked)),
            ("chunked in HTTP/1.0", ANY, b"HTTP/1.0 200 OK\r\n" + CHUNKED + b"\r\n" + body),
            ("unheard of", BROKEN, with_header(b"Transfer-Encoding: xchunked", body=body, length=b""))]
        self.table(rows)

    def test_header_lines(self):
        self.table((
            ("CR in a value", ANY, with_header(b"X: a\rContent-Length: 5")),
            ("NUL in a value", LATELY_BROKEN, with_header(b"X: a\0b")),
            ("NUL before a length", BROKEN, with_header(b"\0Content-Length: 5")),
            ("LF only", ANY, SOUND.replace(b"\r\n", b"\n")),
            ("folded", OK, with_header(b"X: a", b"\tb", b" Content-Length: 5")),
            ("8 bit and escapes", OK, with_header(b"X\xff\x80: \xfe\x1b[2J\x1b]0;title\x07")),
            ("response splitting", BROKEN, HEAD + b"X: a\r\nContent-Length: 0\r\n\r\n" + SOUND),
        ))

    def test_what_verbosity_shows_is_one_clean_line_each(self):
        evil = b"X: \x1b[2J\r \x9b31m|a=1\\n\xe2\x80\xae " + TOKEN.encode() + b"\x07"
        result = self.attack(ANY, TalkingServer(with_header(evil, b"Y: z")), "-vvv")
        self.assertNotRegex(result.text.replace("\n", ""), r"[\x00-\x1f\x7f-\x9f\u202e]")
        self.assertNotIn("a=1\\n", result.text)

    def test_status_lines(self):
        rows = [(b"HTTP/1.1 200 O\xffK", ANY), (b"HTTP/2 200 OK", ANY), (b"HTTP/1.1 2000 OK", ANY)]
        rows += [(line, BROKEN) for line in (
            b"HTTP/1.1 OK", b"HTTP/1.1 20 OK", b"HTTP/1.1 -200 OK", b"HTTP/1.1 0 OK", b"HTTP/1.1 999 OK",
            b"HTTP/1.1 4294967496 OK", b"HTTP 200 OK", b"\xef\xbb\xbfHTTP/1.1 200")]
        rows += [(line, LATELY_BROKEN) for line in (b"HTTP/3 200 OK", b"HTTP/1.1 200\0 OK")]
        # What has no body by definition has none, whatever follows.
        rows += [(b"HTTP/1.1 %d None" % status, UNAVAILABLE) for status in (204, 304)]
        self.table([(line, states, line + b"\r\n" + LENGTH + b"\r\n" + BODY)
                    for line, states in rows])

    def test_what_stands_around_the_answer(self):
        self.table((
            ("a second answer", OK, SOUND + b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
            ("data", OK, SOUND + bytes(range(256)) * 300),
            ("data behind the chunks", OK,
             HEAD + CHUNKED + b"\r\n" + chunks(BODY) + b"0\r\n\r\n" + SOUND),
            ("JSON behind the JSON", UNKNOWN, HEAD + b"\r\n" + BODY + OTHER_BODY),
            ("data that never ends", OK, for_ever(SOUND, bytes(65536))),
            ("HTTP/0.9", UNAVAILABLE, BODY),
            ("HTTP/0.9 that looks like a header", UNAVAILABLE, b"X: y\r\n\r\n" + BODY),
            ("SSH", UNAVAILABLE, b"SSH-2.0-OpenSSH_9.2\r\n"),
            ("bytes", UNAVAILABLE, bytes(range(256)) * 40), ("NUL", UNAVAILABLE, bytes(1000)),
            ("newlines before it", BROKEN, b"\r\n\r\n" + SOUND),
            ("preface of HTTP/2", UNAVAILABLE, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SOUND),
        ))
        for states, answer in ((ANY, SOUND), (ANY - OK, b"HTTP/1.1 408 Late\r\n\r\n")):
            with self.subTest("before the request", answer=answer[:12]):
                self.attack(states, TalkingServer(answer, first=True))

    def test_interim_answers(self):
        """Neither their headers nor their status are those of the answer, and they may have no end."""
        early = (b"HTTP/1.1 103 Early\r\nLocation: https://elsewhere.example/\r\n"
                 b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n")
        switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        self.table((("many", ANY, b"HTTP/1.1 100 C\r\nX: y\r\n\r\n" * 20 + SOUND),
                    ("sound", ANY, early + SOUND), ("none", UNAVAILABLE, early),
                    ("then a body", UNAVAILABLE, early + BODY),
                    ("for ever", UNAVAILABLE, for_ever(b"", repeated(b"HTTP/1.1 199 I\r\n\r\n"))),
                    ("with headers", UNAVAILABLE, for_ever(b"", repeated(early))),
                    ("switch", ANY, switch), ("switch and an answer", ANY, switch + SOUND),
                    ("switch and no end", BROKEN, for_ever(switch, bytes(65536)))))
        self.table([("switch and silence", UNAVAILABLE, then_listen(switch))], seconds=SHORT)


class Endless(AttackCase):
    """What is too long, or never ends, and how little of it is waited for."""

    def test_headers(self):
        self.table((
            ("one of a MiB", UNAVAILABLE, with_header(b"X: " + b"v" * 1024 * 1024)),
            ("a name of a MiB", UNAVAILABLE, with_header(b"N" * 1024 * 1024 + b": v")),
            ("100000", UNAVAILABLE, with_header(*[b"X: v"] * 100000)),
            ("one for ever", UNAVAILABLE, for_ever(HEAD + b"X: ", b"\r" * 65536)),
            ("folded for ever", UNAVAILABLE, for_ever(HEAD + b"X: y\r\n", repeated(b"\t\r\n"))),
            ("cookies for ever", UNAVAILABLE, for_ever(HEAD, repeated(b"Set-Cookie: a=b\r\n"))),
            ("status line for ever", UNAVAILABLE, for_ever(b"HTTP/1.1 200 ", b"O" * 65536)),
            ("newlines for ever", UNAVAILABLE, for_ever(b"", b"\r\n" * 1000)),
            ("just within", OK, with_header(*[b"X: " + b"v" * 4091] * 15)),
        ))

    def test_slowly_by_the_byte(self):
        """Each byte comes in time; all of them do not."""
        rows = ((b"", b"HTTP/1.1 100 C\r\n\r\n"), (HEAD, b"X: y\r\n"),
                (HEAD + CHUNKED + b"\r\n", b"1\r\n \r\n"), (HEAD + CHUNKED + b"\r\n1;", b"x"),
                (HEAD + CHUNKED + b"\r\n" + chunks(BODY) + b"0\r\n", b"X: y\r\n"),
                (HEAD + b"\r\n" + BODY, b" "))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            runs = {begin + piece: pool.submit(self.attack, UNAVAILABLE, TalkingServer(
                        slowly(begin, iter(lambda piece=piece: piece, None))), seconds=SHORT)
                    for begin, piece in blackbox.some(rows)}
            for name, run in runs.items():
                with self.subTest(name):
                    self.assertRegex(run.result().message, f"^timeout: waited {SHORT} s for ")

    def test_chunks(self):
        whole, end = chunks(BODY), b"0\r\n\r\n"
        begin = HEAD + CHUNKED + b"\r\n"
        self.table([(name, states, for_ever(begin + talk[0], talk[1]) if isinstance(talk, tuple)
                     else begin + talk) for name, states, talk in (
            ("negative", UNAVAILABLE, b"-5\r\n" + BODY + b"\r\n" + end),
            ("no number", UNAVAILABLE, b"zz\r\n" + BODY + b"\r\n" + end),
            ("2^63", UNAVAILABLE, b"8000000000000000\r\n" + BODY),
            ("2^64 and the length", UNAVAILABLE, b"1%016x\r\n%s\r\n%s" % (len(BODY), BODY, end)),
            ("nothing", UNAVAILABLE, b"\r\n" + whole + end),
            ("zeros for ever", UNAVAILABLE, (b"", b"0" * 65536)),
            ("shorter than the body", BROKEN, b"%x\r\n%s\r\n" % (len(BODY) - 1, BODY) + end),
            ("by the byte for ever", UNKNOWN, (b"", repeated(b"1\r\n \r\n"))),
            ("trailer that redirects", ANY, whole + b"0\r\nLocation: //elsewhere.example\r\n\r\n"),
            ("trailer of a MiB", UNAVAILABLE, whole + b"0\r\nX: " + b"y" * 1024 * 1024 + b"\r\n\r\n"),
            ("no end of trailers", UNAVAILABLE, whole + b"0\r\nX: y\r\n"),
            ("trailers for ever", UNAVAILABLE, (whole + b"0\r\n", repeated(b"X: y\r\n"))))])
        # Nothing of an extension is kept; it is the time that ends it.
        extension = for_ever(begin + b"5;", b"x" * 65536)
        self.table([("an extension for ever", UNAVAILABLE, extension)], seconds=SHORT)


class ThroughTls(AttackCase):
    """What only a server with a certificate that is trusted can do."""

    def attack_with_tls(self, states, talk, *, seconds=SECONDS, **options):
        self.attack(states, TlsTalker(talk, **options), "--ca-file", blackbox.authority().ca_file,
                    seconds=seconds)

    def test_ends(self):
        """With and without close_notify; an end that nobody signed does not make a body whole."""
        def unwrapped(answer):
            def talk(connection):
                connection.sendall(answer)
                connection.unwrap()
            return talk

        def plain(rest):
            def talk(connection):
                connection.sendall(SOUND[:-9])
                with open(connection.fileno(), "wb", buffering=0, closefd=False) as wire:
                    wire.write(rest)
            return talk

        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for name, states, talk in (
                    ("close_notify", OK, unwrapped(SOUND)), ("none", OK, SOUND),
                    ("close_notify in the body", UNAVAILABLE, unwrapped(SOUND[:-9])),
                    ("until close_notify", OK, unwrapped(HEAD + b"\r\n" + BODY)),
                    ("half, until the end", BROKEN, HEAD + b"\r\n" + BODY[:-9]),
                    ("plain text in the body", UNAVAILABLE, plain(SOUND[-9:])),
                    ("forged close_notify", BROKEN, plain(b"\x15\x03\x03\x00\x02\x01\x00")),
                    ("record with a wrong tag", UNAVAILABLE, plain(b"\x17\x03\x03\x00\x40" + bytes(64))),
                    ("record too long", UNAVAILABLE, plain(b"\x17\x03\x03\xff\xff" + bytes(65535)))):
                with self.subTest(name, version=version):
                    self.attack_with_tls(states, talk, version=version)

    def test_floods_and_an_early_answer(self):
        """As on plain HTTP, and a kind of TLS's own."""
        self.attack_with_tls(UNAVAILABLE, for_ever(HEAD, repeated(b"X: y\r\n")))
        self.attack_with_tls(UNKNOWN, for_ever(HEAD + b"\r\n", bytes(65536)))
        self.attack_with_tls(UNAVAILABLE, SOUND, version=ssl.TLSVersion.TLSv1_3, tickets=10**7,
                             seconds=SHORT)
        self.attack_with_tls(ANY, SOUND, first=True)

    def test_a_demand_for_a_certificate(self):
        """The plugin has none."""
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version):
                self.attack_with_tls(UNAVAILABLE, SOUND, version=version, demand=True)


def record(kind, content, version=0x0303):
    return struct.pack(">BHH", kind, version, len(content)) + content


def message(kind, content):
    return record(22, bytes([kind]) + len(content).to_bytes(3, "big") + content)


class BelowTls(AttackCase):
    """Bytes in the place of a handshake; the token is not sent at all."""

    def on_handshake(self, talk, seconds=SECONDS):
        server = HandshakeTalker(then_listen(talk) if isinstance(talk, bytes) else talk)
        result = self.attack(UNAVAILABLE, server, seconds=seconds)
        self.assertNotIn(TOKEN.encode(), b"".join(server.heads))
        return result

    def test_messages(self):
        rows = [(f"alert {alert}", record(21, bytes(alert)) + record(21, b"\x02\x28"))
                for alert in ((1, 0), (1, 90), (2, 48), (255, 255))]
        rows += [
            ("alert too short", record(21, b"\x02")), ("empty records", record(22, b"") * 1000),
            ("unheard of kind", record(99, b"x")),
            ("record of 64 KiB", b"\x16\x03\x03\xff\xff" + bytes(65535)),
            ("message of 16 MiB", record(22, b"\x02\xff\xff\xff" + bytes(16000)) * 50),
            ("application data", record(23, b"HTTP/1.1 200 OK\r\n\r\n")),
            ("client hello", message(1, bytes(100))), ("SSL 2", b"\x80\x2e\x04\x00\x01\x00\x02" * 9),
            ("record of SSL 3", record(22, b"\x02\0\0\0", 0x0300)),
            ("text", b"220 ready\r\n"), ("server hello of zeros", message(2, bytes(70)))]
        rows += [(f"{kind} for ever", for_ever(b"", repeated(piece))) for kind, piece in (
            ("alerts", record(21, b"\x01\x5a")), ("changes", record(20, b"\x01")))]
        for name, talk in blackbox.some(rows):
            with self.subTest(name):
                self.on_handshake(talk)

    def test_until_the_time_is_up(self):
        """OpenSSL takes HelloRequests without end and does not return to libcurl in between."""
        self.on_handshake(slowly(b"", [bytes([byte]) for byte in message(2, bytes(16000))]), seconds=SHORT)
        result = self.on_handshake(for_ever(b"", record(22, bytes(16384)) * 60), seconds=SHORT)
        if not blackbox.GNUTLS:  # which takes the first of them for an error
            self.assertRegex(result.message, f"^timeout: waited {SHORT} s for ")


class HostileProxy(AttackCase):
    """A proxy on the way to https does what it likes with CONNECT."""

    def through(self, talk, seconds=SECONDS):
        with TalkingServer(talk) as proxy:
            result = blackbox.run("-H", "https://crm.example", "-o", "sales", f"-t{seconds}",
                                  "--unavailable=warning", "--proxy", proxy.url, token=TOKEN)
            heads = b"".join(proxy.heads)
        self.assertIn(result.state, UNAVAILABLE, result)
        self.assertLess(result.seconds, seconds + blackbox.SLACK, result)
        self.assertNotIn(TOKEN.encode(), heads)
        self.assertEqual(heads.count(b"CONNECT "), 1)
        self.assertIsNone(result.perfdata_text, result)
        return result

    def test_answers_to_connect(self):
        """Whose body libcurl reads to its end where it is a refusal, and does not return in between."""
        established = b"HTTP/1.1 200 Connection established\r\n"
        no = b"HTTP/1.1 407 No\r\n"
        for name, talk in (
                ("the API's own answer", SOUND),
                ("plain text in the tunnel", established + b"\r\n" + SOUND),
                ("chunks", established + CHUNKED + b"\r\n" + chunks(BODY) + b"0\r\n\r\n"),
                ("redirect", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"),
                ("HTTP/0.9", BODY), ("NUL", established + b"X: a\0b\r\n\r\n"),
                ("garbage", established + b"\r\n" + bytes(range(256))),
                ("headers for ever", for_ever(established, repeated(b"X: y\r\n"))),
                ("1xx for ever", for_ever(b"", repeated(b"HTTP/1.1 100 C\r\n\r\n"))),
                ("a body for ever", for_ever(b"HTTP/1.1 403 No\r\n\r\n", b"x" * 4096)),
                ("407 without credentials", no + b"Proxy-Authenticate: Basic\r\n\r\n")):
            with self.subTest(name):
                self.through(talk)
        for name, head, piece in (
                ("length", b"Content-Length: 99999999999\r\n\r\n", bytes(65536)),
                ("chunks", CHUNKED + b"\r\n", repeated(b"1\r\nx\r\n"))):
            with self.subTest(name):
                result = self.through(for_ever(no + head, piece), seconds=SHORT)
                # libcurl 7.74 may take chunks without end for a tunnel.
                old = "|wrong version number" if blackbox.OLD_LIBRARIES else ""
                self.assertRegex(result.message, rf"\b{SHORT} s\b{old}")


if __name__ == "__main__":
    blackbox.main()
