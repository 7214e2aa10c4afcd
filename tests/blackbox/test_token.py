#!/usr/bin/env python3
"""The token (manual, TOKEN): where it comes from, what is refused, and that nothing ever shows it."""

import contextlib
import errno
import json
import os
import pathlib
import pty
import re
import socket
import sys
import threading
import unittest
import urllib.parse

import blackbox
from blackbox import feeding

wolkvox = blackbox.load_api()

TOKEN = blackbox.TOKEN
OTHER = "5eeded" * 9
HINT = " (token file is readable by everyone)"
LONGEST = 512
# Runs what stands behind "--" with further variables, which may name one twice, as no shell can.
WITH_VARIABLES = """
import ctypes, os, sys
end = sys.argv.index("--")
def array(words):
    return (ctypes.c_char_p * (len(words) + 1))(*map(os.fsencode, words), None)
entries = sys.argv[1:end] + [f"{name}={value}" for name, value in os.environ.items()]
command = sys.argv[end + 1:]
ctypes.CDLL(None).execvpe(os.fsencode(command[0]), array(command), array(entries))
"""


def is_asleep(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][0] in "SZ"


class TokenCase(blackbox.ApiCase):

    def check(self, *args, **options):
        return super().check(*args, **{"token": None, **options})

    def assert_asked_with(self, expected, *args, **options):
        """One request, with the expected token, and an understood answer."""
        self.expect("OK", *args, secret=expected, **options)
        self.assertEqual(self.api.requests[-1].token, expected)

    def assert_no_request(self, *args, hidden=(), message=".", **options):
        """UNKNOWN without a request; nothing of what is hidden is shown."""
        result = self.expect("UNKNOWN", *args, requests=0, message=message, **options)
        self.assertNotIn("|", result.text, result)
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
            for args in (file, (self.ini(f"token = {TOKEN}"),), (*file,
                         self.ini(f"token = {wrong}", name="wrong.ini"))):
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
            self.assert_no_request(token=token, message="WOLKVOX_TOKEN")
        self.assert_no_request(self.ini("operation = x"), token="")

    def test_the_last_of_several_variables(self):
        """Icinga 2 adds the check's behind its own."""
        for tokens, expected in (((OTHER, TOKEN), TOKEN), ((TOKEN, OTHER, "x", TOKEN), TOKEN),
                                 ((TOKEN, ""), None)):
            with self.subTest(tokens=tokens):
                variables = [f"WOLKVOX_TOKEN={token}" for token in tokens]
                options = {"wrapper": [sys.executable, "-c", WITH_VARIABLES, *variables, "--"]}
                if expected:
                    self.assert_asked_with(expected, **options)
                else:
                    self.assert_no_request(**options)


