import { parentPort, workerData } from 'node:worker_threads'
import type { BoxCall } from './contract.ts'
import { BoxInstance } from './instance.ts'
import type { WasmModule } from './web-assembly.ts'

/** What a worker is started with. */
export interface WorkerData {
  readonly name: string
  readonly module: WasmModule
  readonly warmUp: readonly Omit<BoxCall, 'tenant'>[]
}

/** The thread in which one instance lives: it answers one call after the other, and ends when it is told to. */
const port = parentPort
if (port === null) throw new Error('src/box/worker.ts runs in a worker thread')
const { name, module, warmUp } = workerData as WorkerData
const instance = await BoxInstance.create(module, name)
for (const call of warmUp) instance.call(call)
port.on('message', (call: Omit<BoxCall, 'tenant'>) => {
  const outcome = instance.call(call)
  const transfer = outcome.ended === 'reply' ? [outcome.output.buffer as ArrayBuffer] : []
  port.postMessage({ outcome, memoryBytes: instance.memoryBytes }, transfer)
})
port.postMessage('ready')
