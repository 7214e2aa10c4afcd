/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"
#include "verdict/metrics.h"

#include <inttypes.h>
#include <math.h>

#define TIME " time=0.213s;;;0;10"

static void check_metrics(struct check *check, const char *expected) {
    check_judge(check);
    char *perfdata = check_write(check, metrics_write);

    unit_check(strcmp(perfdata, expected) == 0, "-w %s -c %s:\n'%s', not\n'%s'",
               shown(check->options.warning.text), shown(check->options.critical.text), perfdata,
               expected);
    free(perfdata);
}

/* ---- Which metrics, with which alerts ---- */

UNIT_TEST(metrics_have_the_documented_form) {
    static const struct {
        struct figures figures;
        const char *warning;
        const char *critical;
        const char *perfdata;
    } cases[] = {
        {{4799, 4800, 1, 15},
         "20%",
         "10%",
         "available=4799;960:;480:;0;4800 used=1;3840;4320;0;4800 "
         "used_percent=0.03%;80;90;0;100 reset=54000s;;;0" TIME},
        /* what the API did not give is left out; without a threshold, no calls left is critical */
        {{7, NO, NO, NO}, NULL, NULL, "available=7;;1:;0" TIME},
        {{7, NO, NO, NO}, "5", "3", "available=7;5:;3:;0" TIME},
        {{7, NO, NO, NO}, "20%", "10%", "available=7;;1:;0" TIME},
        {{7, NO, 3, NO}, "5", "10%", "available=7;5:;1:;0 used=3;;;0" TIME},
        {{7, NO, 3, 0}, NULL, "5", "available=7;;5:;0 used=3;;;0 reset=0s;;;0" TIME},
        {{7, 0, 3, 15}, "20%", "5", "available=7;;5:;0;0 used=3;;;0;0 reset=54000s;;;0" TIME},
        {{7, 10, NO, NO}, "20%", "10%", "available=7;2:;1:;0;10 used_percent=30%;80;90;0;100" TIME},
        {{7, 10, NO, 9999},
         NULL,
         "~:",
         "available=7;;1:;0;10 used_percent=30%;;90;0;100 reset=35996400s;;;0" TIME},
        {{7, 10, 3, NO},
         "4:",
         "0",
         "available=7;4:;0:;0;10 used=3;6;10;0;10 used_percent=30%;60;100;0;100" TIME},
        {{10, 10, 0, NO},
         "100%",
         "10",
         "available=10;10:;10:;0;10 used=0;0;0;0;10 used_percent=0%;0;0;0;100" TIME},
        {{1, 1, 0, NO},
         "~:",
         NULL,
         "available=1;~:;1:;0;1 used=0;;0;0;1 used_percent=0%;;0;0;100" TIME},
        {{0, 0, 0, NO}, NULL, NULL, "available=0;;1:;0;0 used=0;;;0;0" TIME},
        /* used and left do not add up to the limit */
        {{7, 10, 2, NO},
         "20%",
         "10%",
         "available=7;2:;1:;0;10 used=2;;;0;10 used_percent=30%;80;90;0;100" TIME},
        {{12, 10, 0, NO},
         "20%",
         NULL,
         "available=12;2:;1:;0;10 used=0;;;0;10 used_percent=0%;80;90;0;100" TIME},
        {{-5, 10, 15, NO},
         "20%",
         "10%",
         "available=-5;2:;1:;0;10 used=15;8;9;0;10 used_percent=100%;80;90;0;100" TIME},
        /* a threshold above the limit */
        {{7, 10, 3, NO},
         "1000000000000",
         "9",
         "available=7;1000000000000:;9:;0;10 used=3;;1;0;10 used_percent=30%;;10;0;100" TIME},
        /* no simple minimum */
        {{7, 10, 3, NO},
         "2:8",
         "@0:1",
         "available=7;2:8;@0:1;0;10 used=3;;;0;10 used_percent=30%;;;0;100" TIME},
        {{7, 10, 3, NO},
         "@~:10%",
         "20%",
         "available=7;@~:1;2:;0;10 used=3;;8;0;10 used_percent=30%;;80;0;100" TIME},
        {{7, 10, 3, NO},
         "@5:",
         "~:8",
         "available=7;@5:;~:8;0;10 used=3;;;0;10 used_percent=30%;;;0;100" TIME},
        /* no whole number between two close percentages: always, and never */
        {{7, 10, 3, NO},
         "10.1%:10.2%",
         "@10.1%:10.2%",
         "available=7;@~:;1:;0;10 used=3;;9;0;10 used_percent=30%;;90;0;100" TIME},
        /* reversed with this limit: there is no range to write */
        {{7, 10, 3, NO},
         "5:20%",
         "5:20%",
         "available=7;;1:;0;10 used=3;;9;0;10 used_percent=30%;;90;0;100" TIME},
        /* percentages that do not divide evenly are rounded up */
        {{5, 7, 2, NO},
         "20%",
         "10%",
         "available=5;2:;1:;0;7 used=2;5;6;0;7 used_percent=28.58%;71.43;85.72;0;100" TIME},
        {{4000, 4801, 801, NO},
         "20%",
         "10%",
         "available=4000;961:;481:;0;4801 used=801;3840;4320;0;4801 "
         "used_percent=16.69%;79.99;89.99;0;100" TIME},
        /* decimals by the limit */
        {{993473, 1000000, NO, NO},
         "993474",
         NULL,
         "available=993473;993474:;1:;0;1000000 used_percent=0.6527%;0.6526;99.9999;0;100" TIME},
        {{BIG - 1, BIG, 1, NO},
         NULL,
         "50%",
         "available=999999999999;;500000000000:;0;1000000000000 "
         "used=1;;500000000000;0;1000000000000 used_percent=0.0000000001%;;50;0;100" TIME},
        {{-BIG, BIG, NO, NO},
         NULL,
         "0",
         "available=-1000000000000;;0:;0;1000000000000 used_percent=100%;;100;0;100" TIME},
        {{BIG, 1, BIG, NO},
         NULL,
         "0",
         "available=1000000000000;;0:;0;1 used=1000000000000;;;0;1 "
         "used_percent=0%;;100;0;100" TIME},
    };
    struct check check;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(REPLY_TOKEN, &cases[i].figures);
        check_prepare(&check, &info, cases[i].warning, cases[i].critical);
        check_metrics(&check, cases[i].perfdata);
    }
}

