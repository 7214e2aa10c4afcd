"""What the black-box tests share: running the plugin, servers for it to talk to, TAP output.

A test file defines unittest cases and ends in `blackbox.main()`. The plugin's whole environment is
what the test gives it, and every run is held to the promises that hold for all runs.
"""

import base64
import collections
import contextlib
import functools
import importlib.machinery
import importlib.util
import os
import pathlib
import platform
import pwd
import re
import select
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PLUGIN = os.path.abspath(os.environ.get("CHECK_WOLKVOX_TOKEN") or "check_wolkvox_token")
PLUGIN_WRAPPER = shlex.split(os.environ.get("PLUGIN_WRAPPER", ""))
INHERITED_VARIABLES = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "PATH")
STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
# Valgrind and sanitizers take time of their own.
INSTRUMENTED = bool(PLUGIN_WRAPPER or os.environ.get("CHECK_INSTRUMENTED"))
SLACK = 30 if INSTRUMENTED else 3
# How long after its deadline a check may end, seconds: a busy machine takes a part of them.
LATE = SLACK / 2
# -t of a run that is to end by itself: the usual one, unless instruments need more.
ENOUGH = 60 if INSTRUMENTED else 10
SILENT_SECONDS = 5 if PLUGIN_WRAPPER else 1
# Whether libcurl and json-c are loaded when they are needed (configure's default).
LAZY_LIBRARIES = b"\0dlopen\0" in pathlib.Path(PLUGIN).read_bytes()
PRELOADED = pathlib.Path(PLUGIN).parent / "tests/preload"
GNUTLS = b"libcurl-gnutls.so" in pathlib.Path(PLUGIN).read_bytes()
# Bounds on memory and system calls are those of Debian 12's libraries; others take what they take.
OS_RELEASE = pathlib.Path("/etc/os-release")
ROOM = 1 if OS_RELEASE.exists() and 'VERSION_ID="12"' in OS_RELEASE.read_text("utf-8") else 1.5
# Debian 11 and older: libcurl takes more for HTTP, and libgcrypt aborts where memory runs out.
OLD_LIBRARIES = platform.libc_ver()[0] == "glibc" and \
    tuple(map(int, platform.libc_ver()[1].split("."))) < (2, 33)
# Whether open() and stat() are the functions that a library can replace.
SHIMS = not OLD_LIBRARIES and sys.maxsize > 2**32
ABSENT = object()
TOKEN = "0ddba11" * 7 + "5eeded"


