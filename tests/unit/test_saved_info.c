/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/saved_info.h"
#include "figures.h"
#include "mask.h"
#include "number.h"
#include "unit.h"

#include <inttypes.h>
#include <sha2.h>
#include <stdlib.h>

#define BIG NUMBER_MAX
#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SECRET "s3cr3t"
#define TIME_MS INT64_C(1700000000123)
#define HOUR_MS INT64_C(3600000)

#define ELLIPSIS "\xE2\x80\xA6"

/* 120 characters of 4 bytes, the most that a text has. */
#define FACE "\xF0\x9F\x98\x80"
#define TEN_LONG FACE FACE FACE FACE FACE FACE FACE FACE FACE FACE
#define LONGEST                                                                                    \
    TEN_LONG TEN_LONG TEN_LONG TEN_LONG TEN_LONG TEN_LONG TEN_LONG TEN_LONG TEN_LONG TEN_LONG      \
        TEN_LONG TEN_LONG

/* ---- Answers, and entries as bytes ---- */

static struct excerpt piece_of(const char *text) {
    struct excerpt piece = {""};

    snprintf(piece.text, sizeof piece.text, "%s", text);
    return piece;
}

static struct token_info info_of(enum reply_kind kind, const struct figures *figures) {
    return (struct token_info){.kind = kind,
                               .status = kind == REPLY_TOKEN ? 200 : 403,
                               .available = count_of(figures->available),
                               .limit = count_of(figures->limit),
                               .used = count_of(figures->used),
                               .hours = count_of(figures->hours)};
}

/* An answer of which nothing is empty. */
static struct kept_answer full_answer(void) {
    static const struct figures figures = {4000, 4800, 800, 15};
    struct kept_answer answer = {.time_ms = TIME_MS, .info = info_of(REPLY_TOKEN, &figures)};

    answer.info.code = piece_of("201");
    answer.info.error = piece_of("none to speak of");
    answer.info.message = piece_of("OK, se\xC3\xB1or");
    answer.info.description = piece_of("sales-crm");
    snprintf(answer.info.unusable, sizeof answer.info.unusable, "token_limit, description");
    answer.history = (struct usage_history){
        .reset_ms = TIME_MS + 15 * HOUR_MS,
        .count = 3,
        .points = {{TIME_MS - 2 * HOUR_MS, 0}, {TIME_MS - HOUR_MS, 1}, {TIME_MS, 800}}};
    return answer;
}

/* An entry with room to be changed. */
struct entry {
    char bytes[KEPT_ANSWER_SIZE_MAX];
    size_t length;
};

static struct entry write_entry(const struct kept_answer *answer) {
    struct entry entry = {.length = 0};
    char *bytes = kept_answer_write(answer, KEY, &entry.length);

    assert_non_null(bytes);
    assert_true(entry.length >= 1 && entry.length < sizeof entry.bytes);
    memcpy(entry.bytes, bytes, entry.length);
    free(bytes);
    return entry;
}

/* Reads from memory that is no longer than it must be, so that a sanitizer sees what goes beyond.
 */
