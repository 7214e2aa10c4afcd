/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/sentence.h"

#include "mask.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct excerpt host_of(const struct sentence_input *input) {
    return excerpt_of_text(input->options->server.host);
}

static void write_methods(FILE *stream, const struct token_exchange *exchange) {
    for (size_t i = 0; i < exchange->requests; i++)
        fprintf(stream, "%s%s", i > 0 ? ", then " : "", exchange->methods[i]);
}

/* ---- In the line ---- */

void details_write_facts(FILE *stream, const struct sentence_input *input) {
    const struct result *result = input->result;
    const struct forecast *forecast = input->forecast;

    fprintf(stream, " [server %s port %d, ", host_of(input).text, input->options->server.port);
    fputs(result->is_kept ? "no request" : "method ", stream);
    write_methods(stream, &result->exchange);
    if (result->answer.info.unusable.text[0] != '\0')
        fprintf(stream, ", fields that cannot be used: %s", result->answer.info.unusable.text);
    if (forecast != NULL && forecast->kind == FORECAST_NONE)
        fprintf(stream, ", no forecast: %s", forecast->reason);
    fputs("]", stream);
}

/* ---- Facts below the line ---- */

static void write_foreign(FILE *stream, const char *bytes, size_t length) {
    char *displayed = text_mask_and_clean(bytes, length);

    fputs(displayed != NULL ? displayed : "?", stream);
    free(displayed);
}

/* As it was understood: with the limit of the answer, if there is one. */
static void write_threshold(FILE *stream, const char *name, const struct threshold *threshold,
                            const struct optional_count *limit) {
    char understood[RANGE_SIZE] = "needs a limit";
    struct range range;

    if (threshold->text == NULL) {
        fprintf(stream, "%s: none\n", name);
        return;
    }
    switch (threshold_resolve(threshold, limit->is_known ? limit->value : 0, &range)) {
    case THRESHOLD_RESOLVED:
        range_format(understood, &range);
        break;
    case THRESHOLD_REVERSED:
        snprintf(understood, sizeof understood, "the range starts above its end");
        break;
    case THRESHOLD_NEEDS_LIMIT:
        break;
    }
    fprintf(stream, "%s: alert %s %.*s (%s)\n", name, threshold_relation(threshold),
            threshold_name_length(threshold), threshold->text, understood);
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

static void write_facts(FILE *stream, const struct sentence_input *input) {
    const struct options *options = input->options;
    const struct result *result = input->result;
    const struct token_info *info = &result->answer.info;

    fprintf(stream, "server: %s port %d\n", host_of(input).text, options->server.port);
    fputs("URL: ", stream);
    write_foreign(stream, result->exchange.url, strlen(result->exchange.url));
    fputs("\nmethod: ", stream);
    if (result->is_kept)
        fprintf(stream, "none, because the answer was kept %" PRId64 " s ago", result->age_s);
    write_methods(stream, &result->exchange);
    fputc('\n', stream);
    write_threshold(stream, "warning", &options->warning, &info->limit);
    write_threshold(stream, "critical", &options->critical, &info->limit);
    if (info->status != 0)
        fprintf(stream, "HTTP status: %" PRId64 "\n", info->status);
    if (info->fields != NULL)
        fputs(info->fields, stream);
    if (result->is_kept)
        write_fields(stream, info);
}

/* ---- The exchange ---- */

/* Cleans each line in its place, its end excepted; gives the new length. */
static size_t clean_lines(char *bytes, size_t length) {
    char *out = bytes;
    size_t line_length;

    for (const char *line = bytes; length > 0; line += line_length, length -= line_length) {
        const char *end = memchr(line, '\n', length);
        size_t displayed = end != NULL ? (size_t)(end - line) : length;
        line_length = displayed + (end != NULL);
        if (displayed > 0 && line[displayed - 1] == '\r')
            displayed--;
        out += text_clean(out, line, displayed);
        if (end != NULL)
            *out++ = '\n';
    }
    return (size_t)(out - bytes);
}

/* Writes bytes line by line, each with a mark in front. */
static void write_lines(FILE *stream, const char *mark, const char *bytes, size_t length) {
    size_t line_length;

    for (; length > 0; bytes += line_length, length -= line_length) {
        const char *end = memchr(bytes, '\n', length);
        size_t displayed = end != NULL ? (size_t)(end - bytes) : length;
        line_length = displayed + (end != NULL);
        fprintf(stream, displayed > 0 ? "%s " : "%s", mark);
        fwrite(bytes, 1, displayed, stream);
        fputc('\n', stream);
    }
}

/* The record and the rest are masked as one, because a copy of the token may begin in the one and
 * end in the other, or be cut in two by a line break; and once more when they are clean, because
 * what a backslash hid is readable where a question mark stands in its place. */
static void write_masked(FILE *stream, const char *mark, const struct http_record *head,
                         const char *rest, size_t rest_length) {
    size_t length = head->length + rest_length;
    char *bytes = malloc(length + 1);

    if (bytes == NULL)
        return;
    memcpy(bytes, head->bytes, head->length);
    memcpy(bytes + head->length, rest, rest_length);
    char *masked = mask_apply(bytes, length, &length);
    free(bytes);
    if (masked == NULL)
        return;
    length = clean_lines(masked, length);
    char *again = mask_apply(masked, length, &length);
    free(masked);
    if (again != NULL)
        write_lines(stream, mark, again, length);
    free(again);
}

static void write_response(FILE *stream, const struct http_response *response) {
    if (response->sent.length > 0)
        write_masked(stream, ">", &response->sent, "", 0);
    if (response->received.length > 0)
        write_masked(stream, "<", &response->received, response->body, response->body_length);
}

void details_write_long_output(FILE *stream, const struct sentence_input *input) {
    const struct token_exchange *exchange = &input->result->exchange;

    write_facts(stream, input);
    for (size_t i = 0; i < exchange->requests; i++)
        write_response(stream, &exchange->responses[i]);
}
