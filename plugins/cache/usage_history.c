/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/usage_history.h"

#define HOUR_MS INT64_C(3600000)
#define POINTS_APART_MS (HOUR_MS / 2)

int64_t usage_reset_ms(int64_t time_ms, int64_t hours) {
    return time_ms + (hours > 0 ? hours : 1) * HOUR_MS;
}

static const struct usage_point *last_point(const struct usage_history *history) {
    return history->count > 0 ? &history->points[history->count - 1] : NULL;
}

/* Hours are announced whole, so the moments that the answers of one day announce lie up to an hour
 * apart; those of two days, about a day. */
static bool is_another_day(const struct usage_history *history, int64_t time_ms, int64_t used,
                           int64_t reset_ms) {
    const struct usage_point *last = last_point(history);

    return last != NULL && (time_ms >= history->reset_ms || time_ms < last->time_ms ||
                            used < last->used || reset_ms > history->reset_ms + 2 * HOUR_MS);
}

/* The place of the youngest point that is at least an hour old, or -1. */
static int find_base(const struct usage_history *history, int64_t time_ms) {
    int base = -1;

    for (size_t i = 0; i < history->count; i++)
        if (history->points[i].time_ms <= time_ms - HOUR_MS)
            base = (int)i;
    return base;
}

static void drop_first(struct usage_history *history, size_t count) {
    for (size_t i = count; i < history->count; i++)
        history->points[i - count] = history->points[i];
    history->count -= count;
}

void usage_history_add(struct usage_history *history, int64_t time_ms, int64_t used,
                       int64_t reset_ms) {
    if (is_another_day(history, time_ms, used, reset_ms))
        history->count = 0;
    history->reset_ms = reset_ms;
    int base = find_base(history, time_ms);
    if (base > 0)
        drop_first(history, (size_t)base);
    const struct usage_point *last = last_point(history);
    if (last != NULL && time_ms - last->time_ms < POINTS_APART_MS)
        return;
    if (history->count == USAGE_POINTS_MAX)
        drop_first(history, 1);
    history->points[history->count++] = (struct usage_point){time_ms, used};
}

const struct usage_point *usage_history_base(const struct usage_history *history, int64_t time_ms) {
    int base = find_base(history, time_ms);

    return base >= 0 ? &history->points[base] : NULL;
}
