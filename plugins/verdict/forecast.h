/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FORECAST_H
#define FORECAST_H

#include "cache/usage_history.h"

#include <stdint.h>

/* Whether the calls last until the counter's reset, at the pace at which they are used. Pure
 * arithmetic in integers. Times are milliseconds since the Epoch. */

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
