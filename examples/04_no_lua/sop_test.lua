-- Tests of the ovens: the one that climbs is too hot, the other is not.
-- SPDX-License-Identifier: Apache-2.0
return {
  test "the oven that climbs above the limit is named" { data = "replay",
    expect { verdict = "confirmed", hypothesis = "thermostat", subject = { service = "oven-2" } },
    at "judge" { found "too_hot" { service = "oven-2" }, not_found "too_hot" { service = "oven-1" }, found "heating" { service = "oven-2" } },
    path { "read", "judge" },
  },
  test "while both hold their temperature nothing is found" { data = "replay", to = "2026-01-05T10:14:00Z",
    expect { verdict = "nothing_found" },
  },
}
