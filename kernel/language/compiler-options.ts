import ts = require("typescript");

import { definesClassFields, projectOptions } from "../../src/modules/project-options.js";
import { nodeLibrary } from "./node-library.js";

/** How cells are compiled: the nearest tsconfig.json of the folder, with what a cell needs set over it. */
export interface CellCompilerOptions {
  /** For the type check and for declarations. */
  readonly check: ts.CompilerOptions;
  /** For JavaScript without a check. */
  readonly emit: ts.CompilerOptions;
  /** The folder uses JSX: what is both a type assertion and an element is an element. */
  readonly prefersTsx: boolean;
  /** There is no tsconfig.json: what only wants annotations is no mistake. */
  readonly isLoose: boolean;
  /** What of the tsconfig.json cannot be used, in words. */
  readonly problems: readonly string[];
}

/** Where there is no tsconfig.json: strict, but for what only wants annotations, so that plain JavaScript runs. */
const FOR_NOTEBOOKS: ts.CompilerOptions = {
  strict: true,
  noImplicitAny: true, // else an empty array could hold nothing; what it says is no mistake (unannotated.ts)
  noImplicitThis: false,
  strictPropertyInitialization: false,
  useUnknownInCatchVariables: false,
  jsx: ts.JsxEmit.ReactJSX,
};

/** What the person's tsconfig.json does not decide: the shape of a cell, and that it may be unfinished work. */
const FIXED: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024, // Node 20 runs all of it; later syntax is compiled
  module: ts.ModuleKind.NodeNext, // packages are what Node gives of them
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  esModuleInterop: true,
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
  const check: ts.CompilerOptions = { ...(path === undefined ? FOR_NOTEBOOKS : {}), ...own, ...FIXED };
  check.useDefineForClassFields = definesClassFields(ts, project);
  for (const name of UNSET) delete check[name];
  check.lib ??= nodeLibrary();
  if (!check.jsx || check.jsx === ts.JsxEmit.Preserve || check.jsx === ts.JsxEmit.ReactNative)
    check.jsx = ts.JsxEmit.ReactJSX;
  const emit: ts.CompilerOptions = {
    ...check,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    declaration: false,
    emitDeclarationOnly: false,
    // An import that this cell does not use may be used by a later one.
    verbatimModuleSyntax: true,
    sourceMap: true,
    inlineSources: true,
    inlineSourceMap: false,
  };
  return { check, emit, prefersTsx: own.jsx !== undefined, isLoose: path === undefined, problems };
}
