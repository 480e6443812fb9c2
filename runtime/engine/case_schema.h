// Case schema: the tables of a case file, and the check that a file holds these and nothing else.
// SPDX-License-Identifier: Apache-2.0
//
// Private to runtime/engine. A file with a trigger, a view, an index of its own or a table of another form is refused:
// it was not written by us, and what stands in it could run.
#pragma once

#include "runtime/engine/sqlite.h"

namespace inquest {

constexpr int case_format = 1;                // PRAGMA user_version
constexpr int case_application = 0x494e5143;  // PRAGMA application_id: "INQC"

Status create_schema(sql::Database& db);  // in one transaction
Status check_schema(sql::Database& db, const std::string& path);

}  // namespace inquest
