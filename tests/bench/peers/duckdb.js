// The five questions in DuckDB SQL over OTLP-JSON lines, typed schema: node duckdb.js FOLDER CUT_NS THREADS [FLAT_FILE].
// SPDX-License-Identifier: Apache-2.0
//
// Prints one JSON document: seconds by step, peak memory, answers. With FLAT_FILE the spans are then written there one a
// line, and the time to ingest that file is told too: handed flattened spans, DuckDB need not unnest.
'use strict';
const duckdb = require('@duckdb/node-api');
const [folder, cut, threads, flat] = process.argv.slice(2);

const value = 'STRUCT("stringValue" VARCHAR, "intValue" VARCHAR, "boolValue" BOOLEAN, "doubleValue" DOUBLE)';
const attributes = `STRUCT("key" VARCHAR, "value" ${value})[]`;
const resource = `STRUCT(attributes ${attributes})`;
const span = `STRUCT("traceId" VARCHAR, "spanId" VARCHAR, "parentSpanId" VARCHAR, name VARCHAR, kind INTEGER,
  "startTimeUnixNano" BIGINT, "endTimeUnixNano" BIGINT, attributes ${attributes}, status STRUCT(code INTEGER))`;
const points = 'STRUCT("timeUnixNano" BIGINT, "asDouble" DOUBLE, "asInt" BIGINT)[]';
const metric = `STRUCT(name VARCHAR, gauge STRUCT("dataPoints" ${points}), sum STRUCT("dataPoints" ${points}))`;
const record = `STRUCT("timeUnixNano" BIGINT, "severityNumber" INTEGER, body STRUCT("stringValue" VARCHAR), "traceId" VARCHAR,
  "spanId" VARCHAR)`;
const lines = (file, columns) => `read_json('${file}', format='newline_delimited', maximum_object_size=33554432, columns=${columns})`;
const nested = (file, top, scopes, rows, type) =>
  lines(`${folder}/${file}`, `{"${top}": 'STRUCT(resource ${resource}, "${scopes}" STRUCT("${rows}" ${type}[])[])[]'}`);
const of_resource = (key) => `list_filter(r.resource.attributes, x -> x."key" = '${key}')[1]."value"."stringValue"`;
const flattened = (file, top, scopes, rows, type) => `
  WITH a AS (SELECT unnest("${top}") r FROM ${nested(file, top, scopes, rows, type)}),
       b AS (SELECT ${of_resource('service.name')} service, ${of_resource('k8s.pod.name')} pod, unnest(r."${scopes}") s FROM a),
       c AS (SELECT service, pod, unnest(s."${rows}") x FROM b)`;

