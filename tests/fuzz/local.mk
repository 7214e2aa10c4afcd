# Fuzzers; their corpora are replayed by an ordinary test.

check_PROGRAMS += tests/fuzz/replay
TESTS += tests/fuzz/replay
tests_fuzz_replay_SOURCES = tests/fuzz/replay.c \
	tests/fuzz/fuzz_input.c tests/fuzz/fuzz_input.h \
	tests/fuzz/require.c tests/fuzz/require.h \
	tests/fuzz/target_answer.c \
	tests/fuzz/target_arguments.c \
	tests/fuzz/target_ca_file.c \
	tests/fuzz/target_ini_file.c \
	tests/fuzz/target_server.c \
	tests/fuzz/target_state_file.c \
	tests/fuzz/target_text.c \
	tests/fuzz/target_threshold.c \
	tests/fuzz/target_token_file.c
tests_fuzz_replay_LDADD = libwolkvox.a libplugin.a $(BENCH_LIBS) $(JSONC_LIBS) $(LIBMD_LIBS)

EXTRA_DIST += \
	tests/fuzz/corpus tests/fuzz/fuzzer.c tests/fuzz/run \
	tests/fuzz/answer.dict tests/fuzz/arguments.dict tests/fuzz/ca_file.dict tests/fuzz/ini_file.dict \
	tests/fuzz/server.dict tests/fuzz/state_file.dict tests/fuzz/text.dict tests/fuzz/threshold.dict

FUZZ_SECONDS = 60
fuzz:
	cd $(srcdir) && tests/fuzz/run $(FUZZ_SECONDS) $(FUZZ_TARGETS)
.PHONY: fuzz
