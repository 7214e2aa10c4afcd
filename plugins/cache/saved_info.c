/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/saved_info.h"

#include "memory_stream.h"
#include "number.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define HEAD_FORMAT "check_wolkvox_token answer, format 2\nkey %s\n"
static const char closing_line[] = "end\n";
static const char absent[] = "-";
static const char *const kinds[] = {[REPLY_TOKEN] = "token", [REPLY_LIMIT_EXCEEDED] = "exceeded"};

#define TIME_MS_MAX INT64_C(100000000000000) /* in the year 5138 */

enum line_type {
    LINE_NUMBER, /* an int64_t from 0 */
    LINE_COUNT,  /* a struct optional_count from 0 */
    LINE_SIGNED, /* the same, or below 0 */
    LINE_KIND,   /* an enum reply_kind, of those that are kept */
    LINE_TEXT    /* a struct excerpt */
};

struct line {
    const char *name;
    enum line_type type;
    size_t place; /* in struct saved_info */
    int64_t max;  /* of a number */
};

/* In their order. The head stands before them, points and the closing line behind them. */
#define PLACE(member) offsetof(struct saved_info, member)
static const struct line lines[] = {
    {"time_ms", LINE_NUMBER, PLACE(time_ms), TIME_MS_MAX},
    {"request_ms", LINE_NUMBER, PLACE(request_ms), TIME_MS_MAX},
    {"kind", LINE_KIND, PLACE(info.kind), 0},
    {"status", LINE_NUMBER, PLACE(info.status), 999},
    {"available", LINE_SIGNED, PLACE(info.available), NUMBER_MAX},
    {"limit", LINE_COUNT, PLACE(info.limit), NUMBER_MAX},
    {"used", LINE_COUNT, PLACE(info.used), NUMBER_MAX},
    {"all_used", LINE_COUNT, PLACE(info.all_used), NUMBER_MAX},
    {"hours", LINE_COUNT, PLACE(info.hours), TOKEN_HOURS_MAX},
    {"last_limit", LINE_COUNT, PLACE(last.limit), NUMBER_MAX},
    {"last_all_used", LINE_COUNT, PLACE(last.all_used), NUMBER_MAX},
    {"last_reset_ms", LINE_COUNT, PLACE(last.reset_ms), TIME_MS_MAX},
    {"code", LINE_TEXT, PLACE(info.code), 0},
    {"error", LINE_TEXT, PLACE(info.error), 0},
    {"message", LINE_TEXT, PLACE(info.message), 0},
    {"description", LINE_TEXT, PLACE(info.description), 0},
    {"last_description", LINE_TEXT, PLACE(last.description), 0},
    {"unusable", LINE_TEXT, PLACE(info.unusable), 0},
};
enum { LINE_TOTAL = sizeof lines / sizeof lines[0] };

/* ---- Writing ---- */

static void write_line(FILE *stream, const struct line *line, const void *member) {
    const struct optional_count *count = member;

    fprintf(stream, "%s ", line->name);
    switch (line->type) {
    case LINE_NUMBER:
        fprintf(stream, "%" PRId64, *(const int64_t *)member);
        break;
    case LINE_COUNT:
    case LINE_SIGNED:
        if (count->is_known)
            fprintf(stream, "%" PRId64, count->value);
        else
            fputs(absent, stream);
        break;
    case LINE_KIND:
        fputs(kinds[*(const enum reply_kind *)member], stream);
        break;
    case LINE_TEXT:
        fputs(((const struct excerpt *)member)->text, stream);
        break;
    }
    fputc('\n', stream);
}

char *saved_info_write(const struct saved_info *saved, const char *key) {
    struct memory_stream stream;

    if (memory_stream_open(&stream) == NULL)
        return NULL;
    fprintf(stream.file, HEAD_FORMAT, key);
    for (size_t i = 0; i < LINE_TOTAL; i++)
        write_line(stream.file, &lines[i], (const char *)saved + lines[i].place);
    for (size_t i = 0; i < saved->history.count; i++)
        fprintf(stream.file, "point %" PRId64 " %" PRId64 "\n", saved->history.points[i].time_ms,
                saved->history.points[i].used);
    fputs(closing_line, stream.file);
    return memory_stream_close(&stream);
}

/* ---- Reading ---- */

/* The value of the line at *at, which goes on to the next; NULL: there is no whole line of that
 * name. */
static const char *next_value(char **at, const char *name) {
    size_t length = strlen(name);
    char *end = strchr(*at, '\n');

    if (end == NULL || strncmp(*at, name, length) != 0 || (*at)[length] != ' ')
        return NULL;
    const char *value = *at + length + 1;
    *end = '\0';
    *at = end + 1;
    return value;
}

static bool read_number(const char *text, int64_t max, int64_t *number) {
    return number_parse(text, strlen(text), max, number) == 0;
}

static bool read_count(const struct line *line, const char *text, struct optional_count *count) {
    bool is_negative = line->type == LINE_SIGNED && text[0] == '-';

    count->is_known = strcmp(text, absent) != 0;
    if (!count->is_known)
        return true;
    bool is_read = read_number(text + is_negative, line->max, &count->value);
    if (is_negative)
        count->value = -count->value;
    return is_read;
}

static bool read_kind(const char *text, enum reply_kind *kind) {
    *kind = strcmp(text, kinds[REPLY_TOKEN]) == 0 ? REPLY_TOKEN : REPLY_LIMIT_EXCEEDED;
    return strcmp(text, kinds[*kind]) == 0;
}

static bool read_value(const struct line *line, const char *text, void *member) {
    switch (line->type) {
    case LINE_NUMBER:
        return read_number(text, line->max, member);
    case LINE_COUNT:
    case LINE_SIGNED:
        return read_count(line, text, member);
    case LINE_KIND:
        return read_kind(text, member);
    case LINE_TEXT: /* cleaned once more, at a price, and mostly empty */
        if (*text != '\0')
            *(struct excerpt *)member = excerpt_of_text(text);
        return true;
    }
    return false;
}

static bool read_point(const char *value, struct usage_history *history) {
    const char *blank = strchr(value, ' ');

    if (blank == NULL || history->count == USAGE_POINTS_MAX)
        return false;
    struct usage_point *point = &history->points[history->count++];
    return number_parse(value, (size_t)(blank - value), TIME_MS_MAX, &point->time_ms) == 0 &&
           read_number(blank + 1, NUMBER_MAX, &point->used);
}

int saved_info_read(char *bytes, size_t length, const char *key, struct saved_info *saved) {
    char head[sizeof HEAD_FORMAT + SAVED_INFO_KEY_SIZE];
    size_t head_length = (size_t)snprintf(head, sizeof head, HEAD_FORMAT, key);
    const char *value;

    *saved = (struct saved_info){.time_ms = 0};
    if (strlen(bytes) != length || strncmp(bytes, head, head_length) != 0)
        return -1;
    char *at = bytes + head_length;
    for (size_t i = 0; i < LINE_TOTAL; i++) {
        value = next_value(&at, lines[i].name);
        if (value == NULL || !read_value(&lines[i], value, (char *)saved + lines[i].place))
            return -1;
    }
    while ((value = next_value(&at, "point")) != NULL)
        if (!read_point(value, &saved->history))
            return -1;
    bool has_counts = saved->info.kind != REPLY_TOKEN || saved->info.available.is_known;
    return strcmp(at, closing_line) == 0 && has_counts ? 0 : -1;
}
