/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "range.h"

#include <inttypes.h>
#include <stdio.h>

bool range_alerts(const struct range *range, int64_t value) {
    bool contained =
        (!range->has_start || value >= range->start) && (!range->has_end || value <= range->end);

    return contained == range->inside;
}

bool range_is_minimum(const struct range *range) {
    return !range->inside && range->has_start && !range->has_end;
}

bool range_never_alerts(const struct range *range) {
    return !range->inside && !range->has_start && !range->has_end;
}

void range_format(char text[RANGE_SIZE], const struct range *range) {
    char start[24] = "~";
    char end[24] = "";

    if (range->has_start)
        snprintf(start, sizeof start, "%" PRId64, range->start);
    if (range->has_end)
        snprintf(end, sizeof end, "%" PRId64, range->end);
    snprintf(text, RANGE_SIZE, "%s%s:%s", range->inside ? "@" : "", start, end);
}
