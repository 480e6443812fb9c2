// Catalogue: what a SOP may say — words, asks, measures, reviews — as read from stdlib/ and the SOP's own folder.
// SPDX-License-Identifier: Apache-2.0
//
// bindings/script reads it once per run, in the order of file names; check, machine, engine and connectors only look.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model/value.h"

namespace inquest {

// stdlib/ask/*.lua: one row an ask.
struct AskRow {
  std::string kind;                        // "metric.memory"; "metric.named" for metric.named { name = … }
  std::string signal;                      // metrics | spans | logs
  std::string shape;                       // series latency spans contrast logs templates table
  std::string measure = {};                // of metric.*: which measure; empty for spans and logs
  std::vector<std::string> applies = {};   // scope names that it narrows by
  Map options = {};                        // name → term number{…}/text{…}/list…, as written
  std::vector<std::string> required = {};  // options without which it cannot be asked
  bool native = false;
  std::string doc = {};
};

// stdlib/measures/*.lua: one name of the thing measured, newest first.
struct MeasureName {
  std::string metric;                            // OTLP name: process.memory.usage
  std::map<std::string, std::string> select = {};// attributes that choose: type=rss
  std::vector<std::string> sum = {};             // attributes that partition an instance and are summed: jvm.memory.pool.name
  std::string unit = {};                         // as sent; converted to the measure's unit
  double scale = 1;                              // value × scale = the measure's unit
  std::string kind = "gauge";                    // gauge | sum (cumulative counter, read as rate) | histogram
  std::string service_from = {};                 // attribute that names the service if the resource does not
  std::map<std::string, std::string> error_when = {};  // of error rates: attribute → value of a failed call
  std::map<std::string, std::vector<std::string>> only = {};  // attribute → accepted values (span.kind = server, consumer)
  std::string generation = {};
  bool heap = false;                             // what a runtime says of its heap: garbage stays in it until a collection
};
struct Measure {
  std::string name, unit, doc = {};
  std::string reduce = "last";                   // of samples of one instance in one bucket: last | sum | max | mean
  std::vector<std::string> identity = {};        // service.instance.id, k8s.pod.name, container.id
  std::vector<MeasureName> names = {};
  // Metrics beside it that tell that the process began anew → how: "falls" (a counter from zero) or "rises" (a count of
  // restarts, a start time).
  std::map<std::string, std::string> restarts = {};
  std::string file = {};
};

// stdlib/review/*.lua and review/*.lua beside a SOP: the contract, without the function.
struct Slot {
  std::string name;
  std::string ask = {};                          // "metric.request_rate", or
  std::string shape = {};                        // "series"
  bool optional = false;
};
struct Yield {
  std::string kind;
  std::vector<std::string> subject = {};
  std::map<std::string, std::string> numbers = {};  // name → unit
  std::vector<std::string> lists = {};
  std::string says = {};
};
struct ReviewContract {
  std::string name;
  int version = 1;
  std::string doc = {};
  std::vector<Slot> takes = {};
  Map options = {};                              // name → term with default
  std::vector<Yield> yields = {};
  bool generic = false;                          // above, below, rise, drop, share: `yields = "kind"` names the kind
  std::string file = {}, text = {};
};

// lib/NAME.lua: what reviews share; `require "NAME"` gives its value.
struct Module {
  std::string name, file, text;                  // file: as shown in errors
};

// stdlib/sop/words.lua: one row a field of a word.
struct FieldRow {
  std::string name, type;                        // types: text, texts, value, map, asks, conditions, reviews, state, states, kind, phrase, …
  bool required = false;
  std::string doc = {}, since = {};
};
struct WordRow {
  std::string word;
  bool named = true;                             // takes a "name"
  std::vector<FieldRow> fields = {};
  std::vector<std::string> children = {};        // words that may stand inside
  std::string doc = {}, since = {}, example = {};
  std::string file = "sop";                // the kind of file it stands in: sop test review measure ask
};
struct ReservedRow { std::string word, message; };  // kept for later: refused with this message
struct TypeRow { std::string type, doc; };          // what a type of a field takes

struct Catalogue {
  std::vector<WordRow> words = {};
  std::vector<ReservedRow> reserved = {};
  std::vector<TypeRow> types = {};
  std::vector<AskRow> asks = {};
  std::vector<Measure> measures = {};
  std::vector<ReviewContract> reviews = {};
  std::vector<Module> modules = {};
  const AskRow* ask(std::string_view kind) const;
  const Measure* measure(std::string_view name) const;
  const ReviewContract* review(std::string_view name) const;
  const WordRow* word(std::string_view word) const;                          // the first of this name: that of SOP files
  const WordRow* word(std::string_view word, std::string_view file) const;   // of this kind of file
  // The yield of `kind` among the reviews, null when none yields it.
  const Yield* yield(std::string_view kind) const;
};

}  // namespace inquest
