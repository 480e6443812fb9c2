#!/usr/bin/env python3
# The program in Portuguese and Spanish: walk, reports, causes and cures; and the summary of a CI job.
# SPDX-License-Identifier: Apache-2.0
"""usage: INQUEST=build/inquest tests/runtime/cli/language_test.py      ends with `N passed, N failed`"""
import os
import re

from program import DEMO, Place, check, done, truth

TRUTH = truth()
# Words of English that no Portuguese or Spanish line of a walk or report has, outside of names and native text.
ENGLISH = re.compile(r"\b(found|since|strength|needs|unknown|window|source|verdict|evidence|the|with|offered|chose|leaves|rows|examined|longer|requests)\b", re.I)
WORDS = {"pt": ("CONFIRMADO", "Veredito", "Investigação de vazamento de memória", "cresce desde", "Descartado", "uma janela mais longa"),
         "es": ("CONFIRMADO", "Veredicto", "Investigación de una fuga de memoria", "crece desde", "Descartado", "una ventana más larga")}


def own_words(text):
    """Lines without what never translates: names, labels in quotes, code, commands."""
    text = re.sub(r"“[^”]*”|\"[^\"]*\"|`[^`]*`|\$\{?\w+|\[E\d+\]|[\w.]*[_/@=][\w./{}@=:-]*|inquest .*", " ", text)
    return text


def in_a_language(lang, place):
    ran = place.inquest(*DEMO, "--lang", lang, "--case", lang + ".case", env={"COLUMNS": "200"})
    said = " ".join(ran.out.split())
    for words in WORDS[lang]:
        check(f"a walk in {lang} says “{words}”", words in said, ran.out[-1500:] + ran.err)
    # What a source says of its own answer (limits, notes) stays in the words of the source.
    own = [re.sub(r"(✔ E\d+ .*?;|limitado:|aproximado:|parcial:).*", r"\1", line) for line in ran.out.split("\n")]
    english = [line for line in own if ENGLISH.search(own_words(line)) and "recommendation_" not in line]
    check(f"a walk in {lang} has no English of its own", not english, "\n".join(english[:8]))
    check(f"names stay in a walk in {lang}", TRUTH["service"] in ran.out and "unbounded_cache" in ran.out and "memory_growth" in ran.out)
    check(f"numbers keep a decimal point in {lang}", re.search(r"\d\.\d+ MB", ran.out) and not re.search(r"\d,\d+ MB", ran.out))
    ran = place.inquest("report", lang + ".case", "--format", "markdown")
    check(f"the Markdown of a case in {lang} is in {lang}", ran.out.startswith("# ✔ CONFIRMADO") and "## Findings" not in ran.out, ran.out[:300])
    elsewhere = place.inquest("report", lang + ".case", "--home", place.path("nothing"))
    check(f"a report in {lang} needs no library", "CONFIRMADO" in elsewhere.out, elsewhere.err)
    document = place.document("report", lang + ".case", "--json")
    check(f"the document of a case in {lang} keeps its words for programs", document["verdict"]["word"] == "confirmed" and document["lang"] == lang, str(document["lang"]))
    unset = place.inquest(*DEMO, env={"LC_MESSAGES": {"pt": "pt_BR.UTF-8", "es": "es_MX.UTF-8"}[lang], "LC_ALL": ""})
    check(f"LC_MESSAGES chooses {lang}", WORDS[lang][1] in unset.out, unset.out[-600:])
    check(f"--lang stands above LC_MESSAGES for {lang}", "Verdict" in place.inquest(*DEMO, "--lang", "en", env={"LC_MESSAGES": lang}).out)
    check(f"check of the shipped SOP lists no missing text in {lang}", place.inquest("check", "memory_leak", "--lang", lang).code == 0
          and "English is shown" not in place.inquest("check", "memory_leak", "--lang", lang).out)


def elsewhere(place):
    ran = place.inquest(*DEMO, "--lang", "fr")
    check("a language that nobody wrote is English", "Verdict" in ran.out and ran.code == 0, ran.err)
    place.inquest(*DEMO, "--case", "english.case")
    ran = place.inquest("report", "english.case", "--lang", "es")
    check("headings of an English case in Spanish, its sentences as they were said", "Veredicto" in ran.out and "memory of" in ran.out, ran.out[-800:])


def summary(place):
    path = place.write("summary.md", "from an earlier step\n")
    ran = place.inquest(*DEMO, env={"GITHUB_STEP_SUMMARY": path})
    text = open(path, encoding="utf-8").read()
    check("the summary of a job is appended", text.startswith("from an earlier step\n# ✔ CONFIRMED") and "```mermaid" in text, text[:200])
    check("and said on stderr, with the way to switch it off", path in ran.err and "--no-step-summary" in ran.err, ran.err)
    check("the diagram of the summary is one that GitHub draws", len(text.split("```mermaid")[1].split("```")[0]) < 5000)
    check("the summary has no evidence section and no address of a case alone", "## Evidence" not in text and "## Run it again" in text)
    before = text
    place.inquest(*DEMO, "--no-step-summary", env={"GITHUB_STEP_SUMMARY": path})
    check("--no-step-summary leaves the file alone", open(path, encoding="utf-8").read() == before)
    ran = place.inquest(*DEMO, "--json", env={"GITHUB_STEP_SUMMARY": path})
    check("the summary of a job leaves stdout to the document", ran.out.startswith("{") and len(open(path, encoding="utf-8").read()) > len(before))
    ran = place.inquest(*DEMO, env={"GITHUB_STEP_SUMMARY": place.path("nowhere/summary.md")})
    check("a summary that cannot be written is said and fails nothing", ran.code == 0 and "not written" in ran.err, ran.err)
    place.write("full.md", "x" * 999_990)
    ran = place.inquest(*DEMO, env={"GITHUB_STEP_SUMMARY": place.path("full.md")})
    check("a summary that is full is said and left alone", os.path.getsize(place.path("full.md")) == 999_990 and "full" in ran.err, ran.err)
    check("no variable, no summary", "summary" not in place.inquest(*DEMO).err)


with Place() as here:
    for language in ("pt", "es"):
        in_a_language(language, here)
    elsewhere(here)
    summary(here)
done()
