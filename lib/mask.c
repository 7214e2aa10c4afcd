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

/* ---- Readings: how foreign text is read when copies of the secret are looked for ---- */

/* Its bytes, or what escapes stand for in their place, and where each begins and ends in the text.
 * Only visible ASCII characters count; any other that an escape stands for is '\0'. */
struct reading {
    char *bytes; /* NUL-terminated */
    struct place {
        uint32_t start;
        uint32_t end;
    } * places;
    size_t count;
};

static void read_bytes(struct reading *reading, const char *bytes, size_t length) {
    memcpy(reading->bytes, bytes, length);
    reading->bytes[length] = '\0';
    reading->count = length;
    for (size_t i = 0; i < length; i++)
        reading->places[i] = (struct place){(uint32_t)i, (uint32_t)i + 1};
}

/* The value of so many hexadecimal digits, at most 4; -1: these are none. */
static int hex_value(const char *text, size_t digits) {
    char copy[5] = "";

    memccpy(copy, text, '\0', digits);
    return strspn(copy, "0123456789abcdefABCDEF") == digits ? (int)strtol(copy, NULL, 16) : -1;
}

/* How many bytes the escape takes that begins here with the sign of percent-encoding or of JSON;
 * sets the code point that it stands for. 0: none begins here. */
static size_t escape_size(const char *text, char sign, int *point) {
    if (*text != sign)
        return 0;
    if (sign == '%') {
        *point = hex_value(text + 1, 2);
        return *point >= 0 ? 3 : 0;
    }
    if (text[1] == 'u') {
        *point = hex_value(text + 2, 4);
        return *point >= 0 ? 6 : 0;
    }
    *point = strchr("bfnrt", text[1]) != NULL ? '\0' : text[1];
    return text[1] != '\0' && strchr("bfnrt\"\\/", text[1]) != NULL ? 2 : 0;
}

/* Puts what they stand for in the place of the escapes with this sign. */
static void decode(struct reading *reading, char sign) {
    size_t count = 0;
    size_t size;

    for (size_t i = 0; i < reading->count; i += size) {
        int point;
        char byte = reading->bytes[i];
        size = escape_size(reading->bytes + i, sign, &point);
        if (size > 0)
            byte = point <= '~' ? (char)point : '\0';
        else
            size = 1;
        reading->bytes[count] = byte;
        reading->places[count].start = reading->places[i].start;
        reading->places[count++].end = reading->places[i + size - 1].end;
    }
    reading->bytes[count] = '\0';
    reading->count = count;
}

/* Leaves visible ASCII characters, in lower case. */
static void reduce(struct reading *reading) {
    size_t count = 0;

    for (size_t i = 0; i < reading->count; i++) {
        char c = reading->bytes[i];
        if (c <= ' ' || c > '~')
            continue;
        reading->bytes[count] = character_lower(c);
        reading->places[count++] = reading->places[i];
    }
    reading->count = count;
}

/* ---- Finding ---- */

/* Marks the bytes of every part of the secret. Each place of the text is looked up in the secret,
 * because the secret is short, and its parts may be hundreds. */
static void mark_parts(const struct reading *reading, bool *marked) {
    size_t length = strlen(secret);
    size_t part = length < MASK_PART ? length : MASK_PART;
    size_t half = part / 2;

    for (size_t first = 0; part > 0 && first + part <= reading->count; first++) {
        const char *bytes = reading->bytes + first;
        size_t start = reading->places[first].start;
        /* A half that is not in the secret rules out every part with it. */
        if (memmem(secret, length, bytes + half, part - half) == NULL)
            first += half;
        else if (memmem(secret, length, bytes, part) != NULL)
            memset(marked + start, true, reading->places[first + part - 1].end - start);
    }
}

/* As it stands, and with up to two kinds of escapes, one in the other. Those that do not occur show
 * nothing new. */
static void mark_secret(struct reading *reading, const char *bytes, size_t length, bool *marked) {
    static const char *const signs[] = {"", "%", "\\", "\\%", "%\\"};

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (i > 0 && memchr(bytes, *signs[i], length) == NULL)
            continue;
        read_bytes(reading, bytes, length);
        for (const char *sign = signs[i]; *sign != '\0'; sign++)
            decode(reading, *sign);
        reduce(reading);
        mark_parts(reading, marked);
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
    struct reading reading = {
        .bytes = malloc(length + 1),
        .places = calloc(length + 1, sizeof *reading.places),
    };
    bool *marked = calloc(length + 1, sizeof *marked);
    char *masked = malloc(length * strlen(MASK_TEXT) + 1);

    if (reading.bytes != NULL && reading.places != NULL && marked != NULL && masked != NULL) {
        mark_secret(&reading, bytes, length, marked);
        *masked_length = replace_marked(masked, bytes, length, marked);
    } else {
        free(masked);
        masked = NULL;
    }
    free(reading.bytes);
    free(reading.places);
    free(marked);
    return masked;
}
