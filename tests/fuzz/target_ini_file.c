/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "deadline.h"
#include "fuzz_input.h"
#include "ini.h"
#include "options/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int look_at_entry(void *context, const struct ini_entry *entry, struct error *error) {
    (void)context;
    (void)error;
    require(entry->line >= 1, "lines are counted from 1");
    require(strlen(entry->key) <= INI_LINE_MAX, "a key fits a line");
    require(strchr(entry->key, '\n') == NULL, "a key is within its line");
    if (entry->value != NULL)
        require(strlen(entry->key) + strlen(entry->value) < INI_LINE_MAX &&
                    strchr(entry->value, '\n') == NULL,
                "a value is within its line");
    return 0;
}

static void read_entries(const char *text, size_t length) {
    const struct deadline deadline = deadline_after(clock_now_ms(), 10);
    struct input input;
    struct error error;
    struct fuzz_file file;

    fuzz_file_open(&file, text, length);
    require(input_open(&input, file.path, "INI file", &error) == 0, "the file can be read");
    if (ini_read_section(&input, "s", "s", &deadline, look_at_entry, NULL, &error) != 0)
        require_error(&error);
    input_close(&input);
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
    if (options_parse(2, argv, clock_now_ms(), &options, &error) == OPTIONS_FAILED)
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
