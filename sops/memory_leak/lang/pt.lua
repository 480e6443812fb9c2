-- Texts of the memory-leak SOP in Portuguese, in the words of the OpenTelemetry demo's own page.
-- SPDX-License-Identifier: Apache-2.0
return {
  title = "Investigação de vazamento de memória",
  overview = {
    title = "Investigação de vazamento de memória",
    say = "Picos de CPU, memória que sobe e cai, cauda longa de latência: encontre o serviço e a razão.",
  },
  metrics = { title = "Prometheus" },
  latency = { title = "OpenSearch" },
  services_latency = { title = "Latência dos serviços" },
  service_traces = { title = "Serviço@rastros" },
  traces = { title = "Rastros do serviço" },
  correlate = {
    title = "Correlação com os logs",
    say = "As requisições lentas de $service diferem: $cohort.says Seus logs podem dizer por quê.",
  },
  logs = { title = "logs" },
  overlay = {
    title = "sobreposição dos logs",
    say = "Sobreponha a taxa destas mensagens à memória e à latência de $service, e compare com requisições sadias.",
  },
  logs_diff = { title = "diferença dos logs" },
  ["hypothesis leak"] = { say = "$service guarda memória de que já não precisa." },
  ["hypothesis unbounded_cache"] = {
    say = "$service guarda o que já serviu: a memória e o trabalho crescem, mais onde $cohort.attribute é $cohort.value.",
  },
  ["hypothesis load"] = { say = "$service apenas atende mais requisições." },
}
