// inquest repl: asks, reviews and limits typed line by line, answered at once.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cwchar>
#include <filesystem>
#include <iostream>

#include "bindings/script/console.h"
#include "runtime/base/text.h"
#include "runtime/base/version.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"
#include "runtime/report/paper.h"
#include "runtime/report/tables.h"

namespace inquest {
namespace fs = std::filesystem;
namespace {

const char* const help_text =
    "An expression shows itself; globals stay, `local` ends with its line; what is not finished goes on in the next line.\n"
    "  metric.memory {}                          an ask: a table with a sparkline per series\n"
    "  m = metric.memory { service = \"a\" }       a frame kept; m:rows(), m:first(5), m:table()\n"
    "  reviews.memory_growth { memory = m }      a review: what it found, and what it could not tell\n"
    "  kernel.trend(m, { by = { \"service\" } })   a kernel over a frame\n"
    "  within { service = \"a\", window = \"10m\" }  limits every ask from here on; within {} lifts it\n"
    "  .sources   what is there to ask      .ctx        limits in force, names, findings\n"
    "  .doc NAME  an ask, review, measure, kernel or word; .doc alone lists them\n"
    "  .help      this                      .quit       leave (also ctrl-d)\n";

// Reads lines: with editing and a history on a terminal, plain otherwise.
class Lines final {
 public:
  Lines(User& user) : editing_(user.in_is_terminal && user.out_is_terminal) {
    if (!editing_) return;
    std::setlocale(LC_CTYPE, "C.UTF-8");           // of letters only; numbers keep the plain locale
    history_ = history_init();
    edit_ = el_init("inquest", stdin, stdout, stderr);
    if (!history_ || !edit_) return;
    HistEvent event;
    history(history_, &event, H_SETSIZE, 2000);
    history(history_, &event, H_SETUNIQUE, 1);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &Lines::prompt);
    el_set(edit_, EL_GETCFN, &Lines::key);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_HIST, history, history_);
    el_source(edit_, nullptr);                     // ~/.editrc, as every program with this editor
    open_file(user);
    if (!file_.empty()) history(history_, &event, H_LOAD, file_.c_str());
  }
  ~Lines() {
    if (edit_) el_end(edit_);
    if (history_) history_end(history_);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // nullopt: the end. `dropped`: ctrl-c, the line and what came before it are to be forgotten.
  std::optional<std::string> next(bool more, Stop& stop, bool& dropped) {
    more_ = more;
    dropped = false;
    if (!edit_) {
      std::string line;
      if (!std::getline(std::cin, line)) return std::nullopt;
      return line;
    }
    // While a line is read ctrl-c ends the reading. (The editor's own EL_SIGNAL would signal the whole process group,
    // and the parent that watches would hand it on again.)
    stop.store(false);
    stop_ = &stop;
    int size = 0;
    const char* text = el_gets(edit_, &size);
    if (size < 0 && stop.load()) {
      el_reset(edit_);
      dropped = true;
      print_out("\n");
      std::fflush(stdout);
      return std::string();
    }
    if (!text || size <= 0) return std::nullopt;
    std::string line(text, static_cast<size_t>(size));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    return line;
  }
  void keep(const std::string& entry) {
    if (!history_ || entry.empty()) return;
    HistEvent event;
    history(history_, &event, H_ENTER, entry.c_str());
    if (!file_.empty()) history(history_, &event, H_SAVE, file_.c_str());
  }
  bool editing() const { return edit_ != nullptr; }

 private:
  // The next key for the editor: 1, 0 at the end of input, -1 after ctrl-c. The signal may come while the editor works,
  // or to another thread: it is looked for ten times a second, so that none is lost.
  static int key(EditLine* edit, wchar_t* out) {
    Lines* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    std::mbstate_t state{};
    for (;;) {
      pollfd input{STDIN_FILENO, POLLIN, 0};
      const int ready = poll(&input, 1, 100);
      if (self->stop_->load()) {
        errno = EINTR;
        return -1;
      }
      if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
      char byte = 0;
      const ssize_t n = read(STDIN_FILENO, &byte, 1);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return static_cast<int>(n);
      const size_t used = std::mbrtowc(out, &byte, 1, &state);
      if (used == static_cast<size_t>(-2)) continue;             // a letter of several bytes is not whole yet
      if (used == static_cast<size_t>(-1)) state = {};           // no letter: left out
      else return 1;
    }
  }
  static char* prompt(EditLine* edit) {
    static char first[] = "> ", next[] = ".. ";
    Lines* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return self && self->more_ ? next : first;
  }
  // $XDG_STATE_HOME/inquest/history, for this user alone.
  void open_file(User& user) {
    std::string root;
    if (const auto state = user.environment("XDG_STATE_HOME"); state && !state->empty()) root = *state;
    else if (const auto home = user.environment("HOME"); home && !home->empty()) root = *home + "/.local/state";
    if (root.empty()) return;
    std::error_code error;
    fs::create_directories(root + "/inquest", error);
    const std::string path = root + "/inquest/history";
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return;
    if (fchmod(file, 0600) == 0) file_ = path;
    close(file);
  }

  bool editing_, more_ = false;
  Stop* stop_ = nullptr;
  History* history_ = nullptr;
  EditLine* edit_ = nullptr;
  std::string file_;
};

class Repl final {
 public:
  Repl(script::Evaluator& evaluator, script::Console& console, const Style& style, User& user)
      : evaluator_(evaluator), console_(console), user_(user), paper_(style, [](std::string_view text) { print_out(std::string(text)); }) {}

