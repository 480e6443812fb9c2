-- Tests with a signal withheld: what is not looked at is unknown, never "not found", and never makes a claim true.
-- SPDX-License-Identifier: Apache-2.0
return {
  test "with both signals the claim is confirmed" { data = "replay",
    expect { verdict = "confirmed", hypothesis = "grows_and_slows", subject = { service = "thumbnails" } },
  },
  test "without spans the claim stays open, and spans are what to add" { data = "replay", without = { "spans" },
    expect { verdict = "inconclusive", hypothesis = "grows_and_slows", subject = { service = "thumbnails" }, missing = { "spans" } },
    at "judge" { found "memory_growth" { service = "thumbnails" }, unknown "latency_tail" },
  },
  test "without metrics the claim stays open, and metrics are what to add" { data = "replay", without = { "metrics" },
    expect { verdict = "inconclusive", missing = { "metrics" } },
    at "judge" { found "latency_tail" { service = "thumbnails" }, unknown "memory_growth" },
  },
  test "a service whose memory does not grow is ruled out, whatever else is missing" { data = "replay", without = { "spans" },
    judged "grows_and_slows" { verdict = "ruled_out", subject = { service = "mailer" } },
  },
}
