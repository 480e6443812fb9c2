// Words of the walk in the terminal.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/report/words_rows.h"

namespace inquest {

std::vector<Phrase> walk_words() {
  return {
      {"walk.window", "window ", "janela ", "ventana"},
      {"walk.source", "source ", "fonte  ", "fuente "},
      {"walk.inputs", "inputs ", "entradas", "entradas"},
      {"walk.version", "version", "versão ", "versión"},
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
      {"walk.measure", "measure", "medida", "medida"},
      {"walk.answer", "answer", "resposta", "respuesta"},
      {"walk.hypothesis", "hypothesis", "hipótese", "hipótesis"},
      {"walk.chose", "chose", "escolheu", "eligió"},
      {"walk.chose_by", "\"{0}\", by {1}", "\"{0}\", por {1}", "\"{0}\", por {1}"},
      {"walk.stopped", "stopped", "parou", "se detuvo"},
      {"walk.resumed", "resumed", "retomado", "reanudado"},
      {"walk.goes_on", "the run goes on from here", "a execução continua daqui", "la ejecución sigue desde aquí"},
      {"walk.folded", "{0} more rows: --verbose shows them", "mais {0} linhas: --verbose as mostra",
       "{0} filas más: --verbose las muestra"},
  };
}

}  // namespace inquest
