/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/usage_history.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define POINTS_APART_MS (HOUR_MS / 2)

const struct usage_point *usage_history_base(const struct usage_history *history, int64_t time_ms) {
    const struct usage_point *base = NULL;

    for (size_t i = 0; i < history->count; i++)
        if (history->points[i].time_ms <= time_ms - HOUR_MS)
            base = &history->points[i];
    return base;
}

static void drop_first(struct usage_history *history, size_t count) {
    history->count -= count;
    memmove(history->points, history->points + count, history->count * sizeof history->points[0]);
}

void usage_history_add(struct usage_history *history, int64_t time_ms, int64_t used,
                       int64_t reset_ms) {
    const struct usage_point *last =
        history->count > 0 ? &history->points[history->count - 1] : NULL;

    /* Hours are announced whole, so the moments that the answers of one day announce lie up to an
     * hour apart; those of two days, about a day. */
    if (last != NULL && (time_ms >= history->reset_ms || time_ms < last->time_ms ||
                         used < last->used || reset_ms > history->reset_ms + 2 * HOUR_MS))
        history->count = 0;
    bool is_near = history->count > 0 && time_ms - last->time_ms < POINTS_APART_MS;
    history->reset_ms = reset_ms;
    const struct usage_point *base = usage_history_base(history, time_ms);
    if (base != NULL)
        drop_first(history, (size_t)(base - history->points));
    if (is_near)
        return;
    if (history->count == USAGE_POINTS_MAX)
        drop_first(history, 1);
    history->points[history->count++] = (struct usage_point){time_ms, used};
}
