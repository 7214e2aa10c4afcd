/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cache/result_source.h"
#include "error.h"
#include "options/options.h"
#include "state.h"
#include "threshold.h"
#include "verdict/forecast.h"

#include <stdbool.h>
#include <stdint.h>

/* Judging a reply: pure, and without a word. The rules are those of the manual's sections
 * THRESHOLDS and STATES. */

/* Why the state is what it is, a forecast left aside. */
enum verdict_reason {
    REASON_REPLY,         /* the kind of reply says it all, or there is none */
    REASON_WITHIN_LIMITS, /* no threshold alerts */
    REASON_WARNING,       /* the warning threshold alerts */
    REASON_CRITICAL,
    REASON_NO_CALLS_LEFT,
    REASON_WARNING_UNRESOLVED, /* it cannot be resolved with this limit */
    REASON_CRITICAL_UNRESOLVED
};

struct verdict {
    enum state state;
    enum verdict_reason reason;
    bool is_forecast_worse; /* the forecast made the state worse than the reason did */
    int64_t available;      /* calls left; 0 where the reply does not count them */
    struct criterion warning;
    struct criterion critical;
};

/* All that one check is made of. */
struct check {
    int64_t start_ms; /* of clock_now_ms() */
    struct options options;
    struct result result; /* requests may have been made without an answer, too */
    bool has_answer;
    struct error error;       /* why there is no answer */
    struct forecast forecast; /* of an answer with figures, where it is asked for */
    struct verdict verdict;
};

/* Makes forecast and verdict out of the rest. */
void evaluate(struct check *check);
