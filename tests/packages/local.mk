# Of the packages that `make deb` and `make rpm` have made; in a sandbox, too.

PACKAGE_TESTS = \
	tests/packages/test_autopkgtest.py \
	tests/packages/test_deb.py \
	tests/packages/test_dist.py \
	tests/packages/test_install.py \
	tests/packages/test_rpm.py
EXTRA_DIST += $(PACKAGE_TESTS) tests/packages/packages.py

# The suite is left out of these packages: `make check` runs it.
check-packages:
	DEB_BUILD_OPTIONS=nocheck $(MAKE) $(AM_MAKEFLAGS) deb
	RPMBUILD_FLAGS=--nocheck $(MAKE) $(AM_MAKEFLAGS) rpm
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(PACKAGE_TESTS)'
.PHONY: check-packages
