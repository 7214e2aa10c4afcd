/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ini.h"

#include <string.h>

void ini_start(struct ini_reader *reader, struct user_file *file, const char *section,
               size_t section_length, const struct deadline *deadline) {
    reader->file = file;
    reader->section = section;
    reader->section_length = section_length;
    reader->deadline = deadline;
    reader->section_seen = false;
    reader->line_number = 0;
    reader->in_section = false;
    reader->chunk_length = 0;
    reader->chunk_used = 0;
}

static int fail_at_line(const struct ini_reader *reader, const char *what, struct error *error) {
    return error_set(error, ERROR_LOCAL, "%s, line %zu: %s", reader->file->name,
                     reader->line_number, what);
}

/* Gives 1, 0 at the end, or -1. */
static int read_byte(struct ini_reader *reader, char *byte, struct error *error) {
    if (reader->chunk_used == reader->chunk_length) {
        long length = user_file_read(reader->file, reader->chunk, sizeof reader->chunk,
                                     reader->deadline, error);
        if (length <= 0)
            return (int)length;
        reader->chunk_length = (size_t)length;
        reader->chunk_used = 0;
    }
    *byte = reader->chunk[reader->chunk_used++];
    return 1;
}

/* Gives 1, 0 where there is no further line, or -1. */
static int read_line(struct ini_reader *reader, struct error *error) {
    static const char too_long[] = "it is longer than 8192 bytes";
    size_t length = 0;
    char byte = '\0';
    int result;

    reader->line_number++;
    while ((result = read_byte(reader, &byte, error)) > 0 && byte != '\n') {
        if (byte == '\0')
            return fail_at_line(reader, "it holds a NUL byte", error);
        if (length > INI_LINE_MAX)
            return fail_at_line(reader, too_long, error);
        reader->line[length++] = byte;
    }
    if (result < 0)
        return -1;
    if (length > 0 && reader->line[length - 1] == '\r')
        length--;
    if (length > INI_LINE_MAX)
        return fail_at_line(reader, too_long, error);
    reader->line[length] = '\0';
    return result > 0 || length > 0;
}

static char *trim(char *text) {
    static const char white_space[] = " \t\r\v\f";
    char *start = text + strspn(text, white_space);
    char *end = start + strlen(start);

    while (end > start && strchr(white_space, end[-1]) != NULL)
        end--;
    *end = '\0';
    return start;
}

static char *visible_part(struct ini_reader *reader) {
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    char *line = reader->line;

    if (reader->line_number == 1 && strncmp(line, byte_order_mark, 3) == 0)
        line += 3;
    return trim(line);
}

static int enter_section(struct ini_reader *reader, char *line, struct error *error) {
    char *end = strchr(line, ']');

    if (end == NULL || end[1] != '\0')
        return fail_at_line(reader, "a section is written [NAME], with nothing after it", error);
    *end = '\0';
    const char *name = trim(line + 1);
    reader->in_section = strlen(name) == reader->section_length &&
                         memcmp(name, reader->section, reader->section_length) == 0;
    reader->section_seen |= reader->in_section;
    return 0;
}

static void split(char *line, struct ini_entry *entry) {
    char *equals = strchr(line, '=');

    entry->value = NULL;
    if (equals != NULL) {
        *equals = '\0';
        entry->value = trim(equals + 1);
    }
    entry->key = trim(line);
}

int ini_next(struct ini_reader *reader, struct ini_entry *entry, struct error *error) {
    int result;

    while ((result = read_line(reader, error)) > 0) {
        char *line = visible_part(reader);
        if (*line == '\0' || *line == '#' || *line == ';')
            continue;
        if (*line == '[') {
            if (enter_section(reader, line, error) != 0)
                return -1;
        } else if (reader->in_section) {
            split(line, entry);
            return 1;
        }
    }
    return result;
}
