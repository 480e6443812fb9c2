// Editor stubs and the reference page out of the rows of words.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/meta/meta.h"

#include <algorithm>
#include <set>

#include "runtime/base/text.h"
#include "runtime/frame/kernels/kernel.h"

namespace inquest {
namespace {

const std::map<std::string, std::string>& lua_types() {
  static const std::map<std::string, std::string> types = {
      {"text", "string"}, {"texts", "string[]"}, {"number", "number"}, {"count", "integer"}, {"flag", "boolean"}, {"value", "any"},
      {"map", "table<string, any>"}, {"list", "any[]"}, {"inputs", "table<string, inquest.type>"}, {"options", "table<string, inquest.type>"},
      {"slots", "table<string, string|table>"}, {"yields", "table<string, table>"}, {"function", "function"},
      {"asks", "table<string, inquest.ask>"}, {"ask", "string"}, {"reviews", "inquest.use[]"}, {"condition", "inquest.condition"},
      {"conditions", "(string|inquest.condition)[]"}, {"match", "string|number|inquest.match"}, {"state", "string"}, {"states", "string[]"},
      {"hypotheses", "string[]"}, {"kind", "string"}, {"window", "string"}, {"against", "string"},
      {"scope", "(\"service\"|\"namespace\"|\"instance\"|\"version\"|\"operation\")[]"}, {"names", "string[]"},
      {"where", "table<string, string|number|inquest.match>"}, {"measures", "table[]"}};
  return types;
}
std::string lua_type(const std::string& type) {
  const auto found = lua_types().find(type);
  return found == lua_types().end() ? "any" : found->second;
}

bool plain(const std::string& word) { return word.find(' ') == std::string::npos; }
std::string class_of(const WordRow& word) { return "inquest." + word.file + "." + word.word; }
bool is_type(const std::string& word) {
  static const std::set<std::string> types = {"duration", "time", "text", "number", "choice", "list", "flag"};
  return types.count(word) > 0;
}
bool is_condition(const std::string& word) {
  static const std::set<std::string> conditions = {"found", "not_found", "unknown", "all_of", "any_of"};
  return conditions.count(word) > 0;
}

void field_lines(std::string& out, const std::vector<FieldRow>& fields) {
  for (const FieldRow& field : fields)
    out += field.name == "*" ? "---@field [string] " + lua_type(field.type) + " # " + field.doc + "\n"
                             : "---@field " + field.name + (field.required ? " " : "? ") + lua_type(field.type) + " # " + field.doc + "\n";
}

// The class of a word's table.
void class_lines(std::string& out, const WordRow& word) {
  out += "---@class " + class_of(word) + "\n";
  field_lines(out, word.fields);
  if (!word.children.empty()) out += "---@field [integer] any # " + join(word.children, ", ") + "\n";
  out += "\n";
}

void function_lines(std::string& out, const WordRow& word, const WordRow* unnamed) {
  out += "---" + word.doc + "\n";
  if (!word.example.empty()) out += "---\n---```lua\n---" + word.example + "\n---```\n";
  const std::string gives = is_condition(word.word) ? "inquest.condition" : "inquest.element";
  if (is_type(word.word)) {
    out += "---@type inquest.type|fun(fields: " + class_of(word) + "): inquest.type\n" + word.word + " = nil\n\n";
  } else if (word.word == "above" || word.word == "below") {
    out += "---@param value number\n---@return inquest.match\nfunction " + word.word + "(value) end\n\n";
  } else if (word.word == "like") {
    out += "---@param text string\n---@return inquest.match\nfunction like(text) end\n\n";
  } else if (word.word == "todo") {
    out += "---@type any\ntodo = nil\n\n";
  } else if (is_condition(word.word) && word.named) {
    out += "---@param kind string\n---@return inquest.condition|fun(match: " + class_of(word) + "): inquest.condition\nfunction " + word.word + "(kind) end\n\n";
  } else if (word.named) {
    if (unnamed) out += "---@overload fun(contract: " + class_of(*unnamed) + "): inquest.element\n";
    out += "---@param name string\n---@return fun(fields: " + class_of(word) + "): " + gives + "\nfunction " + word.word + "(name) end\n\n";
  } else {
    out += "---@param fields " + class_of(word) + "\n---@return " + gives + "\nfunction " + word.word + "(fields) end\n\n";
  }
}

std::string options_text(const Map& options) {
  std::vector<std::string> parts;
  for (const auto& [name, type] : options) parts.push_back(name + " = " + print_value(type));
  return join(parts, ", ");
}

void family_lines(std::string& out, const Catalogue& catalogue) {
  std::vector<std::string> families = {"metric", "spans", "logs"};
  for (const AskRow& row : catalogue.asks)
    if (const size_t dot = row.kind.find('.'); dot != std::string::npos)
      if (const std::string family = row.kind.substr(0, dot); std::find(families.begin(), families.end(), family) == families.end()) families.push_back(family);
  for (const std::string& family : families) {
    out += "---@class inquest.family." + family + "\n";
    bool any = false;
    for (const AskRow& row : catalogue.asks) {
      if (!row.kind.starts_with(family + ".")) continue;
      any = true;
      out += "---@field " + row.kind.substr(family.size() + 1) + " fun(options: table): inquest.ask # " + row.doc +
             (row.options.empty() ? "" : " Options: " + options_text(row.options) + ".") + "\n";
    }
    if (!any) out += "---@field [string] fun(options: table): inquest.ask\n";
    out += family + " = {}\n\n";
  }
  out += "---@class inquest.reviews\n";
  for (const ReviewContract& review : catalogue.reviews)
    out += "---@field " + review.name + " fun(options: table): inquest.use # " + review.doc +
           (review.options.empty() ? "" : " Options: " + options_text(review.options) + ".") + "\n";
  if (catalogue.reviews.empty()) out += "---@field [string] fun(options: table): inquest.use\n";
  out += "reviews = {}\n\n";
  std::vector<std::string> native;
  for (const AskRow& row : catalogue.asks)
    if (row.native) native.push_back(row.kind);
  if (native.empty()) native = {"promql", "ppl", "sql", "dsl", "jaeger"};
  for (const std::string& word : native)
    out += "---@param text string\n---@return fun(options: table): inquest.ask\nfunction " + word + "(text) end\n\n";
}

// What a review is given: frames, and kernels over them (bindings/wrap/frame.h is the manual page of the methods).
void frame_lines(std::string& out) {
  out +=
      "---@class inquest.frame # The answer to an ask: named, typed columns; immutable.\n"
      "---@field rows fun(self: inquest.frame): integer # The number of rows.\n"
      "---@field shape fun(self: inquest.frame): string # series, latency, spans, contrast, logs, templates or table.\n"
      "---@field columns fun(self: inquest.frame): string[] # The names of its columns, in order.\n"
      "---@field has fun(self: inquest.frame, name: string): boolean # Whether it has a column of this name.\n"
      "---@field each fun(self: inquest.frame, ...: string): fun(): table<string, any>? # For loops: the rows one by one, of any number; with names only these columns.\n"
      "---@field table fun(self: inquest.frame): table<string, any>[] # All rows, at most 10 000 cells; absent cells are nil.\n"
      "---@field column fun(self: inquest.frame, name: string): any[] # One column, at most 10 000 cells; absent cells are null.\n"
      "---@field where fun(self: inquest.frame, cells: table<string, any>): inquest.frame # The rows whose cells equal these, or one of a list.\n"
      "---@field first fun(self: inquest.frame, n: integer): inquest.frame # The first rows.\n"
      "---@field sort fun(self: inquest.frame, name: string, order?: \"ascending\"|\"descending\"): inquest.frame # Stable; absent cells last.\n"
      "---@field partial fun(self: inquest.frame): string? # Why the answer is partial.\n"
      "---@field limited fun(self: inquest.frame): string? # What the ask itself left out.\n\n"
      "---@class inquest.kernels\n";
  for (const Kernel& kernel : kernels())
    out += std::string("---@field ") + kernel.name + " fun(frame: inquest.frame, ...: inquest.frame|table): inquest.frame # " + kernel.doc +
           (*kernel.options ? std::string(". Options: ") + kernel.options + "." : std::string()) + "\n";
  out += "kernel = {}\n\n";
}

// A cell of a table in Markdown.
std::string cell(std::string text) {
  for (size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

void reference_word(std::string& out, const WordRow& word) {
  out += "### " + word.word + "\n\n" + word.doc + "\n\n";
  if (!word.fields.empty()) {
    out += "| field | takes | |\n|---|---|---|\n";
    for (const FieldRow& field : word.fields)
      out += "| " + (field.name == "*" ? "any other" : "`" + field.name + "`") + (field.required ? " (required)" : "") + " | " + field.type + " | " + cell(field.doc) + " |\n";
    out += "\n";
  }
  if (!word.children.empty()) out += "Inside it: " + (word.children[0] == "text" ? std::string("texts") : "`" + join(word.children, "`, `") + "`") + ".\n\n";
  if (!word.example.empty()) out += "```lua\n" + word.example + "\n```\n\n";
}

}  // namespace

Catalogue words_only(const Catalogue& catalogue) {
  Catalogue out;
  out.words = catalogue.words;
  out.reserved = catalogue.reserved;
  out.types = catalogue.types;
  return out;
}

std::string make_stubs(const Catalogue& catalogue) {
  std::string out =
      "---@meta\n-- Words of the language for editors, generated from stdlib/sop/words.lua; do not edit.\n-- SPDX-License-Identifier: Apache-2.0\n\n"
      "---@class inquest.element\n---@class inquest.ask\n---@class inquest.use\n---@class inquest.type\n---@class inquest.condition\n---@class inquest.match\n\n";
  for (const WordRow& word : catalogue.words)
    if (plain(word.word) && (!word.fields.empty() || !word.children.empty() || word.word == "fork")) class_lines(out, word);
  std::set<std::string> written;
  for (const WordRow& word : catalogue.words) {
    if (!plain(word.word) || !written.insert(word.word).second) continue;
    const WordRow* unnamed = nullptr;
    for (const WordRow& other : catalogue.words)
      if (&other != &word && other.word == word.word && !other.named) unnamed = &other;
    function_lines(out, word, unnamed);
  }
  family_lines(out, catalogue);
  frame_lines(out);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

std::string make_reference(const Catalogue& catalogue) {
  std::string out = "# The words of the language\n\nGenerated from `stdlib/sop/words.lua`; do not edit. A file is one value: `return word \"name\" { fields, children }`.\n\n";
  const std::pair<const char*, const char*> parts[] = {{"sop", "In a SOP"}, {"test", "In sop_test.lua"}, {"review", "In a review"},
                                                       {"measure", "In a measure"}, {"ask", "In a file of asks"}};
  for (const auto& [file, title] : parts) {
    out += "## " + std::string(title) + "\n\n";
    for (const WordRow& word : catalogue.words)
      if (word.file == file) reference_word(out, word);
  }
  out += "## What fields take\n\n| type | |\n|---|---|\n";
  for (const TypeRow& type : catalogue.types) out += "| " + type.type + " | " + cell(type.doc) + " |\n";
  out += "\n## Kept for later\n\n| word | |\n|---|---|\n";
  for (const ReservedRow& row : catalogue.reserved) out += "| `" + row.word + "` | " + cell(row.message) + " |\n";
  if (!catalogue.asks.empty()) {
    out += "\n## Asks\n\n| ask | answers | shape | narrowed by | options |\n|---|---|---|---|---|\n";
    for (const AskRow& row : catalogue.asks)
      out += "| `" + row.kind + "` | " + cell(row.doc) + " | " + row.shape + " | " + join(row.applies, ", ") + " | " + cell(options_text(row.options)) + " |\n";
  }
  if (!catalogue.measures.empty()) {
    out += "\n## Measures\n\n| measure | unit | |\n|---|---|---|\n";
    for (const Measure& measure : catalogue.measures) out += "| `" + measure.name + "` | " + measure.unit + " | " + cell(measure.doc) + " |\n";
  }
  if (!catalogue.reviews.empty()) {
    out += "\n## Reviews\n\n| review | judges | takes | yields | options |\n|---|---|---|---|---|\n";
    for (const ReviewContract& review : catalogue.reviews) {
      std::vector<std::string> takes, yields;
      for (const Slot& slot : review.takes)
        takes.push_back(slot.name + ": " + (slot.ask.empty() ? "any " + slot.shape : slot.ask) + (slot.optional ? " (optional)" : ""));
      for (const Yield& yield : review.yields) yields.push_back(yield.kind);
      out += "| `" + review.name + "` | " + cell(review.doc) + " | " + join(takes, ", ") + " | " + join(yields, ", ") + " | " + cell(options_text(review.options)) + " |\n";
    }
  }
  return out;
}

}  // namespace inquest
