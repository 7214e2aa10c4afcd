/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"

#include <inttypes.h>

static struct verdict judge(const struct token_info *info, const char *warning,
                            const char *critical) {
    struct check check;

    check_prepare(&check, info, warning, critical);
    check_judge(&check);
    return check.verdict;
}

UNIT_TEST(figures_are_judged_by_the_thresholds) {
    static const struct {
        int64_t available;
        int64_t limit;
        const char *warning;
        const char *critical;
        enum state state;
        enum verdict_reason reason;
    } cases[] = {
        /* exactly at a minimum is not an alert */
        {960, 4800, "20%", "10%", STATE_OK, REASON_WITHIN_LIMITS},
        {959, 4800, "20%", "10%", STATE_WARNING, REASON_WARNING},
        {480, 4800, "20%", "10%", STATE_WARNING, REASON_WARNING},
        {479, 4800, "20%", "10%", STATE_CRITICAL, REASON_CRITICAL},
        {480, NO, NULL, "480", STATE_OK, REASON_WITHIN_LIMITS},
        {479, NO, NULL, "480:", STATE_CRITICAL, REASON_CRITICAL},
        {479, 0, NULL, "480", STATE_CRITICAL, REASON_CRITICAL},
        {1, 4800, "0", "0", STATE_OK, REASON_WITHIN_LIMITS},
        {1, NO, NULL, NULL, STATE_OK, REASON_WITHIN_LIMITS},
        {4800, 4800, "100%", NULL, STATE_OK, REASON_WITHIN_LIMITS},
        {4799, 4800, "99.999%", NULL, STATE_WARNING, REASON_WARNING},
        {9000, 4800, "20%", "10%", STATE_OK, REASON_WITHIN_LIMITS},
        {9000, 4800, "10000", "10%", STATE_WARNING, REASON_WARNING},
        {BIG, BIG, "100%", "100%", STATE_OK, REASON_WITHIN_LIMITS},
        {BIG - 1, BIG, "100%", "50%", STATE_WARNING, REASON_WARNING},
        {INT64_C(999990000000), BIG, NULL, "99.999%", STATE_OK, REASON_WITHIN_LIMITS},
        {INT64_C(999989999999), BIG, NULL, "99.999%", STATE_CRITICAL, REASON_CRITICAL},
        /* ranges */
        {21, 4800, "10:20", NULL, STATE_WARNING, REASON_WARNING},
        {20, 4800, "10:20", NULL, STATE_OK, REASON_WITHIN_LIMITS},
        {20, 4800, NULL, "@10:20", STATE_CRITICAL, REASON_CRITICAL},
        {21, 4800, NULL, "@10:20", STATE_OK, REASON_WITHIN_LIMITS},
        {11, 4800, "~:10", NULL, STATE_WARNING, REASON_WARNING},
        {480, 4800, "@10%", NULL, STATE_WARNING, REASON_WARNING},
        {481, 4800, "@10%", NULL, STATE_OK, REASON_WITHIN_LIMITS},
        {61, 100, "20:60%", NULL, STATE_WARNING, REASON_WARNING},
        {BIG, 4800, "~:", "~:", STATE_OK, REASON_WITHIN_LIMITS},
        /* critical first */
        {5, 4800, "10", "10", STATE_CRITICAL, REASON_CRITICAL},
        {5, 4800, "@0:10", "20", STATE_CRITICAL, REASON_CRITICAL},
        {600, 4800, "10%", "700", STATE_CRITICAL, REASON_CRITICAL},
        /* no calls left, whatever the thresholds say */
        {0, 4800, "20%", "10%", STATE_CRITICAL, REASON_CRITICAL},
        {0, 4800, NULL, NULL, STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {0, 4800, "0%", "0", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {0, 4800, "@5:10", "@5:10", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {0, 4800, "~:", "~:", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {-1, 4800, "~:0", "~:0", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {-BIG, 4800, "20%", "10%", STATE_CRITICAL, REASON_CRITICAL},
        {0, NO, "20%", "10%", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {0, 0, "20%", NULL, STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {0, 4800, "5000:10%", "5000:10%", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        /* a percentage without a limit; critical is looked at before what is not known */
        {100, NO, "20%", "10%", STATE_UNKNOWN, REASON_CRITICAL_UNRESOLVED},
        {100, 0, "20%", "10%", STATE_UNKNOWN, REASON_CRITICAL_UNRESOLVED},
        {100, NO, "0%", NULL, STATE_UNKNOWN, REASON_WARNING_UNRESOLVED},
        {100, 0, "20%", "50", STATE_UNKNOWN, REASON_WARNING_UNRESOLVED},
        {49, NO, "20%", "50", STATE_CRITICAL, REASON_CRITICAL},
        {100, NO, "200", "10%", STATE_UNKNOWN, REASON_CRITICAL_UNRESOLVED},
        {100, NO, "@10%", NULL, STATE_UNKNOWN, REASON_WARNING_UNRESOLVED},
        {100, NO, "200", "50", STATE_WARNING, REASON_WARNING},
        /* ends of different units, start beyond end with this limit */
        {100, 4800, NULL, "500:10%", STATE_UNKNOWN, REASON_CRITICAL_UNRESOLVED},
        {100, 4800, "500:10%", NULL, STATE_UNKNOWN, REASON_WARNING_UNRESOLVED},
        {100, 4800, "500:10%", "200", STATE_CRITICAL, REASON_CRITICAL},
        {480, 4800, NULL, "480:10%", STATE_OK, REASON_WITHIN_LIMITS},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures figures = {cases[i].available, cases[i].limit, NO, NO};
        struct token_info info = info_of(REPLY_TOKEN, &figures);
        struct verdict verdict = judge(&info, cases[i].warning, cases[i].critical);
        unit_check(verdict.state == cases[i].state && verdict.reason == cases[i].reason,
                   "%" PRId64 " of %" PRId64 ", -w %s -c %s: %s, reason %d", cases[i].available,
                   cases[i].limit, shown(cases[i].warning), shown(cases[i].critical),
                   state_name(verdict.state), (int)verdict.reason);
        unit_check(verdict.available == cases[i].available && !verdict.is_forecast_worse,
                   "case %zu: available", i);
    }
}

UNIT_TEST(replies_without_figures_have_a_state_each) {
    static const struct {
        enum reply_kind kind;
        enum state states[4]; /* by the number of what unavailable means */
    } cases[] = {
        {REPLY_LIMIT_EXCEEDED, {STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL}},
        {REPLY_TOKEN_REFUSED, {STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL}},
        {REPLY_BUSY, {STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN}},
        {REPLY_WRONG_METHOD, {STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}},
        {REPLY_REFUSED, {STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}},
        {REPLY_NOT_UNDERSTOOD, {STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN}},
    };
    static const struct figures figures = {4000, 4800, 800, 15};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        for (enum state unavailable = STATE_OK; unavailable <= STATE_UNKNOWN; unavailable++) {
            struct token_info info = info_of(cases[i].kind, &figures);
            struct check check;
            check_prepare(&check, &info, "20%", "10%");
            check.options.unavailable = unavailable;
            check_judge(&check);
            unit_check(check.verdict.state == cases[i].states[unavailable] &&
                           check.verdict.reason == REASON_REPLY && check.verdict.available == 0,
                       "kind %d: %s", (int)cases[i].kind, state_name(check.verdict.state));
        }
    }
}

UNIT_TEST(calls_that_run_out_raise_the_state) {
    static const struct {
        const char *warning;
        const char *critical;
        enum state expected[4]; /* by the number of the forecast's state */
        bool worse[4];
    } cases[] = {
        {"10%", "5%", {STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}, {0, 1, 1, 1}},
        {"20%", "10%", {STATE_WARNING, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}, {0, 0, 1, 1}},
        {NULL,
         "500:10%",
         {STATE_UNKNOWN, STATE_UNKNOWN, STATE_CRITICAL, STATE_UNKNOWN},
         {0, 0, 1, 0}},
        {"20%",
         "801",
         {STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL},
         {0, 0, 0, 0}},
    };
    static const struct figures runs_out = {800, 4550, 3750, 9};
    static const struct figures lasts = {800, 4550, 375, 9};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        for (enum state state = STATE_OK; state <= STATE_UNKNOWN; state++) {
            struct token_info info = info_of(REPLY_TOKEN, &runs_out);
            struct check check;
            check_prepare(&check, &info, cases[i].warning, cases[i].critical);
            check.options.has_forecast = true;
            check.options.forecast = state;
            check_judge(&check);
            unit_check(check.verdict.state == cases[i].expected[state] &&
                           check.verdict.is_forecast_worse == cases[i].worse[state],
                       "case %zu, at least %s: %s", i, state_name(state),
                       state_name(check.verdict.state));
            check.result.exchange.info = info_of(REPLY_TOKEN, &lasts);
            check_judge(&check);
            unit_check(check.verdict.state == cases[i].expected[STATE_OK] &&
                           !check.verdict.is_forecast_worse,
                       "case %zu: calls that last change the state", i);
        }
    }
}

UNIT_TEST(percentages_are_compared_exactly) {
    uint64_t seed = 2024;

    for (int round = 0; round < 20000; round++) {
        int64_t limit = 1 + unit_random_up_to(&seed, BIG - 1);
        int64_t available = unit_random_up_to(&seed, limit);
        int64_t critical = (int64_t)(unit_random(&seed) % 100001);
        int64_t warning = critical + (int64_t)(unit_random(&seed) % (uint64_t)(100001 - critical));
        const struct figures figures = {available, limit, NO, NO};
        struct token_info info = info_of(REPLY_TOKEN, &figures);
        char texts[2][32];
        snprintf(texts[0], sizeof texts[0], "%" PRId64 ".%03" PRId64 "%%", warning / 1000,
                 warning % 1000);
        snprintf(texts[1], sizeof texts[1], "%" PRId64 ".%03" PRId64 "%%", critical / 1000,
                 critical % 1000);
        struct verdict verdict = judge(&info, texts[0], texts[1]);
        int64_t left = available * 100000;
        enum state state = available == 0 || left < limit * critical ? STATE_CRITICAL
                           : left < limit * warning                  ? STATE_WARNING
                                                                     : STATE_OK;
        unit_check(verdict.state == state, "%" PRId64 " of %" PRId64 ", -w %s -c %s: %s", available,
                   limit, texts[0], texts[1], state_name(verdict.state));
    }
}
