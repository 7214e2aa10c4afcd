/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "daily_time.h"

#include "characters.h"

#include <time.h>

enum {
    MINUTE_MS = 60 * 1000,
    HOUR_MINUTES = 60,
    DAY_MINUTES = 24 * HOUR_MINUTES,
    OFFSET_MAX_MINUTES = 14 * HOUR_MINUTES
};

/* Whether the text is the pattern, in which 0 stands for any digit. */
static bool fits(const char *text, const char *pattern) {
    for (; *pattern != '\0'; text++, pattern++)
        if (*pattern == '0' ? !character_is_digit(*text) : *text != *pattern)
            return false;
    return *text == '\0';
}

static int two_digits(const char *text) {
    return (text[0] - '0') * 10 + text[1] - '0';
}

int daily_time_parse(const char *text, struct daily_time *time) {
    bool is_local = fits(text, "00:00");
    bool has_offset = fits(text, "00:00+00:00") || fits(text, "00:00-00:00");

    if (!is_local && !has_offset && !fits(text, "00:00Z"))
        return -1;
    int hour = two_digits(text);
    int minute = two_digits(text + 3);
    int offset_minute = has_offset ? two_digits(text + 9) : 0;
    int offset = has_offset ? two_digits(text + 6) * HOUR_MINUTES + offset_minute : 0;
    if (hour > 23 || minute > 59 || offset_minute > 59 || offset > OFFSET_MAX_MINUTES)
        return -1;
    *time = (struct daily_time){
        .minutes = hour * HOUR_MINUTES + minute,
        .is_local = is_local,
        .offset_minutes = text[5] == '-' ? -offset : offset,
    };
    return 0;
}

static int64_t next_by_offset(const struct daily_time *time, int64_t after_ms) {
    /* One such moment before the Epoch, so that the division below rounds down. */
    int64_t first = time->minutes - time->offset_minutes - 2 * DAY_MINUTES;
    int64_t days = (after_ms / MINUTE_MS - first) / DAY_MINUTES;

    return (first + (days + 1) * DAY_MINUTES) * MINUTE_MS;
}

/* Of a local time the search begins with the day before, because a time that a change of the clock
 * at midnight skips may become one of the next day. Where the C library cannot calculate, the time
 * is UTC. */
int64_t daily_time_next_ms(const struct daily_time *time, int64_t after_ms) {
    const time_t after = (time_t)(after_ms / 1000);
    struct tm today;

    if (time->is_local)
        tzset();
    if (!time->is_local || localtime_r(&after, &today) == NULL)
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