  void loop(Lines& lines) {
    std::string chunk;
    bool dropped = false;
    while (const auto line = lines.next(!chunk.empty(), *user_.stop, dropped)) {
      if (dropped) chunk.clear();
      user_.stop->store(false);
      if (chunk.empty() && trim(*line).empty()) continue;
      if (chunk.empty() && trim(*line).starts_with(".")) {
        lines.keep(*line);
        if (!command(trim(*line))) return;
        std::fflush(stdout);
        continue;
      }
      // On a terminal an empty line ends what will not become complete.
      const bool give_up = !chunk.empty() && lines.editing() && trim(*line).empty();
      chunk += (chunk.empty() ? "" : "\n") + *line;
      auto answer = console_.line(chunk);
      if (answer && answer->incomplete && !give_up) continue;
      lines.keep(chunk);
      tell(answer);
      chunk.clear();
      std::fflush(stdout);
    }
    if (!chunk.empty()) tell(console_.line(chunk));
    if (lines.editing()) print_out("\n");
  }

 private:
  void tell(const Result<script::Console::Answer>& answer) {
    std::fflush(stdout);
    if (!answer) {
      print_err(answer.error().print() + "\n");
    } else if (answer->incomplete) {
      print_err("the line is not finished\n");
    } else {
      for (const script::Shown& shown : answer->values) show(shown);
    }
  }

  void show(const script::Shown& shown) {
    if (!shown.frame) {
      for (const std::string& line : split(shown.text, '\n')) paper_.text("", line);
      return;
    }
    const Frame& frame = *shown.frame;
    ReportEvidence evidence;
    evidence.frame = shown.frame;
    evidence.kind = shown.kind;
    evidence.unit = shown.unit;
    evidence.window = evaluator_.scope().window;
    const Table table = evidence_table(evidence, 20);
    if (!table.columns.empty()) paper_.table("", table);
    std::string note = fmt::format("{} frame, {} row{}", shape_name(frame.shape), count(static_cast<int64_t>(frame.rows)), frame.rows == 1 ? "" : "s");
    if (!frame.marks.limited.empty()) note += "; " + frame.marks.limited;
    if (!frame.marks.approximate.empty()) note += "; " + frame.marks.approximate;
    if (!frame.marks.partial.empty()) note += "; partial: " + frame.marks.partial;
    paper_.text("", note);
    for (const std::string& more : frame.marks.notes) paper_.text("", "note: " + more);
  }

  // False: leave.
  bool command(const std::string& line) {
    const size_t blank = line.find(' ');
    const std::string name = line.substr(0, blank), rest = blank == std::string::npos ? "" : trim(line.substr(blank));
    if (name == ".quit" || name == ".exit") return false;
    if (name == ".help") print_out(help_text);
    else if (name == ".sources") sources();
    else if (name == ".ctx") context();
    else if (name == ".doc") doc(rest);
    else print_err(fmt::format("no command `{}`\n  {}\n", printable(name, 40), did_you_mean(name, {".help", ".sources", ".ctx", ".doc", ".quit"})));
    return true;
  }

  void sources() {
    if (evaluator_.sources().empty()) print_out("no source; start with --data DIR or --demo SOP\n");
    for (const auto& source : evaluator_.sources()) {
      paper_.text("", fmt::format("{} ({}): {}", source.name, source.kind,
                                  source.failure ? source.failure->cause : source.probe.signals.empty() ? "nothing to ask" : join(source.probe.signals, ", ")));
      if (source.probe.recorded) paper_.text("  ", "recorded " + print_window(*source.probe.recorded));
      for (const std::string& note : source.probe.notes) paper_.text("  ", note);
      if (source.probe.signals.empty() && !source.probe.looked_for.empty()) paper_.text("  ", "looked for " + join(source.probe.looked_for, ", "));
    }
    for (const std::string& says : evaluator_.resolved()) paper_.text("  ", says);
  }

