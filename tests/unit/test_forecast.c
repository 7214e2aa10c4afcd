/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"

#include <inttypes.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
#define MINUTES(number) ((number)*MINUTE_MS)

/* As the plugin remembers an answer: hours of 0 count as 1. */
static void remember(struct usage_history *history, int64_t time_ms, int64_t used, int64_t hours) {
    usage_history_add(history, time_ms, used, usage_reset_ms(time_ms, hours));
}

static struct forecast forecast_of(const struct figures *figures, int64_t time_ms,
                                   const struct usage_history *history) {
    struct token_info info = info_of(REPLY_TOKEN, figures);
    struct result result = result_of(&info);

    result.reset_ms += time_ms - result.time_ms;
    result.time_ms = time_ms;
    result.history = *history;
    return forecast_make(&result);
}

/* The forecast of a first answer, and of nothing remembered: both are today's pace. */
static struct forecast forecast_today(const struct figures *figures) {
    struct usage_history history = {.count = 0};
    struct forecast without = forecast_of(figures, ANSWER_MS, &history);

    if (figures->used != NO && figures->hours != NO)
        remember(&history, ANSWER_MS, figures->used, figures->hours);
    struct forecast with = forecast_of(figures, ANSWER_MS, &history);
    unit_check(with.kind == without.kind && with.gone_in_s == without.gone_in_s &&
                   with.pace_s == 0 && without.pace_s == 0,
               "a first answer in the history changes the forecast");
    return with;
}

/* ---- Today's pace ---- */

UNIT_TEST(todays_pace_tells_whether_the_calls_last) {
    static const struct {
        struct figures figures;
        int64_t gone_in_s; /* NO: they last */
    } cases[] = {
        /* half of the day is over; gone exactly at the reset lasts, one call less does not */
        {{2400, 4800, 2400, 12}, NO},
        {{2399, 4800, 2400, 12}, 43182},
        {{2400, 4800, 2401, 12}, 43182},
        {{3199, 4800, 1600, 16}, 57582},
        {{1599, 4800, 3200, 8}, 28782},
        {{199, 4800, 4601, 1}, 3581},
        {{800, 4550, 3750, 9}, 11520}, /* the manual's example */
        /* the first hour with a forecast */
        {{4200, 4800, 600, 21}, NO},
        {{4199, 4800, 601, 21}, 75456},
        /* the reset is at hand; nothing was used */
        {{1, 4800, 4799, 0}, NO},
        {{1, 4800, 0, 12}, NO},
        /* rounded down, to nothing, too */
        {{1, 4800, 3, 12}, 14400},
        {{1, 4800, 43201, 12}, 0},
        /* what the limit is does not matter */
        {{2400, 1, 2400, 12}, NO},
        {{2399, BIG, 2400, 12}, 43182},
        /* the largest numbers */
        {{BIG, BIG, BIG, 12}, NO},
        {{BIG - 1, BIG, BIG, 12}, 43199},
        {{BIG, BIG, BIG, 21}, 10800},
        {{BIG, BIG, 1, 21}, NO},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures *figures = &cases[i].figures;
        struct forecast forecast = forecast_today(figures);
        bool lasts = cases[i].gone_in_s == NO;
        unit_check(forecast.kind == (lasts ? FORECAST_LASTS : FORECAST_GONE) &&
                       (lasts || forecast.gone_in_s == cases[i].gone_in_s),
                   "%" PRId64 " left, %" PRId64 " used, %" PRId64 " h: kind %d, in %" PRId64 " s",
                   figures->available, figures->used, figures->hours, (int)forecast.kind,
                   forecast.gone_in_s);
    }
}

/* Where --reset-at gives the moment, it is no whole number of hours ahead. */
UNIT_TEST(the_reset_counts_by_the_second) {
    static const struct {
        int64_t reset_after_ms;
        int64_t available; /* of 4800 */
        enum forecast_kind kind;
        int64_t gone_in_s;
    } cases[] = {
        {21 * HOUR_MS + 1000, 4000, FORECAST_NONE, 0},
        {21 * HOUR_MS + 999, 4000, FORECAST_GONE, 54000}, /* 800 in 3 h */
        {18 * HOUR_MS, 3600, FORECAST_LASTS, 0},          /* 1200 in 6 h */
        {18 * HOUR_MS + 3000, 3600, FORECAST_GONE, 64791},
        {18 * HOUR_MS - 3000, 3600, FORECAST_LASTS, 0},
        {999, 1, FORECAST_LASTS, 0},
        {-1, 1, FORECAST_LASTS, 0},
    };
    struct usage_history none = {.count = 0};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures figures = {cases[i].available, 4800, 4800 - cases[i].available, NO};
        struct token_info info = info_of(REPLY_TOKEN, &figures);
        struct result result = result_of(&info);
        result.has_reset = true;
        result.reset_ms = result.time_ms + cases[i].reset_after_ms;
        result.history = none;
        struct forecast forecast = forecast_make(&result);
        unit_check(forecast.kind == cases[i].kind && forecast.gone_in_s == cases[i].gone_in_s,
                   "case %zu: kind %d, in %" PRId64 " s", i, (int)forecast.kind,
                   forecast.gone_in_s);
    }
}

