/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "number.h"
#include "threshold.h"

#include <stdio.h>

/* One metric as the Monitoring Plugins Development Guidelines write it:
 * label=value[unit];[warning];[critical];[min];[max] */
struct perfdata {
    const char *label; /* [a-z0-9_]+: Icinga 2 and its writers take no more without quotes */
    int64_t value;     /* in units of 10^-decimals */
    unsigned int decimals;
    const char *unit;          /* "", "s" or "%" */
    char warning[RANGE_SIZE];  /* a range or a plain number; empty: none */
    char critical[RANGE_SIZE]; /* a range or a plain number; empty: none */
    char min[NUMBER_SIZE];     /* empty: none */
    char max[NUMBER_SIZE];     /* empty: none */
};

/* Writes the metric, without semicolons at its end. */
void perfdata_print(FILE *stream, const struct perfdata *metric);
