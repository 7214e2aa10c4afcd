/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/saved_info.h"

#include "memory_stream.h"
#include "number.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char first_line[] = "check_wolkvox_token answer, format 2";
static const char last_line[] = "end";
static const char absent[] = "-";

/* The lines in their order: key, times, kind, status, calls left, the counts, the texts, names of
 * fields that cannot be used, any number of points, and the closing line. */
static const char line_key[] = "key";
static const char line_time[] = "time_ms";
static const char line_request[] = "request_ms";
static const char line_kind[] = "kind";
static const char line_status[] = "status";
static const char line_available[] = "available";
static const char line_unusable[] = "unusable";
static const char line_point[] = "point";

enum { STATUS_MAX = 999 };
#define TIME_MS_MAX INT64_C(100000000000000) /* in the year 5138 */

#define PLACE(member) offsetof(struct saved_info, member)

struct line {
    const char *name;
    size_t place; /* in struct saved_info */
    int64_t max;  /* of a count */
};

/* Each a struct optional_count. */
static const struct line count_lines[] = {
    {"limit", PLACE(info.limit), NUMBER_MAX},
    {"used", PLACE(info.used), NUMBER_MAX},
    {"all_used", PLACE(info.all_used), NUMBER_MAX},
    {"hours", PLACE(info.hours), TOKEN_HOURS_MAX},
    {"last_limit", PLACE(last.limit), NUMBER_MAX},
    {"last_all_used", PLACE(last.all_used), NUMBER_MAX},
    {"last_reset_ms", PLACE(last.reset_ms), TIME_MS_MAX},
};
enum { COUNT_LINES = sizeof count_lines / sizeof count_lines[0] };

/* Each a struct excerpt. */
static const struct line text_lines[] = {
    {"code", PLACE(info.code), 0},
    {"error", PLACE(info.error), 0},
    {"message", PLACE(info.message), 0},
    {"description", PLACE(info.description), 0},
    {"last_description", PLACE(last.description), 0},
};
enum { TEXT_LINES = sizeof text_lines / sizeof text_lines[0] };

/* The kinds of answers that are kept. */
static const char kind_token[] = "token";
static const char kind_exceeded[] = "exceeded";

/* ---- Writing ---- */

static void write_number(FILE *stream, const char *name, int64_t value) {
    fprintf(stream, "%s %" PRId64 "\n", name, value);
}

static void write_text(FILE *stream, const char *name, const char *text) {
    fprintf(stream, "%s %s\n", name, text);
}

static void write_count(FILE *stream, const char *name, const struct optional_count *count) {
    if (count->is_known)
        write_number(stream, name, count->value);
    else
        write_text(stream, name, absent);
}

static void write_lines(FILE *stream, const struct saved_info *saved) {
    const struct token_info *info = &saved->info;
    const char *start = (const char *)saved;

    write_number(stream, line_time, saved->time_ms);
    write_number(stream, line_request, saved->request_ms);
    write_text(stream, line_kind, info->kind == REPLY_TOKEN ? kind_token : kind_exceeded);
    write_number(stream, line_status, info->status);
    write_count(stream, line_available, &info->available);
    for (size_t i = 0; i < COUNT_LINES; i++)
        write_count(stream, count_lines[i].name, (const void *)(start + count_lines[i].place));
    for (size_t i = 0; i < TEXT_LINES; i++)
        write_text(stream, text_lines[i].name, start + text_lines[i].place);
    write_text(stream, line_unusable, info->unusable);
    for (size_t i = 0; i < saved->history.count; i++)
        fprintf(stream, "%s %" PRId64 " %" PRId64 "\n", line_point,
                saved->history.points[i].time_ms, saved->history.points[i].used);
}

