/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "number.h"
#include "threshold.h"

#include <stdlib.h>
#include <string.h>

enum { WHOLE = 100000 }; /* thousandths of a per cent */

/* A bound in units of a hundred-thousandth of a call: exact. */
static int64_t exactly(const struct bound *bound, int64_t limit) {
    return bound->unit == BOUND_PERCENT ? bound->value * limit : bound->value * WHOLE;
}

static bool is_reversed(const struct threshold *threshold, int64_t limit) {
    return threshold->start.unit != BOUND_OPEN && threshold->end.unit != BOUND_OPEN &&
           exactly(&threshold->start, limit) > exactly(&threshold->end, limit);
}

static bool alerts(const struct threshold *threshold, int64_t limit, int64_t left) {
    int64_t exact = left * WHOLE;
    bool is_below =
        threshold->start.unit != BOUND_OPEN && exact < exactly(&threshold->start, limit);
    bool is_above = threshold->end.unit != BOUND_OPEN && exact > exactly(&threshold->end, limit);

    return (is_below || is_above) != threshold->inside;
}

static void compare(const struct threshold *threshold, int64_t limit, const struct range *range,
                    int64_t left) {
    require(range_alerts(range, left) == alerts(threshold, limit, left),
            "nothing is rounded into or out of an alert");
}

/* The range as it stands in perfdata means the same when it is read again. */
static void read_again(const struct range *range, int64_t left) {
    char text[RANGE_SIZE];
    struct threshold again;
    const char *reason;

    range_format(text, range);
    if (strcmp(text, "@~:") == 0)
        return; /* everything alerts, which is no threshold to write */
    require(threshold_parse(text, &again, &reason) == 0, "a range that was written can be read");
    struct criterion same = threshold_resolve(&again, 0);
    require(same.resolution == THRESHOLD_RESOLVED, "a range needs no limit");
    require(range_alerts(&same.range, left) == range_alerts(range, left),
            "a range read again is the same");
}

static bool needs_limit(const struct threshold *threshold) {
    return threshold->start.unit == BOUND_PERCENT || threshold->end.unit == BOUND_PERCENT;
}

static void resolve(const struct threshold *threshold, int64_t limit, int64_t left) {
    struct criterion criterion = threshold_resolve(threshold, limit);
    struct range range = criterion.range;

    switch (criterion.resolution) {
    case THRESHOLD_NONE:
        require(false, "what was given is there");
        return;
    case THRESHOLD_NEEDS_LIMIT:
        require(limit < 1 && needs_limit(threshold), "a limit is needed for percentages only");
        return;
    case THRESHOLD_REVERSED:
        require(is_reversed(threshold, limit), "what is called reversed is");
        return;
    case THRESHOLD_RESOLVED:
        break;
    }
    require(limit >= 1 || !needs_limit(threshold), "no percentage is taken of nothing");
    require(!is_reversed(threshold, limit), "what is reversed is told");
    compare(threshold, limit, &range, left);
    if (range.has_start)
        for (int64_t step = -1; step <= 1; step++)
            compare(threshold, limit, &range, range.start + step);
    if (range.has_end)
        for (int64_t step = -1; step <= 1; step++)
            compare(threshold, limit, &range, range.end + step);
    read_again(&range, left);
}

/* A threshold as somebody typed it, a limit and a number of calls left. */
void target_threshold(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    int64_t limit = (int64_t)(fuzz_input_number(&fuzz_input, 7) % ((uint64_t)NUMBER_MAX + 1));
    int64_t left = (int64_t)(fuzz_input_number(&fuzz_input, 7) % ((uint64_t)NUMBER_MAX + 1));
    char *text = fuzz_input_text(&fuzz_input, NULL);
    struct threshold threshold = {.text = NULL};
    const char *reason = NULL;

    if (threshold_parse(text, &threshold, &reason) != 0) {
        require(reason != NULL && *reason != '\0', "what is refused has a reason");
        require_fit_for_output(reason);
    } else {
        resolve(&threshold, limit, left);
        resolve(&threshold, limit % 10000, left % 10000);
        resolve(&threshold, limit, -left);
    }
    free(text);
}
