// Which files are read, how they are packed, and what is said about those that are not.
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/runtime/connectors/otlp/written.h"

using namespace written;

namespace {

std::string many_spans(int lines, int from = 0) {
  std::string out;
  for (int i = from; i < from + lines; ++i) out += span_line(span(R"("name":"n)" + std::to_string(i % 97) + "\""), "s" + std::to_string(i % 7));
  return out;
}
const std::string gauge = R"({"name":"g","gauge":{"dataPoints":[{"timeUnixNano":"5","asInt":"7"}]}})";

}  // namespace

TEST_CASE("files: gzip, zstd and plain give the same spans, several members behind each other too") {
  const std::string text = many_spans(3000), half = many_spans(1500), rest = many_spans(1500, 1500);
  const Folder plain, packed, frames, members;
  plain.write("a", text);
  packed.write("a", zstd(text));
  frames.write("a", zstd(half) + zstd(rest));
  members.write("a", gzip(half) + gzip(rest));
  const std::string wanted = dump(*read_spans(plain.path()).table);
  CHECK(dump(*read_spans(packed.path()).table) == wanted);
  CHECK(dump(*read_spans(frames.path()).table) == wanted);
  CHECK(dump(*read_spans(members.path()).table) == wanted);
}

TEST_CASE("files: a packed file that breaks off gives what stands before and a note") {
  const Folder folder;
  const std::string whole = gzip(many_spans(20000));
  folder.write("a.gz", whole.substr(0, whole.size() / 2));
  const ReadSpans read = read_spans(folder.path());
  CHECK(read.table->rows() > 1000);
  REQUIRE(read.reading.notes.size() == 1);
  CHECK(read.reading.notes[0] == "a.gz: ends inside the gzip stream");
}

TEST_CASE("files: content decides, not the name; one level of subfolders is read") {
  const Folder folder;
  folder.write("logs.txt", many_spans(2));
  folder.write("sub/traces.jsonl", metric_line(gauge));
  folder.write("sub/deeper/x.jsonl", log_line(R"({"timeUnixNano":"1"})"));
  CHECK(value_of(Reader::open(folder.path()))->signals() == std::vector<std::string>{"metrics", "spans"});
}

TEST_CASE("files: rotated files are read in order of name") {
  const Folder folder;
  folder.write("data.jsonl", span_line(span(R"("name":"third")")));
  folder.write("data-2022-09-14T05-02-14.173.json", span_line(span(R"("name":"first")")));
  folder.write("data-2022-09-14T05-02-15.001.json", span_line(span(R"("name":"second")")));
  const auto spans = read_spans(folder.path()).table;
  REQUIRE(spans->rows() == 3);
  CHECK(spans->texts[spans->name[0]] == "first");
  CHECK(spans->texts[spans->name[2]] == "third");
}

TEST_CASE("files: signals mixed in one file") {
  const Folder folder;
  folder.write("x", many_spans(1) + metric_line(gauge) + log_line(R"({"timeUnixNano":"1"})") + many_spans(2));
  auto reader = value_of(Reader::open(folder.file("x")));
  CHECK(value_of(reader->spans(go))->rows() == 3);
  CHECK(value_of(reader->metrics(go))->streams.size() == 1);
  CHECK(value_of(reader->logs(go))->rows() == 1);
  CHECK(reader->reading(Signal::spans).lines == 3);
}

TEST_CASE("files: a signal that shows up behind the first bytes is read when it is touched later") {
  const Folder folder;
  folder.write("x", many_spans(5000) + metric_line(gauge));
  auto reader = value_of(Reader::open(folder.path()));
  CHECK_FALSE(reader->has(Signal::metrics));
  CHECK(value_of(reader->spans(go))->rows() == 5000);
  CHECK(value_of(reader->metrics(go))->streams.size() == 1);
}

TEST_CASE("files: a signal is read once; the second touch gives the same table") {
  const Folder folder;
  folder.write("x", many_spans(10));
  auto reader = value_of(Reader::open(folder.path()));
  const auto first = value_of(reader->spans(go));
  std::filesystem::remove(folder.file("x"));
  CHECK(value_of(reader->spans(go)) == first);
}

TEST_CASE("files: a JSON document over many lines is read as one request") {
  const Folder folder;
  folder.write("trace.json", "{\n  \"resourceSpans\": [\n    {\n      \"scopeSpans\": [\n        { \"spans\": [\n" + span() + "\n]}]}]}\n");
  CHECK(read_spans(folder.path()).table->rows() == 1);
}

TEST_CASE("files: a link to a folder above, a second link to a file and a pipe do no harm") {
  const Folder folder;
  folder.write("x", many_spans(4));
  std::filesystem::create_directory_symlink(folder.path(), folder.file("loop"));
  std::filesystem::create_symlink(folder.file("x"), folder.file("y"));
  std::filesystem::create_symlink(folder.file("z"), folder.file("z"));
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK(read_spans(folder.path()).table->rows() == 4);
}

TEST_CASE("files: nothing readable names what was there instead") {
  const Folder folder;
  folder.write("a.txt", "hello\n");
  folder.write("b.parquet", std::string("PAR1\0\0\1", 7));
  folder.write("c.json", "{\"a\": 1}\n");
  const auto reader = Reader::open(folder.path());
  REQUIRE_FALSE(reader);
  CHECK(reader.error().code == Code::nothing);
  CHECK(reader.error().message ==
        "3 files, none holds OTLP-JSON lines: a.txt (text), b.parquet (binary), c.json (JSON without resourceMetrics, resourceSpans, resourceLogs)");
}

TEST_CASE("files: an empty folder is nothing") {
  const Folder folder;
  const auto reader = Reader::open(folder.path());
  REQUIRE_FALSE(reader);
  CHECK(reader.error().code == Code::nothing);
}

TEST_CASE("files: a path that does not exist is not found, with the nearest one") {
  const Folder folder;
  folder.write("recording/x", many_spans(1));
  const auto reader = Reader::open(folder.file("recordin"));
  REQUIRE_FALSE(reader);
  CHECK(reader.error().code == Code::not_found);
  CHECK(reader.error().cure == "did you mean `" + folder.file("recording") + "`?");
}

TEST_CASE("files: records with length prefixes are named as not readable") {
  const Folder folder;
  const std::string packed = zstd(many_spans(3));
  std::string prefixed = {0, 0, static_cast<char>(packed.size() >> 8), static_cast<char>(packed.size() & 255)};
  folder.write("a.zst", prefixed + packed);
  folder.write("b.proto", std::string("\0\0\0\5\x0a\3\1\2\3", 9));
  folder.write("x", many_spans(1));
  const auto reader = value_of(Reader::open(folder.path()));
  REQUIRE(reader->notes().size() == 2);
  CHECK(reader->notes()[0].find("a.zst: zstd records with length prefixes cannot be read") == 0);
  CHECK(reader->notes()[1].find("b.proto: protobuf records with length prefixes cannot be read") == 0);
}

TEST_CASE("files: an asked signal that is not there is nothing, not an empty table") {
  const Folder folder;
  folder.write("x", many_spans(1));
  const auto logs = value_of(Reader::open(folder.path()))->logs(go);
  REQUIRE_FALSE(logs);
  CHECK(logs.error().code == Code::nothing);
}

TEST_CASE("files: a stop leaves nothing behind and the next touch reads again") {
  const Folder folder;
  folder.write("x", many_spans(10));
  auto reader = value_of(Reader::open(folder.path()));
  const std::atomic<bool> stop{true};
  const auto stopped = reader->spans(stop);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Code::interrupted);
  CHECK(value_of(reader->spans(go))->rows() == 10);
}
