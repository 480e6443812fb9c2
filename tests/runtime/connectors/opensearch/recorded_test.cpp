// The connector against recorded answers of an OpenSearch with the shipped recording in it: the same frames as from files.
// SPDX-License-Identifier: Apache-2.0
//
// With INQUEST_OPENSEARCH=http://host:port in the environment the answers are taken anew from that server (indices as
// tests/live loads them) and written to replies/recorded; without it they are read from there, and a request that is not
// among them fails the test.
#include <cstdlib>

#include "runtime/connectors/opensearch/source.h"
#include "runtime/connectors/otlp/connector.h"
#include "tests/runtime/connectors/opensearch/replies.h"

using namespace inquest;
using namespace inquest::opensearch;

namespace {

struct Columns {
  const char* name;
  const char* spans;
  const char* logs;
  const char* layout;
};
constexpr Columns layouts[] = {
    {"otel-v1", "otel-v1-apm-span-000001", "otel-logs-2026-11-21", "spans: otel-v1 in otel-v1-apm-span-000001; logs: logs-otel in otel-logs-2026-11-21"},
    {"data-prepper", "dp-otel-v1-apm-span-000001", "dp-logs-otel-v1-000001",
     "spans: data-prepper in dp-otel-v1-apm-span-000001; logs: logs-data-prepper in dp-logs-otel-v1-000001"},
    {"ss4o", "ss4o_traces-default-namespace", "", "spans: ss4o in ss4o_traces-default-namespace, durations by a script"},
    {"jaeger", "jaeger-span-*", "", "spans: jaeger in jaeger-span-*, tags nested"},
};

const Window window{Time{1'795'256'919 * ns_per_s}, Time{1'795'259'189 * ns_per_s}};  // 10:28:39 to 11:06:29

Ask ask(const char* kind, Map args, std::map<std::string, std::string> scope = {}, Map where = {}) {
  Ask out;
  out.state = "s", out.name = "a", out.kind = kind;
  out.signal = std::string(kind).substr(0, std::string(kind).find('.'));
  out.args = std::move(args);
  out.scope.names = std::move(scope);
  out.scope.window = window;
  out.where = std::move(where);
  return out;
}

struct Wanted {
  const char* name;
  Ask ask;
};
std::vector<Wanted> asks() {
  const std::map<std::string, std::string> one = {{"service", "recommendation"}};
  const List traces = {Value("a6fca7717b511cf6d5cdafe2099ba588"), Value("00000000000000000000000000000001")};
  Ask against = ask("logs.search", {{"limit", 6}}, one);
  against.then = Window{window.from, Time{window.from.ns + 600 * ns_per_s}};
  against.scope.window.from = against.then->to;
  return {
      {"slowest", ask("spans.slowest", {{"limit", 2}}, one)},
      {"typical", ask("spans.typical", {{"limit", 2}}, one)},
      {"of_traces", ask("spans.of_traces", {{"traces", traces}})},
      {"search", ask("logs.search", {{"limit", 8}})},
      {"search_text", ask("logs.search", {{"limit", 5}, {"text", "ListRecommendations for"}}, one)},
      {"search_where", ask("logs.search", {{"limit", 5}}, {}, {{"severity", "info"}, {"app.product.id", "66VCHSJNUP"}})},
      {"search_against", against},
      {"logs_of_traces", ask("logs.of_traces", {{"traces", traces}})},
      {"count", ask("logs.count", {{"every", Duration{600 * ns_per_s}}, {"by", List{Value("severity")}}})},
      {"templates", ask("logs.templates", {{"every", Duration{600 * ns_per_s}}}, {{"service", "quote"}})},
  };
}

// Requests and their answers, from a file or into one.
class Tape {
 public:
  explicit Tape(const std::string& name) : path_(replies::folder() + "recorded/" + name + ".jsonl") {
    if (const char* url = std::getenv("INQUEST_OPENSEARCH")) {
      http::Config config;
      config.url = url;
      auto door = http::Door::open(config, endpoints());
      REQUIRE(door.ok());
      door_ = std::move(*door);
      return;
    }
    const auto text = read_file(path_);
    INFO(path_);
    REQUIRE(text.ok());
    for (const std::string& line : split(*text, '\n')) {
      if (line.empty()) continue;
      const Json row = replies::parsed(line);
      answers_[member_text(row, "request")] = row["response"];
    }
  }
  ~Tape() {
    if (!door_) return;
    std::string out;
    for (const std::string& line : lines_) out += line + "\n";
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
    if (!write_file(path_, out)) std::abort();
  }
  Send send() {
    return [this](const http::Request& request, const http::Judge& judge, const Deadline& deadline, const Stop& stop) -> Outcome<http::Response> {
      const std::string key = request.print();
      if (door_) {
        auto answer = door_->send(request, judge, deadline, stop);
        if (const auto* response = std::get_if<http::Response>(&answer)) {
          Json row = Json::object();
          row["request"] = key;
          row["response"] = replies::parsed(response->body);
          lines_.push_back(canonical(row));
        }
        return answer;
      }
      const auto at = answers_.find(key);
      if (at == answers_.end()) return Failure{Failure::Class::internal, "this request is not among the recorded ones: " + key.substr(0, 2000)};
      http::Response response = replies::json(at->second);
      if (const auto judged = judge(response); judged.what != http::Judged::What::good) return judged.failure;
      return response;
    };
  }

