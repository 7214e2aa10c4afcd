/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/saved_info.h"

#include "memory_stream.h"
#include "number.h"

#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char first_line[] = "check_wolkvox_token answer, format 1";
static const char absent[] = "-";

/* The names of the lines, in their order; any number of points stands before the sum. */
static const char line_key[] = "key";
static const char line_time[] = "time_ms";
static const char line_kind[] = "kind";
static const char line_status[] = "status";
static const char line_available[] = "available";
static const char line_limit[] = "limit";
static const char line_used[] = "used";
static const char line_hours[] = "hours";
static const char line_code[] = "code";
static const char line_error[] = "error";
static const char line_message[] = "message";
static const char line_description[] = "description";
static const char line_unusable[] = "unusable";
static const char line_reset[] = "reset_ms";
static const char line_point[] = "point";
static const char line_sum[] = "sha256";

/* The kinds of answers that are kept. */
static const char kind_token[] = "token";
static const char kind_exceeded[] = "exceeded";

enum { STATUS_MAX = 999 };

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

static void write_info(FILE *stream, const struct token_info *info) {
    write_text(stream, line_kind, info->kind == REPLY_TOKEN ? kind_token : kind_exceeded);
    write_number(stream, line_status, info->status);
    write_count(stream, line_available, &info->available);
    write_count(stream, line_limit, &info->limit);
    write_count(stream, line_used, &info->used);
    write_count(stream, line_hours, &info->hours);
    write_text(stream, line_code, info->code.text);
    write_text(stream, line_error, info->error.text);
    write_text(stream, line_message, info->message.text);
    write_text(stream, line_description, info->description.text);
    write_text(stream, line_unusable, info->unusable);
}

static void write_history(FILE *stream, const struct usage_history *history) {
    write_number(stream, line_reset, history->reset_ms);
    for (size_t i = 0; i < history->count; i++)
        fprintf(stream, "%s %" PRId64 " %" PRId64 "\n", line_point, history->points[i].time_ms,
                history->points[i].used);
}

char *kept_answer_write(const struct kept_answer *answer, const char *key, size_t *length) {
    char sum[SHA256_DIGEST_STRING_LENGTH];
    struct memory_stream stream;
    char *bytes;

    if (memory_stream_open(&stream) == NULL)
        return NULL;
    fprintf(stream.file, "%s\n", first_line);
    write_text(stream.file, line_key, key);
    write_number(stream.file, line_time, answer->time_ms);
    write_info(stream.file, &answer->info);
    write_history(stream.file, &answer->history);
    if (fflush(stream.file) == 0 && stream.text != NULL) {
        SHA256Data((const uint8_t *)stream.text, stream.length, sum);
        write_text(stream.file, line_sum, sum);
    }
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
    struct optional_count count = {.is_known = strcmp(value, absent) != 0};

    if (count.is_known && number_parse_whole_decimal(value, &count.value) != 0)
        reading->failed = true;
    return count;
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

static void read_info(struct reading *reading, struct token_info *info) {
    info->kind = next_kind(reading);
    info->status = (long)next_number(reading, line_status, STATUS_MAX);
    info->available = next_available(reading);
    info->limit = next_count(reading, line_limit, NUMBER_MAX);
    info->used = next_count(reading, line_used, NUMBER_MAX);
    info->hours = next_count(reading, line_hours, TOKEN_HOURS_MAX);
    info->code = next_text(reading, line_code);
    info->error = next_text(reading, line_error);
    info->message = next_text(reading, line_message);
    info->description = next_text(reading, line_description);
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
        .time_ms = to_number(reading, value, NUMBER_MAX),
        .used = to_number(reading, blank + 1, NUMBER_MAX),
    };
    const struct usage_point *last = &history->points[history->count];
    if (history->count > 0 && (point.time_ms < last[-1].time_ms || point.used < last[-1].used))
        reading->failed = true;
    history->points[history->count++] = point;
}

static void read_history(struct reading *reading, struct usage_history *history) {
    size_t length = strlen(line_point);

    history->reset_ms = next_number(reading, line_reset, NUMBER_MAX);
    while (!reading->failed && *reading->at != '\0') {
        char *line = next_line(reading);
        if (strncmp(line, line_point, length) == 0 && line[length] == ' ')
            read_point(reading, line + length + 1, history);
        else
            reading->failed = true;
    }
}

/* Cuts off the last line, and sees whether it holds the sum of all that stands before it. */
static bool check_sum(char *bytes, size_t length) {
    char sum[SHA256_DIGEST_STRING_LENGTH];
    char line[sizeof line_sum + sizeof sum + 1];
    size_t size = sizeof line - 1; /* name, blank, digits, newline */

    if (length < size || memchr(bytes, '\0', length) != NULL)
        return false;
    SHA256Data((const uint8_t *)bytes, length - size, sum);
    snprintf(line, sizeof line, "%s %s\n", line_sum, sum);
    bool right = memcmp(bytes + length - size, line, size) == 0;
    bytes[length - size] = '\0';
    return right;
}

int kept_answer_read(char *bytes, size_t length, const char *key, struct kept_answer *answer) {
    struct reading reading = {.at = bytes};

    *answer = (struct kept_answer){.time_ms = 0};
    if (!check_sum(bytes, length) || strcmp(next_line(&reading), first_line) != 0 ||
        strcmp(next_value(&reading, line_key), key) != 0)
        return -1;
    answer->time_ms = next_number(&reading, line_time, NUMBER_MAX);
    read_info(&reading, &answer->info);
    read_history(&reading, &answer->history);
    return reading.failed ? -1 : 0;
}
