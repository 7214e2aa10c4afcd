#!/usr/bin/env python3
"""INI files (--extra-opts): where they are looked for, what they may say, what is refused."""

import contextlib
import ctypes
import os
import pty
import shutil
import socket
import threading
import unittest

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "0ddba11" * 7 + "e0"
HINT = " (token file is readable by everyone)"
SECTION = "check_wolkvox_token"
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


def setUpModule():
    global api
    api = blackbox.plain_stand_in()


class IniCase(blackbox.FilesCase):
    """What the cases share: stand-in, directory, and an operation that tells what was read."""

    def setUp(self):
        super().setUp()
        api.clear()
        api.default_reply = wolkvox.Reply.json(blackbox.envelope())

    def section(self, *lines, name="some.ini", mode=0o600, section=SECTION):
        return self.write("\n".join([f"[{section}]", *lines, ""]), name, mode)

    def run_with(self, *args, **options):
        return blackbox.run("-H", api.url, *args, **{"token": TOKEN, **options})

    def assert_operation(self, expected, *args, **options):
        """An understood answer to one request with the operation that only the right file names."""
        asked = len(api.requests)
        result = self.run_with(*args, **options)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual([request.query for request in api.requests[asked:]],
                         [{"operation": expected}], result)
        return result

    def assert_refused(self, *args, named=(), hidden=("hush",), **options):
        """UNKNOWN without a request; the names are told, nothing of what is hidden, no usage."""
        connections = api.connections
        result = self.run_with("-o", "sales", *args, **options)
        self.assertEqual(result.state, "UNKNOWN", result)
        self.assertEqual(len(result.lines), 1, result)
        self.assertNotIn("|", result.text, result)
        self.assertEqual(api.connections, connections, result)
        for name in named:
            self.assertIn(name, result.message, result)
        for text in hidden:
            self.assertNotIn(text, result.text, result)
        return result

    def assert_faulty_line(self, line, key=None, before=f"[{SECTION}]\n", behind=b"\n"):
        """A line is refused with the file's name and its number, and its key where it has one."""
        content = before.encode() + b"\n" * (FAULTY_LINE - 1 - before.count("\n"))
        path = self.write(content + (line.encode() if isinstance(line, str) else line) + behind)
        result = self.assert_refused(f"--extra-opts=@{path}", named=[path, *([key] if key else [])])
        self.assertRegex(result.message, rf"\b{FAULTY_LINE}\b")
        return result


