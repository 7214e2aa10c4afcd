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

/* A character, as it stands there or as an escape shows it, and its bytes in the text. */
struct unit {
    int32_t point; /* -1: a broken byte */
    uint32_t start;
    uint32_t end;
};

struct reading {
    struct unit *units;
    size_t count;
};

static void read_characters(struct reading *reading, const char *bytes, size_t length) {
    size_t size;

    reading->count = 0;
    for (size_t i = 0; i < length; i += size) {
        int32_t point = character_read(bytes + i, length - i, &size);
        reading->units[reading->count++] = (struct unit){point, (uint32_t)i, (uint32_t)(i + size)};
    }
}

/* The value of hexadecimal digits from a place of the reading on; -1: these are none. */
static int32_t hex_value(const struct reading *reading, size_t at, size_t digits) {
    int32_t value = 0;

    if (digits > reading->count - at)
        return -1;
    for (const struct unit *unit = reading->units + at; digits > 0; unit++, digits--) {
        if (unit->point >= '0' && unit->point <= '9')
            value = value * 16 + unit->point - '0';
        else if ((unit->point | 0x20) >= 'a' && (unit->point | 0x20) <= 'f')
            value = value * 16 + (unit->point | 0x20) - 'a' + 10;
        else
            return -1;
    }
    return value;
}

/* How many units the escape takes that begins at that place; sets what it stands for. 0: none. */
typedef size_t escape(const struct reading *reading, size_t at, int32_t *point);

static size_t percent_escape(const struct reading *reading, size_t at, int32_t *point) {
    *point = reading->units[at].point == '%' ? hex_value(reading, at + 1, 2) : -1;
    return *point >= 0 ? 3 : 0;
}

static size_t json_escape(const struct reading *reading, size_t at, int32_t *point) {
    if (reading->units[at].point != '\\' || at + 1 == reading->count)
        return 0;
    int32_t letter = reading->units[at + 1].point;
    *point = letter;
    if (letter == '"' || letter == '\\' || letter == '/')
        return 2;
    *point = letter == 'u' ? hex_value(reading, at + 2, 4) : '\n';
    if (letter == 'u')
        return *point >= 0 ? 6 : 0;
    return letter > 0 && letter < 0x80 && strchr("bfnrt", letter) != NULL ? 2 : 0;
}

/* Puts what they stand for in the place of one kind of escapes. */
static void decode(struct reading *reading, escape *find_escape) {
    struct unit *end = reading->units;
    size_t size;

    for (size_t i = 0; i < reading->count; i += size) {
        struct unit unit = reading->units[i];
        size = find_escape(reading, i, &unit.point);
        if (size == 0) {
            unit.point = reading->units[i].point;
            size = 1;
        }
        unit.end = reading->units[i + size - 1].end;
        *end++ = unit;
    }
    reading->count = (size_t)(end - reading->units);
}

/* Only visible ASCII characters count, in lower case. */
static void reduce(struct reading *reading, char *characters) {
    size_t count = 0;

    for (size_t i = 0; i < reading->count; i++) {
        struct unit unit = reading->units[i];
        if (unit.point <= ' ' || unit.point > '~')
            continue;
        characters[count] = character_lower((char)unit.point);
        reading->units[count++] = unit;
    }
    reading->count = count;
}

/* ---- Finding ---- */

static bool is_in_secret(const char *characters, size_t count) {
    return memmem(secret, strlen(secret), characters, count) != NULL;
}

/* Marks the bytes of every part of the secret. Each place of the text is looked up in the secret,
 * because the secret is short, and its parts may be hundreds. */
static void mark_parts(struct reading *reading, char *characters, bool *marked) {
    size_t part = mask_has_long_secret() ? MASK_PART : strlen(secret);
    size_t half = part / 2;

    reduce(reading, characters);
    for (size_t first = 0; part > 0 && first + part <= reading->count; first++) {
        size_t start = reading->units[first].start;
        size_t end = reading->units[first + part - 1].end;
        /* A half that is not in the secret rules out every part with it. */
        if (!is_in_secret(characters + first + half, part - half))
            first += half;
        else if (is_in_secret(characters + first, part))
            memset(marked + start, true, end - start);
    }
}

/* As it stands, and with up to two kinds of escapes, one in the other. Those that do not occur show
 * nothing new. */
static void mark_secret(struct reading *reading, char *characters, const char *bytes, size_t length,
                        bool *marked) {
    static escape *const orders[][2] = {{NULL, NULL},
                                        {percent_escape, NULL},
                                        {json_escape, NULL},
                                        {json_escape, percent_escape},
                                        {percent_escape, json_escape}};

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        char sign = orders[i][0] == json_escape ? '\\' : '%';
        if (i > 0 && memchr(bytes, sign, length) == NULL)
            continue;
        read_characters(reading, bytes, length);
        for (size_t k = 0; k < 2 && orders[i][k] != NULL; k++)
            decode(reading, orders[i][k]);
        mark_parts(reading, characters, marked);
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
    struct reading reading = {.units = calloc(length + 1, sizeof *reading.units)};
    char *characters = malloc(length + 1);
    bool *marked = calloc(length + 1, sizeof *marked);
    char *masked = malloc(length * strlen(MASK_TEXT) + 1);

    if (reading.units != NULL && characters != NULL && marked != NULL && masked != NULL) {
        mark_secret(&reading, characters, bytes, length, marked);
        *masked_length = replace_marked(masked, bytes, length, marked);
    } else {
        free(masked);
        masked = NULL;
    }
    free(reading.units);
    free(characters);
    free(marked);
    return masked;
}
