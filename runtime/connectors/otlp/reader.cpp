// Opening a recording and reading a signal with several threads: blocks are decoded side by side and merged in order.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/reader.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <thread>

#include "runtime/base/text.h"
#include "runtime/connectors/otlp/reader_merge.h"
#include "runtime/connectors/otlp_decode.h"

namespace inquest::otlp {
namespace {

constexpr size_t most_named = 10;

uint8_t bit(Signal signal) { return static_cast<uint8_t>(1 << static_cast<int>(signal)); }

// A block on its way from a decoding thread to the merge.
struct Item {
  Part part;
  size_t file = 0;
  bool first = false, refused = false;
  std::string problem;
  size_t bytes = 0;
};

// One reading of one signal.
class Job final {
 public:
  Job(Signal signal, std::vector<File> files, const Reader::Options& options, const std::atomic<bool>& stop)
      : signal_(signal), files_(std::move(files)), options_(options), stop_(stop),
        blocks_(files_, options.block_bytes, options.longest_line), merge_(signal), foreign_(files_.size(), 0) {
    for (const File& file : files_) expected_ += file.size * (file.packing == Packing::plain ? 1 : 12);
  }

  Status run() {
    size_t threads = options_.threads > 0 ? options_.threads : std::thread::hardware_concurrency();
    threads = std::clamp<size_t>(threads, 1, 64);
    if (expected_ < (size_t{1} << 20)) threads = std::min<size_t>(threads, options_.threads > 0 ? threads : 1);
    limit_ = threads * 2 + 2;
    std::vector<std::thread> others;
    for (size_t i = 1; i < threads; ++i) {
      try {
        others.emplace_back([this] { work(); });
      } catch (const std::exception&) {
        break;  // fewer threads than wanted do the same work
      }
    }
    work();
    for (std::thread& thread : others) thread.join();
    if (stop_.load(std::memory_order_relaxed)) return Error{Code::interrupted, "reading was interrupted"};
    if (!failure_.empty()) return Error{Code::io, "reading failed: " + failure_};
    return {};
  }

  std::shared_ptr<const void> table() { return merge_.finish(); }
  Reading reading();
  const std::vector<uint8_t>& foreign() const { return foreign_; }  // per file: signals met that are not this one

 private:
  void work();
  void decode_all();
  void deliver(size_t sequence, std::unique_ptr<Item> item);
  void take(const Item& item);
  std::string at(const Item& item, size_t line) const {
    return files_[item.file].name + ":" + std::to_string(lines_of_file_ + line) + ": ";
  }

  const Signal signal_;
  const std::vector<File> files_;
  const Reader::Options options_;
  const std::atomic<bool>& stop_;
  Blocks blocks_;
  uint64_t expected_ = 0;

  std::mutex mutex_;
  std::condition_variable merged_;
  std::map<size_t, std::unique_ptr<Item>> ready_;
  std::vector<std::unique_ptr<Item>> pool_;
  size_t next_ = 0, limit_ = 4;
  bool merging_ = false;
  std::string failure_;

