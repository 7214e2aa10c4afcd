#!/usr/bin/env python3
"""The token: where it comes from, what is refused, and that nothing ever shows it."""

import contextlib
import json
import os
import pathlib
import pty
import random
import re
import socket
import subprocess
import threading
import unittest
import urllib.parse

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "0ddba11" * 7 + "6a7b8"
OTHER = "5eeded" * 9
HINT = " (token file is readable by everyone)"
LONGEST = 4096


def setUpModule():
    global api
    api = blackbox.plain_stand_in()


def is_asleep(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][0] in "SZ"


class TokenCase(blackbox.FilesCase):
    """What the cases share: the stand-in, and a directory that everybody can look into."""

    def setUp(self):
        super().setUp()
        api.clear()
        api.default_reply = wolkvox.Reply.json(blackbox.envelope())

    def run_with(self, *args, **options):
        return blackbox.run("-H", api.url, "-o", "sales", *args, **options)

    def assert_asked_with(self, expected, *args, **options):
        """One request, with the expected token, and an understood answer."""
        requests = len(api.requests)
        result = self.run_with(*args, secret=expected, **options)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual([request.token for request in api.requests[requests:]], [expected])
        return result

    def assert_no_request(self, *args, hidden=(), **options):
        """UNKNOWN without a request; nothing of what is hidden is shown."""
        connections = api.connections
        result = self.run_with(*args, **options)
        self.assertEqual(result.state, "UNKNOWN", result)
        self.assertNotIn("|", result.text, result)
        self.assertEqual(api.connections, connections, result)
        for text in hidden:
            self.assertNotIn(text, result.text, result)
        return result


class Order(TokenCase):
    def ini(self, *lines, mode=0o600):
        return "--extra-opts=@" + self.write("\n".join(["[check_wolkvox_token]", *lines, ""]),
                                            "plugins.ini", mode)

    def test_the_environment(self):
        self.assert_asked_with(TOKEN, token=TOKEN)

    def test_an_ini_file_comes_before_the_environment(self):
        for token in (OTHER, "", "no token", "\x01", "x" * (LONGEST + 1)):
            with self.subTest(environment=token[:20]):
                self.assert_asked_with(TOKEN, self.ini(f"token = {TOKEN}"), token=token)

    def test_a_token_file_comes_before_the_environment(self):
        for token in (OTHER, "", "no token", "\u00e9"):
            with self.subTest(environment=token):
                self.assert_asked_with(TOKEN, "--token-file", self.write(TOKEN), token=token)

    def test_a_token_file_comes_before_an_ini_file(self):
        for value in (OTHER, "no token", "x" * (LONGEST + 1)):
            with self.subTest(ini=value[:20]):
                self.assert_asked_with(TOKEN, self.ini(f"token = {value}"),
                                       "--token-file", self.write(TOKEN), token="no token")

    def test_a_token_file_that_an_ini_file_names_comes_before_its_token(self):
        self.assert_asked_with(TOKEN, self.ini(f"token = {OTHER}",
                                               f"token-file = {self.write(TOKEN)}"))

    def test_a_beaten_token_file_is_not_looked_at(self):
        beaten = os.path.join(self.directory, "beaten")
        os.mkfifo(beaten)
        for path in ("/nonexistent/file", self.directory, beaten):
            with self.subTest(path=path):
                self.assert_asked_with(TOKEN, self.ini(f"token-file = {path}"),
                                       "--token-file", self.write(TOKEN))

    def test_an_earlier_source_that_fails_is_not_passed_over(self):
        empty = self.write("", "empty")
        self.assert_no_request("--token-file=/nonexistent", token=TOKEN)
        self.assert_no_request(f"--token-file={empty}", token=TOKEN)
        self.assert_no_request(f"--token-file={empty}", self.ini(f"token = {TOKEN}"), secret=TOKEN)
        self.assert_no_request(self.ini("token ="), token=TOKEN)
        self.assert_no_request(self.ini("token = no token"), token=TOKEN)

    def test_no_token(self):
        self.assertIn("WOLKVOX_TOKEN", self.assert_no_request().message)
        self.assert_no_request(token="")
        self.assert_no_request(self.ini("operation = x"), token="")


