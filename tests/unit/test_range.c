/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "threshold.h"
#include "unit.h"

#include <inttypes.h>

#define BIG INT64_C(1000000000000)

static const struct {
    const char *text;
    struct range range; /* inside, has_start, has_end, start, end */
    int64_t quiet[3];   /* values that do not alert */
    int64_t loud[3];    /* values that do */
    bool minimum;
} cases[] = {
    {"480:", {false, true, false, 480, 0}, {480, 481, BIG}, {479, 0, -BIG}, true},
    {"0:", {false, true, false, 0, 0}, {0, 1, BIG}, {-1, -2, -BIG}, true},
    {"~:10", {false, false, true, 0, 10}, {10, 0, -BIG}, {11, 12, BIG}, false},
    {"10:20", {false, true, true, 10, 20}, {10, 11, 20}, {9, 21, -1}, false},
    {"10:10", {false, true, true, 10, 10}, {10, 10, 10}, {9, 11, -10}, false},
    {"@10:20", {true, true, true, 10, 20}, {9, 21, -BIG}, {10, 11, 20}, false},
    {"@5:", {true, true, false, 5, 0}, {4, 0, -BIG}, {5, 6, BIG}, false},
    {"@~:5", {true, false, true, 0, 5}, {6, 7, BIG}, {5, 0, -BIG}, false},
};

UNIT_TEST(ranges_alert_and_are_written_as_the_guidelines_say) {
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct range *range = &cases[i].range;
        char text[RANGE_SIZE];
        for (size_t k = 0; k < UNIT_COUNT(cases[i].quiet); k++)
            unit_check(!range_alerts(range, cases[i].quiet[k]) &&
                           range_alerts(range, cases[i].loud[k]),
                       "%s at %" PRId64 " or %" PRId64, cases[i].text, cases[i].quiet[k],
                       cases[i].loud[k]);
        range_format(text, range);
        unit_check(strcmp(text, cases[i].text) == 0, "%s comes out as %s", cases[i].text, text);
        unit_check(range_is_minimum(range) == cases[i].minimum, "%s: minimum", cases[i].text);
        unit_check(!range_never_alerts(range), "%s never alerts", cases[i].text);
    }
}

UNIT_TEST(a_range_without_ends_always_or_never_alerts) {
    static const struct range always = {.inside = true};
    static const struct range never = {.inside = false};
    static const struct range widest = {true, true, true, INT64_MIN, INT64_MIN};
    char text[RANGE_SIZE];

    assert_true(range_alerts(&always, -BIG) && range_alerts(&always, BIG));
    assert_false(range_alerts(&never, -BIG) || range_alerts(&never, BIG));
    assert_true(range_never_alerts(&never) && !range_never_alerts(&always));
    assert_false(range_is_minimum(&never) || range_is_minimum(&always));
    range_format(text, &never);
    assert_string_equal(text, "~:");
    range_format(text, &widest);
    assert_string_equal(text, "@-9223372036854775808:-9223372036854775808");
}
