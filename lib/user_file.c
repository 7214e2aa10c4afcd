/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "user_file.h"

#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void set_name(struct user_file *file, const char *path, const char *what) {
    struct excerpt shown = {"(its name is not shown: it may be the token; write ./ in front "
                            "to see it)"};

    if (strchr(path, '/') != NULL)
        shown = excerpt_of_text(path);
    snprintf(file->name, sizeof file->name, "%s %s", what,
             file->is_standard_input ? "on standard input" : shown.text);
}

static int fail(const struct user_file *file, const char *cannot, struct error *error) {
    int reason = errno;
    bool is_about_user = reason == EACCES || reason == EPERM;
    const struct passwd *user = is_about_user ? getpwuid(geteuid()) : NULL;

    return error_set(error, ERROR_LOCAL, "cannot %s the %s: %s%s%s", cannot, file->name,
                     strerror(reason), user != NULL ? " as user " : "",
                     user != NULL ? excerpt_of_text(user->pw_name).text : "");
}

static int check_type(struct user_file *file, struct error *error) {
    struct stat status;

    if (fstat(file->fd, &status) != 0)
        return fail(file, "look at", error);
    file->is_pipe = S_ISFIFO(status.st_mode);
    if (!file->is_pipe && !S_ISREG(status.st_mode))
        return error_set(error, ERROR_LOCAL,
                         "the %s is neither a regular file nor a pipe, and nothing else is read",
                         file->name);
    file->world_readable = !file->is_standard_input && (status.st_mode & S_IROTH) != 0;
    return 0;
}

int user_file_open(struct user_file *file, const char *path, const char *what,
                   struct error *error) {
    *file = (struct user_file){.is_standard_input = strcmp(path, USER_FILE_STANDARD_INPUT) == 0};
    set_name(file, path, what);
    /* Without O_NONBLOCK, opening a named pipe would wait for its writer. */
    if (!file->is_standard_input)
        file->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file->fd < 0)
        return fail(file, "open", error);
    if (check_type(file, error) != 0) {
        user_file_close(file);
        return -1;
    }
    if (file->is_pipe)
        watchdog_expect_own(file->name);
    return 0;
}

/* Gives the number of bytes, 0 at the end, or -1. */
static long read_bytes(struct user_file *file, void *buffer, size_t size, struct error *error) {
    struct pollfd ready = {.fd = file->fd, .events = POLLIN};
    ssize_t length;

    do {
        /* Also for the one who is to open the pipe's other end: until then, reading finds an end.
         * The watchdog's alarm interrupts it. */
        while (file->is_pipe && poll(&ready, 1, -1) < 0 && errno == EINTR)
            continue;
        length = read(file->fd, buffer, size);
    } while (length < 0 && (errno == EINTR || (errno == EAGAIN && file->is_pipe)));
    if (length < 0)
        return fail(file, "read", error);
    file->total += (long)length;
    if (file->total > USER_FILE_SIZE_MAX)
        return error_set(error, ERROR_LOCAL, "the %s is larger than 16 MiB", file->name);
    return (long)length;
}

int user_file_fail_at_line(const struct user_file *file, const char *what, const char *more,
                           struct error *error) {
    return error_set(error, ERROR_LOCAL, "%s, line %zu: %s%s", file->name, file->line_number, what,
                     more);
}

/* Gives 1, 0 at the end, or -1. */
static int read_byte(struct user_file *file, char *byte, struct error *error) {
    if (file->chunk_used == file->chunk_length) {
        long length = read_bytes(file, file->chunk, sizeof file->chunk, error);
        if (length <= 0)
            return (int)length;
        file->chunk_length = (size_t)length;
        file->chunk_used = 0;
    }
    *byte = file->chunk[file->chunk_used++];
    return 1;
}

int user_file_read_line(struct user_file *file, struct error *error) {
    static const char too_long[] = "it is longer than 8192 bytes";
    size_t length = 0;
    char byte = '\0';
    int result;

    file->line_number++;
    while ((result = read_byte(file, &byte, error)) > 0 && byte != '\n') {
        if (length > USER_FILE_LINE_MAX)
            return user_file_fail_at_line(file, too_long, "", error);
        file->line[length++] = byte;
    }
    if (result < 0)
        return -1;
    bool is_last = result == 0 && length == 0;
    if (length > 0 && file->line[length - 1] == '\r')
        length--;
    if (length > USER_FILE_LINE_MAX)
        return user_file_fail_at_line(file, too_long, "", error);
    file->line[length] = '\0';
    file->line_length = length;
    return is_last ? 0 : 1;
}

void user_file_close(struct user_file *file) {
    if (file->fd != STDIN_FILENO)
        close(file->fd);
}
