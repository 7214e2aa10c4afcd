/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mask.h"
#include "state_store.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAME "check"
#define FILE_NAME "file"
#define SECRET "s3cr3t"

/* Where a test takes place. */
struct place {
    char root[32]; /* a folder of the test's own, in the current one */
    int open;      /* descriptors before the test */
};

struct path {
    char text[256];
};

static struct path path_of_user(const struct place *place) {
    struct path path;

    snprintf(path.text, sizeof path.text, "%s/%lu", place->root, (unsigned long)geteuid());
    return path;
}

static struct path path_of_folder(const struct place *place) {
    struct path path = path_of_user(place);
    size_t length = strlen(path.text);

    snprintf(path.text + length, sizeof path.text - length, "/%s", NAME);
    return path;
}

static struct path path_of_file(const struct place *place, const char *name) {
    struct path path = path_of_folder(place);
    size_t length = strlen(path.text);

    snprintf(path.text + length, sizeof path.text - length, "/%s", name);
    return path;
}

static int count_descriptors(void) {
    int count = 0;

    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static int set_up(void **context) {
    struct place *place = calloc(1, sizeof *place);

    if (place == NULL)
        return -1;
    *context = place;
    umask(077);
    alarm(60); /* whatever hangs ends here */
    place->open = count_descriptors();
    snprintf(place->root, sizeof place->root, "unit_store.XXXXXX");
    return mkdtemp(place->root) != NULL ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static int tear_down(void **context) {
    struct place *place = *context;
    int removed = nftw(place->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    bool nothing_is_left_open = count_descriptors() == place->open;

    free(place);
    alarm(0);
    if (!nothing_is_left_open)
        print_error("a descriptor is left open\n");
    return removed == 0 && nothing_is_left_open ? 0 : -1;
}

/* ---- What there is ---- */

static mode_t mode_of(const char *path) {
    struct stat status;

    return lstat(path, &status) == 0 ? status.st_mode : 0;
}

static bool exists(const char *path) {
    return mode_of(path) != 0;
}

static void write_file(const char *path, const char *content, mode_t mode) {
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static bool has_content(const char *path, const char *content) {
    char buffer[100] = "";
    FILE *file = fopen(path, "r");

    if (file == NULL)
        return false;
    size_t length = fread(buffer, 1, sizeof buffer - 1, file);
    fclose(file);
    return length == strlen(content) && memcmp(buffer, content, length) == 0;
}

static void make_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_true(strlen(path) < sizeof address.sun_path);
    strcpy(address.sun_path, path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

/* What may stand in a place that is the store's. */
enum thing {
    NOTHING,
    PLAIN_FILE,
    FOLDER,
    LINK_TO_FILE,
    LINK_TO_FOLDER,
    LINK_TO_NOTHING,
    LINK_TO_ITSELF,
    FIFO,
    SOCKET,
    FILE_OF_ANOTHER,  /* only for root */
    FOLDER_OF_ANOTHER /* only for root */
};

static const char *const thing_names[] = {
    [NOTHING] = "nothing",
    [PLAIN_FILE] = "a file",
    [FOLDER] = "a folder",
    [LINK_TO_FILE] = "a link to a file",
    [LINK_TO_FOLDER] = "a link to a folder",
    [LINK_TO_NOTHING] = "a link to nothing",
    [LINK_TO_ITSELF] = "a link to itself",
    [FIFO] = "a fifo",
    [SOCKET] = "a socket",
    [FILE_OF_ANOTHER] = "another user's file",
    [FOLDER_OF_ANOTHER] = "another user's folder",
};

static bool can_be_made(enum thing thing) {
    return (thing != FILE_OF_ANOTHER && thing != FOLDER_OF_ANOTHER) || geteuid() == 0;
}

/* A link to what stands beside the store, which is made, too. */
static void make_link(const struct place *place, const char *path, enum thing thing) {
    char beside[100];
    char target[300];

    snprintf(beside, sizeof beside, "%s/beside", place->root);
    if (thing == LINK_TO_FILE)
        write_file(beside, "content", 0600);
    else if (thing == LINK_TO_FOLDER)
        assert_true(mkdir(beside, 0700) == 0 || errno == EEXIST);
    char *whole = realpath(place->root, NULL);
    assert_non_null(whole);
    snprintf(target, sizeof target, "%.200s/%s", whole,
             thing == LINK_TO_NOTHING ? "nothing" : "beside");
    free(whole);
    assert_int_equal(symlink(thing == LINK_TO_ITSELF ? strrchr(path, '/') + 1 : target, path), 0);
}

static void make_thing(const struct place *place, const char *path, enum thing thing, mode_t mode) {
    switch (thing) {
    case NOTHING:
        break;
    case PLAIN_FILE:
    case FILE_OF_ANOTHER:
        write_file(path, "content", mode);
        break;
    case FOLDER:
    case FOLDER_OF_ANOTHER:
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(chmod(path, mode), 0);
        break;
    case FIFO:
        assert_int_equal(mkfifo(path, mode), 0);
        break;
    case SOCKET:
        make_socket(path);
        break;
    case LINK_TO_FILE:
    case LINK_TO_FOLDER:
    case LINK_TO_NOTHING:
    case LINK_TO_ITSELF:
        make_link(place, path, thing);
        break;
    }
    if (thing == FILE_OF_ANOTHER || thing == FOLDER_OF_ANOTHER)
        assert_int_equal(chown(path, 1, 1), 0);
}

/* ---- The store in the test's own folder ---- */

static struct store open_store(const struct place *place) {
    struct store store;
    struct error error;

    assert_int_equal(store_open(&store, place->root, false, NAME, &error), 0);
    return store;
}

static void lock(struct store *store) {
    struct deadline deadline = deadline_after(clock_now_ms(), 30);
    struct error error = {.text = ""};
    int result = store_lock(store, FILE_NAME, &deadline, &error);

    if (result != 0)
        fail_msg("no lock: %d, %s", result, error.text);
}

static void replace(const struct store *store, const char *content) {
    struct error error = {.text = ""};

    if (store_replace(store, FILE_NAME, content, strlen(content), &error) != 0)
        fail_msg("not replaced: %s", error.text);
}

/* The file as the store reads it, or NULL. */
static const char *read_text(const struct store *store) {
    static char buffer[100];
    long length = store_read(store, FILE_NAME, buffer, sizeof buffer - 1);

    if (length < 0)
        return NULL;
    buffer[length] = '\0';
    return buffer;
}

static bool reads(const struct store *store, const char *content) {
    const char *text = read_text(store);

    return text != NULL && strcmp(text, content) == 0;
}

/* ---- Folders ---- */

static void folders_are_made_for_the_user_alone(void **context) {
    static const mode_t masks[] = {077, 022, 0};
    const struct place *place = *context;

    for (size_t i = 0; i < UNIT_COUNT(masks); i++) {
        struct store store;
        struct error error = {.text = ""};
        struct path paths[4]; /* a parent, the root, and the two below it */
        char root[100];
        snprintf(paths[0].text, sizeof paths[0].text, "%s/%zu", place->root, i);
        snprintf(root, sizeof root, "%s/%zu/deep/root", place->root, i);
        snprintf(paths[1].text, sizeof paths[1].text, "%s", root);
        snprintf(paths[2].text, sizeof paths[2].text, "%s/%lu", root, (unsigned long)geteuid());
        snprintf(paths[3].text, sizeof paths[3].text, "%s/%lu/%s", root, (unsigned long)geteuid(),
                 NAME);
        umask(masks[i]);
        int result = store_open(&store, root, true, NAME, &error);
        umask(077);
        unit_check(result == 0, "umask %03o: %s", (unsigned int)masks[i], error.text);
        for (size_t k = 0; k < UNIT_COUNT(paths); k++)
            unit_check(mode_of(paths[k].text) == (S_IFDIR | 0700), "umask %03o: %s has %o",
                       (unsigned int)masks[i], paths[k].text, (unsigned int)mode_of(paths[k].text));
        store_close(&store);
    }
    unit_end();
}

static void folders_that_are_there_stay_as_they_are(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path folder = path_of_folder(place);

    store_close(&store);
    assert_int_equal(chmod(folder.text, 0755), 0);
    write_file(path_of_file(place, FILE_NAME).text, "kept", 0600);
    store = open_store(place);
    assert_int_equal(mode_of(folder.text), S_IFDIR | 0755);
    assert_true(reads(&store, "kept"));
    store_close(&store);
}

static void the_root_is_made_only_where_that_is_asked_for(void **context) {
    static const struct {
        const char *below; /* the test's folder */
        bool make_root;
        bool opens;
    } cases[] = {
        {"", false, true},
        {"", true, true},
        {"/", false, true},
        {"/missing", false, false},
        {"/missing", true, true},
        {"/a/b/c", false, false},
        {"/a/b/c", true, true},
        {"/a//d/", true, true},
        {"/a/b/../e", true, true},
        {"/a/b/c", false, true},
        {"/a/missing", false, false},
    };
    const struct place *place = *context;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct store store;
        struct error error = {.text = ""};
        char root[100];
        snprintf(root, sizeof root, "%s%s", place->root, cases[i].below);
        bool was_there = exists(root);
        int result = store_open(&store, root, cases[i].make_root, NAME, &error);
        unit_check(result == (cases[i].opens ? 0 : -1), "%s: %d, %s", root, result, error.text);
        unit_check(result == 0 || (error.kind == ERROR_LOCAL && *error.text != '\0'),
                   "%s: kind %d, '%s'", root, (int)error.kind, error.text);
        unit_check(exists(root) == (was_there || cases[i].make_root), "%s is made", root);
        unit_check((store.folder >= 0) == cases[i].opens, "%s: descriptor %d", root, store.folder);
        store_close(&store);
        unit_check(store.folder == -1, "%s: it is not closed", root);
    }
    unit_end();
}

static void a_message_names_the_folder_but_no_secret(void **context) {
    const struct place *place = *context;
    struct store store;
    struct error error = {.text = ""};
    char root[100];

    snprintf(root, sizeof root, "%s/a|" SECRET "/missing", place->root);
    assert_int_equal(store_open(&store, root, false, NAME, &error), -1);
    assert_int_equal(error.kind, ERROR_LOCAL);
    assert_non_null(strstr(error.text, "/a?***/missing"));
    assert_null(strstr(error.text, SECRET));
    store_close(&store);
}

static void only_a_folder_can_be_the_root(void **context) {
    static const struct {
        enum thing thing;
        mode_t mode;
        bool opens;
    } cases[] = {
        {FOLDER, 0700, true},       {FOLDER, 0777, true}, /* as /tmp is: what is made in it is the
                                                             user's own */
        {FOLDER, 01777, true},      {LINK_TO_FOLDER, 0, true}, {FOLDER_OF_ANOTHER, 0777, true},
        {PLAIN_FILE, 0600, false},  {LINK_TO_FILE, 0, false},  {LINK_TO_NOTHING, 0, false},
        {LINK_TO_ITSELF, 0, false}, {FIFO, 0600, false},       {SOCKET, 0600, false},
    };
    const struct place *place = *context;

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct place own;
        struct store store;
        struct error error = {.text = ""};
        char root[100];
        if (!can_be_made(cases[i].thing))
            continue;
        snprintf(own.root, sizeof own.root, "%.20s/%zu", place->root, i);
        assert_int_equal(mkdir(own.root, 0700), 0);
        snprintf(root, sizeof root, "%s/root", own.root);
        make_thing(&own, root, cases[i].thing, cases[i].mode);
        int result = store_open(&store, root, false, NAME, &error);
        unit_check(result == (cases[i].opens ? 0 : -1), "%s with mode %o gives %d: %s",
                   thing_names[cases[i].thing], (unsigned int)cases[i].mode, result, error.text);
        unit_check(result == 0 || error.kind == ERROR_LOCAL, "%s: kind %d",
                   thing_names[cases[i].thing], (int)error.kind);
        store_close(&store);
    }
    unit_end();
}

/* Opens the store in a new root, with something in the place of one of the folders. */
static void check_folder(const struct place *place, size_t number, bool is_name, enum thing thing,
                         mode_t mode, bool opens) {
    struct place own;
    struct store store;
    struct error error = {.text = ""};

    snprintf(own.root, sizeof own.root, "%.20s/%zu%s", place->root, number, is_name ? "n" : "u");
    assert_int_equal(mkdir(own.root, 0700), 0);
    struct path path = path_of_user(&own);
    if (is_name) {
        assert_int_equal(mkdir(path.text, 0700), 0);
        path = path_of_folder(&own);
    }
    make_thing(&own, path.text, thing, mode);
    mode_t before = mode_of(path.text);
    int result = store_open(&store, own.root, true, NAME, &error);
    unit_check(result == (opens ? 0 : -1), "%s with mode %o as the %s gives %d: %s",
               thing_names[thing], (unsigned int)mode, is_name ? "name" : "user", result,
               error.text);
    unit_check(result == 0 || (error.kind == ERROR_LOCAL && store.folder == -1),
               "%s: kind %d, descriptor %d", thing_names[thing], (int)error.kind, store.folder);
    unit_check(thing == NOTHING || mode_of(path.text) == before, "%s is changed",
               thing_names[thing]);
    store_close(&store);
}

static void what_is_no_folder_of_the_users_own_is_refused(void **context) {
    static const struct {
        enum thing thing;
        mode_t mode;
        bool opens;
    } cases[] = {
        {NOTHING, 0, true},
        {FOLDER, 0700, true},
        {FOLDER, 0755, true},
        {FOLDER, 0750, true},
        {FOLDER, 0711, true},
        {FOLDER, 0770, false},
        {FOLDER, 0720, false},
        {FOLDER, 0702, false},
        {FOLDER, 0777, false},
        {FOLDER, 01777, false},
        {FOLDER_OF_ANOTHER, 0700, false},
        {FOLDER_OF_ANOTHER, 0755, false},
        {LINK_TO_FOLDER, 0, false},
        {LINK_TO_FILE, 0, false},
        {LINK_TO_NOTHING, 0, false},
        {LINK_TO_ITSELF, 0, false},
        {PLAIN_FILE, 0700, false},
        {FIFO, 0700, false},
        {SOCKET, 0700, false},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        if (!can_be_made(cases[i].thing))
            continue;
        check_folder(*context, i, false, cases[i].thing, cases[i].mode, cases[i].opens);
        check_folder(*context, i, true, cases[i].thing, cases[i].mode, cases[i].opens);
    }
    unit_end();
}

/* ---- Reading ---- */

static void only_plain_files_of_the_users_own_are_read(void **context) {
    static const struct {
        enum thing thing;
        mode_t mode;
        bool is_read;
    } cases[] = {
        {NOTHING, 0, false},
        {PLAIN_FILE, 0600, true},
        {PLAIN_FILE, 0400, true},
        {PLAIN_FILE, 0644, true},
        {PLAIN_FILE, 0755, true},
        {PLAIN_FILE, 0660, false},
        {PLAIN_FILE, 0620, false},
        {PLAIN_FILE, 0602, false},
        {PLAIN_FILE, 0666, false},
        {FILE_OF_ANOTHER, 0600, false},
        {FILE_OF_ANOTHER, 0644, false},
        {LINK_TO_FILE, 0, false},
        {LINK_TO_FOLDER, 0, false},
        {LINK_TO_NOTHING, 0, false},
        {LINK_TO_ITSELF, 0, false},
        {FOLDER, 0700, false},
        {FIFO, 0600, false},
        {SOCKET, 0600, false},
    };
    const struct place *place = *context;
    struct store store = open_store(place);

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char name[32];
        char buffer[100];
        if (!can_be_made(cases[i].thing))
            continue;
        snprintf(name, sizeof name, "file%zu", i);
        make_thing(place, path_of_file(place, name).text, cases[i].thing, cases[i].mode);
        long length = store_read(&store, name, buffer, sizeof buffer);
        unit_check(length == (cases[i].is_read ? 7 : -1), "%s with mode %o gives %ld",
                   thing_names[cases[i].thing], (unsigned int)cases[i].mode, length);
        unit_check(length != 7 || memcmp(buffer, "content", 7) == 0, "mode %o: other bytes",
                   (unsigned int)cases[i].mode);
    }
    store_close(&store);
    unit_end();
}

/* Somebody who writes to it must not make it hang either. */
static void a_fifo_with_a_writer_is_not_read(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path path = path_of_file(place, FILE_NAME);
    char buffer[10];

    assert_int_equal(mkfifo(path.text, 0600), 0);
    int fd = open(path.text, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "content", 7), 7);
    assert_int_equal(store_read(&store, FILE_NAME, buffer, sizeof buffer), -1);
    close(fd);
    store_close(&store);
}

static void a_file_is_read_where_all_of_it_fits(void **context) {
    static const struct {
        const char *content;
        size_t size; /* the buffer's */
        long length;
    } cases[] = {
        {"", 0, 0},        {"", 1, 0},         {"x", 0, -1},
        {"x", 1, 1},       {"content", 6, -1}, {"content", 7, 7},
        {"content", 8, 7}, {"content", 64, 7}, {"a\nb\n\n", 64, 5},
    };
    const struct place *place = *context;
    struct store store = open_store(place);

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char buffer[64];
        memset(buffer, '#', sizeof buffer);
        write_file(path_of_file(place, FILE_NAME).text, cases[i].content, 0600);
        long length = store_read(&store, FILE_NAME, buffer, cases[i].size);
        unit_check(length == cases[i].length, "'%s' into %zu bytes gives %ld",
                   unit_show_text(cases[i].content).text, cases[i].size, length);
        unit_check(length < 0 || memcmp(buffer, cases[i].content, (size_t)length) == 0,
                   "'%s' into %zu bytes", unit_show_text(cases[i].content).text, cases[i].size);
        for (size_t k = length > 0 ? (size_t)length : 0; k < sizeof buffer; k++)
            unit_check(buffer[k] == '#', "'%s' into %zu bytes: byte %zu is written",
                       unit_show_text(cases[i].content).text, cases[i].size, k);
    }
    store_close(&store);
    unit_end();
}

