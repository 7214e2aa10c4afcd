/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api/decode.h"
#include "check.h"
#include "mask.h"
#include "unit.h"

#include <inttypes.h>
#include <stdlib.h>

/* Manual, STATES: from the bytes of an answer to its plain values. */

#define RECORD "{\"available_consumition_options\":7}"
#define DATA "\"data\":" RECORD
#define SOUND "{" DATA "}"
#define ENVELOPE(code, error, msg) "\"code\":" code ",\"error\":" error ",\"msg\":" msg
#define SAYS(code, error, msg) "{" ENVELOPE(code, error, msg) "}"
#define FULL(code, error, msg) "{" ENVELOPE(code, error, msg) "," DATA "}"
#define MESSAGE(msg) "{\"msg\":" msg "}"
#define LIMIT "\"TOKEN LIMIT EXCEEDED\""
#define INVALID "\"PLEASE VALIDATE TOKEN\""
#define SIMULTANEOUS "\"EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)\""

static const char *const kinds[] = {"TOKEN",        "LIMIT_EXCEEDED", "TOKEN_REFUSED", "BUSY",
                                    "WRONG_METHOD", "REFUSED",        "NOT_UNDERSTOOD"};

static struct token_info decode_response(enum api_id api, const struct http_response *response,
                                         bool list_fields) {
    struct token_info info;
    struct libjson json;
    struct error error;

    if (libjson_load(&json, &error) != 0)
        fail_msg("%s", error.text);
    mask_register("s3cr3t");
    assert_int_equal(decode_reply(&json, &apis[api], response, list_fields, &info), 0);
    return info;
}

static struct token_info decode(enum api_id api, long status, const char *body, size_t length,
                                bool list_fields) {
    const struct http_response response = {
        .status = status, .body = (char *)body, .body_length = length};

    return decode_response(api, &response, list_fields);
}

static struct token_info decode_text(enum api_id api, const char *body) {
    return decode(api, 200, body, strlen(body), false);
}

static bool is_count(const struct optional_count *count, int64_t value) {
    return count->is_known == (value != NO) && (value == NO || count->value == value);
}

/* ---- Answers as the vendor documents them ---- */

static const struct {
    enum api_id api;
    const char *body;
    struct figures figures;
    int64_t all_used;
    const char *description;
} documented[] = {
    {API_CRM,
     "{\"code\":\"200\",\"error\":\"null\",\"msg\":\"1 records were are found\",\"data\":{"
     "\"description\":\"token\",\"token_limit\":4800,\"token_use_today\":0,"
     "\"available_consumition_options\":4800,\"hours_to_restart_count\":15}}",
     {4800, 4800, 0, 15},
     NO,
     "token"},
    {API_MANAGER,
     "{\"code\":\"200\",\"error\":null,\"msg\":\" 1 records were found\",\"data\":[{"
     "\"description\":\"panel\",\"token_limit\":\"5000\",\"token_use_today\":\" 12\","
     "\"all_token_today\":\"90 \",\"available_consumition_options\":\" 4988 \"}]}",
     {4988, 5000, 12, NO},
     90,
     "panel"},
    /* its page leaves the values blank */
    {API_MANAGER,
     "{\"code\":\"0\",\"data\":[{\"description\":\" \",\"token_limit\":\" \",\"token_use_today\":"
     "\"\",\"all_token_today\":\"\\t\\n\",\"available_consumption_options\":\"-3\"}]}",
     {-3, NO, NO, NO},
     NO,
     ""},
    {API_CRM,
     "{\"data\":[{\"available_consumption_options\":\"-7\",\"all_token_today\":9}]}",
     {-7, NO, NO, NO},
     NO,
     ""},
};

