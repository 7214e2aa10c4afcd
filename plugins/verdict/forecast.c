/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/forecast.h"

#include <stddef.h>

enum { SECONDS_PER_DAY = 24 * 3600, RESET_IN_MAX_S = 21 * 3600 };

/* Seconds from the answer to the reset. */
static int64_t reset_after_s(const struct result *result) {
    int64_t after_s = (result->reset_ms.value - result->answer.time_ms) / 1000;

    return after_s > 0 ? after_s : 0;
}

static int64_t less_age(const struct result *result, int64_t seconds) {
    return seconds > result->age_s ? seconds - result->age_s : 0;
}

int64_t forecast_reset_in_s(const struct result *result) {
    return less_age(result, reset_after_s(result));
}

static const char *why_no_forecast(const struct result *result) {
    const struct token_info *info = &result->answer.info;

    if (info->available.value <= 0)
        return "no calls are left";
    if (!result->reset_ms.is_known)
        return "the answer does not give the hours to the reset, nor is --reset-at given";
    if (!info->limit.is_known || info->limit.value == 0)
        return "the answer does not give a limit";
    if (!info->used.is_known)
        return "the answer does not give the calls of today";
    return reset_after_s(result) > RESET_IN_MAX_S ? "it is too early, less than 3 h after the reset"
                                                  : NULL;
}

/* A stretch of more than a day, which only a strange clock or file makes, says nothing of today,
 * and its product with a count may not fit in 64 bits. */
struct forecast forecast_make(const struct result *result) {
    struct forecast forecast = {.kind = FORECAST_NONE, .reason = why_no_forecast(result)};

    if (forecast.reason != NULL)
        return forecast;
    int64_t calls = result->answer.info.used.value;
    int64_t stretch_s = SECONDS_PER_DAY - reset_after_s(result);
    const struct usage_point *base =
        usage_history_base(&result->answer.history, result->answer.time_ms);
    int64_t base_s = base != NULL ? (result->answer.time_ms - base->time_ms) / 1000 : 0;
    if (base != NULL && base->used <= calls && base_s <= SECONDS_PER_DAY) {
        calls -= base->used;
        stretch_s = base_s;
        forecast.pace_s = base_s;
    }
    forecast.kind = FORECAST_LASTS;
    if (calls == 0)
        return forecast;
    int64_t gone_after_s = result->answer.info.available.value * stretch_s / calls;
    if (gone_after_s < reset_after_s(result)) {
        forecast.kind = FORECAST_GONE;
        forecast.gone_in_s = less_age(result, gone_after_s);
    }
    return forecast;
}
