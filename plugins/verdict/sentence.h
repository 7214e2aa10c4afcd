/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cache/result_source.h"
#include "error.h"
#include "options/options.h"
#include "verdict/evaluate.h"
#include "verdict/forecast.h"

#include <stdbool.h>
#include <stdio.h>

/* What is said of a check: the line, and what -v adds to it and below it. */

struct sentence_input {
    const struct options *options;
    const struct result *result;     /* NULL: nothing was asked, nothing was kept */
    const struct error *error;       /* why there is no answer; NULL: there is one */
    const struct forecast *forecast; /* NULL: not asked for, or there are no figures */
    const struct verdict *verdict;   /* where there is an error, only its state counts */
    bool world_readable_token;
};

/* Prints all of it to standard output. Gives 0, or -1 where memory ran out or it could not be
 * written. */
int sentence_print(const char *label, const struct sentence_input *input);

/* Writes the text of the line, without hints. */
void sentence_write_text(FILE *stream, const struct sentence_input *input);

/* Its parts that stand in files of their own: what -v adds to the text of the line, where there is
 * a result; and what -vv and -vvv print below it, a fact a line, and the HTTP exchange. */
void details_write_facts(FILE *stream, const struct sentence_input *input);
void details_write_long_output(FILE *stream, const struct sentence_input *input);

/* The perfdata of a reply that has figures. Which metrics there are, and their order, depends on
 * the options and on the fields of the reply alone, never on the state or on where the reply comes
 * from, because graphing tools store by position. */
void metrics_write(FILE *stream, const struct sentence_input *input);
