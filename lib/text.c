/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "text.h"

#include "characters.h"
#include "mask.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- Cleaning ---- */

/* A line end, tab or another control character that only takes room. */
static bool is_line_control(int32_t point) {
    return (point >= '\t' && point <= '\r') || point == 0x85 || point == 0x2028 || point == 0x2029;
}

/* Characters that nobody sees, that change how others are seen, or that engines interpret; -1 is a
 * broken byte. */
static bool is_unfit(int32_t point) {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C || point == 0x200E ||
           point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == '|' || point == '\\' || point == '<' ||
           point == '>' || point == '&';
}

size_t text_clean(char *out, const char *bytes, size_t length, enum text_lines lines) {
    char *end = out;
    size_t size;

    for (size_t i = 0; i < length; i += size) {
        int32_t point = character_read(bytes + i, length - i, &size);
        bool is_last = i + size == length;
        if (lines == TEXT_LINES && point == '\r' && (is_last || bytes[i + size] == '\n'))
            continue;
        if (is_line_control(point)) {
            *end++ = lines == TEXT_LINES && point == '\n' ? '\n' : ' ';
        } else if (is_unfit(point)) {
            *end++ = '?';
        } else {
            for (size_t k = 0; k < size; k++)
                *end++ = bytes[i + k];
        }
    }
    *end = '\0';
    return (size_t)(end - out);
}

char *text_mask_and_clean(const char *bytes, size_t length, enum text_lines lines) {
    size_t masked_length;
    char *masked = mask_apply(bytes, length, &masked_length);

    if (masked == NULL)
        return NULL;
    /* Again, because a secret may hold the question marks that cleaning makes. */
    masked_length = text_clean(masked, masked, masked_length, lines);
    char *again = mask_apply(masked, masked_length, &masked_length);
    free(masked);
    return again;
}

/* ---- Excerpts ---- */

struct excerpt excerpt_of(const char *bytes, size_t length, size_t max_chars) {
    /* More than this never gets into an excerpt, unless a server sends almost only secrets. */
    enum { INPUT_MAX = 16 * 1024 };
    static const char ellipsis[] = "\xE2\x80\xA6";
    struct excerpt excerpt = {"?"};
    char *cleaned =
        text_mask_and_clean(bytes, length < INPUT_MAX ? length : INPUT_MAX, TEXT_ONE_LINE);

    if (cleaned == NULL)
        return excerpt;
    char *start = text_trim(cleaned);
    size_t cut = 0; /* where the ellipsis goes if the text is too long */
    size_t end = 0;
    size_t size;
    length = strlen(start);
    for (size_t chars = 0; end < length && chars < max_chars; chars++, end += size) {
        cut = end;
        character_read(start + end, length - end, &size);
    }
    memcpy(excerpt.text, start, end + 1);
    if (end < length)
        memcpy(excerpt.text + cut, ellipsis, sizeof ellipsis);
    free(cleaned);
    return excerpt;
}

struct excerpt excerpt_of_text(const char *text) {
    return excerpt_of(text, strlen(text), EXCERPT_FIELD_MAX);
}

/* ---- Phrases ---- */

/* Unicode's White_Space, because a gateway's page may well have a no-break space. */
static bool is_space(int32_t point) {
    return point == ' ' || point == 0xA0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200A) || point == 0x202F || point == 0x205F ||
           point == 0x3000 || is_line_control(point);
}

static size_t white_space_size(const char *bytes, size_t length) {
    size_t end = 0;
    size_t size;

    while (end < length && is_space(character_read(bytes + end, length - end, &size)))
        end += size;
    return end;
}

static bool phrase_starts_here(const char *bytes, size_t length, const char *phrase) {
    size_t i = 0;

    for (; *phrase != '\0'; phrase++) {
        bool is_same = i < length && character_lower(bytes[i]) == *phrase;
        size_t size = *phrase == ' ' ? white_space_size(bytes + i, length - i) : is_same;
        if (size == 0)
            return false;
        i += size;
    }
    return true;
}

bool text_has_phrase(const char *bytes, size_t length, const char *phrase) {
    for (size_t i = 0; i < length; i++)
        if (phrase_starts_here(bytes + i, length - i, phrase))
            return true;
    return false;
}
