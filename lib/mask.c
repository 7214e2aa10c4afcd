/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mask.h"

#include "characters.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In lower case. */
static char secret[MASK_SECRET_MAX + 1];

void mask_register(const char *text) {
    size_t length = text != NULL ? strnlen(text, MASK_SECRET_MAX) : 0;

    for (size_t i = 0; i < length; i++)
        secret[i] = character_lower(text[i]);
    secret[length] = '\0';
}

bool mask_has_long_secret(void) {
    return strlen(secret) >= MASK_PART;
}

/* ---- Decoders: how foreign text is read when copies of the secret are looked for ---- */

/* Reads one character, or an escape that stands for one. Gives its code point, or -1 for a broken
 * byte, and sets *size. */
typedef int32_t decoder(const char *bytes, size_t length, size_t *size);

static int hex_digit(int32_t point) {
    static const char hex[] = "0123456789abcdef";
    const char *found =
        point > 0 && point < 0x80 ? strchr(hex, character_lower((char)point)) : NULL;

    return found != NULL ? (int)(found - hex) : -1;
}

/* Reads hexadecimal digits. Gives their value and adds their size to *size, or -1. */
static int32_t read_hex(decoder *below, const char *bytes, size_t length, int digits,
                        size_t *size) {
    size_t end = *size;
    int32_t value = 0;

    for (int i = 0; i < digits; i++) {
        size_t digit_size;
        int digit = end < length ? hex_digit(below(bytes + end, length - end, &digit_size)) : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
        end += digit_size;
    }
    *size = end;
    return value;
}

static int32_t decode_percent(decoder *below, const char *bytes, size_t length, size_t *size) {
    int32_t point = below(bytes, length, size);
    int32_t value = point == '%' ? read_hex(below, bytes, length, 2, size) : -1;

    return value >= 0 ? value : point;
}

static int32_t decode_json(decoder *below, const char *bytes, size_t length, size_t *size) {
    int32_t point = below(bytes, length, size);
    size_t letter_size;

    if (point != '\\' || *size >= length)
        return point;
    int32_t letter = below(bytes + *size, length - *size, &letter_size);
    size_t end = *size + letter_size;
    int32_t value = letter == '"' || letter == '\\' || letter == '/' ? letter : -1;
    if (letter == 'u')
        value = read_hex(below, bytes, length, 4, &end);
    else if (letter > 0 && letter < 0x80 && strchr("bfnrt", letter) != NULL)
        value = '\n';
    if (value < 0)
        return point;
    *size = end;
    return value;
}

static int32_t read_percent(const char *bytes, size_t length, size_t *size) {
    return decode_percent(character_read, bytes, length, size);
}

static int32_t read_json(const char *bytes, size_t length, size_t *size) {
    return decode_json(character_read, bytes, length, size);
}

static int32_t read_percent_in_json(const char *bytes, size_t length, size_t *size) {
    return decode_percent(read_json, bytes, length, size);
}

static int32_t read_json_in_percent(const char *bytes, size_t length, size_t *size) {
    return decode_json(read_percent, bytes, length, size);
}

static const struct {
    decoder *decode;
    const char *trigger; /* without one of these in the text it shows nothing new */
} decoders[] = {
    {character_read, ""},         {read_percent, "%"},         {read_json, "\\"},
    {read_percent_in_json, "\\"}, {read_json_in_percent, "%"},
};

/* ---- Finding ---- */

/* The visible ASCII characters of a text, in lower case, and where each one stands. */
struct reduction {
    char *characters;
    uint32_t *starts;
    uint32_t *ends;
    size_t count;
};

static bool reduction_prepare(struct reduction *reduction, size_t length) {
    *reduction = (struct reduction){
        .characters = malloc(length + 1),
        .starts = calloc(length + 1, sizeof *reduction->starts),
        .ends = calloc(length + 1, sizeof *reduction->ends),
    };
    return reduction->characters != NULL && reduction->starts != NULL && reduction->ends != NULL;
}

static void reduction_free(struct reduction *reduction) {
    free(reduction->characters);
    free(reduction->starts);
    free(reduction->ends);
}

static void reduce(struct reduction *reduction, decoder *decode, const char *bytes, size_t length) {
    size_t size;

    reduction->count = 0;
    for (size_t i = 0; i < length; i += size) {
        int32_t point = decode(bytes + i, length - i, &size);
        if (point <= ' ' || point > '~')
            continue;
        reduction->characters[reduction->count] = character_lower((char)point);
        reduction->starts[reduction->count] = (uint32_t)i;
        reduction->ends[reduction->count++] = (uint32_t)(i + size);
    }
}

static bool is_in_secret(const char *characters, size_t count) {
    return memmem(secret, strlen(secret), characters, count) != NULL;
}

/* Marks the bytes of every part of the secret. Each place of the text is looked up in the secret,
 * because the secret is short, and its parts may be hundreds. */
static void mark_parts(const struct reduction *reduction, bool *marked) {
    size_t secret_length = strlen(secret);
    size_t part = secret_length < MASK_PART ? secret_length : MASK_PART;
    size_t half = part / 2;

    for (size_t first = 0; part > 0 && first + part <= reduction->count; first++) {
        const char *characters = reduction->characters + first;
        size_t start = reduction->starts[first];
        size_t end = reduction->ends[first + part - 1];
        /* A half that is not in the secret rules out every part with it. */
        if (!is_in_secret(characters + half, part - half))
            first += half;
        else if (is_in_secret(characters, part))
            memset(marked + start, true, end - start);
    }
}

static void mark_secret(struct reduction *reduction, const char *bytes, size_t length,
                        bool *marked) {
    for (size_t i = 0; i < sizeof decoders / sizeof decoders[0]; i++) {
        const char *trigger = decoders[i].trigger;
        if (*trigger != '\0' && memchr(bytes, *trigger, length) == NULL)
            continue;
        reduce(reduction, decoders[i].decode, bytes, length);
        mark_parts(reduction, marked);
    }
}

/* ---- Replacing ---- */

static size_t replace_marked(char *out, const char *bytes, size_t length, const bool *marked) {
    char *end = out;

    for (size_t i = 0; i < length; i++) {
        if (!marked[i])
            *end++ = bytes[i];
        else if (i == 0 || !marked[i - 1])
            end = stpcpy(end, MASK_TEXT);
    }
    *end = '\0';
    return (size_t)(end - out);
}

char *mask_apply(const char *bytes, size_t length, size_t *masked_length) {
    struct reduction reduction;
    bool *marked = calloc(length + 1, sizeof *marked);
    char *masked = malloc(length * strlen(MASK_TEXT) + 1);
    bool has_memory = reduction_prepare(&reduction, length) && marked != NULL && masked != NULL;

    if (has_memory) {
        mark_secret(&reduction, bytes, length, marked);
        *masked_length = replace_marked(masked, bytes, length, marked);
    }
    reduction_free(&reduction);
    free(marked);
    if (has_memory)
        return masked;
    free(masked);
    return NULL;
}
