import { spawn } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ensureBinaries } from '../../tools/kubernetes/index.ts'
import { configMap, deployment, kubectlStage } from './kubectl-stage.ts'

/** kubectl 1.36 as it is, against simulated clusters of the oldest and the newest release. */
describe.each(['1.36', '1.33'] as const)('kubectl against a simulated %s', (version) => {
  // Releases differ in how lists and watches are asked for; for all else the newest is enough.
  const once = test.runIf(version === '1.36')
  const stage = kubectlStage(version)

  once('create makes objects from a file and, typed, in protobuf', async () => {
    await stage.send(configMap('settings', { a: '1' }), 'create')
    await stage.kubectl('create', 'deployment', 'typed', '--image=nginx', '--replicas=2')
    await stage.kubectl('create', 'secret', 'generic', 'token', '--from-literal=password=x')
    await stage.kubectl('create', 'serviceaccount', 'robot')
    expect(await stage.read('deployment', 'typed')).toMatchObject({
      spec: { replicas: 2, progressDeadlineSeconds: 600, template: { spec: { dnsPolicy: 'ClusterFirst' } } },
    })
    expect(await stage.read('secret', 'token')).toMatchObject({ type: 'Opaque', data: { password: 'eA==' } })
    expect(await stage.kubectl('create', 'token', 'robot')).not.toBe('')
    expect(await stage.failing('create', 'serviceaccount', 'robot')).toContain(
      'error: failed to create serviceaccount: serviceaccounts "robot" already exists',
    )
  })

  once('get shows tables, wide ones, names, paths, templates, YAML and JSON', async () => {
    await stage.send(configMap('settings', { a: '1', b: '2' }), 'create')
    await stage.send(deployment('web'), 'apply')
    await stage.rolledOut('web')
    expect(await stage.kubectl('get', 'configmaps')).toMatch(/NAME\s+DATA\s+AGE\n[^]*settings\s+2\s/)
    expect(await stage.kubectl('get', 'deployments', '-o', 'wide')).toMatch(
      /NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\s+CONTAINERS\s+IMAGES\s+SELECTOR\nweb\s+2\/2\s+2\s+2\s+\S+\s+web\s+nginx:1\s+app=web/,
    )
    expect(await stage.kubectl('get', 'pods', '-l', 'app=web', '--no-headers')).toMatch(
      /^web-\S+\s+1\/1\s+Running/,
    )
    expect(await stage.kubectl('get', 'pods', '--field-selector', 'status.phase=Pending')).toBe('')
    expect(await stage.kubectl('get', 'deploy', '-o', 'name')).toBe('deployment.apps/web\n')
    expect(await stage.kubectl('get', 'cm', 'settings', '-o', 'jsonpath={.data.a}')).toBe('1')
    expect(await stage.kubectl('get', 'cm', 'settings', '-o', 'go-template={{.data.b}}')).toBe('2')
    expect(await stage.kubectl('get', 'cm', 'settings', '-o', 'custom-columns=N:.metadata.name')).toBe(
      'N\nsettings\n',
    )
    expect(await stage.kubectl('get', 'cm', 'settings', '-o', 'yaml')).toContain(
      'data:\n  a: "1"\n  b: "2"\n',
    )
    expect(await stage.kubectl('get', 'cm', '--show-labels', '--sort-by=.metadata.name')).toContain('LABELS')
    expect(await stage.kubectl('get', 'all')).toContain('deployment.apps/web')
    expect(await stage.failing('get', 'cm', 'nothing')).toBe(
      'Error from server (NotFound): configmaps "nothing" not found\n',
    )
    expect(await stage.failing('get', 'nonsense')).toContain(
      `the server doesn't have a resource type "nonsense"`,
    )
  })

  test('get in chunks shows everything once', async () => {
    const items = Array.from({ length: 25 }, (_, i) => configMap(`c-${i}`, {}))
    const documents = items.map((item) => JSON.stringify(item)).join('\n---\n')
    await stage.sim.server.mustKubectl('alice', ['create', '-n', stage.namespace, '-f', '-'], documents)
    const names = await stage.kubectl('get', 'cm', '--chunk-size=7', '-o', 'name')
    expect(names.match(/configmap\/c-/g)).toHaveLength(25)
  })

  test('get -w tells what happens as it happens', async () => {
    const { kubectl: program } = await ensureBinaries()
    const config = join(stage.sim.server.folder, 'alice.kubeconfig')
    const child = spawn(program, ['get', 'cm', '-w', '-n', stage.namespace, '--kubeconfig', config])
    let seen = ''
    const appears = (text: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!text.test(seen)) return
          child.stdout.off('data', look)
          resolve()
        }
        child.stdout.on('data', look)
        look()
      })
    child.stdout.on('data', (data: Buffer) => (seen += data.toString()))
    await appears(/kube-root-ca.crt/)
    await stage.send(configMap('later', { a: '1' }), 'create')
    await appears(/later\s+1/)
    await stage.kubectl('patch', 'cm', 'later', '-p', '{"data":{"b":"2"}}')
    await appears(/later\s+2/)
    await stage.kubectl('delete', 'cm', 'later')
    await appears(/later\s+2[^]*later\s+2/)
    expect(seen.match(/NAME/g)).toHaveLength(1)
    child.kill()
  })

  once('apply, on the client’s and on the server’s side, changes what differs and says so', async () => {
    expect(await stage.send(deployment('web'), 'apply')).toBe('deployment.apps/web created\n')
    expect(await stage.send(deployment('web'), 'apply')).toBe('deployment.apps/web unchanged\n')
    expect(await stage.send(deployment('web', 'nginx:2'), 'apply')).toBe('deployment.apps/web configured\n')
    expect(await stage.send(configMap('settings', { a: '1' }), 'apply', '--server-side')).toBe(
      'configmap/settings serverside-applied\n',
    )
    await stage.kubectl('patch', 'cm', 'settings', '-p', '{"data":{"a":"2"}}')
    const { code, stderr } = await stage.sim.server.kubectl(
      'alice',
      ['apply', '--server-side', '-n', stage.namespace, '-f', '-'],
      JSON.stringify(configMap('settings', { a: '3' })),
    )
    expect(code).toBe(1)
    expect(stderr).toContain('Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: .data.a')
    await stage.send(configMap('settings', { a: '3' }), 'apply', '--server-side', '--force-conflicts')
    expect(await stage.read('cm', 'settings')).toMatchObject({ data: { a: '3' } })
    expect(await stage.failing('apply', '-f', '/dev/null')).toContain('no objects passed to apply')
  })

  once('what is not allowed is refused in a server’s words', async () => {
    const twice = deployment('web')
    const spec = { ...twice.spec, replicas: -1, selector: { matchLabels: { app: 'other' } } }
    const { stderr } = await stage.sim.server.kubectl(
      'alice',
      ['apply', '-n', stage.namespace, '-f', '-'],
      JSON.stringify({ ...twice, spec }),
    )
    expect(stderr).toContain('The Deployment "web" is invalid:')
    expect(stderr).toContain('* spec.replicas: Invalid value: -1: must be greater than or equal to 0')
    const unknown = await stage.sim.server.kubectl(
      'alice',
      ['apply', '-n', stage.namespace, '-f', '-'],
      JSON.stringify({ ...twice, spec: { ...twice.spec, replica: 1 } }),
    )
    expect(unknown.stderr).toContain('strict decoding error: unknown field "spec.replica"')
    expect(await stage.failing('get', 'cm', '--as', 'nobody')).toBe(
      `Error from server (Forbidden): configmaps is forbidden: User "nobody" cannot list resource "configmaps" in API group "" in the namespace "${stage.namespace}"\n`,
    )
  })

  once('diff shows what an apply would change, and changes nothing', async () => {
    await stage.send(deployment('web'), 'apply')
    const { revision } = stage.sim.started.simulator.cluster('sim').cluster.store
    const done = await stage.sim.server.kubectl(
      'alice',
      ['diff', '-n', stage.namespace, '-f', '-'],
      JSON.stringify(deployment('web', 'nginx:9')),
    )
    expect(done.code).toBe(1)
    expect(done.stdout).toMatch(/-\s+- image: nginx:1\n\+\s+- image: nginx:9/)
    expect(await stage.read('deployment', 'web')).toMatchObject({
      spec: { template: { spec: { containers: [{ image: 'nginx:1' }] } } },
    })
    expect(revision).toBeGreaterThan(0)
  })

  once('describe tells of a deployment, a pod and a node', async () => {
    await stage.send(deployment('web'), 'apply')
    await stage.rolledOut('web')
    expect(await stage.kubectl('describe', 'deployment', 'web')).toMatch(
      /Replicas:\s+2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable/,
    )
    expect(await stage.kubectl('describe', 'pods')).toMatch(/Status:\s+Running/)
    expect(await stage.kubectl('describe', 'node', 'node-1')).toMatch(/Ready\s+True/)
  })

  once('edit opens what there is and writes what was made of it', async () => {
    await stage.send(configMap('settings', { a: '1' }), 'create')
    const editor = join(stage.sim.server.folder, 'editor.sh')
    await writeFile(editor, '#!/bin/sh\nsed -i \'s/a: "1"/a: "5"/\' "$1"\n')
    await chmod(editor, 0o755)
    const { kubectl: program } = await ensureBinaries()
    const config = join(stage.sim.server.folder, 'alice.kubeconfig')
    await new Promise((resolve) => {
      const env = { ...process.env, KUBE_EDITOR: editor }
      spawn(program, ['edit', 'cm', 'settings', '-n', stage.namespace, '--kubeconfig', config], { env }).on(
        'close',
        resolve,
      )
    })
    const edited = JSON.parse(
      await stage.kubectl('get', 'cm', 'settings', '-o', 'json', '--show-managed-fields'),
    )
    expect(edited.data).toEqual({ a: '5' })
    expect(edited.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'kubectl-edit', operation: 'Update' }),
    )
  })

  once('patch takes all types; a JSON patch whose test fails changes nothing', async () => {
    await stage.send(deployment('web'), 'create')
    await stage.kubectl(
      'patch',
      'deploy',
      'web',
      '-p',
      '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:3"}]}}}}',
    )
    await stage.kubectl(
      'patch',
      'deploy',
      'web',
      '--type=merge',
      '-p',
      '{"metadata":{"labels":{"x":"y","app":null}}}',
    )
    await stage.kubectl(
      'patch',
      'deploy',
      'web',
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/spec/replicas","value":3}]',
    )
    const live = await stage.read('deploy', 'web')
    expect(live).toMatchObject({
      metadata: { labels: { x: 'y' } },
      spec: { replicas: 3, template: { spec: { containers: [{ image: 'nginx:3', name: 'web' }] } } },
    })
    expect(live).not.toHaveProperty('metadata.labels.app')
    const wrong = '[{"op":"test","path":"/spec/replicas","value":9},{"op":"remove","path":"/spec/replicas"}]'
    expect(await stage.failing('patch', 'deploy', 'web', '--type=json', '-p', wrong)).toContain(
      'The request is invalid',
    )
  })

  once('label, annotate and scale write what they say', async () => {
    await stage.send(deployment('web'), 'create')
    await stage.kubectl('label', 'deploy', 'web', 'tier=front')
    await stage.kubectl('annotate', 'deploy', 'web', 'note=hello')
    await stage.kubectl('scale', 'deploy', 'web', '--replicas=4')
    await stage.kubectl('label', 'deploy', 'web', 'app-')
    const live = JSON.parse(
      await stage.kubectl('get', 'deploy', 'web', '-o', 'json', '--show-managed-fields'),
    )
    expect(live.metadata).toMatchObject({ labels: { tier: 'front' }, annotations: { note: 'hello' } })
    expect(live.spec.replicas).toBe(4)
    expect(live.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'kubectl', subresource: 'scale' }),
    )
  })

  test('api-resources, api-versions, explain, can-i, whoami and contexts answer', async () => {
    expect(await stage.kubectl('api-resources')).toMatch(
      /deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/,
    )
    expect(await stage.kubectl('api-versions')).toContain('autoscaling/v2\n')
    expect(await stage.kubectl('explain', 'deployment.spec.strategy')).toContain('rollingUpdate')
    expect(await stage.kubectl('auth', 'can-i', 'create', 'pods')).toBe('yes\n')
    expect(await stage.kubectl('auth', 'can-i', '--list')).toContain('*.*')
    expect(
      (await stage.sim.server.kubectl('alice', ['auth', 'can-i', 'get', 'pods', '--as=nobody'])).stdout,
    ).toBe('no\n')
    expect(await stage.kubectl('auth', 'whoami')).toMatch(/Username\s+alice/)
    expect(await stage.kubectl('version')).toContain(`Server Version: v1.`)
    const { simulator } = stage.sim.started
    const config = join(stage.sim.server.folder, 'all.kubeconfig')
    await writeFile(config, simulator.kubeconfig())
    await stage.kubectl('config', 'use-context', 'bob@sim', '--kubeconfig', config)
    expect(await stage.kubectl('auth', 'whoami', '--kubeconfig', config)).toMatch(/Username\s+bob/)
  })
})
