import { spawn } from 'node:child_process'

/**
 * For every `go build` here: what nobody debugs is compiled without what a debugger reads, which the linker would drop
 * anyway. Takes an eighth less of a processor.
 */
export const withoutDebugging = '-gcflags=all=-dwarf=false'

/** A compiler lives for seconds: up to a gigabyte it collects no garbage, which takes another tenth less. */
const compilerMemory = { GOGC: 'off', GOMEMLIMIT: '1GiB' } as const

/**
 * Runs `go` with a line on standard error when it begins and when it ends, as others build beside it. Throws, with the end of its output, when it fails.
 */
export async function runGo(
  what: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  process.stderr.write(`building ${what} …\n`)
  const started = performance.now()
  const output = await new Promise<string | undefined>((resolve) => {
    const env = { ...process.env, ...compilerMemory, ...environment }
    const child = spawn('go', [...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (data: Buffer) => (text += data.toString()))
    child.stderr.on('data', (data: Buffer) => (text += data.toString()))
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? undefined : text))
  })
  if (output !== undefined) {
    process.stderr.write(`building ${what} failed\n`)
    throw new Error(`cannot build ${what}: ${output.slice(-2000)}`)
  }
  process.stderr.write(`built ${what} in ${Math.round((performance.now() - started) / 1000)} s\n`)
}
