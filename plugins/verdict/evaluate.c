/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/evaluate.h"

/* What is critical is looked at before what is not known, and both before a warning. */
static enum verdict_reason judge_figures(const struct verdict *verdict) {
    if (range_alerts(&verdict->critical.range, verdict->available))
        return REASON_CRITICAL;
    if (verdict->available <= 0)
        return REASON_NO_CALLS_LEFT;
    if (verdict->critical.resolution > THRESHOLD_RESOLVED)
        return REASON_CRITICAL_UNRESOLVED;
    if (verdict->warning.resolution > THRESHOLD_RESOLVED)
        return REASON_WARNING_UNRESOLVED;
    return range_alerts(&verdict->warning.range, verdict->available) ? REASON_WARNING
                                                                     : REASON_WITHIN_LIMITS;
}

static enum state state_of_reason(enum verdict_reason reason) {
    static const enum state states[] = {
        [REASON_WITHIN_LIMITS] = STATE_OK,           [REASON_WARNING] = STATE_WARNING,
        [REASON_CRITICAL] = STATE_CRITICAL,          [REASON_NO_CALLS_LEFT] = STATE_CRITICAL,
        [REASON_WARNING_UNRESOLVED] = STATE_UNKNOWN, [REASON_CRITICAL_UNRESOLVED] = STATE_UNKNOWN,
    };

    return states[reason];
}

static enum state state_of_reply(enum reply_kind kind, const struct options *options) {
    if (kind == REPLY_LIMIT_EXCEEDED || kind == REPLY_TOKEN_REFUSED)
        return STATE_CRITICAL;
    return kind == REPLY_REFUSED || kind == REPLY_WRONG_METHOD ? options->unavailable
                                                               : STATE_UNKNOWN;
}

static enum state state_of_error(enum error_kind kind, const struct options *options) {
    if (kind == ERROR_UNAVAILABLE)
        return options->unavailable;
    return kind == ERROR_TIMEOUT ? options->timeout_state : STATE_UNKNOWN;
}

void evaluate(struct check *check) {
    const struct options *options = &check->options;
    const struct token_info *info = &check->result.answer.info;
    int64_t limit = info->limit.is_known ? info->limit.value : 0;
    struct verdict *verdict = &check->verdict;

    *verdict = (struct verdict){
        .state = check->has_answer ? state_of_reply(info->kind, options)
                                   : state_of_error(check->error.kind, options),
        .reason = REASON_REPLY,
        .warning = threshold_resolve(&options->warning, limit),
        .critical = threshold_resolve(&options->critical, limit),
    };
    if (!check->has_answer || info->kind != REPLY_TOKEN)
        return;
    verdict->available = info->available.value;
    verdict->reason = judge_figures(verdict);
    verdict->state = state_of_reason(verdict->reason);
    if (!options->has_forecast)
        return;
    check->forecast = forecast_make(&check->result);
    if (check->forecast.kind == FORECAST_GONE)
        verdict->state = worse_state(verdict->state, options->forecast);
    verdict->is_forecast_worse = verdict->state != state_of_reason(verdict->reason);
}
