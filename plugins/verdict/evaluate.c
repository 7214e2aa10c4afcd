/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/evaluate.h"

#include <stddef.h>

static bool is_given(const struct criterion *criterion) {
    return criterion->threshold->text != NULL;
}

static bool is_unresolved(const struct criterion *criterion) {
    return is_given(criterion) && criterion->resolution != THRESHOLD_RESOLVED;
}

bool criterion_is_resolved(const struct criterion *criterion) {
    return is_given(criterion) && criterion->resolution == THRESHOLD_RESOLVED;
}

static bool alerts(const struct criterion *criterion, int64_t value) {
    return criterion_is_resolved(criterion) && range_alerts(&criterion->range, value);
}

static struct criterion criterion_of(const struct threshold *threshold, int64_t limit) {
    struct criterion criterion = {.threshold = threshold};

    if (threshold->text != NULL)
        criterion.resolution = threshold_resolve(threshold, limit, &criterion.range);
    return criterion;
}

/* What is critical is looked at before what is not known, and both before a warning. */
static enum verdict_reason judge_figures(const struct verdict *verdict) {
    if (alerts(&verdict->critical, verdict->available))
        return REASON_CRITICAL;
    if (verdict->available <= 0)
        return REASON_NO_CALLS_LEFT;
    if (is_unresolved(&verdict->critical))
        return REASON_CRITICAL_UNRESOLVED;
    if (is_unresolved(&verdict->warning))
        return REASON_WARNING_UNRESOLVED;
    return alerts(&verdict->warning, verdict->available) ? REASON_WARNING : REASON_WITHIN_LIMITS;
}

static enum state state_of_reason(enum verdict_reason reason) {
    static const enum state states[] = {
        [REASON_WITHIN_LIMITS] = STATE_OK,           [REASON_WARNING] = STATE_WARNING,
        [REASON_CRITICAL] = STATE_CRITICAL,          [REASON_NO_CALLS_LEFT] = STATE_CRITICAL,
        [REASON_WARNING_UNRESOLVED] = STATE_UNKNOWN, [REASON_CRITICAL_UNRESOLVED] = STATE_UNKNOWN,
    };

    return states[reason];
}

static enum state state_of_reply(const struct evaluate_input *input) {
    switch (input->info->kind) {
    case REPLY_LIMIT_EXCEEDED:
    case REPLY_TOKEN_REFUSED:
        return STATE_CRITICAL;
    case REPLY_WRONG_METHOD:
    case REPLY_REFUSED:
        return input->unavailable;
    case REPLY_TOKEN:
    case REPLY_BUSY:
    case REPLY_NOT_UNDERSTOOD:
        break;
    }
    return STATE_UNKNOWN;
}

static void add_forecast(struct verdict *verdict, const struct evaluate_input *input) {
    if (input->forecast == NULL || input->forecast->kind != FORECAST_GONE)
        return;
    enum state state = worse_state(verdict->state, input->forecast_state);
    verdict->is_forecast_worse = state != verdict->state;
    verdict->state = state;
}

struct verdict evaluate(const struct evaluate_input *input) {
    const struct token_info *info = input->info;
    int64_t limit = info->limit.is_known ? info->limit.value : 0;
    struct verdict verdict = {
        .state = state_of_reply(input),
        .reason = REASON_REPLY,
        .available = info->kind == REPLY_TOKEN ? info->available.value : 0,
        .warning = criterion_of(input->warning, limit),
        .critical = criterion_of(input->critical, limit),
    };

    if (info->kind != REPLY_TOKEN)
        return verdict;
    verdict.reason = judge_figures(&verdict);
    verdict.state = state_of_reason(verdict.reason);
    add_forecast(&verdict, input);
    return verdict;
}

bool verdict_has_figures(enum reply_kind kind) {
    return kind == REPLY_TOKEN || kind == REPLY_LIMIT_EXCEEDED;
}
