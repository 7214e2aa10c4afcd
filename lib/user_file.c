/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "user_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* People give the token where its file is wanted. Such a name is not shown. */
static bool looks_like_a_token(const char *path) {
    return strlen(path) >= 32 && strpbrk(path, "/.") == NULL;
}

static void set_name(struct input *input, const char *path, const char *what) {
    struct excerpt shown = excerpt_of(path, strlen(path), EXCERPT_MAX);

    snprintf(input->name, sizeof input->name, "%s %s", what,
             input->is_standard_input   ? "on standard input"
             : looks_like_a_token(path) ? "(its name is not shown, for it looks like a token)"
                                        : shown.text);
}

static int check_type(struct input *input, struct error *error) {
    struct stat status;

    if (fstat(input->fd, &status) != 0)
        return error_set(error, ERROR_LOCAL, "cannot look at the %s: %s", input->name,
                         strerror(errno));
    input->is_pipe = S_ISFIFO(status.st_mode);
    if (!input->is_pipe && !S_ISREG(status.st_mode))
        return error_set(error, ERROR_LOCAL,
                         "the %s is neither a regular file nor a pipe, and nothing else is read",
                         input->name);
    input->everybody_reads = !input->is_standard_input && (status.st_mode & S_IROTH) != 0;
    return 0;
}

int input_open(struct input *input, const char *path, const char *what, struct error *error) {
    *input = (struct input){.is_standard_input = strcmp(path, INPUT_STANDARD_INPUT) == 0};
    set_name(input, path, what);
    /* Without O_NONBLOCK, opening a named pipe would wait for its writer. */
    input->fd = input->is_standard_input ? STDIN_FILENO
                                         : open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (input->fd < 0)
        return error_set(error, ERROR_LOCAL, "cannot open the %s: %s", input->name,
                         strerror(errno));
    if (check_type(input, error) != 0) {
        input_close(input);
        return -1;
    }
    return 0;
}

static int wait_for_bytes(const struct input *input, const struct deadline *deadline,
                          struct error *error) {
    struct pollfd ready = {.fd = input->fd, .events = POLLIN};
    int found;

    do {
        int left = deadline_left_ms(deadline);
        found = poll(&ready, 1, left);
        if (found == 0 && deadline_left_ms(deadline) == 0)
            return error_set(error, ERROR_LOCAL, "nothing more came from the %s within %d s",
                             input->name, deadline->seconds);
    } while (found == 0 || (found < 0 && errno == EINTR));
    return 0;
}

/* Who else reads from a pipe may take the bytes that poll() has seen, and read() would wait for the
 * next ones. The pipe's own mode is shared with the others; splice() has one for each call. */
static ssize_t read_without_waiting(int fd, void *buffer, size_t size) {
#ifdef SPLICE_F_NONBLOCK
    int own[2];

    if (pipe2(own, O_CLOEXEC) != 0)
        return -1;
    ssize_t length = splice(fd, NULL, own[1], NULL, size, SPLICE_F_NONBLOCK);
    if (length > 0)
        length = read(own[0], buffer, (size_t)length);
    int reason = errno;
    close(own[0]);
    close(own[1]);
    errno = reason;
    if (length >= 0 || reason != EINVAL)
        return length;
#endif
    return read(fd, buffer, size);
}

long input_read(struct input *input, void *buffer, size_t size, const struct deadline *deadline,
                struct error *error) {
    ssize_t length;

    do {
        if (input->is_pipe && wait_for_bytes(input, deadline, error) != 0)
            return -1;
        length = input->is_pipe && input->is_standard_input
                     ? read_without_waiting(input->fd, buffer, size)
                     : read(input->fd, buffer, size);
    } while (length < 0 && (errno == EINTR || (errno == EAGAIN && input->is_pipe)));
    if (length < 0)
        return error_set(error, ERROR_LOCAL, "cannot read the %s: %s", input->name,
                         strerror(errno));
    input->total += (long)length;
    if (input->total > INPUT_SIZE_MAX)
        return error_set(error, ERROR_LOCAL, "the %s is larger than 16 MiB", input->name);
    return (long)length;
}

void input_close(struct input *input) {
    if (!input->is_standard_input)
        close(input->fd);
}
