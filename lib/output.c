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

/* A last look, whatever was forgotten before. A secret that is shorter than a part would be taken
 * for ordinary words. */
static char *masked(const char *text) {
    size_t length;

    if (text == NULL)
        return NULL;
    return mask_has_long_secret() ? mask_apply(text, strlen(text), &length) : strdup(text);
}

int output_print(const char *label, enum state state, const char *text, const char *perfdata,
                 const char *long_output) {
    char *first = masked(text);
    char *rest = masked(long_output);
    bool is_complete = first != NULL && perfdata != NULL && rest != NULL;
    char out_of_memory[64];
    char *all;

    if (!is_complete || asprintf(&all, "%s %s: %s%s%s\n%s", label, state_name(state), first,
                                 *perfdata != '\0' ? " | " : "", perfdata, rest) < 0)
        all = NULL;
    free(first);
    free(rest);
    snprintf(out_of_memory, sizeof out_of_memory, "%s UNKNOWN: out of memory\n", label);
    watchdog_stop();
    int printed = output_print_text(all != NULL ? all : out_of_memory);
    int result = all != NULL ? printed : -1;
    free(all);
    return result;
}
