/**
 * Declarations of globals that Node has and its types leave to those of browsers, as the text of a declaration file.
 * Not for folders whose tsconfig.json brings the browsers' types.
 */
export const NODE_GLOBALS = `
interface Crypto extends import("node:crypto").webcrypto.Crypto {}
interface CryptoKey extends import("node:crypto").webcrypto.CryptoKey {}
interface SubtleCrypto extends import("node:crypto").webcrypto.SubtleCrypto {}
declare var Crypto: { prototype: Crypto };
declare var CryptoKey: { prototype: CryptoKey };
declare var SubtleCrypto: { prototype: SubtleCrypto };
interface Performance extends import("node:perf_hooks").Performance {}
declare var Performance: { prototype: Performance };
interface PerformanceEntry extends import("node:perf_hooks").PerformanceEntry {}
interface PerformanceMark extends import("node:perf_hooks").PerformanceMark {}
interface PerformanceMeasure extends import("node:perf_hooks").PerformanceMeasure {}
interface PerformanceObserver extends import("node:perf_hooks").PerformanceObserver {}
interface PerformanceObserverEntryList extends import("node:perf_hooks").PerformanceObserverEntryList {}
interface PerformanceResourceTiming extends import("node:perf_hooks").PerformanceResourceTiming {}
interface TextEncoder extends import("node:util").TextEncoder {}
interface TextDecoder extends import("node:util").TextDecoder {}
interface BroadcastChannel extends import("node:worker_threads").BroadcastChannel {}
interface MessageChannel extends import("node:worker_threads").MessageChannel {}
interface MessagePort extends import("node:worker_threads").MessagePort {}
type BufferSource = ArrayBufferView | ArrayBuffer;
/** WebAssembly, as https://webassembly.github.io/spec/js-api/ has it. */
declare namespace WebAssembly {
  interface CompileError extends Error {}
  var CompileError: { prototype: CompileError; new (message?: string): CompileError; (message?: string): CompileError };
  interface LinkError extends Error {}
  var LinkError: { prototype: LinkError; new (message?: string): LinkError; (message?: string): LinkError };
  interface RuntimeError extends Error {}
  var RuntimeError: { prototype: RuntimeError; new (message?: string): RuntimeError; (message?: string): RuntimeError };
  interface ValueTypeMap {
    anyfunc: Function;
    externref: any;
    f32: number;
    f64: number;
    i32: number;
    i64: bigint;
    v128: never;
  }
  type ValueType = keyof ValueTypeMap;
  type ImportExportKind = "function" | "global" | "memory" | "table" | "tag";
  type TableKind = "anyfunc" | "externref";
  interface GlobalDescriptor<T extends ValueType = ValueType> {
    mutable?: boolean;
    value: T;
  }
  interface Global<T extends ValueType = ValueType> {
    value: ValueTypeMap[T];
    valueOf(): ValueTypeMap[T];
  }
  var Global: {
    prototype: Global;
    new <T extends ValueType = ValueType>(descriptor: GlobalDescriptor<T>, value?: ValueTypeMap[T]): Global<T>;
  };
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  var Memory: { prototype: Memory; new (descriptor: MemoryDescriptor): Memory };
  interface TableDescriptor {
    element: TableKind;
    initial: number;
    maximum?: number;
  }
  interface Table {
    readonly length: number;
    get(index: number): any;
    grow(by: number, value?: any): number;
    set(index: number, value?: any): void;
  }
  var Table: { prototype: Table; new (descriptor: TableDescriptor, value?: any): Table };
  interface ModuleExportDescriptor {
    kind: ImportExportKind;
    name: string;
  }
  interface ModuleImportDescriptor extends ModuleExportDescriptor {
    module: string;
  }
  interface Module {}
  var Module: {
    prototype: Module;
    new (bytes: BufferSource): Module;
    customSections(module: Module, name: string): ArrayBuffer[];
    exports(module: Module): ModuleExportDescriptor[];
    imports(module: Module): ModuleImportDescriptor[];
  };
  type ExportValue = Function | Global | Memory | Table;
  type ImportValue = ExportValue | number;
  type Exports = Record<string, ExportValue>;
  type ModuleImports = Record<string, ImportValue>;
  type Imports = Record<string, ModuleImports>;
  interface Instance {
    readonly exports: Exports;
  }
  var Instance: { prototype: Instance; new (module: Module, imports?: Imports): Instance };
  interface WebAssemblyInstantiatedSource {
    instance: Instance;
    module: Module;
  }
  function compile(bytes: BufferSource): Promise<Module>;
  function compileStreaming(source: Response | PromiseLike<Response>): Promise<Module>;
  function instantiate(bytes: BufferSource, imports?: Imports): Promise<WebAssemblyInstantiatedSource>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  function instantiateStreaming(
    source: Response | PromiseLike<Response>,
    imports?: Imports,
  ): Promise<WebAssemblyInstantiatedSource>;
  function validate(bytes: BufferSource): boolean;
}
`;
