/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NUMBER_H
#define NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Whole numbers as people write them, strictly: 0 or [1-9][0-9]*; no sign, no white space, no
 * leading zero, nothing behind. 2^53 is the largest whole number up to which every reader of
 * perfdata (most use doubles) still counts by one. */
#define NUMBER_MAX INT64_C(9007199254740992)

/* Takes `length` bytes. Gives 0 and sets *value where they are a whole number from 0 to `max`
 * (at most NUMBER_MAX), else -1. */
int number_parse(const char *text, size_t length, int64_t max, int64_t *value);

/* Takes a number as JSON writes it, with fraction and exponent: [-]digits[.digits][e[+-]digits].
 * Gives 0 and sets *value where its exact value is whole and at most NUMBER_MAX from 0, else -1. */
int number_parse_json(const char *text, int64_t *value);

/* Writes value / 10^decimals with a point and without superfluous zeros at the end. */
#define NUMBER_SIZE 32
void number_format(char text[NUMBER_SIZE], int64_t value, unsigned int decimals);

#endif