static int read_bytes(const char *bytes, size_t length, const char *key,
                      struct kept_answer *answer) {
    char *copy = malloc(length > 0 ? length : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    int result = kept_answer_read(copy, length, key, answer);
    free(copy);
    return result;
}

static int read_entry(const struct entry *entry, struct kept_answer *answer) {
    return read_bytes(entry->bytes, entry->length, KEY, answer);
}

static bool is_taken(const struct entry *entry) {
    struct kept_answer answer;

    return read_entry(entry, &answer) == 0;
}

/* Puts the right sum behind what is there. */
static void seal(struct entry *entry) {
    char sum[SHA256_DIGEST_STRING_LENGTH];
    size_t room = sizeof entry->bytes - entry->length;

    assert_non_null(SHA256Data((const uint8_t *)entry->bytes, entry->length, sum));
    int size = snprintf(entry->bytes + entry->length, room, "sha256 %s\n", sum);
    assert_true(size > 0 && (size_t)size < room);
    entry->length += (size_t)size;
}

static void append(struct entry *entry, const char *text) {
    size_t length = strlen(text);

    assert_true(length < sizeof entry->bytes - entry->length);
    memcpy(entry->bytes + entry->length, text, length + 1);
    entry->length += length;
}

/* The lines of an entry but the sum. */
enum { LINES_MAX = 32, LINE_SIZE = 600 };

struct lines {
    size_t count;
    char line[LINES_MAX][LINE_SIZE]; /* without the end of the line */
};

static void split(struct lines *lines, const struct entry *entry) {
    const char *end = entry->bytes + entry->length;

    lines->count = 0;
    for (const char *at = entry->bytes; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        assert_non_null(newline);
        assert_true(lines->count < LINES_MAX && newline - at < LINE_SIZE);
        memcpy(lines->line[lines->count], at, (size_t)(newline - at));
        lines->line[lines->count++][newline - at] = '\0';
        at = newline + 1;
    }
    lines->count--;
    assert_int_equal(strncmp(lines->line[lines->count], "sha256 ", 7), 0);
}

static void split_full_answer(struct lines *lines) {
    struct kept_answer answer = full_answer();
    struct entry entry = write_entry(&answer);

    split(lines, &entry);
}

static struct entry join(const struct lines *lines, const char *line_end) {
    struct entry entry = {.length = 0};

    for (size_t i = 0; i < lines->count; i++) {
        append(&entry, lines->line[i]);
        append(&entry, line_end);
    }
    seal(&entry);
    return entry;
}

static bool has_name(const char *line, const char *name) {
    size_t length = strlen(name);

    return strncmp(line, name, length) == 0 && line[length] == ' ';
}

/* The place of the line of that name, of the first one where there are more. */
static size_t line_of(const struct lines *lines, const char *name) {
    for (size_t i = 0; i < lines->count; i++)
        if (has_name(lines->line[i], name))
            return i;
    fail_msg("there is no line %s", name);
    return 0;
}

static void set_value(struct lines *lines, const char *name, const char *value) {
    snprintf(lines->line[line_of(lines, name)], LINE_SIZE, "%s %s", name, value);
}

/* The full answer's entry with another value in one line, and a right sum. */
static struct entry entry_with(const char *name, const char *value) {
    struct lines lines;

    split_full_answer(&lines);
    set_value(&lines, name, value);
    return join(&lines, "\n");
}

/* ---- There and back ---- */

static bool same_count(const struct optional_count *a, const struct optional_count *b) {
    return a->is_known == b->is_known && (!a->is_known || a->value == b->value);
}

static bool same_text(const struct excerpt *a, const struct excerpt *b) {
    return strcmp(a->text, b->text) == 0;
}

static bool same_history(const struct usage_history *a, const struct usage_history *b) {
    bool same = a->reset_ms == b->reset_ms && a->count == b->count;

    for (size_t i = 0; same && i < a->count; i++)
        same =
            a->points[i].time_ms == b->points[i].time_ms && a->points[i].used == b->points[i].used;
    return same;
}

static bool same_info(const struct token_info *a, const struct token_info *b) {
    return a->kind == b->kind && a->status == b->status &&
           same_count(&a->available, &b->available) && same_count(&a->limit, &b->limit) &&
           same_count(&a->used, &b->used) && same_count(&a->hours, &b->hours) &&
           same_text(&a->code, &b->code) && same_text(&a->error, &b->error) &&
           same_text(&a->message, &b->message) && same_text(&a->description, &b->description) &&
           strcmp(a->unusable, b->unusable) == 0;
}

static bool same_answer(const struct kept_answer *a, const struct kept_answer *b) {
    return a->time_ms == b->time_ms && same_info(&a->info, &b->info) &&
           same_history(&a->history, &b->history);
}

static void check_round_trip(const struct kept_answer *answer) {
    struct entry entry = write_entry(answer);
    struct kept_answer read;
    int result = read_entry(&entry, &read);

    unit_check(result == 0, "not taken: %s", unit_show(entry.bytes, entry.length).text);
    unit_check(result != 0 || same_answer(answer, &read), "not the same: %s",
               unit_show(entry.bytes, entry.length).text);
    unit_check(read.info.fields == NULL && read.info.reason == NULL, "a pointer from nowhere");
}

static void figures_come_back(void **context) {
    static const int64_t counts[] = {NO, 0, 4800, BIG};
    static const int64_t available[] = {NO, 0, 1, 4800, BIG, -1, -4800, -BIG};
    static const int64_t hours[] = {NO, 0, 15, TOKEN_HOURS_MAX};

    (void)context;
    for (size_t a = 0; a < UNIT_COUNT(available); a++) {
        for (size_t i = 0; i < UNIT_COUNT(counts) * UNIT_COUNT(counts) * UNIT_COUNT(hours); i++) {
            const struct figures figures = {available[a], counts[i % UNIT_COUNT(counts)],
                                            counts[i / UNIT_COUNT(counts) % UNIT_COUNT(counts)],
                                            hours[i / UNIT_COUNT(counts) / UNIT_COUNT(counts)]};
            struct kept_answer answer = full_answer();
            answer.info = info_of(REPLY_LIMIT_EXCEEDED, &figures);
            check_round_trip(&answer);
            answer.info = info_of(REPLY_TOKEN, &figures);
            if (answer.info.available.is_known)
                check_round_trip(&answer);
        }
    }
    unit_end();
}

static void texts_come_back(void **context) {
    static const char *const texts[] = {
        "",
        "-",
        "x",
        "sales-crm",
        "TOKEN LIMIT EXCEEDED",
        "two  blanks, a ; # = [section] \"quoted\" 'single' %41 $HOME `x`",
        "\xC3\x91"
        "and\xC3\xBA, \xE5\x96\xB6\xE6\xA5\xAD, \xD0\x9F\xD1\x80, \xD8\xA7\xD9\x86, " FACE,
        "***",
        "***: was a secret",
        "key " KEY,
        "point 1 2",
        "sha256",
        "available -",
        LONGEST,
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
        struct kept_answer answer = full_answer();
        struct excerpt *const places[] = {&answer.info.code, &answer.info.error,
                                          &answer.info.message, &answer.info.description};
        for (size_t k = 0; k < UNIT_COUNT(places); k++) {
            *places[k] = piece_of(texts[i]);
            check_round_trip(&answer);
        }
    }
    unit_end();
}

/* Every name that an answer can have there. */
#define ALL_NAMES                                                                                  \
    "description, token_limit, token_use_today, hours_to_restart_count, "                          \
    "available_consumition_options"

static void names_of_unusable_fields_come_back(void **context) {
    static const char *const names[] = {"", "token_limit", ALL_NAMES};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(names); i++) {
        struct kept_answer answer = full_answer();
        assert_true(strlen(names[i]) < sizeof answer.info.unusable);
        strcpy(answer.info.unusable, names[i]);
        check_round_trip(&answer);
    }
    unit_end();
}

