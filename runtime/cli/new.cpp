// inquest new: a skeleton SOP, from a diagram or from nothing.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"
#include "runtime/machine/draw.h"

namespace inquest {
namespace {

constexpr const char* plain =
    "stateDiagram-v2\n  State0: Info[{0}]\n  [*] --> State0 : begin\n  state Ctx[0] {{\n    State1: Query?[what to look at]\n"
    "    State0 --> State1 : look\n    State2: Review[what it says]\n    State1 --> State2 : judge\n    State2 --> [*]\n  }}\n";

int run_new(const std::vector<std::string>& arguments, User& user) {
  std::string name, from, folder = ".";
  bool print = false, overwrite = false;
  CLI::App app("Makes a skeleton SOP; every blank in it is marked `todo`, and inquest check lists them.\n\n"
               "  inquest new disk_full\n  inquest new memory_leak --from diagram.mmd      also a fenced block of a Markdown file\n", "new");
  app.add_option("name", name, "name of the SOP: lower-case letters, digits, _ - .")->required()->type_name("NAME");
  app.add_option("--from", from, "a Mermaid stateDiagram-v2")->type_name("FILE");
  app.add_option("--folder", folder, "where the SOP's folder is made")->type_name("DIR");
  app.add_flag("--print", print, "print it, write nothing");
  app.add_flag("--overwrite", overwrite, "replace a SOP that is there");
  if (const auto done = parse(app, arguments, user)) return *done;
  std::string text = fmt::format(plain, name), file = "(plain)";
  if (!from.empty()) {
    Result<std::string> read = read_file(from, size_t{4} << 20);
    if (!read) return fail(read.error());
    text = *read;
    file = from;
  }
  Result<Diagram> diagram = read_mermaid(text, file);
  if (!diagram) return fail(diagram.error());
  Result<std::string> sop = skeleton(*diagram, name);
  if (!sop) {
    Error error = sop.error();
    if (!error.where.empty()) error.where = file + ", " + error.where;
    return fail(error);
  }
  if (print) {
    print_out(*sop);
    return 0;
  }
  const std::filesystem::path place = std::filesystem::path(folder) / name;
  const std::string path = (place / "sop.lua").string();
  std::error_code error;
  if (std::filesystem::exists(path, error) && !overwrite)
    return fail(Error{Code::usage, fmt::format("`{}` is there already", printable(path, 120)), "new", "choose another name, or --overwrite"});
  std::filesystem::create_directories(place, error);
  if (error) return fail(Error{Code::io, fmt::format("cannot make `{}`: {}", printable(place.string(), 120), error.message()), "", "name a folder that you may write with --folder"});
  if (Status written = write_file(path, *sop); !written) return fail(written.error());
  print_out(path + "\n");
  print_err(fmt::format("fill the blanks: inquest check {}\n", path));
  return 0;
}

}  // namespace

const Command new_command = {"new", "Procedures", "make a skeleton SOP, from a diagram or from nothing", false, run_new};

}  // namespace inquest
