/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A range of whole numbers, both ends included, as the Monitoring Plugins Development Guidelines
 * define it: it alerts outside, or with `inside` (written @) inside of it. */
struct range {
    bool inside;
    bool has_start; /* false: from minus infinity (~) */
    bool has_end;   /* false: to infinity */
    int64_t start;
    int64_t end;
};

/* Whether `value` alerts. */
bool range_alerts(const struct range *range, int64_t value);

/* Whether the range says no more than "alert below start": what plain-number thresholds of a
 * metric that counts the other way can express. */
bool range_is_minimum(const struct range *range);

/* Whether it alerts for no number: "~:". */
bool range_never_alerts(const struct range *range);

/* Writes [@][start|~]:[end]. */
#define RANGE_SIZE 64
void range_format(char text[RANGE_SIZE], const struct range *range);
