/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "int128.h"
#include "number.h"
#include "threshold.h"
#include "unit.h"

#include <inttypes.h>

static void thresholds_are_read_as_documented(void **context) {
    static const struct {
        const char *text;
        bool minimum;
        bool inside;
        enum bound_unit start_unit;
        int64_t start;
        enum bound_unit end_unit;
        int64_t end;
    } cases[] = {
        {"480", true, false, BOUND_COUNT, 480, BOUND_OPEN, 0},
        {"480:", true, false, BOUND_COUNT, 480, BOUND_OPEN, 0},
        {"0", true, false, BOUND_COUNT, 0, BOUND_OPEN, 0},
        {"0:", true, false, BOUND_COUNT, 0, BOUND_OPEN, 0},
        {"9007199254740992", true, false, BOUND_COUNT, NUMBER_MAX, BOUND_OPEN, 0},
        {"10%", true, false, BOUND_PERCENT, 10000, BOUND_OPEN, 0},
        {"10%:", true, false, BOUND_PERCENT, 10000, BOUND_OPEN, 0},
        {"0%", true, false, BOUND_PERCENT, 0, BOUND_OPEN, 0},
        {"100%", true, false, BOUND_PERCENT, 100000, BOUND_OPEN, 0},
        {"100.0%", true, false, BOUND_PERCENT, 100000, BOUND_OPEN, 0},
        {"100.000%", true, false, BOUND_PERCENT, 100000, BOUND_OPEN, 0},
        {"99.999%", true, false, BOUND_PERCENT, 99999, BOUND_OPEN, 0},
        {"0.001%", true, false, BOUND_PERCENT, 1, BOUND_OPEN, 0},
        {"2.5%", true, false, BOUND_PERCENT, 2500, BOUND_OPEN, 0},
        {"2.05%", true, false, BOUND_PERCENT, 2050, BOUND_OPEN, 0},
        {"33.333%", true, false, BOUND_PERCENT, 33333, BOUND_OPEN, 0},
        {"10:20", false, false, BOUND_COUNT, 10, BOUND_COUNT, 20},
        {"10:10", false, false, BOUND_COUNT, 10, BOUND_COUNT, 10},
        {"0:9007199254740992", false, false, BOUND_COUNT, 0, BOUND_COUNT, NUMBER_MAX},
        {"10%:20%", false, false, BOUND_PERCENT, 10000, BOUND_PERCENT, 20000},
        {"10%:10%", false, false, BOUND_PERCENT, 10000, BOUND_PERCENT, 10000},
        {"5:20%", false, false, BOUND_COUNT, 5, BOUND_PERCENT, 20000},
        {"20%:5", false, false, BOUND_PERCENT, 20000, BOUND_COUNT, 5},
        {"9007199254740992:1%", false, false, BOUND_COUNT, NUMBER_MAX, BOUND_PERCENT, 1000},
        {":20", false, false, BOUND_COUNT, 0, BOUND_COUNT, 20},
        {":20%", false, false, BOUND_COUNT, 0, BOUND_PERCENT, 20000},
        {":0", false, false, BOUND_COUNT, 0, BOUND_COUNT, 0},
        {"~:20", false, false, BOUND_OPEN, 0, BOUND_COUNT, 20},
        {"~:0", false, false, BOUND_OPEN, 0, BOUND_COUNT, 0},
        {"~:20%", false, false, BOUND_OPEN, 0, BOUND_PERCENT, 20000},
        {"@10", false, true, BOUND_COUNT, 0, BOUND_COUNT, 10},
        {"@10%", false, true, BOUND_COUNT, 0, BOUND_PERCENT, 10000},
        {"@0", false, true, BOUND_COUNT, 0, BOUND_COUNT, 0},
        {"@10:20", false, true, BOUND_COUNT, 10, BOUND_COUNT, 20},
        {"@10%:20%", false, true, BOUND_PERCENT, 10000, BOUND_PERCENT, 20000},
        {"@0:5%", false, true, BOUND_COUNT, 0, BOUND_PERCENT, 5000},
        {"@~:5", false, true, BOUND_OPEN, 0, BOUND_COUNT, 5},
        {"@:5", false, true, BOUND_COUNT, 0, BOUND_COUNT, 5},
        {"@5:", false, true, BOUND_COUNT, 5, BOUND_OPEN, 0},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[64];
        struct threshold threshold;
        const char *reason = NULL;
        int result = threshold_parse(cases[i].text, &threshold, &reason);
        unit_check(result == 0, "'%s' is refused", cases[i].text);
        if (result != 0)
            continue;
        snprintf(text, sizeof text, "%s", cases[i].text);
        threshold.text = text;
        unit_check(threshold.inside == cases[i].inside, "'%s': inside", text);
        unit_check(
            threshold.start.unit == cases[i].start_unit &&
                (cases[i].start_unit == BOUND_OPEN || threshold.start.value == cases[i].start),
            "'%s': start is %" PRId64, text, threshold.start.value);
        unit_check(threshold.end.unit == cases[i].end_unit &&
                       (cases[i].end_unit == BOUND_OPEN || threshold.end.value == cases[i].end),
                   "'%s': end is %" PRId64, text, threshold.end.value);
        unit_check(threshold_is_minimum(&threshold) == cases[i].minimum, "'%s': minimum", text);
        const char *relation = cases[i].minimum ? "below" : cases[i].inside ? "inside" : "outside";
        unit_check(strcmp(threshold_relation(&threshold), relation) == 0, "'%s': %s", text,
                   threshold_relation(&threshold));
    }
    unit_end();
}

