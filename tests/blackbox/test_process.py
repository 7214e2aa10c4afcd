#!/usr/bin/env python3
"""The process: its output's end, signals, descriptors, the time it takes, what it leaves alone."""

import concurrent.futures
import contextlib
import fcntl
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import blackbox

wolkvox = blackbox.load_api()

TOKEN = "0ddba11" * 7 + "9c"
SECONDS = 10 if blackbox.INSTRUMENTED else 1
PEAK_MEMORY_KIB = (12 if blackbox.LAZY_LIBRARIES else 13) * 1024 * blackbox.ROOM
IS_ROOT = os.geteuid() == 0
HELD_UP = pathlib.Path(blackbox.PLUGIN).parent / "tests/preload/held_up.so"
F_SETPIPE_SZ = 1031
ANSWER = wolkvox.Reply.json(blackbox.envelope())
LONG_ANSWER = wolkvox.Reply.json(blackbox.envelope(padding="x" * 60000))


def setUpModule():
    global api, tls
    api = wolkvox.WolkvoxApi(tls=False)
    tls = wolkvox.WolkvoxApi(directory=make_directory())
    for server in (api, tls):
        server.start()
        unittest.addModuleCleanup(server.stop)
    make_readable(tls.ca_file)


def make_directory():
    """A directory that everybody may look into."""
    directory = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(directory.cleanup)
    os.chmod(directory.name, 0o755)
    return directory.name


def make_readable(path):
    os.chmod(path, 0o644)


class Silent(blackbox.RawServer):
    """Reads a request (of TLS: its first bytes), says so, sends what it is given, and waits."""

    def __init__(self, answer=b""):
        super().__init__(self._handle)
        self.asked = threading.Event()
        self.gone = threading.Event()
        self.received = b""
        self._answer = answer

    def _handle(self, connection):
        while b"\r\n\r\n" not in self.received:
            self.received += connection.recv(65536)
        self.asked.set()
        connection.sendall(self._answer)
        more = connection.recv(65536)
        while more:
            self.received += more
            more = connection.recv(65536)
        self.gone.set()


class ProcessCase(unittest.TestCase):
    """What the cases share: the two stand-ins, and a plugin that waits."""

    def setUp(self):
        for server in (api, tls):
            server.clear()
            server.default_reply = ANSWER

    def run_with(self, *args, **options):
        return blackbox.run("-H", api.url, "-o", "x", *args, **{"token": TOKEN, **options})

    @contextlib.contextmanager
    def started(self, url, *args, preexec=None, stdout=subprocess.PIPE, env=None):
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            blackbox.command("-H", url, "-o", "x", "-t60", *args), stdin=subprocess.DEVNULL,
            stdout=stdout, stderr=subprocess.PIPE, preexec_fn=preexec,
            env=blackbox.environment(env, TOKEN))
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    @contextlib.contextmanager
    def waiting(self, *args, **options):
        """A plugin that has asked and waits for the answer."""
        with Silent() as server, self.started(server.url, *args, **options) as process:
            self.assertTrue(server.asked.wait(60), "it has not asked")
            yield process


