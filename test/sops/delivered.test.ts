import { generateIdentity, identityToRecipient } from 'age-encryption'
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureSops } from '../../tools/sops/index.ts'
import { until } from '../hub/hub-under-test.ts'
import { HubRig } from '../hub/rig.ts'

let rig: HubRig
let encrypted: string
const canary = 'canary-sops-password'

beforeAll(async () => {
  const sops = await ensureSops()
  rig = await HubRig.create()
  const identity = await generateIdentity()
  await rig.giveCredential('age-key', `${identity}\n`)
  const file = join(rig.folder, 'secret.yaml')
  await writeFile(
    file,
    `apiVersion: v1\nkind: Secret\nmetadata:\n    name: db\n    namespace: ${rig.namespace}\nstringData:\n    password: ${canary}\n`,
  )
  const recipient = await identityToRecipient(identity)
  const args = ['encrypt', '--age', recipient, '--encrypted-regex', '^(data|stringData)$', file]
  encrypted = spawnSync(sops, args, { encoding: 'utf8' }).stdout
}, 900_000)
afterAll(() => rig.stop())

async function password(cluster: 'new' | 'old'): Promise<string> {
  const args = ['get', 'secret', 'db', '-n', rig.namespace, '-o', 'jsonpath={.data.password}']
  return Buffer.from((await rig.servers[cluster].kubectl('admin', args)).stdout, 'base64').toString()
}

test('an encrypted Secret is refused without the key, delivered with it, and shown nowhere', async () => {
  await rig.start()
  await rig.inSync(await rig.fleet.commit(rig.files()))
  const commit = await rig.fleet.commit({ 'apps/shop/secret.yaml': encrypted })
  const described = await until(
    'the file is refused',
    () => rig.ek('describe', 'bundle', rig.bundle('shop')),
    ({ stdout }) => stdout.includes('SOPS'),
  )
  expect(described.stdout).toContain('apps/shop/secret.yaml')
  expect(described.stdout).toContain('name age keys as sops.age in hub.yaml')
  expect([await password('new'), await rig.value('new', 'one')]).toEqual(['', '1'])

  await rig.hub.kill()
  rig.spec = { ...rig.spec, sops: { age: ['age-key'] } }
  await rig.start()
  await rig.inSync(commit)
  expect(await Promise.all([password('new'), password('old')])).toEqual([canary, canary])
  const shown = [
    rig.hub.output,
    ...(
      await Promise.all([
        rig.ek('describe', 'bundle', rig.bundle('shop'), '-o', 'json'),
        rig.ek('events', '-o', 'json'),
        rig.ek('trace', 'new', `${rig.namespace}/secret/db`),
      ])
    ).map(({ stdout }) => stdout),
  ].join('\n')
  expect(shown).not.toContain(canary)
  expect(shown).not.toContain(Buffer.from(canary).toString('base64'))
  const found = spawnSync('grep', ['-rl', '--binary-files=text', canary, rig.data], { encoding: 'utf8' })
  expect(found.stdout).toBe('')
  // A tree that somebody sends for a look is not decrypted for them.
  await rig.fleet.write({ 'apps/shop/three.yaml': rig.configMapFile('three', '3') })
  const looked = await rig.ek('diff', '-k', join(rig.fleet.folder, 'apps/shop'))
  expect([looked.code, looked.stderr]).toEqual([
    2,
    expect.stringContaining('it is decrypted once it is committed'),
  ])
})
