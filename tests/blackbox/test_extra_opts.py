#!/usr/bin/env python3
"""INI files (manual, INI FILES): where they are looked for, what they may say, what is refused."""

import contextlib
import os
import shutil
import unittest

import blackbox

TOKEN = blackbox.TOKEN
HINT = " (token file is readable by everyone)"
SECTION = "check_wolkvox_token"
HEAD = f"[{SECTION}]\n"
LINE_MAX = 8192
FILE_MAX = 16 * 1024 * 1024
FAULTY_LINE = 37
PLACES = (
    "/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
    "/usr/local/etc/monitoring-plugins.ini",
    "/etc/monitoring-plugins/monitoring-plugins.ini",
    "/etc/monitoring-plugins.ini",
    "/etc/nagios/plugins.ini",
    "/usr/local/nagios/etc/plugins.ini",
    "/usr/local/etc/nagios/plugins.ini",
    "/etc/opt/nagios/plugins.ini",
    "/etc/nagios-plugins.ini",
    "/usr/local/etc/nagios-plugins.ini",
    "/etc/opt/nagios-plugins.ini",
)
OTHER_PLACES = """
mount --bind "$1/etc" /etc
mount --bind "$1/usr/local" /usr/local
shift
exec "$@"
"""


class IniCase(blackbox.ApiCase):
    """The operation tells what was read."""

    which = ()

    def section(self, *lines, name="some.ini", mode=0o600, section=SECTION):
        return self.write("\n".join([f"[{section}]", *lines, ""]), name, mode)

    def assert_operation(self, expected, *args, **options):
        """An understood answer to one request with the operation that only the right file names."""
        result = self.expect("OK", *args, **options)
        self.assertEqual(self.api.requests[-1].query, {"operation": expected}, result)
        return result

    def assert_read(self, content, expected="right"):
        return self.assert_operation(expected, f"--extra-opts=@{self.write(content)}")

    def assert_refused(self, *args, named=(), hidden="hush", **options):
        """UNKNOWN without a request; the names are told, nothing of what is hidden, no usage."""
        result = self.expect("UNKNOWN", "-o", "sales", *args, requests=0, **options)
        self.assertEqual((len(result.lines), result.perfdata_text), (1, None), result)
        for name in named:
            self.assertIn(name, result.message, result)
        self.assertNotIn(hidden, result.text, result)
        return result

    def assert_faulty_line(self, line, *named, before=HEAD, behind=b"\n", **options):
        """A line is refused with the file's name and its number, and its key where it has one."""
        content = before.encode() + b"\n" * (FAULTY_LINE - 1 - before.count("\n"))
        path = self.write(content + (line.encode() if isinstance(line, str) else line) + behind)
        return self.assert_refused(f"--extra-opts=@{path}", **options,
                                   named=[f"INI file {path}, line {FAULTY_LINE}: ", *named])