class Output(ProcessCase):
    """Where standard output cannot be written the exit code is 3, whatever was to be said."""

    ENDS = ((), ("-vvv",), ("-V",), ("-h",), ("--no-such",), ("--ca-file=/nonexistent",))

    def assert_unknown(self, preexec):
        for args in self.ENDS:
            with self.subTest(args=args):
                result = self.run_with(*args, preexec=preexec, silent=True)
                self.assertEqual(result.exit, 3, result)
                self.assertLess(result.seconds, 9 + blackbox.SLACK)

    def test_closed(self):
        self.assert_unknown(lambda: os.close(1))

    def test_full(self):
        self.assert_unknown(lambda: os.dup2(os.open("/dev/full", os.O_WRONLY), 1))

    def test_read_only(self):
        self.assert_unknown(lambda: os.dup2(os.open("/dev/null", os.O_RDONLY), 1))

    def test_without_a_reader(self):
        def write_to_nobody():
            reading, writing = os.pipe()
            os.dup2(writing, 1)
            os.close(reading)
            os.close(writing)
        self.assert_unknown(write_to_nobody)

    def test_a_socket_without_a_reader(self):
        def write_to_nobody():
            ours, theirs = socket.socketpair()
            theirs.close()
            os.dup2(ours.detach(), 1)
        self.assert_unknown(write_to_nobody)

    @unittest.skipIf(blackbox.PLUGIN_WRAPPER, "the wrapper itself may write files")
    def test_a_size_limit(self):
        path = os.path.join(make_directory(), "output")
        for limit in (0, 10):
            def write_little(limit=limit):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            with self.subTest(limit=limit):
                self.assert_unknown(write_little)

    def test_a_reader_that_goes_in_the_middle(self):
        api.default_reply = LONG_ANSWER
        with self.started(api.url, "-vvv", preexec=shrink_output) as process:
            self.assertEqual(os.read(process.stdout.fileno(), 14), b"WOLKVOX_TOKEN ")
            process.stdout.close()
            process.stdout = None
            self.assertEqual(process.wait(60), 3)

    def test_a_file(self):
        path = os.path.join(make_directory(), "output")
        result = self.run_with(silent=True, preexec=lambda: os.dup2(
            os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), 1))
        self.assertEqual(result.exit, 0)
        output = pathlib.Path(path).read_text(encoding="utf-8")
        self.assertRegex(output, r"\AWOLKVOX_TOKEN OK: .*\n\Z")

    def assert_whole(self, output):
        self.assertIn("x" * 60000, output)
        self.assertTrue(output.startswith("WOLKVOX_TOKEN OK: "))
        self.assertTrue(output.endswith("\n"))

    def test_a_slow_reader_gets_all(self):
        """Waiting for the reader does not count for -t, nor is it ended by force 2 s later."""
        api.default_reply = LONG_ANSWER
        with self.started(api.url, "-vvv", f"-t{SECONDS}", preexec=shrink_output) as process:
            with self.assertRaises(subprocess.TimeoutExpired):
                process.wait(SECONDS + 2.8)
            output, _errors = process.communicate()
            self.assertEqual(process.returncode, 0, output)
            self.assert_whole(output.decode())

    def test_an_output_that_does_not_block(self):
        def shrink_and_unblock():
            shrink_output()
            os.set_blocking(1, False)
        api.default_reply = LONG_ANSWER
        result = self.run_with("-vvv", preexec=shrink_and_unblock)
        self.assertEqual(result.exit, 0)
        self.assert_whole(result.text)
        self.assertEqual(blackbox.run("-h", plain=True, preexec=shrink_and_unblock).stdout,
                         blackbox.run("-h", plain=True).stdout)


def shrink_output():
    """Standard output's pipe holds a page only."""
    fcntl.fcntl(1, F_SETPIPE_SZ, 4096)


@unittest.skipIf(blackbox.PLUGIN_WRAPPER, "the wrapper itself may need them")
class Descriptors(ProcessCase):
    COMBINATIONS = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))

    def closing(self, descriptors):
        def close():
            for descriptor in descriptors:
                os.close(descriptor)
        return close

    def test_closed_ones_do_not_reach_the_server(self):
        """A socket at 0, 1 or 2 would get what is written there."""
        body = ANSWER.head(closing=True) + ANSWER.body
        for descriptors in self.COMBINATIONS:
            with self.subTest(closed=descriptors), Silent(body) as server:
                result = blackbox.run("-H", server.url, "-o", "x", "-vvv", token=TOKEN,
                                      silent=1 in descriptors, preexec=self.closing(descriptors))
                self.assertEqual(result.exit, 3 if 1 in descriptors else 0, result)
                if server.asked.is_set():
                    self.assertTrue(server.gone.wait(30))
                    self.assertTrue(server.received.endswith(b"\r\n\r\n"), server.received)

    def test_closed_ones_are_not_taken(self):
        for descriptors in ((0,), (2,), (0, 2)):
            with self.subTest(closed=descriptors):
                with self.waiting(preexec=self.closing(descriptors)) as process:
                    for descriptor in descriptors:
                        target = read_link(f"/proc/{process.pid}/fd/{descriptor}")
                        if target is None:
                            self.skipTest("the descriptors cannot be looked at")
                        self.assertNotIn("socket:", target)
                        self.assertNotIn("pipe:", target)


