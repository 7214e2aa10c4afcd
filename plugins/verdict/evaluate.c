/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/evaluate.h"

#include "memory_stream.h"
#include "number.h"
#include "options/server.h"
#include "perfdata.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECONDS_PER_HOUR = 3600,
    SECONDS_PER_MINUTE = 60,
    PERCENT_DECIMALS = 2,
    ALL_PERCENT = 10000
};

/* A threshold in view of the answer. */
struct criterion {
    const struct threshold *threshold;
    enum threshold_resolution resolution;
    struct range range; /* where it is resolved */
};

struct judgement {
    const struct evaluate_input *input;
    const struct token_info *info;
    int64_t available; /* calls left: what the answer says, or 0 where the limit is exceeded */
    int64_t limit;     /* 0: there is none to reckon with */
    struct criterion warning;
    struct criterion critical;
};

static bool is_given(const struct criterion *criterion) {
    return criterion->threshold->text != NULL;
}

static bool is_resolved(const struct criterion *criterion) {
    return is_given(criterion) && criterion->resolution == THRESHOLD_RESOLVED;
}

static bool alerts(const struct criterion *criterion, int64_t value) {
    return is_resolved(criterion) && range_alerts(&criterion->range, value);
}

static struct criterion criterion_of(const struct threshold *threshold, int64_t limit) {
    struct criterion criterion = {.threshold = threshold};

    if (threshold->text != NULL)
        criterion.resolution = threshold_resolve(threshold, limit, &criterion.range);
    return criterion;
}

static struct judgement judgement_of(const struct evaluate_input *input) {
    const struct token_info *info = input->info;
    int64_t limit = info->limit.is_known ? info->limit.value : 0;

    return (struct judgement){
        .input = input,
        .info = info,
        .available = info->kind == REPLY_TOKEN ? info->available.value : 0,
        .limit = limit,
        .warning = criterion_of(input->warning, limit),
        .critical = criterion_of(input->critical, limit),
    };
}

/* part of whole in hundredths of a per cent, rounded down or up. By long division, for the product
 * of a large count and 10,000 does not fit in 64 bits. part / whole must be below 10^14. */
static int64_t share(int64_t part, int64_t whole, bool round_up) {
    int64_t result = part / whole;
    int64_t rest = part % whole;

    for (int64_t scale = ALL_PERCENT; scale > 1; scale /= 10) {
        result = result * 10 + rest * 10 / whole;
        rest = rest * 10 % whole;
    }
    return result + (round_up && rest > 0);
}

/* ---- Perfdata ---- */

static void format_range(char text[RANGE_SIZE], const struct criterion *criterion) {
    if (is_resolved(criterion) && !range_is_empty(&criterion->range))
        range_format(text, &criterion->range);
}

/* A minimum of what is left, turned round to the plain-number maximum of what is used: Icinga 2's
 * writers drop ranges, but not plain numbers. */
static void format_used(char text[RANGE_SIZE], const struct criterion *criterion, int64_t limit,
                        bool percent) {
    char number[NUMBER_SIZE];
    const struct range *range = &criterion->range;

    if (!is_resolved(criterion) || !range_is_minimum(range) || range->start > limit)
        return;
    if (percent)
        number_format(number, share(limit - range->start, limit, true), PERCENT_DECIMALS);
    else
        number_format(number, limit - range->start, 0);
    snprintf(text, RANGE_SIZE, "%s", number);
}

static struct perfdata metric_of(const char *label, int64_t value, const char *unit) {
    return (struct perfdata){.label = label, .value = value, .unit = unit, .min = "0"};
}

static void print_available(FILE *stream, const struct judgement *judgement) {
    struct perfdata metric = metric_of("available", judgement->available, "");

    format_range(metric.warning, &judgement->warning);
    format_range(metric.critical, &judgement->critical);
    if (judgement->info->limit.is_known)
        number_format(metric.max, judgement->limit, 0);
    perfdata_print(stream, &metric);
}

static void print_used(FILE *stream, const struct judgement *judgement) {
    const struct optional_count *used = &judgement->info->used;
    struct perfdata metric = metric_of("used", used->value, "");

    if (!used->is_known)
        return;
    if (judgement->info->limit.is_known) {
        number_format(metric.max, judgement->limit, 0);
        if (used->value + judgement->available == judgement->limit) {
            format_used(metric.warning, &judgement->warning, judgement->limit, false);
            format_used(metric.critical, &judgement->critical, judgement->limit, false);
        }
    }
    fputc(' ', stream);
    perfdata_print(stream, &metric);
}

static void print_used_percent(FILE *stream, const struct judgement *judgement) {
    int64_t limit = judgement->limit;
    int64_t gone = limit - judgement->available;
    struct perfdata metric = metric_of("used_percent", 0, "%");

    if (limit < 1)
        return;
    gone = gone < 0 ? 0 : gone > limit ? limit : gone;
    metric.value = share(gone, limit, true);
    metric.decimals = PERCENT_DECIMALS;
    format_used(metric.warning, &judgement->warning, limit, true);
    format_used(metric.critical, &judgement->critical, limit, true);
    snprintf(metric.max, sizeof metric.max, "100");
    fputc(' ', stream);
    perfdata_print(stream, &metric);
}