  void context() {
    const Scope& scope = evaluator_.scope();
    paper_.text("", "window " + print_window(scope.window));
    for (const std::string& name : scope_names())
      if (const auto at = scope.names.find(name); at != scope.names.end()) paper_.text("", name + " = " + at->second);
    for (const auto& [name, value] : evaluator_.names()) paper_.text("", "$" + name + " = " + print_value(value));
    for (const Finding& f : evaluator_.findings()) paper_.item("", Tone::strong, f.id + " ", f.says.empty() ? f.kind + " " + print_subject(f.subject) : f.says);
  }

  void doc(const std::string& name) {
    const Catalogue& c = evaluator_.catalogue();
    std::vector<std::string> known;
    const auto line = [&](const std::string& of, const std::string& what, const std::string& text) {
      known.push_back(of);
      if (of != name) return false;
      paper_.text("", what);
      paper_.text("  ", text);
      return true;
    };
    const auto options = [&](const Map& rows) {
      for (const auto& [option, type] : rows) paper_.text("  ", option + " = " + print_literal(type));
    };
    bool shown = false;
    for (const AskRow& row : c.asks)
      if (line(row.kind, row.kind + (row.native ? " [[ … ]] { … }" : " { … }") + ": " + row.signal + " → " + row.shape, row.doc)) {
        options(row.options);
        if (!row.applies.empty()) paper_.text("  ", "narrowed by " + join(row.applies, ", "));
        shown = true;
      }
    for (const ReviewContract& review : c.reviews)
      if (line("reviews." + review.name, "reviews." + review.name + " { … }", review.doc)) {
        for (const Slot& slot : review.takes)
          paper_.text("  ", "takes " + slot.name + " = " + (slot.ask.empty() ? "a " + slot.shape + " frame" : slot.ask + " {}") + (slot.optional ? " (optional)" : ""));
        options(review.options);
        for (const Yield& yield : review.yields) paper_.text("  ", "yields " + yield.kind + ": " + yield.says);
        shown = true;
      }
    for (const Measure& measure : c.measures) {
      std::vector<std::string> names;
      for (const MeasureName& one : measure.names) names.push_back(one.metric);
      if (line(measure.name, measure.name + " (" + measure.unit + ")", measure.doc)) {
        paper_.text("  ", "known as " + join(names, ", "));
        shown = true;
      }
    }
    for (const Kernel& one : kernels()) shown = line(std::string("kernel.") + one.name, std::string("kernel.") + one.name + "(frame, { … })", one.doc) || shown;
    for (const WordRow& word : c.words) {
      if (shown && word.word == name) break;
      shown = line(word.word, word.word, word.doc + (word.example.empty() ? "" : " Such as: " + word.example)) || shown;
    }
    if (name.empty()) paper_.text("", join(known, "  "));
    else if (!shown) print_err(fmt::format("nothing is called `{}`\n  {}\n", printable(name, 60), did_you_mean(name, known)));
  }

  script::Evaluator& evaluator_;
  script::Console& console_;
  User& user_;
  Paper paper_;
};

int run_repl(const std::vector<std::string>& arguments, User& user) {
  Common common;
  SourceOptions sources;
  std::string demo;
  CLI::App app("Asks, reviews and limits typed line by line.\n\n  inquest repl --demo memory_leak\n  inquest repl --data recording/\n  inquest repl --sources inquest.yaml --since 2h\n", "repl");
  RunOptions window;
  add_source_options(app, sources, false);
  add_window_options(app, window);
  app.add_option("--demo", demo, "the recording shipped with this SOP, with its own reviews and measures")->type_name("SOP");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  return watched(user, [&](lua::Watch& watch) {
    signal(SIGTERM, SIG_DFL);                      // ctrl-c ends a line, this ends the program
    auto inquest = open_inquest(common, &watch);
    if (!inquest) return fail(inquest.error());
    std::string folder;
    if (!demo.empty()) {
      Result<SopPlace> place = (*inquest)->find(demo);
      if (!place) return fail(place.error());
      folder = place->folder;
      sources.demo = true;
    }
    if (Status opened = open_sources(**inquest, sources, folder, user, false); !opened) return fail(opened.error());
    window.offline = sources.offline;
    script::Evaluator evaluator(**inquest, *user.stop, *user.clock, folder, &watch, window);
    auto console = script::Console::open(evaluator, *user.stop, &watch, [](std::string_view line) { print_out(printable(line) + "\n"); });
    if (!console) return fail(console.error());
    Lines lines(user);
    Repl repl(evaluator, **console, style_for(common, user, user.out_is_terminal), user);
    if (lines.editing()) print_out(fmt::format("inquest {}; .help shows what can be typed\n", inquest_version));
    repl.loop(lines);
    return 0;
  });
}

}  // namespace

const Command repl_command = {"repl", "Explore", "ask and review line by line", true, run_repl};

}  // namespace inquest
