// Layouts by their fields, and fields as they can be used.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/layout.h"

#include "runtime/connectors/opensearch/source.h"
#include "tests/runtime/connectors/opensearch/mapped.h"
#include "tests/runtime/connectors/opensearch/replies.h"

using namespace inquest;
using namespace inquest::opensearch;

TEST_CASE("each layout is known by its fields", "[opensearch]") {
  CHECK(mapped::otel_v1().model == Model::otel_v1);
  CHECK(mapped::data_prepper().model == Model::data_prepper);
  CHECK(mapped::ss4o().model == Model::ss4o);
  CHECK(mapped::jaeger().model == Model::jaeger);
  CHECK(mapped::logs().model == Model::logs_otel);
}

TEST_CASE("the mapping of a real Data Prepper index is the older layout", "[opensearch]") {
  for (const std::string& version : replies::versions()) {
    const auto made = make_layout(otlp::Signal::spans, "otel-v1-apm-span", read_field_caps(replies::load(version, "024-field-caps").response));
    REQUIRE(made.ok());
    CHECK(made->model == Model::data_prepper);
    CHECK(made->service.doc == "serviceName");
    CHECK(made->duration.doc == "durationInNanos");
    CHECK(made->status.type == "integer");
    CHECK(attribute_field(*made, "app.products.count").doc == "span.attributes.app@products@count");
    CHECK_FALSE(attribute_field(*made, "app.products.count").numeric());
    CHECK(resource_field(*made, "host.name").doc == "resource.attributes.host@name");
  }
}

TEST_CASE("types that differ between indices are a conflict that cannot be aggregated", "[opensearch]") {
  for (const std::string& version : replies::versions()) {
    const auto fields = read_field_caps(replies::load(version, "025-field-caps-conflict").response);
    const Field& number = fields.at("severity.number");
    CHECK(number.type == "conflict");
    CHECK(number.doc.empty());
    CHECK(number.why == "mapped as keyword and as long in different indices");
    CHECK(fields.at("severity.text").doc == "severity.text");
  }
}

TEST_CASE("a pattern that matches no index has no layout", "[opensearch]") {
  for (const std::string& version : replies::versions()) {
    const auto fields = read_field_caps(replies::load(version, "028-field-caps-no-match").response);
    CHECK(fields.empty());
    const auto made = make_layout(otlp::Signal::spans, "nope-*", fields);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().message.find("nope-*") != std::string::npos);
    CHECK(made.error().cure.find("otel-v1") != std::string::npos);
  }
}

TEST_CASE("text is aggregated by its keyword, and not at all without one", "[opensearch]") {
  const Layout layout = mapped::ss4o();
  CHECK(attribute_field(layout, "user").doc == "attributes.user.keyword");
  CHECK(attribute_field(layout, "note").doc.empty());
  CHECK(attribute_field(layout, "note").why == "text without keyword");
}

TEST_CASE("whole and fractional numbers of several indices are fractional", "[opensearch]") {
  const auto fields = read_field_caps(replies::parsed(
      R"({"fields":{"a":{"long":{"aggregatable":true},"float":{"aggregatable":true}},"b":{"long":{"aggregatable":true},"integer":{"aggregatable":true}},"t":{"date":{"aggregatable":true},"date_nanos":{"aggregatable":true}}}})"));
  CHECK(fields.at("a").type == "double");
  CHECK(fields.at("b").type == "long");
  CHECK(fields.at("t").type == "date");
  CHECK(fields.at("t").mixed);
}

TEST_CASE("an attribute of the span goes before one of its resource", "[opensearch]") {
  CHECK(attribute_field(mapped::otel_v1(), "user").path == "attributes.user");
  CHECK(attribute_field(mapped::otel_v1(), "host.name").path == "resource.attributes.host.name");
  CHECK_FALSE(attribute_field(mapped::otel_v1(), "nothing").there());
}

TEST_CASE("nested tags cannot be aggregated and it is said why", "[opensearch]") {
  const Field field = attribute_field(mapped::jaeger(), "user");
  CHECK(field.doc.empty());
  CHECK(field.why == "tags are nested documents here");
}

TEST_CASE("durations come from a field, from a constant script, or not at all", "[opensearch]") {
  CHECK(canonical(duration_value(mapped::otel_v1())) == R"({"field":"durationInNanos"})");
  Layout layout = mapped::ss4o();
  CHECK(duration_value(layout).is_null());
  layout.painless = true;
  const Json value = duration_value(layout);
  CHECK(value["script"]["params"]["start"] == "startTime");
  CHECK(value["script"]["source"].get<std::string>().find("size() == 0") != std::string::npos);
}

TEST_CASE("kinds and statuses are read in every spelling", "[opensearch]") {
  for (const char* text : {"SPAN_KIND_SERVER", "Server", "server", "SERVER", "2"}) CHECK(kind_number(text) == 2);
  for (const char* text : {"Error", "STATUS_CODE_ERROR", "ERROR", "2"}) CHECK(status_number(text) == 2);
  CHECK(kind_number("nonsense") == 0);
  CHECK(status_number("Unset") == 0);
}

TEST_CASE("indices are known by their names, other ones are left alone", "[opensearch]") {
  using S = otlp::Signal;
  const std::vector<Found> found = recognise({"otel-v1-apm-span-000001", "otel-v1-apm-span-000002", "otel-v1-apm-service-map", "dp-otel-v1-apm-span-000001",
                                              "ss4o_traces-default-namespace", "jaeger-span-2026-11-21", "prod-jaeger-span-2026-11-21", "jaeger-service-2026-11-21",
                                              "otel-logs-2026-11-21", "logs-otel-v1-000001", "otel", ".ds-otel-logs-x", "orders"});
  CHECK(found == std::vector<Found>{{S::spans, "otel-v1-apm-span*"}, {S::spans, "dp-otel-v1-apm-span*"}, {S::spans, "ss4o_traces-*"}, {S::spans, "jaeger-span-*"},
                                    {S::spans, "prod-jaeger-span-*"}, {S::logs, "otel-logs-*"}, {S::logs, "logs-otel-v1*"}, {S::logs, "otel"}});
}
