/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

/* Milliseconds on a clock that nobody sets (CLOCK_MONOTONIC). */
int64_t clock_now_ms(void);

/* Milliseconds since the Epoch, on the clock that outlives the run and that people set. */
int64_t clock_wall_ms(void);
