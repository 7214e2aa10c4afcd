/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/ini_options.h"

#include "extra_opts.h"
#include "ini.h"
#include "mask.h"
#include "options/option_values.h"
#include "user_file.h"
#include "watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char default_section[] = PACKAGE_NAME;

/* ---- Entries ---- */

static int set_option(struct options *options, const struct option_spec *spec,
                      const struct user_file *file, const struct ini_entry *entry,
                      struct error *error) {
    struct setting setting = {.spec = spec};

    /* One piece of memory for both. */
    if (asprintf(&setting.label, "%s, line %zu: %s%c%s", file->name, file->line_number, entry->key,
                 '\0', entry->value != NULL ? entry->value : "") < 0)
        return error_out_of_memory(error);
    bool is_plain =
        entry->value == NULL || (*entry->value == '\0' && spec->argument != ARGUMENT_REQUIRED);
    if (!is_plain)
        setting.value = setting.label + strlen(setting.label) + 1;
    return option_set(options, &setting, error);
}

/* The first broken token stays, because every value must be valid; it is reported only where this
 * source is used. */
static int set_token(struct options *options, const struct user_file *file,
                     const struct ini_entry *entry, struct error *error) {
    const char *earlier = options->given[OPTION_TOKEN].value;
    char token[SECRET_MAX + 1];
    const char *reason;

    if (earlier != NULL && secret_copy(token, earlier, strlen(earlier), &reason) != 0)
        return 0;
    if (entry->value != NULL &&
        secret_copy(token, entry->value, strlen(entry->value), &reason) == 0)
        mask_register(token);
    options->secret.world_readable = file->world_readable;
    return set_option(options, &option_specs[OPTION_TOKEN], file, entry, error);
}

static int take_entry(struct options *options, const struct user_file *file,
                      const struct ini_entry *entry, struct error *error) {
    const struct option_spec *spec = option_find_key(entry->key);

    if (spec == NULL)
        return user_file_fail_at_line(
            file, "",
            entry->value != NULL ? "unknown key; write the long option without dashes, e.g. "
                                   "token-file"
                                 : "neither KEY = VALUE nor an option without dashes",
            error);
    switch (spec->id) {
    case OPTION_HELP:
    case OPTION_VERSION:
    case OPTION_EXTRA_OPTS:
        return user_file_fail_at_line(file, entry->key, " has no place in an INI file", error);
    case OPTION_TOKEN:
        return set_token(options, file, entry, error);
    default:
        return set_option(options, spec, file, entry, error);
    }
}

/* ---- Files ---- */

/* People leave out the @. */
static bool is_meant_as_file(const char *section) {
    const char *ending = strrchr(section, '.');

    return ending != NULL && ending != section &&
           (strcmp(ending, ".ini") == 0 || strcmp(ending, ".cfg") == 0 ||
            strcmp(ending, ".conf") == 0);
}

static int fail_to_find(const struct extra_opts *source, const struct user_file *file,
                        struct error *error) {
    struct excerpt section = excerpt_of(source->section, source->section_length, EXCERPT_FIELD_MAX);

    if (is_meant_as_file(section.text))
        return error_set(
            error, ERROR_LOCAL, "%s%s\"%s\" was taken as a section; write @%s for a file",
            file != NULL ? file->name : "--extra-opts",
            file != NULL ? " has no such section: " : ": ", section.text, section.text);
    if (file == NULL)
        return error_set(error, ERROR_LOCAL,
                         "--extra-opts finds no INI file in the usual places (see the manual); "
                         "name it with --extra-opts=@FILE");
    /* Other names of sections may be the token, which people give in the wrong place. */
    if (strcmp(section.text, default_section) == 0 || strchr(section.text, ' ') != NULL)
        return error_set(error, ERROR_LOCAL, "the %s has no section [%s]", file->name,
                         section.text);
    return error_set(error, ERROR_LOCAL,
                     "the %s has no such section as --extra-opts names (not shown: it may be "
                     "secret)",
                     file->name);
}

static int read_section(struct options *options, const struct extra_opts *source,
                        struct user_file *file, struct error *error) {
    struct ini_reader reader = {
        .file = file, .section = source->section, .section_length = source->section_length};
    struct ini_entry entry;
    int result;

    while ((result = ini_next(&reader, &entry, error)) > 0)
        if (take_entry(options, file, &entry, error) != 0)
            return -1;
    return result == 0 && !reader.section_seen ? fail_to_find(source, file, error) : result;
}

int ini_options_read(struct options *options, const char *extra_opts, struct error *error) {
    struct extra_opts source;
    struct user_file file;

    watchdog_expect("the INI file");
    extra_opts_find(extra_opts, default_section, &source);
    if (source.path == NULL)
        return fail_to_find(&source, NULL, error);
    if (user_file_open(&file, source.path, "INI file", error) != 0)
        return -1;
    int result = read_section(options, &source, &file, error);
    user_file_close(&file);
    return result;
}
