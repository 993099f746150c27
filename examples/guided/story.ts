import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stage } from './stage.ts'

/** Where the story speaks to: the terminal, or a test that reads along. */
export interface Teller {
  chapter(title: string): void
  /** A command as a person would type it. */
  typed(command: string): void
  shown(output: string): void
}

const cluster = 'prod-eu-1'

/** Plays the whole story. Throws when a step does not come out as told. */
export async function tellStory(stage: Stage, teller: Teller): Promise<void> {
  const ek = async (expected: number, ...args: string[]): Promise<string> => {
    teller.typed(`ek ${args.map(quoted).join(' ')}`)
    const { code, output } = await stage.ek(...args)
    teller.shown(output)
    if (code !== expected)
      throw new Error(`ek ${args.join(' ')} ended with ${code}, expected ${expected}: ${output}`)
    return output
  }

  teller.chapter('1. What Git declares is delivered')
  await eventually('the bundle is applied on both clusters', async () => {
    const { output } = await stage.ek('describe', 'bundle', 'shop', '-o', 'json')
    return (output.match(/"phase":\s*"applied"/g) ?? []).length === 2
  })
  teller.shown(
    '(These clusters have no nodes, so no Pod ever starts: Deployments stay in progress, and ek says so.)',
  )
  await ek(0, 'get', 'bundles')
  await ek(0, 'status')

  teller.chapter(`2. Alice changes five things on ${cluster}, with kubectl`)
  await fiveDifferences(stage, teller)

  teller.chapter('3. Each difference has a class, a writer and a person')
  await eventually('five differences are known, with the person', async () => {
    const { output } = await stage.ek('drift', 'show', cluster, '-o', 'json')
    return (output.match(/"person":\s*"alice"/g) ?? []).length >= 5
  })
  await ek(0, 'status')
  await ek(1, 'drift', 'show', cluster)
  await ek(1, 'drift', 'show', cluster, 'shop/deploy/api')

  teller.chapter('4. Heal, through the guard of a protected environment')
  await ek(3, 'drift', 'heal', cluster, 'shop/deploy/api', '--yes')
  const heal = ['--reason', 'INC-4411', `--confirm=${cluster}`]
  await ek(0, 'drift', 'heal', cluster, 'shop/deploy/api', ...heal)
  await ek(0, 'drift', 'heal', cluster, 'shop/deploy/worker', ...heal)
  await ek(0, 'drift', 'heal', cluster, 'shop/cm/settings', ...heal)
  await eventually('only the addition is left', async () => {
    const { output } = await stage.ek('drift', 'show', cluster, '-o', 'json')
    return (output.match(/"class":/g) ?? []).length === 1
  })
  await ek(1, 'drift', 'show', cluster)

  teller.chapter('5. A commit reaches both clusters, and everything can be traced back to it')
  const file = join(stage.repository, 'apps', 'shop', 'api.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace('api:1.4', 'api:1.5'))
  teller.typed("sed -i s/api:1.4/api:1.5/ apps/shop/api.yaml && git commit -am 'Release 1.5'")
  stage.git('commit', '--quiet', '-am', 'Release 1.5')
  for (const server of Object.values(stage.clusters)) {
    await eventually('the new image is there', async () => {
      const image = 'jsonpath={.spec.template.spec.containers[0].image}'
      const { stdout } = await server.kubectl('alice', ['get', 'deploy', 'api', '-n', 'shop', '-o', image])
      return stdout.endsWith(':1.5')
    })
  }
  await ek(0, 'get', 'bundles')
  await ek(0, 'trace', cluster, 'shop/deploy/api')
  await ek(0, 'events')
}

/** An edit, a label, a scale, a deletion and an addition, each by the command that people use. */
async function fiveDifferences(stage: Stage, teller: Teller): Promise<void> {
  const server = stage.clusters[cluster]
  const editor = join(stage.folder, 'editor.sh')
  await writeFile(editor, '#!/bin/sh\nsed -i "s/replicas: 3/replicas: 5/" "$1"\n')
  await chmod(editor, 0o755)
  const commands = [
    ['edit', 'deployment', 'api'],
    ['label', 'deployment', 'api', 'tier=frontend', '--overwrite'],
    ['scale', 'deployment', 'worker', '--replicas=6'],
    ['delete', 'configmap', 'settings'],
    ['annotate', 'service', 'api', 'team=checkout'],
  ]
  for (const command of commands) {
    teller.typed(`kubectl ${command.join(' ')} -n shop`)
    const done = await withEditor(editor, () => server.mustKubectl('alice', [...command, '-n', 'shop']))
    teller.shown(done)
  }
}

async function withEditor<Value>(editor: string, run: () => Promise<Value>): Promise<Value> {
  const before = process.env.KUBE_EDITOR
  process.env.KUBE_EDITOR = editor
  try {
    return await run()
  } finally {
    if (before === undefined) delete process.env.KUBE_EDITOR
    else process.env.KUBE_EDITOR = before
  }
}

async function eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function quoted(word: string): string {
  return /^[\w./=:,-]+$/.test(word) ? word : `'${word}'`
}
