/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mask.h"
#include "state_store.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "check"
#define FILE_NAME "file"
#define NOT_WRITABLE "root/%/" NAME " cannot be written to: "
#define NOT_OWN "belongs to another user or others may write to it"

/* A test takes place in a folder of its own, which is the current one; the root is "root". */
struct place {
    char folder[32];
    int open; /* descriptors before the test */
};

static void write_file(const char *path, const char *content, mode_t mode) {
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
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
    snprintf(place->folder, sizeof place->folder, "unit_store.XXXXXX");
    if (mkdtemp(place->folder) == NULL || chdir(place->folder) != 0)
        return -1;
    write_file("file", "content", 0600);
    return mkdir("root", 0700) == 0 ? mkdir("folder", 0700) : -1;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static int tear_down(void **context) {
    struct place *place = *context;
    bool nothing_is_left_open = count_descriptors() == place->open;
    int removed =
        chdir("..") == 0 ? nftw(place->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS) : -1;

    free(place);
    alarm(0);
    if (!nothing_is_left_open)
        print_error("a descriptor is left open\n");
    return removed == 0 && nothing_is_left_open ? 0 : -1;
}

/* ---- What there is ---- */

struct path {
    char text[128];
};

static struct path folder_path(void) {
    struct path path;

    snprintf(path.text, sizeof path.text, "root/%lu/" NAME, (unsigned long)geteuid());
    return path;
}

static struct path file_path(const char *name) {
    struct path path = folder_path();

    strcat(strcat(path.text, "/"), name);
    return path;
}

static mode_t mode_of(const char *path) {
    struct stat status;

    return lstat(path, &status) == 0 ? status.st_mode : 0;
}

/* Makes what may stand in a place that is the store's: "nothing", "file", "folder", "fifo", "link
 * to file", "link to folder", "link to nothing", "other's file", "other's folder". */
static void make_thing(const char *path, const char *thing, mode_t mode) {
    const bool is_others = strncmp(thing, "other's ", 8) == 0;
    char target[512];

    if (strncmp(thing, "link to ", 8) == 0) {
        assert_non_null(getcwd(target, sizeof target - 16));
        strcat(strcat(target, "/"), thing + 8);
        assert_int_equal(symlink(target, path), 0);
    } else if (strcmp(thing, "fifo") == 0) {
        assert_int_equal(mkfifo(path, mode), 0);
    } else if (strstr(thing, "file") != NULL) {
        write_file(path, "content", mode);
    } else if (strstr(thing, "folder") != NULL) {
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(chmod(path, mode), 0);
    }
    if (is_others)
        assert_int_equal(chown(path, 1, 1), 0);
}

static bool can_be_made(const char *thing) {
    return strncmp(thing, "other's ", 8) != 0 || geteuid() == 0;
}

/* ---- The store ---- */

static struct store open_store(void) {
    struct store store;
    struct error error;

    assert_int_equal(store_open(&store, "root", false, NAME, &error), 0);
    return store;
}

static int lock(struct store *store) {
    struct error error = {.text = ""};

    return store_lock(store, FILE_NAME, &error);
}

static int replace(const struct store *store, const char *content) {
    struct error error = {.text = ""};

    return store_replace(store, FILE_NAME, content, strlen(content), &error);
}

static bool reads(const struct store *store, const char *content) {
    char buffer[100];
    long length = store_read(store, FILE_NAME, buffer, sizeof buffer);

    return length == (long)strlen(content) && memcmp(buffer, content, (size_t)length) == 0;
}

/* Whether it is that error, which may end in an errno's text. "%" stands for the user's number. */
static bool is_error(const struct error *error, const char *text, int number) {
    size_t length = strcspn(text, "%");
    char user[32] = "";
    char expected[256];

    if (text[length] == '%')
        snprintf(user, sizeof user, "%lu", (unsigned long)geteuid());
    snprintf(expected, sizeof expected, "%.*s%s%s%s", (int)length, text, user,
             text + length + (*user != '\0'), number != 0 ? strerror(number) : "");
    return error->kind == ERROR_LOCAL && strcmp(error->text, expected) == 0;
}

/* ---- Folders ---- */

static void the_root_is_made_only_where_that_is_asked_for(void **context) {
    static const struct {
        const char *root;
        bool make;
        const char *error; /* NULL: none */
    } cases[] = {
        {"root", false, NULL},
        {"root/", true, NULL},
        {"root/missing", false, "root/missing does not exist"},
        {"root/missing", true, NULL},
        {"root/a/b/c", false, "root/a/b/c does not exist"},
        {"root/a//b/c/", true, NULL},
        {"root/a/b/../e", true, NULL},
        {"file/x", true, "file/x is not a directory"},
        {"file", false, "file is not a directory"},
        {"root/s3cr3t|/x", false, "root/***?/x does not exist"},
        {"/proc/nonexistent", true, "/proc/nonexistent cannot be made: "},
    };

    (void)context;
    mask_register("s3cr3t");
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct store store;
        struct error error = {.text = ""};
        int result = store_open(&store, cases[i].root, cases[i].make, NAME, &error);
        unit_check(cases[i].error == NULL
                       ? result == 0
                       : result == -1 &&
                             is_error(&error, cases[i].error,
                                      strstr(cases[i].error, "made") != NULL ? ENOENT : 0),
                   "%s: %d, '%s'", cases[i].root, result, error.text);
        unit_check((store.folder >= 0) == (result == 0), "%s: descriptor", cases[i].root);
        store_close(&store);
        unit_check(store.folder == -1, "%s: it is not closed", cases[i].root);
    }
    mask_register(NULL);
    unit_end();
}

