/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "figures.h"
#include "int128.h"
#include "number.h"
#include "unit.h"
#include "verdict/forecast.h"

#include <inttypes.h>

#define BIG NUMBER_MAX
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS INT64_C(86400000)
#define START_MS INT64_C(1700000000123) /* when the first answer of a case came */
#define MINUTES(number) ((number)*MINUTE_MS)

static struct token_info info_of(const struct figures *figures) {
    return (struct token_info){.kind = REPLY_TOKEN,
                               .status = 200,
                               .available = count_of(figures->available),
                               .limit = count_of(figures->limit),
                               .used = count_of(figures->used),
                               .hours = count_of(figures->hours)};
}

static void add(struct usage_history *history, int64_t time_ms, int64_t used, int64_t hours) {
    const struct figures figures = {1000, 4800, used, hours};
    struct token_info info = info_of(&figures);

    usage_history_add(history, time_ms, &info);
}

/* The forecast of a first answer, and of nothing remembered: both are today's pace. */
static struct forecast forecast_today(const struct figures *figures) {
    struct token_info info = info_of(figures);
    struct usage_history history = {.count = 0};
    struct forecast without = forecast_make(&info, START_MS, &history);

    usage_history_add(&history, START_MS, &info);
    struct forecast with = forecast_make(&info, START_MS, &history);
    unit_check(with.kind == without.kind && with.exhausted_in_s == without.exhausted_in_s &&
                   with.pace_s == without.pace_s,
               "a first answer in the history changes the forecast");
    return with;
}

/* ---- Today's pace ---- */

