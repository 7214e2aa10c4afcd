/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "number.h"
#include "unit.h"

#include <inttypes.h>

UNIT_TEST(whole_numbers_are_read_strictly) {
    static const struct {
        const char *text;
        int64_t max;
        int64_t expected; /* -1: it is refused */
    } cases[] = {
        {"0", 0, 0},
        {"1", 0, -1},
        {"65535", 65535, 65535},
        {"65536", 65535, -1},
        {"1000000000000", NUMBER_MAX, NUMBER_MAX},
        {"1000000000001", NUMBER_MAX, -1},
        {"100000000000000000", INT64_C(100000000000000000), INT64_C(100000000000000000)},
        {"9223372036854775808", INT64_C(100000000000000000), -1},
        {"18446744073709551617", NUMBER_MAX, -1}, /* 1 in 64 bits */
    };
    /* With the neighbours of ASCII digits and an Arabic digit. */
    static const char *const refused[] = {"",     "00",    "01",    "+1", "-1", "-0",
                                          " 1",   "1 ",    "1\n",   "1.", ".1", "1e3",
                                          "0x10", "1,000", "12abc", "1/", "1:", "\xD9\xA1"};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        int64_t value = -1;
        int result = number_parse(cases[i].text, strlen(cases[i].text), cases[i].max, &value);
        unit_check(result == (cases[i].expected < 0 ? -1 : 0) && value == cases[i].expected,
                   "'%s' gives %d, %" PRId64, cases[i].text, result, value);
    }
    for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
        int64_t value;
        unit_check(number_parse(refused[i], strlen(refused[i]), NUMBER_MAX, &value) == -1,
                   "'%s' is accepted", unit_show_text(refused[i]).text);
    }
}

UNIT_TEST(no_byte_beyond_the_length_counts) {
    int64_t value;

    assert_int_equal(number_parse("480:", 3, NUMBER_MAX, &value), 0);
    assert_int_equal(value, 480);
    assert_int_equal(number_parse("1\0002", 3, NUMBER_MAX, &value), -1);
    assert_int_equal(number_parse("12", 0, NUMBER_MAX, &value), -1);
}

UNIT_TEST(json_numbers_count_where_their_exact_value_is_whole) {
    static const struct {
        const char *text;
        int64_t expected;
    } cases[] = {
        {"-0.0", 0},
        {"0e999999999999999999999", 0},
        {"0.000e-99999999999999999999", 0},
        {"-4799", -4799},
        {"4799.000000000000000000000000000000", 4799},
        {"4.799E+03", 4799},
        {"479900e-2", 4799},
        {"0.04799e5", 4799},
        {"1e12", NUMBER_MAX},
        {"-1000000000000.0", -NUMBER_MAX},
        {"10000000000000000e-4", NUMBER_MAX},
        {"0.000000000000000000000000000001e30", 1},
        {"1000000000000000000000000000000e-30", 1},
    };
    static const char *const refused[] = {
        /* too large */
        "1000000000001", "-1000000000001", "1000000000000.5", "1.000000000001e12", "1e13",
        "1e9223372036854775807", "1e18446744073709551617", "1e4294967297",
        /* not whole */
        "0.5", "4799.00000000000000000000000000000001", "0.99999999999999999999", "15e-1",
        "4.7995e3", "1e-400", "4799.00000000000000000001e0", "47990000000000000000000001e-22",
        "999999999999.99999999e0", "1.0000000000000000000001e12", "1e-400",
        "1e-18446744073709551615",
        /* no number */
        "", "-", "1 ", "1,0", "12abc", "NaN", "-Infinity", "true", "null", "[1]", "{}"};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        int64_t value = -7;
        int result = number_parse_json(cases[i].text, &value);
        unit_check(result == 0 && value == cases[i].expected, "'%s' gives %d, %" PRId64,
                   cases[i].text, result, value);
    }
    for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
        int64_t value;
        unit_check(number_parse_json(refused[i], &value) == -1, "'%s' is accepted", refused[i]);
    }
}

UNIT_TEST(numbers_are_written_without_superfluous_zeros) {
    static const struct {
        int64_t value;
        unsigned int decimals;
        const char *expected;
    } cases[] = {
        {0, 0, "0"},
        {0, 3, "0"},
        {-5, 0, "-5"},
        {3, 2, "0.03"},
        {100, 2, "1"},
        {9997, 2, "99.97"},
        {10000, 2, "100"},
        {10010, 3, "10.01"},
        {1, 10, "0.0000000001"},
        {NUMBER_MAX, 10, "100"},
        {INT64_MAX, 2, "92233720368547758.07"},
        {INT64_MIN, 0, "-9223372036854775808"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[NUMBER_SIZE];
        number_format(text, cases[i].value, cases[i].decimals);
        unit_check(strcmp(text, cases[i].expected) == 0, "%" PRId64 " / 10^%u is '%s', not '%s'",
                   cases[i].value, cases[i].decimals, text, cases[i].expected);
    }
}

/* ---- Percentages ---- */

UNIT_TEST(percentages_are_rounded_as_asked) {
    static const struct {
        int64_t part;
        int64_t whole;
        unsigned int decimals;
        int64_t down;
        int64_t up;
    } cases[] = {
        {0, 7, 2, 0, 0},
        {1, 3, 2, 3333, 3334},
        {1, 3, 0, 33, 34},
        {1, 4800, 2, 2, 3},
        {6527, 1000000, 4, 6527, 6527},
        {1, NUMBER_MAX, 10, 1, 1},
        {1, NUMBER_MAX, 2, 0, 1},
        {NUMBER_MAX - 2, NUMBER_MAX - 1, 10, INT64_C(999999999998), INT64_C(999999999999)},
        {NUMBER_MAX, 1, 2, NUMBER_MAX * 10000, NUMBER_MAX * 10000},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        int64_t down = number_percent(cases[i].part, cases[i].whole, cases[i].decimals, false);
        int64_t up = number_percent(cases[i].part, cases[i].whole, cases[i].decimals, true);
        unit_check(down == cases[i].down && up == cases[i].up,
                   "%" PRId64 " of %" PRId64 ": %" PRId64 ", %" PRId64, cases[i].part,
                   cases[i].whole, down, up);
    }
}

/* As few decimals as do: two, or so many that a step is at most one of the whole. */
UNIT_TEST(one_more_always_shows) {
    static const struct {
        int64_t whole;
        unsigned int decimals;
    } cases[] = {{1, 2},       {4800, 2},    {10000, 2},           {10001, 3},      {100000, 3},
                 {1000000, 4}, {1000001, 5}, {NUMBER_MAX - 1, 10}, {NUMBER_MAX, 10}};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        unit_check(number_percent_decimals(cases[i].whole) == cases[i].decimals, "%" PRId64 ": %u",
                   cases[i].whole, number_percent_decimals(cases[i].whole));
}
