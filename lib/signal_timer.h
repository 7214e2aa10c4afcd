/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIGNAL_TIMER_H
#define SIGNAL_TIMER_H

#include <stdbool.h>
#include <time.h>

/* A function that is called after a time, from a signal handler, whatever the process is doing.
 * What it calls must be async-signal-safe; errno is restored behind it. Without timer_create() in
 * the C library, or where there is no timer to be had, it is never called, and nothing else is
 * wrong. */

struct signal_timer {
    void (*call)(void *argument);
    void *argument;
    bool started; /* the rest is the room's own */
    timer_t timer;
};

/* Starts it, with `call` and `argument` set, by a signal that nothing else uses and nobody blocks.
 * It must stay where it is until it is stopped. */
void signal_timer_start(struct signal_timer *timer, int signal, int milliseconds);

void signal_timer_stop(struct signal_timer *timer);

#endif
