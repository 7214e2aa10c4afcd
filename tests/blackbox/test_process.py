#!/usr/bin/env python3
"""The process: its output's end, signals, descriptors, the time it takes, what it leaves alone."""

import concurrent.futures
import contextlib
import errno
import fcntl
import os
import pathlib
import pwd
import re
import resource
import signal
import socket
import subprocess
import sys
import unittest

import blackbox
from blackbox import listen, then_listen

wolkvox = blackbox.load_api()

TOKEN = blackbox.TOKEN
SECONDS = 10 if blackbox.INSTRUMENTED else 1
IS_ROOT = os.geteuid() == 0
F_SETPIPE_SZ = 1031
ANSWER = blackbox.answer()
LONG_ANSWER = blackbox.answer(padding="x" * 60000)
# A root directory that its user may not read, with all of this machine in it.
UNREADABLE_ROOT = """
root=$1; shift
mount -t tmpfs -o mode=711 tmpfs "$root"
for place in /*; do
    if [ -L "$place" ]; then
        cp -P "$place" "$root$place"
    elif [ -d "$place" ]; then
        mkdir "$root$place"
        mount --rbind "$place" "$root$place"
    fi
done
exec chroot --userspec=65534:65534 "$root" "$@"
"""


class ProcessCase(blackbox.ApiCase):
    """With a server that speaks TLS beside the other one, and a plugin that waits."""

    def setUp(self):
        super().setUp()
        self.secure = blackbox.stand_in(tls=True)
        self.secure.clear()
        self.secure.default_reply = ANSWER

    def check_by_tls(self, *args, **options):
        return self.check("-H", self.secure.url, f"--ca-file={self.secure.ca_file}", *args, **options)

    def started(self, url, *args, preexec=None):
        return blackbox.started("-H", url, "-o", "x", "-t60", *args, preexec=preexec)

    @contextlib.contextmanager
    def waiting(self, preexec=None):
        """A plugin that has asked and waits for the answer."""
        with blackbox.TalkingServer(listen) as server, self.started(server.url, preexec=preexec) as process:
            blackbox.wait_until(lambda: server.heads)
            yield process


def shrink_output():
    """Standard output's pipe holds a page only."""
    fcntl.fcntl(1, F_SETPIPE_SZ, 4096)


def write_to(path, flags=os.O_WRONLY):
    os.dup2(os.open(path, flags, 0o600), 1)


def write_to_nobody():
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    os.close(reading)
    os.close(writing)


def write_to_a_lonely_socket():
    ours, theirs = socket.socketpair()
    theirs.close()
    os.dup2(ours.detach(), 1)


