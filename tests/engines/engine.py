"""What the tests of the engines share: a sandbox, the vendor's server, daemons, the installed plugin.

A test file defines unittest cases as the other tests do and ends in `engine.main(PROGRAM...)`, which
runs it in a throw-away copy of this machine (tests/tools/sandbox). There the plugin is installed and the
engines stand where an administrator has them, with Debian's own configuration, and the examples of
contrib/ are copied in by the commands of README.md, byte for byte: the hosts that they name are this machine,
their certificate is trusted, and behind them stands the stand-in.
"""

import collections
import contextlib
import datetime
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path[:0] = [str(HERE.parent / "blackbox"), str(HERE.parent / "tools")]
import blackbox  # noqa: E402 pylint: disable=wrong-import-position
from sandboxed import main, enter as enter_sandbox  # noqa: E402,F401 pylint: disable=wrong-import-position,unused-import

CONTRIB = TOP / "contrib"
PLUGIN_DIRECTORY = pathlib.Path("/usr/lib/nagios/plugins")
PLUGIN = PLUGIN_DIRECTORY / "check_wolkvox_token"
STATE_DIRECTORY = pathlib.Path("/var/lib/monitoring-plugins")
CRM = "crm0001.wolkvox.com"
MANAGER = "wv0010.wolkvox.com"
USER = "nagios"  # of all engines in Debian
# Where the examples have the tokens of operations; None: Manager's.
TOKEN_FILE = "/etc/nagios/wolkvox.token"
TOKEN_FILES = {"techcon": TOKEN_FILE, "support": "/etc/nagios/wolkvox-support.token",
               None: "/etc/nagios/wolkvox-manager.token"}

api_module = blackbox.load_api()
Reply = api_module.Reply


# --- in the sandbox --------------------------------------------------------------------------


def install_plugin():
    """`make install` of the build under test, into the sandbox."""
    run("make", "-C", pathlib.Path(blackbox.PLUGIN).parent, "install")
    assert PLUGIN.exists(), f"this build was not configured to be installed as {PLUGIN}"
    blackbox.PLUGIN = str(PLUGIN)


def run(*argv, **options):
    """Runs an administrator's command and gives its output; an AssertionError where it fails."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          **{"stdin": subprocess.DEVNULL, **options})
    output = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"{argv} gave {done.returncode}:\n{output[-4000:]}"
    return output


# An administrator's tools, for root: no network, an editor that leaves the file as it is, and no systemd.
TOOLS = {
    "apt": 'shift; case $1 in ./*) exec dpkg --install "$@" ;; esac; exec dpkg --status "$@"',
    "sudo": 'if [ "$1" = -u ]; then user=$2; shift 2; exec runuser -u "$user" -- "$@"; fi; exec "$@"',
    "editor": 'test -w "$1"',
    "systemctl": 'test "$#" -eq 2',
}


def shell_blocks(document, heading=None):
    """The blocks of commands that a document gives, under a heading if one is named."""
    text = (TOP / document).read_text(encoding="utf-8")
    if heading:
        text = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)[1]
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return list(map(textwrap.dedent, blocks))


def shell_lines(document, heading):
    """The commands of these blocks."""
    return [line for block in shell_blocks(document, heading) for line in block.splitlines()]


def type_in(line, text=""):
    """Types a command, or a block, as a document has it, in the folder of the sources; gives what it prints."""
    with tempfile.TemporaryDirectory() as tools:
        for name, script in TOOLS.items():
            tool = pathlib.Path(tools, name)
            tool.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            tool.chmod(0o755)
        return run("sh", "-ec", line, cwd=TOP, stdin=None, input=text.encode(),
                   env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})


def follow(heading, document="README.md"):
    """Types all commands under a heading, and gives the output of each."""
    return [type_in(line) for line in shell_lines(document, heading)]


def append(path, text):
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def change(path, pattern, text):
    """Replaces what is there of a regular expression."""
    path = pathlib.Path(path)
    changed, count = re.subn(pattern, text, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count, f"{path} has no {pattern}"
    path.write_text(changed, encoding="utf-8")


def write(path, text, mode=0o600, owner=USER):
    """A file of the engines' user, or another one's, which nobody else can read."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    shutil.chown(path, owner, owner)


