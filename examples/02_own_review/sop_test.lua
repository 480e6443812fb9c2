-- Tests of the print-jobs SOP on its made recording: the jobs of floor-2 pile up from 10:12:00 on.
-- SPDX-License-Identifier: Apache-2.0
return {
  test "the printer whose jobs pile up is stuck" { data = "replay",
    expect { verdict = "confirmed", hypothesis = "stuck", subject = { service = "floor-2" } },
    judged "busy" { verdict = "ruled_out", subject = { service = "floor-2" } },
    at "judge" { found "backlog" { service = "floor-2" }, not_found "backlog" { service = "floor-1" } },
  },
  test "before they pile up nothing is found" { data = "replay", to = "2026-01-05T10:11:00Z",
    expect { verdict = "nothing_found" },
  },
}
