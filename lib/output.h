/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "state.h"

/* What a check prints. */
struct output {
    enum state state;
    const char *text;        /* the first line's words; own ones, and foreign ones cleaned */
    const char *perfdata;    /* NULL or empty: none */
    const char *long_output; /* lines that follow, each with its newline; NULL or empty: none */
};

/* Calls the watchdog off and writes "LABEL STATE: text | perfdata" and the long output to standard
 * output, text and long output masked once more. Gives 0, or -1 where not all of it could be
 * written. */
int output_print(const char *label, const struct output *output);

/* Writes text as it stands to standard output. Gives 0, or -1 where not all of it could be written.
 */
int output_print_text(const char *text);
