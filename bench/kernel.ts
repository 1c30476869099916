import type { Figure } from "./figure.js";
import { KERNEL_ROWS, type KernelRow, measureKernel, type Readings } from "./kernel-rows.js";
import { CELLAR, type KernelSubject, peerSubjects, UNCHECKED } from "./kernel-subjects.js";
import { survivalFigures } from "./kernel-survival.js";

/** Unchecked, `1+1` has a bar of its own. */
const UNCHECKED_BAR = 3;

/** The kernels' figures: Cellar's with its bars, and beside them those of the peers that are installed. */
export async function kernelFigures(say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const subject of [CELLAR, UNCHECKED, ...peerSubjects()]) {
    say(`measuring the kernel of ${subject.name} ${subject.version}`);
    try {
      figures.push(...figuresOf(subject, await measureKernel(subject)), ...(await survivalFigures(subject)));
    } catch (error) {
      if (subject === CELLAR || subject === UNCHECKED) throw error;
      say(`not measured: ${subject.name} (${(error as Error).message})`);
    }
  }
  return figures;
}

function figuresOf(subject: KernelSubject, readings: Readings): Figure[] {
  return (Object.keys(KERNEL_ROWS) as KernelRow[]).map((row) => {
    const { bar, ...shape } = KERNEL_ROWS[row];
    const held = subject === CELLAR ? bar : subject === UNCHECKED && row === "warm" ? UNCHECKED_BAR : undefined;
    return { ...shape, ...readings[row], subject: subject.name, ...(held !== undefined && { bar: held }) };
  });
}
