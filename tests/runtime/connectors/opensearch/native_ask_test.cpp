// Native text: names as literals, windows around it, reading only.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/native_ask.h"

#include <random>

#include "runtime/base/text.h"
#include "tests/runtime/connectors/opensearch/mapped.h"
#include "tests/runtime/connectors/opensearch/replies.h"

using namespace inquest;
using namespace inquest::opensearch;

namespace {

const Window native_window{Time{1'700'000'000 * ns_per_s}, Time{1'700'000'600 * ns_per_s}};

Ask native(const char* kind, const std::string& text, Map names = {}) {
  Ask ask;
  ask.state = "s", ask.name = "a", ask.kind = kind, ask.signal = "logs", ask.native = text, ask.names = std::move(names);
  ask.scope.window = native_window;
  return ask;
}

// A reader of string literals of its own, after the lexer of the SQL plugin (SQUOTA_STRING: '\'' ('\\'. | '\'\'' | ~('\'' | '\\'))* '\'')
// and its unquoteText: returns what the literal at the beginning means and how long it is.
std::pair<std::string, size_t> read_literal(const std::string& text) {
  std::string value;
  if (text.empty() || text[0] != '\'') return {"", 0};
  for (size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      if (i + 1 >= text.size()) return {"", 0};
      const char next = text[++i];
      if (next != '\'' && next != '"' && next != '\\') value += c;
      value += next;
    } else if (c == '\'') {
      if (i + 1 < text.size() && text[i + 1] == '\'') value += '\'', ++i;
      else return {value, i + 1};
    } else {
      value += c;
    }
  }
  return {"", 0};
}

std::string random_text(std::mt19937& random) {
  static const char pieces[] = "''\\\\\"`;|-*/#$() abcZ09\n\t,=";
  std::string out;
  for (size_t n = random() % 16; n > 0; --n) out += pieces[random() % (sizeof pieces - 1)];
  return out;
}

const std::string one_window = "`@timestamp` >= TIMESTAMP('2023-11-14 22:13:20') AND `@timestamp` < TIMESTAMP('2023-11-14 22:23:20')";

}  // namespace

TEST_CASE("a million hostile values as literals of PPL and SQL read back as they went in", "[opensearch][injection]") {
  std::mt19937 random(11);
  size_t wrong = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string value = random_text(random);
    const std::string text = literal(value) + " | tail";
    const auto [back, length] = read_literal(text);
    wrong += back != value || text.substr(length) != " | tail";
  }
  CHECK(wrong == 0);
}

TEST_CASE("a bound value leaves what stands around it as it was", "[opensearch][injection]") {
  std::mt19937 random(12);
  for (int i = 0; i < 20'000; ++i) {
    const std::string value = random_text(random);
    const auto bound = bind_query("source=logs | where a = $v and b = 1", {{"v", value}});
    REQUIRE(bound.ok());
    const std::string head = "source=logs | where a = ", tail = " and b = 1";
    REQUIRE(bound->substr(0, head.size()) == head);
    const auto [back, length] = read_literal(bound->substr(head.size()));
    REQUIRE(back == value);
    REQUIRE(bound->substr(head.size() + length) == tail);
  }
}

TEST_CASE("values in dsl are JSON values, wherever they stand", "[opensearch][injection]") {
  std::mt19937 random(13);
  for (int i = 0; i < 20'000; ++i) {
    const std::string value = random_text(random);
    for (const char* text : {R"({"query":{"term":{"a":"$v"}},"size":3})", R"({"query":{"term":{"a":$v}},"size":3})"}) {
      const auto bound = bind_dsl(text, {{"v", value}});
      REQUIRE(bound.ok());
      const auto back = parse_json(*bound, "dsl");
      REQUIRE(back.ok());
      REQUIRE((*back)["query"]["term"]["a"] == value);
      REQUIRE(back->size() == 2);
    }
  }
}

