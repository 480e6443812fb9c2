// The page: whole outputs, well-formed, without requests or markup from telemetry; figures; the diagram laid out for
// real. SPDX-License-Identifier: Apache-2.0
#include "runtime/report/html.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "runtime/machine/draw.h"
#include "runtime/report/formats.h"
#include "runtime/report/html_text.h"
#include "tests/runtime/report/golden.h"
#include "tests/runtime/report/made_case.h"

using namespace inquest;

namespace {

std::vector<std::pair<std::string, made::Case>> all() {
  return {{"confirmed", made::confirmed()},
          {"inconclusive", made::inconclusive()},
          {"hostile", made::hostile()},
          {"unfinished", made::unfinished()}};
}

// Graphviz measures text with the fonts of the machine, so an approved page has a drawing of no machine.
Result<std::string> drawn(const std::string& dot) {
  return "<svg width=\"10pt\" height=\"10pt\" viewBox=\"0 0 10 10\"><title>" + std::to_string(split(dot, '\n').size()) +
         " lines of dot</title></svg>";
}

// What Python's parsers say: every element, attribute and address of a page, one a line; "broken: …" when it is not
// well-formed.
std::string parsed(const std::string& page) {
  const std::string path =
      std::string(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp") + "/inquest_html_test.html";
  REQUIRE(write_file(path, page).ok());
  const std::string command =
      "python3 -c '\nimport sys, xml.etree.ElementTree as E, html.parser as H\ntext = open(sys.argv[1], "
      "encoding=\"utf-8\").read()\n"
      "try:\n    tree = E.fromstring(text)\nexcept E.ParseError as e:\n    print(\"broken:\", e); sys.exit()\n"
      "for e in tree.iter():\n    print(\"etree\", e.tag, *[k + \"=\" + \" \".join(v.split()) for k, v in "
      "e.attrib.items()], sep=\"\\t\")\n"
      "class P(H.HTMLParser):\n    def handle_starttag(self, tag, attrs): print(\"parser\", tag, *[k + \"=\" + \" "
      "\".join((v or \"\").split()) for k, v in attrs], sep=\"\\t\")\n"
      "P().feed(text)\n' " +
      path;
  std::FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe);
  std::string out;
  std::array<char, 4096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), n);
  pclose(pipe);
  std::remove(path.c_str());
  return out;
}

size_t times_found(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

}  // namespace

TEST_CASE("the page is as approved") {
  for (const auto& [name, made] : all()) made::check_golden(name + ".html", html_page(made.report(), drawn));
}

TEST_CASE("the page is well-formed, and both parsers see the same elements") {
  for (const auto& [name, made] : all()) {
    INFO(name);
    const std::string seen = parsed(html_page(made.report(), dot_svg));
    CHECK(seen.find("broken:") == std::string::npos);
    CHECK(times_found(seen, "etree\t") == times_found(seen, "parser\t"));
    CHECK(times_found(seen, "etree\t") > 100);
  }
}

TEST_CASE("nothing but the page's own script runs and nothing is fetched, whatever the telemetry says") {
  for (const auto& [name, made] : all()) {
    INFO(name);
    const std::string page = html_page(made.report(), dot_svg);
    CHECK(times_found(lower(page), "<script") == 1);
    CHECK(page.find(std::string("<script>") + html_script() + "</script>") != std::string::npos);
    CHECK(times_found(page, "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-") == 1);
    for (const std::string& line : split(parsed(page), '\n')) {
      if (line.empty()) continue;
      INFO(line);
      const std::vector<std::string> parts = split(line, '\t');
      REQUIRE(parts.size() > 1);
      for (const char* tag :
           {"img", "link", "iframe", "object", "embed", "form", "image", "use", "base", "foreignObject", "a:href"})
        CHECK(parts[1] != tag);
      for (size_t i = 2; i < parts.size(); ++i) {
        CHECK(parts[i].rfind("on", 0) != 0);
        CHECK(parts[i].rfind("src=", 0) != 0);
        CHECK(parts[i].rfind("style=", 0) != 0);
        if (parts[i].rfind("href=", 0) == 0) CHECK(parts[i].rfind("href=#", 0) == 0);
      }
    }
  }
  for (const char* const text : {html_style(), html_script()})
    for (const char* const fetch : {"url(", "@import", "http:", "https:", "fetch(", "XMLHttpRequest", "import(",
                                    "eval(", "innerHTML", "setTimeout"})
      CHECK((std::string(text).find(fetch) == std::string::npos || std::string(fetch) == "http:"));
  CHECK(times_found(html_script(), "http:") == times_found(html_script(), "http://www.w3.org/2000/svg"));  // a name, not an address
}