static void histories_come_back(void **context) {
    static const struct usage_history cases[] = {
        {0, 0, {{0, 0}}},
        {TIME_MS, 0, {{0, 0}}},
        {BIG, 1, {{TIME_MS, 0}}},
        {TIME_MS, 1, {{0, BIG}}},
        {TIME_MS, 2, {{TIME_MS - 1, 7}, {TIME_MS, 7}}},
        {TIME_MS, 3, {{1, 0}, {2, 1}, {TIME_MS, 800}}},
        {TIME_MS, 4, {{0, 0}, {1, 1}, {2, 2}, {3, 3}}},
        {TIME_MS, 4, {{BIG - 3, BIG}, {BIG - 2, BIG}, {BIG - 1, BIG}, {BIG, BIG}}},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct kept_answer answer = full_answer();
        answer.history = cases[i];
        check_round_trip(&answer);
    }
    unit_end();
}

static void times_and_statuses_come_back(void **context) {
    static const struct {
        int64_t time_ms;
        long status;
    } cases[] = {{0, 200}, {1, 0}, {TIME_MS, 403}, {BIG - 1, 100}, {BIG, 999}};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct kept_answer answer = full_answer();
        answer.time_ms = cases[i].time_ms;
        answer.info.status = cases[i].status;
        check_round_trip(&answer);
    }
    unit_end();
}

static int64_t random_count(uint64_t *seed) {
    return unit_random(seed) % 4 == 0 ? NO : unit_random_up_to(seed, BIG);
}

static struct usage_history random_history(uint64_t *seed) {
    struct usage_history history = {.reset_ms = unit_random_up_to(seed, BIG),
                                    .count = (size_t)(unit_random(seed) % (USAGE_POINTS_MAX + 1))};
    struct usage_point point = {0, 0};

    for (size_t i = 0; i < history.count; i++) {
        point.time_ms += unit_random_up_to(seed, BIG / USAGE_POINTS_MAX);
        point.used += unit_random_up_to(seed, BIG / USAGE_POINTS_MAX);
        history.points[i] = point;
    }
    return history;
}

/* What a text becomes that arrived as random bytes. */
static struct excerpt random_text(uint64_t *seed) {
    char bytes[300];
    size_t length = (size_t)unit_random_up_to(seed, sizeof bytes);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)unit_random(seed);
    return length > 0 ? excerpt_of(bytes, length, EXCERPT_FIELD_MAX) : piece_of("");
}

static struct kept_answer random_answer(uint64_t *seed) {
    const struct figures figures = {unit_random_up_to(seed, BIG), random_count(seed),
                                    random_count(seed), unit_random_up_to(seed, TOKEN_HOURS_MAX)};
    struct kept_answer answer = {
        .time_ms = unit_random_up_to(seed, BIG),
        .info = info_of(unit_random(seed) % 2 == 0 ? REPLY_TOKEN : REPLY_LIMIT_EXCEEDED, &figures),
        .history = random_history(seed)};

    if (unit_random(seed) % 2 == 0)
        answer.info.available.value = -answer.info.available.value;
    answer.info.code = random_text(seed);
    answer.info.error = random_text(seed);
    answer.info.message = random_text(seed);
    answer.info.description = random_text(seed);
    return answer;
}

static void random_answers_come_back(void **context) {
    uint64_t seed = 11;

    (void)context;
    for (int round = 0; round < 2000; round++) {
        struct kept_answer answer = random_answer(&seed);
        check_round_trip(&answer);
    }
    unit_end();
}

static void the_largest_answer_fits(void **context) {
    static const struct figures figures = {-BIG, BIG, BIG, TOKEN_HOURS_MAX};
    struct kept_answer answer = {
        .time_ms = BIG,
        .info = info_of(REPLY_LIMIT_EXCEEDED, &figures),
        .history = {BIG, USAGE_POINTS_MAX, {{BIG, BIG}, {BIG, BIG}, {BIG, BIG}, {BIG, BIG}}}};

    (void)context;
    answer.info.code = piece_of(LONGEST);
    answer.info.error = piece_of(LONGEST);
    answer.info.message = piece_of(LONGEST);
    answer.info.description = piece_of(LONGEST);
    memset(answer.info.unusable, 'u', EXCERPT_FIELD_MAX);
    check_round_trip(&answer);
    unit_end();
}

