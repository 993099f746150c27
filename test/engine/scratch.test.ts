import { test } from 'vitest'
import { describeVersions } from './each-version.ts'
import { kubectlEdit } from './kubectl-edit.ts'
import { configMap, deployment } from './manifests.ts'
import { startWebhook } from './webhook.ts'
import { auditMark, real, writesSince } from './audited-writes.ts'
const unhurried = { change: { healAfter: { people: 3_600_000, others: 3_600_000 } } }
const lines = (r: any) => r.drift().map((d: any) => `${d.state} ${d.class} ${d.path} ${d.writer.manager}/${d.writer.subresource}/${d.writer.kind}/${d.sure} ${JSON.stringify([d.desired, d.live, d.hold])}`).join('\n')
const settle = (ms=1800) => new Promise((r) => setTimeout(r, ms))
const mf = async (r: any, k: string, n: string) => { const o = await r.live(k, n); return JSON.stringify(o.metadata.managedFields.map((e: any) => [e.manager, e.operation, e.subresource, e.time])) }
describeVersions('s', (rig) => {
  test('webhook pure', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    const hook = await startWebhook(r, { group: 'apps', version: 'v1', resource: 'deployments' }, { object: 'deployment/web' }, () => [{ op: 'replace', path: '/spec/replicas', value: 2 }])
    const mark = await auditMark(r.server)
    await r.kubectl('alice', 'patch', 'deployment', 'web', '-p', '{"metadata":{"labels":{"tier":"web"}}}')
    await settle()
    console.log('PURE', lines(r), real(await writesSince(r, mark)), r.events.map((e: any) => e.type + ' ' + e.message), hook.calls())
    await kubectlEdit(r, 'alice', 'deployment/web', 's/"8080"/"9090"/')
    await settle(3000)
    console.log('PURE2', lines(r), real(await writesSince(r, mark)), r.events.map((e: any) => e.type + ' ' + e.message), hook.calls())
    await hook.stop()
  })
  test('webhook with annotate', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    const hook = await startWebhook(r, { group: 'apps', version: 'v1', resource: 'deployments' }, { object: 'deployment/web' }, () => [{ op: 'replace', path: '/spec/replicas', value: 2 }])
    const mark = await auditMark(r.server)
    await r.kubectl('alice', 'annotate', 'deployment', 'web', 'note=x')
    await settle(3000)
    console.log('ANN', lines(r), real(await writesSince(r, mark)), r.events.map((e: any) => e.type + ' ' + e.message), hook.calls())
    await hook.stop()
  })
  test('wipe then update', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    r.declare([deployment('web')], { mode: 'ask' })
    await r.engine.idle()
    await r.kubectl('alice', 'patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]')
    console.log('WIPED', await mf(r, 'deployment', 'web').catch(String))
    await r.kubectl('alice', 'scale', 'deployment', 'web', '--replicas=5')
    await settle()
    console.log('WIPE', lines(r), await mf(r, 'deployment', 'web').catch(String))
    r.declare([deployment('web')], { mode: 'enforce' })
    await settle(3000)
    console.log('WIPE healed', lines(r), await mf(r, 'deployment', 'web').catch(String), r.events.map((e: any) => e.type + ' ' + e.message))
  })
  test('delete and recreate', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await r.kubectl('alice', 'delete', 'deployment', 'web')
    await r.kubectlStdin('bob', deployment('web', {replicas: 1}), 'create')
    await settle()
    console.log('RECREATE', lines(r))
    r.declare([deployment('web')], { healAfter: { people: 0, others: 0 } })
    await settle()
    console.log('RECREATE healed', lines(r), await mf(r, 'deployment', 'web').catch(String))
  })
  test('twelve', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await r.engine.stop()
    await r.kubectl('alice', 'patch', 'deployment', 'web', '--field-manager=first', '-p', '{"spec":{"replicas":5}}')
    for (let i = 0; i < 11; i++) await r.kubectl('alice', 'annotate', 'deployment', 'web', `n${i}=x`, `--field-manager=m${i}`)
    await r.restart()
    await settle()
    console.log('TWELVE', lines(r), await mf(r, 'deployment', 'web').catch(String))
  })
})
