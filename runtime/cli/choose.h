// Choosing a SOP by the words of a person, and the words that a shell may complete.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/cli/command.h"

namespace inquest {

// inquest "my pods keep being OOM killed": the SOPs whose `matches` fit, how sure, and what to type. Runs nothing.
int choose_by_words(const std::vector<std::string>& words, User& user);
// The same where nothing is printed when no SOP fits; nullopt then.
std::optional<int> show_matches(const std::vector<std::string>& words, User& user);
bool is_sop(const std::string& name);
// inquest __complete WORD…: one candidate a line with a tab and its kind; the last word is the one being typed.
int complete_words(const std::vector<std::string>& words, User& user);

}  // namespace inquest