class Content(TokenCase):
    """What must be refused, why, and that nothing of it is shown; unit/test_secret.c has more."""

    BROKEN = ((b" \t\r", "is empty"), (b"hush-1 hush-2", "holds a space"),
              (b"hush-1\x1b[2J", "control character"), (b"hush-1\xc3\xa9hush-2", "not ASCII"),
              (b"h" * (LONGEST + 1), "longer than 512 bytes"),
              (b"Wolkvox-Token: hush-1", "keep only the token"), (b'"hush-1 hush-2"', "quotes"))
    BROKEN_IN_FILES = ((b"", "is empty"), (b" \t\nhush-1\n", "is empty"),
                       (b"hush-1\0hush-2", "control character"),
                       ("hush-1".encode("utf-16"), "UTF-16"), (b"h" * 100000, "longer than"))

    def test_broken(self):
        for content, why in (*self.BROKEN, *self.BROKEN_IN_FILES):
            path = self.write(content)
            ini = self.write(b"[check_wolkvox_token]\ntoken = " + content + b"\n", "x.ini")
            rows = [(("--token-file", path), {}, "token file"),
                    (("--token-file=-",), {"stdin": content}, "token file")]
            if (content, why) in self.BROKEN:
                rows += [((), {"env": {"WOLKVOX_TOKEN": content}}, "environment variable WOLKVOX_TOKEN"),
                         ((f"--extra-opts=@{ini}",), {}, f"INI file {ini}, line 2: token ")]
            for args, options, where in rows:
                with self.subTest(content=content[:20], args=args):
                    self.assert_no_request("-vvv", *args, hidden=("hush-1", "hush-2", "hhhh"),
                                           message=f"{where}.*{why}", **options)

    def test_what_is_dropped_around_it(self):
        for before, after in ((" \t", " \t\r\n"), ("\ufeff\v\f", "\f\v\n"), (" " * 3000, " " * 3000)):
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

    def test_files_and_pipes(self):
        link = os.path.join(self.directory, "link")
        os.symlink(self.write(TOKEN), link)
        self.assert_asked_with(TOKEN, "--token-file", link)
        self.write(TOKEN, "-")
        self.assert_asked_with(TOKEN, "--token-file=./-", cwd=self.directory)
        self.assert_asked_with(TOKEN, "--token-file", "-", stdin=f"{TOKEN}\n".encode())
        with open(link, "rb") as file:
            self.assert_asked_with(TOKEN, "--token-file=-", stdin=file)
        with feeding(TOKEN.encode()) as pipe:
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
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as reading:
                self.write(content, "pipe")
                os.set_blocking(reading.fileno(), True)
                with self.subTest(content):
                    self.assert_asked_with(TOKEN, "--token-file=-", stdin=reading)

    def test_pipes_that_stay_open_behind_the_first_line(self):
        for pieces in ((f"{TOKEN}\n",), (f"{TOKEN}\nmore",), (*TOKEN, "\n")):
            with self.subTest(pieces=len(pieces)):
                with feeding(*map(str.encode, pieces), close=False) as pipe:
                    self.assert_asked_with(TOKEN, "--token-file=-", stdin=pipe)

    def assert_times_out(self, *args, **options):
        seconds = blackbox.SILENT_SECONDS
        result = self.assert_no_request(f"-t{seconds}", *args, "--unavailable=ok", **options)
        self.assert_timeout(result, seconds, "the token file ", "UNKNOWN")

    def test_pipes_that_do_not_deliver_in_time(self):
        for pieces in ((), (TOKEN[:9].encode(),)):
            with self.subTest(pieces=pieces), feeding(*pieces, close=False) as pipe:
                self.assert_times_out("--token-file=-", stdin=pipe)
        path = os.path.join(self.directory, "pipe")
        os.mkfifo(path)
        self.assert_times_out("--token-file", path)
        with open(os.open(path, os.O_RDWR), "rb"):  # a writer
            self.assert_times_out("--token-file", path)

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
                    self.assert_no_request("--token-file", name, token=TOKEN, message=name)
            for stdin in (ends[0], slave, directory, None):
                with self.subTest(stdin=stdin):
                    self.assert_no_request("--token-file=-", stdin=stdin, secret=TOKEN)
        self.assert_no_request("--token-file=-", preexec=lambda: os.close(0), token=TOKEN)
        with feeding() as pipe:
            self.assert_no_request(f"--token-file=/dev/fd/{pipe}", pass_fds=[pipe])

    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "too many starts for the time that they have")
    def test_standard_input_that_others_read_too(self):
        """One of them gets the token; the others do not wait for what it has taken."""
        reading, writing = os.pipe()
        with contextlib.ExitStack() as stack:
            for descriptor in (reading, writing):
                stack.callback(os.close, descriptor)
            checks = [stack.enter_context(blackbox.started(
                "-H", self.api.url, "-o", "x", "-t1", "--token-file=-", token=None, stdin=reading))
                      for _ in range(24)]
            blackbox.wait_until(lambda: all(is_asleep(check.pid) for check in checks))
            os.write(writing, TOKEN.encode() + b"\n")
            for check in checks:
                self.assertIn(check.wait(1 + blackbox.SLACK), range(4))

    def test_standard_input_once(self):
        content = f"[check_wolkvox_token]\ntoken = {TOKEN}\n".encode()
        for args in (("--token-file=-", "--extra-opts=@-"), ("--extra-opts=@-", "--token-file=-"),
                     ("--extra-opts=@-", "--extra-opts=@-"), ("--extra-opts", "--token-file=-")):
            with self.subTest(args=args):
                self.assert_no_request(*args, stdin=content, secret=TOKEN, env={"MP_CONFIG_FILE": "-"},
                                       message=r"standard input \(-\) can be named once")

    def test_names_of_files(self):
        """They are shown only where they cannot be the token."""
        path = self.write(TOKEN, mode=0o600 if os.geteuid() == 0 else 0)
        user = "nobody" if os.geteuid() == 0 else None
        self.assert_no_request("--token-file", path, user=user, secret=TOKEN,
                               message=f"^cannot open the token file {path}: Permission denied as user ")
        long = "/" + "n" * 200
        for name, shown in (("/nonexistent/some-name",) * 2, (path + "/below",) * 2,
                            (long, long[:119] + "\u2026")):
            self.assert_no_request(f"--token-file={name}", token=OTHER,
                                   message=f"cannot open the token file {shown}: ")
        for secret in (TOKEN, "0ddba11", "0ddba.11", "x" * 300):
            for option in ("--token-file=", "--ca-file=", "--extra-opts=@", "--extra-opts="):
                with self.subTest(option=option, secret=secret[:20]):
                    self.assert_no_request(option + secret, hidden=[secret], token=OTHER)

    @unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
    def test_a_system_that_refuses_to_open_standard_input_again(self):
        """Nor does anything else that opens a file stand in the way."""
        for number in range(1, 4):
            env = blackbox.preloaded("failing_calls", FAULT_CALL="open", FAULT_NUMBER=number,
                                     FAULT_ERRNO=errno.EPERM, FAULT_REPORT=os.devnull)
            with self.subTest(number=number):
                self.assert_asked_with(TOKEN, "--token-file=-", stdin=TOKEN.encode(), env=env)


