// Loads libcurl.so.4 and finds its functions.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/libcurl.h"

#include <dlfcn.h>

namespace inquest::http {
namespace {

template <class F>
bool find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(::dlsym(library, name));
  return function != nullptr;
}

Error failed(const std::string& why) {
  return {Code::config, "libcurl cannot be used: " + why, "", "install it (Debian: apt-get install libcurl4)"};
}

Result<Curl> load() {
  void* const library = ::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    const char* const why = ::dlerror();
    return failed(why ? why : "libcurl.so.4 was not found");
  }
  decltype(&curl_global_init) init = nullptr;
  Curl curl;
  const bool found =
      find(library, "curl_global_init", init) && find(library, "curl_easy_init", curl.easy_init) &&
      find(library, "curl_easy_cleanup", curl.easy_cleanup) && find(library, "curl_easy_reset", curl.easy_reset) &&
      find(library, "curl_easy_setopt", curl.setopt) && find(library, "curl_easy_getinfo", curl.getinfo) &&
      find(library, "curl_easy_strerror", curl.strerror) && find(library, "curl_slist_append", curl.slist_append) &&
      find(library, "curl_slist_free_all", curl.slist_free_all) && find(library, "curl_multi_init", curl.multi_init) &&
      find(library, "curl_multi_cleanup", curl.multi_cleanup) &&
      find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
      find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
      find(library, "curl_multi_perform", curl.multi_perform) && find(library, "curl_multi_poll", curl.multi_poll) &&
      find(library, "curl_multi_info_read", curl.multi_info_read);
  if (!found) return failed("it is older than 7.66");
  if (init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return failed("curl_global_init failed");
  return curl;
}

}  // namespace

const Result<Curl>& libcurl() {
  static const Result<Curl> curl = load();  // a constant once it is there
  return curl;
}

}  // namespace inquest::http
