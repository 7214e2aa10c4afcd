# The plugin, a folder a stage. Its unit tests are linked from the same library.

noinst_LIBRARIES += libwolkvox.a
libwolkvox_a_SOURCES = \
	plugins/options/api.h \
	plugins/options/command_line.c plugins/options/command_line.h \
	plugins/options/help.c \
	plugins/options/ini_options.c plugins/options/ini_options.h \
	plugins/options/option_table.c plugins/options/option_table.h \
	plugins/options/option_values.c plugins/options/option_values.h \
	plugins/options/options.c plugins/options/options.h \
	plugins/options/secret.c plugins/options/secret.h \
	plugins/options/server.c plugins/options/server.h \
	plugins/http/ca_file.c \
	plugins/http/exchange.c plugins/http/exchange.h \
	plugins/http/http.c plugins/http/http.h \
	plugins/http/outcome.c \
	plugins/api/decode.c plugins/api/decode.h \
	plugins/api/token_api.c plugins/api/token_api.h \
	plugins/api/token_info.h \
	plugins/cache/result_source.c plugins/cache/result_source.h \
	plugins/cache/saved_info.c plugins/cache/saved_info.h \
	plugins/cache/usage_history.c plugins/cache/usage_history.h \
	plugins/verdict/details.c \
	plugins/verdict/evaluate.c plugins/verdict/evaluate.h \
	plugins/verdict/forecast.c plugins/verdict/forecast.h \
	plugins/verdict/metrics.c \
	plugins/verdict/sentence.c plugins/verdict/sentence.h

libexec_PROGRAMS = check_wolkvox_token
check_wolkvox_token_SOURCES = plugins/check_wolkvox_token.c
check_wolkvox_token_LDADD = $(PLUGIN_LIBS)