class Hint(TokenCase):
    """The text before the perfdata ends in the hint."""

    def assert_hint(self, expected, *args, **options):
        result = self.check(*args, secret=TOKEN, **options)
        self.assertEqual(result.message.endswith(HINT), expected, result)
        self.assertEqual(result.text.count(HINT.strip(" ()")), int(expected), result)

    def test_modes(self):
        for mode, expected in ((0o644, True), (0o604, True), (0o640, False), (0o600, False)):
            with self.subTest(mode=oct(mode)):
                self.assert_hint(expected, "--token-file", self.write(TOKEN, mode=mode))

    def test_at_every_verbosity_and_in_every_state(self):
        path = self.write(TOKEN, mode=0o644)
        for reply in (wolkvox.Reply(500), wolkvox.Reply(body="x"), wolkvox.BUSY,
                      wolkvox.LIMIT_EXCEEDED, wolkvox.Reply(raw=b"")):
            self.reply(reply)
            for flags in ((), ("-v",), ("-vvv",)):
                with self.subTest(reply=vars(reply), flags=flags):
                    self.assert_hint(True, *flags, "--token-file", path)

    def test_not_for_standard_input_nor_what_is_not_used(self):
        with open(self.write(TOKEN, mode=0o644), "rb") as file:
            self.assert_hint(False, "--token-file=-", stdin=file)
        readable = self.write(f"[check_wolkvox_token]\ntoken = {OTHER}\n", "x.ini", 0o644)
        self.assert_hint(False, f"--extra-opts=@{readable}", "--token-file", self.write(TOKEN))
        self.assert_hint(False, token=TOKEN)

    def test_not_for_what_is_refused(self):
        broken = self.write("two words", "broken", 0o644)
        ini = self.write(f"[check_wolkvox_token]\ntoken = {OTHER}\nno-such-key = 1\n", "x.ini", 0o644)
        for args in (("--token-file", broken), (f"--extra-opts=@{ini}", "--token-file", self.write(TOKEN))):
            with self.subTest(args):
                self.assertNotIn(HINT, self.assert_no_request(*args).text)