static void other_thresholds_are_refused(void **context) {
    static const char *const cases[] = {
        "",
        " ",
        "@",
        ":",
        "~:",
        "~",
        "@~",
        "@@5",
        "@@",
        "5@",
        "5:~",
        "~:~",
        "@5:~",
        "~5",
        "~5:",
        "5~:",
        "5:6:",
        "5:6:7",
        "::",
        "::5",
        "5::",
        ":5:",
        "%",
        "%:",
        ":%",
        "%%",
        "5%%",
        "@%",
        "~%:5",
        "-5",
        "-5:",
        "-5:5",
        "5:-5",
        "~:-5",
        "+5",
        "+5%",
        "-5%",
        "-0",
        " 5",
        "5 ",
        "5\n",
        "\t5",
        "5 %",
        "5 :",
        "5: 6",
        "05",
        "00",
        "05:",
        "5:06",
        "05%",
        "00%",
        "00.5%",
        "010%",
        "1e3",
        "1e3%",
        "0x10",
        "0x10%",
        "1.5",
        "1.0",
        "5.:",
        "1.5:",
        "5:6.0",
        ".5%",
        "5.%",
        ".%",
        "10.0001%",
        "10.0000%",
        "100.001%",
        "100.0001%",
        "101%",
        "1000%",
        "100.5%",
        "200%",
        "18446744073709551626%",
        "10.-1%",
        "10.+1%",
        "10. 1%",
        "10.1.1%",
        "10,5%",
        "1.5%5",
        "10%20",
        "9007199254740993",
        "9007199254740993:",
        "0:9007199254740993",
        "18446744073709551616",
        "18446744073709551617:",
        "99999999999999999999999",
        "nan",
        "NaN",
        "inf",
        "infinity",
        "Infinity%",
        "nan%",
        "abc",
        "5abc",
        "10%junk",
        "10%:20%junk",
        "junk10%",
        "20:10",
        "1:0",
        "9007199254740992:9007199254740991",
        "20%:10%",
        "10.001%:10%",
        "0.001%:0%",
        "@20:10",
        "@20%:10%",
        "5;",
        "5,6",
        "5-6",
        "5k",
        "5s",
        "5/6",
        "@5@",
        "\xC2\xA0"
        "5",
        "\xE2\x80\xAA"
        "5",
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct threshold threshold;
        const char *reason = NULL;
        int result = threshold_parse(cases[i], &threshold, &reason);
        unit_check(result == -1, "'%s' is taken", unit_show_text(cases[i]).text);
        unit_check(result != -1 || (reason != NULL && *reason != '\0'), "'%s' has no reason",
                   unit_show_text(cases[i]).text);
    }
    unit_end();
}