class Search(IniCase):
    def test_a_file_that_is_named(self):
        path = self.section("operation = right")
        other = self.section("operation = wrong", name="wrong.ini")
        for args in ((f"--extra-opts=@{path}",), ("--extra-opts", f"@{path}"),
                     (f"--extra=@{path}",), (f"--extra-opts={SECTION}@{path}",),
                     ("--extra-opts", f"{SECTION}@{path}", "-v")):
            with self.subTest(args=args):
                self.assert_operation("right", *args, env={"MP_CONFIG_FILE": other,
                                                           "NAGIOS_CONFIG_PATH": self.directory})

    def test_the_variable_for_a_file(self):
        path = self.section("operation = right")
        self.section("operation = wrong", name="plugins.ini")
        env = {"MP_CONFIG_FILE": path, "NAGIOS_CONFIG_PATH": self.directory}
        for args in (("--extra-opts",), ("--extra-opts="), ("--extra-opts", "-v"),
                     ("--extra-opts", ""), ("--extra-opts", SECTION), (f"--extra-opts={SECTION}",)):
            args = (args,) if isinstance(args, str) else args
            with self.subTest(args=args):
                self.assert_operation("right", *args, env=env)

    def test_the_variable_for_a_file_counts_whether_it_exists_or_not(self):
        self.section("operation = wrong", name="plugins.ini")
        self.assert_refused("--extra-opts", named=["/nonexistent/x.ini"],
                            env={"MP_CONFIG_FILE": "/nonexistent/x.ini",
                                 "NAGIOS_CONFIG_PATH": self.directory})

    def test_the_variable_for_folders(self):
        """Folder by folder, in each of them name by name."""
        names = ("a/monitoring-plugins.ini", "a/plugins.ini", "a/nagios-plugins.ini",
                 "b/monitoring-plugins.ini", "b/plugins.ini", "b/nagios-plugins.ini")
        for name in names:
            self.section(f"operation = {name}", name=name)
        folders = [f"{self.directory}/{folder}" for folder in ("none", "a", "b")]
        path = ":".join([*folders[:1], "", *folders[1:]])
        for name in names:
            with self.subTest(name=name):
                self.assert_operation(name, "--extra-opts",
                                      env={"NAGIOS_CONFIG_PATH": path, "MP_CONFIG_FILE": ""})
            os.unlink(os.path.join(self.directory, name))

    def test_one_folder(self):
        self.section("operation = right", name="plugins.ini")
        for folder in (self.directory, self.directory + "/", f":{self.directory}:"):
            with self.subTest(folder=folder):
                self.assert_operation("right", "--extra-opts", env={"NAGIOS_CONFIG_PATH": folder})

    def test_the_first_file_counts_also_without_the_section(self):
        self.section("operation = x", section="other", name="monitoring-plugins.ini")
        self.section("operation = wrong", name="plugins.ini")
        self.assert_refused("--extra-opts", named=["monitoring-plugins.ini"],
                            env={"NAGIOS_CONFIG_PATH": self.directory})

    @unittest.skipIf(any(map(os.path.exists, PLACES)), "an INI file stands in a fixed place")
    def test_no_file(self):
        for env in ({}, {"NAGIOS_CONFIG_PATH": "/nonexistent"}, {"NAGIOS_CONFIG_PATH": ""}):
            with self.subTest(env=env):
                self.assert_refused("--extra-opts", env=env)

    def test_the_fixed_places(self):
        """In a mount name space of its own, every place in the order of the list."""
        with FixedPlaces(self.directory) as places:
            if not places.usable:
                self.skipTest("needs root and mount name spaces")
            for place in PLACES:
                places.write(place, f"[{SECTION}]\noperation = {place}\n")
            for place in PLACES:
                with self.subTest(place=place):
                    self.assert_operation(place, "-H", f"http://127.0.0.1:{api.port}",
                                          "--extra-opts", preexec=places.enter)
                places.remove(place)
            self.assert_refused("--extra-opts", preexec=places.enter)

    def test_a_file_that_does_not_exist(self):
        for name in ("/nonexistent/some.ini", self.write("") + "/below"):
            with self.subTest(name=name):
                self.assert_refused(f"--extra-opts=@{name}", named=[name])


class FixedPlaces:
    """A private /etc and /usr/local for children that call enter() before they start."""

    CLONE_NEWNS, MS_BIND, MS_PRIVATE = 0x20000, 0x1000, 0x40000 | 0x4000

    def __init__(self, directory):
        self._directory = directory
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.usable = False

    def __enter__(self):
        self.write("/etc/empty", "")
        self.write("/usr/local/empty", "")
        with contextlib.suppress(OSError):
            shutil.copy("/etc/ld.so.cache", self._path("/etc"))
        child = os.fork() if os.geteuid() == 0 else None
        if child == 0:
            os._exit(0 if self._mount() else 1)
        self.usable = child is not None and os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        return self

    def __exit__(self, *_exception):
        pass

    def _path(self, place):
        return f"{self._directory}/root{place}"

    def write(self, place, text):
        os.makedirs(os.path.dirname(self._path(place)), exist_ok=True)
        with open(self._path(place), "w", encoding="ascii") as file:
            file.write(text)

    def remove(self, place):
        os.unlink(self._path(place))

    def _mount(self):
        """Whether all of it worked."""
        mount = self._libc.mount
        binds = [(self._path(place).encode(), place.encode()) for place in ("/etc", "/usr/local")]
        return (self._libc.unshare(self.CLONE_NEWNS) == 0
                and mount(b"none", b"/", None, ctypes.c_ulong(self.MS_PRIVATE), None) == 0
                and all(mount(source, target, None, ctypes.c_ulong(self.MS_BIND), None) == 0
                        for source, target in binds))

    def enter(self):
        if not self._mount():
            os._exit(125)


