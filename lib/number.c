/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

int number_parse(const char *text, size_t length, int64_t max, int64_t *value) {
    int64_t number = 0;

    if (length == 0 || (text[0] == '0' && length > 1))
        return -1;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return -1;
        number = number * 10 + (text[i] - '0');
        if (number > max)
            return -1;
    }
    *value = number;
    return 0;
}

/* The exponent of a decimal number, from behind its "e"; capped far beyond what can matter. */
static int parse_exponent(const char *text, long *exponent) {
    const long cap = 10000000;
    int negative = *text == '-';

    if (*text == '-' || *text == '+')
        text++;
    if (!is_digit(*text))
        return -1;
    for (*exponent = 0; is_digit(*text); text++)
        *exponent = *exponent > cap ? cap : *exponent * 10 + (*text - '0');
    if (negative)
        *exponent = -*exponent;
    return *text == '\0' ? 0 : -1;
}

int number_parse_json(const char *text, int64_t *value) {
    int negative = *text == '-';
    const char *digits = text + negative;
    size_t length = strcspn(digits, "eE");
    const char *point = memchr(digits, '.', length);
    long exponent = 0;
    int64_t number = 0;

    if (digits[length] != '\0' && parse_exponent(digits + length + 1, &exponent) != 0)
        return -1;
    if (!is_digit(*digits))
        return -1;
    /* The place of a digit is the power of ten that it counts: a place below 0 is a fraction. */
    long place = exponent + (point != NULL ? (long)(point - digits) : (long)length) - 1;
    for (size_t i = 0; i < length; i++) {
        if (digits + i == point)
            continue;
        if (!is_digit(digits[i]) || (place < 0 && digits[i] != '0'))
            return -1;
        if (place >= 0)
            number = number * 10 + (digits[i] - '0');
        if (number > NUMBER_MAX)
            return -1;
        place--;
    }
    for (; place >= 0 && number != 0; place--) {
        number *= 10;
        if (number > NUMBER_MAX)
            return -1;
    }
    *value = negative ? -number : number;
    return 0;
}

void number_format(char text[NUMBER_SIZE], int64_t value, unsigned int decimals) {
    int64_t scale = 1;

    for (; decimals > 0 && value % 10 == 0; decimals--)
        value /= 10;
    for (unsigned int i = 0; i < decimals; i++)
        scale *= 10;
    if (decimals == 0)
        snprintf(text, NUMBER_SIZE, "%" PRId64, value);
    else
        snprintf(text, NUMBER_SIZE, "%s%" PRId64 ".%0*" PRId64, value < 0 ? "-" : "",
                 value < 0 ? -(value / scale) : value / scale, (int)decimals,
                 value < 0 ? -(value % scale) : value % scale);
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
