/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"
#include "mask.h"
#include "unit.h"

/* Manual, OUTPUT. */

static void check_text(const struct check *check, const char *expected) {
    char *text = check_write(check, sentence_write_text);

    unit_check(strcmp(text, expected) == 0, "'%s', not\n'%s'", text, expected);
    free(text);
}

UNIT_TEST(the_text_says_what_is_left) {
    static const struct {
        struct figures figures;
        int64_t age_s;
        const char *text;
    } cases[] = {
        {{4799, 4800, 1, NO}, 0, "4799 of 4800 calls left (99.97%)"},
        {{7, 0, NO, NO}, 0, "7 of 0 calls left"},
        {{6000, 4800, NO, NO}, 0, "6000 of 4800 calls left (125%)"},
        {{-3, 4800, NO, NO}, 0, "-3 of 4800 calls left (0%) (no calls left is always critical)"},
        /* rounded down to two decimals, whatever the limit is */
        {{99979, 100000, NO, NO}, 0, "99979 of 100000 calls left (99.97%)"},
        {{1, 100000, NO, NO}, 0, "1 of 100000 calls left (0%)"},
        {{BIG - 1, BIG, NO, NO}, 0, "999999999999 of 1000000000000 calls left (99.99%)"},
        {{BIG, 1, NO, NO}, 0, "1000000000000 of 1 calls left (100000000000000%)"},
        /* hours rounded up, less the answer's age */
        {{7, NO, NO, 15}, 0, "7 calls left, counter resets in 15 h"},
        {{7, NO, NO, 15}, 3599, "7 calls left, counter resets in 15 h"},
        {{7, NO, NO, 15}, 3600, "7 calls left, counter resets in 14 h"},
        {{7, NO, NO, 15}, 53999, "7 calls left, counter resets in 1 h"},
        {{7, NO, NO, 15}, 54001, "7 calls left, counter resets in 0 h"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct check check;
        check_prepare(&check, REPLY_TOKEN, &cases[i].figures, NULL, NULL);
        check.result.age_s = cases[i].age_s;
        check_judge(&check);
        check_text(&check, cases[i].text);
    }
}

UNIT_TEST(the_text_says_when_the_calls_run_out) {
    static const struct {
        enum forecast_kind kind;
        int64_t pace_s;
        int64_t gone_in_s;
        const char *text; /* behind the hours to the reset, which are nine */
    } cases[] = {
        /* hours rounded down, minutes below an hour */
        {FORECAST_GONE, 0, 14399, ", at today's pace gone in 3 h, 5 h before the reset"},
        {FORECAST_GONE, 0, 14401, ", at today's pace gone in 4 h, 4 h before the reset"},
        {FORECAST_GONE, 0, 3599, ", at today's pace gone in 59 min, 8 h before the reset"},
        {FORECAST_GONE, 0, 0, ", at today's pace gone in 0 min, 9 h before the reset"},
        {FORECAST_GONE, 0, 28801, ", at today's pace gone in 8 h, 59 min before the reset"},
        {FORECAST_GONE, 7199, 14400,
         ", at the pace of the last 1 h gone in 4 h, 5 h before the reset"},
        {FORECAST_GONE, 72000, 600,
         ", at the pace of the last 20 h gone in 10 min, 8 h before the reset"},
        {FORECAST_LASTS, 7200, 5, ""},
        {FORECAST_NONE, 0, 5, ""},
    };
    static const struct figures figures = {800, NO, 3750, 9};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct forecast forecast = {
            .kind = cases[i].kind, .pace_s = cases[i].pace_s, .gone_in_s = cases[i].gone_in_s};
        struct check check;
        char expected[200];
        check_prepare(&check, REPLY_TOKEN, &figures, NULL, NULL);
        check_judge(&check);
        check.input.forecast = &forecast;
        snprintf(expected, sizeof expected, "800 calls left, counter resets in 9 h%s",
                 cases[i].text);
        check_text(&check, expected);
    }
}

