/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "number.h"

#include "characters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int number_parse(const char *text, size_t length, int64_t max, int64_t *value) {
    int64_t number = 0;

    if (length == 0 || (text[0] == '0' && length > 1))
        return -1;
    for (size_t i = 0; i < length; i++) {
        if (!character_is_digit(text[i]))
            return -1;
        number = number * 10 + (text[i] - '0');
        if (number > max)
            return -1;
    }
    *value = number;
    return 0;
}

/* The digits of a number from its first to its last that is not 0, its exponent left aside. */
static int count_significant_digits(const char *text) {
    int count = 0;
    int significant = 0;

    for (; *text != '\0' && *text != 'e' && *text != 'E'; text++) {
        if (!character_is_digit(*text))
            continue;
        count += count > 0 || *text != '0';
        if (*text != '0')
            significant = count;
    }
    return significant;
}

/* A whole number up to NUMBER_MAX has at most 13 significant digits. Numbers with that few are
 * different doubles where they differ, but for those that are too near to 0. */
int number_parse_json(const char *text, int64_t *value) {
    int digits = count_significant_digits(text);
    char *end;
    double number = strtod(text, &end);

    if (end == text || *end != '\0' || !(number >= -(double)NUMBER_MAX && number <= NUMBER_MAX) ||
        number != (double)(int64_t)number || digits > 13 || (number == 0 && digits > 0))
        return -1;
    *value = (int64_t)number;
    return 0;
}

void number_format(char text[NUMBER_SIZE], int64_t value, unsigned int decimals) {
    int64_t scale = 1;

    for (; decimals > 0 && value % 10 == 0; decimals--)
        value /= 10;
    for (unsigned int i = 0; i < decimals; i++)
        scale *= 10;
    int length = snprintf(text, NUMBER_SIZE, "%" PRId64, value / scale);
    if (decimals > 0)
        snprintf(text + length, NUMBER_SIZE - (size_t)length, ".%0*" PRId64, (int)decimals,
                 value % scale);
}

/* Digit by digit, because the product of a count and 10^12 does not fit in 64 bits. */
int64_t number_percent(int64_t part, int64_t whole, unsigned int decimals, bool round_up) {
    int64_t result = part / whole;
    int64_t rest = part % whole;

    for (unsigned int digit = 0; digit < decimals + 2; digit++) {
        result = result * 10 + rest * 10 / whole;
        rest = rest * 10 % whole;
    }
    return result + (round_up && rest > 0);
}

unsigned int number_percent_decimals(int64_t whole) {
    unsigned int decimals = PERCENT_DECIMALS;

    for (int64_t step = 10000; step < whole; step *= 10)
        decimals++;
    return decimals;
}
