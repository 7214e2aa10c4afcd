/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"
#include "mask.h"

#include <inttypes.h>

static void check_text(struct check *check, const char *expected) {
    check_judge(check);
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
        {{4799, NO, 1, 15}, 0, "4799 calls left, counter resets in 15 h"},
        {{7, 0, NO, NO}, 0, "7 of 0 calls left"},
        {{6000, 4800, NO, NO}, 0, "6000 of 4800 calls left (125%)"},
        {{-3, 4800, NO, NO}, 0, "-3 of 4800 calls left (0%) (no calls left is always critical)"},
        /* rounded down to two decimals, whatever the limit is */
        {{99979, 100000, NO, NO}, 0, "99979 of 100000 calls left (99.97%)"},
        {{1, 100000, NO, NO}, 0, "1 of 100000 calls left (0%)"},
        {{2, 3, NO, NO}, 0, "2 of 3 calls left (66.66%)"},
        {{BIG - 1, BIG, NO, NO}, 0, "999999999999 of 1000000000000 calls left (99.99%)"},
        {{BIG, 1, NO, NO}, 0, "1000000000000 of 1 calls left (100000000000000%)"},
        /* hours rounded up, less the answer's age */
        {{7, NO, NO, 15}, 1, "7 calls left, counter resets in 15 h"},
        {{7, NO, NO, 15}, 3599, "7 calls left, counter resets in 15 h"},
        {{7, NO, NO, 15}, 3600, "7 calls left, counter resets in 14 h"},
        {{7, NO, NO, 15}, 53999, "7 calls left, counter resets in 1 h"},
        {{7, NO, NO, 15}, 54001, "7 calls left, counter resets in 0 h"},
        {{7, NO, NO, 0}, 0, "7 calls left, counter resets in 0 h"},
    };
    struct check check;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = info_of(REPLY_TOKEN, &cases[i].figures);
        check_prepare(&check, &info, NULL, NULL);
        check.result.age_s = cases[i].age_s;
        check_text(&check, cases[i].text);
    }
}

UNIT_TEST(the_text_says_when_the_calls_run_out) {
    static const struct {
        struct forecast forecast; /* kind, reason, pace_s, gone_in_s */
        const char *text;         /* behind the hours to the reset, which are nine */
    } cases[] = {
        /* hours rounded down, minutes below an hour */
        {{FORECAST_GONE, NULL, 0, 14399}, "at today's pace gone in 3 h, 5 h before the reset"},
        {{FORECAST_GONE, NULL, 0, 14400}, "at today's pace gone in 4 h, 5 h before the reset"},
        {{FORECAST_GONE, NULL, 0, 14401}, "at today's pace gone in 4 h, 4 h before the reset"},
        {{FORECAST_GONE, NULL, 0, 3599}, "at today's pace gone in 59 min, 8 h before the reset"},
        {{FORECAST_GONE, NULL, 0, 59}, "at today's pace gone in 0 min, 8 h before the reset"},
        {{FORECAST_GONE, NULL, 0, 0}, "at today's pace gone in 0 min, 9 h before the reset"},
        {{FORECAST_GONE, NULL, 0, 28801}, "at today's pace gone in 8 h, 59 min before the reset"},
        {{FORECAST_GONE, NULL, 3600, 14400},
         "at the pace of the last 1 h gone in 4 h, 5 h before the reset"},
        {{FORECAST_GONE, NULL, 7199, 14400},
         "at the pace of the last 1 h gone in 4 h, 5 h before the reset"},
        {{FORECAST_GONE, NULL, 72000, 600},
         "at the pace of the last 20 h gone in 10 min, 8 h before the reset"},
        {{FORECAST_LASTS, NULL, 7200, 5}, NULL},
        {{FORECAST_NONE, "it is too early", 0, 5}, NULL},
    };
    static const struct figures figures = {800, 4550, 3750, 9};
    struct token_info info = info_of(REPLY_TOKEN, &figures);
    struct check check;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char expected[200];
        check_prepare(&check, &info, NULL, NULL);
        check_judge(&check);
        check.input.forecast = &cases[i].forecast;
        char *text = check_write(&check, sentence_write_text);
        snprintf(expected, sizeof expected,
                 "800 of 4550 calls left (17.58%%), counter resets in 9 h%s%s",
                 cases[i].text != NULL ? ", " : "", cases[i].text != NULL ? cases[i].text : "");
        unit_check(strcmp(text, expected) == 0, "'%s', not '%s'", text, expected);
        free(text);
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
        {"20%", "10%", -1, " (warning below 20%)"},
        {"20%:", "801:", -1, " (critical below 801)"},
        {"@0:5000", NULL, -1, " (warning inside @0:5000)"},
        {"5000:", NULL, -1, " (warning below 5000)"},
        {":5", "~:", -1, " (warning outside :5)"},
        {NULL, "10%:400", -1, " (the start of the critical threshold 10%:400 is above its end)"},
        {"10%:400", NULL, -1, " (the start of the warning threshold 10%:400 is above its end)"},
        {NULL, NULL, STATE_OK, ""},
        {NULL, NULL, STATE_WARNING, " (warning: forecast)"},
        {NULL, NULL, STATE_CRITICAL, " (critical: forecast)"},
        {NULL, NULL, STATE_UNKNOWN, " (unknown: forecast)"},
        {"20%", "10%", STATE_WARNING, " (warning below 20%)"},
        {"20%", "10%", STATE_CRITICAL, " (critical: forecast, warning below 20%)"},
        {"20%", "10%", STATE_UNKNOWN, " (unknown: forecast, warning below 20%)"},
        {"20%", "801", STATE_CRITICAL, " (critical below 801)"},
        {"10%:400", NULL, STATE_CRITICAL,
         " (critical: forecast, the start of the warning threshold 10%:400 is above its end)"},
    };
    static const struct figures figures = {800, 4550, 3750, 9};
    struct token_info info = info_of(REPLY_TOKEN, &figures);
    struct check check;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char expected[300];
        check_prepare(&check, &info, cases[i].warning, cases[i].critical);
        check.options.has_forecast = cases[i].forecast >= 0;
        if (cases[i].forecast >= 0)
            check.options.forecast = (enum state)cases[i].forecast;
        snprintf(expected, sizeof expected,
                 "800 of 4550 calls left (17.58%%), counter resets in 9 h%s%s",
                 cases[i].forecast >= 0 ? ", at today's pace gone in 3 h, 5 h before the reset"
                                        : "",
                 cases[i].reason);
        check_text(&check, expected);
    }
}