static void an_entry_is_lines_of_text_and_a_sum(void **context) {
    struct kept_answer answer = full_answer();
    struct entry entry = write_entry(&answer);
    struct lines lines;

    (void)context;
    assert_null(memchr(entry.bytes, '\0', entry.length));
    split(&lines, &entry);
    struct entry joined = join(&lines, "\n");
    assert_int_equal(joined.length, entry.length);
    assert_memory_equal(joined.bytes, entry.bytes, entry.length);
}

/* ---- Damage ---- */

static void every_truncation_is_refused(void **context) {
    struct kept_answer answer = full_answer();
    struct entry entry = write_entry(&answer);
    struct kept_answer read;

    (void)context;
    for (size_t length = 0; length < entry.length; length++) {
        unit_check(read_bytes(entry.bytes, length, KEY, &read) == -1, "the first %zu bytes",
                   length);
        unit_check(length == 0 ||
                       read_bytes(entry.bytes + length, entry.length - length, KEY, &read) == -1,
                   "without the first %zu bytes", length);
    }
    unit_end();
}

static void every_flipped_bit_is_refused(void **context) {
    struct kept_answer answer = full_answer();
    struct entry entry = write_entry(&answer);

    (void)context;
    for (size_t i = 0; i < entry.length; i++) {
        for (int bit = 0; bit < 8; bit++) {
            entry.bytes[i] = (char)(entry.bytes[i] ^ (1 << bit));
            unit_check(!is_taken(&entry), "bit %d of byte %zu", bit, i);
            entry.bytes[i] = (char)(entry.bytes[i] ^ (1 << bit));
        }
    }
    unit_check(is_taken(&entry), "the whole entry is not taken");
    unit_end();
}

static void bytes_before_or_behind_are_refused(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {{UNIT_BYTES("\n")},     {UNIT_BYTES(" ")},           {UNIT_BYTES("\0")},
                 {UNIT_BYTES("x")},      {UNIT_BYTES("point 1 2\n")}, {UNIT_BYTES("\r\n")},
                 {UNIT_BYTES("\0\0\0")}, {UNIT_BYTES("\xEF\xBB\xBF")}};
    struct kept_answer answer = full_answer();
    struct kept_answer read;
    char bytes[KEPT_ANSWER_SIZE_MAX];

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct entry entry = write_entry(&answer);
        size_t length = entry.length + cases[i].length;
        memcpy(bytes, entry.bytes, entry.length);
        memcpy(bytes + entry.length, cases[i].bytes, cases[i].length);
        unit_check(read_bytes(bytes, length, KEY, &read) == -1, "behind: case %zu", i);
        memcpy(bytes, cases[i].bytes, cases[i].length);
        memcpy(bytes + cases[i].length, entry.bytes, entry.length);
        unit_check(read_bytes(bytes, length, KEY, &read) == -1, "before: case %zu", i);
    }
    unit_end();
}

static void an_entry_twice_is_refused(void **context) {
    struct kept_answer answer = full_answer();
    struct entry entry = write_entry(&answer);
    struct lines lines;

    (void)context;
    split(&lines, &entry);
    struct entry body = join(&lines, "\n");
    memcpy(entry.bytes + entry.length, body.bytes, body.length);
    entry.length += body.length;
    assert_false(is_taken(&entry));
    seal(&entry);
    assert_false(is_taken(&entry));
}

static void a_sum_in_another_form_is_refused(void **context) {
    struct kept_answer answer = full_answer();
    struct entry good = write_entry(&answer);
    size_t digits_start = good.length - 65;

    (void)context;
    struct entry upper = good;
    for (size_t i = digits_start; i < upper.length; i++)
        if (upper.bytes[i] >= 'a' && upper.bytes[i] <= 'f')
            upper.bytes[i] = (char)(upper.bytes[i] - 'a' + 'A');
    unit_check(!is_taken(&upper), "in capitals");
    struct entry empty = {.length = 0};
    unit_check(!is_taken(&empty), "no bytes");
    seal(&empty);
    unit_check(!is_taken(&empty), "a sum of nothing");
    struct entry other = good;
    memset(other.bytes + digits_start, '0', 64);
    unit_check(!is_taken(&other), "zeros");
    unit_end();
}

static void another_key_is_refused(void **context) {
    static const char *const keys[] = {
        "",
        "0",
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeef",
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeefe",
        "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF",
        KEY "0",
        KEY " ",
        " " KEY,
        KEY "\n",
    };
    struct kept_answer answer = full_answer();
    struct entry entry = write_entry(&answer);
    struct kept_answer read;

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(keys); i++)
        unit_check(read_bytes(entry.bytes, entry.length, keys[i], &read) == -1, "'%s'",
                   unit_show_text(keys[i]).text);
    unit_check(read_bytes(entry.bytes, entry.length, KEY, &read) == 0, "the right one");
    unit_end();
}

/* ---- Nonsense with a right sum ---- */

