"""Every kind of line that the program can print, so that the engines can be compared over them.

LINES is name to Line. The name is also the operation, by which the stand-in knows what to reply.
"""

import collections

import engine

Reply, answer, refusal = engine.Reply, engine.blackbox.answer, engine.blackbox.refusal
Line = collections.namedtuple("Line", "state options reply", defaults=(None,))

# What a server may put into its texts to deceive an engine or a browser.
HOSTILE = {
    "perfdata": "x | available=1;2;3", "bar-and-equals": "x|y=1", "newline": "x\nWOLKVOX_TOKEN OK: fine | a=1",
    "carriage-return": "x\r\nOK", "backslash-n": "x\\n| a=1", "backslash": "x\\",
    "script": "<script>alert(1)</script>", "entity": "&lt;b&gt;", "nul": "x\0| a=1",
    "terminal": "\x1b[2J\x1b]0;t\x07", "tab": "a\tb", "line-separator": "\u2028| a=1",
    "c1": "\x85| a=1", "bidi": "\u202e1=a |", "quotes": "'x'=1", "shell": "$(id) `id` %s%n%100$x",
    "bars": "||||", "semicolon": "a;b=1;2", "macro": "$USER1$ $wolkvox_token_token$ $$", "long": "long " * 100,
    "utf8": "Größe ✓ 測試 \U0001f600", "exclamation": "a!b", "blank": "   ", "number-sign": "# {{ }}",
}


def left(number, **fields):
    return answer(available_consumition_options=number, token_use_today=4800 - number, **fields)


