/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "require.h"

#include <stdlib.h>
#include <string.h>

static void require_model(const struct saved_info *saved) {
    const struct token_info *info = &saved->info;

    require(info->kind == REPLY_TOKEN || info->kind == REPLY_LIMIT_EXCEEDED,
            "no other answer is kept");
    require(info->kind != REPLY_TOKEN || info->available.is_known, "figures are there");
    require(saved->time_ms >= 0 && saved->request_ms >= 0, "a time is a time");
    require(saved->history.count <= USAGE_POINTS_MAX, "no more is remembered than there is room");
    require_fit_for_output(info->description.text);
    require_fit_for_output(info->message.text);
    require_fit_for_output(info->error.text);
    require_fit_for_output(info->code.text);
    require_fit_for_output(info->unusable.text);
    require_fit_for_output(saved->last.description.text);
}

/* What was read is written, and read as the same. */
static void write_again(const struct saved_info *saved) {
    struct saved_info again;
    char *bytes = saved_info_write(saved, KEY);

    require(bytes != NULL, "there is memory");
    char *copy = strdup(bytes);
    require(copy != NULL, "there is memory");
    require(saved_info_read(bytes, strlen(bytes), KEY, &again) == 0,
            "what was written can be read");
    char *second = saved_info_write(&again, KEY);
    require(second != NULL && strcmp(copy, second) == 0, "what was read is written the same");
    free(bytes);
    free(copy);
    free(second);
}

/* A file in the state directory, as the user's other programs or a broken disk may have left it. */
void target_state_file(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    struct options options = options_choose(&fuzz_input);
    size_t length;
    char *file = fuzz_input_text(&fuzz_input, &length);
    struct saved_info saved;

    if (saved_info_read(file, length, KEY, &saved) == 0) {
        require_model(&saved);
        write_again(&saved);
        struct result result = result_of(&saved.info);
        result.reset_ms.value += saved.time_ms - result.answer.time_ms;
        result.answer = saved;
        struct judgement judgement = judge(&options, &result);
        judgement_free(&judgement);
    }
    free(file);
}
