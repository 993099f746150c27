import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { startApiServer } from './index.ts'

test('several servers run side by side, behave as their release, log who wrote, and are gone after stop', async () => {
  const [newest, oldest] = await Promise.all([startApiServer(), startApiServer({ version: '1.33' })])
  try {
    const version = await oldest.mustKubectl('alice', ['version', '-o', 'json'])
    expect(JSON.parse(version).serverVersion.emulationMinor).toBe('33')
    await newest.mustKubectl('alice', ['create', 'configmap', 'greeting', '--from-literal=a=1'])
    expect((await oldest.kubectl('bob', ['get', 'configmap', 'greeting'])).code).toBe(1)
    await newest.restart()
    await newest.mustKubectl('bob', ['get', 'configmap', 'greeting'])
    const audit = await readFile(newest.auditLog, 'utf8')
    expect(audit).toContain('"username":"alice"')
  } finally {
    await Promise.all([newest.stop(), oldest.stop()])
  }
  expect([newest.api.running(), newest.etcd.running(), oldest.api.running()]).toEqual([false, false, false])
})
