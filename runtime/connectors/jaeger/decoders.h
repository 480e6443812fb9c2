// Decoders: readers of answers that are used again; their memory costs more to get than to keep.
// SPDX-License-Identifier: Apache-2.0
//
// Thread rule: lend may be called from several threads; what is lent belongs to one of them until it ends.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/connectors/otlp_decode.h"

namespace inquest::jaeger {

class Decoders final {
 public:
  class Lent final {
   public:
    Lent(Decoders& owner, std::unique_ptr<otlp::Decoder> decoder) : owner_(owner), decoder_(std::move(decoder)) {}
    ~Lent() {
      const std::lock_guard lock(owner_.mutex_);
      owner_.idle_.push_back(std::move(decoder_));
    }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    otlp::Decoder* operator->() const { return decoder_.get(); }

   private:
    Decoders& owner_;
    std::unique_ptr<otlp::Decoder> decoder_;
  };

  Lent lend() {
    std::unique_ptr<otlp::Decoder> decoder;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        decoder = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!decoder) decoder = std::make_unique<otlp::Decoder>(otlp::Signal::spans, SIZE_MAX);
    return Lent(*this, std::move(decoder));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<otlp::Decoder>> idle_;     // as many as were ever lent at once
};

}  // namespace inquest::jaeger
