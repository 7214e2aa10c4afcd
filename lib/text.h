/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Foreign text - from a server, a library, a file name - made fit for one line of plugin output. */

/* What becomes of a copy of the secret. */
#define TEXT_MASK "***"

/* Takes foreign bytes and the secret that must not be seen (NULL or empty: none). Every copy of
 * the secret, and of a secret of more than 16 bytes every part of at least
 * 16, becomes TEXT_MASK: also where control characters or a line break cut it in two, where it is
 * escaped as in JSON or percent-encoded, or both; of a secret of at least 16 bytes also in another
 * case. Gives the new bytes in malloc'ed memory, NUL-terminated, and their number in
 * *masked_length; NULL where memory ran out. */
char *text_mask(const char *bytes, size_t length, const char *secret, size_t *masked_length);

/* Wipes what is kept of the secret that was masked last. */
void text_forget(void);

/* Cleans foreign bytes into `out`, which holds length + 1 and may be the input itself: control
 * characters (C0, DEL, C1), line and paragraph separators, bidirectional controls, broken UTF-8 and
 * the characters that monitoring engines split at or interpret (| \ < > &) become "?" or a space.
 * The result is UTF-8, one line, never longer than the input. Gives its length. */
size_t text_clean(char *out, const char *bytes, size_t length);

/* Masked and cleaned as above, in malloc'ed memory; NULL where memory ran out. */
char *text_mask_and_clean(const char *bytes, size_t length, const char *secret);

/* A short piece of foreign text, ready for a message. */
enum { TEXT_PIECE_MAX = 256, TEXT_FIELD_MAX = 120 };
struct text_piece {
    char text[TEXT_PIECE_MAX * 4 + 1];
};

/* Masked, cleaned, without white space around it, and cut to at most max_chars code points (at most
 * TEXT_PIECE_MAX), an ellipsis included. Where memory ran out the piece is "?". */
struct text_piece text_piece(const char *bytes, size_t length, size_t max_chars,
                             const char *secret);

/* Reads one UTF-8 character of at least one byte. Gives its code point and sets *size, or -1 and
 * *size 1 where the bytes are no UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing beyond
 * U+10FFFF). */
int32_t text_code_point(const char *bytes, size_t length, size_t *size);

/* ASCII only, whatever the locale. */
char text_lower(char c);
bool text_is_white_space(char c);

/* Whether the words of `phrase` (lower case, one space between them) stand in the bytes, in any
 * case and with any white space between them. */
bool text_has_phrase(const char *bytes, size_t length, const char *phrase);

#endif
