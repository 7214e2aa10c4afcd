/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "number.h"
#include "unit.h"

#include <inttypes.h>

#define REFUSED INT64_MIN

static void whole_numbers_are_read_strictly(void **context) {
    static const struct {
        const char *text;
        int64_t max;
        int64_t expected;
    } cases[] = {
        {"0", NUMBER_MAX, 0},
        {"1", NUMBER_MAX, 1},
        {"9", NUMBER_MAX, 9},
        {"10", NUMBER_MAX, 10},
        {"4800", NUMBER_MAX, 4800},
        {"9007199254740991", NUMBER_MAX, INT64_C(9007199254740991)},
        {"9007199254740992", NUMBER_MAX, INT64_C(9007199254740992)},
        {"9007199254740993", NUMBER_MAX, REFUSED},
        {"9999999999999999", NUMBER_MAX, REFUSED},
        {"9223372036854775807", NUMBER_MAX, REFUSED},
        {"9223372036854775808", NUMBER_MAX, REFUSED},
        {"18446744073709551616", NUMBER_MAX, REFUSED}, /* 0 in 64 bits */
        {"18446744073709551617", NUMBER_MAX, REFUSED},
        {"99999999999999999999999999999999999999999999", NUMBER_MAX, REFUSED},
        {"65535", 65535, 65535},
        {"65536", 65535, REFUSED},
        {"0", 0, 0},
        {"1", 0, REFUSED},
        {"3600", 3600, 3600},
        {"3601", 3600, REFUSED},
        {"", NUMBER_MAX, REFUSED},
        {"00", NUMBER_MAX, REFUSED},
        {"01", NUMBER_MAX, REFUSED},
        {"04", NUMBER_MAX, REFUSED},
        {"007", NUMBER_MAX, REFUSED},
        {"+1", NUMBER_MAX, REFUSED},
        {"-1", NUMBER_MAX, REFUSED},
        {"-0", NUMBER_MAX, REFUSED},
        {" 1", NUMBER_MAX, REFUSED},
        {"1 ", NUMBER_MAX, REFUSED},
        {"1\n", NUMBER_MAX, REFUSED},
        {"\t1", NUMBER_MAX, REFUSED},
        {"1.0", NUMBER_MAX, REFUSED},
        {"1.", NUMBER_MAX, REFUSED},
        {".1", NUMBER_MAX, REFUSED},
        {"1e3", NUMBER_MAX, REFUSED},
        {"1E3", NUMBER_MAX, REFUSED},
        {"0x10", NUMBER_MAX, REFUSED},
        {"1,000", NUMBER_MAX, REFUSED},
        {"1_000", NUMBER_MAX, REFUSED},
        {"1k", NUMBER_MAX, REFUSED},
        {"12abc", NUMBER_MAX, REFUSED},
        {"abc", NUMBER_MAX, REFUSED},
        {"nan", NUMBER_MAX, REFUSED},
        {"inf", NUMBER_MAX, REFUSED},
        {"1/", NUMBER_MAX, REFUSED}, /* the neighbours of the digits */
        {"1:", NUMBER_MAX, REFUSED},
        {"\xD9\xA1", NUMBER_MAX, REFUSED}, /* an Arabic digit */
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        int64_t value = -7;
        int result = number_parse(cases[i].text, strlen(cases[i].text), cases[i].max, &value);
        unit_check(result == (cases[i].expected == REFUSED ? -1 : 0) &&
                       (result != 0 || value == cases[i].expected),
                   "'%s' up to %" PRId64 " gives %d, %" PRId64, unit_show_text(cases[i].text).text,
                   cases[i].max, result, value);
    }
    unit_end();
}

