dist_man_MANS = doc/check_wolkvox_token.1
nobase_dist_doc_DATA += doc/scaling.md
EXTRA_DIST += doc/icingaweb2.png
