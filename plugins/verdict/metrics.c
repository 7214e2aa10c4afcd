/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/metrics.h"

#include "number.h"
#include "perfdata.h"

#include <inttypes.h>

/* What the metrics of a reply are calculated from. */
struct figures {
    int64_t available;
    struct optional_count limit;
    struct optional_count used;
    bool has_warning;
    struct range warning;
    struct range critical;
};

static struct optional_count used_of(const struct token_info *info) {
    if (info->kind == REPLY_LIMIT_EXCEEDED && !info->used.is_known)
        return info->limit;
    return info->used;
}

/* No calls left is always critical, which is what stands where no threshold says more. */
static struct range critical_of(const struct verdict *verdict) {
    const struct criterion *critical = &verdict->critical;

    if (criterion_is_resolved(critical) && !range_never_alerts(&critical->range))
        return critical->range;
    return (struct range){.has_start = true, .start = 1};
}

static struct figures figures_of(const struct sentence_input *input) {
    const struct token_info *info = &input->result->exchange.info;
    const struct verdict *verdict = input->verdict;

    return (struct figures){
        .available = verdict->available,
        .limit = info->limit,
        .used = used_of(info),
        .has_warning = criterion_is_resolved(&verdict->warning),
        .warning = verdict->warning.range,
        .critical = critical_of(verdict),
    };
}

/* ---- Alerts ---- */

/* A minimum of what is left as the maximum of what is used, a plain number: Icinga 2's writers drop
 * ranges, but not plain numbers. */
static bool invert(const struct range *range, int64_t limit, int64_t *maximum) {
    *maximum = limit - range->start;
    return range_is_minimum(range) && range->start <= limit;
}

static void format_used(char text[NUMBER_SIZE], const struct range *range, int64_t limit) {
    int64_t maximum;

    if (invert(range, limit, &maximum))
        number_format(text, maximum, 0);
}

/* Rounded as the value is, which two counts never share: so it alerts for the same counts. */
static void format_used_percent(char text[NUMBER_SIZE], const struct range *range, int64_t limit) {
    unsigned int decimals = number_percent_decimals(limit);
    int64_t maximum;

    if (invert(range, limit, &maximum))
        number_format(text, number_percent(maximum, limit, decimals, true), decimals);
}

/* ---- Metrics ---- */

static struct perfdata metric_of(const char *label, int64_t value, const char *unit) {
    return (struct perfdata){.label = label, .value = value, .unit = unit, .min = "0"};
}

static void write_next(FILE *stream, const struct perfdata *metric) {
    fputc(' ', stream);
    perfdata_print(stream, metric);
}

static void write_available(FILE *stream, const struct figures *figures) {
    struct perfdata metric = metric_of("available", figures->available, "");

    if (figures->has_warning)
        range_format(metric.warning, &figures->warning);
    range_format(metric.critical, &figures->critical);
    if (figures->limit.is_known)
        number_format(metric.max, figures->limit.value, 0);
    perfdata_print(stream, &metric);
}

/* Its alerts are true only where used and left add up to the limit. */
static void write_used(FILE *stream, const struct figures *figures) {
    struct perfdata metric = metric_of("used", figures->used.value, "");
    int64_t limit = figures->limit.value;

    if (!figures->used.is_known)
        return;
    if (figures->limit.is_known) {
        number_format(metric.max, limit, 0);
        if (figures->used.value + figures->available == limit) {
            if (figures->has_warning)
                format_used(metric.warning, &figures->warning, limit);
            format_used(metric.critical, &figures->critical, limit);
        }
    }
    write_next(stream, &metric);
}

static void write_used_percent(FILE *stream, const struct figures *figures) {
    int64_t limit = figures->limit.value;
    int64_t gone = limit - figures->available;
    struct perfdata metric = metric_of("used_percent", 0, "%");

    if (!figures->limit.is_known || limit == 0)
        return;
    gone = gone < 0 ? 0 : gone > limit ? limit : gone;
    metric.decimals = number_percent_decimals(limit);
    metric.value = number_percent(gone, limit, metric.decimals, true);
    if (figures->has_warning)
        format_used_percent(metric.warning, &figures->warning, limit);
    format_used_percent(metric.critical, &figures->critical, limit);
    number_format(metric.max, 100, 0);
    write_next(stream, &metric);
}

static void write_all_used(FILE *stream, const struct token_info *info) {
    struct perfdata metric = metric_of("all_used", info->all_used.value, "");

    if (info->all_used.is_known)
        write_next(stream, &metric);
}

static void write_reset(FILE *stream, const struct result *result) {
    if (!result->has_reset)
        return;
    struct perfdata metric = metric_of("reset", forecast_reset_in_s(result), "s");
    write_next(stream, &metric);
}

static void write_time(FILE *stream, const struct sentence_input *input) {
    struct perfdata metric = metric_of("time", input->result->request_ms, "s");

    metric.decimals = 3;
    number_format(metric.max, input->options->timeout, 0);
    write_next(stream, &metric);
}

static int64_t lasts_s(const struct sentence_input *input) {
    const struct forecast *forecast = input->forecast;

    if (input->verdict->available <= 0)
        return 0;
    if (forecast != NULL && forecast->kind == FORECAST_GONE)
        return forecast->gone_in_s;
    return forecast_reset_in_s(input->result);
}

static void write_lasts(FILE *stream, const struct sentence_input *input) {
    if (!input->options->has_forecast || !input->result->has_reset)
        return;
    struct perfdata metric = metric_of("lasts", lasts_s(input), "s");
    struct range before_reset = {.has_start = true, .start = forecast_reset_in_s(input->result)};
    if (input->options->forecast == STATE_WARNING)
        range_format(metric.warning, &before_reset);
    if (input->options->forecast == STATE_CRITICAL)
        range_format(metric.critical, &before_reset);
    number_format(metric.max, before_reset.start, 0);
    write_next(stream, &metric);
}

void metrics_write(FILE *stream, const struct sentence_input *input) {
    const struct figures figures = figures_of(input);

    write_available(stream, &figures);
    write_used(stream, &figures);
    write_used_percent(stream, &figures);
    write_all_used(stream, &input->result->exchange.info);
    write_reset(stream, input->result);
    write_time(stream, input);
    write_lasts(stream, input);
}
