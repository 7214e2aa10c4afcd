/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"
#include "options/options.h"

/* The values of single options. */

/* Makes the setting count, in place of an earlier one of the same option. Takes over its label.
 * Gives 0, or -1 where the value is wrong or missing, with the setting's origin. */
int option_set(struct options *options, const struct setting *setting, struct error *error);