static void the_reset_is_at_least_an_hour_ahead(void **context) {
    static const struct {
        int64_t hours;
        int64_t reset_ms;
    } cases[] = {{0, START_MS + HOUR_MS},
                 {1, START_MS + HOUR_MS},
                 {2, START_MS + 2 * HOUR_MS},
                 {15, START_MS + 15 * HOUR_MS},
                 {TOKEN_HOURS_MAX, START_MS + TOKEN_HOURS_MAX * HOUR_MS}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        unit_check(usage_reset_ms(START_MS, cases[i].hours) == cases[i].reset_ms,
                   "%" PRId64 " hours", cases[i].hours);
    unit_end();
}

static void todays_pace_tells_whether_the_calls_last(void **context) {
    static const struct {
        struct figures figures;
        enum forecast_kind kind;
        int64_t exhausted_in_s;
        int64_t before_reset_s;
    } cases[] = {
        /* half of the day is over; gone exactly at the reset lasts, one call less does not */
        {{2401, 4801, 2400, 12}, FORECAST_LASTS, 0, 0},
        {{2400, 4800, 2400, 12}, FORECAST_LASTS, 0, 0},
        {{2399, 4800, 2400, 12}, FORECAST_GONE, 43182, 18},
        {{2400, 4800, 2401, 12}, FORECAST_GONE, 43182, 18},
        /* a third, two thirds, 23 hours are over */
        {{3200, 4800, 1600, 16}, FORECAST_LASTS, 0, 0},
        {{3199, 4800, 1600, 16}, FORECAST_GONE, 57582, 18},
        {{1600, 4800, 3200, 8}, FORECAST_LASTS, 0, 0},
        {{1599, 4800, 3200, 8}, FORECAST_GONE, 28782, 18},
        {{200, 4800, 4600, 1}, FORECAST_LASTS, 0, 0},
        {{199, 4800, 4601, 1}, FORECAST_GONE, 3581, 19},
        /* the manual's example */
        {{800, 4550, 3750, 9}, FORECAST_GONE, 11520, 20880},
        /* the first hour with a forecast */
        {{4200, 4800, 600, 21}, FORECAST_LASTS, 0, 0},
        {{4199, 4800, 601, 21}, FORECAST_GONE, 75456, 144},
        {{1, 4800, 4799, 21}, FORECAST_GONE, 2, 75598},
        /* the reset is at hand */
        {{1, 4800, 4799, 0}, FORECAST_LASTS, 0, 0},
        {{1, 4800, 0, 0}, FORECAST_LASTS, 0, 0},
        {{BIG, BIG, BIG, 0}, FORECAST_LASTS, 0, 0},
        /* nothing was used */
        {{4800, 4800, 0, 21}, FORECAST_LASTS, 0, 0},
        {{1, 4800, 0, 12}, FORECAST_LASTS, 0, 0},
        /* rounded down, to nothing, too */
        {{1, 4800, 3, 12}, FORECAST_GONE, 14400, 28800},
        {{1, 4800, 43201, 12}, FORECAST_GONE, 0, 43200},
        {{1, BIG, BIG, 21}, FORECAST_GONE, 0, 75600},
        /* what the limit is does not matter */
        {{2400, 1, 2400, 12}, FORECAST_LASTS, 0, 0},
        {{2399, BIG, 2400, 12}, FORECAST_GONE, 43182, 18},
        /* the largest numbers */
        {{BIG, BIG, BIG, 12}, FORECAST_LASTS, 0, 0},
        {{BIG - 1, BIG, BIG, 12}, FORECAST_GONE, 43199, 1},
        {{BIG, BIG, BIG, 13}, FORECAST_GONE, 39600, 7200},
        {{BIG, BIG, BIG, 21}, FORECAST_GONE, 10800, 64800},
        {{BIG, BIG, 1, 21}, FORECAST_LASTS, 0, 0},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures *figures = &cases[i].figures;
        struct forecast forecast = forecast_today(figures);
        unit_check(forecast.kind == cases[i].kind && forecast.pace_s == 0,
                   "%" PRId64 " left, %" PRId64 " used, %" PRId64 " h: kind %d", figures->available,
                   figures->used, figures->hours, (int)forecast.kind);
        unit_check(forecast.kind != FORECAST_GONE ||
                       (forecast.exhausted_in_s == cases[i].exhausted_in_s &&
                        forecast.before_reset_s == cases[i].before_reset_s),
                   "%" PRId64 " left, %" PRId64 " used, %" PRId64 " h: in %" PRId64 " s, %" PRId64
                   " s before",
                   figures->available, figures->used, figures->hours, forecast.exhausted_in_s,
                   forecast.before_reset_s);
    }
    unit_end();
}

static void without_a_forecast_there_is_a_reason(void **context) {
    static const struct {
        struct figures figures;
        const char *words; /* in the reason */
    } cases[] = {
        {{100, 4800, 4700, NO}, "hours"},
        {{100, NO, 4700, 12}, "limit"},
        {{100, 0, 4700, 12}, "limit"},
        {{100, 4800, NO, 12}, "calls of today"},
        {{0, 4800, 4800, 12}, "no calls are left"},
        {{-1, 4800, 4801, 12}, "no calls are left"},
        {{-BIG, BIG, BIG, 12}, "no calls are left"},
        {{0, 4800, 0, 0}, "no calls are left"},
        {{100, 4800, 4700, 22}, "too early"},
        {{100, 4800, 4700, 23}, "too early"},
        {{100, 4800, 4700, 24}, "too early"},
        {{100, 4800, 4700, 25}, "too early"},
        {{100, 4800, 0, 22}, "too early"},
        {{100, 4800, 4700, TOKEN_HOURS_MAX}, "too early"},
        {{100, NO, NO, NO}, ""},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct forecast forecast = forecast_today(&cases[i].figures);
        unit_check(forecast.kind == FORECAST_NONE, "case %zu: kind %d", i, (int)forecast.kind);
        unit_check(forecast.reason != NULL && *forecast.reason != '\0' &&
                       strstr(forecast.reason, cases[i].words) != NULL,
                   "case %zu: '%s' lacks '%s'", i, unit_show_text(forecast.reason).text,
                   cases[i].words);
    }
    unit_end();
}

/* ---- What is remembered ---- */

struct step {
    int64_t after_ms; /* the start of the case */
    int64_t used;
    int64_t hours;
};

enum { STEPS_MAX = 12 };

static void play(struct usage_history *history, const struct step *steps, size_t count) {
    for (size_t i = 0; i < count; i++)
        add(history, START_MS + steps[i].after_ms, steps[i].used, steps[i].hours);
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
                 i > 0 ? " " : "", (history->points[i].time_ms - START_MS) / MINUTE_MS,
                 history->points[i].used);
    }
    return shown;
}

