/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "range.h"
#include "unit.h"

#include <inttypes.h>

#define BIG INT64_C(9007199254740992)

static const struct {
    const char *text;
    struct range range; /* inside, has_start, has_end, start, end */
    bool minimum;
    bool empty;
    int64_t quiet[4]; /* values that do not alert; the last one repeated */
    int64_t loud[4];  /* values that do */
} cases[] = {
    {"480:", {false, true, false, 480, 0}, true, false, {480, 481, BIG, BIG}, {479, 0, -1, -BIG}},
    {"0:", {false, true, false, 0, 0}, true, false, {0, 1, BIG, BIG}, {-1, -1, -1, -BIG}},
    {"~:10", {false, false, true, 0, 10}, false, false, {10, 0, -1, -BIG}, {11, 12, 100, BIG}},
    {"~:0", {false, false, true, 0, 0}, false, false, {0, 0, -1, -BIG}, {1, 1, 2, BIG}},
    {"0:10", {false, true, true, 0, 10}, false, false, {0, 1, 9, 10}, {-1, 11, -BIG, BIG}},
    {"10:20", {false, true, true, 10, 20}, false, false, {10, 11, 19, 20}, {9, 21, 0, -1}},
    {"10:10", {false, true, true, 10, 10}, false, false, {10, 10, 10, 10}, {9, 11, 0, -10}},
    {"@10:20", {true, true, true, 10, 20}, false, false, {9, 21, -BIG, BIG}, {10, 11, 19, 20}},
    {"@0:0", {true, true, true, 0, 0}, false, false, {-1, 1, 2, BIG}, {0, 0, 0, 0}},
    {"@5:", {true, true, false, 5, 0}, false, false, {4, 0, -1, -BIG}, {5, 6, 7, BIG}},
    {"@~:5", {true, false, true, 0, 5}, false, false, {6, 7, 8, BIG}, {5, 0, -1, -BIG}},
    {"9007199254740992:",
     {false, true, false, BIG, 0},
     true,
     false,
     {BIG, BIG, BIG, BIG},
     {BIG - 1, 0, -1, -BIG}},
    {"-9007199254740992:9007199254740992",
     {false, true, true, -BIG, BIG},
     false,
     false,
     {0, BIG, -BIG, 1},
     {BIG + 1, -BIG - 1, INT64_MAX, INT64_MIN}},
    /* No whole number is between two close percentages. */
    {"2:1", {false, true, true, 2, 1}, false, true, {0, 0, 0, 0}, {0, 1, 2, 3}},
    {"@2:1", {true, true, true, 2, 1}, false, true, {0, 1, 2, 3}, {0, 0, 0, 0}},
};

static void ranges_alert_as_the_guidelines_say(void **context) {
    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        bool all_alert = cases[i].empty && !cases[i].range.inside;
        bool none_alerts = cases[i].empty && cases[i].range.inside;
        for (size_t k = 0; k < 4; k++) {
            unit_check(all_alert || !range_alerts(&cases[i].range, cases[i].quiet[k]),
                       "%s alerts at %" PRId64, cases[i].text, cases[i].quiet[k]);
            unit_check(none_alerts || range_alerts(&cases[i].range, cases[i].loud[k]),
                       "%s does not alert at %" PRId64, cases[i].text, cases[i].loud[k]);
        }
    }
    unit_end();
}

static void ranges_are_written_as_the_guidelines_say(void **context) {
    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[RANGE_SIZE];
        range_format(text, &cases[i].range);
        unit_check(strcmp(text, cases[i].text) == 0, "%s comes out as %s", cases[i].text, text);
    }
    unit_end();
}

static void the_longest_range_fits(void **context) {
    const struct range widest = {true, true, true, INT64_MIN, INT64_MIN};
    char text[RANGE_SIZE];

    (void)context;
    range_format(text, &widest);
    assert_string_equal(text, "@-9223372036854775808:-9223372036854775808");
}

static void minimums_and_empty_ranges_are_told(void **context) {
    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        unit_check(range_is_minimum(&cases[i].range) == cases[i].minimum, "%s: minimum",
                   cases[i].text);
        unit_check(range_is_empty(&cases[i].range) == cases[i].empty, "%s: empty", cases[i].text);
    }
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ranges_alert_as_the_guidelines_say),
    cmocka_unit_test(ranges_are_written_as_the_guidelines_say),
    cmocka_unit_test(the_longest_range_fits),
    cmocka_unit_test(minimums_and_empty_ranges_are_told),
};

UNIT_MAIN(tests)