@functools.lru_cache(maxsize=None)
def load_script(name):
    """A script in tests/ as a module, the same one at every call."""
    path = pathlib.Path(__file__).resolve().parents[1] / name
    loader = importlib.machinery.SourceFileLoader(path.name.replace("-", "_"), str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def load_api():
    """The stand-in."""
    return load_script("api/wolkvox-api")


# --- what the API answers --------------------------------------------------------------------


DOCUMENTED_DATA = {
    "description": "sales-crm",
    "token_limit": 4800,
    "token_use_today": 1,
    "available_consumition_options": 4799,
    "hours_to_restart_count": 15,
}


def envelope(data=None, *, code="200", error="null", msg="1 records were are found",
             **data_fields):
    """The documented answer, ready for Reply.json(); what is ABSENT is left out.

    `data_fields` change or add to the documented data; a `data` takes its place altogether.
    """
    if data is None:
        data = _present({**DOCUMENTED_DATA, **data_fields})
    elif data_fields:
        raise TypeError("data and fields of data exclude each other")
    return _present({"code": code, "error": error, "msg": msg, "data": data})


def _present(fields):
    return {key: value for key, value in fields.items() if value is not ABSENT}


def answer(status=200, *, headers=(), **fields):
    """The documented answer with other fields (see envelope), as a Reply."""
    return load_api().Reply.json(envelope(**fields), status, headers=headers)


def refusal(status=403, msg="", *, code=None, error="FORBIDDEN", **options):
    """An envelope without data, as a Reply; its code is the status unless told."""
    said = {"code": str(status) if code is None else code, "error": error, "msg": msg}
    return load_api().Reply.json(said, status, **options)


# --- running the plugin ----------------------------------------------------------------------


Perf = collections.namedtuple("Perf", "value unit warn crit min max")

STATUS_LINE = re.compile(rf"WOLKVOX_TOKEN ({'|'.join(STATES)}): ")
PERFDATA_ITEM = re.compile(r"([a-z0-9_]+)=(-?[0-9]+(?:\.[0-9]+)?)([a-zA-Z%]*)((?:;[^;]*){0,4})")


class Result:
    """What one run of the plugin gave."""

    def __init__(self, argv, status, stdout, stderr, seconds):
        self.argv = argv
        self.exit = status
        self.stdout = stdout
        self.stderr = stderr
        self.seconds = seconds

    @property
    def signal(self):
        """The number of the signal that ended it, or None."""
        return -self.exit if self.exit < 0 else None

    @property
    def text(self):
        return self.stdout.decode(errors="replace")

    @property
    def lines(self):
        """The lines of standard output; only a newline ends one."""
        return self.text.rstrip("\n").split("\n")

    @property
    def line(self):
        return self.lines[0]

    @property
    def state(self):
        """The state that the first line names, or None."""
        status = STATUS_LINE.match(self.line)
        return status and status[1]

    @property
    def message(self):
        """The first line between the state and the perfdata."""
        return STATUS_LINE.sub("", self.line, count=1).partition(" | ")[0]

    @property
    def perfdata_text(self):
        """What stands behind the ` | ` of the first line, or None."""
        _message, bar, perfdata = self.line.partition(" | ")
        return perfdata if bar else None

    @property
    def perfdata(self):
        """Label to Perf, in the order of the output; AssertionError where it is malformed."""
        items = {}
        text = self.perfdata_text
        for item in [] if text is None else text.split(" "):
            parsed = PERFDATA_ITEM.fullmatch(item)
            assert parsed, f"malformed perfdata '{item}'\n{self}"
            label, value, unit, rest = parsed.groups()
            assert label not in items, f"perfdata has '{label}' twice\n{self}"
            bounds = (rest.split(";")[1:] + [""] * 4)[:4]
            items[label] = Perf(value, unit, *bounds)
        return items

    def __str__(self):
        return (f"command: {_shown(self.argv)}\nexit: {self.exit}\n"
                f"stdout: {self.stdout!r}\nstderr: {self.stderr!r}")


def command(*args):
    """The command that runs the plugin with these arguments; instruments get time unless they say."""
    return [*PLUGIN_WRAPPER, PLUGIN, *((f"-t{ENOUGH}",) if INSTRUMENTED else ()), *args]


def environment(env=None, token=None):
    """An environment of what is given and what the test runner itself needs to pass on."""
    inherited = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return {**inherited, **(env or {}), **({} if token is None else {"WOLKVOX_TOKEN": token})}


def run(*args, env=None, token=None, stdin=None, timeout=ENOUGH + 30, secret=None, user=None, plain=False,
        silent=False, own_time=False, wrapper=(), preexec=None, **options):
    """Runs the plugin and holds it to what is promised of every run.

    token     the environment's WOLKVOX_TOKEN
    stdin     None: /dev/null; bytes: a pipe that delivers them; else a file or its descriptor
    secret    a token that it got in another way, which must not be shown either
    user      name of the user to run as, with that user's group and no other
    plain     --help and --version: no status line is expected
    silent    standard output is made unusable: nothing is expected of it
    own_time  the test is about the time that the check has where the command line does not say it
    wrapper   the words of a command that runs the plugin in a place of its own
    preexec   called before the program starts; other options are those of subprocess.run
    """
    argv = [*wrapper, *([*PLUGIN_WRAPPER, PLUGIN, *args] if own_time else command(*args))]
    source = {"input": stdin} if isinstance(stdin, bytes) else \
        {"stdin": subprocess.DEVNULL if stdin is None else stdin}
    identity = {} if user is None else _identity(user)
    start = time.monotonic()
    try:
        done = subprocess.run(argv, env=environment(env, token), timeout=timeout, preexec_fn=preexec,
                              capture_output=True, check=False, **source, **identity, **options)
    except subprocess.TimeoutExpired as expired:
        raise AssertionError(f"not done after {timeout} s: {_shown(argv)}\n"
                             f"stdout: {expired.stdout!r}\nstderr: {expired.stderr!r}") from None
    result = Result(argv, done.returncode, done.stdout, done.stderr, time.monotonic() - start)
    broken = [*_broken_promises(result, plain, silent),
              *_secrets_shown(result, token, secret)]
    if broken:
        raise AssertionError("\n".join([*broken, str(result)]))
    return result


@contextlib.contextmanager
def started(*args, preexec=None, token=TOKEN, **options):
    """A plugin that runs while the test goes on, and is killed at the end of the context."""
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command(*args), preexec_fn=preexec, env=environment(None, token),
                          **{"stdin": subprocess.DEVNULL, **pipes, **options}) as process:
        try:
            yield process
        finally:
            process.kill()


