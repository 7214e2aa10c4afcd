/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METRICS_H
#define METRICS_H

#include "verdict/sentence.h"

#include <stdio.h>

/* The perfdata of a reply that has figures. Which metrics there are, and their order, depends on
 * the options and on the fields of the reply alone, never on the state or on where the reply comes
 * from, because graphing tools store by position. */
void metrics_write(FILE *stream, const struct sentence_input *input);

#endif
