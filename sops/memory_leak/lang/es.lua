-- Texts of the memory-leak SOP in Spanish, in the words of the OpenTelemetry demo's own page.
-- SPDX-License-Identifier: Apache-2.0
return {
  title = "Investigación de una fuga de memoria",
  overview = {
    title = "Investigación de una fuga de memoria",
    say = "CPU con picos, memoria que sube y cae, latencia de cola larga: encuentre el servicio y la razón.",
  },
  metrics = { title = "Prometheus" },
  latency = { title = "OpenSearch" },
  services_latency = { title = "Latencia de los servicios" },
  service_traces = { title = "Servicio@trazas" },
  traces = { title = "Trazas del servicio" },
  correlate = {
    title = "Correlación con los logs",
    say = "Las solicitudes lentas de $service difieren: $cohort.says Sus logs pueden decir por qué.",
  },
  logs = { title = "logs" },
  overlay = {
    title = "superposición de los logs",
    say = "Superponga la tasa de estos mensajes a la memoria y la latencia de $service, y compare con solicitudes sanas.",
  },
  logs_diff = { title = "diferencia de los logs" },
  ["hypothesis leak"] = { say = "$service guarda memoria que ya no necesita." },
  ["hypothesis unbounded_cache"] = {
    say = "$service guarda lo que ya sirvió: la memoria y el trabajo crecen, sobre todo donde $cohort.attribute es $cohort.value.",
  },
  ["hypothesis load"] = { say = "$service solo atiende más solicitudes." },
}
