/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"
#include "unit.h"

#include <inttypes.h>

/* Manual, FORECAST. */

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)

/* In place of the seconds until the calls are gone. */
enum { LASTS = -1, NONE = -2 };

static void check_forecast(const char *what, const struct forecast *forecast, int64_t gone_in_s) {
    enum forecast_kind kind = gone_in_s == LASTS  ? FORECAST_LASTS
                              : gone_in_s == NONE ? FORECAST_NONE
                                                  : FORECAST_GONE;

    unit_check(forecast->kind == kind && (gone_in_s < 0 || forecast->gone_in_s == gone_in_s),
               "%s: kind %d, pace of %" PRId64 " s, in %" PRId64 " s, not in %" PRId64 " s", what,
               (int)forecast->kind, forecast->pace_s, forecast->gone_in_s, gone_in_s);
}

UNIT_TEST(todays_pace_tells_whether_the_calls_last) {
    static const struct {
        int64_t available;
        int64_t used;
        int64_t reset_after_ms;
        int64_t gone_in_s;
    } cases[] = {
        /* half of the day is over; gone exactly at the reset lasts, one call less does not */
        {2400, 2400, 12 * HOUR_MS, LASTS},
        {2399, 2400, 12 * HOUR_MS, 43182},
        {2400, 2401, 12 * HOUR_MS, 43182},
        {199, 4601, HOUR_MS, 3581},
        {800, 3750, 9 * HOUR_MS, 11520}, /* the manual's example */
        /* the first hour with a forecast; where --reset-at gives the moment, seconds count */
        {4200, 600, 21 * HOUR_MS, LASTS},
        {4199, 601, 21 * HOUR_MS, 75456},
        {4000, 800, 21 * HOUR_MS + 999, 54000},
        {4000, 800, 21 * HOUR_MS + 1000, NONE},
        {3600, 1200, 18 * HOUR_MS + 3000, 64791},
        {3600, 1200, 18 * HOUR_MS - 3000, LASTS},
        /* the reset is at hand; nothing was used */
        {1, 4799, 999, LASTS},
        {1, 4799, -1, LASTS},
        {1, 0, 12 * HOUR_MS, LASTS},
        /* rounded down, to nothing, too */
        {1, 3, 12 * HOUR_MS, 14400},
        {1, 43201, 12 * HOUR_MS, 0},
        /* the largest numbers */
        {BIG, BIG, 12 * HOUR_MS, LASTS},
        {BIG - 1, BIG, 12 * HOUR_MS, 43199},
        {BIG, BIG, 21 * HOUR_MS, 10800},
        {BIG, 1, 21 * HOUR_MS, LASTS},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures figures = {cases[i].available, 4800, cases[i].used, NO};
        struct token_info info = info_of(REPLY_TOKEN, &figures);
        struct result result = result_of(&info);
        char what[100];
        result.reset_ms = (struct optional_count){true, ANSWER_MS + cases[i].reset_after_ms};
        struct forecast forecast = forecast_make(&result);
        snprintf(what, sizeof what, "%" PRId64 " left, %" PRId64 " used", cases[i].available,
                 cases[i].used);
        check_forecast(what, &forecast, cases[i].gone_in_s);
        unit_check(forecast.pace_s == 0, "%s: not today's pace", what);
    }
}

/* ---- What is remembered ---- */

struct step {
    int64_t time_ms;
    int64_t used;
    int64_t hours;
};

/* As the plugin remembers an answer: hours of 0 count as 1. */
static void remember(struct usage_history *history, const struct step *step) {
    usage_history_add(history, step->time_ms, step->used, reset_after(step->time_ms, step->hours));
}

/* Remembers answers, MINUTE:USED:HOURS each, and gives the last. */
static struct step play(struct usage_history *history, const char *answers) {
    struct step step;
    double minute;
    int size;

    for (; *answers != '\0'; answers += size) {
        assert_int_equal(sscanf(answers, "%lf:%" SCNd64 ":%" SCNd64 "%n ", &minute, &step.used,
                                &step.hours, &size),
                         3);
        size += answers[size] == ' ';
        step.time_ms = ANSWER_MS + (int64_t)(minute * MINUTE_MS);
        remember(history, &step);
    }
    return step;
}

