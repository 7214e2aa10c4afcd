/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/decode.h"

#include "characters.h"
#include "memory_stream.h"
#include "number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* One answer while it is decoded. */
struct decoding {
    const struct libjson *json;
    const struct api *api;
    struct raw_reply reply; /* without a byte order mark */
    struct token_info *info;
    bool out_of_memory; /* then nothing else counts */
    bool is_json;
    struct json_object *root;     /* owned; NULL: JSON null, or none */
    struct json_object *envelope; /* NULL: the root is not an object */
    struct json_object *record;   /* NULL: there is none */
    int64_t code;                 /* 200 where it counts as that; -1: not a number */
    bool has_error;
};

/* ---- JSON ---- */

static bool is_white_space(const char *bytes, size_t length) {
    white_space_trim(bytes, &length);
    return length == 0;
}

/* Not in json-c's strict mode, whose 0.18 takes UTF-8 in texts for control characters (its issue
 * 875). The ordinary mode stops behind the first value, so what follows is looked at here. */
static void parse(struct decoding *decoding, struct json_tokener *tokener) {
    const struct libjson *json = decoding->json;
    const struct raw_reply *reply = &decoding->reply;

    errno = 0;
    /* With the NUL behind the text, because without it a number has no end. One within the text
     * ends it for json-c, too. */
    decoding->root = json->tokener_parse_ex(tokener, reply->body, (int)reply->length + 1);
    size_t end = json->tokener_get_parse_end(tokener);
    decoding->is_json = json->tokener_get_error(tokener) == json_tokener_success &&
                        end <= reply->length &&
                        is_white_space(reply->body + end, reply->length - end);
    decoding->out_of_memory = !decoding->is_json && errno == ENOMEM;
}

static struct json_object *member(const struct decoding *decoding, struct json_object *object,
                                  const char *key) {
    struct json_object *value = NULL;

    decoding->json->object_object_get_ex(object, key, &value);
    return value;
}

static bool is_text(const struct decoding *decoding, struct json_object *value) {
    return decoding->json->object_is_type(value, json_type_string);
}

/* A text's bytes, or the JSON of anything else. */
struct bytes {
    const char *start;
    size_t length;
};

static struct bytes bytes_of(struct decoding *decoding, struct json_object *value) {
    const char *bytes = decoding->json->object_get_string(value);

    if (bytes == NULL) {
        decoding->out_of_memory |= value != NULL;
        bytes = "null";
    }
    return (struct bytes){bytes, is_text(decoding, value)
                                     ? (size_t)decoding->json->object_get_string_len(value)
                                     : strlen(bytes)};
}

static struct excerpt excerpt_of_value(struct decoding *decoding, struct json_object *value) {
    struct bytes bytes = bytes_of(decoding, value);

    return excerpt_of(bytes.start, bytes.length, EXCERPT_FIELD_MAX);
}

/* Whether a value is absent, null, or a text of nothing but white space. */
static bool is_blank(struct decoding *decoding, struct json_object *value) {
    struct bytes bytes = bytes_of(decoding, value);

    return value == NULL || (is_text(decoding, value) && is_white_space(bytes.start, bytes.length));
}

/* Takes 0, or an optional minus and digits without a leading 0, with or without white space around
 * it. Gives 0, or -1. */
static int parse_text_number(struct bytes text, int64_t *number) {
    const char *start = white_space_trim(text.start, &text.length);
    size_t sign = text.length > 0 && *start == '-';

    if (number_parse(start + sign, text.length - sign, NUMBER_MAX, number) != 0 ||
        (sign == 1 && *number == 0))
        return -1;
    if (sign == 1)
        *number = -*number;
    return 0;
}

/* Gives 0 where a value is a whole number at most NUMBER_MAX from 0, else -1. json-c keeps the text
 * of a number with a point or exponent, so that nothing is rounded before it is looked at. */
static int read_number(struct decoding *decoding, struct json_object *value, int64_t *number) {
    struct bytes bytes = bytes_of(decoding, value);

    return is_text(decoding, value) ? parse_text_number(bytes, number)
                                    : number_parse_json(bytes.start, number);
}

/* Gives whether the field is absent, null or a text, which is then in *excerpt. */
static bool read_text(struct decoding *decoding, struct json_object *object, const char *key,
                      struct excerpt *excerpt) {
    struct json_object *value = member(decoding, object, key);

    if (is_text(decoding, value))
        *excerpt = excerpt_of_value(decoding, value);
    return value == NULL || is_text(decoding, value);
}

