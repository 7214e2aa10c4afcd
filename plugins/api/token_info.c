/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/token_info.h"

#include "characters.h"

#include "api/libjson.h"
#include "memory_stream.h"
#include "number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char limit_exceeded[] = "token limit exceeded";
static const char validate_token[] = "validate token";
static const char too_many_at_once[] = "simultaneous requests";

static const char key_code[] = "code";
static const char key_error[] = "error";
static const char key_message[] = "msg";
static const char key_description[] = "description";
static const char key_limit[] = "token_limit";
static const char key_used[] = "token_use_today";
static const char key_available[] = "available_consumition_options"; /* the vendor's spelling */
static const char key_available_sibling[] = "available_consumption_options";
static const char key_hours[] = "hours_to_restart_count";

enum { BEGINS_MAX = 40 };

/* One answer while it is decoded. */
struct decoding {
    const struct libjson *json;
    const struct token_answer *answer;
    struct token_info *info;
    bool is_json;
    bool *memory_ran_out;         /* where that is so, nothing else counts */
    struct json_object *root;     /* owned; NULL: JSON null, or none */
    struct json_object *envelope; /* NULL: the root is no object */
    struct json_object *data;     /* the record; NULL: there is none */
    int64_t code;                 /* 200 where it counts as that; -1: another text */
    bool has_error;
};

/* ---- JSON ---- */

enum {
    ESCAPED_SIZE = sizeof "\\uD83D\\uDE00",
    WHOLE_DIGITS = 18, /* of any whole number with a sign that surely has 64 bits */
};
static const char as_double[] = "e0"; /* json-c keeps the text of a number with an exponent */

/* Writes a character as JSON escapes it (RFC 8259, section 7). Gives the length. */
static size_t write_escaped(char out[ESCAPED_SIZE], uint32_t point) {
    if (point < 0x10000)
        return (size_t)snprintf(out, ESCAPED_SIZE, "\\u%04" PRIx32, point);
    point -= 0x10000;
    return (size_t)snprintf(out, ESCAPED_SIZE, "\\u%04" PRIx32 "\\u%04" PRIx32,
                            0xD800 + (point >> 10), 0xDC00 + (point & 0x3FF));
}

/* Whether the text of a number is that of a whole one that may need more than 64 bits. */
static bool is_long_whole_number(const char *text, size_t length) {
    return length > WHOLE_DIGITS && strspn(text, "-0123456789") >= length;
}

/* Writes a number so that json-c keeps its text. */
static size_t write_number(char *out, const char *text, size_t length) {
    memcpy(out, text, length);
    if (!is_long_whole_number(text, length))
        return length;
    memcpy(out + length, as_double, sizeof as_double - 1);
    return length + sizeof as_double - 1;
}

/* Writes a character, or a number where one begins outside of quotes. Gives the length, and what
 * was read of the text. */
static size_t write_portably(char *out, const char *text, size_t length, bool quoted,
                             size_t *size) {
    if (!quoted && (*text == '-' || (*text >= '0' && *text <= '9'))) {
        *size = strspn(text, "-+.0123456789eE");
        return write_number(out, text, *size);
    }
    int32_t point = character_read(text, length, size);
    if (point >= 0x80)
        return write_escaped(out, (uint32_t)point);
    *out = point < 0 ? '?' : (char)point;
    return 1;
}

/* The same JSON as all versions of json-c take it, in malloc'ed memory and NUL-terminated: in
 * ASCII, for 0.18 takes the rest for control characters and refuses it (its issue 875), where a
 * broken byte is "?", as text_clean() would make it; and no whole number beyond 64 bits, which
 * older ones cut and 0.18 refuses. NULL where memory ran out. */
static char *make_portable(const char *text, size_t length, size_t *portable_length) {
    char *portable = malloc(3 * length + ESCAPED_SIZE);
    char *end = portable;
    bool quoted = false, escaped = false;
    size_t size;

    if (portable == NULL)
        return NULL;
    for (size_t i = 0; i < length; i += size) {
        if (text[i] == '"' && !escaped)
            quoted = !quoted;
        escaped = quoted && text[i] == '\\' && !escaped;
        end += write_portably(end, text + i, length - i, quoted, &size);
    }
    *end = '\0';
    *portable_length = (size_t)(end - portable);
    return portable;
}

