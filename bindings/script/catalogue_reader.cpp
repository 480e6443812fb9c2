// Reading the catalogue: files in a fixed order, words first, then asks, measures and reviews.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/catalogue_reader.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "bindings/lua/state.h"
#include "bindings/script/contract_reader.h"
#include "bindings/script/reader.h"
#include "runtime/base/text.h"

namespace inquest {
namespace script {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& path) { return fs::path(path).parent_path().filename().string(); }
std::string stem_of(const std::string& path) { return fs::path(path).stem().string(); }

// ---- Words -----------------------------------------------------------------------------------------------------------
// The words cannot be checked against the words; what is missing is noted in general terms.
std::string member(const Value& row, std::string_view key) {
  const Map* const map = row.get<Map>();
  const Value* const value = map ? find(*map, key) : nullptr;
  return value ? value->text() : "";
}
bool member_flag(const Value& row, std::string_view key) {
  const Map* const map = row.get<Map>();
  const Value* const value = map ? find(*map, key) : nullptr;
  return value && *value == Value(true);
}
const List& member_list(const Value& row, std::string_view key) {
  static const List none;
  const Map* const map = row.get<Map>();
  const Value* const value = map ? find(*map, key) : nullptr;
  return value && value->get<List>() ? *value->get<List>() : none;
}

void read_words(Diagnose& d, Catalogue& out, const std::string& text) {
  Parsed parsed = parse_data(text, d.file);
  d.problems.insert(d.problems.end(), parsed.problems.begin(), parsed.problems.end());
  if (!parsed.tree) return;
  const Value root = value_of(parsed.tree->root);
  for (const Value& row : member_list(root, "types")) out.types.push_back({member(row, "type"), member(row, "doc")});
  for (const Value& row : member_list(root, "reserved")) out.reserved.push_back({member(row, "word"), member(row, "message")});
  for (const Value& row : member_list(root, "words")) {
    WordRow word;
    word.word = member(row, "word");
    word.named = member_flag(row, "named");
    word.doc = member(row, "doc");
    word.since = member(row, "since");
    word.example = member(row, "example");
    word.file = member(row, "file");
    for (const Value& child : member_list(row, "children")) word.children.push_back(child.text());
    for (const Value& field : member_list(row, "fields"))
      word.fields.push_back({member(field, "name"), member(field, "type"), member_flag(field, "required"), member(field, "doc"), member(field, "since")});
    out.words.push_back(std::move(word));
  }
  if (out.words.empty()) d.note({1, 1}, "missing-field", "no words", "the file returns { types = …, words = …, reserved = … }");
}

// ---- Asks ------------------------------------------------------------------------------------------------------------
void one_of(Diagnose& d, const Node& node, const std::string& value, const std::vector<std::string>& known, const std::string& what) {
  if (!value.empty() && std::find(known.begin(), known.end(), value) == known.end())
    d.note(node.at, "wrong-type", "unknown " + what + " " + ticked(value), did_you_mean(value, known));
}

void read_asks(Diagnose& d, Catalogue& out, const std::string& text) {
  const Parsed parsed = parse_data(text, d.file);
  d.problems.insert(d.problems.end(), parsed.problems.begin(), parsed.problems.end());
  if (!parsed.tree) return;
  const auto rows = d.entries(parsed.tree->root, "the file");
  if (!rows) return;
  const WordRow* const row = d.catalogue.word("ask row", "ask");
  for (const Item* item : *rows) {
    const Node& node = item->value;
    if (!d.keyed(node, "the row of an ask")) continue;
    AskRow ask;
    if (row) d.against_row(node, *row, "the row of an ask");
    for (const Item& f : node.items) {
      const std::string what = ticked(f.key);
      if (f.key == "kind") ask.kind = d.text(f.value, what).value_or("");
      if (f.key == "signal") one_of(d, f.value, ask.signal = d.text(f.value, what).value_or(""), {"metrics", "spans", "logs"}, "signal");
      if (f.key == "shape") one_of(d, f.value, ask.shape = d.text(f.value, what).value_or(""), frame_shapes(), "shape");
      if (f.key == "measure") ask.measure = d.text(f.value, what).value_or("");
      if (f.key == "doc") ask.doc = d.text(f.value, what).value_or("");
      if (f.key == "native") ask.native = d.flag(f.value, what).value_or(false);
      if (f.key == "required") ask.required = d.texts(f.value, what).value_or(std::vector<std::string>{});
      if (f.key == "options") ask.options = read_options(d, f.value, what);
      if (f.key == "applies") {
        ask.applies = d.texts(f.value, what).value_or(std::vector<std::string>{});
        for (const std::string& name : ask.applies) one_of(d, f.value, name, scope_names(), "scope name");
      }
    }
    for (const std::string& name : ask.required)
      if (!find(ask.options, name)) d.note(item->at, "unknown-option", "required option " + ticked(name) + " of " + ticked(ask.kind) + " is not among its options", "add it to `options`");
    if (out.ask(ask.kind)) d.note(item->at, "duplicate-name", "ask " + ticked(ask.kind) + " has two rows", "keep one");
    else if (!ask.kind.empty()) out.asks.push_back(std::move(ask));
  }
}

// ---- Measures --------------------------------------------------------------------------------------------------------
MeasureName measure_name(Diagnose& d, const Node& node, const std::string& unit) {
  MeasureName out;
  out.unit = unit;
  if (const WordRow* const row = d.catalogue.word("measure name", "measure")) d.against_row(node, *row, "a name of a measure");
  for (const Item& f : node.items) {
    const std::string what = ticked(f.key);
    if (f.key == "metric") out.metric = d.text(f.value, what).value_or("");
    if (f.key == "unit") out.unit = d.text(f.value, what).value_or("");
    if (f.key == "kind") one_of(d, f.value, out.kind = d.text(f.value, what).value_or("gauge"), {"gauge", "sum", "histogram"}, "kind");
    if (f.key == "scale") out.scale = d.number(f.value, what).value_or(1);
    if (f.key == "select") out.select = d.text_map(f.value, what).value_or(std::map<std::string, std::string>{});
    if (f.key == "error_when") out.error_when = d.text_map(f.value, what).value_or(std::map<std::string, std::string>{});
    if (f.key == "sum") out.sum = d.texts(f.value, what).value_or(std::vector<std::string>{});
    if (f.key == "service_from") out.service_from = d.text(f.value, what).value_or("");
    if (f.key == "generation") out.generation = d.text(f.value, what).value_or("");
    if (f.key == "heap") out.heap = d.flag(f.value, what).value_or(false);
    if (f.key == "only")
      if (const auto list = d.keyed(f.value, what))
        for (const Item* item : *list) out.only[item->key] = d.texts(item->value, ticked(item->key) + " in `only`").value_or(std::vector<std::string>{});
  }
  return out;
}

void read_measure(Diagnose& d, Catalogue& out, const std::string& name, const std::string& text) {
  const Parsed parsed = parse_data(text, d.file);
  d.problems.insert(d.problems.end(), parsed.problems.begin(), parsed.problems.end());
  if (!parsed.tree) return;
  const Node& node = parsed.tree->root;
  if (!node.is(Node::Kind::call) || node.word != "measure" || !node.has_table) {
    d.note(node.at, "wrong-type", "the file returns " + shown(node) + ", not a measure", "write return measure { unit = …, doc = …, names = { … } }");
    return;
  }
  if (node.named) d.note(node.text_at, "wrong-type", "a measure takes its name from its file", "write return measure { … }");
  if (!identifier(name)) d.note(node.at, "bad-name", "file name " + ticked(name) + " of a measure: small letters, digits and _ only", "rename the file");
  if (const WordRow* const row = d.catalogue.word("measure", "measure")) d.against_row(node, *row, "measure " + ticked(name));
  Measure measure;
  measure.name = name;
  measure.file = d.file;
  if (const Item* f = node.field("unit")) measure.unit = d.text(f->value, "`unit`").value_or("");
  for (const Item& f : node.items) {
    const std::string what = ticked(f.key);
    if (f.key == "doc") measure.doc = d.text(f.value, what).value_or("");
    if (f.key == "reduce") one_of(d, f.value, measure.reduce = d.text(f.value, what).value_or("last"), {"last", "sum", "max", "mean"}, "reduction");
    if (f.key == "identity") measure.identity = d.texts(f.value, what).value_or(std::vector<std::string>{});
    if (f.key == "restarts") {
      measure.restarts = d.text_map(f.value, what).value_or(std::map<std::string, std::string>{});
      for (const auto& [metric, how] : measure.restarts) one_of(d, f.value, how, {"falls", "rises"}, "sign of a restart");
    }
    if (f.key == "names")
      if (const auto list = d.entries(f.value, what))
        for (const Item* item : *list)
          if (d.keyed(item->value, "a name of a measure")) measure.names.push_back(measure_name(d, item->value, measure.unit));
  }
  if (const Measure* const other = out.measure(name)) d.note(node.at, "duplicate-name", "measure " + ticked(name) + " exists already in " + other->file, "rename this file");
  else out.measures.push_back(std::move(measure));
}

// A measure that no row in ask/ speaks of is asked for like the others.
void ask_for_measures(Catalogue& out) {
  for (const Measure& measure : out.measures) {
    const auto speaks = [&](const AskRow& row) { return row.measure == measure.name || row.kind == "metric." + measure.name; };
    if (std::any_of(out.asks.begin(), out.asks.end(), speaks)) continue;
    AskRow row;
    row.kind = "metric." + measure.name;
    row.signal = "metrics";
    row.shape = "series";
    row.measure = measure.name;
    row.applies = {"service", "namespace", "instance", "version"};
    row.options = {{"by", Value(Term{"list", {}, {{"optional", Value(true)}}})}};
    row.doc = measure.doc;
    out.asks.push_back(std::move(row));
  }
}

// Compiles a file of author code, and runs nothing of it: the reader skips the bodies of functions. The library's own
// files are left out: its tests run them, and every start would pay for it.
class Compiler final {
 public:
  explicit Compiler(const std::vector<CatalogueFile>& files) {
    for (const CatalogueFile& file : files)
      if (folder_of(file.path) == "sop") library_ = fs::path(file.path).parent_path().parent_path().string() + "/";
  }
  void check(Diagnose& d, const CatalogueFile& file) {
    if (!d.problems.empty() || (!library_.empty() && file.path.starts_with(library_))) return;  // told already, or known to be good
    if (!state_) {
      auto opened = lua::State::open({});
      if (!opened) return d.note({1, 1}, "syntax", opened.error().message, opened.error().cure);
      state_ = std::move(*opened);
    }
    if (const Status compiled = state_->load(file.text, file.path); !compiled) {
      const std::string& where = compiled.error().where;  // file:line
      int line = 1;
      const size_t colon = where.rfind(':');
      if (colon != std::string::npos) std::from_chars(where.data() + colon + 1, where.data() + where.size(), line);
      d.note({std::max(line, 1), 1}, "syntax", compiled.error().message, compiled.error().cure);
    }
    lua_settop(state_->get(), 0);
  }

