/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/secret.h"

#include "characters.h"
#include "mask.h"
#include "options/options.h"
#include "user_file.h"
#include "watchdog.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* ---- What a token looks like ---- */

static const char *why_refused(const char *bytes, size_t length) {
    if (length == 0)
        return "is empty";
    if (length > SECRET_MAX)
        return "is longer than 512 bytes";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == ' ')
            return "holds a space";
        if (byte < ' ' || byte == 0x7F)
            return "holds a control character";
        if (byte > 0x7F)
            return "holds a character that is not ASCII";
    }
    return NULL;
}

int secret_copy(char token[SECRET_MAX + 1], const char *bytes, size_t length, const char **reason) {
    bytes = white_space_trim(bytes, &length);
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        length -= 3; /* a byte order mark */
        bytes = white_space_trim(bytes + 3, &length);
    }
    *reason = why_refused(bytes, length);
    if (*reason != NULL)
        return -1;
    memcpy(token, bytes, length);
    token[length] = '\0';
    return 0;
}

const char *secret_likely_mistake(const char *bytes, size_t length) {
    size_t name = 0;

    bytes = white_space_trim(bytes, &length);
    if (length >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
        return "is in UTF-16; save it as plain text";
    if (length >= 2 && (bytes[0] == '"' || bytes[0] == '\'') && bytes[length - 1] == bytes[0])
        return "is in quotes; leave them out";
    while (name < length && bytes[name] != ':' && bytes[name] != '=')
        name++;
    bool has_name = name < length;
    while (name > 0 && character_is_white_space(bytes[name - 1]))
        name--;
    return has_name && name >= 5 && strncasecmp(bytes + name - 5, "token", 5) == 0
               ? "begins with a name such as Wolkvox-Token; keep only the token"
               : NULL;
}

/* Copies the token, or says of `place` what is wrong with it. */
static int take(struct secret *secret, const char *place, const char *bytes, size_t length,
                struct error *error) {
    const char *reason;

    if (secret_copy(secret->token, bytes, length, &reason) == 0)
        return 0;
    const char *mistake = secret_likely_mistake(bytes, length);
    return error_set(error, ERROR_LOCAL, "%s %s%s%s", place, reason, mistake != NULL ? " and " : "",
                     mistake != NULL ? mistake : "");
}

/* ---- Files ---- */

static int load_from_file(struct secret *secret, const char *path, struct error *error) {
    char place[USER_FILE_NAME_SIZE + 32];
    struct user_file file;

    watchdog_expect("the token file");
    if (user_file_open(&file, path, "token file", error) != 0)
        return -1;
    int result = user_file_read_line(&file, error);
    snprintf(place, sizeof place, "the first line of %s", file.name);
    if (result >= 0)
        result = take(secret, place, file.line, file.line_length, error);
    secret->world_readable = file.world_readable;
    user_file_close(&file);
    return result;
}

/* ---- The environment ---- */

/* The value of the variable in an entry of the environment; NULL: it is another one's. */
static char *value_in(char *entry) {
    static const char name[] = SECRET_VARIABLE "=";

    return strncmp(entry, name, sizeof name - 1) == 0 ? entry + sizeof name - 1 : NULL;
}

/* The last one, should there be several: an engine adds its own behind what it inherited. */
static const char *find_variable(void) {
    const char *value = "";

    for (char **entry = environ; *entry != NULL; entry++)
        if (value_in(*entry) != NULL)
            value = value_in(*entry);
    return value;
}

static void overwrite_variables(void) {
    for (char **entry = environ; *entry != NULL; entry++)
        if (value_in(*entry) != NULL)
            memset(value_in(*entry), '\0', strlen(value_in(*entry)));
}

void secret_mask_environment(void) {
    char token[SECRET_MAX + 1];
    const char *reason;

    if (secret_copy(token, find_variable(), strlen(find_variable()), &reason) == 0)
        mask_register(token);
}

/* ---- All sources ---- */

static int load(struct secret *secret, const struct options *options, struct error *error) {
    const struct setting *ini = &options->given[OPTION_TOKEN];

    if (options->token_file != NULL)
        return load_from_file(secret, options->token_file, error);
    if (ini->value != NULL)
        return take(secret, ini->label, ini->value, strlen(ini->value), error);
    const char *variable = find_variable();
    if (*variable == '\0')
        return error_set(error, ERROR_USAGE,
                         "no token: give its file with --token-file, or the token in an INI file "
                         "or in the environment variable " SECRET_VARIABLE);
    return take(secret, "the environment variable " SECRET_VARIABLE, variable, strlen(variable),
                error);
}

int secret_load(struct options *options, struct error *error) {
    struct secret *secret = &options->secret;
    int result = load(secret, options, error);

    overwrite_variables();
    if (result == 0)
        mask_register(secret->token);
    return result;
}