static void no_byte_beyond_the_length_counts(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
        int64_t expected;
    } cases[] = {{"123", 2, 12},         {"12%", 2, 12},     {"12", 0, REFUSED},
                 {"1\0002", 3, REFUSED}, {"\0", 1, REFUSED}, {"480:", 3, 480}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        int64_t value = 0;
        int result = number_parse(cases[i].bytes, cases[i].length, NUMBER_MAX, &value);
        unit_check(result == (cases[i].expected == REFUSED ? -1 : 0) &&
                       (result != 0 || value == cases[i].expected),
                   "'%s'", unit_show(cases[i].bytes, cases[i].length).text);
    }
    unit_end();
}

static void json_numbers_count_where_their_exact_value_is_whole(void **context) {
    static const struct {
        const char *text;
        int64_t expected;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"0.0", 0},
        {"-0.0", 0},
        {"0e0", 0},
        {"0e999999999999999999999", 0},
        {"0.000e-99999999999999999999", 0},
        {"4799", 4799},
        {"-4799", -4799},
        {"4799.0", 4799},
        {"4799.000000000000000000000000000000", 4799},
        {"-5.0", -5},
        {"4.799e3", 4799},
        {"4.799E3", 4799},
        {"4.799e+3", 4799},
        {"4.799e03", 4799},
        {"4799e0", 4799},
        {"4799e-0", 4799},
        {"479900e-2", 4799},
        {"0.04799e5", 4799},
        {"47990.0e-1", 4799},
        {"1e3", 1000},
        {"1e15", INT64_C(1000000000000000)},
        {"9e15", INT64_C(9000000000000000)},
        {"9007199254740992", INT64_C(9007199254740992)},
        {"9007199254740992.0", INT64_C(9007199254740992)},
        {"9.007199254740992e15", INT64_C(9007199254740992)},
        {"90071992547409920000e-4", INT64_C(9007199254740992)},
        {"-9007199254740992", -INT64_C(9007199254740992)},
        {"0.000000000000000000000000000001e30", 1},
        {"1000000000000000000000000000000e-30", 1},
        {"9007199254740993", REFUSED},
        {"9007199254740993.0", REFUSED},
        {"9007199254740992.5", REFUSED},
        {"-9007199254740993", REFUSED},
        {"9.007199254740993e15", REFUSED},
        {"1e16", REFUSED},
        {"1e19", REFUSED},
        {"1e20", REFUSED},
        {"1e400", REFUSED},
        {"-1e400", REFUSED},
        {"1e-400", REFUSED},
        {"1e9223372036854775807", REFUSED},
        {"1e18446744073709551617", REFUSED},
        {"1e-18446744073709551615", REFUSED},
        {"1e4294967297", REFUSED},
        {"18446744073709551616", REFUSED},
        {"18446744073709551617.0", REFUSED},
        {"0.5", REFUSED},
        {"4799.5", REFUSED},
        {"4799.00000000000000000000000000000001", REFUSED},
        {"0.99999999999999999999", REFUSED},
        {"0.9999999999999999999999999999999999e0", REFUSED},
        {"1e-1", REFUSED},
        {"15e-1", REFUSED},
        {"4.7995e3", REFUSED},
        {"", REFUSED},
        {"-", REFUSED},
        {"e5", REFUSED},
        {"1e", REFUSED},
        {"1e+", REFUSED},
        {"1e-", REFUSED},
        {"1e+-1", REFUSED},
        {"1e1.0", REFUSED},
        {"1e1e1", REFUSED},
        {"--1", REFUSED},
        {"+1", REFUSED},
        {" 1", REFUSED},
        {"1 ", REFUSED},
        {".5", REFUSED},
        {"1.2.3", REFUSED},
        {"1.0.0", REFUSED},
        {"1,0", REFUSED},
        {"0x10", REFUSED},
        {"12abc", REFUSED},
        {"NaN", REFUSED},
        {"Infinity", REFUSED},
        {"-Infinity", REFUSED},
        {"true", REFUSED},
        {"null", REFUSED},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        int64_t value = -7;
        int result = number_parse_json(cases[i].text, &value);
        unit_check(result == (cases[i].expected == REFUSED ? -1 : 0) &&
                       (result != 0 || value == cases[i].expected),
                   "'%s' gives %d, %" PRId64, cases[i].text, result, value);
    }
    unit_end();
}

