/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Foreign text - from a server, a library, a file name - made fit for one line of plugin output. */

/* What becomes of the line ends \n and \r\n. */
enum text_lines { TEXT_ONE_LINE, TEXT_LINES /* they stay, as \n */ };

/* Cleans foreign bytes into `out`, which holds length + 1 and may be the input itself: control
 * characters (C0, DEL, C1), line and paragraph separators, bidirectional controls, broken UTF-8 and
 * the characters that monitoring engines split at or interpret (| \ < > &) become "?" or a space.
 * The result is UTF-8, never longer than the input. Gives its length. */
size_t text_clean(char *out, const char *bytes, size_t length, enum text_lines lines);

/* Masked (mask.h) and cleaned, in malloc'ed memory; NULL where memory ran out. */
char *text_mask_and_clean(const char *bytes, size_t length, enum text_lines lines);

/* A short piece of foreign text, ready for a message. */
enum { EXCERPT_MAX = 256, EXCERPT_FIELD_MAX = 120 };
struct excerpt {
    char text[EXCERPT_MAX * 4 + 1];
};

/* Masked, cleaned, without white space around it, and cut to at most max_chars code points (at most
 * EXCERPT_MAX), an ellipsis included. Where memory ran out the excerpt is "?". */
struct excerpt excerpt_of(const char *bytes, size_t length, size_t max_chars);

/* The same of a whole text, cut to EXCERPT_FIELD_MAX. */
struct excerpt excerpt_of_text(const char *text);

/* Whether the words of `phrase` (lower case, one space between them) stand in the bytes, in any
 * case and with any white space between them. */
bool text_has_phrase(const char *bytes, size_t length, const char *phrase);
