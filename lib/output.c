/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "output.h"

#include "mask.h"
#include "watchdog.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A reader that takes its time is waited for, also where the descriptor does not block. */
static int wait_for_reader(void) {
    struct pollfd ready = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&ready, 1, -1) < 0 && errno != EINTR ? -1 : 0;
}

int output_print_text(const char *text) {
    size_t length = strlen(text);

    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, text, length);
        if (written >= 0) {
            text += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN ? wait_for_reader() != 0 : errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

/* A last look, whatever was forgotten before; the text itself is given or freed. A secret that is
 * shorter than a part would be taken for ordinary words. */
static char *masked(char *text) {
    size_t length;

    if (text == NULL || !mask_has_long_secret())
        return text;
    char *result = mask_apply(text, strlen(text), &length);
    free(text);
    return result;
}

int output_print(const char *label, enum state state, char *text, char *perfdata,
                 char *long_output) {
    char *first = masked(text);
    char *rest = masked(long_output);
    char out_of_memory[64];
    char *all;

    if (first == NULL || perfdata == NULL || rest == NULL ||
        asprintf(&all, "%s %s: %s%s%s\n%s", label, state_name(state), first,
                 *perfdata != '\0' ? " | " : "", perfdata, rest) < 0)
        all = NULL;
    free(first);
    free(perfdata);
    free(rest);
    snprintf(out_of_memory, sizeof out_of_memory, "%s UNKNOWN: out of memory\n", label);
    watchdog_stop();
    int printed = output_print_text(all != NULL ? all : out_of_memory);
    int result = all != NULL ? printed : -1;
    free(all);
    return result;
}

void perfdata_print(FILE *stream, const struct perfdata *metric) {
    const char *const fields[] = {metric->warning, metric->critical, metric->min, metric->max};
    char value[NUMBER_SIZE];
    int separators = 0;

    number_format(value, metric->value, metric->decimals);
    fprintf(stream, "%s=%s%s", metric->label, value, metric->unit);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        separators++;
        if (*fields[i] == '\0')
            continue;
        for (; separators > 0; separators--)
            fputc(';', stream);
        fputs(fields[i], stream);
    }
}