#define BIG NUMBER_MAX

static void thresholds_resolve_without_rounding_into_or_out_of_an_alert(void **context) {
    static const struct {
        const char *text;
        int64_t limit;
        const char *range; /* NULL: only the values count */
        int64_t quiet;     /* the next value that does not alert */
        int64_t loud;      /* the next one that does */
    } cases[] = {
        {"480", 4800, "480:", 480, 479},
        {"480", 0, "480:", 480, 479},
        {"480", -1, "480:", 480, 479},
        {"5000", 4800, "5000:", 5000, 4999},
        {"0", 4800, "0:", 0, -1},
        {"20%", 4800, "960:", 960, 959},
        {"10%", 4800, "480:", 480, 479},
        {"0%", 4800, "0:", 0, -1},
        {"100%", 4800, "4800:", 4800, 4799},
        {"0.001%", 4800, "1:", 1, 0}, /* less than 0.048 */
        {"99.999%", 4800, "4800:", 4800, 4799},
        {"33.333%", 4800, "1600:", 1600, 1599}, /* 1599.984 */
        {"10%", 7, "1:", 1, 0},                 /* 0.7 */
        {"50%", 7, "4:", 4, 3},                 /* 3.5 */
        {"10%", 1, "1:", 1, 0},
        {"100%", 1, "1:", 1, 0},
        {"10%", 9, "1:", 1, 0},
        {"10%", 10, "1:", 1, 0},
        {"10%", 11, "2:", 2, 1},
        {"~:10%", 4809, "~:480", 480, 481}, /* 480.9 */
        {"~:10%", 4810, "~:481", 481, 482},
        {":10%", 9, "0:0", 0, 1}, /* 0.9 */
        {"10%:20%", 4805, "481:961", 481, 480},
        {"10%:20%", 4805, "481:961", 961, 962},
        {"@10%:20%", 4805, "@481:961", 480, 481},
        {"@10%:20%", 4805, "@481:961", 962, 961},
        {"@10%", 4800, "@0:480", 481, 480},
        {"@10%", 4800, "@0:480", -1, 0},
        {"@0:5%", 100, "@0:5", 6, 5},
        {"5:10%", 50, "5:5", 5, 6},
        {"5:10%", 59, "5:5", 5, 4},
        {"10%:5", 41, "5:5", 5, 4}, /* 4.1 to 5 */
        {"10%:10%", 10, "1:1", 1, 0},
        {"10%:10%", 10, "1:1", 1, 2},
        {"100%", BIG, "9007199254740992:", BIG, BIG - 1},
        {"99.999%", BIG, "9007109182748445:", INT64_C(9007109182748445), INT64_C(9007109182748444)},
        {"0.001%", BIG, "90071992548:", INT64_C(90071992548), INT64_C(90071992547)},
        {"33.333%", BIG, NULL, INT64_C(3002369727582815), INT64_C(3002369727582814)},
        {"~:33.333%", BIG, NULL, INT64_C(3002369727582814), INT64_C(3002369727582815)},
        {"50%", BIG - 1, "4503599627370496:", INT64_C(4503599627370496), INT64_C(4503599627370495)},
        {"~:50%", BIG - 1, "~:4503599627370495", INT64_C(4503599627370495),
         INT64_C(4503599627370496)},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct threshold threshold;
        struct range range;
        const char *reason;
        char text[RANGE_SIZE];
        if (threshold_parse(cases[i].text, &threshold, &reason) != 0) {
            unit_check(false, "%s is refused", cases[i].text);
            continue;
        }
        if (threshold_resolve(&threshold, cases[i].limit, &range) != THRESHOLD_RESOLVED) {
            unit_check(false, "%s of %" PRId64 " is not resolved", cases[i].text, cases[i].limit);
            continue;
        }
        range_format(text, &range);
        unit_check(cases[i].range == NULL || strcmp(text, cases[i].range) == 0,
                   "%s of %" PRId64 " is %s, not %s", cases[i].text, cases[i].limit, text,
                   cases[i].range);
        unit_check(!range_alerts(&range, cases[i].quiet), "%s of %" PRId64 " alerts at %" PRId64,
                   cases[i].text, cases[i].limit, cases[i].quiet);
        unit_check(range_alerts(&range, cases[i].loud),
                   "%s of %" PRId64 " does not alert at %" PRId64, cases[i].text, cases[i].limit,
                   cases[i].loud);
    }
    unit_end();
}

