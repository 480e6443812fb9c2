// The tree of a strictly read JSON text, within a memory budget (declared in strict_json.h).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "runtime/base/strict_json.h"

namespace inquest {
namespace {

// Children wait on one stack and move into their parent, which is made at its exact size once it is closed.
class Tree final : public JsonEvents {
 public:
  explicit Tree(size_t memory) : left_(memory) {}
  bool null() override { return value(nullptr); }
  bool boolean(bool v) override { return value(v); }
  bool integer(int64_t v) override { return value(v); }
  bool unsigned_integer(uint64_t v) override { return value(v); }
  bool number(double v) override { return value(v); }
  bool string(std::string_view text) override {
    if (!take(sizeof(std::string) + overhead + beyond_itself(text)) || !room()) return false;
    values_.emplace_back(std::string(text));
    return true;
  }
  bool key(std::string_view text) override {
    if (!take(beyond_itself(text)) || !room(keys_.size(), most_keys_, sizeof(std::string))) return false;
    keys_.emplace_back(text);
    return true;
  }
  bool begin_object() override { return begin(); }
  bool begin_array() override { return begin(); }
  bool end_object() override {
    const size_t from = starts_.back(), n = values_.size() - from;
    starts_.pop_back();
    const auto key_of = [&](size_t i) -> std::string& { return keys_[keys_.size() - n + i]; };
    if (!container(n, sizeof(std::pair<const std::string, Json>))) return false;
    if (n <= 8) {
      for (size_t i = 1; i < n; ++i)
        for (size_t k = 0; k < i; ++k)
          if (key_of(i) == key_of(k)) return twice(key_of(i));
    } else {
      if (!take(n * sizeof(std::string_view))) return false;
      std::vector<std::string_view> sorted(keys_.end() - static_cast<std::ptrdiff_t>(n), keys_.end());
      std::sort(sorted.begin(), sorted.end());
      const auto same = std::adjacent_find(sorted.begin(), sorted.end());
      if (same != sorted.end()) return twice(*same);
      left_ += n * sizeof(std::string_view);
    }
    Json object = Json::object();
    auto& members = object.get_ref<Json::object_t&>();
    members.reserve(n);
    for (size_t i = 0; i < n; ++i) members.emplace_back(std::move(key_of(i)), std::move(values_[from + i]));
    keys_.resize(keys_.size() - n);
    return close(from, std::move(object));
  }
  bool end_array() override {
    const size_t from = starts_.back(), n = values_.size() - from;
    starts_.pop_back();
    if (!container(n, sizeof(Json))) return false;
    Json array = Json::array();
    auto& cells = array.get_ref<Json::array_t&>();
    cells.reserve(n);
    for (size_t i = from; i < values_.size(); ++i) cells.push_back(std::move(values_[i]));
    return close(from, std::move(array));
  }
  Error why() const override { return why_; }
  Json result() { return std::move(values_.front()); }

 private:
  static constexpr size_t overhead = 16;                // of one allocation
  static size_t beyond_itself(std::string_view text) { return text.size() > 15 ? text.size() + 1 + overhead : 0; }
  // A stack that doubles holds its old and its new cells for a moment, and never gives any back.
  bool room(size_t size, size_t& most, size_t cell) {
    if (size < most) return true;
    ++most;
    return take(2 * cell);
  }
  bool room() { return room(values_.size(), most_values_, sizeof(Json)); }
  // Its head, its cells, and as many values once more on the stack that its destructor makes.
  bool container(size_t n, size_t cell) {
    const size_t more = n > longest_ ? (n - longest_) * sizeof(Json) : 0;
    longest_ = std::max(longest_, n);
    return take(24 + overhead + (n > 0 ? n * cell + overhead : 0) + more);
  }
  bool take(size_t bytes) {
    if (bytes > left_) {
      why_ = {Code::parse, "the JSON would take more memory than it may", "", "", "too_large"};
      return false;
    }
    left_ -= bytes;
    return true;
  }
  bool twice(std::string_view key) {
    why_ = {Code::parse, "not valid JSON: the key \"" + std::string(key.substr(0, 80)) + "\" stands twice in one object", "", "",
            "malformed"};
    return false;
  }
  template <class T>
  bool value(T v) {
    if (!room()) return false;
    values_.emplace_back(v);
    return true;
  }
  bool begin() {
    starts_.push_back(values_.size());
    return true;
  }
  bool close(size_t from, Json&& container) {
    values_.resize(from);
    if (!room()) return false;
    values_.push_back(std::move(container));
    return true;
  }

  size_t left_;
  size_t most_values_ = 0, most_keys_ = 0, longest_ = 0;
  std::vector<Json> values_;
  std::vector<std::string> keys_;
  std::vector<size_t> starts_;  // of each open container its first value
  Error why_;
};

}  // namespace

Result<Json> strict_json(std::string_view text, const JsonLimits& limits, size_t* replaced) {
  Tree tree(limits.memory);
  if (const Status read = read_strict_json(text, tree, limits, replaced); !read.ok()) return read.error();
  return tree.result();
}

}  // namespace inquest