/* ---- What is remembered ---- */

struct step {
    int64_t after_ms; /* the start of the case */
    int64_t used;
    int64_t hours;
};

enum { STEPS_MAX = 6 };

static void play(struct usage_history *history, const struct step *steps, size_t count) {
    for (size_t i = 0; i < count; i++)
        remember(history, ANSWER_MS + steps[i].after_ms, steps[i].used, steps[i].hours);
}

/* The points as text: "MINUTE:USED", the minutes since the start, rounded down. */
struct shown_points {
    char text[256];
};

static struct shown_points show_points(const struct usage_history *history) {
    struct shown_points shown = {""};

    for (size_t i = 0; i < history->count && i < USAGE_POINTS_MAX; i++) {
        size_t length = strlen(shown.text);
        snprintf(shown.text + length, sizeof shown.text - length, "%s%" PRId64 ":%" PRId64,
                 i > 0 ? " " : "", (history->points[i].time_ms - ANSWER_MS) / MINUTE_MS,
                 history->points[i].used);
    }
    return shown;
}

UNIT_TEST(a_few_points_of_the_day_are_remembered) {
    static const struct {
        const char *what;
        size_t count;
        struct step steps[STEPS_MAX];
        const char *points;
    } cases[] = {
        {"the first answer", 1, {{0, 7, 12}}, "0:7"},
        {"not yet half an hour", 2, {{0, 7, 12}, {MINUTES(30) - 1, 8, 12}}, "0:7"},
        {"half an hour", 2, {{0, 7, 12}, {MINUTES(30), 8, 12}}, "0:7 30:8"},
        {"half an hour since the last that is remembered",
         4,
         {{0, 7, 12}, {MINUTES(20), 8, 12}, {MINUTES(31), 9, 12}, {MINUTES(59), 9, 12}},
         "0:7 31:9"},
        {"older than the youngest that is an hour old",
         4,
         {{0, 7, 12}, {MINUTES(30), 8, 12}, {MINUTES(60), 9, 11}, {MINUTES(90), 10, 11}},
         "30:8 60:9 90:10"},
        {"the younger one is not yet an hour old",
         4,
         {{0, 7, 12}, {MINUTES(30), 8, 12}, {MINUTES(60), 9, 11}, {MINUTES(90) - 1, 10, 11}},
         "0:7 30:8 60:9"},
        {"answers far apart",
         3,
         {{0, 7, 12}, {MINUTES(300), 8, 7}, {MINUTES(420), 9, 5}},
         "300:8 420:9"},
        /* the same day */
        {"the hours one higher than they were to be",
         2,
         {{0, 7, 12}, {MINUTES(60), 7, 12}},
         "0:7 60:7"},
        {"the hours one lower than they were to be",
         2,
         {{0, 7, 12}, {MINUTES(60), 8, 10}},
         "0:7 60:8"},
        {"hours of 0 and of 1",
         3,
         {{0, 7, 1}, {MINUTES(59), 8, 0}, {MINUTES(118), 9, 0}},
         "0:7 59:8 118:9"},
        /* another day */
        {"the count went down", 2, {{0, 7, 12}, {MINUTES(60), 6, 11}}, "60:6"},
        {"the count went down below that of the last that is remembered",
         3,
         {{0, 7, 12}, {MINUTES(60), 70, 11}, {MINUTES(65), 69, 11}},
         "65:69"},
        {"the reset is reached", 2, {{0, 7, 1}, {MINUTES(60), 8, 1}}, "60:8"},
        {"the last announced reset counts, an earlier one",
         3,
         {{0, 7, 3}, {MINUTES(10), 7, 1}, {MINUTES(70), 8, 1}},
         "70:8"},
        {"the last announced reset counts, a later one",
         3,
         {{0, 7, 1}, {MINUTES(10), 7, 1}, {MINUTES(60), 8, 1}},
         "0:7 60:8"},
        {"a day later, a higher count", 2, {{0, 7, 12}, {DAY_MS, 800, 12}}, "1440:800"},
        {"the hours jump up, though the count is the same",
         2,
         {{0, 0, 1}, {MINUTES(59), 0, 24}},
         "59:0"},
        {"the clock set back", 2, {{MINUTES(60), 7, 12}, {MINUTES(60) - 1, 8, 12}}, "59:8"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct usage_history history = {.count = 0};
        play(&history, cases[i].steps, cases[i].count);
        struct shown_points points = show_points(&history);
        unit_check(strcmp(points.text, cases[i].points) == 0, "%s: '%s', not '%s'", cases[i].what,
                   points.text, cases[i].points);
    }
}

/* As it may come from a file: a full history, in which nothing is an hour old. */
UNIT_TEST(a_full_history_gives_up_its_oldest_point) {
    struct usage_history history = {.reset_ms = ANSWER_MS + DAY_MS, .count = USAGE_POINTS_MAX};

    for (int i = 0; i < USAGE_POINTS_MAX; i++)
        history.points[i] = (struct usage_point){ANSWER_MS + MINUTES(i), i};
    remember(&history, ANSWER_MS + MINUTES(45), 9, 12);
    assert_string_equal(show_points(&history).text, "1:1 2:2 3:3 45:9");
}

static void check_points(const struct usage_history *history, int64_t time_ms) {
    unit_check(history->count <= USAGE_POINTS_MAX, "%zu points", history->count);
    for (size_t i = 0; i < history->count && i < USAGE_POINTS_MAX; i++) {
        const struct usage_point *point = &history->points[i];
        unit_check(point->time_ms <= time_ms, "a point of the future");
        unit_check(i == 0 || (point->time_ms - point[-1].time_ms >= MINUTES(30) &&
                              point->used >= point[-1].used),
                   "'%s'", show_points(history).text);
    }
}

/* Answers at random moments, and with random figures now and then. */
UNIT_TEST(there_are_never_more_points_than_there_is_room) {
    uint64_t seed = 7;
    struct usage_history history = {.count = 0};
    int64_t time_ms = ANSWER_MS;
    int64_t used = 0;

    for (int round = 0; round < 100000; round++) {
        time_ms += unit_random_up_to(&seed, MINUTES(90));
        used += unit_random_up_to(&seed, 100);
        if (unit_random(&seed) % 50 == 0)
            time_ms -= unit_random_up_to(&seed, DAY_MS);
        if (unit_random(&seed) % 50 == 0)
            used = unit_random_up_to(&seed, BIG / 2);
        int64_t hours = unit_random(&seed) % 20 == 0 ? unit_random_up_to(&seed, 24) : 12;
        remember(&history, time_ms, used, hours);
        check_points(&history, time_ms);
    }
}

/* ---- The pace of the last stretch ---- */

UNIT_TEST(the_pace_is_that_since_the_youngest_answer_an_hour_older) {
    static const struct {
        const char *what;
        size_t count;
        struct step steps[STEPS_MAX]; /* the last is the answer that is looked ahead from */
        int64_t available;
        int64_t pace_s;    /* 0: today's */
        int64_t gone_in_s; /* NO: they last */
    } cases[] = {
        {"not yet an hour", 2, {{0, 500, 12}, {HOUR_MS - 1, 1500, 12}}, 1000, 0, 28800},
        {"an hour", 2, {{0, 500, 12}, {HOUR_MS, 1500, 11}}, 1000, 3600, 3600},
        {"the pace was higher before", 2, {{0, 4000, 12}, {HOUR_MS, 4001, 11}}, 11, 3600, NO},
        {"one call less", 2, {{0, 4000, 12}, {HOUR_MS, 4001, 11}}, 10, 3600, 36000},
        {"nothing was used since", 2, {{0, 4000, 12}, {HOUR_MS, 4000, 11}}, 1, 3600, NO},
        {"gone at the reset", 2, {{0, 0, 12}, {2 * HOUR_MS, 100, 10}}, 500, 7200, NO},
        {"gone before it", 2, {{0, 0, 12}, {2 * HOUR_MS, 100, 10}}, 499, 7200, 35928},
        {"seconds are whole", 2, {{0, 0, 12}, {2 * HOUR_MS + 999, 100, 10}}, 50, 7200, 3600},
        {"a young point beside the old one",
         3,
         {{0, 100, 12}, {MINUTES(30), 900, 12}, {MINUTES(89), 1000, 11}},
         300,
         5340,
         1780},
        {"the younger of two old points",
         3,
         {{0, 100, 12}, {MINUTES(30), 900, 12}, {MINUTES(90), 1000, 11}},
         300,
         3600,
         10800},
        {"another day, today's pace again",
         3,
         {{0, 4000, 3}, {HOUR_MS, 4700, 2}, {7 * HOUR_MS, 600, 20}},
         2999,
         0,
         71976},
        {"the largest numbers", 2, {{0, 0, 12}, {2 * HOUR_MS, BIG, 10}}, BIG, 7200, 7200},
        {"the longest stretch", 2, {{0, 0, 30}, {DAY_MS, BIG, 6}}, BIG / 8, 86400, 10800},
        {"longer than a day is no stretch of today",
         2,
         {{0, 0, TOKEN_HOURS_MAX}, {DAY_MS + 1000, BIG, 6}},
         BIG / 8,
         0,
         8100},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct step *last = &cases[i].steps[cases[i].count - 1];
        const struct figures figures = {cases[i].available, 4800, last->used, last->hours};
        struct usage_history history = {.count = 0};
        play(&history, cases[i].steps, cases[i].count);
        struct forecast forecast = forecast_of(&figures, ANSWER_MS + last->after_ms, &history);
        bool lasts = cases[i].gone_in_s == NO;
        unit_check(forecast.kind == (lasts ? FORECAST_LASTS : FORECAST_GONE) &&
                       forecast.pace_s == cases[i].pace_s &&
                       (lasts || forecast.gone_in_s == cases[i].gone_in_s),
                   "%s: kind %d, pace of %" PRId64 " s, in %" PRId64 " s", cases[i].what,
                   (int)forecast.kind, forecast.pace_s, forecast.gone_in_s);
    }
}

/* A history that is none of the answer's day, as a file may hold it that somebody made. */
UNIT_TEST(a_history_that_cannot_be_makes_no_nonsense) {
    static const struct usage_point points[] = {{ANSWER_MS - 2 * HOUR_MS, 3801},
                                                {ANSWER_MS - 2 * HOUR_MS, BIG},
                                                {ANSWER_MS + 2 * HOUR_MS, 3800},
                                                {0, 0},
                                                {0, 3800}};

    for (size_t i = 0; i < UNIT_COUNT(points); i++) {
        const struct figures figures = {i % 2 == 0 ? 1000 : BIG, 4800, 3800, 12};
        const struct usage_history history = {
            .reset_ms = ANSWER_MS + HOUR_MS, .count = 1, .points = {points[i]}};
        struct forecast forecast = forecast_of(&figures, ANSWER_MS, &history);
        unit_check(forecast.kind != FORECAST_GONE ||
                       (forecast.gone_in_s >= 0 && forecast.gone_in_s < 12 * 3600),
                   "case %zu: in %" PRId64 " s", i, forecast.gone_in_s);
    }
}

/* ---- Whole days ---- */

enum rounding { ROUND_DOWN, ROUND_NEAREST, ROUND_UP };

static int64_t hours_until(int64_t time_ms, int64_t reset_ms, enum rounding rounding) {
    static const int64_t added[] = {
        [ROUND_DOWN] = 0, [ROUND_NEAREST] = HOUR_MS / 2, [ROUND_UP] = HOUR_MS - 1};

    return (reset_ms - time_ms + added[rounding]) / HOUR_MS;
}

/* One day of answers, which resets at its end. After the first hour there is always a base, and
 * none is older than an hour, the time between two points and that between two answers. */
static void live_a_day(struct usage_history *history, int64_t interval_ms, enum rounding rounding,
                       int64_t start_ms, int64_t used) {
    int64_t longest_s = (MINUTES(90) + interval_ms) / 1000;

    for (int64_t after_ms = 0; after_ms < DAY_MS; after_ms += interval_ms) {
        int64_t time_ms = start_ms + after_ms;
        const struct figures figures = {BIG, BIG, used,
                                        hours_until(time_ms, start_ms + DAY_MS, rounding)};
        remember(history, time_ms, used, figures.hours);
        struct forecast forecast = forecast_of(&figures, time_ms, history);
        bool is_early = after_ms < HOUR_MS;
        check_points(history, time_ms);
        unit_check((forecast.kind == FORECAST_NONE) == (figures.hours > 21), "%" PRId64 " h: %d",
                   figures.hours, (int)forecast.kind);
        unit_check(forecast.kind == FORECAST_NONE ||
                       (is_early ? forecast.pace_s == 0
                                 : forecast.pace_s >= 3600 && forecast.pace_s < longest_s),
                   "interval %" PRId64 " min, minute %" PRId64 ": pace of %" PRId64 " s",
                   interval_ms / MINUTE_MS, after_ms / MINUTE_MS, forecast.pace_s);
        used += after_ms / MINUTE_MS % 20;
    }
}

UNIT_TEST(whole_days_always_have_a_base_after_the_first_hour) {
    static const int64_t minutes[] = {1, 5, 7, 15, 29, 30, 31, 45, 59};

    for (size_t i = 0; i < UNIT_COUNT(minutes); i++) {
        for (enum rounding rounding = ROUND_DOWN; rounding <= ROUND_UP; rounding++) {
            struct usage_history history = {.count = 0};
            int64_t interval_ms = MINUTES(minutes[i]);
            live_a_day(&history, interval_ms, rounding, ANSWER_MS, 0);
            live_a_day(&history, interval_ms, rounding, ANSWER_MS + DAY_MS, 0);
            /* so much was used before the first answer that the count never went down */
            live_a_day(&history, interval_ms, rounding, ANSWER_MS + 2 * DAY_MS, BIG / 2);
        }
    }
}
