/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http/ca_file.h"

#include "user_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { LINE_MAX_KEPT = 254, DER_HEAD = 6 };

struct pem_reader {
    char line[LINE_MAX_KEPT + 1]; /* the begin of the current line; the rest is not needed */
    size_t line_length;
    const char *label; /* of the certificate that is being read; NULL: none */
    bool broken;
    size_t certificates;
    unsigned int bits; /* of base64 that make no whole byte yet */
    unsigned int bit_count;
    size_t digits;
    size_t padding;
    unsigned char head[DER_HEAD]; /* the certificate's first bytes */
    size_t size;                  /* its bytes so far */
};

static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"};

static bool is_boundary(const char *line, const char *which, const char *label) {
    size_t which_length = strlen(which);
    size_t label_length = strlen(label);

    return strncmp(line, which, which_length) == 0 &&
           strncmp(line + which_length, label, label_length) == 0 &&
           strcmp(line + which_length + label_length, "-----") == 0;
}

static void begin_certificate(struct pem_reader *reader) {
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (is_boundary(reader->line, "-----BEGIN ", labels[i]))
            reader->label = labels[i];
    reader->bit_count = 0;
    reader->digits = 0;
    reader->padding = 0;
    reader->size = 0;
}

/* The whole length that an ASN.1 DER sequence announces in its first bytes; 0: it is none. */
static size_t der_size(const unsigned char *head) {
    size_t length = 0;
    size_t count = head[1] & 0x7FU;

    if (head[0] != 0x30)
        return 0;
    if (head[1] < 0x80)
        return 2U + head[1];
    if (count < 1 || count > DER_HEAD - 2)
        return 0;
    for (size_t i = 0; i < count; i++)
        length = length << 8 | head[2 + i];
    return 2 + count + length;
}

/* A trusted certificate may have more behind it: what it is trusted for. */
static void end_certificate(struct pem_reader *reader) {
    size_t announced = reader->size >= DER_HEAD ? der_size(reader->head) : 0;
    bool may_be_longer = reader->label == labels[2];

    if ((reader->digits + reader->padding) % 4 != 0 || announced == 0 ||
        (may_be_longer ? announced > reader->size : announced != reader->size))
        reader->broken = true;
    reader->certificates++;
    reader->label = NULL;
}

static void add_digit(struct pem_reader *reader, unsigned int value) {
    reader->digits++;
    reader->bits = reader->bits << 6 | value;
    reader->bit_count += 6;
    if (reader->bit_count < 8)
        return;
    reader->bit_count -= 8;
    if (reader->size < DER_HEAD)
        reader->head[reader->size] = (unsigned char)(reader->bits >> reader->bit_count);
    reader->size++;
}

static void add_base64(struct pem_reader *reader) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (const char *c = reader->line; *c != '\0'; c++) {
        const char *digit = strchr(alphabet, *c);
        if (*c == '=')
            reader->padding++;
        else if (digit != NULL && reader->padding == 0)
            add_digit(reader, (unsigned int)(digit - alphabet));
        else
            reader->broken = true;
    }
}

static void end_line(struct pem_reader *reader) {
    while (reader->line_length > 0 && strchr(" \t\r", reader->line[reader->line_length - 1]))
        reader->line_length--;
    reader->line[reader->line_length] = '\0';
    if (reader->label == NULL)
        begin_certificate(reader);
    else if (is_boundary(reader->line, "-----END ", reader->label))
        end_certificate(reader);
    else
        add_base64(reader);
    reader->line_length = 0;
}

static void add_bytes(struct pem_reader *reader, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            end_line(reader);
        else if (reader->line_length < LINE_MAX_KEPT)
            reader->line[reader->line_length++] = bytes[i];
        else
            reader->broken |= reader->label != NULL;
    }
}

static int read_all(struct pem_reader *reader, struct user_file *input,
                    const struct deadline *deadline, struct error *error) {
    char chunk[16 * 1024];
    long length;

    if (input->is_pipe)
        return error_set(error, ERROR_LOCAL, "the %s is a pipe; it must be a regular file",
                         input->name);
    while ((length = user_file_read(input, chunk, sizeof chunk, deadline, error)) > 0)
        add_bytes(reader, chunk, (size_t)length);
    end_line(reader);
    return (int)length;
}

int ca_file_check(const char *path, const struct deadline *deadline, struct error *error) {
    struct pem_reader reader = {.label = NULL};
    struct user_file input;

    if (user_file_open(&input, path, "CA file", error) != 0)
        return -1;
    int result = read_all(&reader, &input, deadline, error);
    if (result == 0 && reader.certificates == 0)
        result =
            error_set(error, ERROR_LOCAL, "the %s holds no certificate in PEM form", input.name);
    if (result == 0 && (reader.broken || reader.label != NULL))
        result = error_set(error, ERROR_LOCAL, "the %s holds a broken certificate", input.name);
    user_file_close(&input);
    return result;
}
