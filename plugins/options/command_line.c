/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/command_line.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

struct scanner {
    char **next; /* the word that has not been looked at */
    char **end;
    struct command_line *list;
    bool failed;
    struct error *error;
};

/* Only the first mistake is reported. */
static void refuse(struct scanner *scanner, const char *words, const char *more) {
    if (!scanner->failed)
        error_set(scanner->error, ERROR_USAGE, "%s%s", words, more);
    scanner->failed = true;
}

static void refuse_positional(struct scanner *scanner) {
    refuse(scanner, "unexpected argument (not shown: it may be secret)",
           "; if it belongs to --forecast, write --forecast=STATE with an equals sign");
}

/* The value stands behind the option in its own word, or is the next word. */
static void add(struct scanner *scanner, const struct option_spec *spec, const char *value) {
    bool has_next = scanner->next < scanner->end;

    if (value == NULL && has_next &&
        (spec->argument == ARGUMENT_REQUIRED ||
         (spec->id == OPTION_EXTRA_OPTS && **scanner->next != '-')))
        value = *scanner->next++;
    scanner->list->settings[scanner->list->count++] =
        (struct setting){.spec = spec, .value = value};
}

/* ---- Long options ---- */

/* Only what is spelled like an option and is not masked is shown. */
static void refuse_unknown(struct scanner *scanner, const char *name, size_t length) {
    enum { SHOWN_MAX = 40 };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    struct excerpt shown = excerpt_of(name, length, SHOWN_MAX);
    bool is_spelled_well = length > 0 && length <= SHOWN_MAX && strspn(name, letters) >= length;

    if (is_spelled_well && strncmp(shown.text, name, length) == 0)
        refuse(scanner, "unknown option --", shown.text);
    else
        refuse(scanner, "unknown option (not shown: it may be secret)", "");
}

static void refuse_ambiguous(struct scanner *scanner, const char *name, size_t length) {
    char words[OPTION_COUNT * OPTION_NAME_SIZE];
    size_t end = (size_t)snprintf(words, sizeof words, "unknown option --%.*s: it is ambiguous",
                                  (int)length, name);
    const char *link = ", and could be";

    for (size_t i = 0; i < OPTION_TOKEN; i++) {
        if (strncmp(option_specs[i].long_name, name, length) != 0)
            continue;
        end += (size_t)snprintf(words + end, sizeof words - end, "%s --%s", link,
                                option_specs[i].long_name);
        link = " or";
    }
    refuse(scanner, words, "");
}

/* Where it is not the abbreviation of another option's name: an abbreviation of --token, which
 * --token-file alone shares with it, or the token glued to it. */
static bool is_meant_as_token(const char *name, size_t length) {
    static const char token[] = "token";
    const size_t whole = sizeof token - 1;

    return length >= 2 && strncmp(name, token, length < whole ? length : whole) == 0;
}

/* Finds the option of that whole name, or that alone begins so. */
static const struct option_spec *find_long(struct scanner *scanner, const char *name,
                                           size_t length) {
    const struct option_spec *found = NULL;
    size_t count = 0;

    for (size_t i = 0; i < OPTION_TOKEN && length > 0; i++) {
        if (strncmp(option_specs[i].long_name, name, length) != 0)
            continue;
        found = &option_specs[i];
        count++;
        if (found->long_name[length] == '\0')
            return found;
    }
    bool is_token = is_meant_as_token(name, length) && (count == 0 || length <= strlen("token"));
    if (count == 1 && !is_token)
        return found;
    if (is_token)
        refuse(scanner, "--token is not an option, because command lines are public",
               "; use --token-file, an INI file or the environment variable WOLKVOX_TOKEN");
    else if (count == 0)
        refuse_unknown(scanner, name, length);
    else
        refuse_ambiguous(scanner, name, length);
    return NULL;
}

static void scan_long(struct scanner *scanner, const char *name) {
    size_t length = strcspn(name, "=");
    const struct option_spec *spec = find_long(scanner, name, length);

    if (spec != NULL)
        add(scanner, spec, name[length] == '=' ? name + length + 1 : NULL);
}

/* ---- All of it ---- */

static void scan_short(struct scanner *scanner, const char *letters) {
    for (; *letters != '\0'; letters++) {
        const struct option_spec *spec = option_find_short(*letters);
        bool has_value = spec != NULL && spec->argument != ARGUMENT_NONE && letters[1] != '\0';
        if (spec == NULL)
            refuse(scanner, "unknown option -", excerpt_of(letters, 1, 1).text);
        else
            add(scanner, spec, has_value ? letters + 1 : NULL);
        if (has_value)
            return;
    }
}

static void scan_words(struct scanner *scanner) {
    while (scanner->next < scanner->end) {
        const char *word = *scanner->next++;
        if (strcmp(word, "--") == 0)
            break;
        if (word[0] != '-' || word[1] == '\0')
            refuse_positional(scanner);
        else if (word[1] == '-')
            scan_long(scanner, word + 2);
        else
            scan_short(scanner, word + 1);
    }
    if (scanner->next < scanner->end)
        refuse_positional(scanner);
}

int command_line_scan(int argc, char **argv, struct command_line *command_line,
                      struct error *error) {
    struct scanner scanner = {
        .next = argv, .end = argv + argc, .list = command_line, .error = error};
    size_t size = 1;

    for (int i = 1; i < argc; i++)
        size += strlen(argv[i]); /* of "-vvv" each letter but the dash is an option */
    *command_line = (struct command_line){.settings = calloc(size, sizeof(struct setting))};
    if (command_line->settings == NULL)
        return error_out_of_memory(error);
    scanner.next += argc > 0;
    scan_words(&scanner);
    return scanner.failed ? -1 : 0;
}

bool command_line_has(const struct command_line *command_line, enum option_id id) {
    for (size_t i = 0; i < command_line->count; i++)
        if (command_line->settings[i].spec->id == id)
            return true;
    return false;
}