/* Writes a number in a random one of the ways JSON has for it, and expects it back. */
static void json_numbers_are_exact_in_every_way_of_writing(void **context) {
    uint64_t seed = 20240607;

    (void)context;
    for (int round = 0; round < 100000; round++) {
        int64_t number = unit_random_up_to(&seed, NUMBER_MAX + 8);
        int shift = (int)(unit_random(&seed) % 21);
        bool fraction = unit_random(&seed) % 4 == 0; /* half a unit of the last digit too much */
        bool negative = unit_random(&seed) % 2 == 0;
        char digits[32];
        char text[128];
        int64_t value = -7;

        snprintf(digits, sizeof digits, "%" PRId64, number);
        int whole = (int)strlen(digits);
        int point = shift < whole ? whole - shift : 0; /* digits before the point */
        if (point > 0)
            snprintf(text, sizeof text, "%s%.*s.%s%se%d", negative ? "-" : "", point, digits,
                     digits + point, fraction ? "5" : "0", shift);
        else
            snprintf(text, sizeof text, "%s0.%.*s%s%se%d", negative ? "-" : "", shift - whole,
                     "00000000000000000000", digits, fraction ? "5" : "0", shift);
        bool usable = number <= NUMBER_MAX && !fraction;
        int result = number_parse_json(text, &value);
        unit_check(result == (usable ? 0 : -1) &&
                       (result != 0 || value == (negative ? -number : number)),
                   "'%s' gives %d, %" PRId64, text, result, value);
    }
    unit_end();
}

static void numbers_are_written_without_superfluous_zeros(void **context) {
    static const struct {
        int64_t value;
        unsigned int decimals;
        const char *expected;
    } cases[] = {
        {0, 0, "0"},
        {0, 2, "0"},
        {0, 3, "0"},
        {7, 0, "7"},
        {10, 0, "10"},
        {4800, 0, "4800"},
        {-5, 0, "-5"},
        {3, 2, "0.03"},
        {30, 2, "0.3"},
        {100, 2, "1"},
        {101, 2, "1.01"},
        {110, 2, "1.1"},
        {208, 2, "2.08"},
        {9997, 2, "99.97"},
        {10000, 2, "100"},
        {8000, 2, "80"},
        {213, 3, "0.213"},
        {200, 3, "0.2"},
        {1, 3, "0.001"},
        {10000, 3, "10"},
        {10010, 3, "10.01"},
        {-3, 2, "-0.03"},
        {-150, 2, "-1.5"},
        {-100, 2, "-1"},
        {NUMBER_MAX, 0, "9007199254740992"},
        {-NUMBER_MAX, 0, "-9007199254740992"},
        {NUMBER_MAX, 3, "9007199254740.992"},
        {INT64_MAX, 0, "9223372036854775807"},
        {INT64_MAX, 2, "92233720368547758.07"},
        {INT64_MIN, 0, "-9223372036854775808"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[NUMBER_SIZE];
        number_format(text, cases[i].value, cases[i].decimals);
        unit_check(strcmp(text, cases[i].expected) == 0, "%" PRId64 " / 10^%u is '%s', not '%s'",
                   cases[i].value, cases[i].decimals, text, cases[i].expected);
    }
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(whole_numbers_are_read_strictly),
    cmocka_unit_test(no_byte_beyond_the_length_counts),
    cmocka_unit_test(json_numbers_count_where_their_exact_value_is_whole),
    cmocka_unit_test(json_numbers_are_exact_in_every_way_of_writing),
    cmocka_unit_test(numbers_are_written_without_superfluous_zeros),
};

UNIT_MAIN(tests)
