/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "number.h"
#include "state.h"
#include "threshold.h"

#include <stdio.h>

/* What a check prints. */

/* Calls the watchdog off and writes "LABEL STATE: text | perfdata" and the long output to standard
 * output, text and long output masked once more, and frees all three. `text` are own words, and
 * foreign ones cleaned; perfdata may be empty; long output is lines, each with its newline. Where
 * memory ran out, for one of them (NULL) or here, it writes that in their place. Gives 0, or -1
 * where not all of it could be written. */
int output_print(const char *label, enum state state, char *text, char *perfdata,
                 char *long_output);

/* Writes text as it stands to standard output. Gives 0, or -1 where not all of it could be written.
 */
int output_print_text(const char *text);

/* One metric as the Monitoring Plugins Development Guidelines write it:
 * label=value[unit];[warning];[critical];[min];[max] */
struct perfdata {
    const char *label; /* [a-z0-9_]+: Icinga 2 and its writers take no more without quotes */
    int64_t value;     /* in units of 10^-decimals */
    unsigned int decimals;
    const char *unit;          /* "", "s" or "%" */
    char warning[RANGE_SIZE];  /* a range or a plain number; empty: none */
    char critical[RANGE_SIZE]; /* a range or a plain number; empty: none */
    char min[NUMBER_SIZE];     /* empty: none */
    char max[NUMBER_SIZE];     /* empty: none */
};

/* Writes the metric, without semicolons at its end. */
void perfdata_print(FILE *stream, const struct perfdata *metric);
