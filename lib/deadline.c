/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "deadline.h"

#include <time.h>

int64_t clock_now_ms(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline deadline_after(int64_t start_ms, int seconds) {
    return (struct deadline){start_ms + (int64_t)seconds * 1000, seconds};
}

int deadline_left_ms(const struct deadline *deadline) {
    int64_t left = deadline->end_ms - clock_now_ms();

    return left > 0 ? (int)left : 0;
}