class Argument(IniCase):
    def test_the_section_ends_at_the_first_at(self):
        path = self.section("operation = right", name="with@and@at.ini", section="my section")
        self.assert_operation("right", f"--extra-opts=my section@{path}")
        path = self.section("operation = right", name="@.ini")
        self.assert_operation("right", f"--extra-opts=@{path}")

    def test_an_at_with_nothing_behind(self):
        for value in ("@", "section@", f"{SECTION}@"):
            for args in ((f"--extra-opts={value}",), ("--extra-opts", value)):
                with self.subTest(args=args):
                    result = self.run_with("-o", "x", *args, env={"MP_CONFIG_FILE": "/dev/null"})
                    self.assertEqual(result.state, "UNKNOWN", result)
                    self.assertIn("--extra-opts", result.message)
                    self.assertEqual(api.connections, 0)

    def test_a_word_with_a_dash_is_no_value(self):
        path = self.section("operation = right")
        result = self.assert_operation("right", "--extra-opts", "-vv",
                                       env={"MP_CONFIG_FILE": path})
        self.assertGreater(len(result.lines), 1)

    def test_standard_input(self):
        content = f"[{SECTION}]\noperation = right\n".encode()
        self.assert_operation("right", "--extra-opts=@-", stdin=content)
        self.assert_operation("right", "--extra-opts", f"{SECTION}@-", stdin=content)
        with open(self.write(content), "rb") as file:
            self.assert_operation("right", "--extra-opts=@-", stdin=file)
        self.assert_operation("right", "--extra-opts", stdin=content, env={"MP_CONFIG_FILE": "-"})

    def test_a_section_of_another_name(self):
        path = self.section("operation = right", section="crm")
        self.assert_operation("right", f"--extra-opts=crm@{path}")
        self.assert_refused(f"--extra-opts=@{path}", named=[path])
        for section in ("CRM", "cr", "crmm", "[crm]"):
            with self.subTest(section=section):
                self.assert_refused(f"--extra-opts={section}@{path}", named=[path])