TEST_CASE("the policy allows the script by its hash: that of other text is another") {
  const std::string page = html_page(made::confirmed().report(), drawn);
  const size_t from = page.find("script-src 'sha256-") + 19;
  const std::string hash = page.substr(from, page.find('\'', from) - from);
  const std::string path =
      std::string(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp") + "/inquest_script_test.js";
  REQUIRE(write_file(path, html_script()).ok());
  std::FILE* const pipe =
      popen(("python3 -c 'import base64, hashlib, sys; print(base64.b64encode(hashlib.sha256(open(sys.argv[1], "
             "\"rb\").read()).digest()).decode(), end=\"\")' " +
             path)
                .c_str(),
            "r");
  REQUIRE(pipe);
  std::array<char, 128> buffer{};
  const size_t n = std::fread(buffer.data(), 1, buffer.size() - 1, pipe);
  pclose(pipe);
  std::remove(path.c_str());
  CHECK(hash == std::string(buffer.data(), n));
}

TEST_CASE("a verdict stands first, and every section of a post-mortem has its place") {
  const std::string page = html_page(made::confirmed().report(), drawn);
  size_t last = 0;
  for (const char* id : {"summary", "impact", "signals", "factors", "findings", "hypotheses", "ruled-out", "unknown",
                         "timeline", "path", "evidence", "follow-ups", "again"}) {
    INFO(id);
    const size_t at = page.find(std::string("<section id=\"") + id + "\"");
    REQUIRE(at != std::string::npos);
    CHECK(at > last);
    last = at;
  }
}

TEST_CASE("a figure stands in the article of the finding that it proves, and later findings lead to it") {
  const std::string page = html_page(made::confirmed().report(), drawn);
  const size_t f1 = page.find("<article id=\"F1\">"), end = page.find("</article>", f1);
  REQUIRE(f1 != std::string::npos);
  const std::string article = page.substr(f1, end - f1);
  CHECK(article.find("<svg class=\"chart\"") != std::string::npos);
  CHECK(article.find("Memory over time") != std::string::npos);
  CHECK(article.find("href=\"#E1\"") != std::string::npos);
}

TEST_CASE("numbers of a finding have the units that its review gave them") {
  made::Case c = made::confirmed();
  for (JournalRow& row : c.rows)
    if (row.kind == "reviewed")
      row.payload["units"] = {{"memory_growth", {{"first", "By"}, {"last", "By"}, {"times", "ratio"}}}};
  const std::string page = html_page(c.report(), drawn);
  for (const char* words : {"<b>100 MB</b> first", "<b>535 MB</b> last", "<b>x5.35</b> times"}) {
    INFO(words);
    CHECK(page.find(words) != std::string::npos);
  }
}

TEST_CASE("a page in Portuguese or Spanish has its headings in that language and says so") {
  for (const auto& [lang, heading] : {std::pair{"pt", "Fatores contribuintes"}, {"es", "Factores contribuyentes"}}) {
    Report report = made::confirmed().report();
    report.lang = lang;
    const std::string page = html_page(report, drawn);
    INFO(lang);
    CHECK(page.find(std::string("<html lang=\"") + lang + "\">") != std::string::npos);
    CHECK(page.find(std::string("<h2>") + heading + "</h2>") != std::string::npos);
    CHECK(page.find("html.") == std::string::npos);  // no key without its words
  }
}

TEST_CASE("every link of a page leads to a section of the page, and no section stands twice") {
  const std::string page = html_page(made::confirmed().report(), dot_svg);
  size_t links = 0;
  for (size_t at = 0; (at = page.find("href=\"#", at)) != std::string::npos; ++links) {
    at += 7;
    const std::string id = page.substr(at, page.find('"', at) - at);
    INFO(id);
    CHECK(times_found(page, " id=\"" + id + "\"") == 1);
  }
  CHECK(links > 15);
}

TEST_CASE("without its style the page still says the verdict, how sure, and what each line of a chart is") {
  std::string page = html_page(made::confirmed().report(), drawn);
  const size_t from = page.find("<style>");
  page.erase(from, page.find("</style>") - from);
  for (const char* words : {"✔ CONFIRMED", "strength 0.90 of 1, 2 of 2 needs found", "onset 10:30:00",
                            "<caption>Values of the chart: Memory over time</caption>", "535 MB"}) {
    INFO(words);
    CHECK(page.find(words) != std::string::npos);
  }
}

TEST_CASE("without dot the page shows the drawing as text and says so") {
  const Layout none = [](const std::string&) -> Result<std::string> {
    return Error{Code::not_found, "dot (Graphviz) is not installed"};
  };
  const std::string page = html_page(made::confirmed().report(), none);
  CHECK(page.find("Drawn as text: dot (Graphviz) is not installed") != std::string::npos);
  CHECK(page.find("✔ Review Services side by side") != std::string::npos);
}

TEST_CASE("dot lays out the drawing with the taken path marked and no address in it") {
  const Report report = made::confirmed().report();
  const std::string page = html_page(report, dot_svg);
  if (page.find("Drawn as text") != std::string::npos) {
    WARN("dot is not installed on this machine: the drawn diagram is not tested");
    return;
  }
  CHECK(page.find("id=\"state-services\" class=\"node taken\"") != std::string::npos);
  CHECK(page.find("id=\"state-logs\" class=\"node not-taken\"") != std::string::npos);
  CHECK(times_found(page, "w3.org") == times_found(html_script(), "w3.org"));
}

TEST_CASE("an answer of dot that could run or fetch is refused") {
  CHECK(inline_svg("<?xml?><!-- c --><svg xmlns=\"http://x\" width=\"1\"><title>a on=b</title></svg>").ok());
  CHECK(*inline_svg("<?xml?><svg xmlns=\"http://x\" width=\"1\"><!-- c --></svg>") == "<svg width=\"1\"></svg>");
  CHECK_FALSE(inline_svg("<svg><script>x</script></svg>").ok());
  CHECK_FALSE(inline_svg("<svg><a xlink:href=\"x\">y</a></svg>").ok());
  CHECK_FALSE(inline_svg("<svg><g onclick=\"x\"/></svg>").ok());
  CHECK_FALSE(inline_svg("no drawing").ok());
}

TEST_CASE("a case with very many pieces of evidence stays under 1 MB and says what is left out") {
  made::Case c;
  made::start(c, {});
  for (int i = 0; i < 900; ++i) {
    const std::string id = fmt::format("E{}", i + 1);
    made::ask(c, id, "metrics", fmt::format("m{}", i), "metric.memory", "metrics",
              made::memory_frame({"a", "b", "c", "d", "e", "f", "g", "h"}));
    made::answered(c, id);
  }
  for (const char* format : {"html", "markdown"}) {
    const std::string text = writer(format)->write(c.report(), {});
    INFO(format);
    CHECK(text.size() < 1'000'000);
    CHECK(text.find("of 900 pieces of evidence are shown") != std::string::npos);
  }
}
