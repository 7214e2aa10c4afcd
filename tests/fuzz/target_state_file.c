/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "number.h"
#include "require.h"

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* The bytes with a sum behind them that fits, so that what stands before it is looked at. */
static char *with_sum(char *bytes, size_t *length) {
    char sum[SHA256_DIGEST_STRING_LENGTH];
    char *whole = NULL;

    SHA256Data((const uint8_t *)bytes, *length, sum);
    require(asprintf(&whole, "%ssha256 %s\n", bytes, sum) >= 0, "there is memory");
    *length = strlen(whole);
    free(bytes);
    return whole;
}

static void require_model(const struct kept_answer *answer) {
    const struct token_info *info = &answer->info;

    require(info->kind == REPLY_TOKEN || info->kind == REPLY_LIMIT_EXCEEDED,
            "no other answer is kept");
    require(info->kind != REPLY_TOKEN || info->available.is_known, "figures are there");
    require(answer->time_ms >= 0 && answer->time_ms <= NUMBER_MAX, "a time is a time");
    require(answer->history.count <= USAGE_POINTS_MAX, "no more is remembered than there is room");
    require_fit_for_output(info->description.text);
    require_fit_for_output(info->message.text);
    require_fit_for_output(info->error.text);
    require_fit_for_output(info->code.text);
    require_fit_for_output(info->unusable);
}

/* What was read is written, and read as the same. */
static void write_again(const struct kept_answer *answer) {
    size_t length;
    size_t second_length;
    struct kept_answer again;
    char *bytes = kept_answer_write(answer, KEY, &length);

    require(bytes != NULL, "there is memory");
    char *copy = strdup(bytes);
    require(copy != NULL, "there is memory");
    require(kept_answer_read(bytes, length, KEY, &again) == 0, "what was written can be read");
    char *second = kept_answer_write(&again, KEY, &second_length);
    require(second != NULL && length == second_length && memcmp(copy, second, length) == 0,
            "what was read is written the same");
    free(bytes);
    free(copy);
    free(second);
}

/* A file in the state directory, as the user's other programs or a broken disk may have left it. */
void target_state_file(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    struct judging judging = judging_choose(&fuzz_input);
    bool has_sum = fuzz_input_byte(&fuzz_input) % 2 == 0;
    size_t length;
    char *file = fuzz_input_text(&fuzz_input, &length);
    struct kept_answer answer;

    if (has_sum)
        file = with_sum(file, &length);
    if (kept_answer_read(file, length, KEY, &answer) == 0) {
        require_model(&answer);
        struct verdict verdict =
            judge(&judging, &answer.info, answer.time_ms, &answer.history, NULL);
        verdict_free(&verdict);
        write_again(&answer);
    }
    free(file);
}