class Search(IniCase):
    def test_a_file_that_is_named(self):
        path = self.section("operation = right")
        env = {"MP_CONFIG_FILE": self.section("operation = wrong", name="wrong.ini"),
               "NAGIOS_CONFIG_PATH": self.directory}
        for args in ((f"--extra-opts=@{path}",), ("--extra-opts", f"@{path}"), (f"--extra=@{path}",),
                     ("--extra-opts", f"{SECTION}@{path}", "-v")):
            with self.subTest(args=args):
                self.assert_operation("right", *args, env=env)

    def test_the_variable_for_a_file(self):
        """It counts whether the file exists or not."""
        self.section("operation = wrong", name="plugins.ini")
        env = {"MP_CONFIG_FILE": self.section("operation = right"), "NAGIOS_CONFIG_PATH": self.directory}
        for args in (("--extra-opts",), ("--extra-opts=",), ("--extra-opts", "-v"),
                     ("--extra-opts", ""), ("--extra-opts", SECTION)):
            with self.subTest(args=args):
                self.assert_operation("right", *args, env=env)
        self.assert_refused("--extra-opts", named=["/nonexistent/x.ini"],
                            env={**env, "MP_CONFIG_FILE": "/nonexistent/x.ini"})

    def test_the_variables_for_folders(self):
        """Folder by folder, in each of them name by name; the newer variable first."""
        names = [f"{folder}/{name}.ini" for folder in "abc"
                 for name in ("monitoring-plugins", "plugins", "nagios-plugins")]
        for name in names:
            self.section(f"operation = {name}", name=name)
        none, a, b, c = (f"{self.directory}/{folder}" for folder in ("none", "a", "b", "c"))
        env = {"MONITORING_CONFIG_PATH": f"{none}::{a}", "NAGIOS_CONFIG_PATH": f"{b}/:{c}:",
               "MP_CONFIG_FILE": ""}
        for name in names:
            with self.subTest(name=name):
                self.assert_operation(name, "--extra-opts", env=env)
            os.unlink(os.path.join(self.directory, name))

    def test_the_first_file_counts_also_without_the_section(self):
        self.section("operation = x", section="other", name="monitoring-plugins.ini")
        self.section("operation = wrong", name="plugins.ini")
        self.assert_refused("--extra-opts", env={"NAGIOS_CONFIG_PATH": self.directory},
                            named=["monitoring-plugins.ini", f"[{SECTION}]"])

    @unittest.skipIf(any(map(os.path.exists, PLACES)), "an INI file stands in a fixed place")
    def test_no_file(self):
        for env in ({}, {"NAGIOS_CONFIG_PATH": "/nonexistent"}, {"NAGIOS_CONFIG_PATH": ""}):
            with self.subTest(env=env):
                self.assert_refused("--extra-opts", env=env, named=["--extra-opts=@FILE"])

    def test_the_fixed_places(self):
        """In a mount name space of its own, every place in the order of the list."""
        for place in PLACES:
            self.write(f"{HEAD}operation = {place}\n", place[1:])
        with contextlib.suppress(OSError):
            shutil.copy("/etc/ld.so.cache", f"{self.directory}/etc")
        args = ("-H", f"http://127.0.0.1:{self.api.port}", "--extra-opts")
        options = {"wrapper": blackbox.own_mounts(OTHER_PLACES, self.directory)}
        for place in PLACES:
            with self.subTest(place=place):
                self.assert_operation(place, *args, **options)
            os.unlink(self.directory + place)
        self.assert_refused(*args, **options)

    def test_a_file_that_cannot_be_opened(self):
        root = os.geteuid() == 0
        path = self.section("operation = x", mode=0o600 if root else 0)
        self.assert_refused(f"--extra-opts=@{path}", user="nobody" if root else None,
                            named=[f"cannot open the INI file {path}: Permission denied as user "])
        for name in ("/nonexistent/some.ini", path + "/below"):
            with self.subTest(name=name):
                self.assert_refused(f"--extra-opts=@{name}", named=[name])

    def test_the_at_that_was_forgotten(self):
        for env in ({"NAGIOS_CONFIG_PATH": "/nonexistent"}, {"MP_CONFIG_FILE": self.section("operation = x")}):
            with self.subTest(env=env):
                self.assert_refused("--extra-opts", "x.ini", env=env, named=[
                    '"x.ini" was taken as a section; write @x.ini for a file'])


