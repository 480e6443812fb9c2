-- Tests of the first walk on its made recording: billing serves three times as much from 10:15:00 on.
-- SPDX-License-Identifier: Apache-2.0
return {
  test "the service that serves more is named" { data = "replay",
    expect { verdict = "confirmed", hypothesis = "more_load", subject = { service = "billing" } },
    at "change" { found "load_change" { service = "billing", times = above(2.5) }, not_found "load_change" { service = "shop" } },
    path { "welcome", "requests", "change" },
  },
  test "before the change nothing is found" { data = "replay", to = "2026-01-05T10:14:00Z",
    expect { verdict = "nothing_found" },
  },
}