/* Seconds until the reset, or until the calls run out, less the answer's age. */
static int64_t seconds_left(const struct judgement *judgement, int64_t seconds) {
    int64_t age_s = judgement->input->age_s;

    return seconds > age_s ? seconds - age_s : 0;
}

static void print_reset(FILE *stream, const struct judgement *judgement) {
    const struct optional_count *hours = &judgement->info->hours;

    if (!hours->is_known)
        return;
    struct perfdata metric =
        metric_of("reset", seconds_left(judgement, hours->value * SECONDS_PER_HOUR), "s");
    fputc(' ', stream);
    perfdata_print(stream, &metric);
}

static void print_time(FILE *stream, const struct judgement *judgement) {
    struct perfdata metric = metric_of("time", judgement->input->request_ms, "s");

    if (judgement->input->is_kept)
        return;
    metric.decimals = 3;
    number_format(metric.max, judgement->input->timeout_s, 0);
    fputc(' ', stream);
    perfdata_print(stream, &metric);
}

static bool runs_out(const struct judgement *judgement) {
    const struct forecast *forecast = judgement->input->forecast;

    return forecast != NULL && forecast->kind == FORECAST_GONE;
}

static void print_exhausted_in(FILE *stream, const struct judgement *judgement) {
    struct perfdata metric = {.label = "exhausted_in", .unit = "s"};

    if (!runs_out(judgement))
        return;
    metric.value = seconds_left(judgement, judgement->input->forecast->exhausted_in_s);
    fputc(' ', stream);
    perfdata_print(stream, &metric);
}

static void print_perfdata(FILE *stream, const struct judgement *judgement) {
    print_available(stream, judgement);
    print_used(stream, judgement);
    print_used_percent(stream, judgement);
    print_reset(stream, judgement);
    print_time(stream, judgement);
    print_exhausted_in(stream, judgement);
}

/* ---- Text ---- */

static void print_description(FILE *stream, const struct token_info *info) {
    if (info->description.text[0] != '\0')
        fprintf(stream, "%s: ", info->description.text);
}

static void print_reset_hours(FILE *stream, const struct judgement *judgement) {
    const struct optional_count *hours = &judgement->info->hours;
    int64_t seconds = seconds_left(judgement, hours->value * SECONDS_PER_HOUR);

    if (hours->is_known)
        fprintf(stream, ", counter resets in %" PRId64 " h",
                (seconds + SECONDS_PER_HOUR - 1) / SECONDS_PER_HOUR);
}

static void print_duration(FILE *stream, int64_t seconds) {
    if (seconds >= SECONDS_PER_HOUR)
        fprintf(stream, "%" PRId64 " h", seconds / SECONDS_PER_HOUR);
    else
        fprintf(stream, "%" PRId64 " min", seconds / SECONDS_PER_MINUTE);
}

static void print_forecast(FILE *stream, const struct judgement *judgement) {
    const struct forecast *forecast = judgement->input->forecast;

    if (!runs_out(judgement))
        return;
    int64_t gone_in_s = seconds_left(judgement, forecast->exhausted_in_s);
    int64_t reset_in_s =
        seconds_left(judgement, forecast->exhausted_in_s + forecast->before_reset_s);
    if (forecast->pace_s > 0) {
        fputs(", at the pace of the last ", stream);
        print_duration(stream, forecast->pace_s);
    } else {
        fputs(", at today's pace", stream);
    }
    fputs(" gone in ", stream);
    print_duration(stream, gone_in_s);
    fputs(", ", stream);
    print_duration(stream, reset_in_s - gone_in_s);
    fputs(" before the reset", stream);
}

static void print_figures(FILE *stream, const struct judgement *judgement) {
    const int64_t sensible = INT64_C(100000000000000);
    int64_t available = judgement->available;
    int64_t limit = judgement->limit;
    char percent[NUMBER_SIZE];

    fprintf(stream, "%" PRId64, available);
    if (judgement->info->limit.is_known)
        fprintf(stream, " of %" PRId64, limit);
    fputs(" calls left", stream);
    if (limit > 0 && available / limit < sensible) {
        number_format(percent, available > 0 ? share(available, limit, false) : 0,
                      PERCENT_DECIMALS);
        fprintf(stream, " (%s%%)", percent);
    }
    print_reset_hours(stream, judgement);
}

static void print_alert(FILE *stream, const char *severity, const struct criterion *criterion) {
    fprintf(stream, " (%s %s %s)", severity, threshold_relation(criterion->threshold),
            criterion->threshold->text);
}

static void print_unresolved(FILE *stream, const char *severity,
                             const struct criterion *criterion) {
    if (criterion->resolution == THRESHOLD_REVERSED)
        fprintf(stream, " (the start of the %s threshold %s is above its end)", severity,
                criterion->threshold->text);
    else
        fprintf(stream, " (the %s threshold %s needs a limit, and the answer has none above 0)",
                severity, criterion->threshold->text);
}