static void a_few_points_of_the_day_are_remembered(void **context) {
    static const struct {
        const char *what;
        size_t count;
        struct step steps[STEPS_MAX];
        const char *points;
    } cases[] = {
        {"nothing", 0, {{0, 0, 0}}, ""},
        {"the first answer", 1, {{0, 7, 12}}, "0:7"},
        {"a first answer without calls", 1, {{0, 0, 24}}, "0:0"},
        {"the same moment again", 2, {{0, 7, 12}, {0, 8, 12}}, "0:7"},
        {"not yet half an hour", 2, {{0, 7, 12}, {MINUTES(30) - 1, 8, 12}}, "0:7"},
        {"half an hour", 2, {{0, 7, 12}, {MINUTES(30), 8, 12}}, "0:7 30:8"},
        {"half an hour since the last that is remembered",
         4,
         {{0, 7, 12}, {MINUTES(20), 8, 12}, {MINUTES(31), 9, 12}, {MINUTES(59), 9, 12}},
         "0:7 31:9"},
        {"an hour, and all of it is needed",
         3,
         {{0, 7, 12}, {MINUTES(30), 8, 12}, {MINUTES(60), 9, 11}},
         "0:7 30:8 60:9"},
        {"older than the youngest that is an hour old",
         4,
         {{0, 7, 12}, {MINUTES(30), 8, 12}, {MINUTES(60), 9, 11}, {MINUTES(90), 10, 11}},
         "30:8 60:9 90:10"},
        {"the younger one is not yet an hour old",
         4,
         {{0, 7, 12}, {MINUTES(30), 8, 12}, {MINUTES(60), 9, 11}, {MINUTES(90) - 1, 10, 11}},
         "0:7 30:8 60:9"},
        {"the first goes, though the new one is too near to the last",
         4,
         {{0, 7, 12}, {MINUTES(30), 8, 12}, {MINUTES(65), 9, 11}, {MINUTES(90), 10, 11}},
         "30:8 65:9"},
        {"answers far apart",
         3,
         {{0, 7, 12}, {MINUTES(300), 8, 7}, {MINUTES(420), 9, 5}},
         "300:8 420:9"},
        /* the same day */
        {"the same count", 2, {{0, 7, 12}, {MINUTES(60), 7, 11}}, "0:7 60:7"},
        {"the hours one higher than they were to be",
         2,
         {{0, 7, 12}, {MINUTES(60), 8, 12}},
         "0:7 60:8"},
        {"the hours one lower than they were to be",
         2,
         {{0, 7, 12}, {MINUTES(60), 8, 10}},
         "0:7 60:8"},
        {"the hours up and down",
         6,
         {{0, 7, 12},
          {MINUTES(5), 7, 13},
          {MINUTES(10), 7, 12},
          {MINUTES(15), 7, 13},
          {MINUTES(20), 7, 12},
          {MINUTES(60), 8, 11}},
         "0:7 60:8"},
        {"hours of 0 and of 1",
         3,
         {{0, 7, 1}, {MINUTES(59), 8, 0}, {MINUTES(118), 9, 0}},
         "0:7 59:8 118:9"},
        {"just before the reset", 2, {{0, 7, 1}, {MINUTES(60) - 1, 8, 1}}, "0:7 59:8"},
        {"just before the reset, hours of 0", 2, {{0, 7, 0}, {MINUTES(60) - 1, 8, 0}}, "0:7 59:8"},
        /* another day */
        {"the count went down", 2, {{0, 7, 12}, {MINUTES(60), 6, 11}}, "60:6"},
        {"the count went down at once", 2, {{0, 7, 12}, {1, 6, 12}}, "0:6"},
        {"the count went down below that of the last that is remembered",
         3,
         {{0, 7, 12}, {MINUTES(60), 70, 11}, {MINUTES(65), 69, 11}},
         "65:69"},
        {"the reset is reached", 2, {{0, 7, 1}, {MINUTES(60), 8, 1}}, "60:8"},
        {"the reset is reached, hours of 0", 2, {{0, 7, 0}, {MINUTES(60), 8, 0}}, "60:8"},
        {"the reset is long passed", 2, {{0, 7, 12}, {10 * DAY_MS, 7, 12}}, "14400:7"},
        {"the last announced reset counts, an earlier one",
         3,
         {{0, 7, 3}, {MINUTES(10), 7, 1}, {MINUTES(70), 8, 1}},
         "70:8"},
        {"the last announced reset counts, a later one",
         3,
         {{0, 7, 1}, {MINUTES(10), 7, 1}, {MINUTES(60), 8, 1}},
         "0:7 60:8"},
        {"a day later, the same hours, a higher count",
         2,
         {{0, 7, 12}, {DAY_MS, 800, 12}},
         "1440:800"},
        {"the hours jump up, though the count is higher",
         2,
         {{0, 7, 2}, {MINUTES(30), 8, 24}},
         "30:8"},
        {"the hours jump up, though the count is the same",
         2,
         {{0, 0, 1}, {MINUTES(59), 0, 24}},
         "59:0"},
        {"the hours jump up in the morning's answer",
         2,
         {{0, 7, 12}, {MINUTES(60), 8, 23}},
         "60:8"},
        {"the clock set back", 2, {{MINUTES(60), 7, 12}, {MINUTES(60) - 1, 8, 12}}, "59:8"},
        {"the clock set back by days", 2, {{10 * DAY_MS, 7, 12}, {0, 8, 12}}, "0:8"},
        {"several points, and then another day",
         5,
         {{0, 7, 3},
          {MINUTES(30), 8, 3},
          {MINUTES(60), 9, 2},
          {MINUTES(90), 9, 2},
          {MINUTES(185), 1, 24}},
         "185:1"},
        /* nothing to remember */
        {"without the count", 2, {{0, 7, 12}, {MINUTES(60), NO, 11}}, "0:7"},
        {"without hours", 2, {{0, 7, 12}, {MINUTES(60), 8, NO}}, "0:7"},
        {"without both", 2, {{0, 7, 12}, {MINUTES(60), NO, NO}}, "0:7"},
        {"without the count, the first", 1, {{0, NO, 12}}, ""},
        {"without hours, the first", 1, {{0, 7, NO}}, ""},
        {"without hours, the count went down", 2, {{0, 7, 12}, {MINUTES(60), 6, NO}}, "0:7"},
        {"without the count, the reset is passed", 2, {{0, 7, 1}, {MINUTES(600), NO, 20}}, "0:7"},
        {"without the count, the announced reset does not count",
         3,
         {{0, 7, 12}, {MINUTES(10), NO, 1}, {MINUTES(90), 8, 11}},
         "0:7 90:8"},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct usage_history history = {.count = 0};
        play(&history, cases[i].steps, cases[i].count);
        struct shown_points points = show_points(&history);
        unit_check(strcmp(points.text, cases[i].points) == 0, "%s: '%s', not '%s'", cases[i].what,
                   points.text, cases[i].points);
    }
    unit_end();
}

