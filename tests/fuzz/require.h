/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef JUDGE_H
#define JUDGE_H

#include "cache/saved_info.h"
#include "fuzz_input.h"
#include "verdict/evaluate.h"

/* How an answer is judged: thresholds and forecast of one of many checks. */
struct judging {
    struct threshold warning;
    struct threshold critical;
    bool has_forecast;
    enum state forecast_state;
    enum state unavailable;
};

/* Out of two bytes of the fuzz_input. */
struct judging judging_choose(struct fuzz_input *fuzz_input);

/* Judges an answer of that time (NULL history: none), holds the verdict to what is promised of
 * every line, and gives it. */
struct verdict judge(const struct judging *judging, const struct token_info *info, int64_t time_ms,
                     const struct usage_history *history, const char *redirect);

#endif
