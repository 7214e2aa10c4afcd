/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "watchdog.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* What bounds itself, as libcurl does, has so much more time to say it in better words. */
enum { GRACE_MS = 300, LOOK_MS = 50, STACK_SIZE = 256 * 1024 };

struct timeout {
    int64_t end_ms;
    enum state state;
    char words[64]; /* ": timeout: waited N s for " */
};

/* Signal handlers and the thread get at nothing else. */
static struct {
    const char *label;
    _Atomic(const struct timeout *) timeout;
    _Atomic(const char *) what;
    atomic_bool is_own; /* WHAT is */
    atomic_flag has_spoken;
} last_words = {.what = "its own start", .has_spoken = ATOMIC_FLAG_INIT};

/* ---- The last words; async-signal-safe ---- */

/* Prints what comes before WHAT, and ends the process. */
static _Noreturn void speak(enum state state, const char *begin, const char *middle,
                            const char *end) {
    const char *const parts[] = {last_words.label, " ", state_name(state), begin,
                                 middle,           end, last_words.what,   "\n"};
    char line[2048];
    char *at = line;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        at = stpcpy(at, parts[i]);
    if (write(STDOUT_FILENO, line, (size_t)(at - line)) != at - line)
        state = STATE_UNKNOWN;
    _exit((int)state);
}

static int64_t left_ms(void) {
    return atomic_load(&last_words.timeout)->end_ms - clock_now_ms();
}

static void end_by_timeout(void) {
    const struct timeout *timeout = atomic_load(&last_words.timeout);

    if (!atomic_flag_test_and_set(&last_words.has_spoken))
        speak(last_words.is_own ? STATE_UNKNOWN : timeout->state, timeout->words, "", "");
}

/* ---- Timeouts ---- */

/* Looks again and again, because another deadline may be set meanwhile. */
static void *watch(void *unused) {
    while (left_ms() > 0)
        poll(NULL, 0, LOOK_MS);
    end_by_timeout();
    return unused;
}

/* On another processor, the thread would make each change of the memory's layout cost the kernel a
 * message to that processor. Where this is refused, it works all the same. */
static void keep_on_this_processor(pthread_t thread) {
    cpu_set_t here;

    CPU_ZERO(&here);
    CPU_SET((size_t)sched_getcpu(), &here);
    pthread_setaffinity_np(thread, sizeof here, &here);
}

/* On a stack that is there already, because making one costs two system calls. Some processors,
 * such as arm64, want at least 128 KiB. */
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
    if (started)
        keep_on_this_processor(thread);
    return started;
}

static void on_alarm(int number) {
    (void)number;
    if (left_ms() <= 0)
        end_by_timeout();
}

/* Where no thread can be had. */
static void start_alarm(void) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    const struct timeval often = {.tv_usec = LOOK_MS * 1000L};
    const struct itimerval timer = {often, often};

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

/* In the one of two places that nobody reads. */
static void set_timeout(int64_t start_ms, int seconds, enum state state) {
    static struct timeout timeouts[2];
    struct timeout *next = &timeouts[atomic_load(&last_words.timeout) == timeouts];

    next->end_ms = start_ms + INT64_C(1000) * seconds + GRACE_MS;
    next->state = state;
    snprintf(next->words, sizeof next->words, ": timeout: waited %d s for ", seconds);
    atomic_store(&last_words.timeout, next);
}

void watchdog_start(const char *label, int64_t start_ms, int seconds, enum state timeout_state) {
    static bool is_started;

    last_words.label = label;
    set_timeout(start_ms, seconds, timeout_state);
    if (is_started)
        return;
    is_started = true;
#ifndef WITH_SANITIZERS
    catch_fatal_signals();
#endif
    if (!start_thread())
        start_alarm();
}

void watchdog_expect(const char *what) {
    last_words.is_own = false;
    last_words.what = what;
}

void watchdog_expect_own(const char *name) {
    static char copy[1024];

    snprintf(copy, sizeof copy, "the %s", name);
    last_words.what = copy;
    last_words.is_own = true;
}

void watchdog_stop(void) {
    if (atomic_flag_test_and_set(&last_words.has_spoken))
        for (;;)
            pause();
}
