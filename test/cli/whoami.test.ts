import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dump } from 'js-yaml'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ApiServer, startApiServer } from '../../tools/kubernetes/index.ts'
import { clusterOf, driftOf, prodEu3Id } from './example-fleet.ts'
import { setStage } from './stage.ts'

const stage = setStage()
let server: ApiServer
let id: string

beforeAll(async () => {
  server = await startApiServer({ audit: 'none' })
  id = await server.mustKubectl('admin', ['get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])
})
afterAll(() => server?.stop())

beforeEach(async () => {
  const { fleet, home } = stage()
  await writeFile(join(home.folder, 'kubeconfig'), server.kubeconfig('alice', 'prod/prod-eu-3'))
  fleet.clusters_ = [
    clusterOf('prod-eu-3', { clusterId: id }),
    clusterOf('stage-eu-1', { clusterId: prodEu3Id }),
  ]
})

const short = () => `${id.slice(0, 4)}…${id.slice(-2)}`

test('whoami names environment, tier and identity of the cluster that answers, and who one is there', async () => {
  const { code, stdout, stderr } = await stage().ek('whoami')
  expect(stderr).toBe('')
  expect(stdout).toMatch(
    /^PROD! prod-eu-3 {2}\(protected\) {2}id \S+ {2}verified \d+s ago\nuser alice {2}namespace default {2}context prod\/prod-eu-3 {2}hub local\n$/,
  )
  expect(stdout).toContain(`id ${short()}`)
  expect(code).toBe(0)
})

test('whoami works without a hub, and says that none knows the cluster', async () => {
  const { home } = stage()
  const { code, stdout } = await home.run(['whoami'], { env: { EVENKEEL_DATA: '/nowhere' } })
  expect(stdout).toMatch(
    /^prod\/prod-eu-3 {2}\(no hub knows it\) {2}id \S+ {2}verified \d+s ago\nuser alice {2}namespace default {2}context prod\/prod-eu-3\n$/,
  )
  expect(code).toBe(0)
})

test('a cluster that does not answer is an error, and its kubeconfig is not shown', async () => {
  const { home, ek } = stage()
  const away = server.kubeconfig('alice').replace(server.url, 'https://127.0.0.1:1')
  await writeFile(join(home.folder, 'kubeconfig'), away)
  const { code, stdout, stderr } = await ek('whoami')
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).not.toContain(server.token('alice'))
})

test('a context that answers as another cluster than the target sends nothing and ends with 3 (cli §6.1)', async () => {
  const { fleet, ek } = stage()
  const heal = (cluster: string) =>
    ek('drift', 'heal', cluster, '--context', 'prod/prod-eu-3', '--confirm', cluster, '--reason', 'INC-1')
  expect((await heal('prod-eu-3')).code).toBe(0)
  expect(fleet.written).toHaveLength(1)

  fleet.clusters_ = [
    clusterOf('stage-eu-1', { clusterId: id }),
    clusterOf('prod-eu-3', { clusterId: prodEu3Id }),
  ]
  fleet.drift_ = [driftOf('prod-eu-3')]
  const swapped = await heal('prod-eu-3')
  expect(swapped.stderr.split('\n')[0]).toBe(
    `error: context "prod/prod-eu-3" answers as stage-eu-1 (id ${id.slice(0, 4)}…); nothing was sent`,
  )
  expect([swapped.code, fleet.written.length]).toEqual([3, 1])
})

/** What a shell that was set up shows before its prompt. */
function promptOf(env: Record<string, string> = {}): string {
  const { home } = stage()
  const path = join(home.folder, 'init.sh')
  const script = `PS1=''; . '${path}'; _evenkeel_prompt`
  const done = spawnSync('bash', ['--norc', '--noprofile', '-c', script], {
    encoding: 'utf8',
    // Without a PATH to any Node: a prompt starts none.
    env: {
      HOME: home.folder,
      KUBECONFIG: join(home.folder, 'kubeconfig'),
      PATH: '/usr/bin:/bin',
      NO_COLOR: '1',
      ...env,
    },
  })
  expect(done.stderr).toBe('')
  return done.stdout
}

test('use makes sure that a context means the cluster, and the prompt shows it from then on', async () => {
  const { home, ek, fleet } = stage()
  const config = join(home.folder, 'kubeconfig')
  const asWritten = (context: string) =>
    writeFile(config, dump(JSON.parse(server.kubeconfig('alice', context))))
  await asWritten('prod/prod-eu-3')
  await writeFile(join(home.folder, 'init.sh'), (await ek('shell-init', 'bash')).stdout)
  expect(promptOf()).toBe('')
  const wrong = await ek('use', 'stage-eu-1')
  expect([wrong.code, wrong.stdout]).toEqual([3, ''])
  expect(wrong.stderr).toContain('context "prod/prod-eu-3" answers as prod-eu-3')
  expect(promptOf()).toBe('')

  const used = await ek('use', 'prod-eu-3')
  expect([used.code, used.stdout]).toEqual([0, 'PROD! prod-eu-3  (protected)  context prod/prod-eu-3\n'])
  expect(promptOf()).toBe('[PROD! prod-eu-3] ')
  expect(promptOf({ NO_COLOR: '' })).toContain('PROD! prod-eu-3')

  // Another context shows nothing of it, and what a hub calls an environment cannot do anything in a shell.
  await asWritten('prod_prod-eu-3')
  expect(promptOf()).toBe('')
  const evil = '$(touch /tmp/evil)`id`'
  fleet.clusters_ = fleet.clusters_.map((one) => ({
    ...one,
    identity: { ...one.identity, environment: evil },
  }))
  expect((await ek('use', 'prod-eu-3')).code).toBe(0)
  expect(promptOf()).toBe('[__TOUCH__TMP_EVIL__ID_! prod-eu-3] ')
})

test('shell-init names the shells that it knows', async () => {
  expect((await stage().ek('shell-init', 'tcsh')).stderr).toContain('wanted bash, zsh or fish')
})