/* ---- The envelope: code, error, msg ---- */

/* Whether a value is there in the documented shape; where the shape is another, info->reason says
 * so. */
static bool is_given(struct decoding *decoding, struct json_object *value, const char *reason) {
    const struct libjson *json = decoding->json;

    if (is_blank(decoding, value))
        return false;
    if (is_text(decoding, value) || json->object_is_type(value, json_type_int) ||
        json->object_is_type(value, json_type_double))
        return true;
    decoding->info->reason = reason;
    return false;
}

static void read_code(struct decoding *decoding) {
    struct json_object *value = member(decoding, decoding->envelope, "code");
    int64_t *code = &decoding->code;

    if (!is_given(decoding, value, "its code is neither a text nor a number"))
        return;
    struct bytes bytes = bytes_of(decoding, value);
    if ((is_text(decoding, value) ? number_parse(bytes.start, bytes.length, NUMBER_MAX, code)
                                  : read_number(decoding, value, code)) != 0)
        *code = -1;
    if (*code == 0 && decoding->api->zero_is_success)
        *code = 200;
    if (*code != 200)
        decoding->info->code = excerpt_of_value(decoding, value);
}

static void read_error(struct decoding *decoding) {
    struct json_object *value = member(decoding, decoding->envelope, "error");

    if (!is_given(decoding, value, "its error is neither a text nor a number"))
        return;
    struct bytes bytes = bytes_of(decoding, value);
    decoding->has_error = bytes.length != strlen("null") || strcasecmp(bytes.start, "null") != 0;
    if (decoding->has_error)
        decoding->info->error = excerpt_of_value(decoding, value);
}

/* ---- The record ---- */

static void note_unusable(struct token_info *info, const char *key) {
    char *names = info->unusable.text;
    size_t length = strlen(names);

    snprintf(names + length, sizeof info->unusable.text - length, "%s%s", length > 0 ? ", " : "",
             key);
}

/* A field that need not be there: one that cannot be used counts as absent. */
static void read_count(struct decoding *decoding, const char *key, int64_t max,
                       struct optional_count *count) {
    struct json_object *value = key != NULL ? member(decoding, decoding->record, key) : NULL;
    int64_t number;

    if (value == NULL || (decoding->api->blank_is_absent && is_blank(decoding, value)))
        return;
    if (read_number(decoding, value, &number) == 0 && number >= 0 && number <= max)
        *count = (struct optional_count){true, number};
    else
        note_unusable(decoding->info, key);
}

static void read_available(struct decoding *decoding) {
    const char *const *keys = decoding->api->available_keys;
    struct json_object *value = member(decoding, decoding->record, keys[0]);
    int64_t number;

    if (is_blank(decoding, value))
        value = member(decoding, decoding->record, keys[1]);
    if (is_blank(decoding, value))
        decoding->info->reason = "available_consumition_options is missing";
    else if (read_number(decoding, value, &number) != 0)
        decoding->info->reason = "available_consumition_options is not a usable whole number";
    else
        decoding->info->available = (struct optional_count){true, number};
}

static void read_record(struct decoding *decoding) {
    const struct libjson *json = decoding->json;
    struct token_info *info = decoding->info;
    struct json_object *data = member(decoding, decoding->envelope, "data");

    if (json->object_is_type(data, json_type_array) && json->object_array_length(data) == 1)
        data = json->object_array_get_idx(data, 0);
    if (!json->object_is_type(data, json_type_object)) {
        info->reason = "its data is not a record";
        return;
    }
    decoding->record = data;
    if (!read_text(decoding, decoding->record, "description", &info->description))
        note_unusable(info, "description");
    read_available(decoding);
    read_count(decoding, "token_limit", NUMBER_MAX, &info->limit);
    read_count(decoding, "token_use_today", NUMBER_MAX, &info->used);
    read_count(decoding, decoding->api->all_used_key, NUMBER_MAX, &info->all_used);
    read_count(decoding, "hours_to_restart_count", TOKEN_HOURS_MAX, &info->hours);
}

/* ---- The kind of reply ---- */

static bool has_phrase(struct decoding *decoding, const char *key, const char *phrase) {
    struct json_object *value = member(decoding, decoding->envelope, key);
    struct bytes bytes = bytes_of(decoding, value);

    return is_text(decoding, value) && text_has_phrase(bytes.start, bytes.length, phrase);
}

/* Whether the server says so: in msg or error of an envelope, or anywhere in a refusal that is not
 * JSON (a gateway's page). */
