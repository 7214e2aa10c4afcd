/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "report.h"

#include "result.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The line ---- */

static void print_methods(FILE *stream, const struct token_exchange *exchange) {
    for (size_t i = 0; i < exchange->requests; i++)
        fprintf(stream, "%s%s", i > 0 ? ", then " : "", exchange->methods[i]);
}

static struct text_piece host_of(const struct report_input *input) {
    const char *host = input->options->server.host;

    return text_piece(host, strlen(host), TEXT_FIELD_MAX, input->secret->token);
}

static void print_short_facts(FILE *stream, const struct report_input *input) {
    const char *unusable = input->exchange->info.unusable;

    fprintf(stream, " [server %s port %d, method ", host_of(input).text,
            input->options->server.port);
    print_methods(stream, input->exchange);
    if (*unusable != '\0')
        fprintf(stream, ", fields that cannot be used: %s", unusable);
    fputs("]", stream);
}

static void print_line(FILE *stream, const struct report_input *input) {
    fputs(input->verdict->text, stream);
    if (input->options->verbose >= 1 && input->exchange != NULL)
        print_short_facts(stream, input);
    if (input->secret->readable_by_everyone)
        fputs(" (token file is readable by everyone)", stream);
}

/* ---- Below the line ---- */

static void print_foreign(FILE *stream, const char *bytes, size_t length, const char *secret) {
    char *shown = text_mask_and_clean(bytes, length, secret);

    fputs(shown != NULL ? shown : "?", stream);
    free(shown);
}

static void print_threshold(FILE *stream, const char *name, const struct threshold *threshold,
                            const struct token_info *info) {
    char text[RANGE_SIZE] = "needs a limit";
    struct range range;

    if (threshold->text == NULL) {
        fprintf(stream, "%s: none\n", name);
        return;
    }
    switch (threshold_resolve(threshold, info->limit.known ? info->limit.value : 0, &range)) {
    case THRESHOLD_RESOLVED:
        range_format(text, &range);
        break;
    case THRESHOLD_REVERSED:
        snprintf(text, sizeof text, "its start is above its end");
        break;
    case THRESHOLD_NEEDS_LIMIT:
        break;
    }
    fprintf(stream, "%s: alert %s %s (%s)\n", name, threshold_relation(threshold), threshold->text,
            text);
}

static void print_facts(FILE *stream, const struct report_input *input) {
    const struct options *options = input->options;
    const struct token_exchange *exchange = input->exchange;
    size_t last = exchange->requests - 1;

    fprintf(stream, "server: %s port %d\n", host_of(input).text, options->server.port);
    fputs("URL: ", stream);
    print_foreign(stream, exchange->url, strlen(exchange->url), input->secret->token);
    fputs("\nmethod: ", stream);
    print_methods(stream, exchange);
    fputc('\n', stream);
    print_threshold(stream, "warning", &options->warning, &exchange->info);
    print_threshold(stream, "critical", &options->critical, &exchange->info);
    if (exchange->responses[last].status != 0)
        fprintf(stream, "HTTP status: %ld\n", exchange->responses[last].status);
    if (exchange->info.fields != NULL)
        fputs(exchange->info.fields, stream);
}

/* ---- The exchange ---- */

/* Prints bytes line by line, each cleaned and with a mark in front. */
static void print_lines(FILE *stream, const char *mark, const char *bytes, size_t length,
                        const char *secret) {
    size_t line_length;

    for (; length > 0; bytes += line_length, length -= line_length) {
        const char *end = memchr(bytes, '\n', length);
        line_length = end != NULL ? (size_t)(end - bytes) + 1 : length;
        size_t shown = end != NULL ? line_length - 1 : line_length;
        if (shown > 0 && bytes[shown - 1] == '\r')
            shown--;
        fprintf(stream, shown > 0 ? "%s " : "%s", mark);
        print_foreign(stream, bytes, shown, secret);
        fputc('\n', stream);
    }
}

/* Masked as a whole first, for a line break may cut a copy of the token in two. */
static void print_masked_lines(FILE *stream, const char *mark, const char *bytes, size_t length,
                               const char *secret) {
    size_t masked_length;
    char *masked = text_mask(bytes, length, secret, &masked_length);

    if (masked != NULL)
        print_lines(stream, mark, masked, masked_length, secret);
    free(masked);
}

/* Headers and body in one piece: a copy of the token may begin in one and end in the other. */
static void print_received(FILE *stream, const struct http_response *response, const char *secret) {
    size_t length = response->received.length + response->body_length;
    char *bytes = malloc(length + 1);

    if (bytes == NULL)
        return;
    memcpy(bytes, response->received.bytes, response->received.length);
    memcpy(bytes + response->received.length, response->body, response->body_length);
    print_masked_lines(stream, "<", bytes, length, secret);
    free(bytes);
}

static void print_exchange(FILE *stream, const struct http_response *response, const char *secret) {
    if (response->sent.length > 0)
        print_masked_lines(stream, ">", response->sent.bytes, response->sent.length, secret);
    if (response->received.length > 0)
        print_received(stream, response, secret);
}

static void print_long_output(FILE *stream, const struct report_input *input) {
    const struct token_exchange *exchange = input->exchange;

    if (input->options->verbose < 2 || exchange == NULL || exchange->requests == 0)
        return;
    print_facts(stream, input);
    for (size_t i = 0; i < exchange->requests; i++)
        print_exchange(stream, &exchange->responses[i], input->secret->token);
}

/* ---- All of it ---- */

typedef void printer(FILE *stream, const struct report_input *input);

static char *print_to_memory(printer *print, const struct report_input *input) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    if (stream == NULL)
        return NULL;
    print(stream, input);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

int report(const char *label, const struct report_input *input) {
    char *line = print_to_memory(print_line, input);
    char *long_output = print_to_memory(print_long_output, input);
    struct check_result result = {
        .state = input->verdict->state,
        .text = line,
        .perfdata = input->verdict->perfdata,
        .long_output = long_output,
    };
    int printed = line != NULL && long_output != NULL ? result_print(label, &result) : -1;

    free(line);
    free(long_output);
    return printed;
}