static void parse_text(struct decoding *decoding, struct json_tokener *tokener, const char *text,
                       size_t length) {
    const struct libjson *json = decoding->json;

    json->tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    /* With the NUL behind the text, for without it a number has no end. */
    errno = 0;
    decoding->root = json->tokener_parse_ex(tokener, text, (int)length + 1);
    decoding->is_json = json->tokener_get_error(tokener) == json_tokener_success &&
                        json->tokener_get_parse_end(tokener) == length;
    *decoding->memory_ran_out |= !decoding->is_json && errno == ENOMEM;
}

static void parse(struct decoding *decoding, struct json_tokener *tokener) {
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    const char *text = decoding->answer->body;
    size_t length = decoding->answer->length;

    if (memchr(text, '\0', length) != NULL)
        return;
    if (strncmp(text, byte_order_mark, sizeof byte_order_mark - 1) == 0) {
        text += sizeof byte_order_mark - 1;
        length -= sizeof byte_order_mark - 1;
    }
    char *portable = make_portable(text, length, &length);
    if (portable != NULL)
        parse_text(decoding, tokener, portable, length);
    else
        *decoding->memory_ran_out = true;
    free(portable);
}

static struct json_object *member(const struct decoding *decoding, struct json_object *object,
                                  const char *key) {
    struct json_object *value = NULL;

    if (object != NULL)
        decoding->json->object_object_get_ex(object, key, &value);
    return value;
}

static bool is_text(const struct decoding *decoding, struct json_object *value) {
    return decoding->json->object_is_type(value, json_type_string);
}

static bool is_number(const struct decoding *decoding, struct json_object *value) {
    const struct libjson *json = decoding->json;

    return json->object_is_type(value, json_type_int) ||
           json->object_is_type(value, json_type_double);
}

/* A value's bytes as received: a string's, or the JSON of anything else. */
static const char *bytes_of(const struct decoding *decoding, struct json_object *value,
                            size_t *length) {
    const struct libjson *json = decoding->json;
    const char *bytes = json->object_get_string(value);

    if (bytes == NULL) {
        *decoding->memory_ran_out |= value != NULL;
        bytes = "null";
    }
    if (is_text(decoding, value)) {
        *length = (size_t)json->object_get_string_len(value);
        return bytes;
    }
    *length = strcspn(bytes, "e");
    if (!is_number(decoding, value) || !is_long_whole_number(bytes, *length) ||
        strcmp(bytes + *length, as_double) != 0)
        *length = strlen(bytes);
    return bytes;
}

static struct excerpt piece_of(const struct decoding *decoding, struct json_object *value) {
    size_t length;
    const char *bytes = bytes_of(decoding, value, &length);

    return excerpt_of(bytes, length, EXCERPT_FIELD_MAX);
}

static bool has_phrase(const struct decoding *decoding, struct json_object *value,
                       const char *phrase) {
    size_t length;

    if (!is_text(decoding, value))
        return false;
    const char *bytes = bytes_of(decoding, value, &length);
    return text_has_phrase(bytes, length, phrase);
}

/* json-c keeps the text of a number with a point or exponent, so that nothing is rounded before it
 * is looked at. */
static int number_of(const struct decoding *decoding, struct json_object *value, int64_t *number) {
    size_t length;
    const char *bytes = bytes_of(decoding, value, &length);

    if (is_text(decoding, value))
        return number_parse(bytes, length, NUMBER_MAX, number);
    return is_number(decoding, value) ? number_parse_json(bytes, number) : -1;
}

/* ---- The envelope: code, error, msg ---- */

static int read_code(struct decoding *decoding) {
    const struct libjson *json = decoding->json;
    struct json_object *value = member(decoding, decoding->envelope, key_code);

    decoding->code = 200;
    if (value == NULL || (is_text(decoding, value) && json->object_get_string_len(value) == 0))
        return 0;
    if (!is_text(decoding, value) && !is_number(decoding, value))
        return -1;
    if (number_of(decoding, value, &decoding->code) != 0)
        decoding->code = -1;
    if (decoding->code != 200)
        decoding->info->code = piece_of(decoding, value);
    return 0;
}

static int read_error(struct decoding *decoding) {
    struct json_object *value = member(decoding, decoding->envelope, key_error);
    size_t length;

    if (value == NULL)
        return 0;
    if (!is_text(decoding, value) && !is_number(decoding, value))
        return -1;
    const char *text = bytes_of(decoding, value, &length);
    bool holds_nul = is_text(decoding, value) && length != strlen(text);
    decoding->has_error = holds_nul || (*text != '\0' && strcasecmp(text, "null") != 0);
    if (decoding->has_error)
        decoding->info->error = piece_of(decoding, value);
    return 0;
}

