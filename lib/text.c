/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "text.h"

#include "process.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A secret's part of this many bytes is worth hiding, too. */
enum { MIN_PART = 16 };

/* ---- Characters ---- */

char text_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_is_white_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int32_t text_code_point(const char *bytes, size_t length, size_t *size) {
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
        int32_t point = text_code_point(bytes + i, length - i, &size);
        if (is_line_or_blank_control(point)) {
            *end++ = ' ';
        } else if (is_invisible(point) || is_special_to_engines(point)) {
            *end++ = '?';
        } else {
            for (size_t k = 0; k < size; k++)
                *end++ = bytes[i + k];
        }
    }
    *end = '\0';
    return (size_t)(end - out);
}

/* ---- Views: how foreign text is read when copies of the secret are looked for ---- */

/* Reads one character, or an escape that stands for one. Gives its code point, or -1 for a broken
 * byte, and sets *size. */
typedef int32_t reader(const char *bytes, size_t length, size_t *size);

static int hex_digit(int32_t point) {
    static const char hex[] = "0123456789abcdef";
    const char *found = point > 0 && point < 0x80 ? strchr(hex, text_lower((char)point)) : NULL;

    return found != NULL ? (int)(found - hex) : -1;
}

/* Reads hexadecimal digits. Gives their value and adds their size to *size, or -1. */
static int32_t read_hex(reader *below, const char *bytes, size_t length, int digits, size_t *size) {
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

static int32_t decode_percent(reader *below, const char *bytes, size_t length, size_t *size) {
    int32_t point = below(bytes, length, size);
    int32_t value = point == '%' ? read_hex(below, bytes, length, 2, size) : -1;

    return value >= 0 ? value : point;
}

static int32_t decode_json(reader *below, const char *bytes, size_t length, size_t *size) {
    int32_t point = below(bytes, length, size);
    size_t letter_size;

    if (point != '\\' || *size >= length)
        return point;
    int32_t letter = below(bytes + *size, length - *size, &letter_size);
    size_t end = *size + letter_size;
    switch (letter) {
    case '"':
    case '\\':
    case '/':
        *size = end;
        return letter;
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        *size = end;
        return '\n';
    case 'u': {
        int32_t value = read_hex(below, bytes, length, 4, &end);
        if (value >= 0)
            *size = end;
        return value >= 0 ? value : point;
    }
    default:
        return point;
    }
}

static int32_t read_percent(const char *bytes, size_t length, size_t *size) {
    return decode_percent(text_code_point, bytes, length, size);
}

static int32_t read_json(const char *bytes, size_t length, size_t *size) {
    return decode_json(text_code_point, bytes, length, size);
}

static int32_t read_percent_in_json(const char *bytes, size_t length, size_t *size) {
    return decode_percent(read_json, bytes, length, size);
}

static int32_t read_json_in_percent(const char *bytes, size_t length, size_t *size) {
    return decode_json(read_percent, bytes, length, size);
}

static const struct view {
    reader *read;
    const char *signs; /* without one of them in the text it shows nothing new */
} views[] = {
    {text_code_point, NULL},      {read_percent, "%"},         {read_json, "\\"},
    {read_percent_in_json, "\\"}, {read_json_in_percent, "%"},
};

/* ---- Masking ---- */

/* A part of the secret that is long enough to be hidden; of a short secret all, and NULs. */
struct part {
    char bytes[MIN_PART];
};

struct parts {
    struct part *sorted;
    size_t count;
    size_t length; /* of each */
};

/* Host names come back in lower case, so case does not count, but in a secret that is so short that
 * ordinary words would be taken for it. */
static char without_case(const struct parts *parts, char c) {
    return parts->length == MIN_PART ? text_lower(c) : c;
}

static int compare_parts(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct part));
}

static size_t part_length(const char *secret) {
    return strnlen(secret, MIN_PART);
}

/* Those of the secret that was asked for last. A run has one, and a server may well send thousands
 * of short fields: to sort anew for each would take seconds. */
static struct {
    char *secret;
    struct parts parts;
} last;

void text_forget(void) {
    if (last.secret != NULL)
        wipe(last.secret, strlen(last.secret));
    if (last.parts.sorted != NULL)
        wipe(last.parts.sorted, last.parts.count * sizeof *last.parts.sorted);
    free(last.secret);
    free(last.parts.sorted);
    last.secret = NULL;
    last.parts.sorted = NULL;
}

/* Shell's sort: qsort() may leave a copy of the secret in memory. */
static void sort_parts(const struct parts *parts) {
    for (size_t gap = parts->count / 2; gap > 0; gap /= 2)
        for (size_t i = gap; i < parts->count; i++) {
            struct part part = parts->sorted[i];
            size_t at = i;
            for (; at >= gap && compare_parts(&part, &parts->sorted[at - gap]) < 0; at -= gap)
                parts->sorted[at] = parts->sorted[at - gap];
            parts->sorted[at] = part;
        }
}

static int find_parts(const char *secret, struct parts *parts) {
    parts->length = part_length(secret);
    parts->count = strlen(secret) - parts->length + 1;
    parts->sorted = calloc(parts->count, sizeof *parts->sorted);
    if (parts->sorted == NULL)
        return -1;
    for (size_t i = 0; i < parts->count; i++)
        for (size_t k = 0; k < parts->length; k++)
            parts->sorted[i].bytes[k] = without_case(parts, secret[i + k]);
    sort_parts(parts);
    return 0;
}

/* Gives NULL where memory ran out. */
static const struct parts *parts_of(const char *secret) {
    if (last.secret != NULL && strcmp(last.secret, secret) == 0)
        return &last.parts;
    text_forget();
    last.secret = strdup(secret);
    if (last.secret == NULL || find_parts(secret, &last.parts) != 0) {
        text_forget();
        return NULL;
    }
    return &last.parts;
}

