// Contract reader: what a review file promises (version, doc, takes, options, yields), read beside its code.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings/script/catalogue_reader.h"
#include "bindings/script/diagnose.h"

namespace inquest::script {

// Problems are noted in `diagnose`, whose catalogue has the words, asks and measures.
std::optional<ReviewContract> read_contract(Diagnose& diagnose, const std::string& name, const std::string& text);

// A table of name = type word, bare or with { … }; every row as a Term with its fields. Shared with the rows of asks.
Map read_options(Diagnose& diagnose, const Node& node, const std::string& what);

const std::vector<std::string>& frame_shapes();   // series latency spans contrast logs templates table

}  // namespace inquest::script