class Precedence(IniCase):
    def bounds(self, *args):
        result = self.run_with("-o", "sales", *args)
        self.assertEqual(result.state, "OK", result)
        return result.perfdata["available"].warn

    def test_the_command_line_wins(self):
        path = self.section("warning = 100")
        self.assertEqual(self.bounds(f"--extra-opts=@{path}"), "100:")
        self.assertEqual(self.bounds(f"--extra-opts=@{path}", "-w", "200"), "200:")
        self.assertEqual(self.bounds("-w", "200", f"--extra-opts=@{path}"), "200:")

    def test_several_count_in_the_order_in_which_they_are_named(self):
        first = self.section("warning = 100", name="first.ini")
        second = self.section("warning = 200", name="second.ini")
        self.assertEqual(self.bounds(f"--extra-opts=@{first}", f"--extra-opts=@{second}"), "200:")
        self.assertEqual(self.bounds(f"--extra-opts=@{second}", "-v", "--extra-opts", f"@{first}"),
                         "100:")

    def test_several_sections_of_one_file(self):
        path = self.write("[b]\nwarning=200\n[a]\nwarning=100\noperation=right\n")
        self.assertEqual(self.bounds(f"--extra-opts=b@{path}", f"--extra-opts=a@{path}"), "100:")
        self.assertEqual(self.bounds(f"--extra-opts=a@{path}", f"--extra-opts=b@{path}"), "200:")

    def test_every_option_may_stand_in_a_file(self):
        token_file = self.write("from-a-file-0123456789", "token")
        path = self.section(f"hostname = {api.url}", "operation = right", f"port = {api.port}",
                            f"token-file = {token_file}", "warning = 300", "critical = 200",
                            "method = get", "timeout = 77:ok", "unavailable = ok", "proxy =",
                            f"state-dir = {self.directory}/state", "max-age = 300",
                            "forecast = critical", "use-ipv4", "verbose", "verbose =", "v")
        result = blackbox.run(f"--extra-opts=@{path}", secret="from-a-file-0123456789")
        self.assertEqual(result.state, "OK", result)
        (request,) = api.requests
        self.assertEqual((request.method, request.token, request.query),
                         ("GET", "from-a-file-0123456789", {"operation": "right"}))
        self.assertEqual(result.perfdata["available"][2:4], ("300:", "200:"))
        self.assertEqual(result.perfdata["time"].max, "77")
        self.assertTrue(any(line.startswith("> GET ") for line in result.lines), result)
        kept = blackbox.run(f"--extra-opts=@{path}", secret="from-a-file-0123456789")
        self.assertIn(" (answer ", kept.message, kept)
        self.assertEqual(len(api.requests), 1, kept)

    def test_an_optional_value(self):
        """The documented answer with a pace at which the calls do not last."""
        api.default_reply = wolkvox.Reply.json(
            blackbox.envelope(token_use_today=3000, available_consumition_options=1800))
        for line, state in (("forecast", "WARNING"), ("forecast =", "WARNING"),
                            ("forecast = critical", "CRITICAL"), ("forecast = ok", "OK")):
            with self.subTest(line=line):
                path = self.section(f"H = {api.url}", "o = right", "w = 0", line)
                result = blackbox.run(f"--extra-opts=@{path}", token=TOKEN)
                self.assertEqual(result.state, state, result)

    def test_short_names(self):
        path = self.section(f"H = {api.url}", "o = right", f"p = {api.port}", "w = 300", "c = 200",
                            "X = get", "t = 77", "4 =")
        result = blackbox.run(f"--extra-opts=@{path}", token=TOKEN)
        self.assertEqual(result.state, "OK", result)
        self.assertEqual(result.perfdata["available"][2:4], ("300:", "200:"))

    def test_verbose_adds_up(self):
        path = self.section("verbose", "operation = right")
        lengths = [len(self.assert_operation("right", f"--extra-opts=@{path}", *args).lines)
                   for args in ((), ("-v",))]
        self.assertEqual(lengths[0], 1)
        self.assertGreater(lengths[1], 1)

    def test_an_operation_that_looks_like_an_option(self):
        path = self.section("operation = -h")
        self.assert_operation("-h", f"--extra-opts=@{path}")

    def test_both_address_families_wherever_they_come_from(self):
        for lines, args in ((("use-ipv4",), ("-6",)), (("6",), ("--use-ipv4",)), (("4", "6"), ())):
            with self.subTest(lines=lines, args=args):
                path = self.section(*lines)
                result = self.run_with("-o", "x", f"--extra-opts=@{path}", *args)
                self.assertEqual(result.state, "UNKNOWN", result)
                self.assertEqual(api.connections, 0)

    def test_thresholds_are_compared_wherever_they_come_from(self):
        path = self.section("warning = 100")
        result = self.run_with("-o", "x", f"--extra-opts=@{path}", "-c", "200")
        self.assertEqual((result.state, api.connections), ("UNKNOWN", 0), result)

    def test_an_overruled_value_must_be_valid_too(self):
        path = self.section("warning = hush")
        self.assert_refused(f"--extra-opts=@{path}", "-w", "5", named=[path, "warning"])
        path = self.section("warning = hush", "warning = 5")
        self.assert_refused(f"--extra-opts=@{path}", named=[path, "warning"])

    def test_the_token(self):
        path = self.section("token = from-the-ini-file-0123", "operation = right")
        self.assert_operation("right", f"--extra-opts=@{path}", secret="from-the-ini-file-0123")
        self.assertEqual(api.requests[-1].token, "from-the-ini-file-0123")
        later = self.section("token=from-the-later-file", name="later.ini")
        self.assert_operation("right", f"--extra-opts=@{path}", f"--extra-opts=@{later}")
        self.assertEqual(api.requests[-1].token, "from-the-later-file")


