/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "number.h"
#include "threshold.h"
#include "unit.h"

#include <inttypes.h>

#define BIG NUMBER_MAX

static void thresholds_are_read_as_documented(void **context) {
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
        {"0:", "below 0", false, BOUND_COUNT, 0, BOUND_OPEN, 0},
        {"1000000000000", "below 1000000000000", false, BOUND_COUNT, BIG, BOUND_OPEN, 0},
        {"10%", "below 10%", false, BOUND_PERCENT, 10000, BOUND_OPEN, 0},
        {"10%:", "below 10%", false, BOUND_PERCENT, 10000, BOUND_OPEN, 0},
        {"100.000%", "below 100.000%", false, BOUND_PERCENT, 100000, BOUND_OPEN, 0},
        {"0.001%", "below 0.001%", false, BOUND_PERCENT, 1, BOUND_OPEN, 0},
        {"2.5%", "below 2.5%", false, BOUND_PERCENT, 2500, BOUND_OPEN, 0},
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
        {"@:5", "inside @:5", true, BOUND_COUNT, 0, BOUND_COUNT, 5},
        {"@5:", "inside @5:", true, BOUND_COUNT, 5, BOUND_OPEN, 0},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[64];
        char name[64];
        struct threshold threshold;
        const char *reason = "none";
        if (threshold_parse(cases[i].text, &threshold, &reason) != 0) {
            unit_check(false, "'%s' is refused: %s", cases[i].text, reason);
            continue;
        }
        snprintf(text, sizeof text, "%s", cases[i].text);
        threshold.text = text;
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
    unit_end();
}

static void other_thresholds_are_refused(void **context) {
    static const char *const cases[] = {
        /* no number, or no place for one */
        "", " ", "@", ":", "~", "@~", "@:", "@~:", "@@5", "5@", "@5@", "5:~", "~:~", "@5:~", "~5",
        "~5:", "5~:", "5:6:", "5:6:7", "::", "::5", "5::", ":5:", "%", "%:", ":%", "%%", "5%%",
        "@%", "~%:5",
        /* signs and white space */
        "-5", "-5:", "5:-5", "~:-5", "+5", "-5%", "-0", " 5", "5 ", "5\n", "\t5", "5 %", "5: 6",
        "\xC2\xA0+5",
        /* other ways of writing numbers */
        "05", "00", "5:06", "05%", "00.5%", "1e3", "1e3%", "0x10", "1.5", "1.0", "5.:", "5:6.0",
        ".5%", "5.%", ".%", "10.0001%", "10.0000%", "10.-1%", "10. 1%", "10.1.1%", "10,5%", "1.5%5",
        "nan", "inf", "Infinity%", "5k", "5s", "5;", "5-6",
        /* junk behind */
        "abc", "5abc", "10%20", "10%junk", "10%:20%junk", "junk10%",
        /* too large */
        "100.001%", "101%", "18446744073709551626%", "1000000000001", "0:1000000000001",
        "9007199254740993", "18446744073709551617:", "99999999999999999999999"};
    static const char *const reversed[] = {"20:10",    "1:0",    "1000000000000:999999999999",
                                           "20%:10%",  "@20:10", "10.001%:10%",
                                           "0.001%:0%"};

    (void)context;
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
    unit_end();
}

static enum threshold_resolution resolve(const char *text, int64_t limit, struct range *range) {
    struct threshold threshold;
    const char *reason;

    if (threshold_parse(text, &threshold, &reason) != 0)
        fail_msg("%s is refused", text);
    return threshold_resolve(&threshold, limit, range);
}

