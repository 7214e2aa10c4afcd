/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"
#include "mask.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* Hands the corpora to their targets, as an ordinary test: what a fuzzer has found once is looked
 * at with every run of the test suite. A broken promise ends the process, which the TAP driver
 * reports.
 */

enum { INPUT_MAX = 1024 * 1024 };

static const struct target {
    const char *name;
    void (*open)(const uint8_t *bytes, size_t size);
} targets[] = {
    {"text", target_text},
    {"threshold", target_threshold},
#ifndef WITHOUT_LIBRARIES /* but the C library */
    {"answer", target_answer},
    {"arguments", target_arguments},
    {"ca_file", target_ca_file},
    {"ini_file", target_ini_file},
    {"server", target_server},
    {"state_file", target_state_file},
    {"token_file", target_token_file},
#endif
};
enum { TARGETS = sizeof targets / sizeof targets[0] };

static void open_with_file(const struct target *target, const char *path) {
    static uint8_t bytes[INPUT_MAX];
    FILE *file = fopen(path, "rb");

    require(file != NULL, path);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    printf("# %s\n", path);
    fflush(stdout);
    mask_register(fuzz_secret);
    target->open(bytes, size);
}

static size_t replay(const struct target *target, const char *corpora) {
    char folder[4096];
    char path[8192];
    size_t count = 0;

    snprintf(folder, sizeof folder, "%s/%s", corpora, target->name);
    DIR *directory = opendir(folder);
    require(directory != NULL, folder);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        open_with_file(target, path);
        count++;
    }
    closedir(directory);
    return count;
}

int main(void) {
    const char *source = getenv("srcdir");
    char corpora[2048];

    snprintf(corpora, sizeof corpora, "%s/tests/fuzz/corpus", source != NULL ? source : ".");
    printf("1..%d\n", TARGETS);
    for (size_t i = 0; i < TARGETS; i++) {
        size_t count = replay(&targets[i], corpora);
        printf("%s %zu - %s: %zu inputs\n", count > 0 ? "ok" : "not ok", i + 1, targets[i].name,
               count);
    }
    return 0;
}