def _identity(user):
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _shown(argv):
    return shlex.join(map(os.fsdecode, argv))


def _broken_promises(result, plain, silent):
    """What is wrong with a run, in words."""
    if result.exit not in range(len(STATES)):
        yield "the exit code is none of 0 to 3"
    if result.stderr:
        yield "standard error is not empty"
    if silent:
        return
    if result.stdout[-1:] != b"\n" or result.stdout[-2:] == b"\n\n":
        yield "standard output does not end in exactly one newline"
    if result.text.encode() != result.stdout:
        yield "standard output is not valid UTF-8"
    if not plain and result.state is None:
        yield "the first line is no status line"
    elif not plain and STATES.index(result.state) != result.exit:
        yield "the exit code is not that of the state in the first line"


def _secrets_shown(result, *secrets):
    """Complaints about secrets in the output; white space around one does not belong to it."""
    output = result.stdout + result.stderr
    for secret in (os.fsencode(secret).strip() for secret in secrets if secret is not None):
        if secret and secret in output:
            yield "the output shows the token"


# --- servers ---------------------------------------------------------------------------------


_api = load_api()


@functools.lru_cache(maxsize=None)
def authority():
    """A CA whose certificate clients are to trust, the same one at every call."""
    return _api.CertificateAuthority()


@functools.lru_cache(maxsize=None)
def stand_in(tls=False):
    """A stand-in over plain HTTP or TLS, the same one at every call."""
    api = _api.WolkvoxApi(tls=tls, authority=authority() if tls else None)
    api.start()
    return api


def add_to_directory(certificate, directory):
    """Puts a CA's certificate into a directory, under the name by which OpenSSL looks for it."""
    done = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate],
                          capture_output=True, text=True, check=True)
    shutil.copy(certificate, pathlib.Path(directory, f"{done.stdout.strip()}.0"))


class TalkingServer(_api.LoopbackServer):
    """Notes what comes in, and does what it was told with each connection.

    talks  bytes to send or functions of the socket, one a connection; the last goes on for ever
    first  talk before the request has come
    heads  what came in up to an empty line, of each connection on which anything did
    """

    def __init__(self, *talks, first=False):
        super().__init__()
        self.heads = []
        self.first = first
        self._talks = list(talks)

    def serve(self, connection):
        if not self.first:
            self.hear(connection)
        talk = self._talks.pop(0) if len(self._talks) > 1 else self._talks[0]
        if callable(talk):
            talk(connection)
        else:
            connection.sendall(talk)
        if self.first:
            self.hear(connection)

    def hear(self, connection):
        head = read_head(connection)
        self.heads += [head] if head else []


