// How a run ends: the exit, the verdict as it stands, and the row that seals the case.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/runner.h"

#include <algorithm>
#include <climits>
#include <utility>

#include "runtime/base/text.h"
#include "runtime/connectors/http/http.h"

namespace inquest {

Status Runner::write(const std::string& kind, Json payload, const RowSide& side) {
  if (auto begun = file_.begin(); !begun) {
    broken_ = true;
    return begun;
  }
  auto row = file_.append(kind, std::move(payload), side);
  if (!row) {
    broken_ = true;
    return row.error();
  }
  last_hash_ = row->hash;
  unsettled_.push_back(std::move(*row));
  return {};
}
Status Runner::settle() {
  const std::vector<JournalRow> rows = std::exchange(unsettled_, {});
  if (auto done = file_.commit(); !done) {
    broken_ = true;
    return done;
  }
  if (request_.observer)
    for (const JournalRow& row : rows) request_.observer(row);
  return {};
}
Status Runner::write_all(const std::string& kind, std::vector<Json> payloads) {
  for (Json& payload : payloads)
    if (auto done = write(kind, std::move(payload)); !done) return done;
  return {};
}
std::optional<Runner::End> Runner::written(const Status& status) const {
  if (status) return std::nullopt;
  return End{1, status.error().print()};
}

bool Runner::cancelled() const { return cut_short().has_value(); }
std::optional<Runner::End> Runner::cut_short() const {
  if (stop_) return End{130, "interrupted"};
  if (!request_.time_limit) return std::nullopt;
  const bool over = request_.clock->monotonic_ns() - started_ns_ >= request_.time_limit->ns;
  if (over) return End{124, "the time limit of " + print_duration(*request_.time_limit) + " is over"};
  return std::nullopt;
}

// Nothing examined: because a source refused, because one failed, or because there was nothing. A stopped script fails
// the run although its verdict stands as far as it goes.
Runner::End Runner::ended(const std::string& reason) const {
  if (!examined_ && refused_) return {4, "a source refused: " + failure_.value_or("")};
  if (!examined_ && failed_) return {1, "no source answered: " + failure_.value_or("")};
  if (script_stopped_) return {1, *script_stopped_};
  const auto& all = sources_.all();
  if (!examined_ && request_.offline && std::any_of(all.begin(), all.end(), [](const Probed& one) { return one.connector->live(); }))
    return {5, "offline: no server was asked, and there was nothing else to examine"};
  if (!examined_ && next_evidence_ > 1) return {5, "the sources answered and there was nothing to examine"};
  return {0, reason};
}

RunResult Runner::run(const Beginning& beginning, std::optional<Time> clock_read) {
  auto end = written(write("run_started", run_started_json(beginning)));
  if (!end && clock_read)
    end = written(write("clock_read", Json{{"what", "start of the run"}, {"value", print_time(*clock_read)}}));
  if (!end) {
    Started event;
    event.window = beginning.window.window;
    event.window_given = beginning.window.given;
    event.inputs = beginning.inputs.values;
    event.defaulted = beginning.inputs.defaulted;
    end = walk(std::move(event));
  }
  if (auto done = settle(); !done && !end) end = written(done);
  return close(end ? *end : End{});
}

// What each server was asked and sent: on the wire's side, since a replay asks nobody.
Status Runner::write_traffic() {
  for (const Probed& source : sources_.all()) {
    const http::Traffic* const traffic = source.connector->traffic();
    if (!traffic || traffic->requests == 0) continue;
    RowSide side;
    side.bytes = static_cast<int64_t>(traffic->bytes_received.load());
    side.attempts = static_cast<int>(std::min<uint64_t>(traffic->requests.load(), INT_MAX));
    if (auto done = write("traffic", Json{{"source", source.config->name}}, side); !done) return done;
  }
  return {};
}

RunResult Runner::close(const End& end) {
  RunResult out;
  out.case_path = file_.path();
  out.exit = end.exit;
  out.why = end.exit == 0 ? "" : end.why;
  out.judgement = machine_.judge(snapshot_);
  if (broken_) return out;
  if (!write_traffic()) return out;
  Json verdict = judgement_json(out.judgement);
  std::vector<const Rows*> rows;
  for (const ReviewedRows& part : snapshot_.reviewed) rows.push_back(&part.rows);
  verdict["suspects"] = Json::array();
  for (const Suspected& one : suspects_of(rows)) {
    verdict["suspects"].push_back(Json{{"service", one.service}, {"score", number_json(one.score)}, {"why", one.why}});
  }
  auto done = write("verdict", std::move(verdict));
  if (done) {
    done =
        write("run_ended",
              Json{{"exit", end.exit}, {"reason", end.why}, {"evidence", next_evidence_ - 1}, {"chain", last_hash_}});
  }
  if (done) done = settle();
  if (!done) {
    if (out.exit == 0) out.exit = 1;
    out.why = done.error().print();
  }
  return out;
}

}  // namespace inquest
