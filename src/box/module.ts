import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { WasmModule } from './web-assembly.ts'

/** A module that is ready to be instantiated, in this thread and in others. */
export interface CompiledModule {
  /** What the module is told that it is called. */
  readonly name: string
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly hash: string
  readonly module: WasmModule
}

/** Reads and compiles the module in `file`. Throws when it cannot be read or is no module. */
export async function compileModule(name: string, file: string): Promise<CompiledModule> {
  const bytes = await readFile(file)
  return {
    name,
    hash: createHash('sha256').update(bytes).digest('hex'),
    module: await WebAssembly.compile(bytes),
  }
}
