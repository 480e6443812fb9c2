-- Every slow service is looked into, strongest first: a fork, then a context inside a context, walked once a finding.
-- SPDX-License-Identifier: Apache-2.0
return sop "each_suspect" { title = "Why is each slow service slow?", start = "begin",
  matches = { "everything is slow", "several services are slow" },

  context "shift" { window = "1h",
    fork "gather" {
      query "metrics" { ask = { load = metric.request_rate {} } },
      query "spans"   { ask = { latency = spans.latency {} } },
      on "join" { to = "services" },
    },
    review "services" { title = "Which services are slow?", of = { "gather" },
      with = { reviews.latency_tail {}, reviews.load_change {} },
      on "look into each" { to = "requests", when = found "latency_tail" },
      on "none is slow"   { to = "done" },
    },

    context "service" { about = "latency_tail", only = { "service" }, names = { "onset" }, top = 3,
      query "requests" { title = "Its slow requests",
        ask = { contrast = spans.contrast { against = "before $onset" } },
        on "judge" { to = "difference" },
      },
      review "difference" { title = "What they have in common", of = { "requests" }, with = { reviews.cohort {} },
        on "next service" { to = "next" },
      },
      on "all looked at" { to = "done" },
    },
  },

  hypothesis "part_is_slow" {
    say = "$service is slow for a part of its requests: those whose $cohort.attribute is $cohort.value.",
    needs = { "latency_tail", "cohort" },
  },
  hypothesis "all_is_slow" { say = "$service is slow for all of its requests.", needs = { "latency_tail" }, refuted_by = { "cohort" } },
}
