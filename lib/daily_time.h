/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A time of the day at which something happens every day. */

struct daily_time {
    int minutes;        /* of the day, 0 to 1439 */
    bool is_local;      /* by this machine's time zone, changes of the clock included; else ... */
    int offset_minutes; /* ... this far east of UTC */
};

/* Takes HH:MM, HH:MMZ, HH:MM+HH:MM or HH:MM-HH:MM; the offset is at most 14 h. Gives 0 and sets
 * *time, or -1. */
int daily_time_parse(const char *text, struct daily_time *time);

/* The first such moment later than after_ms; both in milliseconds since the Epoch. Of a local time
 * that a change of the clock skips or repeats it is one of the two readings. */
int64_t daily_time_next_ms(const struct daily_time *time, int64_t after_ms);