static bool is_part(const struct parts *parts, const struct part *candidate) {
    return bsearch(candidate, parts->sorted, parts->count, sizeof *parts->sorted, compare_parts) !=
           NULL;
}

/* The last characters of the text, and where each starts. */
struct window {
    char characters[2 * MIN_PART];
    size_t starts[2 * MIN_PART];
    size_t end;
};

static void append(struct window *window, char character, size_t start) {
    if (window->end == sizeof window->characters) {
        memcpy(window->characters, window->characters + MIN_PART, MIN_PART);
        memcpy(window->starts, window->starts + MIN_PART, sizeof window->starts / 2);
        window->end = MIN_PART;
    }
    window->characters[window->end] = character;
    window->starts[window->end++] = start;
}

/* Whether the window ends in a part of the secret; sets *start to where that starts. */
static bool ends_in_part(const struct window *window, const struct parts *parts, size_t *start) {
    struct part candidate = {""};

    if (window->end < parts->length)
        return false;
    memcpy(candidate.bytes, window->characters + window->end - parts->length, parts->length);
    *start = window->starts[window->end - parts->length];
    return is_part(parts, &candidate);
}

/* Marks the bytes of all parts of the secret. What nobody sees is passed over, and so are blanks
 * behind it: the next line's indentation. */
static void mark_view(const struct parts *parts, const char *bytes, size_t length, reader *read,
                      bool *secret_bytes) {
    struct window window = {.end = 0};
    bool after_break = false;
    size_t start;
    size_t size;

    for (size_t i = 0; i < length; i += size) {
        int32_t point = read(bytes + i, length - i, &size);
        after_break = is_invisible(point) || (after_break && point == ' ');
        if (after_break)
            continue;
        /* Nothing but visible ASCII is in a secret: 0 stands for all else. */
        append(&window, without_case(parts, point > 0 && point < 0x80 ? (char)point : '\0'), i);
        if (ends_in_part(&window, parts, &start))
            memset(secret_bytes + start, true, i + size - start);
    }
}

static void mark_secret(const struct parts *parts, const char *bytes, size_t length,
                        bool *secret_bytes) {
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        if (views[i].signs == NULL || memchr(bytes, *views[i].signs, length) != NULL)
            mark_view(parts, bytes, length, views[i].read, secret_bytes);
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

/* One pass over the bytes. Gives NULL where memory ran out. */
static char *mask_once(const char *bytes, size_t length, const struct parts *parts,
                       size_t *masked_length) {
    bool *secret_bytes = calloc(length, sizeof *secret_bytes);
    char *masked = malloc(length * strlen(TEXT_MASK) + 1);

    if (secret_bytes == NULL || masked == NULL) {
        free(masked);
        masked = NULL;
    } else {
        mark_secret(parts, bytes, length, secret_bytes);
        *masked_length = replace_marked(masked, bytes, length, secret_bytes);
    }
    free(secret_bytes);
    return masked;
}

/* Masked text in which the masks may have become parts of new copies, as of a secret that holds
 * asterisks. Text that is made for that is given up after some passes. Frees `masked`. */
static char *mask_until_stable(char *masked, const struct parts *parts, size_t *length) {
    enum { PASSES = 4 };

    for (int pass = 1; masked != NULL && *length > 0; pass++) {
        char *again = mask_once(masked, *length, parts, length);
        bool stable = again != NULL && strcmp(again, masked) == 0;
        free(masked);
        masked = again;
        if (stable)
            break;
        if (masked != NULL && pass >= PASSES) {
            *length = strlen(TEXT_MASK);
            memcpy(masked, TEXT_MASK, sizeof TEXT_MASK);
            break;
        }
    }
    return masked;
}

static char *copy_of(const char *bytes, size_t length) {
    char *copy = calloc(length + 1, 1);

    if (copy != NULL)
        memcpy(copy, bytes, length);
    return copy;
}

char *text_mask(const char *bytes, size_t length, const char *secret, size_t *masked_length) {
    *masked_length = length;
    if (secret == NULL || *secret == '\0' || length < part_length(secret))
        return copy_of(bytes, length);
    const struct parts *parts = parts_of(secret);
    if (parts == NULL)
        return NULL;
    char *masked = mask_once(bytes, length, parts, masked_length);
    if (masked != NULL && strchr(secret, TEXT_MASK[0]) != NULL)
        masked = mask_until_stable(masked, parts, masked_length);
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
    /* More than this never gets into a piece, but for a server that sends almost only secrets. */
    enum { INPUT_MAX = 16 * 1024 };
    static const char ellipsis[] = "\xE2\x80\xA6";
    struct text_piece piece = {"?"};
    char *cleaned = text_mask_and_clean(bytes, length < INPUT_MAX ? length : INPUT_MAX, secret);

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

/* Unicode's White_Space, for a gateway's page may well have a no-break space. */
static bool is_space(int32_t point) {
    return point == ' ' || point == 0xA0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200A) || point == 0x202F || point == 0x205F ||
           point == 0x3000 || is_line_or_blank_control(point);
}

static size_t white_space_size(const char *bytes, size_t length) {
    size_t end = 0;
    size_t size;

    while (end < length && is_space(text_code_point(bytes + end, length - end, &size)))
        end += size;
    return end;
}

static bool phrase_starts_here(const char *bytes, size_t length, const char *phrase) {
    size_t i = 0;

    for (; *phrase != '\0'; phrase++) {
        if (*phrase == ' ') {
            size_t size = white_space_size(bytes + i, length - i);
            if (size == 0)
                return false;
            i += size;
        } else {
            if (i == length || text_lower(bytes[i]) != *phrase)
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
