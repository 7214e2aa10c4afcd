/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ini.h"

#include <stdbool.h>
#include <string.h>

struct reader {
    struct input *input;
    const char *section;
    ini_visitor *visit;
    void *context;
    bool in_section;
    bool section_seen;
    size_t line_number;
    size_t length;
    char line[INI_LINE_MAX + 2]; /* room for a carriage return that does not count, and for NUL */
    char chunk[16 * 1024];
};

static int fail_at_line(const struct reader *reader, const char *what, struct error *error) {
    return error_set(error, ERROR_LOCAL, "%s, line %zu: %s", reader->input->name,
                     reader->line_number, what);
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

/* A line that begins with "[". Gives whether it is a section's head: one that nothing follows. */
static bool enter_section(struct reader *reader, char *line) {
    char *end = strchr(line, ']');

    if (end == NULL || end[1] != '\0')
        return false;
    *end = '\0';
    reader->in_section = strcmp(trim(line + 1), reader->section) == 0;
    reader->section_seen |= reader->in_section;
    return true;
}

static int visit_entry(struct reader *reader, char *line, struct error *error) {
    char *equals = strchr(line, '=');
    struct ini_entry entry = {.input = reader->input, .line = reader->line_number};

    if (equals != NULL) {
        *equals = '\0';
        entry.value = trim(equals + 1);
    }
    entry.key = trim(line);
    return reader->visit(reader->context, &entry, error);
}

static int read_line(struct reader *reader, char *line, struct error *error) {
    static const char byte_order_mark[] = "\xEF\xBB\xBF";

    if (reader->line_number == 1 && strncmp(line, byte_order_mark, 3) == 0)
        line += 3;
    line = trim(line);
    if (*line == '\0' || *line == '#' || *line == ';')
        return 0;
    if (*line == '[' && enter_section(reader, line))
        return 0;
    if (!reader->in_section)
        return 0;
    if (*line == '[')
        return fail_at_line(reader, "[SECTION] has no end, or something stands behind it", error);
    return visit_entry(reader, line, error);
}

static int end_line(struct reader *reader, struct error *error) {
    if (reader->length > 0 && reader->line[reader->length - 1] == '\r')
        reader->length--;
    if (reader->length > INI_LINE_MAX)
        return fail_at_line(reader, "longer than 8192 bytes", error);
    reader->line[reader->length] = '\0';
    int result = read_line(reader, reader->line, error);
    reader->length = 0;
    reader->line_number++;
    return result;
}

static int add_byte(struct reader *reader, char byte, struct error *error) {
    if (byte == '\n')
        return end_line(reader, error);
    if (byte == '\0')
        return fail_at_line(reader, "a NUL byte stands in it", error);
    if (reader->length > INI_LINE_MAX)
        return fail_at_line(reader, "longer than 8192 bytes", error);
    reader->line[reader->length++] = byte;
    return 0;
}

static int read_all(struct reader *reader, const struct deadline *deadline, struct error *error) {
    long length;

    do {
        length = input_read(reader->input, reader->chunk, sizeof reader->chunk, deadline, error);
        if (length < 0)
            return -1;
        for (long i = 0; i < length; i++)
            if (add_byte(reader, reader->chunk[i], error) != 0)
                return -1;
    } while (length > 0);
    return end_line(reader, error);
}

int ini_read_section(struct input *input, const char *section, const char *shown_section,
                     const struct deadline *deadline, ini_visitor *visit, void *context,
                     struct error *error) {
    struct reader reader = {
        .input = input, .section = section, .visit = visit, .context = context, .line_number = 1};
    int result = read_all(&reader, deadline, error);

    if (result == 0 && !reader.section_seen)
        result =
            error_set(error, ERROR_LOCAL, "the %s has no section [%s]", input->name, shown_section);
    return result;
}