def read_head(connection):
    """What comes up to an empty line, or the end; by the byte, because what follows may be for others."""
    head = byte = connection.recv(1)
    while byte and not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        head += byte
    return head


def listen(connection):
    """Reads for as long as the client wants, and says nothing."""
    while connection.recv(4096):
        pass


def then_listen(answer):
    """Sends an answer and leaves the connection open until the client closes it."""
    def talk(connection):
        connection.sendall(answer)
        listen(connection)
    return talk


def for_ever(begin, piece):
    """Sends `begin`, and `piece` until the client has had enough."""
    def talk(connection):
        connection.sendall(begin)
        while True:
            connection.sendall(piece)
    return talk


class Proxy(_api.LoopbackServer):
    """An HTTP proxy that takes every host name for this machine, so that tests can make names up.

    requests     the head of every request, as bytes, in order
    connects     the HOST:PORT of every CONNECT, in order
    refuse       answer CONNECT with this status instead of a tunnel
    credentials  "user:password" without which (Basic) CONNECT is answered 407
    """

    def __init__(self, *, refuse=None, credentials=None):
        super().__init__()
        self.requests = []
        self.connects = []
        self._refuse = refuse
        self._expected = base64.b64encode(credentials.encode()) if credentials else b""

    def serve(self, connection):
        head = read_head(connection)
        self.requests.append(head)
        method, target = head.decode("latin-1").split(" ")[:2]
        if method != "CONNECT":
            return
        self.connects.append(target)
        if self._expected not in head:
            refusal = _api.Reply(407, [("Proxy-Authenticate", 'Basic realm="proxy"')])
        elif self._refuse:
            refusal = _api.Reply(self._refuse)
        else:
            _tunnel(connection, int(target.rpartition(":")[2]))
            return
        connection.sendall(refusal.head(closing=True))


def _tunnel(client, port):
    with socket.create_connection(("127.0.0.1", port)) as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        _relay(client, server)


def _relay(client, server):
    """Passes bytes on in both directions until one side ends."""
    peers = {client: server, server: client}
    while True:
        for end in select.select(peers, (), ())[0]:
            data = end.recv(65536)
            if not data:
                return
            peers[end].sendall(data)


# --- TAP -------------------------------------------------------------------------------------


class TapResult(unittest.TestResult):
    """Prints a line of TAP for each test as it ends, and as comments what went wrong in it. The set-up
    of a class or module gets a line of its own where it fails, or skips its tests."""

    def __init__(self):
        super().__init__()
        self.passed = True
        self.count = 0

    def startTest(self, test):
        self.tell_set_up()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self._tell(test, *self._take())

    def tell_set_up(self):
        problems, skips = self._take()
        for test in dict.fromkeys([*(test for test, _text in problems), *skips]):
            self._tell(test, problems, skips)

    def _take(self):
        """Problems as (test, text) pairs and skips as test to reason, since the last call."""
        problems, skips = self.errors + self.failures, dict(self.skipped)
        for entries in (self.errors, self.failures, self.skipped):
            entries.clear()
        return problems, skips

    def _tell(self, case, problems, skips):
        self.count += 1
        name = case.id().replace("__main__.", "")
        line = f"{'not ok' if problems else 'ok'} {self.count} - {name}"
        if case in skips and not problems:
            line += f" # SKIP {' '.join(skips[case].split())}"
        print(line)
        for test, text in problems:
            self.passed = False
            for comment in f"{test.id()}\n{text}".splitlines():
                print(f"# {comment}")