static void read_message(struct decoding *decoding) {
    struct json_object *value = member(decoding, decoding->envelope, key_message);

    if (is_text(decoding, value))
        decoding->info->message = piece_of(decoding, value);
}

/* ---- The record ---- */

static void find_record(struct decoding *decoding) {
    const struct libjson *json = decoding->json;
    struct json_object *data = member(decoding, decoding->envelope, "data");

    if (json->object_is_type(data, json_type_array) && json->object_array_length(data) == 1)
        data = json->object_array_get_idx(data, 0);
    if (json->object_is_type(data, json_type_object))
        decoding->data = data;
}

static void note_unusable(struct token_info *info, const char *key) {
    size_t length = strlen(info->unusable);

    snprintf(info->unusable + length, sizeof info->unusable - length, "%s%s",
             length > 0 ? ", " : "", key);
}

/* A field that need not be there: one that cannot be used counts as absent. */
static void read_count(struct decoding *decoding, const char *key, int64_t max,
                       struct optional_count *count) {
    struct json_object *value = member(decoding, decoding->data, key);
    int64_t number;

    if (value == NULL)
        return;
    if (number_of(decoding, value, &number) == 0 && number >= 0 && number <= max)
        *count = (struct optional_count){true, number};
    else
        note_unusable(decoding->info, key);
}

static void read_description(struct decoding *decoding) {
    struct json_object *value = member(decoding, decoding->data, key_description);

    if (is_text(decoding, value))
        decoding->info->description = piece_of(decoding, value);
    else if (value != NULL)
        note_unusable(decoding->info, key_description);
}

static void read_available(struct decoding *decoding) {
    struct json_object *value = member(decoding, decoding->data, key_available);

    if (value == NULL)
        value = member(decoding, decoding->data, key_available_sibling);
    if (value == NULL)
        decoding->info->reason = "available_consumition_options is missing";
    else if (number_of(decoding, value, &decoding->info->available.value) != 0)
        decoding->info->reason =
            "available_consumition_options is no whole number that can be used";
    else
        decoding->info->available.is_known = true;
}

static void read_record(struct decoding *decoding) {
    struct token_info *info = decoding->info;

    find_record(decoding);
    if (decoding->data == NULL) {
        info->reason = "its data is no record";
        return;
    }
    read_description(decoding);
    read_count(decoding, key_limit, NUMBER_MAX, &info->limit);
    read_count(decoding, key_used, NUMBER_MAX, &info->used);
    read_count(decoding, key_hours, TOKEN_HOURS_MAX, &info->hours);
    read_available(decoding);
}

/* ---- The kind of answer ---- */

/* Whether the server says the phrase: in msg or error of an envelope, or anywhere in a refusal that
 * is no JSON (a gateway's page). */
static bool says(const struct decoding *decoding, const char *phrase) {
    const struct token_answer *answer = decoding->answer;

    if (decoding->is_json)
        return has_phrase(decoding, member(decoding, decoding->envelope, key_message), phrase) ||
               has_phrase(decoding, member(decoding, decoding->envelope, key_error), phrase);
    return answer->damage == NULL && answer->status != 200 &&
           text_has_phrase(answer->body, answer->length, phrase);
}

static bool is_status_or_code(const struct decoding *decoding, int64_t number) {
    return decoding->answer->status == number || decoding->code == number;
}

static enum reply_kind find_kind(const struct decoding *decoding) {
    bool accepted = decoding->code == 200 && !decoding->has_error;
    bool has_figures = accepted && decoding->info->reason == NULL;

    if (!has_figures && says(decoding, limit_exceeded))
        return REPLY_LIMIT_EXCEEDED;
    if ((!has_figures && says(decoding, validate_token)) || is_status_or_code(decoding, 401))
        return REPLY_TOKEN_REFUSED;
    if ((!has_figures && says(decoding, too_many_at_once)) || is_status_or_code(decoding, 429))
        return REPLY_BUSY;
    if (is_status_or_code(decoding, 405) || is_status_or_code(decoding, 501))
        return REPLY_WRONG_METHOD;
    if (decoding->answer->status != 200)
        return REPLY_REFUSED;
    if (has_figures)
        return REPLY_TOKEN;
    return accepted || decoding->envelope == NULL ? REPLY_NOT_UNDERSTOOD : REPLY_REFUSED;
}

