/** The checklist report as one page of HTML that needs nothing else: to be opened, sent and printed. */
import { readFileSync } from "node:fs";

import type { ChecklistReport, LineReport, Recorded, RuleReport, State } from "./checklist-report.ts";
import { html, Html } from "./html.ts";
import { day, moment } from "./day.ts";
import { counts, details, explanation, judged, parts, states, stateWords, verdict, version } from "./wording.ts";

const style = new Html(readFileSync(new URL("page.css", import.meta.url), "utf8"));

export function page(report: ChecklistReport): string {
  const { stack, lines, rules, mistakes } = report;
  const tone = report.mayGoOut ? "met" : "violated";
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Pre-production checklist of ${stack}: ${verdict(report)}</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          <h1>Pre-production checklist of ${stack}</h1>
          <div class="verdict ${tone}">
            <p>${verdict(report)}</p>
            ${explanation(report).map((sentence) => html`<p>${sentence}</p>`)}
            <ul class="counts" aria-label="Lines by state">
              ${counts(lines).map(({ state, count }) => html`<li class="${slug(state)}">${badge(state)} ${count}</li>`)}
            </ul>
          </div>
          <p class="soft">
            Checked on ${moment(report.when)}, ${version(report)}. What has a day of its own was shown on that day.
          </p>
        </header>
        <main>
          ${parts(lines).map(
            ([part, all]) =>
              html`<section aria-labelledby="${slug(part)}">
                <h2 id="${slug(part)}">${part}</h2>
                <ul class="lines">
                  ${all.map(line)}
                </ul>
              </section>`,
          )}
          <section class="appendix" aria-labelledby="about">
            <h2 id="about">What was looked at</h2>
            <dl class="card">
              <dt>Stack</dt>
              <dd>${stack} (${report.tier})</dd>
              <dt>When</dt>
              <dd>${moment(report.when)}</dd>
              <dt>Version</dt>
              <dd>${version(report)}</dd>
              <dt>Image</dt>
              <dd><code>${report.image}</code></dd>
            </dl>
          </section>
          <section aria-labelledby="words">
            <h2 id="words">What the words mean</h2>
            <dl class="card">
              ${states.map(
                (state) =>
                  html`<dt class="${slug(state)}">${badge(state)}</dt>
                    <dd>${stateWords[state].meaning}</dd>`,
              )}
            </dl>
          </section>
          ${mistakes.length === 0 ? undefined : refusals(report)}
          ${report.records.length === 0 ? undefined : evidence(report)}
          <section aria-labelledby="rules">
            <h2 id="rules">Every rule</h2>
            <table>
              <caption>
                For auditors: ${rules.length} rules, each with its source and with what came of it.
              </caption>
              <thead>
                <tr>
                  ${columns.map((name) => html`<th scope="col">${name}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${rules.map(row)}
              </tbody>
            </table>
          </section>
        </main>
        <footer>
          <p class="soft">
            Written by Socle from the stack's file and the program, at ${moment(report.when)}. No secret is in it.
          </p>
        </footer>
      </body>
    </html> `.text;
}

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

const badge = (state: State): Html =>
  html`<span class="state"><span aria-hidden="true">${stateWords[state].sign}</span> ${stateWords[state].word}</span>`;

const link = (id: string): Html => (id === "settings" ? html`Settings` : html`<a href="#${slug(id)}">${id}</a>`);

function line({ title, plain, state, remarks, waivers, proofs }: LineReport): Html {
  const facts = [
    ...remarks.map(({ id, text }) => html`<li>${link(id)}: ${text}</li>`),
    ...waivers.map(
      ({ rule, resource, reason, by, expires }) =>
        html`<li>
          ${link(rule)} is waived for ${resource} until <time datetime="${expires}">${day(expires)}</time> by ${by}:
          ${reason}
        </li>`,
    ),
    ...proofs.map(({ id, text }) => html`<li class="soft">${link(id)}: ${text}</li>`),
  ];
  return html`<li class="line ${slug(state)}">
    <div>
      <h3>${title}</h3>
      ${badge(state)}
    </div>
    <p>${plain}</p>
    ${
      facts.length === 0
        ? undefined
        : html`<ul>
            ${facts}
          </ul>`
    }
  </li>`;
}

function refusals({ mistakes }: ChecklistReport): Html {
  return html`<section aria-labelledby="refused">
    <h2 id="refused">Settings that are refused</h2>
    <ul class="lines">
      ${mistakes.map(
        ({ path, found, mend }) =>
          html`<li class="line violated">
            <h3><code>${path}</code></h3>
            <p>${found}</p>
            <p>${mend}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

const evidenceColumns = ["Rule", "When", "Tool", "Result", "Details", "Counts until", "Tried on", "Ledger and hash"];

function evidence({ records }: ChecklistReport): Html {
  const row = (record: Recorded): Html => {
    const { policy, when, tool, result, expires, stack, subject, ledger, hash } = record;
    const cells = [
      when,
      `${tool.name} ${tool.version}`,
      result,
      details(record),
      expires,
      stack ?? subject,
      `${ledger} ${hash}`,
    ];
    return html`<tr>
      <th scope="row">${policy}</th>
      ${cells.map((cell, index) => html`<td data-column="${evidenceColumns[index + 1]}">${cell}</td>`)}
    </tr>`;
  };
  return html`<section aria-labelledby="evidence">
    <h2 id="evidence">Evidence of this image and on this stack</h2>
    <table>
      <caption>
        Written by the tools that tried it; each record bears the hash of the one before, so that an edit shows.
      </caption>
      <thead>
        <tr>
          ${evidenceColumns.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${records.map(row)}
      </tbody>
    </table>
  </section>`;
}

const columns = ["Rule", "What holds", "Severity", "Level", "Outcome", "Source", "Found"];

function row(told: RuleReport): Html {
  const { rule, level, state } = told;
  const cells = [
    html`${rule.name}`,
    html`${rule.severity}`,
    html`${level}`,
    badge(state),
    html`${rule.reference}`,
    html`${judged(told)}`,
  ];
  return html`<tr id="${slug(rule.id)}" class="${slug(state)}">
    <th scope="row">${rule.id}</th>
    ${cells.map((cell, index) => html`<td data-column="${columns[index + 1]}">${cell}</td>`)}
  </tr>`;
}