class Content(TokenCase):
    # What must be refused, and what of it must not be shown.
    BROKEN = (b"", b" ", b"\t\r", b"hush-1 hush-2", b"hush-1\thush-2", b"hush-1\rhush-2",
              b"hush-1\x01hush-2", b"hush-1\x7fhush-2", b"hush-1\x1b[2Jhush-2",
              b"hush-1\xc3\xa9hush-2", b"hush-1\x80hush-2", b"hush-1\xffhush-2",
              b"hush-1\xc2\xa0", b"\xef\xbb\xbfhush-1", b"h" * (LONGEST + 1))
    BROKEN_IN_FILES = (b"hush-1\0hush-2", b"hush-1\0", b"\0hush-1", b"\nhush-1\n", b"\r\nhush-1",
                       b" \t\nhush-1\n", b"\0" * 100, b"h" * 100000)
    HIDDEN = ("hush-1", "hush-2", "hhhh")

    def test_broken_in_a_file(self):
        for content in (*self.BROKEN, *self.BROKEN_IN_FILES):
            with self.subTest(content=content[:20]):
                result = self.assert_no_request("--token-file", self.write(content), "-vvv",
                                                hidden=self.HIDDEN)
                self.assertIn("token file", result.message)

    def test_broken_in_a_pipe(self):
        for content in self.BROKEN[::3] + self.BROKEN_IN_FILES[::3]:
            with self.subTest(content=content[:20]):
                self.assert_no_request("--token-file=-", "-vvv", stdin=content, hidden=self.HIDDEN)

    def test_broken_in_the_environment(self):
        for content in (*self.BROKEN[1:], b"hush-1\nhush-2"):
            with self.subTest(content=content[:20]):
                result = self.assert_no_request("-vvv", env={"WOLKVOX_TOKEN": content},
                                                hidden=self.HIDDEN)
                self.assertIn("WOLKVOX_TOKEN", result.message)

    def test_broken_in_an_ini_file(self):
        for content in (*self.BROKEN, b"hush-1\0hush-2"):
            with self.subTest(content=content[:20]):
                ini = self.write(b"[check_wolkvox_token]\ntoken = " + content + b"\n", "x.ini")
                result = self.assert_no_request(f"--extra-opts=@{ini}", "-vvv", hidden=self.HIDDEN)
                self.assertIn("x.ini", result.message)
                self.assertRegex(result.message, r"\b2\b")

    def test_white_space_around(self):
        for before, after in (("", ""), ("", "\n"), ("", "\r\n"), (" \t", " \t\r\n"),
                              ("\v\f", "\f\v\n"), ("", "\nsecond \0 line\xff\n"),
                              (" " * 5000, "\n"), ("", " " * 5000)):
            content = f"{before}{TOKEN}{after}"
            with self.subTest(content=content[:5] + content[-5:]):
                self.assert_asked_with(TOKEN, "--token-file", self.write(content))
                self.assert_asked_with(TOKEN, "--token-file=-", stdin=content.encode())
        for content in (f" \t{TOKEN}\r\n", f"\n{TOKEN}\v\f"):
            with self.subTest(environment=content):
                self.assert_asked_with(TOKEN, token=content)

    def test_the_longest(self):
        token = "ab01" * (LONGEST // 4)
        self.assert_asked_with(token, "--token-file", self.write(token))
        self.assert_asked_with(token, "--token-file", self.write(f"  {token}  \n"))
        self.assert_asked_with(token, "--token-file=-", stdin=token.encode())
        self.assert_asked_with(token, token=token)
        ini = self.write(f"[check_wolkvox_token]\ntoken={token}\n", "x.ini")
        self.assert_asked_with(token, f"--extra-opts=@{ini}")

    def test_every_visible_character(self):
        token = "".join(map(chr, range(ord("!"), 0x7F)))
        for options in ({"token": token}, {"stdin": token.encode()}):
            args = ("--token-file=-",) if "stdin" in options else ()
            self.assert_asked_with(token, *args, "-vvv", **options)


class Kinds(TokenCase):
    """FILE is a regular file or a pipe."""

    @contextlib.contextmanager
    def writer(self, *pieces, close=True):
        """A pipe's reading end, to which a thread writes; without `close` it stays open."""
        reading, writing = os.pipe()
        thread = threading.Thread(target=write_all, args=(writing, pieces, close), daemon=True)
        thread.start()
        try:
            yield reading
        finally:
            os.close(reading)
            thread.join()
            if not close:
                os.close(writing)

    def test_a_symbolic_link(self):
        link = os.path.join(self.directory, "link")
        os.symlink(self.write(TOKEN), link)
        self.assert_asked_with(TOKEN, "--token-file", link)

    def test_standard_input(self):
        self.assert_asked_with(TOKEN, "--token-file=-", stdin=TOKEN.encode())
        self.assert_asked_with(TOKEN, "--token-file", "-", stdin=f"{TOKEN}\n".encode())
        with open(self.write(TOKEN), "rb") as file:
            self.assert_asked_with(TOKEN, "--token-file=-", stdin=file)

    def test_standard_input_from_a_named_pipe(self):
        """Its writer may have gone before the plugin looks."""
        path = os.path.join(self.directory, "pipe")
        os.mkfifo(path)
        for content in (TOKEN, f"{TOKEN}\n"):
            reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            with open(path, "w", encoding="ascii") as pipe:
                pipe.write(content)
            os.set_blocking(reading, True)
            with self.subTest(content):
                self.assert_asked_with(TOKEN, "--token-file=-", stdin=reading)
            os.close(reading)

    def test_a_file_called_like_standard_input(self):
        self.write(TOKEN, "-")
        self.assert_asked_with(TOKEN, "--token-file=./-", cwd=self.directory)

    def test_a_pipe_as_of_the_shell(self):
        with self.writer(TOKEN.encode()) as pipe:
            self.assert_asked_with(TOKEN, f"--token-file=/dev/fd/{pipe}", pass_fds=[pipe])

    def test_a_named_pipe(self):
        path = os.path.join(self.directory, "pipe")
        os.mkfifo(path, 0o600)
        thread = threading.Thread(target=write_to_path, args=(path, TOKEN.encode()), daemon=True)
        thread.start()
        self.assert_asked_with(TOKEN, "--token-file", path)
        thread.join()

    def test_pipes_that_stay_open_behind_the_first_line(self):
        for pieces in ((f"{TOKEN}\n",), (f"{TOKEN}\nmore",), (TOKEN[:9], f"{TOKEN[9:]}\n"),
                       (*TOKEN, "\n")):
            with self.subTest(pieces=len(pieces)):
                with self.writer(*map(str.encode, pieces), close=False) as pipe:
                    self.assert_asked_with(TOKEN, "--token-file=-", stdin=pipe)

    def assert_times_out(self, *args, **options):
        result = self.assert_no_request(f"-t{blackbox.SILENT_SECONDS}", *args, "--unavailable=ok", **options)
        self.assertGreaterEqual(result.seconds, blackbox.SILENT_SECONDS - 0.1)
        self.assertLess(result.seconds, blackbox.SILENT_SECONDS + blackbox.SLACK)
        self.assertIn(f"{blackbox.SILENT_SECONDS} s", result.message)
        self.assertRegex(result.message, "token file|standard input")

    def test_pipes_that_do_not_deliver_in_time(self):
        for pieces in ((), (TOKEN[:9].encode(),)):
            with self.subTest(pieces=pieces), self.writer(*pieces, close=False) as pipe:
                self.assert_times_out("--token-file=-", stdin=pipe)
        path = os.path.join(self.directory, "pipe")
        os.mkfifo(path)
        with self.subTest("a named pipe without a writer"):
            self.assert_times_out("--token-file", path)
        with self.subTest("a named pipe with a writer"):
            descriptor = os.open(path, os.O_RDWR)
            self.assert_times_out("--token-file", path)
            os.close(descriptor)

    def test_a_pipe_that_ends_at_once(self):
        with self.writer() as pipe:
            self.assert_no_request(f"--token-file=/dev/fd/{pipe}", pass_fds=[pipe])

    def test_what_is_neither_file_nor_pipe(self):
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        path = os.path.join(self.directory, "socket")
        listener.bind(path)
        for name in (self.directory, "/dev/null", "/dev/zero", path, "/dev/full"):
            with self.subTest(name=name):
                result = self.assert_no_request("--token-file", name, token=TOKEN)
                self.assertIn(name, result.message)
                self.assertLess(result.seconds, 9 + blackbox.SLACK)

    def test_standard_input_that_is_neither(self):
        with contextlib.ExitStack() as stack:
            ends = [stack.enter_context(end) for end in socket.socketpair()]
            ends[1].sendall(f"{TOKEN}\n".encode())
            null = stack.enter_context(open("/dev/null", "rb"))
            directory = os.open(self.directory, os.O_RDONLY)
            stack.callback(os.close, directory)
            for name, stdin in (("socket", ends[0]), ("null", null), ("directory", directory)):
                with self.subTest(stdin=name):
                    self.assert_no_request("--token-file=-", stdin=stdin, secret=TOKEN)

    def test_terminals(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        os.write(master, f"{TOKEN}\n".encode())
        self.assert_no_request("--token-file=-", stdin=slave, secret=TOKEN)
        self.assert_no_request("--token-file", os.ttyname(slave), secret=TOKEN)

    def test_closed_standard_input(self):
        self.assert_no_request("--token-file=-", preexec=lambda: os.close(0), token=TOKEN)

    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "too many starts for the time that they have")
    def test_standard_input_that_others_read_too(self):
        """One of them gets the token; the others do not wait for what it has taken."""
        reading, writing = os.pipe()
        checks = []
        for _ in range(24):
            checks.append(subprocess.Popen(  # pylint: disable=consider-using-with
                blackbox.command("-H", api.url, "-o", "x", "-t1", "--token-file=-"), stdin=reading,
                stdout=subprocess.DEVNULL, env=blackbox.environment()))
            self.addCleanup(checks[-1].wait)
            self.addCleanup(checks[-1].kill)
        try:
            blackbox.wait_until(lambda: all(is_asleep(check.pid) for check in checks))
            os.write(writing, TOKEN.encode() + b"\n")
            for check in checks:
                self.assertIn(check.wait(1 + blackbox.SLACK), range(4))
        finally:
            os.close(reading)
            os.close(writing)

    def test_standard_input_once(self):
        ini = self.write("[check_wolkvox_token]\ntoken-file = -\n", "x.ini")
        for args in (("--token-file=-", "--extra-opts=@-"), ("--extra-opts=@-", "--token-file=-"),
                     ("--extra-opts=@-", "--extra-opts=@-"),
                     ("--extra-opts=@-", f"--extra-opts=@{ini}")):
            with self.subTest(args=args):
                content = f"[check_wolkvox_token]\ntoken = {TOKEN}\n"
                result = self.assert_no_request(*args, stdin=content.encode(), secret=TOKEN)
                self.assertIn("standard input", result.message)
        result = self.assert_no_request("--extra-opts", "--token-file=-", stdin=TOKEN.encode(),
                                        env={"MP_CONFIG_FILE": "-"}, secret=TOKEN)
        self.assertIn("can be named once", result.message)

    def test_names_of_files_that_cannot_be_read(self):
        for name in ("/nonexistent/some-name", self.write(TOKEN) + "/below", "x" * 300):
            with self.subTest(name=name[:40]):
                result = self.assert_no_request(f"--token-file={name}", token=OTHER)
                self.assertIn("token file", result.message)
        result = self.assert_no_request("--token-file=/nonexistent/some-name")
        self.assertIn("/nonexistent/some-name", result.message)

    def test_a_file_without_permission(self):
        path = self.write(TOKEN, mode=0o600 if os.geteuid() == 0 else 0)
        user = "nobody" if os.geteuid() == 0 else None
        result = self.assert_no_request("--token-file", path, user=user, secret=TOKEN)
        self.assertIn(path, result.message)


def write_all(descriptor, pieces, close):
    with contextlib.suppress(OSError):
        for piece in pieces:
            os.write(descriptor, piece)
    if close:
        os.close(descriptor)


def write_to_path(path, content):
    with open(path, "wb") as file:
        file.write(content)


class Hint(TokenCase):
    """The text before the perfdata ends in the hint."""

    def assert_hint(self, expected, *args, **options):
        result = self.run_with(*args, secret=TOKEN, **options)
        self.assertEqual(result.message.endswith(HINT), expected, result)
        self.assertEqual(result.text.count(HINT.strip(" ()")), int(expected), result)
        return result

    def test_modes(self):
        for mode, expected in ((0o644, True), (0o604, True), (0o777, True), (0o640, False),
                               (0o600, False), (0o660, False), (0o400, False)):
            with self.subTest(mode=oct(mode)):
                result = self.assert_hint(expected, "--token-file", self.write(TOKEN, mode=mode))
                self.assertEqual(result.state, "OK")

    def test_at_every_verbosity(self):
        for flag in ("-v", "-vv", "-vvv"):
            with self.subTest(flag=flag):
                self.assert_hint(True, flag, "--token-file", self.write(TOKEN, mode=0o644))

    def test_in_every_state(self):
        path = self.write(TOKEN, mode=0o644)
        for reply in (wolkvox.Reply(500), wolkvox.Reply(body="x"), wolkvox.BUSY.reply(),
                      wolkvox.LIMIT_EXCEEDED.reply(), wolkvox.Reply(raw=b"")):
            with self.subTest(reply=vars(reply)):
                api.default_reply = reply
                self.assert_hint(True, "--token-file", path)

    def test_without_a_connection(self):
        path = self.write(TOKEN, mode=0o644)
        self.assert_hint(True, "--token-file", path, "-H", "https://127.255.255.254:1")

    def test_not_for_standard_input(self):
        with open(self.write(TOKEN, mode=0o644), "rb") as file:
            self.assert_hint(False, "--token-file=-", stdin=file)
        self.assert_hint(False, "--token-file=-", stdin=TOKEN.encode())

    def test_not_for_a_file_that_is_not_used(self):
        readable = self.write(f"[check_wolkvox_token]\ntoken = {OTHER}\n", "x.ini", 0o644)
        self.assert_hint(False, f"--extra-opts=@{readable}", "--token-file", self.write(TOKEN))
        self.assert_hint(False, token=TOKEN)


class Secrecy(TokenCase):
    """The server echoes the token in every way; nothing of it is seen."""

    TOKENS = (TOKEN, "ab%41cd%2fef0123456789", 'back\\slash"quote/0123456789',
              "pipe|less<than>amp&question?0123", "q?u?e?s?t?i?o?n?s?0123456789",
              "\\u0041\\n\\\\0123456789abcdef", "%%25%2525%0123456789abcdef",
              "'`$(id)`'#;{}~^0123456",
              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "abababababababababababababab",
              "dead***beef0123456789", "***0123456789abcdef***", '""""0123456789abcdef"}')
    FORMS = {
        "plain": lambda token: token,
        "unicode escapes": lambda token: "".join(f"\\u{ord(c):04x}" for c in token),
        "capital escapes": lambda token: "".join(f"\\u{ord(c):04X}" for c in token),
        "half escaped": lambda token: f"\\u{ord(token[0]):04x}{json.dumps(token[1:])[1:-1]}",
        "JSON": lambda token: json.dumps(token)[1:-1].replace("/", "\\/"),
        "percent": lambda token: "".join(f"%{ord(c):02x}" for c in token),
        "percent capital": lambda token: "".join(f"%{ord(c):02X}" for c in token),
        "quoted": lambda token: urllib.parse.quote(token, safe=""),
        "twice": lambda token: token * 2,
        "in itself": lambda token: token[:5] + token + token[5:],
        "once more after masking": lambda token: token.replace("***", token, 1),
        "pipes for question marks": lambda token: token.replace("?", "|"),
        "backslashes for question marks": lambda token: token.replace("?", "\\"),
        "controls for question marks": lambda token: token.replace("?", "\x01"),
    }

    def assert_hidden(self, token, *args):
        """Neither the token nor half of it is shown, as it stands or in an encoding."""
        result = self.run_with(*args, token=token)
        for reading in readings(result.text):
            for secret in (token, *halves(token)):
                self.assertNotIn(secret, reading, f"{token!r}\n{result}")
        return result

    def replies(self, token):
        """One reply each for the ways that an answer can go; every place has every form."""
        shown = [form(token) for form in self.FORMS.values()]
        for text in shown + [f"{'x' * 100} {token}", token[:9] + "\n" + token[9:]]:
            yield wolkvox.Reply.json(blackbox.envelope(description=text, msg=text, extra=text))
        everything = " ".join(shown)
        header = re.sub(r"[\x00-\x1f]", "", everything)
        headers = [("X-Echo", header)]
        yield wolkvox.Reply.json(echoes(everything), 403, headers=headers, reason=token)
        yield wolkvox.Reply(500, headers, f"<p>{everything}\n{token}</p>", reason=header)
        yield wolkvox.Reply(200, headers, f"no JSON {everything}")

    def test_echoes(self):
        tokens = self.TOKENS[::5] if blackbox.PLUGIN_WRAPPER else self.TOKENS
        for token in tokens:
            for number, reply in enumerate(self.replies(token)):
                with self.subTest(token=token, reply=number):
                    api.default_reply = reply
                    self.assert_hidden(token, "-vvv")

    def test_echoes_at_every_verbosity(self):
        for reply in list(self.replies(TOKEN))[::4]:
            for args in ((), ("-v",), ("-vv",)):
                with self.subTest(body=reply.body[:60], args=args):
                    api.default_reply = reply
                    self.assert_hidden(TOKEN, *args)

    def test_it_is_masked_by_three_stars(self):
        text = f"before {TOKEN} behind"
        api.default_reply = wolkvox.Reply.json(blackbox.envelope(description=text))
        result = self.assert_hidden(TOKEN)
        self.assertTrue(result.message.startswith("before *** behind: "), result)
        api.default_reply = wolkvox.Reply.json({"code": "403", "error": text, "msg": text}, 403)
        self.assertEqual(self.assert_hidden(TOKEN).message.count("before *** behind"), 2)

    def test_split_by_line_breaks(self):
        for split in ("\n", "\r\n", "\r", "\n\n", "\n \t", "\\n", "\\r\\n", "\\u000a", "%0a",
                      "%0D%0A", "\u2028", "\u0085"):
            text = TOKEN[:30] + split + TOKEN[30:]
            escaped = json.dumps(text)[1:-1].replace("\\\\", "\\")
            refusal = f'{{"code":"403","error":"x","msg":"{escaped}"}}'
            for reply in (wolkvox.Reply(500, body=text), wolkvox.Reply(200, body=text),
                          wolkvox.Reply.json(refusal, 403)):
                with self.subTest(split=split, status=reply.status):
                    api.default_reply = reply
                    self.assert_hidden(TOKEN, "-vvv")

    def test_many_lines_and_a_long_token(self):
        """Looking for the token in each takes no noticeable time."""
        token = "".join(random.Random(0).choices("abcdefghijklmnop0123456789", k=4096))
        api.default_reply = wolkvox.Reply(500, body="abcdefghijklmnop\n" * 3800)
        result = self.assert_hidden(token, "-vvv")
        self.assertGreater(len(result.lines), 3800)
        self.assertLess(result.seconds, blackbox.SLACK, result.line)

    def test_split_in_many_lines(self):
        for size in (1, 8, 17):
            lines = [TOKEN[i:i + size] for i in range(0, len(TOKEN), size)]
            api.default_reply = wolkvox.Reply(500, body="\n".join(lines))
            with self.subTest(size=size):
                result = self.assert_hidden(TOKEN, "-vvv")
                received = [line[2:] for line in result.lines if line.startswith("< ")]
                self.assertNotIn(TOKEN, "".join(received), result)

    def test_cut_by_the_end_of_a_field(self):
        for before in (70, 90, 100, 110, 115, 118, 119, 120):
            text = "x" * before + TOKEN + "y" * 200
            for reply in (wolkvox.Reply.json(blackbox.envelope(description=text)),
                          wolkvox.Reply.json({"code": "403", "error": "z", "msg": text}, 403)):
                with self.subTest(before=before, status=reply.status):
                    api.default_reply = reply
                    result = self.assert_hidden(TOKEN, "-vv")
                    self.assertNotIn(TOKEN[:16], result.text)

    def test_redirects(self):
        for location in (f"https://{TOKEN}.example/", f"https://elsewhere.example/?{TOKEN}",
                         f"https://{TOKEN}@elsewhere.example/", f"/{TOKEN}", TOKEN,
                         f"https://elsewhere.example/{self.FORMS['percent'](TOKEN)}",
                         f"https://{self.FORMS['percent'](TOKEN)}.example/",
                         f"https://[{TOKEN}]/", f"{TOKEN}://x/", f"https://x:{TOKEN}/"):
            with self.subTest(location=location):
                api.default_reply = wolkvox.Reply(302, [("Location", location)])
                self.assertEqual(self.assert_hidden(TOKEN, "-vvv").state, "CRITICAL")

    def test_what_is_no_http(self):
        head = b"HTTP/1.1 200 OK\r\n"
        token = TOKEN.encode()
        for raw in (token, b"HTTP/1.1 " + token + b"\r\n\r\n",
                    b"HTTP/" + token + b" 200 OK\r\n\r\n",
                    head + token + b"\r\n\r\n", head + b"Content-Length: " + token + b"\r\n\r\n",
                    head + b"Transfer-Encoding: " + token + b"\r\n\r\n",
                    head + b"Content-Encoding: " + token + b"\r\n\r\nx",
                    head + b"Transfer-Encoding: chunked\r\n\r\n" + token + b"\r\n",
                    head + b"X-Folded: " + token[:30] + b"\r\n " + token[30:] + b"\r\n\r\n",
                    head + b"Content-Length: 500\r\n\r\n" + token):
            with self.subTest(raw=raw[:40]):
                api.default_reply = wolkvox.Reply(raw=raw)
                self.assert_hidden(TOKEN, "-vvv")

    def test_between_headers_and_body(self):
        half = TOKEN[:30]
        for raw in (f"HTTP/1.1 500 X\r\nContent-Length: 30\r\nX: {half}\r\n\r\n{TOKEN[30:]}",
                    f"HTTP/1.1 500 X\r\n{half}: {TOKEN[30:]}\r\nContent-Length: 0\r\n\r\n"):
            with self.subTest(raw=raw):
                api.default_reply = wolkvox.Reply(raw=raw.encode())
                result = self.run_with("-vvv", token=TOKEN)
                self.assertNotIn(TOKEN, re.sub(r"[\s<>:]", "", result.text), result)

    def test_the_request_is_shown_without_it(self):
        result = self.assert_hidden(TOKEN, "-vvv")
        self.assertIn("> Wolkvox-Token: ***", result.lines)

    def test_in_the_operation(self):
        for form in ("plain", "percent"):
            with self.subTest(form=form):
                self.assert_hidden(TOKEN, "-o", self.FORMS[form](TOKEN), "-vvv")

    def test_in_the_server(self):
        for server in (f"{TOKEN}.example.com", TOKEN, f"https://{TOKEN}.wolkvox.com/{TOKEN}",
                       f"https://localhost:1/{TOKEN}"):
            with self.subTest(server=server):
                self.assert_hidden(TOKEN, "-H", server, "-vvv", "--proxy=http://127.255.255.254:1")

    def test_in_the_proxy(self):
        for proxy in (f"http://{TOKEN}:{TOKEN}@127.255.255.254:1", f"http://{TOKEN}@localhost:1"):
            with self.subTest(proxy=proxy):
                self.assert_hidden(TOKEN, "-H", "https://localhost:1", f"--proxy={proxy}", "-vvv")

    def test_in_the_names_of_files(self):
        for option in ("--token-file=", "--ca-file=", "--extra-opts=@", "--extra-opts="):
            for name in (f"/nonexistent/{TOKEN}", TOKEN, f"{self.directory}/{TOKEN}"):
                with self.subTest(option=option, name=name):
                    self.assert_hidden(TOKEN, option + name, "-vvv")
        self.assert_hidden(TOKEN, f"--ca-file=/nonexistent/{TOKEN[:9]}\n{TOKEN[9:]}", "-vvv")

    def test_the_token_given_as_its_file(self):
        """Nothing else is told to be the token, but an error that shows it gives it away."""
        for option in ("--token-file=", "--extra-opts=@"):
            with self.subTest(option=option):
                self.assert_no_request(option + TOKEN, hidden=[TOKEN])

    def test_from_a_file_in_the_name_of_another(self):
        path = self.write(TOKEN)
        self.assert_no_request("--token-file", path, f"--ca-file=/nonexistent/{TOKEN}",
                               secret=TOKEN)
        ini = self.write(f"[check_wolkvox_token]\ntoken={TOKEN}\nca-file=/no/{TOKEN}\n", "x.ini")
        self.assert_no_request(f"--extra-opts=@{ini}", secret=TOKEN)


def halves(token):
    """Parts that are long enough to be nothing else than the token's."""
    half = len(token) // 2
    return [part for part in (token[:half], token[half:]) if len(part) >= 16]


def readings(text):
    """How a reader may take the output: as it stands, or with its escapes undone."""
    unescaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return text, unescaped, urllib.parse.unquote(text), urllib.parse.unquote(unescaped)


def echoes(text):
    return {"code": text, "error": text, "msg": text, text: text,
            "data": {"description": text, text: [text]}}


if __name__ == "__main__":
    blackbox.main()