static void thresholds_resolve_to_the_range_that_alerts_alike(void **context) {
    static const struct {
        const char *text;
        int64_t limit;
        const char *range;
    } cases[] = {
        {"480", 0, "480:"},
        {"480:", -1, "480:"},
        {"5000", 4800, "5000:"},
        {"~:", 4800, "~:"},
        {"0%", 4800, "0:"},
        {"100%", 4800, "4800:"},
        {"0.001%", 4800, "1:"},     /* less than 0.048 */
        {"33.333%", 4800, "1600:"}, /* 1599.984 */
        {"50%", 7, "4:"},           /* 3.5 */
        {"10%", 10, "1:"},
        {"10%", 11, "2:"},
        {"~:10%", 4809, "~:480"}, /* 480.9 */
        {"~:10%", 4810, "~:481"},
        {":10%", 9, "0:0"}, /* 0.9 */
        {"@10%:20%", 4805, "@481:961"},
        {"@10%", 4800, "@0:480"},
        {"5:10%", 59, "5:5"},
        {"10%:5", 41, "5:5"}, /* 4.1 to 5 */
        {"100%", BIG, "1000000000000:"},
        {"99.999%", BIG, "999990000000:"},
        {"33.333%", BIG - 1, "333330000000:"}, /* 333329999999.66667 */
        {"~:33.333%", BIG - 1, "~:333329999999"},
        {"1000000000000:100%", BIG, "1000000000000:1000000000000"},
        /* no whole number between two close percentages: all are outside, and none is inside */
        {"10.1%:10.2%", 10, "@~:"},
        {"@10.1%:10.2%", 10, "~:"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct range range;
        char text[RANGE_SIZE] = "";
        enum threshold_resolution resolution = resolve(cases[i].text, cases[i].limit, &range);
        if (resolution == THRESHOLD_RESOLVED)
            range_format(text, &range);
        unit_check(strcmp(text, cases[i].range) == 0, "%s of %" PRId64 " is %s (%d), not %s",
                   cases[i].text, cases[i].limit, text, (int)resolution, cases[i].range);
    }
    unit_end();
}

static void what_cannot_be_resolved_is_reported(void **context) {
    static const struct {
        const char *text;
        int64_t limit;
        enum threshold_resolution expected;
    } cases[] = {
        {"10%", 0, THRESHOLD_NEEDS_LIMIT},
        {"0%", -1, THRESHOLD_NEEDS_LIMIT},
        {"~:10%", 0, THRESHOLD_NEEDS_LIMIT},
        {"10%:5", 0, THRESHOLD_NEEDS_LIMIT},
        {"@5:10%", 0, THRESHOLD_NEEDS_LIMIT},
        {"6:10%", 50, THRESHOLD_REVERSED},
        {"5:10%", 49, THRESHOLD_REVERSED}, /* 5 to 4.9 */
        {"10%:4", 41, THRESHOLD_REVERSED}, /* 4.1 to 4 */
        {"@100%:4799", 4800, THRESHOLD_REVERSED},
        {"1000000000000:100%", BIG - 1, THRESHOLD_REVERSED},
        {"0.001%:0", 1, THRESHOLD_REVERSED},
        {"1:0%", 4800, THRESHOLD_REVERSED},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct range range;
        enum threshold_resolution got = resolve(cases[i].text, cases[i].limit, &range);
        unit_check(got == cases[i].expected, "%s of %" PRId64 " gives %d", cases[i].text,
                   cases[i].limit, (int)got);
    }
    unit_end();
}

/* ---- Nothing is rounded into or out of an alert ---- */

struct random_bound {
    char text[32];
    bool percent;
    int64_t value;
};

static struct random_bound random_bound(uint64_t *seed) {
    struct random_bound bound = {.percent = unit_random(seed) % 3 != 0};

    if (!bound.percent) {
        bound.value = unit_random_up_to(seed, BIG);
        snprintf(bound.text, sizeof bound.text, "%" PRId64, bound.value);
        return bound;
    }
    bound.value = (int64_t)(unit_random(seed) % 100001);
    snprintf(bound.text, sizeof bound.text, "%" PRId64 ".%03" PRId64 "%%", bound.value / 1000,
             bound.value % 1000);
    return bound;
}

/* A bound in hundred thousandths of a call: exact. */
static int64_t scaled(const struct random_bound *bound, int64_t limit) {
    return bound->value * (bound->percent ? limit : 100000);
}

static void check_values_around(const struct range *range, const char *text, int64_t start,
                                int64_t end, int64_t around) {
    for (int64_t value = around / 100000 - 2; value <= around / 100000 + 2; value++) {
        bool contained = value * 100000 >= start && value * 100000 <= end;
        unit_check(range_alerts(range, value) == (contained == (text[0] == '@')), "%s at %" PRId64,
                   text, value);
    }
}

static void percentages_are_compared_in_integers(void **context) {
    uint64_t seed = 42;

    (void)context;
    for (int round = 0; round < 100000; round++) {
        struct random_bound first = random_bound(&seed);
        struct random_bound second = random_bound(&seed);
        int64_t limit = 1 + unit_random_up_to(&seed, BIG - 1);
        bool minimum = round % 4 == 0;
        bool one_unit = first.percent == second.percent;
        int64_t start = scaled(&first, limit);
        int64_t end = minimum ? INT64_MAX : scaled(&second, limit);
        struct range range;
        char text[80];

        if (!minimum && one_unit && first.value > second.value)
            continue;
        snprintf(text, sizeof text, "%s%s%s%s", round % 4 == 1 ? "@" : "", first.text,
                 minimum ? "" : ":", minimum ? "" : second.text);
        enum threshold_resolution resolution = resolve(text, limit, &range);
        bool reversed = !one_unit && start > end;
        unit_check(resolution == (reversed ? THRESHOLD_REVERSED : THRESHOLD_RESOLVED),
                   "%s of %" PRId64 " gives %d", text, limit, (int)resolution);
        if (resolution != THRESHOLD_RESOLVED)
            continue;
        check_values_around(&range, text, start, end, start);
        if (!minimum)
            check_values_around(&range, text, start, end, end);
    }
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(thresholds_are_read_as_documented),
    cmocka_unit_test(other_thresholds_are_refused),
    cmocka_unit_test(thresholds_resolve_to_the_range_that_alerts_alike),
    cmocka_unit_test(what_cannot_be_resolved_is_reported),
    cmocka_unit_test(percentages_are_compared_in_integers),
};

UNIT_MAIN(tests)
