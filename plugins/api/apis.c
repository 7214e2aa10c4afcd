/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "options/api.h"

/* The misspelling of "consumption" is the vendor's, whose pages have both spellings for Manager. */
#define AVAILABLE_AS_DOCUMENTED "available_consumition_options"
#define AVAILABLE_AS_SPELLED "available_consumption_options"

const struct api apis[API_COUNT] = {
    [API_CRM] =
        {
            .name = "crm",
            .product = "the CRM",
            .host_prefix = "crm",
            .has_operation = true,
            .tries_post_first = true,
            .sends_content_type = true,
            .path = "/server/API/v2/token/tokenInformation.php?operation=",
            .token_header = "Wolkvox-Token",
            .available_keys = {AVAILABLE_AS_DOCUMENTED, AVAILABLE_AS_SPELLED},
        },
    [API_MANAGER] =
        {
            .name = "manager",
            .product = "Manager",
            .host_prefix = "wv",
            .path = "/api/v2/information.php?api=token_info",
            .token_header = "wolkvox-token",
            .server_header = "wolkvox_server",
            .available_keys = {AVAILABLE_AS_SPELLED, AVAILABLE_AS_DOCUMENTED},
            .all_used_key = "all_token_today",
            .zero_is_success = true,
            .blank_is_absent = true,
        },
};
