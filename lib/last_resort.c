/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "last_resort.h"

#include "process.h"
#include "signal_timer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void end_process(void *argument);

/* A signal handler gets at nothing else. */
static struct {
    struct signal_timer timer;
    char line[512];
    enum state state;
} resort = {.timer = {.call = end_process}};

static void end_process(void *argument) {
    size_t length = strlen(resort.line);

    (void)argument;
    bool printed = write(STDOUT_FILENO, resort.line, length) == (ssize_t)length;
    _exit(printed ? (int)resort.state : (int)STATE_UNKNOWN);
}

void last_resort_prepare(const char *label, const struct check_result *result) {
    snprintf(resort.line, sizeof resort.line, "%s %s: %s\n", label, state_name(result->state),
             result->text);
    resort.state = result->state;
}

void last_resort_start(int milliseconds) {
    signal_timer_start(&resort.timer, PROCESS_SIGNAL_LAST_RESORT, milliseconds);
}

void last_resort_stop(void) {
    signal_timer_stop(&resort.timer);
}
