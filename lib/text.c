/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A secret's part of this many bytes is worth hiding, too. */
enum { MIN_PART = 16 };

/* ---- Characters ---- */

/* Reads one UTF-8 character. Gives its code point and sets *size, or -1 and *size 1 where the
 * bytes are no UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing beyond U+10FFFF). */
static int32_t decode_utf8(const char *bytes, size_t length, size_t *size) {
    const unsigned char *b = (const unsigned char *)bytes;
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t expected = b[0] < 0x80 ? 1 : b[0] < 0xC0 ? 0 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;

    *size = 1;
    if (expected == 1)
        return b[0];
    if (expected == 0 || expected > length)
        return -1;
    int32_t point = b[0] & (0xFF >> (expected + 1));
    for (size_t i = 1; i < expected; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return -1;
        point = point << 6 | (b[i] & 0x3F);
    }
    if (b[0] >= 0xF8 || point < least[expected] || point > 0x10FFFF ||
        (point >= 0xD800 && point <= 0xDFFF))
        return -1;
    *size = expected;
    return point;
}

static bool is_line_or_blank_control(int32_t point) {
    return (point >= '\t' && point <= '\r') || point == 0x85 || point == 0x2028 || point == 0x2029;
}

/* Characters that nobody sees, or that change how others are seen; -1 is a broken byte. */
static bool is_invisible(int32_t point) {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 ||
           point == 0x061C || point == 0x200E || point == 0x200F ||
           (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

static bool is_special_to_engines(int32_t point) {
    return point == '|' || point == '\\' || point == '<' || point == '>' || point == '&';
}

size_t text_clean(char *out, const char *bytes, size_t length) {
    char *end = out;
    size_t size;

    for (size_t i = 0; i < length; i += size) {
        int32_t point = decode_utf8(bytes + i, length - i, &size);
        if (is_line_or_blank_control(point)) {
            *end++ = ' ';
        } else if (is_invisible(point) || is_special_to_engines(point)) {
            *end++ = '?';
        } else {
            memmove(end, bytes + i, size);
            end += size;
        }
    }
    *end = '\0';
    return (size_t)(end - out);
}

/* ---- Masking ---- */

/* How foreign text is read when copies of the secret are looked for. */
struct view {
    bool json;    /* backslash escapes are what they stand for */
    bool percent; /* so are percent-encoded bytes */
};

/* One unit of a view: a character of the text, or an escape that stands for one. */
struct unit {
    uint32_t start;
    uint32_t end;
};

static int hex_value(const char *text, size_t digits) {
    int value = 0;

    for (size_t i = 0; i < digits; i++) {
        static const char hex[] = "0123456789abcdef";
        char lower = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] - 'A' + 'a') : text[i];
        const char *found = memchr(hex, lower, sizeof hex - 1);
        if (found == NULL)
            return -1;
        value = value * 16 + (int)(found - hex);
    }
    return value;
}

static int32_t read_json_escape(const char *bytes, size_t length, size_t *size) {
    static const char letters[] = "bfnrt";

    *size = 2;
    if (length >= 2 && memchr("\"\\/", bytes[1], 3) != NULL)
        return bytes[1];
    if (length >= 2 && memchr(letters, bytes[1], sizeof letters - 1) != NULL)
        return '\n';
    int point = length >= 6 && bytes[1] == 'u' ? hex_value(bytes + 2, 4) : -1;
    *size = point < 0 ? 1 : 6;
    return point < 0 ? '\\' : point;
}

static int32_t read_character(const char *bytes, size_t length, struct view view, size_t *size) {
    if (view.json && bytes[0] == '\\')
        return read_json_escape(bytes, length, size);
    return decode_utf8(bytes, length, size);
}

static int32_t read_unit(const char *bytes, size_t length, struct view view, size_t *size) {
    int32_t point = read_character(bytes, length, view, size);

    if (!view.percent || point != '%')
        return point;
    char digits[2];
    size_t end = *size;
    for (size_t i = 0; i < sizeof digits; i++) {
        size_t digit_size;
        if (end >= length)
            return point;
        int32_t digit = read_character(bytes + end, length - end, view, &digit_size);
        if (digit < 0 || digit > 0x7F)
            return point;
        digits[i] = (char)digit;
        end += digit_size;
    }
    int value = hex_value(digits, sizeof digits);
    if (value >= 0)
        *size = end;
    return value >= 0 ? value : point;
}

/* Marks what units first..last span. Called from the text's end to its start, so that each byte
 * is marked once: everything from *marked on is done. */
static void mark(bool *secret_bytes, const struct unit *first, const struct unit *last,
                 size_t *marked) {
    size_t end = last->end < *marked ? last->end : *marked;

    if (first->start >= end)
        return;
    memset(secret_bytes + first->start, true, (end - first->start) * sizeof *secret_bytes);
    *marked = first->start;
}

/* Marks, in one view of the text, all bytes that belong to a copy of the secret or to a long part
 * of it. For each unit the longest run that ends there and stands in the secret, too, is told by
 * the table of the longest common substring; `runs` keeps two rows of it. */
