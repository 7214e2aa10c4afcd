/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cache/saved_info.h"
#include "check.h"
#include "mask.h"
#include "unit.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SECRET "s3cr3t"

/* The bytes of an entry of which nothing is empty. */
static const char full_entry[] = "check_wolkvox_token answer, format 2\n"
                                 "key " KEY "\n"
                                 "time_ms 1700000000123\n"
                                 "request_ms 213\n"
                                 "kind token\n"
                                 "status 200\n"
                                 "available 4000\n"
                                 "limit 4800\n"
                                 "used 800\n"
                                 "all_used 9000\n"
                                 "hours 15\n"
                                 "last_limit 4801\n"
                                 "last_all_used 9001\n"
                                 "last_reset_ms 1700054000123\n"
                                 "code 201\n"
                                 "error none to speak of\n"
                                 "message OK, se\xC3\xB1or\n"
                                 "description sales-crm\n"
                                 "last_description sales\n"
                                 "unusable token_limit, description\n"
                                 "point 1699990000000 0\n"
                                 "point 1700000000123 800\n"
                                 "end\n";

/* The full entry with another text in place of the first `old`. */
struct entry {
    char text[2048];
};

static struct entry entry_with(const char *old, const char *new) {
    struct entry entry;
    const char *place = strstr(full_entry, old);

    assert_non_null(place);
    snprintf(entry.text, sizeof entry.text, "%.*s%s%s", (int)(place - full_entry), full_entry, new,
             place + strlen(old));
    return entry;
}

/* With another value in the first line of that name. */
static struct entry entry_with_value(const char *name, const char *value) {
    char start[64];
    char old[128];
    char new[1024];

    snprintf(start, sizeof start, "\n%s ", name);
    const char *line = strstr(full_entry, start);
    assert_non_null(line);
    snprintf(old, sizeof old, "%.*s", (int)strcspn(line + 1, "\n") + 1, line);
    snprintf(new, sizeof new, "%s%s", start, value);
    return entry_with(old, new);
}

/* Reads from memory that is no longer than it must be, so that a sanitizer sees what goes beyond.
 */
static bool is_read(const char *bytes, size_t length, struct saved_info *saved) {
    char *copy = malloc(length + 1);

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    int result = saved_info_read(copy, length, KEY, saved);
    free(copy);
    return result == 0;
}

/* What is taken is written as the same bytes again. */
static bool is_taken(const char *text) {
    struct saved_info saved;

    if (!is_read(text, strlen(text), &saved))
        return false;
    char *again = saved_info_write(&saved, KEY);
    assert_non_null(again);
    unit_check(strcmp(again, text) == 0, "'%s' became '%s'", text, again);
    free(again);
    return true;
}

UNIT_TEST(the_format_is_this_one) {
    struct saved_info saved;
    const struct token_info *info = &saved.info;

    assert_true(is_taken(full_entry));
    assert_true(is_read(full_entry, strlen(full_entry), &saved));
    assert_true(saved.time_ms == INT64_C(1700000000123) && saved.request_ms == 213);
    assert_true(info->kind == REPLY_TOKEN && info->status == 200 && info->available.value == 4000);
    assert_true(info->limit.value == 4800 && info->used.value == 800 && info->hours.value == 15);
    assert_string_equal(info->description.text, "sales-crm");
    assert_string_equal(info->unusable.text, "token_limit, description");
    assert_true(saved.last.limit.value == 4801 && saved.last.all_used.value == 9001);
    assert_true(saved.history.count == 2 && saved.history.points[1].used == 800);
    assert_true(info->fields == NULL && info->reason == NULL);
}

/* 120 characters of 4 bytes, the most that a text has. */
UNIT_TEST(the_largest_answer_fits) {
    struct saved_info saved;
    struct excerpt *const texts[] = {&saved.info.code,     &saved.info.error,
                                     &saved.info.message,  &saved.info.description,
                                     &saved.info.unusable, &saved.last.description};

    assert_true(is_read(full_entry, strlen(full_entry), &saved));
    for (size_t i = 0; i < UNIT_COUNT(texts); i++)
        for (size_t at = 0; at < 4 * EXCERPT_FIELD_MAX; at += 4)
            strcpy(texts[i]->text + at, "\xF0\x9F\x98\x80");
    char *bytes = saved_info_write(&saved, KEY);
    assert_true(bytes != NULL && strlen(bytes) < SAVED_INFO_SIZE_MAX && is_taken(bytes));
    free(bytes);
}

/* ---- What is not whole ---- */

UNIT_TEST(every_truncation_is_refused) {
    struct saved_info saved;

    for (size_t length = 0; length < strlen(full_entry); length++) {
        unit_check(!is_read(full_entry, length, &saved), "the first %zu bytes", length);
        unit_check(length == 0 || !is_taken(full_entry + length), "without %zu bytes", length);
    }
}

