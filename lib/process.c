/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

/* A directory always exists, and neither read() nor write() works on it. open() takes the lowest
 * free number, so after one round all three are taken. */
static void occupy_standard_descriptors(void) {
    struct pollfd standard[] = {{.fd = STDIN_FILENO}, {.fd = STDOUT_FILENO}, {.fd = STDERR_FILENO}};
    const size_t count = sizeof standard / sizeof standard[0];

    (void)poll(standard, count, 0);
    for (size_t i = 0; i < count; i++)
        if ((standard[i].revents & POLLNVAL) != 0)
            (void)open("/", O_RDONLY | O_DIRECTORY);
}

static void set_signals(void) {
    const int ignored[] = {SIGPIPE, SIGXFSZ};
    const int deadly[] = {SIGTERM, SIGINT, SIGHUP};
    sigset_t unblocked;

    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    sigemptyset(&unblocked);
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
        signal(deadly[i], SIG_DFL);
        sigaddset(&unblocked, deadly[i]);
    }
    /* Older libcurl bounds a blocking resolver by SIGALRM. */
    sigaddset(&unblocked, SIGALRM);
    sigaddset(&unblocked, PROCESS_SIGNAL_LAST_RESORT);
    sigaddset(&unblocked, PROCESS_SIGNAL_BRAKE);
    sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
}

static void disable_core_dumps(void) {
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    /* The limit does not count where the kernel pipes dumps to a program; this does. A process
     * that the leak checker cannot look into ends in an error, hence not with sanitizers. */
#if defined HAVE_SYS_PRCTL_H && !defined WITH_SANITIZERS
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void process_prepare(void) {
    occupy_standard_descriptors();
    set_signals();
    disable_core_dumps();
    umask(S_IRWXG | S_IRWXO);
}

/* Soft and hard limit, so that nothing in this process raises it again. */
static void lower(struct rlimit *limit, rlim_t value) {
    if (limit->rlim_max == RLIM_INFINITY || limit->rlim_max > value)
        limit->rlim_max = value;
    if (limit->rlim_cur == RLIM_INFINITY || limit->rlim_cur > value)
        limit->rlim_cur = value;
}

/* The limit counts from the start of a file, also of a log that standard output is appended to. */
static rlim_t size_of_output(void) {
    struct stat output;

    if (fstat(STDOUT_FILENO, &output) != 0 || !S_ISREG(output.st_mode))
        return 0;
    return (rlim_t)output.st_size;
}

void process_confine(void) {
    struct rlimit limit;

#if defined HAVE_SYS_PRCTL_H && defined PR_SET_NO_NEW_PRIVS
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0) {
        lower(&limit, size_of_output() + PROCESS_FILE_MAX);
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    /* Sanitizers take terabytes of addresses. */
#ifndef WITH_SANITIZERS
    if (getrlimit(RLIMIT_AS, &limit) == 0) {
        lower(&limit, PROCESS_MEMORY_MAX);
        setrlimit(RLIMIT_AS, &limit);
    }
#endif
}

bool process_can_write(void) {
    return (fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) != O_RDONLY;
}
