import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../hub/hub-under-test.ts'
import { HubRig } from '../hub/rig.ts'

let rig: HubRig
let folder: string
/** While this file is there, every other git that the hub starts is killed a moment later. */
let killing: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-killed-git-'))
  killing = join(folder, 'killing')
  await writeFile(join(folder, 'git'), script(folder))
  await chmod(join(folder, 'git'), 0o755)
  rig = await HubRig.create()
  rig.around = ['env', `PATH=${folder}:${process.env.PATH ?? ''}`]
  await rig.start()
  await rig.inSync(await rig.fleet.commit({ ...rig.files(), ...drawing() }))
})
afterAll(async () => {
  await rig.stop()
  await rm(folder, { recursive: true, force: true })
})

function script(at: string): string {
  return `#!/bin/sh
PATH=$(printf %s "$PATH" | sed 's|^[^:]*:||')
export PATH
if [ -e ${at}/killing ]; then
  echo x >> ${at}/asked
  if [ $(( $(wc -l < ${at}/asked) % 2 )) -eq 0 ]; then
    git "$@" & started=$!
    sleep 0.002
    kill -9 $started && echo x >> ${at}/killed
    exit 137
  fi
fi
exec git "$@"
`
}

/** A chart whose rendering takes long enough to be interrupted: it makes certificates. */
function drawing(note = 'a'): Record<string, string> {
  const namespace = `drawn-${rig.id}`
  return {
    'fleet/bundles/drawn.yaml': rig.bundleFile(
      'drawn',
      `placement: {where: "true"}, namespace: ${namespace}, createNamespace: true`,
    ),
    'apps/drawn/Chart.yaml': 'apiVersion: v2\nname: drawn\nversion: 1.0.0\n',
    'apps/drawn/templates/all.yaml': [
      `{{- $ca := genCA "shop" 365 }}`,
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata: {name: drawn}',
      'data:',
      `  value: ${note}`,
      '  ca: {{ $ca.Cert | b64enc | quote }}',
      '',
    ].join('\n'),
  }
}

test('git that is killed again and again ends where an undisturbed one ends, and nothing is deleted', async () => {
  await writeFile(killing, '')
  for (const value of ['2', '3', '4', '5']) {
    await rig.fleet.commit({ 'apps/shop/one.yaml': rig.configMapFile('one', value) })
    await rig.ek('reconcile')
  }
  await until(
    'git was killed often',
    async () =>
      existsSync(join(folder, 'killed')) ? (await readFile(join(folder, 'killed'), 'utf8')).length : 0,
    (length) => length >= 10,
  )
  await rm(killing)
  await rig.inSync(rig.fleet.git('rev-parse', 'HEAD'))
  expect(await Promise.all((['new', 'old'] as const).map((one) => rig.value(one, 'one')))).toEqual(['5', '5'])
  expect(rig.writes().filter((write) => write.startsWith('delete'))).toEqual([])
})

test('a hub that is killed while it renders delivers the same bytes as one that was not', async () => {
  const namespace = `drawn-${rig.id}`
  await rig.inSync(rig.fleet.git('rev-parse', 'HEAD'), 'drawn')
  const live = async (path: string): Promise<string> => {
    const args = ['get', 'cm', 'drawn', '-n', namespace, '-o', `jsonpath=${path}`]
    return (await rig.servers.new.kubectl('admin', args)).stdout
  }
  const before = await live('{.data.ca}')
  for (const note of ['b', 'c', 'd']) {
    const commit = await rig.fleet.commit(drawing(note))
    // It has read the commit, and makes the certificate now, which takes a second or more.
    await until(
      'the hub has read the commit',
      () => rig.client.fleet({}),
      ({ revision }) => revision === commit,
    )
    await rig.hub.kill()
    await rig.start()
  }
  await rig.inSync(rig.fleet.git('rev-parse', 'HEAD'), 'drawn')
  expect(await live('{.data.value}')).toBe('d')
  expect(await live('{.data.ca}')).toBe(before)
  expect(rig.writes().filter((write) => write.startsWith('delete'))).toEqual([])
})