UNIT_TEST(an_exceeded_limit_is_completed) {
    static const struct {
        struct figures figures;
        const char *warning;
        const char *critical;
        const char *perfdata;
    } cases[] = {
        {{NO, NO, NO, NO}, NULL, NULL, "available=0;;1:;0" TIME},
        {{NO, NO, NO, NO}, "20%", "10%", "available=0;;1:;0" TIME},
        {{NO, NO, NO, NO}, "480", "@5:240", "available=0;480:;@5:240;0" TIME},
        {{17, NO, NO, 3}, NULL, "10", "available=0;;10:;0 reset=10800s;;;0" TIME},
        {{NO, 4800, NO, 2},
         "20%",
         "10%",
         "available=0;960:;480:;0;4800 used=4800;3840;4320;0;4800 used_percent=100%;80;90;0;100 "
         "reset=7200s;;;0" TIME},
        {{17, 4800, 4783, NO},
         "20%",
         "10%",
         "available=0;960:;480:;0;4800 used=4783;;;0;4800 used_percent=100%;80;90;0;100" TIME},
        {{NO, NO, 4800, NO}, "20%", "10", "available=0;;10:;0 used=4800;;;0" TIME},
    };
    struct check check;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(REPLY_LIMIT_EXCEEDED, &cases[i].figures);
        check_prepare(&check, &info, cases[i].warning, cases[i].critical);
        check_metrics(&check, cases[i].perfdata);
    }
}

UNIT_TEST(what_all_tokens_used_follows_the_percentage) {
    static const struct figures figures = {7, 10, NO, 1};
    struct token_info info = info_of(REPLY_TOKEN, &figures);
    struct check check;

    info.all_used = (struct optional_count){true, 9000};
    check_prepare(&check, &info, NULL, NULL);
    check_metrics(&check, "available=7;;1:;0;10 used_percent=30%;;90;0;100 all_used=9000;;;0 "
                          "reset=3600s;;;0" TIME);
}

