// inquest docs: writes the generated pages and stubs, or checks that they are what the words of the language say today.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "bindings/meta/meta.h"
#include "runtime/base/text.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace {

int run_docs(const std::vector<std::string>& arguments, User& user) {
  Common common;
  std::string write, check;
  CLI::App app("Generated files: the reference page docs/language.md and the editor stubs bindings/meta/inquest.d.lua.\n\n"
               "  inquest docs --write .\n  inquest docs --check .\n", "docs");
  app.add_option("--write", write, "the root of the source")->type_name("DIR");
  app.add_option("--check", check, "the root of the source")->type_name("DIR");
  add_common(app, common);
  if (const auto done = parse(app, arguments, user)) return *done;
  const std::string root = write.empty() ? check : write;
  if (root.empty()) return fail(Error{Code::usage, "nothing to do", "docs", "give --write DIR or --check DIR"});
  common.home = root;
  auto inquest = open_inquest(common);
  if (!inquest) return fail(inquest.error());
  Result<Catalogue> catalogue = (*inquest)->catalogue();
  if (!catalogue) return fail(catalogue.error());
  int stale = 0;
  for (const auto& [name, text] : {std::pair<std::string, std::string>{"docs/language.md", make_reference(words_only(*catalogue))},
                                   {"bindings/meta/inquest.d.lua", make_stubs(words_only(*catalogue))}}) {
    const std::string path = root + "/" + name;
    if (write.empty()) {
      Result<std::string> there = read_file(path);
      if (there && *there == text) continue;
      print_err(fmt::format("{} is {}\n", name, there ? "stale" : "missing"));
      stale = 1;
      continue;
    }
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    if (Status written = write_file(path, text); !written) return fail(written.error());
    print_out(path + "\n");
  }
  return stale;
}

}  // namespace

const Command docs_command = {"docs", "", "write or check generated pages", false, run_docs};

}  // namespace inquest
