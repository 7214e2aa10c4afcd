/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a command many times and says what that took:
 *
 *     launch RUNS AT_A_TIME [TOKENS] COMMAND...
 *
 * Prints wall time and processor time in seconds (of the whole tree of processes), the largest peak
 * memory of one in KiB, page faults, and how many runs did not exit with 0. With TOKENS, run N has
 * the token "token-N modulo TOKENS" in its environment. It is small, so that what it starts does
 * not inherit a large peak. */
#include "config.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct sums {
    double cpu_s;
    long peak_kib;
    long faults;
    long failures;
};

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now_s(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void start(char **command) {
    static posix_spawn_file_actions_t actions;
    static int prepared;
    pid_t child;

    if (!prepared) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        prepared = 1;
    }
    if (posix_spawn(&child, command[0], &actions, NULL, command, environ) != 0) {
        perror(command[0]);
        exit(2);
    }
}

static void end_one(struct sums *sums) {
    struct rusage usage;
    int status;

    if (wait4(-1, &status, 0, &usage) < 0) {
        perror("wait4");
        exit(2);
    }
    sums->cpu_s += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    sums->faults += usage.ru_minflt;
    if (usage.ru_maxrss > sums->peak_kib)
        sums->peak_kib = usage.ru_maxrss;
    sums->failures += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

int main(int argc, char **argv) {
    struct sums sums = {0};
    char token[64];

    if (argc < 4)
        return 2;
    long runs = atol(argv[1]);
    long at_a_time = atol(argv[2]);
    long tokens = strspn(argv[3], "0123456789") == strlen(argv[3]) ? atol(argv[3]) : 0;
    char **command = argv + 3 + (tokens > 0);
    double start_s = now_s();

    for (long i = 0; i < runs; i++) {
        if (tokens > 0) {
            snprintf(token, sizeof token, "token-%ld", i % tokens);
            setenv("WOLKVOX_TOKEN", token, 1);
        }
        if (i >= at_a_time)
            end_one(&sums);
        start(command);
    }
    for (long i = 0; i < (runs < at_a_time ? runs : at_a_time); i++)
        end_one(&sums);
    printf("%.6f %.6f %ld %ld %ld\n", now_s() - start_s, sums.cpu_s, sums.peak_kib, sums.faults,
           sums.failures);
    return 0;
}
