"""For tests that change the machine: they start themselves again in tests/tools/sandbox."""

import os
import pathlib
import shutil
import subprocess
import sys

import blackbox

SANDBOX = str(pathlib.Path(__file__).with_name("sandbox"))
INSIDE = "IN_SANDBOX"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def main(*programs):
    """Runs the calling program's tests in a sandbox, or skips all of them and says why."""
    trouble = enter(*programs)
    if trouble:
        print(f"1..0 # SKIP {trouble}")
    else:
        blackbox.main()


def enter(*programs):
    """Starts the calling program again in a sandbox and is None there; else says what it lacks."""
    if INSIDE in os.environ:
        return None
    missing = [program for program in programs if not shutil.which(program, path=PATH)]
    if missing:
        return f"{', '.join(missing)} not installed"
    if subprocess.run([SANDBOX, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        return "needs root, and a kernel with namespaces and overlays"
    sys.stdout.flush()
    os.execv(SANDBOX, [SANDBOX, "env", f"{INSIDE}=1", "no_proxy=*", sys.executable, *sys.argv])
