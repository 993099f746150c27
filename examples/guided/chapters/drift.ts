import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Storyteller } from '../storyteller.ts'

const cluster = 'prod-eu-1'

/** Somebody changes a protected cluster by hand; each difference is shown with its writer, and healed. */
export async function driftAndHeal(story: Storyteller): Promise<void> {
  story.teller.chapter(`4. Alice changes five things on ${cluster}, with kubectl`)
  await fiveDifferences(story)

  story.aside('each difference has a class, a writer and a person')
  await story.eventually('five differences are known, with the person', async () => {
    const { output } = await story.stage.ek('drift', 'show', cluster, '-o', 'json')
    return (output.match(/"person":\s*"alice"/g) ?? []).length >= 5
  })
  await story.ek(0, 'status')
  await story.ek(1, 'drift', 'show', cluster)
  await story.ek(1, 'drift', 'show', cluster, 'shop/deploy/api')

  story.aside('heal, through the guard of a protected environment')
  await story.ek(3, 'drift', 'heal', cluster, 'shop/deploy/api', '--yes')
  const heal = ['--reason', 'INC-4411', `--confirm=${cluster}`]
  await story.ek(0, 'drift', 'heal', cluster, 'shop/deploy/api', ...heal)
  await story.ek(0, 'drift', 'heal', cluster, 'shop/deploy/worker', ...heal)
  await story.ek(0, 'drift', 'heal', cluster, 'shop/cm/settings', ...heal)
  await story.eventually('only the addition is left', async () => {
    const { output } = await story.stage.ek('drift', 'show', cluster, '-o', 'json')
    return (output.match(/"class":/g) ?? []).length === 1
  })
  await story.ek(1, 'drift', 'show', cluster)
}

/** An edit, a label, a scale, a deletion and an addition, each by the command that people use. */
async function fiveDifferences({ stage, teller }: Storyteller): Promise<void> {
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