static void the_last_answers_reset_is_remembered(void **context) {
    struct usage_history history = {.count = 0};

    (void)context;
    add(&history, START_MS, 7, 12);
    assert_int_equal(history.reset_ms, START_MS + 12 * HOUR_MS);
    add(&history, START_MS + MINUTES(5), 7, 12);
    assert_int_equal(history.reset_ms, START_MS + MINUTES(5) + 12 * HOUR_MS);
    add(&history, START_MS + MINUTES(10), 7, NO);
    add(&history, START_MS + MINUTES(15), NO, 3);
    assert_int_equal(history.reset_ms, START_MS + MINUTES(5) + 12 * HOUR_MS);
    add(&history, START_MS + MINUTES(20), 7, 0);
    assert_int_equal(history.reset_ms, START_MS + MINUTES(20) + HOUR_MS);
}

static void what_is_left_and_the_limit_do_not_matter_for_remembering(void **context) {
    static const struct figures cases[] = {
        {NO, NO, 7, 12}, {NO, 4800, 7, 12}, {-5, NO, 7, 12}, {0, 0, 7, 12}, {BIG, BIG, 7, 12}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct usage_history history = {.count = 0};
        struct token_info info = info_of(&cases[i]);
        usage_history_add(&history, START_MS, &info);
        unit_check(strcmp(show_points(&history).text, "0:7") == 0, "case %zu: '%s'", i,
                   show_points(&history).text);
    }
    unit_end();
}