TEST_CASE("numbers, flags, times and lists are literals of their own kind", "[opensearch]") {
  const Map names = {{"n", 5}, {"x", 0.5}, {"b", true}, {"t", native_window.from}, {"l", List{Value("a"), Value("b'c")}}};
  CHECK(*bind_query("$n $x $b $t $l", names) == "5 0.5 true '2023-11-14T22:13:20Z' ('a', 'b''c')");
  CHECK(*bind_dsl(R"([$n, $x, "$b", "$t", $l])", names) == R"([5, 0.5, true, "2023-11-14T22:13:20Z", ["a","b'c"]])");
}

TEST_CASE("what was bound is not scanned again", "[opensearch]") {
  CHECK(*bind_query("$a", {{"a", "$b"}, {"b", "x"}}) == "'$b'");
  CHECK(*bind_dsl("{\"q\":\"$a\"}", {{"a", "$b"}, {"b", "x"}}) == "{\"q\":\"$b\"}");
}

TEST_CASE("a name inside a longer text is refused, with the cure", "[opensearch]") {
  const auto query = bind_query("source=x | where a = 'p-$v'", {{"v", "1"}});
  REQUIRE_FALSE(query.ok());
  CHECK(query.error().cure == "write it bare: it becomes a literal");
  const auto dsl = bind_dsl(R"({"query_string":{"query":"a:$v"}})", {{"v", "1"}});
  REQUIRE_FALSE(dsl.ok());
  CHECK(dsl.error().message.find("$v") != std::string::npos);
}

TEST_CASE("the window is a where behind the source of PPL", "[opensearch]") {
  CHECK(*ppl_within("source=logs | stats count() by a", native_window, "@timestamp") == "source=logs | where " + one_window + " | stats count() by a");
  CHECK(*ppl_within("search source=logs 'a|b'=1", native_window, "@timestamp") == "search source=logs 'a|b'=1 | where " + one_window);
}

TEST_CASE("PPL and SQL that do more than read are not sent", "[opensearch]") {
  for (const char* text : {"delete from x", "describe x", "explain source=x", ""}) CHECK_FALSE(ppl_within(text, native_window, "t").ok());
  for (const char* text : {"DELETE FROM x", "UPDATE x SET a=1", "INSERT INTO x VALUES (1)", "", "WITH a AS (SELECT 1) SELECT 1", "SELECT 1; DELETE FROM x",
                           "SELECT a FROM x -- c", "SELECT a FROM x /* c */", "SELECT a FROM x UNION SELECT b FROM y", "SELECT 'a FROM x"})
    CHECK_FALSE(sql_within(text, native_window, "t").ok());
}

TEST_CASE("the window is a condition of the WHERE of SQL", "[opensearch]") {
  const std::string head = "SELECT a, COUNT(*) FROM logs WHERE " + one_window;
  CHECK(*sql_within("SELECT a, COUNT(*) FROM logs GROUP BY a", native_window, "@timestamp") == head + " GROUP BY a");
  CHECK(*sql_within("SELECT a, COUNT(*) FROM logs", native_window, "@timestamp") == head);
  CHECK(*sql_within("select a from logs where b = ' order by ' or c = 1 order by a limit 3;", native_window, "@timestamp") ==
        "select a from logs WHERE " + one_window + " AND (b = ' order by ' or c = 1) order by a limit 3");
  CHECK(*sql_within("SHOW TABLES LIKE '%'", native_window, "@timestamp") == "SHOW TABLES LIKE '%'");
}

TEST_CASE("scripts in dsl are refused unless the source allows them", "[opensearch]") {
  for (const char* text : {R"({"aggs":{"a":{"max":{"script":"1"}}}})", R"({"script_fields":{}})", R"({"runtime_mappings":{}})", R"({"query":{"script_score":{}}})",
                           R"({"sort":[{"_script":{}}]})", R"({"aggs":{"a":{"scripted_metric":{}}}})", R"({"aggs":{"a":{"bucket_selector":{}}}})", R"({"derived":{}})"}) {
    INFO(text);
    CHECK_FALSE(read_only_dsl(replies::parsed(text), false).ok());
    CHECK(read_only_dsl(replies::parsed(text), true).ok());
  }
  CHECK(read_only_dsl(replies::parsed(R"({"query":{"term":{"a":"script"}}})"), false).ok());
}

TEST_CASE("dsl is searched within the window, in the indices of the layout or those it names", "[opensearch]") {
  Layout logs = mapped::logs();
  logs.timeless = false;
  const auto out = dsl_searches(native("dsl", R"({"query":{"term":{"a":1}},"size":5})"), nullptr, &logs, false);
  REQUIRE(std::holds_alternative<std::vector<Search>>(out));
  const Search& search = std::get<std::vector<Search>>(out)[0];
  CHECK(search.index == "otel-logs-*");
  CHECK(canonical(search.body["query"]["bool"]["must"]) == R"([{"term":{"a":1}}])");
  CHECK(search.body["query"]["bool"]["filter"][0]["range"].contains("@timestamp"));
  for (const char* text : {"[]", "{", R"({"index":"_all"})", R"({"index":"a/_delete_by_query"})", R"({"pit":{"id":"x"}})"})
    CHECK(std::holds_alternative<Failure>(dsl_searches(native("dsl", text), nullptr, &logs, false)));
}

TEST_CASE("without the plugin PPL and SQL are unsupported, in the server's own words", "[opensearch]") {
  for (const std::string& version : replies::versions()) {
    replies::Server server;
    server.answer = [&](const http::Request&) { return replies::load(version, "524-err-no-handler").as_response(); };
    const Client client(server.send(), http::Config{});
    const Ask ask = native("ppl", "source=logs");
    const auto requests = query_requests(ask, nullptr, nullptr);
    REQUIRE(std::holds_alternative<std::vector<http::Request>>(requests));
    const auto answer = ask_query(ask, std::get<std::vector<http::Request>>(requests), client, {}, Deadline{}, replies::go());
    REQUIRE(std::holds_alternative<Failure>(answer));
    CHECK(std::get<Failure>(answer).cls == Failure::Class::unsupported);
    CHECK(std::get<Failure>(answer).cause.find("no handler found for uri [/_plugins/_ppl]") != std::string::npos);
    CHECK(std::get<Failure>(answer).cure.find("opensearch-sql") != std::string::npos);
  }
}

TEST_CASE("the documented answer of PPL becomes a table, or a series", "[opensearch]") {
  const Json body = replies::parsed(
      R"j({"schema":[{"name":"count()","type":"integer"},{"name":"span(t,1m)","type":"timestamp"},{"name":"serviceName","type":"string"}],"datarows":[[3,"2023-11-14 22:14:00","a"],[4,"2023-11-14 22:15:00",null]],"total":2,"size":2})j");
  const auto table = table_of_query(body);
  REQUIRE(table.ok());
  const FramePtr frame = table_frame(native("ppl", "source=x"), *table, {});
  REQUIRE(frame->rows == 2);
  CHECK(frame->column("count()")->type == ColumnType::int64);
  CHECK(frame->column("count()")->integer(1) == 4);
  CHECK(frame->column("serviceName")->absent(1));
  Ask series = native("ppl", "source=x");
  series.args = {{"as", "series"}};
  const FramePtr told = table_frame(series, *table, {});
  CHECK(told->shape == Shape::series);
  CHECK(told->column("service")->text(0) == "a");
  CHECK(told->column("value")->number(0) == 3);
  CHECK(print_time(Time{told->column("time")->integer(0)}) == "2023-11-14T22:14:00Z");
}

TEST_CASE("fewer rows than there are make the answer of PPL partial", "[opensearch]") {
  const auto table = table_of_query(replies::parsed(R"({"schema":[{"name":"a","type":"integer"}],"datarows":[[1]],"total":9,"size":1})"));
  REQUIRE(table.ok());
  CHECK(table->marks.partial == "1 of 9 rows came");
  CHECK_FALSE(table_of_query(replies::parsed(R"({"schema":[{"name":"a"}],"datarows":[[1,2]]})")).ok());
  CHECK_FALSE(table_of_query(replies::parsed("{}")).ok());
}

TEST_CASE("aggregations become a table with a row a bucket", "[opensearch]") {
  const Json body = replies::parsed(
      R"({"aggregations":{"by":{"doc_count_error_upper_bound":2,"sum_other_doc_count":7,"buckets":[{"key":"a","doc_count":3,"m":{"value":1.5}},{"key":"b","doc_count":1,"m":{"value":null}}]}}})");
  const Table table = table_of_search(body);
  CHECK(table.columns == std::vector<std::string>{"by", "count", "m"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0][2] == 1.5);
  CHECK(table.marks.approximate == "by: counts may be off by 2");
  CHECK(table.marks.notes == std::vector<std::string>{"by: 7 more in buckets that were not asked for"});
}
