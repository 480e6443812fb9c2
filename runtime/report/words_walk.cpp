// Words of the walk in the terminal.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/words_rows.h"

namespace inquest {

std::vector<Wording> walk_words() {
  return {
      {"walk.window", "window", "janela", "ventana"},
      {"walk.source", "source", "fonte", "fuente"},
      {"walk.inputs", "inputs", "entradas", "entradas"},
      {"walk.version", "version", "versão", "versión"},
      {"walk.not_given", "not given", "não informado", "no indicado"},
      {"walk.via", "via \"{0}\"", "por \"{0}\"", "por \"{0}\""},
      {"walk.visit", "visit {0}", "visita {0}", "visita {0}"},
      {"walk.failed", "{0} failed", "{0} falhou", "{0} falló"},
      {"walk.answered", "{0}: {1} from {2}{3}", "{0}: {1} de {2}{3}", "{0}: {1} de {2}{3}"},
      {"walk.failure", "{0}: {1} ({2}) from {3}{4}", "{0}: {1} ({2}) de {3}{4}", "{0}: {1} ({2}) de {3}{4}"},
      {"walk.against", "against {0}", "contra {0}", "contra {0}"},
      {"walk.outside", "outside {0}", "fora de {0}", "fuera de {0}"},
      {"walk.found", "found {0}", "encontrado {0}", "encontrado {0}"},
      {"walk.not_found", "not found", "não encontrado", "no encontrado"},
      {"walk.unknown", "unknown", "desconhecido", "desconocido"},
      {"walk.nothing_examined", "nothing examined", "nada examinado", "nada examinado"},
      {"walk.onset_of", "{0} [{1}], the onset of {2}", "{0} [{1}], o início de {2}", "{0} [{1}], el inicio de {2}"},
      {"walk.what_next", "what next", "e agora", "y ahora"},
      {"walk.offered", "offered", "oferecido", "ofrecido"},
      {"walk.not_offered", "not offered", "não oferecido", "no ofrecido"},
      {"walk.taken_before", "(taken before)", "(já seguido)", "(ya tomado)"},
      {"walk.end", "end", "fim", "fin"},
      {"walk.leaves", "leaves {0}", "sai de {0}", "sale de {0}"},
      {"walk.from_here", "{0}: from here on only {1}", "{0}: daqui em diante só {1}", "{0}: desde aquí solo {1}"},
      {"walk.round", "round {0} of {1}", "rodada {0} de {1}", "ronda {0} de {1}"},
      {"walk.about", "about {0}", "sobre {0}", "sobre {0}"},
      {"walk.traffic", "traffic", "tráfego", "tráfico"},
      {"walk.measure", "measure", "medida", "medida"},
      {"walk.answer", "answer", "resposta", "respuesta"},
      {"walk.hypothesis", "hypothesis", "hipótese", "hipótesis"},
      {"walk.chose", "chose", "escolheu", "eligió"},
      {"walk.chose_by", "\"{0}\", by {1}", "\"{0}\", por {1}", "\"{0}\", por {1}"},
      {"walk.stopped", "stopped", "parou", "se detuvo"},
      {"walk.resumed", "resumed", "retomado", "reanudado"},
      {"walk.goes_on", "the run goes on from here", "a execução continua daqui", "la ejecución sigue desde aquí"},
      {"walk.in_of_first", "{0} in {1} of {2} examined", "{0} em {1} de {2} examinados",
       "{0} en {1} de {2} examinados"},
      {"walk.in_of", "{0} {1} of {2}", "{0} {1} de {2}", "{0} {1} de {2}"},
      {"walk.more_gaps", "and {0} more causes: --verbose tells them", "e mais {0} causas: --verbose as conta",
       "y {0} causas más: --verbose las cuenta"},
      {"walk.also_offered", "also offered: {0}", "também oferecido: {0}", "también ofrecido: {0}"},
      {"walk.not_offered_line", "not offered: {0}", "não oferecido: {0}", "no ofrecido: {0}"},
      {"guide.what_next", "{0}: what next?", "{0}: e agora?", "{0}: ¿y ahora?"},
      {"guide.enter", "(enter)", "(enter)", "(enter)"},
      {"guide.help", "a number or the beginning of a label; enter takes what an unattended run would; q leaves, the case waits",
       "um número ou o começo de um rótulo; enter segue o que uma execução sem pessoa seguiria; q sai, o caso espera",
       "un número o el comienzo de una etiqueta; enter toma lo que tomaría una ejecución desatendida; q sale, el caso espera"},
      {"guide.no_choice", "no choice `{0}`; {1}; ? explains", "não há opção `{0}`; {1}; ? explica", "no hay opción `{0}`; {1}; ? explica"},
      {"guide.about_which", "about which?", "sobre qual?", "¿sobre cuál?"},
      {"guide.strongest", "(enter: the strongest)", "(enter: o mais forte)", "(enter: el más fuerte)"},
      {"guide.number", "a number from the list; q leaves", "um número da lista; q sai", "un número de la lista; q sale"},
  };
}

}  // namespace inquest