UNIT_TEST(documented_answers_are_understood) {
    for (size_t i = 0; i < UNIT_COUNT(documented); i++) {
        const struct figures *figures = &documented[i].figures;
        struct token_info info = decode_text(documented[i].api, documented[i].body);
        unit_check(info.kind == REPLY_TOKEN && info.status == 200, "%s is %s", documented[i].body,
                   kinds[info.kind]);
        unit_check(is_count(&info.available, figures->available) &&
                       is_count(&info.limit, figures->limit) &&
                       is_count(&info.used, figures->used) &&
                       is_count(&info.hours, figures->hours) &&
                       is_count(&info.all_used, documented[i].all_used),
                   "counts of %s", documented[i].body);
        unit_check(strcmp(info.description.text, documented[i].description) == 0 &&
                       info.code.text[0] == '\0' && info.error.text[0] == '\0',
                   "texts of %s", documented[i].body);
        unit_check(info.unusable.text[0] == '\0' && info.fields == NULL, "%s: unusable: %s",
                   documented[i].body, info.unusable.text);
        token_info_free(&info);
    }
}

/* ---- Which kind of answer ---- */

static const struct {
    long status;
    const char *body;
    size_t length;
    enum reply_kind kind;
} kind_cases[] = {
    {200, UNIT_BYTES("\xEF\xBB\xBF\n \r\n\t" SOUND "\r\n \t"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"more\":[[[[{\"x\":[1,2]}]]]]," DATA "}"), REPLY_TOKEN},
    {200, UNIT_BYTES("{\"msg\":null,\"Code\":403," DATA "}"), REPLY_TOKEN},
    /* what json-c's parser takes beyond the standard */
    {200, UNIT_BYTES("/* */{'msg':NULL," DATA ",}"), REPLY_TOKEN},

    /* not JSON */
    {200, UNIT_BYTES(" "), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("\xEF\xBB\xBF\xEF\xBB\xBF" SOUND), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("<html>OK</html>"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{data:1}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(SOUND "x"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(SOUND "// x"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(SOUND "\xC2\xA0"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(SOUND "\0"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("\0" SOUND), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"msg\":\"a\0b\"," DATA "}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("7\0" SOUND), REPLY_NOT_UNDERSTOOD},
    /* not the documented shape */
    {200, UNIT_BYTES("null"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("405"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("[" SOUND "]"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":[]}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":[" RECORD "," RECORD "]}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"data\":[[" RECORD "]]}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES("{\"Data\":" RECORD "}"), REPLY_NOT_UNDERSTOOD},
    {200, UNIT_BYTES(RECORD), REPLY_NOT_UNDERSTOOD},

    /* the limit is exceeded: before everything else */
    {403, UNIT_BYTES(SAYS("\"403\"", "\"FORBIDDEN\"", LIMIT)), REPLY_LIMIT_EXCEEDED},
    {401, UNIT_BYTES(SAYS("401", INVALID, LIMIT)), REPLY_LIMIT_EXCEEDED},
    {429, UNIT_BYTES(SAYS("429", LIMIT, SIMULTANEOUS)), REPLY_LIMIT_EXCEEDED},
    {405, UNIT_BYTES(SAYS("\"501\"", "null", LIMIT)), REPLY_LIMIT_EXCEEDED},
    {302, UNIT_BYTES(MESSAGE(LIMIT)), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(MESSAGE("\"Sorry: \\u0000token\\n\\tlimit \\r exceeded!\"")),
     REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES("{\"msg\":" LIMIT ",\"data\":{\"token_limit\":5}}"), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(FULL("\"200\"", "\"Token limit exceeded\"", "\"\"")), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(FULL("\"403\"", "\"null\"", LIMIT)), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(FULL("true", "null", LIMIT)), REPLY_LIMIT_EXCEEDED},
    {200, UNIT_BYTES(FULL("null", "[]", LIMIT)), REPLY_LIMIT_EXCEEDED},
    {302, UNIT_BYTES("<h1>Token\n  limit\texceeded</h1>"), REPLY_LIMIT_EXCEEDED},
    {403, UNIT_BYTES("\0 TOKEN LIMIT EXCEEDED"), REPLY_LIMIT_EXCEEDED},
    {405, UNIT_BYTES(MESSAGE(LIMIT) "x"), REPLY_LIMIT_EXCEEDED},
    /* the words stand where they do not count */
    {200, UNIT_BYTES("TOKEN LIMIT EXCEEDED"), REPLY_NOT_UNDERSTOOD},
    {403, UNIT_BYTES(LIMIT), REPLY_REFUSED},
    {403, UNIT_BYTES("{\"detail\":" LIMIT "}"), REPLY_REFUSED},
    {403, UNIT_BYTES("{\"code\":" LIMIT "}"), REPLY_REFUSED},
    {403, UNIT_BYTES("{\"data\":" MESSAGE(LIMIT) "}"), REPLY_REFUSED},
    {200, UNIT_BYTES(FULL("\"200\"", "\"null\"", LIMIT)), REPLY_TOKEN},
    {200, UNIT_BYTES(FULL("200", "null", INVALID)), REPLY_TOKEN},
    {200, UNIT_BYTES(FULL("200", "null", SIMULTANEOUS)), REPLY_TOKEN},
    {403, UNIT_BYTES(FULL("\"200\"", "\"null\"", LIMIT)), REPLY_REFUSED},

    /* the token is refused: before busy and before the other method */
    {403, UNIT_BYTES(SAYS("\"403\"", "\"FORBIDDEN\"", INVALID)), REPLY_TOKEN_REFUSED},
    {200, UNIT_BYTES(SAYS("\"403\"", INVALID, "\"\"")), REPLY_TOKEN_REFUSED},
    {401, UNIT_BYTES(SOUND), REPLY_TOKEN_REFUSED},
    {200, UNIT_BYTES(FULL("\"401\"", "null", "\"\"")), REPLY_TOKEN_REFUSED},
    {405, UNIT_BYTES(SAYS("401", "true", "\"\"")), REPLY_TOKEN_REFUSED},
    {429, UNIT_BYTES(SAYS("\"429\"", SIMULTANEOUS, INVALID)), REPLY_TOKEN_REFUSED},
    {401, UNIT_BYTES(SAYS("\"429\"", "null", SIMULTANEOUS)), REPLY_TOKEN_REFUSED},
    {302, UNIT_BYTES("<p>Please validate token</p>"), REPLY_TOKEN_REFUSED},
    {200, UNIT_BYTES("Please validate token"), REPLY_NOT_UNDERSTOOD},
    {403, UNIT_BYTES(MESSAGE("\"VALIDATE YOUR TOKEN\"")), REPLY_REFUSED},

    /* busy */
    {403, UNIT_BYTES(SAYS("\"403\"", "\"FORBIDDEN\"", SIMULTANEOUS)), REPLY_BUSY},
    {200, UNIT_BYTES(SAYS("\"200\"", "\"simultaneous\\n requests\"", "\"\"")), REPLY_BUSY},
    {405, UNIT_BYTES("Too many simultaneous requests"), REPLY_BUSY},
    {200, UNIT_BYTES("Too many simultaneous requests"), REPLY_NOT_UNDERSTOOD},
    {429, UNIT_BYTES(SOUND), REPLY_BUSY},
    {200, UNIT_BYTES(FULL("\"429\"", "null", "\"\"")), REPLY_BUSY},
    {405, UNIT_BYTES(SAYS("429", "\"X\"", "\"\"")), REPLY_BUSY},

    /* another method is wanted */
    {405, UNIT_BYTES(SOUND), REPLY_WRONG_METHOD},
    {501, UNIT_BYTES("<html>"), REPLY_WRONG_METHOD},
    {200, UNIT_BYTES(SAYS("\"405\"", "\"METHOD NOT ALLOWED\"", "\"\"")), REPLY_WRONG_METHOD},
    {403, UNIT_BYTES(SAYS("501", "null", "\"\"")), REPLY_WRONG_METHOD},

    /* refused: another status or code than 200, or an error */
    {201, UNIT_BYTES(SOUND), REPLY_REFUSED},
    {302, UNIT_BYTES(""), REPLY_REFUSED},
    {403, UNIT_BYTES("<html>Maintenance</html>"), REPLY_REFUSED},
    {403, UNIT_BYTES(SAYS("\"403\"", "\"FORBIDDEN\"", "\"API USE IS DISABLED\"")), REPLY_REFUSED},
    {502, UNIT_BYTES("{\"code\":true}"), REPLY_REFUSED},
    {200, UNIT_BYTES(SAYS("403", "true", "\"\"")), REPLY_REFUSED},
    {200, UNIT_BYTES(SAYS("[]", "\"FORBIDDEN\"", "\"\"")), REPLY_REFUSED},
};

UNIT_TEST(each_kind_of_answer_is_recognised) {
    for (size_t i = 0; i < UNIT_COUNT(kind_cases) * API_COUNT; i++) {
        size_t k = i / API_COUNT;
        struct unit_shown body = unit_show(kind_cases[k].body, kind_cases[k].length);
        struct token_info info = decode(i % API_COUNT, kind_cases[k].status, kind_cases[k].body,
                                        kind_cases[k].length, false);
        unit_check(info.kind == kind_cases[k].kind, "%s: HTTP %ld, %s is %s, not %s",
                   apis[i % API_COUNT].name, kind_cases[k].status, body.text, kinds[info.kind],
                   kinds[kind_cases[k].kind]);
        unit_check(info.kind != REPLY_NOT_UNDERSTOOD || info.reason != NULL, "%s: no reason",
                   body.text);
        unit_check(info.kind != REPLY_TOKEN || info.available.is_known, "%s: no count", body.text);
    }
}

/* Values of code and error in an answer that has counts. */
static const struct {
    const char *key;
    enum reply_kind kinds[API_COUNT]; /* of the CRM, of Manager */
    const char *values[12];
} envelopes[] = {
    {"code", {REPLY_TOKEN, REPLY_TOKEN}, {"200", "200.0", "\"200\"", "null", "\"\"", "\" \""}},
    {"code", {REPLY_REFUSED, REPLY_TOKEN}, {"0", "\"0\"", "0.0"}},
    {"code", {REPLY_NOT_UNDERSTOOD, REPLY_NOT_UNDERSTOOD}, {"true", "[200]", "{}"}},
    {"code",
     {REPLY_REFUSED, REPLY_REFUSED},
     {"\"403\"", "-200", "200.5", "\"0200\"", "\"+200\"", "\"200 OK\"", "\"00\"", "\"null\"",
      "\"\\u0000\"",
      /* 200 where 64 or 32 bits are all there is */
      "18446744073709551816", "4294967496"}},
    {"error", {REPLY_TOKEN, REPLY_TOKEN}, {"\"null\"", "\"nULl\"", "null", "\"\"", "\" \""}},
    {"error", {REPLY_NOT_UNDERSTOOD, REPLY_NOT_UNDERSTOOD}, {"false", "[\"null\"]", "{}"}},
    {"error",
     {REPLY_REFUSED, REPLY_REFUSED},
     {"\"FORBIDDEN\"", "\"null.\"", "\"nul\"", "\"0\"", "0", "\"null\\u0000x\"", "\"nul\\u0000\""}},
};

UNIT_TEST(code_and_error_may_be_absent_in_several_ways) {
    for (size_t i = 0; i < UNIT_COUNT(envelopes) * API_COUNT; i++) {
        enum reply_kind kind = envelopes[i / API_COUNT].kinds[i % API_COUNT];
        for (const char *const *value = envelopes[i / API_COUNT].values; *value != NULL; value++) {
            char body[256];
            snprintf(body, sizeof body, "{\"%s\":%s," DATA "}", envelopes[i / API_COUNT].key,
                     *value);
            struct token_info info = decode_text(i % API_COUNT, body);
            const char *shown = body[2] == 'c' ? info.code.text : info.error.text;
            unit_check(info.kind == kind, "%s: %s is %s", apis[i % API_COUNT].name, body,
                       kinds[info.kind]);
            unit_check((*shown != '\0') == (kind == REPLY_REFUSED), "%s shows '%s'", body, shown);
        }
    }
}

UNIT_TEST(what_is_not_json_says_how_it_begins) {
    static const struct {
        const char *body;
        size_t length;
        const char *begins;
    } cases[] = {
        {UNIT_BYTES("<html>s3cr3t</html>"), "?html?***?/html?"},
        {UNIT_BYTES("\xEF\xBB\xBF OK\n"), "OK"},
        {UNIT_BYTES("\0\0x"), "??x"},
        {UNIT_BYTES("a123456789012345678901234567890123456789"),
         "a123456789012345678901234567890123456789"},
        {UNIT_BYTES("a1234567890123456789012345678901234567890"),
         "a12345678901234567890123456789012345678\xE2\x80\xA6"},
        {UNIT_BYTES("[]"), ""},
        {UNIT_BYTES(""), ""},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = decode(API_CRM, 200, cases[i].body, cases[i].length, false);
        unit_check(strcmp(info.begins.text, cases[i].begins) == 0, "'%s' begins '%s'",
                   unit_show(cases[i].body, cases[i].length).text, info.begins.text);
        unit_check(*cases[i].begins == '\0' || strcmp(info.reason, "it is not JSON") == 0, "%s",
                   info.reason);
    }
}

UNIT_TEST(bodies_that_are_too_large_are_not_looked_into) {
    static const struct {
        long status;
        enum reply_kind kind;
    } cases[] = {{200, REPLY_NOT_UNDERSTOOD}, {403, REPLY_REFUSED},
                 {302, REPLY_REFUSED},        {429, REPLY_BUSY},
                 {405, REPLY_WRONG_METHOD},   {401, REPLY_TOKEN_REFUSED}};
    static const char *const bodies[] = {SOUND, MESSAGE(LIMIT), "token limit exceeded"};

    for (size_t i = 0; i < UNIT_COUNT(cases) * UNIT_COUNT(bodies); i++) {
        const char *body = bodies[i % UNIT_COUNT(bodies)];
        long status = cases[i / UNIT_COUNT(bodies)].status;
        const struct http_response response = {status, (char *)body, strlen(body),
                                               .too_large = true};
        struct token_info info = decode_response(API_CRM, &response, true);
        unit_check(info.kind == cases[i / UNIT_COUNT(bodies)].kind, "HTTP %ld is %s", status,
                   kinds[info.kind]);
        unit_check(!info.available.is_known && info.fields == NULL, "HTTP %ld has counts", status);
    }
}

/* ---- Fields ---- */

static const struct {
    const char *json;
    int64_t value; /* NO: it cannot be used */
} numbers[] = {
    {"0", 0},
    {"9999", 9999},
    {"10000", 10000},
    {"1000000000000", BIG},
    {"-1", -1},
    {"-1000000000000", -BIG},
    {"-0", 0},
    {"4799.0", 4799},
    {"479900e-2", 4799},
    {"\"4800\"", 4800},
    {"\" -12 \"", -12},
    {"\"\\t\\r\\n 1\\u000b\\f\"", 1},
    {"\"-1000000000000\"", -BIG},
    {"\"\\u0031\"", 1},
    {"1000000000001", NO},
    {"-1000000000001", NO},
    {"100000000000000000000000000000000000000000", NO},
    {"1e-400", NO},
    {"4799.00000000000000000001", NO},
    {"NaN", NO},
    {"\"1000000000001\"", NO},
    {"\"04\"", NO},
    {"\"+1\"", NO},
    {"\"-0\"", NO},
    {"\"- 1\"", NO},
    {"\"1 2\"", NO},
    {"\"1\\u0000\"", NO},
    {"\"1\\u00a0\"", NO},
    {"\"1.0\"", NO},
    {"\"1e3\"", NO},
    {"\"12abc\"", NO},
    {"\"\xD9\xA3\"", NO}, /* an Arabic digit */
    {"\"null\"", NO},
    {"true", NO},
    {"[1]", NO},
};

UNIT_TEST(counts_are_usable_numbers_or_absent) {
    static const struct {
        const char *key;
        int64_t min;
        int64_t max;
    } fields[] = {{"available_consumption_options", -BIG, BIG},
                  {"token_limit", 0, BIG},
                  {"token_use_today", 0, BIG},
                  {"hours_to_restart_count", 0, 9999},
                  {"all_token_today", 0, BIG}};

    for (size_t i = 0; i < UNIT_COUNT(numbers) * UNIT_COUNT(fields); i++) {
        size_t field = i % UNIT_COUNT(fields);
        const char *json = numbers[i / UNIT_COUNT(fields)].json;
        int64_t value = numbers[i / UNIT_COUNT(fields)].value;
        char body[256];
        if (value < fields[field].min || value > fields[field].max)
            value = NO;
        bool is_lost = field == 0 && value == NO;
        snprintf(body, sizeof body, "{\"data\":{\"%s\":%s%s}}", fields[field].key, json,
                 field > 0 ? ",\"available_consumption_options\":7" : "");
        struct token_info info = decode_text(API_MANAGER, body);
        const struct optional_count *counts[] = {&info.available, &info.limit, &info.used,
                                                 &info.hours, &info.all_used};
        unit_check(info.kind == (is_lost ? REPLY_NOT_UNDERSTOOD : REPLY_TOKEN), "%s is %s", body,
                   kinds[info.kind]);
        unit_check(is_count(counts[field], value), "%s is %" PRId64, body, counts[field]->value);
        unit_check(strcmp(info.unusable.text, value == NO && field > 0 ? fields[field].key : "") ==
                       0,
                   "%s: unusable '%s'", body, info.unusable.text);
    }
}

UNIT_TEST(the_first_spelling_that_is_there_counts) {
    static const struct {
        const char *documented;
        const char *sibling;
        int64_t crm;
        int64_t manager;
    } cases[] = {
        {"7", "8", 7, 8},        {"null", "8", 8, 8},  {"7", "null", 7, 7},
        {"\" \\n\"", "8", 8, 8}, {"7", "\" \"", 7, 7}, {"\"x\"", "8", NO, 8},
        {"7", "1.5", 7, NO},     {"true", "8", NO, 8}, {"null", "\"\"", NO, NO},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char body[256];
        snprintf(body, sizeof body,
                 "{\"data\":{\"available_consumition_options\":%s,"
                 "\"available_consumption_options\":%s}}",
                 cases[i].documented, cases[i].sibling);
        struct token_info crm = decode_text(API_CRM, body);
        struct token_info manager = decode_text(API_MANAGER, body);
        unit_check(is_count(&crm.available, cases[i].crm), "the CRM's %s", body);
        unit_check(is_count(&manager.available, cases[i].manager), "Manager's %s", body);
    }
}

UNIT_TEST(what_cannot_be_used_is_named) {
    static const struct {
        const char *fields;
        const char *crm;
        const char *manager;
    } cases[] = {
        {"\"token_limit\":null,\"description\":null", "", ""},
        {"\"token_limit\":\" \",\"token_use_today\":\"\"", "token_limit, token_use_today", ""},
        {"\"description\":[\"x\"],\"token_limit\":-1,\"token_use_today\":1.5,"
         "\"all_token_today\":{},\"hours_to_restart_count\":10000",
         "description, token_limit, token_use_today, hours_to_restart_count",
         "description, token_limit, token_use_today, all_token_today, hours_to_restart_count"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char body[512];
        snprintf(body, sizeof body, "{\"data\":{\"available_consumition_options\":7,%s}}",
                 cases[i].fields);
        struct token_info crm = decode_text(API_CRM, body);
        struct token_info manager = decode_text(API_MANAGER, body);
        unit_check(crm.kind == REPLY_TOKEN && manager.kind == REPLY_TOKEN, "%s", body);
        unit_check(strcmp(crm.unusable.text, cases[i].crm) == 0, "the CRM: %s", crm.unusable.text);
        unit_check(strcmp(manager.unusable.text, cases[i].manager) == 0, "Manager: %s",
                   manager.unusable.text);
    }
}

/* How foreign text is masked, cleaned and cut is in test_text. */
UNIT_TEST(texts_are_masked_cleaned_and_cut) {
    static const struct {
        const char *json; /* of a string, without its quotes */
        const char *expected;
    } cases[] = {
        {" ni\xC3\xB1o ni\\u00f1o \\ud83d\\ude00", "ni\xC3\xB1o ni\xC3\xB1o \xF0\x9F\x98\x80"},
        {"a\xFFz\xED\xA0\x80\xC3", "a?z????"},
        {"a\\ud83dz", "a\xEF\xBF\xBDz"},
        {"<a|b\\\\n\\u0000\\u202e>", "?a?b?n???"},
        {"it is s3c\\nr\\u0033t, so", "it is ***, so"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const char *json = cases[i].json;
        char body[512];
        snprintf(body, sizeof body,
                 "{\"code\":\"%s\",\"error\":\"%s\",\"msg\":\"%s\",\"data\":{\"description\":"
                 "\"%s\"}}",
                 json, json, json, json);
        struct token_info info = decode_text(API_CRM, body);
        const char *texts[] = {info.code.text, info.error.text, info.message.text,
                               info.description.text};
        for (size_t k = 0; k < UNIT_COUNT(texts); k++)
            unit_check(strcmp(texts[k], cases[i].expected) == 0, "%s became '%s'",
                       unit_show_text(json).text, unit_show_text(texts[k]).text);
    }
}

/* ---- Hostile bodies ---- */

UNIT_TEST(deep_nesting_does_no_harm) {
    static const size_t depths[] = {1, 25, 100, 30000};
    static char body[64 * 1024 + 1];

    for (size_t i = 0; i < UNIT_COUNT(depths); i++) {
        char *end = body + sprintf(body, "{\"x\":");
        memset(end, '[', depths[i]);
        memset(end + depths[i], ']', depths[i]);
        strcpy(end + 2 * depths[i], "," DATA "}");
        struct token_info info = decode_text(API_CRM, body);
        unit_check(info.kind == (depths[i] <= 25 ? REPLY_TOKEN : REPLY_NOT_UNDERSTOOD),
                   "%zu deep is %s", depths[i], kinds[info.kind]);
    }
    memset(body, '{', sizeof body - 1);
    unit_check(decode_text(API_CRM, body).kind == REPLY_NOT_UNDERSTOOD, "nothing but braces");
}

UNIT_TEST(every_beginning_of_an_answer_is_not_understood) {
    const char *answer = documented[1].body;

    for (size_t length = 0; length < strlen(answer); length++) {
        char *body = strndup(answer, length); /* so that a sanitizer sees what is read beyond */
        assert_non_null(body);
        struct token_info info = decode_text(API_MANAGER, body);
        unit_check(info.kind == REPLY_NOT_UNDERSTOOD, "%zu bytes are %s", length, kinds[info.kind]);
        free(body);
    }
}

/* ---- Fields for the user ---- */

UNIT_TEST(fields_are_listed_a_line_each) {
    static const struct {
        const char *body;
        const char *fields;
    } cases[] = {
        {"{\"code\":\"200\",\"data\":[{\"x\":1,\"y\":null,\"z\":[1,\"a\"]}],\"msg\":\"m\"}",
         "code: 200\nmsg: m\nx: 1\ny: null\nz: [ 1, \"a\" ]\n"},
        {"{\"s3cr3t\":\"s3c\\nr3t\",\"data\":5}", "***: ***\ndata: 5\n"},
        {"{\"a\\nb|\":\"c\\nd|\"}", "a b?: c d?\n"},
        {"{\"a\":1234567890123456789012e5,\"b\":0.12345678901234567890123}",
         "a: 1234567890123456789012e5\nb: 0.12345678901234567890123\n"},
        {"{}", ""},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct token_info info = decode(API_CRM, 200, cases[i].body, strlen(cases[i].body), true);
        unit_check(info.fields != NULL && strcmp(info.fields, cases[i].fields) == 0, "%s: %s",
                   cases[i].body, info.fields);
        token_info_free(&info);
    }
}
