/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To be preloaded: the FAULT_NUMBERth call of FAULT_CALL (0: each) fails with FAULT_ERRNO, and the
 * file FAULT_REPORT is made to tell that there was one. Of memory those calls count that the
 * plugin, libc, libmd or json-c make; of all others the plugin's own. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static bool is_from(const void *caller, const char *const *names) {
    Dl_info info;

    if (dladdr(caller, &info) == 0 || info.dli_fname == NULL)
        return false;
    for (; *names != NULL; names++)
        if (strstr(info.dli_fname, *names) != NULL)
            return true;
    return false;
}

/* Whether this call is the one that fails. */
static bool fails(const char *call, const void *caller, const char *const *callers) {
    static long count;
    const char *wanted = getenv("FAULT_CALL");
    const char *number = getenv("FAULT_NUMBER");

    if (wanted == NULL || number == NULL || strcmp(wanted, call) != 0 || !is_from(caller, callers))
        return false;
    if (++count != atol(number) && atol(number) != 0)
        return false;
    long report =
        syscall(SYS_openat, AT_FDCWD, getenv("FAULT_REPORT"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    syscall(SYS_close, report);
    errno = atoi(getenv("FAULT_ERRNO"));
    return true;
}

static const char *const memory_callers[] = {"check_wolkvox_token", "libc.so", "libjson-c", "libmd",
                                             NULL};
static const char *const plugin[] = {"check_wolkvox_token", NULL};

#define MEMORY_FAILS() fails("memory", __builtin_return_address(0), memory_callers)
#define CALL_FAILS(name) fails(name, __builtin_return_address(0), plugin)

void *malloc(size_t size) {
    return MEMORY_FAILS() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return MEMORY_FAILS() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    return MEMORY_FAILS() ? NULL : __libc_realloc(memory, size);
}

/* json-c before 0.17 does not look whether its copy of a key could be made: its calls do not count.
 */
char *strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = fails("memory", __builtin_return_address(0), plugin) ? NULL : __libc_malloc(size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

/* It asks libc's own malloc(), which nothing stands before. */
FILE *open_memstream(char **text, size_t *size) {
    FILE *(*original)(char **, size_t *);

    *(void **)&original = dlsym(RTLD_NEXT, "open_memstream");
    return fails("memory", __builtin_return_address(0), plugin) ? NULL : original(text, size);
}

int open(const char *path, int flags, ...) {
    return CALL_FAILS("open") ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

int openat(int folder, const char *path, int flags, ...) {
    return CALL_FAILS("openat") ? -1 : (int)syscall(SYS_openat, folder, path, flags, 0600);
}

ssize_t read(int fd, void *buffer, size_t size) {
    return CALL_FAILS("read") ? -1 : syscall(SYS_read, fd, buffer, size);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    bool failed = fd != STDOUT_FILENO && CALL_FAILS("write");

    return failed ? -1 : syscall(SYS_write, fd, bytes, size);
}

int close(int fd) {
    bool failed = fd != STDOUT_FILENO && CALL_FAILS("close");
    int reason = errno;
    int result = (int)syscall(SYS_close, fd);

    if (failed)
        errno = reason;
    return failed ? -1 : result;
}

int fstat(int fd, struct stat *status) {
    int (*original)(int, struct stat *);

    *(void **)&original = dlsym(RTLD_NEXT, "fstat");
    return CALL_FAILS("fstat") ? -1 : original(fd, status);
}

int socket(int family, int type, int protocol) {
    return CALL_FAILS("socket") ? -1 : (int)syscall(SYS_socket, family, type, protocol);
}

int flock(int fd, int operation) {
    return CALL_FAILS("flock") ? -1 : (int)syscall(SYS_flock, fd, operation);
}

int renameat(int old_folder, const char *old_path, int new_folder, const char *new_path) {
    return CALL_FAILS("renameat")
               ? -1
               : (int)syscall(SYS_renameat2, old_folder, old_path, new_folder, new_path, 0);
}

int mkdir(const char *path, mode_t mode) {
    return CALL_FAILS("mkdir") ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    return CALL_FAILS("mkdirat") ? -1 : (int)syscall(SYS_mkdirat, folder, path, mode);
}

int unlinkat(int folder, const char *path, int flags) {
    return CALL_FAILS("unlinkat") ? -1 : (int)syscall(SYS_unlinkat, folder, path, flags);
}
