import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

test('the guided example plays its whole story and leaves nothing running', async () => {
  const { code, output } = await run(process.execPath, [join(root, 'examples/guided/main.ts'), '--once'])
  expect(output).not.toContain('the example failed')
  expect(code, output).toBe(0)
  for (const manager of ['kubectl-edit', 'kubectl-label', 'kubectl-annotate'])
    expect(output).toContain(manager)
  expect(output).toContain('PROD! prod-eu-1')
  expect(output).toMatch(/reverted: dev-1 failed: Deployment shop\/api: Progress deadline exceeded/)
  expect(output).toMatch(/frozen by .*: INC-4412/)
  expect(output).not.toContain('problems in the fleet')
  expect(output).toMatch(/apps\/shop\/base\/api\.yaml:\d+/)
}, 480_000)

function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (output += data.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