 private:
  const std::string path_;
  std::unique_ptr<http::Door> door_;
  std::map<std::string, Json> answers_;
  std::vector<std::string> lines_;
};

SourceConfig config_of(const Columns& of) {
  SourceConfig config;
  config.name = "os", config.kind = "opensearch", config.at = "http://recorded";
  Map indices = {{"spans", of.spans}};
  config.signals = {"spans"};
  if (*of.logs) indices.emplace_back("logs", of.logs), config.signals.push_back("logs");
  config.options = {{"indices", indices}};
  return config;
}

// Rows as text, in order; times and durations to `resolution`; without what a writer renames or makes text.
std::string told(const Frame& frame, int64_t resolution) {
  std::string out;
  for (uint32_t row = 0; row < frame.rows; ++row) {
    for (const Column& column : frame.columns) {
      out += column.name + "=";
      if (column.absent(row)) out += "-";
      else if (column.name == "attributes") out += std::to_string(column.text(row).empty());
      else if (column.type == ColumnType::time || column.type == ColumnType::duration) out += std::to_string(column.integer(row) / resolution);
      else if (column.type == ColumnType::float64) out += shortest(column.number(row));
      else if (column.type == ColumnType::int64) out += std::to_string(column.integer(row));
      else out += column.text(row);
      out += " ";
    }
    out += "\n";
  }
  return out;
}

std::vector<otlp::Answer> from_files(const std::vector<Ask>& asks) {
  SourceConfig config;
  config.name = "files", config.kind = "otlp", config.at = std::string(INQUEST_SOURCE_DIR) + "/sops/memory_leak/replay";
  auto files = otlp::make(config);
  REQUIRE(files.ok());
  return (*files)->fetch(asks, {}, {}, Deadline{}, replies::go());
}

}  // namespace