/* ---- Locking and replacing ---- */

static void a_locked_file_is_replaced_as_a_whole(void **context) {
    static const mode_t masks[] = {077, 022, 0};
    const struct place *place = *context;
    struct path path = path_of_file(place, FILE_NAME);
    struct path temporary = path_of_file(place, FILE_NAME ".new");

    for (size_t i = 0; i < UNIT_COUNT(masks); i++) {
        struct store store = open_store(place);
        umask(masks[i]);
        lock(&store);
        unit_check(mode_of(path.text) == (S_IFREG | 0600), "locked: mode %o",
                   (unsigned int)mode_of(path.text));
        unit_check(reads(&store, i == 0 ? "" : "the second, and longer"), "locked: '%s'",
                   unit_show_text(read_text(&store)).text);
        replace(&store, "first");
        unit_check(reads(&store, "first"), "'%s'", unit_show_text(read_text(&store)).text);
        unit_check(mode_of(path.text) == (S_IFREG | 0600), "replaced: mode %o",
                   (unsigned int)mode_of(path.text));
        store_unlock(&store, FILE_NAME);
        unit_check(reads(&store, "first"), "unlocked: '%s'",
                   unit_show_text(read_text(&store)).text);
        lock(&store);
        replace(&store, "the second, and longer");
        store_unlock(&store, FILE_NAME);
        unit_check(reads(&store, "the second, and longer"), "'%s'",
                   unit_show_text(read_text(&store)).text);
        unit_check(!exists(temporary.text), "a temporary file is left");
        unit_check(store.lock == -1, "descriptor %d", store.lock);
        umask(077);
        store_close(&store);
    }
    unit_end();
}

