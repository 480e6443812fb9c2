// Texts: interning by open addressing over text kept in large blocks.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/connectors/otlp/store.h"

#include <cstring>

namespace inquest::otlp {
namespace {

uint64_t load(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

uint64_t fold(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// The shape of wyhash (github.com/wangyi-fudan/wyhash, public domain): 16 bytes a multiplication.
uint32_t hash_of(std::string_view text) {
  constexpr uint64_t k0 = 0xa0761d6478bd642f, k1 = 0xe7037ed1a0b428db, k2 = 0x8ebc6af09c88c6e3;
  const char* at = text.data();
  const size_t size = text.size();
  uint64_t a = 0, b = 0, state = k2 ^ size;
  if (size >= 8) {
    for (size_t left = size; left > 16; left -= 16, at += 16) state = fold(load(at) ^ k0, load(at + 8) ^ state);
    if (size >= 16) {
      a = load(text.data() + size - 16);
      b = load(text.data() + size - 8);
    } else {
      a = load(text.data());
      b = load(text.data() + size - 8);
    }
  } else if (size >= 4) {
    uint32_t low, high;
    std::memcpy(&low, at, 4);
    std::memcpy(&high, at + size - 4, 4);
    a = low, b = high;
  } else if (size > 0) {
    a = static_cast<unsigned char>(at[0]) | static_cast<uint64_t>(static_cast<unsigned char>(at[size / 2])) << 8 |
        static_cast<uint64_t>(static_cast<unsigned char>(at[size - 1])) << 16;
  }
  const uint64_t hash = fold(a ^ k1, b ^ state);
  return static_cast<uint32_t>(hash ^ hash >> 32);
}

}  // namespace

struct Texts::Arena {
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };
  static constexpr size_t block_size = size_t{256} << 10;
  std::vector<Block> blocks;
  size_t block = 0, used = 0;

  const char* keep(std::string_view text) {
    while (block < blocks.size() && blocks[block].size - used < text.size()) ++block, used = 0;
    if (block == blocks.size()) {
      const size_t size = text.size() > block_size ? text.size() : block_size;
      blocks.push_back({std::unique_ptr<char[]>(new char[size]), size});
      used = 0;
    }
    char* at = blocks[block].bytes.get() + used;
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    used += text.size();
    return at;
  }
};

Texts::Texts() : slots_(256, Slot{0, no_text}), arena_(std::make_unique<Arena>()) {}
Texts::Texts(Texts&&) noexcept = default;
Texts& Texts::operator=(Texts&&) noexcept = default;
Texts::~Texts() = default;

TextId Texts::intern(std::string_view text) {
  const uint32_t hash = hash_of(text);
  const size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  for (; slots_[i].id != no_text; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && texts_[slots_[i].id] == text) return slots_[i].id;
  }
  const auto id = static_cast<TextId>(texts_.size());
  slots_[i] = {hash, id};
  texts_.emplace_back(arena_->keep(text), text.size());
  if (texts_.size() * 3 > slots_.size() * 2) grow();
  return id;
}

TextId Texts::find(std::string_view text) const {
  const uint32_t hash = hash_of(text);
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask; slots_[i].id != no_text; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && texts_[slots_[i].id] == text) return slots_[i].id;
  }
  return no_text;
}

void Texts::clear() {
  texts_.clear();
  slots_.assign(slots_.size(), Slot{0, no_text});
  arena_->block = arena_->used = 0;
}

void Texts::grow() {
  std::vector<Slot> old(slots_.size() * 2, Slot{0, no_text});
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id == no_text) continue;
    size_t i = slot.hash & mask;
    while (slots_[i].id != no_text) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace inquest::otlp
