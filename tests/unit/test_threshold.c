/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"
#include "unit.h"

#include <inttypes.h>

/* Manual, THRESHOLDS. */

UNIT_TEST(thresholds_are_read_as_documented) {
    static const struct {
        const char *text;
        const char *name; /* in an alert */
        bool inside;
        enum bound_unit start_unit;
        int64_t start;
        enum bound_unit end_unit;
        int64_t end;
    } cases[] = {
        {"480", "below 480", false, BOUND_COUNT, 480, BOUND_OPEN, 0},
        {"480:", "below 480", false, BOUND_COUNT, 480, BOUND_OPEN, 0},
        {"1000000000000", "below 1000000000000", false, BOUND_COUNT, BIG, BOUND_OPEN, 0},
        {"10%", "below 10%", false, BOUND_PERCENT, 10000, BOUND_OPEN, 0},
        {"100.000%", "below 100.000%", false, BOUND_PERCENT, 100000, BOUND_OPEN, 0},
        {"0.001%", "below 0.001%", false, BOUND_PERCENT, 1, BOUND_OPEN, 0},
        {"2.05%", "below 2.05%", false, BOUND_PERCENT, 2050, BOUND_OPEN, 0},
        {"10:10", "outside 10:10", false, BOUND_COUNT, 10, BOUND_COUNT, 10},
        {"10%:20%", "outside 10%:20%", false, BOUND_PERCENT, 10000, BOUND_PERCENT, 20000},
        {"20%:5", "outside 20%:5", false, BOUND_PERCENT, 20000, BOUND_COUNT, 5},
        {":20%", "outside :20%", false, BOUND_COUNT, 0, BOUND_PERCENT, 20000},
        {"~:20", "outside ~:20", false, BOUND_OPEN, 0, BOUND_COUNT, 20},
        {"~:", "outside ~:", false, BOUND_OPEN, 0, BOUND_OPEN, 0},
        {"@10", "inside @10", true, BOUND_COUNT, 0, BOUND_COUNT, 10},
        {"@10%:20%", "inside @10%:20%", true, BOUND_PERCENT, 10000, BOUND_PERCENT, 20000},
        {"@~:5", "inside @~:5", true, BOUND_OPEN, 0, BOUND_COUNT, 5},
        {"@5:", "inside @5:", true, BOUND_COUNT, 5, BOUND_OPEN, 0},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct threshold threshold = threshold_of(cases[i].text);
        const char *text = threshold.text;
        char name[64];
        snprintf(name, sizeof name, "%s %.*s", threshold_relation(&threshold),
                 threshold_name_length(&threshold), text);
        unit_check(strcmp(name, cases[i].name) == 0, "'%s' is called '%s'", text, name);
        unit_check(threshold_is_minimum(&threshold) == (name[0] == 'b'), "'%s': minimum", text);
        unit_check(
            threshold.inside == cases[i].inside && threshold.start.unit == cases[i].start_unit &&
                threshold.start.value == cases[i].start &&
                threshold.end.unit == cases[i].end_unit && threshold.end.value == cases[i].end,
            "'%s': %" PRId64 " to %" PRId64, text, threshold.start.value, threshold.end.value);
    }
}

