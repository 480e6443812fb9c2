-- A review for the files of tests/check: templates of one service; its kind has no service in its subject.
-- SPDX-License-Identifier: Apache-2.0
return review {
  version = 1,
  doc = "Messages that were not there before.",
  takes = { kinds = "logs.templates" },
  yields = { new_line = { subject = { "template" }, says = "new: $template" } },
  run = function () return {} end,
}
