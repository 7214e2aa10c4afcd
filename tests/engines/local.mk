# In a sandbox, in the real engines; not part of `make check`, because they need root and many packages.

ENGINE_TESTS = \
	tests/engines/test_director.py \
	tests/engines/test_distributed.py \
	tests/engines/test_graphite.py \
	tests/engines/test_icinga2.py \
	tests/engines/test_icingaweb2.py \
	tests/engines/test_influxdb.py \
	tests/engines/test_nagios.py \
	tests/engines/test_network.py \
	tests/engines/test_nrpe.py \
	tests/engines/test_perfdata_parsers.py \
	tests/engines/test_readme.py \
	tests/engines/test_rrd.py \
	tests/engines/test_scaling.py \
	tests/engines/test_zabbix.py
EXTRA_DIST += $(ENGINE_TESTS) tests/engines/scaling \
	tests/engines/engine.py \
	tests/engines/expected_lines.py \
	tests/engines/grafana.py \
	tests/engines/graphs.py \
	tests/engines/icinga.py \
	tests/engines/icinga_node.py \
	tests/engines/icingaweb.py \
	tests/engines/influx.py \
	tests/engines/nagios.py \
	tests/engines/screenshot.py \
	tests/engines/zabbix.py \
	tests/engines/zabbix_screenshots.py
check-engines:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(ENGINE_TESTS)'
.PHONY: check-engines