UNIT_TEST(what_is_more_or_other_is_refused) {
    static const struct {
        const char *old;
        const char *new;
    } cases[] = {
        {"check", "\ncheck"},
        {"format 2", "format 1"},
        {"format 2", "format 20"},
        {"format 2\n", "format 2\r\n"},
        {"key 0", "key 1"},
        {"key 0", "key  0"},
        {"eeff\n", "eef\n"},
        {"eeff\n", "EEFF\n"},
        {"\nused", "\nextra 1\nused"},
        {"\nused", "\n\nused"},
        {"\nused ", "\nUsed "},
        {"\nused ", "\nused\t"},
        {"\nend\n", "\nend\n\n"},
        {"\nend\n", "\nend \n"},
        {"\nend\n", "\nend\npoint 1700000000124 800\n"},
        {"\npoint 1699990000000 0\n", "\nend\n"},
    };
    struct entry with_nul = entry_with("sales-crm", "sales#crm");
    struct saved_info saved;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        unit_check(!is_taken(entry_with(cases[i].old, cases[i].new).text), "'%s'",
                   unit_show_text(cases[i].new).text);
    *strchr(with_nul.text, '#') = '\0';
    unit_check(!is_read(with_nul.text, strlen(full_entry), &saved), "a NUL");
    unit_check(!is_read(full_entry, sizeof full_entry, &saved), "a NUL at the end");
}

/* Each line is left out, is there twice, and changes places with the next. */
UNIT_TEST(each_line_has_its_place) {
    const char *next;

    for (const char *line = full_entry; *line != '\0'; line = next) {
        struct entry entry;
        next = strchr(line, '\n') + 1;
        int before = (int)(line - full_entry);
        int length = (int)(next - line);
        int next_length = (int)strcspn(next, "\n") + (*next != '\0');
        bool is_point = strncmp(line, "point", 5) == 0;
        snprintf(entry.text, sizeof entry.text, "%.*s%s", before, full_entry, next);
        unit_check(is_taken(entry.text) == is_point, "without %.*s", length, line);
        snprintf(entry.text, sizeof entry.text, "%.*s%.*s%s", before, full_entry, length, line,
                 line);
        unit_check(is_taken(entry.text) == is_point, "twice %.*s", length, line);
        snprintf(entry.text, sizeof entry.text, "%.*s%.*s%.*s%s", before, full_entry, next_length,
                 next, length, line, next + next_length);
        unit_check(*next == '\0' || is_point || !is_taken(entry.text), "swapped %.*s", length,
                   line);
    }
}

/* ---- Values ---- */

UNIT_TEST(numbers_are_strict) {
    static const char *const names[] = {"time_ms",    "request_ms",    "status",       "available",
                                        "limit",      "used",          "hours",        "all_used",
                                        "last_limit", "last_all_used", "last_reset_ms"};
    static const char *const refused[] = {"", " 1", "1 ", "1\r", "01", "--1", "1e", "nan"};

    for (size_t i = 0; i < UNIT_COUNT(names) * UNIT_COUNT(refused); i++) {
        const char *name = names[i / UNIT_COUNT(refused)];
        const char *value = refused[i % UNIT_COUNT(refused)];
        unit_check(!is_taken(entry_with_value(name, value).text), "%s '%s'", name, value);
    }
}

UNIT_TEST(values_are_within_their_range) {
    static const struct {
        const char *name;
        const char *value;
        bool taken;
    } cases[] = {
        {"time_ms", "0", true},
        {"time_ms", "100000000000000", true},
        {"time_ms", "-", false},
        {"time_ms", "100000000000001", false},
        {"status", "999", true},
        {"status", "1000", false},
        {"available", "-1000000000000", true},
        {"available", "-1000000000001", false},
        {"available", "-", false}, /* a token's answer has it */
        {"limit", "-", true},
        {"limit", "-1", false},
        {"hours", "9999", true},
        {"hours", "10000", false},
        {"last_reset_ms", "-", true},
        {"last_reset_ms", "100000000000001", false},
        {"kind", "exceeded", true},
        {"kind", "tokens", false},
        {"kind", "busy", false},
        {"code", "", true},
        {"unusable", "", true},
        {"point", "0 800", true},
        {"point", "0", false},
        {"point", "0  0", false},
        {"point", "0 0 0", false},
        {"point", "-1 0", false},
        {"point", "0 -1", false},
        {"point", "0 0\npoint 1 0\npoint 2 0", true},
        {"point", "0 0\npoint 1 0\npoint 2 0\npoint 3 0", false},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        unit_check(is_taken(entry_with_value(cases[i].name, cases[i].value).text) == cases[i].taken,
                   "%s '%s'", cases[i].name, cases[i].value);
}

/* Who else may have written to it? */
UNIT_TEST(texts_are_masked_and_cleaned_again) {
    static const struct {
        const char *bytes;
        const char *text;
    } cases[] = {
        {"a s3c\x01r3t b", "a *** b"},
        {"a|b\\c<d>\x1B\xE2\x80\xAE\xFF", "a?b?c?d????"},
        {"  blanks around\t ", "blanks around"},
    };
    static const char *const names[] = {"code", "error", "message", "description",
                                        "last_description"};

    mask_register(SECRET);
    for (size_t i = 0; i < UNIT_COUNT(names) * UNIT_COUNT(cases); i++) {
        size_t line = i % UNIT_COUNT(names);
        size_t number = i / UNIT_COUNT(names);
        struct entry entry = entry_with_value(names[line], cases[number].bytes);
        struct saved_info saved;
        bool taken = is_read(entry.text, strlen(entry.text), &saved);
        const char *const texts[] = {saved.info.code.text, saved.info.error.text,
                                     saved.info.message.text, saved.info.description.text,
                                     saved.last.description.text};
        unit_check(taken && strcmp(texts[line], cases[number].text) == 0, "%s, case %zu: '%s'",
                   names[line], number, unit_show_text(texts[line]).text);
    }
    mask_register(NULL);
}
