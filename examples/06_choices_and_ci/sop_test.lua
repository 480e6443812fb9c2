-- Tests of the choices: unattended the first one that is offered, or the one that is answered beforehand.
-- SPDX-License-Identifier: Apache-2.0
return {
  test "unattended the first way that is offered is taken" { data = "replay",
    expect { verdict = "confirmed", hypothesis = "bad_release", subject = { service = "booking" } },
    path { "calls", "judge", "decide" },
  },
  test "an answer given beforehand decides" { data = "replay", answer = { decide = "turn it off" },
    expect { verdict = "confirmed" },
  },
  test "before the release nobody is asked" { data = "replay", to = "2026-01-05T10:13:00Z",
    expect { verdict = "nothing_found" },
    path { "calls", "judge" },
  },
}
