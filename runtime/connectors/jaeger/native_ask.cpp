// Reading the parameters of a native ask.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/jaeger/native_ask.h"

#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asking.h"

namespace inquest::jaeger {

namespace {

const std::vector<std::string> parameters = {"service", "operation", "minDuration", "maxDuration", "tags", "limit"};
constexpr size_t most_traces = 10'000;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '&'; }
bool name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; }

struct Wrong { std::string cause, cure = {}; };

// A value as the text that Jaeger compares.
std::string plain(const Value& value) {
  if (const std::string* text = value.get<std::string>()) return *text;
  return print_value(value);
}

class Reader final {
 public:
  explicit Reader(const Ask& ask) : ask_(ask), text_(ask.native) {}

  // The next NAME=VALUE; false at the end or when something is wrong.
  bool next(std::string& name, std::string& value) {
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
    if (at_ == text_.size()) return false;
    const size_t from = at_;
    while (at_ < text_.size() && name_char(text_[at_])) ++at_;
    name = text_.substr(from, at_ - from);
    if (at_ == text_.size() || text_[at_] != '=' || name.empty())
      return fail("`" + printable(text_.substr(from), 40) + "` is no NAME=VALUE", "write service=$service minDuration=100ms");
    ++at_;
    return read_value(name, value);
  }
  const std::optional<Wrong>& wrong() const { return wrong_; }
  const std::set<std::string>& bound() const { return bound_; }  // what names in tags stand for

 private:
  bool fail(std::string cause, std::string cure = {}) {
    wrong_ = Wrong{std::move(cause), std::move(cure)};
    return false;
  }
  bool bound(std::string& value) {                       // at `$`
    const size_t from = ++at_;
    while (at_ < text_.size() && name_char(text_[at_])) ++at_;
    const std::string name = text_.substr(from, at_ - from);
    const Value* known = find(ask_.names, name);
    if (!known) return fail("`$" + printable(name, 40) + "` is bound to nothing");
    value = plain(*known);
    return true;
  }
  bool quoted(std::string& value) {                      // at `"`
    const size_t from = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return fail("a text in quotes does not end: " + printable(text_.substr(from), 40));
    ++at_;
    const auto json = parse_json(text_.substr(from, at_ - from), "text");
    if (!json || !json->is_string()) return fail("`" + printable(text_.substr(from, at_ - from), 40) + "` is no text in quotes");
    value = json->get<std::string>();
    for (const auto& [name, unused] : ask_.names)
      if (value.find("$" + name) != std::string::npos)
        return fail("`$" + printable(name, 40) + "` stands inside quotes", "write it without: it becomes a whole value");
    return true;
  }
  bool object(std::string& value) {                      // at `{`: the JSON text, names put in
    const size_t from = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        std::string inner;
        if (!quoted(inner)) return false;
        otlp::append_json_text(value, inner);
        continue;
      }
      if (c == '$') {
        std::string inner;
        if (!bound(inner)) return false;
        otlp::append_json_text(value, inner);
        bound_.insert(inner);
        continue;
      }
      depth += (c == '{') - (c == '}');
      value += c;
      ++at_;
      if (depth == 0) return true;
    }
    return fail("`" + printable(text_.substr(from), 40) + "` does not end");
  }
  bool read_value(const std::string& name, std::string& value) {
    value.clear();
    const char c = at_ < text_.size() ? text_[at_] : ' ';
    bool good = true;
    if (c == '$') good = bound(value);
    else if (c == '"') good = quoted(value);
    else if (c == '{') good = object(value);
    else while (at_ < text_.size() && !blank(text_[at_])) value += text_[at_++];
    if (!good) return false;
    if (at_ < text_.size() && !blank(text_[at_]))
      return fail("`" + printable(text_.substr(at_), 40) + "` stands behind the value of " + name, "a value is a word, a text in quotes or $name, whole");
    if (value.find('$') != std::string::npos && c != '$' && c != '"' && c != '{')
      return fail(name + "=" + printable(value, 40) + " has a name inside a word", "`$name` stands for a whole value");
    if (value.empty()) return fail(name + " has no value");
    return true;
  }

  const Ask& ask_;
  const std::string text_;
  size_t at_ = 0;
  std::optional<Wrong> wrong_;
  std::set<std::string> bound_;
};