class Sections(IniCase):
    def test_names(self):
        """The section ends at the first @."""
        path = self.section("operation = right", name="with@and@at.ini", section="my section")
        self.assert_operation("right", f"--extra-opts=my section@{path}")

    def test_no_such_section(self):
        path = self.section("operation = x", section="crm")
        for section in ("CRM", "crmm", "[crm]", "hush"):
            with self.subTest(section=section):
                self.assert_refused(f"--extra-opts={section}@{path}", named=[path, "no such section"])
        self.assert_refused(f"--extra-opts=my section@{path}", named=[path, "[my section]"])
        for content in ("", "\ufeff", "operation = x\n", f"#{HEAD}", HEAD.upper(), f"[{SECTION}x]"):
            with self.subTest(content=content):
                path = self.write(content)
                self.assert_refused(f"--extra-opts=@{path}", named=[path, f"[{SECTION}]"])

    def test_pieces_and_several(self):
        content = (f"{HEAD}warning = 10\n[other]\noperation = wrong\nwarning = 20\n"
                   f"{HEAD}operation = right\n[last]\nwarning=x\n")
        self.assertEqual(self.assert_read(content).perfdata["available"].warn, "10:")
        path = self.write("[b]\noperation=two\n[a]\noperation=one\n")
        self.assert_operation("one", f"--extra-opts=b@{path}", f"--extra-opts=a@{path}")
        self.assert_operation("two", f"--extra-opts=a@{path}", "-v", "--extra-opts", f"b@{path}")

    def test_other_sections_and_what_stands_before_are_not_looked_at(self):
        rubbish = b"rubbish\nhelp\nwarning = x\ntoken\n= 5\n--x\n\x01\n\xff\xfe\nverbose = 9\n"
        right = HEAD.encode() + b"operation = right\n"
        self.assert_read(rubbish + b"[other]\n" + rubbish + right + b"[z]\n" + rubbish)