def read_link(path):
    """Where a link of /proc leads; "" where there is none, None where it may not be read."""
    try:
        return os.readlink(path)
    except FileNotFoundError:
        return ""
    except PermissionError:
        return None


class Signals(ProcessCase):
    SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def assert_ends(self, process, number):
        process.send_signal(number)
        self.assertEqual(process.wait(2 if not blackbox.INSTRUMENTED else 30), -number)

    def test_they_end_it_at_once(self):
        for number in self.SIGNALS:
            with self.subTest(signal=number.name), self.waiting() as process:
                self.assert_ends(process, number)

    def test_where_the_parent_ignored_or_blocked_them(self):
        def ignore():
            for number in self.SIGNALS:
                signal.signal(number, signal.SIG_IGN)

        def block():
            signal.pthread_sigmask(signal.SIG_BLOCK, self.SIGNALS)
        for prepare in (ignore, block):
            for number in self.SIGNALS:
                with self.subTest(signal=number.name, prepare=prepare.__name__):
                    with self.waiting(preexec=prepare) as process:
                        self.assert_ends(process, number)

    def test_an_alarm_that_the_parent_has_set(self):
        with self.waiting() as process:
            self.assert_ends(process, signal.SIGALRM)

    def test_while_it_waits_for_the_reader(self):
        api.default_reply = LONG_ANSWER
        for number in self.SIGNALS:
            with self.subTest(signal=number.name):
                with self.started(api.url, "-vvv", preexec=shrink_output) as process:
                    self.assertEqual(os.read(process.stdout.fileno(), 1), b"W")
                    self.assert_ends(process, number)

    def test_others_that_the_parent_left_do_no_harm(self):
        def inherit():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGPIPE])
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
        self.assertEqual(self.run_with(preexec=inherit).state, "OK")


class Time(ProcessCase):
    """Everything ends within -t and says what it waited for."""

    def assert_timeout(self, result, what, state="CRITICAL"):
        self.assertEqual(result.state, state, result)
        self.assertNotIn("|", result.text)
        self.assertRegex(result.message, what)
        self.assertRegex(result.message, rf"\b{SECONDS} s\b")
        self.assertGreaterEqual(result.seconds, SECONDS - 0.1, result)
        self.assertLess(result.seconds, SECONDS + blackbox.SLACK, result)

    def test_whatever_is_silent(self):
        """All at once, for each takes its time."""
        with contextlib.ExitStack() as stack:
            def server(answer=b""):
                return stack.enter_context(Silent(answer))
            https = "https://localhost:{}".format
            head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"
            dripping = stack.enter_context(wolkvox.WolkvoxApi(tls=False))
            dripping.default_reply = ANSWER.changed(drip=0.05, body=ANSWER.body + b" " * 2000)
            slow = stack.enter_context(wolkvox.WolkvoxApi(tls=False))
            slow.script = [wolkvox.Reply(405), wolkvox.Reply(hang=True)]
            secure = ("--ca-file", tls.ca_file)
            tls.default_reply = wolkvox.Reply(hang=True)
            table = (
                ("a server that says nothing", "answer", (server().url,)),
                ("one that does so by TLS", "answer", (tls.url, *secure)),
                ("one that says nothing of TLS", "TLS", (https(server().port),)),
                ("one that stops in the status line", "answer", (server(b"HTTP/1.1 2").url,)),
                ("one that stops in the headers", "answer", (server(head).url,)),
                ("one that stops before the body", "answer", (server(head + b"\r\n").url,)),
                ("one that stops in the body", "answer", (server(head + b"\r\n{").url,)),
                ("a body that drips", "answer", (dripping.url,)),
                ("a second answer that never comes", "answer", (slow.url,)),
                ("a proxy that says nothing", "proxy",
                 ("https://crm0001", f"--proxy={server().url}")),
                ("a proxy that stops", "proxy",
                 ("https://crm0001", f"--proxy={server(b'HTTP/1.1 200 OK').url}")),
                ("a port that takes no connection", "connect", (stack.enter_context(full_port()),)),
            )
            for (name, what, _args), result in zip(table, run_at_once([row[2] for row in table])):
                with self.subTest(name):
                    self.assert_timeout(result, what)
            self.assertEqual(len(slow.requests), 2)

    def test_its_state(self):
        table = ((("-t{}:warning",), "WARNING"), (("-t{}:OK", "--unavailable=unknown"), "OK"),
                 (("-t{}:3", "--unavailable=ok"), "UNKNOWN"),
                 (("-t{}", "--unavailable=1"), "WARNING"), (("-t{}", "--unavailable=ok"), "OK"),
                 (("-t9:ok", "-t{}"), "CRITICAL"),
                 (("-t{}:critical", "--unavailable=ok"), "CRITICAL"))
        with Silent() as server:
            results = run_at_once([(server.url, *(arg.format(SECONDS) for arg in args))
                                   for args, _state in table])
        for (args, state), result in zip(table, results):
            with self.subTest(args=args):
                self.assert_timeout(result, "answer", state)

    def test_a_state_for_timeouts_is_for_nothing_else(self):
        api.default_reply = wolkvox.Reply(500)
        self.assertEqual(self.run_with("-t60:ok").state, "CRITICAL")
        self.assertEqual(self.run_with("-t60:critical", "--unavailable=ok").state, "OK")


