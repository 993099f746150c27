/** The part of the WebAssembly API that is used here; Node's types leave it out. */
declare global {
  namespace WebAssembly {
    type ExportValue = ((...values: number[]) => number) | Memory
    interface Memory {
      readonly buffer: ArrayBuffer
    }
    interface Instance {
      readonly exports: Readonly<Record<string, ExportValue>>
    }
    interface Module {
      readonly __module: never
    }
    interface ModuleImport {
      readonly module: string
      readonly name: string
    }
    const Module: { imports(module: Module): ModuleImport[] }
    function compile(bytes: Uint8Array): Promise<Module>
    function instantiate(module: Module, imports: object): Promise<Instance>
  }
}

export type WasmModule = WebAssembly.Module
export type WasmInstance = WebAssembly.Instance
