/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "api/token_info.h"
#include "state.h"
#include "threshold.h"
#include "verdict/forecast.h"

#include <stdbool.h>
#include <stdint.h>

/* Judging a reply: pure, and without a word. The rules are those of the manual's sections
 * THRESHOLDS and STATES. */

struct evaluate_input {
    const struct token_info *info;
    const struct threshold *warning;
    const struct threshold *critical;
    const struct forecast *forecast; /* NULL: not asked for, or the reply has no figures */
    enum state forecast_state;       /* what calls that run out mean, at least */
    enum state unavailable;          /* what an API that cannot be used means */
};

/* A threshold in view of the reply. */
struct criterion {
    const struct threshold *threshold; /* its text is NULL: not given */
    enum threshold_resolution resolution;
    struct range range; /* where it is resolved */
};

/* Whether it was given and can be compared. */
bool criterion_is_resolved(const struct criterion *criterion);

/* Why the state is what it is, a forecast left aside. */
enum verdict_reason {
    REASON_REPLY,         /* the kind of reply says it all */
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
    /* The figures; only where verdict_has_figures(). */
    int64_t available; /* calls left; 0 where the limit is exceeded */
    struct criterion warning;
    struct criterion critical;
};

/* The input must live as long as the verdict. */
struct verdict evaluate(const struct evaluate_input *input);

/* Whether such a reply has figures to judge. */
bool verdict_has_figures(enum reply_kind kind);
