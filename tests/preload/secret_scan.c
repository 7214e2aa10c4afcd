/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To be preloaded: looks at the end of a process whether a secret still stands in its memory. The
 * secret is given in PROBE_SECRET with the lowest bit of each byte flipped, so that the variable is
 * no copy itself; the number of copies found, of each part of 16 bytes, goes to the file
 * PROBE_RESULT. It is bound when it is loaded: at a first call the dynamic linker would save
 * registers on the stack, and with them parts of the secret. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As much of the secret is told from chance. */
enum { PART = 16 };

static int is_copy(const char *bytes, const char *flipped) {
    size_t i = 0;

    while (i < PART && bytes[i] == (flipped[i] ^ 1))
        i++;
    return i == PART;
}

static size_t count_copies(const char *start, const char *end, const char *flipped) {
    size_t copies = 0;

    for (; start + PART <= end; start++)
        for (const char *part = flipped; part[PART - 1] != '\0'; part++)
            copies += (size_t)is_copy(start, part);
    return copies;
}

static size_t count_in_memory(const char *flipped) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    size_t copies = 0;

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long start;
        unsigned long end;
        char access[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, access) == 3 &&
            strncmp(access, "rw", 2) == 0 && strstr(line, "[v") == NULL)
            copies += count_copies((const char *)start, (const char *)end, flipped);
    }
    return copies;
}

_Noreturn void _exit(int status) {
    const char *flipped = getenv("PROBE_SECRET");
    const char *path = getenv("PROBE_RESULT");
    FILE *result = path != NULL ? fopen(path, "w") : NULL;

    if (flipped != NULL && result != NULL) {
        fprintf(result, "%zu\n", count_in_memory(flipped));
        fclose(result);
    }
    syscall(SYS_exit_group, status);
    __builtin_unreachable();
}
