/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DETAILS_H
#define DETAILS_H

#include "verdict/sentence.h"

#include <stdio.h>

/* What -v adds to the text of the line, where there is a result. */
void details_write_facts(FILE *stream, const struct sentence_input *input);

/* What -vv and -vvv print below the line: a fact a line, and the HTTP exchange. */
void details_write_long_output(FILE *stream, const struct sentence_input *input);

#endif
