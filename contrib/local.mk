# What users copy, a folder an engine.

nobase_dist_doc_DATA += \
	contrib/director/README.md contrib/director/basket.json \
	contrib/grafana/wolkvox-token.json \
	contrib/icinga2/README.md \
	contrib/icinga2/wolkvox_token-command.conf contrib/icinga2/wolkvox_token-services.conf \
	contrib/icinga2/distributed/README.md contrib/icinga2/distributed/master/zones.conf \
	contrib/icinga2/distributed/satellite/api.conf contrib/icinga2/distributed/satellite/zones.conf \
	contrib/icinga2/wolkvox_token-graphite.conf contrib/icinga2/wolkvox_token-influxdb.conf \
	contrib/nagios/README.md \
	contrib/nagios/wolkvox_token-commands.cfg contrib/nagios/wolkvox_token-services.cfg \
	contrib/nrpe/README.md contrib/nrpe/wolkvox_token.cfg \
	contrib/pnp4nagios/README.md \
	contrib/pnp4nagios/check_commands/check_wolkvox_token.cfg \
	contrib/pnp4nagios/check_commands/check_wolkvox_token_ca.cfg \
	contrib/pnp4nagios/check_commands/check_wolkvox_token_manager.cfg \
	contrib/pnp4nagios/check_commands/check_wolkvox_token_options.cfg \
	contrib/pnp4nagios/check_commands/wolkvox_token.cfg \
	contrib/pnp4nagios/check_commands/wolkvox_token_director.cfg \
	contrib/tmpfiles.d/monitoring-plugins.conf \
	contrib/zabbix/README.md contrib/zabbix/wolkvox_token.conf \
	contrib/zabbix/wolkvox_token-agent.yaml contrib/zabbix/wolkvox_token-external.yaml

completion = contrib/bash-completion/check_wolkvox_token.bash
EXTRA_DIST += $(completion)
