/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "check.h"
#include "unit.h"

#include <inttypes.h>

/* Manual, THRESHOLDS and STATES. */

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
        {479, 0, NULL, "480:", STATE_CRITICAL, REASON_CRITICAL},
        {1, 4800, "0", "0", STATE_OK, REASON_WITHIN_LIMITS},
        {1, NO, NULL, NULL, STATE_OK, REASON_WITHIN_LIMITS},
        {9000, 4800, "10000", "10%", STATE_WARNING, REASON_WARNING},
        {BIG, BIG, "100%", "100%", STATE_OK, REASON_WITHIN_LIMITS},
        {BIG - 1, BIG, "100%", "50%", STATE_WARNING, REASON_WARNING},
        {INT64_C(999990000000), BIG, NULL, "99.999%", STATE_OK, REASON_WITHIN_LIMITS},
        {INT64_C(999989999999), BIG, NULL, "99.999%", STATE_CRITICAL, REASON_CRITICAL},
        /* ranges */
        {21, 4800, "10:20", NULL, STATE_WARNING, REASON_WARNING},
        {20, 4800, "10:20", NULL, STATE_OK, REASON_WITHIN_LIMITS},
        {480, 4800, NULL, "@10%", STATE_CRITICAL, REASON_CRITICAL},
        {481, 4800, NULL, "@10%", STATE_OK, REASON_WITHIN_LIMITS},
        {BIG, 4800, "~:", "~:", STATE_OK, REASON_WITHIN_LIMITS},
        /* critical first */
        {5, 4800, "10", "10", STATE_CRITICAL, REASON_CRITICAL},
        {600, 4800, "@0:1000", "700", STATE_CRITICAL, REASON_CRITICAL},
        /* no calls left, whatever the thresholds say */
        {0, 4800, NULL, NULL, STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {0, 4800, "0%", "0", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {0, 4800, "@5:10", "~:", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {-1, 4800, "~:0", "~:0", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {-BIG, 4800, "20%", "10%", STATE_CRITICAL, REASON_CRITICAL},
        {0, NO, "20%", "10%", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        {0, 4800, "5000:10%", "5000:10%", STATE_CRITICAL, REASON_NO_CALLS_LEFT},
        /* a percentage without a limit; critical is looked at before what is not known */
        {100, NO, "200", "10%", STATE_UNKNOWN, REASON_CRITICAL_UNRESOLVED},
        {100, 0, "20%", "10%", STATE_UNKNOWN, REASON_CRITICAL_UNRESOLVED},
        {100, NO, "0%", NULL, STATE_UNKNOWN, REASON_WARNING_UNRESOLVED},
        {100, 0, "@10%", "50", STATE_UNKNOWN, REASON_WARNING_UNRESOLVED},
        {49, NO, "20%", "50", STATE_CRITICAL, REASON_CRITICAL},
        /* ends of different units, start beyond end with this limit */
        {100, 4800, NULL, "500:10%", STATE_UNKNOWN, REASON_CRITICAL_UNRESOLVED},
        {100, 4800, "500:10%", NULL, STATE_UNKNOWN, REASON_WARNING_UNRESOLVED},
        {100, 4800, "500:10%", "200", STATE_CRITICAL, REASON_CRITICAL},
        {480, 4800, NULL, "480:10%", STATE_OK, REASON_WITHIN_LIMITS},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct figures figures = {cases[i].available, cases[i].limit, NO, NO};
        struct check check;
        check_prepare(&check, REPLY_TOKEN, &figures, cases[i].warning, cases[i].critical);
        check_judge(&check);
        const struct verdict *verdict = &check.verdict;
        unit_check(verdict->state == cases[i].state && verdict->reason == cases[i].reason &&
                       verdict->available == cases[i].available && !verdict->is_forecast_worse,
                   "%" PRId64 " of %" PRId64 ", -w %s -c %s: %s, reason %d", cases[i].available,
                   cases[i].limit, unit_show_text(cases[i].warning).text,
                   unit_show_text(cases[i].critical).text, state_name(verdict->state),
                   (int)verdict->reason);
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
            struct check check;
            check_prepare(&check, cases[i].kind, &figures, "20%", "10%");
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
    } cases[] = {
        {"10%", "5%", {STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}},
        {"20%", "10%", {STATE_WARNING, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN}},
        {NULL, "500:10%", {STATE_UNKNOWN, STATE_UNKNOWN, STATE_CRITICAL, STATE_UNKNOWN}},
        {"20%", "801", {STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL}},
    };
    static const struct figures runs_out = {800, 4550, 3750, 9};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        for (enum state state = STATE_OK; state <= STATE_UNKNOWN; state++) {
            enum state without = cases[i].expected[STATE_OK];
            enum state with = cases[i].expected[state];
            struct check check;
            check_prepare(&check, REPLY_TOKEN, &runs_out, cases[i].warning, cases[i].critical);
            check.options.has_forecast = true;
            check.options.forecast = state;
            check_judge(&check);
            unit_check(
                check.verdict.state == with && check.verdict.is_forecast_worse == (with != without),
                "case %zu, at least %s: %s", i, state_name(state), state_name(check.verdict.state));
            check.result.answer.info.used.value = 375; /* so that they last */
            check_judge(&check);
            unit_check(check.verdict.state == without && !check.verdict.is_forecast_worse,
                       "case %zu: calls that last change the state", i);
        }
    }
}
