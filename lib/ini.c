/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ini.h"

#include "characters.h"

#include <string.h>

static char *visible_part(struct user_file *file) {
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    char *line = file->line;

    if (file->line_number == 1 && strncmp(line, byte_order_mark, 3) == 0)
        line += 3;
    return text_trim(line);
}

static int enter_section(struct ini_reader *reader, char *line, struct error *error) {
    char *end = strchr(line, ']');

    if (end == NULL || end[1] != '\0')
        return user_file_fail_at_line(
            reader->file, "a section is written [NAME], with nothing after it", "", error);
    *end = '\0';
    const char *name = text_trim(line + 1);
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
        entry->value = text_trim(equals + 1);
    }
    entry->key = text_trim(line);
}

int ini_next(struct ini_reader *reader, struct ini_entry *entry, struct error *error) {
    struct user_file *file = reader->file;
    int result;

    while ((result = user_file_read_line(file, error)) > 0) {
        if (strlen(file->line) != file->line_length)
            return user_file_fail_at_line(file, "it holds a NUL byte", "", error);
        char *line = visible_part(file);
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