static void what_cannot_be_resolved_is_told(void **context) {
    static const struct {
        const char *text;
        int64_t limit;
        enum threshold_resolution expected;
    } cases[] = {
        {"10%", 0, THRESHOLD_NEEDS_LIMIT},
        {"10%", -1, THRESHOLD_NEEDS_LIMIT},
        {"0%", 0, THRESHOLD_NEEDS_LIMIT},
        {"100%", 0, THRESHOLD_NEEDS_LIMIT},
        {"10%:", 0, THRESHOLD_NEEDS_LIMIT},
        {"~:10%", 0, THRESHOLD_NEEDS_LIMIT},
        {"5:10%", 0, THRESHOLD_NEEDS_LIMIT},
        {"10%:5", 0, THRESHOLD_NEEDS_LIMIT},
        {"10%:20%", 0, THRESHOLD_NEEDS_LIMIT},
        {"@10%", 0, THRESHOLD_NEEDS_LIMIT},
        {"@5:10%", 0, THRESHOLD_NEEDS_LIMIT},
        {"10%", 1, THRESHOLD_RESOLVED},
        {"5:10", 0, THRESHOLD_RESOLVED},
        {"~:10", 0, THRESHOLD_RESOLVED},
        {"@10", 0, THRESHOLD_RESOLVED},
        {"6:10%", 50, THRESHOLD_REVERSED},
        {"5:10%", 49, THRESHOLD_REVERSED}, /* 5 to 4.9 */
        {"5:10%", 50, THRESHOLD_RESOLVED},
        {"10%:4", 41, THRESHOLD_REVERSED}, /* 4.1 to 4 */
        {"10%:4", 40, THRESHOLD_RESOLVED},
        {"100%:4799", 4800, THRESHOLD_REVERSED},
        {"100%:4800", 4800, THRESHOLD_RESOLVED},
        {"@100%:4799", 4800, THRESHOLD_REVERSED},
        {"9007199254740992:100%", BIG, THRESHOLD_RESOLVED},
        {"9007199254740992:100%", BIG - 1, THRESHOLD_REVERSED},
        {"9007199254740992:99.999%", BIG, THRESHOLD_REVERSED},
        {"0.001%:0", 1, THRESHOLD_REVERSED},
        {"0%:0", 1, THRESHOLD_RESOLVED},
        {"1:0%", 4800, THRESHOLD_REVERSED},
        {"0:0%", 4800, THRESHOLD_RESOLVED},
        {":0%", 4800, THRESHOLD_RESOLVED},
        {"~:0%", 4800, THRESHOLD_RESOLVED},
        {"10.1%:10.2%", 10, THRESHOLD_RESOLVED}, /* no whole number between: always outside */
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct threshold threshold;
        struct range range;
        const char *reason;
        if (threshold_parse(cases[i].text, &threshold, &reason) != 0) {
            unit_check(false, "%s is refused", cases[i].text);
            continue;
        }
        enum threshold_resolution got = threshold_resolve(&threshold, cases[i].limit, &range);
        unit_check(got == cases[i].expected, "%s of %" PRId64 " gives %d", cases[i].text,
                   cases[i].limit, (int)got);
    }
    unit_end();
}

static void between_two_close_percentages_everything_is_outside(void **context) {
    static const char *const cases[] = {"10.1%:10.2%", "@10.1%:10.2%"};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct threshold threshold;
        struct range range;
        const char *reason;
        assert_int_equal(threshold_parse(cases[i], &threshold, &reason), 0);
        assert_int_equal(threshold_resolve(&threshold, 10, &range), THRESHOLD_RESOLVED);
        for (int64_t value = -1; value < 12; value++)
            unit_check(range_alerts(&range, value) == (cases[i][0] != '@'), "%s of 10 at %" PRId64,
                       cases[i], value);
    }
    unit_end();
}

