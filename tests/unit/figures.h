/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FIGURES_H
#define FIGURES_H

#include "api/token_info.h"

/* What a unit test's case says of an answer, so that it fits in a line. */

#define NO INT64_MIN /* not given */

struct figures {
    int64_t available;
    int64_t limit;
    int64_t used;
    int64_t hours;
};

/* The value of what is not known must not be looked at. */
static inline struct optional_count count_of(int64_t value) {
    return value == NO ? (struct optional_count){false, 5} : (struct optional_count){true, value};
}

#endif