/* As it may come from a file: a full history, in which nothing is an hour old. */
static void a_full_history_gives_up_its_oldest_point(void **context) {
    struct usage_history history = {.reset_ms = START_MS + 12 * HOUR_MS, .count = USAGE_POINTS_MAX};

    (void)context;
    for (int i = 0; i < USAGE_POINTS_MAX; i++)
        history.points[i] = (struct usage_point){START_MS + MINUTES(i), i};
    add(&history, START_MS + MINUTES(45), 9, 12);
    assert_int_equal(history.count, USAGE_POINTS_MAX);
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
static void there_are_never_more_points_than_there_is_room(void **context) {
    uint64_t seed = 7;
    struct usage_history history = {.count = 0};
    int64_t time_ms = START_MS;
    int64_t used = 0;

    (void)context;
    for (int round = 0; round < 100000; round++) {
        time_ms += unit_random_up_to(&seed, MINUTES(90));
        used += unit_random_up_to(&seed, 100);
        if (unit_random(&seed) % 50 == 0)
            time_ms -= unit_random_up_to(&seed, DAY_MS);
        if (unit_random(&seed) % 50 == 0)
            used = unit_random_up_to(&seed, BIG / 2);
        int64_t hours = unit_random(&seed) % 20 == 0 ? unit_random_up_to(&seed, 24) : 12;
        add(&history, time_ms, used, hours);
        check_points(&history, time_ms);
    }
    unit_end();
}

/* ---- The pace of the last stretch ---- */

static void the_pace_is_that_since_the_youngest_answer_an_hour_older(void **context) {
    static const struct {
        const char *what;
        size_t count;
        struct step steps[STEPS_MAX]; /* the last is the answer that is looked ahead from */
        int64_t available;
        int64_t pace_s; /* 0: today's */
        enum forecast_kind kind;
        int64_t exhausted_in_s;
        int64_t before_reset_s;
    } cases[] = {
        {"the first answer is today's pace", 1, {{0, 500, 12}}, 1000, 0, FORECAST_LASTS, 0, 0},
        {"not yet an hour",
         2,
         {{0, 500, 12}, {HOUR_MS - 1, 1500, 12}},
         1000,
         0,
         FORECAST_GONE,
         28800,
         14400},
        {"an hour", 2, {{0, 500, 12}, {HOUR_MS, 1500, 11}}, 1000, 3600, FORECAST_GONE, 3600, 36000},
        {"the pace was higher before, and they last",
         2,
         {{0, 4000, 12}, {HOUR_MS, 4001, 11}},
         11,
         3600,
         FORECAST_LASTS,
         0,
         0},
        {"one call less",
         2,
         {{0, 4000, 12}, {HOUR_MS, 4001, 11}},
         10,
         3600,
         FORECAST_GONE,
         36000,
         3600},
        {"nothing was used since",
         2,
         {{0, 4000, 12}, {HOUR_MS, 4000, 11}},
         1,
         3600,
         FORECAST_LASTS,
         0,
         0},
        {"gone exactly at the reset",
         2,
         {{0, 0, 12}, {2 * HOUR_MS, 100, 10}},
         500,
         7200,
         FORECAST_LASTS,
         0,
         0},
        {"gone just before the reset",
         2,
         {{0, 0, 12}, {2 * HOUR_MS, 100, 10}},
         499,
         7200,
         FORECAST_GONE,
         35928,
         72},
        {"seconds are whole",
         2,
         {{0, 0, 12}, {2 * HOUR_MS + 999, 100, 10}},
         50,
         7200,
         FORECAST_GONE,
         3600,
         32400},
        {"and count",
         2,
         {{0, 0, 12}, {2 * HOUR_MS + 1000, 100, 10}},
         50,
         7201,
         FORECAST_GONE,
         3600,
         32400},
        {"a young point beside the old one",
         3,
         {{0, 100, 12}, {MINUTES(30), 900, 12}, {MINUTES(89), 1000, 11}},
         300,
         5340,
         FORECAST_GONE,
         1780,
         37820},
        {"the younger of two old points",
         3,
         {{0, 100, 12}, {MINUTES(30), 900, 12}, {MINUTES(90), 1000, 11}},
         300,
         3600,
         FORECAST_GONE,
         10800,
         28800},
        {"in the last hour of the day",
         2,
         {{0, 4000, 2}, {MINUTES(65), 4100, 1}},
         10,
         3900,
         FORECAST_GONE,
         390,
         3210},
        {"hours of 0", 2, {{0, 4000, 2}, {MINUTES(65), 4100, 0}}, 1, 3900, FORECAST_LASTS, 0, 0},
        {"another day, today's pace again",
         3,
         {{0, 4000, 3}, {HOUR_MS, 4700, 2}, {7 * HOUR_MS, 600, 20}},
         3000,
         0,
         FORECAST_LASTS,
         0,
         0},
        {"another day and an hour",
         4,
         {{0, 4000, 3}, {HOUR_MS, 4700, 2}, {7 * HOUR_MS, 600, 20}, {8 * HOUR_MS, 700, 19}},
         1800,
         3600,
         FORECAST_GONE,
         64800,
         3600},
        {"the largest numbers",
         2,
         {{0, 0, 12}, {2 * HOUR_MS, BIG, 10}},
         BIG,
         7200,
         FORECAST_GONE,
         7200,
         28800},
        {"the largest numbers last",
         2,
         {{0, BIG - 1, 12}, {2 * HOUR_MS, BIG, 10}},
         BIG,
         7200,
         FORECAST_LASTS,
         0,
         0},
        {"a long stretch within a day that announced many hours",
         2,
         {{0, 0, TOKEN_HOURS_MAX}, {(TOKEN_HOURS_MAX - 21) * HOUR_MS, BIG, 21}},
         BIG / 1024,
         (int64_t)(TOKEN_HOURS_MAX - 21) * 3600,
         FORECAST_GONE,
         35078,
         40522},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct step *last = &cases[i].steps[cases[i].count - 1];
        const struct figures figures = {cases[i].available, 4800, last->used, last->hours};
        struct token_info info = info_of(&figures);
        struct usage_history history = {.count = 0};
        play(&history, cases[i].steps, cases[i].count);
        struct forecast forecast = forecast_make(&info, START_MS + last->after_ms, &history);
        unit_check(forecast.kind == cases[i].kind, "%s: kind %d", cases[i].what,
                   (int)forecast.kind);
        unit_check(forecast.pace_s == cases[i].pace_s, "%s: pace of %" PRId64 " s", cases[i].what,
                   forecast.pace_s);
        unit_check(forecast.kind != FORECAST_GONE ||
                       (forecast.exhausted_in_s == cases[i].exhausted_in_s &&
                        forecast.before_reset_s == cases[i].before_reset_s),
                   "%s: in %" PRId64 " s, %" PRId64 " s before", cases[i].what,
                   forecast.exhausted_in_s, forecast.before_reset_s);
    }
    unit_end();
}

/* A history that is none of the answer's day, as a file may hold it that somebody made. */
static void a_history_that_cannot_be_makes_no_nonsense(void **context) {
    static const struct {
        int64_t available;
        struct usage_point point;
    } cases[] = {
        {1000, {START_MS - 2 * HOUR_MS, 3801}},
        {1000, {START_MS - 2 * HOUR_MS, 4800}},
        {1000, {START_MS - 2 * HOUR_MS, BIG}},
        {BIG, {START_MS - 2 * HOUR_MS, 3801}},
        {1000, {START_MS + 2 * HOUR_MS, 3800}},
        {1000, {START_MS + 2 * HOUR_MS, BIG}},
        {1000, {0, 0}},
        {BIG, {0, 0}},
        {1000, {0, 3800}},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures figures = {cases[i].available, 4800, 3800, 12};
        struct token_info info = info_of(&figures);
        const struct usage_point *point = &cases[i].point;
        const struct usage_history history = {
            .reset_ms = START_MS + HOUR_MS, .count = 1, .points = {*point}};
        struct forecast forecast = forecast_make(&info, START_MS, &history);
        unit_check(forecast.kind != FORECAST_GONE ||
                       (forecast.exhausted_in_s >= 0 && forecast.before_reset_s > 0 &&
                        forecast.exhausted_in_s + forecast.before_reset_s == 12 * 3600),
                   "%" PRId64 " used %" PRId64 " s ago: in %" PRId64 " s, %" PRId64 " s before",
                   point->used, (START_MS - point->time_ms) / 1000, forecast.exhausted_in_s,
                   forecast.before_reset_s);
    }
    unit_end();
}

/* ---- The same, against arithmetic of 128 bits ---- */

static void check_against_wide(const struct forecast *forecast, const struct figures *figures,
                               int64_t calls, int64_t stretch_s) {
    int64_t reset_in_s = figures->hours * 3600;
    bool lasts = calls == 0 || (wide)figures->available * stretch_s >= (wide)calls * reset_in_s;
    int64_t in_s = lasts ? 0 : (int64_t)((wide)figures->available * stretch_s / calls);

    unit_check(forecast->kind == (lasts ? FORECAST_LASTS : FORECAST_GONE),
               "%" PRId64 " left, %" PRId64 " in %" PRId64 " s, %" PRId64 " h: kind %d",
               figures->available, calls, stretch_s, figures->hours, (int)forecast->kind);
    unit_check(lasts || (forecast->exhausted_in_s == in_s &&
                         forecast->before_reset_s == reset_in_s - in_s),
               "%" PRId64 " left, %" PRId64 " in %" PRId64 " s, %" PRId64 " h: %" PRId64
               " s, not %" PRId64,
               figures->available, calls, stretch_s, figures->hours, forecast->exhausted_in_s,
               in_s);
}

/* Calls left that are gone at about the reset, so that both outcomes and the boundary are met. */
static int64_t available_near_boundary(uint64_t *seed, int64_t calls, int64_t stretch_s,
                                       int64_t hours) {
    wide boundary = (wide)calls * hours * 3600 / stretch_s;
    wide available = boundary + (int64_t)(unit_random(seed) % 5) - 2;

    return available < 1 ? 1 : available > WIDE_INPUT_MAX ? WIDE_INPUT_MAX : (int64_t)available;
}

static int64_t random_available(uint64_t *seed, int64_t calls, int64_t stretch_s, int64_t hours) {
    return unit_random(seed) % 2 == 0 ? available_near_boundary(seed, calls, stretch_s, hours)
                                      : 1 + unit_random_up_to(seed, WIDE_INPUT_MAX - 1);
}

static void todays_pace_is_exact(void **context) {
    uint64_t seed = 2024;

    (void)context;
    for (int round = 0; round < 200000; round++) {
        int64_t used = unit_random_up_to(&seed, WIDE_INPUT_MAX);
        int64_t hours = (int64_t)(unit_random(&seed) % 22);
        int64_t stretch_s = (24 - hours) * 3600;
        const struct figures figures = {random_available(&seed, used, stretch_s, hours),
                                        1 + unit_random_up_to(&seed, WIDE_INPUT_MAX - 1), used,
                                        hours};
        struct token_info info = info_of(&figures);
        struct usage_history history = {.count = 0};
        usage_history_add(&history, START_MS, &info);
        struct forecast forecast = forecast_make(&info, START_MS, &history);
        check_against_wide(&forecast, &figures, used, stretch_s);
        unit_check(forecast.pace_s == 0, "pace of %" PRId64 " s", forecast.pace_s);
    }
    unit_end();
}

static void the_pace_of_the_last_stretch_is_exact(void **context) {
    uint64_t seed = 2025;

    (void)context;
    for (int round = 0; round < 200000; round++) {
        int64_t used = unit_random_up_to(&seed, WIDE_INPUT_MAX);
        int64_t before = unit_random_up_to(&seed, used);
        int64_t hours = (int64_t)(unit_random(&seed) % 22);
        int64_t stretch_ms = HOUR_MS + (int64_t)(unit_random(&seed) % (uint64_t)(22 * HOUR_MS));
        int64_t stretch_s = stretch_ms / 1000;
        const struct figures figures = {random_available(&seed, used - before, stretch_s, hours),
                                        1 + unit_random_up_to(&seed, WIDE_INPUT_MAX - 1), used,
                                        hours};
        struct token_info info = info_of(&figures);
        struct usage_history history = {.count = 0};
        /* whole hours more than the stretch, so that it is the same day */
        add(&history, START_MS - stretch_ms, before, hours + stretch_s / 3600 + 1);
        usage_history_add(&history, START_MS, &info);
        struct forecast forecast = forecast_make(&info, START_MS, &history);
        check_against_wide(&forecast, &figures, used - before, stretch_s);
        unit_check(forecast.pace_s == stretch_s, "pace of %" PRId64 " s, not %" PRId64,
                   forecast.pace_s, stretch_s);
    }
    unit_end();
}

/* ---- Whole days ---- */

enum rounding { ROUND_DOWN, ROUND_NEAREST, ROUND_UP };

static int64_t hours_until(int64_t time_ms, int64_t reset_ms, enum rounding rounding) {
    static const int64_t added[] = {
        [ROUND_DOWN] = 0, [ROUND_NEAREST] = HOUR_MS / 2, [ROUND_UP] = HOUR_MS - 1};

    return (reset_ms - time_ms + added[rounding]) / HOUR_MS;
}

/* Some days of answers, each of which resets at midnight, and their history. */
struct days {
    int64_t interval_ms;
    enum rounding rounding;
    uint64_t seed;
    struct usage_history history;
};

/* No base is older than an hour, the time between two points and that between two answers. */
static void check_base(const struct days *days, int64_t time_ms, int64_t day_start_ms,
                       const struct forecast *forecast) {
    int64_t minute = (time_ms - day_start_ms) / MINUTE_MS;
    int64_t since_first_ms = (time_ms - day_start_ms) / days->interval_ms * days->interval_ms;
    int64_t longest_s = (MINUTES(90) + days->interval_ms) / 1000;

    if (since_first_ms < HOUR_MS) {
        unit_check(forecast->pace_s == 0, "minute %" PRId64 ": pace of another day", minute);
        return;
    }
    unit_check(days->history.count > 0 && days->history.points[0].time_ms <= time_ms - HOUR_MS &&
                   days->history.points[0].time_ms >= time_ms - longest_s * 1000,
               "interval %" PRId64 " min, rounding %d, minute %" PRId64 ": '%s'",
               days->interval_ms / MINUTE_MS, (int)days->rounding, minute,
               show_points(&days->history).text);
    unit_check(forecast->kind == FORECAST_NONE ||
                   (forecast->pace_s >= 3600 && forecast->pace_s < longest_s),
               "interval %" PRId64 " min, rounding %d, minute %" PRId64 ": pace of %" PRId64 " s",
               days->interval_ms / MINUTE_MS, (int)days->rounding, minute, forecast->pace_s);
}

static void live_a_day(struct days *days, int64_t day_start_ms, int64_t used_at_first) {
    int64_t used = used_at_first;

    for (int64_t time_ms = day_start_ms; time_ms < day_start_ms + DAY_MS;
         time_ms += days->interval_ms) {
        const struct figures figures = {
            BIG, BIG, used, hours_until(time_ms, day_start_ms + DAY_MS, days->rounding)};
        struct token_info info = info_of(&figures);
        usage_history_add(&days->history, time_ms, &info);
        struct forecast forecast = forecast_make(&info, time_ms, &days->history);
        unit_check((forecast.kind == FORECAST_NONE) == (figures.hours > 21), "%" PRId64 " h: %d",
                   figures.hours, (int)forecast.kind);
        check_points(&days->history, time_ms);
        check_base(days, time_ms, day_start_ms, &forecast);
        used += unit_random_up_to(&days->seed, 20);
    }
}

static void whole_days_always_have_a_base_after_the_first_hour(void **context) {
    static const int64_t minutes[] = {5, 1, 2, 7, 10, 15, 29, 30, 31, 45, 59};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(minutes); i++) {
        for (enum rounding rounding = ROUND_DOWN; rounding <= ROUND_UP; rounding++) {
            struct days days = {
                .interval_ms = MINUTES(minutes[i]), .rounding = rounding, .seed = 99};
            live_a_day(&days, START_MS, 0);
            live_a_day(&days, START_MS + DAY_MS, 0);
            /* so much was used before the first answer that the count never went down */
            live_a_day(&days, START_MS + 2 * DAY_MS, BIG / 2);
        }
    }
    unit_end();
}