static void mark_view(const char *bytes, size_t length, struct view view, const char *secret,
                      size_t secret_length, struct unit *units, uint32_t *longest, uint32_t *runs,
                      bool *secret_bytes) {
    size_t wanted = secret_length < MIN_PART ? secret_length : MIN_PART;
    uint32_t *previous = runs;
    uint32_t *current = runs + secret_length + 1;
    bool after_break = false;
    size_t count = 0;
    size_t size;

    memset(runs, 0, 2 * (secret_length + 1) * sizeof *runs);
    for (size_t i = 0; i < length; i += size) {
        int32_t point = read_unit(bytes + i, length - i, view, &size);
        if (is_invisible(point) || (after_break && point == ' ')) {
            after_break = true;
            continue;
        }
        after_break = false;
        units[count] = (struct unit){(uint32_t)i, (uint32_t)(i + size)};
        longest[count] = 0;
        for (size_t k = 0; k < secret_length; k++) {
            current[k + 1] = point == (unsigned char)secret[k] ? previous[k] + 1 : 0;
            if (current[k + 1] > longest[count])
                longest[count] = current[k + 1];
        }
        count++;
        uint32_t *row = previous;
        previous = current;
        current = row;
    }
    size_t marked = length;
    while (count-- > 0)
        if (longest[count] >= wanted)
            mark(secret_bytes, &units[count + 1 - longest[count]], &units[count], &marked);
}

static void mark_secret(const char *bytes, size_t length, const char *secret, size_t secret_length,
                        struct unit *units, uint32_t *longest, uint32_t *runs, bool *secret_bytes) {
    bool escapes = memchr(bytes, '\\', length) != NULL;
    bool percents = memchr(bytes, '%', length) != NULL || escapes;

    for (int json = 0; json <= escapes; json++)
        for (int percent = 0; percent <= percents; percent++)
            mark_view(bytes, length, (struct view){json, percent}, secret, secret_length, units,
                      longest, runs, secret_bytes);
}

static size_t replace_marked(char *out, const char *bytes, size_t length, const bool *marked) {
    char *end = out;

    for (size_t i = 0; i < length; i++) {
        if (!marked[i]) {
            *end++ = bytes[i];
        } else if (i == 0 || !marked[i - 1]) {
            memcpy(end, TEXT_MASK, strlen(TEXT_MASK));
            end += strlen(TEXT_MASK);
        }
    }
    *end = '\0';
    return (size_t)(end - out);
}

char *text_mask(const char *bytes, size_t length, const char *secret, size_t *masked_length) {
    size_t secret_length = secret != NULL ? strlen(secret) : 0;
    char *masked = malloc(length * strlen(TEXT_MASK) + 1);
    bool *secret_bytes = calloc(length + 1, sizeof *secret_bytes);
    struct unit *units = malloc((length + 1) * sizeof *units);
    uint32_t *longest = malloc((length + 1) * sizeof *longest);
    uint32_t *runs = malloc(2 * (secret_length + 1) * sizeof *runs);

    if (masked == NULL || secret_bytes == NULL || units == NULL || longest == NULL ||
        runs == NULL) {
        free(masked);
        masked = NULL;
    } else {
        if (secret_length > 0)
            mark_secret(bytes, length, secret, secret_length, units, longest, runs, secret_bytes);
        *masked_length = replace_marked(masked, bytes, length, secret_bytes);
    }
    free(secret_bytes);
    free(units);
    free(longest);
    free(runs);
    return masked;
}

char *text_mask_and_clean(const char *bytes, size_t length, const char *secret) {
    size_t masked_length;
    char *masked = text_mask(bytes, length, secret, &masked_length);

    if (masked == NULL)
        return NULL;
    size_t cleaned_length = text_clean(masked, masked, masked_length);
    if (secret == NULL || strchr(secret, '?') == NULL)
        return masked;
    /* Cleaning may have made a copy of a secret that holds a question mark. */
    char *result = text_mask(masked, cleaned_length, secret, &masked_length);
    free(masked);
    return result;
}

/* ---- Pieces ---- */

static size_t character_size(const char *valid_utf8) {
    size_t size = 1;

    while (((unsigned char)valid_utf8[size] & 0xC0) == 0x80)
        size++;
    return size;
}

struct text_piece text_piece(const char *bytes, size_t length, size_t max_chars,
                             const char *secret) {
    static const char ellipsis[] = "\xE2\x80\xA6";
    struct text_piece piece = {"?"};
    char *cleaned = text_mask_and_clean(bytes, length, secret);

    if (cleaned == NULL)
        return piece;
    char *start = cleaned + strspn(cleaned, " ");
    char *end = start + strlen(start);
    while (end > start && end[-1] == ' ')
        *--end = '\0';

    char *cut = start; /* where the ellipsis goes if the text is too long */
    char *at = start;
    for (size_t chars = 0; *at != '\0' && chars < max_chars; chars++) {
        cut = at;
        at += character_size(at);
    }
    if (*at == '\0') {
        memcpy(piece.text, start, (size_t)(at - start) + 1);
    } else {
        memcpy(piece.text, start, (size_t)(cut - start));
        memcpy(piece.text + (cut - start), ellipsis, sizeof ellipsis);
    }
    free(cleaned);
    return piece;
}

/* ---- Phrases ---- */

static bool is_white_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool phrase_starts_here(const char *bytes, size_t length, const char *phrase) {
    size_t i = 0;

    for (; *phrase != '\0'; phrase++) {
        if (*phrase == ' ') {
            size_t word_end = i;
            while (i < length && is_white_space(bytes[i]))
                i++;
            if (i == word_end)
                return false;
        } else {
            char lower = i < length && bytes[i] >= 'A' && bytes[i] <= 'Z'
                             ? (char)(bytes[i] - 'A' + 'a')
                             : (i < length ? bytes[i] : '\0');
            if (lower != *phrase)
                return false;
            i++;
        }
    }
    return true;
}

bool text_has_phrase(const char *bytes, size_t length, const char *phrase) {
    for (size_t i = 0; i < length; i++)
        if (phrase_starts_here(bytes + i, length - i, phrase))
            return true;
    return false;
}
