# Of what a user sees: the binary, with real TLS on loopback.

BLACKBOX_TESTS = \
	tests/blackbox/test_attacks.py \
	tests/blackbox/test_cache.py \
	tests/blackbox/test_certificates.py \
	tests/blackbox/test_cost.py \
	tests/blackbox/test_documentation.py \
	tests/blackbox/test_extra_opts.py \
	tests/blackbox/test_faults.py \
	tests/blackbox/test_forecast.py \
	tests/blackbox/test_kills.py \
	tests/blackbox/test_libraries.py \
	tests/blackbox/test_load.py \
	tests/blackbox/test_metrics.py \
	tests/blackbox/test_options.py \
	tests/blackbox/test_output.py \
	tests/blackbox/test_process.py \
	tests/blackbox/test_proxy.py \
	tests/blackbox/test_request.py \
	tests/blackbox/test_resolver.py \
	tests/blackbox/test_simulated_day.py \
	tests/blackbox/test_states.py \
	tests/blackbox/test_tls.py \
	tests/blackbox/test_token.py \
	tests/blackbox/test_trust_store.py \
	tests/api/test_wolkvox_api.py
if HAVE_BLACKBOX
TESTS += $(BLACKBOX_TESTS)
endif
EXTRA_DIST += $(BLACKBOX_TESTS) tests/blackbox/blackbox.py tests/blackbox/guidelines.py
