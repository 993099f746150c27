import { execFile } from 'node:child_process'
import { access, constants, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { setStage } from './stage.ts'

const stage = setStage()
const bin = new URL('../../bin', import.meta.url).pathname

const complete = async (...words: string[]) => {
  const { code, stdout, stderr } = await stage().ek('__complete', '--', ...words)
  expect([code, stderr]).toEqual([0, ''])
  return stdout.trimEnd().split('\n')
}

test('commands, options and names complete; what begins otherwise does not', async () => {
  expect(await complete('dr')).toEqual(['drift', ':4'])
  expect(await complete('drift', '')).toEqual(['show', 'heal', 'accept', ':4'])
  expect(await complete('drift', 'show', 'prod')).toEqual(['prod-eu-3', 'prod-eu-7', ':4'])
  expect(await complete('drift', 'show', '--env', 's')).toEqual(['stage', ':4'])
  expect(await complete('status', '--wat')).toEqual(['--watch', ':4'])
  expect(await complete('get', 'clusters', '-o', '')).toEqual(['json', 'yaml', 'name', 'wide', ':4'])
})

test('without a hub nothing completes and nothing is printed beside', async () => {
  await stage().home.useHub('http://127.0.0.1:1')
  expect(await complete('drift', 'show', '')).toEqual([':4'])
})

test('names come from the cache while the hub is away', async () => {
  expect(await complete('drift', 'show', 'stage')).toEqual(['stage-eu-1', ':4'])
  await stage().hub.close()
  expect(await complete('drift', 'show', 'dev')).toEqual(['dev-us-1', ':4'])
})

test('the bash script completes in a real bash', async () => {
  const script = (await stage().ek('completion', 'bash')).stdout
  const line = `PATH=${bin}:$PATH; ek() { ${bin}/evenkeel "$@"; }; ${script}
    COMP_WORDS=(ek drift sh); COMP_CWORD=2; _evenkeel_complete; echo "\${COMPREPLY[@]}"`
  const { stdout } = await promisify(execFile)('bash', ['-c', line], {
    env: { PATH: process.env['PATH'], HOME: stage().home.folder },
  })
  expect(stdout).toBe('show\n')
})

test('install writes the scripts of all shells and the one that kubectl looks for', async () => {
  const { home } = stage()
  const { code, stdout } = await home.run(['completion', 'install'], {
    env: { XDG_DATA_HOME: undefined, XDG_CONFIG_HOME: undefined },
  })
  expect(code).toBe(0)
  const files = stdout.trimEnd().split('\n')
  expect(files).toHaveLength(5)
  for (const file of files) expect(file.startsWith(home.folder)).toBe(true)
  const plugin = join(home.folder, '.local', 'bin', 'kubectl_complete-evenkeel')
  await access(plugin, constants.X_OK)
  expect(await readFile(plugin, 'utf8')).toContain('kubectl-evenkeel __complete')
  expect(await readFile(join(home.folder, '.config/fish/completions/ek.fish'), 'utf8')).toContain(
    'complete -c ek',
  )
})

test('a shell that is not known is wrong usage with the nearest one', async () => {
  const { code, stderr } = await stage().ek('completion', 'bsh')
  expect(code).toBe(2)
  expect(stderr).toContain('did you mean bash?')
})
