/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict/sentence.h"

#include "mask.h"
#include "memory_stream.h"
#include "output.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The line ---- */

static void print_methods(FILE *stream, const struct token_exchange *exchange) {
    for (size_t i = 0; i < exchange->requests; i++)
        fprintf(stream, "%s%s", i > 0 ? ", then " : "", exchange->methods[i]);
}

static struct excerpt host_of(const struct report_input *input) {
    return excerpt_of_text(input->options->server.host);
}

static void print_short_facts(FILE *stream, const struct report_input *input) {
    const struct answer *answer = input->answer;

    fprintf(stream, " [server %s port %d, ", host_of(input).text, input->options->server.port);
    fputs(answer->is_kept ? "no request" : "method ", stream);
    print_methods(stream, &answer->exchange);
    if (answer->exchange.info.unusable[0] != '\0')
        fprintf(stream, ", fields that cannot be used: %s", answer->exchange.info.unusable);
    if (input->forecast != NULL && input->forecast->kind == FORECAST_NONE)
        fprintf(stream, ", no forecast: %s", input->forecast->reason);
    if (answer->keeping_failed)
        fprintf(stream, ", answer not kept: %s", answer->trouble.text);
    fputs("]", stream);
}

static void print_hints(FILE *stream, const struct report_input *input) {
    const struct answer *answer = input->answer;

    if (answer != NULL && answer->is_kept)
        fprintf(stream, " (answer %" PRId64 " s old)", answer->age_s);
    if (answer != NULL && answer->keeping_failed)
        fputs(" (answer not kept)", stream);
    if (input->secret->world_readable)
        fputs(" (token file is readable by everyone)", stream);
}

static void print_line(FILE *stream, const struct report_input *input) {
    fputs(input->verdict->text, stream);
    if (input->options->verbose >= 1 && input->answer != NULL)
        print_short_facts(stream, input);
    print_hints(stream, input);
}

/* ---- Below the line ---- */

static void print_foreign(FILE *stream, const char *bytes, size_t length) {
    char *shown = text_mask_and_clean(bytes, length);

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
    switch (threshold_resolve(threshold, info->limit.is_known ? info->limit.value : 0, &range)) {
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

static long status_of(const struct answer *answer) {
    return answer->is_kept ? answer->exchange.info.status
                           : answer->exchange.responses[answer->exchange.requests - 1].status;
}

static void print_facts(FILE *stream, const struct report_input *input) {
    const struct options *options = input->options;
    const struct token_exchange *exchange = &input->answer->exchange;

    fprintf(stream, "server: %s port %d\n", host_of(input).text, options->server.port);
    fputs("URL: ", stream);
    print_foreign(stream, exchange->url, strlen(exchange->url));
    fputc('\n', stream);
    fputs("method: ", stream);
    if (input->answer->is_kept)
        fprintf(stream, "none, for the answer was kept %" PRId64 " s ago", input->answer->age_s);
    print_methods(stream, exchange);
    fputc('\n', stream);
    print_threshold(stream, "warning", &options->warning, &exchange->info);
    print_threshold(stream, "critical", &options->critical, &exchange->info);
    if (status_of(input->answer) != 0)
        fprintf(stream, "HTTP status: %ld\n", status_of(input->answer));
    if (exchange->info.fields != NULL)
        fputs(exchange->info.fields, stream);
}

/* ---- The exchange ---- */

/* Prints bytes line by line, each cleaned and with a mark in front. */
static void print_lines(FILE *stream, const char *mark, const char *bytes, size_t length) {
    size_t line_length;

    for (; length > 0; bytes += line_length, length -= line_length) {
        const char *end = memchr(bytes, '\n', length);
        line_length = end != NULL ? (size_t)(end - bytes) + 1 : length;
        size_t shown = end != NULL ? line_length - 1 : line_length;
        if (shown > 0 && bytes[shown - 1] == '\r')
            shown--;
        fprintf(stream, shown > 0 ? "%s " : "%s", mark);
        print_foreign(stream, bytes, shown);
        fputc('\n', stream);
    }
}

/* Masked as a whole first, for a line break may cut a copy of the token in two. Frees the
 * bytes. */
static void print_masked_lines(FILE *stream, const char *mark, char *bytes, size_t length) {
    size_t masked_length;
    char *masked = mask_apply(bytes, length, &masked_length);

    free(bytes);
    if (masked != NULL)
        print_lines(stream, mark, masked, masked_length);
    free(masked);
}

/* Two pieces as one: a copy of the token may begin in the one and end in the other. */
static void print_pieces(FILE *stream, const char *mark, const struct http_record *head,
                         const char *rest, size_t rest_length) {
    char *bytes = malloc(head->length + rest_length + 1);

    if (bytes == NULL)
        return;
    memcpy(bytes, head->bytes, head->length);
    memcpy(bytes + head->length, rest, rest_length);
    print_masked_lines(stream, mark, bytes, head->length + rest_length);
}

static void print_exchange(FILE *stream, const struct http_response *response) {
    if (response->sent.length > 0)
        print_pieces(stream, ">", &response->sent, "", 0);
    if (response->received.length > 0)
        print_pieces(stream, "<", &response->received, response->body, response->body_length);
}

static void print_long_output(FILE *stream, const struct report_input *input) {
    if (input->options->verbose < 2 || input->answer == NULL)
        return;
    print_facts(stream, input);
    const struct token_exchange *exchange = &input->answer->exchange;
    for (size_t i = 0; i < exchange->requests; i++)
        print_exchange(stream, &exchange->responses[i]);
}

/* ---- All of it ---- */

typedef void printer(FILE *stream, const struct report_input *input);

static char *print_to_memory(printer *print, const struct report_input *input) {
    struct memory_stream stream;
    char *text;

    if (memory_stream_open(&stream) == NULL)
        return NULL;
    print(stream.file, input);
    return memory_stream_close(&stream, &text) == 0 ? text : NULL;
}

int report(const char *label, const struct report_input *input) {
    char *line = print_to_memory(print_line, input);
    char *long_output = print_to_memory(print_long_output, input);
    bool complete = line != NULL && long_output != NULL;
    struct output result = {.state = STATE_UNKNOWN, .text = "out of memory"};

    if (complete)
        result = (struct output){
            .state = input->verdict->state,
            .text = line,
            .perfdata = input->verdict->perfdata,
            .long_output = long_output,
        };
    int printed = output_print(label, &result);
    free(line);
    free(long_output);
    return complete ? printed : -1;
}
