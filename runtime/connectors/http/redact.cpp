// Forms of secrets, and cutting them out of texts.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/http/redact.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/json.h"
#include "runtime/base/text.h"

namespace inquest::http {
namespace {

constexpr size_t shortest_form = 8;

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string replaced(std::string text, char from, std::string_view to) {
  std::string out;
  for (const char c : text) {
    if (c == from) out += to;
    else out += c;
  }
  return out;
}

std::string json_text(std::string_view value, bool slash, bool upper, bool ascii) {
  std::string out = Json(std::string(value)).dump(-1, ' ', ascii, Json::error_handler_t::replace);
  out = out.substr(1, out.size() - 2);
  if (upper)
    for (size_t at = 0; (at = out.find("\\u", at)) != std::string::npos; at += 6)
      for (size_t i = at + 2; i < at + 6 && i < out.size(); ++i)
        if (out[i] >= 'a' && out[i] <= 'f') out[i] = static_cast<char>(out[i] - 'a' + 'A');
  return slash ? replaced(std::move(out), '/', "\\/") : out;
}

// JSON that may end in a page: Go escapes < > &, Gson = and ' too.
std::string json_for_pages(std::string_view value, bool upper, bool all) {
  std::string out;
  for (const char c : json_text(value, false, upper, false)) {
    switch (c) {
      case '<': out += upper ? "\\u003C" : "\\u003c"; break;
      case '>': out += upper ? "\\u003E" : "\\u003e"; break;
      case '&': out += "\\u0026"; break;
      case '=': out += !all ? "=" : upper ? "\\u003D" : "\\u003d"; break;
      case '\'': out += all ? "\\u0027" : "'"; break;
      default: out += c;
    }
  }
  return out;
}

void add_forms(std::string_view value, std::vector<std::string>& forms) {
  if (value.size() < shortest_form) return;
  const std::string text(value);
  forms.push_back(text);
  for (size_t before = 0; before < 3; ++before) {  // within base64 of a longer text: what does not mix with neighbours
    std::string whole = base64(std::string(before, 'x') + text);
    whole.resize((before + text.size()) * 8 / 6);
    forms.push_back(whole.substr((before * 8 + 5) / 6));
  }
  for (const bool upper : {true, false}) {
    forms.push_back(percent(value, {}, upper));
    forms.push_back(percent(value, "*", upper));
    forms.push_back(percent(value, "!*'()", upper));
    forms.push_back(percent(value, "/:,()*@!$", upper));
    forms.push_back(percent(value, "!$&'()*+,;=:@", upper));
    for (const bool slash : {true, false})
      for (const bool ascii : {true, false}) forms.push_back(json_text(value, slash, upper, ascii));
    for (const bool all : {true, false}) forms.push_back(json_for_pages(value, upper, all));
  }
  for (size_t i = 0, n = forms.size(); i < n; ++i)
    if (forms[i].find("%20") != std::string::npos) {
      std::string plus = forms[i];
      for (size_t at; (at = plus.find("%20")) != std::string::npos;) plus.replace(at, 3, "+");
      forms.push_back(std::move(plus));
    }
  std::string html = replaced(replaced(replaced(text, '&', "&amp;"), '<', "&lt;"), '>', "&gt;");
  forms.push_back(html);
  forms.push_back(replaced(replaced(html, '"', "&quot;"), '\'', "&#39;"));
  forms.push_back(replaced(replaced(html, '"', "&#34;"), '\'', "&#39;"));
  forms.push_back(replaced(replaced(html, '"', "&quot;"), '\'', "&#x27;"));
}

}  // namespace

std::string base64(std::string_view bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

std::string percent(std::string_view text, std::string_view also, bool upper) {
  const char* const hex = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    if (unreserved(c) || also.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

Redactor::Redactor(const Config& config) {
  std::vector<std::string> values = {config.password.value, config.auth_credentials.value};
  for (const auto& [name, secret] : config.headers) values.push_back(secret.value);
  if (!config.password.empty()) values.push_back(config.username + ":" + config.password.value);
  if (const size_t at = config.proxy_url.rfind('@'); at != std::string::npos) {
    const size_t from = config.proxy_url.find("://");
    const std::string user = config.proxy_url.substr(from == std::string::npos ? 0 : from + 3);
    const std::string pair = user.substr(0, user.rfind('@'));
    values.push_back(pair);
    if (const size_t colon = pair.find(':'); colon != std::string::npos) values.push_back(pair.substr(colon + 1));
  }
  for (const std::string& value : values) {
    add_forms(value, forms_);
    if (const std::string bare = trim(value); bare != value) add_forms(bare, forms_);
  }
  // A password of fewer bytes is not looked for, but the header that carries it is.
  if (!config.password.empty()) forms_.push_back(base64(config.username + ":" + config.password.value));
  for (size_t i = 0, n = forms_.size(); i < n; ++i)  // URL-safe base64 and its like
    if (forms_[i].find_first_of("+/") != std::string::npos) {
      std::string safe = forms_[i];
      std::replace(safe.begin(), safe.end(), '+', '-');
      std::replace(safe.begin(), safe.end(), '/', '_');
      forms_.push_back(std::move(safe));
    }
  std::erase_if(forms_, [](const std::string& form) { return form.size() < shortest_form; });
  std::sort(forms_.begin(), forms_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
}

std::string Redactor::cut(std::string text) const {
  for (const std::string& form : forms_) {
    if (text.size() < form.size()) continue;
    const char *from = text.data(), *const end = text.data() + text.size();
    const auto next = [&] { return static_cast<const char*>(::memmem(from, static_cast<size_t>(end - from), form.data(), form.size())); };
    const char* found = next();
    if (!found) continue;
    std::string out;
    out.reserve(text.size());
    for (; found; found = next()) {
      out.append(from, found).append("***");
      from = found + form.size();
    }
    out.append(from, end);
    text = std::move(out);
  }
  return text;
}

std::string redact(const Config& config, std::string text) { return Redactor(config).cut(std::move(text)); }

}  // namespace inquest::http
