/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "state.h"

/* What a check prints. */

/* Calls the watchdog off and writes "LABEL STATE: text | perfdata" and the long output to standard
 * output, text and long output masked once more. `text` are own words, and foreign ones cleaned;
 * perfdata may be empty; long output is lines, each with its newline. Where memory ran out, for one
 * of them (NULL) or here, it writes that in their place. Gives 0, or -1 where not all of it could
 * be written. */
int output_print(const char *label, enum state state, const char *text, const char *perfdata,
                 const char *long_output);

/* Writes text as it stands to standard output. Gives 0, or -1 where not all of it could be written.
 */
int output_print_text(const char *text);