/* ---- Reading ---- */

static void as_much_is_read_as_fits(void **context) {
    struct store store = open_store();

    (void)context;
    write_file(file_path(FILE_NAME).text, "content", 0600);
    for (size_t size = 0; size < 10; size++) {
        char buffer[] = "##########";
        long expected = size < 7 ? (long)size : 7;
        unit_check(store_read(&store, FILE_NAME, buffer, size) == expected, "%zu bytes", size);
        unit_check(buffer[expected] == '#', "%zu bytes: one more is written", size);
    }
    store_close(&store);
    unit_check(store_read(&store, FILE_NAME, (char[1]){0}, 1) == -1, "a closed store is read");
    unit_end();
}

/* ---- The lock ---- */

static void one_at_a_time_has_the_lock(void **context) {
    struct store ours = open_store();
    struct store theirs = open_store();
    struct error error;

    (void)context;
    assert_int_equal(lock(&theirs), 0);
    assert_int_equal(lock(&ours), STORE_BUSY);
    assert_int_equal(lock(&ours), STORE_BUSY);
    assert_int_equal(mode_of(file_path(FILE_NAME).text), 0);
    assert_int_equal(mode_of(file_path(FILE_NAME ".lock").text), S_IFREG | 0600);
    assert_int_equal(replace(&theirs, "theirs"), 0);
    assert_true(reads(&ours, "theirs"));
    store_close(&theirs);
    assert_int_equal(lock(&ours), 0);
    theirs = open_store();
    assert_int_equal(lock(&theirs), STORE_BUSY);
    store_close(&theirs);
    theirs = open_store();
    assert_int_equal(store_lock(&theirs, "another", &error), 0);
    store_close(&theirs);
    store_close(&ours);
}

