import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { setStage } from './stage.ts'

const stage = setStage()
const bin = new URL('../../bin', import.meta.url).pathname

/** How each shell is begun without anybody's settings, given a prompt, and asked for it as it would show it. */
const shells = {
  bash: {
    command: ['bash', '--norc', '--noprofile', '-c'],
    before: `PS1='before $? > '`,
    // Readline takes the marks around what has no width away; nobody else does.
    shown: `printf %s "\${PS1@P}" | tr -d '\\001\\002'`,
  },
  zsh: { command: ['zsh', '-f', '-c'], before: `PROMPT='before %? > '`, shown: 'print -nP -- "$PROMPT"' },
  fish: {
    command: ['fish', '--no-config', '-c'],
    before: 'function fish_prompt; printf "before $status > "; end',
    shown: 'fish_prompt',
  },
} as const

const context = 'prod/prod-eu-3'

/** Writes what a prompt is made from: a kubeconfig, and what \`ek use\` kept of its context. */
async function keep(age: number, colour: string): Promise<void> {
  const { home } = stage()
  const folder = join(home.folder, '.cache', 'evenkeel', 'prompt')
  await mkdir(folder, { recursive: true })
  await writeFile(join(home.folder, 'kubeconfig'), `apiVersion: v1\ncurrent-context: "${context}"\n`)
  const seen = Math.floor(Date.now() / 1000) - age
  await writeFile(join(folder, 'prod_prod-eu-3'), `${context}\nPROD!\nprod-eu-3\n${colour}\n${seen}\n`)
}

async function run(shell: keyof typeof shells, script: string, env: Record<string, string> = {}) {
  const { home } = stage()
  const [program, ...flags] = shells[shell].command
  const { stdout, stderr } = await promisify(execFile)(program, [...flags, script], {
    // Without a way to any Node: a prompt starts none.
    env: { HOME: home.folder, KUBECONFIG: join(home.folder, 'kubeconfig'), PATH: '/usr/bin:/bin', ...env },
  })
  expect(stderr).toBe('')
  return stdout
}

describe.each(['bash', 'zsh', 'fish'] as const)('the prompt of a real %s', (shell) => {
  const { before, shown } = shells[shell]
  const prompt = async (env?: Record<string, string>) => {
    const { home } = stage()
    const file = join(home.folder, `init.${shell}`)
    const init = await home.run(['shell-init', shell], { env: { XDG_CACHE_HOME: undefined } })
    await writeFile(file, init.stdout)
    return run(shell, `${before}\n. '${file}'\nfalse\n${shown}`, env)
  }

  test('shows environment and cluster before what stood there, with the status of the last command', async () => {
    await keep(0, '')
    expect(await prompt()).toBe('[PROD! prod-eu-3] before 1 > ')
  })

  test('shows the colour, and none with NO_COLOR', async () => {
    await keep(0, '201;25;11')
    const coloured = '\u001b[38;2;201;25;11m[PROD! prod-eu-3]\u001b[39m before 1 > '
    expect(await prompt()).toBe(coloured)
    expect(await prompt({ NO_COLOR: '1' })).toBe('[PROD! prod-eu-3] before 1 > ')
  })

  test('says how old what it shows is, from an hour on', async () => {
    await keep(7_300, '')
    expect(await prompt()).toBe('[PROD! prod-eu-3 (2h)] before 1 > ')
  })

  test('shows nothing without a kubeconfig, without a context, and for one of which nothing is kept', async () => {
    await keep(0, '')
    expect(await prompt({ KUBECONFIG: '/nowhere' })).toBe('before 1 > ')
    const config = join(stage().home.folder, 'kubeconfig')
    await writeFile(config, 'apiVersion: v1\n')
    expect(await prompt()).toBe('before 1 > ')
    await writeFile(config, "current-context: 'prod_prod-eu-3'\n")
    expect(await prompt()).toBe('before 1 > ')
  })
})

test('the fish script completes in a real fish', async () => {
  const { home } = stage()
  await writeFile(join(home.folder, 'complete.fish'), (await stage().ek('completion', 'fish')).stdout)
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  const script = `source '${join(home.folder, 'complete.fish')}'; complete -C 'evenkeel drift sh'`
  expect((await run('fish', script, env)).trim()).toBe('show')
})
