/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

/* Milliseconds on a clock that nobody sets (CLOCK_MONOTONIC). */
int64_t clock_now_ms(void);

/* Milliseconds since the Epoch, on the clock that outlives the run and that people set. */
int64_t clock_wall_ms(void);

/* The end of a time budget, on the former clock. */
struct deadline {
    int64_t end_ms;
    int seconds; /* the whole budget, for messages */
};

/* A budget of `seconds` that began at start_ms. */
struct deadline deadline_after(int64_t start_ms, int seconds);

/* Milliseconds that are left; 0 where the time is up. */
int deadline_left_ms(const struct deadline *deadline);
