/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "../unit/check.h"
#include "cache/saved_info.h"
#include "fuzz_input.h"

/* A key of kept answers. */
#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* Thresholds and forecast of one of many checks, out of two bytes of the input. */
struct options options_choose(struct fuzz_input *fuzz_input);

/* The line that comes of a check. */
struct judgement {
    enum state state;
    char *text;
    char *perfdata; /* empty: none */
};

/* Judges a result, holds its line to what is promised of every line, and gives it. */
struct judgement judge(const struct options *options, const struct result *result);

void judgement_free(struct judgement *judgement);
