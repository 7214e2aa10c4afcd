/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/forecast.h"

enum { DAY_HOURS = 24, HOURS_TO_RESET_MAX = 21, SECONDS_PER_HOUR = 3600 };

/* ---- Looking ahead ---- */

/* How many calls in how much time. */
struct pace {
    int64_t calls;
    int64_t stretch_s;
    int64_t shown_s; /* 0: today's */
};

static struct pace todays_pace(const struct token_info *info) {
    return (struct pace){info->used.value, (DAY_HOURS - info->hours.value) * SECONDS_PER_HOUR, 0};
}

static struct pace pace_of(const struct token_info *info, int64_t time_ms,
                           const struct usage_history *history) {
    const struct usage_point *base = usage_history_base(history, time_ms);

    if (base == NULL || info->used.value < base->used)
        return todays_pace(info);
    int64_t stretch_s = (time_ms - base->time_ms) / 1000;
    return (struct pace){info->used.value - base->used, stretch_s, stretch_s};
}

/* calls * seconds / by, rounded down, or `max` where that is less. The product may not fit in 64
 * bits, so it is built up bit by bit. Needs by > 0 and max * seconds below 2^62. */
static int64_t scale(int64_t calls, int64_t seconds, int64_t by, int64_t max) {
    int64_t quotient = 0;
    int64_t rest = 0;

    if (calls / by >= max)
        return max;
    for (int64_t bit = INT64_C(1) << 31; bit > 0; bit >>= 1) {
        quotient *= 2;
        rest *= 2;
        if ((seconds & bit) != 0) {
            quotient += calls / by;
            rest += calls % by;
        }
        quotient += rest / by;
        rest %= by;
    }
    return quotient < max ? quotient : max;
}

static const char *reason_against(const struct token_info *info) {
    if (info->available.value <= 0)
        return "no calls are left";
    if (!info->hours.is_known)
        return "the answer does not give the hours to the reset";
    if (!info->limit.is_known || info->limit.value == 0)
        return "the answer does not give a limit";
    if (!info->used.is_known)
        return "the answer does not give the calls of today";
    return info->hours.value > HOURS_TO_RESET_MAX ? "it is too early, less than 3 h after the reset"
                                                  : NULL;
}

struct forecast forecast_make(const struct token_info *info, int64_t time_ms,
                              const struct usage_history *history) {
    struct forecast forecast = {.kind = FORECAST_NONE, .reason = reason_against(info)};

    if (forecast.reason != NULL)
        return forecast;
    int64_t reset_in_s = info->hours.value * SECONDS_PER_HOUR;
    struct pace pace = pace_of(info, time_ms, history);
    forecast.kind = FORECAST_LASTS;
    forecast.pace_s = pace.shown_s;
    if (pace.calls == 0)
        return forecast;
    int64_t left_s = scale(info->available.value, pace.stretch_s, pace.calls, reset_in_s);
    if (left_s < reset_in_s) {
        forecast.kind = FORECAST_GONE;
        forecast.exhausted_in_s = left_s;
        forecast.before_reset_s = reset_in_s - left_s;
    }
    return forecast;
}