UNIT_TEST(the_time_has_the_timeout_as_its_maximum) {
    static const struct {
        int64_t milliseconds;
        int timeout;
        const char *perfdata;
    } cases[] = {{0, 10, "available=7;;1:;0 time=0s;;;0;10"},
                 {1, 10, "available=7;;1:;0 time=0.001s;;;0;10"},
                 {1000, 1, "available=7;;1:;0 time=1s;;;0;1"},
                 {3600000, 3600, "available=7;;1:;0 time=3600s;;;0;3600"}};
    static const struct figures figures = {7, NO, NO, NO};
    struct token_info info = info_of(REPLY_TOKEN, &figures);
    struct check check;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        check_prepare(&check, &info, NULL, NULL);
        check.result.request_ms = cases[i].milliseconds;
        check.options.timeout = cases[i].timeout;
        check_metrics(&check, cases[i].perfdata);
    }
}

/* ---- The reset, and how long the calls last ---- */

UNIT_TEST(the_reset_and_the_end_come_nearer) {
    static const struct {
        enum reply_kind kind;
        struct figures figures;
        enum state forecast;
        int64_t age_s;
        const char *end; /* behind the time */
    } cases[] = {
        /* the manual's examples: gone in 11520 s, and lasting */
        {REPLY_TOKEN, {800, 4550, 3750, 9}, STATE_WARNING, 0, "lasts=11520s;32400:;;0;32400"},
        {REPLY_TOKEN, {4549, 4550, 1, 9}, STATE_WARNING, 0, "lasts=32400s;32400:;;0;32400"},
        /* the alert stands where the state does; a range has none for the other two */
        {REPLY_TOKEN, {800, 4550, 3750, 9}, STATE_CRITICAL, 0, "lasts=11520s;;32400:;0;32400"},
        {REPLY_TOKEN, {800, 4550, 3750, 9}, STATE_OK, 0, "lasts=11520s;;;0;32400"},
        {REPLY_TOKEN, {800, 4550, 3750, 9}, STATE_UNKNOWN, 0, "lasts=11520s;;;0;32400"},
        /* less the age of a kept answer */
        {REPLY_TOKEN, {800, 4550, 3750, 9}, STATE_WARNING, 720, "lasts=10800s;31680:;;0;31680"},
        {REPLY_TOKEN, {800, 4550, 3750, 9}, STATE_WARNING, 11521, "lasts=0s;20879:;;0;20879"},
        {REPLY_TOKEN, {4549, 4550, 1, 9}, STATE_WARNING, 32399, "lasts=1s;1:;;0;1"},
        {REPLY_TOKEN, {4549, 4550, 1, 9}, STATE_WARNING, 32401, "lasts=0s;0:;;0;0"},
        /* no forecast: too early, no limit, no calls of today */
        {REPLY_TOKEN, {800, 4550, 3750, 22}, STATE_WARNING, 0, "lasts=79200s;79200:;;0;79200"},
        {REPLY_TOKEN, {800, NO, 3750, 9}, STATE_WARNING, 0, "lasts=32400s;32400:;;0;32400"},
        {REPLY_TOKEN, {800, 4550, NO, 9}, STATE_WARNING, 60, "lasts=32340s;32340:;;0;32340"},
        /* none left */
        {REPLY_TOKEN, {0, 4550, 4550, 9}, STATE_WARNING, 0, "lasts=0s;32400:;;0;32400"},
        {REPLY_TOKEN, {-1, 4550, 4551, 22}, STATE_CRITICAL, 0, "lasts=0s;;79200:;0;79200"},
        {REPLY_LIMIT_EXCEEDED, {17, 4550, NO, 9}, STATE_WARNING, 400, "lasts=0s;32000:;;0;32000"},
        /* without a reset there is none */
        {REPLY_TOKEN, {800, 4550, 3750, NO}, STATE_WARNING, 0, NULL},
        {REPLY_LIMIT_EXCEEDED, {NO, NO, NO, NO}, STATE_WARNING, 0, NULL},
    };
    struct check check;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(cases[i].kind, &cases[i].figures);
        char end[100] = TIME;
        if (cases[i].end != NULL) {
            int64_t reset_s = cases[i].figures.hours * 3600 - cases[i].age_s;
            snprintf(end, sizeof end, " reset=%" PRId64 "s;;;0" TIME " %s",
                     reset_s > 0 ? reset_s : 0, cases[i].end);
        }
        check_prepare(&check, &info, NULL, NULL);
        check.options.has_forecast = true;
        check.options.forecast = cases[i].forecast;
        check.result.is_kept = cases[i].age_s > 0;
        check.result.age_s = cases[i].age_s;
        check_judge(&check);
        char *perfdata = check_write(&check, metrics_write);
        size_t length = strlen(perfdata);
        unit_check(length > strlen(end) && strcmp(perfdata + length - strlen(end), end) == 0,
                   "case %zu: '%s' does not end in '%s'", i, perfdata, end);
        free(perfdata);
    }
}

