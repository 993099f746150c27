import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ensureBinaries } from '../../tools/kubernetes/index.ts'
import { setStage, type Stage } from './stage.ts'
import { tellStory } from './story.ts'

/** `npm run guided`: plays the guided example and stays up until Ctrl-C; `--once` ends after the story. */
const once = process.argv.includes('--once')
const say = (line: string): void => console.log(`· ${line}`)

const { kubectl } = await ensureBinaries()
let stage: Stage | undefined
let ending: Promise<void> | undefined
const end = (): Promise<void> => (ending ??= stage?.stop() ?? Promise.resolve())
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    say('ending everything')
    void end().then(() => process.exit(0))
  })
}
try {
  stage = await setStage(say)
  await tellStory(stage, {
    chapter: (title) => console.log(`\n${title}\n${'─'.repeat(title.length)}`),
    typed: (command) => console.log(`\n$ ${command}`),
    shown: (output) => console.log(output.trimEnd()),
  })
  if (once) await end()
  else await stayUp(stage)
} catch (error) {
  console.error(`\nthe example failed: ${error instanceof Error ? error.message : String(error)}`)
  if (stage !== undefined)
    console.error(await readFile(join(stage.folder, 'hub.log'), 'utf8').catch(() => ''))
  await end()
  process.exitCode = 1
}

async function stayUp(stage: Stage): Promise<void> {
  const { folder, repository, clusters } = stage
  const kubeconfig = join(folder, 'kubeconfig')
  const parts = Object.entries(clusters).map(([name, server]) => JSON.parse(server.kubeconfig('alice', name)))
  const merged = {
    ...parts[0],
    clusters: parts.flatMap((part) => part.clusters),
    users: parts.flatMap((part) => part.users).slice(0, 1),
    contexts: parts.flatMap((part) => part.contexts),
  }
  await writeFile(kubeconfig, JSON.stringify(merged, undefined, 2), { mode: 0o600 })
  const { output: link } = await stage.ek('login', '--link')
  console.log(`
Everything stays up. Look at it in a browser, signed in by a link that works once:

${link.trimEnd()}

In another terminal:

  export EVENKEEL_DATA=${join(folder, 'data')} KUBECONFIG=${kubeconfig} PATH="$PATH:${dirname(kubectl)}"

and then, for example:

  kubectl --context dev-1 -n shop scale deployment worker --replicas=9 && npx ek drift show dev-1
  (cd ${repository} && sed -i s/worker:1.4/worker:1.5/ apps/shop/base/worker.yaml && git commit -am 'Worker 1.5')
  npx ek rollout status shop -w

Ctrl-C ends everything.`)
  await new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1))
}