def forget_kept_answers():
    for entry in STATE_DIRECTORY.glob("*/check_wolkvox_token"):
        shutil.rmtree(entry)


# --- daemons ---------------------------------------------------------------------------------


class Daemon:
    """A program that runs in the foreground until stop(), which ends it by its process id."""

    def __init__(self, *argv, env=None, user=None, cwd="/"):
        self.argv = [str(word) for word in argv]
        self._log = tempfile.TemporaryFile()
        identity = {"user": user, "group": user, "extra_groups": []} if user else {}
        self._process = subprocess.Popen(self.argv, env={**os.environ, **(env or {})}, cwd=cwd,
                                         stdin=subprocess.DEVNULL, stdout=self._log,
                                         stderr=subprocess.STDOUT, **identity)

    @property
    def output(self):
        """What it has written so far."""
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")

    @property
    def pid(self):
        return self._process.pid

    def wait_until(self, condition, seconds=60):
        """Until the condition holds; an AssertionError with the daemon's output where it ends before."""
        def holds():
            if self._process.poll() is not None:
                raise AssertionError(f"{self.argv[0]} ended ({self._process.returncode}):\n"
                                     f"{self.output[-4000:]}")
            return condition()

        try:
            blackbox.wait_until(holds, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output[-4000:]}") from None

    def stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()


def start(*argv, **options):
    """A Daemon that ends with the tests of the class or module that is being set up."""
    daemon = Daemon(*argv, **options)
    unittest.addModuleCleanup(daemon.stop)
    return daemon


def listens(port, address="127.0.0.1"):
    """Whether somebody takes connections at a port."""
    try:
        socket.create_connection((address, port), 1).close()
        return True
    except OSError:
        return False


# --- the vendor's server ---------------------------------------------------------------------


# What can be the matter with a token: calls used of 4800, and the state and text that follow.
SITUATIONS = {
    # So few used that no forecast takes fright, at whatever time of the day.
    "ok": (500, 0, r"sales-crm: 4299 of 4800 calls left \(89\.56%\), counter resets in "),
    "warning": (4000, 1, r"sales-crm: 799 of 4800 calls left \(16\.64%\)[^|]* \(warning below 20%\)"),
    "critical": (4700, 2, r"sales-crm: 99 of 4800 calls left \(2\.06%\)[^|]* \(critical below 10%\)"),
    "exhausted": (4800, 2, r"no calls left(, counter resets in [0-9]+ h)? \(HTTP 403, FORBIDDEN: TOKEN LIMIT EXCEEDED\)"),
    "unreachable": (None, 2, rf"API not usable: Failed to connect to ({re.escape(CRM)}|{re.escape(MANAGER)}) port 443"),
    "wrong token": (1000, 2, r"token refused: HTTP 403, FORBIDDEN: PLEASE VALIDATE TOKEN \("),
}
STATES = blackbox.STATES
# Half a day is over, because what a forecast says must not depend on when the tests are run.
RESET_HOUR = (datetime.datetime.now().hour + 12) % 24


class Api(api_module.WolkvoxApi):
    """The stand-in in the place of the vendor's servers, with a Reply of its own for some operations."""

    def __init__(self, tokens, *, authority, replies=None):
        super().__init__(tokens, certificate="vendor", port=443, authority=authority, reset_hour=RESET_HOUR)
        self.replies = replies or {}

    def tokens_seen(self, operation):
        """The token of each request for an operation."""
        return [request.token for request in self.requests if request.query.get("operation") == operation]

    @contextlib.contextmanager
    def reply_to(self, request):
        reply = self.replies.get(request.query.get("operation"))
        if reply is None:
            with super().reply_to(request) as reply:
                yield reply
        else:
            self._record(request)
            yield reply


