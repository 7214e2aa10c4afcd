# What a check costs, beside others; needs root or user namespaces.

EXTRA_PROGRAMS += bench/floor bench/launch
bench_floor_LDADD = $(BENCH_LIBS)
bench_launch_LDADD =
EXTRA_DIST += bench/benchmark bench/curl-and-jq bench/python-plugin bench/sandbox.c
CLEANFILES += bench/sandbox.so
bench: check_wolkvox_token bench/floor bench/launch bench/sandbox.so tests/preload/clock.so
	$(PYTHON) $(srcdir)/bench/benchmark $(BENCH_FLAGS) $(abs_builddir)
.PHONY: bench