UNIT_TEST(without_a_limit_a_percentage_is_no_threshold) {
    static const struct figures figures = {7, NO, NO, NO};
    struct token_info info = info_of(REPLY_TOKEN, &figures);
    struct check check;

    check_prepare(&check, &info, "20%:", NULL);
    check_text(&check, "7 calls left (the warning threshold 20% needs a limit, and the answer has "
                       "none above 0)");
    check_prepare(&check, &info, "20%", "10%");
    check_text(&check, "7 calls left (the critical threshold 10% needs a limit, and the answer has "
                       "none above 0)");
}

UNIT_TEST(a_redirect_names_the_place) {
#define SAME " (a redirect that stays on the same host, not followed: the token would go along)"
#define TO(url) " (a redirect to " url ", not followed: the token would go along)"
    static const struct {
        const char *redirect; /* as libcurl gives it: absolute */
        const char *words;
    } cases[] = {
        {"https://login.example.org:8443/x", TO("https://login.example.org:8443/x")},
        {"https://s3cr3t.example.org/s3cr3t", TO("https://***.example.org/***")},
        {"https://login.example.org/x?session=1", TO("https://login.example.org/x")},
        {"https://login.example.org#1", TO("https://login.example.org")},
        {"https://a|b<c>.example.org/", TO("https://a?b?c?.example.org/")},
        {"https://crm0001.wolkvox.com/other", SAME},
        {"http://CRM0001.wolkvox.com:80/", SAME},
        {"https://crm0001.wolkvox.com", SAME},
        {"https://crm0001.wolkvox.com?a@b", SAME},
        {"https://crm0001.wolkvox.com.evil.org/", TO("https://crm0001.wolkvox.com.evil.org/")},
        {"https://crm0001.wolkvox.com@evil.org/", TO("evil.org/")},
        {"https://crm0001.wolkvox.com:x@y@evil.org:8443/", TO("evil.org:8443/")},
        {"https://user:password@crm0001.wolkvox.com/", SAME},
        {"https://evil.org/@crm0001.wolkvox.com/", TO("https://evil.org/@crm0001.wolkvox.com/")},
    };
    struct token_info info = {.kind = REPLY_REFUSED, .status = 302};
    struct check check;

    mask_register("s3cr3t");
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char expected[300];
        check_prepare(&check, &info, NULL, NULL);
        check.result.exchange.requests = 1;
        check.result.exchange.responses[0].redirect = (char *)(uintptr_t)cases[i].redirect;
        snprintf(expected, sizeof expected, "API not usable: HTTP 302%s", cases[i].words);
        check_text(&check, expected);
    }
    mask_register(NULL);
}
