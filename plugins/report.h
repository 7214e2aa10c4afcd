/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef REPORT_H
#define REPORT_H

#include "evaluate.h"
#include "options.h"
#include "token_api.h"

/* The words around a verdict: what -v adds to the line and below it, and the hints at its end. */

struct report_input {
    const struct options *options;
    const struct secret *secret;
    const struct token_exchange *exchange; /* NULL: nothing was asked */
    const struct verdict *verdict;
};

/* Prints the whole output. Gives 0, or -1 where memory ran out or it could not be written. */
int report(const char *label, const struct report_input *input);

#endif