def unescape(text):
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


class Secrecy(TokenCase):
    """The server echoes the token in every way; nothing of it is seen. The rule has unit tests."""

    TOKENS = (TOKEN, "ab%41cd%2fef0123456789", 'back\\slash"quote/0123456789', "***0123456789abcdef***",
              "q?u?e?s?t?i?o?n?s?0123456789", "\\u0041\\n\\\\0123456789abcdef")
    FORMS = (
        lambda token: token,
        lambda token: "".join(f"\\u{ord(c):04X}" for c in token),
        lambda token: json.dumps(token)[1:-1].replace("/", "\\/"),
        lambda token: "".join(f"%{ord(c):02x}" for c in token),
        lambda token: urllib.parse.quote(token, safe=""),
        lambda token: token[:5] + token + token[5:],
        lambda token: token.replace("?", "|"),
        lambda token: token.replace("?", "\x01"),
    )
    SPLITS = ("\n", "\r\n", "\n \t", "\x01", "\\n", "\\u000a", "%0D%0A", "\u2028", "\u200b", "\u00ad", "\u0332",
              " ")
    HEAD = "HTTP/1.1 200 OK\r\n"
    NO_HTTP = ("{0}", "HTTP/1.1 {0}\r\n\r\n", "HTTP/{0} 200 OK\r\n\r\n", f"{HEAD}{{0}}\r\n\r\n",
               HEAD + "Content-Length: {0}\r\n\r\n", HEAD + "Transfer-Encoding: {0}\r\n\r\n",
               HEAD + "Transfer-Encoding: chunked\r\n\r\n{0}\r\n", HEAD + "Content-Length: 500\r\n\r\n{0}",
               HEAD + "X-Folded: {1}\r\n {2}\r\n\r\n", HEAD + "Content-Length: 30\r\nX: {1}\r\n\r\n{2}",
               HEAD + "{1}: {2}\r\nContent-Length: 0\r\n\r\n")
    LOCATIONS = ("https://{0}.example/", "https://elsewhere.example/?{0}", "https://{0}@elsewhere.example/",
                 "/{0}", "{0}", "https://elsewhere.example/{1}", "https://{1}.example/", "https://[{0}]/",
                 "{0}://x/", "https://x:{0}/")

    def assert_hidden(self, token, *args):
        """Neither the token nor 16 characters of it are shown, as they stand, escaped or broken up."""
        result = self.check(*args, token=token)
        for text in (result.text, unescape(result.text), urllib.parse.unquote(result.text),
                     unescape(urllib.parse.unquote(result.text)), urllib.parse.unquote(unescape(result.text))):
            # What is cleaned may have become a question mark, which other tokens hold.
            text = re.sub(r"\n[<>]|[^!-~]" + (r"|\?" if token == TOKEN else ""), "", text)
            for part in (token, token[:16], token[-16:]):
                self.assertNotIn(part, text, f"{token!r}\n{result}")
        return result

    def replies(self, token):
        """One reply each for the ways that an answer can go; every place has every form."""
        shown = [form(token) for form in self.FORMS]
        for text in shown + [f"{'x' * 100} {token}"]:
            yield blackbox.answer(description=text, msg=text, extra=text)
        everything = " ".join(shown)
        header = re.sub(r"[\x00-\x1f]", "", everything)
        echo = {"code": everything, "error": everything, "msg": everything, everything: everything,
                "data": {"description": everything, everything: [everything]}}
        yield wolkvox.Reply.json(echo, 403, headers=[("X-Echo", header)], reason=token)
        yield wolkvox.Reply(500, [("X-Echo", header)], f"<p>{everything}\n{token}</p>", reason=header)
        yield wolkvox.Reply(200, (), f"no JSON {everything}")

    def broken_up(self):
        """Replies with a token that is split or cut."""
        for split in self.SPLITS:
            text = split.join(TOKEN[i:i + 15] for i in range(0, len(TOKEN), 15))
            refusal = json.dumps({"code": "403", "error": "x", "msg": text}).replace("\\\\", "\\")
            yield from (wolkvox.Reply(500, body=text), wolkvox.Reply(200, body=text),
                        wolkvox.Reply.json(refusal, 403))
        for size in (1, 8, 17):
            lines = [TOKEN[i:i + size] for i in range(0, len(TOKEN), size)]
            yield wolkvox.Reply(500, body="\n".join(lines))
        escapes = [f"%5cu{ord(character):04x}" for character in TOKEN[-16:]]
        for line in (4, 8, 12):
            yield wolkvox.Reply(500, body="x\\" + "".join(escapes[:line]) + "\n" + "".join(escapes[line:]))
        for before in (70, 100, 110, 118, 119, 120):
            text = "x" * before + TOKEN + "y" * 200
            yield blackbox.answer(description=text)
            yield blackbox.refusal(403, text)

    def malformed(self):
        percent = self.FORMS[3](TOKEN)
        for raw in self.NO_HTTP:
            yield wolkvox.Reply(raw=raw.format(TOKEN, TOKEN[:30], TOKEN[30:]).encode())
        for location in self.LOCATIONS:
            yield wolkvox.Reply(302, [("Location", location.format(TOKEN, percent))])

    def test_what_a_server_echoes(self):
        table = [(token, reply) for token in blackbox.some(self.TOKENS) for reply in self.replies(token)]
        rows = [(token, reply, ("-vvv", "-vv", "-v")[number % 3]) for number, (token, reply) in enumerate(table)]
        rows += [(TOKEN, reply, "-vvv") for reply in (*self.broken_up(), *self.malformed())]
        for token, reply, verbosity in rows:
            with self.subTest(token=token, reply=vars(reply), verbosity=verbosity):
                self.reply(reply)
                self.assert_hidden(token, verbosity)

    def test_it_is_masked_by_three_stars(self):
        self.reply(blackbox.answer(description=f"before {TOKEN} behind"))
        result = self.assert_hidden(TOKEN, "-vvv")
        self.assertTrue(result.message.startswith("before *** behind: "), result)
        self.assertIn("> Wolkvox-Token: ***", result.lines)

    def test_in_options(self):
        dead = "--proxy=http://127.255.255.254:1"
        path = self.write(OTHER)
        for args in (("-o", TOKEN), ("-o", self.FORMS[3](TOKEN)), ("-H", f"{TOKEN}.example.com", dead),
                     ("-H", TOKEN, dead), ("-H", f"https://localhost:1/{TOKEN}", dead),
                     ("-H", "https://localhost:1", f"--proxy=http://{TOKEN}:{TOKEN}@127.255.255.254:1"),
                     *((option + name,)
                       for option in ("--token-file=", "--ca-file=", "--extra-opts=@", "--extra-opts=")
                       for name in (f"/nonexistent/{TOKEN}", TOKEN, f"/no/{TOKEN[:9]}\n{TOKEN[9:]}",
                                    f"{TOKEN}.ini", f"two {TOKEN}@{path}"))):
            with self.subTest(args=args):
                self.assert_hidden(TOKEN, *args, "-vvv")

    def test_from_a_file_in_the_name_of_another(self):
        path = self.write(TOKEN)
        self.assert_no_request("--token-file", path, f"--ca-file=/nonexistent/{TOKEN}", secret=TOKEN)
        ini = self.write(f"[check_wolkvox_token]\ntoken={TOKEN}\nca-file=/no/{TOKEN}\n", "x.ini")
        self.assert_no_request(f"--extra-opts=@{ini}", secret=TOKEN)


if __name__ == "__main__":
    blackbox.main()