static void another_format_is_refused(void **context) {
    static const char *const first_lines[] = {
        "",
        "check_wolkvox_token answer, format 2",
        "check_wolkvox_token answer, format 0",
        "check_wolkvox_token answer, format 10",
        "check_wolkvox_token answer, format 1 ",
        "check_wolkvox_token answer, format 1\r",
        " check_wolkvox_token answer, format 1",
        "check_wolkvox_token answer, format",
        "Check_wolkvox_token answer, format 1",
        "key",
    };
    struct lines lines;

    (void)context;
    split_full_answer(&lines);
    for (size_t i = 0; i < UNIT_COUNT(first_lines); i++) {
        snprintf(lines.line[0], LINE_SIZE, "%s", first_lines[i]);
        struct entry entry = join(&lines, "\n");
        unit_check(!is_taken(&entry), "'%s'", unit_show_text(first_lines[i]).text);
    }
    snprintf(lines.line[0], LINE_SIZE, "check_wolkvox_token answer, format 1");
    struct entry entry = join(&lines, "\n");
    unit_check(is_taken(&entry), "the right one");
    unit_end();
}

static void remove_line(struct lines *lines, size_t place) {
    memmove(lines->line[place], lines->line[place + 1], (lines->count - place - 1) * LINE_SIZE);
    lines->count--;
}

static void insert_line(struct lines *lines, size_t place, const char *line) {
    assert_true(lines->count < LINES_MAX);
    memmove(lines->line[place + 1], lines->line[place], (lines->count - place) * LINE_SIZE);
    snprintf(lines->line[place], LINE_SIZE, "%s", line);
    lines->count++;
}

static void a_missing_line_is_refused(void **context) {
    struct lines good;

    (void)context;
    split_full_answer(&good);
    for (size_t i = 0; i < good.count; i++) {
        struct lines lines = good;
        remove_line(&lines, i);
        struct entry entry = join(&lines, "\n");
        /* There may be any number of points. */
        unit_check(is_taken(&entry) == has_name(good.line[i], "point"), "without '%s'",
                   good.line[i]);
    }
    unit_end();
}

static void a_line_twice_is_refused(void **context) {
    struct lines good;

    (void)context;
    split_full_answer(&good);
    for (size_t i = 0; i < good.count; i++) {
        struct lines lines = good;
        if (has_name(good.line[i], "point"))
            continue;
        insert_line(&lines, i, good.line[i]);
        struct entry entry = join(&lines, "\n");
        unit_check(!is_taken(&entry), "'%s' twice", good.line[i]);
    }
    unit_end();
}

static void lines_in_another_order_are_refused(void **context) {
    struct lines good;

    (void)context;
    split_full_answer(&good);
    for (size_t i = 0; i < good.count; i++) {
        for (size_t k = i + 1; k < good.count; k++) {
            struct lines lines = good;
            memcpy(lines.line[i], good.line[k], LINE_SIZE);
            memcpy(lines.line[k], good.line[i], LINE_SIZE);
            struct entry entry = join(&lines, "\n");
            unit_check(!is_taken(&entry), "'%s' and '%s'", good.line[i], good.line[k]);
        }
    }
    unit_end();
}

static void a_line_more_is_refused(void **context) {
    static const char *const more[] = {"", " ", "x", "extra 1", "point", "comment # none"};
    struct lines good;

    (void)context;
    split_full_answer(&good);
    for (size_t i = 0; i < UNIT_COUNT(more); i++) {
        for (size_t place = 0; place <= good.count; place++) {
            struct lines lines = good;
            insert_line(&lines, place, more[i]);
            struct entry entry = join(&lines, "\n");
            unit_check(!is_taken(&entry), "'%s' as line %zu", more[i], place);
        }
    }
    unit_end();
}

static void lines_have_a_name_and_a_blank_and_an_end(void **context) {
    struct lines good;

    (void)context;
    split_full_answer(&good);
    for (size_t i = 1; i < good.count; i++) {
        struct lines lines = good;
        char *blank = strchr(lines.line[i], ' ');
        *blank = '\0';
        struct entry without_value = join(&lines, "\n");
        unit_check(!is_taken(&without_value), "'%s' alone", lines.line[i]);
        *blank = '\t';
        struct entry with_tab = join(&lines, "\n");
        unit_check(!is_taken(&with_tab), "'%s' with a tab", good.line[i]);
        *blank = ' ';
        lines.line[i][0] = (char)(lines.line[i][0] - 'a' + 'A');
        struct entry in_capitals = join(&lines, "\n");
        unit_check(!is_taken(&in_capitals), "'%s'", lines.line[i]);
    }
    struct entry with_returns = join(&good, "\r\n");
    unit_check(!is_taken(&with_returns), "carriage returns");
    struct entry in_one_line = join(&good, " ");
    unit_check(!is_taken(&in_one_line), "no ends of lines");
    unit_end();
}

static void the_last_line_has_an_end(void **context) {
    struct kept_answer answer = full_answer();
    struct entry good = write_entry(&answer);

    (void)context;
    struct entry entry = good;
    entry.length -= strlen("sha256 ") + 64 + 2; /* the line, and the end of the one before it */
    seal(&entry);
    assert_false(is_taken(&entry));
    assert_true(is_taken(&good));
}

static void a_nul_is_refused(void **context) {
    struct kept_answer answer = full_answer();
    struct entry good = write_entry(&answer);
    size_t body_length = good.length - strlen("sha256 ") - 65;

    (void)context;
    for (size_t i = 0; i < body_length; i++) {
        struct entry entry = good;
        entry.bytes[i] = '\0';
        entry.length = body_length;
        seal(&entry);
        unit_check(!is_taken(&entry), "in place of byte %zu", i);
    }
    unit_end();
}

