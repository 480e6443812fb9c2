// Kernels on loaded columns beside a plain peer of the same run: quantiles, contrast, waterfalls, templates.
// SPDX-License-Identifier: Apache-2.0
//
// Input is made in memory (1 M spans of nine operations in 111 thousand traces, 5.4 attribute values a span, 1 M log
// lines of nine kinds), rows in the order in which an exporter writes them: batches of each service, a little out of
// time. Each line prints the least of five runs, that of the peer, and their ratio (above 1: the kernel is faster; the
// peers do less). The bars of the project stand beside it; nothing is asserted.
//   quantiles    peers: std::sort and std::nth_element (p50, p95, p99) of the durations already grouped
//   contrast     peer: one pass that counts every value for slow and fast rows, split at the operation's whole median
//   waterfalls   peer: spans put into a map by trace, the hundred with the longest root found by sorting all
//   templates    peer: masking alone, character by character into a std::string, and a std::map of what comes out
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/frame/kernels/contrast.h"
#include "runtime/frame/kernels/kernel.h"
#include "runtime/frame/kernels/templates.h"

using namespace inquest;

namespace {

class Random {
 public:
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  int64_t long_tail(int64_t middle) {  // ns, heavy above
    const double u = unit();
    return static_cast<int64_t>(static_cast<double>(middle) * (0.2 + 0.8 / (1.001 - u)));
  }