static void all_bytes_are_written(void **context) {
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {{UNIT_BYTES("x")},
                 {UNIT_BYTES("a\0b\nc\xFF")},
                 {UNIT_BYTES("\0\0\0")},
                 {UNIT_BYTES("")},
                 {UNIT_BYTES("short")}};
    const struct place *place = *context;
    struct store store = open_store(place);

    lock(&store);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct error error;
        char buffer[100];
        int result = store_replace(&store, FILE_NAME, cases[i].bytes, cases[i].length, &error);
        unit_check(result == 0, "case %zu gives %d", i, result);
        long length = store_read(&store, FILE_NAME, buffer, sizeof buffer);
        unit_check(length == (long)cases[i].length &&
                       memcmp(buffer, cases[i].bytes, cases[i].length) == 0,
                   "case %zu: %ld bytes", i, length);
    }
    store_unlock(&store, FILE_NAME);
    store_close(&store);
    unit_end();
}

/* Who has the old one open goes on to read it. */
static void replacing_makes_another_file(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path path = path_of_file(place, FILE_NAME);
    char buffer[10] = "";

    write_file(path.text, "old", 0600);
    int fd = open(path.text, O_RDONLY);
    assert_true(fd >= 0);
    lock(&store);
    replace(&store, "the new one");
    assert_int_equal(read(fd, buffer, sizeof buffer - 1), 3);
    assert_string_equal(buffer, "old");
    assert_true(reads(&store, "the new one"));
    close(fd);
    store_unlock(&store, FILE_NAME);
    store_close(&store);
}