const ingest = {
  ingest_spans: `CREATE TABLE spans AS ${flattened('traces.jsonl', 'resourceSpans', 'scopeSpans', 'spans', span)}
    SELECT service, pod, x."traceId" trace, x."spanId" id, x."parentSpanId" parent, x.name operation, x.kind kind,
      x."startTimeUnixNano" t, x."endTimeUnixNano" - x."startTimeUnixNano" duration, x.attributes attributes, x.status.code status FROM c`,
  ingest_points: `CREATE TABLE points AS ${flattened('metrics.jsonl', 'resourceMetrics', 'scopeMetrics', 'metrics', metric)},
    d AS (SELECT service, pod, x.name metric, unnest(coalesce(x.gauge."dataPoints", x.sum."dataPoints")) p FROM c)
    SELECT service, pod, metric, p."timeUnixNano" t, coalesce(p."asDouble", p."asInt"::DOUBLE) v FROM d`,
  ingest_logs: `CREATE TABLE logs AS ${flattened('logs.jsonl', 'resourceLogs', 'scopeLogs', 'logRecords', record)}
    SELECT service, x."timeUnixNano" t, x."severityNumber" severity, x.body."stringValue" body, x."traceId" trace, x."spanId" span FROM c`,
};
const questions = {
  Q1: () => `WITH w AS (SELECT service, pod, (t - ${cut}) // 60000000000 j, avg(v) y FROM points
      WHERE metric = 'process.memory.usage' AND t >= ${cut} GROUP BY ALL),
    l AS (SELECT *, lag(y) OVER (PARTITION BY service, pod ORDER BY j) was FROM w),
    a AS (SELECT service, pod, j, y + sum(CASE WHEN y < 0.7 * was THEN was - y ELSE 0 END) OVER (PARTITION BY service, pod ORDER BY j) yy FROM l)
    SELECT pod, regr_slope(yy, j) slope FROM a GROUP BY pod ORDER BY slope DESC LIMIT 3`,
  Q2: () => `WITH q AS (SELECT service, operation, quantile_disc(duration, [0.5, 0.95, 0.99]) FILTER (WHERE t < ${cut}) b,
      quantile_disc(duration, [0.5, 0.95, 0.99]) FILTER (WHERE t >= ${cut}) a FROM spans GROUP BY 1, 2)
    SELECT service, operation, b[1], b[2], b[3], a[1], a[2], a[3] FROM q ORDER BY a[2] / b[2]::DOUBLE DESC LIMIT 4`,
  Q3: ([service, operation, , p95]) => `WITH f AS (SELECT duration > ${p95} slow, attributes FROM spans
      WHERE service = '${service}' AND operation = '${operation}' AND t >= ${cut}),
    n AS (SELECT count(*) FILTER (WHERE slow) ns, count(*) FILTER (WHERE NOT slow) nf FROM f),
    e AS (SELECT slow, unnest(attributes) a FROM f),
    g AS (SELECT a."key" k, coalesce(a."value"."stringValue", a."value"."intValue", a."value"."boolValue"::VARCHAR,
      a."value"."doubleValue"::VARCHAR) v, count(*) FILTER (WHERE slow) s, count(*) FILTER (WHERE NOT slow) f
      FROM e GROUP BY 1, 2 HAVING count(*) >= 100)
    SELECT k, v, s, f FROM g, n ORDER BY (s::DOUBLE / (s + f)) / ((ns - s + 0.5) / (ns - s + nf - f + 1)) DESC LIMIT 3`,
  Q4: () => `WITH top AS (SELECT trace FROM spans WHERE parent = '' AND t >= ${cut} ORDER BY duration DESC, trace LIMIT 100),
    x AS (SELECT service, operation, trace, id, parent, t, t + duration e FROM spans WHERE trace IN (SELECT trace FROM top)),
    children AS (SELECT p.trace, p.id, greatest(c.t, p.t) t, least(c.e, p.e) e FROM x p JOIN x c ON c.trace = p.trace AND c.parent = p.id),
    o AS (SELECT *, max(e) OVER (PARTITION BY trace, id ORDER BY t, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) reached FROM children),
    covered AS (SELECT trace, id, sum(greatest(0, e - greatest(t, coalesce(reached, -1)))) c FROM o GROUP BY 1, 2)
    SELECT service, operation, sum(e - t - coalesce(c, 0)) self FROM x LEFT JOIN covered USING (trace, id)
    GROUP BY 1, 2 ORDER BY self DESC LIMIT 3`,
  Q5: () => `WITH m AS (SELECT regexp_replace(body, '[A-Za-z_]*[0-9][A-Za-z0-9_]*', '<*>', 'g') kind, t >= ${cut} late FROM logs),
    g AS (SELECT kind, count(*) FILTER (WHERE NOT late) b, count(*) FILTER (WHERE late) a FROM m GROUP BY 1)
    SELECT kind, a FROM g WHERE b = 0 AND a >= 10 ORDER BY a DESC, kind`,
};

async function main() {
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads });
  const connection = await instance.connect();
  const seconds = {}, answers = {};
  const timed = async (name, sql) => {
    const start = process.hrtime.bigint();
    const reader = await connection.runAndReadAll(sql);
    seconds[name] = Number(process.hrtime.bigint() - start) / 1e9;
    return reader.getRowsJson();
  };
  for (const [name, sql] of Object.entries(ingest)) await timed(name, sql);
  for (const [name, sql] of Object.entries(questions)) answers[name] = await timed(name, sql(answers.Q2 && answers.Q2[0].filter((_, i) => i < 4)));
  const rss_kb = process.resourceUsage().maxRSS;
  if (flat) {
    await connection.run(`COPY (SELECT * FROM spans) TO '${flat}' (FORMAT json)`);
    await connection.run('DROP TABLE spans');
    await timed('ingest_flat_spans', `CREATE TABLE flat AS SELECT * FROM ${lines(flat,
      `{service: 'VARCHAR', pod: 'VARCHAR', trace: 'VARCHAR', id: 'VARCHAR', parent: 'VARCHAR', operation: 'VARCHAR', kind: 'INTEGER',
        t: 'BIGINT', duration: 'BIGINT', attributes: '${attributes}', status: 'INTEGER'}`)}`);
  }
  console.log(JSON.stringify({ seconds, rss_kb, answers }));
}
main().catch((error) => { console.error(String(error).slice(0, 2000)); process.exit(1); });
