EXTRA_DIST += tests/api/wolkvox-api