NOTHING = {}
LINES = {
    "ok": Line(0, NOTHING, answer()),
    "no-description": Line(0, NOTHING, answer(description=None)),
    "least": Line(0, {"warning": "1", "critical": "1"}, Reply.json({"data": {"available_consumition_options": 5}})),
    "warning": Line(1, NOTHING, left(800)),
    "warning-number": Line(1, {"warning": "1000", "critical": "100"}, left(800)),
    "warning-range": Line(1, {"warning": "@100:2000"}, left(800)),
    "warning-maximum": Line(1, {"warning": "~:50%"}, left(4799)),
    "warning-minimum": Line(1, {"warning": "1000:", "critical": "~:"}, left(800)),
    "warning-decimals": Line(1, {"warning": "993474"}, answer(
        token_limit=1000000, token_use_today=6527, available_consumition_options=993473)),
    "critical": Line(2, NOTHING, left(479)),
    "critical-fraction": Line(2, {"critical": "12.5%"}, left(599)),
    "none-left": Line(2, NOTHING, left(0)),
    "less-than-none": Line(2, NOTHING, answer(available_consumition_options=-3, token_use_today=4803)),
    "exhausted": Line(2, NOTHING, refusal(msg="TOKEN LIMIT EXCEEDED")),
    "exhausted-in-text": Line(2, NOTHING, Reply(500, body="Token  limit\nexceeded")),
    "exhausted-kept": Line(2, {"max-age": "3600", "forecast": True}, refusal(msg="TOKEN LIMIT EXCEEDED")),
    "exhausted-complete": Line(2, {"forecast": True}, answer(
        403, code="403", msg="TOKEN LIMIT EXCEEDED", token_use_today=None)),
    "forecast": Line(1, {"forecast": True}, left(2000, hours_to_restart_count=15)),
    "forecast-critical": Line(2, {"forecast": "critical"}, left(2000, hours_to_restart_count=15)),
    "forecast-and-warning": Line(2, {"forecast": "critical"}, left(800, hours_to_restart_count=15)),
    "forecast-lasts": Line(0, {"forecast": True}, answer()),
    "forecast-in-text": Line(0, {"forecast": "ok"}, left(2000, hours_to_restart_count=15)),
    "no-limit": Line(3, NOTHING, answer(token_limit=None)),
    "range-crossed": Line(3, {"warning": "4000:10%"}, answer()),
    "busy": Line(3, NOTHING, refusal(msg="EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)")),
    "too-many": Line(3, NOTHING, refusal(429, error="TOO MANY REQUESTS")),
    "no-json": Line(3, NOTHING, Reply(body="<html>It works!</html>")),
    "other-shape": Line(3, NOTHING, Reply.json([1, 2, 3])),
    "too-large": Line(3, NOTHING, Reply(body="x" * 70000)),
    "invalid-token": Line(2, NOTHING, refusal(msg="PLEASE VALIDATE TOKEN")),
    "refused-all-the-same": Line(2, {"unavailable": "ok"}, refusal(msg="PLEASE VALIDATE TOKEN")),
    "unavailable": Line(2, NOTHING, Reply(503, body="<h1>Maintenance</h1>")),
    "unavailable-unknown": Line(3, {"unavailable": "unknown"}, Reply(503)),
    "unavailable-ok": Line(0, {"unavailable": "ok"}, Reply(503)),
    "redirect": Line(2, NOTHING, Reply(302, [("Location", "https://elsewhere.example/x")])),
    "broken-off": Line(2, NOTHING, answer().changed(cut=10)),
    "no-answer": Line(2, NOTHING, Reply(raw=b"")),
    "timeout": Line(2, {"timeout": "9"}, Reply(hang=True)),
    "timeout-warning": Line(1, {"timeout": "9:warning"}, Reply(hang=True)),
    "no-connection": Line(2, {"port": "1"}),
    "no-such-host": Line(2, {"hostname": "nowhere.invalid"}),
    "wrong-certificate": Line(2, {"hostname": "wrong-name.example"}),
    "no-token-file": Line(3, {"token-file": "/nonexistent/token"}),
    "readable-token": Line(0, {"token-file": "/etc/nagios/readable.token"}, answer()),
    "no-ca-file": Line(3, {"ca-file": "/nonexistent/ca.pem"}),
    "wrong-threshold": Line(3, {"warning": "x"}),
    "kept": Line(1, {"max-age": "3600"}, left(900)),
    "kept-forecast": Line(1, {"max-age": "3600", "forecast": True}, left(2000, hours_to_restart_count=15)),
    "not-kept": Line(0, {"max-age": "3600", "state-dir": "/proc/nowhere"}, answer()),
    "verbose": Line(0, {"verbose": 1}, answer()),
    "more-verbose": Line(1, {"verbose": 2}, left(800)),
    "exchange": Line(2, {"verbose": 3}, refusal(msg="PLEASE VALIDATE TOKEN")),
    **{f"description-{name}": Line(0, NOTHING, answer(description=text)) for name, text in HOSTILE.items()},
    **{f"message-{name}": Line(2, NOTHING, refusal(msg=text)) for name, text in HOSTILE.items()},
    "hostile-exchange": Line(2, {"verbose": 3}, refusal(msg="".join(HOSTILE.values()))),
    "hostile-redirect": Line(2, NOTHING, Reply(302, [("Location", "https://x/|a=1\\n<b>")])),
    "hostile-body": Line(2, NOTHING, Reply(500, body="<b>|a=1;\\n$x$&amp;\n|b=2")),
}


def options(name, token_file):
    """All options of a line: long name to value, True for a flag, a number for --verbose."""
    return {"hostname": engine.CRM, "operation": name, "token-file": token_file, **LINES[name].options}


def _settings(chosen):
    """Pairs of such options; the value of a flag is None."""
    for option, value in chosen.items():
        if option == "verbose":
            yield from [(option, None)] * value
        else:
            yield option, None if value is True else value


def arguments(chosen):
    """Such options as arguments of the plugin."""
    return [f"--{option}" if value is None else f"--{option}={value}" for option, value in _settings(chosen)]


def ini_section(name, chosen):
    """Such options as a section of an INI file."""
    rows = [option if value is None else f"{option} = {value}" for option, value in _settings(chosen)]
    return "\n".join([f"[{name}]", *rows, "", ""])


REPLIES = {name: line.reply for name, line in LINES.items() if line.reply}


def run(name, words):
    """The Result of the plugin itself, run for a line as the engines' user with these arguments."""
    for _time in range(2 if "max-age" in LINES[name].options else 1):  # the engine will find what is kept
        result = engine.blackbox.run(*words, user=engine.USER, cwd="/")
    assert result.exit == LINES[name].state, result
    return result


def reference(name, words):
    """The same as an Outcome."""
    result = run(name, words)
    return engine.Outcome.of_output(result.exit, result.text)