static void an_empty_file_goes_and_a_filled_one_stays(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path path = path_of_file(place, FILE_NAME);

    lock(&store);
    store_unlock(&store, FILE_NAME);
    unit_check(!exists(path.text), "the empty file that was made");
    write_file(path.text, "", 0600);
    lock(&store);
    store_unlock(&store, FILE_NAME);
    unit_check(!exists(path.text), "an empty file that was there");
    write_file(path.text, "content", 0600);
    lock(&store);
    store_unlock(&store, FILE_NAME);
    unit_check(has_content(path.text, "content"), "a filled one");
    unit_check(mode_of(path.text) == (S_IFREG | 0600), "its mode");
    store_close(&store);
    unit_end();
}

static void unlocking_takes_only_what_was_locked(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path path = path_of_file(place, FILE_NAME);

    store_unlock(&store, FILE_NAME); /* nothing is locked */
    write_file(path.text, "", 0600);
    store_unlock(&store, FILE_NAME);
    assert_true(exists(path.text));
    lock(&store);
    assert_int_equal(rename(path.text, path_of_file(place, "away").text), 0);
    write_file(path.text, "", 0600);
    store_unlock(&store, FILE_NAME);
    assert_true(exists(path.text)); /* another empty file of that name */
    assert_true(exists(path_of_file(place, "away").text));
    store_close(&store);
}

static void what_a_killed_writer_left_goes(void **context) {
    static const enum thing things[] = {PLAIN_FILE, LINK_TO_FILE, LINK_TO_NOTHING, LINK_TO_FOLDER,
                                        FIFO,       SOCKET,       FILE_OF_ANOTHER};
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path temporary = path_of_file(place, FILE_NAME ".new");
    char beside[100];

    snprintf(beside, sizeof beside, "%s/beside", place->root);
    for (size_t i = 0; i < UNIT_COUNT(things); i++) {
        if (!can_be_made(things[i]))
            continue;
        make_thing(place, temporary.text, things[i], 0600);
        lock(&store);
        unit_check(!exists(temporary.text), "%s is left", thing_names[things[i]]);
        replace(&store, "fresh");
        unit_check(reads(&store, "fresh"), "%s: '%s'", thing_names[things[i]],
                   unit_show_text(read_text(&store)).text);
        unit_check(!exists(temporary.text), "%s is left behind", thing_names[things[i]]);
        store_unlock(&store, FILE_NAME);
        unit_check(things[i] != LINK_TO_FILE || has_content(beside, "content"),
                   "a link is followed");
        (void)remove(beside);
    }
    store_close(&store);
    unit_end();
}

