/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/sentence.h"

#include "number.h"
#include "output.h"

#include <inttypes.h>

enum { NONE = -1 /* a limit or a maximum, which are never below 0 */ };

/* ---- Alerts ---- */

/* With a limit the metric is what is used: a minimum of what is left becomes a maximum, a
 * plain number, because Icinga 2's writers drop ranges. A percentage is rounded as the value is,
 * which two counts never share: so it alerts for the same counts. */
static void format_alert(char *text, const struct perfdata *metric, const struct range *range,
                         int64_t limit) {
    int64_t used = limit - range->start;
    unsigned int decimals = metric->decimals;

    if (limit == NONE)
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

static struct perfdata metric_of(const char *label, int64_t value, const char *unit, int64_t max) {
    struct perfdata metric = {.label = label, .value = value, .unit = unit, .min = "0"};

    if (max != NONE)
        number_format(metric.max, max, 0);
    return metric;
}

static void write_next(FILE *stream, struct perfdata metric) {
    fputc(' ', stream);
    perfdata_print(stream, &metric);
}

/* Its alerts are true only where used and left add up to the limit. */
static void write_used(FILE *stream, const struct check *check, int64_t limit) {
    const struct token_info *info = &check->result.answer.info;
    bool is_exceeded = info->kind == REPLY_LIMIT_EXCEEDED;
    struct optional_count used = is_exceeded && !info->used.is_known ? info->limit : info->used;
    struct perfdata metric = metric_of("used", used.value, "", limit);

    if (!used.is_known)
        return;
    if (limit != NONE && used.value + check->verdict.available == limit)
        set_alerts(&metric, &check->verdict, limit);
    write_next(stream, metric);
}

static void write_used_percent(FILE *stream, const struct check *check, int64_t limit) {
    int64_t gone = limit - check->verdict.available;
    struct perfdata metric = metric_of("used_percent", 0, "%", 100);

    if (limit <= 0)
        return;
    gone = gone < 0 ? 0 : gone > limit ? limit : gone;
    metric.decimals = number_percent_decimals(limit);
    metric.value = number_percent(gone, limit, metric.decimals, true);
    set_alerts(&metric, &check->verdict, limit);
    write_next(stream, metric);
}

static void write_lasts(FILE *stream, const struct check *check, int64_t reset_in_s) {
    const struct range before_reset = {.has_start = true, .start = reset_in_s};
    int64_t lasts_s =
        check->forecast.kind == FORECAST_GONE ? check->forecast.gone_in_s : reset_in_s;
    struct perfdata metric =
        metric_of("lasts", check->verdict.available > 0 ? lasts_s : 0, "s", reset_in_s);

    if (check->options.forecast == STATE_WARNING)
        range_format(metric.warning, &before_reset);
    if (check->options.forecast == STATE_CRITICAL)
        range_format(metric.critical, &before_reset);
    write_next(stream, metric);
}

void metrics_write(FILE *stream, const struct check *check) {
    const struct result *result = &check->result;
    const struct token_info *info = &result->answer.info;
    int64_t limit = info->limit.is_known ? info->limit.value : NONE;
    int64_t reset_in_s = result->reset_ms.is_known ? forecast_reset_in_s(result) : NONE;
    struct perfdata available = metric_of("available", check->verdict.available, "", limit);
    struct perfdata time =
        metric_of("time", result->answer.request_ms, "s", check->options.timeout);

    if (!check->has_answer || (info->kind != REPLY_TOKEN && info->kind != REPLY_LIMIT_EXCEEDED))
        return;
    set_alerts(&available, &check->verdict, NONE);
    perfdata_print(stream, &available);
    write_used(stream, check, limit);
    write_used_percent(stream, check, limit);
    if (info->all_used.is_known)
        write_next(stream, metric_of("all_used", info->all_used.value, "", NONE));
    if (result->reset_ms.is_known)
        write_next(stream, metric_of("reset", reset_in_s, "s", NONE));
    time.decimals = 3;
    write_next(stream, time);
    if (check->options.has_forecast && result->reset_ms.is_known)
        write_lasts(stream, check, reset_in_s);
}
