import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fitsRange } from "../../src/modules/version-range.js";

const test = suite("fitsRange()");
const CASES: readonly (readonly [version: string, range: string, fits: boolean | undefined])[] = [
  ["2.29.4", "2.29.4", true],
  ["2.29.4", "2.29.5", false],
  ["2.29.4", "2", true],
  ["2.29.4", "2.29", true],
  ["2.29.4", "2.x", true],
  ["3.0.0", "2", false],
  ["2.29.4", "^2.1.0", true],
  ["2.0.0", "^2.1.0", false],
  ["3.0.0", "^2.1.0", false],
  ["0.2.9", "^0.2.3", true],
  ["0.3.0", "^0.2.3", false],
  ["0.0.4", "^0.0.3", false],
  ["1.2.9", "~1.2.3", true],
  ["1.3.0", "~1.2.3", false],
  ["1.3.0", "~1", true],
  ["2.0.0-beta.1", "2", true],
  ["1.0.0", "latest", undefined],
  ["1.0.0", ">=1 <2", undefined],
];
for (const [version, range, fits] of CASES)
  test(`says ${fits} of ${version} in "${range}"`, () => assert.is(fitsRange(version, range), fits));
test.run();