class Syntax(IniCase):
    def assert_read(self, content, expected="right", **options):
        path = self.write(content)
        return self.assert_operation(expected, f"--extra-opts=@{path}", **options)

    def test_what_is_skipped_and_dropped(self):
        head = f"[{SECTION}]"
        for content in (
                f"{head}\noperation=right", f"{head}\r\noperation=right\r\n",
                f"\ufeff{head}\noperation=right\n", f"\ufeff\r\n{head}\noperation=right\n",
                f"\n \n\t\r\n{head}\n\n \t \noperation=right\n\n",
                f"# c\n; c\n{head}\n#operation=wrong\n ;operation=wrong\n\t# x\noperation=right\n",
                f"  [ {SECTION}\t]  \n \t operation \t = \t right \t \n",
                f"[\t{SECTION}\t]\r\n\toperation\t=\tright\t\r\n",
                f"{head}\n\voperation\f=\vright\f\n", f"{head}\noperation = right\n#",
                f"{head}\n;\noperation=right", "#" * 8000 + f"\n{head}\noperation=right"):
            with self.subTest(content=content[:80]):
                self.assert_read(content)

    def test_a_value_is_taken_as_it_is(self):
        for value in ('"right"', "'right'", "a#b", "a # b", "a;b", "a ; b", "a=b", "=", "==a", "#",
                      ";", "\\n", "$HOME", "%41", "[x]", "a\tb", "\u00e9", "-v", "a  b", "\\"):
            with self.subTest(value=value):
                self.assert_read(f"[{SECTION}]\noperation = {value}\n", value)

    def test_a_section_in_pieces(self):
        result = self.assert_read(f"[{SECTION}]\nwarning = 10\n[other]\noperation = wrong\n"
                                  f"warning = 20\n[{SECTION}]\noperation = right\n"
                                  "[last]\nwarning=x\n")
        self.assertEqual(result.perfdata["available"].warn, "10:")

    def test_other_sections_and_what_stands_before_are_not_looked_at(self):
        rubbish = "rubbish\nhelp\nwarning = x\nno-such = 1\ntoken\n= 5\n--x\n\x01\nverbose = 9\n"
        section = f"[{SECTION}]\noperation = right\n"
        self.assert_read(f"{rubbish}[other]\n{rubbish}{section}[z]\n{rubbish}")
        self.assert_read(f"[other] behind\n[open\n[other]\n[open\n{section}")
        self.assert_read(b"[x]\n\xff\xfe\n" + section.encode())

    def test_sections_of_almost_the_name(self):
        for section in (SECTION.upper(), SECTION + "x", SECTION[:-1], "", f"x]{SECTION}",
                        SECTION.replace("_", " ")):
            with self.subTest(section=section):
                path = self.section("operation = x", section=section)
                self.assert_refused(f"--extra-opts=@{path}", named=[path])

    def test_no_section(self):
        for content in ("", "\ufeff", "\n", "operation = x\n", f"#[{SECTION}]\n",
                        f"x [{SECTION}]\n"):
            with self.subTest(content=content):
                path = self.write(content)
                self.assert_refused(f"--extra-opts=@{path}", named=[path])

    def test_an_empty_section_is_one(self):
        path = self.write(f"[{SECTION}]")
        self.assert_operation("cli", f"--extra-opts=@{path}", "-o", "cli")

    def test_lines_that_are_nothing(self):
        for line in (f"[{SECTION}] hush", f"[{SECTION}] # hush", "[hush", "hush", "hush = 1",
                     "= hush", "=", "hush-1 hush-2", "operation: hush", "\u00e9hush",
                     "\ufeffoperation = hush", "\x01hush", "hush \x1b[2J = 1", "hush = | x"):
            with self.subTest(line=line):
                self.assert_faulty_line(line)

    def test_keys_that_are_no_option(self):
        for key in ("--operation", "-o", "--", "-", "operatio", "op", "Operation", "OPERATION",
                    "w c", "opera tion", "max-ages", "state-dirs", "forecasts", "Token",
                    "--token", "tokens", "token_file", "warn", "z", "use_ipv4", "ww", "?", ":",
                    "1"):
            with self.subTest(key=key):
                self.assert_faulty_line(f"{key} = hush")

    def test_options_that_have_no_place(self):
        for key in ("help", "version", "extra-opts", "h", "V"):
            for line in (key, f"{key} =", f"{key} = hush"):
                with self.subTest(line=line):
                    self.assert_faulty_line(line, key)

    def test_flags_with_a_value(self):
        for key in ("verbose", "v", "use-ipv4", "4", "use-ipv6", "6"):
            with self.subTest(key=key):
                self.assert_faulty_line(f"{key} = hush", key)
        for value in ("1", "0", "true", "false", "yes", "=", "#"):
            with self.subTest(value=value):
                self.assert_faulty_line(f"verbose = {value}", "verbose")

    def test_flags(self):
        for line in ("use-ipv4", "use-ipv4=", " use-ipv4 = ", "4", "4 =\t", "use-ipv4\r"):
            with self.subTest(line=line):
                self.assert_read(f"[{SECTION}]\noperation=right\n{line}\n")

    def test_missing_values(self):
        for key in ("hostname", "operation", "port", "token-file", "warning", "critical", "method",
                    "timeout", "unavailable", "ca-file", "max-age", "state-dir", "H", "o", "p",
                    "w", "c", "X", "t", "token"):
            for line in blackbox.some((key, f"{key} =", f"{key} = \t")):
                with self.subTest(line=line):
                    self.assert_faulty_line(line, key)
        self.assert_faulty_line("proxy", "proxy")

    def test_wrong_values(self):
        for key, value in (("hostname", "http://hush.example"), ("hostname", "hush:1"),
                           ("port", "0"), ("port", "hush"), ("warning", "hush%"),
                           ("critical", "20:10hush"), ("method", "hush"),
                           ("timeout", "010hush"), ("timeout", "10:hush"),
                           ("unavailable", "hush"), ("max-age", "hush"), ("max-age", "86401"),
                           ("forecast", "hush"), ("proxy", "http://hush hush"), ("w", "hush"),
                           ("t", "1e1hush"), ("token", "hush hush"), ("token", "hush\x01"),
                           ("token", "hush\u00e9")):
            with self.subTest(key=key, value=value):
                self.assert_faulty_line(f"{key} = {value}", key)

    def test_a_secret_in_a_wrong_line(self):
        for line in (f"token {TOKEN}", f"token: {TOKEN}", TOKEN, f"tok = {TOKEN}", f"{TOKEN} = 1",
                     f"[{TOKEN}", f"warning = {TOKEN}", f"verbose = {TOKEN}", f"help = {TOKEN}"):
            with self.subTest(line=line):
                self.assert_faulty_line(line)  # run() looks for the token


