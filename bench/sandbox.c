/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into the plugin by bench/benchmark, to measure what a sandbox would cost: with
 * SANDBOX=landlock no file can be written or made any more, with SANDBOX=seccomp a filter looks at
 * each system call and refuses those that start programs or change the system. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    _exit(3);
}

static void use_landlock(void) {
    const struct landlock_ruleset_attr writes = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                             LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                             LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                             LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                             LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &writes, sizeof writes, 0);

    if (rules < 0 || syscall(SYS_landlock_restrict_self, rules, 0) != 0)
        fail("landlock");
    close(rules);
}

static void use_seccomp(void) {
    static const long refused[] = {SYS_execve,
                                   SYS_execveat,
                                   SYS_ptrace,
                                   SYS_mount,
                                   SYS_umount2,
                                   SYS_kexec_load,
                                   SYS_init_module,
                                   SYS_finit_module,
                                   SYS_bpf,
                                   SYS_process_vm_readv,
                                   SYS_process_vm_writev,
                                   SYS_keyctl};
    enum { COUNT = sizeof refused / sizeof refused[0] };
    struct sock_filter filter[COUNT + 3];
    const struct sock_fprog program = {.len = COUNT + 3, .filter = filter};

    filter[0] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < COUNT; i++)
        filter[1 + i] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused[i], (unsigned char)(COUNT - i), 0);
    filter[COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[COUNT + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        fail("seccomp");
}

__attribute__((constructor)) static void confine(void) {
    const char *kind = getenv("SANDBOX");

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (kind != NULL && strcmp(kind, "landlock") == 0)
        use_landlock();
    else if (kind != NULL && strcmp(kind, "seccomp") == 0)
        use_seccomp();
}
