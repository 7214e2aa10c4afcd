/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "signal_timer.h"

#include <errno.h>
#include <signal.h>

#ifdef HAVE_TIMER_CREATE

static void handle(int number, siginfo_t *info, void *context) {
    const struct signal_timer *timer = info->si_value.sival_ptr;
    int saved_errno = errno;

    (void)number;
    (void)context;
    if (info->si_code != SI_TIMER)
        return;
    timer->call(timer->argument);
    errno = saved_errno;
}

static int take_signal(int signal) {
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};

    sigemptyset(&action.sa_mask);
    return sigaction(signal, &action, NULL);
}

void signal_timer_start(struct signal_timer *timer, int signal, int milliseconds) {
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal, .sigev_value.sival_ptr = timer};
    const struct itimerspec time = {
        .it_value = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L}};

    timer->started =
        take_signal(signal) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer->timer) == 0;
    if (timer->started)
        timer_settime(timer->timer, 0, &time, NULL);
}

void signal_timer_stop(struct signal_timer *timer) {
    if (timer->started)
        timer_delete(timer->timer);
}

#else

void signal_timer_start(struct signal_timer *timer, int signal, int milliseconds) {
    (void)timer;
    (void)signal;
    (void)milliseconds;
}

void signal_timer_stop(struct signal_timer *timer) {
    (void)timer;
}

#endif
