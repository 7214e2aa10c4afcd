/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "ini.h"
#include "options/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void require_entry(const struct ini_entry *entry) {
    require(strlen(entry->key) <= USER_FILE_LINE_MAX, "a key fits a line");
    require(strchr(entry->key, '\n') == NULL, "a key is within its line");
    if (entry->value != NULL)
        require(strlen(entry->key) + strlen(entry->value) < USER_FILE_LINE_MAX &&
                    strchr(entry->value, '\n') == NULL,
                "a value is within its line");
}

static void read_entries(const char *text, size_t length) {
    struct user_file input;
    struct ini_reader reader = {.file = &input, .section = "s", .section_length = 1};
    struct ini_entry entry;
    struct error error;
    struct fuzz_file file;
    size_t line = 0;
    int result;

    fuzz_file_open(&file, text, length);
    require(user_file_open(&input, file.path, "INI file", &error) == 0, "the file can be read");
    while ((result = ini_next(&reader, &entry, &error)) > 0) {
        require(reader.section_seen && input.line_number > line, "lines go on in a section");
        line = input.line_number;
        require_entry(&entry);
    }
    if (result < 0)
        require_error(&error);
    user_file_close(&input);
    fuzz_file_close(&file);
}

static void read_options(const char *text, size_t length) {
    char argument[64];
    char program[] = "check_wolkvox_token";
    struct fuzz_file file;
    struct options options;
    struct error error;

    fuzz_file_open(&file, text, length);
    snprintf(argument, sizeof argument, "--extra-opts=s@%s", file.path);
    char *argv[] = {program, argument, NULL};
    fuzz_secret_to_environment();
    require(options_scan(2, argv, &options, &error) == OPTIONS_RUN, "the command line is right");
    if (options_complete(&options, &error) != 0)
        require_error(&error);
    options_free(&options);
    fuzz_file_close(&file);
}

/* An INI file, first by itself, then as a source of options. */
void target_ini_file(const uint8_t *bytes, size_t size) {
    struct fuzz_input fuzz_input = {bytes, size};
    size_t length;
    char *text = fuzz_input_text(&fuzz_input, &length);

    read_entries(text, length);
    read_options(text, length);
    free(text);
}