/* 100 calls in each hour of the night, 400 from noon on: two hours later all is of that pace. */
static void a_new_pace_is_seen_soon(void **context) {
    struct usage_history history = {.count = 0};
    struct forecast forecast = {.kind = FORECAST_NONE};
    int64_t used = 0;

    (void)context;
    for (int minute = 0; minute <= 14 * 60; minute += 6) {
        const struct figures figures = {4800 - used, 4800, used, 24 - minute / 60};
        struct token_info info = info_of(&figures);
        usage_history_add(&history, START_MS + MINUTES(minute), &info);
        forecast = forecast_make(&info, START_MS + MINUTES(minute), &history);
        unit_check(minute > 12 * 60 || forecast.kind != FORECAST_GONE, "minute %d", minute);
        used += minute < 12 * 60 ? 10 : 40;
    }
    unit_end();
    assert_int_equal(forecast.kind, FORECAST_GONE);
    assert_int_equal(forecast.pace_s, 3600);
    assert_int_equal(forecast.exhausted_in_s, 2800 * 9); /* 400 an hour: 9 s a call */
    assert_int_equal(forecast.before_reset_s, 36000 - 2800 * 9);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_reset_is_at_least_an_hour_ahead),
    cmocka_unit_test(todays_pace_tells_whether_the_calls_last),
    cmocka_unit_test(without_a_forecast_there_is_a_reason),
    cmocka_unit_test(a_few_points_of_the_day_are_remembered),
    cmocka_unit_test(the_last_answers_reset_is_remembered),
    cmocka_unit_test(what_is_left_and_the_limit_do_not_matter_for_remembering),
    cmocka_unit_test(a_full_history_gives_up_its_oldest_point),
    cmocka_unit_test(there_are_never_more_points_than_there_is_room),
    cmocka_unit_test(the_pace_is_that_since_the_youngest_answer_an_hour_older),
    cmocka_unit_test(a_history_that_cannot_be_makes_no_nonsense),
    cmocka_unit_test(todays_pace_is_exact),
    cmocka_unit_test(the_pace_of_the_last_stretch_is_exact),
    cmocka_unit_test(whole_days_always_have_a_base_after_the_first_hour),
    cmocka_unit_test(a_new_pace_is_seen_soon),
};

UNIT_MAIN(tests)
