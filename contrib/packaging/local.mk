# Releases and packages.

# The same sources give the same bytes, whoever packs them, when and where. The date of all files is that of
# the newest entry in Debian's changelog, which is in the release, too.
am__tar = XZ_OPT=-eT1 && \
	date=$${SOURCE_DATE_EPOCH:-`date +%s -d "$$(sed -n '/^ -- /{s/.*>  //p;q;}' '$(abs_srcdir)/contrib/packaging/debian/changelog')"`} && \
	$${TAR-tar} --format=ustar --sort=name --mtime="@$$date" --owner=0 --group=0 --numeric-owner \
		--mode=u+rwX,go+rX,go-w -chf - "$$tardir"

# Their results are in the folder of the build.
deb rpm: dist
	$(srcdir)/contrib/packaging/make-package $@ $(distdir).tar.xz $(PACKAGE_VERSION)
# All that is published, in one folder: the same bytes when it is made again in the same place.
release: deb rpm
	rm -rf release
	$(MKDIR_P) release
	cp $(distdir).tar.xz release
	mv check-wolkvox-token_$(PACKAGE_VERSION)-*_*.deb check_wolkvox_token-$(PACKAGE_VERSION)-*.rpm release
	cd release && sha256sum * >SHA256SUMS
.PHONY: deb rpm release

EXTRA_DIST += \
	contrib/packaging/make-package \
	contrib/packaging/rpm/check_wolkvox_token.spec \
	contrib/packaging/rpm/check_wolkvox_token.rpmlintrc \
	contrib/packaging/debian/README.Debian \
	contrib/packaging/debian/changelog \
	contrib/packaging/debian/clean \
	contrib/packaging/debian/control \
	contrib/packaging/debian/copyright \
	contrib/packaging/debian/docs \
	contrib/packaging/debian/examples \
	contrib/packaging/debian/install \
	contrib/packaging/debian/not-installed \
	contrib/packaging/debian/postinst \
	contrib/packaging/debian/postrm \
	contrib/packaging/debian/rules \
	contrib/packaging/debian/triggers \
	contrib/packaging/debian/lintian-overrides \
	contrib/packaging/debian/source/format \
	contrib/packaging/debian/source/lintian-overrides \
	contrib/packaging/debian/tests/control \
	contrib/packaging/debian/tests/monitoring \
	contrib/packaging/debian/tests/plugin \
	contrib/packaging/debian/tests/stand-in.sh