/* ---- Decimals by the limit, as a reader of perfdata sees them: in doubles ---- */

/* The value of a metric and its alert, critical, a plain number. */
struct reading {
    double value;
    double alert;
    bool has_alert;
};

static struct reading read_metric(const char *perfdata, const char *label) {
    const char *at = strstr(perfdata, label);
    struct reading reading = {.value = NAN};
    char *end;

    if (at == NULL)
        return reading;
    reading.value = strtod(at + strlen(label), &end);
    end += strcspn(end, ";") + strlen(";;");
    reading.has_alert = *end != ';';
    reading.alert = strtod(end, NULL);
    return reading;
}

/* Gives the used_percent, which another count must not have. */
static double check_alerts(int64_t available, int64_t limit, int64_t minimum) {
    const struct figures figures = {available, limit, limit - available, NO};
    struct token_info info = info_of(REPLY_TOKEN, &figures);
    struct check check;
    char critical[32];

    snprintf(critical, sizeof critical, "%" PRId64, minimum);
    check_prepare(&check, &info, NULL, critical);
    check_judge(&check);
    char *perfdata = check_write(&check, metrics_write);
    struct reading used = read_metric(perfdata, " used=");
    struct reading percent = read_metric(perfdata, " used_percent=");
    bool alert = available < minimum;
    unit_check(used.has_alert && (used.value > used.alert) == alert, "used: '%s'", perfdata);
    unit_check(percent.has_alert && (percent.value > percent.alert) == alert, "used_percent: '%s'",
               perfdata);
    unit_check((check.verdict.state == STATE_CRITICAL) == (alert || available == 0), "'%s'",
               perfdata);
    free(perfdata);
    return percent.value;
}

static void check_around(int64_t limit, int64_t minimum) {
    double last = INFINITY;

    for (int64_t step = -2; step <= 2; step++) {
        int64_t available = minimum + step;
        if (available < 0 || available > limit)
            continue;
        double percent = check_alerts(available, limit, minimum);
        unit_check(percent < last, "%" PRId64 " of %" PRId64 ": a call more does not show",
                   available, limit);
        last = percent;
    }
}

UNIT_TEST(every_call_shows_for_small_limits) {
    for (int64_t limit = 1; limit <= 40; limit++)
        for (int64_t minimum = 1; minimum <= limit; minimum++)
            for (int64_t available = 0; available <= limit; available++)
                check_alerts(available, limit, minimum);
}

UNIT_TEST(every_call_shows_near_thresholds_of_large_limits) {
    uint64_t seed = 18;

    for (int64_t power = 10; power <= NUMBER_MAX; power *= 10) {
        for (int64_t limit = power - 1; limit <= power + 1 && limit <= NUMBER_MAX; limit++) {
            const int64_t minimums[] = {1, 2, limit / 10, limit / 3, limit - 1, limit};
            for (size_t i = 0; i < UNIT_COUNT(minimums); i++)
                check_around(limit, minimums[i] > 0 ? minimums[i] : 1);
        }
    }
    for (int round = 0; round < 5000; round++) {
        int64_t limit = 1 + unit_random_up_to(&seed, NUMBER_MAX - 1);
        check_around(limit, 1 + unit_random_up_to(&seed, limit - 1));
    }
}