 private:
  std::string library_;                                  // its folder
  std::unique_ptr<lua::State> state_;
};

void read_module(Diagnose& d, Catalogue& out, const CatalogueFile& file) {
  Module made{stem_of(file.path), file.path, file.text};
  if (!identifier(made.name))
    d.note({1, 1}, "bad-name", "file name " + ticked(made.name) + " of a module: small letters, digits and _ only", "rename the file");
  for (const Module& other : out.modules)
    if (other.name == made.name)
      return d.note({1, 1}, "duplicate-name", "module " + ticked(made.name) + " exists already in " + other.file, "rename this file");
  out.modules.push_back(std::move(made));
}

Status add_folder(std::vector<CatalogueFile>& out, const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return {};
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".lua" && it->path().filename().string().front() != '.') names.push_back(it->path().filename().string());
  if (error) return Error{Code::io, "cannot list the folder: " + error.message(), folder.string()};
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string path = (folder / name).string();
    auto text = read_file(path, source_limit);
    if (!text) return text.error();
    out.push_back({path, std::move(*text)});
  }
  return {};
}

}  // namespace
}  // namespace script

Result<std::vector<CatalogueFile>> catalogue_files(const std::vector<std::string>& stdlib_roots, const std::string& sop_folder) {
  std::vector<CatalogueFile> out;
  bool words = false;
  for (const std::string& root : stdlib_roots) {
    const std::filesystem::path path(root);
    std::error_code error;
    if (const auto file = path / "sop" / "words.lua"; !words && std::filesystem::exists(file, error)) {
      auto text = read_file(file.string(), script::source_limit);
      if (!text) return text.error();
      out.push_back({file.string(), std::move(*text)});
      words = true;
    }
    for (const char* folder : {"ask", "measures", "lib", "review"})
      if (auto status = script::add_folder(out, path / folder); !status) return status.error();
  }
  if (!words) return Error{Code::not_found, "no standard library: sop/words.lua is in none of " + join(stdlib_roots, ", "), "", "name its folder with --stdlib DIR"};
  if (!sop_folder.empty())
    for (const char* folder : {"measures", "lib", "review"})
      if (auto status = script::add_folder(out, std::filesystem::path(sop_folder) / folder); !status) return status.error();
  return out;
}

