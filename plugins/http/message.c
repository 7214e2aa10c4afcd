/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/message.h"

#include "mask.h"
#include "process.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int http_response_prepare(const struct http_request *request, struct http_response *response,
                          struct error *error) {
    *response = (struct http_response){.body = malloc(HTTP_BODY_MAX + 1)};
    if (request->record) {
        response->sent.bytes = malloc(HTTP_HEADERS_MAX);
        response->received.bytes = malloc(HTTP_HEADERS_MAX);
    }
    if (response->body == NULL ||
        (request->record && (response->sent.bytes == NULL || response->received.bytes == NULL)))
        return error_out_of_memory(error);
    return 0;
}

void http_record_add(struct http_record *record, const char *bytes, size_t length) {
    size_t room = record->bytes != NULL ? HTTP_HEADERS_MAX - record->length : 0;

    if (length > room)
        length = room;
    if (length == 0)
        return;
    memcpy(record->bytes + record->length, bytes, length);
    record->length += length;
}

void http_record_hide_credentials(struct http_record *sent) {
    static const char credentials[] = "Proxy-Authorization:";
    static const char mask[] = " " MASK_TEXT "\r\n";
    const size_t masked_length = sizeof credentials - 1 + sizeof mask - 1;
    char *end = sent->bytes;
    size_t line_length;

    for (size_t i = 0; i < sent->length; i += line_length) {
        char *line = sent->bytes + i;
        const char *newline = memchr(line, '\n', sent->length - i);
        line_length = newline != NULL ? (size_t)(newline - line) + 1 : sent->length - i;
        size_t kept = line_length;
        if (line_length >= masked_length &&
            strncasecmp(line, credentials, sizeof credentials - 1) == 0) {
            memcpy(line + sizeof credentials - 1, mask, sizeof mask - 1);
            kept = masked_length;
        }
        memmove(end, line, kept);
        end += kept;
    }
    sent->length = (size_t)(end - sent->bytes);
}

static void free_record(struct http_record *record) {
    free(record->bytes);
}

void http_response_free(struct http_response *response) {
    free(response->body);
    free(response->redirect);
    free_record(&response->sent);
    free_record(&response->received);
    *response = (struct http_response){.left_standing = response->left_standing};
}
