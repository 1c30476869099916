import ts = require("typescript");

import { definesClassFields, projectOptions } from "../../src/modules/project-options.js";

/** How cells are compiled: the nearest tsconfig.json of the folder, with what a cell needs set over it. */
export interface CellCompilerOptions {
  /** For the type check and for declarations. */
  readonly check: ts.CompilerOptions;
  /** For JavaScript without a check. */
  readonly emit: ts.CompilerOptions;
  /** The folder uses JSX: what is both a type assertion and an element is an element. */
  readonly prefersTsx: boolean;
  /** What of the tsconfig.json cannot be used, in words. */
  readonly problems: readonly string[];
}

const STRICT: ts.CompilerOptions = { strict: true, jsx: ts.JsxEmit.ReactJSX };

/** What the person's tsconfig.json does not decide: the shape of a cell, and that it may be unfinished work. */
const FIXED: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  customConditions: ["node"],
  resolveJsonModule: true,
  allowImportingTsExtensions: true,
  allowJs: true,
  checkJs: false,
  skipLibCheck: true,
  noLib: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
  isolatedModules: false,
  verbatimModuleSyntax: false,
  isolatedDeclarations: false,
  erasableSyntaxOnly: false,
  noEmit: false,
  noEmitOnError: false,
  declaration: true,
  declarationMap: false,
  emitDeclarationOnly: true,
  composite: false,
  incremental: false,
  importHelpers: false,
  noEmitHelpers: false,
  removeComments: false,
  ignoreDeprecations: "6.0",
};
const UNSET = [
  "outDir",
  "outFile",
  "declarationDir",
  "rootDir",
  "rootDirs",
  "tsBuildInfoFile",
  "mapRoot",
  "sourceRoot",
];

/** Reads the options for a notebook's folder. What of a tsconfig.json cannot be read counts as not said. */
export function cellCompilerOptions(folder: string): CellCompilerOptions {
  const project = projectOptions(ts, folder);
  const { path, options: own, problems } = project;
  const check: ts.CompilerOptions = { ...(path === undefined ? STRICT : {}), ...own, ...FIXED };
  check.useDefineForClassFields = definesClassFields(ts, project);
  for (const name of UNSET) delete check[name];
  check.lib ??= ["lib.es2023.d.ts"];
  if (!check.jsx || check.jsx === ts.JsxEmit.Preserve || check.jsx === ts.JsxEmit.ReactNative)
    check.jsx = ts.JsxEmit.ReactJSX;
  const emit: ts.CompilerOptions = {
    ...check,
    declaration: false,
    emitDeclarationOnly: false,
    // An import that this cell does not use may be used by a later one.
    verbatimModuleSyntax: true,
    sourceMap: true,
    inlineSources: true,
    inlineSourceMap: false,
  };
  return { check, emit, prefersTsx: own.jsx !== undefined, problems };
}
