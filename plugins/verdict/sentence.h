/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "verdict/evaluate.h"

#include <stdio.h>

/* What is said of a check: the line, and what -v adds to it and below it. */

/* Prints all of it to standard output. Gives 0, or -1 where memory ran out or it could not be
 * written. */
int sentence_print(const char *label, const struct check *check);

/* Writes the text of the line, without hints. */
void sentence_write_text(FILE *stream, const struct check *check);

/* Its parts that stand in files of their own: what -v adds to the text of the line, where anything
 * was asked or kept; and what -vv and -vvv print below it, a fact a line, and the HTTP exchange. */
void details_write_facts(FILE *stream, const struct check *check);
void details_write_long_output(FILE *stream, const struct check *check);

/* The perfdata; none of a reply without figures. Which metrics there are, and their order, depends
 * on the options and on the fields of the reply alone, never on the state or on where the reply
 * comes from, because graphing tools store by position. */
void metrics_write(FILE *stream, const struct check *check);
