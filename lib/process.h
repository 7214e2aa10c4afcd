/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/* What a plugin does about its own process, whatever the engine that started it left behind. */

/* Prepares the process: a closed descriptor 0, 1 or 2 is occupied by something that can be neither
 * read nor written; standard error leads nowhere, whatever a library has to say; writing to a gone
 * reader or over a size limit is an error, not a signal; TERM, INT and HUP end the process even
 * where the parent ignored or blocked them; no signal of a crash is blocked; core dumps are off,
 * and others of the user cannot trace it; what is created is for its owner only. Gives 0, or -1
 * with errno where a closed one cannot be occupied: then nothing may be opened. */
int process_prepare(void);

/* Whether standard output can be written at all. */
bool process_can_write(void);