  Merge merge_;                     // from here on: by the thread that merges
  Reading reading_;
  std::vector<uint8_t> foreign_;
  std::vector<std::string> bad_records_, problems_;
  std::array<size_t, static_cast<size_t>(Oddity::count_)> odd_{};
  size_t lines_of_file_ = 0;
  Times times_;
};

void Job::work() {
  try {
    decode_all();
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
    merged_.notify_all();
  }
}

void Job::decode_all() {
  Decoder decoder(signal_, options_.longest_line);
  Block block;
  for (;;) {
    std::unique_ptr<Item> item;
    {
      std::unique_lock lock(mutex_);
      merged_.wait(lock, [this] { return ready_.size() < limit_ || !failure_.empty(); });
      if (stop_.load(std::memory_order_relaxed) || !failure_.empty()) return;
      if (!pool_.empty()) item = std::move(pool_.back()), pool_.pop_back();
    }
    if (!blocks_.next(block)) return;
    if (!item) item = std::make_unique<Item>();
    item->part.clear();
    item->file = block.file, item->first = block.first, item->refused = block.refused;
    item->problem = block.problem;
    decoder.decode(block.text(), files_[block.file].document, item->part);
    deliver(block.sequence, std::move(item));
  }
}

void Job::deliver(size_t sequence, std::unique_ptr<Item> item) {
  std::unique_lock lock(mutex_);
  ready_.emplace(sequence, std::move(item));
  if (merging_) return;
  merging_ = true;
  for (auto found = ready_.begin(); found != ready_.end() && found->first == next_; found = ready_.begin()) {
    std::unique_ptr<Item> now = std::move(found->second);
    ready_.erase(found);
    lock.unlock();
    take(*now);
    lock.lock();
    ++next_;
    pool_.push_back(std::move(now));
    merged_.notify_all();
  }
  merging_ = false;
}

void Job::take(const Item& item) {
  const Part& part = item.part;
  if (item.first) lines_of_file_ = 0, ++reading_.files;
  reading_.bytes += part.bytes;
  const double share = expected_ == 0 ? 1 : static_cast<double>(reading_.bytes) / static_cast<double>(expected_);
  merge_.add(part, std::clamp(share, 1e-6, 1.0));
  reading_.lines += part.read_lines;
  reading_.bad_lines += part.bad_lines;
  reading_.records += part.spans.rows() + part.logs.rows() + part.points.size();
  reading_.bad_records += part.odd[static_cast<size_t>(Oddity::bad_record)];
  for (const auto& [line, why] : part.bad) {
    if (reading_.bad.size() < most_named) reading_.bad.push_back(at(item, line) + why);
  }
  for (const auto& [line, why] : part.bad_records) {
    if (bad_records_.size() < most_named) bad_records_.push_back(at(item, line) + why);
  }
  for (size_t i = 0; i < odd_.size(); ++i) odd_[i] += part.odd[i];
  foreign_[item.file] |= part.foreign;
  times_.add(part.times);
  lines_of_file_ += part.lines;
  if (item.refused) {
    ++lines_of_file_, ++reading_.lines, ++reading_.bad_lines;
    if (reading_.bad.size() < most_named) {
      reading_.bad.push_back(at(item, 0) + line_too_long);
    }
  }
  if (!item.problem.empty()) problems_.push_back(files_[item.file].name + ": " + item.problem);
}

Reading Job::reading() {
  const bool known = times_.first != INT64_MAX;
  const int64_t first = known ? times_.first : times_.odd_first, last = known ? times_.last : times_.odd_last;
  if (first != INT64_MAX) reading_.extent = Window{{first}, {last == INT64_MAX ? last : last + 1}};
  reading_.notes = reading_.broken = problems_;
  if (known && times_.odd_first != INT64_MAX)
    reading_.notes.push_back("times from " + print_time({times_.odd_first}) + " to " + print_time({times_.odd_last}) +
                             ": records of a clock that was not set, outside the recording");
  for (size_t i = 0; i < odd_.size(); ++i) {
    if (odd_[i] == 0) continue;
    std::string note = sentence(static_cast<Oddity>(i), odd_[i]);
    if (static_cast<Oddity>(i) == Oddity::bad_record) note += ": " + join(bad_records_, "; ");
    reading_.notes.push_back(std::move(note));
  }
  return std::move(reading_);
}

}  // namespace

Result<std::unique_ptr<Reader>> Reader::open(const std::string& path, const Options& options) {
  auto listing = list_files(path);
  if (!listing) return listing.error();
  if (listing->files.empty()) {
    constexpr size_t shown = 8;
    std::vector<std::string> others = listing->others;
    const size_t count = others.size();
    if (count > shown) {
      others.resize(shown);
      others.back() += " and " + std::to_string(count - shown) + " more";
    }
    std::string message = count == 0   ? "no file at all, so none with OTLP-JSON lines"
                          : count == 1 ? "1 file, and it does not hold OTLP-JSON lines: "
                                       : std::to_string(count) + " files, none holds OTLP-JSON lines: ";
    return Error{Code::nothing, message + join(others, ", "), path,
                 "looked for lines with resourceMetrics, resourceSpans or resourceLogs, plain, gzip or zstd: the "
                 "Collector's file exporter writes them with `format: json`"};
  }
  std::unique_ptr<Reader> reader(new Reader(options));
  reader->path_ = path;
  reader->files_ = std::move(listing->files);
  reader->notes_ = std::move(listing->notes);
  return reader;
}

bool Reader::has(Signal signal) const {
  const std::lock_guard lock(files_guard_);
  return std::any_of(files_.begin(), files_.end(), [&](const File& file) { return (file.signals & bit(signal)) != 0; });
}

std::vector<std::string> Reader::signals() const {
  std::vector<std::string> names;
  for (const Signal signal : {Signal::metrics, Signal::spans, Signal::logs}) {
    if (has(signal)) names.emplace_back(signal_name(signal));
  }
  return names;
}

template <class T>
Result<std::shared_ptr<const T>> Reader::table(Signal signal, const std::atomic<bool>& stop) {
  State& state = states_[static_cast<size_t>(signal)];
  const std::lock_guard busy(state.busy);
  if (state.table) return std::static_pointer_cast<const T>(state.table);
  std::vector<File> files;
  std::vector<size_t> index;
  {
    const std::lock_guard lock(files_guard_);
    state.started = true;
    for (size_t i = 0; i < files_.size(); ++i) {
      if ((files_[i].signals & bit(signal)) != 0) files.push_back(files_[i]), index.push_back(i);
    }
  }
  if (files.empty()) {
    return Error{Code::nothing, std::string("no file with ") + signal_name(signal), path_, "present: " + join(signals(), ", ")};
  }
  Job job(signal, std::move(files), options_, stop);
  if (const Status status = job.run(); !status) return status.error();
  auto table = job.table();
  Reading reading = job.reading();
  {
    const std::lock_guard lock(files_guard_);
    for (size_t i = 0; i < index.size(); ++i) {
      File& file = files_[index[i]];
      for (const Signal other : {Signal::metrics, Signal::spans, Signal::logs}) {
        if ((job.foreign()[i] & bit(other)) == 0 || (file.signals & bit(other)) != 0) continue;
        if (states_[static_cast<size_t>(other)].started) {
          reading.notes.push_back(file.name + ": holds " + signal_name(other) +
                                  " behind its first lines; they were not read");
        } else {
          file.signals |= bit(other);
        }
      }
    }
  }
  const std::lock_guard lock(state.guard);
  state.reading = std::move(reading);
  state.table = table;
  return std::static_pointer_cast<const T>(table);
}

Result<std::shared_ptr<const Metrics>> Reader::metrics(const std::atomic<bool>& stop) {
  return table<Metrics>(Signal::metrics, stop);
}
Result<std::shared_ptr<const Spans>> Reader::spans(const std::atomic<bool>& stop) { return table<Spans>(Signal::spans, stop); }
Result<std::shared_ptr<const Logs>> Reader::logs(const std::atomic<bool>& stop) { return table<Logs>(Signal::logs, stop); }

Result<std::optional<Window>> Reader::extent(const std::atomic<bool>& stop) {
  std::optional<Window> whole;
  for (const Signal signal : {Signal::metrics, Signal::spans, Signal::logs}) {
    if (!has(signal)) continue;
    Status read;
    if (signal == Signal::metrics) {
      if (auto got = metrics(stop); !got) read = got.error();
    } else if (signal == Signal::spans) {
      if (auto got = spans(stop); !got) read = got.error();
    } else {
      if (auto got = logs(stop); !got) read = got.error();
    }
    if (!read) return read.error();
    const std::optional<Window> own = reading(signal).extent;
    if (!own) continue;
    if (!whole) whole = own;
    whole->from = std::min(whole->from, own->from);
    whole->to = std::max(whole->to, own->to);
  }
  return whole;
}

Reading Reader::reading(Signal signal) const {
  const State& state = states_[static_cast<size_t>(signal)];
  const std::lock_guard lock(state.guard);
  return state.reading;
}

}  // namespace inquest::otlp