/* What worsens the state comes first, and a minimum has no colon. */
UNIT_TEST(the_text_says_why) {
    static const struct {
        const char *warning;
        const char *critical;
        int forecast;       /* a state; -1: not asked for */
        const char *reason; /* behind the figures */
    } cases[] = {
        {"10%", "5%", -1, ""},
        {"20%:", "10%", -1, " (warning below 20%)"},
        {"20%", "801:", -1, " (critical below 801)"},
        {"@0:5000", NULL, -1, " (warning inside @0:5000)"},
        {":5", "~:", -1, " (warning outside :5)"},
        {NULL, "10%:400", -1, " (the start of the critical threshold 10%:400 is above its end)"},
        {"10%:400", NULL, -1, " (the start of the warning threshold 10%:400 is above its end)"},
        {NULL, NULL, STATE_OK, ""},
        {NULL, NULL, STATE_WARNING, " (warning: forecast)"},
        {"20%", "10%", STATE_WARNING, " (warning below 20%)"},
        {"20%", "10%", STATE_CRITICAL, " (critical: forecast, warning below 20%)"},
        {"20%", "10%", STATE_UNKNOWN, " (unknown: forecast, warning below 20%)"},
        {"20%", "801", STATE_CRITICAL, " (critical below 801)"},
        {"10%:400", NULL, STATE_CRITICAL,
         " (critical: forecast, the start of the warning threshold 10%:400 is above its end)"},
    };
    static const struct figures figures = {800, 4550, 3750, 9};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        bool has_forecast = cases[i].forecast >= 0;
        struct check check;
        char expected[300];
        check_prepare(&check, REPLY_TOKEN, &figures, cases[i].warning, cases[i].critical);
        check.options.has_forecast = has_forecast;
        check.options.forecast = (enum state)cases[i].forecast;
        check_judge(&check);
        snprintf(expected, sizeof expected,
                 "800 of 4550 calls left (17.58%%), counter resets in 9 h%s%s",
                 has_forecast ? ", at today's pace gone in 3 h, 5 h before the reset" : "",
                 cases[i].reason);
        check_text(&check, expected);
    }
}

UNIT_TEST(without_a_limit_a_percentage_is_no_threshold) {
    static const char *const criticals[] = {NULL, "10%"};
    static const struct figures figures = {7, NO, NO, NO};

    for (size_t i = 0; i < UNIT_COUNT(criticals); i++) {
        struct check check;
        char expected[200];
        check_prepare(&check, REPLY_TOKEN, &figures, "20%:", criticals[i]);
        check_judge(&check);
        snprintf(expected, sizeof expected,
                 "7 calls left (the %s needs a limit, and the answer has none above 0)",
                 i == 0 ? "warning threshold 20%" : "critical threshold 10%");
        check_text(&check, expected);
    }
}

UNIT_TEST(a_redirect_names_the_place) {
#define SAME " (a redirect that stays on the same host, not followed: the token would go along)"
#define TO(url) " (a redirect to " url ", not followed: the token would go along)"
    static const struct {
        const char *redirect; /* as libcurl gives it: absolute */
        const char *words;
    } cases[] = {
        {"https://s3cr3t.example.org:8443/s3cr3t", TO("https://***.example.org:8443/***")},
        {"https://login.example.org/x?session=1", TO("https://login.example.org/x")},
        {"https://a|b<c>.example.org#1", TO("https://a?b?c?.example.org")},
        {"http://CRM0001.wolkvox.com:80/", SAME},
        {"https://crm0001.wolkvox.com", SAME},
        {"https://crm0001.wolkvox.com?a@b", SAME},
        {"https://crm0001.wolkvox.com.evil.org/", TO("https://crm0001.wolkvox.com.evil.org/")},
        {"https://crm0001.wolkvox.com:x@y@evil.org:8443/", TO("evil.org:8443/")},
        {"https://user:password@crm0001.wolkvox.com/", SAME},
        {"https://evil.org/@crm0001.wolkvox.com/", TO("https://evil.org/@crm0001.wolkvox.com/")},
        {"http://[::1]:8080/x", SAME},
        {"http://[::12]:8080/x", TO("http://[::12]:8080/x")},
    };
    static const struct figures figures = {NO, NO, NO, NO};

    mask_register("s3cr3t");
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct check check;
        char expected[300];
        check_prepare(&check, REPLY_REFUSED, &figures, NULL, NULL);
        if (strchr(cases[i].redirect, '[') != NULL)
            strcpy(check.options.server.host, "::1");
        check.result.answer.info.status = 302;
        check.result.exchange.requests = 1;
        check.result.exchange.responses[0].redirect = (char *)(uintptr_t)cases[i].redirect;
        check_judge(&check);
        snprintf(expected, sizeof expected, "API not usable: HTTP 302%s", cases[i].words);
        check_text(&check, expected);
    }
    mask_register(NULL);
}
