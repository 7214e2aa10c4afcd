/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/decode.h"
#include "api/token_info.h"
#include "require.h"

#include <stdlib.h>
#include <string.h>

static const long statuses[] = {200, 200, 200, 200, 403, 403, 429, 405, 501, 500, 302, 401, 0, 999};
enum { STATUSES = sizeof statuses / sizeof statuses[0], TOO_LARGE = 3, MANAGER = 8 };

/* A kept answer is judged like the same answer when it was new. */
static void keep(const struct options *options, const struct result *result,
                 const struct judgement *judgement) {
    struct saved_info again;
    char *bytes = saved_info_write(&result->answer, KEY);

    require(bytes != NULL, "there is memory");
    size_t length = strlen(bytes);
    require_no_secret(bytes, length);
    require(length < SAVED_INFO_SIZE_MAX, "an answer can be kept");
    require(saved_info_read(bytes, length, KEY, &again) == 0, "a kept answer can be read");
    struct result kept = result_of(&again.info);
    kept.answer.history = again.history;
    struct judgement second = judge(options, &kept);
    require(second.state == judgement->state && strcmp(second.text, judgement->text) == 0 &&
                strcmp(second.perfdata, judgement->perfdata) == 0,
            "a kept answer is judged as it was");
    judgement_free(&second);
    free(bytes);
}

static void use(const struct options *options, const struct token_info *info, char *redirect) {
    struct result result = result_of(info);

    if (info->fields != NULL)
        require_lines_fit_for_output(info->fields);
    if (info->kind == REPLY_TOKEN && info->used.is_known && info->hours.is_known)
        usage_history_add(&result.answer.history, ANSWER_MS, info->used.value,
                          reset_after(ANSWER_MS, info->hours.value));
    result.exchange.requests = 1;
    result.exchange.responses[0].redirect = redirect;
    struct judgement judgement = judge(options, &result);
    if (verdict_has_figures(info->kind))
        keep(options, &result, &judgement);
    judgement_free(&judgement);
}

/* What a server may answer, from its bytes to the line. */
void target_answer(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    struct options options = options_choose(&fuzz_input);
    uint8_t choice = fuzz_input_byte(&fuzz_input);
    size_t length;
    char *body = fuzz_input_text(&fuzz_input, &length);
    const struct http_response answer = {
        .status = statuses[choice % STATUSES],
        .body = body,
        .body_length = length,
        .too_large = choice / STATUSES == TOO_LARGE,
    };
    const struct api *api = &apis[choice / STATUSES >= MANAGER ? API_MANAGER : API_CRM];
    struct token_info info;
    struct libjson json;
    struct error error;

    require(libjson_load(&json, &error) == 0, "json-c is there");
    require(decode_reply(&json, api, &answer, choice / STATUSES % 2 == 1, &info) == 0,
            "there is memory");
    use(&options, &info, answer.status / 100 == 3 ? body : NULL);
    token_info_free(&info);
    free(body);
}