@unittest.skipIf(blackbox.INSTRUMENTED, "a library cannot go before the sanitizers'")
class Watchdog(blackbox.FilesCase):
    """Manual, -t: it holds whatever is held up. Manual, EXIT STATUS: a crash is UNKNOWN."""

    def run_with(self, *args, **env):
        return blackbox.run("-H", api.url, "-o", "x", *args, token=None if "--token-file" in args else TOKEN,
                            env={"LD_PRELOAD": str(HELD_UP), **env})

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
                    result = self.run_with("-t1:warning", *args, HELD_UP="held", THREADS=threads)
                    self.assertEqual((result.state, result.message),
                                     ("WARNING", f"timeout: waited 1 s for {what}"))
                    self.assertGreaterEqual(result.seconds, 0.9)
                    self.assertLess(result.seconds, 1.5 + blackbox.SLACK)

    def test_a_later_limit_of_an_ini_file(self):
        ini = self.write("[check_wolkvox_token]\ntimeout=1\n", "limit.ini")
        held = self.write(TOKEN, "held")
        result = self.run_with(f"--extra-opts=@{ini}", "--token-file", held, HELD_UP="held")
        self.assertEqual(result.message, "timeout: waited 1 s for the token file")
        self.assertLess(result.seconds, 1.5 + blackbox.SLACK)

    def test_crashes(self):
        for name in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "a full stack"):
            with self.subTest(name):
                result = self.run_with(CRASH=name)
                self.assertEqual(result.state, "UNKNOWN")
                self.assertIn(f"crashed ({name.replace('a full stack', 'SIGSEGV')})", result.message)

    def test_no_pending_signals_to_be_had(self):
        with Silent(b"HTTP/1.1 200 OK\r\n\r\n{") as server:
            result = blackbox.run("-H", server.url, "-o", "x", "-t1", token=TOKEN, preexec=lambda:
                                  resource.setrlimit(resource.RLIMIT_SIGPENDING, (0, 0)))
        self.assertEqual(result.state, "CRITICAL")
        self.assertLess(result.seconds, 1.5 + blackbox.SLACK)


