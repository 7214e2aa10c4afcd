/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EVALUATE_H
#define EVALUATE_H

#include "api/token_info.h"
#include "state.h"
#include "threshold.h"
#include "verdict/forecast.h"

#include <stdint.h>

/* Judging an answer: pure, no input or output. The rules are those of the manual's sections on
 * thresholds, states and perfdata. */

struct evaluate_input {
    const struct token_info *info;
    const struct threshold *warning;
    const struct threshold *critical;
    const struct forecast *forecast; /* as of the answer's time; NULL: not asked for */
    enum state forecast_state;       /* what calls that run out mean, at least */
    bool is_kept;                    /* the answer was kept, and has an age */
    int64_t age_s;
    enum state unavailable; /* what an API that cannot be used means */
    const char *redirect;   /* where the server points to, as a URL; NULL: nowhere */
    const char *host;       /* the server that was asked */
    int64_t request_ms;     /* how long the request took; not for a kept answer */
    int timeout_s;          /* how long it was allowed to take */
};

struct verdict {
    enum state state;
    char *text;
    char *perfdata; /* NULL: none */
};

/* Judges. Gives 0, or -1 where memory ran out. verdict_free() frees the verdict in both cases. */
int evaluate(const struct evaluate_input *input, struct verdict *verdict);

void verdict_free(struct verdict *verdict);

#endif