static bool mentions(struct decoding *decoding, const char *phrase) {
    const struct raw_reply *reply = &decoding->reply;

    if (decoding->is_json)
        return has_phrase(decoding, "msg", phrase) || has_phrase(decoding, "error", phrase);
    return !reply->is_too_large && reply->status != 200 &&
           text_has_phrase(reply->body, reply->length, phrase);
}

static bool is_status_or_code(const struct decoding *decoding, int64_t number) {
    return decoding->reply.status == number || decoding->code == number;
}

/* The order is the manual's, STATES. */
static enum reply_kind classify(struct decoding *decoding) {
    bool is_accepted = decoding->code == 200 && !decoding->has_error;
    bool has_counts = is_accepted && decoding->info->reason == NULL;

    if (!has_counts && mentions(decoding, "token limit exceeded"))
        return REPLY_LIMIT_EXCEEDED;
    if (is_status_or_code(decoding, 401) || (!has_counts && mentions(decoding, "validate token")))
        return REPLY_TOKEN_REFUSED;
    if (is_status_or_code(decoding, 429) ||
        (!has_counts && mentions(decoding, "simultaneous requests")))
        return REPLY_BUSY;
    if (is_status_or_code(decoding, 405) || is_status_or_code(decoding, 501))
        return REPLY_WRONG_METHOD;
    if (decoding->reply.status != 200 || !is_accepted)
        return REPLY_REFUSED;
    return has_counts ? REPLY_TOKEN : REPLY_NOT_UNDERSTOOD;
}

static void read_body(struct decoding *decoding) {
    const struct raw_reply *reply = &decoding->reply;
    struct token_info *info = decoding->info;

    if (reply->is_too_large) {
        info->reason = "it is larger than 64 KiB";
    } else if (!decoding->is_json) {
        info->reason = reply->length > 0 ? "it is not JSON" : "it is not JSON, it is empty";
        info->begins = excerpt_of(reply->body, reply->length, TOKEN_BEGINS_MAX);
    } else if (decoding->envelope == NULL) {
        info->reason = "its JSON is not an object";
    } else {
        read_record(decoding);
        read_code(decoding);
        read_error(decoding);
        read_text(decoding, decoding->envelope, "msg", &info->message);
    }
    info->kind = classify(decoding);
}

/* ---- Fields for the user to read ---- */

static void list_members(struct decoding *decoding, struct json_object *object, FILE *stream) {
    const struct libjson *json = decoding->json;
    struct json_object_iterator at = json->object_iter_begin(object);
    struct json_object_iterator end = json->object_iter_end(object);

    for (; !json->object_iter_equal(&at, &end); json->object_iter_next(&at)) {
        const char *key = json->object_iter_peek_name(&at);
        if (object == decoding->envelope && decoding->record != NULL && strcmp(key, "data") == 0)
            continue;
        struct excerpt name = excerpt_of_text(key);
        struct excerpt value = excerpt_of_value(decoding, json->object_iter_peek_value(&at));
        fprintf(stream, "%s: %s\n", name.text, value.text);
    }
}

/* The envelope's members, and then the record's in place of `data`. */
static void list_all(struct decoding *decoding) {
    struct memory_stream stream;

    if (memory_stream_open(&stream) != NULL) {
        list_members(decoding, decoding->envelope, stream.file);
        if (decoding->record != NULL)
            list_members(decoding, decoding->record, stream.file);
        decoding->info->fields = memory_stream_close(&stream);
    }
    decoding->out_of_memory |= decoding->info->fields == NULL;
}

int decode_reply(const struct libjson *json, const struct api *api, const struct raw_reply *reply,
                 bool list_fields, struct token_info *info) {
    struct decoding decoding = {
        .json = json, .api = api, .reply = *reply, .info = info, .code = 200};
    const size_t mark = strncmp(reply->body, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    struct json_tokener *tokener = json->tokener_new();

    *info = (struct token_info){.status = reply->status};
    if (tokener == NULL)
        return -1;
    decoding.reply.body += mark;
    decoding.reply.length -= mark;
    if (!reply->is_too_large)
        parse(&decoding, tokener);
    json->tokener_free(tokener);
    if (decoding.is_json && json->object_is_type(decoding.root, json_type_object))
        decoding.envelope = decoding.root;
    read_body(&decoding);
    if (list_fields && decoding.envelope != NULL)
        list_all(&decoding);
    json->object_put(decoding.root);
    return decoding.out_of_memory ? -1 : 0;
}
