/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* What a plugin does about its own process, whatever the engine that started it left behind. */

/* Prepares the process: a closed descriptor 0, 1 or 2 is occupied by something that can be neither
 * read nor written; writing to a gone reader or over a size limit is an error, not a signal; TERM,
 * INT and HUP end the process even where the parent ignored or blocked them; core dumps are off;
 * what is created is for its owner only. */
void process_prepare(void);

/* Whether standard output can be written at all. */
bool process_can_write(void);

/* Overwrites memory that held a secret, so that no optimiser leaves it out. */
void wipe(void *memory, size_t size);

#endif
