/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cache/result_source.h"

#include <stdint.h>

/* Whether the calls last until the counter's reset, at the pace at which they are used. Pure
 * arithmetic in integers. All times count from now: what a kept answer said is less its age. */

enum forecast_kind {
    FORECAST_OFF,  /* it is not asked for, or the answer has no figures */
    FORECAST_NONE, /* it cannot be made */
    FORECAST_LASTS,
    FORECAST_GONE /* the calls run out before the reset */
};

struct forecast {
    enum forecast_kind kind;
    const char *reason; /* FORECAST_NONE: why, a constant */
    int64_t pace_s;     /* how long the stretch is whose pace it is; 0: today */
    int64_t gone_in_s;  /* FORECAST_GONE: until the calls run out; 0 where that has passed */
};

/* Looks ahead from an answer with figures, which has been added to its history: at the pace since
 * the youngest remembered answer that is at least an hour older, else at today's. */
struct forecast forecast_make(const struct result *result);

/* Seconds until the reset, which must be known; 0 where it has passed. */
int64_t forecast_reset_in_s(const struct result *result);
