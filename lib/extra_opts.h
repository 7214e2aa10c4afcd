/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EXTRA_OPTS_H
#define EXTRA_OPTS_H

#include "error.h"

#include <stdbool.h>

/* What --extra-opts[=[SECTION][@FILE]] names, as in the Monitoring Plugins. */
struct extra_opts {
    char *section;
    char *path;
};

/* Whether the argument (NULL: none) is well-formed: an @ has something behind it. */
bool extra_opts_is_valid(const char *argument);

/* The file that a valid argument or MP_CONFIG_FILE names; NULL: it is to be looked for. Belongs to
 * the argument or the environment. */
const char *extra_opts_named_file(const char *argument);

/* Takes a valid argument and the section that stands for none. Fills *found, which
 * extra_opts_free() frees in any case. A file that is not named is looked for where the Monitoring
 * Plugins look: NAGIOS_CONFIG_PATH, a list of places. Gives 0, or -1 with
 * ERROR_LOCAL. */
int extra_opts_find(const char *argument, const char *default_section, struct extra_opts *found,
                    struct error *error);

void extra_opts_free(struct extra_opts *found);

#endif