class Bounds(IniCase):
    BEFORE = (f"[{SECTION}]\n", "[other]\n", "")

    def test_a_nul_anywhere(self):
        for before in self.BEFORE:
            for line in (b"\0", b"# hush \0", b"operation = hush\0x", b"[x\0]", b"; \0hush"):
                for behind in blackbox.some((b"\n", b"")):
                    with self.subTest(before=before, line=line, behind=behind):
                        self.assert_faulty_line(line, before=before, behind=behind)

    def test_a_nul_behind_the_section(self):
        content = f"[{SECTION}]\noperation = x\n[other]\n\0".encode()
        path = self.write(content)
        result = self.assert_refused(f"--extra-opts=@{path}", named=[path])
        self.assertRegex(result.message, r"\b4\b")

    def test_the_longest_line(self):
        value = "x" * (LINE_MAX - len("operation="))
        for end in ("", "\n", "\r\n"):
            with self.subTest(end=end):
                path = self.write(f"[{SECTION}]\noperation={value}{end}")
                self.assert_operation(value, f"--extra-opts=@{path}")
        comment = "#" * LINE_MAX
        path = self.write(f"{comment}\n[{SECTION}]\r\noperation=right\n{comment}\r\n[x]\n{comment}")
        self.assert_operation("right", f"--extra-opts=@{path}")

    def test_lines_that_are_too_long(self):
        for before in self.BEFORE:
            for line in ("#" * (LINE_MAX + 1), " " * (LINE_MAX + 1), "x" * 100000,
                         "operation=" + "x" * LINE_MAX):
                for behind in blackbox.some((b"\n", b"\r\n", b"")):
                    with self.subTest(before=before, line=line[:9], behind=behind):
                        self.assert_faulty_line(line, before=before, behind=behind)

    def test_the_largest_file(self):
        line = "#" * 1023 + "\n"
        head = f"[{SECTION}]\noperation=right\n".ljust(1023, "#") + "\n"
        content = (head.replace("right#", "right\n#", 1).encode()
                   + line.encode() * (FILE_MAX // 1024 - 1))[:FILE_MAX]
        path = self.write(content.ljust(FILE_MAX, b"\n"))
        self.assert_operation("right", f"--extra-opts=@{path}")
        path = self.write(content.ljust(FILE_MAX + 1, b"\n"))
        self.assert_refused(f"--extra-opts=@{path}", named=[path])

    def test_a_pipe_that_is_too_large(self):
        lines = (b"#" * 1023 + b"\n") * (FILE_MAX // 1024)
        content = f"[{SECTION}]\noperation=x\n".encode() + lines
        with self.feeding(content) as pipe:
            self.assert_refused(f"--extra-opts=@/dev/fd/{pipe}", pass_fds=[pipe])

    @contextlib.contextmanager
    def feeding(self, content, close=True):
        """A pipe's reading end, fed by a thread; without `close` the writing end stays open."""
        reading, writing = os.pipe()
        thread = threading.Thread(target=feed, args=(writing, content, close), daemon=True)
        thread.start()
        try:
            yield reading
        finally:
            os.close(reading)
            thread.join()
            if not close:
                os.close(writing)

    def test_pipes(self):
        content = f"[{SECTION}]\noperation=right\n".encode()
        with self.feeding(content) as pipe:
            self.assert_operation("right", f"--extra-opts=@/dev/fd/{pipe}", pass_fds=[pipe])
        path = os.path.join(self.directory, "pipe")
        os.mkfifo(path)
        thread = threading.Thread(target=lambda: write_to_path(path, content), daemon=True)
        thread.start()
        self.assert_operation("right", f"--extra-opts=@{path}")
        thread.join()

    def test_pipes_that_are_silent(self):
        for content in (b"", f"[{SECTION}]\noperation=x\ntimeout=60\n".encode()):
            with self.subTest(content=content), self.feeding(content, close=False) as pipe:
                result = self.assert_refused(f"-t{blackbox.SILENT_SECONDS}:ok" if not content else
                                             f"-t{blackbox.SILENT_SECONDS}", "--extra-opts=@-", stdin=pipe)
                self.assertGreaterEqual(result.seconds, blackbox.SILENT_SECONDS - 0.1)
                self.assertLess(result.seconds, blackbox.SILENT_SECONDS + blackbox.SLACK)
                self.assertIn("standard input", result.message)
                self.assertIn(f"{blackbox.SILENT_SECONDS} s", result.message)

    def test_what_is_neither_file_nor_pipe(self):
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(os.path.join(self.directory, "socket"))
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        for name in (self.directory, "/dev/null", "/dev/zero", listener.getsockname(),
                     os.ttyname(slave)):
            with self.subTest(name=name):
                self.assert_refused(f"--extra-opts=@{name}", named=[name])
        self.assert_refused("--extra-opts=@-", stdin=slave)
        self.assert_refused("--extra-opts=@-", preexec=lambda: os.close(0))

    def test_a_file_without_permission(self):
        path = self.section("operation = x", mode=0o600 if os.geteuid() == 0 else 0)
        user = "nobody" if os.geteuid() == 0 else None
        self.assert_refused(f"--extra-opts=@{path}", user=user, named=[path])


def feed(descriptor, content, close):
    with contextlib.suppress(OSError):
        while content:
            content = content[os.write(descriptor, content):]
    if close:
        os.close(descriptor)


def write_to_path(path, content):
    with open(path, "wb") as file:
        file.write(content)


class Hint(IniCase):
    """For a file that everybody may read and that holds the token in use."""

    def assert_hint(self, expected, *args, **options):
        result = self.run_with("-o", "x", *args, secret=TOKEN, **{"token": None, **options})
        self.assertEqual(result.state, "OK", result)
        self.assertEqual(result.message.endswith(HINT), expected, result)
        self.assertEqual(result.text.count(HINT.strip(" ()")), int(expected), result)

    def token_in(self, mode, token=TOKEN, name="some.ini"):
        return f"--extra-opts=@{self.section(f'token = {token}', mode=mode, name=name)}"

    def test_modes(self):
        for mode, expected in ((0o644, True), (0o604, True), (0o640, False), (0o600, False)):
            with self.subTest(mode=oct(mode)):
                self.assert_hint(expected, self.token_in(mode))

    def test_of_several_files_the_one_with_the_token_in_use_counts(self):
        secret = self.token_in(0o600, name="secret.ini")
        public = self.token_in(0o644, "other-token-0123", "public.ini")
        plain = f"--extra-opts=@{self.section('warning = 5', name='plain.ini', mode=0o644)}"
        self.assert_hint(False, public, secret)
        self.assert_hint(True, secret, public)
        self.assert_hint(False, secret, plain)
        self.assert_hint(False, plain, secret)

    def test_a_token_that_is_not_in_use(self):
        public = self.token_in(0o644, "other-token-0123")
        self.assert_hint(False, public, "--token-file", self.write(TOKEN, "token"))
        plain = f"--extra-opts=@{self.section('warning = 5', name='plain.ini', mode=0o644)}"
        self.assert_hint(False, plain, token=TOKEN)

    def test_a_token_file_that_a_readable_file_names(self):
        secret = self.write(TOKEN, "token")
        readable = self.section(f"token-file = {secret}", mode=0o644)
        self.assert_hint(False, f"--extra-opts=@{readable}")
        public = self.write(TOKEN, "token", 0o644)
        self.assert_hint(True, f"--extra-opts=@{self.section(f'token-file = {public}')}")

    def test_standard_input(self):
        with open(self.section(f"token = {TOKEN}", mode=0o644), "rb") as file:
            self.assert_hint(False, "--extra-opts=@-", stdin=file)


if __name__ == "__main__":
    blackbox.main()
