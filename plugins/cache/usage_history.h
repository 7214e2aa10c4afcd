/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Moments and counts of kept answers, of which a forecast is made. Pure. Times are milliseconds
 * since the Epoch. */

enum { USAGE_POINTS_MAX = 4 };

/* What is remembered of the same day's answers: no more than later forecasts need. */
struct usage_history {
    int64_t reset_ms; /* when the counter restarts, as the last answer announced it */
    size_t count;
    struct usage_point {
        int64_t time_ms;
        int64_t used;           /* calls of that day until then */
    } points[USAGE_POINTS_MAX]; /* the oldest first */
};

/* Adds an answer of that time with its calls of today and the moment of the reset. What is
 * remembered starts anew where a reset was passed or the count went down. */
void usage_history_add(struct usage_history *history, int64_t time_ms, int64_t used,
                       int64_t reset_ms);

/* The youngest remembered answer that is at least an hour older than this time; NULL: none. */
const struct usage_point *usage_history_base(const struct usage_history *history, int64_t time_ms);
