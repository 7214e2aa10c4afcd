/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"
#include "options/option_table.h"

#include <stdbool.h>
#include <stddef.h>

/* The command line as a list of options with their values, which belong to argv. */
struct command_line {
    struct setting *settings; /* in their order; the caller frees them */
    size_t count;
    bool has[OPTION_COUNT];
};

/* Reads the whole command line, also beyond what is wrong, as getopt_long() would: options may be
 * abbreviated, bundled, and mixed with other words. Gives 0, or -1 with the first word that is no
 * option: ERROR_USAGE, or ERROR_LOCAL where memory ran out. No message holds a value or what may be
 * the token: people give it where it does not belong. Values are not looked at: one that is missing
 * is NULL, and a flag may have one. */
int command_line_scan(int argc, char **argv, struct command_line *command_line,
                      struct error *error);
