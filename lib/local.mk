# The vocabulary of any monitoring plugin.

noinst_LIBRARIES += libplugin.a
libplugin_a_SOURCES = \
	lib/characters.c lib/characters.h \
	lib/clock.c lib/clock.h \
	lib/daily_time.c lib/daily_time.h \
	lib/dynamic_library.c lib/dynamic_library.h \
	lib/error.c lib/error.h \
	lib/extra_opts.c lib/extra_opts.h \
	lib/ini.c lib/ini.h \
	lib/mask.c lib/mask.h \
	lib/memory_stream.c lib/memory_stream.h \
	lib/number.c lib/number.h \
	lib/output.c lib/output.h \
	lib/process.c lib/process.h \
	lib/state.c lib/state.h \
	lib/state_store.c lib/state_store.h \
	lib/text.c lib/text.h \
	lib/threshold.c lib/threshold.h \
	lib/user_file.c lib/user_file.h \
	lib/watchdog.c lib/watchdog.h
