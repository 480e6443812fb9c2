// No value changes the meaning of a search: a million random ones, read back as a server reads them.
// SPDX-License-Identifier: Apache-2.0
#pragma GCC optimize("O2")                                // a million of anything is slow without

#include <random>

#include "runtime/connectors/jaeger/native_ask.h"
#include "tests/runtime/connectors/otlp/made.h"

using namespace made;
using jaeger::Search;
using namespace std::string_literals;

namespace {

// Text of random code points, half of them such that a query, a path or JSON could trip over.
std::string hostile(std::mt19937_64& random) {
  static const std::string odd = "&=?#%+;/\\\"'{}[]<>$:,. \t\r\n\0-_*()|^~`@!"s;
  std::string out;
  for (size_t n = random() % 12 + 1; n > 0; --n) {
    if (random() % 2) {
      out += odd[random() % odd.size()];
      continue;
    }
    uint32_t c = static_cast<uint32_t>(random() % (random() % 4 ? 0x80 : 0x11'0000));
    if (c >= 0xd800 && c < 0xe000) c = 0xfffd;
    if (c < 0x80) out += static_cast<char>(c);
    else if (c < 0x800) out += {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
    else if (c < 0x1'0000) out += {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
    else out += {static_cast<char>(0xf0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)), static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
  }
  return out;
}

// A query as a server reads it.
std::vector<std::pair<std::string, std::string>> parsed_query(const std::string& printed) {
  const auto plain = [](std::string_view text) {
    std::string out;
    const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%' && i + 2 < text.size()) out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])), i += 2;
      else out += text[i] == '+' ? ' ' : text[i];
    }
    return out;
  };
  std::vector<std::pair<std::string, std::string>> out;
  const size_t at = printed.find('?');
  for (const std::string& pair : split(std::string_view(printed).substr(at + 1), '&')) {
    const size_t equal = pair.find('=');
    out.emplace_back(plain(pair.substr(0, equal)), plain(std::string_view(pair).substr(equal + 1)));
  }
  return out;
}

}  // namespace

TEST_CASE("of a million hostile values none changes what a search means") {
  std::mt19937_64 random(5);
  std::string text = "service=$s operation=$o tags={";
  for (int i = 0; i < 8; ++i) text += (i ? ", \"k" : "\"k") + std::to_string(i) + "\": $v" + std::to_string(i);
  text += "} limit=3";
  int kept = 0;
  for (int round = 0; round < 100'000; ++round) {
    Map names = {{"s", Value(hostile(random))}, {"o", Value(hostile(random))}};
    for (int i = 0; i < 8; ++i) names.emplace_back("v" + std::to_string(i), Value(hostile(random)));
    Ask asked = ask("jaeger", 0, 600);
    asked.native = text;
    asked.names = names;
    std::map<std::string, std::string> here;               // compared with what comes: sent it could be a pattern
    const auto read = jaeger::native_search(asked, nullptr, &here);
    const auto* search_read = std::get_if<Search>(&read);
    if (!search_read) FAIL(std::get<Failure>(read).cause);
    jaeger::Api api;
    (round % 2 ? api.v1 : api.v3) = true;
    const auto query = parsed_query(jaeger::search_request(api, *search_read).print());
    const size_t sent = search_read->tags.size(), at = sent > 0 ? 5 : 4;
    bool same = query.size() == at + 2 && query[0].second == *names[0].second.get<std::string>() &&
                query[1].second == *names[1].second.get<std::string>() && query[at].second == "3" && query[at + 1].second == "true";
    if (same) {
      const auto tags = sent > 0 ? parse_json(query[4].second, "tags") : Result<Json>(Json::object());
      same = tags && tags->size() == sent;
      for (int i = 0; same && i < 8; ++i) {
        const std::string key = "k" + std::to_string(i), value = *names[static_cast<size_t>(i) + 2].second.get<std::string>();
        same = tags->contains(key) ? tags->at(key) == value && value.find_first_of("?+*|{}[]()\"\\#@&<>~^$") == std::string::npos
                                   : here.count(key) != 0;
        if (here.count(key) != 0) same = same && here.at(key) == value;
        else same = same && value.find('.') == std::string::npos;
      }
    }
    if (!same) FAIL("round " << round << ": " << jaeger::search_request(api, *search_read).print());
    ++kept;
  }
  CHECK(kept == 100'000);
}