static enum reply_kind decode_envelope(struct decoding *decoding) {
    const char *reason = NULL;

    if (read_code(decoding) != 0)
        reason = "its code is neither a text nor a number";
    if (read_error(decoding) != 0)
        reason = "its error is no text";
    read_message(decoding);
    read_record(decoding);
    if (reason == NULL)
        return find_kind(decoding);
    decoding->info->reason = reason;
    decoding->has_error = false;
    decoding->code = 200;
    return find_kind(decoding);
}

static void note_not_json(const struct decoding *decoding) {
    const struct token_answer *answer = decoding->answer;

    decoding->info->reason = "it is not JSON";
    decoding->info->begins = excerpt_of(answer->body, answer->length, BEGINS_MAX);
}

static enum reply_kind decode_body(struct decoding *decoding) {
    if (decoding->answer->damage != NULL)
        decoding->info->reason = decoding->answer->damage;
    else if (!decoding->is_json)
        note_not_json(decoding);
    else if (decoding->envelope == NULL)
        decoding->info->reason = "its JSON is no object";
    else
        return decode_envelope(decoding);
    return find_kind(decoding);
}

/* ---- Fields for the user to read ---- */

static void list_members(const struct decoding *decoding, struct json_object *object,
                         FILE *stream) {
    const struct libjson *json = decoding->json;
    struct json_object_iterator at = json->object_iter_begin(object);
    struct json_object_iterator end = json->object_iter_end(object);

    for (; !json->object_iter_equal(&at, &end); json->object_iter_next(&at)) {
        const char *key = json->object_iter_peek_name(&at);
        if (object == decoding->envelope && decoding->data != NULL && strcmp(key, "data") == 0)
            continue;
        struct excerpt name = excerpt_of_text(key);
        struct excerpt value = piece_of(decoding, json->object_iter_peek_value(&at));
        fprintf(stream, "%s: %s\n", name.text, value.text);
    }
}

/* The envelope's members, and then the record's in place of `data`. */
static int list_fields_of(const struct decoding *decoding) {
    struct memory_stream stream;

    if (memory_stream_open(&stream) == NULL)
        return -1;
    list_members(decoding, decoding->envelope, stream.file);
    if (decoding->data != NULL)
        list_members(decoding, decoding->data, stream.file);
    return memory_stream_close(&stream, &decoding->info->fields);
}

static void list_text(FILE *stream, const char *key, const struct excerpt *text) {
    if (text->text[0] != '\0')
        fprintf(stream, "%s: %s\n", key, text->text);
}

static void list_count(FILE *stream, const char *key, const struct optional_count *count) {
    if (count->is_known)
        fprintf(stream, "%s: %" PRId64 "\n", key, count->value);
}

int token_info_list(struct token_info *info) {
    struct memory_stream stream;
    FILE *file = memory_stream_open(&stream);

    if (file == NULL)
        return -1;
    list_text(file, key_code, &info->code);
    list_text(file, key_error, &info->error);
    list_text(file, key_message, &info->message);
    list_text(file, key_description, &info->description);
    list_count(file, key_limit, &info->limit);
    list_count(file, key_used, &info->used);
    list_count(file, key_available, &info->available);
    list_count(file, key_hours, &info->hours);
    return memory_stream_close(&stream, &info->fields);
}

/* ---- All of it ---- */

int token_info_decode(const struct libjson *json, const struct token_answer *answer,
                      bool list_fields, struct token_info *info) {
    bool memory_ran_out = false;
    struct decoding decoding = {.json = json,
                                .answer = answer,
                                .info = info,
                                .memory_ran_out = &memory_ran_out,
                                .code = 200};
    struct json_tokener *tokener = json->tokener_new();

    *info = (struct token_info){.status = answer->status};
    if (tokener == NULL)
        return -1;
    if (answer->damage == NULL)
        parse(&decoding, tokener);
    json->tokener_free(tokener);
    if (decoding.is_json && json->object_is_type(decoding.root, json_type_object))
        decoding.envelope = decoding.root;
    info->kind = decode_body(&decoding);
    if (list_fields && decoding.envelope != NULL && list_fields_of(&decoding) != 0)
        memory_ran_out = true;
    json->object_put(decoding.root);
    return memory_ran_out ? -1 : 0;
}

void token_info_free(struct token_info *info) {
    free(info->fields);
    info->fields = NULL;
}
