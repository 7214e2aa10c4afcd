/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "threshold.h"

#include "number.h"

#include <stddef.h>
#include <string.h>

enum { PERCENT_DECIMALS = 3, THOUSANDTHS = 1000, HUNDRED_PERCENT = 100 * THOUSANDTHS };

/* A percentage without its sign, 0 to 100 with up to three decimals. */
static int parse_percent(const char *text, size_t length, int64_t *thousandths) {
    const char *point = memchr(text, '.', length);
    size_t whole_length = point != NULL ? (size_t)(point - text) : length;
    int64_t whole;
    int64_t fraction = 0;

    if (number_parse(text, whole_length, 100, &whole) != 0)
        return -1;
    if (point != NULL) {
        size_t decimals = length - whole_length - 1;
        if (decimals < 1 || decimals > PERCENT_DECIMALS)
            return -1;
        for (size_t i = 0; i < PERCENT_DECIMALS; i++) {
            char digit = i < decimals ? point[1 + i] : '0';
            if (digit < '0' || digit > '9')
                return -1;
            fraction = fraction * 10 + (digit - '0');
        }
    }
    *thousandths = whole * THOUSANDTHS + fraction;
    return *thousandths <= HUNDRED_PERCENT ? 0 : -1;
}

static int parse_bound(const char *text, size_t length, struct bound *bound) {
    if (length > 0 && text[length - 1] == '%') {
        bound->unit = BOUND_PERCENT;
        return parse_percent(text, length - 1, &bound->value);
    }
    bound->unit = BOUND_COUNT;
    return number_parse(text, length, NUMBER_MAX, &bound->value);
}

/* What stands before the colon: nothing is 0, ~ is minus infinity. */
static int parse_start(const char *text, size_t length, struct bound *start) {
    if (length == 0) {
        *start = (struct bound){BOUND_COUNT, 0};
        return 0;
    }
    if (length == 1 && text[0] == '~') {
        *start = (struct bound){BOUND_OPEN, 0};
        return 0;
    }
    return parse_bound(text, length, start);
}

static int parse_end(const char *text, struct bound *end) {
    if (*text == '\0') {
        *end = (struct bound){BOUND_OPEN, 0};
        return 0;
    }
    return parse_bound(text, strlen(text), end);
}

int threshold_parse(const char *text, struct threshold *threshold, const char **reason) {
    bool inside = text[0] == '@';
    const char *start = text + inside;
    const char *colon = strchr(start, ':');
    int failed;

    *threshold = (struct threshold){.inside = inside};
    *reason =
        "it is neither a whole number up to 2^53 nor a percentage from 0% to 100% with up to 3 "
        "decimals, nor a range of them";
    if (colon != NULL) {
        failed = parse_start(start, (size_t)(colon - start), &threshold->start) != 0 ||
                 parse_end(colon + 1, &threshold->end) != 0;
    } else if (inside) {
        threshold->start = (struct bound){BOUND_COUNT, 0};
        failed = *start == '\0' || parse_end(start, &threshold->end) != 0;
    } else {
        threshold->end = (struct bound){BOUND_OPEN, 0};
        failed = parse_bound(start, strlen(start), &threshold->start) != 0;
    }
    if (failed)
        return -1;
    if (colon != NULL && colon[1] == '\0' && (colon == start || *start == '~')) {
        *reason = "a range without a number has no limits";
        return -1;
    }
    if (threshold->start.unit == threshold->end.unit &&
        threshold->start.value > threshold->end.value) {
        *reason = "its start is above its end";
        return -1;
    }
    return 0;
}

/* A percentage of the limit in whole numbers: rounded up for a start, down for an end, which is
 * exact for whole numbers on either side. In two steps, for limit * thousandths needs 70 bits. */
static int64_t resolve_bound(const struct bound *bound, int64_t limit, bool round_up) {
    if (bound->unit != BOUND_PERCENT)
        return bound->value;
    int64_t rest = limit % HUNDRED_PERCENT * bound->value;
    int64_t whole = limit / HUNDRED_PERCENT * bound->value + rest / HUNDRED_PERCENT;
    return whole + (round_up && rest % HUNDRED_PERCENT != 0);
}

enum threshold_resolution threshold_resolve(const struct threshold *threshold, int64_t limit,
                                            struct range *range) {
    const struct bound *start = &threshold->start;
    const struct bound *end = &threshold->end;

    if (limit < 1 && (start->unit == BOUND_PERCENT || end->unit == BOUND_PERCENT))
        return THRESHOLD_NEEDS_LIMIT;
    struct range resolved = {
        .inside = threshold->inside,
        .has_start = start->unit != BOUND_OPEN,
        .has_end = end->unit != BOUND_OPEN,
        .start = resolve_bound(start, limit, true),
        .end = resolve_bound(end, limit, false),
    };
    /* Ends of one unit were compared when they were read; between two close percentages there
     * may still be no whole number, which is not an error. */
    if (start->unit != end->unit && range_is_empty(&resolved))
        return THRESHOLD_REVERSED;
    *range = resolved;
    return THRESHOLD_RESOLVED;
}

bool threshold_is_minimum(const struct threshold *threshold) {
    return threshold->text != NULL && !threshold->inside && threshold->start.unit != BOUND_OPEN &&
           threshold->end.unit == BOUND_OPEN;
}

const char *threshold_relation(const struct threshold *threshold) {
    if (threshold_is_minimum(threshold))
        return "below";
    return threshold->inside ? "inside" : "outside";
}
