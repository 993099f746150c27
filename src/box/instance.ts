import type { BoxCall, BoxOutcome, BoxTrap } from './contract.ts'
import { BoxHost, ModuleExit } from './host.ts'
import type { WasmInstance, WasmModule } from './web-assembly.ts'

const wasi = 'wasi_snapshot_preview1'

/**
 * One instance of a module. The module exports `memory`, `_initialize`, `alloc(bytes)`, functions that take the place
 * and the length of their input and give the length of their reply, and `reply()`, which says where it is.
 */
export class BoxInstance {
  readonly #instance: WasmInstance
  readonly #host: BoxHost

  private constructor(instance: WasmInstance, host: BoxHost) {
    this.#instance = instance
    this.#host = host
  }

  /** Makes an instance and lets it initialise itself, with the same random bytes as every other. */
  static async create(module: WasmModule, name: string): Promise<BoxInstance> {
    const host = new BoxHost(name)
    const names = WebAssembly.Module.imports(module).map((one) => {
      if (one.module !== wasi) throw new Error(`the module imports ${one.module}.${one.name}`)
      return one.name
    })
    const instance = await WebAssembly.instantiate(module, { [wasi]: host.imports(names) })
    const made = new BoxInstance(instance, host)
    host.attach(made.#memory)
    made.#run('_initialize')
    return made
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength
  }

  /** Carries a call out. After anything but a reply the instance must not be used again. */
  call(call: Omit<BoxCall, 'tenant'>): BoxOutcome {
    try {
      this.#host.begin(call.seed, call.clock)
      const at = this.#run('alloc', call.input.length)
      new Uint8Array(this.#memory.buffer).set(call.input, at)
      const length = this.#run(call.name, at, call.input.length)
      const output = new Uint8Array(this.#memory.buffer, this.#run('reply'), length).slice()
      const { randomBytes, stderr } = this.#host
      return { ended: 'reply', output, randomBytes, stderr }
    } catch (error) {
      return this.#trap(error)
    }
  }

  get #memory(): WebAssembly.Memory {
    const { memory } = this.#instance.exports
    if (memory === undefined || typeof memory === 'function') throw new Error('the module exports no memory')
    return memory
  }

  #run(name: string, ...values: number[]): number {
    const run = this.#instance.exports[name]
    if (typeof run !== 'function') throw new Error(`the module exports no function ${name}`)
    return run(...values)
  }

  #trap(error: unknown): BoxTrap {
    const { stderr } = this.#host
    if (/out of memory|cannot allocate/.test(stderr)) {
      return { ended: 'limit', limit: 'memory', message: 'the memory of the module is used up' }
    }
    if (error instanceof RangeError || /stack overflow|stack exceeds/.test(stderr)) {
      return { ended: 'limit', limit: 'depth', message: 'the module called itself too deeply' }
    }
    const reason = error instanceof Error ? error.message : String(error)
    const said = stderr.split('\n').find((line) => line.trim() !== '')
    const message =
      error instanceof ModuleExit && said !== undefined ? `${reason}: ${said.slice(0, 500)}` : reason
    return { ended: 'crash', message }
  }
}