 private:
  uint64_t state_ = 42;
};

template <class Run>
double least_ms(const Run& run, int times = 5) {
  double best = 1e300;
  for (int i = 0; i < times; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

void tell(const char* what, double ours, const char* peer, double theirs, const char* bar) {
  std::printf("%-44s %9.2f ms   %-34s %9.2f ms   x%.2f   bar %s\n", what, ours, peer, theirs, theirs / ours, bar);
}

constexpr int operations = 9;
const char* const services[operations] = {"front", "front", "recommend", "recommend", "catalog", "front", "cart", "currency", "adverts"};
const char* const names[operations] = {"GET /", "recommend/list", "List", "fetch", "Products", "cart/get", "Get", "Convert", "Ads"};

struct Span {
  int operation = 0;
  int64_t start = 0, duration = 0;
  uint64_t trace = 0, id = 0, parent = 0;
};

std::vector<Span> make_spans(size_t rows) {
  Random random;
  std::vector<std::vector<Span>> batches(operations);
  std::vector<Span> spans;
  int64_t now = 1'700'000'000 * ns_per_s;
  for (uint64_t trace = 0; spans.size() < rows; ++trace) {
    now += 32'000'000;
    const uint64_t root = random.next() | 1;
    for (int o = 0; o < operations; ++o) {
      const int64_t length = random.long_tail(o ? 2'000'000 * (1 + o % 4) : 20'000'000);
      batches[static_cast<size_t>(o)].push_back({o, now + o * 300'000, length, trace, o ? random.next() | 1 : root, o ? root : 0});
    }
    if (trace % 400 != 399) continue;
    for (auto& batch : batches) {
      spans.insert(spans.end(), batch.begin(), batch.end());
      batch.clear();
    }
  }
  spans.resize(rows);
  return spans;
}

std::string hex(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

FramePtr frame_of(const std::vector<Span>& spans) {
  FrameBuilder b(Shape::spans);
  b.head();
  using enum ColumnType;
  for (const char* name : {"trace_id", "span_id", "parent_id", "operation", "kind"}) b.add(name, text);
  b.add("start", time).add("duration", duration).add("status", text);
  for (const Span& s : spans) {
    b.text(0, services[s.operation]);
    b.text(4, hex(s.trace * 0x9e3779b97f4a7c15ull) + hex(s.trace));
    b.text(5, hex(s.id));
    if (s.parent) b.text(6, hex(s.parent));
    b.text(7, names[s.operation]);
    b.text(8, "server");
    b.integer(9, s.start);
    b.integer(10, s.duration);
    b.text(11, "ok");
    b.end_row();
  }
  return b.finish();
}

FramePtr run(const char* name, const FramePtr& frame, const Map& options = {}) {
  const Result<FramePtr> result = kernel(name)->run({frame}, options, nullptr);
  if (result) return *result;
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

void quantiles(const FramePtr& frame, const std::vector<Span>& spans) {
  size_t told = 0;
  const double ours = least_ms([&] { told += run("quantile", frame)->rows; });
  std::vector<std::vector<int64_t>> grouped(operations);
  for (const Span& s : spans) grouped[static_cast<size_t>(s.operation)].push_back(s.duration);
  int64_t sum = 0;
  std::vector<std::vector<int64_t>> copy;
  const double sorting = least_ms([&] {
    copy = grouped;
    for (auto& v : copy) {
      std::sort(v.begin(), v.end());
      for (const double q : {0.5, 0.95, 0.99}) sum += v[static_cast<size_t>(q * static_cast<double>(v.size() - 1))];
    }
  });
  const double selecting = least_ms([&] {
    copy = grouped;
    for (auto& v : copy)
      for (const double q : {0.5, 0.95, 0.99}) {
        const auto at = v.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(v.size() - 1));
        std::nth_element(v.begin(), at, v.end());
        sum += *at;
      }
  });
  tell("quantiles by service and operation, 1 M spans", ours, "std::sort, already grouped", sorting, "25 ms");
  tell("", ours, "std::nth_element, already grouped", selecting, "25 ms");
  if (told == 0 || sum == 0) std::printf("nothing told\n");
}

// Values as the connector hands them over: interned per attribute.
struct Cells {
  std::vector<std::vector<uint32_t>> of_row;
  std::vector<std::pair<std::string, std::string>> values;
};

Cells make_cells(const std::vector<Span>& spans) {
  Random random;
  Cells cells;
  std::map<std::pair<std::string, std::string>, uint32_t> ids;
  const auto value = [&](const std::string& attribute, const std::string& text) {
    const auto [at, fresh] = ids.try_emplace({attribute, text}, static_cast<uint32_t>(cells.values.size()));
    if (fresh) cells.values.emplace_back(attribute, text);
    return at->second;
  };
  cells.of_row.resize(spans.size());
  for (size_t i = 0; i < spans.size(); ++i) {
    std::vector<uint32_t>& c = cells.of_row[i];
    const bool slow = spans[i].duration > 6'000'000;
    c.push_back(value("status", "ok"));
    c.push_back(value("system", spans[i].operation % 2 ? "grpc" : "http"));
    c.push_back(value("method", names[spans[i].operation]));
    c.push_back(value("hit", (slow ? random.unit() < 0.2 : random.unit() < 0.7) ? "true" : "false"));
    c.push_back(value("product", "P" + std::to_string(random.next() % 10)));
    if (spans[i].operation == 0) {
      c.push_back(value("peer", "10.0." + std::to_string(random.next() % 8) + "." + std::to_string(random.next() % 250)));
      c.push_back(value("agent", "headless"));
      c.push_back(value("session", hex(spans[i].trace)));
      c.push_back(value("target", "/x?p=" + std::to_string(random.next() % 10)));
    }
  }
  return cells;
}

void contrast(const std::vector<Span>& spans) {
  const Cells cells = make_cells(spans);
  size_t n_cells = 0;
  for (const auto& c : cells.of_row) n_cells += c.size();
  double best = 1e300, loading = 1e300;
  size_t told = 0;
  for (int i = 0; i < 5; ++i) {
    ContrastBuilder b;
    std::vector<uint32_t> ids;
    for (const auto& [attribute, text] : cells.values) ids.push_back(b.value(b.attribute(attribute), text));
    uint32_t populations[operations];
    for (int o = 0; o < operations; ++o) populations[o] = b.population({.service = services[o], .operation = names[o]});
    loading = std::min(loading, least_ms([&] {
      for (size_t row = 0; row < spans.size(); ++row) {
        b.row(populations[spans[row].operation], spans[row].start, spans[row].duration, false);
        for (const uint32_t c : cells.of_row[row]) b.cell(ids[c]);
      }
    }, 1));
    best = std::min(best, least_ms([&] {
      const Result<FramePtr> f = b.finish(false);
      if (f) told += (*f)->rows;
    }, 1));
  }
  std::vector<uint32_t> flat, from;
  for (const auto& c : cells.of_row) {
    from.push_back(static_cast<uint32_t>(flat.size()));
    flat.insert(flat.end(), c.begin(), c.end());
  }
  from.push_back(static_cast<uint32_t>(flat.size()));
  uint64_t sum = 0;
  const double plain = least_ms([&] {
    std::vector<std::vector<int64_t>> durations(operations);
    for (const Span& s : spans) durations[static_cast<size_t>(s.operation)].push_back(s.duration);
    std::vector<int64_t> middle;
    for (auto& v : durations) {
      std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
      middle.push_back(v[v.size() / 2]);
    }
    std::vector<std::vector<uint32_t>> counts(operations, std::vector<uint32_t>(cells.values.size() * 2));
    for (size_t row = 0; row < spans.size(); ++row) {
      const auto o = static_cast<size_t>(spans[row].operation);
      const size_t slow = spans[row].duration > middle[o];
      for (uint32_t c = from[row]; c < from[row + 1]; ++c) ++counts[o][flat[c] * 2 + slow];
    }
    sum += counts[0][0];
  });
  char what[64];
  std::snprintf(what, sizeof what, "contrast, %.1f M attribute values", static_cast<double>(n_cells) / 1e6);
  tell(what, best, "counting alone", plain, "10 ms");
  std::printf("%-44s %9.2f ms   (%zu rows told, %zu)\n", "  handing the same rows to the builder", loading, told / 5, static_cast<size_t>(sum));
}

void waterfalls(const FramePtr& frame, const std::vector<Span>& spans) {
  size_t told = 0;
  const double ours = least_ms([&] { told += run("waterfall", frame, {{"most", int64_t{100}}})->rows; });
  const double plain = least_ms([&] {
    std::unordered_map<uint64_t, std::vector<uint32_t>> traces;
    for (size_t i = 0; i < spans.size(); ++i) traces[spans[i].trace].push_back(static_cast<uint32_t>(i));
    std::vector<std::pair<int64_t, uint64_t>> roots;
    for (const Span& s : spans)
      if (!s.parent) roots.emplace_back(-s.duration, s.trace);
    std::sort(roots.begin(), roots.end());
    for (size_t k = 0; k < 100; ++k) told += traces[roots[k].second].size();
  });
  tell("waterfalls of the 100 longest of 111 k traces", ours, "map by trace, sort of all roots", plain, "15 ms");
  const FramePtr few = run("waterfall", frame, {{"most", int64_t{100}}});
  std::vector<std::string> ids = *few->column("trace_id")->dictionary;
  std::vector<uint32_t> rows;
  const Column& trace = *frame->column("trace_id");
  std::unordered_map<std::string, bool> chosen;
  for (const std::string& id : ids) chosen[id] = true;
  for (uint32_t row = 0; row < frame->rows; ++row)
    if (chosen.count(trace.text(row))) rows.push_back(row);
  const FramePtr cut = select(*frame, rows);
  const double each = least_ms([&] {
    for (const std::string& id : ids) told += run("waterfall", cut, {{"trace", id}})->rows;
  });
  std::printf("%-44s %9.2f ms   (one call a trace)   bar 15 ms\n", "waterfalls of 100 traces already chosen", each);
  const double self = least_ms([&] { told += run("self_time", frame)->rows; }, 2);
  std::printf("%-44s %9.2f ms\n", "self time of 111 k traces", self);
  if (told == 0) std::printf("nothing told\n");
}

std::vector<std::string> make_lines(size_t rows) {
  Random random;
  std::vector<std::string> lines;
  lines.reserve(rows);
  for (size_t i = 0; i < rows; ++i) {
    const std::string number = std::to_string(random.next() % 100000), id = hex(random.next());
    switch (i % 9) {
      case 0: lines.push_back("GET /api/items?ids=" + id.substr(0, 10) + " 200 " + number + "ms"); break;
      case 1: lines.push_back("Receive List for product ids:['" + id.substr(0, 10) + "']"); break;
      case 2: lines.push_back(i % 2 ? "get_list: cache hit" : "get_list: cache miss"); break;
      case 3: lines.push_back("List returned 10 products in " + number + " us"); break;
      case 4: lines.push_back("GetAsync called with user=" + id); break;
      case 5: lines.push_back("Convert conversion successful " + number + " USD"); break;
      case 6: lines.push_back("Targeted request received for [telescopes] in " + number + " us"); break;
      case 7: lines.push_back("session " + id + " resolved in " + number + " ms"); break;
      default: lines.push_back("rendered /product/" + id.substr(0, 10) + " for " + id); break;
    }
  }
  return lines;
}

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string plain_mask(const std::string& line) {
  std::string out;
  for (size_t i = 0; i < line.size();) {
    if (!is_word(line[i])) {
      out += line[i++];
      continue;
    }
    size_t j = i;
    bool digit = false;
    for (; j < line.size() && is_word(line[j]); ++j) digit = digit || (line[j] >= '0' && line[j] <= '9');
    out += digit ? "<*>" : line.substr(i, j - i);
    i = j;
  }
  return out;
}

void templates() {
  const std::vector<std::string> lines = make_lines(1'000'000);
  size_t told = 0;
  const double ours = least_ms([&] {
    TemplateMiner miner;
    for (const std::string& line : lines) told += miner.add(line);
    told += miner.size();
  });
  const double plain = least_ms([&] {
    std::map<std::string, size_t> seen;
    for (const std::string& line : lines) ++seen[plain_mask(line)];
    told += seen.size();
  }, 2);
  tell("templates of 1 M log lines", ours, "plain masking and a map", plain, "500 ms");
  Random random;
  std::vector<std::string> wild;
  for (int i = 0; i < 200000; ++i) {
    std::string line;
    for (int w = 0; w < 8; ++w) {
      line += w ? " " : "";
      for (int c = 0; c < 6; ++c) line += static_cast<char>('g' + random.next() % 20);
    }
    wild.push_back(line);
  }
  const double worst = least_ms([&] {
    TemplateMiner miner;
    for (const std::string& line : wild) told += miner.add(line);
  }, 2);
  std::printf("%-44s %9.2f M lines a second; %.2f M of unrelated words   bar 2 M\n", "  that is", 1e3 / ours, 200 / worst);
  if (told == 0) std::printf("nothing told\n");
}

}  // namespace

int main() {
  const std::vector<Span> spans = make_spans(1'000'000);
  {
    const FramePtr frame = frame_of(spans);
    quantiles(frame, spans);
    waterfalls(frame, spans);
  }
  contrast(spans);
  templates();
  return 0;
}
