/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/token_info.h"

#include "memory_stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void list_text(FILE *stream, const char *key, const struct excerpt *text) {
    if (text->text[0] != '\0')
        fprintf(stream, "%s: %s\n", key, text->text);
}

static void list_count(FILE *stream, const char *key, const struct optional_count *count) {
    if (count->is_known)
        fprintf(stream, "%s: %" PRId64 "\n", key, count->value);
}

int token_info_list(struct token_info *info) {
    struct memory_stream stream;
    FILE *file = memory_stream_open(&stream);

    if (file == NULL)
        return -1;
    list_text(file, "code", &info->code);
    list_text(file, "error", &info->error);
    list_text(file, "msg", &info->message);
    list_text(file, "description", &info->description);
    list_count(file, "token_limit", &info->limit);
    list_count(file, "token_use_today", &info->used);
    list_count(file, "all_token_today", &info->all_used);
    list_count(file, "available_consumition_options", &info->available);
    list_count(file, "hours_to_restart_count", &info->hours);
    info->fields = memory_stream_close(&stream);
    return info->fields != NULL ? 0 : -1;
}

void token_info_free(struct token_info *info) {
    free(info->fields);
    info->fields = NULL;
}
