/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "output.h"

#include "mask.h"
#include "watchdog.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* A reader that takes its time is waited for, also where the descriptor does not block. */
static int wait_for_reader(void) {
    struct pollfd ready = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&ready, 1, -1) < 0 && errno != EINTR ? -1 : 0;
}

/* What is left of the parts after `written` bytes of them. */
static void advance(struct iovec **parts, int *count, size_t written) {
    for (; *count > 0 && written >= (*parts)->iov_len; (*parts)++, (*count)--)
        written -= (*parts)->iov_len;
    if (*count > 0) {
        (*parts)->iov_base = (char *)(*parts)->iov_base + written;
        (*parts)->iov_len -= written;
    }
}

static int write_parts(struct iovec *parts, int count) {
    advance(&parts, &count, 0);
    while (count > 0) {
        ssize_t written = writev(STDOUT_FILENO, parts, count);
        if (written >= 0)
            advance(&parts, &count, (size_t)written);
        else if (errno == EAGAIN ? wait_for_reader() != 0 : errno != EINTR)
            return -1;
    }
    return 0;
}

/* A part that writev() may read but not write, whatever its type says. */
static struct iovec part(const char *text) {
    return (struct iovec){.iov_base = (void *)text, .iov_len = strlen(text)};
}

int output_print_text(const char *text) {
    struct iovec parts[] = {part(text)};

    return write_parts(parts, 1);
}

static int print(const char *label, const struct output *output, const char *text,
                 const char *long_output) {
    const char *perfdata = output->perfdata != NULL ? output->perfdata : "";
    struct iovec parts[] = {
        part(label),    part(" "),  part(state_name(output->state)),
        part(": "),     part(text), part(*perfdata != '\0' ? " | " : ""),
        part(perfdata), part("\n"), part(long_output),
    };

    return write_parts(parts, sizeof parts / sizeof parts[0]);
}

/* A last look, whatever was forgotten before. A secret that is shorter than a part would be taken
 * for ordinary words. */
static char *masked(const char *text) {
    size_t length;

    return mask_has_long_secret() ? mask_apply(text, strlen(text), &length) : strdup(text);
}

int output_print(const char *label, const struct output *output) {
    char *text = masked(output->text);
    char *long_output = masked(output->long_output != NULL ? output->long_output : "");
    const struct output out_of_memory = {.state = STATE_UNKNOWN};

    watchdog_stop();
    int result = text != NULL && long_output != NULL
                     ? print(label, output, text, long_output)
                     : print(label, &out_of_memory, "out of memory", "") - 1;
    free(text);
    free(long_output);
    return result < 0 ? -1 : 0;
}
