/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* ---- Ranges ---- */

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

/* ---- Thresholds ---- */

/* A threshold on what is left of a limit: what the user wrote, and what it means once the limit is
 * known. N and N% are minimums, as in check_disk and check_swap; START:END, @START:END and their
 * short forms are ranges of the Monitoring Plugins Development Guidelines. */

enum bound_unit { BOUND_OPEN, BOUND_COUNT, BOUND_PERCENT };

struct bound {
    enum bound_unit unit;
    int64_t value; /* a count, or thousandths of a per cent */
};

struct threshold {
    const char *text; /* as the user wrote it, owned by who keeps the threshold; NULL: none */
    bool inside;
    struct bound start;
    struct bound end;
};

enum threshold_resolution {
    THRESHOLD_NONE, /* none was given */
    THRESHOLD_RESOLVED,
    /* From here on it cannot be resolved. */
    THRESHOLD_NEEDS_LIMIT, /* it holds a percentage, and there is no limit to take it of */
    THRESHOLD_REVERSED     /* with this limit its start is beyond its end */
};

/* A threshold in view of a limit. */
struct criterion {
    enum threshold_resolution resolution;
    struct range range; /* never alerts where the threshold is not resolved */
};

/* Takes a threshold as written. Gives 0 and fills *threshold, or -1 with *reason set to a constant
 * that says what is wrong. */
int threshold_parse(const char *text, struct threshold *threshold, const char **reason);

/* Turns the threshold into a range of whole numbers that alerts for exactly the same numbers:
 * nothing is rounded into or out of an alert. `limit` below 1: there is none; above NUMBER_MAX it
 * must not be. */
struct criterion threshold_resolve(const struct threshold *threshold, int64_t limit);

/* Whether it is a minimum: N, N:, N%, N%:. */
bool threshold_is_minimum(const struct threshold *threshold);

/* How many bytes of its text name it in an alert: all but the colon of a minimum. */
int threshold_name_length(const struct threshold *threshold);

/* The word that goes before its name in an alert: below, outside or inside. */
const char *threshold_relation(const struct threshold *threshold);