class Output(ProcessCase):
    """Where standard output cannot be written the exit code is 3, whatever was to be said."""

    def assert_unknown(self, **options):
        for args in ((), ("-vvv",), ("-V",), ("-h",), ("--no-such",), ("--ca-file=/nonexistent",)):
            with self.subTest(args=args):
                result = self.check(*args, silent=True, **options)
                self.assertEqual(result.exit, 3, result)
                self.assertLess(result.seconds, 9 + blackbox.SLACK)

    def test_what_cannot_be_written(self):
        for name, preexec in (
                ("closed", lambda: os.close(1)), ("full", lambda: write_to("/dev/full")),
                ("read only", lambda: write_to("/dev/null", os.O_RDONLY)),
                ("a pipe without a reader", write_to_nobody),
                ("a socket without a reader", write_to_a_lonely_socket)):
            with self.subTest(name):
                self.assert_unknown(preexec=preexec)

    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "the wrapper itself may write files")
    def test_a_size_limit(self):
        for limit in (0, 10):
            def write_little(limit=limit):
                write_to(os.path.join(self.directory, "output"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            with self.subTest(limit=limit):
                self.assert_unknown(preexec=write_little)

    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "the wrapper itself may need it")
    def test_closed_where_the_root_directory_is_unreadable(self):
        """Nothing that takes the descriptor's place, a socket above all, may get the line."""
        wrapper = blackbox.own_mounts(UNREADABLE_ROOT, self.directory)
        for closed in (0, 2):
            self.expect("OK", wrapper=wrapper, preexec=lambda closed=closed: os.close(closed))
        self.assert_unknown(wrapper=wrapper, preexec=lambda: os.close(1))
        self.assertLessEqual({request.body for request in self.api.requests}, {b""})

    def test_a_reader_that_goes_in_the_middle(self):
        self.reply(LONG_ANSWER)
        with self.started(self.api.url, "-vvv", preexec=shrink_output) as process:
            self.assertEqual(os.read(process.stdout.fileno(), 14), b"WOLKVOX_TOKEN ")
            process.stdout.close()
            process.stdout = None
            self.assertEqual(process.wait(60), 3)

    def test_a_slow_reader_gets_all(self):
        """Waiting for the reader does not count for -t, nor is it ended by force 2 s later. An output that
        does not block is waited for, too."""
        def shrink_and_unblock():
            shrink_output()
            os.set_blocking(1, False)
        self.reply(LONG_ANSWER)
        args = (self.api.url, "-vvv", f"-t{SECONDS}")
        with self.started(*args, preexec=shrink_output) as blocked, \
                self.started(*args, preexec=shrink_and_unblock) as unblocked:
            with self.assertRaises(subprocess.TimeoutExpired):
                blocked.wait(SECONDS + 2.8)
            for process in (blocked, unblocked):
                self.assertIsNone(process.poll())
                output, _errors = process.communicate()
                self.assertEqual(process.returncode, 0, output)
                self.assertRegex(output.decode(), r"(?s)\AWOLKVOX_TOKEN OK: .*x{60000}.*\n\Z")
        self.assertEqual(blackbox.run("-h", plain=True, preexec=shrink_and_unblock).stdout,
                         blackbox.run("-h", plain=True).stdout)


@unittest.skipIf(blackbox.PLUGIN_WRAPPER, "the wrapper itself may need them")
class Descriptors(ProcessCase):

    def closing(self, descriptors):
        def close():
            for descriptor in descriptors:
                os.close(descriptor)
        return close

    def test_closed_ones_do_not_reach_the_server(self):
        """A socket at 0, 1 or 2 would get what is written there."""
        for descriptors in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)):
            more = []

            def talk(connection, more=more):
                connection.sendall(ANSWER.head(closing=True) + ANSWER.body)
                more.append(connection.recv(65536))
            with self.subTest(closed=descriptors), blackbox.TalkingServer(talk) as server:
                result = self.check("-H", server.url, "-vvv", silent=1 in descriptors,
                                    preexec=self.closing(descriptors))
                self.assertEqual(result.exit, 3 if 1 in descriptors else 0, result)
                blackbox.wait_until(lambda more=more: more or not server.heads)
                self.assertEqual(b"".join(more), b"")

    @unittest.skipUnless(IS_ROOT, "the descriptors of another process are root's to see")
    def test_closed_ones_are_not_taken(self):
        for descriptors in ((0,), (2,), (0, 2)):
            with self.subTest(closed=descriptors):
                with self.waiting(preexec=self.closing(descriptors)) as process:
                    for descriptor in descriptors:
                        self.assertNotRegex(os.readlink(f"/proc/{process.pid}/fd/{descriptor}"), "socket|pipe")

    @unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
    @unittest.skipIf(sys.maxsize < 2**32, "open() has another name")
    def test_closed_ones_that_cannot_be_replaced(self):
        """Then nothing is opened, a connection neither."""
        env = blackbox.preloaded("failing_calls", FAULT_CALL="open", FAULT_NUMBER=0,
                                 FAULT_ERRNO=errno.EPERM, FAULT_REPORT=os.devnull)
        for descriptors in ((0,), (2,), (0, 2)):
            with self.subTest(closed=descriptors):
                self.expect("UNKNOWN", env=env, preexec=self.closing(descriptors), requests=0,
                            message="a closed standard descriptor cannot be replaced: Operation not permitted$")


