#!/usr/bin/env python3
"""The token (manual, TOKEN): where it comes from, what is refused, and that nothing ever shows it."""

import contextlib
import ctypes
import errno
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
LONGEST = 512
SHIM = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload/failing_calls.so"


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
    """Manual, TOKEN: a source that an earlier one beats is not looked at."""

    def ini(self, *lines, name="plugins.ini"):
        return "--extra-opts=@" + self.write("\n".join(["[check_wolkvox_token]", *lines, ""]), name)

    def test_an_earlier_source_wins(self):
        beaten = os.path.join(self.directory, "beaten")
        os.mkfifo(beaten)
        file = ("--token-file", self.write(TOKEN))
        for wrong in (OTHER, "", "no token", "\x01", "\u00e9", "x" * (LONGEST + 1)):
            for args in (file, (self.ini(f"token = {TOKEN}"),), (*file, self.ini(f"token = {wrong}", name="wrong.ini"))):
                with self.subTest(args=args, wrong=wrong[:20]):
                    self.assert_asked_with(TOKEN, *args, token=wrong)
        for path in ("/nonexistent/file", self.directory, beaten):
            with self.subTest(path=path):
                self.assert_asked_with(TOKEN, self.ini(f"token-file = {path}"), *file)
        self.assert_asked_with(TOKEN, self.ini(f"token = {OTHER}", f"token-file = {file[1]}"))

    def test_an_earlier_source_that_fails_is_not_passed_over(self):
        empty = self.write("", "empty")
        for args in (("--token-file=/nonexistent",), (f"--token-file={empty}",),
                     (f"--token-file={empty}", self.ini(f"token = {TOKEN}")), (self.ini("token ="),),
                     (self.ini("token = no token"),), (self.ini("token = no token", f"token = {TOKEN}"),)):
            with self.subTest(args=args):
                self.assert_no_request(*args, token=TOKEN)

    def test_no_token(self):
        for token in (None, ""):
            self.assertIn("WOLKVOX_TOKEN", self.assert_no_request(token=token).message)
        self.assert_no_request(self.ini("operation = x"), token="")

    def test_the_last_of_several_variables(self):
        """Icinga 2 adds the check's behind its own."""
        plugin = blackbox.command("-H", api.url, "-o", "sales")
        for tokens, expected in (((OTHER, TOKEN), TOKEN), ((TOKEN, OTHER, "x", TOKEN), TOKEN), ((TOKEN, ""), None)):
            with self.subTest(tokens=tokens):
                requests = len(api.requests)
                entries = [f"WOLKVOX_TOKEN={token}".encode() for token in tokens]
                status, output = run_with_environment(plugin, entries)
                self.assertEqual(status, 0 if expected else 3, output)
                self.assertEqual([request.token for request in api.requests[requests:]],
                                 [expected] if expected else [])