TEST_CASE("traces and log records from each layout are the frames that files give", "[opensearch][recorded]") {
  std::vector<Ask> wanted;
  for (const Wanted& one : asks()) wanted.push_back(one.ask);
  const auto truth = from_files(wanted);
  for (const Columns& of : layouts) {
    Tape tape(of.name);
    auto source = make_source(config_of(of), tape.send(), http::Config{}, nullptr);
    REQUIRE(source.ok());
    const auto probe = (*source)->probe(Deadline{}, replies::go());
    INFO(of.name << (probe ? "" : probe.error().message));
    REQUIRE(probe.ok());
    CHECK(probe->layout == of.layout);
    CHECK(probe->version == "OpenSearch 2.19.1");
    std::vector<Ask> some;
    std::vector<size_t> which;
    for (size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i].signal == "spans" || *of.logs) some.push_back(wanted[i]), which.push_back(i);
    const auto answers = (*source)->fetch(some, (*source)->native(some, {}), {}, Deadline{}, replies::go());
    REQUIRE(answers.size() == some.size());
    for (size_t n = 0; n < answers.size(); ++n) {
      INFO(of.name << " " << asks()[which[n]].name);
      if (const auto* failure = std::get_if<Failure>(&answers[n])) FAIL_CHECK(failure->cause);
      const auto* got = std::get_if<FramePtr>(&answers[n]);
      const auto* want = std::get_if<FramePtr>(&truth[which[n]]);
      REQUIRE(want);
      if (!got) continue;
      REQUIRE((*want)->rows > 0);
      const int64_t resolution = std::string(of.name) == "jaeger" ? 1000 : 1;
      CHECK((*got)->shape == (*want)->shape);
      CHECK((*got)->expanded == (*want)->expanded);
      const bool sampled = !(*got)->marks.approximate.empty();
      if (sampled) {
        CHECK(asks()[which[n]].name == std::string("typical"));
        continue;
      }
      CHECK(told(**got, resolution) == told(**want, resolution));
      CHECK((*got)->marks.partial.empty());
      CHECK((*got)->marks.limited == (*want)->marks.limited);
      CHECK_FALSE(outside_scope(**got, some[n]));
    }
  }
}

TEST_CASE("the asks of a state are one _msearch, and what native() tells is what is sent", "[opensearch][recorded]") {
  if (std::getenv("INQUEST_OPENSEARCH")) return;         // the recording is being made
  Tape tape("otel-v1");
  std::vector<http::Request> sent;
  const Send inner = tape.send();
  const Send send = [&](const http::Request& request, const http::Judge& judge, const Deadline& deadline, const Stop& stop) {
    sent.push_back(request);
    return inner(request, judge, deadline, stop);
  };
  auto source = make_source(config_of(layouts[0]), send, http::Config{}, nullptr);
  REQUIRE(source.ok());
  REQUIRE((*source)->probe(Deadline{}, replies::go()).ok());
  sent.clear();
  std::vector<Ask> wanted;
  for (const Wanted& one : asks()) wanted.push_back(one.ask);
  const std::vector<Step> steps = (*source)->native(wanted, {});
  REQUIRE(steps.size() == wanted.size() + 1);
  CHECK(steps.back().asks.size() == wanted.size());      // they share a step: the engine sends them together
  (void)(*source)->fetch(wanted, steps, {}, Deadline{}, replies::go());
  REQUIRE_FALSE(sent.empty());
  CHECK(sent[0].path == "/_msearch");
  for (const auto& [header, body] : replies::searches(sent[0].body)) {
    const std::string line = canonical(body);
    CHECK(std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return step.native.find(line) != std::string::npos; }));
  }
}

TEST_CASE("traces that a review has yet to find are planned by their name", "[opensearch][recorded]") {
  if (std::getenv("INQUEST_OPENSEARCH")) return;
  Tape tape("otel-v1");
  auto source = make_source(config_of(layouts[0]), tape.send(), http::Config{}, nullptr);
  REQUIRE(source.ok());
  REQUIRE((*source)->probe(Deadline{}, replies::go()).ok());
  const auto steps = (*source)->native({ask("logs.of_traces", {{"traces", List{Value("$slow_traces")}}}), ask("spans.of_traces", {{"traces", "$slow_traces"}})}, {});
  CHECK(steps[0].native.find(R"({"terms":{"traceId.keyword":"$slow_traces"}})") != std::string::npos);
  CHECK(steps[1].native.find(R"({"terms":{"traceId":"$slow_traces"}})") != std::string::npos);
}