/* ---- The same, against arithmetic of 128 bits ---- */

struct random_bound {
    char text[32];
    bool percent;
    int64_t value;
};

static struct random_bound random_bound(uint64_t *seed) {
    struct random_bound bound = {.percent = unit_random(seed) % 3 != 0};

    if (!bound.percent) {
        bound.value = unit_random_up_to(seed, WIDE_INPUT_MAX);
        snprintf(bound.text, sizeof bound.text, "%" PRId64, bound.value);
        return bound;
    }
    bound.value = (int64_t)(unit_random(seed) % 100001);
    snprintf(bound.text, sizeof bound.text, "%" PRId64 ".%03" PRId64 "%%", bound.value / 1000,
             bound.value % 1000);
    return bound;
}

/* A bound in hundred thousandths. */
static wide scaled(const struct random_bound *bound, int64_t limit) {
    return bound->percent ? (wide)limit * bound->value : (wide)bound->value * 100000;
}

static void check_values_around(const struct range *range, const char *text, int64_t limit,
                                wide start, wide end, bool inside, wide around) {
    for (int64_t step = -2; step <= 2; step++) {
        int64_t value = (int64_t)(around / 100000) + step;
        bool contained = value >= 0 && (wide)value * 100000 >= start && (wide)value * 100000 <= end;
        unit_check(range_alerts(range, value) == (contained == inside),
                   "%s of %" PRId64 " at %" PRId64, text, limit, value);
    }
}

static void percentages_are_compared_in_integers(void **context) {
    uint64_t seed = 42;

    (void)context;
    for (int round = 0; round < 100000; round++) {
        struct random_bound first = random_bound(&seed);
        struct random_bound second = random_bound(&seed);
        int64_t limit = 1 + unit_random_up_to(&seed, WIDE_INPUT_MAX - 1);
        unsigned int form = (unsigned int)(unit_random(&seed) % 4);
        bool inside = form == 3;
        bool minimum = form == 0;
        struct threshold threshold;
        struct range range;
        const char *reason;
        char text[80];
        wide start = scaled(&first, limit);
        wide end = minimum ? (wide)WIDE_INPUT_MAX * 200000 : scaled(&second, limit);

        snprintf(text, sizeof text, "%s%s%s%s", inside ? "@" : "", first.text, minimum ? "" : ":",
                 minimum ? "" : second.text);
        bool one_unit = first.percent == second.percent;
        bool refused = !minimum && one_unit && first.value > second.value;
        int result = threshold_parse(text, &threshold, &reason);
        unit_check(result == (refused ? -1 : 0), "%s is read as %d", text, result);
        if (result != 0)
            continue;
        bool reversed = !minimum && !one_unit && start > end;
        enum threshold_resolution resolution = threshold_resolve(&threshold, limit, &range);
        unit_check(resolution == (reversed ? THRESHOLD_REVERSED : THRESHOLD_RESOLVED),
                   "%s of %" PRId64 " gives %d", text, limit, (int)resolution);
        if (resolution != THRESHOLD_RESOLVED)
            continue;
        check_values_around(&range, text, limit, start, end, inside, start);
        if (!minimum)
            check_values_around(&range, text, limit, start, end, inside, end);
    }
    unit_end();
}

static void no_threshold_is_no_minimum(void **context) {
    const struct threshold none = {.text = NULL};

    (void)context;
    assert_false(threshold_is_minimum(&none));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(thresholds_are_read_as_documented),
    cmocka_unit_test(other_thresholds_are_refused),
    cmocka_unit_test(thresholds_resolve_without_rounding_into_or_out_of_an_alert),
    cmocka_unit_test(what_cannot_be_resolved_is_told),
    cmocka_unit_test(between_two_close_percentages_everything_is_outside),
    cmocka_unit_test(percentages_are_compared_in_integers),
    cmocka_unit_test(no_threshold_is_no_minimum),
};

UNIT_MAIN(tests)
