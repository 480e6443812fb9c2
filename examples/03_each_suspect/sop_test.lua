-- Tests of the rounds: each slow service is looked into, the one that is not slow is left alone.
-- SPDX-License-Identifier: Apache-2.0
return {
  test "each slow service has its own reason" { data = "replay",
    expect { verdict = "confirmed", hypothesis = "part_is_slow", subject = { service = "cart" } },
    judged "part_is_slow" { verdict = "confirmed", subject = { service = "stock" } },
    judged "part_is_slow" { verdict = "ruled_out", subject = { service = "search" } },
    judged "all_is_slow"  { verdict = "ruled_out", subject = { service = "cart" } },
    at "difference" { found "cohort" { service = "stock", attribute = "warehouse", value = "north" } },   -- as the last round left it
    path { "gather", "services", "requests", "difference", "requests", "difference" },
  },
  test "before it began no service is looked into" { data = "replay", to = "2026-01-05T10:11:00Z",
    expect { verdict = "nothing_found" },
    path { "gather", "services" },
  },
  test "without spans nothing is looked into, and nothing is claimed" { data = "replay", without = { "spans" },
    expect { verdict = "inconclusive" },
    at "services" { unknown "latency_tail" },
    path { "gather", "services" },
  },
}