static void numbers_are_strict(void **context) {
    static const char *const lines[] = {"time_ms", "status", "available", "limit",
                                        "used",    "hours",  "reset_ms"};
    static const char *const refused[] = {"",
                                          " ",
                                          " 1",
                                          "1 ",
                                          "1\r",
                                          "+1",
                                          "01",
                                          "00",
                                          "0x10",
                                          "1.5",
                                          "1,5",
                                          "--",
                                          "--1",
                                          "- 1",
                                          "-x",
                                          "x",
                                          "1x",
                                          "1 2",
                                          "\xC2\xB2",
                                          "nan",
                                          "inf",
                                          "1e",
                                          "9007199254740993",
                                          "9223372036854775808",
                                          "18446744073709551617",
                                          "99999999999999999999999999999999"};

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(lines); i++) {
        for (size_t k = 0; k < UNIT_COUNT(refused); k++) {
            /* Of the one number that may be negative, zeros before it do no harm. */
            if (strcmp(lines[i], "available") == 0 && *refused[k] == '0')
                continue;
            struct entry entry = entry_with(lines[i], refused[k]);
            unit_check(!is_taken(&entry), "%s '%s'", lines[i], unit_show_text(refused[k]).text);
        }
    }
    unit_end();
}

static void numbers_are_within_their_range(void **context) {
    static const struct {
        const char *line;
        const char *value;
        bool taken;
    } cases[] = {
        {"time_ms", "0", true},
        {"time_ms", "9007199254740992", true},
        {"time_ms", "-1", false},
        {"time_ms", "-", false},
        {"status", "0", true},
        {"status", "999", true},
        {"status", "1000", false},
        {"status", "-1", false},
        {"status", "-", false},
        {"available", "9007199254740992", true},
        {"available", "-9007199254740992", true},
        {"available", "-1", true},
        {"available", "0", true},
        {"available", "-9007199254740993", false},
        {"available", "-", false}, /* a token's answer has it */
        {"limit", "-", true},
        {"limit", "0", true},
        {"limit", "9007199254740992", true},
        {"limit", "-1", false},
        {"used", "-", true},
        {"used", "0", true},
        {"used", "9007199254740992", true},
        {"used", "-1", false},
        {"hours", "-", true},
        {"hours", "0", true},
        {"hours", "9999", true},
        {"hours", "10000", false},
        {"hours", "-1", false},
        {"reset_ms", "0", true},
        {"reset_ms", "9007199254740992", true},
        {"reset_ms", "-1", false},
        {"reset_ms", "-", false},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct entry entry = entry_with(cases[i].line, cases[i].value);
        unit_check(is_taken(&entry) == cases[i].taken, "%s %s", cases[i].line, cases[i].value);
    }
    unit_end();
}

static void kinds_are_two(void **context) {
    static const struct {
        const char *kind;
        const char *available;
        bool taken;
    } cases[] = {
        {"token", "7", true},      {"token", "-7", true},   {"token", "-", false},
        {"exceeded", "7", true},   {"exceeded", "-", true}, {"", "7", false},
        {"Token", "7", false},     {"tokens", "7", false},  {"token ", "7", false},
        {" token", "7", false},    {"tok", "7", false},     {"0", "7", false},
        {"exceeded2", "7", false}, {"busy", "7", false},    {"-", "7", false},
    };
    struct lines lines;

    (void)context;
    split_full_answer(&lines);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct kept_answer answer;
        set_value(&lines, "kind", cases[i].kind);
        set_value(&lines, "available", cases[i].available);
        struct entry entry = join(&lines, "\n");
        int result = read_entry(&entry, &answer);
        unit_check(result == (cases[i].taken ? 0 : -1), "'%s', %s left: %d", cases[i].kind,
                   cases[i].available, result);
        unit_check(result != 0 || (answer.info.kind == REPLY_TOKEN) == (cases[i].kind[0] == 't'),
                   "'%s' is %d", cases[i].kind, (int)answer.info.kind);
    }
    unit_end();
}