static void what_is_no_file_of_the_users_own_is_taken_away(void **context) {
    static const struct {
        enum thing thing;
        mode_t mode;
        const char *content; /* of the locked file */
    } cases[] = {
        {NOTHING, 0, ""},
        {PLAIN_FILE, 0600, "content"},
        {PLAIN_FILE, 0644, "content"},
        {PLAIN_FILE, 0660, ""},
        {PLAIN_FILE, 0602, ""},
        {PLAIN_FILE, 0666, ""},
        {FILE_OF_ANOTHER, 0600, ""},
        {FILE_OF_ANOTHER, 0644, ""},
        {LINK_TO_FILE, 0, ""},
        {LINK_TO_FOLDER, 0, ""},
        {LINK_TO_NOTHING, 0, ""},
        {LINK_TO_ITSELF, 0, ""},
        {FIFO, 0600, ""},
        {SOCKET, 0600, ""},
    };
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path path = path_of_file(place, FILE_NAME);
    char beside[100];
    char nothing[100];

    snprintf(beside, sizeof beside, "%s/beside", place->root);
    snprintf(nothing, sizeof nothing, "%s/nothing", place->root);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const char *what = thing_names[cases[i].thing];
        if (!can_be_made(cases[i].thing))
            continue;
        make_thing(place, path.text, cases[i].thing, cases[i].mode);
        lock(&store);
        unit_check(S_ISREG(mode_of(path.text)) && (mode_of(path.text) & 022) == 0,
                   "%s with mode %o: mode %o", what, (unsigned int)cases[i].mode,
                   (unsigned int)mode_of(path.text));
        unit_check(reads(&store, cases[i].content), "%s with mode %o: '%s'", what,
                   (unsigned int)cases[i].mode, unit_show_text(read_text(&store)).text);
        replace(&store, "fresh");
        store_unlock(&store, FILE_NAME);
        unit_check(reads(&store, "fresh"), "%s: '%s'", what,
                   unit_show_text(read_text(&store)).text);
        unit_check(cases[i].thing != LINK_TO_FILE || has_content(beside, "content"),
                   "a link is followed");
        unit_check(!exists(nothing), "a link to nothing is followed");
        assert_int_equal(unlink(path.text), 0);
        (void)remove(beside);
    }
    store_close(&store);
    unit_end();
}

/* Root may write to it, and so it stays. */
static void a_file_that_the_user_may_not_write_is_taken_away(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);

    write_file(path_of_file(place, FILE_NAME).text, "content", 0400);
    lock(&store);
    assert_true(reads(&store, geteuid() == 0 ? "content" : ""));
    replace(&store, "fresh");
    store_unlock(&store, FILE_NAME);
    assert_true(reads(&store, "fresh"));
    store_close(&store);
}

static void a_folder_in_the_place_of_the_file_is_trouble(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct deadline deadline = deadline_after(clock_now_ms(), 30);
    struct error error = {.text = ""};
    struct path path = path_of_file(place, FILE_NAME);

    assert_int_equal(mkdir(path.text, 0700), 0);
    assert_int_equal(store_lock(&store, FILE_NAME, &deadline, &error), -1);
    assert_int_equal(error.kind, ERROR_LOCAL);
    assert_non_null(strstr(error.text, place->root));
    assert_int_equal(store.lock, -1);
    assert_int_equal(mode_of(path.text), S_IFDIR | 0700);
    store_unlock(&store, FILE_NAME);
    assert_true(exists(path.text));
    store_close(&store);
}

static void a_store_that_was_removed_is_trouble(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct deadline deadline = deadline_after(clock_now_ms(), 30);
    struct error error = {.text = ""};

    lock(&store);
    assert_int_equal(unlink(path_of_file(place, FILE_NAME).text), 0);
    assert_int_equal(rmdir(path_of_folder(place).text), 0);
    assert_int_equal(store_replace(&store, FILE_NAME, "x", 1, &error), -1);
    assert_int_equal(error.kind, ERROR_LOCAL);
    store_unlock(&store, FILE_NAME);
    assert_null(read_text(&store));
    assert_int_equal(store_lock(&store, FILE_NAME, &deadline, &error), -1);
    assert_int_equal(error.kind, ERROR_LOCAL);
    store_close(&store);
}

/* Root may write everywhere. */
static void where_the_user_may_not_write_is_trouble(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct deadline deadline = deadline_after(clock_now_ms(), 30);
    struct error error = {.text = ""};
    struct path folder = path_of_folder(place);

    write_file(path_of_file(place, FILE_NAME).text, "as it was", 0600);
    assert_int_equal(chmod(folder.text, 0500), 0);
    if (geteuid() != 0) {
        lock(&store); /* the file is there */
        assert_int_equal(store_replace(&store, FILE_NAME, "x", 1, &error), -1);
        assert_int_equal(error.kind, ERROR_LOCAL);
        store_unlock(&store, FILE_NAME);
        assert_int_equal(store_lock(&store, "another", &deadline, &error), -1);
        assert_int_equal(error.kind, ERROR_LOCAL);
    }
    assert_true(reads(&store, "as it was"));
    assert_int_equal(chmod(folder.text, 0700), 0);
    store_close(&store);
}

static void set_file_size_limit(rlim_t bytes) {
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void what_cannot_be_written_leaves_the_file_as_it_was(void **context) {
    static const struct {
        rlim_t bytes; /* that can be written, of seven */
        int reason;
    } cases[] = {{0, EFBIG}, {1, ENOSPC}, {6, ENOSPC}};
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path temporary = path_of_file(place, FILE_NAME ".new");

    write_file(path_of_file(place, FILE_NAME).text, "as it was", 0600);
    lock(&store);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct error error = {.text = ""};
        set_file_size_limit(cases[i].bytes);
        int result = store_replace(&store, FILE_NAME, "content", 7, &error);
        set_file_size_limit(RLIM_INFINITY);
        unit_check(result == -1 && error.kind == ERROR_LOCAL &&
                       strstr(error.text, place->root) != NULL &&
                       strstr(error.text, strerror(cases[i].reason)) != NULL,
                   "%zu: %d, '%s'", i, result, error.text);
        unit_check(reads(&store, "as it was"), "%zu: '%s'", i,
                   unit_show_text(read_text(&store)).text);
        unit_check(!exists(temporary.text), "%zu: a temporary file is left", i);
    }
    signal(SIGXFSZ, SIG_DFL);
    replace(&store, "content");
    unit_check(reads(&store, "content"), "afterwards it cannot be written either");
    store_unlock(&store, FILE_NAME);
    store_close(&store);
    unit_end();
}

