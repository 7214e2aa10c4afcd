/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To be preloaded. HELD_UP=NAME: opening a file of that last name never ends, as on a network mount
 * that is gone; HELD_UP=getaddrinfo: nor does name resolution. WAITED=MILLISECONDS: by the clock
 * that time budgets are measured on, it has lasted so long then, and will never have lasted longer.
 * CRASH=SIGNAL: a request crashes. SAYS=WORDS: to standard error. THREADS=no: there are none to be
 * had. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int is(const char *variable, const char *value) {
    const char *set = getenv(variable);

    return set != NULL && strcmp(set, value) == 0;
}

static atomic_llong stopped_ms; /* what the clock shows since something is held up; 0: it runs */

int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*next)(clockid_t, struct timespec *) =
        (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = next(clock, now);

    if (clock == CLOCK_MONOTONIC && stopped_ms > 0) {
        now->tv_sec = stopped_ms / 1000;
        now->tv_nsec = stopped_ms % 1000 * 1000000;
    }
    return result;
}

static void stop_clock(const char *waited) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    stopped_ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000 + atoll(waited);
}

static void hold_up(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *waited = getenv("WAITED");

    if (!is("HELD_UP", slash != NULL ? slash + 1 : path))
        return;
    if (waited != NULL)
        stop_clock(waited);
    for (;;)
        pause();
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...) {                                                   \
        int (*next)(const char *, int, ...) =                                                      \
            (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name);                              \
        va_list arguments;                                                                         \
                                                                                                   \
        va_start(arguments, flags);                                                                \
        mode_t mode = va_arg(arguments, mode_t);                                                   \
        va_end(arguments);                                                                         \
        hold_up(path);                                                                             \
        return next(path, flags, mode);                                                            \
    }
OPEN(open)
OPEN(open64)

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result) {
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
            RTLD_NEXT, "getaddrinfo");

    hold_up("getaddrinfo");
    return next(node, service, hints, result);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument) {
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(
            RTLD_NEXT, "pthread_create");

    return is("THREADS", "no") ? EAGAIN : next(thread, attributes, start, argument);
}

static int fill_stack(int depth) {
    volatile char page[4096];

    page[0] = 1;
    return depth < 0 ? 0 : fill_stack(depth + 1) + page[0];
}

int socket(int domain, int type, int protocol) {
    static const struct {
        const char *name;
        int number;
    } crashes[] = {{"SIGSEGV", SIGSEGV}, {"SIGBUS", SIGBUS},   {"SIGFPE", SIGFPE},
                   {"SIGILL", SIGILL},   {"SIGABRT", SIGABRT}, {"SIGTRAP", SIGTRAP},
                   {"SIGSYS", SIGSYS},   {"SIGXCPU", SIGXCPU}};
    int (*next)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");

    if (getenv("SAYS") != NULL)
        dprintf(STDERR_FILENO, "%s\n", getenv("SAYS"));
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        if (is("CRASH", crashes[i].name))
            raise(crashes[i].number);
    if (is("CRASH", "a full stack"))
        fill_stack(0);
    return next(domain, type, protocol);
}
