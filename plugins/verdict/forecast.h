/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FORECAST_H
#define FORECAST_H

#include "api/token_info.h"

#include <stddef.h>
#include <stdint.h>

/* Whether the calls last until the counter's reset, at the pace at which they are used. Pure
 * arithmetic in integers. Times are milliseconds since the Epoch. */

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

/* When the counter restarts that an answer of that time announced: 0 hours count as 1. */
int64_t forecast_reset_ms(int64_t time_ms, int64_t hours);

/* Adds an answer of that time. What is remembered starts anew where a reset was passed or the count
 * went down. An answer without the count or without hours adds nothing. */
void usage_history_add(struct usage_history *history, int64_t time_ms,
                       const struct token_info *info);

enum forecast_kind {
    FORECAST_NONE, /* it cannot be made */
    FORECAST_LASTS,
    FORECAST_GONE /* the calls run out before the reset */
};

struct forecast {
    enum forecast_kind kind;
    const char *reason; /* FORECAST_NONE: why, a constant */
    int64_t pace_s;     /* how long the stretch is whose pace it is; 0: today */
    /* FORECAST_GONE: seconds from the answer until the calls run out, and from then to the reset */
    int64_t exhausted_in_s;
    int64_t before_reset_s;
};

/* Looks ahead from an answer with figures, which has been added to the history: at the pace since
 * the youngest remembered answer that is at least an hour older, else at today's. */
struct forecast forecast_make(const struct token_info *info, int64_t time_ms,
                              const struct usage_history *history);

#endif
