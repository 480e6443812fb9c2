-- A metric by its own name and a review that takes any series: nothing beside this file is needed.
-- SPDX-License-Identifier: Apache-2.0
return sop "ovens" { title = "Which oven is too hot?", start = "begin",
  matches = { "the bread is burnt", "oven too hot" },

  query "read" { title = "Temperatures",
    ask = { heat = metric.named { name = "oven.temperature", reduce = "max" } },
    on "judge" { to = "judge" },
  },
  review "judge" { of = { "read" },
    with = { reviews.above { series = "read.heat", over = 260, yields = "too_hot" },
             reviews.rise  { series = "read.heat", times = 1.1, yields = "heating" } },
    on "switch off" { to = "done", when = found "too_hot", says = "Switch the oven off and let it cool." },
    on "fine"       { to = "done" },
  },

  hypothesis "thermostat" {
    say = "the thermostat of $service is stuck: $too_hot.value and rising since $heating.onset.",
    needs = { "too_hot", "heating" },
  },
}