def _cases(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _cases(test)
        else:
            yield test


def wait_until(condition, seconds=60):
    """Until the condition holds; AssertionError where it does not within that time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        os.sched_yield()


def preloaded(name, **variables):
    """An environment in which a library of tests/preload is loaded first, and what is said to it."""
    return {"LD_PRELOAD": str(PRELOADED / f"{name}.so"),
            **{key: str(value) for key, value in variables.items()}}


@contextlib.contextmanager
def feeding(*pieces, close=True):
    """The reading end of a pipe to which a thread writes; without `close` the writing end stays open."""
    reading, writing = os.pipe()
    thread = threading.Thread(target=_write_all, args=(writing, pieces, close), daemon=True)
    thread.start()
    try:
        yield reading
    finally:
        os.close(reading)
        thread.join()
        if not close:
            os.close(writing)


def _write_all(descriptor, pieces, close):
    with contextlib.suppress(OSError), open(descriptor, "wb", buffering=0, closefd=close) as pipe:
        for piece in pieces:
            pipe.write(piece)


def own_mounts(script, *args):
    """The words of a command that runs another one in a mount name space of its own, once a shell script
    has changed it; these arguments are the script's first. For run(wrapper=...); skips the test where
    there is no such thing."""
    trial = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
    if not shutil.which("unshare") or subprocess.run(trial, capture_output=True, check=False).returncode:
        raise unittest.SkipTest("needs root and mount name spaces")
    return ("unshare", "-m", "sh", "-ec", f"mount --make-rprivate /\n{script}", "sh", *args)


def some(table, part=4):
    """A long table; under a wrapper such as valgrind, where a start takes seconds, part of it."""
    return table[::part] if PLUGIN_WRAPPER else table


class FilesCase(unittest.TestCase):
    """Tests with a directory of their own that every user can look into."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        os.chmod(self.directory, 0o755)

    def write(self, content, name="file", mode=0o600):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(path, mode)
        return path

    def openssl_policy(self, *lines):
        """An environment in which OpenSSL has these lines as the system's policy."""
        head = ("openssl_conf = all", "[all]", "ssl_conf = ssl", "[ssl]", "system_default = policy", "[policy]")
        return {"OPENSSL_CONF": self.write("\n".join([*head, *lines, ""]), "policy.cnf")}

    def assert_timeout(self, result, seconds, what, state="CRITICAL"):
        """Ended by -t, in time, in a line that says what was waited for (a pattern)."""
        self.assertEqual((result.state, len(result.lines)), (state, 1), result)
        self.assertIsNone(result.perfdata_text, result)
        self.assertRegex(result.message, f"^timeout: waited {seconds} s for {what}")
        self.assertTrue(seconds - 0.1 <= result.seconds < seconds + 0.5 + LATE, result)


class ApiCase(FilesCase):
    """Tests with a stand-in, which gives the documented answer unless told otherwise."""

    api = None
    tls = False  # whether the stand-in speaks it
    which = ("-o", "sales")
    usual = ()  # arguments of every check

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = stand_in(cls.tls)

    def setUp(self):
        super().setUp()
        self.reply(answer())

    def reply(self, *replies):
        """Forgets the requests so far. The next get these replies; the last one goes on for ever."""
        self.api.clear()
        self.api.script = list(replies[:-1])
        self.api.default_reply = replies[-1]

    def check(self, *args, which=None, **options):
        which = self.which if which is None else which
        return run("-H", self.api.url, *which, *self.usual, *args, **{"token": TOKEN, **options})

    def expect(self, state, *args, replies=(), requests=1, message=".", **options):
        """A check of these replies that ends so, after so many requests, with a text that matches."""
        if replies:
            self.reply(*replies)
        asked, connections = len(self.api.requests), self.api.connections
        result = self.check(*args, **options)
        self.assertEqual((result.state, len(self.api.requests) - asked), (state, requests), result)
        self.assertRegex(result.message, message)
        if not requests:
            self.assertEqual(self.api.connections, connections, result)
        return result


def main():
    """Runs the calling program's tests, those whose names contain one of its arguments, if any."""
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    words = sys.argv[1:] or [""]
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    cases = [case for case in _cases(suite) if any(word in case.id() for word in words)]
    if not cases:
        sys.exit("there is no such test")
    result = TapResult()
    unittest.TestSuite(cases).run(result)
    result.tell_set_up()
    print(f"1..{result.count}")
    sys.exit(0 if result.passed else 1)
