/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REPORT_H
#define REPORT_H

#include "cache/result_source.h"
#include "options/options.h"
#include "verdict/evaluate.h"

/* The words around a verdict: what -v adds to the line and below it, and the hints at its end. */

struct report_input {
    const struct options *options;
    const struct secret *secret;
    const struct result *answer;     /* NULL: there was none to be had, and nothing was asked */
    const struct forecast *forecast; /* NULL: not asked for, or there are no figures */
    const struct verdict *verdict;
};

/* Prints the whole output. Gives 0, or -1 where memory ran out or it could not be written. */
int report(const char *label, const struct report_input *input);

#endif