class Precedence(IniCase):
    def test_the_command_line_wins(self):
        path = self.section("warning = 100")
        for args, expected in (((), "100:"), (("-w", "200"), "200:"), (("-w", ""), "100:")):
            for more in ((*args, f"--extra-opts=@{path}"), (f"--extra-opts=@{path}", *args)):
                with self.subTest(args=more):
                    result = self.check("-o", "sales", *more)
                    self.assertEqual(result.perfdata["available"].warn, expected)

    def test_every_option_may_stand_in_a_file(self):
        secret = "from-a-file-0123456789"
        token_file = self.write(secret, "token")
        lines = (f"hostname = {self.api.url}", "operation = right", f"port = {self.api.port}", "api = CRM",
                 "reset-at = 00:00-05:00", f"token-file = {token_file}", "warning = 300",
                 "critical = 200", "method = get", "timeout = 77:ok", "unavailable = ok", "proxy =",
                 f"state-dir = {self.directory}/state", "max-age = 300", "forecast = critical",
                 "use-ipv4", "verbose", "verbose =", "v")
        short = (f"H = {self.api.url}", "o = right", f"p = {self.api.port}", "w = 300", "c = 200", "X = get",
                 "t = 77", "4 =", f"token-file = {token_file}")
        for section in (short, lines):
            with self.subTest(section=section):
                path = self.section(*section)
                result = blackbox.run(f"--extra-opts=@{path}", secret=secret, own_time=True)
                self.assertEqual(result.state, "OK", result)
                request = self.api.requests[-1]
                self.assertEqual((request.method, request.token, request.query),
                                 ("GET", secret, {"operation": "right"}))
                self.assertEqual(result.perfdata["available"][2:4], ("300:", "200:"))
                self.assertEqual(result.perfdata["time"].max, "77")
        kept = blackbox.run(f"--extra-opts=@{path}", secret=secret)
        self.assertIn(" (answer ", kept.message, kept)

    def test_an_optional_value(self):
        """The documented answer with a pace at which the calls do not last."""
        self.reply(blackbox.answer(token_use_today=3000, available_consumition_options=1800))
        for line, state in (("forecast", "WARNING"), ("forecast =", "WARNING"),
                            ("forecast = critical", "CRITICAL"), ("forecast = ok", "OK")):
            with self.subTest(line=line):
                self.expect(state, f"--extra-opts=@{self.section('o = right', 'w = 0', line)}")

    def test_empty_values_count_as_not_given(self):
        path = self.section("operation = right", "operation =", "warning =", "critical =", "api =",
                            "reset-at =", "port =", "method =", "timeout =", "unavailable =",
                            "max-age =", "state-dir =")
        self.assert_operation("right", f"--extra-opts=@{path}")

    def test_verbose_adds_up(self):
        path = self.section("verbose", "operation = right")
        lengths = [len(self.assert_operation("right", f"--extra-opts=@{path}", *args).lines)
                   for args in ((), ("-v",))]
        self.assertTrue(lengths[0] == 1 < lengths[1], lengths)

    def test_the_address_family_of_the_command_line(self):
        for lines, args, state in ((("use-ipv4",), ("-6",), "CRITICAL"), (("6",), ("--use-ipv4",), "OK"),
                                   (("4", "6"), ("-4",), "OK"), (("4",), (), "OK")):
            with self.subTest(lines=lines, args=args):
                self.expect(state, "-o", "x", f"--extra-opts=@{self.section(*lines)}", *args,
                            requests=int(state == "OK"))

    def test_what_is_wrong_only_together(self):
        """Every file that has a part in it is named, and no usage follows."""
        crm = ("-H", self.api.url, "-o", "x")
        for lines, args, line in (
                (("use-ipv4", "use-ipv6"), crm, 3), (("warning = 5", "critical = 10"), crm, 3),
                (("warning = 100",), (*crm, "-c", "200"), 2), (("critical = 200",), (*crm, "-w", "100"), 2),
                (("operation = x",), ("-H", "wv0010"), 2), (("hostname = wv0010",), ("-o", "x"), 2),
                (("api = manager",), crm, 2), (("hostname = wv0010", "api = crm"), (), 3),
                (("token-file = -",), (*crm, "--extra-opts=@-"), 2),
                (("hostname = crm1",), ("-H", "crm1", "--api=manager"), 0), ((), ("-H", "crm1"), 0)):
            with self.subTest(lines=lines, args=args):
                path = self.section(*lines)
                result = blackbox.run(f"--extra-opts=@{path}", *args, token=TOKEN, stdin=HEAD.encode())
                self.assertEqual((result.state, self.api.connections), ("UNKNOWN", 0), result)
                named = f"INI file {path}, line {line}: " in result.message
                self.assertEqual((named, len(result.lines)), (line > 0, 1 if line else 4), result)
        first = self.section("warning = 5", name="first.ini")
        second = self.section("critical = 10", name="second.ini")
        self.assert_refused(f"--extra-opts=@{first}", f"--extra-opts=@{second}", named=[first, second])

    def test_an_overruled_value_must_be_valid_too(self):
        for lines, args in ((("warning = hush",), ("-w", "5")), (("warning = hush", "warning = 5"), ())):
            with self.subTest(lines=lines):
                path = self.section(*lines)
                self.assert_refused(f"--extra-opts=@{path}", *args, named=[path, "line 2", "warning"])

    def test_the_token(self):
        path = self.section("token = from-the-ini-file-0123", "operation = right")
        later = self.section("token=from-the-later-file", name="later.ini")
        self.assert_operation("right", f"--extra-opts=@{path}", secret="from-the-ini-file-0123")
        self.assert_operation("right", f"--extra-opts=@{path}", f"--extra-opts=@{later}")
        self.assertEqual([request.token for request in self.api.requests],
                         ["from-the-ini-file-0123", "from-the-later-file"])


