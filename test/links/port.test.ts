import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { notify, serve } from "../../src/links/calls.js";
import { channel, type Port, processPort } from "../../src/links/port.js";

/** Two ends of a link between processes, and what crossed it, piece by piece. */
function link(): { here: Port; there: Port; pieces: unknown[] } {
  const pieces: unknown[] = [];
  const ends = [new EventEmitter(), new EventEmitter()] as const;
  const portOf = (own: EventEmitter, other: EventEmitter): Port => {
    const send = (piece: unknown): void => {
      pieces.push(piece);
      other.emit("message", structuredClone(piece));
    };
    return processPort(Object.assign(own, { connected: true, send }) as unknown as ChildProcess);
  };
  return { here: portOf(...ends), there: portOf(ends[1], ends[0]), pieces };
}

test("processPort() sends what may wait in one piece with the next message, in order for all channels", () => {
  const { here, there, pieces } = link();
  const heard: unknown[] = [];
  for (const name of ["answers", "output"])
    channel(there, name).onMessage((message) => heard.push(`${name} ${String(message)}`));
  channel(here, "output").post(1);
  channel(here, "output").post(2, "soon");
  assert.equal(heard, ["output 1"]);
  channel(here, "answers").post(3);
  assert.equal(heard, ["output 1", "output 2", "answers 3"]);
  assert.is(pieces.length, 2);
});

test("processPort() sends what may wait by itself when nothing follows in this turn", async () => {
  const { here, there, pieces } = link();
  const heard: unknown[] = [];
  there.onMessage((message) => heard.push(message));
  here.post("a", "soon");
  here.post("b", "soon");
  await turn();
  assert.equal([heard, pieces.length], [["a", "b"], 1]);
});

test("notify() is taken in order with the calls and gets no reply, whatever comes of it", async () => {
  const { here, there, pieces } = link();
  const taken: number[] = [];
  type Taken = { take: { ask: number; answer: null } };
  serve<Taken>(there, {
    take: (ask) => {
      taken.push(ask);
      if (ask === 2) throw new Error("oh");
      return null;
    },
  });
  for (const ask of [1, 2, 3]) notify<Taken, "take">(here, "take", ask);
  await turn();
  assert.equal([taken, pieces.length], [[1, 2, 3], 3]);
});

test.run();
