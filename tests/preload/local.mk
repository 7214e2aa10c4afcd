# Preloaded into the plugin by some tests; without libtool, because they are for ELF systems only.

PRELOADED = \
	tests/preload/clock.so \
	tests/preload/empty_library.so \
	tests/preload/failing_calls.so \
	tests/preload/held_up.so \
	tests/preload/odd_state.so \
	tests/preload/trust_store.so
if HAVE_BLACKBOX
check_DATA += $(PRELOADED)
check_PROGRAMS += bench/floor bench/launch
endif
.c.so:
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && $(CC) $(CFLAGS) $(LIBCURL_CFLAGS) -D_GNU_SOURCE -shared -fPIC -Wl,-z,now -o $@ $<
SUFFIXES = .c .so
CLEANFILES += $(PRELOADED)
EXTRA_DIST += $(PRELOADED:.so=.c)
