/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* What --extra-opts[=[SECTION][@FILE]] names, as in the Monitoring Plugins. */
struct extra_opts {
    const char *section; /* not terminated; belongs to the argument or is the default one */
    size_t section_length;
    const char *path; /* belongs to the argument, the environment or this; NULL: no file is found */
    char found_path[PATH_MAX];
};

/* Whether the argument (NULL: none) is well-formed: an @ has something behind it. */
bool extra_opts_is_valid(const char *argument);

/* The file that a valid argument or MP_CONFIG_FILE names, whether it exists or not; NULL: it is to
 * be looked for. Belongs to the argument or the environment. */
const char *extra_opts_named_file(const char *argument);

/* Takes a valid argument and the section that stands for none. A file that is not named is looked
 * for where the Monitoring Plugins look: in the folders of MONITORING_CONFIG_PATH, then of
 * NAGIOS_CONFIG_PATH, then in a list of places. */
void extra_opts_find(const char *argument, const char *default_section, struct extra_opts *found);
