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
    struct http_response response; /* its body without a byte order mark */
    struct token_info *info;
    bool out_of_memory; /* then nothing else counts */
    bool is_json;
    struct json_object *root;   /* owned; NULL: JSON null, or none */
    struct json_object *record; /* NULL: there is none */
    int64_t code;               /* 200 where it counts as that; -1: not a number */
    bool has_error;
};

/* ---- JSON ---- */

int libjson_load(struct libjson *json, struct error *error) {
    static const library_function functions[] = {LIBJSON_FUNCTIONS(LIBRARY_FUNCTION)};

    return library_load(LIBJSON_SONAME, functions, json, sizeof *json, error);
}

static bool is_white_space(const char *bytes, size_t length) {
    white_space_trim(bytes, &length);
    return length == 0;
}

/* Not in json-c's strict mode, whose 0.18 takes UTF-8 in texts for control characters (its issue
 * 875). The ordinary mode stops behind the first value, so what follows is looked at here. Gives
 * whether the body is JSON. */
static bool parse(struct decoding *decoding) {
    const struct libjson *json = decoding->json;
    const struct http_response *response = &decoding->response;
    struct json_tokener *tokener = json->tokener_new();

    if (tokener == NULL) {
        decoding->out_of_memory = true;
        return false;
    }
    errno = 0;
    /* With the NUL behind the text, because without it a number has no end. One within the text
     * ends it for json-c, too. */
    decoding->root =
        json->tokener_parse_ex(tokener, response->body, (int)response->body_length + 1);
    size_t end = json->tokener_get_parse_end(tokener);
    decoding->is_json = json->tokener_get_error(tokener) == json_tokener_success &&
                        end <= response->body_length &&
                        is_white_space(response->body + end, response->body_length - end);
    decoding->out_of_memory = !decoding->is_json && errno == ENOMEM;
    json->tokener_free(tokener);
    return decoding->is_json;
}

/* What stands in a place: a text's bytes, or the JSON of anything else. */
struct value {
    enum json_type type; /* json_type_null: absent, or null */
    const char *bytes;
    size_t length;
};

static struct value value_of(struct decoding *decoding, struct json_object *object) {
    const struct libjson *json = decoding->json;
    struct value value = {json->object_get_type(object), json->object_get_string(object), 0};

    decoding->out_of_memory |= value.bytes == NULL && object != NULL;
    if (value.bytes == NULL)
        value.bytes = "null";
    value.length = value.type == json_type_string ? (size_t)json->object_get_string_len(object)
                                                  : strlen(value.bytes);
    return value;
}

static struct value member(struct decoding *decoding, struct json_object *object, const char *key) {
    struct json_object *found = NULL;

    decoding->json->object_object_get_ex(object, key, &found);
    return value_of(decoding, found);
}

static struct excerpt excerpt_of_value(const struct value *value) {
    return excerpt_of(value->bytes, value->length, EXCERPT_FIELD_MAX);
}

/* Whether a value is absent, null, or a text of nothing but white space. */
static bool is_blank(const struct value *value) {
    return value->type == json_type_null ||
           (value->type == json_type_string && is_white_space(value->bytes, value->length));
}

/* Gives 0 where a value is a whole number at most NUMBER_MAX from 0, else -1. json-c keeps the text
 * of a number with a point or exponent, so that nothing is rounded before it is looked at. */
static int read_number(const struct value *value, int64_t *number) {
    size_t length = value->length;

    if (value->type != json_type_string)
        return number_parse_json(value->bytes, number);
    const char *start = white_space_trim(value->bytes, &length);
    size_t sign = length > 0 && *start == '-';
    if (number_parse(start + sign, length - sign, NUMBER_MAX, number) != 0 ||
        (sign == 1 && *number == 0))
        return -1;
    if (sign == 1)
        *number = -*number;
    return 0;
}

/* Gives whether the field is absent, null or a text, which is then in *excerpt. */
static bool read_text(struct decoding *decoding, struct json_object *object, const char *key,
                      struct excerpt *excerpt) {
    struct value value = member(decoding, object, key);

    if (value.type == json_type_string)
        *excerpt = excerpt_of_value(&value);
    return value.type == json_type_string || value.type == json_type_null;
}

/* ---- The envelope: code, error, msg ---- */

/* Whether a value is there in the documented shape; where the shape is another, info->reason says
 * so. */
static bool is_given(const struct decoding *decoding, const struct value *value,
                     const char *reason) {
    if (is_blank(value))
        return false;
    if (value->type == json_type_string || value->type == json_type_int ||
        value->type == json_type_double)
        return true;
    decoding->info->reason = reason;
    return false;
}

static void read_code(struct decoding *decoding) {
    struct value value = member(decoding, decoding->root, "code");
    int64_t *code = &decoding->code;

    if (!is_given(decoding, &value, "its code is neither a text nor a number"))
        return;
    if ((value.type == json_type_string ? number_parse(value.bytes, value.length, NUMBER_MAX, code)
                                        : number_parse_json(value.bytes, code)) != 0)
        *code = -1;
    if (*code == 0 && decoding->api->zero_is_success)
        *code = 200;
    if (*code != 200)
        decoding->info->code = excerpt_of_value(&value);
}

