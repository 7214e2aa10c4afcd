/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

/* Opens what can be neither read nor written; gives its descriptor, the lowest free one. It always
 * exists, and looking into it takes no permission. */
static int open_nothing(void) {
    return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* SIGPIPE and SIGXFSZ are blocked, so that the call itself fails, and the process goes on. */
static void set_signals(void) {
    sigset_t blocked;

    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    sigaddset(&blocked, SIGXFSZ);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static void keep_memory_private(void) {
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    /* The limit does not count where the kernel pipes dumps to a program; this does. A process that
     * the leak checker cannot look into ends in an error, hence not with sanitizers. */
#if defined HAVE_SYS_PRCTL_H && !defined WITH_SANITIZERS
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int process_prepare(void) {
    int nothing;

    set_signals();
    keep_memory_private();
    umask(S_IRWXG | S_IRWXO);
    do
        nothing = open_nothing();
    while (nothing >= 0 && nothing <= STDERR_FILENO);
    /* A system that refuses this is no reason not to check, if no descriptor is closed. */
    for (int standard = STDIN_FILENO; nothing < 0 && standard <= STDERR_FILENO; standard++)
        if (fcntl(standard, F_GETFD) < 0 && open_nothing() < 0)
            return -1;
    return dup2(nothing >= 0 ? nothing : STDIN_FILENO, STDERR_FILENO) < 0 ? -1 : 0;
}

bool process_can_write(void) {
    return (fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) != O_RDONLY;
}
