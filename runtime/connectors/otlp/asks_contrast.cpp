// What tells slow spans from fast ones, and how the numbers on spans change over time.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/asks.h"
#include "runtime/frame/kernels/contrast.h"
#include "runtime/frame/kernels/growing.h"

namespace inquest::otlp {

namespace {


// Attributes asked for; empty: all.
std::vector<uint8_t> chosen_keys(const Asking& asking, const Texts& texts) {
  const std::vector<std::string> names = texts_of(asking.ask, "attributes");
  std::vector<uint8_t> chosen(texts.size(), names.empty());
  for (const std::string& name : names)
    if (const TextId id = texts.find(name); id != no_text) chosen[id] = 1;
  return chosen;
}

}  // namespace

Answer spans_contrast(const Asking& asking, const SpanView& view) {
  if (const auto slower_than = duration_of(asking.ask, "slower_than")) return spans_contrast_counts(asking, view, *slower_than);
  const Spans& spans = *view.spans;
  const SpanFilter filter(view, asking.ask);
  const std::vector<Stretch> windows = stretches(asking.ask);
  const std::vector<uint8_t> chosen = chosen_keys(asking, spans.texts);
  const bool all = texts_of(asking.ask, "attributes").empty();
  ContrastBuilder contrast;
  std::unordered_map<uint64_t, uint32_t> populations, values;   // (resource, name), (key, text)
  std::vector<uint32_t> attributes(spans.texts.size(), no_text);
  const auto attribute = [&](TextId key) {
    if (attributes[key] == no_text) attributes[key] = contrast.attribute(spans.texts[key]);
    return attributes[key];
  };
  const uint32_t status = contrast.attribute("status");
  const uint32_t version = contrast.attribute("service.version"), instance = contrast.attribute("service.instance.id");
  std::vector<std::array<uint32_t, 2>> of_resource(view.heads.size(), {no_text, no_text});  // values of version and instance
  std::array<uint32_t, 3> of_status{no_text, no_text, no_text};
  std::vector<std::array<uint32_t, 2>> of_truth(spans.texts.size(), {no_text, no_text});    // by key: false and true
  const auto tell = [&](uint32_t& known, uint32_t of, std::string_view text) {
    if (known == no_text) known = contrast.value(of, text);
    contrast.cell(known);
  };
  uint64_t last_key = UINT64_MAX;
  uint32_t population_id = 0;
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    const uint32_t resource = spans.resource[row];
    const Head& head = view.heads[resource];
    if (const uint64_t key = uint64_t{resource} << 32 | spans.name[row]; key != last_key) {
      const auto [at, fresh] = populations.try_emplace(key, 0);
      if (fresh) {
        ContrastBuilder::Population population;
        population.service = head.service.value_or("");
        population.namespace_ = head.namespace_;
        population.operation = std::string(spans.texts[spans.name[row]]);
        at->second = contrast.population(population);
      }
      last_key = key;
      population_id = at->second;
    }
    const bool then = asking.ask.then && stretch == 0;
    contrast.row(population_id, spans.start[row], spans.duration[row], then);
    if (all) {
      tell(of_status[spans.status[row] < 3 ? spans.status[row] : 0], status, status_name(spans.status[row]));
      if (head.version) tell(of_resource[resource][0], version, *head.version);
      if (head.instance) tell(of_resource[resource][1], instance, *head.instance);
    }
    for (uint64_t i = spans.attr_from[row]; i < spans.attr_from[row + 1]; ++i) {
      const Cell& cell = spans.attributes[i];
      if (!chosen[cell.key]) continue;
      if (const auto number = cell_number(cell)) {
        contrast.number(attribute(cell.key), *number);
      } else if (cell.kind == Cell::Kind::boolean) {
        tell(of_truth[cell.key][cell.integer != 0], attribute(cell.key), cell.integer ? "true" : "false");
      } else {
        const auto [known, unseen] = values.try_emplace(uint64_t{cell.key} << 32 | cell.text, 0);
        if (unseen) known->second = contrast.value(attribute(cell.key), spans.texts[cell.text]);
        contrast.cell(known->second);
      }
    }
  }
  auto frame = contrast.finish(asking.ask.then.has_value(), &asking.stop);
  if (!frame)
    return Failure{frame.error().code == Code::interrupted ? Failure::Class::cancelled : Failure::Class::internal, frame.error().message,
                   frame.error().cure};
  return *frame;
}

Answer spans_numbers(const Asking& asking, const SpanView& view) {
  const Spans& spans = *view.spans;
  const Ask& ask = asking.ask;
  const SpanFilter filter(view, ask);
  const std::vector<Stretch> windows = stretches(ask);
  const int64_t width = bucket_width(ask);
  const std::vector<uint8_t> chosen = chosen_keys(asking, spans.texts);
  NumbersBuilder numbers(ask.scope.window.from.ns, width, ask.then ? std::optional(ask.then->from.ns) : std::nullopt);
  std::map<std::tuple<uint32_t, TextId, TextId>, uint32_t> populations;  // resource, name, key
  struct Known { uint64_t key = UINT64_MAX; TextId attribute = no_text; uint32_t population = 0; };
  std::vector<Known> known(4096);                        // the last population that fell on each place
  for (size_t row = 0; row < spans.rows(); ++row) {
    if (row % poll_every == 0)
      if (auto failure = asking.stopped()) return *failure;
    const int stretch = stretch_of(windows, spans.start[row]);
    if (stretch < 0 || !filter.holds(row)) continue;
    for (uint64_t i = spans.attr_from[row]; i < spans.attr_from[row + 1]; ++i) {
      const Cell& cell = spans.attributes[i];
      const auto number = cell_number(cell);
      if (!chosen[cell.key] || !number) continue;
      const uint64_t key = uint64_t{spans.resource[row]} << 32 | spans.name[row];
      Known& last = known[((key ^ uint64_t{cell.key} << 40 ^ cell.key) * 0x9e3779b97f4a7c15u) >> 52];
      if (last.key == key && last.attribute == cell.key) {
        numbers.add(last.population, spans.start[row], *number, ask.then && stretch == 0);
        continue;
      }
      const auto [at, fresh] = populations.try_emplace(std::tuple(spans.resource[row], spans.name[row], cell.key), 0);
      if (fresh) {
        const Head& head = view.heads[spans.resource[row]];
        at->second = numbers.population({head.service.value_or(""), head.namespace_, head.instance, head.version,
                                         std::string(spans.texts[spans.name[row]]), std::string(spans.texts[cell.key])});
      }
      last = {key, cell.key, at->second};
      numbers.add(at->second, spans.start[row], *number, ask.then && stretch == 0);
    }
  }
  auto frame = std::make_shared<Frame>(*numbers.finish());
  frame->marks.notes.push_back("value is the median; buckets of " + print_duration(Duration{width}));
  return FramePtr(std::move(frame));
}

}  // namespace inquest::otlp
