/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole numbers as people write them, strictly: 0 or [1-9][0-9]*; no sign, no white space, no
 * leading zero, nothing behind. */

/* The largest count. Below it every reader of perfdata (most use doubles) counts by one, and the
 * product of a count and a percentage, or of a count and the seconds of a day, fits in 64 bits. */
#define NUMBER_MAX INT64_C(1000000000000)

/* Takes `length` bytes. Gives 0 and sets *value where they are a whole number from 0 to `max` (at
 * most 10^17), else -1. */
int number_parse(const char *text, size_t length, int64_t max, int64_t *value);

/* Takes a number that json-c has read, with fraction and exponent. Gives 0 and sets *value where it
 * is whole and at most NUMBER_MAX from 0, else -1. */
int number_parse_json(const char *text, int64_t *value);

/* Writes value / 10^decimals with a point and without superfluous zeros at the end; a value with a
 * fraction is not below 0. */
#define NUMBER_SIZE 32
void number_format(char text[NUMBER_SIZE], int64_t value, unsigned int decimals);

/* The decimals with which a percentage is shown to people. */
enum { PERCENT_DECIMALS = 2 };

/* What `part` (from 0) is of `whole` (above 0), both at most NUMBER_MAX, in units of 10^-decimals
 * per cent, rounded up or down. part / whole * 10^(decimals + 2) must fit in 64 bits. */
int64_t number_percent(int64_t part, int64_t whole, unsigned int decimals, bool round_up);

/* How many decimals a percentage of `whole` needs so that one more always shows: at least two. */
unsigned int number_percent_decimals(int64_t whole);
