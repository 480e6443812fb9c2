-- A measure and a review of one's own, beside the SOP that uses them.
-- SPDX-License-Identifier: Apache-2.0
return sop "print_jobs" { title = "Where do print jobs pile up?", start = "begin",
  matches = { "nothing comes out of the printer", "jobs are waiting" },

  query "look" {
    ask = { waiting = metric.jobs_waiting {}, load = metric.request_rate {} },
    on "judge" { to = "judge" },
  },
  review "judge" { of = { "look" },
    with = { reviews.backlog { jobs = 10 }, reviews.load_change {} },
    on "done" { to = "done" },
  },

  hypothesis "stuck" {
    say = "the printer of $service takes no jobs since $backlog.onset: $backlog.waiting wait.",
    needs = { "backlog" }, refuted_by = { found "load_change" { times = above(1) } },
  },
  hypothesis "busy" { say = "$service only gets more jobs than it can print.",
    needs = { "backlog", found "load_change" { times = above(1) } },
  },
}
