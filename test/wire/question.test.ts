import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Question, readQuestion } from "../../kernel/wire/handlers/question.js";

const test = suite("readQuestion()");
const CASES: readonly (readonly [code: string, question: Question | undefined])[] = [
  ["box?", { name: "box", detail: 0 }],
  ["?box", { name: "box", detail: 0 }],
  ["box.height ??", { name: "box.height", detail: 1 }],
  ["??box.height", { name: "box.height", detail: 1 }],
  ["  $a_1?;\n", { name: "$a_1", detail: 0 }],
  ["box", undefined],
  ["box???", undefined],
  ["?box?", undefined],
  ["a ? b : c", undefined],
  ["a ?? b", undefined],
  ["a?.b", undefined],
  ["1?", undefined],
  ["?", undefined],
  ["", undefined],
];
for (const [code, question] of CASES)
  test(`readQuestion() ${question ? "reads" : "leaves"} ${JSON.stringify(code)}`, () =>
    assert.equal(readQuestion(code), question));
test.run();
