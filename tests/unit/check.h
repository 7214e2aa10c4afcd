/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "verdict/sentence.h"

#include "number.h"

#include <stdlib.h>

/* A check of an answer, composed as the plugin does it; for unit tests and fuzzers. */

#define BIG NUMBER_MAX
#define NO INT64_MIN                     /* a count that is not given */
#define ANSWER_MS INT64_C(1700000000123) /* when the answer came */
#define HOUR_MS INT64_C(3600000)

/* What a case says of an answer, so that it fits in a line. */
struct figures {
    int64_t available;
    int64_t limit;
    int64_t used;
    int64_t hours;
};

/* The value of what is not known must not be looked at. */
static inline struct optional_count count_of(int64_t value) {
    return value == NO ? (struct optional_count){false, 5} : (struct optional_count){true, value};
}

static inline struct token_info info_of(enum reply_kind kind, const struct figures *figures) {
    return (struct token_info){.kind = kind,
                               .status = kind == REPLY_LIMIT_EXCEEDED ? 403 : 200,
                               .available = count_of(figures->available),
                               .limit = count_of(figures->limit),
                               .used = count_of(figures->used),
                               .hours = count_of(figures->hours)};
}

/* The reset that is announced with these hours: 0 count as 1. */
static inline int64_t reset_after(int64_t time_ms, int64_t hours) {
    return time_ms + (hours > 0 ? hours : 1) * HOUR_MS;
}

/* Of an answer with a reset after these hours; without any: none. */
static inline struct result result_of(const struct token_info *info) {
    return (struct result){
        .answer = {.time_ms = ANSWER_MS, .request_ms = 213, .info = *info},
        .reset_ms = {info->hours.is_known, ANSWER_MS + info->hours.value * HOUR_MS}};
}

/* Of a sound text, which must last as long as the threshold; NULL: none. */
static inline struct threshold threshold_of(const char *text) {
    struct threshold threshold = {.text = NULL};
    const char *reason;

    if (text != NULL && threshold_parse(text, &threshold, &reason) != 0)
        abort();
    return threshold;
}

static inline void check_prepare(struct check *check, enum reply_kind kind,
                                 const struct figures *figures, const char *warning,
                                 const char *critical) {
    struct token_info info = info_of(kind, figures);

    *check = (struct check){
        .options = {.server = {.host = "crm0001.wolkvox.com", .port = 443},
                    .warning = threshold_of(warning),
                    .critical = threshold_of(critical),
                    .timeout = 10,
                    .unavailable = STATE_CRITICAL,
                    .forecast = STATE_WARNING},
        .result = result_of(&info),
        .has_answer = true,
    };
}

/* What is written of a check, in malloc'ed memory. */
static inline char *check_write(const struct check *check,
                                void (*write)(FILE *stream, const struct check *check)) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    if (stream == NULL)
        abort();
    write(stream, check);
    fclose(stream);
    return text;
}
