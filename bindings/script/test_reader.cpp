// Reading sop_test.lua.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/script/test_reader.h"

#include <algorithm>

#include "bindings/script/reader_fields.h"
#include "runtime/base/text.h"

namespace inquest {
namespace script {
namespace {


class TestReader final {
 public:
  TestReader(const std::string& file, const Catalogue& catalogue, const Sop* sop) : d_(file, catalogue), fields_(d_), sop_(sop) {
    if (!sop) return;
    for (const State& state : sop->states) states_.push_back(state.name);
    for (const Hypothesis& h : sop->hypotheses) hypotheses_.push_back(h.name);
    for (const InputSpec& input : sop->inputs) inputs_.push_back(input.name);
  }

  ReadTests run(const std::string& text) {
    const Parsed parsed = parse(text, d_.file);
    ReadTests out;
    d_.problems = parsed.problems;
    if (parsed.tree) {
      const Node& root = parsed.tree->root;
      if (root.is(Node::Kind::call)) one(root, out);
      else if (const auto list = d_.entries(root, "the file"))
        for (const Item* item : *list)
          if (!d_.blank(item->value)) one(item->value, out);
      if (out.tests.empty() && d_.problems.empty()) d_.note(root.at, "missing-field", "the file has no test", "write return { test \"name\" { data = \"replay\", expect { verdict = \"confirmed\" } } }");
    }
    if (parsed.cut) std::erase_if(d_.problems, [](const Diagnostic& p) { return p.rule != "syntax" && p.rule != "field-twice"; });
    std::stable_sort(d_.problems.begin(), d_.problems.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.at < b.at; });
    out.problems = std::move(d_.problems);
    return out;
  }

 private:
  void known(const std::string& name, const std::vector<std::string>& list, Position at, const char* what) {
    if (sop_ && !name.empty() && !contains(list, name)) d_.note(at, "unknown-target", std::string("the SOP has no ") + what + " " + ticked(name), list.empty() ? "it has none" : did_you_mean(name, list));
  }
  void closed(const std::string& value, const std::vector<std::string>& list, Position at, const char* what) {
    if (!value.empty() && !contains(list, value)) d_.note(at, "wrong-type", std::string("unknown ") + what + " " + ticked(value), did_you_mean(value, list));
  }
  std::optional<Time> time(const Item& item) {
    const auto text = d_.text(item.value, ticked(item.key));
    if (!text) return {};
    if (const auto read = parse_time(*text)) return *read;
    d_.note(item.value.at, "wrong-type", ticked(item.key) + " takes a time, not \"" + printable(*text, 40) + "\"", "write such as \"2026-11-21T10:28:39Z\"");
    return {};
  }

  void one(const Node& node, ReadTests& out) {
    if (!node.is(Node::Kind::call) || node.word != "test" || !node.named || !node.has_table) {
      d_.note(node.at, node.is(Node::Kind::call) && node.word != "test" ? "unknown-word" : "wrong-type", "expected a test, found " + shown(node), "write test \"name\" { … }");
      return;
    }
    const std::string owner = "test \"" + printable(node.text, 60) + "\"";
    if (const WordRow* const row = d_.catalogue.word("test", "test")) d_.against_row(node, *row, owner);
    SopTest test;
    test.name = node.text;
    test.at = node.at;
    for (const SopTest& other : out.tests)
      if (other.name == test.name) d_.note(node.text_at, "duplicate-name", owner + " is there twice", "the first stands in line " + std::to_string(other.at.line));
    for (const Item& item : node.items) {
      const std::string what = ticked(item.key);
      if (!item.keyed) { child(item.value, test); continue; }
      if (item.key == "data") test.data = d_.text(item.value, what).value_or("");
      if (item.key == "case") test.case_file = d_.text(item.value, what).value_or("");
      if (item.key == "from") test.from = time(item);
      if (item.key == "to") test.to = time(item);
      if (item.key == "without") {
        test.without = d_.texts(item.value, what).value_or(std::vector<std::string>{});
        for (const std::string& signal : test.without) closed(signal, {"metrics", "spans", "logs"}, item.value.at, "signal");
      }
      if (item.key == "input")
        if (const auto list = d_.keyed(item.value, what))
          for (const Item* input : *list) {
            known(input->key, inputs_, input->at, "input");
            if (!d_.blank(input->value)) test.input.emplace_back(input->key, value_of(input->value));
          }
      if (item.key == "answer") answers(item.value, test);
    }
    if (test.data.empty() == test.case_file.empty() && !node.field("data") == !node.field("case"))
      d_.note(node.at, "missing-field", owner + (node.field("data") ? " has data and a case" : " examines no data"), "name a recording beside the SOP: data = \"replay\"");
    if (!test.expect && test.judged.empty() && test.ats.empty() && test.path.empty())
      d_.note(node.at, "missing-field", owner + " expects nothing", "add expect { verdict = \"…\" }");
    if (test.from && test.to && *test.to <= *test.from) d_.note(node.field("to")->value.at, "wrong-type", "`to` of " + owner + " is not after `from`", "a window is [from, to)");
    out.tests.push_back(std::move(test));
  }

