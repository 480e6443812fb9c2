// Reading the lists of counts of a templates frame.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/frame/kernels/template_series.h"

namespace inquest {
namespace {

Result<FramePtr> run_template_series(const std::vector<FramePtr>& frames, const Map& map, const Stop* stop) {
  const KernelOptions options(template_series_kernel, map);
  if (options.error()) return *options.error();
  const Result<FramePtr> frame = need_frame("template_series", frames);
  if (!frame) return frame.error();
  const Frame& f = **frame;
  const Column* columns[4];
  const char* const names[4] = {"template", "counts", "counts_from", "counts_step"};
  for (size_t i = 0; i < 4; ++i) {
    const Result<const Column*> column = need_column("template_series", f, names[i]);
    if (!column) return column.error();
    columns[i] = *column;
  }
  FrameBuilder builder(Shape::series);
  builder.head().add("template", ColumnType::text).add("time", ColumnType::time).add("value", ColumnType::float64);
  static const char* const head[] = {"service", "namespace", "instance", "version"};
  for (size_t row = 0; row < f.rows; ++row) {
    if (stopped(stop)) return interrupted("template_series");
    if (columns[1]->absent(row) || columns[2]->absent(row) || columns[3]->absent(row)) continue;
    const std::string& list = columns[1]->text(row);
    const int64_t from = columns[2]->integer(row), step = columns[3]->integer(row);
    int64_t index = 0;
    for (size_t at = 0; at < list.size();) {   // digits between brackets and commas
      if (list[at] < '0' || list[at] > '9') { ++at; continue; }
      int64_t n = 0;
      for (; at < list.size() && list[at] >= '0' && list[at] <= '9'; ++at) n = n * 10 + (list[at] - '0');
      for (size_t h = 0; h < 4; ++h)
        if (const Column* c = f.column(head[h]); c && !c->absent(row)) builder.text(h, c->text(row));
      builder.text(4, columns[0]->text(row));
      builder.integer(5, from + index * step);
      builder.number(6, static_cast<double>(n));
      builder.end_row();
      ++index;
    }
  }
  return builder.finish();
}

}  // namespace

const Kernel template_series_kernel = {"template_series", "the counts of templates as series over time", "", run_template_series};

}  // namespace inquest
