-- Tests of the embedded SOP, on a recording of what embed.cpp makes up.
-- SPDX-License-Identifier: Apache-2.0
return {
  test "the worker that keeps its memory is named" { data = "replay",
    expect { verdict = "confirmed", hypothesis = "keeps", subject = { service = "mailer" } },
    judged "keeps" { verdict = "ruled_out", subject = { service = "indexer" } },
    path { "memory", "growth" },
  },
}