class Signals(ProcessCase):
    SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def assert_ends(self, process, number):
        process.send_signal(number)
        self.assertEqual(process.wait(30 if blackbox.INSTRUMENTED else 2), -number)

    def test_they_end_it_at_once(self):
        """Also where the parent ignored or blocked them, and an alarm that it has set."""
        def ignore():
            for number in self.SIGNALS:
                signal.signal(number, signal.SIG_IGN)

        def block():
            signal.pthread_sigmask(signal.SIG_BLOCK, self.SIGNALS)
        for number, preexec in ((signal.SIGALRM, None), *((number, preexec) for number in self.SIGNALS
                                                          for preexec in (None, ignore, block))):
            with self.subTest(signal=number.name, preexec=preexec):
                with self.waiting(preexec=preexec) as process:
                    self.assert_ends(process, number)

    def test_while_it_waits_for_the_reader(self):
        self.reply(LONG_ANSWER)
        for number in self.SIGNALS:
            with self.subTest(signal=number.name):
                with self.started(self.api.url, "-vvv", preexec=shrink_output) as process:
                    self.assertEqual(os.read(process.stdout.fileno(), 1), b"W")
                    self.assert_ends(process, number)

    def test_others_that_the_parent_left_do_no_harm(self):
        def inherit():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGPIPE])
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
        self.expect("OK", preexec=inherit)


