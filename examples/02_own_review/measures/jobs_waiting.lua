-- Print jobs that wait: a measure of one's own, asked as metric.jobs_waiting {}.
-- SPDX-License-Identifier: Apache-2.0
return measure {
  unit = "{job}",
  doc  = "Jobs in the queue of a printer.",
  names = {
    { metric = "printer.jobs.waiting", unit = "{job}", generation = "driver 4" },
    { metric = "printer_queue_length", unit = "{job}", generation = "driver 3, scraped" },
  },
}
