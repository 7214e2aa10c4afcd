/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clock.h"
#include "state.h"

#include <stdbool.h>

/* The end of a process that is held up by what looks at no deadline (a file on a dead network
 * mount, a library that does not come back), or that crashes: a line prepared beforehand, and
 * _exit(). The only mutable globals here are these last words. */

/* Starts it: a little later than `seconds` after start_ms (of clock_now_ms()) the process prints
 * "LABEL STATE: timeout: waited N s for WHAT" and ends with that state; with UNKNOWN where the line
 * cannot be written. From here on SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS and
 * SIGXCPU end it with UNKNOWN, naming the signal and WHAT. May be called again with other seconds.
 * `label` is kept. */
void watchdog_start(const char *label, int64_t start_ms, int seconds, enum state timeout_state);

/* Sets WHAT: a constant that completes "waited for". To be called before anything that may wait. */
void watchdog_expect(const char *what);

/* Sets WHAT to "the " and a copy of that name; until the next watchdog_expect() a timeout means
 * UNKNOWN, because it is this machine's own. */
void watchdog_expect_own(const char *name);

/* Calls it off, because the process prints a line of its own now; after that a signal only ends it.
 * Does not return where the watchdog has begun to print. */
void watchdog_stop(void);