static void what_came_in_the_place_of_the_temporary_file_is_not_written_to(void **context) {
    static const enum thing things[] = {PLAIN_FILE, FOLDER, LINK_TO_FILE, LINK_TO_NOTHING, FIFO};
    const struct place *place = *context;
    struct store store = open_store(place);
    struct path temporary = path_of_file(place, FILE_NAME ".new");
    char beside[100];
    char nothing[100];

    snprintf(beside, sizeof beside, "%s/beside", place->root);
    snprintf(nothing, sizeof nothing, "%s/nothing", place->root);
    write_file(path_of_file(place, FILE_NAME).text, "as it was", 0600);
    lock(&store);
    for (size_t i = 0; i < UNIT_COUNT(things); i++) {
        struct error error = {.text = ""};
        make_thing(place, temporary.text, things[i], 0700);
        int result = store_replace(&store, FILE_NAME, "x", 1, &error);
        unit_check(result == -1 && error.kind == ERROR_LOCAL, "%s: %d", thing_names[things[i]],
                   result);
        unit_check(reads(&store, "as it was"), "%s: '%s'", thing_names[things[i]],
                   unit_show_text(read_text(&store)).text);
        unit_check(things[i] != PLAIN_FILE || has_content(temporary.text, "content"),
                   "a file is written to");
        unit_check(things[i] != LINK_TO_FILE || has_content(beside, "content"),
                   "a link is followed");
        unit_check(!exists(nothing), "a link to nothing is followed");
        (void)remove(temporary.text);
    }
    store_unlock(&store, FILE_NAME);
    store_close(&store);
    unit_end();
}

/* ---- Another process that holds the lock ---- */

/* It does what it is told, a letter each, and answers 'y' or 'n'. It ends with the pipe. */
struct holder {
    pid_t pid;
    int commands;
    int answers;
};

static bool obey(struct store *store, char command) {
    struct deadline deadline = deadline_after(clock_now_ms(), 30);
    struct error error;

    switch (command) {
    case 'l':
        return store_lock(store, FILE_NAME, &deadline, &error) == 0;
    case 'r':
        return store_replace(store, FILE_NAME, "theirs", 6, &error) == 0;
    case 'u':
        store_unlock(store, FILE_NAME);
        return true;
    default:
        return false;
    }
}