def run_at_once(commands):
    """The results of runs with these servers and further arguments, in order."""
    def run(command):
        url, *args = command
        return blackbox.run("-H", url, "-o", "x", f"-t{SECONDS}", *args, token=TOKEN,
                            timeout=SECONDS + 60)
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

    def run_secure(self, *args, **options):
        return blackbox.run("-H", tls.url, "-o", "x", f"--ca-file={tls.ca_file}", *args,
                            **{"token": TOKEN, **options})

    def test_no_file_is_written(self):
        directory = make_directory()
        names = ("cwd", "home", "tmp", "keys")
        folders = {name: os.path.join(directory, name) for name in names}
        for name, folder in folders.items():
            os.mkdir(folder)
            os.chmod(folder, 0o555 if name == "cwd" else 0o777)
        env = {"HOME": folders["home"], "TMPDIR": folders["tmp"],
               "XDG_CONFIG_HOME": folders["home"], "XDG_CACHE_HOME": folders["home"],
               "MP_STATE_PATH": folders["home"],
               "NAGIOS_PLUGIN_STATE_DIRECTORY": folders["home"],
               "SSLKEYLOGFILE": os.path.join(folders["keys"], "keys")}
        for user in (None, "nobody") if IS_ROOT else (None,):
            for args in ((), ("-vvv",), ("-H", "https://127.255.255.254:1")):
                with self.subTest(user=user, args=args):
                    self.run_secure(*args, cwd=folders["cwd"], user=user, env=env)
                    self.assertEqual([os.listdir(folder) for folder in folders.values()],
                                     [[]] * len(folders))

    def test_files_of_curl_are_not_used(self):
        home = make_directory()
        texts = {".netrc": "machine localhost login user password word\n"
                           "default login x password y\n",
                 ".curlrc": 'header = "X-Curlrc: yes"\nuser-agent = "curlrc"\n'}
        for name, text in texts.items():
            pathlib.Path(home, name).write_text(text, encoding="ascii")
        env = {"HOME": home, "CURL_HOME": home, "XDG_CONFIG_HOME": home, "NETRC": f"{home}/.netrc"}
        result = self.run_secure(env=env, cwd=home)
        self.assertEqual(result.state, "OK", result)
        (request,) = tls.requests
        names = {name.lower() for name, _value in request.headers}
        self.assertLessEqual(names, {"host", "user-agent", "accept", "accept-encoding",
                                     "content-type", "content-length", "wolkvox-token"})
        self.assertRegex(request.header("User-Agent"), r"\Acheck_wolkvox_token/[0-9]\S*\Z")

    def test_no_child_process(self):
        with self.waiting() as process:
            self.assertNotIn(process.pid, list(parents()))

    def told(self, name, preexec=None):
        """What the kernel says in /proc of a plugin that waits, started with these limits."""
        with self.waiting(preexec=preexec) as process:
            return pathlib.Path(f"/proc/{process.pid}/{name}").read_text(encoding="ascii")

    def test_no_core_dumps(self):
        def allow():
            _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        self.assertRegex(self.told("limits", allow), r"(?m)^Max core file size +0 +[0-9u]")

    @unittest.skipIf(blackbox.INSTRUMENTED, "instruments need descriptors, too")
    def test_no_descriptor_for_a_connection(self):
        """However few there are, that is no fault of the API."""
        for limit in range(4, 12):  # the loader itself needs one
            def have_few(limit=limit):
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            for server in (api, tls):
                with self.subTest(limit=limit, server=server.url):
                    result = blackbox.run("-H", server.url, "-o", "x", *(
                        ("--ca-file", tls.ca_file) if server is tls else ()), token=TOKEN,
                        preexec=have_few)
                    self.assertIn(result.state, ("OK", "UNKNOWN"), result)

    @unittest.skipIf(blackbox.INSTRUMENTED, "instruments need descriptors, too")
    def test_no_descriptor_to_resolve_a_name(self):
        for args in (("-H", "nosuch.invalid"), ("-H", "localhost", "--proxy=nosuch.invalid")):
            with self.subTest(args):
                result = blackbox.run(
                    *args, "-o", "x", token=TOKEN,
                    preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (7, 7)))
                self.assertEqual(result.state, "UNKNOWN", result)

    @unittest.skipIf(blackbox.INSTRUMENTED, "instruments need more")
    def test_limits_of_the_stack(self):
        """Small ones are enough; large ones take addresses, also for a thread that resolves."""
        for soft in (64 << 10, 256 << 10, 1 << 30):
            with self.subTest(soft=soft):
                result = self.run_secure(preexec=lambda soft=soft: resource.setrlimit(
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
        expected = without_time(self.run_with("-w", "10.5%", "-vv"))
        for locale in ("de_DE.UTF-8", "fr_FR.utf8", "ar_SA.UTF-8", "tr_TR.UTF-8", "xx"):
            with self.subTest(locale=locale):
                env = {"LANG": locale, "LC_ALL": locale, "LC_NUMERIC": locale, "LANGUAGE": "de"}
                result = self.run_with("-w", "10.5%", "-vv", env=env)
                self.assertRegex(result.perfdata["time"].value, r"\A[0-9]+(\.[0-9]+)?\Z")
                self.assertEqual(without_time(result), expected)
                self.assertEqual(self.run_with("-X", "get", "--una=CRITICAL", env=env).state, "OK")


def without_time(result):
    return re.sub(r"time=[0-9.]+s", "time=", result.text)


def parents():
    """The parents of all processes."""
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            yield int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])


