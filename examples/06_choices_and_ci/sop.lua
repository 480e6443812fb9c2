-- Edges that a person chooses, that a command line decides beforehand, and that a CI job takes unattended.
-- SPDX-License-Identifier: Apache-2.0
return sop "errors_after_release" { title = "Did the release bring errors?", start = "begin",
  matches = { "errors after the release", "roll back" },

  query "calls" { ask = { errors = metric.error_rate {}, load = metric.request_rate {} },
    on "judge" { to = "judge" },
  },
  review "judge" { title = "Did errors rise?", of = { "calls" }, with = { reviews.error_rise {}, reviews.load_change {} },
    on "what now?" { to = "decide", when = found "error_rise" },
    on "all well"  { to = "done" },
  },
  suggest "decide" { title = "What now?",
    say = "$error_rise.says",
    on "roll back"   { to = "done", why = "the errors began with the release", says = "Roll the release back." },
    on "turn it off" { to = "done", why = "the new feature has a switch", says = "Turn the feature off and watch." },
    on "wait"        { to = "done", says = "Wait for the next sample." },
  },

  hypothesis "bad_release" { say = "$service fails since $error_rise.onset.",
    needs = { "error_rise" }, refuted_by = { "load_change" },
  },
}
