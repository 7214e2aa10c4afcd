/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LAST_RESORT_H
#define LAST_RESORT_H

#include "output.h"

/* The end of a process that is held by something which looks at no deadline: a library that reads a
 * pipe nobody writes to, a name service that waits for ever. */

/* What will be printed: the first line, of at most 500 bytes. */
void last_resort_prepare(const char *label, const struct check_result *result);

/* Once so many milliseconds are over, prints it and ends the process with its state; UNKNOWN where
 * it cannot be written. Where the C library has no timers of its own nothing happens. */
void last_resort_start(int milliseconds);

/* Calls it off: from here on the process prints itself. */
void last_resort_stop(void);

#endif
