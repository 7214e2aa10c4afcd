/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/saved_info.h"

#include "memory_stream.h"
#include "number.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char first_line[] = "check_wolkvox_token answer, format 2";
static const char last_line[] = "end";
static const char absent[] = "-";
static const char kind_token[] = "token";
static const char kind_exceeded[] = "exceeded";

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

/* In their order. The key stands before them, points and the closing line behind them. */
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
        fputs(*(const enum reply_kind *)member == REPLY_TOKEN ? kind_token : kind_exceeded, stream);
        break;
    case LINE_TEXT:
        fputs(((const struct excerpt *)member)->text, stream);
        break;
    }
    fputc('\n', stream);
}

char *saved_info_write(const struct saved_info *saved, const char *key, size_t *length) {
    struct memory_stream stream;

    if (memory_stream_open(&stream) == NULL)
        return NULL;
    fprintf(stream.file, "%s\nkey %s\n", first_line, key);
    for (size_t i = 0; i < LINE_TOTAL; i++)
        write_line(stream.file, &lines[i], (const char *)saved + lines[i].place);
    for (size_t i = 0; i < saved->history.count; i++)
        fprintf(stream.file, "point %" PRId64 " %" PRId64 "\n", saved->history.points[i].time_ms,
                saved->history.points[i].used);
    fprintf(stream.file, "%s\n", last_line);
    char *bytes = memory_stream_close(&stream);
    *length = stream.length;
    return bytes;
}

/* ---- Reading ---- */

/* Where reading has come to. After the first line that is not as it should be nothing is read. */
struct reading {
    char *at;
    bool failed;
};

/* The next line, or an empty text. */
static char *next_line(struct reading *reading) {
    char *line = reading->at;
    char *end = strchr(line, '\n');

    if (reading->failed || end == NULL) {
        reading->failed = true;
        return reading->at + strlen(reading->at);
    }
    *end = '\0';
    reading->at = end + 1;
    return line;
}

/* What stands behind a name and a blank; NULL: the line has another name. */
static char *value_in(char *line, const char *name) {
    size_t length = strlen(name);

    return strncmp(line, name, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

/* The value of the next line, which must have that name. */
static const char *next_value(struct reading *reading, const char *name) {
    const char *value = value_in(next_line(reading), name);

    reading->failed |= value == NULL;
    return value != NULL ? value : "";
}

static int64_t to_number(struct reading *reading, const char *text, int64_t max) {
    int64_t number = 0;

    if (number_parse(text, strlen(text), max, &number) != 0)
        reading->failed = true;
    return number;
}

static struct optional_count to_count(struct reading *reading, const struct line *line,
                                      const char *text) {
    bool is_negative = line->type == LINE_SIGNED && text[0] == '-';

    if (strcmp(text, absent) == 0)
        return (struct optional_count){.is_known = false};
    int64_t magnitude = to_number(reading, text + is_negative, line->max);
    return (struct optional_count){true, is_negative ? -magnitude : magnitude};
}

static enum reply_kind to_kind(struct reading *reading, const char *text) {
    if (strcmp(text, kind_token) == 0)
        return REPLY_TOKEN;
    reading->failed |= strcmp(text, kind_exceeded) != 0;
    return REPLY_LIMIT_EXCEEDED;
}

static void read_line(struct reading *reading, const struct line *line, void *member) {
    const char *text = next_value(reading, line->name);

    switch (line->type) {
    case LINE_NUMBER:
        *(int64_t *)member = to_number(reading, text, line->max);
        break;
    case LINE_COUNT:
    case LINE_SIGNED:
        *(struct optional_count *)member = to_count(reading, line, text);
        break;
    case LINE_KIND:
        *(enum reply_kind *)member = to_kind(reading, text);
        break;
    case LINE_TEXT: /* cleaned once more, at a price, and mostly empty */
        if (*text != '\0')
            *(struct excerpt *)member = excerpt_of_text(text);
        break;
    }
}

static void read_point(struct reading *reading, char *value, struct usage_history *history) {
    char *used = strchr(value, ' ');

    if (used == NULL || history->count == USAGE_POINTS_MAX) {
        reading->failed = true;
        return;
    }
    *used++ = '\0';
    history->points[history->count++] = (struct usage_point){
        .time_ms = to_number(reading, value, TIME_MS_MAX),
        .used = to_number(reading, used, NUMBER_MAX),
    };
}

/* The points and the closing line, behind which nothing stands. */
static void read_end(struct reading *reading, struct usage_history *history) {
    char *line;
    char *value;

    while ((value = value_in(line = next_line(reading), "point")) != NULL)
        read_point(reading, value, history);
    reading->failed |= strcmp(line, last_line) != 0 || *reading->at != '\0';
}

int saved_info_read(char *bytes, size_t length, const char *key, struct saved_info *saved) {
    struct reading reading = {.at = bytes};

    *saved = (struct saved_info){.time_ms = 0};
    if (strlen(bytes) != length || strcmp(next_line(&reading), first_line) != 0 ||
        strcmp(next_value(&reading, "key"), key) != 0)
        return -1;
    for (size_t i = 0; i < LINE_TOTAL; i++)
        read_line(&reading, &lines[i], (char *)saved + lines[i].place);
    read_end(&reading, &saved->history);
    bool has_counts = saved->info.kind != REPLY_TOKEN || saved->info.available.is_known;
    return reading.failed || !has_counts ? -1 : 0;
}
