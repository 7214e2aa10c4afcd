/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/last_understood.h"

#include "cache/usage_history.h"

struct last_understood last_understood_of(int64_t time_ms, const struct token_info *info) {
    struct last_understood last = {
        .description = info->description,
        .limit = info->limit,
        .all_used = info->all_used,
    };

    if (info->hours.is_known)
        last.reset_ms = (struct optional_count){true, usage_reset_ms(time_ms, info->hours.value)};
    return last;
}

void last_understood_complete(const struct last_understood *last, struct token_info *info) {
    if (info->kind != REPLY_LIMIT_EXCEEDED)
        return;
    if (info->description.text[0] == '\0')
        info->description = last->description;
    if (!info->limit.is_known)
        info->limit = last->limit;
    if (!info->all_used.is_known)
        info->all_used = last->all_used;
}