# Runs a command and prints its exit status and its peak memory, or its own if that is more.
MEASURE = """
import os, resource, sys
null = os.open("/dev/null", os.O_WRONLY)
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,
                       file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
status = os.waitpid(child, 0)[1]
print(os.WEXITSTATUS(status), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@unittest.skipIf(blackbox.INSTRUMENTED, "the figure would be that of the instruments")
class Memory(ProcessCase):
    """Peak memory stays below the bound, or below what bare libcurl takes where that is more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tls.default_reply = ANSWER
        command = blackbox.bare_libcurl(tls, make_directory())
        cls.usual = max(PEAK_MEMORY_KIB, *(cls.measure(*command)[1] for _ in range(5)))

    @staticmethod
    def measure(*command):
        done = subprocess.run([sys.executable, "-ISc", MEASURE, *command], check=True, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              env=blackbox.environment(None, TOKEN))
        return tuple(map(int, done.stdout.split()))

    def assert_small(self, *args, more=0, times=1):
        if self.measure("/bin/true")[1] >= PEAK_MEMORY_KIB:
            self.skipTest("the one who measures needs more than that itself")
        status, peak = self.measure(blackbox.PLUGIN, "-o", "x", *args)
        self.assertIn(status, range(4))
        self.assertLess(peak, times * self.usual + more)

    def test_requests(self):
        for args in ((), ("-vvv",)):
            with self.subTest(args=args):
                self.assert_small("-H", tls.url, f"--ca-file={tls.ca_file}", *args)

    @unittest.skipIf(blackbox.GNUTLS, "GnuTLS reads all of it each time")
    def test_the_systems_trust_store(self):
        """All of it is read where an issuer is not in the directory: a little more is allowed."""
        self.assert_small("-H", tls.url, more=2048)

    def test_large_answers(self):
        """json-c makes much of little: 64 KiB of empty objects are some 20 MiB, but not more."""
        sizes = 64 * 1024 - 200
        data = (b'{"code":"200","data":[%s]}' % b",".join([item] * (sizes // (len(item) + 1)))
                for item in (b"{}", b"[]", b"0", b'{"":0}', b'""', b"0.5", b'{"a":{"a":{}}}'))
        deep = (b"[" * sizes, b'{"a":' * (sizes // 5), b'{"data":' + b"[" * 20 + b"]" * 20 + b"}")
        wide = b"{" + b",".join(b'"%x":0' % number for number in range(7000)) + b"}"
        text = b'{"code":"403","msg":"' + b"\\u00e9" * (sizes // 6 - 10) + b'"}'
        for body in (*data, *deep, wide, text, LONG_ANSWER.body):
            with self.subTest(body=body[:40]):
                tls.default_reply = wolkvox.Reply.json(body)
                self.assert_small("-H", tls.url, f"--ca-file={tls.ca_file}", "-vvv",
                                  times=3)

    def test_many_headers(self):
        """To show 64 KiB of them takes five times as much: received, marked, masked, printed."""
        tls.default_reply = wolkvox.Reply(200, [("X-Header", "x" * 1000)] * 2000)
        self.assert_small("-H", tls.url, f"--ca-file={tls.ca_file}")
        self.assert_small("-H", tls.url, f"--ca-file={tls.ca_file}", "-vvv", more=5 * 64)

    @unittest.skipIf(blackbox.GNUTLS, "GnuTLS reads a CA file as a whole")
    def test_large_files(self):
        directory = make_directory()
        ini = pathlib.Path(directory, "large.ini")
        ini.write_bytes(b"[check_wolkvox_token]\n" + b"#\n" * (8 * 1024 * 1024 - 20))
        certificates = pathlib.Path(directory, "large.pem")
        certificates.write_bytes(pathlib.Path(tls.ca_file).read_bytes() + b"# text\n" * 1000000)
        self.assert_small("-H", tls.url, f"--ca-file={tls.ca_file}", f"--extra-opts=@{ini}")
        self.assert_small("-H", tls.url, f"--ca-file={certificates}")


if __name__ == "__main__":
    blackbox.main()