CatalogueRead read_catalogue(const std::vector<CatalogueFile>& files) {
  CatalogueRead out;
  script::Compiler compiler(files);
  const auto each = [&](const char* folder, auto&& read) {
    for (const CatalogueFile& file : files) {
      if (script::folder_of(file.path) != folder) continue;
      script::Diagnose d(file.path, out.catalogue);
      read(d, file);
      std::stable_sort(d.problems.begin(), d.problems.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.at < b.at; });
      out.problems.insert(out.problems.end(), d.problems.begin(), d.problems.end());
    }
  };
  using script::Diagnose;
  each("sop", [&](Diagnose& d, const CatalogueFile& file) { script::read_words(d, out.catalogue, file.text); });
  each("ask", [&](Diagnose& d, const CatalogueFile& file) { script::read_asks(d, out.catalogue, file.text); });
  each("measures", [&](Diagnose& d, const CatalogueFile& file) { script::read_measure(d, out.catalogue, script::stem_of(file.path), file.text); });
  script::ask_for_measures(out.catalogue);
  each("lib", [&](Diagnose& d, const CatalogueFile& file) {
    script::read_module(d, out.catalogue, file);
    compiler.check(d, file);
  });
  each("review", [&](Diagnose& d, const CatalogueFile& file) {
    const std::string name = script::stem_of(file.path);
    if (const ReviewContract* const other = out.catalogue.review(name))
      return d.note({1, 1}, "duplicate-name", "review " + ticked(name) + " exists already in " + other->file, "rename this file");
    if (auto contract = script::read_contract(d, name, file.text)) out.catalogue.reviews.push_back(std::move(*contract));
    compiler.check(d, file);
  });
  return out;
}

Result<Catalogue> load_catalogue(const std::vector<std::string>& stdlib_roots, const std::string& sop_folder) {
  const auto files = catalogue_files(stdlib_roots, sop_folder);
  if (!files) return files.error();
  CatalogueRead read = read_catalogue(*files);
  if (!read.problems.empty()) return first_error(read.problems);
  return std::move(read.catalogue);
}

}  // namespace inquest
