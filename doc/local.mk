dist_man_MANS = doc/check_wolkvox_token.1
nobase_dist_doc_DATA += doc/cost.md doc/graphs.md doc/installing.md doc/scaling.md \
	doc/troubleshooting.md doc/es/README.md doc/pt/README.md
EXTRA_DIST += doc/figures.md doc/icingaweb2.png doc/releasing.md
EXTRA_DIST += doc/zabbix-graphs.png doc/zabbix-problems.png