UNIT_TEST(other_thresholds_are_refused) {
    static const char *const cases[] = {
        /* no number, or no place for one */
        "", " ", "@", ":", "~", "@~", "@:", "@~:", "@@5", "5@", "5:~", "~:~", "~5",
        "5~:", "5:6:", "::5", "5::", ":5:", "%", "%:", ":%", "5%%", "@%", "~%:5",
        /* signs and white space */
        "-5", "5:-5", "+5", "-5%", " 5", "5 ", "5\n", "5 %", "5: 6", "\xC2\xA0+5",
        /* other ways of writing numbers */
        "05", "5:06", "05%", "00.5%", "1e3", "0x10", "1.5", "5:6.0", ".5%", "5.%", "10.0000%",
        "10.-1%", "10.1.1%", "10,5%", "1.5%5", "nan", "Infinity%", "5k", "5;",
        /* junk behind */
        "abc", "5abc", "10%20", "10%junk", "10%:20%junk",
        /* too large */
        "100.001%", "18446744073709551626%", "1000000000001", "0:1000000000001",
        "18446744073709551617:"};
    static const char *const reversed[] = {"20:10", "1:0", "20%:10%", "@20:10", "10.001%:10%"};

    for (size_t i = 0; i < UNIT_COUNT(cases) + UNIT_COUNT(reversed); i++) {
        bool is_reversed = i >= UNIT_COUNT(cases);
        const char *text = is_reversed ? reversed[i - UNIT_COUNT(cases)] : cases[i];
        const char *expected = is_reversed
                                   ? "the range starts above its end"
                                   : "not a threshold; examples: 480, 10%, 12.5%, 100:2000 (no "
                                     "spaces; decimal point, not comma)";
        struct threshold threshold;
        const char *reason = NULL;
        int result = threshold_parse(text, &threshold, &reason);
        unit_check(result == -1 && strcmp(reason, expected) == 0, "'%s' gives %d, %s",
                   unit_show_text(text).text, result, unit_show_text(reason).text);
    }
}

UNIT_TEST(thresholds_resolve_to_the_range_that_alerts_alike) {
    static const struct {
        const char *text;
        int64_t limit;
        const char *range; /* or why there is none */
    } cases[] = {
        {"480", 0, "480:"},
        {"5000", 4800, "5000:"},
        {"~:", 4800, "~:"},
        {"100%", 4800, "4800:"},
        {"0.001%", 4800, "1:"},     /* less than 0.048 */
        {"33.333%", 4800, "1600:"}, /* 1599.984 */
        {"50%", 7, "4:"},           /* 3.5 */
        {"10%", 11, "2:"},
        {"~:10%", 4809, "~:480"}, /* 480.9 */
        {"~:10%", 4810, "~:481"},
        {":10%", 9, "0:0"}, /* 0.9 */
        {"@10%:20%", 4805, "@481:961"},
        {"5:10%", 59, "5:5"},
        {"10%:5", 41, "5:5"}, /* 4.1 to 5 */
        {"99.999%", BIG, "999990000000:"},
        {"33.333%", BIG - 1, "333330000000:"}, /* 333329999999.66667 */
        {"~:33.333%", BIG - 1, "~:333329999999"},
        {"1000000000000:100%", BIG, "1000000000000:1000000000000"},
        /* no whole number between two close percentages: all are outside, and none is inside */
        {"10.1%:10.2%", 10, "@~:"},
        {"@10.1%:10.2%", 10, "~:"},
        {"10%", 0, "needs a limit"},
        {"0%", -1, "needs a limit"},
        {"~:10%", 0, "needs a limit"},
        {"@5:10%", 0, "needs a limit"},
        {"6:10%", 50, "reversed"},
        {"5:10%", 49, "reversed"}, /* 5 to 4.9 */
        {"10%:4", 41, "reversed"}, /* 4.1 to 4 */
        {"@100%:4799", 4800, "reversed"},
        {"1000000000000:100%", BIG - 1, "reversed"},
        {"1:0%", 4800, "reversed"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct threshold threshold = threshold_of(cases[i].text);
        struct criterion criterion = threshold_resolve(&threshold, cases[i].limit);
        char text[RANGE_SIZE] = "";
        switch (criterion.resolution) {
        case THRESHOLD_NONE:
            break;
        case THRESHOLD_RESOLVED:
            range_format(text, &criterion.range);
            break;
        case THRESHOLD_NEEDS_LIMIT:
            strcpy(text, "needs a limit");
            break;
        case THRESHOLD_REVERSED:
            strcpy(text, "reversed");
        }
        unit_check(strcmp(text, cases[i].range) == 0, "%s of %" PRId64 " is %s, not %s",
                   cases[i].text, cases[i].limit, text, cases[i].range);
    }
}