static void a_killed_process_leaves_no_lock(void **context) {
    struct store store = open_store();
    int pipe_ends[2];
    char byte;

    (void)context;
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct store theirs = open_store();
        alarm(60);
        (void)!write(pipe_ends[1], lock(&theirs) == 0 ? "y" : "n", 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(lock(&store), STORE_BUSY);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(lock(&store), 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    store_close(&store);
}

static void a_lock_that_is_not_the_users_own_is_none(void **context) {
    static const struct {
        const char *thing;
        mode_t mode;
        const char *error; /* NULL: none */
        int number;
    } cases[] = {
        {"nothing", 0, NULL, 0},
        {"file", 0600, NULL, 0},
        {"file", 0666, "root/%/" NAME " has a lock that " NOT_OWN, 0},
        {"other's file", 0600, "root/%/" NAME " has a lock that " NOT_OWN, 0},
        {"fifo", 0600, "root/%/" NAME " has a lock that " NOT_OWN, 0},
        {"folder", 0700, NOT_WRITABLE, EISDIR},
        {"link to file", 0, NOT_WRITABLE, ELOOP},
    };
    struct path path = file_path(FILE_NAME ".lock");

    (void)context;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct store store = open_store();
        struct error error = {.text = ""};
        if (can_be_made(cases[i].thing)) {
            make_thing(path.text, cases[i].thing, cases[i].mode);
            mode_t before = mode_of(path.text);
            int result = store_lock(&store, FILE_NAME, &error);
            unit_check(lock(&store) == result, "%s: not the same again", cases[i].thing);
            unit_check(cases[i].error == NULL
                           ? result == 0
                           : result == -1 && is_error(&error, cases[i].error, cases[i].number),
                       "%s with mode %o: %d, '%s'", cases[i].thing, (unsigned int)cases[i].mode,
                       result, error.text);
            unit_check(before == 0 || mode_of(path.text) == before, "%s is changed",
                       cases[i].thing);
            (void)remove(path.text);
        }
        store_close(&store);
    }
    unit_end();
}

/* ---- Replacing ---- */

static void a_file_is_replaced_as_a_whole(void **context) {
    static const char *const contents[] = {"first", "the second, and longer", "", "x"};
    static const mode_t masks[] = {0, 077, 0777, 022};
    struct path path = file_path(FILE_NAME);
    struct store store = open_store();
    char buffer[10] = "";

    (void)context;
    assert_int_equal(lock(&store), 0);
    write_file(path.text, "old", 0400);
    int fd = open(path.text, O_RDONLY);
    for (size_t i = 0; i < UNIT_COUNT(contents); i++) {
        umask(masks[i] & ~(mode_t)0600);
        unit_check(replace(&store, contents[i]) == 0 && reads(&store, contents[i]), "'%s'",
                   contents[i]);
        unit_check(mode_of(path.text) == (S_IFREG | 0600), "mode %o",
                   (unsigned int)mode_of(path.text));
        unit_check(mode_of(file_path(FILE_NAME ".new").text) == 0, "a temporary file is left");
    }
    umask(077);
    /* Who has the old one open goes on to read it. */
    unit_check(read(fd, buffer, sizeof buffer) == 3 && strcmp(buffer, "old") == 0, "'%s'", buffer);
    close(fd);
    store_close(&store);
    unit_end();
}

/* As the file itself, and as what a killed writer left. */
static void what_stands_in_the_way_is_not_followed_and_goes(void **context) {
    static const char *const things[] = {"file",           "link to file", "link to nothing",
                                         "link to folder", "fifo",         "other's file"};
    static const char *const names[] = {FILE_NAME, FILE_NAME ".new"};

    (void)context;
    for (size_t i = 0; i < 2 * UNIT_COUNT(things); i++) {
        const char *thing = things[i / 2];
        struct store store = open_store();
        if (can_be_made(thing)) {
            make_thing(file_path(names[i % 2]).text, thing, 0666);
            unit_check(lock(&store) == 0 && replace(&store, "fresh") == 0 && reads(&store, "fresh"),
                       "%s as %s", thing, names[i % 2]);
            unit_check(mode_of(file_path(FILE_NAME ".new").text) == 0, "%s is left", thing);
            unit_check(mode_of("nothing") == 0, "a link to nothing is followed");
            assert_int_equal(remove(file_path(FILE_NAME).text), 0);
        }
        store_close(&store);
    }
    FILE *target = fopen("file", "r");
    assert_non_null(target);
    unit_check(fgetc(target) == 'c', "a link is followed");
    fclose(target);
    unit_end();
}

static void set_file_size_limit(rlim_t bytes) {
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void what_cannot_be_written_leaves_the_file_as_it_was(void **context) {
    static const struct {
        rlim_t bytes;      /* that can be written, of seven */
        const char *thing; /* in the place of the temporary file, after the lock was taken */
        int number;
    } cases[] = {
        {0, "nothing", EFBIG},
        {6, "nothing", ENOSPC},
        {RLIM_INFINITY, "file", EEXIST},
        {RLIM_INFINITY, "folder", EEXIST},
        {RLIM_INFINITY, "link to nothing", EEXIST},
    };
    struct path temporary = file_path(FILE_NAME ".new");

    (void)context;
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct store store = open_store();
        struct error error = {.text = ""};
        assert_int_equal(lock(&store), 0);
        write_file(file_path(FILE_NAME).text, "as it was", 0600);
        make_thing(temporary.text, cases[i].thing, 0700);
        set_file_size_limit(cases[i].bytes);
        int result = store_replace(&store, FILE_NAME, "content", 7, &error);
        set_file_size_limit(RLIM_INFINITY);
        unit_check(result == -1 && is_error(&error, NOT_WRITABLE, cases[i].number), "%zu: %d, '%s'",
                   i, result, error.text);
        unit_check(reads(&store, "as it was"), "%zu: it is changed", i);
        unit_check((mode_of(temporary.text) == 0) == (cases[i].bytes < 7),
                   "%zu: a temporary file is left", i);
        (void)remove(temporary.text);
        store_close(&store);
    }
    signal(SIGXFSZ, SIG_DFL);
    unit_end();
}

static void a_store_that_was_removed_is_trouble(void **context) {
    struct store store = open_store();

    (void)context;
    assert_int_equal(rmdir(folder_path().text), 0);
    assert_int_equal(lock(&store), -1);
    assert_int_equal(replace(&store, "x"), -1);
    assert_int_equal(store_read(&store, FILE_NAME, (char[1]){0}, 1), -1);
    store_close(&store);
}

/* ---- Many at once ---- */

enum { PROCESSES = 4, ROUNDS = 30, NUMBERS = 1000 };

/* The number that fills the file; -1 where the file is not whole. */
static int read_number(const struct store *store) {
    int numbers[NUMBERS] = {0};
    long length = store_read(store, FILE_NAME, (char *)numbers, sizeof numbers);

    for (size_t i = 0; i < NUMBERS; i++)
        if (length > 0 && (length != sizeof numbers || numbers[i] != numbers[0]))
            return -1;
    return numbers[0];
}

static bool count_once(void) {
    int numbers[NUMBERS];
    struct store store = open_store();
    struct error error;

    while (lock(&store) == STORE_BUSY)
        sched_yield();
    int number = read_number(&store);
    for (size_t i = 0; i < NUMBERS; i++)
        numbers[i] = number + 1;
    int result = store_replace(&store, FILE_NAME, (char *)numbers, sizeof numbers, &error);
    store_close(&store);
    return number >= 0 && result == 0;
}

static void of_many_at_once_each_has_the_lock_alone(void **context) {
    pid_t processes[PROCESSES];

    (void)context;
    for (int i = 0; i < PROCESSES; i++) {
        processes[i] = fork();
        if (processes[i] != 0)
            continue;
        for (int round = 0; round < ROUNDS; round++)
            if (!count_once())
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        assert_int_equal(waitpid(processes[i], &status, 0), processes[i]);
        assert_int_equal(status, 0);
    }
    struct store store = open_store();
    assert_int_equal(read_number(&store), PROCESSES * ROUNDS);
    store_close(&store);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    IN_PLACE(the_root_is_made_only_where_that_is_asked_for),
    IN_PLACE(as_much_is_read_as_fits),
    IN_PLACE(one_at_a_time_has_the_lock),
    IN_PLACE(a_killed_process_leaves_no_lock),
    IN_PLACE(a_lock_that_is_not_the_users_own_is_none),
    IN_PLACE(a_file_is_replaced_as_a_whole),
    IN_PLACE(what_stands_in_the_way_is_not_followed_and_goes),
    IN_PLACE(what_cannot_be_written_leaves_the_file_as_it_was),
    IN_PLACE(a_store_that_was_removed_is_trouble),
    IN_PLACE(of_many_at_once_each_has_the_lock_alone),
};

UNIT_MAIN(tests)
