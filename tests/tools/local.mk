EXTRA_DIST += \
	tests/tools/common.sh \
	tests/tools/coverage \
	tests/tools/figures \
	tests/tools/load \
	tests/tools/machines \
	tests/tools/mutants \
	tests/tools/parts.sh \
	tests/tools/random-kills \
	tests/tools/sandbox \
	tests/tools/sandboxed.py \
	tests/tools/simulated-day