TEST_CASE("before the server was asked, what is sent is not known, and it is said", "[opensearch]") {
  auto source = make_source(config_of(layouts[0]), [](const http::Request&, const http::Judge&, const Deadline&, const Stop&) -> Outcome<http::Response> {
    return Failure{Failure::Class::unreachable, "connection refused"};
  }, http::Config{}, nullptr);
  REQUIRE(source.ok());
  const auto steps = (*source)->native({ask("spans.slowest", {})}, {});
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].native == "spans.slowest: what is sent depends on the layout, which is known once the server was asked");
  const auto answers = (*source)->fetch({ask("spans.slowest", {}), ask("logs.search", {})}, steps, {}, Deadline{}, replies::go());
  REQUIRE(answers.size() == 2);
  for (const auto& answer : answers) {
    REQUIRE(std::holds_alternative<Failure>(answer));
    CHECK(std::get<Failure>(answer).cls == Failure::Class::unreachable);
    CHECK(std::get<Failure>(answer).cause == "connection refused");
  }
}

TEST_CASE("metrics are not here, and it is said", "[opensearch][recorded]") {
  if (std::getenv("INQUEST_OPENSEARCH")) return;
  Tape tape("otel-v1");
  auto source = make_source(config_of(layouts[0]), tape.send(), http::Config{}, nullptr);
  REQUIRE(source.ok());
  Measure measure;
  measure.name = "memory";
  measure.names.push_back({"process.memory.usage"});
  const auto resolution = (*source)->resolve(measure, Deadline{}, replies::go());
  REQUIRE(resolution.ok());
  CHECK(resolution->names.empty());
  CHECK(resolution->tried == std::vector<std::string>{"process.memory.usage"});
  const auto answers = (*source)->fetch({ask("metric.memory", {})}, {}, {}, Deadline{}, replies::go());
  REQUIRE(std::holds_alternative<Failure>(answers[0]));
  CHECK(std::get<Failure>(answers[0]).cls == Failure::Class::unsupported);
}

TEST_CASE("options that are wrong are refused with the nearest right one", "[opensearch]") {
  const auto error = [](Map options) {
    SourceConfig config;
    config.name = "os", config.at = "http://x";
    config.options = std::move(options);
    const auto settings = read_settings(config);
    return settings ? std::string() : settings.error().message + " / " + settings.error().cure;
  };
  CHECK(error({{"indexes", "x"}}) == "unknown option `indexes` of an opensearch source / did you mean `indices`?");
  CHECK(error({{"layout", "otel-v2"}}) == "unknown layout `otel-v2` / did you mean `otel-v1`?");
  CHECK(error({{"layout", Map{{"spans", "logs-otel"}}}}).find("is not of spans") != std::string::npos);
  CHECK(error({{"indices", Map{{"metrics", "x"}}}}).find("unknown signal `metrics`") == 0);
  CHECK(error({{"indices", "a/_search"}}).find("is no index pattern") != std::string::npos);
  CHECK(error({{"indices", Map{{"spans", "a-*,b-*"}}}, {"layout", "ss4o"}, {"painless", false}}).empty());
}

TEST_CASE("a link opens Discover with absolute times and the scope as conditions", "[opensearch][recorded]") {
  if (std::getenv("INQUEST_OPENSEARCH")) return;
  Tape tape("otel-v1");
  SourceConfig config = config_of(layouts[0]);
  config.links["dashboards"] = "http://dash/";
  auto source = make_source(config, tape.send(), http::Config{}, nullptr);
  REQUIRE(source.ok());
  REQUIRE((*source)->probe(Deadline{}, replies::go()).ok());
  const std::string link = (*source)->link(ask("spans.slowest", {}, {{"service", "it's \"a\"!"}}), {});
  CHECK(link.find("http://dash/app/discover#/?_g=") == 0);
  CHECK(link.find(http::segment("from:'2026-11-21T10:28:39Z',to:'2026-11-21T11:06:29Z'")) != std::string::npos);
  CHECK(link.find(http::segment("serviceName:\"it!'s \\\"a\\\"!!\"")) != std::string::npos);
}
