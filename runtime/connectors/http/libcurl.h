// libcurl as a table of functions, loaded when first asked for; its headers are all that a build needs.
// SPDX-License-Identifier: Apache-2.0
//
// libcurl() loads libcurl.so.4 once a process (about 8 ms) and keeps it. Error: what the loader said, with the cure.
// Thread rule: libcurl() may be called from any thread; a handle belongs to one thread at a time.
#pragma once

#include <curl/curl.h>

#include "runtime/base/error.h"

namespace inquest::http {

struct Curl {
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_reset) easy_reset = nullptr;
  decltype(&curl_easy_setopt) setopt = nullptr;
  decltype(&curl_easy_getinfo) getinfo = nullptr;
  decltype(&curl_easy_strerror) strerror = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
  decltype(&curl_multi_init) multi_init = nullptr;
  decltype(&curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&curl_multi_perform) multi_perform = nullptr;
  decltype(&curl_multi_poll) multi_poll = nullptr;
  decltype(&curl_multi_info_read) multi_info_read = nullptr;
};

const Result<Curl>& libcurl();

}  // namespace inquest::http
