/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PROCESS_H
#define PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* What a plugin does about its own process, whatever the engine that started it left behind. */

/* Signals that are the timers' alone. */
#define PROCESS_SIGNAL_LAST_RESORT SIGRTMIN
#define PROCESS_SIGNAL_BRAKE (SIGRTMIN + 1)

/* Prepares the process: a closed descriptor 0, 1 or 2 is occupied by something that can be neither
 * read nor written; writing to a gone reader or over a size limit is an error, not a signal; TERM,
 * INT and HUP end the process even where the parent ignored or blocked them; the timers' signals
 * are not blocked; core dumps are off;
 * what is created is for its owner only. */
void process_prepare(void);

/* Gives up what reading foreign bytes needs none of: new privileges, more memory than
 * PROCESS_MEMORY_MAX bytes of addresses, larger files than PROCESS_FILE_MAX bytes beyond what
 * standard output has. Limits that are lower already stay. For the rest of the process. */
enum { PROCESS_MEMORY_MAX = 1024 * 1024 * 1024, PROCESS_FILE_MAX = 64 * 1024 * 1024 };
void process_confine(void);

/* Whether standard output can be written at all. */
bool process_can_write(void);

#endif
