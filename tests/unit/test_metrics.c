/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"
#include "unit.h"
#include "verdict/sentence.h"

#include <inttypes.h>
#include <math.h>

/* Manual, PERFDATA. */

static void check_metrics(struct check *check, const char *expected) {
    check_judge(check);
    char *perfdata = check_write(check, metrics_write);

    unit_check(strcmp(perfdata, expected) == 0, "-w %s -c %s:\n'%s', not\n'%s'",
               unit_show_text(check->options.warning.text).text,
               unit_show_text(check->options.critical.text).text, perfdata, expected);
    free(perfdata);
}

UNIT_TEST(metrics_have_the_documented_form) {
    static const struct {
        enum reply_kind kind;
        struct figures figures;
        const char *warning;
        const char *critical;
        const char *perfdata; /* before the time */
    } cases[] = {
        {REPLY_TOKEN,
         {4799, 4800, 1, 15},
         "20%",
         "10%",
         "available=4799;960:;480:;0;4800 used=1;3840;4320;0;4800 "
         "used_percent=0.03%;80;90;0;100 reset=54000s;;;0"},
        /* what the API did not give is left out; without a threshold, no calls left is critical */
        {REPLY_TOKEN, {7, NO, NO, NO}, NULL, NULL, "available=7;;1:;0"},
        {REPLY_TOKEN, {7, NO, 3, 0}, "5", "10%", "available=7;5:;1:;0 used=3;;;0 reset=0s;;;0"},
        {REPLY_TOKEN, {7, 0, 3, NO}, "20%", "5", "available=7;;5:;0;0 used=3;;;0;0"},
        {REPLY_TOKEN,
         {7, 10, NO, 9999},
         NULL,
         "~:",
         "available=7;;1:;0;10 used_percent=30%;;90;0;100 reset=35996400s;;;0"},
        {REPLY_TOKEN,
         {7, 10, 3, NO},
         "4:",
         "0",
         "available=7;4:;0:;0;10 used=3;6;10;0;10 used_percent=30%;60;100;0;100"},
        {REPLY_TOKEN,
         {10, 10, 0, NO},
         "100%",
         NULL,
         "available=10;10:;1:;0;10 used=0;0;9;0;10 used_percent=0%;0;90;0;100"},
        /* used and left do not add up to the limit */
        {REPLY_TOKEN,
         {7, 10, 2, NO},
         "20%",
         "10%",
         "available=7;2:;1:;0;10 used=2;;;0;10 used_percent=30%;80;90;0;100"},
        {REPLY_TOKEN,
         {12, 10, 0, NO},
         "20%",
         NULL,
         "available=12;2:;1:;0;10 used=0;;;0;10 used_percent=0%;80;90;0;100"},
        {REPLY_TOKEN,
         {-5, 10, 15, NO},
         "20%",
         "10%",
         "available=-5;2:;1:;0;10 used=15;8;9;0;10 used_percent=100%;80;90;0;100"},
        /* a threshold above the limit, and those that are no simple minimum */
        {REPLY_TOKEN,
         {7, 10, 3, NO},
         "1000000000000",
         "9",
         "available=7;1000000000000:;9:;0;10 used=3;;1;0;10 used_percent=30%;;10;0;100"},
        {REPLY_TOKEN,
         {7, 10, 3, NO},
         "~:",
         "@0:1",
         "available=7;~:;@0:1;0;10 used=3;;;0;10 used_percent=30%;;;0;100"},
        {REPLY_TOKEN,
         {7, 10, 3, NO},
         "2:8",
         "@10%:",
         "available=7;2:8;@1:;0;10 used=3;;;0;10 used_percent=30%;;;0;100"},
        /* no whole number between two close percentages; reversed with this limit */
        {REPLY_TOKEN,
         {7, 10, 3, NO},
         "10.1%:10.2%",
         "@10.1%:10.2%",
         "available=7;@~:;1:;0;10 used=3;;9;0;10 used_percent=30%;;90;0;100"},
        {REPLY_TOKEN,
         {7, 10, 3, NO},
         "5:20%",
         "5:20%",
         "available=7;;1:;0;10 used=3;;9;0;10 used_percent=30%;;90;0;100"},
        /* percentages are rounded up, to decimals by the limit */
        {REPLY_TOKEN,
         {5, 7, 2, NO},
         "20%",
         "10%",
         "available=5;2:;1:;0;7 used=2;5;6;0;7 used_percent=28.58%;71.43;85.72;0;100"},
        {REPLY_TOKEN,
         {993473, 1000000, NO, NO},
         "993474",
         NULL,
         "available=993473;993474:;1:;0;1000000 used_percent=0.6527%;0.6526;99.9999;0;100"},
        {REPLY_TOKEN,
         {BIG - 1, BIG, 1, NO},
         NULL,
         "50%",
         "available=999999999999;;500000000000:;0;1000000000000 "
         "used=1;;500000000000;0;1000000000000 used_percent=0.0000000001%;;50;0;100"},
        /* an exceeded limit is completed */
        {REPLY_LIMIT_EXCEEDED, {NO, NO, NO, NO}, "20%", "10%", "available=0;;1:;0"},
        {REPLY_LIMIT_EXCEEDED, {NO, NO, NO, NO}, "480", "@5:240", "available=0;480:;@5:240;0"},
        {REPLY_LIMIT_EXCEEDED,
         {NO, NO, 9, 3},
         "20%",
         "10",
         "available=0;;10:;0 used=9;;;0 reset=10800s;;;0"},
        {REPLY_LIMIT_EXCEEDED,
         {17, 4800, NO, NO},
         "20%",
         "10%",
         "available=0;960:;480:;0;4800 used=4800;3840;4320;0;4800 used_percent=100%;80;90;0;100"},
        {REPLY_LIMIT_EXCEEDED,
         {17, 4800, 4783, NO},
         "20%",
         "10%",
         "available=0;960:;480:;0;4800 used=4783;;;0;4800 used_percent=100%;80;90;0;100"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char expected[300];
        struct check check;
        check_prepare(&check, cases[i].kind, &cases[i].figures, cases[i].warning,
                      cases[i].critical);
        snprintf(expected, sizeof expected, "%s time=0.213s;;;0;10", cases[i].perfdata);
        check_metrics(&check, expected);
    }
}

UNIT_TEST(the_time_has_the_timeout_as_its_maximum) {
    static const struct {
        int64_t milliseconds;
        int timeout;
        const char *time;
    } cases[] = {{0, 10, "0s;;;0;10"}, {1, 1, "0.001s;;;0;1"}, {3600000, 3600, "3600s;;;0;3600"}};
    static const struct figures figures = {7, NO, NO, NO};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char expected[100];
        struct check check;
        check_prepare(&check, REPLY_TOKEN, &figures, NULL, NULL);
        check.result.answer.info.all_used = count_of(9000);
        check.result.answer.request_ms = cases[i].milliseconds;
        check.options.timeout = cases[i].timeout;
        snprintf(expected, sizeof expected, "available=7;;1:;0 all_used=9000;;;0 time=%s",
                 cases[i].time);
        check_metrics(&check, expected);
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
        {REPLY_TOKEN, {4549, 4550, 1, 9}, STATE_WARNING, 32401, "lasts=0s;0:;;0;0"},
        /* no forecast: too early, no limit, no calls of today */
        {REPLY_TOKEN, {800, 4550, 3750, 22}, STATE_WARNING, 0, "lasts=79200s;79200:;;0;79200"},
        {REPLY_TOKEN, {800, NO, 3750, 9}, STATE_WARNING, 0, "lasts=32400s;32400:;;0;32400"},
        {REPLY_TOKEN, {800, 4550, NO, 9}, STATE_WARNING, 60, "lasts=32340s;32340:;;0;32340"},
        /* none left */
        {REPLY_TOKEN, {-1, 4550, 4551, 22}, STATE_CRITICAL, 0, "lasts=0s;;79200:;0;79200"},
        {REPLY_LIMIT_EXCEEDED, {17, 4550, NO, 9}, STATE_WARNING, 400, "lasts=0s;32000:;;0;32000"},
        /* without a reset there is none */
        {REPLY_TOKEN, {800, 4550, 3750, NO}, STATE_WARNING, 0, NULL},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char end[100] = " time=0.213s;;;0;10";
        struct check check;
        if (cases[i].end != NULL) {
            int64_t reset_s = cases[i].figures.hours * 3600 - cases[i].age_s;
            snprintf(end, sizeof end, " reset=%" PRId64 "s;;;0 time=0.213s;;;0;10 %s",
                     reset_s > 0 ? reset_s : 0, cases[i].end);
        }
        check_prepare(&check, cases[i].kind, &cases[i].figures, NULL, NULL);
        check.options.has_forecast = true;
        check.options.forecast = cases[i].forecast;
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

/* The value of a metric and whether it is above its alert, critical, a plain number. */
static double read_metric(const char *perfdata, const char *label, bool *alerts) {
    char *end;
    double value = strtod(strstr(perfdata, label) + strlen(label), &end);
    const char *alert = strchr(end, ';') + strlen(";;");

    unit_check(*alert != ';', "no alert: '%s'", perfdata);
    *alerts = value > strtod(alert, NULL);
    return value;
}

/* Gives the used_percent, which another count must not have. */
static double check_alerts(int64_t available, int64_t limit, int64_t minimum) {
    const struct figures figures = {available, limit, limit - available, NO};
    bool used_alerts;
    bool percent_alerts;
    struct check check;
    char critical[32];

    snprintf(critical, sizeof critical, "%" PRId64, minimum);
    check_prepare(&check, REPLY_TOKEN, &figures, NULL, critical);
    check_judge(&check);
    char *perfdata = check_write(&check, metrics_write);
    bool alert = available < minimum;
    (void)read_metric(perfdata, " used=", &used_alerts);
    double percent = read_metric(perfdata, " used_percent=", &percent_alerts);
    unit_check(used_alerts == alert && percent_alerts == alert, "'%s'", perfdata);
    unit_check((check.verdict.state == STATE_CRITICAL) == (alert || available == 0), "'%s'",
               perfdata);
    free(perfdata);
    return percent;
}

static void check_around(int64_t limit, int64_t minimum) {
    double last = INFINITY;

    for (int64_t available = minimum - 2; available <= minimum + 2; available++) {
        if (available < 0 || available > limit)
            continue;
        double percent = check_alerts(available, limit, minimum);
        unit_check(percent < last, "%" PRId64 " of %" PRId64 ": a call more does not show",
                   available, limit);
        last = percent;
    }
}

UNIT_TEST(every_call_shows_near_thresholds) {
    for (int64_t limit = 1; limit <= 40; limit++)
        for (int64_t minimum = 1; minimum <= limit; minimum++)
            check_around(limit, minimum);
    for (int64_t power = 100; power <= BIG; power *= 10) {
        for (int64_t limit = power - 1; limit <= power + 1 && limit <= BIG; limit++) {
            const int64_t minimums[] = {1, 2, limit / 10, limit / 3, limit - 1, limit};
            for (size_t i = 0; i < UNIT_COUNT(minimums); i++)
                check_around(limit, minimums[i]);
        }
    }
}
