/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CHECK_H
#define CHECK_H

#include "verdict/evaluate.h"
#include "verdict/sentence.h"

#include "figures.h"
#include "number.h"
#include "unit.h"

#include <stdlib.h>

/* A check of an answer, composed as the plugin does it. */

#define BIG NUMBER_MAX
#define ANSWER_MS INT64_C(1700000000123) /* when the answer came */
#define HOUR_MS INT64_C(3600000)

static inline struct token_info info_of(enum reply_kind kind, const struct figures *figures) {
    return (struct token_info){.kind = kind,
                               .status = kind == REPLY_LIMIT_EXCEEDED ? 403 : 200,
                               .available = count_of(figures->available),
                               .limit = count_of(figures->limit),
                               .used = count_of(figures->used),
                               .hours = count_of(figures->hours)};
}

/* Of an answer with a reset after these hours; without any: none. */
static inline struct result result_of(const struct token_info *info) {
    return (struct result){.exchange = {.info = *info},
                           .time_ms = ANSWER_MS,
                           .request_ms = 213,
                           .has_reset = info->hours.is_known,
                           .reset_ms = ANSWER_MS + info->hours.value * HOUR_MS};
}

/* NULL: none. The text must last as long as the threshold. */
static inline struct threshold threshold_of(const char *text) {
    struct threshold threshold = {.text = NULL};
    const char *reason;

    if (text == NULL)
        return threshold;
    if (threshold_parse(text, &threshold, &reason) != 0)
        fail_msg("%s is refused: %s", text, reason);
    threshold.text = text;
    return threshold;
}

struct check {
    struct options options;
    struct result result;
    struct forecast forecast;
    struct verdict verdict;
    struct sentence_input input;
};

static inline void check_prepare(struct check *check, const struct token_info *info,
                                 const char *warning, const char *critical) {
    *check = (struct check){
        .options = {.server = {.host = "crm0001.wolkvox.com", .port = 443},
                    .warning = threshold_of(warning),
                    .critical = threshold_of(critical),
                    .timeout = 10,
                    .unavailable = STATE_CRITICAL,
                    .forecast = STATE_WARNING},
        .result = result_of(info),
    };
}

static inline void check_judge(struct check *check) {
    bool has_forecast =
        check->options.has_forecast && check->result.exchange.info.kind == REPLY_TOKEN;
    if (has_forecast)
        check->forecast = forecast_make(&check->result);
    const struct evaluate_input input = {
        .info = &check->result.exchange.info,
        .warning = &check->options.warning,
        .critical = &check->options.critical,
        .forecast = has_forecast ? &check->forecast : NULL,
        .forecast_state = check->options.forecast,
        .unavailable = check->options.unavailable,
    };
    check->verdict = evaluate(&input);
    check->input = (struct sentence_input){.options = &check->options,
                                           .result = &check->result,
                                           .forecast = input.forecast,
                                           .verdict = &check->verdict};
}

/* What is written of a check, in malloc'ed memory. */
static inline char *check_write(const struct check *check,
                                void (*write)(FILE *stream, const struct sentence_input *input)) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    assert_non_null(stream);
    write(stream, &check->input);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static inline const char *shown(const char *text) {
    return text != NULL ? text : "(none)";
}

#endif
