/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "daily_time.h"
#include "unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

/* As rules, because a machine that only builds may know no names of zones. */
#define NEW_YORK "EST5EDT,M3.2.0,M11.1.0"
#define SANTIAGO "<-04>4<-03>,M9.1.6/24,M4.1.6/24"

enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, DAY_S = 24 * HOUR_S };

UNIT_TEST(times_are_read_as_documented) {
    static const struct {
        const char *text;
        struct daily_time expected;
    } cases[] = {
        {"00:00", {0, true, 0}},
        {"23:59", {1439, true, 0}},
        {"00:00Z", {0, false, 0}},
        {"12:30-00:00", {750, false, 0}},
        {"00:00-05:00", {0, false, -300}},
        {"19:45+05:45", {1185, false, 345}},
        {"23:59+14:00", {1439, false, 840}},
        {"23:59-14:00", {1439, false, -840}},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct daily_time time = {-1, false, -1};
        const struct daily_time *expected = &cases[i].expected;
        unit_check(daily_time_parse(cases[i].text, &time) == 0 &&
                       time.minutes == expected->minutes && time.is_local == expected->is_local &&
                       time.offset_minutes == expected->offset_minutes,
                   "'%s' is minute %d, local %d, offset %d", cases[i].text, time.minutes,
                   time.is_local, time.offset_minutes);
    }
}

UNIT_TEST(other_times_are_refused) {
    /* clang-format off */
    static const char *const cases[] = {
        "", "00", "00:", "00:0", "0:00", "000:00", "24:00", "23:60", "-1:00", "+1:00", "a0:00",
        "00:0a", "00.00", "0000", "00:00:00", " 00:00", "00:00 ", "00:00z", "00:00ZZ", "00:00 Z",
        "00:00Z+1", "00:00+", "00:00-5", "00:00+05", "00:00+5:00", "00:00+05:0", "00:00+0500",
        "00:00+05:60", "00:00+14:01", "00:00-15:00", "00:00+05:00Z", "00:00--05:00", "00:00UTC",
        "00:00\n", "noon"};
    /* clang-format on */

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct daily_time time;
        unit_check(daily_time_parse(cases[i], &time) == -1, "'%s' is accepted",
                   unit_show_text(cases[i]).text);
    }
}

static void set_zone(const char *zone) {
    setenv("TZ", zone, 1);
    tzset();
}

/* 2026-07-24 00:00:00 UTC and 2026-01-15 12:00:00 UTC */
enum { JULY_S = 1784851200, JANUARY_S = 1768478400 };

UNIT_TEST(the_next_moment_is_found) {
    static const struct {
        const char *zone;
        const char *time;
        int64_t after_ms;
        int64_t expected_s;
    } cases[] = {
        {"UTC0", "00:00Z", JULY_S * INT64_C(1000), JULY_S + DAY_S},
        {"UTC0", "00:00Z", JULY_S * INT64_C(1000) - 1, JULY_S},
        {"UTC0", "00:00", JULY_S * INT64_C(1000), JULY_S + DAY_S},
        {"UTC0", "00:00", JULY_S * INT64_C(1000) - 1, JULY_S},
        {"UTC0", "23:59Z", JULY_S * INT64_C(1000), JULY_S + DAY_S - MINUTE_S},
        {"EST5EDT", "00:00-05:00", JULY_S * INT64_C(1000), JULY_S + 5 * HOUR_S},
        {"EST5EDT", "00:00+14:00", JULY_S * INT64_C(1000), JULY_S + 10 * HOUR_S},
        {"EST5EDT", "23:00-14:00", JULY_S * INT64_C(1000), JULY_S + 13 * HOUR_S},
        {"UTC0", "00:30Z", 0, 30 * MINUTE_S},
        {"UTC0", "00:00+14:00", 0, 10 * HOUR_S},
        {NEW_YORK, "00:00", JULY_S * INT64_C(1000), JULY_S + 4 * HOUR_S},
        {NEW_YORK, "08:00", JANUARY_S * INT64_C(1000), JANUARY_S + HOUR_S},
        {"<+0545>-5:45", "00:00", JULY_S * INT64_C(1000), JULY_S + 18 * HOUR_S + 15 * MINUTE_S},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct daily_time time;
        set_zone(cases[i].zone);
        assert_int_equal(daily_time_parse(cases[i].time, &time), 0);
        int64_t next_ms = daily_time_next_ms(&time, cases[i].after_ms);
        unit_check(next_ms == cases[i].expected_s * 1000, "%s in %s: %" PRId64 " s too late",
                   cases[i].time, cases[i].zone, next_ms / 1000 - cases[i].expected_s);
    }
}

/* ---- Changes of the clock ---- */

/* A change of the clock, seconds since the Epoch, and which local times it skips or repeats. */
struct change {
    const char *zone;
    int64_t moment_s;
    int first_minute;
    int last_minute;
};

/* Of the day's moments, one is later than `after`, at most a day and the change of the clock away,
 * and it stays the next one until it is there. */
static void check_next(const struct change *change, int minutes, int64_t after_s) {
    const struct daily_time time = {.minutes = minutes, .is_local = true};
    int64_t next_ms = daily_time_next_ms(&time, after_s * 1000);
    time_t next_s = (time_t)(next_ms / 1000);
    struct tm local;

    localtime_r(&next_s, &local);
    int shown = local.tm_hour * 60 + local.tm_min;
    bool is_unclear = minutes >= change->first_minute && minutes <= change->last_minute;
    unit_check(next_ms > after_s * 1000 && next_ms <= (after_s + DAY_S + 2 * HOUR_S) * 1000,
               "%s, minute %d: %" PRId64 " s later", change->zone, minutes, next_s - after_s);
    unit_check(shown == minutes || is_unclear, "%s: minute %d is minute %d", change->zone, minutes,
               shown);
    unit_check(daily_time_next_ms(&time, next_ms - 1) == next_ms, "%s, minute %d: another one",
               change->zone, minutes);
}

UNIT_TEST(the_clock_is_followed_across_its_changes) {
    static const struct change changes[] = {
        {NEW_YORK, 1772953200, 120, 179},   /* 2026-03-08 07:00 UTC: skips 2 h to 3 h */
        {NEW_YORK, 1793512800, 60, 119},    /* 2026-11-01 06:00 UTC: repeats 1 h to 2 h */
        {SANTIAGO, 1788667200, 0, 59},      /* 2026-09-06 04:00 UTC: skips 0 h to 1 h */
        {SANTIAGO, 1775358000, 1380, 1439}, /* 2026-04-05 03:00 UTC: repeats 23 h to 24 h */
    };

    for (size_t i = 0; i < UNIT_COUNT(changes); i++) {
        set_zone(changes[i].zone);
        for (int minutes = 0; minutes < 24 * 60; minutes += 15)
            for (int64_t away_s = -2 * DAY_S; away_s <= 2 * DAY_S; away_s += 30 * MINUTE_S)
                check_next(&changes[i], minutes, changes[i].moment_s + away_s);
    }
}