def run_with_environment(argv, entries):
    """Runs a command with an environment that may name a variable twice, as no shell can."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 1)
        libc = ctypes.CDLL(None)
        entries += [f"{name}={value}".encode() for name, value in blackbox.environment().items()]
        libc.execvpe(argv[0].encode(), array(map(os.fsencode, argv)), array(entries))
        os._exit(125)
    os.close(writing)
    with open(reading, "rb") as pipe:
        output = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output


def array(items):
    items = [*items, None]
    return (ctypes.c_char_p * len(items))(*items)


class Content(TokenCase):
    # What must be refused, why, and what of it must not be shown.
    BROKEN = ((b" \t\r", "is empty"), (b"hush-1 hush-2", "holds a space"),
              (b"hush-1\thush-2", "holds a control character"), (b"hush-1\x1b[2J", "control character"),
              (b"hush-1\x7fhush-2", "control character"), (b"hush-1\xc3\xa9hush-2", "not ASCII"),
              (b"hush-1\xff", "not ASCII"), (b"\xc2\xa0hush-1", "not ASCII"),
              (b"h" * (LONGEST + 1), "longer than 512 bytes"),
              (b"Wolkvox-Token: hush-1", "keep only the token"), (b"token = hush-1", "keep only the token"),
              (b'"hush-1 hush-2"', "quotes"))
    BROKEN_IN_FILES = ((b"", "is empty"), (b"\r\nhush-1", "is empty"), (b" \t\nhush-1\n", "is empty"),
                       (b"hush-1\0hush-2", "control character"), (b"\0" * 100, "control character"),
                       ("hush-1".encode("utf-16"), "UTF-16"), (b"h" * 100000, "longer than"))
    HIDDEN = ("hush-1", "hush-2", "hhhh")

    def test_broken(self):
        for content, why in (*self.BROKEN, *self.BROKEN_IN_FILES):
            with self.subTest(content=content[:20]):
                path = self.write(content)
                for args, stdin in ((("--token-file", path), None), (("--token-file=-",), content)):
                    result = self.assert_no_request(*args, "-vvv", stdin=stdin, hidden=self.HIDDEN)
                    self.assertIn("the first line of token file", result.message)
                    self.assertIn(why, result.message)
        for content, why in self.BROKEN:
            with self.subTest(content=content[:20], source="others"):
                result = self.assert_no_request("-vvv", env={"WOLKVOX_TOKEN": content}, hidden=self.HIDDEN)
                self.assertIn(f"environment variable WOLKVOX_TOKEN", result.message)
                self.assertIn(why, result.message)
                ini = self.write(b"[check_wolkvox_token]\ntoken = " + content + b"\n", "x.ini")
                result = self.assert_no_request(f"--extra-opts=@{ini}", "-vvv", hidden=self.HIDDEN)
                self.assertIn(f"INI file {ini}, line 2: token ", result.message)
                self.assertIn(why, result.message)

    def test_what_is_dropped_around_it(self):
        for before, after in (("", ""), ("", "\r\n"), (" \t", " \t\r\n"), ("\v\f", "\f\v\n"),
                              ("\ufeff", "\n"), (" \ufeff ", ""), (" " * 5000, "\n"), ("", " " * 5000)):
            content = f"{before}{TOKEN}{after}"
            with self.subTest(content=content[:5] + content[-5:]):
                self.assert_asked_with(TOKEN, "--token-file", self.write(content))
                self.assert_asked_with(TOKEN, "--token-file=-", stdin=content.encode())
                self.assert_asked_with(TOKEN, token=content)
        self.assert_asked_with(TOKEN, "--token-file", self.write(f"{TOKEN}\nsecond \0 line\xff\n"))

    def test_the_longest_and_every_visible_character(self):
        for token in ("ab01" * (LONGEST // 4), "".join(map(chr, range(ord("!"), 0x7F)))):
            ini = self.write(f"[check_wolkvox_token]\ntoken={token}\n", "x.ini")
            self.assert_asked_with(token, "-vvv", token=token)
            self.assert_asked_with(token, "-vvv", "--token-file", self.write(f"  {token}  \n"))
            self.assert_asked_with(token, "-vvv", f"--extra-opts=@{ini}")


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

    def test_files_and_pipes(self):
        link = os.path.join(self.directory, "link")
        os.symlink(self.write(TOKEN), link)
        self.assert_asked_with(TOKEN, "--token-file", link)
        self.write(TOKEN, "-")
        self.assert_asked_with(TOKEN, "--token-file=./-", cwd=self.directory)
        self.assert_asked_with(TOKEN, "--token-file", "-", stdin=f"{TOKEN}\n".encode())
        with open(link, "rb") as file:
            self.assert_asked_with(TOKEN, "--token-file=-", stdin=file)
        with self.writer(TOKEN.encode()) as pipe:
            self.assert_asked_with(TOKEN, f"--token-file=/dev/fd/{pipe}", pass_fds=[pipe])
        path = os.path.join(self.directory, "pipe")
        os.mkfifo(path, 0o600)
        thread = threading.Thread(target=lambda: self.write(TOKEN, "pipe"), daemon=True)
        thread.start()
        self.assert_asked_with(TOKEN, "--token-file", path)
        thread.join()

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

    def test_pipes_that_stay_open_behind_the_first_line(self):
        for pieces in ((f"{TOKEN}\n",), (f"{TOKEN}\nmore",), (TOKEN[:9], f"{TOKEN[9:]}\n"),
                       (*TOKEN, "\n")):
            with self.subTest(pieces=len(pieces)):
                with self.writer(*map(str.encode, pieces), close=False) as pipe:
                    self.assert_asked_with(TOKEN, "--token-file=-", stdin=pipe)

    def assert_times_out(self, *args, **options):
        seconds = blackbox.SILENT_SECONDS
        result = self.assert_no_request(f"-t{seconds}", *args, "--unavailable=ok", **options)
        self.assertTrue(seconds - 0.1 <= result.seconds < seconds + blackbox.SLACK, result)
        self.assertRegex(result.message, f"^timeout: waited {seconds} s for the token file ")

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

    def test_what_is_neither_file_nor_pipe(self):
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(os.path.join(self.directory, "socket"))
            ends = [stack.enter_context(end) for end in socket.socketpair()]
            ends[1].sendall(f"{TOKEN}\n".encode())
            master, slave = pty.openpty()
            directory = os.open(self.directory, os.O_RDONLY)
            for descriptor in (master, slave, directory):
                stack.callback(os.close, descriptor)
            os.write(master, f"{TOKEN}\n".encode())
            for name in (self.directory, "/dev/null", "/dev/zero", "/dev/full", listener.getsockname(),
                         os.ttyname(slave)):
                with self.subTest(name=name):
                    result = self.assert_no_request("--token-file", name, token=TOKEN)
                    self.assertIn(name, result.message)
            for stdin in (ends[0], slave, directory, None):
                with self.subTest(stdin=stdin):
                    self.assert_no_request("--token-file=-", stdin=stdin, secret=TOKEN)
        self.assert_no_request("--token-file=-", preexec=lambda: os.close(0), token=TOKEN)
        with self.writer() as pipe:
            self.assert_no_request(f"--token-file=/dev/fd/{pipe}", pass_fds=[pipe])

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
        content = f"[check_wolkvox_token]\ntoken = {TOKEN}\n".encode()
        for args in (("--token-file=-", "--extra-opts=@-"), ("--extra-opts=@-", "--token-file=-"),
                     ("--extra-opts=@-", "--extra-opts=@-"), ("--extra-opts", "--token-file=-")):
            with self.subTest(args=args):
                result = self.assert_no_request(*args, stdin=content, secret=TOKEN,
                                                env={"MP_CONFIG_FILE": "-"})
                self.assertIn("standard input (-) can be named once", result.message)

    def test_names_of_files(self):
        """They are shown only where they cannot be the token."""
        path = self.write(TOKEN, mode=0o600 if os.geteuid() == 0 else 0)
        user = "nobody" if os.geteuid() == 0 else None
        result = self.assert_no_request("--token-file", path, user=user, secret=TOKEN)
        self.assertRegex(result.message, f"^cannot open the token file {path}: Permission denied as user ")
        for name in ("/nonexistent/some-name", path + "/below"):
            result = self.assert_no_request(f"--token-file={name}", token=OTHER)
            self.assertIn(f"cannot open the token file {name}: ", result.message)
        for secret in (TOKEN, "0ddba11", "0ddba.11", "x" * 300):
            for option in ("--token-file=", "--ca-file=", "--extra-opts=@", "--extra-opts="):
                with self.subTest(option=option, secret=secret[:20]):
                    self.assert_no_request(option + secret, hidden=[secret], token=OTHER)
        long = "/" + "n" * 200
        result = self.assert_no_request(f"--token-file={long}", token=OTHER)
        self.assertIn(long[:119] + "\u2026: ", result.message)

    @unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
    def test_a_system_that_refuses_to_open_standard_input_again(self):
        """Nor does anything else that opens a file stand in the way."""
        for number in range(1, 4):
            env = {"LD_PRELOAD": str(SHIM), "FAULT_CALL": "open", "FAULT_NUMBER": str(number),
                   "FAULT_ERRNO": str(errno.EPERM), "FAULT_REPORT": os.devnull}
            with self.subTest(number=number):
                self.assert_asked_with(TOKEN, "--token-file=-", stdin=TOKEN.encode(), env=env)


def write_all(descriptor, pieces, close):
    with contextlib.suppress(OSError):
        for piece in pieces:
            os.write(descriptor, piece)
    if close:
        os.close(descriptor)


class Hint(TokenCase):
    """The text before the perfdata ends in the hint."""

    def assert_hint(self, expected, *args, **options):
        result = self.run_with(*args, secret=TOKEN, **options)
        self.assertEqual(result.message.endswith(HINT), expected, result)
        self.assertEqual(result.text.count(HINT.strip(" ()")), int(expected), result)

    def test_modes(self):
        for mode, expected in ((0o644, True), (0o604, True), (0o640, False), (0o600, False), (0o400, False)):
            with self.subTest(mode=oct(mode)):
                self.assert_hint(expected, "--token-file", self.write(TOKEN, mode=mode))

    def test_at_every_verbosity_and_in_every_state(self):
        path = self.write(TOKEN, mode=0o644)
        for reply in (wolkvox.Reply(500), wolkvox.Reply(body="x"), wolkvox.BUSY.reply(),
                      wolkvox.LIMIT_EXCEEDED.reply(), wolkvox.Reply(raw=b"")):
            for flags in ((), ("-v",), ("-vvv",)):
                with self.subTest(reply=vars(reply), flags=flags):
                    api.default_reply = reply
                    self.assert_hint(True, *flags, "--token-file", path)
        self.assert_hint(True, "--token-file", path, "-H", "https://127.255.255.254:1")

    def test_not_for_standard_input_nor_what_is_not_used(self):
        with open(self.write(TOKEN, mode=0o644), "rb") as file:
            self.assert_hint(False, "--token-file=-", stdin=file)
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
                    self.assert_hidden(token, ("-vvv", "-vv", "-v", "-vvv")[number % 4])

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

    def test_in_options(self):
        dead = "http://127.255.255.254:1"
        for args in (("-o", TOKEN), ("-o", self.FORMS["percent"](TOKEN)),
                     *(("-H", server, f"--proxy={dead}") for server in (
                         f"{TOKEN}.example.com", TOKEN, f"https://{TOKEN}.wolkvox.com/{TOKEN}",
                         f"https://localhost:1/{TOKEN}")),
                     *(("-H", "https://localhost:1", f"--proxy={proxy}") for proxy in (
                         f"http://{TOKEN}:{TOKEN}@127.255.255.254:1", f"http://{TOKEN}@localhost:1"))):
            with self.subTest(args=args):
                self.assert_hidden(TOKEN, *args, "-vvv")

    def test_in_the_names_of_files(self):
        for option in ("--token-file=", "--ca-file=", "--extra-opts=@", "--extra-opts="):
            for name in (f"/nonexistent/{TOKEN}", TOKEN, f"/no/{TOKEN[:9]}\n{TOKEN[9:]}", f"{TOKEN}.ini",
                         f"two {TOKEN}@/nonexistent"):
                with self.subTest(option=option, name=name):
                    self.assert_hidden(TOKEN, option + name, "-vvv")

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
