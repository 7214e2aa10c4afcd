/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/sentence.h"

#include "number.h"
#include "output.h"

#include <inttypes.h>

/* ---- Alerts ---- */

/* With a limit from 0 the metric is what is used: a minimum of what is left becomes a maximum, a
 * plain number, because Icinga 2's writers drop ranges. A percentage is rounded as the value is,
 * which two counts never share: so it alerts for the same counts. */
static void format_alert(char *text, const struct perfdata *metric, const struct range *range,
                         int64_t limit) {
    int64_t used = limit - range->start;
    unsigned int decimals = metric->decimals;

    if (limit < 0)
        range_format(text, range);
    else if (range_is_minimum(range) && used >= 0)
        number_format(text, decimals > 0 ? number_percent(used, limit, decimals, true) : used,
                      decimals);
}

/* No calls left is always critical, which is what stands where no threshold says more. */
static void set_alerts(struct perfdata *metric, const struct verdict *verdict, int64_t limit) {
    static const struct range any_left = {.has_start = true, .start = 1};
    const struct range *critical = &verdict->critical.range;

    if (verdict->warning.resolution == THRESHOLD_RESOLVED)
        format_alert(metric->warning, metric, &verdict->warning.range, limit);
    format_alert(metric->critical, metric, range_never_alerts(critical) ? &any_left : critical,
                 limit);
}

/* ---- Metrics ---- */

static const struct token_info *info_of(const struct check *check) {
    return &check->result.answer.info;
}

static struct perfdata metric_of(const char *label, int64_t value, const char *unit) {
    return (struct perfdata){.label = label, .value = value, .unit = unit, .min = "0"};
}

static void write_next(FILE *stream, struct perfdata metric) {
    fputc(' ', stream);
    perfdata_print(stream, &metric);
}

static void write_available(FILE *stream, const struct check *check) {
    struct perfdata metric = metric_of("available", check->verdict.available, "");
    const struct optional_count *limit = &info_of(check)->limit;

    set_alerts(&metric, &check->verdict, -1);
    if (limit->is_known)
        number_format(metric.max, limit->value, 0);
    perfdata_print(stream, &metric);
}

/* Its alerts are true only where used and left add up to the limit. */
static void write_used(FILE *stream, const struct check *check) {
    const struct token_info *info = info_of(check);
    const struct optional_count *limit = &info->limit;
    bool is_exceeded = info->kind == REPLY_LIMIT_EXCEEDED;
    struct optional_count used = is_exceeded && !info->used.is_known ? *limit : info->used;
    struct perfdata metric = metric_of("used", used.value, "");

    if (!used.is_known)
        return;
    if (limit->is_known && used.value + check->verdict.available == limit->value)
        set_alerts(&metric, &check->verdict, limit->value);
    if (limit->is_known)
        number_format(metric.max, limit->value, 0);
    write_next(stream, metric);
}

static void write_used_percent(FILE *stream, const struct check *check) {
    const struct optional_count *limit = &info_of(check)->limit;
    int64_t gone = limit->value - check->verdict.available;
    struct perfdata metric = metric_of("used_percent", 0, "%");

    if (!limit->is_known || limit->value == 0)
        return;
    gone = gone < 0 ? 0 : gone > limit->value ? limit->value : gone;
    metric.decimals = number_percent_decimals(limit->value);
    metric.value = number_percent(gone, limit->value, metric.decimals, true);
    set_alerts(&metric, &check->verdict, limit->value);
    number_format(metric.max, 100, 0);
    write_next(stream, metric);
}

static void write_lasts(FILE *stream, const struct check *check) {
    if (!check->options.has_forecast || !check->result.has_reset)
        return;
    struct range before_reset = {.has_start = true, .start = forecast_reset_in_s(&check->result)};
    bool is_gone_before = check->forecast.kind == FORECAST_GONE;
    int64_t lasts_s = is_gone_before ? check->forecast.gone_in_s : before_reset.start;
    struct perfdata metric = metric_of("lasts", check->verdict.available > 0 ? lasts_s : 0, "s");
    if (check->options.forecast == STATE_WARNING)
        range_format(metric.warning, &before_reset);
    if (check->options.forecast == STATE_CRITICAL)
        range_format(metric.critical, &before_reset);
    number_format(metric.max, before_reset.start, 0);
    write_next(stream, metric);
}

void metrics_write(FILE *stream, const struct check *check) {
    const struct result *result = &check->result;
    const struct token_info *info = info_of(check);
    struct perfdata time = metric_of("time", result->answer.request_ms, "s");

    if (!check->has_answer || (info->kind != REPLY_TOKEN && info->kind != REPLY_LIMIT_EXCEEDED))
        return;
    write_available(stream, check);
    write_used(stream, check);
    write_used_percent(stream, check);
    if (info->all_used.is_known)
        write_next(stream, metric_of("all_used", info->all_used.value, ""));
    if (result->has_reset)
        write_next(stream, metric_of("reset", forecast_reset_in_s(result), "s"));
    time.decimals = 3;
    number_format(time.max, check->options.timeout, 0);
    write_next(stream, time);
    write_lasts(stream, check);
}
