/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The four states of a monitoring plugin: number, name, parsing, order. The numbers are the exit
 * codes of the Monitoring Plugins Development Guidelines. */
enum state { STATE_OK = 0, STATE_WARNING = 1, STATE_CRITICAL = 2, STATE_UNKNOWN = 3 };

/* The state's name in capitals, as it stands in a plugin's first line. */
const char *state_name(enum state state);

/* Takes a state's name in any case, or 0 to 3. Gives 0 and sets *state, or -1. */
int state_parse(const char *text, enum state *state);

/* The worse of two: OK < WARNING < UNKNOWN < CRITICAL. */
enum state worse_state(enum state a, enum state b);
