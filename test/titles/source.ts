/** The source of a test, found by its title. */
import ts from "typescript";

import { stable } from "../demands/tests.ts";

/** A title as it stands in the source: what is filled in may be anything. */
interface Pattern {
  pattern: string;
  /** Characters that stand there as they are. */
  literal: number;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const anything: Pattern = { pattern: "[^]*", literal: 0 };

function patternOf(title: ts.Expression | undefined): Pattern {
  if (title === undefined) return anything;
  if (ts.isStringLiteralLike(title)) return { pattern: escaped(stable(title.text)), literal: title.text.length };
  if (!ts.isTemplateExpression(title)) return anything;
  const pieces = [title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)];
  return { pattern: pieces.map(escaped).join("[^]*"), literal: pieces.join("").length };
}

function called(node: ts.Node, name: string): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.getText() === name;
}

/**
 * Text of the test, or of the describe, with this full title: with the loop around it where it is one of several.
 *
 * @param text of the file
 * @returns undefined where nothing there can have such a title
 */
export function sourceOf(text: string, title: string): string | undefined {
  const file = ts.createSourceFile("test.ts", text, ts.ScriptTarget.Latest, true);
  let best: { node: ts.Node; literal: number } | undefined;
  const visit = (node: ts.Node, path: readonly Pattern[], loop: ts.Node | undefined): void => {
    const suite = called(node, "describe");
    const all = suite || called(node, "it") ? [...path, patternOf(node.arguments[0])] : path;
    if (all !== path) {
      const literal = all.reduce((sum, one) => sum + one.literal, 0);
      const matches = new RegExp(`^${all.map(({ pattern }) => pattern).join(" ")}$`).test(title);
      if (matches && literal > (best?.literal ?? -1)) best = { node: loop ?? node.parent, literal };
    }
    const around = ts.isForOfStatement(node) ? node : suite ? undefined : loop;
    ts.forEachChild(node, (child) => {
      visit(child, suite ? all : path, around);
    });
  };
  visit(file, [], undefined);
  return best?.node.getText();
}
