/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/command_line.h"

#include "text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What getopt_long() looks for ---- */

/* It gives LONG_OPTION + id for a long option, the letter for a short one, and 1 for another word.
 */
enum { LONG_OPTION = 256, OTHER_WORD = 1 };

struct getopt_tables {
    struct option longs[OPTION_COUNT + 1];
    char shorts[2 * OPTION_COUNT + 3];
};

static struct getopt_tables make_tables(void) {
    /* Words are looked at in their order, and a missing value is told from an unknown option. */
    struct getopt_tables tables = {.shorts = "-:"};
    char *letter = tables.shorts + strlen(tables.shorts);

    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_spec *spec = &option_specs[id];
        tables.longs[id] =
            (struct option){spec->long_name, (int)spec->argument, NULL, LONG_OPTION + id};
        if (spec->short_name == '\0')
            continue;
        *letter++ = spec->short_name;
        if (spec->argument == ARGUMENT_REQUIRED)
            *letter++ = ':';
    }
    return tables;
}

/* ---- What is no option ---- */

static int refuse_positional(struct error *error) {
    return error_set(error, ERROR_USAGE,
                     "unexpected argument (not shown: it may be secret); if it belongs to "
                     "--forecast, write --forecast=STATE with an equals sign");
}

static int refuse_token(struct error *error) {
    return error_set(error, ERROR_USAGE,
                     "--token is not an option, because command lines are public; use "
                     "--token-file, an INI file or the environment variable WOLKVOX_TOKEN");
}

/* Only what is spelled like an option and is not masked is shown. */
static int refuse_unknown(const char *name, size_t length, struct error *error) {
    enum { SHOWN_MAX = 40 };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    struct excerpt shown = excerpt_of(name, length, SHOWN_MAX);
    bool is_spelled_well = length > 0 && length <= SHOWN_MAX && strspn(name, letters) >= length;

    if (is_spelled_well && strncmp(shown.text, name, length) == 0)
        return error_set(error, ERROR_USAGE, "unknown option --%s", shown.text);
    return error_set(error, ERROR_USAGE, "unknown option (not shown: it may be secret)");
}

/* Says what else than one option's name the beginning of a long option is. */
static int refuse_long(const char *name, struct error *error) {
    char words[OPTION_COUNT * OPTION_NAME_SIZE] = "";
    size_t length = strcspn(name, "=");
    size_t end = 0;

    for (size_t i = 0; i < OPTION_TOKEN && length > 0; i++)
        if (strncmp(option_specs[i].long_name, name, length) == 0)
            end += (size_t)snprintf(words + end, sizeof words - end, "%s --%s",
                                    end == 0 ? ", and could be" : " or", option_specs[i].long_name);
    /* An abbreviation of --token, or the token glued to it. */
    if (length >= 2 && strncmp(name, "token", length < 5 ? length : 5) == 0)
        return refuse_token(error);
    if (end == 0)
        return refuse_unknown(name, length, error);
    return error_set(error, ERROR_USAGE, "unknown option --%.*s: it is ambiguous%s", (int)length,
                     name, words);
}

/* ---- All of it ---- */

/* Of --extra-opts the next word may be the value, too. */
static void take_next_word(struct setting *setting, int argc, char **argv) {
    if (setting->spec->id == OPTION_EXTRA_OPTS && setting->value == NULL && optind < argc &&
        argv[optind][0] != '-')
        setting->value = argv[optind++];
}

/* Takes what getopt_long() gave. A flag with a value is an option, too: its value is wrong. */
static int take(struct command_line *list, int argc, char **argv, int code, struct error *error) {
    const char *word = argv[optind - 1];
    bool is_flag_with_value = code == '?' && optopt >= LONG_OPTION;

    if (code == OTHER_WORD)
        return refuse_positional(error);
    if (code == '?' && optopt == 0)
        return refuse_long(word + 2, error);
    if (code == '?' && !is_flag_with_value)
        return error_set(error, ERROR_USAGE, "unknown option -%s",
                         excerpt_of(&(char){(char)optopt}, 1, 1).text);
    if (code == '?' || code == ':')
        code = optopt;
    struct setting setting = {
        .spec =
            code >= LONG_OPTION ? &option_specs[code - LONG_OPTION] : option_find_short((char)code),
        .value = is_flag_with_value ? strchr(word, '=') + 1 : optarg,
    };
    if (setting.spec->id == OPTION_TOKEN)
        return refuse_token(error);
    take_next_word(&setting, argc, argv);
    list->settings[list->count++] = setting;
    list->has[setting.spec->id] = true;
    return 0;
}

int command_line_scan(int argc, char **argv, struct command_line *command_line,
                      struct error *error) {
    struct getopt_tables tables = make_tables();
    struct error later; /* only the first mistake is reported */
    int result = 0;
    int code;
    size_t size = 1;

    for (int i = 1; i < argc; i++)
        size += strlen(argv[i]); /* of "-vvv" each letter but the dash is an option */
    *command_line = (struct command_line){.settings = calloc(size, sizeof(struct setting))};
    if (command_line->settings == NULL)
        return error_out_of_memory(error);
    opterr = 0;
    optind = 0; /* the beginning, also for a second command line */
    while ((code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1)
        if (take(command_line, argc, argv, code, result == 0 ? error : &later) != 0)
            result = -1;
    if (optind < argc && result == 0)
        return refuse_positional(error);
    return result;
}