class Time(ProcessCase):
    """Everything ends within -t and says what it waited for."""

    def test_whatever_is_silent(self):
        """All at once, because each takes its time."""
        with contextlib.ExitStack() as stack:
            def server(answer=b""):
                return stack.enter_context(blackbox.TalkingServer(then_listen(answer)))

            def api(*replies):
                plain = stack.enter_context(wolkvox.WolkvoxApi(tls=False))
                plain.script = list(replies)
                return plain
            head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"
            slow = api(wolkvox.Reply(405), wolkvox.Reply(hang=True))
            self.secure.default_reply = wolkvox.Reply(hang=True)
            table = (
                ("a server that says nothing", "answer", (server().url,)),
                ("one that does so by TLS", "answer", (self.secure.url, "--ca-file", self.secure.ca_file)),
                ("one that says nothing of TLS", "TLS", (f"https://localhost:{server().port}",)),
                ("one that stops in the status line", "answer", (server(b"HTTP/1.1 2").url,)),
                ("one that stops in the headers", "answer", (server(head).url,)),
                ("one that stops in the body", "answer", (server(head + b"\r\n{").url,)),
                ("a body that drips", "answer",
                 (api(ANSWER.changed(drip=0.05, body=ANSWER.body + b" " * 2000)).url,)),
                ("a second answer that never comes", "answer", (slow.url,)),
                ("a proxy that says nothing", "proxy", ("https://crm0001", f"--proxy={server().url}")),
                ("a proxy that stops", "proxy",
                 ("https://crm0001", f"--proxy={server(b'HTTP/1.1 200 OK').url}")),
                ("a port that takes no connection", "connect", (stack.enter_context(full_port()),)),
            )
            for (name, what, _args), result in zip(table, run_at_once([row[2] for row in table])):
                with self.subTest(name):
                    self.assert_timeout(result, SECONDS, f".*{what}")
            self.assertEqual(len(slow.requests), 2)

    def test_its_state(self):
        table = ((("-t{}:warning",), "WARNING"), (("-t{}:OK", "--unavailable=unknown"), "OK"),
                 (("-t{}:3", "--unavailable=ok"), "UNKNOWN"),
                 (("-t{}", "--unavailable=1"), "WARNING"), (("-t9:ok", "-t{}"), "CRITICAL"),
                 (("-t{}:critical", "--unavailable=ok"), "CRITICAL"))
        with blackbox.TalkingServer(listen) as server:
            results = run_at_once([(server.url, *(arg.format(SECONDS) for arg in args))
                                   for args, _state in table])
        for (args, state), result in zip(table, results):
            with self.subTest(args=args):
                self.assert_timeout(result, SECONDS, ".*answer", state)

    def test_a_state_for_timeouts_is_for_nothing_else(self):
        self.reply(wolkvox.Reply(500))
        self.expect("CRITICAL", "-t60:ok")
        self.expect("OK", "-t60:critical", "--unavailable=ok")


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class Watchdog(ProcessCase):
    """Manual, -t: it holds whatever is held up. Manual, EXIT STATUS: a crash is UNKNOWN."""

    def check_held_up(self, *args, **env):
        return self.check(*args, token=None if "--token-file" in args else TOKEN,
                          env=blackbox.preloaded("held_up", **env))

    def files(self):
        """Arguments that make the plugin open a file called "held", and what it waits for then."""
        held = self.write(TOKEN, "held")
        return (("the token file", ("--token-file", held)),
                ("the INI file", (f"--extra-opts=@{held}",)),
                ("the CA file", (f"--ca-file={held}",)),
                ("the state directory", ("--max-age=60", f"--state-dir={self.directory}/held")))

    def test_files_that_do_not_open(self):
        for threads in ("yes", "no"):
            for what, args in self.files():
                with self.subTest(what, threads=threads):
                    result = self.check_held_up("-t1:warning", *args, HELD_UP="held", THREADS=threads)
                    self.assert_timeout(result, 1, f"{what}$", "WARNING")

    def test_half_a_second_late_at_most(self):
        """By a clock that stops then, so that whoever ends it later never does."""
        for threads in ("yes", "no"):
            for what, args in self.files():
                with self.subTest(what, threads=threads):
                    result = self.check_held_up("-t3600", *args, HELD_UP="held", WAITED=3600500, THREADS=threads)
                    self.assertRegex(result.message, f"^timeout: waited 3600 s for {what}$")

    def test_a_pipe_that_nobody_writes_to(self):
        pipe = f"{self.directory}/pipe"
        os.mkfifo(pipe)
        for threads in ("yes", "no"):
            with self.subTest(threads=threads):
                self.assert_timeout(self.check_held_up("-t1", "--token-file", pipe, THREADS=threads), 1,
                                    "the token file ", "UNKNOWN")

    def test_a_later_limit_of_an_ini_file(self):
        ini = self.write("[check_wolkvox_token]\ntimeout=1\n", "limit.ini")
        held = self.write(TOKEN, "held")
        result = self.check_held_up(f"--extra-opts=@{ini}", "--token-file", held, HELD_UP="held")
        self.assert_timeout(result, 1, "the token file$")

    def test_help_opens_no_file(self):
        for what, args in self.files():
            with self.subTest(what):
                blackbox.run(*args, "--help", plain=True, env=blackbox.preloaded("held_up", HELD_UP="held"))

    def test_what_a_library_says_is_not_heard(self):
        self.assertEqual(self.check_held_up(SAYS="gibberish").state, "OK")

    def test_crashes(self):
        for name in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGTRAP", "SIGSYS", "SIGXCPU",
                     "a full stack"):
            with self.subTest(name):
                result = self.check_held_up(CRASH=name)
                self.assertEqual(result.state, "UNKNOWN")
                self.assertIn(f"crashed ({name.replace('a full stack', 'SIGSEGV')})", result.message)

    def test_no_pending_signals_to_be_had(self):
        with blackbox.TalkingServer(then_listen(b"HTTP/1.1 200 OK\r\n\r\n{")) as server:
            result = self.check("-H", server.url, "-t1", preexec=lambda:
                                resource.setrlimit(resource.RLIMIT_SIGPENDING, (0, 0)))
        self.assert_timeout(result, 1, "")


def run_at_once(commands):
    """The results of runs with these servers and further arguments, in order."""
    def run(command):
        url, *args = command
        return blackbox.run("-H", url, "-o", "x", f"-t{SECONDS}", *args, token=TOKEN)
    workers = 2 if blackbox.INSTRUMENTED else len(commands)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, commands))


