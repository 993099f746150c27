import { describe, expect, test } from 'vitest'
import { deployment, kubectlStage } from './kubectl-stage.ts'

/** What controllers do, as kubectl 1.36 sees it. */
describe.each(['1.36', '1.33'] as const)(
  'rollouts, deletion and definitions on a simulated %s',
  (version) => {
    // Releases differ in how lists and watches are asked for; for all else the newest is enough.
    const once = test.runIf(version === '1.36')
    const stage = kubectlStage(version)

    /** kubectl gives up on a definition whose status has no conditions yet, as it has for a moment on any server. */
    const established = async (definition: string): Promise<void> => {
      const args = ['wait', '--for=condition=Established', `crd/${definition}`, '--timeout=60s']
      for (;;) {
        const { code, stderr } = await stage.sim.server.kubectl('alice', args)
        if (code === 0) return
        expect(stderr).toContain('.status.conditions accessor error')
      }
    }

    once('a rollout progresses, is restarted, fails and is undone', async () => {
      await stage.send(deployment('web'), 'apply')
      expect(await stage.rolledOut('web')).toContain('deployment "web" successfully rolled out')
      await stage.kubectl('rollout', 'restart', 'deployment/web')
      expect(await stage.rolledOut('web')).toContain('successfully rolled out')
      await stage.kubectl('set', 'image', 'deployment/web', 'web=nginx-broken:2')
      expect(await stage.failing('rollout', 'status', 'deployment/web', '--timeout=4s')).toContain(
        'timed out',
      )
      expect(await stage.kubectl('get', 'pods')).toContain('ImagePullBackOff')
      expect(await stage.kubectl('rollout', 'history', 'deployment/web')).toMatch(/1[^]*2[^]*3/)
      await stage.kubectl('rollout', 'undo', 'deployment/web')
      expect(await stage.rolledOut('web')).toContain('successfully rolled out')
      expect(await stage.read('deploy', 'web')).toMatchObject({
        metadata: { annotations: { 'deployment.kubernetes.io/revision': '4' } },
        spec: { template: { spec: { containers: [{ image: 'nginx:1' }] } } },
      })
    })

    once('a deadline that passes is said', async () => {
      const broken = deployment('web', 'broken:1', 1)
      await stage.send({ ...broken, spec: { ...broken.spec, progressDeadlineSeconds: 2 } }, 'apply')
      expect(await stage.failing('rollout', 'status', 'deployment/web', '--timeout=60s')).toContain(
        'deployment "web" exceeded its progress deadline',
      )
    })

    test('delete takes away what is owned with it, or leaves it, and waits until it is gone', async () => {
      await stage.send(deployment('web'), 'apply')
      await stage.rolledOut('web')
      await stage.kubectl('delete', 'deploy', 'web', '--cascade=foreground', '--timeout=60s')
      expect(await stage.kubectl('get', 'rs,pods', '-o', 'name')).toBe('')
      await stage.send(deployment('kept'), 'apply')
      await stage.rolledOut('kept')
      await stage.kubectl('delete', 'deploy', 'kept', '--cascade=orphan', '--timeout=60s')
      expect(await stage.kubectl('get', 'rs', '-o', 'name')).toMatch(/^replicaset.apps\/kept-/)
      await stage.kubectl('delete', 'rs', '--all', '--timeout=60s')
      await stage.kubectl('wait', '--for=delete', 'pods', '--all', '--timeout=60s')
      await stage.sim.server.mustKubectl('alice', ['delete', 'namespace', stage.namespace, '--timeout=60s'])
      expect(await stage.failing('get', 'namespace', stage.namespace)).toContain('not found')
    })

    test('wait sees a condition come', async () => {
      await stage.send(deployment('web'), 'apply')
      expect(
        await stage.kubectl('wait', '--for=condition=Available', 'deploy/web', '--timeout=60s'),
      ).toContain('condition met')
      const job = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'once' },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } } },
      }
      await stage.send(job, 'apply')
      expect(await stage.kubectl('wait', '--for=condition=Complete', 'job/once', '--timeout=60s')).toContain(
        'condition met',
      )
    })

    test('custom resources are served as soon as their definition is established', async () => {
      const group = `g${stage.count}.example.dev`
      const definition = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `widgets.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'] },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              subresources: {
                status: {},
                scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' },
              },
              additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: {
                    spec: {
                      type: 'object',
                      properties: { size: { type: 'integer', default: 3, maximum: 9 } },
                    },
                    status: { type: 'object', properties: { size: { type: 'integer' } } },
                  },
                },
              },
            },
          ],
        },
      }
      await stage.send(definition, 'apply')
      await established(`widgets.${group}`)
      const widget = (spec: object) => ({
        apiVersion: `${group}/v1`,
        kind: 'Widget',
        metadata: { name: 'one' },
        spec,
      })
      await stage.send(widget({}), 'apply')
      expect(await stage.kubectl('get', 'wd')).toMatch(/NAME\s+SIZE\none\s+3/)
      await stage.kubectl('scale', `widgets.${group}/one`, '--replicas=5')
      expect(await stage.read(`widgets.${group}`, 'one')).toMatchObject({ spec: { size: 5 } })
      const { stderr } = await stage.sim.server.kubectl(
        'alice',
        ['apply', '-n', stage.namespace, '-f', '-'],
        JSON.stringify(widget({ size: 10 })),
      )
      expect(stderr).toContain('spec.size: Invalid value: 10')
      expect(await stage.kubectl('explain', `widgets.${group}.spec`)).toContain('size')
      await stage.kubectl('delete', 'crd', `widgets.${group}`, '--timeout=60s')
      expect(await stage.failing('get', `widgets.${group}`)).toContain(
        `the server doesn't have a resource type`,
      )
    })
  },
)