class Syntax(IniCase):
    def test_what_is_skipped_and_dropped(self):
        for content in (
                f"{HEAD}operation=right", f"\ufeff\r\n{HEAD}\r\noperation=right\r\n",
                f"\n \n\t\r\n{HEAD}\n \t \noperation=right\n\n",
                f"# c\n; c\n{HEAD}#operation=wrong\n ;operation=wrong\n\t# x\noperation=right\n#",
                f"  [ {SECTION}\t]  \n \t operation \t = \t right \t \n",
                f"{HEAD}\n\voperation\f=\vright\f\n;\nuse-ipv4\r\n4 =\t\n",
                "#" * LINE_MAX + f"\n{HEAD}operation=right\n" + "#" * LINE_MAX + "\r\n[x]\n" + "#" * LINE_MAX):
            with self.subTest(content=content[:80]):
                self.assert_read(content)

    def test_a_value_is_taken_as_it_is(self):
        for value in ('"right"', "a # b", "a;b", "==a", "#", "\\n", "$HOME", "%41", "[x]", "a\tb", "\u00e9",
                      "-h", "a  b", "x" * (LINE_MAX - 12)):
            with self.subTest(value=value[:20]):
                self.assert_read(f"{HEAD}operation = {value}\n", value)

    def test_lines_that_are_nothing(self):
        for line in ("hush", "= hush", "=", "hush-1 hush-2", "operation: hush", "\ufeffoperation = hush",
                     "\x01hush", "hush \x1b[2J = 1", "hush = | x"):
            with self.subTest(line=line):
                self.assert_faulty_line(line)
        self.assert_faulty_line("hush = 1", "unknown key; write the long option without dashes")

    def test_sections_that_are_none(self):
        """They are errors anywhere."""
        for before in (HEAD, "[other]\n", "\n"):
            for line in (f"[{SECTION}] hush", f"[{SECTION}] # hush", "[hush", "[", "[[hush]]"):
                with self.subTest(before=before, line=line):
                    self.assert_faulty_line(line, before=before)

    def test_keys(self):
        """Those that are no option, have no place in a file, need a value or take none."""
        for key in ("--operation", "-o", "op", "OPERATION", "opera tion", "max-ages", "Token", "--token",
                    "token_file", "z", "ww", "?"):
            with self.subTest(key=key):
                self.assert_faulty_line(f"{key} = hush")
        for key in ("help", "version", "extra-opts", "h", "V"):
            for line in (key, f"{key} =", f"{key} = hush"):
                with self.subTest(line=line):
                    self.assert_faulty_line(line, key)
        for key, value in (("verbose", "1"), ("v", "hush"), ("use-ipv4", "true"), ("6", "=")):
            with self.subTest(key=key):
                self.assert_faulty_line(f"{key} = {value}", f"{key} takes no value")
        for key in ("hostname", "operation", "api", "reset-at", "port", "token-file", "warning",
                    "critical", "method", "timeout", "unavailable", "ca-file", "max-age", "state-dir",
                    "proxy", "H", "o", "p", "w", "c", "X", "t", "token"):
            with self.subTest(key=key):
                self.assert_faulty_line(key, f"{key} needs a value")
        for key in ("hostname", "token-file", "ca-file", "H"):
            with self.subTest(key=key, empty=True):
                self.assert_faulty_line(f"{key} = \t", f"{key} is empty; give ")

    def test_wrong_values(self):
        for key, value in (("hostname", "http://hush.example"), ("H", "hush:1"), ("port", "0"),
                           ("api", "hush"), ("reset-at", "hush"), ("warning", "hush%"),
                           ("critical", "20:10hush"), ("method", "hush"), ("timeout", "10:hush"),
                           ("unavailable", "hush"), ("max-age", "86401"), ("forecast", "hush"),
                           ("proxy", "http://hush hush"), ("t", "1e1hush"), ("token", "hush hush")):
            with self.subTest(key=key, value=value):
                self.assert_faulty_line(f"{key} = {value}", key)

    def test_a_secret_in_a_wrong_line(self):
        for token in (TOKEN, "0ddba11e"):
            for line in (f"token {token}", f"token: {token}", token, f"tok = {token}", f"{token} = 1",
                         f"[{token}", f"warning = {token}", f"verbose = {token}", f"help = {token}"):
                with self.subTest(line=line):
                    self.assert_faulty_line(line, hidden=token)