char *saved_info_write(const struct saved_info *saved, const char *key, size_t *length) {
    struct memory_stream stream;
    char *bytes;

    if (memory_stream_open(&stream) == NULL)
        return NULL;
    fprintf(stream.file, "%s\n", first_line);
    write_text(stream.file, line_key, key);
    write_lines(stream.file, saved);
    fprintf(stream.file, "%s\n", last_line);
    int result = memory_stream_close(&stream, &bytes);
    *length = stream.length;
    return result == 0 ? bytes : NULL;
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

/* The value of the next line, which must have that name. */
static const char *next_value(struct reading *reading, const char *name) {
    const char *line = next_line(reading);
    size_t length = strlen(name);

    if (strncmp(line, name, length) == 0 && line[length] == ' ')
        return line + length + 1;
    reading->failed = true;
    return "";
}

static int64_t to_number(struct reading *reading, const char *text, int64_t max) {
    int64_t number = 0;

    if (number_parse(text, strlen(text), max, &number) != 0)
        reading->failed = true;
    return number;
}

static int64_t next_number(struct reading *reading, const char *name, int64_t max) {
    return to_number(reading, next_value(reading, name), max);
}

static struct optional_count next_count(struct reading *reading, const char *name, int64_t max) {
    const char *value = next_value(reading, name);

    if (strcmp(value, absent) == 0)
        return (struct optional_count){.is_known = false};
    return (struct optional_count){true, to_number(reading, value, max)};
}

/* The one count that may be below zero. */
static struct optional_count next_available(struct reading *reading) {
    const char *value = next_value(reading, line_available);
    bool is_negative = value[0] == '-';

    if (strcmp(value, absent) == 0)
        return (struct optional_count){.is_known = false};
    int64_t magnitude = to_number(reading, value + is_negative, NUMBER_MAX);
    return (struct optional_count){true, is_negative ? -magnitude : magnitude};
}

static struct excerpt next_text(struct reading *reading, const char *name) {
    const char *value = next_value(reading, name);

    if (*value == '\0')
        return (struct excerpt){""};
    return excerpt_of_text(value);
}

static enum reply_kind next_kind(struct reading *reading) {
    const char *value = next_value(reading, line_kind);

    if (strcmp(value, kind_token) == 0)
        return REPLY_TOKEN;
    if (strcmp(value, kind_exceeded) != 0)
        reading->failed = true;
    return REPLY_LIMIT_EXCEEDED;
}

/* Names of fields, with commas and blanks between them. */
static void read_unusable(struct reading *reading, struct token_info *info) {
    const char *value = next_value(reading, line_unusable);
    size_t length = strspn(value, "abcdefghijklmnopqrstuvwxyz_, ");

    if (length < sizeof info->unusable && value[length] == '\0')
        memcpy(info->unusable, value, length + 1);
    else
        reading->failed = true;
}

static void read_lines(struct reading *reading, struct saved_info *saved) {
    struct token_info *info = &saved->info;
    char *start = (char *)saved;

    saved->time_ms = next_number(reading, line_time, TIME_MS_MAX);
    saved->request_ms = next_number(reading, line_request, TIME_MS_MAX);
    info->kind = next_kind(reading);
    info->status = (long)next_number(reading, line_status, STATUS_MAX);
    info->available = next_available(reading);
    for (size_t i = 0; i < COUNT_LINES; i++)
        *(struct optional_count *)(void *)(start + count_lines[i].place) =
            next_count(reading, count_lines[i].name, count_lines[i].max);
    for (size_t i = 0; i < TEXT_LINES; i++)
        *(struct excerpt *)(start + text_lines[i].place) = next_text(reading, text_lines[i].name);
    read_unusable(reading, info);
    if (info->kind == REPLY_TOKEN && !info->available.is_known)
        reading->failed = true;
}

static void read_point(struct reading *reading, char *value, struct usage_history *history) {
    char *blank = strchr(value, ' ');

    if (blank == NULL || history->count == USAGE_POINTS_MAX) {
        reading->failed = true;
        return;
    }
    *blank = '\0';
    struct usage_point point = {
        .time_ms = to_number(reading, value, TIME_MS_MAX),
        .used = to_number(reading, blank + 1, NUMBER_MAX),
    };
    const struct usage_point *last = &history->points[history->count];
    if (history->count > 0 && (point.time_ms < last[-1].time_ms || point.used < last[-1].used))
        reading->failed = true;
    history->points[history->count++] = point;
}

/* The points and the closing line, behind which nothing stands. */
static void read_end(struct reading *reading, struct usage_history *history) {
    size_t length = strlen(line_point);

    for (;;) {
        char *line = next_line(reading);
        if (strncmp(line, line_point, length) != 0 || line[length] != ' ') {
            if (strcmp(line, last_line) != 0 || *reading->at != '\0')
                reading->failed = true;
            return;
        }
        read_point(reading, line + length + 1, history);
    }
}

int saved_info_read(char *bytes, size_t length, const char *key, struct saved_info *saved) {
    struct reading reading = {.at = bytes};

    *saved = (struct saved_info){.time_ms = 0};
    if (strlen(bytes) != length || strcmp(next_line(&reading), first_line) != 0 ||
        strcmp(next_value(&reading, line_key), key) != 0)
        return -1;
    read_lines(&reading, saved);
    read_end(&reading, &saved->history);
    return reading.failed ? -1 : 0;
}
