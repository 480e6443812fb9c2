// Count, then rows or the aggregation.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/opensearch/agg_rows.h"

#include <set>

#include "runtime/base/text.h"
#include "runtime/connectors/opensearch/agg.h"
#include "runtime/connectors/opensearch/agg_script.h"
#include "runtime/connectors/otlp/answer.h"

namespace inquest::opensearch {

std::shared_ptr<otlp::SpanView> view_of(const Layout& layout, const Json& hits, const otlp::Aliases& aliases) {
  Rows rows(layout);
  if (hits.is_array())
    for (const Json& hit : hits) rows.add(hit);
  const otlp::Decoded decoded = otlp::decode_text(otlp::Signal::spans, rows.finish());
  auto view = std::make_shared<otlp::SpanView>(decoded.spans(), aliases);
  if (!layout.entry_services_whole) return view;
  std::set<std::string> senders;
  for (const std::string& written : layout.entry_services) {
    const auto alias = aliases.find(written);
    senders.insert(alias == aliases.end() ? written : alias->second);
  }
  for (size_t i = 0; i < view->heads.size(); ++i)
    view->sends_entry[i] = view->sends_entry[i] || (view->heads[i].service && senders.count(*view->heads[i].service));
  return view;
}

namespace {

class Small final : public Work {
 public:
  Small(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases, std::function<std::unique_ptr<Work>(int64_t)> large, size_t few)
      : ask_(ask), layout_(layout), aliases_(aliases), parts_(parts_of(ask, layout, aliases)), large_(std::move(large)), few_(few) {}

  std::vector<Search> round() override {
    std::vector<Search> out;
    if (stage_ == Stage::count) {
      for (const Part& part : parts_)
        out.push_back({layout_.index, {{"size", 0}, {"track_total_hits", true}, {"query", part.filter.query}}, 0, "count"});
    } else if (stage_ == Stage::rows) {
      std::vector<Json> windows;
      for (const Part& part : parts_) windows.push_back(part.filter.query);
      Json body = {{"query", any_of(std::move(windows))}, {"_source", source_fields(layout_, only_heads(ask_))}, {"track_total_hits", false},
                   {"sort", Json::array({{{layout_.span.doc.empty() ? layout_.span.path : layout_.span.doc, "asc"}}})}};
      out.push_back({layout_.index, std::move(body), few_rows, "spans of the lowest ids"});
    } else if (stage_ == Stage::large) {
      return work_->round();
    }
    return out;
  }

  std::optional<Failure> take(std::vector<Reply> replies) override {
    if (stage_ == Stage::large) return work_->take(std::move(replies));
    for (Reply& reply : replies) {
      remarks_.take(reply);
      const auto hits = reply.body.find("hits");
      if (hits == reply.body.end())
        return Failure{Failure::Class::malformed, "the server's answer to " + ask_.frame() + " has no hits",
                       "is the address that of an OpenSearch?"};
      if (stage_ == Stage::count) {
        const Json* total = member(*hits, "total");
        if (const Json* value = total ? member(*total, "value") : nullptr) rows_ += json_int64(*value);
      } else {
        if (const auto list = hits->find("hits"); list != hits->end()) got_ = std::move(*list);
        stage_ = Stage::done;
      }
    }
    if (stage_ == Stage::count) {
      const bool few = rows_ <= static_cast<int64_t>(few_);
      if (few || !large_ || loose(parts_)) {
        stage_ = Stage::rows;
      } else {
        work_ = large_(rows_);
        stage_ = Stage::large;
      }
    }
    return std::nullopt;
  }

  otlp::Answer answer(const otlp::Asking& asking) override {
    if (work_) return work_->answer(asking);
    const auto view = view_of(layout_, got_, aliases_);
    otlp::Answer answer = otlp::answer_spans(asking, *view);
    FramePtr* made = std::get_if<FramePtr>(&answer);
    if (!made) return answer;
    auto frame = std::make_shared<Frame>(**made);
    const auto fetched = static_cast<int64_t>(got_.size());
    if (fetched < rows_)
      frame->marks.approximate = count(fetched) + " of " + count(rows_) + " spans, those of the lowest ids" +
                                 (loose(parts_) ? " (" + join(parts_.front().filter.loose, ", ") + ")" : "");
    remarks_.put(frame->marks);
    return FramePtr(std::move(frame));
  }

 private:
  enum class Stage { count, rows, large, done };
  const Ask ask_;
  const Layout& layout_;
  const otlp::Aliases& aliases_;
  const std::vector<Part> parts_;
  const std::function<std::unique_ptr<Work>(int64_t)> large_;
  const size_t few_;
  std::unique_ptr<Work> work_;
  Stage stage_ = Stage::count;
  int64_t rows_ = 0;
  Json got_ = Json::array();
  Remarks remarks_;
};

}  // namespace

std::unique_ptr<Work> small_or(const Ask& ask, const Layout& layout, const otlp::Aliases& aliases,
                               std::function<std::unique_ptr<Work>(int64_t)> large, size_t few) {
  return std::make_unique<Small>(ask, layout, aliases, std::move(large), few);
}

bool count_first(const Layout& layout) { return layout.rows > most_from_source; }

}  // namespace inquest::opensearch
