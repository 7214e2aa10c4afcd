# What users copy, a folder an engine.

nobase_dist_doc_DATA += \
	contrib/director/basket.json \
	contrib/grafana/wolkvox-token.json \
	contrib/icinga2/check_wolkvox_token.conf contrib/icinga2/services.conf \
	contrib/icinga2/distributed/README.md contrib/icinga2/distributed/master/zones.conf \
	contrib/icinga2/distributed/satellite/api.conf contrib/icinga2/distributed/satellite/zones.conf \
	contrib/icinga2/graphite.conf contrib/icinga2/influxdb.conf \
	contrib/nagios/commands.cfg contrib/nagios/services.cfg \
	contrib/nrpe/check_wolkvox_token.cfg \
	contrib/pnp4nagios/README.md \
	contrib/pnp4nagios/check_commands/check_wolkvox_token.cfg \
	contrib/pnp4nagios/check_commands/check_wolkvox_token_ca.cfg \
	contrib/pnp4nagios/check_commands/check_wolkvox_token_manager.cfg \
	contrib/pnp4nagios/check_commands/check_wolkvox_token_options.cfg \
	contrib/pnp4nagios/check_commands/wolkvox_token.cfg \
	contrib/pnp4nagios/check_commands/wolkvox_token_director.cfg \
	contrib/tmpfiles.d/monitoring-plugins.conf

completion = contrib/bash-completion/check_wolkvox_token.bash
EXTRA_DIST += $(completion)
