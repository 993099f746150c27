import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { reasonOf } from '../core/failure.ts'
import type { BoxCall, BoxOutcome, BoxTrap } from './contract.ts'
import { findBeside } from './find-beside.ts'
import type { CompiledModule } from './module.ts'
import type { WorkerData } from './worker.ts'

/** How long a fresh instance may take to initialise and warm up, on a machine that is busy. */
const startMs = 120_000

/** Time is that of the processor, because a busy machine is not the source's fault; by the clock it is so many times that. */
const patience = 4

interface Answer {
  readonly outcome: BoxOutcome
  readonly memoryBytes: number
}

/** One worker thread with one instance, for one tenant. It carries out one call at a time. */
export class BoxThread {
  readonly tenant: string
  readonly #timeMs: number
  readonly #warmUp: WorkerData['warmUp']
  #worker: Worker | undefined
  #settle: ((outcome: BoxOutcome) => void) | undefined
  #calls = 0
  #memoryBytes = 0

  constructor(tenant: string, timeMs: number, warmUp: WorkerData['warmUp']) {
    this.tenant = tenant
    this.#timeMs = timeMs
    this.#warmUp = warmUp
  }

  get calls(): number {
    return this.#calls
  }

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  /** Carries a call out; its time begins when the instance is ready. Never rejects. */
  async call(call: BoxCall, module: CompiledModule): Promise<BoxOutcome> {
    this.#calls += 1
    const { tenant: _, ...rest } = call
    const outcome = await new Promise<BoxOutcome>((resolve) => {
      let timer: NodeJS.Timeout | undefined
      let settled = false
      this.#settle = (value) => {
        settled = true
        clearTimeout(timer)
        this.#settle = undefined
        resolve(value)
      }
      const send = (worker: Worker): void => {
        clearTimeout(timer)
        worker.postMessage(rest)
        const began = performance.now()
        const before = worker.cpuUsage()
        const look = async (): Promise<void> => {
          const used = await worker.cpuUsage(await before).catch(() => undefined)
          if (settled || used === undefined) return
          const overdue = performance.now() - began > patience * this.#timeMs
          if (overdue || (used.user + used.system) / 1000 >= this.#timeMs) await this.end(this.#tooLong())
          else timer = setTimeout(() => void look(), this.#timeMs / 20)
        }
        timer = setTimeout(() => void look(), this.#timeMs / 20)
      }
      const running = this.#worker
      if (running !== undefined) {
        running.ref()
        send(running)
        return
      }
      const worker = this.#start(module)
      const slow: BoxTrap = { ended: 'crash', message: 'the module does not initialise itself' }
      timer = setTimeout(() => void this.end(slow), startMs)
      worker.on('message', (message: 'ready' | Answer) => {
        if (message === 'ready') send(worker)
        else this.#answer(message)
      })
    })
    this.#worker?.unref()
    return outcome
  }

  #answer({ outcome, memoryBytes }: Answer): void {
    this.#memoryBytes = memoryBytes
    this.#settle?.(outcome)
  }

  #tooLong(): BoxTrap {
    const message = `the time limit of ${this.#timeMs / 1000} s is over`
    return { ended: 'limit', limit: 'time', message }
  }

  /** Ends the thread; a call that is under way ends with `trap`. */
  async end(trap: BoxTrap): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    this.#settle?.(trap)
    await worker?.terminate()
  }

  #start(module: CompiledModule): Worker {
    const workerData: WorkerData = { name: module.name, module: module.module, warmUp: this.#warmUp }
    const worker = new Worker(workerFile(), {
      workerData,
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      // Templates and documents nest: the module's functions use the thread's stack.
      resourceLimits: { stackSizeMb: 32 },
    })
    this.#worker = worker
    worker.on('error', (error) => this.#settle?.({ ended: 'crash', message: reasonOf(error) }))
    worker.on('exit', () => {
      // It may end while it waits: then the next call gets another one.
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#settle?.({ ended: 'crash', message: 'the thread ended' })
    })
    return worker
  }
}

function workerFile(): URL | string {
  const source = new URL('./worker.ts', import.meta.url)
  if (import.meta.url.endsWith('.ts') && existsSync(source)) return source
  const built = findBeside('box-worker.mjs')
  if (built === undefined) throw new Error('box-worker.mjs is missing beside the program')
  return built
}
