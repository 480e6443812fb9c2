-- Which worker keeps memory that it no longer needs? Run by embed.cpp on a source of its own.
-- SPDX-License-Identifier: Apache-2.0
return sop "workers" { title = "Memory of the workers", start = "look",
  query "memory" { ask = { memory = metric.memory {} },
    on "judge" { to = "growth" },
  },
  review "growth" { of = { "memory" }, with = { reviews.memory_growth {} },
    on "done" { to = "done" },
  },
  hypothesis "keeps" { say = "$service keeps memory since $memory_growth.onset.", needs = { "memory_growth" } },
}
