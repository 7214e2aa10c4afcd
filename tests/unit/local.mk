# Of what is pure, a program a file.

UNIT_TESTS = \
	tests/unit/test_ca_file \
	tests/unit/test_daily_time \
	tests/unit/test_evaluate \
	tests/unit/test_extra_opts \
	tests/unit/test_forecast \
	tests/unit/test_mask \
	tests/unit/test_metrics \
	tests/unit/test_number \
	tests/unit/test_options \
	tests/unit/test_perfdata \
	tests/unit/test_range \
	tests/unit/test_saved_info \
	tests/unit/test_secret \
	tests/unit/test_sentence \
	tests/unit/test_server \
	tests/unit/test_state \
	tests/unit/test_state_store \
	tests/unit/test_text \
	tests/unit/test_threshold \
	tests/unit/test_token_info
if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
EXTRA_DIST += tests/unit/check.h tests/unit/unit.h
