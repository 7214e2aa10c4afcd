/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* What bounds itself, as libcurl does, has so much more time to say it in better words. */
enum { GRACE_MS = 300, STACK_SIZE = 64 * 1024 };

/* Signal handlers and the thread get at nothing else. */
static struct {
    const char *label;
    enum state timeout_state;
    char waited[64]; /* ": timeout: waited N s for " */
    _Atomic(const char *) what;
    int64_t end_ms;
    atomic_flag has_spoken;
} last_words = {.what = "its own start", .has_spoken = ATOMIC_FLAG_INIT};

/* ---- The last words; async-signal-safe ---- */

static struct iovec part(const char *text) {
    return (struct iovec){.iov_base = (void *)text, .iov_len = strlen(text)};
}

/* Prints what comes before WHAT, and ends the process. */
static _Noreturn void speak(enum state state, const char *begin, const char *middle,
                            const char *end) {
    struct iovec parts[] = {
        part(last_words.label), part(" "), part(state_name(state)), part(begin),
        part(middle),           part(end), part(last_words.what),   part("\n"),
    };
    const int count = sizeof parts / sizeof parts[0];
    size_t length = 0;

    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (writev(STDOUT_FILENO, parts, count) != (ssize_t)length)
        state = STATE_UNKNOWN;
    _exit((int)state);
}

static void end_by_timeout(void) {
    if (!atomic_flag_test_and_set(&last_words.has_spoken))
        speak(last_words.timeout_state, last_words.waited, "", "");
}

/* ---- Timeouts ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t deadline_changed;

static int64_t left_ms(void) {
    return last_words.end_ms - clock_now_ms();
}

static void *watch(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    while (left_ms() > 0) {
        const struct timespec end = {.tv_sec = (time_t)(last_words.end_ms / 1000),
                                     .tv_nsec = (long)(last_words.end_ms % 1000 * 1000000)};
        pthread_cond_timedwait(&deadline_changed, &mutex, &end);
    }
    end_by_timeout();
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void make_condition(void) {
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&deadline_changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* On a stack that is there already, because making one costs two system calls. */
static bool start_thread(void) {
    static _Alignas(64) char stack[STACK_SIZE];
    pthread_attr_t attributes;
    pthread_t thread;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool started = pthread_attr_setstack(&attributes, stack, sizeof stack) == 0 &&
                   pthread_create(&thread, &attributes, watch, NULL) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

static void on_alarm(int number) {
    int saved_errno = errno;

    (void)number;
    if (left_ms() <= 0)
        end_by_timeout();
    errno = saved_errno;
}

/* Where no thread can be had. */
static void start_alarm(void) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    int64_t left = left_ms() + 1;
    const struct itimerval timer = {
        .it_value = {.tv_sec = (time_t)(left / 1000), .tv_usec = (suseconds_t)(left % 1000 * 1000)},
        .it_interval = {.tv_usec = GRACE_MS * 1000L},
    };

    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* ---- Crashes ---- */

/* A sanitizer reports them better. */
#ifndef WITH_SANITIZERS
static const struct {
    int number;
    const char *name;
} fatal_signals[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"},
    {SIGABRT, "SIGABRT"}, {SIGTRAP, "SIGTRAP"}, {SIGSYS, "SIGSYS"}, {SIGXCPU, "SIGXCPU"},
};
enum { FATAL_COUNT = sizeof fatal_signals / sizeof fatal_signals[0] };

static void on_fatal_signal(int number) {
    const char *name = "a signal";

    for (size_t i = 0; i < FATAL_COUNT; i++)
        if (fatal_signals[i].number == number)
            name = fatal_signals[i].name;
    if (atomic_flag_test_and_set(&last_words.has_spoken))
        _exit(STATE_UNKNOWN);
    speak(STATE_UNKNOWN, ": the plugin crashed (", name, ") while it waited for ");
}

/* On a stack of its own, because the other one may be used up. */
static void catch_fatal_signals(void) {
    static char stack[16 * 1024];
    const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = on_fatal_signal, .sa_flags = SA_ONSTACK};

    sigaltstack(&alternative, NULL);
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < FATAL_COUNT; i++)
        sigaction(fatal_signals[i].number, &action, NULL);
}
#endif

/* ---- All of it ---- */

static void set_last_words(const char *label, const struct deadline *deadline,
                           enum state timeout_state) {
    last_words.label = label;
    last_words.timeout_state = timeout_state;
    last_words.end_ms = deadline->end_ms + GRACE_MS;
    snprintf(last_words.waited, sizeof last_words.waited, ": timeout: waited %d s for ",
             deadline->seconds);
}

void watchdog_start(const char *label, const struct deadline *deadline, enum state timeout_state) {
    static bool has_thread;

    if (!has_thread)
        make_condition();
    pthread_mutex_lock(&mutex);
    set_last_words(label, deadline, timeout_state);
    pthread_cond_signal(&deadline_changed);
    pthread_mutex_unlock(&mutex);
#ifndef WITH_SANITIZERS
    catch_fatal_signals();
#endif
    has_thread = has_thread || start_thread();
    if (!has_thread)
        start_alarm();
}

void watchdog_expect(const char *what) {
    atomic_store(&last_words.what, what);
}

void watchdog_stop(void) {
    if (atomic_flag_test_and_set(&last_words.has_spoken))
        for (;;)
            pause();
}
