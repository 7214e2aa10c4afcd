/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/sentence.h"

#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void write_methods(FILE *stream, const struct token_exchange *exchange) {
    for (size_t i = 0; i < exchange->requests; i++)
        fprintf(stream, "%s%s", i > 0 ? ", then " : "", exchange->methods[i]);
}

/* ---- In the line ---- */

void details_write_facts(FILE *stream, const struct check *check) {
    const struct server *server = &check->options.server;
    const struct result *result = &check->result;

    fprintf(stream, " [server %s port %d, ", excerpt_of_text(server->host).text, server->port);
    fputs(result->is_kept ? "no request" : "method ", stream);
    write_methods(stream, &result->exchange);
    if (result->answer.info.unusable.text[0] != '\0')
        fprintf(stream, ", fields that cannot be used: %s", result->answer.info.unusable.text);
    if (check->forecast.kind == FORECAST_NONE)
        fprintf(stream, ", no forecast: %s", check->forecast.reason);
    fputs("]", stream);
}

/* ---- Facts below the line ---- */

/* Foreign bytes, each line with a mark in front. */
static void write_foreign(FILE *stream, const char *mark, const char *bytes, size_t length) {
    char *lines = text_mask_and_clean(bytes, length, TEXT_LINES);
    char *rest = lines;

    while (rest != NULL && *rest != '\0') {
        const char *line = strsep(&rest, "\n");
        fprintf(stream, *line != '\0' ? "%s %s\n" : "%s\n", mark, line);
    }
    free(lines);
}

/* As it was understood: with the limit of the answer, if there is one. */
static void write_threshold(FILE *stream, const char *name, const struct threshold *threshold,
                            const struct criterion *criterion) {
    static const char *const troubles[] = {
        [THRESHOLD_REVERSED] = "the range starts above its end",
        [THRESHOLD_NEEDS_LIMIT] = "needs a limit",
    };
    char range[RANGE_SIZE];

    if (criterion->resolution == THRESHOLD_NONE) {
        fprintf(stream, "%s: none\n", name);
        return;
    }
    range_format(range, &criterion->range);
    fprintf(stream, "%s: alert %s %.*s (%s)\n", name, threshold_relation(threshold),
            threshold_name_length(threshold), threshold->text,
            criterion->resolution == THRESHOLD_RESOLVED ? range : troubles[criterion->resolution]);
}

static void write_text_field(FILE *stream, const char *key, const struct excerpt *text) {
    if (text->text[0] != '\0')
        fprintf(stream, "%s: %s\n", key, text->text);
}

static void write_count_field(FILE *stream, const char *key, const struct optional_count *count) {
    if (count->is_known)
        fprintf(stream, "%s: %" PRId64 "\n", key, count->value);
}

/* Those of a kept answer that were kept. */
static void write_fields(FILE *stream, const struct token_info *info) {
    write_text_field(stream, "code", &info->code);
    write_text_field(stream, "error", &info->error);
    write_text_field(stream, "msg", &info->message);
    write_text_field(stream, "description", &info->description);
    write_count_field(stream, "token_limit", &info->limit);
    write_count_field(stream, "token_use_today", &info->used);
    write_count_field(stream, "all_token_today", &info->all_used);
    write_count_field(stream, "available_consumition_options", &info->available);
    write_count_field(stream, "hours_to_restart_count", &info->hours);
}

static void write_facts(FILE *stream, const struct check *check) {
    const struct options *options = &check->options;
    const struct result *result = &check->result;
    const struct token_info *info = &result->answer.info;

    fprintf(stream, "server: %s port %d\n", excerpt_of_text(options->server.host).text,
            options->server.port);
    write_foreign(stream, "URL:", result->exchange.url, strlen(result->exchange.url));
    fputs("method: ", stream);
    if (result->is_kept)
        fprintf(stream, "none, because the answer was kept %" PRId64 " s ago", result->age_s);
    write_methods(stream, &result->exchange);
    fputc('\n', stream);
    write_threshold(stream, "warning", &options->warning, &check->verdict.warning);
    write_threshold(stream, "critical", &options->critical, &check->verdict.critical);
    if (info->status != 0)
        fprintf(stream, "HTTP status: %" PRId64 "\n", info->status);
    if (info->fields != NULL)
        fputs(info->fields, stream);
    if (result->is_kept)
        write_fields(stream, info);
}

/* ---- The exchange ---- */

/* Headers and body are masked as one, because a copy of the token may begin in the ones and end in
 * the other, or be cut in two by a line break. */
static void write_received(FILE *stream, const struct http_response *response) {
    size_t head_length = response->received.length;
    size_t length = head_length + response->body_length;
    char *bytes = malloc(length + 1);

    if (bytes == NULL)
        return;
    memcpy(bytes, response->received.bytes, head_length);
    memcpy(bytes + head_length, response->body, response->body_length);
    write_foreign(stream, "<", bytes, length);
    free(bytes);
}

void details_write_long_output(FILE *stream, const struct check *check) {
    const struct token_exchange *exchange = &check->result.exchange;

    write_facts(stream, check);
    for (size_t i = 0; i < exchange->requests; i++) {
        const struct http_response *response = &exchange->responses[i];
        if (response->sent.length > 0)
            write_foreign(stream, ">", response->sent.bytes, response->sent.length);
        if (response->received.length > 0)
            write_received(stream, response);
    }
}