/* The points as text: MINUTE:USED each, the minutes rounded down. */
static void check_points(const char *what, const struct usage_history *history,
                         const char *expected) {
    char points[256] = "";

    for (size_t i = 0; i < history->count && i < USAGE_POINTS_MAX; i++) {
        size_t length = strlen(points);
        snprintf(points + length, sizeof points - length, "%s%" PRId64 ":%" PRId64,
                 i > 0 ? " " : "", (history->points[i].time_ms - ANSWER_MS) / MINUTE_MS,
                 history->points[i].used);
    }
    unit_check(strcmp(points, expected) == 0, "%s: '%s', not '%s'", what, points, expected);
}

UNIT_TEST(a_few_points_of_the_day_are_remembered) {
    static const struct {
        const char *what;
        const char *answers;
        const char *points;
    } cases[] = {
        {"not yet half an hour", "0:7:12 29.999:8:12", "0:7"},
        {"half an hour", "0:7:12 30:8:12", "0:7 30:8"},
        {"half an hour since a point", "0:7:12 20:8:12 31:9:12 59:9:12", "0:7 31:9"},
        {"two are an hour old", "0:7:12 30:8:12 60:9:11 90:10:11", "30:8 60:9 90:10"},
        {"one is an hour old", "0:7:12 30:8:12 60:9:11 89.999:10:11", "0:7 30:8 60:9"},
        {"answers far apart", "0:7:12 300:8:7 420:9:5", "300:8 420:9"},
        /* the same day */
        {"the hours are one too high", "0:7:12 60:7:12", "0:7 60:7"},
        {"the hours are one too low", "0:7:12 60:8:10", "0:7 60:8"},
        {"hours of 0 and of 1", "0:7:1 59:8:0 118:9:0", "0:7 59:8 118:9"},
        /* another day */
        {"the count went down", "0:7:12 60:6:11", "60:6"},
        {"the count went down below the last point", "0:7:12 60:70:11 65:69:11", "65:69"},
        {"the reset is reached", "0:7:1 60:8:1", "60:8"},
        {"the last announced reset is earlier", "0:7:3 10:7:1 70:8:1", "70:8"},
        {"the last announced reset is later", "0:7:1 10:7:1 60:8:1", "0:7 60:8"},
        {"a day later, a higher count", "0:7:12 1440:800:12", "1440:800"},
        {"the hours jump up, the count is the same", "0:0:1 59:0:24", "59:0"},
        {"the clock is set back", "60:7:12 59.999:8:12", "59:8"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct usage_history history = {.count = 0};
        play(&history, cases[i].answers);
        check_points(cases[i].what, &history, cases[i].points);
    }
}

/* As it may come from a file: nothing in it is an hour old. */
UNIT_TEST(a_full_history_gives_up_its_oldest_point) {
    struct usage_history history = {.reset_ms = ANSWER_MS + DAY_MS, .count = USAGE_POINTS_MAX};

    for (int i = 0; i < USAGE_POINTS_MAX; i++)
        history.points[i] = (struct usage_point){ANSWER_MS + i * MINUTE_MS, i};
    play(&history, "45:9:12");
    check_points("a full history", &history, "1:1 2:2 3:3 45:9");
}

/* ---- The pace of the last stretch ---- */

static struct forecast forecast_of(int64_t available, const struct step *step,
                                   const struct usage_history *history) {
    const struct figures figures = {available, 4800, step->used, step->hours};
    struct token_info info = info_of(REPLY_TOKEN, &figures);
    struct result result = result_of(&info);

    result.reset_ms.value += step->time_ms - result.answer.time_ms;
    result.answer.time_ms = step->time_ms;
    result.answer.history = *history;
    return forecast_make(&result);
}

UNIT_TEST(the_pace_is_that_since_the_youngest_answer_an_hour_older) {
    static const struct {
        const char *what;
        const char *answers; /* the last is the one that is looked ahead from */
        int64_t available;
        int64_t pace_s; /* 0: today's */
        int64_t gone_in_s;
    } cases[] = {
        {"not yet an hour", "0:500:12 59.999:1500:12", 1000, 0, 28800},
        {"an hour", "0:500:12 60:1500:11", 1000, 3600, 3600},
        {"the pace was higher before", "0:4000:12 60:4001:11", 11, 3600, LASTS},
        {"one call less", "0:4000:12 60:4001:11", 10, 3600, 36000},
        {"nothing was used since", "0:4000:12 60:4000:11", 1, 3600, LASTS},
        {"gone at the reset", "0:0:12 120:100:10", 500, 7200, LASTS},
        {"gone before it", "0:0:12 120:100:10", 499, 7200, 35928},
        {"seconds are whole", "0:0:12 120.016:100:10", 50, 7200, 3600},
        {"a young point beside an old one", "0:100:12 30:900:12 89:1000:11", 300, 5340, 1780},
        {"the younger of two old points", "0:100:12 30:900:12 90:1000:11", 300, 3600, 10800},
        {"today's pace on another day", "0:4000:3 60:4700:2 420:600:20", 2999, 0, 71976},
        {"the largest numbers", "0:0:12 120:1000000000000:10", BIG, 7200, 7200},
        {"the longest stretch", "0:0:30 1440:1000000000000:6", BIG / 8, 86400, 10800},
        {"more than a day", "0:0:9999 1440.02:1000000000000:6", BIG / 8, 0, 8100},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct usage_history history = {.count = 0};
        struct step last = play(&history, cases[i].answers);
        struct forecast forecast = forecast_of(cases[i].available, &last, &history);
        check_forecast(cases[i].what, &forecast, cases[i].gone_in_s);
        unit_check(forecast.pace_s == cases[i].pace_s, "%s: pace of %" PRId64 " s", cases[i].what,
                   forecast.pace_s);
    }
}

/* A history that is none of the answer's day, as a file may hold it that somebody made. */
UNIT_TEST(a_history_that_cannot_be_makes_no_nonsense) {
    static const struct usage_point points[] = {{ANSWER_MS - 2 * HOUR_MS, 3801},
                                                {ANSWER_MS - 2 * HOUR_MS, BIG},
                                                {ANSWER_MS + 2 * HOUR_MS, 3800},
                                                {0, 0},
                                                {0, 3800}};
    const struct step answer = {ANSWER_MS, 3800, 12};

    for (size_t i = 0; i < UNIT_COUNT(points); i++) {
        const struct usage_history history = {
            .reset_ms = ANSWER_MS + HOUR_MS, .count = 1, .points = {points[i]}};
        struct forecast forecast = forecast_of(i % 2 == 0 ? 1000 : BIG, &answer, &history);
        unit_check(forecast.kind != FORECAST_GONE ||
                       (forecast.gone_in_s >= 0 && forecast.gone_in_s < 12 * 3600),
                   "case %zu: in %" PRId64 " s", i, forecast.gone_in_s);
    }
}

/* ---- Whole days ---- */

/* One day of answers, which resets at its end. After the first hour there is always a base, and
 * none is older than an hour, the time between two points and that between two answers. */
static void live_a_day(struct usage_history *history, int64_t interval_ms, int64_t rounding_ms,
                       int64_t start_ms, int64_t used) {
    int64_t longest_s = (90 * MINUTE_MS + interval_ms) / 1000;

    for (int64_t after_ms = 0; after_ms < DAY_MS; after_ms += interval_ms) {
        const struct step step = {start_ms + after_ms, used,
                                  (DAY_MS - after_ms + rounding_ms) / HOUR_MS};
        remember(history, &step);
        struct forecast forecast = forecast_of(BIG, &step, history);
        bool is_todays = after_ms < HOUR_MS;
        unit_check((forecast.kind == FORECAST_NONE) == (step.hours > 21), "%" PRId64 " h: %d",
                   step.hours, (int)forecast.kind);
        unit_check(forecast.kind == FORECAST_NONE ||
                       (is_todays ? forecast.pace_s == 0
                                  : forecast.pace_s >= 3600 && forecast.pace_s < longest_s),
                   "interval %" PRId64 " min, minute %" PRId64 ": pace of %" PRId64 " s",
                   interval_ms / MINUTE_MS, after_ms / MINUTE_MS, forecast.pace_s);
        used += after_ms / MINUTE_MS % 20;
    }
}

UNIT_TEST(whole_days_always_have_a_base_after_the_first_hour) {
    static const int64_t minutes[] = {1, 7, 29, 30, 31, 45, 59};
    static const int64_t roundings_ms[] = {0, HOUR_MS / 2, HOUR_MS - 1};

    for (size_t i = 0; i < UNIT_COUNT(minutes) * UNIT_COUNT(roundings_ms); i++) {
        int64_t interval_ms = minutes[i % UNIT_COUNT(minutes)] * MINUTE_MS;
        int64_t rounding_ms = roundings_ms[i / UNIT_COUNT(minutes)];
        struct usage_history history = {.count = 0};
        live_a_day(&history, interval_ms, rounding_ms, ANSWER_MS, 0);
        live_a_day(&history, interval_ms, rounding_ms, ANSWER_MS + DAY_MS, 0);
        /* so much was used before the first answer that the count never went down */
        live_a_day(&history, interval_ms, rounding_ms, ANSWER_MS + 2 * DAY_MS, BIG / 2);
    }
}