  void answers(const Node& node, SopTest& test) {
    const auto list = d_.keyed(node, "`answer`");
    if (!list) return;
    for (const Item* item : *list) {
      known(item->key, states_, item->at, "state");
      const auto label = d_.text(item->value, ticked(item->key) + " in `answer`");
      if (!label) continue;
      test.answer[item->key] = *label;
      const State* const state = sop_ ? sop_->state(item->key) : nullptr;
      if (!state) continue;
      std::vector<std::string> labels;
      for (const Edge& edge : state->edges) labels.push_back(edge.label);
      if (!contains(labels, *label)) d_.note(item->value.at, "unknown-target", "\"" + printable(item->key, 60) + "\" has no edge \"" + printable(*label, 60) + "\"", did_you_mean(*label, labels));
    }
  }

  void child(const Node& node, SopTest& test) {
    if (!node.is(Node::Kind::call)) return;  // told by against_row
    const WordRow* const row = d_.catalogue.word(node.word, "test");
    if (node.word == "expect") expect(node, row, test);
    if (node.word == "judged") judged(node, row, test);
    if (node.word == "at") {
      TestAt at;
      at.at = node.at;
      at.state = node.text;
      if (!node.named || !node.has_table) return d_.note(node.at, "wrong-type", "`at` needs the name of a state", "write at \"state\" { found \"kind\" }");
      known(at.state, states_, node.text_at, "state");
      if (row) d_.against_row(node, *row, "at \"" + printable(node.text, 60) + "\"");
      for (const Item& item : node.items)
        if (!item.keyed && row && contains(row->children, item.value.word))
          if (auto condition = fields_.condition(item.value, false)) at.conditions.push_back(std::move(*condition));
      if (node.items.empty()) d_.note(node.at, "missing-field", "at \"" + printable(node.text, 60) + "\" expects nothing", "write found \"kind\" inside");
      test.ats.push_back(std::move(at));
    }
    if (node.word == "path") {
      if (row) d_.against_row(node, *row, "`path`");
      for (const Item& item : node.items)
        if (!item.keyed && item.value.is(Node::Kind::text)) {
          test.path.push_back(item.value.text);
          known(item.value.text, states_, item.value.at, "state");
        }
    }
  }

  void judged(const Node& node, const WordRow* row, SopTest& test) {
    TestJudged j;
    j.at = node.at;
    j.hypothesis = node.text;
    if (!node.named || !node.has_table) return d_.note(node.at, "wrong-type", "`judged` needs the name of a hypothesis", "write judged \"name\" { verdict = \"inconclusive\" }");
    known(j.hypothesis, hypotheses_, node.text_at, "hypothesis");
    if (row) d_.against_row(node, *row, "judged \"" + printable(node.text, 60) + "\"");
    for (const Item& item : node.items) {
      const std::string what = ticked(item.key);
      if (!item.keyed) continue;
      if (item.key == "verdict") closed(j.verdict = d_.text(item.value, what).value_or(""), {"confirmed", "ruled_out", "inconclusive"}, item.value.at, "verdict");
      if (item.key == "subject") j.subject = d_.text_map(item.value, what).value_or(std::map<std::string, std::string>{});
      if (item.key == "missing") j.missing = d_.texts(item.value, what).value_or(std::vector<std::string>{});
    }
    test.judged.push_back(std::move(j));
  }

  void expect(const Node& node, const WordRow* row, SopTest& test) {
    if (test.expect) d_.note(node.at, "field-twice", "`expect` is given twice", "it stands in line " + std::to_string(test.expect->at.line) + " already; keep one");
    if (row) d_.against_row(node, *row, "`expect`");
    TestExpect e;
    e.at = node.at;
    for (const Item& item : node.items) {
      const std::string what = ticked(item.key);
      if (!item.keyed) continue;
      if (item.key == "verdict") closed(e.verdict = d_.text(item.value, what).value_or(""), {"confirmed", "ruled_out", "inconclusive", "nothing_found"}, item.value.at, "verdict");
      if (item.key == "hypothesis") known(e.hypothesis = d_.text(item.value, what).value_or(""), hypotheses_, item.value.at, "hypothesis");
      if (item.key == "subject") e.subject = d_.text_map(item.value, what).value_or(std::map<std::string, std::string>{});
      if (item.key == "missing") e.missing = d_.texts(item.value, what).value_or(std::vector<std::string>{});
      if (item.key == "also") {
        e.also = d_.texts(item.value, what).value_or(std::vector<std::string>{});
        for (const std::string& name : e.also) known(name, hypotheses_, item.value.at, "hypothesis");
      }
      if (item.key == "exit")
        if (const auto code = d_.whole(item.value, what, 0, 255)) e.exit = static_cast<int>(*code);
    }
    test.expect = std::move(e);
  }

  Diagnose d_;
  Fields fields_;
  const Sop* sop_;
  std::vector<std::string> states_, hypotheses_, inputs_;
};

}  // namespace
}  // namespace script

ReadTests read_sop_tests(const std::string& text, const std::string& file, const Catalogue& catalogue, const Sop* sop) {
  return script::TestReader(file, catalogue, sop).run(text);
}

}  // namespace inquest
