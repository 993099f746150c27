import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Report } from './report.ts'
import type { Stage } from './stage.ts'
import { ratio, spreadOf } from './statistics.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'evenkeel')

/** Measure 11: from the start of a command to its end, beside a Node that does nothing. */
export async function measureStartUp(stage: Stage, starts: number, report: Report): Promise<void> {
  const env = { ...process.env, EVENKEEL_DATA: stage.hub.data, NO_COLOR: '1' }
  const commands = {
    'node -e 0': [process.execPath, '-e', '0'],
    'ek --version': [program, '--version'],
    'ek status': [program, 'status'],
  }
  const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]))
  // Once unmeasured: the file cache and the compile cache are warm for all of them.
  for (const [path = '', ...args] of Object.values(commands)) await timeOf(path, args, env)
  for (let i = 0; i < starts; i += 1) {
    for (const [name, [path = '', ...args]] of Object.entries(commands)) {
      times.get(name)?.push(await timeOf(path, args, env))
    }
  }
  const bare = spreadOf(times.get('node -e 0') ?? []).p50
  for (const [name, list] of times) {
    const { n, min, p50, max } = spreadOf(list)
    report.add({ measure: '11', case: name, n, min, p50, max, ratio: ratio(p50, bare) })
  }
}

function timeOf(path: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(path, [...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      const ms = performance.now() - start
      // `ek status` exits with 1 when something needs a person; it has answered all the same.
      if (code === 0 || code === 1) resolve(ms)
      else reject(new Error(`${path} ${args.join(' ')}: exit code ${code}: ${stderr}`))
    })
  })
}
