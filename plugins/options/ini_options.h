/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"
#include "options/options.h"

/* Reads the INI file that a valid value of --extra-opts (NULL: none) names and sets the options
 * that its section holds. Gives 0, or -1 with ERROR_LOCAL, naming file and line. */
int ini_options_read(struct options *options, const char *extra_opts, struct error *error);