static void points_are_few_and_go_forward(void **context) {
    static const struct {
        const char *points[6];
        bool taken;
    } cases[] = {
        {{NULL}, true},
        {{"0 0"}, true},
        {{"9007199254740992 9007199254740992"}, true},
        {{"1 1", "2 2"}, true},
        {{"1 1", "2 1"}, true},
        {{"1 1", "2 2", "3 3"}, true},
        {{"1 1", "2 2", "3 3", "4 4"}, true},
        {{"1 1", "2 2", "3 3", "4 4", "5 5"}, false},
        {{"1 1", "2 2", "3 3", "4 4", "5 5", "6 6"}, false},
        {{"2 1", "1 2"}, false},
        {{"1 2", "2 1"}, false},
        {{"1 1", "3 2", "2 3"}, false},
        {{"1 1", "2 3", "3 2"}, false},
        {{"1 1", "2 2", "3 3", "0 4"}, false},
        {{"1 1", "2 2", "3 3", "4 0"}, false},
        {{"9007199254740993 1"}, false},
        {{"1 9007199254740993"}, false},
        {{"1"}, false},
        {{"1 "}, false},
        {{" 1"}, false},
        {{""}, false},
        {{" "}, false},
        {{"1  2"}, false},
        {{" 1 2"}, false},
        {{"1 2 "}, false},
        {{"1 2 3"}, false},
        {{"1\t2"}, false},
        {{"1,2"}, false},
        {{"-1 2"}, false},
        {{"1 -2"}, false},
        {{"- 2"}, false},
        {{"1 -"}, false},
        {{"01 2"}, false},
        {{"1 02"}, false},
        {{"x 2"}, false},
        {{"1 x"}, false},
        {{"1 1", "x 2"}, false},
        {{"x 1", "2 2"}, false},
    };
    struct lines good;

    (void)context;
    split_full_answer(&good);
    good.count = line_of(&good, "point");
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct lines lines = good;
        for (size_t k = 0; k < UNIT_COUNT(cases[i].points) && cases[i].points[k] != NULL; k++)
            snprintf(lines.line[lines.count++], LINE_SIZE, "point %s", cases[i].points[k]);
        struct entry entry = join(&lines, "\n");
        unit_check(is_taken(&entry) == cases[i].taken, "case %zu, first '%s'", i,
                   unit_show_text(cases[i].points[0]).text);
    }
    unit_end();
}

/* ---- Texts that somebody else wrote there ---- */

static const char *const text_lines[] = {"code", "error", "message", "description"};

static const char *text_of(const struct kept_answer *answer, size_t line) {
    const char *const texts[] = {answer->info.code.text, answer->info.error.text,
                                 answer->info.message.text, answer->info.description.text};

    return texts[line];
}

static void texts_are_masked_and_cleaned_again(void **context) {
    static const struct {
        const char *bytes;
        const char *text;
    } cases[] = {
        {SECRET, "***"},
        {"a " SECRET " b " SECRET, "a *** b ***"},
        {"s3c\x01r3t", "***"},
        {"%733cr3t", "***"},
        {"a\x01z", "a?z"},
        {"a\x1B[31mz", "a?[31mz"},
        {"a\tb\vc\fd\re", "a b c d e"},
        {"a\x7Fz", "a?z"},
        {"a\xC2\x85z", "a z"},
        {"a\xC2\x9Bz", "a?z"},
        {"a\xE2\x80\xA8z", "a z"},
        {"a\xE2\x80\xAEz", "a?z"},
        {"a\xFFz", "a?z"},
        {"a|b\\c<d>e&f", "a?b?c?d?e?f"},
        {"  blanks around  ", "blanks around"},
        {"   ", ""},
        {"", ""},
    };

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        for (size_t line = 0; line < UNIT_COUNT(text_lines); line++) {
            struct entry entry = entry_with(text_lines[line], cases[i].bytes);
            struct kept_answer answer;
            int result = read_entry(&entry, &answer);
            unit_check(result == 0, "%s '%s' gives %d", text_lines[line],
                       unit_show_text(cases[i].bytes).text, result);
            unit_check(result != 0 || strcmp(text_of(&answer, line), cases[i].text) == 0,
                       "%s '%s' is '%s'", text_lines[line], unit_show_text(cases[i].bytes).text,
                       unit_show_text(text_of(&answer, line)).text);
        }
    }
    unit_end();
}

static void names_that_no_field_can_have_are_refused(void **context) {
    static const char *const cases[] = {SECRET, "Token_limit", "token-limit",
                                        "a|b",  "a\x01z",      "\xC3\xA9"};
    char longest[161];

    (void)context;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 0; i <= UNIT_COUNT(cases); i++) {
        const char *text = i < UNIT_COUNT(cases) ? cases[i] : longest;
        struct entry entry = entry_with("unusable", text);
        struct kept_answer answer;
        unit_check(read_entry(&entry, &answer) == -1, "'%s' is taken", unit_show_text(text).text);
    }
    unit_end();
}

static void texts_are_cut_again(void **context) {
    char bytes[500] = "";
    char expected[EXCERPT_FIELD_MAX + 4] = "";

    (void)context;
    memset(bytes, 'x', sizeof bytes - 1);
    memset(expected, 'x', EXCERPT_FIELD_MAX - 1);
    strcat(expected, ELLIPSIS);
    for (size_t line = 0; line < UNIT_COUNT(text_lines); line++) {
        struct entry entry = entry_with(text_lines[line], bytes);
        struct kept_answer answer;
        assert_int_equal(read_entry(&entry, &answer), 0);
        unit_check(strcmp(text_of(&answer, line), expected) == 0, "%s is '%s'", text_lines[line],
                   unit_show_text(text_of(&answer, line)).text);
    }
    unit_end();
}

