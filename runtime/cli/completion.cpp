// inquest completion: thin scripts for bash, zsh and fish that ask `inquest __complete`.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cli/commands.h"
#include "runtime/cli/support.h"

namespace inquest {
namespace {

constexpr const char* bash = R"(# inquest completion for bash: source <(inquest completion bash)
_inquest() {
  # Bash breaks words at `=`; a choice is STATE=LABEL, and what is offered replaces the part after the last break.
  local words=() word line glue= cut=
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [ "$word" = "=" ] && [ ${#words[@]} -gt 0 ]; then words[-1]+="="; glue=1
    elif [ -n "$glue" ]; then words[-1]+="$word"; glue=
    else words+=("$word"); fi
  done
  word="${words[-1]}"
  case "$COMP_WORDBREAKS" in *=*) [ "$word" != "${word#*=}" ] && cut="${word%=*}=" ;; esac
  COMPREPLY=()
  while IFS=$'\t' read -r line _; do printf -v line '%q' "${line#"$cut"}"; COMPREPLY+=("$line"); done \
    < <(inquest __complete "${words[@]//\\ / }" 2>/dev/null)
  if [ ${#COMPREPLY[@]} -eq 0 ]; then compopt -o default; fi
}
complete -F _inquest inquest
)";

constexpr const char* zsh = R"(#compdef inquest
# inquest completion for zsh: inquest completion zsh > "${fpath[1]}/_inquest"
_inquest() {
  local -a candidates
  local line
  while IFS= read -r line; do candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}"); done \
    < <(inquest __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#candidates} )); then _describe 'inquest' candidates; else _files; fi
}
compdef _inquest inquest
)";

constexpr const char* fish = R"(# inquest completion for fish: inquest completion fish | source
complete -c inquest -f -a '(inquest __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
complete -c inquest -F -n '__fish_seen_argument -l data -l sources -l grafana -l report -l case -l from'
)";

int run_completion(const std::vector<std::string>& arguments, User& user) {
  std::string shell;
  CLI::App app("Prints a completion script.\n\n  source <(inquest completion bash)\n", "completion");
  app.add_option("shell", shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}))->type_name("SHELL");
  if (const auto done = parse(app, arguments, user)) return *done;
  print_out(shell == "bash" ? bash : shell == "zsh" ? zsh : fish);
  return 0;
}

}  // namespace

const Command completion_command = {"completion", "Program", "print a completion script for bash, zsh or fish", false, run_completion};

}  // namespace inquest
