/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/secret.h"

#include "characters.h"
#include "mask.h"
#include "user_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_LINE_MAX = 64 * 1024 };

int secret_copy(char token[SECRET_MAX + 1], const char *bytes, size_t length, const char **reason) {
    while (length > 0 && character_is_white_space(bytes[length - 1]))
        length--;
    for (; length > 0 && character_is_white_space(*bytes); bytes++)
        length--;
    *reason = "it is empty";
    if (length == 0)
        return -1;
    *reason = "it is longer than 512 bytes";
    if (length > SECRET_MAX)
        return -1;
    *reason = "it holds something else than visible ASCII characters";
    for (size_t i = 0; i < length; i++)
        if (bytes[i] <= ' ' || bytes[i] > '~')
            return -1;
    memcpy(token, bytes, length);
    token[length] = '\0';
    return 0;
}

/* Reads up to the first line's end; what a pipe delivers later is not waited for. */
static int read_first_line(struct input *input, char *line, size_t *length,
                           const struct deadline *deadline, struct error *error) {
    const char *end = NULL;
    long size = 1;

    for (*length = 0; end == NULL && size > 0; *length += (size_t)size) {
        if (*length == FIRST_LINE_MAX)
            return error_set(error, ERROR_LOCAL, "the first line of the %s is longer than 64 KiB",
                             input->name);
        size = input_read(input, line + *length, FIRST_LINE_MAX - *length, deadline, error);
        if (size < 0)
            return -1;
        end = memchr(line + *length, '\n', (size_t)size);
    }
    if (end != NULL)
        *length = (size_t)(end - line);
    return 0;
}

static int read_token(struct secret *secret, struct input *input, const struct deadline *deadline,
                      struct error *error) {
    char *line = malloc(FIRST_LINE_MAX);
    const char *reason;
    size_t length;

    if (line == NULL)
        return error_out_of_memory(error);
    int result = read_first_line(input, line, &length, deadline, error);
    if (result == 0 && secret_copy(secret->token, line, length, &reason) != 0)
        result = error_set(error, ERROR_LOCAL, "the %s holds no token in its first line: %s",
                           input->name, reason);
    free(line);
    return result;
}

static int load_from_file(struct secret *secret, const char *path, const struct deadline *deadline,
                          struct error *error) {
    struct input input;

    if (input_open(&input, path, "token file", error) != 0)
        return -1;
    int result = read_token(secret, &input, deadline, error);
    secret->readable_by_everyone = input.everybody_reads;
    input_close(&input);
    return result;
}

static int load_from_environment(struct secret *secret, const char *value, struct error *error) {
    const char *reason;

    if (value == NULL || *value == '\0')
        return error_set(error, ERROR_USAGE,
                         "no token: give its file with --token-file, or the token in an INI file "
                         "or in the environment variable " SECRET_VARIABLE);
    if (secret_copy(secret->token, value, strlen(value), &reason) != 0)
        return error_set(error, ERROR_LOCAL,
                         "the environment variable " SECRET_VARIABLE " holds no token: %s", reason);
    return 0;
}

static bool is_variable(const char *entry) {
    return strncmp(entry, SECRET_VARIABLE "=", sizeof SECRET_VARIABLE) == 0;
}

/* The last one, should there be several: an engine adds its own behind what it inherited. */
static const char *find_variable(void) {
    const char *value = NULL;

    for (char **entry = environ; *entry != NULL; entry++)
        if (is_variable(*entry))
            value = *entry + sizeof SECRET_VARIABLE;
    return value;
}

static void overwrite_variables(void) {
    for (char **entry = environ; *entry != NULL; entry++)
        if (is_variable(*entry))
            memset(*entry + sizeof SECRET_VARIABLE, '\0', strlen(*entry) - sizeof SECRET_VARIABLE);
}

int secret_load(struct secret *secret, const struct secret_sources *sources,
                const struct deadline *deadline, struct error *error) {
    const char *reason;
    int result = 0;

    *secret = (struct secret){.readable_by_everyone = false};
    if (sources->token_file != NULL) {
        result = load_from_file(secret, sources->token_file, deadline, error);
    } else if (sources->ini_token != NULL) {
        secret->readable_by_everyone = sources->ini_readable_by_everyone;
        secret_copy(secret->token, sources->ini_token, strlen(sources->ini_token), &reason);
    } else {
        result = load_from_environment(secret, find_variable(), error);
    }
    overwrite_variables();
    mask_register(secret->token);
    return result;
}
