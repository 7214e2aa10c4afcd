/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To be preloaded: a state directory on an odd file system. Inode numbers change with every look.
 * FLOCK_ERRNO, FSTAT_ERRNO: that call fails with it. HELD_CALL=openat, flock or renameat: that call
 * never ends. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void hold_up(const char *call) {
    const char *held = getenv("HELD_CALL");

    while (held != NULL && strcmp(held, call) == 0)
        pause();
}

static int fails(const char *variable) {
    const char *number = getenv(variable);

    errno = number != NULL ? atoi(number) : 0;
    return number != NULL;
}

int openat(int folder, const char *path, int flags, ...) {
    hold_up("openat");
    return (int)syscall(SYS_openat, folder, path, flags, 0600);
}

int flock(int fd, int operation) {
    hold_up("flock");
    return fails("FLOCK_ERRNO") ? -1 : (int)syscall(SYS_flock, fd, operation);
}

int renameat(int old_folder, const char *old_path, int new_folder, const char *new_path) {
    hold_up("renameat");
    return (int)syscall(SYS_renameat2, old_folder, old_path, new_folder, new_path, 0);
}

static void change(struct stat *status) {
    static ino_t number;

    status->st_ino = ++number;
}

int fstat(int fd, struct stat *status) {
    int (*original)(int, struct stat *);

    *(void **)&original = dlsym(RTLD_NEXT, "fstat");
    int result = fails("FSTAT_ERRNO") ? -1 : original(fd, status);
    change(status);
    return result;
}

int fstatat(int folder, const char *restrict path, struct stat *restrict status, int flags) {
    int (*original)(int, const char *, struct stat *, int);

    *(void **)&original = dlsym(RTLD_NEXT, "fstatat");
    int result = original(folder, path, status, flags);
    change(status);
    return result;
}
