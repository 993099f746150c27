import { test } from 'vitest'
import { describeVersions } from './each-version.ts'
import { kubectlEdit } from './kubectl-edit.ts'
import { deployment } from './manifests.ts'
const unhurried = { change: { healAfter: { people: 3_600_000, others: 3_600_000 } } }
const lines = (r: any) => r.drift().map((d: any) => `${d.state} ${d.class} ${d.path} ${d.writer.manager}/${d.writer.subresource}/${d.writer.kind}/${d.sure} ${JSON.stringify([d.desired, d.live, d.hold])}`).join('\n')
const settle = () => new Promise((r) => setTimeout(r, 1800))
const dep = () => { const d: any = deployment('web'); d.spec.template.spec.containers[0].ports = [{ containerPort: 53, protocol: 'TCP' }, { containerPort: 53, protocol: 'UDP' }, { containerPort: 8080 }]; return d }
describeVersions('s', (rig) => {
  test('edit UDP beside TCP', async () => {
    const r = await rig(unhurried)
    await r.deliver([dep()])
    try { console.log(await kubectlEdit(r, 'alice', 'deployment/web', 's/protocol: UDP/name: dns\\n          protocol: UDP/')) } catch (e) { console.log(String(e)) }
    await settle()
    console.log('EDIT', r.server.version, lines(r), JSON.stringify(((await r.live('deployment', 'web')) as any).spec.template.spec.containers[0].ports))
  })
  test('json patch UDP', async () => {
    const r = await rig(unhurried)
    await r.deliver([dep()])
    await r.kubectl('alice', 'patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"add","path":"/spec/template/spec/containers/0/ports/1/name","value":"dns"},{"op":"replace","path":"/spec/template/spec/containers/0/ports/1/containerPort","value":54}]')
    await settle()
    console.log('PATCH', lines(r), JSON.stringify(((await r.live('deployment', 'web')) as any).spec.template.spec.containers[0].ports))
  })
  test('add UDP by strategic', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await r.kubectl('alice', 'patch', 'deployment', 'web', '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"web","ports":[{"containerPort":53,"protocol":"UDP"}]}]}}}}')
    await settle()
    console.log('SMP', lines(r), JSON.stringify(((await r.live('deployment', 'web')) as any).spec.template.spec.containers[0].ports))
  })
})