static void be_holder(const struct place *place, int commands, int answers) {
    struct store store;
    struct error error;
    char command;

    if (store_open(&store, place->root, false, NAME, &error) != 0)
        _exit(1);
    while (read(commands, &command, 1) == 1) {
        char answer = obey(&store, command) ? 'y' : 'n';
        if (write(answers, &answer, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

static struct holder start_holder(const struct place *place) {
    int commands[2];
    int answers[2];

    assert_int_equal(pipe(commands), 0);
    assert_int_equal(pipe(answers), 0);
    struct holder holder = {fork(), commands[1], answers[0]};
    assert_true(holder.pid >= 0);
    if (holder.pid == 0) {
        close(commands[1]);
        close(answers[0]);
        be_holder(place, commands[0], answers[1]);
    }
    close(commands[0]);
    close(answers[1]);
    return holder;
}

static void tell(const struct holder *holder, const char *commands) {
    for (; *commands != '\0'; commands++) {
        char answer = '\0';
        assert_int_equal(write(holder->commands, commands, 1), 1);
        assert_int_equal(read(holder->answers, &answer, 1), 1);
        if (answer != 'y')
            fail_msg("the holder failed at '%c'", *commands);
    }
}

static void end_holder(const struct holder *holder) {
    int status;

    close(holder->commands);
    close(holder->answers);
    assert_int_equal(waitpid(holder->pid, &status, 0), holder->pid);
}

static void kill_holder(const struct holder *holder) {
    assert_int_equal(kill(holder->pid, SIGKILL), 0);
    end_holder(holder);
}

/* What happens while this process waits for a lock, once. */
static struct {
    const struct holder *holder; /* NULL: nothing */
    const char *commands;        /* "k": it is killed */
    struct deadline *ends;       /* NULL: none */
} meanwhile;

/* In place of the C library's: the store waits for a lock with it. So what is to happen meanwhile
 * happens while the store waits, neither before nor after, and without the clock. */
int poll(struct pollfd *fds, nfds_t count, int timeout_ms) {
    const struct timespec shortly = {.tv_nsec = 1000000};
    const struct holder *holder = meanwhile.holder;

    (void)fds;
    (void)timeout_ms;
    assert_int_equal(count, 0);
    meanwhile.holder = NULL;
    if (holder == NULL)
        return nanosleep(&shortly, NULL);
    if (*meanwhile.commands == 'k')
        kill_holder(holder);
    else
        tell(holder, meanwhile.commands);
    if (meanwhile.ends != NULL)
        meanwhile.ends->end_ms = 0;
    return 0;
}

static void a_held_lock_is_waited_for_until_the_time_is_up(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct error error = {.text = ""};
    struct holder holder = start_holder(place);

    tell(&holder, "l");
    int64_t start_ms = clock_now_ms();
    struct deadline deadline = deadline_after(start_ms, 1);
    assert_int_equal(store_lock(&store, FILE_NAME, &deadline, &error), -1);
    int64_t waited_ms = clock_now_ms() - start_ms;
    assert_int_equal(error.kind, ERROR_TIMEOUT);
    assert_non_null(strstr(error.text, " 1 s "));
    assert_true(waited_ms >= 1000 && waited_ms <= 10000);
    assert_int_equal(store.lock, -1);
    tell(&holder, "r"); /* it still has the lock, and nothing was done to its file */
    assert_true(reads(&store, "theirs"));
    tell(&holder, "u");
    lock(&store);
    store_unlock(&store, FILE_NAME);
    end_holder(&holder);
    store_close(&store);
}

static void without_time_nothing_is_waited_for(void **context) {
    const struct place *place = *context;
    struct store ours = open_store(place);
    struct store theirs = open_store(place);
    struct deadline deadline = deadline_after(clock_now_ms() - 1, 0);
    struct error error = {.text = ""};

    lock(&theirs);
    assert_int_equal(store_lock(&ours, FILE_NAME, &deadline, &error), -1);
    assert_int_equal(error.kind, ERROR_TIMEOUT);
    store_unlock(&theirs, FILE_NAME);
    assert_int_equal(store_lock(&ours, FILE_NAME, &deadline, &error), 0);
    store_unlock(&ours, FILE_NAME);
    store_close(&ours);
    store_close(&theirs);
}

static void each_file_has_a_lock_of_its_own(void **context) {
    const struct place *place = *context;
    struct store ours = open_store(place);
    struct store theirs = open_store(place);
    struct deadline deadline = deadline_after(clock_now_ms() - 1, 0);
    struct error error = {.text = ""};

    lock(&theirs);
    assert_int_equal(store_lock(&ours, "another", &deadline, &error), 0);
    store_unlock(&ours, "another");
    store_unlock(&theirs, FILE_NAME);
    store_close(&ours);
    store_close(&theirs);
}

static void reading_waits_for_nobody(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct holder holder = start_holder(place);

    write_file(path_of_file(place, FILE_NAME).text, "as it was", 0600);
    tell(&holder, "l");
    assert_true(reads(&store, "as it was"));
    tell(&holder, "r");
    assert_true(reads(&store, "theirs"));
    end_holder(&holder);
    store_close(&store);
}

static void a_killed_holder_leaves_no_lock(void **context) {
    static const char *const before[] = {"l", "lr", "lru", "lrul"};
    const struct place *place = *context;
    struct store store = open_store(place);

    for (size_t i = 0; i < UNIT_COUNT(before); i++) {
        struct holder holder = start_holder(place);
        struct deadline deadline = deadline_after(clock_now_ms() - 1, 0);
        struct error error = {.text = ""};
        tell(&holder, before[i]);
        kill_holder(&holder);
        int result = store_lock(&store, FILE_NAME, &deadline, &error);
        unit_check(result == 0, "after '%s': %d, %s", before[i], result, error.text);
        store_unlock(&store, FILE_NAME);
    }
    store_close(&store);
    unit_end();
}

static void a_waiter_learns_that_the_file_changed(void **context) {
    static const struct {
        const char *what;
        bool is_filled; /* before */
        const char *commands;
        int result;
        const char *content; /* as read afterwards; NULL: there is no file */
    } cases[] = {
        {"replaced and unlocked", false, "ru", STORE_CHANGED, "theirs"},
        {"a filled one is replaced and unlocked", true, "ru", STORE_CHANGED, "theirs"},
        {"replaced, and still locked", false, "r", STORE_CHANGED, "theirs"},
        {"replaced twice", false, "rulr", STORE_CHANGED, "theirs"},
        {"unlocked, so that an empty file goes", false, "u", STORE_CHANGED, NULL},
        {"unlocked, gone and made anew", false, "ul", STORE_CHANGED, ""},
        {"a filled one stays as it was", true, "u", 0, "ours"},
        {"a filled one, and the holder is killed", true, "k", 0, "ours"},
        {"an empty one, and the holder is killed", false, "k", 0, ""},
    };
    const struct place *place = *context;
    struct path path = path_of_file(place, FILE_NAME);

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct store store = open_store(place);
        struct holder holder = start_holder(place);
        struct deadline deadline = deadline_after(clock_now_ms(), 30);
        struct error error = {.text = ""};
        if (cases[i].is_filled)
            write_file(path.text, "ours", 0600);
        tell(&holder, "l");
        meanwhile.holder = &holder;
        meanwhile.commands = cases[i].commands;
        meanwhile.ends = NULL;
        int result = store_lock(&store, FILE_NAME, &deadline, &error);
        unit_check(meanwhile.holder == NULL, "%s: not waited for", cases[i].what);
        unit_check(result == cases[i].result, "%s: %d, %s", cases[i].what, result, error.text);
        unit_check((store.lock >= 0) == (cases[i].result == 0), "%s: descriptor %d", cases[i].what,
                   store.lock);
        const char *text = read_text(&store);
        unit_check(cases[i].content != NULL ? text != NULL && strcmp(text, cases[i].content) == 0
                                            : text == NULL,
                   "%s: '%s'", cases[i].what, unit_show_text(text).text);
        store_unlock(&store, FILE_NAME);
        if (*cases[i].commands != 'k')
            end_holder(&holder);
        (void)unlink(path.text);
        store_close(&store);
    }
    unit_end();
}

/* The file that was changed is locked like any other. */
static void the_changed_file_can_be_locked(void **context) {
    const struct place *place = *context;
    struct store store = open_store(place);
    struct holder holder = start_holder(place);
    struct deadline deadline = deadline_after(clock_now_ms(), 30);
    struct error error = {.text = ""};

    tell(&holder, "l");
    meanwhile.holder = &holder;
    meanwhile.commands = "ru";
    meanwhile.ends = NULL;
    assert_int_equal(store_lock(&store, FILE_NAME, &deadline, &error), STORE_CHANGED);
    assert_int_equal(store_lock(&store, FILE_NAME, &deadline, &error), 0);
    replace(&store, "ours");
    store_unlock(&store, FILE_NAME);
    assert_true(reads(&store, "ours"));
    end_holder(&holder);
    store_close(&store);
}

/* Then the waiter has no time to look at it again. */
static void a_change_when_the_time_is_up_comes_too_late(void **context) {
    static const char *const commands[] = {"ru", "r", "ul", ""};
    const struct place *place = *context;

    for (size_t i = 0; i < UNIT_COUNT(commands); i++) {
        struct store store = open_store(place);
        struct holder holder = start_holder(place);
        struct deadline deadline = deadline_after(clock_now_ms(), 30);
        struct error error = {.text = ""};
        tell(&holder, "l");
        meanwhile.holder = &holder;
        meanwhile.commands = commands[i];
        meanwhile.ends = &deadline;
        int result = store_lock(&store, FILE_NAME, &deadline, &error);
        unit_check(result == -1 && error.kind == ERROR_TIMEOUT, "'%s': %d, %s", commands[i], result,
                   error.text);
        unit_check(store.lock == -1, "'%s': descriptor %d", commands[i], store.lock);
        end_holder(&holder);
        store_close(&store);
    }
    unit_end();
}

/* ---- Many at once ---- */

enum { PROCESSES = 4, ROUNDS = 30, NUMBERS = 1000 };

/* Waits for the lock, and tries again where the file changed. */
static bool lock_in_a_crowd(struct store *store, const char *name) {
    struct deadline deadline = deadline_after(clock_now_ms(), 50);
    struct error error;
    int result;

    do
        result = store_lock(store, name, &deadline, &error);
    while (result == STORE_CHANGED);
    return result == 0;
}

/* The number that fills the file; -1 where the file is not whole. */
static int read_number(const struct store *store) {
    int numbers[NUMBERS];
    long length = store_read(store, FILE_NAME, (char *)numbers, sizeof numbers);

    if (length <= 0)
        return 0;
    for (size_t i = 0; i < NUMBERS; i++)
        if (length != sizeof numbers || numbers[i] != numbers[0])
            return -1;
    return numbers[0];
}

static bool count_on(struct store *store) {
    int numbers[NUMBERS];
    struct error error;
    int number = read_number(store);

    for (size_t i = 0; i < NUMBERS; i++)
        numbers[i] = number + 1;
    return number >= 0 &&
           store_replace(store, FILE_NAME, (const char *)numbers, sizeof numbers, &error) == 0;
}

static void count_in_a_crowd(const struct place *place, const char *lock_name) {
    struct store store;
    struct error error;

    if (store_open(&store, place->root, true, NAME, &error) != 0)
        _exit(1);
    for (int round = 0; round < ROUNDS; round++) {
        if (read_number(&store) < 0 || !lock_in_a_crowd(&store, lock_name) || !count_on(&store))
            _exit(1);
        store_unlock(&store, lock_name);
    }
    _exit(0);
}

static void start_a_crowd(const struct place *place, const char *lock_name,
                          pid_t processes[PROCESSES]) {
    for (int i = 0; i < PROCESSES; i++) {
        processes[i] = fork();
        assert_true(processes[i] >= 0);
        if (processes[i] == 0)
            count_in_a_crowd(place, lock_name);
    }
}

/* With the lock of the file that is replaced, and with that of an empty one that comes and goes. */
static void of_many_at_once_each_has_the_lock_alone(void **context) {
    static const char *const lock_names[] = {FILE_NAME, "empty"};
    const struct place *place = *context;

    for (size_t i = 0; i < UNIT_COUNT(lock_names); i++) {
        pid_t processes[PROCESSES];
        start_a_crowd(place, lock_names[i], processes);
        for (int k = 0; k < PROCESSES; k++) {
            int status = -1;
            assert_int_equal(waitpid(processes[k], &status, 0), processes[k]);
            unit_check(status == 0, "lock of %s: process %d ends with %d", lock_names[i], k,
                       status);
        }
        struct store store = open_store(place);
        unit_check(read_number(&store) == PROCESSES * ROUNDS, "lock of %s: %d, not %d",
                   lock_names[i], read_number(&store), PROCESSES * ROUNDS);
        store_close(&store);
        unit_check(!exists(path_of_file(place, "empty").text), "an empty file is left");
        unit_check(!exists(path_of_file(place, FILE_NAME ".new").text), "a temporary file is left");
        assert_int_equal(unlink(path_of_file(place, FILE_NAME).text), 0);
    }
    unit_end();
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    IN_PLACE(folders_are_made_for_the_user_alone),
    IN_PLACE(folders_that_are_there_stay_as_they_are),
    IN_PLACE(the_root_is_made_only_where_that_is_asked_for),
    IN_PLACE(a_message_names_the_folder_but_no_secret),
    IN_PLACE(only_a_folder_can_be_the_root),
    IN_PLACE(what_is_no_folder_of_the_users_own_is_refused),
    IN_PLACE(only_plain_files_of_the_users_own_are_read),
    IN_PLACE(a_fifo_with_a_writer_is_not_read),
    IN_PLACE(a_file_is_read_where_all_of_it_fits),
    IN_PLACE(a_locked_file_is_replaced_as_a_whole),
    IN_PLACE(all_bytes_are_written),
    IN_PLACE(replacing_makes_another_file),
    IN_PLACE(an_empty_file_goes_and_a_filled_one_stays),
    IN_PLACE(unlocking_takes_only_what_was_locked),
    IN_PLACE(what_a_killed_writer_left_goes),
    IN_PLACE(what_is_no_file_of_the_users_own_is_taken_away),
    IN_PLACE(a_file_that_the_user_may_not_write_is_taken_away),
    IN_PLACE(a_folder_in_the_place_of_the_file_is_trouble),
    IN_PLACE(a_store_that_was_removed_is_trouble),
    IN_PLACE(where_the_user_may_not_write_is_trouble),
    IN_PLACE(what_cannot_be_written_leaves_the_file_as_it_was),
    IN_PLACE(what_came_in_the_place_of_the_temporary_file_is_not_written_to),
    IN_PLACE(a_held_lock_is_waited_for_until_the_time_is_up),
    IN_PLACE(without_time_nothing_is_waited_for),
    IN_PLACE(each_file_has_a_lock_of_its_own),
    IN_PLACE(reading_waits_for_nobody),
    IN_PLACE(a_killed_holder_leaves_no_lock),
    IN_PLACE(a_waiter_learns_that_the_file_changed),
    IN_PLACE(the_changed_file_can_be_locked),
    IN_PLACE(a_change_when_the_time_is_up_comes_too_late),
    IN_PLACE(of_many_at_once_each_has_the_lock_alone),
};

UNIT_MAIN(tests)
