/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "threshold.h"

#include "characters.h"
#include "number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Ranges ---- */

bool range_alerts(const struct range *range, int64_t value) {
    bool contained =
        (!range->has_start || value >= range->start) && (!range->has_end || value <= range->end);

    return contained == range->inside;
}

bool range_is_minimum(const struct range *range) {
    return !range->inside && range->has_start && !range->has_end;
}

bool range_never_alerts(const struct range *range) {
    return !range->inside && !range->has_start && !range->has_end;
}

void range_format(char text[RANGE_SIZE], const struct range *range) {
    char start[24] = "~";
    char end[24] = "";

    if (range->has_start)
        snprintf(start, sizeof start, "%" PRId64, range->start);
    if (range->has_end)
        snprintf(end, sizeof end, "%" PRId64, range->end);
    snprintf(text, RANGE_SIZE, "%s%s:%s", range->inside ? "@" : "", start, end);
}

/* ---- Thresholds ---- */

enum { THOUSANDTHS = 1000, HUNDRED_PERCENT = 100 * THOUSANDTHS };

/* A percentage without its sign, 0 to 100 with up to three decimals. */
static int parse_percent(const char *text, size_t length, int64_t *thousandths) {
    const char *point = memchr(text, '.', length);
    size_t whole_length = point != NULL ? (size_t)(point - text) : length;
    int64_t unit = THOUSANDTHS;

    if (number_parse(text, whole_length, 100, thousandths) != 0 || whole_length + 1 == length)
        return -1;
    *thousandths *= THOUSANDTHS;
    for (size_t i = whole_length + 1; i < length; i++) {
        unit /= 10;
        if (unit == 0 || !character_is_digit(text[i]))
            return -1;
        *thousandths += (text[i] - '0') * unit;
    }
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

/* START:END, START, or behind an @ also END. Without START it is 0, ~ is minus infinity, and
 * without END that is infinity. */
static int parse_bounds(const char *text, struct threshold *threshold) {
    const char *colon = strchr(text, ':');
    const char *end = colon != NULL ? colon + 1 : threshold->inside ? text : "";
    size_t start_length = end == text ? 0 : strcspn(text, ":");
    bool is_open = colon == text + 1 && *text == '~';

    threshold->start.unit = is_open ? BOUND_OPEN : BOUND_COUNT;
    if (!is_open && start_length > 0 && parse_bound(text, start_length, &threshold->start) != 0)
        return -1;
    return *end != '\0' ? parse_bound(end, strlen(end), &threshold->end) : 0;
}

int threshold_parse(const char *text, struct threshold *threshold, const char **reason) {
    bool inside = text[0] == '@';
    const struct bound *start = &threshold->start;
    const struct bound *end = &threshold->end;

    *threshold = (struct threshold){.text = text, .inside = inside};
    *reason = "not a threshold; examples: 480, 10%, 12.5%, 100:2000 (no spaces; decimal point, not "
              "comma)";
    if (parse_bounds(text + inside, threshold) != 0)
        return -1;
    /* Without a number only this makes sense: it never alerts. */
    if (strpbrk(text, "0123456789") == NULL && strcmp(text, "~:") != 0)
        return -1;
    if (start->unit != end->unit || start->value <= end->value)
        return 0;
    *reason = "the range starts above its end";
    return -1;
}

/* A percentage of the limit in whole numbers: rounded up for a start, down for an end, which is
 * exact for whole numbers on either side. */
static int64_t resolve_bound(const struct bound *bound, int64_t limit, bool round_up) {
    if (bound->unit != BOUND_PERCENT)
        return bound->value;
    int64_t product = limit * bound->value;
    return product / HUNDRED_PERCENT + (round_up && product % HUNDRED_PERCENT != 0);
}

struct criterion threshold_resolve(const struct threshold *threshold, int64_t limit) {
    const struct bound *start = &threshold->start;
    const struct bound *end = &threshold->end;

    if (threshold->text == NULL)
        return (struct criterion){.resolution = THRESHOLD_NONE};
    if (limit < 1 && (start->unit == BOUND_PERCENT || end->unit == BOUND_PERCENT))
        return (struct criterion){.resolution = THRESHOLD_NEEDS_LIMIT};
    struct range range = {
        .inside = threshold->inside,
        .has_start = start->unit != BOUND_OPEN,
        .has_end = end->unit != BOUND_OPEN,
        .start = resolve_bound(start, limit, true),
        .end = resolve_bound(end, limit, false),
    };
    bool is_reversed = range.has_start && range.has_end && range.start > range.end;
    if (is_reversed && start->unit != end->unit)
        return (struct criterion){.resolution = THRESHOLD_REVERSED};
    /* Ends of one unit were compared when they were read, but there may be no whole number between
     * two close percentages: all numbers are outside. */
    if (is_reversed)
        range = (struct range){.inside = !threshold->inside};
    return (struct criterion){.resolution = THRESHOLD_RESOLVED, .range = range};
}

bool threshold_is_minimum(const struct threshold *threshold) {
    return threshold->text != NULL && !threshold->inside && threshold->start.unit != BOUND_OPEN &&
           threshold->end.unit == BOUND_OPEN;
}

int threshold_name_length(const struct threshold *threshold) {
    size_t length = strlen(threshold->text);
    bool has_last_colon = threshold_is_minimum(threshold) && threshold->text[length - 1] == ':';

    return (int)(length - has_last_colon);
}

const char *threshold_relation(const struct threshold *threshold) {
    if (threshold_is_minimum(threshold))
        return "below";
    return threshold->inside ? "inside" : "outside";
}
