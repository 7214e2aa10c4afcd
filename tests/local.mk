# Unit tests in C, black-box tests of the binary in Python; all speak TAP.

TESTS =
check_PROGRAMS =
check_DATA =

include tests/unit/local.mk
include tests/blackbox/local.mk
include tests/api/local.mk
include tests/preload/local.mk
include tests/fuzz/local.mk
include tests/engines/local.mk
include tests/packages/local.mk
include tests/tools/local.mk

TEST_EXTENSIONS = .py
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = $(PYTHON)
AM_TESTS_ENVIRONMENT = \
	CHECK_WOLKVOX_TOKEN='$(abs_builddir)/check_wolkvox_token'; \
	PYTHONDONTWRITEBYTECODE=1; PYTHONUNBUFFERED=1; PYTHONPATH='$(abs_srcdir)/tests/blackbox'; \
	export CHECK_WOLKVOX_TOKEN PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED PYTHONPATH;

check-local:
if !HAVE_CMOCKA
	@echo '*** NO UNIT TESTS WERE RUN: cmocka was not found by configure ***' >&2
endif
if !HAVE_BLACKBOX
	@echo '*** NO BLACK-BOX TESTS WERE RUN: configure found no python3 or no openssl ***' >&2
endif