static void read_error(struct decoding *decoding) {
    struct value value = member(decoding, decoding->root, "error");

    if (!is_given(decoding, &value, "its error is neither a text nor a number"))
        return;
    decoding->has_error = value.length != strlen("null") || strcasecmp(value.bytes, "null") != 0;
    if (decoding->has_error)
        decoding->info->error = excerpt_of_value(&value);
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
    struct value value = member(decoding, decoding->record, key);
    int64_t number;

    if (value.type == json_type_null || (decoding->api->blank_is_absent && is_blank(&value)))
        return;
    if (read_number(&value, &number) == 0 && number >= 0 && number <= max)
        *count = (struct optional_count){true, number};
    else
        note_unusable(decoding->info, key);
}

static void read_available(struct decoding *decoding) {
    const char *const *keys = decoding->api->available_keys;
    struct value value = member(decoding, decoding->record, keys[0]);
    int64_t number;

    if (is_blank(&value))
        value = member(decoding, decoding->record, keys[1]);
    if (is_blank(&value))
        decoding->info->reason = "available_consumition_options is missing";
    else if (read_number(&value, &number) != 0)
        decoding->info->reason = "available_consumition_options is not a usable whole number";
    else
        decoding->info->available = (struct optional_count){true, number};
}

static void read_record(struct decoding *decoding) {
    const struct libjson *json = decoding->json;
    struct token_info *info = decoding->info;
    struct json_object *data = NULL;

    json->object_object_get_ex(decoding->root, "data", &data);
    if (json->object_get_type(data) == json_type_array && json->object_array_length(data) == 1)
        data = json->object_array_get_idx(data, 0);
    if (json->object_get_type(data) != json_type_object) {
        info->reason = "its data is not a record";
        return;
    }
    decoding->record = data;
    if (!read_text(decoding, data, "description", &info->description))
        note_unusable(info, "description");
    read_available(decoding);
    read_count(decoding, "token_limit", NUMBER_MAX, &info->limit);
    read_count(decoding, "token_use_today", NUMBER_MAX, &info->used);
    if (decoding->api->all_used_key != NULL)
        read_count(decoding, decoding->api->all_used_key, NUMBER_MAX, &info->all_used);
    read_count(decoding, "hours_to_restart_count", TOKEN_HOURS_MAX, &info->hours);
}

/* ---- Fields for the user to read ---- */

static void list_members(struct decoding *decoding, struct json_object *object, FILE *stream) {
    const struct lh_entry *entry = decoding->json->object_get_object(object)->head;

    for (; entry != NULL; entry = entry->next) {
        const char *key = lh_entry_k(entry);
        if (object == decoding->root && decoding->record != NULL && strcmp(key, "data") == 0)
            continue;
        struct value value = value_of(decoding, lh_entry_v(entry));
        fprintf(stream, "%s: %s\n", excerpt_of_text(key).text, excerpt_of_value(&value).text);
    }
}

/* The envelope's members, and then the record's in place of `data`. */
static void list_all(struct decoding *decoding) {
    struct memory_stream stream;

    if (memory_stream_open(&stream) != NULL) {
        list_members(decoding, decoding->root, stream.file);
        if (decoding->record != NULL)
            list_members(decoding, decoding->record, stream.file);
        decoding->info->fields = memory_stream_close(&stream);
    }
    decoding->out_of_memory |= decoding->info->fields == NULL;
}

/* ---- The kind of reply ---- */

static bool has_phrase(struct decoding *decoding, const char *key, const char *phrase) {
    struct value value = member(decoding, decoding->root, key);

    return value.type == json_type_string && text_has_phrase(value.bytes, value.length, phrase);
}

/* Whether the server says so: in msg or error of an envelope, or anywhere in a refusal that is not
 * JSON (a gateway's page). */
static bool mentions(struct decoding *decoding, const char *phrase) {
    const struct http_response *response = &decoding->response;

    if (decoding->is_json)
        return has_phrase(decoding, "msg", phrase) || has_phrase(decoding, "error", phrase);
    return !response->too_large && response->status != 200 &&
           text_has_phrase(response->body, response->body_length, phrase);
}

static bool is_status_or_code(const struct decoding *decoding, int64_t number) {
    return decoding->response.status == number || decoding->code == number;
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
    if (decoding->response.status != 200 || !is_accepted)
        return REPLY_REFUSED;
    return has_counts ? REPLY_TOKEN : REPLY_NOT_UNDERSTOOD;
}

int decode_reply(const struct libjson *json, const struct api *api,
                 const struct http_response *response, bool list_fields, struct token_info *info) {
    struct decoding decoding = {
        .json = json, .api = api, .response = *response, .info = info, .code = 200};
    const struct http_response *body = &decoding.response;

    *info = (struct token_info){.status = response->status};
    if (strncmp(response->body, "\xEF\xBB\xBF", 3) == 0) {
        decoding.response.body += 3;
        decoding.response.body_length -= 3;
    }
    if (response->too_large) {
        info->reason = "it is larger than 64 KiB";
    } else if (!parse(&decoding)) {
        info->reason = body->body_length > 0 ? "it is not JSON" : "it is not JSON, it is empty";
        info->begins = excerpt_of(body->body, body->body_length, TOKEN_BEGINS_MAX);
    } else if (json->object_get_type(decoding.root) != json_type_object) {
        info->reason = "its JSON is not an object";
    } else {
        read_record(&decoding);
        read_code(&decoding);
        read_error(&decoding);
        read_text(&decoding, decoding.root, "msg", &info->message);
        if (list_fields)
            list_all(&decoding);
    }
    info->kind = classify(&decoding);
    json->object_put(decoding.root);
    return decoding.out_of_memory ? -1 : 0;
}
