/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "characters.h"

#include <string.h>

char character_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool character_is_white_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool character_is_digit(char c) {
    return c >= '0' && c <= '9';
}

const char *white_space_trim(const char *bytes, size_t *length) {
    while (*length > 0 && character_is_white_space(bytes[*length - 1]))
        (*length)--;
    for (; *length > 0 && character_is_white_space(*bytes); bytes++)
        (*length)--;
    return bytes;
}

char *text_trim(char *text) {
    size_t length = strlen(text);
    size_t start = (size_t)(white_space_trim(text, &length) - text);

    text[start + length] = '\0';
    return text + start;
}

int32_t character_read(const char *bytes, size_t length, size_t *size) {
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