def trusted_authority(address):
    """A CA that this machine trusts; the vendor's hosts, and one that is not its own, have the address."""
    authority = api_module.CertificateAuthority()
    append("/etc/hosts", f"\n{address} {CRM} {MANAGER} wrong-name.example\n")
    shutil.copyfile(authority.ca_file, "/usr/local/share/ca-certificates/stand-in.crt")
    run("update-ca-certificates")
    return authority


class Crm:
    """https://crm0001.wolkvox.com and https://wv0010.wolkvox.com on this machine, trusted by it.

    operations  operation to the file in which the examples have its token; None: Manager's
    """

    def __init__(self, operations, *, owner=USER):
        self._authority = trusted_authority("127.0.0.1")
        self._owner = owner
        self._operations = operations
        self.tokens = {operation: f"{number:02}" + "5ec2e7" * 9
                       for number, operation in enumerate(operations)}

    @contextlib.contextmanager
    def situation(self, name="ok", replies=None):
        """The API in one of the SITUATIONS as long as the context lasts; gives the Api, or None."""
        used = SITUATIONS[name][0]
        forget_kept_answers()
        self.write_tokens("0" * 56 if name == "wrong token" else None)
        if used is None:
            yield None
            return
        tokens = [api_module.Token(token, operation, 4800, used, "sales-crm")
                  for operation, token in self.tokens.items()]
        with Api(tokens, authority=self._authority, replies=replies) as api:
            yield api

    def write_tokens(self, instead=None):
        """The token files as README says: the monitoring user's alone."""
        for operation, path in self._operations.items():
            write(path, f"{instead or self.tokens[operation]}\n", owner=self._owner)


def set_up():
    """The plugin, the token files of the examples, and one that everybody can read; gives the Crm."""
    install_plugin()
    crm = Crm(TOKEN_FILES)
    crm.write_tokens()
    write("/etc/nagios/readable.token", crm.tokens["techcon"], 0o644)
    return crm


# --- results ---------------------------------------------------------------------------------


class Outcome(collections.namedtuple("Outcome", "state text perfdata")):
    """What an engine made of a check; the text has the long output, too."""

    @classmethod
    def of_output(cls, state, output):
        """From the whole output of the plugin: perfdata stands in its first line."""
        first, newline, rest = output.rstrip("\n").partition("\n")
        text, _bar, perfdata = first.partition(" | ")
        return cls(state, text + newline + rest, perfdata)

    def comparable(self):
        """What must not differ between two runs: figures of time are left out."""
        perfdata = _without_times(self.perfdata)
        if " s old)" in self.text:
            perfdata = re.sub(r"\breset=[0-9]+s|\blasts=\S+", "…", perfdata)
        return self.state, _without_times(self.text), perfdata

    def __repr__(self):
        return f"{STATES[self.state]}\n{self.text}\n| {self.perfdata}"


def _without_times(text):
    text = re.sub(r"\btime=[0-9.]+s", "time=…s", text)
    # How far a request came in its time is the machine's business.
    text = re.sub(r"(timeout: waited [0-9]+ s for) [^\n]*", r"\1 …", text)
    return re.sub(r"\banswer [0-9]+ s old\b", "answer … s old", text)


class SituationsCase(unittest.TestCase):
    """For examples: check() gives the Outcome that an engine has of one of them now."""

    def assert_situations(self, crm, check):
        for name in SITUATIONS:
            with self.subTest(name), crm.situation(name):
                self.assert_situation(name, check())

    def assert_one_call_serves_many_checks(self, crm, check):
        with crm.situation("ok") as api:
            first, again = check(), check()
        self.assertEqual(len(api.requests), 1)
        self.assertNotIn("(answer ", first.text)
        self.assertRegex(again.text, r"\(answer [0-9]+ s old\)$")

    def assert_situation(self, name, outcome):
        _used, state, text = SITUATIONS[name]
        self.assertEqual(outcome.state, state, outcome)
        self.assertRegex(outcome.text, rf"^WOLKVOX_TOKEN {STATES[state]}: {text}")
        available = {"ok": 4299, "warning": 799, "critical": 99, "exhausted": 0}.get(name)
        if available is None:
            self.assertEqual(outcome.perfdata, "")
        else:
            self.assertRegex(outcome.perfdata, rf"^available={available};")
