/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef JUDGE_H
#define JUDGE_H

#include "cache/saved_info.h"
#include "fuzz_input.h"
#include "verdict/sentence.h"

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

/* The line that comes of it. */
struct judgement {
    enum state state;
    char *text;
    char *perfdata; /* NULL: none */
};

/* Judges a result, holds its line to what is promised of every line, and gives it. */
struct judgement judge(const struct judging *judging, const struct result *result);

void judgement_free(struct judgement *judgement);

#endif
