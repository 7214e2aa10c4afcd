/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RESULT_H
#define RESULT_H

#include "state.h"

/* What a check found, ready to be printed. */
struct check_result {
    enum state state;
    const char *text;        /* the first line's words; own ones, and foreign ones cleaned */
    const char *perfdata;    /* NULL or empty: none */
    const char *long_output; /* lines that follow, each with its newline; NULL or empty: none */
};

/* Writes "LABEL STATE: text | perfdata" and the long output to standard output. Gives 0, or -1
 * where not all of it could be written. */
int result_print(const char *label, const struct check_result *result);

/* Writes text as it stands to standard output, likewise. */
int result_print_text(const char *text);

#endif
