import type { Json } from "../../src/contracts/json.js";
import { cellPath } from "../protocol/cell-path.js";
import { integerField, objectField, optionalText, textField } from "../protocol/fields.js";
import type { JsonObject } from "../protocol/messages.js";
import type { WantedBreakpoint } from "./breakpoints.js";
import type { AnswerTable, DebugParts } from "./debug-parts.js";
import { EXCEPTION_FILTERS } from "./thrown-values.js";

/** Says where the code is to stop. */
export function breakpointRequests({ breakpoints, thrown, told }: DebugParts): AnswerTable {
  return {
    dumpCell: (args) => {
      const code = textField(args, "code");
      const sourcePath = cellPath(code);
      told.set(sourcePath, code);
      return { sourcePath };
    },
    setBreakpoints: async (args) => {
      const path = textField(objectField(args, "source"), "path");
      return { breakpoints: await breakpoints.replace(path, objects(args.breakpoints).map(wanted)) };
    },
    breakpointLocations: async (args) => {
      const path = textField(objectField(args, "source"), "path");
      const line = integerField(args, "line", 1);
      return { breakpoints: await breakpoints.possible(path, line, integerField(args, "endLine", line)) };
    },
    setExceptionBreakpoints: async (args) => {
      const names = Array.isArray(args.filters) ? args.filters : [];
      const filters = EXCEPTION_FILTERS.map(({ filter }) => filter).filter((filter) => names.includes(filter));
      await thrown.watch(new Set(filters));
      return {};
    },
  };
}

function wanted(breakpoint: JsonObject): WantedBreakpoint {
  const id = integerField(breakpoint, "id", 0);
  return {
    id: id > 0 ? id : undefined,
    line: integerField(breakpoint, "line", 1),
    condition: optionalText(breakpoint, "condition"),
    hitCondition: optionalText(breakpoint, "hitCondition"),
    logMessage: optionalText(breakpoint, "logMessage"),
  };
}

const objects = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter((each): each is JsonObject => isObject(each)) : [];

const isObject = (value: Json): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