class Bounds(IniCase):
    def test_nul_and_lines_that_are_too_long_anywhere(self):
        lines = (b"\0", b"# hush \0", b"operation = hush\0x", b"[x\0]", b"#" * (LINE_MAX + 1),
                 b" " * LINE_MAX + b"\rx", b"x" * LINE_MAX + b"\r\r")
        for before in (HEAD, "[other]\n", "\n"):
            for line in lines:
                for behind in blackbox.some((b"\n", b"\r\n", b"")):
                    with self.subTest(before=before, line=line[:20], behind=behind):
                        self.assert_faulty_line(line, before=before, behind=behind)

    def test_the_largest_file(self):
        content = f"{HEAD}operation=right\n".encode() + (b"#" * 1023 + b"\n") * (FILE_MAX // 1024)
        self.assert_read(content[:FILE_MAX - 1] + b"\n")
        path = self.write(content[:FILE_MAX] + b"\n")
        self.assert_refused(f"--extra-opts=@{path}", named=[path])
        with blackbox.feeding(content) as pipe:
            self.assert_refused(f"--extra-opts=@/dev/fd/{pipe}", pass_fds=[pipe])

    def test_standard_input_and_pipes(self):
        content = f"{HEAD}operation = right\n".encode()
        self.assert_operation("right", "--extra-opts=@-", stdin=content)
        self.assert_operation("right", "--extra-opts", f"{SECTION}@-", stdin=content)
        self.assert_operation("right", "--extra-opts", stdin=content, env={"MP_CONFIG_FILE": "-"})
        with open(self.write(content), "rb") as file:
            self.assert_operation("right", "--extra-opts=@-", stdin=file)
        with blackbox.feeding(content) as pipe:
            self.assert_operation("right", f"--extra-opts=@/dev/fd/{pipe}", pass_fds=[pipe])

    def test_pipes_that_are_silent(self):
        """The command line's time counts, not the one that the file has said already."""
        seconds = blackbox.SILENT_SECONDS
        for content, state in ((b"", ":ok"), (f"{HEAD}operation=x\ntimeout=60\n".encode(), "")):
            with self.subTest(content=content), blackbox.feeding(content, close=False) as pipe:
                result = self.assert_refused(f"-t{seconds}{state}", "--extra-opts=@-", stdin=pipe)
                self.assert_timeout(result, seconds, ".*standard input", "UNKNOWN")

    def test_what_is_neither_file_nor_pipe(self):
        """As with a token file: test_token.py has more of it."""
        for name in (self.directory, "/dev/null"):
            with self.subTest(name=name):
                self.assert_refused(f"--extra-opts=@{name}", named=[name])
        self.assert_refused("--extra-opts=@-", preexec=lambda: os.close(0))


class Hint(IniCase):
    """For a file that everybody may read and that holds the token in use."""

    which = ("-o", "x")

    def token_in(self, mode, token=TOKEN, name="some.ini"):
        return f"--extra-opts=@{self.section(f'token = {token}', mode=mode, name=name)}"

    def test_the_table(self):
        """Of several files the one with the token in use counts."""
        secret = self.token_in(0o600, name="secret.ini")
        public = self.token_in(0o644, "other-token-0123", "public.ini")
        plain = f"--extra-opts=@{self.section('warning = 5', name='plain.ini', mode=0o644)}"
        private_file = self.write(TOKEN, "token")
        public_file = self.write(TOKEN, "public token", 0o644)
        for expected, *args in (
                (True, self.token_in(0o604, name="1")), (False, self.token_in(0o640, name="2")),
                (False, public, secret), (False, plain, secret), (True, secret, public),
                (False, public, "--token-file", private_file),
                (False, self.token_in(0o644, name="3"), "--token-file", private_file),
                (False, f"--extra-opts=@{self.section(f'token-file = {private_file}', mode=0o644)}"),
                (True, f"--extra-opts=@{self.section(f'token-file = {public_file}', name='4')}")):
            with self.subTest(args=args):
                result = self.expect("OK", *args, token=None, secret=TOKEN)
                self.assertEqual(result.message.endswith(HINT), expected, result)
        with open(self.section(f"token = {TOKEN}", mode=0o644), "rb") as file:
            result = self.expect("OK", "--extra-opts=@-", stdin=file, token=None, secret=TOKEN)
            self.assertNotIn(HINT, result.message)


if __name__ == "__main__":
    blackbox.main()