/* What the server said of a request that it did not answer. */
static void print_refusal(FILE *stream, const struct token_info *info) {
    char status[NUMBER_SIZE];

    number_format(status, info->status, 0);
    fprintf(stream, "HTTP %s", status);
    if (info->code.text[0] != '\0' && strcmp(info->code.text, status) != 0)
        fprintf(stream, ", code %s", info->code.text);
    if (info->error.text[0] != '\0')
        fprintf(stream, ", %s", info->error.text);
    if (info->message.text[0] != '\0')
        fprintf(stream, ": %s", info->message.text);
}

static void print_redirect(FILE *stream, const struct evaluate_input *input) {
    char host[HOST_MAX + 1];

    server_url_host(input->redirect, host);
    if (strcmp(host, input->host) == 0)
        fputs(" (a redirect that stays on the same host", stream);
    else
        fprintf(stream, " (a redirect to %s", excerpt_of_text(host).text);
    fputs(", not followed: the token would go along)", stream);
}

/* ---- Judging ---- */

static enum state judge_thresholds(FILE *stream, const struct judgement *judgement) {
    const struct criterion *critical = &judgement->critical;
    const struct criterion *warning = &judgement->warning;

    if (alerts(critical, judgement->available)) {
        print_alert(stream, "critical", critical);
        return STATE_CRITICAL;
    }
    if (judgement->available <= 0) {
        fputs(" (no calls left is always critical)", stream);
        return STATE_CRITICAL;
    }
    if (is_given(critical) && !is_resolved(critical)) {
        print_unresolved(stream, "critical", critical);
        return STATE_UNKNOWN;
    }
    if (is_given(warning) && !is_resolved(warning)) {
        print_unresolved(stream, "warning", warning);
        return STATE_UNKNOWN;
    }
    if (alerts(warning, judgement->available)) {
        print_alert(stream, "warning", warning);
        return STATE_WARNING;
    }
    return STATE_OK;
}

static enum state judge_figures(FILE *stream, const struct judgement *judgement) {
    print_figures(stream, judgement);
    print_forecast(stream, judgement);
    enum state state = judge_thresholds(stream, judgement);
    return runs_out(judgement) ? state_worse(state, judgement->input->forecast_state) : state;
}

static enum state judge_exceeded(FILE *stream, const struct judgement *judgement) {
    fputs("no calls left", stream);
    if (judgement->info->limit.is_known)
        fprintf(stream, " of %" PRId64, judgement->limit);
    print_reset_hours(stream, judgement);
    fputs(" (", stream);
    print_refusal(stream, judgement->info);
    fputs(")", stream);
    return STATE_CRITICAL;
}

static enum state judge_refusal(FILE *stream, const struct evaluate_input *input) {
    fputs("API not usable: ", stream);
    print_refusal(stream, input->info);
    if (input->redirect != NULL)
        print_redirect(stream, input);
    return input->unavailable;
}

static enum state judge(FILE *stream, const struct judgement *judgement) {
    const struct token_info *info = judgement->info;

    print_description(stream, info);
    switch (info->kind) {
    case REPLY_TOKEN:
        return judge_figures(stream, judgement);
    case REPLY_LIMIT_EXCEEDED:
        return judge_exceeded(stream, judgement);
    case REPLY_BUSY:
        fputs("busy, which says nothing of the quota: ", stream);
        print_refusal(stream, info);
        return STATE_UNKNOWN;
    case REPLY_TOKEN_REFUSED:
    case REPLY_WRONG_METHOD:
    case REPLY_REFUSED:
        return judge_refusal(stream, judgement->input);
    case REPLY_NOT_UNDERSTOOD:
        break;
    }
    fprintf(stream, "answer not understood: %s (", info->reason);
    print_refusal(stream, info);
    fputs(")", stream);
    return STATE_UNKNOWN;
}

static int finish_perfdata(const struct judgement *judgement, struct verdict *verdict) {
    enum reply_kind kind = judgement->info->kind;
    struct memory_stream stream;

    if (kind != REPLY_TOKEN && kind != REPLY_LIMIT_EXCEEDED)
        return 0;
    if (memory_stream_open(&stream) == NULL)
        return -1;
    print_perfdata(stream.file, judgement);
    return memory_stream_close(&stream, &verdict->perfdata);
}

int evaluate(const struct evaluate_input *input, struct verdict *verdict) {
    struct judgement judgement = judgement_of(input);
    struct memory_stream stream;

    *verdict = (struct verdict){.state = STATE_UNKNOWN};
    if (memory_stream_open(&stream) == NULL)
        return -1;
    verdict->state = judge(stream.file, &judgement);
    return memory_stream_close(&stream, &verdict->text) == 0 ? finish_perfdata(&judgement, verdict)
                                                             : -1;
}

void verdict_free(struct verdict *verdict) {
    free(verdict->text);
    free(verdict->perfdata);
    *verdict = (struct verdict){.text = NULL};
}