/* Wherever it is cut, no character is cut in two. */
static void texts_of_the_longest_characters_stay_whole(void **context) {
    (void)context;
    for (size_t line = 0; line < UNIT_COUNT(text_lines); line++) {
        struct entry entry = entry_with(text_lines[line], LONGEST);
        struct kept_answer answer;
        struct excerpt cleaned;
        assert_int_equal(read_entry(&entry, &answer), 0);
        const char *text = text_of(&answer, line);
        text_clean(cleaned.text, text, strlen(text));
        unit_check(strcmp(text, cleaned.text) == 0, "%s: %zu bytes end in '%s'", text_lines[line],
                   strlen(text), unit_show_text(text + strlen(text) - 3).text);
    }
    unit_end();
}

/* ---- Anything at all with a right sum ---- */

static bool is_within(const struct optional_count *count, int64_t min, int64_t max) {
    return !count->is_known || (count->value >= min && count->value <= max);
}

static bool is_clean(const char *text) {
    return strpbrk(text, "\n\r\t|\\<>&") == NULL && strstr(text, SECRET) == NULL;
}

static void check_sense(const struct kept_answer *answer) {
    const struct token_info *info = &answer->info;
    const struct usage_history *history = &answer->history;

    unit_check(answer->time_ms >= 0 && answer->time_ms <= BIG, "time");
    unit_check(info->kind == REPLY_LIMIT_EXCEEDED ||
                   (info->kind == REPLY_TOKEN && info->available.is_known),
               "kind");
    unit_check(info->status >= 0 && info->status <= 999, "status %ld", info->status);
    unit_check(is_within(&info->available, -BIG, BIG) && is_within(&info->limit, 0, BIG) &&
                   is_within(&info->used, 0, BIG) && is_within(&info->hours, 0, TOKEN_HOURS_MAX),
               "counts");
    unit_check(history->count <= USAGE_POINTS_MAX, "%zu points", history->count);
    for (size_t i = 1; i < history->count && i < USAGE_POINTS_MAX; i++)
        unit_check(history->points[i].time_ms >= history->points[i - 1].time_ms &&
                       history->points[i].used >= history->points[i - 1].used,
                   "points");
    for (size_t line = 0; line < UNIT_COUNT(text_lines); line++)
        unit_check(is_clean(text_of(answer, line)), "%s is '%s'", text_lines[line],
                   unit_show_text(text_of(answer, line)).text);
}

/* Changes some bytes, most of them to such as stand in entries. */
static void damage(struct entry *entry, uint64_t *seed) {
    static const char likely[] = "0123456789 -\n\nabcdefghijklmnopqrstuvwxyz_";
    uint64_t changes = 1 + unit_random(seed) % 3;

    for (uint64_t i = 0; i < changes; i++)
        entry->bytes[unit_random(seed) % entry->length] =
            unit_random(seed) % 4 == 0 ? (char)unit_random(seed)
                                       : likely[unit_random(seed) % (sizeof likely - 1)];
}

static void whatever_is_taken_makes_sense(void **context) {
    uint64_t seed = 5;
    int taken = 0;
    struct kept_answer answer = full_answer();
    struct entry good = write_entry(&answer);

    (void)context;
    good.length -= strlen("sha256 ") + 65;
    for (int round = 0; round < 8000; round++) {
        struct entry entry = good;
        damage(&entry, &seed);
        seal(&entry);
        if (read_entry(&entry, &answer) != 0)
            continue;
        check_sense(&answer);
        taken++;
    }
    unit_check(taken > 100 && taken < 8000, "%d were taken", taken);
    unit_end();
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(figures_come_back),
    cmocka_unit_test(texts_come_back),
    cmocka_unit_test(names_of_unusable_fields_come_back),
    cmocka_unit_test(histories_come_back),
    cmocka_unit_test(times_and_statuses_come_back),
    cmocka_unit_test(random_answers_come_back),
    cmocka_unit_test(the_largest_answer_fits),
    cmocka_unit_test(an_entry_is_lines_of_text_and_a_sum),
    cmocka_unit_test(every_truncation_is_refused),
    cmocka_unit_test(every_flipped_bit_is_refused),
    cmocka_unit_test(bytes_before_or_behind_are_refused),
    cmocka_unit_test(an_entry_twice_is_refused),
    cmocka_unit_test(a_sum_in_another_form_is_refused),
    cmocka_unit_test(another_key_is_refused),
    cmocka_unit_test(another_format_is_refused),
    cmocka_unit_test(a_missing_line_is_refused),
    cmocka_unit_test(a_line_twice_is_refused),
    cmocka_unit_test(lines_in_another_order_are_refused),
    cmocka_unit_test(a_line_more_is_refused),
    cmocka_unit_test(lines_have_a_name_and_a_blank_and_an_end),
    cmocka_unit_test(the_last_line_has_an_end),
    cmocka_unit_test(a_nul_is_refused),
    cmocka_unit_test(numbers_are_strict),
    cmocka_unit_test(numbers_are_within_their_range),
    cmocka_unit_test(kinds_are_two),
    cmocka_unit_test(points_are_few_and_go_forward),
    cmocka_unit_test(texts_are_masked_and_cleaned_again),
    cmocka_unit_test(names_that_no_field_can_have_are_refused),
    cmocka_unit_test(texts_are_cut_again),
    cmocka_unit_test(texts_of_the_longest_characters_stay_whole),
    cmocka_unit_test(whatever_is_taken_makes_sense),
};

UNIT_MAIN(tests)