// Keys of Jaeger's own that are no attributes when its spans are read.
bool of_jaeger(const std::string& key) {
  return key.compare(0, 5, "otel.") == 0 || key == "span.kind" || key == "error" || key == "w3c.tracestate" || key == "internal.span.format";
}

// Takes out of `tags` what must not be sent, and lists what is to be compared here.
std::optional<Wrong> stand_for_themselves(const std::set<std::string>& bound, std::map<std::string, std::string>& tags,
                                          std::map<std::string, std::string>& here) {
  for (auto tag = tags.begin(); tag != tags.end();) {
    const auto& [key, value] = *tag;
    if (bound.count(value) == 0 || finds_itself(value, true)) {
      ++tag;
    } else if (of_jaeger(key)) {
      if (!finds_itself(value))
        return Wrong{"the value of `" + printable(key, 60) + "`, " + printable(value, 60) + ", is a pattern for some of Jaeger's stores",
                     "write it in the ask itself if it is meant as one"};
      ++tag;
    } else {
      here[key] = value;
      tag = finds_itself(value) ? std::next(tag) : tags.erase(tag);
    }
  }
  return {};
}

std::optional<Wrong> read_tags(const std::string& text, std::map<std::string, std::string>& tags) {
  const auto json = parse_json(text, "tags");
  if (!json || !json->is_object())
    return Wrong{"tags=" + printable(text, 60) + " is no JSON object", "write tags={\"error\": \"true\"}"};
  for (const auto& [key, value] : json->items()) {
    if (value.is_structured() || value.is_null())
      return Wrong{"the tag `" + printable(key, 60) + "` is no plain value", "a text, number or boolean"};
    tags[key] = value.is_string() ? value.get<std::string>() : canonical(value);
  }
  return {};
}

}  // namespace

bool finds_itself(std::string_view text, bool exactly) {
  return text.find_first_of(exactly ? ".?+*|{}[]()\"\\#@&<>~^$" : "?+*|{}[]()\"\\#@&<>~^$") == std::string_view::npos;
}

Outcome<Search> native_search(const Ask& ask, bool* own_limit, std::map<std::string, std::string>* here) {
  const auto rejected = [](const Wrong& wrong) { return Failure{Failure::Class::rejected, "jaeger: " + wrong.cause, wrong.cure}; };
  Search out;
  out.window = ask.scope.window;
  out.limit = 100;
  if (own_limit) *own_limit = false;
  Reader reader(ask);
  std::string name, value;
  std::vector<std::string> seen;
  while (reader.next(name, value)) {
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) return rejected({name + " is given twice"});
    seen.push_back(name);
    if (name == "service") {
      out.service = value;
    } else if (name == "operation") {
      out.operation = value;
    } else if (name == "minDuration" || name == "maxDuration") {
      const auto duration = parse_duration(value);
      if (!duration || duration->ns < 0)
        return rejected({name + "=" + printable(value, 40) + " is no length of time", "write 100ms, 1.5s as 1s500ms, or 2m"});
      (name == "minDuration" ? out.shortest : out.longest) = *duration;
    } else if (name == "limit") {
      const auto n = value.size() <= 6 && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })
                         ? std::stoul(value) : 0;
      if (n < 1 || n > most_traces)
        return rejected({"limit=" + printable(value, 40) + " is no number from 1 to " + std::to_string(most_traces)});
      out.limit = n;
      if (own_limit) *own_limit = true;
    } else if (name == "tags") {
      if (auto wrong = read_tags(value, out.tags)) return rejected(*wrong);
    } else if (name == "start" || name == "end" || name == "lookback") {
      return rejected({name + " is the window of the ask", "leave it out; give the context or the ask a window"});
    } else {
      return rejected({"there is no parameter `" + printable(name, 40) + "`", did_you_mean(name, parameters)});
    }
  }
  if (reader.wrong()) return rejected(*reader.wrong());
  std::map<std::string, std::string> compared;
  if (auto wrong = stand_for_themselves(reader.bound(), out.tags, here ? *here : compared)) return rejected(*wrong);
  if (out.service.empty()) return rejected({"no service", "Jaeger searches traces of one service: service=$service"});
  if (out.shortest && out.longest && out.longest->ns < out.shortest->ns) return rejected({"maxDuration is below minDuration"});
  return out;
}

}  // namespace inquest::jaeger
