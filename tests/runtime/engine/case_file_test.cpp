// A case file keeps what was appended, whole and private, and shows what was changed.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/engine/case_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "runtime/engine/sqlite.h"
#include "tests/runtime/engine/folder.h"

using namespace inquest;
using inquest::testing::Folder;

namespace {

ManualClock manual() { return ManualClock({1'700'000'000 * ns_per_s}); }

FramePtr small_frame(int rows) {
  FrameBuilder frame(Shape::series);
  frame.head().add("time", ColumnType::time).add("value", ColumnType::float64);
  for (int i = 0; i < rows; ++i) {
    frame.text(0, "a");
    frame.integer(4, i * ns_per_s);
    frame.number(5, i * 0.5);
    frame.end_row();
  }
  return frame.finish();
}

EvidenceRow evidence_row(const std::string& id, FramePtr frame) {
  EvidenceRow row;
  row.id = id;
  row.ask = Json{{"kind", "metric.memory"}};
  row.scope = Json{{"service", "a"}};
  row.source = "fake";
  row.native = "memory{}";
  row.rows = static_cast<int64_t>(frame->rows);
  row.hash = hash(*frame);
  row.frame = std::move(frame);
  row.bytes = 17;
  row.ms = 1.25;
  return row;
}

// A sealed case of four rows and one frame.
void write_case(const std::string& path) {
  auto clock = manual();
  auto made = CaseFile::create(path, clock);
  REQUIRE(made);
  CaseFile& file = **made;
  REQUIRE(file.append("run_started", Json{{"lang", "en"}}));
  const auto row = evidence_row("E1", small_frame(5));
  REQUIRE(file.put_evidence(row));
  REQUIRE(file.append("answered", Json{{"evidence", "E1"}, {"hash", row.hash}}, {3.5, 17, 1}));
  auto verdict = file.append("verdict", Json{{"word", "nothing_found"}});
  REQUIRE(verdict);
  REQUIRE(file.append("run_ended", Json{{"exit", 0}, {"chain", verdict->hash}}));
  REQUIRE(file.close());
}

// Changes a closed case behind its back.
void tamper(const std::string& path, const std::string& statement) {
  auto db = sql::Database::open(path, sql::Database::Mode::write);
  REQUIRE(db);
  REQUIRE(db->exec(statement));
}

std::string message_of(const std::string& path) {
  auto opened = CaseFile::open(path);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().where == path);
  return std::string(code_name(opened.error().code)) + ": " + opened.error().message;
}

// Runs `body` in a child and returns its wait status.
template <class Body>
int in_child(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("A closed case reads back as it was written") {
  Folder folder;
  const std::string path = folder / "a.case";
  write_case(path);
  auto opened = CaseFile::open(path);
  REQUIRE(opened);
  auto rows = (*opened)->journal();
  REQUIRE(rows);
  REQUIRE(rows->size() == 4);
  CHECK(rows->at(1).kind == "answered");
  CHECK(rows->at(1).ms == 3.5);
  CHECK(rows->at(1).bytes == 17);
  CHECK(rows->at(1).attempts == 1);
  CHECK(rows->at(1).at == Time{1'700'000'000 * ns_per_s});
  auto evidence = (*opened)->evidence("E1");
  REQUIRE(evidence);
  REQUIRE(*evidence);
  CHECK((*evidence)->native == "memory{}");
  CHECK(encode(*(*evidence)->frame) == encode(*small_frame(5)));
  CHECK_FALSE(*(*opened)->evidence("E2"));
}

TEST_CASE("The chain is that of its definition and does not depend on the clock") {
  Folder folder;
  const std::string path = folder / "a.case";
  auto clock = manual();
  auto file = CaseFile::create(path, clock);
  REQUIRE(file);
  clock.advance({7});
  auto row = (*file)->append("told", Json{{"state", "x"}}, {9, 9, 9});
  REQUIRE(row);
  CHECK(row->hash == chain_hash("", 1, "told", R"({"state":"x"})"));
  auto next = (*file)->append("told", Json::object());
  REQUIRE(next);
  CHECK(next->hash == chain_hash(row->hash, 2, "told", "{}"));
}

TEST_CASE("A closed case is one file of mode 0600 whatever the umask") {
  Folder folder;
  const mode_t before = ::umask(0);
  const std::string path = folder / "a.case";
  auto clock = manual();
  {
    auto file = CaseFile::create(path, clock);
    REQUIRE(file);
    REQUIRE((*file)->append("told", Json::object()));
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
      struct stat info {};
      REQUIRE(::stat(entry.path().c_str(), &info) == 0);
      CHECK((info.st_mode & 0777) == 0600);
    }
  }
  ::umask(before);
  CHECK(folder.entries() == 1);
}

TEST_CASE("A second writer is refused while the first one runs, and a reader gets a copy") {
  Folder folder;
  const std::string path = folder / "a.case";
  auto clock = manual();
  auto first = CaseFile::create(path, clock);
  REQUIRE(first);
  REQUIRE((*first)->append("told", Json{{"n", 1}}));
  const int status = in_child([&] {
    auto second = CaseFile::reopen(path, clock);
    auto third = CaseFile::create(path, clock);
    auto reader = CaseFile::open(path);
    const bool refused = !second && second.error().code == Code::busy && !third && third.error().code == Code::busy;
    ::_exit(refused && reader && (*reader)->journal()->size() == 1 && !(*reader)->sealed() ? 7 : 1);
  });
  CHECK(WEXITSTATUS(status) == 7);
  auto same_process = CaseFile::reopen(path, clock);
  REQUIRE_FALSE(same_process);
  CHECK(same_process.error().code == Code::busy);
  REQUIRE((*first)->append("told", Json{{"n", 2}}));
  auto reader = CaseFile::open(path);
  REQUIRE(reader);
  CHECK((*reader)->journal()->size() == 2);
  CHECK_FALSE((*reader)->append("told", Json::object()));
}

TEST_CASE("A case is not written over a file that exists") {
  Folder folder;
  const std::string path = folder / "a.case";
  write_case(path);
  auto clock = manual();
  auto again = CaseFile::create(path, clock);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::usage);
  CHECK(CaseFile::open(path));
}

TEST_CASE("A writer that is killed leaves every row that it appended") {
  Folder folder;
  const std::string path = folder / "a.case";
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto clock = manual();
    auto file = CaseFile::create(path, clock);
    for (int i = 0; file && i < 50; ++i) {
      if (!(*file)->append("told", Json{{"n", i}})) ::_exit(1);
    }
    (void)!::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]), ::close(ready[1]);
  {
    auto reader = CaseFile::open(path);
    REQUIRE(reader);
    auto rows = (*reader)->journal();
    REQUIRE(rows);
    REQUIRE(rows->size() == 50);
    CHECK(rows->back().payload["n"] == 49);
    CHECK_FALSE((*reader)->sealed());
  }
  auto clock = manual();
  auto writer = CaseFile::reopen(path, clock);
  REQUIRE(writer);
  auto row = (*writer)->append("resumed", Json::object());
  REQUIRE(row);
  CHECK(row->seq == 51);
  REQUIRE((*writer)->close());
  CHECK(folder.entries() == 1);
  CHECK((*CaseFile::open(path))->journal()->size() == 51);
}

TEST_CASE("A changed payload is named by its row") {
  Folder folder;
  write_case(folder / "a.case");
  tamper(folder / "a.case", "UPDATE journal SET payload = '{\"word\":\"confirmed\"}' WHERE seq = 3");
  CHECK(message_of(folder / "a.case") == "damaged: journal row 3 (verdict) does not fit its hash");
}

TEST_CASE("A missing row is named") {
  Folder folder;
  write_case(folder / "a.case");
  tamper(folder / "a.case", "DELETE FROM journal WHERE seq = 2");
  CHECK(message_of(folder / "a.case") == "damaged: journal row 2 is missing");
}

TEST_CASE("A changed time is named by its row") {
  Folder folder;
  write_case(folder / "a.case");
  tamper(folder / "a.case", "UPDATE journal SET at = at + 1 WHERE seq = 2");
  CHECK_THAT(message_of(folder / "a.case"), Catch::Contains("journal row 2 (answered): its time"));
}

TEST_CASE("Evidence that is gone or other than what was answered is named") {
  Folder folder;
  write_case(folder / "a.case");
  write_case(folder / "b.case");
  tamper(folder / "a.case", "DELETE FROM evidence");
  CHECK(message_of(folder / "a.case") == "damaged: evidence E1 is missing");
  tamper(folder / "b.case", "UPDATE evidence SET hash = 'x'");
  CHECK(message_of(folder / "b.case") == "damaged: evidence E1 is not what the journal says was answered");
}

TEST_CASE("A frame that was changed or claims to unpack to more than the cap is refused when it is read") {
  Folder folder;
  write_case(folder / "a.case");
  tamper(folder / "a.case", "UPDATE evidence SET frame = zeroblob(100)");
  auto opened = CaseFile::open(folder / "a.case");
  REQUIRE(opened);
  auto rows = (*opened)->evidence();
  REQUIRE_FALSE(rows);
  CHECK(rows.error().code == Code::damaged);
  CHECK_THAT(rows.error().message, Catch::Contains("E1"));
  // A zstd header that says 1 GB: magic, descriptor (8-byte size, single segment), size.
  write_case(folder / "b.case");
  tamper(folder / "b.case", "UPDATE evidence SET frame = x'28b52ffde00000004000000000010000'");
  auto bomb = (*CaseFile::open(folder / "b.case"))->evidence("E1");
  REQUIRE_FALSE(bomb);
  CHECK_THAT(bomb.error().message, Catch::Contains("more than 256 MB"));
}

TEST_CASE("A case with a trigger, a view or a table of its own is refused") {
  Folder folder;
  const char* hostile[] = {"CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM evidence; END",
                           "CREATE VIEW v AS SELECT 1", "CREATE TABLE x(a)", "CREATE INDEX i ON journal(kind)"};
  int n = 0;
  for (const char* statement : hostile) {
    const std::string path = folder / ("a" + std::to_string(n++) + ".case").c_str();
    write_case(path);
    tamper(path, statement);
    CHECK_THAT(message_of(path), Catch::Contains("damaged: holds the") && Catch::Contains("which no case has"));
    auto clock = manual();
    CHECK_FALSE(CaseFile::reopen(path, clock));
  }
}

TEST_CASE("A file that is no case is said to be none") {
  Folder folder;
  const std::string path = folder / "a.case";
  ::FILE* out = ::fopen(path.c_str(), "w");
  ::fputs(
      "this is a text of some length, but it is no case of an investigation at all; not even a data base, so that "
      "whoever opens it must be told that they gave the wrong file",
      out);
  ::fclose(out);
  CHECK_THAT(message_of(path), Catch::Contains("is no case file"));
  ::truncate(path.c_str(), 0);
  CHECK_THAT(message_of(path), Catch::Contains("is no case file"));
  CHECK(CaseFile::open(folder / "absent.case").error().code == Code::not_found);
  CHECK(CaseFile::open(folder / ".").error().code == Code::parse);
}

TEST_CASE("Only a case that ends with run_ended is sealed, and a broken seal is damage") {
  Folder folder;
  write_case(folder / "a.case");
  CHECK((*CaseFile::open(folder / "a.case"))->sealed());
  auto clock = manual();
  {
    auto file = CaseFile::create(folder / "b.case", clock);
    REQUIRE((*file)->append("told", Json::object()));
    REQUIRE((*file)->append("run_ended", Json{{"chain", "of something else"}}));
  }
  CHECK(message_of(folder / "b.case") == "damaged: journal row 2 (run_ended) seals another chain");
}

TEST_CASE("Texts are kept once under their hash") {
  Folder folder;
  auto clock = manual();
  auto file = CaseFile::create(folder / "a.case", clock);
  auto first = (*file)->put_text("return sop");
  auto second = (*file)->put_text("return sop");
  REQUIRE(first);
  CHECK(*first == *second);
  CHECK(*(*file)->text(*first) == "return sop");
  CHECK((*file)->text("00").error().code == Code::not_found);
}

TEST_CASE("A kind outside the closed list is refused") {
  Folder folder;
  auto clock = manual();
  auto file = CaseFile::create(folder / "a.case", clock);
  auto row = (*file)->append("anwsered", Json::object());
  REQUIRE_FALSE(row);
  CHECK_THAT(row.error().cure, Catch::Contains("answered"));
}

TEST_CASE("A full disk is an error with its cause, and the rows before it stand") {
  Folder folder;
  const std::string path = folder / "a.case";
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    auto clock = manual();
    auto file = CaseFile::create(path, clock);
    if (!file || !(*file)->append("told", Json{{"n", 0}})) ::_exit(1);
    const rlimit limit{120'000, 120'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 1; i < 100; ++i) {
      auto row = (*file)->append("told", Json{{"n", i}, {"text", std::string(5000, 'x')}});
      if (row) continue;
      const bool clear = row.error().code == Code::io && !row.error().cure.empty() && row.error().where == path;
      (void)(*file)->close();  // cannot be taken in either: must fail without a crash
      ::_exit(clear ? 100 + (i < 50 ? 1 : 2) : 2);
    }
    ::_exit(3);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 101);
  auto reader = CaseFile::open(path);
  REQUIRE(reader);
  auto rows = (*reader)->journal();
  REQUIRE(rows);
  CHECK(rows->size() >= 2);
  CHECK(rows->back().payload["n"] == static_cast<int>(rows->size()) - 1);
}

TEST_CASE("A folder that is not there or may not be written is an error that names the file") {
  Folder folder;
  auto clock = manual();
  auto file = CaseFile::create(folder / "no/such/a.case", clock);
  REQUIRE_FALSE(file);
  CHECK(file.error().code == Code::not_found);
  CHECK(file.error().where == folder / "no/such/a.case");
  CHECK(CaseFile::create("", clock).error().code == Code::usage);
}

TEST_CASE("The linked SQLite is one that a single exclusive connection may use in WAL mode") {
  CHECK(sql::linked_version() >= 3037000);  // EXRESCODE; below 3.51.3 never more than one connection (case_file.h)
}

TEST_CASE("Cases stand under XDG_STATE_HOME in a folder of mode 0700") {
  Folder folder;
  const char* before = ::getenv("XDG_STATE_HOME");
  const std::string kept = before ? before : "";
  ::setenv("XDG_STATE_HOME", (folder / "state").c_str(), 1);
  auto path = default_case_path("memory_leak", {1'700'000'000 * ns_per_s + 5}, "abc");
  before ? ::setenv("XDG_STATE_HOME", kept.c_str(), 1) : ::unsetenv("XDG_STATE_HOME");
  REQUIRE(path);
  CHECK(*path == folder / "state/inquest/cases/20231114T221320Z-memory_leak-abc.case");
  struct stat info {};
  REQUIRE(::stat((folder / "state/inquest/cases").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
}
