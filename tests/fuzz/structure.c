/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz_input.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The structure-aware mode of the answer's fuzzer: besides libFuzzer's own mutations, envelopes in
 * the documented shape with fields that are right, nearly right, or hostile. */

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned int seed);

enum { HEAD = 3 }; /* the choices before the body */

static uint64_t next_random(uint64_t *seed) {
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

static const char *pick(uint64_t *seed, const char *const *words, size_t count) {
    return words[next_random(seed) % count];
}

#define PICK(seed, words) pick(seed, words, sizeof(words) / sizeof(words)[0])

static void write_value(FILE *stream, uint64_t *seed) {
    static const char *const values[] = {"null",
                                         "true",
                                         "0",
                                         "1",
                                         "-1",
                                         "15",
                                         "24",
                                         "21",
                                         "480",
                                         "4799",
                                         "4800",
                                         "4799.0",
                                         "4799.5",
                                         "1e3",
                                         "1000000000000",
                                         "1000000000001",
                                         "-1000000000000",
                                         "\"200\"",
                                         "200",
                                         "\"null\"",
                                         "\"\"",
                                         "403",
                                         "\"4799\"",
                                         "\"04799\"",
                                         "\"-3\"",
                                         "\" 12 \"",
                                         "\" \"",
                                         "\"-0\"",
                                         "\"401\"",
                                         "\"PLEASE VALIDATE TOKEN\"",
                                         "[]",
                                         "{}",
                                         "[1,2]",
                                         "{\"a\":1}",
                                         "\"TOKEN LIMIT EXCEEDED\"",
                                         "\"EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS\"",
                                         "\"\002\"",
                                         "\"\003\"",
                                         "\"\004\"",
                                         "\"x\005y\"",
                                         "\"sales-crm\"",
                                         "\"a|b=1\"",
                                         "\"\\u0000\\u001b[2J\"",
                                         "\"\\ud83d\\ude00\"",
                                         "\"\\ud83d\"",
                                         "\"\xff\xfe\"",
                                         "\"token\\nlimit\\texceeded\"",
                                         "99999999999999999999"};

    if (next_random(seed) % 4 == 0)
        fprintf(stream, "%" PRId64, (int64_t)(next_random(seed) >> next_random(seed) % 64));
    else
        fputs(PICK(seed, values), stream);
}

static void write_field(FILE *stream, uint64_t *seed, const char *name) {
    fprintf(stream, "\"%s\":", name);
    write_value(stream, seed);
}

static void write_data(FILE *stream, uint64_t *seed) {
    static const char *const names[] = {"description",
                                        "token_limit",
                                        "token_use_today",
                                        "all_token_today",
                                        "available_consumition_options",
                                        "available_consumption_options",
                                        "hours_to_restart_count",
                                        "other",
                                        "\002",
                                        "data"};
    size_t count = next_random(seed) % 8;

    fputc('{', stream);
    write_field(stream, seed, "available_consumition_options");
    for (size_t i = 0; i < count; i++) {
        fputc(',', stream);
        write_field(stream, seed, PICK(seed, names));
    }
    fputc('}', stream);
}

static void write_envelope(FILE *stream, uint64_t *seed) {
    static const char *const names[] = {"code", "error", "msg", "extra"};
    bool in_array = next_random(seed) % 4 == 0;
    size_t count = next_random(seed) % 4;

    fputc('{', stream);
    for (size_t i = 0; i < count; i++) {
        write_field(stream, seed, PICK(seed, names));
        fputc(',', stream);
    }
    fputs(in_array ? "\"data\":[" : "\"data\":", stream);
    write_data(stream, seed);
    fputs(in_array ? "]}" : "}", stream);
}

static size_t make(uint8_t *bytes, size_t max_size, uint64_t *seed) {
    char body[8192] = "";
    FILE *stream = fmemopen(body, sizeof body, "w");

    require(stream != NULL, "there is memory");
    write_envelope(stream, seed);
    fclose(stream);
    size_t length = strnlen(body, sizeof body);
    if (max_size < HEAD + length)
        length = max_size > HEAD ? max_size - HEAD : 0;
    for (size_t i = 0; i < HEAD && i < max_size; i++)
        bytes[i] = (uint8_t)next_random(seed);
    memcpy(bytes + HEAD, body, length);
    return HEAD + length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned int seed) {
    uint64_t random = UINT64_C(0x9E3779B97F4A7C15) ^ seed;

    if (max_size > HEAD && next_random(&random) % 3 == 0)
        size = make(bytes, max_size, &random);
    return next_random(&random) % 3 == 0 ? size : LLVMFuzzerMutate(bytes, size, max_size);
}