@contextlib.contextmanager
def full_port():
    """The URL of a port whose queue of connections is full: the next one is not answered."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class Traces(ProcessCase):
    """Nothing written, nothing read that is not its own, no child, no core, no token."""

    def test_no_file_is_written(self):
        folders = {name: os.path.join(self.directory, name) for name in ("cwd", "home", "tmp", "keys")}
        for name, folder in folders.items():
            os.mkdir(folder)
            os.chmod(folder, 0o555 if name == "cwd" else 0o777)
        env = {**dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "MP_STATE_PATH",
                                "NAGIOS_PLUGIN_STATE_DIRECTORY"), folders["home"]),
               "TMPDIR": folders["tmp"], "SSLKEYLOGFILE": os.path.join(folders["keys"], "keys")}
        ca_file = self.write(pathlib.Path(self.secure.ca_file).read_bytes(), "ca.pem", 0o644)
        for user in (None, "nobody") if IS_ROOT else (None,):
            for args in ((), ("-vvv",), ("-H", "https://127.255.255.254:1")):
                with self.subTest(user=user, args=args):
                    self.check_by_tls(f"--ca-file={ca_file}", *args, cwd=folders["cwd"], user=user, env=env)
                    self.assertEqual([os.listdir(folder) for folder in folders.values()],
                                     [[]] * len(folders))

    def test_no_child_process(self):
        with self.waiting() as process:
            children = pathlib.Path(f"/proc/{process.pid}/task").glob("*/children")
            self.assertEqual([text for text in (path.read_text("ascii") for path in children) if text], [])

    def test_no_core_dumps(self):
        def allow():
            _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        with self.waiting(preexec=allow) as process:
            limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii")
        self.assertRegex(limits, r"(?m)^Max core file size +0 +[0-9u]")

    @unittest.skipUnless(IS_ROOT, "only root can run it as another user")
    @unittest.skipIf(blackbox.INSTRUMENTED, "instruments look into the process")
    def test_others_of_its_user_cannot_look_into_it(self):
        """What cannot be dumped or traced is root's in /proc (proc(5))."""
        with self.waiting(preexec=lambda: os.setuid(pwd.getpwnam("nobody").pw_uid)) as process:
            self.assertEqual(os.stat(f"/proc/{process.pid}/mem").st_uid, 0)

    @unittest.skipIf(blackbox.INSTRUMENTED, "instruments need descriptors, too")
    def test_too_few_descriptors(self):
        """However few there are, that is no fault of the API."""
        rows = [(limit, args, ("OK", "UNKNOWN")) for limit in range(4, 12)  # the loader itself needs one
                for args in ((), ("-H", self.secure.url, "--ca-file", self.secure.ca_file))]
        rows += [(7, args, ("UNKNOWN",)) for args in (
            ("-H", "nosuch.invalid"), ("-H", "https://localhost", "--proxy=nosuch.invalid"))]
        for limit, args, states in rows:
            with self.subTest(limit=limit, args=args):
                result = self.check(*args, preexec=lambda limit=limit: resource.setrlimit(
                    resource.RLIMIT_NOFILE, (limit, limit)))
                self.assertIn(result.state, states, result)

    @unittest.skipIf(blackbox.INSTRUMENTED, "instruments need more")
    def test_limits_of_the_stack(self):
        """Small ones are enough; large ones take addresses, also for a thread that resolves."""
        for soft in (64 << 10, 256 << 10, 1 << 30):
            with self.subTest(soft=soft):
                result = self.check_by_tls(preexec=lambda soft=soft: resource.setrlimit(
                    resource.RLIMIT_STACK, (soft, resource.RLIM_INFINITY)))
                self.assertEqual(result.state, "OK", result)

    @unittest.skipUnless(IS_ROOT, "the environment of another process is root's to read")
    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "the wrapper has a copy of it")
    def test_the_token_does_not_stay_in_the_environment(self):
        with self.waiting() as process:
            environment = pathlib.Path(f"/proc/{process.pid}/environ").read_bytes()
            self.assertIn(b"WOLKVOX_TOKEN=", environment)
            self.assertNotIn(TOKEN.encode(), environment)

    def test_locales_change_nothing(self):
        def shown(env=None):
            result = self.expect("OK", "-w", "10.5%", "-vv", "-X", "get", "--una=CRITICAL", env=env)
            return re.sub(r"time=[0-9]+(\.[0-9]+)?s", "time=", result.text)
        expected = shown()
        for locale in ("de_DE.UTF-8", "ar_SA.UTF-8", "tr_TR.UTF-8", "xx"):
            with self.subTest(locale=locale):
                self.assertEqual(shown({"LANG": locale, "LC_ALL": locale, "LANGUAGE": "de"}), expected)


if __name__ == "__main__":
    blackbox.main()
