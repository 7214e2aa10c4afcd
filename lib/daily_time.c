/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "daily_time.h"

#include <time.h>

enum { MINUTE_MS = 60 * 1000, HOUR_MINUTES = 60, DAY_MINUTES = 24 * HOUR_MINUTES };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* HH:MM in minutes, or -1. Stops at the first character that does not fit, hence also at a NUL. */
static int parse_minutes(const char *text) {
    if (!is_digit(text[0]) || !is_digit(text[1]) || text[2] != ':' || text[3] < '0' ||
        text[3] > '5' || !is_digit(text[4]))
        return -1;
    return ((text[0] - '0') * 10 + text[1] - '0') * HOUR_MINUTES + (text[3] - '0') * 10 + text[4] -
           '0';
}

static int parse_offset(const char *text, int *minutes) {
    const int max = 14 * HOUR_MINUTES;

    *minutes = 0;
    if (text[0] == 'Z')
        return text[1] == '\0' ? 0 : -1;
    if (text[0] != '+' && text[0] != '-')
        return -1;
    int magnitude = parse_minutes(text + 1);
    if (magnitude < 0 || magnitude > max || text[6] != '\0')
        return -1;
    *minutes = text[0] == '-' ? -magnitude : magnitude;
    return 0;
}

int daily_time_parse(const char *text, struct daily_time *time) {
    int minutes = parse_minutes(text);

    if (minutes < 0 || minutes >= DAY_MINUTES)
        return -1;
    *time = (struct daily_time){.minutes = minutes, .is_local = text[5] == '\0'};
    return time->is_local ? 0 : parse_offset(text + 5, &time->offset_minutes);
}

static int64_t next_by_offset(const struct daily_time *time, int64_t after_ms) {
    /* One such moment before the Epoch, so that the division below rounds down. */
    int64_t first = time->minutes - time->offset_minutes - 2 * DAY_MINUTES;
    int64_t days = (after_ms / MINUTE_MS - first) / DAY_MINUTES;

    return (first + (days + 1) * DAY_MINUTES) * MINUTE_MS;
}

/* Begins with the day before, because a time that a change of the clock at midnight skips may
 * become one of the next day. Where the C library cannot calculate, the time is UTC. */
static int64_t next_by_zone(const struct daily_time *time, int64_t after_ms) {
    const time_t after = (time_t)(after_ms / 1000);
    struct tm today;

    tzset();
    if (localtime_r(&after, &today) == NULL)
        return next_by_offset(time, after_ms);
    for (int day = -1; day <= 2; day++) {
        struct tm moment = {
            .tm_year = today.tm_year,
            .tm_mon = today.tm_mon,
            .tm_mday = today.tm_mday + day,
            .tm_hour = time->minutes / HOUR_MINUTES,
            .tm_min = time->minutes % HOUR_MINUTES,
            .tm_isdst = -1,
        };
        int64_t moment_ms = (int64_t)mktime(&moment) * 1000;
        if (moment_ms > after_ms)
            return moment_ms;
    }
    return next_by_offset(time, after_ms);
}

int64_t daily_time_next_ms(const struct daily_time *time, int64_t after_ms) {
    return time->is_local ? next_by_zone(time, after_ms) : next_by_offset(time, after_ms);
}
